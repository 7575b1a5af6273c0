// source/edge_field.c -- line integrals of the vector potential along edges.
//
// A field B_z without a known potential is given the Poincare gauge about an origin o of each film,
// so that no film is far from it and starts with a large current,
//   A(r) = (r - o)^perp integral_0^1 s B_z(o + s (r - o)) ds,
// in which a radius contributes nothing, so that the integral along an edge is the flux through
// the triangle (o, tail, head):
//   a_e = D integral_0^1 s ds integral_0^1 du B_z(o + s ((tail - o) + u (head - tail))),
// D = (tail - o) x (head - o). W. Greub, S. Halperin and R. Vanstone, Connections, Curvature and
// Cohomology I (1972), ch. 5.
//
// SPDX-License-Identifier: GPL-3.0-or-later
#include "source/edge_field.h"

#include "base/base.h"
#include "source/quadrature.h"

#include <math.h>

// Halvings allowed: jumps of a field are then located to a thousandth of the way.
enum { DEPTH_RADIUS = 10, DEPTH_EDGE = 6 };

typedef struct path {
    const flx_edge_field *field;
    const double *origin;
    double tail[3], step[2]; // head - tail; in the Poincare gauge tail counts from the origin
    double t;
    double s; // along the radius
} path;

double flx_derivative(flx_factor_fn fn, void *user, double t, double step)
{
    double back2 = fn(user, t - 2 * step), back = fn(user, t - step);
    double ahead = fn(user, t + step), ahead2 = fn(user, t + 2 * step);
    double d = (8 * (ahead - back) - (ahead2 - back2)) / (12 * step);
    if (isfinite(d))
        return d;
    return (4 * ahead - ahead2 - 3 * fn(user, t)) / (2 * step);
}

// B_z and its rate at a point, as a function of time alone.
typedef struct field_at {
    const flx_field_term *term;
    const double *r;
} field_at;

static double field_in_time(void *user, double t)
{
    const field_at *at = user;
    return at->term->field(at->term->user, at->r, t);
}

static void along_edge(void *user, double u, double out[2])
{
    const path *p = user;
    const flx_edge_field *f = p->field;
    const flx_field_term *term = &f->term->given;
    double r[3] = {p->origin[0] + p->s * (p->tail[0] + u * p->step[0]),
                   p->origin[1] + p->s * (p->tail[1] + u * p->step[1]), p->tail[2]};
    field_at at = {term, r};
    out[0] = field_in_time(&at, p->t);
    out[1] = term->varies ? flx_derivative(field_in_time, &at, p->t, f->time_step) : 0;
}

static void along_radius(void *user, double s, double out[2])
{
    path *p = user;
    p->s = s;
    flx_quad_integrate(FLX_QUAD_K7, DEPTH_EDGE, along_edge, p, out);
    out[0] *= s;
    out[1] *= s;
}

// A . (head - tail) of the kinds whose potential is known.
typedef struct potential_at {
    const flx_field_term *term;
    const double *r, *step;
} potential_at;

static double potential_in_time(void *user, double t)
{
    const potential_at *at = user;
    const flx_field_term *term = at->term;
    double a[2];
    if (term->kind == FLX_FIELD_VECTOR)
        term->vector(term->user, at->r, t, a);
    else if (term->kind == FLX_FIELD_LOOP)
        flx_field_of_loop(term->centre, term->radius, at->r, a);
    else
        flx_field_of_dipole(term->centre, term->moment, at->r, a);
    return a[0] * at->step[0] + a[1] * at->step[1];
}

// One component of A along one coordinate.
typedef struct line_of_a {
    const flx_field_term *term;
    const double *r;
    double t;
    int axis;
} line_of_a;

static double other_component(void *user, double s)
{
    const line_of_a *line = user;
    double r[3] = {line->r[0], line->r[1], line->r[2]}, a[2];
    r[line->axis] = s;
    line->term->vector(line->term->user, r, line->t, a);
    return a[1 - line->axis];
}

double flx_edge_field_curl(const flx_field_term *term, const double r[3], double t)
{
    line_of_a x = {term, r, t, 0}, y = {term, r, t, 1};
    return flx_derivative(other_component, &x, r[0], 1e-3) -
           flx_derivative(other_component, &y, r[1], 1e-3);
}

static void along_line(void *user, double u, double out[2])
{
    const path *p = user;
    const flx_field_term *term = &p->field->term->given;
    double r[3] = {p->tail[0] + u * p->step[0], p->tail[1] + u * p->step[1], p->tail[2]};
    potential_at at = {term, r, p->step};
    out[0] = potential_in_time(&at, p->t);
    out[1] = term->varies ? flx_derivative(potential_in_time, &at, p->t, p->field->time_step) : 0;
}

void flx_edge_field_line(const flx_edge_field *field, int32_t e, double t, double out[2])
{
    const flx_mesh *mesh = field->mesh;
    const flx_field_term *term = &field->term->given;
    int32_t i = mesh->tail[e], j = mesh->head[e];
    double tail[2] = {mesh->x[i], mesh->y[i]}, head[2] = {mesh->x[j], mesh->y[j]};
    const double *origin = field->origin + 2 * mesh->film[i];
    path p = {.field = field,
              .origin = origin,
              .tail = {tail[0], tail[1], field->z[mesh->film[i]]},
              .step = {head[0] - tail[0], head[1] - tail[1]},
              .t = t};
    double x = tail[0] - origin[0], y = tail[1] - origin[1];
    double twice_area = x * (head[1] - origin[1]) - (head[0] - origin[0]) * y;
    double scale = term->amplitude;
    out[1] = 0;
    switch (term->kind) {
    case FLX_FIELD_UNIFORM:
        out[0] = 1;
        scale *= 0.5 * twice_area;
        break;
    case FLX_FIELD_FUNCTION:
        p.tail[0] = x;
        p.tail[1] = y;
        flx_quad_integrate(FLX_QUAD_K15, DEPTH_RADIUS, along_radius, &p, out);
        scale *= twice_area;
        break;
    case FLX_FIELD_GRID:
        out[0] = flx_grid_line(&field->term->grid, tail, head);
        break;
    default:
        flx_quad_integrate(FLX_QUAD_K7, DEPTH_RADIUS, along_line, &p, out);
        break;
    }
    out[0] *= scale;
    out[1] *= scale;
}
