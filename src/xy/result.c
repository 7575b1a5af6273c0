// xy/result.c -- means, errors and autocorrelation times from the bins.
//
// Quantities that are functions of several means get their error from the jackknife over blocks of
// bins of all replicas. The integrated autocorrelation time is half the ratio of the variance of a
// block's mean to that of independent samples.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "xy/correlate.h"

#include <math.h>

enum { BLOCKS = 64 }; // wanted altogether

// What is derived from the means.
enum {
    D_ENERGY,
    D_HEAT,
    D_M,
    D_CHI,
    D_XI,
    D_BINDER,
    D_VORTEX,
    D_HELICITY_MEAN,
    D_AXIS_FIRST,
    D_HELICITY = 0,
    D_FOURTH,
    D_WINDING4,
    D_WINDING2,
    D_UNWOUND,
    D_AXIS,
    N_DERIVED = D_AXIS_FIRST + XY_AXES * D_AXIS
};

static void derive_axis(const flx_xy *sim, const double *m, double t, int32_t a, double *d)
{
    const xy_grid *g = &sim->grid;
    const double *axis = m + XY_AXIS_FIRST + a * XY_AXIS_MOMENTS;
    double *out = d + D_AXIS_FIRST + a * D_AXIS;
    double volume = (double)flx_xy_grid_sites(g) * sim->area, length = g->size[a];
    double w2 = -axis[XY_Q2] / (length * length), w4 = axis[XY_Q4] / pow(length, 4);
    bool torus = !g->open[a], straight = g->n_bond == g->n_axis;
    // In a field the mean current need not vanish: it is part of the second derivative of F.
    double mean = sim->phases ? axis[XY_A] : 0;
    out[D_HELICITY] = t / volume * (mean * mean - axis[XY_Q2]);
    out[D_FOURTH] = torus && straight ? -t * (w4 - 3 * w2 * w2) : NAN;
    out[D_WINDING4] = torus && straight ? w4 : NAN;
    out[D_WINDING2] = torus && !sim->phases && !g->absent ? axis[XY_W2] : NAN;
    out[D_UNWOUND] = torus && !sim->phases && !g->absent ? axis[XY_W0] : NAN;
}

static void derive(const flx_xy *sim, const double *m, double t, double d[N_DERIVED])
{
    const xy_grid *g = &sim->grid;
    double n = g->n_spin, beta = 1 / t;
    for (int j = 0; j < N_DERIVED; j++)
        d[j] = NAN;
    d[D_ENERGY] = m[XY_E];
    d[D_HEAT] = beta * beta * (m[XY_E2] - n * m[XY_E] * m[XY_E] - m[XY_SLOPE]);
    d[D_M] = m[XY_M];
    d[D_CHI] = m[XY_M2];
    d[D_BINDER] = m[XY_M4] / (m[XY_M2] * m[XY_M2]);
    d[D_VORTEX] = m[XY_V];
    bool cube = true;
    for (int32_t a = 0; a < g->n_axis; a++)
        cube = cube && !g->open[a] && g->size[a] == g->size[0];
    if (cube && g->n_bond == g->n_axis && m[XY_M2] > m[XY_WAVE])
        d[D_XI] = sqrt(m[XY_M2] / m[XY_WAVE] - 1) / (2 * sin(3.14159265358979 / g->size[0]));
    double sum = 0;
    int32_t periodic = 0;
    for (int32_t a = 0; a < g->n_axis; a++) {
        derive_axis(sim, m, t, a, d);
        if (!g->open[a]) {
            sum += d[D_AXIS_FIRST + a * D_AXIS + D_HELICITY];
            periodic++;
        }
    }
    d[D_HELICITY_MEAN] = periodic ? sum / periodic : NAN;
}

static double *block_of(const flx_xy *sim, int32_t block)
{
    return sim->merged + (size_t)block * (size_t)sim->n_moment;
}

// Bins of a temperature, `join` of them to a block, the blocks of a replica after each other; their
// number.
static int32_t merge(const flx_xy *sim, int32_t t, int32_t join, int32_t per_slot)
{
    const int32_t n = sim->grid.replicas, n_moment = sim->n_moment;
    int32_t at = 0;
    for (int32_t s = 0; s < sim->n_slot; s++)
        for (int32_t b = 0; b < per_slot; b++, at++)
            for (int k = 0; k < n_moment; k++) {
                double sum = 0;
                for (int32_t j = 0; j < join; j++)
                    sum += flx_xy_bin(sim, t * sim->copies + s / n, b * join + j)[k * n + s % n];
                block_of(sim, at)[k] = sum / join;
            }
    return at;
}

typedef struct statistics {
    double mean[XY_MOMENTS], variance[XY_MOMENTS]; // of the blocks
    double value[N_DERIVED], error[N_DERIVED];
    int32_t n, per_slot;
    int64_t length;
} statistics;

static void jackknife(const flx_xy *sim, double t, statistics *s)
{
    for (int32_t b = 0; b < s->n; b++)
        for (int k = 0; k < XY_MOMENTS; k++)
            s->mean[k] += block_of(sim, b)[k] / s->n;
    derive(sim, s->mean, t, s->value);
    double square[N_DERIVED] = {0};
    for (int32_t b = 0; b < s->n && s->n > 1; b++) {
        double without[XY_MOMENTS], d[N_DERIVED];
        const double *block = block_of(sim, b);
        for (int k = 0; k < XY_MOMENTS; k++) {
            double from = block[k] - s->mean[k];
            s->variance[k] += from * from / (s->n - 1);
            without[k] = s->mean[k] - from / (s->n - 1);
        }
        derive(sim, without, t, d);
        for (int j = 0; j < N_DERIVED; j++)
            square[j] += (d[j] - s->value[j]) * (d[j] - s->value[j]);
    }
    for (int j = 0; j < N_DERIVED; j++)
        s->error[j] = s->n > 1 ? sqrt(square[j] * (s->n - 1) / s->n) : NAN;
}

// From a mean, and the mean of its square over single samples.
static double autocorrelation(const statistics *s, int moment, double square)
{
    double single = square - s->mean[moment] * s->mean[moment];
    double tau = single > 0 ? 0.5 * (double)s->length * s->variance[moment] / single : 0;
    return fmax(tau, 0.5);
}

// Replicas sample the same distribution: their means may differ by their errors only. The scatter of
// the means against that of the blocks within the replicas, which all replicas share; beyond what
// chance allows once in 10^5 runs.
static bool replicas_agree(const flx_xy *sim, const statistics *s, int moment)
{
    int32_t n = s->per_slot, n_slot = sim->n_slot;
    double between = 0, within = 0;
    for (int32_t k = 0; k < n_slot; k++) {
        double mean = 0;
        for (int32_t b = 0; b < n; b++)
            mean += block_of(sim, k * n + b)[moment] / n;
        for (int32_t b = 0; b < n; b++)
            within += pow(block_of(sim, k * n + b)[moment] - mean, 2) / (n_slot * (n - 1.0));
        between += pow(mean - s->mean[moment], 2);
    }
    double free = n_slot - 1, size = within + s->mean[moment] * s->mean[moment];
    double chi2 = between / (within / n + 1e-12 * size + 1e-300); // rounding alone tells nothing
    return chi2 <= (free + 4.3 * sqrt(2 * free) + 14) * (1 + 5 / sqrt(0.5 * n_slot * (n - 1)));
}

static bool windings_sampled(const flx_xy *sim, int32_t t, const statistics *coarse)
{
    statistics s = *coarse;
    if (s.per_slot < 8) { // the error of a replica's mean needs some blocks
        int32_t n_bin = (int32_t)sim->row[t * sim->copies].n_bin;
        if (n_bin < 8)
            return true; // nothing can be said; the run is too short anyway
        s.per_slot = 8;
        s.n = merge(sim, t, n_bin / 8, 8);
    }
    for (int32_t a = 0; a < sim->grid.n_axis; a++)
        if (!sim->grid.open[a] &&
            !replicas_agree(sim, &s, XY_AXIS_FIRST + a * XY_AXIS_MOMENTS + XY_A))
            return false;
    return true;
}

static flx_xy_estimate estimate(const statistics *s, int derived, double tau, flx_xy_trust trust)
{
    double error = trust == FLX_XY_TRUSTED ? s->error[derived] : NAN;
    return (flx_xy_estimate){.value = s->value[derived], .error = error, .tau = tau};
}

static double share(int64_t part, int64_t all)
{
    return all > 0 ? (double)part / (double)all : 0;
}

static void count_moves(const flx_xy *sim, int32_t t, flx_xy_result *result)
{
    xy_slot sum = {0};
    for (int32_t s = 0; s < sim->n_slot; s++) {
        const xy_slot *slot = &sim->slot[t * sim->n_slot + s];
        sum.accepted += slot->accepted;
        sum.tried += slot->tried;
        sum.twists_accepted += slot->twists_accepted;
        sum.twists_tried += slot->twists_tried;
        sum.exchanges_accepted += slot->exchanges_accepted;
        sum.exchanges_tried += slot->exchanges_tried;
    }
    result->metropolis = share(sum.accepted, sum.tried);
    result->twists = share(sum.twists_accepted, sum.twists_tried);
    result->exchanges = share(sum.exchanges_accepted, sum.exchanges_tried);
}

static flx_status check_temperature(const flx_xy *sim, int32_t t)
{
    if (t >= 0 && t < sim->n_temperature)
        return FLX_OK;
    return flx_fail(sim->ctx, FLX_ERR_INPUT, "temperature %d is asked for, there are %d", t,
                    sim->n_temperature);
}

// Blocks of bins, so many that each is long, but enough to tell the error.
static statistics join_bins(const flx_xy *sim, int32_t t)
{
    const xy_row *row = &sim->row[t * sim->copies];
    int32_t n_bin = (int32_t)row->n_bin, join = 1;
    while (2 * join <= n_bin && sim->n_slot * (n_bin / (2 * join)) >= BLOCKS)
        join *= 2;
    statistics s = {.per_slot = n_bin / join, .length = row->length * join};
    s.n = merge(sim, t, join, s.per_slot);
    return s;
}

flx_status flx_xy_result_of(flx_xy *sim, int32_t t, flx_xy_result *result)
{
    FLX_TRY(check_temperature(sim, t));
    const xy_row *row = &sim->row[t * sim->copies];
    statistics s = join_bins(sim, t);
    jackknife(sim, sim->temperature[t], &s);
    double n = sim->grid.n_spin, tau = autocorrelation(&s, XY_E, s.mean[XY_E2] / n);
    double tau_m = autocorrelation(&s, XY_M2, s.mean[XY_M4]);
    double tau_v = autocorrelation(&s, XY_V, s.mean[XY_V2]), tau_h[XY_AXES] = {0}, slowest = tau;
    for (int32_t a = 0; a < sim->grid.n_axis; a++) {
        int at = XY_AXIS_FIRST + a * XY_AXIS_MOMENTS;
        tau_h[a] = autocorrelation(&s, at + XY_Q2, s.mean[at + XY_Q22]);
        slowest = fmax(slowest, tau_h[a]);
    }
    double samples = (double)(s.per_slot * s.length);
    flx_xy_trust trust = FLX_XY_TRUSTED;
    if (s.n == 0)
        trust = FLX_XY_NOTHING;
    else if (!windings_sampled(sim, t, &s))
        trust = FLX_XY_WINDING;
    else if (samples < 20 * slowest)
        trust = FLX_XY_TOO_SHORT;
    int64_t cycles = (row->n_bin * row->length + row->filled) * sim->n_slot;
    *result = (flx_xy_result){
        .temperature = sim->temperature[t],
        .cycles = cycles,
        .sweeps = cycles * (sim->o.metropolis + sim->o.heat_bath + sim->overrelaxation),
        .replicas = sim->n_slot,
        .trust = trust,
        .energy = estimate(&s, D_ENERGY, tau, trust),
        .specific_heat = estimate(&s, D_HEAT, 0, trust),
        .magnetisation = estimate(&s, D_M, 0, trust),
        .susceptibility = estimate(&s, D_CHI, tau_m, trust),
        .xi = estimate(&s, D_XI, 0, trust),
        .binder = estimate(&s, D_BINDER, 0, trust),
        .helicity_mean = estimate(&s, D_HELICITY_MEAN, fmax(tau_h[0], tau_h[1]), trust),
        .vortex_density = estimate(&s, D_VORTEX, tau_v, trust),
    };
    for (int32_t a = 0; a < XY_AXES; a++) {
        int at = D_AXIS_FIRST + a * D_AXIS;
        bool there = a < sim->grid.n_axis;
        const flx_xy_estimate none = {NAN, NAN, 0};
        result->helicity[a] = there ? estimate(&s, at + D_HELICITY, tau_h[a], trust) : none;
        result->fourth[a] = there ? estimate(&s, at + D_FOURTH, 0, trust) : none;
        result->winding4[a] = there ? estimate(&s, at + D_WINDING4, 0, trust) : none;
        result->unwound[a] = there ? estimate(&s, at + D_UNWOUND, 0, trust) : none;
        result->winding2[a] = there ? estimate(&s, at + D_WINDING2, 0, trust) : none;
    }
    count_moves(sim, t, result);
    return FLX_OK;
}

// ---- Correlations --------------------------------------------------------------------------------

// Ratio of two moments' means with its jackknife error.
static flx_xy_estimate ratio(const flx_xy *sim, int32_t n, int32_t moment, int32_t over)
{
    double a = 0, b = 0, square = 0;
    for (int32_t k = 0; k < n; k++) {
        a += block_of(sim, k)[moment];
        b += block_of(sim, k)[over];
    }
    for (int32_t k = 0; k < n; k++) {
        double without = (a - block_of(sim, k)[moment]) / (b - block_of(sim, k)[over]) - a / b;
        square += without * without;
    }
    return (flx_xy_estimate){.value = a / b, .error = sqrt(square * (n - 1) / n)};
}

flx_status flx_xy_correlations_of(flx_xy *sim, int32_t t, flx_xy_correlation *c)
{
    flx_xy_result result;
    FLX_TRY(flx_xy_result_of(sim, t, &result));
    if (!sim->correlator)
        return flx_fail(sim->ctx, FLX_ERR_INPUT,
                        "correlations were not measured; set correlations in the options");
    const int32_t n = join_bins(sim, t).n, reach = flx_xy_correlator_reach(sim->correlator);
    for (int32_t r = 0; r <= reach; r++) {
        c[r].phase = ratio(sim, n, XY_MOMENTS + 1 + r, XY_MOMENTS);
        c[r].vortex = ratio(sim, n, XY_MOMENTS + 2 + reach + r, XY_MOMENTS);
        if (result.trust != FLX_XY_TRUSTED)
            c[r].phase.error = c[r].vortex.error = NAN;
    }
    return FLX_OK;
}
