// measure/field.c -- field and vector potential of the sheet currents.
//
//   A(r) = (mu0/4 pi) sum_t K_t I_t(r),   I_t = integral over triangle t of dS'/|r - r'|
//   B = curl A = (mu0/4 pi) sum_t grad I_t x K_t
//
// with K_t the mean of the currents at its corners. Near a triangle I_t and its gradient are taken
// in closed form (D. R. Wilton et al., IEEE Trans. Antennas Propag. 32, 276 (1984)); from 5 times
// its size on by Radon's rule of 7 points (degree 5), from 40 times by the 3 middles of the sides
// (degree 2), each good for about 1e-7. A plane takes less, about 2e-6: from 3 and 15 times the
// size on; there each point of a rule goes over a row of the plane, in a loop that the compiler
// turns into vectors. In natural units mu0 K0 = Bc2 xi/Lambda.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/pool.h"
#include "measure/measure.h"

#include <string.h>

typedef struct patch {
    double corner[3][2], z;
    double centre[2], size, area; // size: farthest corner from the centre
    double K[2];
} patch;

typedef struct potential {
    double value, grad[3];
} potential;

// In closed form. For a side from l- to l+ along its direction, at the distance P (positive: the
// point is inside) and with height d: R = sqrt(l^2 + P^2 + d^2),
//   I = sum P f - |d| b,  f = ln((R+ + l+)/(R- + l-)),
//   b = atan(P l+/(R0^2 + |d| R+)) - atan(P l-/(R0^2 + |d| R-)).
static potential near_potential(const patch *p, const double r[3])
{
    potential sum = {0, {0, 0, 0}};
    double d = r[2] - p->z, height = fabs(d), angle = 0;
    for (int k = 0; k < 3; k++) {
        const double *a = p->corner[k], *b = p->corner[(k + 1) % 3];
        double tx = b[0] - a[0], ty = b[1] - a[1], length = hypot(tx, ty);
        tx /= length;
        ty /= length;
        double low = (a[0] - r[0]) * tx + (a[1] - r[1]) * ty, high = low + length;
        double P = (a[0] - r[0]) * ty - (a[1] - r[1]) * tx;
        double r0 = P * P + d * d;
        double r_low = sqrt(low * low + r0), r_high = sqrt(high * high + r0);
        // The form without cancellation.
        double f = low + high >= 0 ? log((r_high + high) / (r_low + low))
                                   : log((r_low - low) / (r_high - high));
        double beta = 0;
        if (r0 > 0)
            beta = atan(P * high / (r0 + height * r_high)) - atan(P * low / (r0 + height * r_low));
        sum.value += P != 0 ? P * f : 0;
        sum.grad[0] -= ty * f;
        sum.grad[1] += tx * f;
        angle += beta;
    }
    sum.value -= height * angle;
    sum.grad[2] = d > 0 ? -angle : d < 0 ? angle : 0;
    return sum;
}

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

static void add_point(const patch *p, const double r[3], const rule_point *point, potential *sum)
{
    double x = r[0], y = r[1], z = r[2] - p->z;
    for (int k = 0; k < 3; k++) {
        x -= point->bary[k] * p->corner[k][0];
        y -= point->bary[k] * p->corner[k][1];
    }
    double w = point->weight * p->area / sqrt(x * x + y * y + z * z);
    double w3 = w / (x * x + y * y + z * z);
    sum->value += w;
    sum->grad[0] -= w3 * x;
    sum->grad[1] -= w3 * y;
    sum->grad[2] -= w3 * z;
}

static potential rule_potential(const patch *p, const double r[3], const rule_point *rule, int n)
{
    potential sum = {0, {0, 0, 0}};
    for (int k = 0; k < n; k++)
        add_point(p, r, &rule[k], &sum);
    return sum;
}

static potential potential_of(const patch *p, const double r[3])
{
    double x = r[0] - p->centre[0], y = r[1] - p->centre[1], z = r[2] - p->z;
    double ratio = (x * x + y * y + z * z) / (p->size * p->size);
    if (ratio < 5.0 * 5.0)
        return near_potential(p, r);
    return ratio < 40.0 * 40.0 ? rule_potential(p, r, middle_rule, 7)
                               : rule_potential(p, r, far_rule, 3);
}

static patch patch_of(const flx_sheet *sheet, int32_t t)
{
    const flx_mesh *mesh = sheet->mesh;
    const int32_t *c = mesh->tri + 3 * (ptrdiff_t)t;
    patch p = {.z = sheet->z ? sheet->z[mesh->film[c[0]]] : 0};
    for (int k = 0; k < 3; k++) {
        p.corner[k][0] = mesh->x[c[k]];
        p.corner[k][1] = mesh->y[c[k]];
        for (int axis = 0; axis < 2; axis++) {
            p.centre[axis] += p.corner[k][axis] / 3;
            p.K[axis] += sheet->site_current[2 * (ptrdiff_t)c[k] + axis] / 3;
        }
    }
    for (int k = 0; k < 3; k++)
        p.size = fmax(p.size, hypot(p.corner[k][0] - p.centre[0], p.corner[k][1] - p.centre[1]));
    p.area = 0.5 * ((p.corner[1][0] - p.corner[0][0]) * (p.corner[2][1] - p.corner[0][1]) -
                    (p.corner[2][0] - p.corner[0][0]) * (p.corner[1][1] - p.corner[0][1]));
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

static void field_at(const job *w, const double r[3], double b[3], double a[2])
{
    memset(b, 0, 3 * sizeof *b);
    memset(a, 0, 2 * sizeof *a);
    for (int32_t t = 0; t < w->n_patch; t++) {
        const patch *p = &w->list[t];
        potential I_t = potential_of(p, r);
        a[0] += p->K[0] * I_t.value;
        a[1] += p->K[1] * I_t.value;
        b[0] -= p->K[1] * I_t.grad[2];
        b[1] += p->K[0] * I_t.grad[2];
        b[2] += p->K[1] * I_t.grad[0] - p->K[0] * I_t.grad[1];
    }
}

static void field_range(void *arg, int32_t begin, int32_t end)
{
    const job *w = arg;
    for (int32_t k = begin; k < end; k++) {
        double b[3], a[2];
        field_at(w, w->r + 3 * (ptrdiff_t)k, b, a);
        for (int axis = 0; axis < 3; axis++) {
            if (w->b)
                w->b[3 * (ptrdiff_t)k + axis] = w->unit * b[axis];
            if (w->a)
                w->a[3 * (ptrdiff_t)k + axis] = axis < 2 ? w->unit * a[axis] : 0;
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
    double half = sqrt(half2), at = p->centre[0] - plane->x0;
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
        double at[2] = {0, 0}, weight = rule[k].weight * p->area;
        for (int c = 0; c < 3; c++) {
            at[0] += rule[k].bary[c] * p->corner[c][0];
            at[1] += rule[k].bary[c] * p->corner[c][1];
        }
        const double K[2] = {weight * p->K[0], weight * p->K[1]};
        const double R0[3] = {at[0], yz[0] - at[1], yz[1] - p->z};
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
            double y = yz[0] - p->centre[1], z = yz[1] - p->z, off2 = y * y + z * z;
            range near = columns_near(plane, p, 3 * p->size, off2);
            range middle = columns_near(plane, p, 15 * p->size, off2), part[2];
            without((range){0, plane->nx}, middle, part);
            add_rule(w, p, yz, far_rule, 3, part, bz);
            without(middle, near, part);
            if (middle.begin < middle.end)
                add_rule(w, p, yz, middle_rule, 7, part, bz);
            for (int32_t i = near.begin; i < near.end; i++) {
                potential I_t = near_potential(p, (double[3]){w->x[i], yz[0], yz[1]});
                bz[i] += p->K[1] * I_t.grad[0] - p->K[0] * I_t.grad[1];
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
