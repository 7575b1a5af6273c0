// static/field.c -- the field of the currents: A follows psi.
//
// The currents g that circulate in the faces of the mesh (tdgl/screen.h) make line integrals
// a_induced = N g and fluxes L g, and
//
//   G = F(psi, a_applied + N g) + g.L g                                                        (1)
//   0 = N^T w js - L g,   w js = w Im[psi_i* exp(-i a) psi_j]                                   (2)
//
// For each psi the g of (2) is found by Newton steps, D = L + N^T W N with W = w Re[psi_i* exp(-i a)
// psi_j], so that psi alone is left to be found: half the second variation of G(psi) is
//
//   H v - B N D^-1 N^T B^T v,   B^T v = w Im[v_i* exp(-i a) psi_j + psi_i* exp(-i a) v_j]       (3)
//
// Terminals feed a flow I_T in (tdgl/feed.c), whose divergence is what enters the cells: the sheet
// currents are C^T g + I_T. Both N^T w js of (2) and g.L g of (1) then hold w js - I_T and what I_T
// adds to the energy: in a film a = a_applied + M (C^T g + I_T), with I.M I for g.L g; in a long body
// I_T is what the field outside differs by on both sides, and 2 I_T.a_induced is added. With the
// currents' 2 sum c theta this is the same in all gauges.
//
// A film has N = M C^T, M the operator of src/selffield on edges, and L = C N. A long body has
// L = A_f/kappa^2 on the diagonal and N = w^-1 C^T K^-1 L, K = C w^-1 C^T: the a of this curl
// without divergence. D is inverted by conjugate gradients. With |psi| = 1 it is L + L K^-1 L in a
// long body, whose inverse is L^-1 - (K + L)^-1; in a film, where currents vary as exp(ikr), D_f
// (1 + 2 Lambda k)/(2 Lambda)^2, to which k^2 + s is proportional at both ends of the spectrum for
// s = (k1 + k2)/(2 Lambda) + k1 k2: sheets.c has a matrix like it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "static/static_internal.h"

#include "base/rotation.h"
#include "static/sheets.h"
#include "tdgl/faces.h"
#include "tdgl/poisson.h"

#include <math.h>
#include <string.h>

struct static_field {
    tdgl_faces faces;
    bool is_long;
    tdgl_sheet sheet;                     // film
    double *inductance;                   // [n_face] long body: L
    flx_spd *k, *near;                    // long body: K, K + L; film: near as in sheets.c
    double *a_applied, *a_induced;        // [n_edge]
    double *g;                            // [n_face]
    double *density, *js;                 // [n_edge] W, w js of the present psi and a
    double *fed, *fed_line;               // [n_edge] I_T; in a film M I_T, else 0
    double *unit, *unit_line;             // [n_terminal][n_edge] both, of one unit each; film
    double *inflow;                       // [n_site]
    double *x, *r, *z, *d, *dd;           // [n_face] conjugate gradients
    double *line, *drawn, *flow, *answer; // [n_edge]
    double scale;                         // of the preconditioner of a film
    double change;                        // [A0] of the last relaxation
};

static const double pi = 3.14159265358979323846;

static double face_dot(const static_field *f, const double *a, const double *b)
{
    double sum = 0;
    for (int32_t k = 0; k < f->faces.n_face; k++)
        sum += a[k] * b[k];
    return sum;
}

// -- N and L --------------------------------------------------------------------------------------

// line = N x. Scratch: dd.
static void lines_of(static_field *f, const double *x, double *line)
{
    const tdgl_faces *c = &f->faces;
    int32_t n_edge = c->mesh->n_edge;
    if (!f->is_long) {
        for (int32_t e = 0; e < n_edge; e++)
            f->flow[e] = flx_faces_flow(c, x, e);
        flx_sheet_lines(&f->sheet, f->flow, line);
        return;
    }
    for (int32_t k = 0; k < c->n_face; k++)
        f->dd[k] = f->inductance[k] * x[k];
    flx_spd_solve(f->k, f->dd, f->dd);
    for (int32_t e = 0; e < n_edge; e++)
        line[e] = flx_faces_flow(c, f->dd, e) / c->conductance[e];
}

// out = N^T q; q is destroyed.
static void drawn_by(static_field *f, double *q, double *out)
{
    const tdgl_faces *c = &f->faces;
    if (!f->is_long) {
        flx_sheet_lines(&f->sheet, q, f->flow);
        for (int32_t k = 0; k < c->n_face; k++)
            out[k] = flx_faces_curl(c, f->flow, k);
        return;
    }
    for (int32_t e = 0; e < c->mesh->n_edge; e++)
        q[e] /= c->conductance[e];
    for (int32_t k = 0; k < c->n_face; k++)
        out[k] = flx_faces_curl(c, q, k);
    flx_spd_solve(f->k, out, out);
    for (int32_t k = 0; k < c->n_face; k++)
        out[k] *= f->inductance[k];
}

// out = D x, line = N x
static void stiffness(static_field *f, const double *x, double *line, double *out)
{
    const tdgl_faces *c = &f->faces;
    lines_of(f, x, line);
    // in a film L x = C M C^T x comes with the other term
    for (int32_t e = 0; e < c->mesh->n_edge; e++)
        f->drawn[e] = f->density[e] * line[e] + (f->is_long ? 0 : flx_faces_flow(c, x, e));
    drawn_by(f, f->drawn, out);
    for (int32_t k = 0; f->is_long && k < c->n_face; k++)
        out[k] += f->inductance[k] * x[k];
}

static void precondition(static_field *f, const double *r, double *z)
{
    flx_spd_solve(f->near, r, z);
    for (int32_t k = 0; k < f->faces.n_face; k++)
        z[k] = f->is_long ? r[k] / f->inductance[k] - z[k] : f->scale * z[k];
}

// x = D^-1 r, line = N x; r is destroyed. small: of the residual, relative; least: of its square.
static void settle(static_field *f, double *r, double small, double least, double *line)
{
    enum { AT_MOST = 300 };
    int32_t n = f->faces.n_face, n_edge = f->faces.mesh->n_edge;
    memset(f->x, 0, (size_t)n * sizeof *f->x);
    memset(line, 0, (size_t)n_edge * sizeof *line);
    precondition(f, r, f->z);
    memcpy(f->d, f->z, (size_t)n * sizeof *f->d);
    double rz = face_dot(f, r, f->z), first = rz;
    double *image = f->dd;
    for (int32_t it = 0; it < AT_MOST && rz > small * small * first && rz > least; it++) {
        stiffness(f, f->d, f->line, image);
        double curvature = face_dot(f, f->d, image);
        if (!(curvature > 0))
            return;
        double step = rz / curvature;
        for (int32_t k = 0; k < n; k++) {
            f->x[k] += step * f->d[k];
            r[k] -= step * image[k];
        }
        for (int32_t e = 0; e < n_edge; e++)
            line[e] += step * f->line[e];
        precondition(f, r, f->z);
        double next = face_dot(f, r, f->z);
        for (int32_t k = 0; k < n; k++)
            f->d[k] = f->z[k] + next / rz * f->d[k];
        rz = next;
    }
}

// -- A of the present psi -------------------------------------------------------------------------

static void take_currents(flx_static *st)
{
    static_field *f = st->field;
    const flx_mesh *m = st->mesh;
    for (int32_t e = 0; e < m->n_edge; e++) {
        const double *p = &st->psi[2 * m->tail[e]], *q = &st->psi[2 * m->head[e]];
        double c, s, re = p[0] * q[0] + p[1] * q[1], im = p[0] * q[1] - p[1] * q[0];
        flx_rotation(-st->a[e], &c, &s);
        f->js[e] = st->op.weight[e] * (c * im + s * re);
        f->density[e] = st->op.weight[e] * (c * re - s * im);
    }
}

static void take_lines(flx_static *st)
{
    static_field *f = st->field;
    for (int32_t e = 0; e < st->mesh->n_edge; e++)
        st->a[e] = f->a_applied[e] + f->a_induced[e];
    flx_operator_set_links(&st->op, st->pool, st->a);
}

void flx_static_field_relax(flx_static *st)
{
    enum { STEPS = 30 };
    const double small = 1e-4;
    static_field *f = st->field;
    const flx_mesh *m = st->mesh;
    double *step = f->answer;
    take_lines(st);
    for (int32_t k = 0; k < STEPS; k++) {
        take_currents(st);
        for (int32_t e = 0; e < m->n_edge; e++) {
            f->density[e] = fmax(f->density[e], 0); // near cores: D stays definite
            f->drawn[e] =
                f->js[e] - f->fed[e] - (f->is_long ? 0 : flx_faces_flow(&f->faces, f->g, e));
        }
        drawn_by(f, f->drawn, f->r);
        for (int32_t i = 0; f->is_long && i < f->faces.n_face; i++)
            f->r[i] -= f->inductance[i] * f->g[i];
        settle(f, f->r, small, 1e-3 * st->o.tolerance * st->o.tolerance * st->area, step);
        double largest = 0;
        for (int32_t i = 0; i < f->faces.n_face; i++)
            f->g[i] += f->x[i];
        for (int32_t e = 0; e < m->n_edge; e++) {
            f->a_induced[e] += step[e];
            largest = fmax(largest, fabs(step[e]) / m->length[e]);
        }
        take_lines(st);
        f->change = largest;
        if (!(largest > 0.1 * st->o.tolerance))
            break;
    }
    take_currents(st);
}

void flx_static_field_hessian(flx_static *st, const double *v, double *hv)
{
    const double small = 1e-8;
    static_field *f = st->field;
    const flx_mesh *m = st->mesh;
    for (int32_t e = 0; e < m->n_edge; e++) {
        const double *p = &st->psi[2 * m->tail[e]], *q = &st->psi[2 * m->head[e]];
        const double *vp = &v[2 * m->tail[e]], *vq = &v[2 * m->head[e]];
        double c, s;
        flx_rotation(-st->a[e], &c, &s);
        double re = vp[0] * q[0] + vp[1] * q[1] + p[0] * vq[0] + p[1] * vq[1];
        double im = vp[0] * q[1] - vp[1] * q[0] + p[0] * vq[1] - p[1] * vq[0];
        f->drawn[e] = st->op.weight[e] * (c * im + s * re);
    }
    drawn_by(f, f->drawn, f->r);
    settle(f, f->r, small, 0, f->answer);
    // B a: derivative of w js by psi at both ends
    for (int32_t i = 0; i < m->n_site; i++) {
        if (st->fixed[i])
            continue;
        for (int32_t k = m->row[i]; k < m->row[i + 1]; k++) {
            int32_t e = m->half_edge[k], j = m->neighbour[k];
            bool forth = j > i;
            double c, s, w = st->op.weight[e] * f->answer[e];
            const double *other = &st->psi[2 * j];
            flx_rotation(forth ? -st->a[e] : st->a[e], &c, &s);
            // i the tail: Im[v_i* z] with z = exp(-ia) psi_j; the head: Im[z* v_i], z = exp(ia) psi_j
            double zr = c * other[0] - s * other[1], zi = c * other[1] + s * other[0];
            double sign = forth ? 1 : -1;
            hv[2 * i] -= sign * w * zi;
            hv[2 * i + 1] += sign * w * zr;
        }
    }
}

// (C^T g + share I_T).a_induced
static double work_of(const static_field *f, double share)
{
    double sum = 0;
    for (int32_t e = 0; e < f->faces.mesh->n_edge; e++)
        sum += (flx_faces_flow(&f->faces, f->g, e) + share * f->fed[e]) * f->a_induced[e];
    return sum;
}

double flx_static_field_potential(const flx_static *st)
{
    return st->field ? work_of(st->field, st->field->is_long ? 2 : 1) : 0;
}

double flx_static_field_energy(const flx_static *st)
{
    return st->field ? work_of(st->field, st->field->is_long ? 0 : 1) : 0;
}

// -- what terminals feed in -----------------------------------------------------------------------

void flx_static_field_feed(flx_static *st)
{
    static_field *f = st->field;
    const size_t n_edge = (size_t)st->mesh->n_edge;
    if (f->is_long) {
        memset(f->inflow, 0, (size_t)st->n * sizeof *f->inflow);
        for (int32_t k = 0; k < st->n_inflow; k++)
            f->inflow[st->inflow[k].site] += st->inflow[k].current;
        flx_feed_rim(&f->faces, f->inflow, f->fed);
        return;
    }
    // g stays, with what it makes
    for (size_t e = 0; e < n_edge; e++) {
        f->a_induced[e] -= f->fed_line[e];
        f->fed[e] = f->fed_line[e] = 0;
        for (int32_t k = 0; k < st->p.n_terminal; k++) {
            f->fed[e] += st->current[k] * f->unit[(size_t)k * n_edge + e];
            f->fed_line[e] += st->current[k] * f->unit_line[(size_t)k * n_edge + e];
        }
        f->a_induced[e] += f->fed_line[e];
    }
}

// Flow of a normal metal from a terminal to the ground of its film.
static void find_unit(flx_static *st, flx_spd *poisson, const int32_t *ground, int32_t terminal)
{
    static_field *f = st->field;
    const flx_mesh *m = st->mesh;
    double *potential = f->inflow, *unit = f->unit + (size_t)terminal * (size_t)m->n_edge;
    memset(potential, 0, (size_t)m->n_site * sizeof *potential);
    for (int32_t k = 0; k < st->n_inflow; k++)
        if (st->inflow[k].terminal == terminal)
            potential[st->inflow[k].site] += st->inflow[k].share;
    for (int32_t k = 0; k < m->n_film; k++)
        potential[ground[k]] = 0;
    flx_spd_solve(poisson, potential, potential);
    for (int32_t e = 0; e < m->n_edge; e++)
        unit[e] = st->op.weight[e] * (potential[m->tail[e]] - potential[m->head[e]]);
    flx_sheet_lines(&f->sheet, unit, f->unit_line + (size_t)terminal * (size_t)m->n_edge);
}

static flx_status create_units(flx_static *st, static_field *f)
{
    const flx_mesh *m = st->mesh;
    size_t n = (size_t)st->p.n_terminal * (size_t)m->n_edge;
    int32_t *ground = FLX_NEW_ARRAY(st->ctx, int32_t, m->n_film);
    flx_spd *poisson = NULL;
    flx_status status = FLX_ERR_MEMORY;
    f->unit = FLX_NEW_ARRAY(st->ctx, double, n);
    f->unit_line = FLX_NEW_ARRAY(st->ctx, double, n);
    if (!ground || !f->unit || !f->unit_line)
        goto end;
    for (int32_t i = m->n_site - 1; i >= 0; i--)
        ground[m->film[i]] = i;
    status = flx_poisson_create(st->ctx, st->pool, &st->op, ground, &poisson);
    for (int32_t k = 0; status == FLX_OK && k < st->p.n_terminal; k++)
        find_unit(st, poisson, ground, k);
end:
    flx_spd_free(poisson);
    flx_free(ground);
    return status;
}

static flx_status create_feed(flx_static *st, static_field *f)
{
    int32_t *site = FLX_NEW_ARRAY(st->ctx, int32_t, st->n_inflow);
    if (!site)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < st->n_inflow; k++)
        site[k] = st->inflow[k].site;
    int32_t off = f->is_long ? flx_feed_off_rim(&f->faces, site, st->n_inflow, f->inflow) : -1;
    flx_free(site);
    if (off >= 0)
        return flx_fail(st->ctx, FLX_ERR_INPUT, FLX_FEED_OFF_RIM, st->inflow[off].terminal);
    return f->is_long ? FLX_OK : create_units(st, f);
}

// -- life -----------------------------------------------------------------------------------------

static flx_status check(flx_static *st)
{
    const flx_static_problem *p = &st->p;
    double length = p->screening == FLX_SCREENING_LONG ? p->kappa : p->pearl_length;
    if (p->screening != FLX_SCREENING_LONG && p->screening != FLX_SCREENING_FILM)
        return flx_fail(st->ctx, FLX_ERR_INPUT, "screening is %d, which is none",
                        (int)p->screening);
    if (!(length > 0 && isfinite(length)))
        return flx_fail(st->ctx, FLX_ERR_INPUT, "%s is %g%s, allowed is > 0",
                        p->screening == FLX_SCREENING_LONG ? "kappa" : "the Pearl length", length,
                        p->screening == FLX_SCREENING_LONG ? "" : " xi");
    for (int32_t e = 0; e < p->mesh->n_edge; e++)
        if (p->mesh->dual[e] < -1e-9 * p->mesh->length[e])
            return flx_fail(st->ctx, FLX_ERR_INPUT,
                            "the dual face of edge %d has length %g xi: with the field of the "
                            "currents the mesh must be Delaunay",
                            e, p->mesh->dual[e]);
    return FLX_OK;
}

static flx_status create_long(flx_static *st, static_field *f)
{
    double kappa2 = st->p.kappa * st->p.kappa;
    if (!(f->inductance = FLX_NEW_ARRAY(st->ctx, double, f->faces.n_face)))
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < f->faces.n_face; k++)
        f->inductance[k] = f->faces.area[k] / kappa2;
    FLX_TRY(flx_faces_factor(st->ctx, st->pool, &f->faces, 0, &f->k));
    return flx_faces_factor(st->ctx, st->pool, &f->faces, 1 / kappa2, &f->near);
}

static flx_status create_film(flx_static *st, static_field *f)
{
    double box[4], length = st->p.pearl_length;
    flx_mesh_bounds(st->mesh, box);
    double k1 = pi / hypot(box[2] - box[0], box[3] - box[1]);
    double k2 = pi / flx_mesh_quality_of(st->mesh).mean_edge;
    double shift = (k1 + k2) / (2 * length) + k1 * k2;
    f->scale = 4 * length * length * (k1 * k1 + shift) / (1 + 2 * length * k1);
    FLX_TRY(flx_sheet_init(st->ctx, st->pool, &f->faces, length, st->p.z, &f->sheet));
    return flx_static_sheet_factor(st->ctx, &f->sheet, shift, &f->near);
}

flx_status flx_static_field_create(flx_static *st)
{
    if (st->p.screening == FLX_SCREENING_NONE)
        return FLX_OK;
    FLX_TRY(check(st));
    static_field *f = st->field = FLX_NEW(st->ctx, static_field);
    if (!f)
        return FLX_ERR_MEMORY;
    f->is_long = st->p.screening == FLX_SCREENING_LONG;
    FLX_TRY(flx_faces_init(st->ctx, st->mesh, f->is_long, &f->faces));
    double **on_faces[] = {&f->g, &f->x, &f->r, &f->z, &f->d, &f->dd};
    double **on_edges[] = {&f->a_applied, &f->a_induced, &f->density, &f->js,  &f->line,
                           &f->drawn,     &f->flow,      &f->answer,  &f->fed, &f->fed_line};
    for (size_t k = 0; k < sizeof on_faces / sizeof *on_faces; k++)
        if (!(*on_faces[k] = FLX_NEW_ARRAY(st->ctx, double, f->faces.n_face)))
            return FLX_ERR_MEMORY;
    for (size_t k = 0; k < sizeof on_edges / sizeof *on_edges; k++)
        if (!(*on_edges[k] = FLX_NEW_ARRAY(st->ctx, double, st->mesh->n_edge)))
            return FLX_ERR_MEMORY;
    if (!(f->inflow = FLX_NEW_ARRAY(st->ctx, double, st->n)))
        return FLX_ERR_MEMORY;
    FLX_TRY(f->is_long ? create_long(st, f) : create_film(st, f));
    return st->n_inflow > 0 ? create_feed(st, f) : FLX_OK;
}

void flx_static_field_reset(flx_static *st)
{
    static_field *f = st->field;
    if (!f)
        return;
    memset(f->g, 0, (size_t)f->faces.n_face * sizeof *f->g);
    memset(f->a_applied, 0, (size_t)st->mesh->n_edge * sizeof *f->a_applied);
    memset(f->a_induced, 0, (size_t)st->mesh->n_edge * sizeof *f->a_induced);
    memset(f->fed, 0, (size_t)st->mesh->n_edge * sizeof *f->fed);
    memset(f->fed_line, 0, (size_t)st->mesh->n_edge * sizeof *f->fed_line);
}

double *flx_static_field_applied(flx_static *st)
{
    return st->field->a_applied;
}

const double *flx_static_field_induced(const flx_static *st)
{
    return st->field ? st->field->a_induced : NULL;
}

void flx_static_field_free(flx_static *st)
{
    static_field *f = st->field;
    if (!f)
        return;
    double *arrays[] = {f->inductance, f->g,        f->x,         f->r,         f->z,
                        f->d,          f->dd,       f->a_applied, f->a_induced, f->density,
                        f->js,         f->line,     f->drawn,     f->flow,      f->answer,
                        f->fed,        f->fed_line, f->unit,      f->unit_line, f->inflow};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        flx_free(arrays[k]);
    flx_spd_free(f->k);
    flx_spd_free(f->near);
    flx_sheet_clear(&f->sheet);
    flx_faces_clear(&f->faces);
    flx_free(f);
    st->field = NULL;
}
