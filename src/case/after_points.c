// case/after_points.c -- what is measured at places: the state of a film, fields above it.
//
// Inside a triangle psi is the sum of w_k exp(-i a_bk) psi_k over its corners, carried to the
// corner b that is nearest, so that |psi| does not depend on the gauge. The induced potential is in
// the gauge of Coulomb, the applied one is that of Poincare in the plane at height z,
//   A = (-y, x) integral from 0 to 1 of s B_z(s x, s y, z) ds,
// whose curl along z is B_z.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/after.h"
#include "case/drive.h"
#include "source/quadrature.h"

#include <math.h>
#include <stdio.h>

// -- points of a film -----------------------------------------------------------------------------

static flx_cplx psi_at(const flx_frame *f, const int32_t site[3], const double weight[3])
{
    const flx_mesh *m = f->mesh;
    int b = weight[0] >= weight[1] ? 0 : 1;
    b = weight[b] >= weight[2] ? b : 2;
    flx_cplx sum = {0, 0};
    for (int k = 0; k < 3; k++) {
        flx_cplx p = f->psi[site[k]];
        double line = 0; // from b to k
        if (k != b && f->a) {
            int32_t e = flx_mesh_edge(m, site[b], site[k]);
            line = m->tail[e] == site[b] ? f->a[e] : -f->a[e];
        }
        double c = cos(line), s = sin(line);
        sum.re += weight[k] * (c * p.re + s * p.im);
        sum.im += weight[k] * (c * p.im - s * p.re);
    }
    return sum;
}

static void vector_at(const double *value, const int32_t site[3], const double weight[3],
                      double out[2])
{
    out[0] = out[1] = 0;
    for (int k = 0; k < 3; k++) {
        out[0] += weight[k] * value[2 * (ptrdiff_t)site[k]];
        out[1] += weight[k] * value[2 * (ptrdiff_t)site[k] + 1];
    }
}

static flx_status put_point(flx_after *a, const double r[3], int32_t tri, const double weight[3],
                            json_t *item)
{
    const flx_frame *f = &a->frame->frame;
    const flx_scales *s = &a->c->scales;
    const int32_t *site = f->mesh->tri + 3 * (ptrdiff_t)tri;
    flx_cplx psi = psi_at(f, site, weight);
    double super[2], normal[2], mu = 0, size = hypot(psi.re, psi.im);
    vector_at(a->site_super, site, weight, super);
    vector_at(a->site_normal, site, weight, normal);
    for (int k = 0; k < 3; k++)
        mu += weight[k] * f->mu[site[k]];
    FLX_TRY(flx_json_put(a->ctx, item, "x", flx_json_scaled(r[0], s->xi)));
    FLX_TRY(flx_json_put(a->ctx, item, "y", flx_json_scaled(r[1], s->xi)));
    FLX_TRY(
        flx_json_put(a->ctx, item, "film", json_string(a->c->films[f->mesh->film[site[0]]].name)));
    FLX_TRY(flx_json_put(a->ctx, item, "abs_psi", flx_json_real(size)));
    FLX_TRY(flx_json_put(a->ctx, item, "phase",
                         flx_json_real(size > 0 ? atan2(psi.im, psi.re) : (double)NAN)));
    FLX_TRY(flx_json_put_both(a->ctx, item, (flx_json_names){"mu_V0", "mu", s->V0}, mu));
    FLX_TRY(flx_json_put_list(a->ctx, item, "supercurrent", super, 2, s->K0));
    FLX_TRY(flx_json_put_list(a->ctx, item, "normal_current", normal, 2, s->K0));
    // J_n = E in natural units: the conductivity is 1.
    return flx_json_put_list(a->ctx, item, "electric_field", normal, 2, s->V0 / s->xi);
}

// In each film that has the place: as `name`, or name.FILM where there are several.
static flx_status put_place(flx_after *a, const double r[3], const char *name, json_t *all,
                            int32_t *n)
{
    const flx_locator *locator = a->device->locator;
    double weight[3];
    json_t *item;
    *n = 0;
    for (int32_t f = 0; f < a->c->n_film; f++)
        *n += (a->film < 0 || a->film == f) &&
              flx_locator_find_in(locator, f, r[0], r[1], weight) >= 0;
    for (int32_t f = 0; f < a->c->n_film; f++) {
        int32_t tri =
            a->film < 0 || a->film == f ? flx_locator_find_in(locator, f, r[0], r[1], weight) : -1;
        if (tri < 0)
            continue;
        char *key = *n > 1 ? flx_format(a->ctx, "%s.%s", name, a->c->films[f].name)
                           : flx_strdup(a->ctx, name);
        flx_status status = key ? flx_json_put_object(a->ctx, all, key, &item) : FLX_ERR_MEMORY;
        if (status == FLX_OK)
            status = a->london ? flx_after_london_place(a, r, tri, weight, item)
                               : put_point(a, r, tri, weight, item);
        flx_free(key);
        FLX_TRY(status);
    }
    return FLX_OK;
}

flx_status flx_after_points(flx_after *a, json_t *root)
{
    json_t *all;
    if (a->request->n_point == 0)
        return FLX_OK;
    FLX_TRY(flx_json_put_object(a->ctx, root, "points", &all));
    for (int32_t k = 0; k < a->request->n_point; k++) {
        const char *text = a->request->at_point[k];
        double r[3];
        char name[32];
        int32_t n;
        FLX_TRY(flx_after_place(a, "point", text, r));
        if (r[2] != 0)
            return flx_fail(a->ctx, FLX_ERR_INPUT,
                            "point '%.80s': a place in a film is X, Y; its height is the film's",
                            text);
        snprintf(name, sizeof name, "point-%d", (int)k + 1);
        FLX_TRY(put_place(a, r, name, all, &n));
        if (n == 0)
            return flx_fail(a->ctx, FLX_ERR_INPUT,
                            "point '%.80s' lies in no film%s%s; fields outside are measured at X, "
                            "Y, Z",
                            text, a->film < 0 ? "" : " called ",
                            a->film < 0 ? "" : a->request->film);
    }
    return FLX_OK;
}

// -- fields ---------------------------------------------------------------------------------------

typedef struct ray {
    const flx_source *source;
    const double *r;
    double t;
} ray;

static void along_ray(void *user, double s, double out[2])
{
    const ray *y = user;
    out[0] = s * flx_source_field(y->source, (double[3]){s * y->r[0], s * y->r[1], y->r[2]}, y->t);
    out[1] = 0;
}

typedef struct field {
    double applied, applied_a[2]; // [Bc2], [A0]
    const double *b, *a;          // [3] induced
} field;

static field field_at(const flx_source *source, const double r[3], double t)
{
    double integral[2];
    flx_quad_integrate(FLX_QUAD_K15, 20, along_ray, &(ray){source, r, t}, integral);
    return (field){.applied = flx_source_field(source, r, t),
                   .applied_a = {0 - r[1] * integral[0], r[0] * integral[0]}};
}

static flx_status put_field(flx_after *a, const double r[3], const field *f, json_t *item)
{
    const flx_scales *s = &a->c->scales;
    static const char *const axis[] = {"x", "y", "z"};
    for (int k = 0; k < 3; k++)
        FLX_TRY(flx_json_put(a->ctx, item, axis[k], flx_json_scaled(r[k], s->xi)));
    FLX_TRY(flx_json_put(a->ctx, item, "Bz", flx_json_scaled(f->applied + f->b[2], s->Bc2)));
    FLX_TRY(flx_json_put(a->ctx, item, "Bz_applied", flx_json_scaled(f->applied, s->Bc2)));
    FLX_TRY(flx_json_put_list(a->ctx, item, "B_induced", f->b, 3, s->Bc2));
    FLX_TRY(flx_json_put_list(a->ctx, item, "A_applied", f->applied_a, 2, s->A0));
    return flx_json_put_list(a->ctx, item, "A_induced", f->a, 2, s->A0);
}

static double loop_area(const flx_mesh *m, const flx_mesh_loop *loop)
{
    double sum = 0;
    for (int32_t k = 0; k < loop->n; k++) {
        int32_t i = m->loop_site[loop->start + k];
        int32_t j = m->loop_site[loop->start + (k + 1) % loop->n];
        sum += 0.5 * (m->x[i] * m->y[j] - m->x[j] * m->y[i]);
    }
    return sum;
}

static bool loop_holds(const flx_mesh *m, const flx_mesh_loop *loop, const double r[3])
{
    bool in = false;
    for (int32_t k = 0; k < loop->n; k++) {
        int32_t i = m->loop_site[loop->start + k];
        int32_t j = m->loop_site[loop->start + (k + 1) % loop->n];
        if ((m->y[i] > r[1]) != (m->y[j] > r[1]) &&
            r[0] < m->x[i] + (r[1] - m->y[i]) / (m->y[j] - m->y[i]) * (m->x[j] - m->x[i]))
            in = !in;
    }
    return in;
}

// Induced line integral from site i to its neighbour j.
static double induced_line(const flx_frame *f, int32_t i, int32_t j)
{
    double a = f->a_induced[flx_mesh_edge(f->mesh, i, j)];
    return i < j ? a : -a;
}

// B induced in a long body: that of the triangle, or of the smallest hole round the place; 0
// outside. It has no unique A.
static void induced_inside(flx_after *a, const double *r, int32_t n, double *b, double *pot)
{
    const flx_frame *f = &a->frame->frame;
    const flx_mesh *m = f->mesh;
    for (int32_t k = 0; k < n; k++) {
        const double *at = r + 3 * (ptrdiff_t)k;
        double bary[3], flux = 0, area = 0;
        int32_t t = flx_locator_find(a->device->locator, at[0], at[1], bary);
        for (int c = 0; t >= 0 && c < 3; c++) {
            int32_t i = m->tri[3 * t + c], j = m->tri[3 * t + (c + 1) % 3];
            flux += induced_line(f, i, j);
            area += 0.5 * (m->x[i] * m->y[j] - m->x[j] * m->y[i]);
        }
        for (int32_t l = 0; t < 0 && l < m->n_loop; l++) {
            const flx_mesh_loop *loop = &m->loop[l];
            double size = loop_area(m, loop);
            if (loop->outer || !loop_holds(m, loop, at) || (area > 0 && area < size))
                continue;
            area = size;
            flux = 0;
            for (int32_t s = 0; s < loop->n; s++)
                flux += induced_line(f, m->loop_site[loop->start + s],
                                     m->loop_site[loop->start + (s + 1) % loop->n]);
        }
        for (int c = 0; c < 3; c++) {
            b[3 * (ptrdiff_t)k + c] = 0;
            pot[3 * (ptrdiff_t)k + c] = NAN;
        }
        if (area > 0)
            b[3 * (ptrdiff_t)k + 2] = flux / area;
    }
}

// K [n_site][2] [K0] is made here.
flx_status flx_after_induced(flx_after *a, const double *r, int32_t n, double *b, double *pot)
{
    if (a->london)
        return flx_after_london_field(a, r, n, b, pot);
    if (a->c->run.screening == FLX_SCREENING_LONG && a->frame->frame.a_induced) {
        induced_inside(a, r, n, b, pot);
        return FLX_OK;
    }
    double *K = flx_after_sheet_current(a);
    if (!K)
        return FLX_ERR_MEMORY;
    flx_sheet sheet = {.mesh = a->device->mesh,
                       .site_current = K,
                       .z = a->device->z,
                       .pearl_length = a->c->scales.Lambda / a->c->scales.xi};
    flx_status status = flx_measure_field(a->ctx, &sheet, r, n, b, pot);
    flx_free(K);
    return status;
}

static flx_status put_fields(flx_after *a, const flx_source *source, double *r, json_t *all)
{
    int32_t n = a->request->n_field;
    double *b = r + 3 * (ptrdiff_t)n, *pot = b + 3 * (ptrdiff_t)n;
    for (int32_t k = 0; k < n; k++)
        FLX_TRY(flx_after_place(a, "field at", a->request->field[k], r + 3 * (ptrdiff_t)k));
    FLX_TRY(flx_after_induced(a, r, n, b, pot));
    for (int32_t k = 0; k < n; k++) {
        const double *at = r + 3 * (ptrdiff_t)k;
        field f = field_at(source, at, a->frame ? a->frame->frame.time : 0);
        f.b = b + 3 * (ptrdiff_t)k;
        f.a = pot + 3 * (ptrdiff_t)k;
        char name[32];
        json_t *item;
        snprintf(name, sizeof name, "field-%d", (int)k + 1);
        FLX_TRY(flx_json_put_object(a->ctx, all, name, &item));
        FLX_TRY(put_field(a, at, &f, item));
    }
    return FLX_OK;
}

flx_status flx_after_fields(flx_after *a, json_t *root)
{
    json_t *all;
    flx_case_drive drive = {0};
    if (a->request->n_field == 0)
        return FLX_OK;
    FLX_TRY(flx_json_put_object(a->ctx, root, "fields", &all));
    double *r = FLX_NEW_ARRAY(a->ctx, double, 9 * (size_t)a->request->n_field);
    if (!r)
        return FLX_ERR_MEMORY;
    flx_status status = flx_case_inputs_check(a->ctx, a->c, a->file, true);
    if (status == FLX_OK)
        status = flx_case_drive_init(a->ctx, a->device, a->c, &drive);
    if (status == FLX_OK)
        status = put_fields(a, drive.source, r, all);
    flx_case_drive_clear(&drive);
    flx_free(r);
    return status;
}
