// tdgl/coarse.c -- the long waves of (beta L + K)^-1 in a film (screen.h).
//
// Some two hundred functions of the faces, the columns of P: quadratic B-splines on a square grid
// over each film, in the centres of the circles round the triangles (where K takes differences),
// times c, which is lost towards the rim and large holes over a spacing h, (K + kappa^2 D) c =
// kappa^2 D 1; and for each large hole one that is 1 in it and lost around it.
//
// With V^T P^T K P V = 1 and V^T P^T L P V = diag(lambda), found once, P^T (beta L + K) P has the
// inverse V diag(1/(1 + beta lambda)) V^T for any beta.
//
// P^T L P is made of the fluxes of many functions at once, so far from each other that what one
// sends to another is that of a dipole, which is taken off; so are pairs that far apart.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/screen.h"

#include "linalg/dense.h"

#include <math.h>
#include <string.h>

enum { FUNCTIONS = 200, FACES_EACH = 16, HOLES = 16, TERMS = 10, LANES = 8 };
static const double near = 3; // [h] dipoles will do beyond

// Splines of a face: place node + j stride + i has scale times spline j of y and i of x, -1/2 to 1/2;
// the function of a hole share.
typedef struct tdgl_place {
    int32_t node, hole;
    float x, y, scale, share;
} tdgl_place;

// (1/2 - x)^2/2, 3/4 - x^2, (1/2 + x)^2/2 in powers of x
static const float spline[3][3] = {{0.125F, -0.5F, 0.5F}, {0.75F, 0, -1}, {0.125F, 0.5F, 0.5F}};

static inline float spline_at(int i, float x)
{
    return spline[i][0] + x * (spline[i][1] + x * spline[i][2]);
}

static double rim_of(const tdgl_coarse *c)
{
    return 4 / (c->spacing * c->spacing); // kappa^2
}

// -- places ---------------------------------------------------------------------------------------

static void triangle_centre(const flx_mesh *m, int32_t t, double at[2])
{
    const int32_t *v = m->tri + 3 * (size_t)t;
    double ax = m->x[v[1]] - m->x[v[0]], ay = m->y[v[1]] - m->y[v[0]];
    double bx = m->x[v[2]] - m->x[v[0]], by = m->y[v[2]] - m->y[v[0]];
    double a2 = ax * ax + ay * ay, b2 = bx * bx + by * by, d = 2 * (ax * by - ay * bx);
    at[0] = m->x[v[0]] + (by * a2 - ay * b2) / d;
    at[1] = m->y[v[0]] + (ax * b2 - bx * a2) / d;
}

// Centre and film of each face.
static void set_centres(const tdgl_faces *f, double *centre, int32_t *film)
{
    const flx_mesh *m = f->mesh;
    for (int32_t t = 0; t < m->n_tri; t++) {
        triangle_centre(m, t, centre + 2 * t);
        film[t] = m->film[m->tri[3 * (size_t)t]];
    }
    int32_t hole = m->n_tri;
    for (int32_t l = 0; l < m->n_loop; l++) {
        const flx_mesh_loop *loop = &m->loop[l];
        if (loop->outer)
            continue;
        double sum[2] = {0, 0};
        for (int32_t k = loop->start; k < loop->start + loop->n; k++) {
            sum[0] += m->x[m->loop_site[k]] / loop->n;
            sum[1] += m->y[m->loop_site[k]] / loop->n;
        }
        memcpy(centre + 2 * hole, sum, sizeof sum);
        film[hole++] = loop->film;
    }
}

// Films have grids of their own, one behind the other.
typedef struct film_grid {
    double centre[2];
    int32_t n[2], line; // its first line
} film_grid;

static void set_splines(tdgl_place *p, const double at[2], const film_grid *g, double h,
                        int32_t stride)
{
    int32_t cell[2];
    for (int d = 0; d < 2; d++) {
        double x = (at[d] - g->centre[d]) / h + 0.5 * g->n[d];
        cell[d] = (int32_t)fmin(fmax(floor(x), 1), g->n[d] - 2);
        *(d == 0 ? &p->x : &p->y) = (float)fmin(fmax(x - cell[d] - 0.5, -0.5), 0.5);
    }
    p->scale = 1;
    p->node = (g->line + cell[1] - 1) * stride + cell[0] - 1;
}

// The places of P in the row of face t, and its values.
static void row_of(const tdgl_coarse *c, int32_t t, int32_t *place, double *value)
{
    const tdgl_place *p = &c->place[t];
    for (int k = 0; k < 9; k++) {
        place[k] = p->node + k / 3 * c->stride + k % 3;
        value[k] = (double)(p->scale * spline_at(k / 3, p->y) * spline_at(k % 3, p->x));
    }
    place[9] = p->hole;
    value[9] = (double)p->share;
}

// The largest holes, if they are large.
static int32_t choose_holes(const tdgl_faces *f, double h, int32_t *hole)
{
    int32_t n = 0;
    for (int32_t k = f->mesh->n_tri; k < f->n_face; k++) {
        if (f->area[k] < h * h / 4)
            continue;
        int32_t at = n < HOLES ? n++ : HOLES - 1;
        if (at == HOLES - 1 && n == HOLES && hole[at] > 0 && f->area[hole[at]] >= f->area[k])
            continue;
        for (; at > 0 && f->area[hole[at - 1]] < f->area[k]; at--)
            hole[at] = hole[at - 1];
        hole[at] = k;
    }
    return n;
}

// c, and the functions of the holes: where they meet, the larger one.
static flx_status set_edges(flx_ctx *ctx, flx_pool *pool, tdgl_coarse *c, int32_t n_hole,
                            const int32_t *hole)
{
    const tdgl_faces *f = c->faces;
    int32_t n = f->n_face, n_value = f->row[n];
    double kappa2 = rim_of(c), held = 0;
    double *value = FLX_NEW_ARRAY(ctx, double, n_value), *x = FLX_NEW_ARRAY(ctx, double, n);
    flx_spd *factor = NULL;
    flx_status status = value && x ? FLX_OK : FLX_ERR_MEMORY;
    if (status == FLX_OK) {
        memcpy(value, f->value, (size_t)n_value * sizeof *value);
        for (int32_t t = 0; t < n; t++) {
            value[f->diagonal[t]] += kappa2 * f->area[t];
            held = fmax(held, 1e6 * f->value[f->diagonal[t]]);
        }
        for (int32_t k = 0; k < n_hole; k++)
            value[f->diagonal[hole[k]]] += held;
        flx_csr matrix = {.n = n, .row = f->row, .col = f->col, .val = value};
        status = flx_spd_create(ctx, "cholmod-single", &matrix, pool, &factor);
    }
    for (int32_t k = -1; status == FLX_OK && k < n_hole; k++) {
        for (int32_t t = 0; t < n; t++)
            x[t] = k < 0 ? kappa2 * f->area[t] : 0;
        for (int32_t j = 0; j < n_hole; j++)
            x[hole[j]] = k == j ? held : 0;
        flx_spd_approximate(factor, x, x);
        for (int32_t t = 0; t < n; t++) {
            tdgl_place *p = &c->place[t];
            p->scale = k < 0 ? (float)x[t] : p->scale;
            if (k >= 0 && x[t] > 0.01 && (float)x[t] > p->share) {
                p->hole = c->n_grid + k;
                p->share = (float)x[t];
            }
        }
    }
    flx_spd_free(factor);
    flx_free(value);
    flx_free(x);
    return status;
}

// -- the functions, as dipoles --------------------------------------------------------------------

typedef struct dipole {
    double moment, at[3], spread; // spread: mean square of x - at[0]
    bool alone;                   // of a hole
} dipole;

static double distance2(const dipole *a, const dipole *b)
{
    double x = a->at[0] - b->at[0], y = a->at[1] - b->at[1], z = a->at[2] - b->at[2];
    return x * x + y * y + z * z;
}

static bool closer(const dipole *a, const dipole *b, double d)
{
    return a->alone || b->alone || distance2(a, b) < d * d;
}

// The flux of one in the other, both spread in the plane.
static double between(const dipole *a, const dipole *b, double pearl_length)
{
    const double pi = 3.14159265358979323846;
    double r2 = distance2(a, b), z = a->at[2] - b->at[2], z2 = z * z;
    double field = (3 * z2 - r2) / (r2 * r2 * sqrt(r2));
    return a->moment * b->moment * field * (1 + 4.5 * (a->spread + b->spread) / r2) /
           (4 * pi * pearl_length);
}

// Numbers the places that matter, 0 from there on; fills their dipoles.
static void find_functions(tdgl_coarse *c, const double *centre, const int32_t *film,
                           const double *z, int32_t *number, dipole *d)
{
    int32_t n_all = c->n_grid + HOLES, place[TERMS];
    double value[TERMS];
    for (int32_t t = 0; t < c->faces->n_face; t++) {
        row_of(c, t, place, value);
        for (int k = 0; k < TERMS; k++) {
            dipole *one = &d[place[k]];
            double m = value[k] * c->faces->area[t], x = centre[2 * t], y = centre[2 * t + 1];
            one->moment += m;
            one->at[0] += m * x;
            one->at[1] += m * y;
            one->at[2] = z ? z[film[t]] : 0;
            one->spread += m * (x * x + y * y) / 2;
        }
    }
    for (int32_t k = 0; k < n_all; k++) {
        number[k] = -1;
        if (!(d[k].moment > 0.02 * c->spacing * c->spacing))
            continue;
        dipole one = d[k];
        one.at[0] /= one.moment;
        one.at[1] /= one.moment;
        one.spread /= one.moment;
        one.spread -= (one.at[0] * one.at[0] + one.at[1] * one.at[1]) / 2;
        one.alone = k >= c->n_grid;
        number[k] = c->n;
        c->node[c->n] = k;
        d[c->n++] = one;
    }
}

// -- its matrices ---------------------------------------------------------------------------------

typedef struct matrices {
    double *k, *d, *l; // [n][n] P^T K P, P^T D P, P^T L P
} matrices;

// K and D.
static void project(const tdgl_coarse *c, const int32_t *number, const matrices *m)
{
    const tdgl_faces *f = c->faces;
    size_t n = (size_t)c->n;
    int32_t own[TERMS], other[TERMS];
    double value[TERMS], there[TERMS];
    for (int32_t t = 0; t < f->n_face; t++) {
        row_of(c, t, own, value);
        for (int32_t k = f->row[t]; k < f->row[t + 1]; k++) {
            row_of(c, f->col[k], other, there);
            double area = f->col[k] == t ? f->area[t] : 0;
            for (int a = 0; a < TERMS; a++)
                for (int b = 0; b < TERMS; b++) {
                    if (number[own[a]] < 0 || number[other[b]] < 0)
                        continue;
                    size_t at = (size_t)number[own[a]] * n + (size_t)number[other[b]];
                    m->k[at] += value[a] * f->value[k] * there[b];
                    m->d[at] += value[a] * area * there[b];
                }
        }
    }
}

// L, colour by colour.
static void project_flux(const tdgl_coarse *c, tdgl_sheet *sheet, const int32_t *number,
                         const dipole *d, int32_t *colour, const matrices *m, double *g,
                         double *flux, double *sum)
{
    int32_t n = c->n, n_face = c->faces->n_face, left = n, place[TERMS];
    double value[TERMS], reach = near * c->spacing;
    for (int32_t k = 0; k < n; k++)
        colour[k] = -1;
    for (int32_t now = 0; left > 0; now++) {
        for (int32_t k = 0; k < n; k++) {
            bool free = colour[k] < 0;
            for (int32_t j = 0; free && j < n; j++)
                free = j == k || colour[j] != now || !closer(&d[j], &d[k], 2 * reach);
            if (free) {
                colour[k] = now;
                left--;
            }
        }
        for (int32_t t = 0; t < n_face; t++) {
            row_of(c, t, place, value);
            g[t] = 0;
            for (int k = 0; k < TERMS; k++)
                if (number[place[k]] >= 0 && colour[number[place[k]]] == now)
                    g[t] += value[k];
        }
        flx_sheet_flux(sheet, g, flux);
        memset(sum, 0, (size_t)n * sizeof *sum);
        for (int32_t t = 0; t < n_face; t++) {
            row_of(c, t, place, value);
            for (int k = 0; k < TERMS; k++)
                if (number[place[k]] >= 0)
                    sum[number[place[k]]] += value[k] * flux[t];
        }
        for (int32_t i = 0; i < n; i++) {
            double rest = sum[i];
            int32_t one = -1; // of this colour and close
            for (int32_t j = 0; j < n; j++) {
                if (colour[j] != now)
                    continue;
                if (d[i].alone && !d[j].alone) // all of this colour are in sum[i]
                    break;
                double far = between(&d[i], &d[j], sheet->pearl_length);
                if (closer(&d[i], &d[j], reach)) {
                    one = j;
                    continue;
                }
                m->l[(size_t)j * (size_t)n + (size_t)i] = far;
                rest -= far;
            }
            if (one >= 0)
                m->l[(size_t)one * (size_t)n + (size_t)i] = rest;
            if (one >= 0 && d[one].alone)
                m->l[(size_t)i * (size_t)n + (size_t)one] = rest;
        }
    }
}

static flx_status solve_pencil(flx_ctx *ctx, tdgl_coarse *c, const tdgl_rungs *rungs,
                               const matrices *m)
{
    size_t n = (size_t)c->n;
    double *a = FLX_NEW_ARRAY(ctx, double, n *n);
    if (!a)
        return FLX_ERR_MEMORY;
    flx_status status = FLX_OK;
    for (int32_t r = 0; r < rungs->n && status == FLX_OK; r++) {
        for (size_t k = 0; k < n * n; k++)
            a[k] = m->k[k] + rungs->shift[r] * m->d[k];
        status = flx_dense_invert(ctx, c->n, a);
        for (size_t k = 0; k < n * n; k++)
            c->of_rung[(size_t)r * n * n + k] = (float)a[k];
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            a[i * n + j] = (m->l[i * n + j] + m->l[j * n + i]) / 2;
    if (status == FLX_OK)
        status = flx_dense_pencil(ctx, c->n, a, m->k, c->lambda);
    for (size_t k = 0; k < n * n; k++)
        c->vector[k] = (float)a[k];
    for (size_t k = 0; k < n; k++) // what dipoles leave out
        c->lambda[k] = fmax(c->lambda[k], 0);
    flx_free(a);
    return status;
}

// -- life -----------------------------------------------------------------------------------------

static flx_status make_matrices(flx_ctx *ctx, tdgl_sheet *sheet, const tdgl_rungs *rungs,
                                const int32_t *number, const dipole *d, tdgl_coarse *c)
{
    size_t n = (size_t)c->n, n_face = (size_t)c->faces->n_face;
    c->vector = FLX_NEW_ARRAY(ctx, float, n *n);
    c->of_rung = FLX_NEW_ARRAY(ctx, float, (size_t)rungs->n *n *n);
    c->lambda = FLX_NEW_ARRAY(ctx, double, n);
    c->in = FLX_NEW_ARRAY(ctx, float, n);
    c->modes = FLX_NEW_ARRAY(ctx, float, n);
    c->out = FLX_NEW_ARRAY(ctx, float, n);
    matrices m = {FLX_NEW_ARRAY(ctx, double, n *n), FLX_NEW_ARRAY(ctx, double, n *n),
                  FLX_NEW_ARRAY(ctx, double, n *n)};
    double *g = FLX_NEW_ARRAY(ctx, double, n_face), *flux = FLX_NEW_ARRAY(ctx, double, n_face);
    double *sum = FLX_NEW_ARRAY(ctx, double, n);
    int32_t *colour = FLX_NEW_ARRAY(ctx, int32_t, n);
    flx_status status = FLX_ERR_MEMORY;
    if (c->vector && c->of_rung && c->lambda && c->in && c->modes && c->out && m.k && m.d && m.l &&
        g && flux && sum && colour) {
        project(c, number, &m);
        project_flux(c, sheet, number, d, colour, &m, g, flux, sum);
        status = solve_pencil(ctx, c, rungs, &m);
    }
    double *arrays[] = {m.k, m.d, m.l, g, flux, sum};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        flx_free(arrays[k]);
    flx_free(colour);
    return status;
}

static flx_status set_places(flx_ctx *ctx, tdgl_sheet *sheet, tdgl_coarse *c, const double *centre,
                             const int32_t *film)
{
    const flx_mesh *m = c->faces->mesh;
    const double h = c->spacing;
    int32_t hole[HOLES] = {0}, lines = 0;
    film_grid *grid = FLX_NEW_ARRAY(ctx, film_grid, m->n_film);
    if (!grid)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < m->n_film; k++) {
        film_grid *g = &grid[k];
        double box[4];
        flx_mesh_film_bounds(m, k, box);
        for (int d = 0; d < 2; d++) {
            g->centre[d] = (box[d] + box[2 + d]) / 2;
            g->n[d] = (int32_t)ceil((box[2 + d] - box[d]) / h) + 2;
        }
        g->line = lines;
        lines += g->n[1];
        c->stride = c->stride > g->n[0] ? c->stride : g->n[0];
    }
    c->n_grid = lines * c->stride;
    c->place = FLX_NEW_ARRAY(ctx, tdgl_place, c->faces->n_face);
    c->grid = FLX_NEW_ARRAY(ctx, float, c->n_grid + HOLES);
    c->node = FLX_NEW_ARRAY(ctx, int32_t, c->n_grid + HOLES);
    for (int32_t t = 0; c->place && t < c->faces->n_face; t++) {
        set_splines(&c->place[t], centre + 2 * t, &grid[film[t]], h, c->stride);
        c->place[t].hole = c->n_grid;
    }
    flx_free(grid);
    if (!c->place || !c->grid || !c->node)
        return FLX_ERR_MEMORY;
    int32_t n_hole = choose_holes(c->faces, h, hole);
    return set_edges(ctx, sheet->pool, c, n_hole, hole);
}

// The faces cell by cell, in whole lanes; what fills them is the place behind the faces.
static flx_status sort_faces(flx_ctx *ctx, tdgl_coarse *c)
{
    int32_t n = c->faces->n_face, most = 0, *count = FLX_NEW_ARRAY(ctx, int32_t, c->n_grid);
    flx_status status = FLX_ERR_MEMORY;
    if (!count)
        return status;
    for (int32_t t = 0; t < n; t++) {
        c->n_cell += count[c->place[t].node]++ == 0;
        c->n_shared += c->place[t].share > 0;
    }
    for (int32_t k = 0; k < c->n_grid; k++)
        most += (count[k] + LANES - 1) / LANES * LANES;
    c->cell_start = FLX_NEW_ARRAY(ctx, int32_t, c->n_cell + 1);
    c->cell_end = FLX_NEW_ARRAY(ctx, int32_t, c->n_cell);
    c->cell_node = FLX_NEW_ARRAY(ctx, int32_t, c->n_cell);
    c->face = FLX_NEW_ARRAY(ctx, int32_t, most);
    c->shared_face = FLX_NEW_ARRAY(ctx, int32_t, c->n_shared);
    c->shared_place = FLX_NEW_ARRAY(ctx, int32_t, c->n_shared);
    c->x = FLX_NEW_ARRAY(ctx, float, most);
    c->y = FLX_NEW_ARRAY(ctx, float, most);
    c->scale = FLX_NEW_ARRAY(ctx, float, most);
    c->share = FLX_NEW_ARRAY(ctx, float, c->n_shared);
    if (!c->cell_start || !c->cell_end || !c->cell_node || !c->face || !c->shared_face ||
        !c->shared_place || !c->x || !c->y || !c->scale || !c->share)
        goto end;
    int32_t cell = 0, shared = 0;
    for (int32_t k = 0; k < c->n_grid; k++) {
        if (count[k] == 0)
            continue;
        int32_t start = c->cell_start[cell];
        c->cell_end[cell] = start + count[k];
        c->cell_node[cell++] = k;
        c->cell_start[cell] = start + (count[k] + LANES - 1) / LANES * LANES;
        count[k] = start; // where its next face goes
    }
    for (int32_t k = 0; k < most; k++)
        c->face[k] = n;
    for (int32_t t = 0; t < n; t++) {
        const tdgl_place *p = &c->place[t];
        int32_t k = count[p->node]++;
        c->face[k] = t;
        c->x[k] = p->x;
        c->y[k] = p->y;
        c->scale[k] = p->scale;
        if (p->share > 0) {
            c->shared_face[shared] = t;
            c->shared_place[shared] = p->hole;
            c->share[shared++] = p->share;
        }
    }
    status = FLX_OK;
end:
    flx_free(count);
    flx_free(c->place);
    c->place = NULL;
    return status;
}

flx_status flx_coarse_init(flx_ctx *ctx, tdgl_sheet *sheet, const double *z,
                           const tdgl_rungs *rungs, tdgl_coarse *c)
{
    const tdgl_faces *f = sheet->faces;
    double area = 0;
    for (int32_t t = 0; t < f->mesh->n_tri; t++)
        area += f->area[t];
    c->faces = f;
    c->spacing = sqrt(area / fmin(FUNCTIONS, (double)f->n_face / FACES_EACH));
    double *centre = FLX_NEW_ARRAY(ctx, double, 2 * (size_t)f->n_face);
    int32_t *film = FLX_NEW_ARRAY(ctx, int32_t, f->n_face), *number = NULL;
    dipole *d = NULL;
    flx_status status = FLX_ERR_MEMORY;
    if (!centre || !film)
        goto end;
    set_centres(f, centre, film);
    status = set_places(ctx, sheet, c, centre, film);
    if (status < 0)
        goto end;
    number = FLX_NEW_ARRAY(ctx, int32_t, c->n_grid + HOLES);
    d = FLX_NEW_ARRAY(ctx, dipole, c->n_grid + HOLES);
    status = FLX_ERR_MEMORY;
    if (!number || !d)
        goto end;
    find_functions(c, centre, film, z, number, d);
    status = make_matrices(ctx, sheet, rungs, number, d, c);
    if (status == FLX_OK)
        status = sort_faces(ctx, c);
end:
    flx_free(centre);
    flx_free(film);
    flx_free(number);
    flx_free(d);
    return status;
}

void flx_coarse_clear(tdgl_coarse *c)
{
    flx_free(c->place);
    flx_free(c->node);
    int32_t *lists[] = {c->cell_start, c->cell_end,    c->cell_node,
                        c->face,       c->shared_face, c->shared_place};
    for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
        flx_free(lists[k]);
    float *arrays[] = {c->grid, c->vector, c->of_rung, c->in,    c->modes,
                       c->out,  c->x,      c->y,       c->scale, c->share};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        flx_free(arrays[k]);
    flx_free(c->lambda);
    *c = (tdgl_coarse){0};
}

// -- the inverse ----------------------------------------------------------------------------------

// y_i += factor a_i.x
static void times(int32_t n, const float *restrict a, const float *restrict x, float factor,
                  float *restrict y)
{
    enum { PARTS = 16 };
    for (int32_t i = 0; i < n; i++, a += n) {
        float part[PARTS] = {0}, sum = 0;
        int32_t j = 0;
        for (; j + PARTS <= n; j += PARTS)
            for (int k = 0; k < PARTS; k++)
                part[k] += a[j + k] * x[j + k];
        for (; j < n; j++)
            sum += a[j] * x[j];
        for (int k = 0; k < PARTS; k++)
            sum += part[k];
        y[i] += factor * sum;
    }
}

// y += a^T x
static void transposed_times(int32_t n, const float *restrict a, const float *restrict x,
                             float *restrict y)
{
    for (int32_t i = 0; i < n; i++, a += n)
        for (int32_t j = 0; j < n; j++)
            y[j] += a[j] * x[i];
}

// Adds up f x^p y^q of the faces of a cell: moment[q][p].
static void moments(const tdgl_coarse *c, int32_t cell, const float *restrict f, float moment[3][3])
{
    float sum[3][3][LANES] = {{{0}}};
    for (int32_t k = c->cell_start[cell]; k < c->cell_start[cell + 1]; k += LANES) {
        const int32_t *face = c->face + k;
        const float *x = c->x + k, *y = c->y + k, *scale = c->scale + k;
        float row[LANES];
        for (int l = 0; l < LANES; l++)
            row[l] = f[face[l]] * scale[l];
        for (int q = 0; q < 3; q++)
            for (int l = 0; l < LANES; l++) {
                sum[q][0][l] += row[l];
                sum[q][1][l] += row[l] * x[l];
                sum[q][2][l] += row[l] * x[l] * x[l];
                row[l] *= y[l];
            }
    }
    for (int q = 0; q < 3; q++)
        for (int p = 0; p < 3; p++) {
            const float *s = sum[q][p];
            moment[q][p] = ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7]));
        }
}

// Grid of P^T r.
static void collect(const tdgl_coarse *c, const float *restrict r, float *restrict grid)
{
    for (int32_t cell = 0; cell < c->n_cell; cell++) {
        float moment[3][3];
        moments(c, cell, r, moment);
        for (int j = 0; j < 3; j++)
            for (int i = 0; i < 3; i++) {
                float sum = 0;
                for (int q = 0; q < 3; q++)
                    for (int p = 0; p < 3; p++)
                        sum += spline[j][q] * spline[i][p] * moment[q][p];
                grid[c->cell_node[cell] + j * c->stride + i] += sum;
            }
    }
    for (int32_t k = 0; k < c->n_shared; k++)
        grid[c->shared_place[k]] += c->share[k] * r[c->shared_face[k]];
}

void flx_coarse_solve(tdgl_coarse *c, double beta, const tdgl_blend *blend, const float *r)
{
    int32_t n = c->n, n_all = c->n_grid + HOLES;
    float *restrict grid = c->grid;
    memset(grid, 0, (size_t)n_all * sizeof *grid);
    collect(c, r, grid);
    for (int32_t k = 0; k < n; k++) {
        c->in[k] = grid[c->node[k]];
        c->modes[k] = c->out[k] = 0;
    }
    times(n, c->vector, c->in, 1, c->modes);
    for (int32_t k = 0; k < n; k++)
        c->modes[k] /= (float)(1 + beta * c->lambda[k]);
    transposed_times(n, c->vector, c->modes, c->out);
    for (int k = 0; k < 2; k++)
        if (blend->weight[k] > 0)
            times(n, c->of_rung + (size_t)blend->rung[k] * (size_t)n * (size_t)n, c->in,
                  -(float)blend->weight[k], c->out);
    memset(grid, 0, (size_t)n_all * sizeof *grid);
    for (int32_t k = 0; k < n; k++)
        grid[c->node[k]] = c->out[k];
}

typedef struct job {
    const tdgl_coarse *c;
    float factor, *x;
} job;

static void add_cells(void *arg, int32_t begin, int32_t end)
{
    const job *j = arg;
    const tdgl_coarse *c = j->c;
    const float factor = j->factor;
    float *restrict out = j->x;
    for (int32_t cell = begin; cell < end; cell++) {
        const float *grid = c->grid + c->cell_node[cell];
        float power[3][3] = {{0}}; // its coefficients
        for (int q = 0; q < 3; q++)
            for (int p = 0; p < 3; p++)
                for (int n = 0; n < 9; n++)
                    power[q][p] +=
                        spline[n / 3][q] * spline[n % 3][p] * grid[n / 3 * c->stride + n % 3];
        const int32_t *restrict face = c->face;
        const float *restrict x = c->x, *restrict y = c->y, *restrict scale = c->scale;
        FLX_INDEPENDENT
        for (int32_t k = c->cell_start[cell]; k < c->cell_end[cell]; k++) {
            float line[3];
            for (int q = 0; q < 3; q++)
                line[q] = power[q][0] + x[k] * (power[q][1] + x[k] * power[q][2]);
            float value = line[0] + y[k] * (line[1] + y[k] * line[2]);
            out[face[k]] = factor * out[face[k]] + scale[k] * value;
        }
    }
}

void flx_coarse_add(const tdgl_coarse *c, flx_pool *pool, float factor, float *x)
{
    flx_pool_parts(pool, c->n_cell, 16, add_cells, &(job){c, factor, x});
    for (int32_t k = 0; k < c->n_shared; k++)
        x[c->shared_face[k]] += c->share[k] * c->grid[c->shared_place[k]];
}
