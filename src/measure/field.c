// measure/field.c -- field and vector potential of the sheet currents.
//
//   A(r) = (mu0/4 pi) sum_t K_t I_t(r),   I_t = integral over triangle t of dS'/|r - r'|
//   B = curl A = (mu0/4 pi) sum_t grad I_t x K_t
//
// with K_t the mean of the currents at its corners. Near a triangle I_t and its gradient are taken
// in closed form (D. R. Wilton et al., IEEE Trans. Antennas Propag. 32, 276 (1984)); from 5 times
// its size on by Radon's rule of 7 points (degree 5), from 40 times by the 3 middles of the sides
// (degree 2), each good for about 1e-7. In natural units mu0 K0 = Bc2 xi/Lambda.
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

static void add_point(const patch *p, const double r[3], const double bary[3], double weight,
                      potential *sum)
{
    double x = r[0], y = r[1], z = r[2] - p->z;
    for (int k = 0; k < 3; k++) {
        x -= bary[k] * p->corner[k][0];
        y -= bary[k] * p->corner[k][1];
    }
    double w = weight * p->area / sqrt(x * x + y * y + z * z);
    double w3 = w / (x * x + y * y + z * z);
    sum->value += w;
    sum->grad[0] -= w3 * x;
    sum->grad[1] -= w3 * y;
    sum->grad[2] -= w3 * z;
}

static potential middle_potential(const patch *p, const double r[3])
{
    // J. Radon, Monatsh. Math. 52, 286 (1948).
    static const double root = 3.87298334620741688518; // sqrt 15
    const double a = (6 - root) / 21, b = (6 + root) / 21;
    const double wa = (155 - root) / 1200, wb = (155 + root) / 1200;
    potential sum = {0, {0, 0, 0}};
    add_point(p, r, (double[3]){1.0 / 3, 1.0 / 3, 1.0 / 3}, 0.225, &sum);
    for (int k = 0; k < 3; k++) {
        double one[3] = {a, a, a}, other[3] = {b, b, b};
        one[k] = 1 - 2 * a;
        other[k] = 1 - 2 * b;
        add_point(p, r, one, wa, &sum);
        add_point(p, r, other, wb, &sum);
    }
    return sum;
}

static potential far_potential(const patch *p, const double r[3])
{
    potential sum = {0, {0, 0, 0}};
    add_point(p, r, (double[3]){0, 0.5, 0.5}, 1.0 / 3, &sum);
    add_point(p, r, (double[3]){0.5, 0, 0.5}, 1.0 / 3, &sum);
    add_point(p, r, (double[3]){0.5, 0.5, 0}, 1.0 / 3, &sum);
    return sum;
}

static potential potential_of(const patch *p, const double r[3])
{
    double x = r[0] - p->centre[0], y = r[1] - p->centre[1], z = r[2] - p->z;
    double ratio = (x * x + y * y + z * z) / (p->size * p->size);
    if (ratio < 5.0 * 5.0)
        return near_potential(p, r);
    return ratio < 40.0 * 40.0 ? middle_potential(p, r) : far_potential(p, r);
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
    const double *r;              // [n][3], or NULL: the plane
    const flx_field_plane *plane; //
    double *b, *a, *bz;           // results wanted
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
        double r[3], b[3], a[2];
        if (w->r) {
            memcpy(r, w->r + 3 * (ptrdiff_t)k, sizeof r);
        } else {
            r[0] = w->plane->x0 + w->plane->dx * (k % w->plane->nx);
            r[1] = w->plane->y0 + w->plane->dy * (k / w->plane->nx);
            r[2] = w->plane->z;
        }
        field_at(w, r, b, a);
        for (int axis = 0; axis < 3; axis++) {
            if (w->b)
                w->b[3 * (ptrdiff_t)k + axis] = w->unit * b[axis];
            if (w->a)
                w->a[3 * (ptrdiff_t)k + axis] = axis < 2 ? w->unit * a[axis] : 0;
        }
        if (w->bz)
            w->bz[k] = w->unit * b[2];
    }
}

static flx_status run(flx_ctx *ctx, const flx_sheet *sheet, job *work, int32_t n)
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
        flx_pool_for(pool, n, field_range, work);
    }
    flx_pool_free(pool);
    flx_free(list);
    return status;
}

flx_status flx_measure_field(flx_ctx *ctx, const flx_sheet *sheet, const double *r, int32_t n,
                             double *b, double *a)
{
    job work = {.r = r, .b = b, .a = a};
    return run(ctx, sheet, &work, n);
}

flx_status flx_measure_field_plane(flx_ctx *ctx, const flx_sheet *sheet,
                                   const flx_field_plane *plane, double *bz)
{
    if (plane->nx < 1 || plane->ny < 1 || (int64_t)plane->nx * plane->ny > INT32_MAX)
        return flx_fail(ctx, FLX_ERR_INPUT, "a plane of %d x %d points was asked for", plane->nx,
                        plane->ny);
    job work = {.plane = plane, .bz = bz};
    return run(ctx, sheet, &work, plane->nx * plane->ny);
}
