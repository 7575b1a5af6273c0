// xy/kernels_impl.h -- the loops over spins of the XY model, for one precision: included by
// kernels_f32.c and kernels_f64.c, which name REAL, LANES and their constants.
//
//   field of a spin      h = sum_j J_ij R(-+A_ij) s_j,   energy -h.s
//   over-relaxation      s -> 2 (h.s) h/(h.h) - s                    (energy is kept)
//   Metropolis           s -> turned by 2 atan(t), t uniform in (-w, w): a Cayley rotation,
//                        (cos, sin) = (1 - t^2, 2 t)/(1 + t^2); accepted if u < exp(beta h.(s' - s))
//
// Creutz, Phys. Rev. D 36, 515 (1987); Brown and Woch, Phys. Rev. Lett. 58, 2394 (1987).
// exp is a power of 2: an exponent and a polynomial of relative error 1e-7 (float), 2e-14 (double).
// No trigonometry; every lane does the same thing.
// SPDX-License-Identifier: GPL-3.0-or-later

// Where the neighbours of an element stand.
typedef struct around {
    const REAL *spin[XY_NEIGHBOURS_MAX], *bond[XY_NEIGHBOURS_MAX];
} around;

static inline __attribute__((always_inline)) around around_of(const xy_tables *t, const REAL *spin,
                                                              int32_t e, const int n,
                                                              const bool bonds)
{
    around a;
    const int32_t *offset = t->grid->offset + (size_t)e * (size_t)(2 * t->grid->n_bond);
    for (int q = 0; q < n; q++) {
        a.spin[q] = spin + offset[q];
        if (bonds)
            a.bond[q] = (const REAL *)t->bond +
                        ((size_t)q * (size_t)t->grid->n_element + (size_t)e) * 2 * LANES;
    }
    return a;
}

static inline __attribute__((always_inline)) void field(const around *a, const int n,
                                                        const bool bonds, vreal *hx, vreal *hy)
{
    vreal x = {0}, y = {0};
    for (int q = 0; q < n; q++) {
        vreal sx = get(a->spin[q]), sy = get(a->spin[q] + LANES);
        if (bonds) {
            vreal c = get(a->bond[q]), s = get(a->bond[q] + LANES);
            x = madd(c, sx, madd(-s, sy, x));
            y = madd(s, sx, madd(c, sy, y));
            continue;
        }
        x += sx;
        y += sy;
    }
    *hx = x;
    *hy = y;
}

#include "xy/villain_impl.h"

// ---- Over-relaxation -----------------------------------------------------------------------------

static inline __attribute__((always_inline)) void overrelax_row(const xy_tables *t, REAL *spin,
                                                                int32_t row, int parity,
                                                                const int n, const bool bonds)
{
    int32_t begin = row * t->grid->width, end = begin + t->grid->width;
    for (int32_t e = begin + parity; e < end; e += 2) {
        around a = around_of(t, spin, e, n, bonds);
        REAL *s = spin + (size_t)e * 2 * LANES;
        vreal hx, hy, x = get(s), y = get(s + LANES);
        field(&a, n, bonds, &hx, &hy);
        // A spin without field turns round, which is as good as anything else.
        vreal f = madd(hx, x, hy * y) / madd(hx, hx, madd(hy, hy, all(TINY)));
        f += f;
        put(s, madd(f, hx, -x));
        put(s + LANES, madd(f, hy, -y));
    }
}

static void overrelax(const xy_tables *t, void *spins, xy_draw *draw, int32_t n)
{
    const xy_grid *g = t->grid;
    for (int32_t k = 0; k < n && t->villain; k++) {
        villain_sweep(t, spins, draw, true);
        draw->sweep++;
    }
    for (int32_t k = 0; k < n && !t->villain; k++)
        for (int32_t row = 0; row < g->rows; row++)
            for (int parity = 0; parity < 2; parity++) {
                if (g->n_bond == 2 && !t->bond)
                    overrelax_row(t, spins, row, parity, 4, false);
                else if (g->n_bond == 2)
                    overrelax_row(t, spins, row, parity, 4, true);
                else if (!t->bond)
                    overrelax_row(t, spins, row, parity, 6, false);
                else
                    overrelax_row(t, spins, row, parity, 6, true);
                copy_ghosts(g, spins, row, parity);
            }
}

// ---- Metropolis ----------------------------------------------------------------------------------

// u < 2^x. Where 2^x is out of range its bits are wrong, but then the answer is known without it.
static inline vbits below_power(vreal u, vreal x)
{
    vreal shifted = x + EXP_MAGIC, f = x - (shifted - EXP_MAGIC);
    vreal power = (vreal)((vbits)power_of_2(f) + ((vbits)shifted << EXP_SHIFT));
    return ((vbits)(u < power) & (vbits)(x > -EXP_RANGE)) | (vbits)(x >= 0);
}

static inline __attribute__((always_inline)) void metropolis_row(const xy_tables *t, REAL *spin,
                                                                 const xy_draw *draw,
                                                                 const vreal w[2], int32_t row,
                                                                 int parity, const int n,
                                                                 const bool bonds, vbits *accepted)
{
    int32_t begin = row * t->grid->width, end = begin + t->grid->width;
    for (int32_t e = begin + parity; e < end; e += 2 * AT_ONCE) {
        vbits word[4];
        draw_words(draw, (uint32_t)e, word);
        for (int j = 0; j < AT_ONCE && e + 2 * j < end; j++) {
            around a = around_of(t, spin, e + 2 * j, n, bonds);
            REAL *s = spin + (size_t)(e + 2 * j) * 2 * LANES;
            vreal hx, hy, u, p, x = get(s), y = get(s + LANES);
            field(&a, n, bonds, &hx, &hy);
            uniform(word, j, &u, &p);
            vreal tangent = w[1] * p, q = 2 / madd(tangent, tangent, all(1));
            // The change of (x, y) by the rotation.
            vreal c = q - 2, d = q * tangent, dx = madd(c, x, -d * y), dy = madd(d, x, c * y);
            vbits yes = below_power(u, w[0] * madd(hx, dx, hy * dy));
            x += (vreal)((vbits)dx & yes);
            y += (vreal)((vbits)dy & yes);
            // Rounding must not change the length over millions of sweeps.
            vreal norm = madd(all((REAL)-0.5), madd(x, x, y * y), all((REAL)1.5));
            put(s, x * norm);
            put(s + LANES, y * norm);
            *accepted -= yes;
        }
    }
}

static void metropolis(const xy_tables *t, void *spins, xy_draw *draw)
{
    const xy_grid *g = t->grid;
    if (t->villain) {
        villain_sweep(t, spins, draw, false);
        return;
    }
    vreal w[2];
    vbits accepted = {0};
    for (int k = 0; k < LANES; k++) {
        w[0][k] = (REAL)(draw->beta[k] * 1.4426950408889634);
        w[1][k] = (REAL)draw->width[k];
    }
    for (int32_t row = 0; row < g->rows; row++)
        for (int parity = 0; parity < 2; parity++) {
            if (g->n_bond == 2 && !t->bond)
                metropolis_row(t, spins, draw, w, row, parity, 4, false, &accepted);
            else if (g->n_bond == 2)
                metropolis_row(t, spins, draw, w, row, parity, 4, true, &accepted);
            else if (!t->bond)
                metropolis_row(t, spins, draw, w, row, parity, 6, false, &accepted);
            else
                metropolis_row(t, spins, draw, w, row, parity, 6, true, &accepted);
            copy_ghosts(g, spins, row, parity);
        }
    for (int k = 0; k < LANES; k++)
        draw->accepted[k] += (int64_t)accepted[k];
}

// ---- Twist ---------------------------------------------------------------------------------------

static void twist(const xy_tables *t, void *spins, int32_t axis, const double *turn)
{
    const xy_grid *g = t->grid;
    REAL *spin = spins;
    REAL sign[LANES], stay[LANES];
    for (int k = 0; k < LANES; k++) {
        sign[k] = (REAL)turn[k];
        stay[k] = turn[k] != 0 ? 0 : 1;
    }
    for (int32_t e = 0; e < g->n_element; e++) {
        const REAL *wave = (const REAL *)t->wave_x + (size_t)(e % g->width) * 2 * LANES;
        REAL wave_c[LANES], wave_s[LANES];
        int32_t row = e / g->width, place = axis == 1 ? row % g->size[1] : row / g->size[1];
        for (int k = 0; k < LANES; k++) {
            wave_c[k] = axis == 0 ? wave[k] : (REAL)t->wave[axis][2 * place];
            wave_s[k] = axis == 0 ? wave[k + LANES] : (REAL)t->wave[axis][2 * place + 1];
        }
        REAL *s = spin + (size_t)e * 2 * LANES;
        for (int k = 0; k < LANES; k++) {
            REAL c = stay[k] + (1 - stay[k]) * wave_c[k], d = sign[k] * wave_s[k];
            REAL x = s[k], y = s[k + LANES];
            s[k] = c * x - d * y;
            s[k + LANES] = d * x + c * y;
        }
    }
    refresh(g, spins);
}
