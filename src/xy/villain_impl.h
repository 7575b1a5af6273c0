// xy/villain_impl.h -- updates of the Villain model, for one precision. The weight of a bond is a
// polynomial in the cosine c of its phase difference (Poisson's sum),
//
//   w(phi) ~ 1 + 2 sum_{n>0} q^(n n) cos(n phi),  cos(n phi) = T_n(c),  q = exp(-1/(2 beta)),
//
// summed by Clenshaw's rule: no trigonometry here either. A reflection about the field of the
// neighbours is its own inverse and does not depend on the spin, so that it needs no more than the
// acceptance by the ratio of the weights.
// SPDX-License-Identifier: GPL-3.0-or-later

static inline vreal villain_weight(const REAL *series, int32_t terms, vreal c)
{
    vreal b1 = {0}, b2 = {0}, twice = c + c;
    for (int32_t n = terms - 1; n >= 0; n--) {
        vreal b = get(series + n * LANES) + twice * b1 - b2;
        b2 = b1;
        b1 = b;
    }
    return 1 + c * b1 - b2;
}

// Spin of neighbour q of an element as it acts there: turned by the phase of the bond.
static inline void seen_from(const xy_tables *t, const REAL *spin, int32_t e, int32_t q, vreal *x,
                             vreal *y)
{
    const REAL *s = spin + (size_t)t->grid->next[q][e] * 2 * LANES;
    *x = get(s);
    *y = get(s + LANES);
    if (!t->bond)
        return;
    size_t at = (size_t)q * (size_t)t->grid->n_element + (size_t)e;
    const REAL *bond = (const REAL *)t->bond + at * 2 * LANES;
    vreal c = get(bond), d = get(bond + LANES), x1 = *x;
    *x = c * x1 - d * *y;
    *y = d * x1 + c * *y;
}

static void villain_element(const xy_tables *t, REAL *spin, const xy_draw *draw, vreal width,
                            int32_t e, bool mirror, vbits *accepted)
{
    const int32_t n = 2 * t->grid->n_bond;
    REAL *s = spin + (size_t)e * 2 * LANES;
    vreal sx[XY_NEIGHBOURS_MAX], sy[XY_NEIGHBOURS_MAX], hx = {0}, hy = {0};
    for (int32_t q = 0; q < n; q++) {
        seen_from(t, spin, e, q, &sx[q], &sy[q]);
        hx += sx[q];
        hy += sy[q];
    }
    vbits word[4];
    draw_words(draw, (uint32_t)e, word);
    vreal u, p, x = get(s), y = get(s + LANES), x2, y2;
    uniform(word, 0, &u, &p);
    if (mirror) {
        vreal f = 2 * (hx * x + hy * y) / (hx * hx + hy * hy + TINY);
        x2 = f * hx - x;
        y2 = f * hy - y;
    } else {
        vreal tangent = width * p, c = 2 / (1 + tangent * tangent), d = c * tangent;
        x2 = (c - 1) * x - d * y;
        y2 = d * x + (c - 1) * y;
    }
    vreal before = u, after = {0};
    after += 1;
    for (int32_t q = 0; q < n; q++) {
        before *= villain_weight(draw->series, draw->terms, sx[q] * x + sy[q] * y);
        after *= villain_weight(draw->series, draw->terms, sx[q] * x2 + sy[q] * y2);
    }
    vbits yes = (vbits)(before < after);
    x = choose(yes, x2, x);
    y = choose(yes, y2, y);
    vreal norm = (REAL)1.5 - (REAL)0.5 * (x * x + y * y);
    put(s, x * norm);
    put(s + LANES, y * norm);
    *accepted -= yes;
}

static void villain_sweep(const xy_tables *t, REAL *spin, xy_draw *draw, bool mirror)
{
    const xy_grid *g = t->grid;
    vreal width = {0};
    vbits accepted = {0};
    for (int k = 0; k < LANES && !mirror; k++)
        width[k] = (REAL)draw->width[k];
    for (int32_t row = 0; row < g->rows; row++)
        for (int parity = 0; parity < 2; parity++) {
            for (int32_t c = parity; c < g->width; c += 2)
                villain_element(t, spin, draw, width, row * g->width + c, mirror, &accepted);
            copy_ghosts(g, spin, row, parity);
        }
    for (int k = 0; k < LANES && !mirror; k++)
        draw->accepted[k] += (int64_t)accepted[k];
}

// ln of the change of weight if the phases of kind `axis`-going bonds grew by turn * 2 pi/n.
static void twist_gain(const xy_tables *t, const void *spins, const xy_draw *draw, int32_t axis,
                       const double *turn, double *gain)
{
    const xy_grid *g = t->grid;
    const REAL wave_c = (REAL)t->wave[axis][2], wave_s = (REAL)t->wave[axis][3];
    vreal sign, product = {0};
    product += 1;
    for (int k = 0; k < LANES; k++) {
        sign[k] = (REAL)turn[k];
        gain[k] = 0;
    }
    for (int32_t e = 0; e < g->n_element; e++) {
        const REAL *s = (const REAL *)spins + (size_t)e * 2 * LANES;
        vreal x = get(s), y = get(s + LANES), sx, sy;
        for (int32_t b = 0; b < g->n_bond; b++) {
            if (g->step[b][axis] == 0)
                continue;
            seen_from(t, spins, e, b, &sx, &sy);
            vreal c = x * sx + y * sy, d = x * sy - y * sx;
            vreal c2 = wave_c * c - sign * (REAL)g->step[b][axis] * wave_s * d;
            product *= villain_weight(draw->series, draw->terms, c2) /
                       villain_weight(draw->series, draw->terms, c);
        }
        // A product of few keeps within the range of the numbers.
        if (e % 8 == 7 || e + 1 == g->n_element)
            for (int k = 0; k < LANES; k++) {
                gain[k] += log(fabs((double)product[k]));
                product[k] = 1;
            }
    }
}
