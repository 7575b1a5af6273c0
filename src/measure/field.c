// measure/field.c -- field and vector potential of the sheet currents.
//
//   A(r) = (mu0/4 pi) sum_t integral over triangle t of K(r') dS'/|r - r'|,   B = curl A
//
// with K linear between its corners: continuous, so that B_z is finite in the film too, and of the
// second order in the mesh. Near a triangle the integrals are taken in closed form
// (selffield/facet.c); from 5 times its size on by Radon's rule of 7 points (degree 5), from 40 times
// by the 3 middles of the sides (degree 2), each good for about 1e-7. A plane takes less, about 2e-6:
// from 3 and 15 times the size on; there each point of a rule goes over a row of the plane, in a loop
// that the compiler turns into vectors. In natural units mu0 K0 = Bc2 xi/Lambda.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/pool.h"
#include "measure/measure.h"
#include "selffield/facet.h"

#include <string.h>

typedef struct patch {
    flx_facet facet;
    double K[2], slope[4]; // at the centroid, as in selffield/facet.h
} patch;

// Barycentric points and weights; the 7 points are of J. Radon, Monatsh. Math. 52, 286 (1948).
typedef struct rule_point {
    double bary[3], weight;
} rule_point;

#define RADON_A 0.10128650732345633880  // (6 - sqrt 15)/21
#define RADON_B 0.47014206410511508977  // (6 + sqrt 15)/21
#define RADON_WA 0.12593918054482715260 // (155 - sqrt 15)/1200
#define RADON_WB 0.13239415278850618074 // (155 + sqrt 15)/1200
static const rule_point middle_rule[7] = {
    {{1.0 / 3, 1.0 / 3, 1.0 / 3}, 0.225},
    {{1 - 2 * RADON_A, RADON_A, RADON_A}, RADON_WA},
    {{1 - 2 * RADON_B, RADON_B, RADON_B}, RADON_WB},
    {{RADON_A, 1 - 2 * RADON_A, RADON_A}, RADON_WA},
    {{RADON_B, 1 - 2 * RADON_B, RADON_B}, RADON_WB},
    {{RADON_A, RADON_A, 1 - 2 * RADON_A}, RADON_WA},
    {{RADON_B, RADON_B, 1 - 2 * RADON_B}, RADON_WB},
};
static const rule_point far_rule[3] = {
    {{0, 0.5, 0.5}, 1.0 / 3}, {{0.5, 0, 0.5}, 1.0 / 3}, {{0.5, 0.5, 0}, 1.0 / 3}};

// Place of a point of a rule, and its K times its weight.
static void place(const patch *p, const rule_point *point, double at[2], double K[2])
{
    const flx_facet *f = &p->facet;
    at[0] = at[1] = 0;
    for (int k = 0; k < 3; k++) {
        at[0] += point->bary[k] * f->x[k];
        at[1] += point->bary[k] * f->y[k];
    }
    for (int c = 0; c < 2; c++)
        K[c] =
            point->weight * f->area *
            (p->K[c] + p->slope[2 * c] * (at[0] - f->cx) + p->slope[2 * c + 1] * (at[1] - f->cy));
}

// Adds A_x, A_y, B_x, B_y, B_z by a rule of n points.
static void add_points(const patch *p, const double r[3], const rule_point *rule, int n,
                       double sum[5])
{
    for (int k = 0; k < n; k++) {
        double at[2], K[2];
        place(p, &rule[k], at, K);
        double x = r[0] - at[0], y = r[1] - at[1], z = r[2] - p->facet.z;
        double inverse = 1 / sqrt(x * x + y * y + z * z), cube = inverse * inverse * inverse;
        sum[0] += K[0] * inverse;
        sum[1] += K[1] * inverse;
        sum[2] += K[1] * cube * z;
        sum[3] -= K[0] * cube * z;
        sum[4] += cube * (K[0] * y - K[1] * x);
    }
}

static void add_patch(const patch *p, const double r[3], double sum[5])
{
    const flx_facet *f = &p->facet;
    double x = r[0] - f->cx, y = r[1] - f->cy, z = r[2] - f->z;
    double ratio = (x * x + y * y + z * z) / (f->radius * f->radius);
    if (ratio < 5.0 * 5.0)
        flx_facet_field(f, r, p->K, p->slope, sum);
    else if (ratio < 40.0 * 40.0)
        add_points(p, r, middle_rule, 7, sum);
    else
        add_points(p, r, far_rule, 3, sum);
}

static patch patch_of(const flx_sheet *sheet, int32_t t)
{
    const flx_mesh *mesh = sheet->mesh;
    const int32_t *c = mesh->tri + 3 * (ptrdiff_t)t;
    double x[3], y[3];
    patch p = {.K = {0, 0}};
    for (int k = 0; k < 3; k++) {
        x[k] = mesh->x[c[k]];
        y[k] = mesh->y[c[k]];
    }
    flx_facet_init(&p.facet, x, y, sheet->z ? sheet->z[mesh->film[c[0]]] : 0);
    for (int k = 0; k < 3; k++) {
        int a = (k + 1) % 3, b = (k + 2) % 3;
        const double *K = sheet->site_current + 2 * (ptrdiff_t)c[k];
        for (int axis = 0; axis < 2; axis++) {
            p.K[axis] += K[axis] / 3;
            p.slope[2 * axis] += K[axis] * (y[a] - y[b]) / (2 * p.facet.area);
            p.slope[2 * axis + 1] += K[axis] * (x[b] - x[a]) / (2 * p.facet.area);
        }
    }
    return p;
}

typedef struct job {
    const patch *list;
    int32_t n_patch;
    double unit;
    const double *r; // [n][3], or NULL: the plane
    double *b, *a;   // results wanted
    const flx_field_plane *plane;
    double *x, *bz; // [nx] of the plane's columns; [ny][nx]
} job;

static void field_range(void *arg, int32_t begin, int32_t end)
{
    const job *w = arg;
    for (int32_t k = begin; k < end; k++) {
        double sum[5] = {0};
        for (int32_t t = 0; t < w->n_patch; t++)
            add_patch(&w->list[t], w->r + 3 * (ptrdiff_t)k, sum);
        for (int axis = 0; axis < 3; axis++) {
            if (w->b)
                w->b[3 * (ptrdiff_t)k + axis] = w->unit * sum[2 + axis];
            if (w->a)
                w->a[3 * (ptrdiff_t)k + axis] = axis < 2 ? w->unit * sum[axis] : 0;
        }
    }
}

// -- a plane, row by row --------------------------------------------------------------------------

typedef struct range {
    int32_t begin, end;
} range;

// Columns nearer than `reach` to the patch, given the square of the distance off its column.
static range columns_near(const flx_field_plane *plane, const patch *p, double reach, double off2)
{
    double half2 = reach * reach - off2;
    if (!(half2 > 0))
        return (range){0, 0};
    double half = sqrt(half2), at = p->facet.cx - plane->x0;
    if (plane->dx == 0)
        return (range){0, fabs(at) < half ? plane->nx : 0};
    double low = (at - half) / plane->dx, high = (at + half) / plane->dx;
    double first = fmax(ceil(fmin(low, high)), 0);
    double end = fmin(floor(fmax(low, high)) + 1, plane->nx);
    return first < end ? (range){(int32_t)first, (int32_t)end} : (range){0, 0};
}

// Adds B_z = (K x R)_z/R^3 of a point, K times its weight.
static void add_source(const double K[2], const double R0[3], const double *restrict x,
                       double *restrict bz, range columns)
{
    double off2 = R0[1] * R0[1] + R0[2] * R0[2], turn = K[0] * R0[1];
    for (int32_t i = columns.begin; i < columns.end; i++) {
        double dx = x[i] - R0[0], r2 = dx * dx + off2;
        bz[i] += (turn - K[1] * dx) / (r2 * sqrt(r2));
    }
}

// Adds a patch by a rule of n points to two ranges of columns.
static void add_rule(const job *w, const patch *p, const double yz[2], const rule_point *rule,
                     int n, const range part[2], double *bz)
{
    for (int k = 0; k < n; k++) {
        double at[2], K[2];
        place(p, &rule[k], at, K);
        const double R0[3] = {at[0], yz[0] - at[1], yz[1] - p->facet.z};
        add_source(K, R0, w->x, bz, part[0]);
        add_source(K, R0, w->x, bz, part[1]);
    }
}

// What is in `all` to the left and to the right of `hole`.
static void without(range all, range hole, range part[2])
{
    part[0] = all;
    part[1] = (range){0, 0};
    if (hole.begin < hole.end) {
        part[0].end = hole.begin;
        part[1] = (range){hole.end, all.end};
    }
}

static void plane_rows(void *arg, int32_t begin, int32_t end)
{
    const job *w = arg;
    const flx_field_plane *plane = w->plane;
    for (int32_t row = begin; row < end; row++) {
        double yz[2] = {plane->y0 + plane->dy * row, plane->z};
        double *bz = w->bz + (ptrdiff_t)row * plane->nx;
        memset(bz, 0, (size_t)plane->nx * sizeof *bz);
        for (int32_t t = 0; t < w->n_patch; t++) {
            const patch *p = &w->list[t];
            double y = yz[0] - p->facet.cy, z = yz[1] - p->facet.z, off2 = y * y + z * z;
            range near = columns_near(plane, p, 3 * p->facet.radius, off2);
            range middle = columns_near(plane, p, 15 * p->facet.radius, off2), part[2];
            without((range){0, plane->nx}, middle, part);
            add_rule(w, p, yz, far_rule, 3, part, bz);
            without(middle, near, part);
            if (middle.begin < middle.end)
                add_rule(w, p, yz, middle_rule, 7, part, bz);
            for (int32_t i = near.begin; i < near.end; i++) {
                double sum[5] = {0};
                flx_facet_field(&p->facet, (double[3]){w->x[i], yz[0], yz[1]}, p->K, p->slope, sum);
                bz[i] += sum[4];
            }
        }
        for (int32_t i = 0; i < plane->nx; i++)
            bz[i] *= w->unit;
    }
}

static flx_status run(flx_ctx *ctx, const flx_sheet *sheet, job *work, int32_t n,
                      void (*range_of)(void *, int32_t, int32_t))
{
    if (!(sheet->pearl_length > 0))
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "the Pearl length is %g xi, it must be positive for currents to have a "
                        "field",
                        sheet->pearl_length);
    flx_pool *pool = NULL;
    patch *list = FLX_NEW_ARRAY(ctx, patch, sheet->mesh->n_tri);
    if (!list)
        return FLX_ERR_MEMORY;
    flx_status status = flx_pool_create(ctx, flx_ctx_threads(ctx), n, &pool);
    if (status == FLX_OK) {
        for (int32_t t = 0; t < sheet->mesh->n_tri; t++)
            list[t] = patch_of(sheet, t);
        work->list = list;
        work->n_patch = sheet->mesh->n_tri;
        work->unit = 1 / (2 * FLX_TWO_PI * sheet->pearl_length);
        flx_pool_for(pool, n, range_of, work);
    }
    flx_pool_free(pool);
    flx_free(list);
    return status;
}

flx_status flx_measure_field(flx_ctx *ctx, const flx_sheet *sheet, const double *r, int32_t n,
                             double *b, double *a)
{
    job work = {.r = r, .b = b, .a = a};
    return run(ctx, sheet, &work, n, field_range);
}

flx_status flx_measure_field_plane(flx_ctx *ctx, const flx_sheet *sheet,
                                   const flx_field_plane *plane, double *bz)
{
    if (plane->nx < 1 || plane->ny < 1 || (int64_t)plane->nx * plane->ny > INT32_MAX)
        return flx_fail(ctx, FLX_ERR_INPUT, "a plane of %d x %d points was asked for", plane->nx,
                        plane->ny);
    job work = {.plane = plane, .x = FLX_NEW_ARRAY(ctx, double, plane->nx), .bz = bz};
    if (!work.x)
        return FLX_ERR_MEMORY;
    for (int32_t i = 0; i < plane->nx; i++)
        work.x[i] = plane->x0 + plane->dx * i;
    flx_status status = run(ctx, sheet, &work, plane->ny, plane_rows);
    flx_free(work.x);
    return status;
}
