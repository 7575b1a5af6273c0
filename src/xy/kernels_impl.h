// xy/kernels_impl.h -- the loops over spins of the XY model, for one precision: included by
// kernels_f32.c and kernels_f64.c, which name REAL, LANES and their constants.
//
//   field of a spin      h = sum_j J_ij R(-+A_ij) s_j,   energy -h.s
//   over-relaxation      s -> 2 (h.s) h/(h.h) - s                    (energy is kept)
//   Metropolis           s -> turned by 2 atan(t) (a Cayley rotation), in either sense with
//                        probability 1/2; accepted if u < exp(beta h.(s' - s))
//
// Creutz, Phys. Rev. D 36, 515 (1987); Brown and Woch, Phys. Rev. Lett. 58, 2394 (1987).
// t, uniform in (-w, w), is the same for the spins that a lane has in a row. Whatever t is, s and s'
// propose each other equally often, and spins that do not see each other are turned and accepted
// each by itself: detailed balance holds for each t.
// No trigonometry; every lane does the same thing. Lengths stay 1 but for rounding, which
// `normalise` takes away from time to time.
// SPDX-License-Identifier: GPL-3.0-or-later

// Neighbour q as the spin sees it.
static inline __attribute__((always_inline)) void seen(const row_view *v, size_t at, int q,
                                                       const bool bonds, vreal *x, vreal *y)
{
    *x = get(v->side[q] + at);
    *y = get(v->side[q] + at + LANES);
    if (bonds) {
        vreal c = get(v->bond[q] + at), s = get(v->bond[q] + at + LANES), x1 = *x;
        *x = madd(c, x1, -(s * *y));
        *y = madd(s, x1, c * *y);
    }
}

// The left neighbour of the first spin of a stretch; see field.
static inline __attribute__((always_inline)) void start_left(const row_view *v, size_t at,
                                                             const int n, const bool bonds,
                                                             vreal left[2])
{
    for (int k = 0; k < 2 && !bonds; k++)
        left[k] = get(v->side[n / 2] + at + k * LANES);
}

// In pairs, so that sums need not wait for each other. left, if not NULL: the neighbour at c - 1, which
// becomes that at c + 1 (bonds 0 and n/2 lead along the row).
static inline __attribute__((always_inline)) void field(const row_view *v, size_t at, const int n,
                                                        const bool bonds, vreal *left, vreal *hx,
                                                        vreal *hy)
{
    vreal x[XY_NEIGHBOURS_MAX], y[XY_NEIGHBOURS_MAX];
    for (int q = 0; q < n; q++)
        if (left && q == n / 2) {
            x[q] = left[0];
            y[q] = left[1];
        } else {
            seen(v, at, q, bonds, &x[q], &y[q]);
        }
    if (left) {
        left[0] = x[0];
        left[1] = y[0];
    }
    *hx = (x[0] + x[1]) + (x[2] + x[3]);
    *hy = (y[0] + y[1]) + (y[2] + y[3]);
    if (n == 6) {
        *hx += x[4] + x[5];
        *hy += y[4] + y[5];
    }
}

// ---- Trials of Metropolis ------------------------------------------------------------------------

// A spin on its way: its random bits, what turning it would add to it, by how much the energy would fall.
// Each step is done for up to MANY spins before the next: the chain from a spin's field to its answer is
// longer than what a processor looks ahead.
typedef struct trial {
    vbits word;
    vreal dx, dy, fall;
} trial;
enum { MANY = 32 }; // a multiple of AT_ONCE

// `step`: from one word's place to the next.
static inline __attribute__((always_inline)) void draw_trials(const pass *p, uint32_t place,
                                                              int32_t count, uint32_t step,
                                                              trial trials[XY_PARTS][MANY])
{
    for (int32_t k = 0; k < count; k += AT_ONCE)
        for (int part = 0; part < XY_PARTS; part++) {
            vbits word[AT_ONCE];
            draw_words(&p->source, part, place + step * (uint32_t)k, word);
            for (int j = 0; j < AT_ONCE; j++)
                trials[part][k + j].word = word[j];
        }
}

static inline __attribute__((always_inline)) void propose(trial *t, const REAL *s, vreal hx,
                                                          vreal hy, const rotation *r)
{
    const vreal x = get(s), y = get(s + LANES), sine = with_sense(r->sine, t->word);
    const vreal dx = madd(r->shrink, x, -(sine * y)), dy = madd(r->shrink, y, sine * x);
    t->dx = dx;
    t->dy = dy;
    t->fall = madd(hx, dx, hy * dy);
}

static inline __attribute__((always_inline)) vbits decide(const trial *t, REAL *s, vreal beta,
                                                          const bool cold, vbits accepted)
{
    const answer yes = less(uniform(t->word), weight(beta, t->fall, cold));
    put(s, add_where(yes, get(s), t->dx));
    put(s + LANES, add_where(yes, get(s + LANES), t->dy));
    return counted(accepted, yes);
}

#include "xy/villain_impl.h"

// ---- Over-relaxation -----------------------------------------------------------------------------

// All parts of an element at once. What a spin sees on its right the one after the next sees on its
// left.
static inline __attribute__((always_inline)) void reflect(pass *p, const row_view *v, int32_t from,
                                                          int32_t to, const int n, const bool bonds)
{
    (void)p;
    vreal left[2 * XY_PARTS];
    for (int k = 0; k < XY_PARTS; k++)
        start_left(v, (size_t)from * 2 * LANES + (size_t)k * PART, n, bonds, left + 2 * k);
    for (int32_t c = from; c < to; c += 2) {
        vreal x[XY_PARTS], y[XY_PARTS], hx[XY_PARTS], hy[XY_PARTS], f[XY_PARTS];
        for (int k = 0; k < XY_PARTS; k++) {
            const size_t at = (size_t)c * 2 * LANES + (size_t)k * PART;
            x[k] = get(v->own + at);
            y[k] = get(v->own + at + LANES);
            field(v, at, n, bonds, bonds ? NULL : left + 2 * k, &hx[k], &hy[k]);
            f[k] = madd(hx[k], x[k], hy[k] * y[k]);
            // A spin without field turns round, which is as good as anything else.
            f[k] = (f[k] + f[k]) / madd(hx[k], hx[k], madd(hy[k], hy[k], all(TINY)));
        }
        for (int k = 0; k < XY_PARTS; k++) {
            REAL *s = v->own + (size_t)c * 2 * LANES + k * PART;
            put(s, madd(f[k], hx[k], -x[k]));
            put(s + LANES, madd(f[k], hy[k], -y[k]));
        }
    }
}
FOUR_KINDS(reflect)

#include "xy/woven_impl.h"

// Sweeps follow each other row by row, up to four at a distance of one row: what the first has brought
// into the cache serves all. (Energy and phase space volume are kept in any order of the rows.)
static void overrelax(const xy_tables *t, void *spins, xy_draw *draw, int32_t n)
{
    enum { TOGETHER = 4 };
    const int32_t rows = t->grid->rows;
    pass p = pass_of(t, spins, draw);
    p.mirror = true;
    for (int32_t done = 0; done < n && t->villain; done++) {
        each_row(&p, villain_kinds);
        draw->sweep++;
        flx_xy_source(draw, &p.source);
    }
    row_update *update = is_woven(t) ? reflect_woven : of_kind(t, reflect_kinds);
    for (int32_t done = 0; done < n && !t->villain; done += TOGETHER)
        for (int32_t row = 0; row < rows; row++)
            for (int32_t k = 0; k < TOGETHER && done + k < n; k++)
                update(&p, (row + TOGETHER * rows - k) % rows);
}

// ---- Metropolis ----------------------------------------------------------------------------------

// Those of the AT_ONCE rows from `row` on. No spin's place has the top bit set.
static void draw_rotations(pass *p, int32_t row)
{
    for (int part = 0; part < XY_PARTS; part++) {
        vbits word[AT_ONCE];
        draw_words(&p->source, part, UINT32_C(0x80000000) | (uint32_t)row, word);
        for (int k = 0; k < AT_ONCE; k++) {
            const vreal t = p->width[part] * whole(word[k]), sine = (t + t) / madd(t, t, all(1));
            p->rotation[k][part] = (rotation){.sine = sine, .shrink = -(t * sine)};
        }
    }
}

static inline __attribute__((always_inline)) void turn_some(pass *p, const row_view *v,
                                                            int32_t first, const int32_t count,
                                                            const int n, const bool bonds)
{
    trial trials[XY_PARTS][MANY];
    draw_trials(p, (uint32_t)(v->row * p->t->grid->width + first), count, 2, trials);
    for (int part = 0; part < XY_PARTS; part++) {
        const rotation *r = &p->rotation[v->row % AT_ONCE][part];
        const size_t begin = (size_t)first * 2 * LANES + (size_t)part * PART;
        vreal left[2];
        start_left(v, begin, n, bonds, left);
        for (int32_t k = 0; k < count; k++) {
            const size_t at = begin + (size_t)k * 4 * LANES;
            vreal hx, hy;
            field(v, at, n, bonds, bonds ? NULL : left, &hx, &hy);
            propose(&trials[part][k], v->own + at, hx, hy, r);
        }
    }
    for (int part = 0; part < XY_PARTS; part++) {
        const vreal beta = p->beta[part];
        vbits accepted = p->accepted[part];
        REAL *s = v->own + (size_t)first * 2 * LANES + (size_t)part * PART;
        for (int32_t k = 0; k < count; k++, s += 4 * LANES)
            accepted = decide(&trials[part][k], s, beta, true, accepted);
        p->accepted[part] = accepted;
    }
}

static inline __attribute__((always_inline)) void turn(pass *p, const row_view *v, int32_t from,
                                                       int32_t to, const int n, const bool bonds)
{
    for (int32_t c = from; c < to; c += 2 * MANY) {
        const int32_t count = (to - c + 1) / 2;
        turn_some(p, v, c, count < MANY ? count : MANY, n, bonds);
    }
}
FOUR_KINDS(turn)

static void metropolis(const xy_tables *t, void *spins, xy_draw *draw)
{
    pass p = pass_of(t, spins, draw);
    double coldest = 0;
    for (int k = 0; k < LANES; k++) {
        p.beta[k / PART][k % PART] = (REAL)(draw->beta[k] * LOG2_E);
        p.width[k / PART][k % PART] = (REAL)draw->width[k];
        coldest = fmax(coldest, draw->beta[k] * LOG2_E);
    }
    row_update *update = of_kind(t, t->villain ? villain_kinds : turn_kinds);
    if (is_woven(t))
        update = coldest * TURN_MAX > REACH ? turn_woven_cold : turn_woven;
    for (int32_t row = 0; row < t->grid->rows; row++) {
        if (row % AT_ONCE == 0)
            draw_rotations(&p, row);
        update(&p, row);
    }
    for (int k = 0; k < LANES; k++)
        draw->accepted[k] += (int64_t)p.accepted[k / PART][k % PART];
}

// ---- Heat bath -----------------------------------------------------------------------------------

// The angle alpha to the field has the weight exp(k cos alpha), k = beta |h|. Best and Fisher, Appl.
// Stat. 28, 152 (1979): with z = cos of an even angle, e = 1/2k and g = (1 - z)/(1 + z + e), take
// cos alpha = 1 - e g with probability c exp(1 - c), c = (1 + g)/2. (Their r is the best one; any
// r > 1 is right, and 1 + e needs no root.) Where it is not taken, two in three times or more, the
// spin stays, which is right as well, as that does not depend on it.
static inline __attribute__((always_inline)) void warm_part(pass *p, const row_view *v,
                                                            int32_t from, int32_t to, const int n,
                                                            const bool bonds)
{
    enum { SPINS = AT_ONCE / 2 }; // of one draw
    const vreal half_t = p->width[v->part];
    const uint32_t place = (uint32_t)(v->row * p->t->grid->width);
    vbits accepted = p->accepted[v->part];
    for (int32_t first = from; first < to; first += 2 * SPINS) {
        vbits word[AT_ONCE];
        draw_words(&p->source, v->part, place + (uint32_t)first, word);
        for (int j = 0; j < SPINS && first + 2 * j < to; j++) {
            REAL *s = v->own + (size_t)(first + 2 * j) * 2 * LANES;
            vreal hx, hy, x = get(s), y = get(s + LANES);
            field(v, (size_t)(first + 2 * j) * 2 * LANES, n, bonds, NULL, &hx, &hy);
            hx += SMALL; // no field: along x
            vreal inverse = 1 / root(madd(hx, hx, hy * hy));
            hx *= inverse;
            hy *= inverse;
            vreal turn = whole(word[2 * j]), z = sine_of_turns((REAL)0.5 - magnitude_of(turn));
            vreal e = half_t * inverse, g = (1 - z) / (1 + z + e), w = e * g,
                  c = (1 + g) * (REAL)0.5;
            vreal w0 = weight(all((REAL)LOG2_E), 1 - least(c, all(60)), false);
            answer yes = less(uniform(word[2 * j + 1]), c * w0);
            vreal sine = with_sign(root(clamp(w * (2 - w), 0, 1)), turn), cosine = 1 - w;
            yes &= less(all((REAL)0.5), madd(x, x, y * y)); // a site that is missing stays 0
            put(s, x + where(yes, madd(cosine, hx, -(sine * hy)) - x));
            put(s + LANES, y + where(yes, madd(cosine, hy, sine * hx) - y));
            accepted = counted(accepted, yes);
        }
    }
    p->accepted[v->part] = accepted;
}

static inline __attribute__((always_inline)) void warm(pass *p, const row_view *first, int32_t from,
                                                       int32_t to, const int n, const bool bonds)
{
    each_part(p, first, warm_part, (const int32_t[2]){from, to}, n, bonds);
}
FOUR_KINDS(warm)

static void heat_bath(const xy_tables *t, void *spins, xy_draw *draw)
{
    pass p = pass_of(t, spins, draw);
    for (int k = 0; k < LANES; k++)
        p.width[k / PART][k % PART] = (REAL)(0.5 / draw->beta[k]);
    each_row(&p, warm_kinds);
    for (int k = 0; k < LANES; k++)
        draw->accepted[k] += (int64_t)p.accepted[k / PART][k % PART];
}

static void normalise(const xy_grid *g, void *spins)
{
    REAL *spin = spins;
    for (int32_t place = 0; place < g->n_place; place++) {
        REAL *s = spin + (size_t)place * 2 * LANES;
        for (int part = 0; part < XY_PARTS; part++, s += PART) {
            vreal x = get(s), y = get(s + LANES), norm = (REAL)1.5 - (REAL)0.5 * (x * x + y * y);
            put(s, x * norm);
            put(s + LANES, y * norm);
        }
    }
}

// ---- Twist ---------------------------------------------------------------------------------------

// One part of the spins: c and d as waves along x, of which c[0], d[0] stand for all columns if they do
// not change along a row.
static void twist_row(REAL *spin, int32_t width, const REAL *wave, size_t stride, const REAL *turn)
{
    const vreal sign = get(turn), move = get(turn + LANES);
    for (int32_t c = 0; c < width; c++, spin += 2 * LANES, wave += stride) {
        vreal x = get(spin), y = get(spin + LANES), cosine = 1 + move * (get(wave) - 1),
              sine = sign * get(wave + LANES);
        put(spin, cosine * x - sine * y);
        put(spin + LANES, sine * x + cosine * y);
    }
}

static void twist(const xy_tables *t, void *spins, int32_t axis, const double *turn)
{
    const xy_grid *g = t->grid;
    REAL sign[2 * LANES] __attribute__((aligned(64))), wave[2 * LANES] __attribute__((aligned(64)));
    for (int k = 0; k < LANES; k++) {
        sign[k] = (REAL)turn[k];
        sign[LANES + k] = turn[k] != 0 ? 1 : 0;
    }
    for (int32_t row = 0; row < g->rows; row++) {
        int32_t place = axis == 1 ? row % g->size[1] : row / g->size[1];
        for (int k = 0; k < LANES; k++) {
            wave[k] = (REAL)t->wave[axis][2 * place];
            wave[LANES + k] = (REAL)t->wave[axis][2 * place + 1];
        }
        for (int part = 0; part < XY_PARTS; part++)
            twist_row((REAL *)spins + flx_xy_column(g, row, 0) + part * PART, g->width,
                      (axis ? wave : (const REAL *)t->wave_x) + part * PART, axis ? 0 : 2 * LANES,
                      sign + part * PART);
    }
    refresh(g, spins);
}
