// plot/stream.c -- evenly spaced streamlines.
//
// B. Jobard and W. Lefer, "Creating evenly-spaced streamlines of arbitrary density" (1997): a line
// is followed in both directions until it leaves the film, gets weak, closes, or comes nearer than
// half a gap to another; new lines start one gap beside the points of lines already drawn, and,
// when those are used up, at points of a grid, so that no part of the film stays empty. A line is
// traced by the midpoint rule in arc length.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "plot/stream.h"

#include <math.h>

static const double step_share = 0.1;   // step of a line, in gaps
static const double test_share = 0.5;   // how near lines may come while traced, in gaps
static const double own_share = 2.5;    // how much of its own tail a line does not see, in gaps
static const double least_length = 1.5; // shorter lines are dropped, in gaps
static const double most_length = 400;  // longer lines are cut, in gaps

typedef struct tracer {
    flx_ctx *ctx;
    const flx_stream_task *task;
    double step;
    // Points of all lines, and of the line in work from `begin` on; chained by cells of one gap.
    double (*point)[2];
    int32_t *next;
    int32_t n, room, begin;
    int32_t *cell; // [rows * columns] first point in the cell, -1: none
    int32_t columns, rows;
    double x0, y0;
    int32_t *start;
    int32_t n_line, line_room;
} tracer;

static bool direction(const flx_stream_task *task, const double at[2], double unit[2])
{
    const flx_mesh *mesh = task->raster->mesh;
    int32_t t = flx_raster_find(task->raster, at[0], at[1]);
    if (t < 0)
        return false;
    double v[2];
    for (int c = 0; c < 2; c++) {
        double plane[3];
        flx_plane(mesh, t, task->vector + c, 2, plane);
        v[c] = plane[0] + plane[1] * at[0] + plane[2] * at[1];
    }
    double norm = sqrt(v[0] * v[0] + v[1] * v[1]);
    if (!(norm > task->weakest) || !isfinite(norm))
        return false;
    unit[0] = v[0] / norm;
    unit[1] = v[1] / norm;
    return true;
}

static int32_t cell_index(const tracer *tr, double x, double y, int dx, int dy)
{
    int32_t c = (int32_t)floor((x - tr->x0) / tr->task->gap) + dx;
    int32_t r = (int32_t)floor((y - tr->y0) / tr->task->gap) + dy;
    return c >= 0 && c < tr->columns && r >= 0 && r < tr->rows ? r * tr->columns + c : -1;
}

// Is a point of index < end nearer than `distance` (at most one gap)?
static bool crowded(const tracer *tr, const double at[2], double distance, int32_t end)
{
    for (int dy = -1; dy <= 1; dy++) {
        for (int dx = -1; dx <= 1; dx++) {
            int32_t cell = cell_index(tr, at[0], at[1], dx, dy);
            for (int32_t k = cell < 0 ? -1 : tr->cell[cell]; k >= 0; k = tr->next[k]) {
                // NOLINTNEXTLINE: there is a point for every index in a cell
                double ex = tr->point[k][0] - at[0], ey = tr->point[k][1] - at[1];
                if (k < end && ex * ex + ey * ey < distance * distance)
                    return true;
            }
        }
    }
    return false;
}

static flx_status append(tracer *tr, const double at[2])
{
    if (tr->n == tr->room) {
        int32_t room = 2 * tr->room + 1024;
        void *point =
            flx_realloc(tr->ctx, tr->point, (size_t)tr->room, (size_t)room, sizeof *tr->point);
        if (!point)
            return FLX_ERR_MEMORY;
        tr->point = point;
        int32_t *next =
            flx_realloc(tr->ctx, tr->next, (size_t)tr->room, (size_t)room, sizeof *tr->next);
        if (!next)
            return FLX_ERR_MEMORY;
        tr->next = next;
        tr->room = room;
    }
    tr->point[tr->n][0] = at[0];
    tr->point[tr->n][1] = at[1];
    tr->n++;
    return FLX_OK;
}

static void enter(tracer *tr, int32_t k)
{
    int32_t cell = cell_index(tr, tr->point[k][0], tr->point[k][1], 0, 0);
    tr->next[k] = -1;
    if (cell >= 0) {
        tr->next[k] = tr->cell[cell];
        tr->cell[cell] = k;
    }
}

// Follows the line from `from` along sign * vector and appends its points; *closed: it came back.
static flx_status follow(tracer *tr, const double from[2], double sign, bool *closed)
{
    double at[2] = {from[0], from[1]}, gap = tr->task->gap;
    int32_t own = (int32_t)(own_share / step_share);
    int32_t most = (int32_t)(most_length / step_share);
    *closed = false;
    for (int32_t k = 0; k < most; k++) {
        double unit[2];
        if (!direction(tr->task, at, unit))
            break;
        double middle[2] = {at[0] + 0.5 * sign * tr->step * unit[0],
                            at[1] + 0.5 * sign * tr->step * unit[1]};
        if (!direction(tr->task, middle, unit))
            break;
        at[0] += sign * tr->step * unit[0];
        at[1] += sign * tr->step * unit[1];
        if (flx_raster_find(tr->task->raster, at[0], at[1]) < 0)
            break;
        // Other lines are those before `begin`; of its own line only points well behind count.
        if (crowded(tr, at, test_share * gap, tr->begin))
            break;
        double hx = at[0] - from[0], hy = at[1] - from[1];
        if (k > own && hx * hx + hy * hy < 2.25 * tr->step * tr->step) {
            *closed = true;
            return append(tr, from);
        }
        if (k > own && crowded(tr, at, test_share * gap, tr->n - own))
            break;
        FLX_TRY(append(tr, at));
        enter(tr, tr->n - 1);
    }
    return FLX_OK;
}

// Turns the line in work round.
static void reverse(tracer *tr)
{
    for (int32_t k = tr->begin, m = tr->n - 1; k < m; k++, m--) {
        for (int c = 0; c < 2; c++) {
            double keep = tr->point[k][c];
            tr->point[k][c] = tr->point[m][c];
            tr->point[m][c] = keep;
        }
    }
}

// Takes the points of the line in work out of the cells; they are the first of their chains.
static void leave(tracer *tr)
{
    for (int32_t k = tr->n - 1; k >= tr->begin; k--) {
        int32_t cell = cell_index(tr, tr->point[k][0], tr->point[k][1], 0, 0);
        if (cell >= 0 && tr->cell[cell] == k)
            tr->cell[cell] = tr->next[k];
    }
}

static flx_status keep_line(tracer *tr)
{
    if (tr->n_line + 1 >= tr->line_room) {
        int32_t room = 2 * tr->line_room + 64;
        int32_t *start =
            flx_realloc(tr->ctx, tr->start, (size_t)tr->line_room, (size_t)room, sizeof *start);
        if (!start)
            return FLX_ERR_MEMORY;
        tr->start = start;
        tr->line_room = room;
    }
    tr->start[tr->n_line++] = tr->begin;
    tr->start[tr->n_line] = tr->n;
    for (int32_t k = tr->begin; k < tr->n; k++)
        enter(tr, k);
    tr->begin = tr->n;
    return FLX_OK;
}

// One line through a seed, if there is room for it.
static flx_status try_seed(tracer *tr, const double seed[2])
{
    double unit[2];
    if (!direction(tr->task, seed, unit) || crowded(tr, seed, 0.98 * tr->task->gap, tr->begin))
        return FLX_OK;
    bool closed;
    FLX_TRY(follow(tr, seed, -1, &closed));
    leave(tr);
    reverse(tr);
    for (int32_t k = tr->begin; k < tr->n; k++)
        enter(tr, k);
    FLX_TRY(append(tr, seed));
    enter(tr, tr->n - 1);
    if (!closed)
        FLX_TRY(follow(tr, seed, 1, &closed));
    leave(tr);
    if (tr->n - tr->begin < (int32_t)(least_length / step_share)) {
        tr->n = tr->begin;
        return FLX_OK;
    }
    return keep_line(tr);
}

// Seeds beside every line, lines drawn meanwhile included.
static flx_status seed_beside_lines(tracer *tr, int32_t *done)
{
    for (; *done < tr->n_line; ++*done) {
        for (int32_t k = tr->start[*done] + 1; k < tr->start[*done + 1]; k += 5) {
            double ux = tr->point[k][0] - tr->point[k - 1][0];
            double uy = tr->point[k][1] - tr->point[k - 1][1];
            double norm = sqrt(ux * ux + uy * uy);
            for (int side = -1; side <= 1 && norm > 0; side += 2) {
                double shift = side * tr->task->gap / norm;
                double seed[2] = {tr->point[k][0] - shift * uy, tr->point[k][1] + shift * ux};
                FLX_TRY(try_seed(tr, seed));
            }
        }
    }
    return FLX_OK;
}

static flx_status trace_all(tracer *tr)
{
    // The strongest current first: its lines are the story.
    const flx_mesh *mesh = tr->task->raster->mesh;
    int32_t best = -1, done = 0;
    double most = 0;
    for (int32_t i = 0; i < mesh->n_site; i++) {
        double vx = tr->task->vector[2 * i], vy = tr->task->vector[2 * i + 1];
        double square = vx * vx + vy * vy;
        bool seen = flx_raster_find(tr->task->raster, mesh->x[i], mesh->y[i]) >= 0;
        if (seen && square > most) {
            most = square;
            best = i;
        }
    }
    if (best < 0)
        return FLX_OK;
    FLX_TRY(try_seed(tr, (double[2]){mesh->x[best], mesh->y[best]}));
    FLX_TRY(seed_beside_lines(tr, &done));
    for (int32_t r = 0; r < 2 * tr->rows; r++) {
        for (int32_t c = 0; c < 2 * tr->columns; c++) {
            double seed[2] = {tr->x0 + (0.5 * c + 0.25) * tr->task->gap,
                              tr->y0 + (0.5 * r + 0.25) * tr->task->gap};
            FLX_TRY(try_seed(tr, seed));
            FLX_TRY(seed_beside_lines(tr, &done));
        }
    }
    return FLX_OK;
}

flx_status flx_streams_init(flx_ctx *ctx, flx_streams *streams, const flx_stream_task *task)
{
    const flx_raster *raster = task->raster;
    double width = raster->width * raster->step, height = raster->height * raster->step;
    tracer tr = {.ctx = ctx, .task = task, .step = step_share * task->gap};
    tr.columns = (int32_t)ceil(width / task->gap);
    tr.rows = (int32_t)ceil(height / task->gap);
    tr.x0 = raster->x0;
    tr.y0 = raster->y1 - height;
    *streams = (flx_streams){0};
    size_t n_cell = (size_t)tr.columns * (size_t)tr.rows;
    tr.cell = FLX_NEW_ARRAY(ctx, int32_t, n_cell);
    flx_status status = tr.cell ? FLX_OK : FLX_ERR_MEMORY;
    for (size_t k = 0; status == FLX_OK && k < n_cell; k++)
        tr.cell[k] = -1;
    if (status == FLX_OK)
        status = trace_all(&tr);
    flx_free(tr.cell);
    flx_free(tr.next);
    *streams = (flx_streams){tr.point, tr.start, tr.n_line};
    if (status < 0)
        flx_streams_clear(streams);
    return status;
}

void flx_streams_clear(flx_streams *streams)
{
    flx_free(streams->point);
    flx_free(streams->start);
    *streams = (flx_streams){0};
}
