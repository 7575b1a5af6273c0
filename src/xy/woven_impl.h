// xy/woven_impl.h -- updates of square lattices without a table of bonds, for one precision: included by
// kernels_impl.h. The even columns of a row, `low`, and the odd ones of the row before it, `high`, do not
// see each other, but they look at the same spins: both at once need three loads for a spin in place of
// five, and the ends of rows come half as often. The order of the updates of any two spins that see each
// other is that of one row after the other, but for the first row: it has the last one for its `high`.
// SPDX-License-Identifier: GPL-3.0-or-later

typedef struct woven {
    REAL *low, *high;
    const REAL *below, *above; // the rows after low and before high
} woven;

// Lattices whose rows all have neighbours, and whose rows have as many even columns as odd ones.
static bool is_woven(const xy_tables *t)
{
    const xy_grid *g = t->grid;
    return g->n_bond == 2 && !t->bond && !t->villain && g->width % 2 == 0 && g->rows > 1 &&
           !g->open[1];
}

static inline __attribute__((always_inline)) woven woven_of(const pass *p, int32_t row)
{
    const xy_grid *g = p->t->grid;
    const int32_t high = (row ? row : g->rows) - 1;
    return (woven){.low = p->spin + flx_xy_column(g, row, 0),
                   .high = p->spin + flx_xy_column(g, high, 0),
                   .below = p->spin + flx_xy_column(g, g->row[1][row], 0),
                   .above = p->spin + flx_xy_column(g, g->row[3][high], 0)};
}

// From column c, even, of a part on.
static inline __attribute__((always_inline)) woven woven_from(const woven *w, int32_t c, int part)
{
    const size_t at = (size_t)c * 2 * LANES + (size_t)part * PART;
    return (woven){w->low + at, w->high + at, w->below + at, w->above + at};
}

static inline __attribute__((always_inline)) void end_rows(const pass *p, const woven *w)
{
    copy_ghost(p->t->grid, w->low, 1, &p->ghost[1]);
    copy_ghost(p->t->grid, w->high, 0, &p->ghost[0]);
}

// What lies left of a pair, (x, y) in the low row, and under the spin of the high row's left, (u, v).
typedef struct left_of {
    vreal x, y, u, v;
} left_of;

static inline __attribute__((always_inline)) left_of left_end(const woven *w)
{
    return (left_of){get(w->low - 2 * LANES), get(w->low - LANES), get(w->high),
                     get(w->high + LANES)};
}

// A spin of the low row, its field (hx, hy) and that of the next column's in the high row, (gx, gy); then
// to the next pair.
typedef struct pair {
    REAL *s, *t;
    vreal hx, hy, gx, gy;
} pair;

static inline __attribute__((always_inline)) pair next_pair(woven *w, left_of *left)
{
    const left_of l = *left;
    const left_of r = {get(w->low + 2 * LANES), get(w->low + 3 * LANES), get(w->high + 4 * LANES),
                       get(w->high + 5 * LANES)};
    const vreal both_x = r.x + l.u, both_y = r.y + l.v; // what both see
    const pair q = {.s = w->low,
                    .t = w->high + 2 * LANES,
                    .hx = both_x + (get(w->below) + l.x),
                    .hy = both_y + (get(w->below + LANES) + l.y),
                    .gx = both_x + (get(w->above + 2 * LANES) + r.u),
                    .gy = both_y + (get(w->above + 3 * LANES) + r.v)};
    *left = r;
    *w = (woven){w->low + 4 * LANES, w->high + 4 * LANES, w->below + 4 * LANES,
                 w->above + 4 * LANES};
    return q;
}

// ---- Over-relaxation -----------------------------------------------------------------------------

// 2 a/b and 2 c/d: by one division where two take longer than three products more.
static inline __attribute__((always_inline)) void twice_ratios(vreal a, vreal b, vreal c, vreal d,
                                                               vreal ratio[2])
{
    const bool one = XY_WIDE == 64 || sizeof(REAL) == 8;
    if (one) {
        const vreal both = all(2) / (b * d);
        ratio[0] = a * (d * both);
        ratio[1] = c * (b * both);
    } else {
        ratio[0] = (a + a) / b;
        ratio[1] = (c + c) / d;
    }
}

static inline __attribute__((always_inline)) void reflect_pairs(woven w, int32_t width)
{
    left_of left = left_end(&w);
    for (int32_t c = 0; c < width; c += 2) {
        const pair q = next_pair(&w, &left);
        const vreal x = get(q.s), y = get(q.s + LANES), u = get(q.t), v = get(q.t + LANES);
        vreal f[2];
        twice_ratios(madd(q.hx, x, q.hy * y), madd(q.hx, q.hx, madd(q.hy, q.hy, all(TINY))),
                     madd(q.gx, u, q.gy * v), madd(q.gx, q.gx, madd(q.gy, q.gy, all(TINY))), f);
        put(q.s, madd(f[0], q.hx, -x));
        put(q.s + LANES, madd(f[0], q.hy, -y));
        put(q.t, madd(f[1], q.gx, -u));
        put(q.t + LANES, madd(f[1], q.gy, -v));
    }
}

static void reflect_woven(pass *p, int32_t row)
{
    const woven w = woven_of(p, row);
    for (int part = 0; part < XY_PARTS; part++)
        reflect_pairs(woven_from(&w, 0, part), p->t->grid->width);
    end_rows(p, &w);
}

// ---- Metropolis ----------------------------------------------------------------------------------

// By how much the energy can fall at most: 4 neighbours, a turn by pi, lengths that are 1 but for rounding.
#define TURN_MAX 8.1

// Both rows turn by the rotations of the low one.
static inline __attribute__((always_inline)) void turn_pairs(pass *p, const woven *all_columns,
                                                             int32_t row, int32_t first,
                                                             const int32_t count, const bool cold)
{
    trial trials[XY_PARTS][MANY];
    draw_trials(p, (uint32_t)(row * p->t->grid->width + first), 2 * count, 1, trials);
    for (int part = 0; part < XY_PARTS; part++) {
        const rotation *r = &p->rotation[row % AT_ONCE][part];
        woven w = woven_from(all_columns, first, part);
        left_of left = left_end(&w);
        for (int32_t k = 0; k < 2 * count; k += 2) {
            const pair q = next_pair(&w, &left);
            propose(&trials[part][k], q.s, q.hx, q.hy, r);
            propose(&trials[part][k + 1], q.t, q.gx, q.gy, r);
        }
    }
    for (int part = 0; part < XY_PARTS; part++) {
        const vreal beta = p->beta[part];
        vbits accepted = p->accepted[part];
        const woven w = woven_from(all_columns, first, part);
        for (int32_t k = 0; k < 2 * count; k += 2) {
            const size_t at = (size_t)k * 2 * LANES;
            accepted = decide(&trials[part][k], w.low + at, beta, cold, accepted);
            accepted = decide(&trials[part][k + 1], w.high + at + 2 * LANES, beta, cold, accepted);
        }
        p->accepted[part] = accepted;
    }
}

static inline __attribute__((always_inline)) void turn_rows(pass *p, int32_t row, const bool cold)
{
    const woven w = woven_of(p, row);
    const int32_t width = p->t->grid->width;
    for (int32_t c = 0; c < width; c += MANY)
        turn_pairs(p, &w, row, c, (width - c < MANY ? width - c : MANY) / 2, cold);
    end_rows(p, &w);
}

static void turn_woven(pass *p, int32_t row)
{
    turn_rows(p, row, false);
}

static void turn_woven_cold(pass *p, int32_t row)
{
    turn_rows(p, row, true);
}
