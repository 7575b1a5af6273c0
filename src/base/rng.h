// base/rng.h -- keyed random numbers: Philox 4x32-10 (Salmon, Moraes, Dror, Shaw, SC11, 2011).
//
// A number depends on (seed, stream, index) alone: the same for any order, thread or process count.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_BASE_RNG_H
#define FLX_BASE_RNG_H

#include "base/base.h"

// Two independent uniform numbers in the open interval (0, 1): (m + 1/2) 2^-52 for 52 random bits
// m.
void flx_rng_uniform(uint64_t seed, uint64_t stream, uint64_t index, double u[2]);

// Two independent standard Gaussians from these by Box and Muller:
// sqrt(-2 ln u0) (cos 2 pi u1, sin 2 pi u1).
void flx_rng_gauss(uint64_t seed, uint64_t stream, uint64_t index, double g[2]);

#endif
