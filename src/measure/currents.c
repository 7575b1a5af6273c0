// measure/currents.c -- current vectors on sites, and the magnetic moment.
//
// Around site i the field is taken as linear, J(r) = J_i + G (r - r_i), and its six numbers are
// those for which sum_e w_e (J(m_e).t_e - j_e)^2 is least over the edges e near the site (m_e:
// middle, t_e: direction). The mean of a linear field along an edge is its value in the middle, so
// the result is exact for linear fields on any mesh, one-sided at the rim too, and of second order
// for smooth ones. Edges near: those of the triangles around the site; where these say too little
// (at the rim one layer of triangles shows the field normal to it at one depth alone) also those
// around its neighbours. Where even so a gradient cannot be had, J is constant.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "measure/measure.h"

enum { UNKNOWNS = 6 };

// Takes an edge near the site: its row of the fit and its weight.
typedef flx_status (*edge_fn)(void *user, int32_t e, const double row[UNKNOWNS], double w);

typedef struct star {
    const flx_mesh *mesh;
    double x, y, h; // site, and the mean length of its edges
    edge_fn take;
    void *user;
} star;

// Its unknowns are J_x, J_y and h (dJx/dx, dJx/dy, dJy/dx, dJy/dy).
static flx_status take_edge(const star *s, int32_t e)
{
    const flx_mesh *mesh = s->mesh;
    int32_t i = mesh->tail[e], j = mesh->head[e];
    double tx = (mesh->x[j] - mesh->x[i]) / mesh->length[e];
    double ty = (mesh->y[j] - mesh->y[i]) / mesh->length[e];
    double mx = (0.5 * (mesh->x[i] + mesh->x[j]) - s->x) / s->h;
    double my = (0.5 * (mesh->y[i] + mesh->y[j]) - s->y) / s->h;
    const double row[UNKNOWNS] = {tx, ty, tx * mx, tx * my, ty * mx, ty * my};
    return s->take(s->user, e, row, 1 / (0.25 + mx * mx + my * my));
}

// Edges from i, and those that join two of its neighbours (each once).
static flx_status take_star(const star *s, int32_t i)
{
    const flx_mesh *mesh = s->mesh;
    for (int32_t k = mesh->row[i]; k < mesh->row[i + 1]; k++) {
        int32_t e = mesh->half_edge[k];
        FLX_TRY(take_edge(s, e));
        // The opposite edge of the triangle on the left of i -> neighbour.
        int32_t t = mesh->edge_tri[2 * e + (mesh->tail[e] == i ? 0 : 1)];
        if (t < 0)
            continue;
        const int32_t *c = mesh->tri + 3 * (ptrdiff_t)t;
        int at = c[0] == i ? 0 : c[1] == i ? 1 : 2;
        FLX_TRY(take_edge(s, flx_mesh_edge(mesh, c[(at + 1) % 3], c[(at + 2) % 3])));
    }
    return FLX_OK;
}

// The edges near i: one star, or those of its neighbours too.
static flx_status take_near(const star *s, int32_t i, bool wide)
{
    FLX_TRY(take_star(s, i));
    for (int32_t k = s->mesh->row[i]; wide && k < s->mesh->row[i + 1]; k++)
        FLX_TRY(take_star(s, s->mesh->neighbour[k]));
    return FLX_OK;
}

// Cholesky for the first n unknowns; false if a pivot is less than `least` of its diagonal.
static bool factor(double m[UNKNOWNS][UNKNOWNS], int n, double least, double l[UNKNOWNS][UNKNOWNS])
{
    for (int p = 0; p < n; p++) {
        for (int q = 0; q <= p; q++) {
            double sum = m[p][q];
            for (int k = 0; k < q; k++)
                sum -= l[p][k] * l[q][k];
            if (p > q)
                l[p][q] = sum / l[q][q];
            else if (!(sum > least * m[p][p]))
                return false;
            else
                l[p][p] = sqrt(sum);
        }
    }
    return true;
}

// Row `unit` of the inverse, the matrix being symmetric.
static void inverse_row(double l[UNKNOWNS][UNKNOWNS], int n, int unit, double x[UNKNOWNS])
{
    for (int p = 0; p < n; p++) {
        x[p] = p == unit;
        for (int k = 0; k < p; k++)
            x[p] -= l[p][k] * x[k];
        x[p] /= l[p][p];
    }
    for (int p = n - 1; p >= 0; p--) {
        for (int k = p + 1; k < n; k++)
            x[p] -= l[k][p] * x[k];
        x[p] /= l[p][p];
    }
}

static flx_status add_to_matrix(void *user, int32_t e, const double row[UNKNOWNS], double w)
{
    double(*m)[UNKNOWNS] = user;
    (void)e;
    for (int p = 0; p < UNKNOWNS; p++)
        for (int q = 0; q <= p; q++)
            m[p][q] += w * row[p] * row[q];
    return FLX_OK;
}

// The solution at a site is linear in the currents: J = sum_e (x_e, y_e) j_e, with x_e and y_e from
// the first two rows of the inverse of the normal equations.
typedef struct weighing {
    double inverse[2][UNKNOWNS];
    flx_status (*take)(void *user, int32_t e, const double weight[2]);
    void *user;
} weighing;

static flx_status weigh_edge(void *user, int32_t e, const double row[UNKNOWNS], double w)
{
    const weighing *g = user;
    double weight[2] = {0, 0};
    for (int p = 0; p < UNKNOWNS; p++) {
        weight[0] += g->inverse[0][p] * row[p];
        weight[1] += g->inverse[1][p] * row[p];
    }
    weight[0] *= w;
    weight[1] *= w;
    return g->take(g->user, e, weight);
}

// Calls g->take with the weights of the edges near site i: none if there is no solution.
static flx_status weigh(const flx_mesh *mesh, int32_t i, weighing *g)
{
    double m[UNKNOWNS][UNKNOWNS] = {{0}}, l[UNKNOWNS][UNKNOWNS];
    int32_t first = mesh->row[i], last = mesh->row[i + 1];
    star s = {mesh, mesh->x[i], mesh->y[i], 0, add_to_matrix, m};
    for (int32_t k = first; k < last; k++)
        s.h += mesh->length[mesh->half_edge[k]] / (last - first);
    FLX_TRY(take_star(&s, i));
    int n = UNKNOWNS;
    bool wide = !factor(m, n, 0.1, l);
    if (wide) {
        for (int32_t k = first; k < last; k++)
            FLX_TRY(take_star(&s, mesh->neighbour[k]));
        if (!factor(m, n, 1e-2, l)) {
            n = 2;
            if (!factor(m, n, 1e-6, l))
                return FLX_OK;
        }
    }
    for (int unit = 0; unit < 2; unit++) {
        for (int p = n; p < UNKNOWNS; p++)
            g->inverse[unit][p] = 0;
        inverse_row(l, n, unit, g->inverse[unit]);
    }
    s.take = weigh_edge;
    s.user = g;
    return take_near(&s, i, wide);
}

// -- one site -------------------------------------------------------------------------------------

typedef struct vector_sum {
    flx_edge_value value;
    const void *user;
    double *out;
} vector_sum;

static flx_status add_current(void *user, int32_t e, const double weight[2])
{
    const vector_sum *sum = user;
    double j = sum->value(sum->user, e);
    sum->out[0] += weight[0] * j;
    sum->out[1] += weight[1] * j;
    return FLX_OK;
}

void flx_site_vector(const flx_mesh *mesh, int32_t i, flx_edge_value value, const void *user,
                     double out[2])
{
    vector_sum sum = {value, user, out};
    weighing g = {.take = add_current, .user = &sum};
    out[0] = out[1] = 0;
    (void)weigh(mesh, i, &g); // add_current cannot fail
}

static double array_value(const void *user, int32_t e)
{
    return ((const double *)user)[e];
}

void flx_measure_sites(const flx_mesh *mesh, const double *j, double *out)
{
    for (int32_t i = 0; i < mesh->n_site; i++)
        flx_site_vector(mesh, i, array_value, j, out + 2 * (ptrdiff_t)i);
}

// -- all sites, again and again -------------------------------------------------------------------

typedef struct edge_weight {
    double weight[2];
    int32_t e;
} edge_weight;

struct flx_site_currents {
    flx_ctx *ctx;
    int32_t n_site;
    int64_t *row; // [n_site + 1] edges of a site: list[row[i]] ... list[row[i + 1] - 1]
    edge_weight *list;
    int64_t n, room;
};

static flx_status keep_weight(void *user, int32_t e, const double weight[2])
{
    flx_site_currents *s = user;
    if (s->n == s->room) {
        int64_t room = s->room + s->room / 2 + 16 * (int64_t)s->n_site;
        edge_weight *grown =
            flx_realloc(s->ctx, s->list, (size_t)s->room, (size_t)room, sizeof *grown);
        if (!grown)
            return FLX_ERR_MEMORY;
        s->list = grown;
        s->room = room;
    }
    s->list[s->n++] = (edge_weight){{weight[0], weight[1]}, e};
    return FLX_OK;
}

flx_status flx_site_currents_create(flx_ctx *ctx, const flx_mesh *mesh, flx_site_currents **out)
{
    *out = NULL;
    flx_site_currents *s = FLX_NEW(ctx, flx_site_currents);
    if (!s)
        return FLX_ERR_MEMORY;
    *s = (flx_site_currents){.ctx = ctx, .n_site = mesh->n_site};
    s->row = FLX_NEW_ARRAY(ctx, int64_t, (size_t)mesh->n_site + 1);
    flx_status status = s->row ? FLX_OK : FLX_ERR_MEMORY;
    weighing g = {.take = keep_weight, .user = s};
    for (int32_t i = 0; i < mesh->n_site && status == FLX_OK; i++) {
        status = weigh(mesh, i, &g);
        s->row[i + 1] = s->n;
    }
    if (status == FLX_OK)
        *out = s;
    else
        flx_site_currents_free(s);
    return status;
}

void flx_site_currents_apply(const flx_site_currents *s, const double *j, double *out)
{
    for (int32_t i = 0; i < s->n_site; i++) {
        double x = 0, y = 0;
        for (int64_t k = s->row[i]; k < s->row[i + 1]; k++) {
            x += s->list[k].weight[0] * j[s->list[k].e];
            y += s->list[k].weight[1] * j[s->list[k].e];
        }
        out[2 * (ptrdiff_t)i] = x;
        out[2 * (ptrdiff_t)i + 1] = y;
    }
}

void flx_site_currents_free(flx_site_currents *s)
{
    if (!s)
        return;
    flx_free(s->row);
    flx_free(s->list);
    flx_free(s);
}

// About the middle of each film: sum r x K less r0 x sum K, both from the same pass.
double flx_measure_moment(const flx_mesh *mesh, const double *site_current)
{
    double moment = 0;
    for (int32_t film = 0; film < mesh->n_film; film++) {
        double area = 0, middle[2] = {0, 0}, flow[2] = {0, 0}, turning = 0;
        for (int32_t i = 0; i < mesh->n_site; i++) {
            if (mesh->film[i] != film)
                continue;
            const double *K = site_current + 2 * (ptrdiff_t)i, a = mesh->area[i];
            area += a;
            middle[0] += a * mesh->x[i];
            middle[1] += a * mesh->y[i];
            flow[0] += a * K[0];
            flow[1] += a * K[1];
            turning += a * (mesh->x[i] * K[1] - mesh->y[i] * K[0]);
        }
        if (area > 0)
            moment += 0.5 * (turning - (middle[0] * flow[1] - middle[1] * flow[0]) / area);
    }
    return moment;
}
