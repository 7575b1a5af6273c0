// xy/cluster_impl.h -- Wolff's cluster, for one precision: spins are reflected at the line
// perpendicular to a random direction; a bond joins with 1 - exp(-2 beta J sigma_i sigma_j), sigma
// the projections. Wolff, Phys. Rev. Lett. 62, 361 (1989).
// SPDX-License-Identifier: GPL-3.0-or-later

// The element and lane over bond q; element -1: nothing is there.
static xy_spot neighbour(const xy_grid *g, xy_spot spot, int32_t q)
{
    int32_t row = g->row[q][spot.element / g->width], c = spot.element % g->width + g->shift[q];
    if (row == g->rows)
        return (xy_spot){-1, 0};
    int32_t beyond = c < 0 ? -1 : c >= g->width ? 1 : 0, lane = spot.lane + beyond * g->replicas;
    if (g->open[0] && (lane < 0 || lane >= LANES))
        return (xy_spot){-1, 0};
    return (xy_spot){row * g->width + c - beyond * g->width, (lane + LANES) % LANES};
}

static void reflect_spin(REAL *s, const double n[2])
{
    double projection = n[0] * (double)s[0] + n[1] * (double)s[LANES];
    s[0] = (REAL)((double)s[0] - 2 * projection * n[0]);
    s[LANES] = (REAL)((double)s[LANES] - 2 * projection * n[1]);
}

static int32_t cluster(const xy_tables *t, void *spins, const xy_draw *draw, int32_t r,
                       int32_t *stack)
{
    const xy_grid *g = t->grid;
    REAL *spin = spins;
    const uint64_t stream = UINT64_C(1) << 63 | (draw->vector * XY_LANES_MAX + (uint32_t)r);
    uint64_t index = draw->sweep << 32;
    double u[2];
    flx_rng_uniform(draw->seed, stream, index++, u);
    xy_spot seed = flx_xy_grid_spot(g, (int32_t)(u[0] * flx_xy_grid_sites(g)), r);
    const double n[2] = {cos(6.283185307179586 * u[1]), sin(6.283185307179586 * u[1])};
    const double twice_beta = 2 * draw->beta[seed.lane];
    int32_t n_stack = 0, size = 0, used = 2;
    // A spin is turned as it enters the cluster; the stack holds those whose bonds are still to try.
    reflect_spin(spin + flx_xy_at(g, seed), n);
    stack[n_stack++] = seed.element * LANES + seed.lane;
    while (n_stack > 0) {
        int32_t top = stack[--n_stack], e = top / LANES, lane = top % LANES;
        const REAL *p = spin + flx_xy_at(g, (xy_spot){e, lane});
        double own = twice_beta * (n[0] * (double)p[0] + n[1] * (double)p[LANES]);
        size++;
        for (int q = 0; q < 2 * g->n_bond; q++) {
            xy_spot other = neighbour(g, (xy_spot){e, lane}, q);
            if (other.element < 0)
                continue;
            REAL *o = spin + flx_xy_at(g, other);
            double x = own * (n[0] * (double)o[0] + n[1] * (double)o[LANES]);
            if (t->bond) {
                size_t at = (size_t)q * (size_t)g->n_element + (size_t)e;
                x *= (double)((const REAL *)t->bond)[at * 2 * LANES + (size_t)lane];
            }
            if (x >= 0)
                continue;
            if (used == 2) {
                flx_rng_uniform(draw->seed, stream, index++, u);
                used = 0;
            }
            if (u[used++] < exp(x))
                continue;
            reflect_spin(o, n);
            stack[n_stack++] = other.element * LANES + other.lane;
        }
    }
    refresh(g, spins);
    return size;
}
