// tdgl/noise.h -- keyed Gaussian random numbers for Langevin steps.
//
// A number depends on (seed, step, kind, place) alone: the same for any order, thread count, or
// after a restart.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TDGL_NOISE_H
#define FLX_TDGL_NOISE_H

#include "base/base.h"

// Where the words come from (noise.c): builds for machines with and without instructions for AES draw
// different numbers of the same seed.
#if defined(__AES__)
#define FLX_NOISE_ARS 1
#else
#define FLX_NOISE_ARS 0
#endif

typedef struct flx_noise_key {
    uint64_t seed, step;
} flx_noise_key;

// Kinds keep apart from each other, and from the streams of starting states.
typedef enum flx_noise_kind {
    FLX_NOISE_KICK = 0x4b69636b, // of psi: places 2i, 2i + 1 are the two parts at site i
    FLX_NOISE_JOLT =
        0x4a6f6c74, // of the normal currents: a place for each unknown of the potential
    FLX_NOISE_SPIN = 0x5370696e, // of the angle of psi: a place for each site
    FLX_NOISE_SIGN = 0x5369676e  // of the areas of Levy: a byte for each site
} flx_noise_kind;

// out[begin .. end-1]: standard Gaussians of these places, in single precision.
void flx_noise_fill(const flx_noise_key *key, flx_noise_kind kind, int32_t begin, int32_t end,
                    float *out);

// out[begin .. end-1]: random bytes of these places.
void flx_noise_bytes(const flx_noise_key *key, flx_noise_kind kind, int32_t begin, int32_t end,
                     uint8_t *out);

#endif
