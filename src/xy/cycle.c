// xy/cycle.c -- one cycle of a lattice: Metropolis, over-relaxation, clusters, a measurement,
// twists; then exchanges between temperatures.
//
// A twist theta -> theta + 2 pi x/L keeps the lattice periodic, but no local move leads there below
// the transition. Exchange: Hukushima and Nemoto, J. Phys. Soc. Jpn. 65, 1604 (1996).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "xy/correlate.h"
#include "xy/words.h"

#include <math.h>

static const double two_pi = 6.28318530717958647692;

// Streams of flx_rng_uniform; the clusters use vector * 16 + replica with the top bit alone.
enum { EXCHANGE = 1, START };
static void draw_pair(const flx_xy *sim, int purpose, uint64_t who, uint64_t when, double u[2])
{
    uint64_t stream = UINT64_C(1) << 63 | (uint64_t)purpose << 56 | who;
    flx_rng_uniform((uint64_t)sim->o.seed, stream, when, u);
}

// ---- Start ---------------------------------------------------------------------------------------

// Cold: windings -1, 0, 1 that differ between replicas, so that a run that cannot change them shows
// it.
static double start_phase(const flx_xy *sim, int32_t v, int32_t r, int32_t site)
{
    const xy_grid *g = &sim->grid;
    if (sim->o.start == FLX_XY_HOT) {
        double u[2];
        draw_pair(sim, START, (uint64_t)(v * XY_LANES_MAX + r), (uint64_t)site, u);
        return two_pi * u[0];
    }
    int32_t at[XY_AXES] = {site % g->size[0], site / g->size[0] % g->size[1],
                           site / g->size[0] / g->size[1]};
    double theta = 0;
    for (int32_t a = 0; a < g->n_axis; a++)
        if (!g->open[a])
            theta += two_pi * ((v + r + a) % 3 - 1) * at[a] / g->size[a];
    return theta;
}

void flx_xy_put_start(flx_xy *sim, int32_t v)
{
    const xy_grid *g = &sim->grid;
    void *spin = sim->spin + (size_t)v * sim->spin_bytes;
    for (int32_t i = 0; i < flx_xy_grid_sites(g); i++)
        for (int32_t r = 0; r < g->replicas; r++) {
            size_t at = flx_xy_at(g, flx_xy_grid_spot(g, i, r));
            double theta = start_phase(sim, v, r, i), length = g->absent && g->absent[i] ? 0 : 1;
            double x = length * cos(theta), y = length * sin(theta);
            if (sim->kernels->size == (int32_t)sizeof(float)) {
                ((float *)spin)[at] = (float)x;
                ((float *)spin)[at + (size_t)g->lanes] = (float)y;
            } else {
                ((double *)spin)[at] = x;
                ((double *)spin)[at + (size_t)g->lanes] = y;
            }
        }
    sim->kernels->refresh(g, spin);
}

// ---- Twists --------------------------------------------------------------------------------------

// ln of what a twist multiplies the weight with, from the sums over the bonds; the sums afterwards
// if `apply`.
static double twisted(const flx_xy *sim, xy_sums *sums, int32_t axis, double turn, int32_t r,
                      bool apply)
{
    const xy_grid *g = &sim->grid;
    double gain = 0, wave_c = sim->tables.wave[axis][2], wave_s = turn * sim->tables.wave[axis][3];
    for (int32_t b = 0; b < g->n_bond; b++) {
        double s = wave_s * g->step[b][axis], c = s != 0 ? wave_c : g->step[b][axis] ? wave_c : 1;
        double *cosine = &sums->bond[b][0][r], *sine = &sums->bond[b][1][r];
        double cosine2 = *cosine * c - *sine * s;
        gain += cosine2 - *cosine;
        if (apply) {
            *sine = *sine * c + *cosine * s;
            *cosine = cosine2;
        }
    }
    return gain;
}

static bool accept(double gain, double u)
{
    return gain >= 0 || (gain > -40 && u < exp(gain));
}

static void twist_words(const xy_draw *draw, int32_t axis, uint32_t word[3][XY_LANES_MAX])
{
    xy_source source;
    flx_xy_source(draw, &source);
    for (int part = 0; part < XY_PARTS; part++) {
        xy_u32 words[4];
        flx_xy_words(&source, part, UINT32_C(0xffffff00) + (uint32_t)axis, words);
        for (int k = 0; k < XY_WORDS; k++)
            for (int j = 0; j < 3; j++)
                word[j][XY_WORDS * part + k] = words[j][k];
    }
}

// sums: of the replicas; they follow the twists.
static void twist(flx_xy *sim, int32_t v, const xy_draw *draw, xy_sums *sums, int32_t axis)
{
    const xy_grid *g = &sim->grid;
    void *spin = sim->spin + (size_t)v * sim->spin_bytes;
    double turn[XY_LANES_MAX] = {0}, gains[XY_LANES_MAX] = {0};
    uint32_t word[3][XY_LANES_MAX]; // of each replica
    twist_words(draw, axis, word);
    for (int32_t k = 0; k < g->lanes; k++)
        turn[k] = word[0][k % g->replicas] >> 31 ? 1 : -1;
    if (sim->tables.villain) {
        sim->kernels->twist_gain(&sim->tables, spin, draw, axis, turn, gains);
        flx_xy_join_strips(g, gains);
    }
    bool any = false;
    for (int32_t r = 0; r < g->replicas; r++) {
        double high = (double)word[1][r], low = (double)word[2][r];
        double gain = gains[r], u = (high + low * 0x1p-32) * 0x1p-32;
        if (!sim->tables.villain)
            gain = draw->beta[r] * twisted(sim, sums, axis, turn[r], r, false);
        xy_slot *slot = &sim->slot[flx_xy_slot_of(sim, v, r)];
        bool yes = accept(gain, u);
        slot->twists_tried++;
        slot->twists_accepted += yes;
        any = any || yes;
        if (yes && !sim->tables.villain)
            twisted(sim, sums, axis, turn[r], r, true);
        for (int32_t k = r; k < g->lanes && !yes; k += g->replicas)
            turn[k] = 0;
    }
    if (any)
        sim->kernels->twist(&sim->tables, spin, axis, turn);
}

// ---- Cycle ---------------------------------------------------------------------------------------

// Half of the rotations should be accepted; widths move during thermalisation alone, as a chain
// that adapts for ever has no fixed distribution.
static void tune(xy_slot *slot, bool last)
{
    // Shares that are reported are of the measured part.
    if (last) {
        slot->twists_accepted = slot->twists_tried = 0;
        slot->exchanges_accepted = slot->exchanges_tried = 0;
    } else if (slot->tried < 4000) {
        return;
    }
    if (slot->tried == 0)
        return;
    double share = (double)slot->accepted / (double)slot->tried;
    slot->width *=
        share > 0.5 ? fmin(1.3, 1 + 2 * (share - 0.5)) : fmax(0.75, 1 + 2 * (share - 0.5));
    slot->width = fmin(fmax(slot->width, 1e-3), 20);
    slot->accepted = slot->tried = 0;
}

static void heat_bath(flx_xy *sim, int32_t v, xy_draw *draw)
{
    int64_t accepted[XY_LANES_MAX] = {0};
    draw->accepted = accepted;
    draw->sweep = sim->vector[v].sweep++;
    sim->kernels->heat_bath(&sim->tables, sim->spin + (size_t)v * sim->spin_bytes, draw);
}

static void metropolis(flx_xy *sim, int32_t v, xy_draw *draw)
{
    const xy_grid *g = &sim->grid;
    double width[XY_LANES_MAX];
    int64_t accepted[XY_LANES_MAX] = {0};
    for (int32_t k = 0; k < g->lanes; k++)
        width[k] = sim->slot[flx_xy_slot_of(sim, v, k % g->replicas)].width;
    draw->width = width;
    draw->accepted = accepted;
    draw->sweep = sim->vector[v].sweep++;
    sim->kernels->metropolis(&sim->tables, sim->spin + (size_t)v * sim->spin_bytes, draw);
    for (int32_t k = 0; k < g->lanes; k++) {
        xy_slot *slot = &sim->slot[flx_xy_slot_of(sim, v, k % g->replicas)];
        slot->accepted += accepted[k];
        slot->tried += g->n_element;
    }
}

// What the strips of a lattice add up to.
static void join_strips(const xy_grid *g, xy_sums *sums)
{
    if (g->strips == 1)
        return;
    double *lane = (double *)sums;
    for (size_t k = 0; k < sizeof *sums / sizeof(double); k += XY_LANES_MAX)
        flx_xy_join_strips(g, lane + k);
}

void flx_xy_cycle(flx_xy *sim, int32_t v, int64_t cycle)
{
    const xy_grid *g = &sim->grid;
    void *spin = sim->spin + (size_t)v * sim->spin_bytes;
    xy_vector *vector = &sim->vector[v];
    double beta[XY_LANES_MAX];
    for (int32_t k = 0; k < g->lanes; k++)
        beta[k] = 1 / sim->temperature[vector->temperature[k % g->replicas]];
    xy_draw draw = {.beta = beta,
                    .series = sim->series ? sim->series + (size_t)v * sim->series_bytes : NULL,
                    .terms = sim->terms,
                    .seed = (uint64_t)sim->o.seed,
                    .vector = (uint32_t)v};
    for (int32_t r = 0; r < g->replicas && cycle <= sim->thermalisation; r++)
        tune(&sim->slot[flx_xy_slot_of(sim, v, r)], cycle == sim->thermalisation);
    for (int32_t k = 0; k < sim->o.metropolis; k++)
        metropolis(sim, v, &draw);
    for (int32_t k = 0; k < sim->o.heat_bath; k++)
        heat_bath(sim, v, &draw);
    draw.sweep = vector->sweep;
    sim->kernels->overrelax(&sim->tables, spin, &draw, sim->overrelaxation);
    vector->sweep += (uint64_t)sim->overrelaxation;
    for (int32_t k = 0; k < sim->o.clusters; k++) {
        draw.sweep = vector->sweep++;
        for (int32_t r = 0; r < g->replicas; r++)
            sim->kernels->cluster(&sim->tables, spin, &draw, r,
                                  sim->stack + (size_t)v * (size_t)flx_xy_grid_sites(g));
    }
    if (cycle % 8 == 0)
        sim->kernels->normalise(g, spin);
    xy_sums sums;
    sim->kernels->measure(&sim->tables, spin, &draw, &sums);
    join_strips(g, &sums);
    if (cycle >= sim->thermalisation)
        flx_xy_record(sim, v, &sums);
    if (sim->correlator && cycle >= sim->thermalisation &&
        (cycle - sim->thermalisation) % XY_CORRELATE_EVERY == 0)
        flx_xy_record_correlations(sim, v);
    if (cycle >= sim->thermalisation && !sim->o.exchange)
        flx_xy_advance(sim, v);
    draw.sweep = vector->sweep++;
    for (int32_t a = 0; a < g->n_axis && sim->o.twist; a++)
        if (!g->open[a])
            twist(sim, v, &draw, &sums, a);
    for (int32_t r = 0; r < g->replicas && sim->o.exchange; r++) {
        vector->energy[r] = 0;
        for (int32_t b = 0; b < g->n_bond; b++)
            vector->energy[r] -= sums.bond[b][0][r];
    }
}

// ---- Exchange ------------------------------------------------------------------------------------

void flx_xy_exchange(flx_xy *sim)
{
    const xy_grid *g = &sim->grid;
    for (int32_t copy = 0; copy < sim->copies; copy++)
        for (int32_t r = 0; r < g->replicas; r++)
            for (int32_t t = (int32_t)(sim->clock.cycle & 1); t + 1 < sim->n_temperature; t += 2) {
                xy_vector *a = NULL, *b = NULL; // who has t and t + 1
                for (int32_t j = 0; j < sim->n_temperature; j++) {
                    xy_vector *v = &sim->vector[j * sim->copies + copy];
                    a = v->temperature[r] == t ? v : a;
                    b = v->temperature[r] == t + 1 ? v : b;
                }
                double u[2], beta = 1 / sim->temperature[t], next = 1 / sim->temperature[t + 1];
                uint64_t who = (uint64_t)((copy * sim->n_temperature + t) * XY_LANES_MAX + r);
                draw_pair(sim, EXCHANGE, who, (uint64_t)sim->clock.cycle, u);
                xy_slot *slot = &sim->slot[t * sim->n_slot + copy * g->replicas + r];
                slot->exchanges_tried++;
                if (!a || !b || u[0] >= exp((beta - next) * (a->energy[r] - b->energy[r])))
                    continue;
                slot->exchanges_accepted++;
                a->temperature[r] = t + 1;
                b->temperature[r] = t;
            }
}

// ---- Temperatures --------------------------------------------------------------------------------

// Two Gaussians of width s whose means are 2 d s apart overlap as erfc(d): with energies of about that
// distribution exchange is accepted with a share like it, and d grows in proportion to the distance
// of the temperatures. (Rathore, Chopra, de Pablo, J. Chem. Phys. 122, 024111 (2005).)
static double distance_of(double share)
{
    double low = 0, high = 4; // erfc(4) = 1.5e-8
    for (int k = 0; k < 40; k++) {
        double middle = (low + high) / 2;
        *(erfc(middle) > share ? &low : &high) = middle;
    }
    return low;
}

void flx_xy_tune_temperatures(flx_xy *sim)
{
    enum { MOST = 1024 };
    const int32_t last = sim->n_temperature - 1;
    double reached[MOST + 1], beta[MOST + 1];
    if (last < 2 || last > MOST)
        return;
    reached[0] = 0;
    for (int32_t t = 0; t <= last; t++) {
        int64_t accepted = 0, tried = 0;
        for (int32_t s = 0; s < sim->n_slot; s++) {
            xy_slot *slot = &sim->slot[t * sim->n_slot + s];
            accepted += slot->exchanges_accepted;
            tried += slot->exchanges_tried;
            slot->exchanges_accepted = slot->exchanges_tried = 0;
        }
        beta[t] = 1 / sim->temperature[t];
        // Half an exchange is added to either side: nothing is certain after a few.
        if (t < last)
            reached[t + 1] =
                reached[t] + distance_of(((double)accepted + 0.5) / ((double)tried + 1));
    }
    for (int32_t t = 1, from = 0; t < last; t++) {
        double goal = reached[last] * t / last;
        while (reached[from + 1] < goal)
            from++;
        double part = (goal - reached[from]) / (reached[from + 1] - reached[from]);
        sim->temperature[t] = 1 / (beta[from] + part * (beta[from + 1] - beta[from]));
    }
}
