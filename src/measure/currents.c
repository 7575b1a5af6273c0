// measure/currents.c -- current vectors on sites, and the magnetic moment.
//
// Around site i the field is taken as linear, J(r) = J_i + G (r - r_i), and its six numbers are
// those for which sum_e w_e (J(m_e).t_e - j_e)^2 is least over the edges e near the site (m_e:
// middle, t_e: direction). The mean of a linear field along an edge is its value in the middle, so
// the result is exact for linear fields on any mesh, one-sided at the rim too, and of second order
// for smooth ones. Edges near: those of the triangles around the site; where these say too little (at
// the rim one layer of triangles shows the field normal to it at one depth alone) also those around
// its neighbours. Where even so a gradient cannot be had, J is constant.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "measure/measure.h"

enum { UNKNOWNS = 6 };

// Normal equations for J_x, J_y and h (dJx/dx, dJx/dy, dJy/dx, dJy/dy).
typedef struct fit {
    const flx_mesh *mesh;
    flx_edge_value value;
    const void *user;
    double x, y, h; // site, and the mean length of its edges
    double m[UNKNOWNS][UNKNOWNS], rhs[UNKNOWNS];
} fit;

static void add_edge(fit *f, int32_t e)
{
    const flx_mesh *mesh = f->mesh;
    int32_t i = mesh->tail[e], j = mesh->head[e];
    double dx = mesh->x[j] - mesh->x[i], dy = mesh->y[j] - mesh->y[i];
    double length = hypot(dx, dy);
    double tx = dx / length, ty = dy / length;
    double mx = (0.5 * (mesh->x[i] + mesh->x[j]) - f->x) / f->h;
    double my = (0.5 * (mesh->y[i] + mesh->y[j]) - f->y) / f->h;
    double row[UNKNOWNS] = {tx, ty, tx * mx, tx * my, ty * mx, ty * my};
    double w = 1 / (0.25 + mx * mx + my * my), j_e = f->value(f->user, e);
    for (int p = 0; p < UNKNOWNS; p++) {
        for (int q = 0; q <= p; q++)
            f->m[p][q] += w * row[p] * row[q];
        f->rhs[p] += w * row[p] * j_e;
    }
}

// Edges from i, and those that join two of its neighbours (each once).
static void add_star(fit *f, int32_t i)
{
    const flx_mesh *mesh = f->mesh;
    for (int32_t k = mesh->row[i]; k < mesh->row[i + 1]; k++) {
        int32_t e = mesh->half_edge[k];
        add_edge(f, e);
        // The opposite edge of the triangle on the left of i -> neighbour.
        int32_t t = mesh->edge_tri[2 * e + (mesh->tail[e] == i ? 0 : 1)];
        if (t < 0)
            continue;
        const int32_t *c = mesh->tri + 3 * (ptrdiff_t)t;
        int at = c[0] == i ? 0 : c[1] == i ? 1 : 2;
        add_edge(f, flx_mesh_edge(mesh, c[(at + 1) % 3], c[(at + 2) % 3]));
    }
}

// Cholesky for the first n unknowns; false if a pivot is less than `least` of its diagonal.
static bool solve(const fit *f, int n, double least, double x[UNKNOWNS])
{
    double l[UNKNOWNS][UNKNOWNS];
    for (int p = 0; p < n; p++) {
        for (int q = 0; q <= p; q++) {
            double sum = f->m[p][q];
            for (int k = 0; k < q; k++)
                sum -= l[p][k] * l[q][k];
            if (p > q)
                l[p][q] = sum / l[q][q];
            else if (!(sum > least * f->m[p][p]))
                return false;
            else
                l[p][p] = sqrt(sum);
        }
    }
    for (int p = 0; p < n; p++) {
        x[p] = f->rhs[p];
        for (int k = 0; k < p; k++)
            x[p] -= l[p][k] * x[k];
        x[p] /= l[p][p];
    }
    for (int p = n - 1; p >= 0; p--) {
        for (int k = p + 1; k < n; k++)
            x[p] -= l[k][p] * x[k];
        x[p] /= l[p][p];
    }
    return true;
}

void flx_site_vector(const flx_mesh *mesh, int32_t i, flx_edge_value value, const void *user,
                     double out[2])
{
    fit f = {.mesh = mesh, .value = value, .user = user, .x = mesh->x[i], .y = mesh->y[i]};
    int32_t first = mesh->row[i], last = mesh->row[i + 1];
    for (int32_t k = first; k < last; k++)
        f.h += mesh->length[mesh->half_edge[k]] / (last - first);
    double x[UNKNOWNS];
    add_star(&f, i);
    bool solved = solve(&f, UNKNOWNS, 0.1, x);
    if (!solved) {
        for (int32_t k = first; k < last; k++)
            add_star(&f, mesh->neighbour[k]);
        solved = solve(&f, UNKNOWNS, 1e-2, x) || solve(&f, 2, 1e-6, x);
    }
    out[0] = solved ? x[0] : 0;
    out[1] = solved ? x[1] : 0;
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

double flx_measure_moment(const flx_mesh *mesh, const double *site_current)
{
    double sum = 0;
    for (int32_t i = 0; i < mesh->n_site; i++) {
        const double *K = site_current + 2 * (ptrdiff_t)i;
        sum += 0.5 * mesh->area[i] * (mesh->x[i] * K[1] - mesh->y[i] * K[0]);
    }
    return sum;
}
