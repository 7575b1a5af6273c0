// source/disorder.c -- maps of the condensation coefficient of uneven material, by a seed.
//
// random  delta = spread (2/M)^1/2 sum_m cos(k_m.r + phi_m) with k_m Gaussian of width 1/length and
//         phi_m even: for many modes a Gaussian field with <delta delta'> = spread^2
//         exp(-|r - r'|^2/(2 length^2)).
// grains  cells of the points nearest to one seed of a jittered square lattice of spacing `length`;
//         each has its own Gaussian delta, and within `width` of its rim `depth` is taken off.
// Both are functions of place and seed alone: the same on any mesh.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/rng.h"
#include "fluxoid/source.h"

#include <math.h>

enum { MODES = 256 };
enum { STREAM_WAVE = 0x6a1, STREAM_PHASE, STREAM_PLACE, STREAM_VALUE };
static const double two_pi = 6.28318530717958647692;

static void fill_random(const flx_disorder *d, const double *x, const double *y, int32_t n,
                        double *delta)
{
    double k[MODES][2], phase[MODES], u[2];
    for (int m = 0; m < MODES; m++) {
        flx_rng_gauss(d->seed, STREAM_WAVE, (uint64_t)m, k[m]);
        flx_rng_uniform(d->seed, STREAM_PHASE, (uint64_t)m, u);
        phase[m] = two_pi * u[0];
        k[m][0] /= d->length;
        k[m][1] /= d->length;
    }
    double scale = d->spread * sqrt(2.0 / MODES);
    for (int32_t i = 0; i < n; i++) {
        double sum = 0;
        for (int m = 0; m < MODES; m++)
            sum += cos(k[m][0] * x[i] + k[m][1] * y[i] + phase[m]);
        delta[i] = scale * sum;
    }
}

// One number for each cell of the lattice of seeds.
static uint64_t cell_key(int32_t a, int32_t b)
{
    return (uint64_t)(uint32_t)a << 32 | (uint32_t)b;
}

typedef struct grain_seed {
    double x, y, r; // place, distance from the point
    uint64_t key;
} grain_seed;

static double grain_at(const flx_disorder *d, double x, double y)
{
    enum { REACH = 2 }; // the nearest two seeds of a jittered lattice are not further away
    int32_t a = (int32_t)floor(x / d->length), b = (int32_t)floor(y / d->length);
    grain_seed first = {.r = INFINITY}, second = {.r = INFINITY};
    for (int32_t i = a - REACH; i <= a + REACH; i++)
        for (int32_t j = b - REACH; j <= b + REACH; j++) {
            double u[2];
            grain_seed s = {.key = cell_key(i, j)};
            flx_rng_uniform(d->seed, STREAM_PLACE, s.key, u);
            s.x = (i + u[0]) * d->length;
            s.y = (j + u[1]) * d->length;
            s.r = hypot(s.x - x, s.y - y);
            if (s.r < first.r) {
                second = first;
                first = s;
            } else if (s.r < second.r) {
                second = s;
            }
        }
    double g[2];
    flx_rng_gauss(d->seed, STREAM_VALUE, first.key, g);
    // The rim is the line in the middle between the two seeds.
    double way = (second.r * second.r - first.r * first.r) /
                 (2 * hypot(second.x - first.x, second.y - first.y));
    return d->spread * g[0] - (way < 0.5 * d->width ? d->depth : 0);
}

void flx_disorder_fill(const flx_disorder *d, const double *x, const double *y, int32_t n,
                       double *delta)
{
    if (d->kind == FLX_DISORDER_RANDOM)
        fill_random(d, x, y, n, delta);
    else
        for (int32_t i = 0; i < n; i++)
            delta[i] = grain_at(d, x[i], y[i]);
}
