// base/rng.c -- keyed random numbers from Random123.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/rng.h"

#include <math.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <Random123/philox.h>
#pragma GCC diagnostic pop

static const double two_pi = 6.28318530717958647692;

void flx_rng_uniform(uint64_t seed, uint64_t stream, uint64_t index, double u[2])
{
    philox4x32_ctr_t counter = {
        {(uint32_t)index, (uint32_t)(index >> 32), (uint32_t)stream, (uint32_t)(stream >> 32)}};
    philox4x32_key_t key = {{(uint32_t)seed, (uint32_t)(seed >> 32)}};
    philox4x32_ctr_t word = philox4x32(counter, key);
    for (int k = 0; k < 2; k++) {
        uint64_t bits = (uint64_t)word.v[2 * k] | (uint64_t)word.v[2 * k + 1] << 32;
        u[k] = ((double)(bits >> 12) + 0.5) * 0x1p-52;
    }
}

void flx_rng_gauss(uint64_t seed, uint64_t stream, uint64_t index, double g[2])
{
    double u[2];
    flx_rng_uniform(seed, stream, index, u);
    double radius = sqrt(-2 * log(u[0]));
    g[0] = radius * cos(two_pi * u[1]);
    g[1] = radius * sin(two_pi * u[1]);
}
