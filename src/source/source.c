// source/source.c -- the applied fields, condensation coefficients and currents of a run.
//
// Terms that are a factor of time times a shape in space are integrated over the edges once;
// the others anew at every time: a_e(t) = sum_k f_k(t) a_ek + sum_l a_el(t).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/source.h"

#include "base/base.h"
#include "source/edge_field.h"

#include <math.h>
#include <string.h>

struct flx_source {
    const flx_mesh *mesh;
    double *z;      // [n_film]
    flx_term *term; // [n_term]
    int32_t n_term;
    flx_epsilon *epsilon; // [n_film] or NULL
    double *disorder;     // [n_site] or NULL
    double *offset;       // [n_edge] or NULL
    flx_current *current; // [n_current]
    int32_t n_current;
    double *origin; // [2 n_film]
    double time_step;
};

static flx_edge_field edge_field_of(const flx_source *s, int32_t k)
{
    return (flx_edge_field){.mesh = s->mesh,
                            .z = s->z,
                            .origin = s->origin,
                            .time_step = s->time_step,
                            .term = &s->term[k]};
}

static flx_status check_grid(flx_ctx *ctx, const flx_field_grid *g, const double box[4], int32_t k)
{
    double x1 = g->x0 + g->dx * (g->nx - 1), y1 = g->y0 + g->dy * (g->ny - 1);
    // A file rounds its coordinates: allow a millionth of a cell.
    double sx = 1e-6 * g->dx, sy = 1e-6 * g->dy;
    if (g->x0 <= box[0] + sx && g->y0 <= box[1] + sy && x1 >= box[2] - sx && y1 >= box[3] - sy)
        return FLX_OK;
    return flx_fail(ctx, FLX_ERR_INPUT,
                    "the grid of field term %d covers x %g to %g xi, y %g to %g xi, the films "
                    "reach from %g to %g xi and %g to %g xi: give the field on a larger grid",
                    k, g->x0, x1, g->y0, y1, box[0], box[2], box[1], box[3]);
}

static flx_status check_term(flx_ctx *ctx, const flx_field_term *term, int32_t k)
{
    if (!isfinite(term->amplitude))
        return flx_fail(ctx, FLX_ERR_INPUT, "the amplitude of field term %d is %g", k,
                        term->amplitude);
    if (term->factor && !isfinite(term->factor(term->factor_user, 0)))
        return flx_fail(ctx, FLX_ERR_INPUT, "the factor of field term %d is %g at t = 0", k,
                        term->factor(term->factor_user, 0));
    if (term->kind == FLX_FIELD_LOOP && !(term->radius > 0 && isfinite(term->radius)))
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "the radius of the loop in field term %d is %g xi, it "
                        "must be positive",
                        k, term->radius);
    if ((term->kind == FLX_FIELD_FUNCTION && !term->field) ||
        (term->kind == FLX_FIELD_VECTOR && !term->vector))
        return flx_fail(ctx, FLX_ERR_INPUT, "field term %d has no function", k);
    if (term->varies && term->kind != FLX_FIELD_FUNCTION && term->kind != FLX_FIELD_VECTOR)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "field term %d varies but is no function: give its factor instead", k);
    return FLX_OK;
}

// Integrates the constant part of term k, or tries a varying one at t = 0.
static flx_status prepare_term(flx_ctx *ctx, flx_source *s, const flx_field_term *given,
                               const double box[4], int32_t k)
{
    flx_term *term = &s->term[k];
    term->given = *given;
    term->given.grid.b = NULL;
    if (given->kind == FLX_FIELD_GRID) {
        FLX_TRY(flx_grid_init(ctx, &given->grid, &term->grid));
        FLX_TRY(check_grid(ctx, &given->grid, box, k));
    }
    if (!given->varies && !(term->a = FLX_NEW_ARRAY(ctx, double, s->mesh->n_edge)))
        return FLX_ERR_MEMORY;
    flx_edge_field field = edge_field_of(s, k);
    for (int32_t e = 0; e < s->mesh->n_edge; e++) {
        double line[2];
        flx_edge_field_line(&field, e, 0, line);
        if (!isfinite(line[0])) {
            int32_t i = s->mesh->tail[e];
            return flx_fail(ctx, FLX_ERR_INPUT,
                            "field term %d is %g near x = %g, y = %g xi at t = 0: it must be "
                            "finite on the films",
                            k, line[0], s->mesh->x[i], s->mesh->y[i]);
        }
        if (term->a)
            term->a[e] = line[0];
    }
    return FLX_OK;
}

static flx_status check_rest(flx_ctx *ctx, flx_source *s)
{
    for (int32_t k = 0; k < s->n_current; k++) {
        const flx_current *c = &s->current[k];
        double value = c->factor ? c->value * c->factor(c->user, 0) : c->value;
        if (!isfinite(value))
            return flx_fail(ctx, FLX_ERR_INPUT, "the current of terminal %d is %g at t = 0", k,
                            value);
    }
    for (int32_t i = 0; s->epsilon && i < s->mesh->n_site; i++) {
        const flx_epsilon *eps = &s->epsilon[s->mesh->film[i]];
        double value = eps->fn ? eps->fn(eps->user, s->mesh->x[i], s->mesh->y[i], 0) : 1;
        if (!isfinite(value))
            return flx_fail(ctx, FLX_ERR_INPUT,
                            "epsilon is %g at x = %g, y = %g xi, t = 0: it must be finite", value,
                            s->mesh->x[i], s->mesh->y[i]);
    }
    return FLX_OK;
}

static flx_status copy_rest(flx_ctx *ctx, const flx_source_problem *p, flx_source *s)
{
    int32_t n_film = p->mesh->n_film;
    s->z = FLX_NEW_ARRAY(ctx, double, n_film);
    s->term = FLX_NEW_ARRAY(ctx, flx_term, p->n_field);
    s->current = FLX_NEW_ARRAY(ctx, flx_current, p->n_current);
    s->origin = FLX_NEW_ARRAY(ctx, double, 2 * (size_t)n_film);
    if (!s->z || !s->term || !s->current || !s->origin)
        return FLX_ERR_MEMORY;
    s->n_term = p->n_field;
    s->n_current = p->n_current;
    if (p->z)
        memcpy(s->z, p->z, (size_t)n_film * sizeof *s->z);
    if (p->n_current > 0)
        memcpy(s->current, p->current, (size_t)p->n_current * sizeof *s->current);
    if (p->epsilon) {
        if (!(s->epsilon = FLX_NEW_ARRAY(ctx, flx_epsilon, n_film)))
            return FLX_ERR_MEMORY;
        memcpy(s->epsilon, p->epsilon, (size_t)n_film * sizeof *s->epsilon);
    }
    if (p->disorder) {
        if (!(s->disorder = FLX_NEW_ARRAY(ctx, double, p->mesh->n_site)))
            return FLX_ERR_MEMORY;
        memcpy(s->disorder, p->disorder, (size_t)p->mesh->n_site * sizeof *s->disorder);
    }
    if (p->offset) {
        if (!(s->offset = FLX_NEW_ARRAY(ctx, double, p->mesh->n_edge)))
            return FLX_ERR_MEMORY;
        memcpy(s->offset, p->offset, (size_t)p->mesh->n_edge * sizeof *s->offset);
    }
    return FLX_OK;
}

static flx_status build(flx_ctx *ctx, const flx_source_problem *p, flx_source *s)
{
    double box[4];
    s->mesh = p->mesh;
    s->time_step = 1e-3 * (p->time_scale > 0 ? p->time_scale : 1);
    FLX_TRY(copy_rest(ctx, p, s));
    for (int32_t f = 0; f < p->mesh->n_film; f++) {
        flx_mesh_film_bounds(p->mesh, f, box);
        s->origin[2 * f] = 0.5 * (box[0] + box[2]);
        s->origin[2 * f + 1] = 0.5 * (box[1] + box[3]);
    }
    flx_mesh_bounds(p->mesh, box);
    FLX_TRY(check_rest(ctx, s));
    for (int32_t k = 0; k < p->n_field; k++) {
        FLX_TRY(check_term(ctx, &p->field[k], k));
        FLX_TRY(prepare_term(ctx, s, &p->field[k], box, k));
    }
    return FLX_OK;
}

flx_status flx_source_create(flx_ctx *ctx, const flx_source_problem *problem, flx_source **out)
{
    *out = NULL;
    flx_source *s = FLX_NEW(ctx, flx_source);
    if (!s)
        return FLX_ERR_MEMORY;
    flx_status status = build(ctx, problem, s);
    if (status < 0) {
        flx_source_free(s);
        return status;
    }
    *out = s;
    return FLX_OK;
}

void flx_source_free(flx_source *source)
{
    if (!source)
        return;
    for (int32_t k = 0; k < source->n_term; k++) {
        flx_grid_clear(&source->term[k].grid);
        flx_free(source->term[k].a);
    }
    flx_free(source->term);
    flx_free(source->z);
    flx_free(source->origin);
    flx_free(source->epsilon);
    flx_free(source->disorder);
    flx_free(source->offset);
    flx_free(source->current);
    flx_free(source);
}

// f and df/dt of a term.
static void factor_of(const flx_source *s, const flx_field_term *term, double t, double f[2])
{
    f[0] = 1;
    f[1] = 0;
    if (!term->factor)
        return;
    f[0] = term->factor(term->factor_user, t);
    f[1] = flx_derivative(term->factor, term->factor_user, t, s->time_step);
}

void flx_source_vector_potential(flx_source *source, double t, double *a, double *a_dot)
{
    int32_t n_edge = source->mesh->n_edge;
    if (source->offset)
        memcpy(a, source->offset, (size_t)n_edge * sizeof *a);
    else
        memset(a, 0, (size_t)n_edge * sizeof *a);
    if (a_dot)
        memset(a_dot, 0, (size_t)n_edge * sizeof *a_dot);
    for (int32_t k = 0; k < source->n_term; k++) {
        flx_edge_field field = edge_field_of(source, k);
        const double *constant = source->term[k].a;
        double f[2];
        factor_of(source, &source->term[k].given, t, f);
        for (int32_t e = 0; e < n_edge; e++) {
            double line[2] = {0, 0};
            if (constant)
                line[0] = constant[e];
            else
                flx_edge_field_line(&field, e, t, line);
            a[e] += f[0] * line[0];
            if (a_dot)
                a_dot[e] += f[1] * line[0] + f[0] * line[1];
        }
    }
}

void flx_source_epsilon(flx_source *source, double t, double *eps)
{
    const flx_mesh *mesh = source->mesh;
    for (int32_t i = 0; i < mesh->n_site; i++) {
        const flx_epsilon *film = source->epsilon ? &source->epsilon[mesh->film[i]] : NULL;
        eps[i] = film && film->fn ? film->fn(film->user, mesh->x[i], mesh->y[i], t) : 1;
        if (source->disorder)
            eps[i] += source->disorder[i];
    }
}

void flx_source_current(flx_source *source, double t, double *current)
{
    for (int32_t k = 0; k < source->n_current; k++) {
        const flx_current *c = &source->current[k];
        current[k] = c->factor ? c->value * c->factor(c->user, t) : c->value;
    }
}

static bool field_varies(const flx_source *source)
{
    for (int32_t k = 0; k < source->n_term; k++)
        if (source->term[k].given.factor || source->term[k].given.varies)
            return true;
    return false;
}

static bool epsilon_varies(const flx_source *source)
{
    for (int32_t k = 0; source->epsilon && k < source->mesh->n_film; k++)
        if (source->epsilon[k].fn && source->epsilon[k].varies)
            return true;
    return false;
}

bool flx_source_varies(const flx_source *source)
{
    for (int32_t k = 0; k < source->n_current; k++)
        if (source->current[k].factor)
            return true;
    return field_varies(source) || epsilon_varies(source);
}

static void drive_field(void *user, double t, double *a, double *a_dot)
{
    flx_source_vector_potential(user, t, a, a_dot);
}

static void drive_epsilon(void *user, double t, double *eps)
{
    flx_source_epsilon(user, t, eps);
}

static void drive_current(void *user, double t, double *current)
{
    flx_source_current(user, t, current);
}

flx_drive flx_source_drive(flx_source *source)
{
    return (flx_drive){.user = source,
                       .vector_potential =
                           source->n_term > 0 || source->offset ? drive_field : NULL,
                       .epsilon = source->epsilon || source->disorder ? drive_epsilon : NULL,
                       .current = source->n_current > 0 ? drive_current : NULL,
                       .vector_potential_varies = field_varies(source),
                       .epsilon_varies = epsilon_varies(source)};
}

double flx_source_field(const flx_source *source, const double r[3], double t)
{
    double sum = 0;
    for (int32_t k = 0; k < source->n_term; k++) {
        const flx_field_term *term = &source->term[k].given;
        double a[2], b = 1, f = term->factor ? term->factor(term->factor_user, t) : 1;
        if (term->kind == FLX_FIELD_FUNCTION)
            b = term->field(term->user, r, t);
        else if (term->kind == FLX_FIELD_LOOP)
            b = flx_field_of_loop(term->centre, term->radius, r, a);
        else if (term->kind == FLX_FIELD_DIPOLE)
            b = flx_field_of_dipole(term->centre, term->moment, r, a);
        else if (term->kind == FLX_FIELD_GRID)
            b = flx_grid_field(&source->term[k].grid, r[0], r[1]);
        else if (term->kind == FLX_FIELD_VECTOR)
            b = flx_edge_field_curl(term, r, t);
        sum += f * term->amplitude * b;
    }
    return sum;
}
