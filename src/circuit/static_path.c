// circuit/static_path.c -- paths of static states: the currents at which they end, saddles.
//
// A path x(s), i(s) is followed by steps of its length with the corrector
//   H dx - b di = -g,   t.dx + t_i di = 0  (H, g: static.c),
// and ends where di/ds = 0.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/static.h"

#include <math.h>
#include <string.h>

// The source's own current leaves the forces; b is what 1 A of it does.
static void free_source(flx_circuit_static *st, int32_t element)
{
    flx_circuit_sim *s = st->sim;
    memset(st->b, 0, (size_t)(s->n + 1) * sizeof *st->b);
    memset(st->force, 0, (size_t)(s->n + 1) * sizeof *st->force);
    for (int32_t k = 0; k < s->i.n; k++) {
        double i = s->i.element[k] == element ? 0 : s->current.end[k];
        st->force[s->i.a[k]] -= i;
        st->force[s->i.b[k]] += i;
        if (s->i.element[k] == element) {
            st->b[s->i.a[k]] -= 1;
            st->b[s->i.b[k]] += 1;
        }
    }
    st->b[s->n] = 0;
}

// Unit tangent at x: H dx = b di. Phases and i/scale count alike. The sign goes on from the old one.
static double tangent(flx_circuit_static *st, double scale, double old_i, int32_t *negative)
{
    flx_circuit_sim *s = st->sim;
    *negative = flx_circuit_static_factor(st, st->x, 0);
    for (int32_t k = 0; k < s->n; k++)
        st->step[k] = scale * st->b[k];
    flx_ldl_solve(s->ldl, st->step);
    double size = 1, along = old_i;
    for (int32_t k = 0; k < s->n; k++) {
        size += st->step[k] * st->step[k];
        along += st->step[k] * st->tangent[k];
    }
    double unit = (along < 0 ? -1 : 1) / sqrt(size);
    for (int32_t k = 0; k < s->n; k++)
        st->tangent[k] = unit * st->step[k];
    return unit; // d(i/scale)/ds
}

void flx_static_silence(flx_circuit_static *st, int32_t source)
{
    free_source(st, source);
}

// From the predicted x, *i back onto the path, across the tangent. Current in units of scale.
static bool correct(flx_circuit_static *st, double scale, double t_i, double *i)
{
    flx_circuit_sim *s = st->sim;
    double small = 10 * flx_circuit_static_grain(st);
    for (int it = 0; it < 20; it++) {
        flx_circuit_static_energy(st, st->x, *i * scale, st->g);
        double size = flx_circuit_static_largest(st->g, s->n);
        if (size <= small)
            return true;
        if (flx_circuit_static_factor(st, st->x, 0) < 0)
            return false;
        for (int32_t k = 0; k < s->n; k++) {
            st->step[k] = -st->g[k];
            st->try[k] = scale * st->b[k];
        }
        flx_ldl_solve(s->ldl, st->step);
        flx_ldl_solve(s->ldl, st->try);
        double p = 0, q = t_i;
        for (int32_t k = 0; k < s->n; k++) {
            p += st->tangent[k] * st->step[k];
            q += st->tangent[k] * st->try[k];
        }
        if (q == 0)
            return false;
        double di = -p / q;
        for (int32_t k = 0; k < s->n; k++)
            st->x[k] += st->step[k] + di * st->try[k];
        *i += di;
        if (it > 8 && size < 1e4 * small)
            return true; // rounding
    }
    return false;
}

typedef struct path {
    flx_circuit_static *st;
    double scale;  // [A]
    double i, t_i; // in scale; its slope
    double ds;
    int32_t negative;
    double *x0, *t0; // where the last step began
    double i0, t_i0;
} path;

static void save(path *p)
{
    size_t bytes = (size_t)(p->st->sim->n + 1) * sizeof(double);
    memcpy(p->x0, p->st->x, bytes);
    memcpy(p->t0, p->st->tangent, bytes);
    p->i0 = p->i;
    p->t_i0 = p->t_i;
}

static void restore(path *p)
{
    size_t bytes = (size_t)(p->st->sim->n + 1) * sizeof(double);
    memcpy(p->st->x, p->x0, bytes);
    memcpy(p->st->tangent, p->t0, bytes);
    p->i = p->i0;
    p->t_i = p->t_i0;
}

// One step of length ds from where save() was; false: it must be shorter.
static bool advance(path *p, double ds)
{
    flx_circuit_static *st = p->st;
    restore(p);
    for (int32_t k = 0; k < st->sim->n; k++)
        st->x[k] += ds * st->tangent[k];
    p->i += ds * p->t_i;
    if (!correct(st, p->scale, p->t_i, &p->i))
        return false;
    // A step that goes elsewhere than it was sent has jumped to another path.
    double moved = 0;
    for (int32_t k = 0; k < st->sim->n; k++)
        moved += pow(st->x[k] - p->x0[k], 2);
    moved = sqrt(moved + pow(p->i - p->i0, 2));
    if (moved > 2 * ds)
        return false;
    p->t_i = tangent(st, p->scale, p->t_i0, &p->negative);
    return true;
}

static flx_status path_begin(path *p, flx_circuit_static *st, int32_t source, double i)
{
    flx_circuit_sim *s = st->sim;
    *p = (path){.st = st, .ds = 0.05};
    for (int32_t k = 0; k < s->j.n; k++)
        p->scale = fmax(p->scale, s->junction[k].ic);
    if (s->circuit->element[source].kind != FLX_CURRENT_SOURCE)
        return flx_fail(st->ctx, FLX_ERR_INPUT, "%s is no current source",
                        s->circuit->element[source].name);
    if (!(p->scale > 0))
        return flx_fail(st->ctx, FLX_ERR_INPUT, "without junctions there is no critical current");
    p->x0 = FLX_NEW_ARRAY(st->ctx, double, s->n + 1);
    p->t0 = FLX_NEW_ARRAY(st->ctx, double, s->n + 1);
    if (!p->x0 || !p->t0)
        return FLX_ERR_MEMORY;
    free_source(st, source);
    p->i = i / p->scale;
    return FLX_OK;
}

static void path_end(path *p)
{
    flx_free(p->x0);
    flx_free(p->t0);
}

// Where d i/ds = 0 between the saved point and one behind it: regula falsi of Illinois.
static void find_fold(path *p, double ds)
{
    double a = 0, b = ds, fa = p->t_i0, fb = p->t_i;
    for (int it = 0; it < 60 && b - a > 1e-9; it++) {
        double c = (a * fb - b * fa) / (fb - fa);
        if (!(c > a && c < b) || !advance(p, c))
            break;
        if (p->t_i == 0 || fabs(p->t_i) < 1e-9)
            break;
        if ((p->t_i > 0) == (fa > 0)) {
            a = c;
            fa = p->t_i;
            fb /= 2;
        } else {
            b = c;
            fb = p->t_i;
            fa /= 2;
        }
    }
}

flx_status flx_circuit_follow(flx_circuit_static *st, double *phase, flx_circuit_critical *look)
{
    path p;
    flx_circuit_state state;
    flx_status status = path_begin(&p, st, look->source, look->from);
    if (status == FLX_OK) {
        flx_circuit_static_take(st, phase);
        status = flx_circuit_static_relax(st, look->from, &state);
    }
    double direction = look->limit >= look->from ? 1 : -1;
    if (status == FLX_OK) {
        memset(st->tangent, 0, (size_t)(st->sim->n + 1) * sizeof(double));
        p.t_i = tangent(st, p.scale, direction, &p.negative);
    }
    bool found = false;
    while (status == FLX_OK && !found) {
        save(&p);
        double ds = p.ds;
        while (!advance(&p, ds) && ds > 1e-9)
            ds /= 2;
        if (ds <= 1e-9) {
            status = flx_fail(st->ctx, FLX_ERR_DIVERGED,
                              "the static state cannot be followed beyond %g A", p.i0 * p.scale);
        } else if (p.t_i * direction <= 0 || p.negative > 0) {
            find_fold(&p, ds);
            found = true;
        } else if ((p.i * p.scale - look->limit) * direction > 0) {
            status = FLX_STOPPED;
        }
        p.ds = fmin(0.05, 2 * ds);
    }
    look->critical = p.i * p.scale;
    if (status >= 0)
        flx_circuit_static_give(st, st->x, phase);
    path_end(&p);
    return status;
}

flx_status flx_circuit_barrier(flx_circuit_static *st, const double *phase, int32_t source,
                               double i, double *saddle, double *barrier)
{
    path p;
    flx_circuit_state state = {0};
    *barrier = 0;
    flx_status status = path_begin(&p, st, source, i);
    if (status == FLX_OK) {
        flx_circuit_static_take(st, phase);
        status = flx_circuit_static_relax(st, i, &state);
    }
    if (status == FLX_OK) {
        memset(st->tangent, 0, (size_t)(st->sim->n + 1) * sizeof(double));
        p.t_i = tangent(st, p.scale, 1, &p.negative);
    }
    // Up to the fold and back down to i on its other side.
    bool turned = false, done = false;
    for (int n = 0; status == FLX_OK && !done && n < 100000; n++) {
        save(&p);
        double ds = p.ds;
        while (!advance(&p, ds) && ds > 1e-9)
            ds /= 2;
        if (ds <= 1e-9)
            status = flx_fail(st->ctx, FLX_ERR_DIVERGED,
                              "the saddle cannot be followed beyond %g A", p.i0 * p.scale);
        turned = turned || p.t_i < 0;
        done = turned && p.i * p.scale <= i;
    }
    if (status == FLX_OK && !done)
        status = flx_fail(st->ctx, FLX_ERR_DIVERGED, "the state has no saddle at %g A", i);
    if (status == FLX_OK) { // exactly at i: Newton at a fixed current
        for (int it = 0; it < 30; it++) {
            flx_circuit_static_energy(st, st->x, i, st->g);
            if (flx_circuit_static_largest(st->g, st->sim->n) <=
                    10 * flx_circuit_static_grain(st) ||
                flx_circuit_static_factor(st, st->x, 0) < 0)
                break;
            for (int32_t k = 0; k < st->sim->n; k++)
                st->step[k] = -st->g[k];
            flx_ldl_solve(st->sim->ldl, st->step);
            for (int32_t k = 0; k < st->sim->n; k++)
                st->x[k] += st->step[k];
        }
        *barrier = flx_circuit_static_energy(st, st->x, i, NULL) * st->sim->sigma - state.energy;
        flx_circuit_static_give(st, st->x, saddle);
    }
    path_end(&p);
    return status;
}
