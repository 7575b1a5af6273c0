// xy/villain_impl.h -- updates of the Villain model, for one precision. The weight of a bond is a
// polynomial in the cosine c of its phase difference (Poisson's sum),
//
//   w(phi) ~ 1 + 2 sum_{n>0} q^(n n) cos(n phi),  cos(n phi) = T_n(c),  q = exp(-1/(2 beta)),
//
// by powers of c - 1, which all have positive coefficients: exact where the weight is large, and no
// trigonometry here either. A reflection about the field of the neighbours is its own inverse and does
// not depend on the spin, so that it needs no more than the acceptance by the ratio of the weights.
// SPDX-License-Identifier: GPL-3.0-or-later

// Of many bonds at once, as each step of a sum waits for the one before.
static inline __attribute__((always_inline)) void villain_weights(const REAL *series, int32_t terms,
                                                                  const vreal *t, const int n,
                                                                  vreal *w)
{
    for (int q = 0; q < n; q++)
        w[q] = get(series + terms * LANES);
    for (int32_t k = terms - 1; k >= 0; k--) {
        const vreal p = get(series + k * LANES);
        for (int q = 0; q < n; q++)
            w[q] = madd(w[q], t[q], p);
    }
}

// Spin of neighbour q of the element at `at` as it acts there: turned by the phase of the bond.
static inline void seen_from(const row_view *v, size_t at, int32_t q, vreal *x, vreal *y)
{
    *x = get(v->side[q] + at);
    *y = get(v->side[q] + at + LANES);
    if (!v->bond[q])
        return;
    vreal c = get(v->bond[q] + at), d = get(v->bond[q] + at + LANES), x1 = *x;
    *x = c * x1 - d * *y;
    *y = d * x1 + c * *y;
}

static row_view villain_view(const xy_tables *t, const REAL *spin, int32_t row)
{
    return view_of(t, (REAL *)(uintptr_t)spin, row, 2 * t->grid->n_bond, t->bond != NULL);
}

static inline __attribute__((always_inline)) void villain_element(pass *p, const row_view *v,
                                                                  size_t at, vbits word,
                                                                  const int n, const bool bonds)
{
    vreal sx[XY_NEIGHBOURS_MAX], sy[XY_NEIGHBOURS_MAX], t[2 * XY_NEIGHBOURS_MAX], hx = {0},
                                                                                  hy = {0};
    const vreal x = get(v->own + at), y = get(v->own + at + LANES);
    vreal w[2 * XY_NEIGHBOURS_MAX], x2, y2;
    for (int q = 0; q < n; q++) {
        seen(v, at, q, bonds, &sx[q], &sy[q]);
        hx += sx[q];
        hy += sy[q];
    }
    if (p->mirror) {
        vreal f = madd(hx, x, hy * y);
        f = (f + f) / madd(hx, hx, madd(hy, hy, all(TINY)));
        x2 = madd(f, hx, -x);
        y2 = madd(f, hy, -y);
    } else {
        const rotation r = p->rotation[v->row % AT_ONCE][v->part];
        const vreal sine = with_sense(r.sine, word);
        x2 = x + madd(r.shrink, x, -(sine * y));
        y2 = y + madd(r.shrink, y, sine * x);
    }
    for (int q = 0; q < n; q++) {
        t[q] = madd(sx[q], x, madd(sy[q], y, all(-1)));
        t[n + q] = madd(sx[q], x2, madd(sy[q], y2, all(-1)));
    }
    villain_weights((const REAL *)p->draw->series + v->part * PART, p->draw->terms, t, 2 * n, w);
    vreal before = uniform(word) * ((REAL)1 / (UINT64_C(1) << UNIFORM_BITS)), after = w[n];
    before *= w[0];
    for (int q = 1; q < n; q++) {
        before *= w[q];
        after *= w[n + q];
    }
    const answer yes = less(before, after);
    put(v->own + at, x + where(yes, x2 - x));
    put(v->own + at + LANES, y + where(yes, y2 - y));
    p->accepted[v->part] = counted(p->accepted[v->part], yes);
}

static inline __attribute__((always_inline)) void villain_part(pass *p, const row_view *v,
                                                               int32_t from, int32_t to,
                                                               const int n, const bool bonds)
{
    for (int32_t first = from; first < to; first += 2 * AT_ONCE) {
        vbits word[AT_ONCE];
        draw_words(&p->source, v->part, (uint32_t)(v->row * p->t->grid->width + first), word);
        for (int j = 0; j < AT_ONCE && first + 2 * j < to; j++)
            villain_element(p, v, (size_t)(first + 2 * j) * 2 * LANES, word[j], n, bonds);
    }
}

static inline __attribute__((always_inline)) void villain(pass *p, const row_view *first,
                                                          int32_t from, int32_t to, const int n,
                                                          const bool bonds)
{
    each_part(p, first, villain_part, (const int32_t[2]){from, to}, n, bonds);
}
FOUR_KINDS(villain)

static void twist_gain_row(const xy_tables *t, const row_view *v, const xy_draw *draw, int32_t axis,
                           const double *turn, double *gain)
{
    const xy_grid *g = t->grid;
    const REAL wave_c = (REAL)t->wave[axis][2], wave_s = (REAL)t->wave[axis][3];
    const REAL *series = (const REAL *)draw->series + v->part * PART;
    vreal sign, product = all(1);
    double total[PART];
    for (int k = 0; k < PART; k++) {
        sign[k] = (REAL)turn[v->part * PART + k];
        total[k] = 1;
    }
    for (int32_t column = 0; column < g->width; column++) {
        size_t at = (size_t)column * 2 * LANES;
        vreal x = get(v->own + at), y = get(v->own + at + LANES), sx, sy;
        for (int32_t b = 0; b < g->n_bond; b++) {
            if (g->step[b][axis] == 0)
                continue;
            seen_from(v, at, b, &sx, &sy);
            vreal c = x * sx + y * sy, d = x * sy - y * sx;
            vreal w[2],
                from_1[2] = {c - 1, wave_c * c - sign * (REAL)g->step[b][axis] * wave_s * d - 1};
            villain_weights(series, draw->terms, from_1, 2, w);
            product *= w[1] / w[0];
        }
        // A product of 8 keeps within the range of single precision, of 64 within that of double.
        const bool last = column + 1 == g->width;
        for (int k = 0; k < PART && (column % 8 == 7 || last); k++) {
            total[k] *= fabs((double)product[k]);
            product[k] = 1;
            if (column % 64 == 63 || last) {
                gain[k] += log(total[k]);
                total[k] = 1;
            }
        }
    }
}

// ln of the change of weight if the phases of kind `axis`-going bonds grew by turn * 2 pi/n.
static void twist_gain(const xy_tables *t, const void *spins, const xy_draw *draw, int32_t axis,
                       const double *turn, double *gain)
{
    const xy_grid *g = t->grid;
    for (int k = 0; k < LANES; k++)
        gain[k] = 0;
    for (int32_t row = 0; row < g->rows; row++) {
        const row_view first = villain_view(t, spins, row);
        for (int part = 0; part < XY_PARTS; part++) {
            const row_view v = part_view(&first, part, 2 * g->n_bond, t->bond != NULL);
            twist_gain_row(t, &v, draw, axis, turn, gain + part * PART);
        }
    }
}
