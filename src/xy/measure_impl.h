// xy/measure_impl.h -- sums over the lattice, for one precision. They are taken row by row in the
// precision of the spins, then in double.
// SPDX-License-Identifier: GPL-3.0-or-later

static inline void add(double *sum, vreal v)
{
    for (int k = 0; k < LANES; k++)
        sum[k] += (double)v[k];
}

// ---- Bonds ---------------------------------------------------------------------------------------

// cos and sin of the phase difference of the forward bonds, weighted with J.
static inline __attribute__((always_inline)) void bonds_row(const xy_tables *t, const REAL *spin,
                                                            int32_t row, const int n,
                                                            const bool bonds, xy_sums *sums)
{
    int32_t begin = row * t->grid->width, end = begin + t->grid->width;
    vreal sum[XY_AXES][2] = {{{0}}};
    for (int32_t e = begin; e < end; e++) {
        around a = around_of(t, spin, e, n, bonds);
        vreal sx = get(spin + (size_t)e * 2 * LANES), sy = get(spin + ((size_t)e * 2 + 1) * LANES);
        for (int q = 0; q < n; q++) {
            vreal x = get(a.spin[q]), y = get(a.spin[q] + LANES);
            if (bonds) {
                vreal c = get(a.bond[q]), d = get(a.bond[q] + LANES), x1 = x;
                x = c * x1 - d * y;
                y = d * x1 + c * y;
            }
            sum[q][0] += sx * x + sy * y;
            sum[q][1] += sx * y - sy * x;
        }
    }
    for (int q = 0; q < n; q++)
        for (int j = 0; j < 2; j++)
            add(sums->bond[q][j], sum[q][j]);
}

// Derivatives of ln w by the phase difference and by beta (d^2 w/d phi^2 and d w/d beta are tied by
// the equation of heat, of which w is the kernel).
static void villain_row(const xy_tables *t, const REAL *spin, const xy_draw *draw, int32_t row,
                        xy_sums *sums)
{
    const xy_grid *g = t->grid;
    const REAL *series = draw->series;
    for (int32_t e = row * g->width; e < (row + 1) * g->width; e++) {
        const REAL *s = spin + (size_t)e * 2 * LANES;
        for (int32_t b = 0; b < g->n_bond; b++) {
            vreal seen_x, seen_y;
            seen_from(t, spin, e, b, &seen_x, &seen_y);
            for (int k = 0; k < LANES; k++) {
                double x = (double)s[k], y = (double)s[k + LANES], beta = draw->beta[k];
                double sx = (double)seen_x[k], sy = (double)seen_y[k];
                double c = x * sx + y * sy, d = x * sy - y * sx;
                if (c * c + d * d < 0.5) // no bond there
                    continue;
                double w = 1, w1 = 0, w2 = 0, w3 = 0, w4 = 0, cn = 1, dn = 0;
                for (int32_t n = 1; n <= draw->terms; n++) {
                    double a = (double)series[(n - 1) * LANES + k], c1 = cn, m = n;
                    cn = c * c1 - d * dn;
                    dn = c * dn + d * c1;
                    w += a * cn;
                    w1 -= m * a * dn;
                    w2 -= m * m * a * cn;
                    w3 += m * m * m * a * dn;
                    w4 += m * m * m * m * a * cn;
                }
                w1 /= w, w2 /= w, w3 /= w, w4 /= w;
                sums->bond[b][0][k] += w1;
                sums->bond[b][1][k] += w2 - w1 * w1;
                sums->bond[b][2][k] += w3 - 3 * w1 * w2 + 2 * w1 * w1 * w1;
                sums->bond[b][3][k] +=
                    w4 - 4 * w1 * w3 - 3 * w2 * w2 + 12 * w1 * w1 * w2 - 6 * w1 * w1 * w1 * w1;
                double b2 = beta * beta;
                sums->energy[k] += 1 / (2 * beta) + w2 / (2 * b2);
                sums->slope[k] += -1 / (2 * b2) - w2 / (b2 * beta) + (w2 * w2 - w4) / (4 * b2 * b2);
            }
        }
    }
}

// ---- Magnetisation -------------------------------------------------------------------------------

// Also of the longest waves along the axes.
static void spins_row(const xy_tables *t, const REAL *spin, int32_t row, xy_sums *sums)
{
    const xy_grid *g = t->grid;
    vreal mx = {0}, my = {0}, wave_x[4] = {{0}};
    for (int32_t c = 0; c < g->width; c++) {
        const REAL *s = spin + ((size_t)row * (size_t)g->width + (size_t)c) * 2 * LANES;
        const REAL *wave = (const REAL *)t->wave_x + (size_t)c * 2 * LANES;
        vreal x = get(s), y = get(s + LANES), cosine = get(wave), sine = get(wave + LANES);
        mx += x;
        my += y;
        wave_x[0] += x * cosine;
        wave_x[1] += y * cosine;
        wave_x[2] += x * sine;
        wave_x[3] += y * sine;
    }
    add(sums->spin[0], mx);
    add(sums->spin[1], my);
    for (int j = 0; j < 4; j++)
        add(sums->wave[0][j], wave_x[j]);
    for (int a = 1; a < g->n_axis; a++) {
        int32_t place = a == 1 ? row % g->size[1] : row / g->size[1];
        REAL c = (REAL)t->wave[a][2 * place], s = (REAL)t->wave[a][2 * place + 1];
        add(sums->wave[a][0], mx * c);
        add(sums->wave[a][1], my * c);
        add(sums->wave[a][2], mx * s);
        add(sums->wave[a][3], my * s);
    }
}

// ---- Vortices ------------------------------------------------------------------------------------

// Does the shorter arc from spin a to spin b cross the angle pi? +1 upwards in angle, -1 downwards.
// The sum around a closed path is its winding number. (A true comparison is -1.)
static inline vbits crossing(vreal ax, vreal ay, vreal bx, vreal by)
{
    vreal turn = ax * by - ay * bx;
    vbits over = (vbits)(ay > 0) & (vbits)(by <= 0) & (vbits)(turn > 0);
    vbits back = (vbits)(ay <= 0) & (vbits)(by > 0) & (vbits)(turn < 0);
    return back - over;
}

static inline vbits magnitude(vbits n)
{
    vbits negative = (vbits)((vsigned)n < 0);
    return (n ^ negative) - negative;
}

// Elements at the corners of a face; n_place - 1, where zeros stand, for those beyond the lattice.
static int32_t face_corners(const xy_grid *g, int32_t face, int32_t e, int32_t corner[4])
{
    corner[0] = e;
    if (g->n_bond == 3 && g->n_axis == 2) {
        corner[1] = g->next[face][e];
        corner[2] = g->next[face + 1][e];
        return 3;
    }
    int32_t u = face == 2 ? 1 : 0, v = face == 0 ? 1 : 2;
    corner[1] = g->next[u][e];
    corner[3] = g->next[v][e];
    corner[2] = corner[3] < g->n_element ? g->next[u][corner[3]] : g->n_place - 1;
    return 4;
}

// Winding number of the phases around each face, without gauge field.
static void vortices_row(const xy_tables *t, const REAL *spin, int32_t row, xy_sums *sums)
{
    const xy_grid *g = t->grid;
    vbits count = {0}, cross[XY_AXES] = {{0}};
    for (int32_t e = row * g->width; e < (row + 1) * g->width; e++) {
        const REAL *s = spin + (size_t)e * 2 * LANES;
        for (int32_t a = 0; a < g->n_axis; a++) {
            const REAL *o = spin + (size_t)g->next[a][e] * 2 * LANES;
            cross[a] += crossing(get(s), get(s + LANES), get(o), get(o + LANES));
        }
        for (int32_t f = 0; f < g->n_face; f++) {
            int32_t corner[4], n = face_corners(g, f, e, corner);
            vbits winding = {0};
            vreal present = {0}, px = get(s), py = get(s + LANES);
            present += 1;
            for (int32_t j = 1; j <= n; j++) {
                const REAL *next = spin + (size_t)corner[j % n] * 2 * LANES;
                vreal qx = get(next), qy = get(next + LANES);
                winding += crossing(px, py, qx, qy);
                present *= qx * qx + qy * qy;
                px = qx;
                py = qy;
            }
            count += magnitude(winding) & (vbits)(present > (REAL)0.5);
        }
    }
    for (int k = 0; k < LANES; k++) {
        sums->vortices[k] += (double)count[k];
        for (int32_t a = 0; a < g->n_axis; a++)
            sums->crossing[a][k] += (double)((vsigned)cross[a])[k];
    }
}

// In a gauge field: n = (sum of the phase differences + sum of A)/2 pi around a face. The rotations
// by the phase differences are multiplied one after the other; crossings of pi are counted, and the
// end is known: a rotation by -sum A.
static void vortices_row_flux(const xy_tables *t, const REAL *spin, int32_t row, xy_sums *sums)
{
    const xy_grid *g = t->grid;
    vbits count = {0};
    enum { STRIDE = 9 * LANES }; // four bonds (cos A, sin A), then the turns of -sum A
    for (int32_t e = row * g->width; e < (row + 1) * g->width; e++)
        for (int32_t f = 0; f < g->n_face; f++) {
            int32_t corner[4], n = face_corners(g, f, e, corner);
            const REAL *curl =
                (const REAL *)t->curl + ((size_t)f * (size_t)g->n_element + (size_t)e) * STRIDE;
            const REAL *first = spin + (size_t)e * 2 * LANES;
            vreal px = get(first), py = get(first + LANES), cx = {0}, cy = {0}, present = {0};
            vbits winding = {0};
            cx += 1;
            present += 1;
            for (int32_t j = 0; j < n; j++) {
                const REAL *next = spin + (size_t)corner[(j + 1) % n] * 2 * LANES;
                vreal qx = get(next), qy = get(next + LANES);
                vreal ca = get(curl + 2 * j * LANES), sa = get(curl + (2 * j + 1) * LANES);
                vreal ax = ca * qx + sa * qy, ay = ca * qy - sa * qx;
                vreal ux = px * ax + py * ay, uy = px * ay - py * ax; // rotation by phi
                vreal nx = ux * cx - uy * cy, ny = uy * cx + ux * cy;
                if (j > 0) // from angle 0 no step reaches beyond pi
                    winding += crossing(cx, cy, nx, ny);
                present *= qx * qx + qy * qy;
                cx = nx;
                cy = ny;
                px = qx;
                py = qy;
            }
            // Angle of the end in turns; beside the cut at pi its side tells the sign. The vortex is
            // winding + end - turns: -1/2, which half a quantum is written as, against +1/2.
            vreal turns = get(curl + 8 * LANES);
            vbits half = (vbits)(turns < (REAL)-0.499) & (vbits)(cy > 0);
            count += magnitude(winding - half) & (vbits)(present > (REAL)0.5);
        }
    for (int k = 0; k < LANES; k++)
        sums->vortices[k] += (double)count[k];
}

static void measure(const xy_tables *t, const void *spins, const xy_draw *draw, xy_sums *sums)
{
    const xy_grid *g = t->grid;
    *sums = (xy_sums){0};
    for (int32_t row = 0; row < g->rows; row++) {
        if (t->villain) {
            villain_row(t, spins, draw, row, sums);
        } else if (g->n_bond == 2 && !t->bond) {
            bonds_row(t, spins, row, 2, false, sums);
        } else if (g->n_bond == 2) {
            bonds_row(t, spins, row, 2, true, sums);
        } else if (!t->bond) {
            bonds_row(t, spins, row, 3, false, sums);
        } else {
            bonds_row(t, spins, row, 3, true, sums);
        }
        spins_row(t, spins, row, sums);
        if (t->curl)
            vortices_row_flux(t, spins, row, sums);
        else
            vortices_row(t, spins, row, sums);
    }
}
