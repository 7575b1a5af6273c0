// measure/tracks.c -- vortices followed from frame to frame.
//
// A vortex goes on as the nearest of its sign within reach of where its last two places lead, or of
// the last place itself; the nearest pairs are joined first. What then is left over has begun or
// ended: with the nearest left-over vortex of the other sign, or at the rim if that is nearer than
// half of the way to it (both of a pair move).
//
// SPDX-License-Identifier: GPL-3.0-or-later
#include "measure/measure.h"

#include <stdlib.h>

typedef struct walker {
    flx_track track;
    double t, x, y;   // last place
    double vx, vy;    // [xi/tau0] velocity there
    bool live, fresh; // fresh: began in this frame
} walker;

typedef struct place {
    int32_t walker;
    double t, x, y;
} place;

typedef struct link {
    int32_t a, b;
    double distance;
} link;

struct flx_tracker {
    const flx_mesh *mesh;
    double reach, time;
    int32_t n_frame;
    walker *walker;
    int32_t n_walker, max_walker;
    place *place;
    int32_t n_place, max_place;
    flx_track *track; // as handed out
    double *point;
};

flx_status flx_tracker_create(flx_ctx *ctx, const flx_mesh *mesh, double reach, flx_tracker **out)
{
    *out = NULL;
    if (!(reach > 0))
        return flx_fail(
            ctx, FLX_ERR_INPUT,
            "the reach of a tracker is %g xi, it must be positive: the way a vortex may "
            "go between two frames",
            reach);
    flx_tracker *tracker = FLX_NEW(ctx, flx_tracker);
    if (!tracker)
        return FLX_ERR_MEMORY;
    tracker->mesh = mesh;
    tracker->reach = reach;
    *out = tracker;
    return FLX_OK;
}

void flx_tracker_free(flx_tracker *tracker)
{
    if (!tracker)
        return;
    flx_free(tracker->walker);
    flx_free(tracker->place);
    flx_free(tracker->track);
    flx_free(tracker->point);
    flx_free(tracker);
}

// Room for n more vortices.
static flx_status reserve(flx_ctx *ctx, flx_tracker *tr, int32_t n)
{
    if (tr->n_walker + n > tr->max_walker) {
        int32_t size = 2 * (tr->n_walker + n);
        walker *grown =
            flx_realloc(ctx, tr->walker, (size_t)tr->n_walker, (size_t)size, sizeof *grown);
        if (!grown)
            return FLX_ERR_MEMORY;
        tr->walker = grown;
        tr->max_walker = size;
    }
    if (tr->n_place + n > tr->max_place) {
        int32_t size = 2 * (tr->n_place + n);
        place *grown =
            flx_realloc(ctx, tr->place, (size_t)tr->n_place, (size_t)size, sizeof *grown);
        if (!grown)
            return FLX_ERR_MEMORY;
        tr->place = grown;
        tr->max_place = size;
    }
    return FLX_OK;
}

static void put(flx_tracker *tr, int32_t w, double t, const flx_vortex *v)
{
    walker *walk = &tr->walker[w];
    if (walk->track.n > 0) {
        walk->vx = (v->x - walk->x) / (t - walk->t);
        walk->vy = (v->y - walk->y) / (t - walk->t);
    }
    walk->t = t;
    walk->x = v->x;
    walk->y = v->y;
    walk->track.n++;
    tr->place[tr->n_place++] = (place){w, t, v->x, v->y};
}

static int by_distance(const void *pa, const void *pb)
{
    const link *a = pa, *b = pb;
    if (a->distance != b->distance)
        return a->distance < b->distance ? -1 : 1;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return (a->b > b->b) - (a->b < b->b);
}

static double distance_to_rim(const flx_tracker *tr, int32_t film, double x, double y)
{
    const flx_mesh *mesh = tr->mesh;
    double best = INFINITY;
    for (int32_t l = 0; l < mesh->n_loop; l++) {
        const flx_mesh_loop *loop = &mesh->loop[l];
        const int32_t *site = mesh->loop_site + loop->start;
        for (int32_t k = 0; loop->film == film && k < loop->n; k++) {
            int32_t i = site[k], j = site[(k + 1) % loop->n];
            double dx = mesh->x[j] - mesh->x[i], dy = mesh->y[j] - mesh->y[i];
            double u = ((x - mesh->x[i]) * dx + (y - mesh->y[i]) * dy) / (dx * dx + dy * dy);
            u = fmin(fmax(u, 0), 1);
            best = fmin(best, hypot(mesh->x[i] + u * dx - x, mesh->y[i] + u * dy - y));
        }
    }
    return best;
}

// Joins live walkers to vortices; owner[v] is the walker of vortex v or -1.
static void join(flx_tracker *tr, double t, const flx_vortices *vortices, link *links,
                 int32_t *owner)
{
    int32_t n = 0;
    for (int32_t w = 0; w < tr->n_walker; w++) {
        const walker *walk = &tr->walker[w];
        for (int32_t v = 0; walk->live && v < vortices->n; v++) {
            const flx_vortex *vortex = &vortices->list[v];
            if (vortex->winding != walk->track.winding || vortex->film != walk->track.film)
                continue;
            double dt = t - walk->t, x = vortex->x - walk->x, y = vortex->y - walk->y;
            double d = fmin(hypot(x, y), hypot(x - walk->vx * dt, y - walk->vy * dt));
            if (d <= tr->reach)
                links[n++] = (link){w, v, d};
        }
    }
    qsort(links, (size_t)n, sizeof *links, by_distance);
    for (int32_t v = 0; v < vortices->n; v++)
        owner[v] = -1;
    for (int32_t k = 0; k < n; k++) {
        walker *walk = &tr->walker[links[k].a];
        if (walk->t == t || owner[links[k].b] >= 0)
            continue;
        owner[links[k].b] = links[k].a;
        put(tr, links[k].a, t, &vortices->list[links[k].b]);
    }
}

static bool is_left_over(const walker *w, double t, bool birth)
{
    return w->live && (birth ? w->fresh : w->t < t);
}

// Says of each left-over walker how it began or ended.
static void settle(flx_tracker *tr, double t, bool birth, link *links)
{
    int32_t n = 0;
    for (int32_t a = 0; a < tr->n_walker; a++) {
        walker *wa = &tr->walker[a];
        if (!is_left_over(wa, t, birth))
            continue;
        double rim_a = distance_to_rim(tr, wa->track.film, wa->x, wa->y);
        *(birth ? &wa->track.birth : &wa->track.death) = FLX_TRACK_RIM;
        for (int32_t b = a + 1; b < tr->n_walker; b++) {
            const walker *wb = &tr->walker[b];
            if (!is_left_over(wb, t, birth) || wb->track.film != wa->track.film ||
                wb->track.winding != -wa->track.winding)
                continue;
            double d = hypot(wa->x - wb->x, wa->y - wb->y);
            if (d / 2 < rim_a && d / 2 < distance_to_rim(tr, wb->track.film, wb->x, wb->y))
                links[n++] = (link){a, b, d};
        }
    }
    qsort(links, (size_t)n, sizeof *links, by_distance);
    for (int32_t k = 0; k < n; k++) {
        flx_track *a = &tr->walker[links[k].a].track, *b = &tr->walker[links[k].b].track;
        int32_t *of_a = birth ? &a->partner_birth : &a->partner_death;
        int32_t *of_b = birth ? &b->partner_birth : &b->partner_death;
        if (*of_a >= 0 || *of_b >= 0)
            continue;
        *of_a = links[k].b;
        *of_b = links[k].a;
        *(birth ? &a->birth : &a->death) = FLX_TRACK_PAIR;
        *(birth ? &b->birth : &b->death) = FLX_TRACK_PAIR;
    }
}

static void begin(flx_tracker *tr, double t, const flx_vortices *vortices, const int32_t *owner)
{
    for (int32_t w = 0; w < tr->n_walker; w++) {
        tr->walker[w].fresh = false;
        if (tr->walker[w].t < t)
            tr->walker[w].live = false;
    }
    for (int32_t v = 0; v < vortices->n; v++) {
        const flx_vortex *vortex = &vortices->list[v];
        if (owner[v] >= 0)
            continue;
        tr->walker[tr->n_walker] = (walker){.track = {.winding = vortex->winding,
                                                      .film = vortex->film,
                                                      .partner_birth = -1,
                                                      .partner_death = -1},
                                            .live = true,
                                            .fresh = true};
        put(tr, tr->n_walker++, t, vortex);
    }
}

flx_status flx_tracker_add(flx_ctx *ctx, flx_tracker *tracker, double time,
                           const flx_vortices *vortices)
{
    if (!isfinite(time) || (tracker->n_frame > 0 && !(time > tracker->time)))
        return flx_fail(
            ctx, FLX_ERR_INPUT,
            "a frame at t = %g tau0 follows one at %g: frames must come in order of time", time,
            tracker->time);
    FLX_TRY(reserve(ctx, tracker, vortices->n));
    int32_t live = 0;
    for (int32_t w = 0; w < tracker->n_walker; w++)
        live += tracker->walker[w].live;
    size_t most = (size_t)(live > vortices->n ? live : vortices->n);
    link *links = FLX_NEW_ARRAY(ctx, link, most * most);
    int32_t *owner = FLX_NEW_ARRAY(ctx, int32_t, vortices->n);
    flx_status status = links && owner ? FLX_OK : FLX_ERR_MEMORY;
    if (status == FLX_OK) {
        join(tracker, time, vortices, links, owner);
        settle(tracker, time, false, links);
        begin(tracker, time, vortices, owner);
        if (tracker->n_frame > 0)
            settle(tracker, time, true, links);
        tracker->n_frame++;
        tracker->time = time;
    }
    flx_free(links);
    flx_free(owner);
    return status;
}

flx_status flx_tracker_tracks(flx_ctx *ctx, flx_tracker *tr, flx_tracks *out)
{
    *out = (flx_tracks){NULL, 0, NULL};
    flx_free(tr->track);
    flx_free(tr->point);
    tr->track = FLX_NEW_ARRAY(ctx, flx_track, tr->n_walker);
    tr->point = FLX_NEW_ARRAY(ctx, double, 3 * (size_t)tr->n_place);
    if (!tr->track || !tr->point)
        return FLX_ERR_MEMORY;
    // Tracks one after the other; within each the order of time is that in which places came.
    int32_t start = 0;
    for (int32_t w = 0; w < tr->n_walker; w++) {
        tr->track[w] = tr->walker[w].track;
        tr->track[w].start = start;
        start += tr->track[w].n;
        tr->track[w].n = 0;
    }
    for (int32_t k = 0; k < tr->n_place; k++) {
        const place *p = &tr->place[k];
        flx_track *track = &tr->track[p->walker];
        double *point = tr->point + 3 * (ptrdiff_t)(track->start + track->n++);
        point[0] = p->t;
        point[1] = p->x;
        point[2] = p->y;
    }
    *out = (flx_tracks){tr->track, tr->n_walker, tr->point};
    return FLX_OK;
}
