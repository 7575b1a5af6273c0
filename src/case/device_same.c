// case/device_same.c -- a device serves all cases that make the same one, whatever else changes from
// point to point of a sweep: fields, currents, lengths lambda, temperatures, what a `let` says.
//
// Cases are compared by the numbers that films, mesh, terminals, probes and loops come from.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/device.h"

#include <string.h>

static bool same(const double *a, const double *b, int32_t n)
{
    for (int32_t k = 0; k < n; k++)
        if (a[k] != b[k])
            return false;
    return true;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_item(const flx_shape_item *a, const flx_shape_item *b)
{
    return a->verb == b->verb && a->kind == b->kind && same(a->size, b->size, 2) &&
           a->n_point == b->n_point && same(a->points, b->points, 2 * a->n_point) &&
           a->width == b->width && same(a->at, b->at, 2) && a->rotate == b->rotate &&
           same(a->scale, b->scale, 2) && a->mirror_x == b->mirror_x && a->mirror_y == b->mirror_y;
}

static bool same_shape(const flx_case_shape *a, const flx_case_shape *b)
{
    bool is = a->n_item == b->n_item;
    for (int32_t k = 0; is && k < a->n_item; k++)
        is = same_item(&a->item[k], &b->item[k]);
    return is;
}

static bool same_film(const flx_case *a, const flx_case *b, int32_t f)
{
    const flx_case_film *p = &a->films[f], *q = &b->films[f];
    bool is = same_text(p->name, q->name) && same_shape(&p->shape, &q->shape) &&
              p->n_hole == q->n_hole &&
              a->layers[p->layer].material.z == b->layers[q->layer].material.z;
    for (int32_t h = 0; is && h < p->n_hole; h++)
        is = same_text(p->holes[h].name, q->holes[h].name) &&
             same_shape(&p->holes[h].shape, &q->holes[h].shape);
    return is;
}

static bool same_mesh(const flx_case_mesh *a, const flx_case_mesh *b)
{
    bool is = a->opts.max_edge == b->opts.max_edge && a->opts.grading == b->opts.grading &&
              a->opts.smooth == b->opts.smooth && a->opts.max_sites == b->opts.max_sites &&
              a->arc_edge == b->arc_edge && a->n_refine == b->n_refine &&
              a->rim_rows == b->rim_rows && a->rim_ratio == b->rim_ratio &&
              a->hole_edge == b->hole_edge && same_text(a->import, b->import) &&
              a->unsigned_duals == b->unsigned_duals;
    for (int32_t k = 0; is && k < a->n_refine; k++) {
        const flx_mesh_refine *p = &a->refine[k], *q = &b->refine[k];
        is = p->near == q->near && same(p->at, q->at, 2) && p->distance == q->distance &&
             p->max_edge == q->max_edge;
    }
    return is;
}

bool flx_device_same(const flx_case *a, const flx_case *b)
{
    bool is = a->scales.xi == b->scales.xi && same_mesh(&a->mesh, &b->mesh) &&
              a->n_film == b->n_film && a->n_terminal == b->n_terminal &&
              a->n_probe == b->n_probe && a->n_loop == b->n_loop;
    for (int32_t k = 0; is && k < a->n_film; k++)
        is = same_film(a, b, k);
    for (int32_t k = 0; is && k < a->n_terminal; k++) {
        const flx_case_terminal *p = &a->terminals[k], *q = &b->terminals[k];
        is = p->film == q->film && same_shape(&p->shape, &q->shape) && p->psi == q->psi &&
             p->amplitude == q->amplitude;
    }
    for (int32_t k = 0; is && k < a->n_probe; k++)
        is = same(a->probes[k].point[0], b->probes[k].point[0], 4) &&
             a->probes[k].film == b->probes[k].film;
    for (int32_t k = 0; is && k < a->n_loop; k++)
        is = same_shape(&a->loops[k].shape, &b->loops[k].shape) &&
             a->loops[k].film == b->loops[k].film;
    return is;
}

void flx_device_take_case(flx_device *d, const flx_case *c)
{
    d->c = c;
    for (int32_t f = 0; f < c->n_film; f++)
        for (int32_t h = 0; h < c->films[f].n_hole; h++)
            d->hole_name[d->first_hole[f] + h] = c->films[f].holes[h].name;
}
