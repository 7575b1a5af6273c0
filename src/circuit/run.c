// circuit/run.c -- transient runs: several lanes at a time, means with their errors, rows.
//
// Without noise a mean is taken under the window w(u) = exp(-1/(u (1 - u))), u from 0 to 1 over the
// last four fifths of the run: it forgets where in a period it begins and ends faster than any power
// of their number. Its error is told by the same window over the last two fifths. With noise it is
// the mean of blocks of equal length, and its error that of independent blocks. Noise at low
// frequencies is told by blocks under Hann's window, which Josephson's oscillation does not enter.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/run.h"

#include "base/pool.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double two_pi = 6.28318530717958647692;
static const double skipped = 0.2;           // part of a run that is left to settle
static const int64_t max_values = 100000000; // rows times probes

// -- what is added up -----------------------------------------------------------------------------

static double window(double u)
{
    return u <= 0 || u >= 1 ? 0 : exp(-1 / (u * (1 - u)));
}

// How the step from t - h to t enters the means.
static void find_share(run_pack *p, double t, double h)
{
    run_share *share = &p->now;
    run_weights *sum = &p->weights;
    double from = p->span.begin, whole = p->span.end - from;
    share->n = 0;
    share->window = share->late = 0;
    if (!(h > 0) || t <= from)
        return;
    if (!p->noisy) {
        double u = (t - h / 2 - from) / whole;
        sum->windowed += share->window = h * window(u);
        sum->late += share->late = h * window(2 * u - 1);
        return;
    }
    // A step that crosses borders of blocks belongs to each in parts.
    for (double at = fmax(t - h, from); at < t;) {
        int32_t b = (int32_t)((at - from) / whole * RUN_BLOCKS);
        b = share->n > 0 ? share->first + share->n : b;
        b = b < RUN_BLOCKS ? b : RUN_BLOCKS - 1;
        if (share->n == 0)
            share->first = b;
        double end = b < RUN_BLOCKS - 1 ? fmin(t, from + whole * (b + 1) / RUN_BLOCKS) : t;
        double u = ((at + end) / 2 - from) / whole * RUN_BLOCKS - b;
        double time = fmax(end - at, 0), smooth = time * (1 - cos(two_pi * u));
        sum->block[b] += share->block[share->n] = time;
        sum->smooth[b] += share->smooth[share->n] = smooth;
        share->n++;
        at = b < RUN_BLOCKS - 1 ? fmax(end, at) : t;
    }
}

// Lanes: 1, or all.
static inline __attribute__((always_inline)) void add_values(run_sum *restrict sum,
                                                             const run_share *share,
                                                             const double *restrict mean,
                                                             const double *restrict end,
                                                             int32_t lanes)
{
    for (int32_t l = 0; l < lanes; l++) {
        sum->last[l] = end[l];
        sum->min[l] = end[l] < sum->min[l] ? end[l] : sum->min[l];
        sum->max[l] = end[l] > sum->max[l] ? end[l] : sum->max[l];
    }
    for (int32_t l = 0; share->n == 0 && l < lanes; l++) {
        sum->windowed[l] += share->window * mean[l];
        sum->late[l] += share->late * mean[l];
    }
    for (int32_t b = 0; b < share->n; b++)
        for (int32_t l = 0; l < lanes; l++) {
            sum->block[share->first + b][l] += mean[l] * share->block[b];
            sum->smooth[share->first + b][l] += mean[l] * share->smooth[b];
        }
}

static void add_measure(run_measure *m, const flx_circuit_measure *what, double t, double h,
                        double value)
{
    double from = fmax(t - h, what->from), to = fmin(t, what->to);
    if (what->kind == FLX_MEASURE_AT) {
        if (t - h < what->at && what->at <= t)
            m->at = value;
        m->seen = m->seen || t >= what->at;
        return;
    }
    if (to <= from)
        return;
    m->min = m->seen ? fmin(m->min, value) : value;
    m->max = m->seen ? fmax(m->max, value) : value;
    m->seen = true;
    m->time += to - from;
    m->sum += value * (to - from);
    m->square += value * value * (to - from);
}

// -- one pack of lanes ----------------------------------------------------------------------------

// Mean over the last step of a probe (voltages, currents) or its value in the middle (phases), and what
// counts as its value at the end, for each lane.
static void look(const run_pack *p, const flx_circuit_probe *probe, double h, double *mean,
                 double *end)
{
    const flx_circuit_sim *s = p->sim;
    int32_t a = probe->node[0], b = probe->node[1];
    if (probe->kind == FLX_PROBE_VOLTAGE && !p->josim && s->n_step > 0) {
        run_value other;
        flx_sim_voltages(s, a, mean);
        flx_sim_voltages(s, b, other);
        for (int32_t l = 0; l < s->w; l++)
            mean[l] -= other[l];
        memcpy(end, mean, (size_t)s->w * sizeof *end);
        return;
    }
    for (int32_t l = 0; l < p->n_lane; l++) {
        double v = flx_circuit_voltage(s, a, l) - flx_circuit_voltage(s, b, l);
        if (probe->kind == FLX_PROBE_CURRENT) {
            mean[l] = end[l] = flx_circuit_current(s, probe->element, l);
        } else if (probe->kind == FLX_PROBE_VOLTAGE) {
            mean[l] = end[l] = v;
        } else {
            end[l] = flx_circuit_phase(s, a, l) - flx_circuit_phase(s, b, l);
            mean[l] = end[l] - (p->josim ? 0 : h / 2 * v / flx_circuit_flux_unit(s));
        }
    }
}

static flx_status add_row(run_pack *p, run_lane *lane, double t, const double *value)
{
    if (lane->n_row == lane->room_row) {
        int64_t room = lane->room_row > 0 ? 2 * lane->room_row : 256;
        int32_t n = p->deck->n_probe;
        double *time =
            flx_realloc(p->ctx, lane->time, (size_t)lane->n_row, (size_t)room, sizeof *time);
        if (!time)
            return FLX_ERR_MEMORY;
        lane->time = time;
        double *row = flx_realloc(p->ctx, lane->row, (size_t)(lane->n_row * n), (size_t)(room * n),
                                  sizeof *row);
        if (!row)
            return FLX_ERR_MEMORY;
        lane->row = row;
        lane->room_row = room;
    }
    lane->time[lane->n_row] = t;
    memcpy(lane->row + lane->n_row * p->deck->n_probe, value,
           (size_t)p->deck->n_probe * sizeof *value);
    lane->n_row++;
    return FLX_OK;
}

// The row at the end of the step before: voltages and currents between the means of two steps.
static flx_status finish_row(run_pack *p, run_lane *lane, double h, const double *mean,
                             int32_t stride)
{
    const flx_deck *d = p->deck;
    if (!lane->pending)
        return FLX_OK;
    for (int32_t k = 0; k < d->n_probe; k++) {
        double now = mean[k * stride];
        if (d->probe[k].kind != FLX_PROBE_PHASE && !p->josim)
            lane->next_row[k] =
                lane->first ? now : (lane->mean[k] * h + now * lane->h) / (h + lane->h);
    }
    lane->pending = false;
    return add_row(p, lane, lane->next_time, lane->next_row);
}

static flx_status keep_row(run_pack *p, run_lane *lane, double t, double h)
{
    const flx_deck *d = p->deck;
    const double grain = 1e-6 * d->step, *mean = p->mean[0] + lane->at;
    if (h > 0)
        FLX_TRY(finish_row(p, lane, h, mean, FLX_CIRCUIT_LANES));
    for (int32_t k = 0; k < d->n_probe; k++)
        lane->next_row[k] = p->end[k][lane->at];
    if (t >= lane->next_print - grain && t >= d->print_from - grain) {
        lane->pending = true;
        lane->next_time = t;
        lane->next_print = fmax(lane->next_print, d->print_from) + d->print_step;
        if (p->josim)
            FLX_TRY(finish_row(p, lane, h, mean, FLX_CIRCUIT_LANES));
    }
    for (int32_t k = 0; k < d->n_probe; k++)
        lane->mean[k] = p->mean[k][lane->at];
    lane->first = h <= 0;
    lane->h = h;
    return FLX_OK;
}

static flx_status observe(run_pack *p, double t, double h)
{
    const flx_deck *d = p->deck;
    find_share(p, t, h);
    for (int32_t k = 0; k < d->n_probe; k++) {
        look(p, &d->probe[k], h, p->mean[k], p->end[k]);
        if (p->n_lane == 1)
            add_values(&p->sum[k], &p->now, p->mean[k], p->end[k], 1);
        else
            add_values(&p->sum[k], &p->now, p->mean[k], p->end[k], FLX_CIRCUIT_LANES);
    }
    for (int32_t l = 0; l < p->n_lane; l++) {
        run_lane *lane = &p->lane[l];
        for (int32_t k = 0; h > 0 && k < d->n_measure; k++)
            if (d->measure[k].kind < FLX_MEASURE_EXPRESSION)
                add_measure(&lane->measure[k], &d->measure[k], t, h,
                            p->mean[d->measure[k].probe][l]);
        if (lane->rows)
            FLX_TRY(keep_row(p, lane, t, h));
    }
    return FLX_OK;
}

static flx_status time_loop(run_pack *p)
{
    const flx_deck *d = p->deck;
    double stop = d->stop - 1e-6 * d->step;
    int64_t count = 0;
    flx_circuit_report report = {0};
    if (!p->josim)
        FLX_TRY(observe(p, 0, 0));
    for (double t = 0; t < stop;) {
        FLX_TRY(flx_circuit_step(p->sim, &report));
        t = report.time;
        p->steps++;
        p->rejected += report.rejected;
        p->factored += report.factored;
        p->iterations += report.iterations;
        p->dt = p->dt > 0 ? fmin(p->dt, report.dt) : report.dt;
        FLX_TRY(observe(p, t, report.dt));
        if (++count % 1024 == 0) {
            if (p->opts->should_stop && p->opts->should_stop(p->opts->user))
                return FLX_INTERRUPTED;
            if (p->opts->progress && p->tells)
                p->opts->progress(p->opts->user, (p->share_begin + p->share * t / d->stop));
        }
    }
    for (int32_t l = 0; l < p->n_lane; l++) // the last row has no step behind it
        FLX_TRY(finish_row(p, &p->lane[l], p->lane[l].h, p->lane[l].mean, 1));
    return FLX_OK;
}

static flx_status start_lanes(run_pack *p)
{
    int32_t n_node = p->deck->circuit.n_node, m = p->n_lane;
    double *phase = FLX_NEW_ARRAY(p->ctx, double, (int64_t)n_node *m);
    double *voltage = FLX_NEW_ARRAY(p->ctx, double, (int64_t)n_node *m);
    double *one = FLX_NEW_ARRAY(p->ctx, double, 2 * (int64_t)n_node);
    flx_status status = phase && voltage && one ? FLX_OK : FLX_ERR_MEMORY;
    bool any = false;
    for (int32_t l = 0; l < m && status == FLX_OK; l++) {
        bool given = false;
        status = flx_deck_start_of(p->ctx, p->lane[l].deck, one, one + n_node, &given);
        any = any || given;
        for (int32_t k = 0; k < n_node && given; k++) {
            phase[k * m + l] = one[k];
            voltage[k * m + l] = one[n_node + k];
        }
    }
    if (status == FLX_OK && any)
        status = flx_circuit_set(p->sim, phase, voltage);
    flx_free(phase);
    flx_free(voltage);
    flx_free(one);
    return status;
}

static void reset_lane(run_lane *lane)
{
    lane->n_row = 0;
    lane->next_print = 0;
    lane->pending = false;
    memset(lane->measure, 0, (size_t)lane->deck->n_measure * sizeof *lane->measure);
}

static flx_status run_once(run_pack *p, double dt)
{
    const flx_deck *d = p->deck;
    flx_circuit_opts opts = flx_circuit_opts_default();
    opts.method = d->josim ? FLX_CIRCUIT_JOSIM : FLX_CIRCUIT_MIDPOINT;
    opts.dt = dt;
    opts.tolerance = d->tolerance;
    opts.newton = d->tolerance > 0 ? fmin(fmax(1e-3 * d->tolerance, 1e-13), 1e-7) : 1e-7;
    flx_circuit_lane lanes[FLX_CIRCUIT_LANES];
    for (int32_t l = 0; l < p->n_lane; l++) {
        lanes[l] = (flx_circuit_lane){&p->lane[l].deck->circuit, p->lane[l].seed};
        reset_lane(&p->lane[l]);
    }
    p->josim = d->josim;
    p->noisy = flx_circuit_is_noisy(&d->circuit);
    p->steps = p->rejected = p->factored = p->iterations = 0;
    p->dt = 0;
    p->weights = (run_weights){0};
    for (int32_t k = 0; k < d->n_probe; k++) {
        p->sum[k] = (run_sum){0};
        for (int32_t l = 0; l < FLX_CIRCUIT_LANES; l++) {
            p->sum[k].min[l] = INFINITY;
            p->sum[k].max[l] = -INFINITY;
        }
    }
    FLX_TRY(flx_circuit_create(p->ctx, lanes, p->n_lane, &opts, &p->sim));
    if (p->josim)
        flx_josim_guard(p->sim, d->stop / 100);
    flx_status status = start_lanes(p);
    if (status == FLX_OK)
        status = time_loop(p);
    flx_circuit_free(p->sim);
    p->sim = NULL;
    return status;
}

flx_status flx_run_pack(run_pack *p)
{
    const flx_deck *d = p->deck;
    if (!(d->stop > 0)) // only static states are asked for
        return FLX_OK;
    // The grid of steps ends at the stop.
    double n = ceil(d->stop / d->step - 1e-6), dt = d->stop / fmax(n, 1);
    if (fabs(dt / d->step - 1) < 1e-9)
        dt = d->step;
    p->span = (run_span){skipped * d->stop, d->stop};
    p->sum = FLX_NEW_ARRAY(p->ctx, run_sum, d->n_probe);
    p->mean = FLX_NEW_ARRAY(p->ctx, run_value, d->n_probe);
    p->end = FLX_NEW_ARRAY(p->ctx, run_value, d->n_probe);
    if (!p->sum || !p->mean || !p->end)
        return FLX_ERR_MEMORY;
    double rows = d->stop / d->print_step * d->n_probe;
    if (p->lane[0].rows && rows > (double)max_values)
        return flx_fail(p->ctx, FLX_ERR_INPUT,
                        "%s: %.2g rows of %d values would be kept; give .tran a larger interval "
                        "between rows (its fourth number)",
                        d->path, d->stop / d->print_step, d->n_probe);
    flx_status status = FLX_OK;
    for (int tries = 0; tries < 12; tries++) {
        status = run_once(p, dt);
        // As JoSIM does: the whole run again with half the step.
        if (!(d->josim && status == FLX_ERR_DIVERGED))
            break;
        dt /= 2;
    }
    return status;
}
