// case/drive.c -- fields, epsilon and currents of a case as sources in natural units.
//
// B [T] counts in Bc2, mu0 I [T m] in A0 = xi Bc2, mu0 m [T m^3] in A0 xi^2, currents [A] in K0 xi.
// Where an expression is factor(t) * shape(x, y, z), the shape is integrated once.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/drive.h"

#include <math.h>

static double factor_at(void *user, double t)
{
    const flx_scaled *f = user;
    static const double origin[3] = {0, 0, 0};
    return f->expr ? f->scale * flx_expr_eval(f->expr, origin, t) : f->scale;
}

static double field_at(void *user, const double r[3], double t)
{
    const flx_scaled *f = user;
    return f->scale * flx_expr_eval(f->expr, r, t);
}

static double epsilon_at(void *user, double x, double y, double t)
{
    const flx_expr *expr = user;
    return flx_expr_eval(expr, (const double[3]){x, y, 0}, t);
}

static flx_scaled *keep(flx_case_drive *drive, const flx_expr *expr, double scale)
{
    flx_scaled *f = &drive->factor[drive->n_factor++];
    *f = (flx_scaled){expr, scale};
    return f;
}

// One term of a kind whose amplitude is scale * expr(t).
static flx_field_term varying(flx_case_drive *drive, flx_field_kind kind, const flx_expr *expr,
                              double scale)
{
    flx_field_term term = {.kind = kind, .amplitude = 1};
    if (expr && (flx_expr_uses(expr) & FLX_EXPR_T)) {
        term.factor = factor_at;
        term.factor_user = keep(drive, expr, scale);
    } else {
        term.amplitude = expr ? scale * flx_expr_eval(expr, (const double[3]){0, 0, 0}, 0) : scale;
    }
    return term;
}

// B(x, y, z, t): uniform, separated, or as it is.
static flx_field_term field_of_expression(flx_case_drive *drive, const flx_expr *value, double Bc2)
{
    const flx_expr *factor = NULL, *shape = NULL;
    if (!(flx_expr_uses(value) & FLX_EXPR_SPACE))
        return varying(drive, FLX_FIELD_UNIFORM, value, 1 / Bc2);
    bool separates = flx_expr_split_time(value, &factor, &shape);
    if (separates && !shape)
        return varying(drive, FLX_FIELD_UNIFORM, factor, 1 / Bc2);
    flx_field_term term = {.kind = FLX_FIELD_FUNCTION, .amplitude = 1, .field = field_at};
    term.user = keep(drive, separates ? shape : value, 1 / Bc2);
    term.varies = !separates && (flx_expr_uses(value) & FLX_EXPR_T);
    if (separates && factor) {
        term.factor = factor_at;
        term.factor_user = keep(drive, factor, 1);
    }
    return term;
}

// Terms of one field; a dipole whose moment turns has one for each of its components.
static flx_status add_field(flx_ctx *ctx, const flx_case *c, const flx_case_field *field,
                            flx_case_drive *drive, flx_field_term *term, int32_t *n)
{
    const flx_scales *s = &c->scales;
    switch (field->kind) {
    case FLX_CASE_UNIFORM:
        term[(*n)++] = field_of_expression(drive, field->value, s->Bc2);
        return FLX_OK;
    case FLX_CASE_LOOP:
        term[*n] = varying(drive, FLX_FIELD_LOOP, field->value, FLX_SI_MU0 / s->A0);
        for (int k = 0; k < 3; k++)
            term[*n].centre[k] = field->at[k];
        term[(*n)++].radius = field->radius;
        return FLX_OK;
    case FLX_CASE_DIPOLE:
        for (int m = 0; m < 3; m++) {
            if (!field->moment[m])
                continue;
            term[*n] = varying(drive, FLX_FIELD_DIPOLE, field->moment[m],
                               FLX_SI_MU0 / (s->A0 * s->xi * s->xi));
            for (int k = 0; k < 3; k++)
                term[*n].centre[k] = field->at[k];
            term[(*n)++].moment[m] = 1;
        }
        return FLX_OK;
    case FLX_CASE_FILE:
        term[*n] = varying(drive, FLX_FIELD_GRID, field->value, 1);
        FLX_TRY(flx_plane_file_read(
            ctx, c, &(flx_plane_file){field->path, "field", s->Bc2, field->line}, &term[*n].grid));
        (*n)++;
        return FLX_OK;
    }
    return flx_fail(ctx, FLX_ERR_INTERNAL, "field of unknown kind %d", (int)field->kind);
}

// In the plane of a film, within its outline, a dipole sends infinite flux through it.
static flx_status check_dipole(flx_ctx *ctx, const flx_case *c, const flx_case_field *field)
{
    for (int32_t f = 0; f < c->n_film; f++) {
        const flx_case_shape *shape = &c->films[f].shape;
        double z = c->layers[c->films[f].layer].material.z / c->scales.xi;
        if (shape->n_item == 0 || fabs(field->at[2] - z) > 1e-9 * (1 + fabs(z)))
            continue;
        flx_region *region = NULL;
        FLX_TRY(flx_region_create(ctx, shape->item, shape->n_item, c->mesh.opts.max_edge, &region));
        bool inside = flx_region_contains(region, field->at[0], field->at[1]);
        flx_region_free(region);
        if (inside)
            return flx_device_fail(ctx, c, field->line,
                                   "the dipole at (%g, %g) xi lies in the plane of film '%s', "
                                   "through which its flux has no limit; give it another z",
                                   field->at[0], field->at[1], c->films[f].name);
    }
    return FLX_OK;
}

// What flows into a film must flow out of it.
static flx_status check_currents(flx_ctx *ctx, const flx_case *c, flx_source *source,
                                 double *current)
{
    enum { SAMPLES = 64 };
    for (int32_t s = 0; c->n_terminal > 0 && s <= SAMPLES; s++) {
        double t = c->run.time * s / SAMPLES;
        flx_source_current(source, t, current);
        for (int32_t f = 0; f < c->n_film; f++) {
            double sum = 0, size = 0;
            int32_t line = c->films[f].line;
            for (int32_t k = 0; k < c->n_terminal; k++) {
                if (c->terminals[k].film != f)
                    continue;
                sum += current[k];
                size += fabs(current[k]);
                line = c->terminals[k].current ? flx_expr_line(c->terminals[k].current) : line;
            }
            // rounding of a sum, and of numbers given with a dozen digits
            if (!(fabs(sum) <= 1e-12 * size))
                return flx_device_fail(ctx, c, line,
                                       "the currents into film '%s' sum to %g A at t = %g tau0; "
                                       "they must sum to zero",
                                       c->films[f].name, sum * c->scales.K0 * c->scales.xi, t);
        }
    }
    return FLX_OK;
}

typedef struct parts {
    flx_field_term *field;
    flx_epsilon *epsilon;
    flx_current *current;
    double *sample, *disorder, *offset;
    int32_t n_field;
} parts;

static flx_status make_parts(flx_ctx *ctx, const flx_case *c, flx_case_drive *drive, parts *p)
{
    drive->factor = FLX_NEW_ARRAY(ctx, flx_scaled, 3 * c->n_field + c->n_terminal);
    drive->z = FLX_NEW_ARRAY(ctx, double, c->n_film);
    p->field = FLX_NEW_ARRAY(ctx, flx_field_term, 3 * c->n_field);
    p->epsilon = FLX_NEW_ARRAY(ctx, flx_epsilon, c->n_film);
    p->current = FLX_NEW_ARRAY(ctx, flx_current, c->n_terminal);
    p->sample = FLX_NEW_ARRAY(ctx, double, c->n_terminal);
    if (!drive->factor || !drive->z || !p->field || !p->epsilon || !p->current || !p->sample)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < c->n_field; k++) {
        int32_t first = p->n_field;
        if (c->fields[k].kind == FLX_CASE_DIPOLE)
            FLX_TRY(check_dipole(ctx, c, &c->fields[k]));
        FLX_TRY(add_field(ctx, c, &c->fields[k], drive, p->field, &p->n_field));
        for (int32_t m = first; m < p->n_field; m++) {
            const flx_field_term *term = &p->field[m];
            double value = term->factor ? term->factor(term->factor_user, 0) : term->amplitude;
            if (!isfinite(value))
                return flx_device_fail(ctx, c, c->fields[k].line,
                                       "drive.field is %g at t = 0; it must be finite at all times",
                                       value);
        }
    }
    for (int32_t f = 0; f < c->n_film; f++) {
        const flx_case_layer *layer = &c->layers[c->films[f].layer];
        drive->z[f] = layer->material.z / c->scales.xi;
        if (layer->epsilon)
            p->epsilon[f] = (flx_epsilon){epsilon_at, (void *)(uintptr_t)layer->epsilon,
                                          flx_expr_uses(layer->epsilon) & FLX_EXPR_T};
    }
    for (int32_t k = 0; k < c->n_terminal; k++) {
        const flx_expr *current = c->terminals[k].current;
        double unit = 1 / (c->scales.K0 * c->scales.xi);
        if (current && (flx_expr_uses(current) & FLX_EXPR_T))
            p->current[k] = (flx_current){1, factor_at, keep(drive, current, unit)};
        else if (current)
            p->current[k].value = unit * flx_expr_eval(current, (const double[3]){0, 0, 0}, 0);
    }
    return FLX_OK;
}

static flx_status make_disorder(flx_ctx *ctx, const flx_case *c, const flx_mesh *mesh, parts *p)
{
    bool any = false;
    for (int32_t f = 0; f < c->n_film; f++)
        any = any || c->layers[c->films[f].layer].disorder.kind != FLX_CASE_EVEN;
    if (!any)
        return FLX_OK;
    p->disorder = FLX_NEW_ARRAY(ctx, double, mesh->n_site);
    return p->disorder ? flx_case_disorder_fill(ctx, c, mesh, p->disorder) : FLX_ERR_MEMORY;
}

// Line of the field or the epsilon that the source refused; 0 if it may be one of several.
static int32_t line_of_only(const flx_case *c)
{
    int32_t n = c->n_field, line = n == 1 ? c->fields[0].line : 0;
    for (int32_t k = 0; k < c->n_layer; k++)
        if (c->layers[k].epsilon) {
            line = flx_expr_line(c->layers[k].epsilon);
            n++;
        }
    return n == 1 ? line : 0;
}

flx_status flx_case_drive_init(flx_ctx *ctx, const flx_device *device, const flx_case *c,
                               flx_case_drive *drive)
{
    *drive = (flx_case_drive){0};
    parts p = {0};
    bool epsilon = false;
    for (int32_t f = 0; f < c->n_film; f++)
        epsilon |= c->layers[c->films[f].layer].epsilon != NULL;
    flx_status status = make_parts(ctx, c, drive, &p);
    if (status == FLX_OK)
        status = make_disorder(ctx, c, device->mesh, &p);
    if (status == FLX_OK && c->n_phase > 0) {
        p.offset = FLX_NEW_ARRAY(ctx, double, device->mesh->n_edge);
        status = p.offset ? flx_case_phase_fill(ctx, device, c, p.offset) : FLX_ERR_MEMORY;
    }
    if (status == FLX_OK) {
        flx_source_problem problem = {.mesh = device->mesh,
                                      .z = drive->z,
                                      .field = p.field,
                                      .n_field = p.n_field,
                                      .epsilon = epsilon ? p.epsilon : NULL,
                                      .disorder = p.disorder,
                                      .offset = p.offset,
                                      .current = p.current,
                                      .n_current = c->n_terminal};
        status = flx_source_create(ctx, &problem, &drive->source);
        if (status < 0)
            status = flx_device_blame(ctx, c, line_of_only(c), status);
    }
    if (status == FLX_OK)
        status = check_currents(ctx, c, drive->source, p.sample);
    for (int32_t k = 0; k < p.n_field; k++)
        flx_free((void *)(uintptr_t)p.field[k].grid.b);
    flx_free(p.field);
    flx_free(p.epsilon);
    flx_free(p.current);
    flx_free(p.sample);
    flx_free(p.disorder);
    flx_free(p.offset);
    if (status < 0)
        flx_case_drive_clear(drive);
    return status;
}

void flx_case_drive_clear(flx_case_drive *drive)
{
    flx_source_free(drive->source);
    flx_free(drive->factor);
    flx_free(drive->z);
    *drive = (flx_case_drive){0};
}
