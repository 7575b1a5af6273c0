// xy/measure_impl.h -- sums over the lattice, for one precision. They are taken row by row in the
// precision of the spins, then in double.
// SPDX-License-Identifier: GPL-3.0-or-later

// As many sums in double as a vector holds, wherever they stand: of one or two cuts of the spins'.
enum { CUTS = 8 / sizeof(REAL), SUMS = XY_WIDE / 8 };
typedef double vsum __attribute__((vector_size(XY_WIDE), may_alias, aligned(8)));
typedef REAL cut __attribute__((vector_size(XY_WIDE / CUTS), may_alias));
typedef int64_t vyes __attribute__((vector_size(XY_WIDE), may_alias, aligned(8)));

static inline vsum part_of(vreal v, int k)
{
    union {
        vreal whole;
        cut part[CUTS];
    } u = {v};
    return __builtin_convertvector(u.part[k], vsum);
}

static inline void add(double *sum, vreal v)
{
    for (int k = 0; k < CUTS; k++)
        *(vsum *)(sum + SUMS * k) += part_of(v, k);
}

// ---- Bonds ---------------------------------------------------------------------------------------

// cos and sin of the phase difference of the forward bonds, weighted with J.
static inline __attribute__((always_inline)) void bonds_part(const xy_tables *t,
                                                             const row_view *first, int part,
                                                             const int n, const bool bonds,
                                                             xy_sums *sums)
{
    const row_view v = part_view(first, part, n, bonds);
    vreal sum[XY_AXES][2] = {{{0}}};
    for (int32_t column = 0; column < t->grid->width; column++) {
        size_t at = (size_t)column * 2 * LANES;
        vreal sx = get(v.own + at), sy = get(v.own + at + LANES);
        for (int q = 0; q < n; q++) {
            vreal x = get(v.side[q] + at), y = get(v.side[q] + at + LANES);
            if (bonds) {
                vreal c = get(v.bond[q] + at), d = get(v.bond[q] + at + LANES), x1 = x;
                x = c * x1 - d * y;
                y = d * x1 + c * y;
            }
            sum[q][0] = madd(sx, x, madd(sy, y, sum[q][0]));
            sum[q][1] = madd(sx, y, madd(-sy, x, sum[q][1]));
        }
    }
    for (int q = 0; q < n; q++)
        for (int j = 0; j < 2; j++)
            add(sums->bond[q][j] + part * PART, sum[q][j]);
}

static inline __attribute__((always_inline)) void bonds_row(const xy_tables *t, const REAL *spin,
                                                            int32_t row, const int n,
                                                            const bool bonds, xy_sums *sums)
{
    const row_view v = view_of(t, (REAL *)(uintptr_t)spin, row, n, bonds);
    for (int part = 0; part < XY_PARTS; part++)
        bonds_part(t, &v, part, n, bonds, sums);
}

// Derivatives of ln w by the phase difference and by beta (d^2 w/d phi^2 and d w/d beta are tied by
// the equation of heat, of which w is the kernel) are added to sum [6].
static inline __attribute__((always_inline)) void villain_bond(const REAL *series, int32_t terms,
                                                               vreal c, vreal s, vreal *sum)
{
    // w and its derivatives by c, the k-th over k!.
    vreal p = get(series + terms * LANES), p1 = {0}, p2 = {0}, p3 = {0}, p4 = {0};
    const vreal t = c - 1;
    for (int32_t k = terms - 1; k >= 0; k--) {
        p4 = madd(p4, t, p3);
        p3 = madd(p3, t, p2);
        p2 = madd(p2, t, p1);
        p1 = madd(p1, t, p);
        p = madd(p, t, get(series + k * LANES));
    }
    // By phi, c' = -s; over w. Where no bond is, c and s are 0, and so are w1 to w4.
    const vreal over = 1 / p, ss = s * s, cc = c * c;
    p1 *= over;
    p2 *= 2 * over;
    p3 *= 6 * over;
    p4 *= 24 * over;
    const vreal w1 = -s * p1, w2 = ss * p2 - c * p1, w3 = s * (p1 + 3 * c * p2 - ss * p3),
                w4 = c * p1 + (3 * cc - 4 * ss) * p2 - ss * (6 * c * p3 - ss * p4),
                square = w1 * w1;
    sum[0] += w1;
    sum[1] += w2 - square;
    sum[2] += w3 - w1 * (3 * w2 - 2 * square);
    sum[3] += w4 - 4 * w1 * w3 - 3 * w2 * w2 + square * (12 * w2 - 6 * square);
    sum[4] += w2;
    sum[5] += w2 * w2 - w4;
    sum[6] += where(less(all((REAL)0.5), cc + ss), all(1));
}

static void villain_row(const xy_tables *t, const REAL *spin, const xy_draw *draw, int32_t row,
                        xy_sums *sums)
{
    const xy_grid *g = t->grid;
    const row_view first = villain_view(t, spin, row);
    for (int part = 0; part < XY_PARTS; part++) {
        const row_view v = part_view(&first, part, 2 * g->n_bond, t->bond != NULL);
        const REAL *series = (const REAL *)draw->series + part * PART;
        for (int32_t b = 0; b < g->n_bond; b++) {
            vreal sum[7] = {{0}};
            for (size_t at = 0; at < (size_t)g->width * 2 * LANES; at += 2 * LANES) {
                vreal x = get(v.own + at), y = get(v.own + at + LANES), sx, sy;
                seen_from(&v, at, b, &sx, &sy);
                villain_bond(series, draw->terms, x * sx + y * sy, x * sy - y * sx, sum);
            }
            for (int j = 0; j < 4; j++)
                add(sums->bond[b][j] + part * PART, sum[j]);
            for (int k = 0; k < PART; k++) {
                const int lane = part * PART + k;
                const double w2 = (double)sum[4][k], there = (double)sum[6][k],
                             inverse = 1 / draw->beta[lane], square = inverse * inverse;
                sums->energy[lane] += 0.5 * (there * inverse + w2 * square);
                sums->slope[lane] +=
                    square * (square * (double)sum[5][k] / 4 - w2 * inverse - there / 2);
            }
        }
    }
}

// ---- Magnetisation -------------------------------------------------------------------------------

// Also of the longest waves along the axes.
static void spins_part(const xy_tables *t, const REAL *spin, int32_t row, int part, xy_sums *sums)
{
    const xy_grid *g = t->grid;
    const int lane = part * PART;
    vreal mx = {0}, my = {0}, wave_x[4] = {{0}};
    for (int32_t c = 0; c < g->width; c++) {
        const REAL *s = spin + flx_xy_column(g, row, c) + lane;
        const REAL *wave = (const REAL *)t->wave_x + (size_t)c * 2 * LANES + lane;
        vreal x = get(s), y = get(s + LANES), cosine = get(wave), sine = get(wave + LANES);
        mx += x;
        my += y;
        wave_x[0] += x * cosine;
        wave_x[1] += y * cosine;
        wave_x[2] += x * sine;
        wave_x[3] += y * sine;
    }
    add(sums->spin[0] + lane, mx);
    add(sums->spin[1] + lane, my);
    for (int j = 0; j < 4; j++)
        add(sums->wave[0][j] + lane, wave_x[j]);
    for (int a = 1; a < g->n_axis; a++) {
        int32_t place = a == 1 ? row % g->size[1] : row / g->size[1];
        REAL c = (REAL)t->wave[a][2 * place], s = (REAL)t->wave[a][2 * place + 1];
        add(sums->wave[a][0] + lane, mx * c);
        add(sums->wave[a][1] + lane, my * c);
        add(sums->wave[a][2] + lane, mx * s);
        add(sums->wave[a][3] + lane, my * s);
    }
}

// ---- Vortices ------------------------------------------------------------------------------------

// Does the shorter arc from spin a to spin b cross the angle pi? +1 upwards in angle, -1 downwards.
// The sum around a closed path is its winding number. Half-planes and turns are told by signs alone.
static inline vbits crossing(vreal ax, vreal ay, vreal bx, vreal by)
{
    const int top = 8 * sizeof(REAL) - 1;
    vbits a = (vbits)((vsigned)ay >> top), b = (vbits)((vsigned)by >> top); // all bits: below
    vbits right = (vbits)((vsigned)(ax * by - ay * bx) >> top);
    return (a & ~b & right) - (~a & b & ~right);
}

static inline vbits magnitude(vbits n)
{
    vbits negative = (vbits)((vsigned)n < 0);
    return (n ^ negative) - negative;
}

// The corners of a face of the element at own + x stand at corner[k] + x. Beyond the lattice: zeros.
static int32_t face_corners(const xy_grid *g, const REAL *spin, int32_t row, int32_t face,
                            const REAL *corner[5])
{
    bool triangles = g->n_bond == 3 && g->n_axis == 2;
    int32_t u = triangles ? face : face == 2 ? 1 : 0, v = triangles ? face + 1 : face == 0 ? 1 : 2;
    int32_t n = triangles ? 3 : 4, to_v = g->row[v][row];
    corner[0] = corner[n] = spin + flx_xy_column(g, row, 0);
    corner[1] = spin + flx_xy_column(g, g->row[u][row], g->shift[u]);
    corner[n - 1] = spin + flx_xy_column(g, to_v, g->shift[v]);
    if (n == 4)
        corner[2] = spin + flx_xy_column(g, g->row[u][to_v], g->shift[u]);
    return n;
}

// All bits where all corners of a face are there.
static vbits face_present(const REAL *const *corner, int32_t n, size_t at)
{
    vreal present = all(1);
    for (int32_t j = 0; j < n; j++) {
        vreal x = get(corner[j] + at), y = get(corner[j] + at + LANES);
        present *= x * x + y * y;
    }
    return (vbits)(present > (REAL)0.5);
}

static inline vbits face_winding(const REAL *const *corner, int32_t n, size_t at)
{
    vbits winding = {0};
    for (int32_t j = 0; j < n; j++)
        winding += crossing(get(corner[j] + at), get(corner[j] + at + LANES),
                            get(corner[j + 1] + at), get(corner[j + 1] + at + LANES));
    return winding;
}

// Winding number of the phases around each face, without gauge field. spin: of the part.
static void vortices_part(const xy_tables *t, const REAL *spin, int32_t row, int lane,
                          xy_sums *sums)
{
    const xy_grid *g = t->grid;
    const bool complete = !g->absent && !g->open[0] && !g->open[1] && !g->open[2];
    vbits count = {0};
    const REAL *own = spin + flx_xy_column(g, row, 0);
    for (int32_t a = 0; a < g->n_axis; a++) {
        vbits cross = {0};
        const REAL *side = spin + flx_xy_column(g, g->row[a][row], g->shift[a]);
        for (size_t at = 0; at < (size_t)g->width * 2 * LANES; at += 2 * LANES)
            cross += crossing(get(own + at), get(own + at + LANES), get(side + at),
                              get(side + at + LANES));
        add(sums->crossing[a] + lane, __builtin_convertvector((vsigned)cross, vreal));
    }
    for (int32_t f = 0; f < g->n_face; f++) {
        const REAL *corner[5];
        const int32_t n = face_corners(g, spin, row, f, corner);
        for (size_t at = 0; at < (size_t)g->width * 2 * LANES; at += 2 * LANES) {
            vbits number = magnitude(face_winding(corner, n, at));
            if (!complete)
                number &= face_present(corner, n, at);
            count += number;
        }
    }
    add(sums->vortices + lane, __builtin_convertvector((vsigned)count, vreal));
}

// In a gauge field: n = (sum of the phase differences + sum of A)/2 pi around a face. The rotations
// by the phase differences are multiplied one after the other; crossings of pi are counted, and the
// end is known: a rotation by -sum A.
static void vortices_part_flux(const xy_tables *t, const REAL *spin, int32_t row, int lane,
                               xy_sums *sums)
{
    const xy_grid *g = t->grid;
    vbits count = {0};
    enum { STRIDE = 9 * LANES }; // four bonds (cos A, sin A), then the turns of -sum A
    for (int32_t f = 0; f < g->n_face; f++) {
        const REAL *corner[5];
        const int32_t n = face_corners(g, spin, row, f, corner);
        const REAL *curl =
            (const REAL *)t->curl + lane +
            ((size_t)f * (size_t)g->n_element + (size_t)row * (size_t)g->width) * STRIDE;
        for (int32_t column = 0; column < g->width; column++, curl += STRIDE) {
            const size_t at = (size_t)column * 2 * LANES;
            vreal px = get(corner[0] + at), py = get(corner[0] + at + LANES), cx = all(1), cy = {0};
            vbits winding = {0};
            for (int32_t j = 0; j < n; j++) {
                vreal qx = get(corner[j + 1] + at), qy = get(corner[j + 1] + at + LANES);
                vreal ca = get(curl + 2 * j * LANES), sa = get(curl + (2 * j + 1) * LANES);
                vreal ax = ca * qx + sa * qy, ay = ca * qy - sa * qx;
                vreal ux = px * ax + py * ay, uy = px * ay - py * ax; // rotation by phi
                vreal nx = ux * cx - uy * cy, ny = uy * cx + ux * cy;
                if (j > 0) // from angle 0 no step reaches beyond pi
                    winding += crossing(cx, cy, nx, ny);
                cx = nx;
                cy = ny;
                px = qx;
                py = qy;
            }
            // Angle of the end in turns; beside the cut at pi its side tells the sign. The vortex is
            // winding + end - turns: -1/2, which half a quantum is written as, against +1/2.
            vreal turns = get(curl + 8 * LANES);
            vbits half = (vbits)(turns < (REAL)-0.499) & (vbits)(cy > 0);
            count += magnitude(winding - half) & face_present(corner, n, at);
        }
    }
    add(sums->vortices + lane, __builtin_convertvector((vsigned)count, vreal));
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
        for (int part = 0; part < XY_PARTS; part++) {
            const REAL *spin = (const REAL *)spins + part * PART;
            spins_part(t, spins, row, part, sums);
            if (t->curl)
                vortices_part_flux(t, spin, row, part * PART, sums);
            else
                vortices_part(t, spin, row, part * PART, sums);
        }
    }
}
