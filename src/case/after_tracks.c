// case/after_tracks.c -- vortices followed through all frames of a file.
//
// Reach, unless it is given: half of the median distance of a vortex to the next one of its sign,
// so that most are joined without doubt; where no frame holds two, a quarter of the film's size. At
// least 2 xi, the size of a core.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/after.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct history {
    flx_vortices *frame; // [n]
    double *time;        // [n] [tau0]
    int32_t n;
} history;

static void clear(history *h)
{
    for (int32_t k = 0; h->frame && k < h->n; k++)
        flx_vortices_clear(&h->frame[k]);
    flx_free(h->frame);
    flx_free(h->time);
}

static flx_status read_frames(flx_after *a, history *h)
{
    int32_t n = flx_file_frame_count(a->file);
    h->frame = FLX_NEW_ARRAY(a->ctx, flx_vortices, n);
    h->time = FLX_NEW_ARRAY(a->ctx, double, n);
    if (!h->frame || !h->time)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < n; k++) {
        double time = flx_file_frame_info(a->file, k).time;
        flx_frame_data *data = NULL;
        if (h->n > 0 && !(time > h->time[h->n - 1]))
            continue;
        FLX_TRY(flx_file_read_frame(a->file, a->device->mesh, k, &data));
        flx_status status = flx_measure_vortices(a->ctx, &data->frame, 0, &h->frame[h->n]);
        flx_frame_data_free(data);
        if (status < 0)
            return status;
        h->time[h->n++] = time;
    }
    return FLX_OK;
}

// -- reach ----------------------------------------------------------------------------------------

// Distance to the next of the same sign in the same film; INFINITY: there is none.
static double distance_to_next(const flx_vortices *all, int32_t v)
{
    const flx_vortex *p = &all->list[v];
    double best = INFINITY;
    for (int32_t w = 0; w < all->n; w++) {
        const flx_vortex *q = &all->list[w];
        if (w != v && q->winding == p->winding && q->film == p->film)
            best = fmin(best, hypot(q->x - p->x, q->y - p->y));
    }
    return best;
}

static int by_value(const void *pa, const void *pb)
{
    double a = *(const double *)pa, b = *(const double *)pb;
    return (a > b) - (a < b);
}

static double size_of(const flx_mesh *m)
{
    double area = 0;
    for (int32_t i = 0; i < m->n_site; i++)
        area += m->area[i];
    return sqrt(area / m->n_film);
}

static flx_status choose_reach(flx_after *a, const history *h, double *reach)
{
    double r[3];
    if (a->request->reach) {
        char text[128];
        snprintf(text, sizeof text, "%s, 0", a->request->reach);
        FLX_TRY(flx_after_place(a, "reach", text, r));
        *reach = r[0];
        return FLX_OK;
    }
    size_t n = 0, m = 0;
    for (int32_t k = 0; k < h->n; k++)
        n += (size_t)h->frame[k].n;
    double *distance = FLX_NEW_ARRAY(a->ctx, double, n);
    if (!distance)
        return FLX_ERR_MEMORY;
    for (int32_t k = 0; k < h->n; k++)
        for (int32_t v = 0; v < h->frame[k].n; v++) {
            double d = distance_to_next(&h->frame[k], v);
            if (isfinite(d))
                distance[m++] = d;
        }
    qsort(distance, m, sizeof *distance, by_value);
    *reach = fmax(2, m > 0 ? 0.5 * distance[m / 2] : 0.25 * size_of(a->device->mesh));
    flx_free(distance);
    return FLX_OK;
}

// -- JSON -----------------------------------------------------------------------------------------

static const char *event_name(flx_track_event event)
{
    return event == FLX_TRACK_RIM ? "rim" : event == FLX_TRACK_PAIR ? "pair" : "open";
}

static json_t *partner(int32_t index)
{
    return index >= 0 ? json_integer(index) : json_null();
}

// Column `k` of the points of a track.
static flx_status put_column(flx_after *a, json_t *item, const char *key, const double *point,
                             int32_t n, double unit)
{
    json_t *list = json_array();
    FLX_TRY(flx_json_put(a->ctx, item, key, list));
    for (int32_t p = 0; p < n; p++)
        if (json_array_append_new(list, flx_json_scaled(point[3 * (ptrdiff_t)p], unit)) != 0)
            return flx_fail(a->ctx, FLX_ERR_MEMORY, "no memory for the tracks");
    return FLX_OK;
}

static flx_status put_track(flx_after *a, const flx_track *t, const double *point, json_t *item)
{
    double xi = a->c->scales.xi;
    const double *last = point + 3 * (ptrdiff_t)(t->n - 1);
    FLX_TRY(flx_json_put(a->ctx, item, "winding", json_integer(t->winding)));
    FLX_TRY(flx_json_put(a->ctx, item, "film", json_string(a->c->films[t->film].name)));
    FLX_TRY(flx_json_put(a->ctx, item, "birth", json_string(event_name(t->birth))));
    FLX_TRY(flx_json_put(a->ctx, item, "birth_tau0", flx_json_real(point[0])));
    FLX_TRY(flx_json_put(a->ctx, item, "birth_partner", partner(t->partner_birth)));
    FLX_TRY(flx_json_put(a->ctx, item, "death", json_string(event_name(t->death))));
    FLX_TRY(flx_json_put(a->ctx, item, "death_tau0", flx_json_real(last[0])));
    FLX_TRY(flx_json_put(a->ctx, item, "death_partner", partner(t->partner_death)));
    FLX_TRY(put_column(a, item, "time_tau0", point, t->n, 1));
    FLX_TRY(put_column(a, item, "x", point + 1, t->n, xi));
    return put_column(a, item, "y", point + 2, t->n, xi);
}

static flx_status put_tracks(flx_after *a, const history *h, flx_tracker *tracker, json_t *all)
{
    flx_tracks tracks;
    json_t *list = json_array();
    FLX_TRY(flx_json_put(a->ctx, all, "list", list));
    for (int32_t k = 0; k < h->n; k++)
        FLX_TRY(flx_tracker_add(a->ctx, tracker, h->time[k], &h->frame[k]));
    FLX_TRY(flx_tracker_tracks(a->ctx, tracker, &tracks));
    for (int32_t k = 0; k < tracks.n_track; k++) {
        const flx_track *t = &tracks.track[k];
        json_t *item = json_object();
        if (!item || json_array_append_new(list, item) != 0)
            return flx_fail(a->ctx, FLX_ERR_MEMORY, "no memory for the tracks");
        FLX_TRY(put_track(a, t, tracks.point + 3 * (ptrdiff_t)t->start, item));
    }
    return FLX_OK;
}

flx_status flx_after_tracks(flx_after *a, json_t *root)
{
    json_t *all;
    history h = {0};
    flx_tracker *tracker = NULL;
    double reach = 0;
    if (!a->request->tracks)
        return FLX_OK;
    FLX_TRY(flx_json_put_object(a->ctx, root, "tracks", &all));
    flx_status status = read_frames(a, &h);
    if (status == FLX_OK)
        status = choose_reach(a, &h, &reach);
    if (status == FLX_OK)
        status = flx_tracker_create(a->ctx, a->device->mesh, reach, &tracker);
    if (status == FLX_OK)
        status = flx_json_put(a->ctx, all, "frames", json_integer(h.n));
    if (status == FLX_OK)
        status = flx_json_put(a->ctx, all, "reach", flx_json_scaled(reach, a->c->scales.xi));
    if (status == FLX_OK)
        status = put_tracks(a, &h, tracker, all);
    flx_tracker_free(tracker);
    clear(&h);
    return status;
}
