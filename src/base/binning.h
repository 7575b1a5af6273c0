// base/binning.h -- mean and error of a correlated series, one value after the other, in constant
// memory.
//
// Values are joined into bins of 2, 4, 8 ... A bin longer than the correlation makes independent
// means, whose scatter is the error: H. Flyvbjerg and H. G. Petersen, J. Chem. Phys. 91, 461
// (1989). The length taken is the first B with B^3 > 2 n r^2, r = (error with B)^2/(error with 1)^2:
// R. M. Lee et al., Phys. Rev. E 83, 066706 (2011).
// A plain struct without pointers: it can be saved and restored as it is.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_BASE_BINNING_H
#define FLX_BASE_BINNING_H

#include "base/base.h"

enum { FLX_BIN_LEVELS = 40 };

typedef struct flx_binning {
    int64_t n;                      // values so far
    double first[FLX_BIN_LEVELS];   // of a pair of bins of 2^l values, the one that waits
    double mean[FLX_BIN_LEVELS];    // of the full bins of 2^l values
    double squares[FLX_BIN_LEVELS]; // sum of their squared distances from it
} flx_binning;

typedef struct flx_binned {
    double mean;
    double error; // standard error of the mean; NaN where the series is too short to tell
    double tau;   // integrated correlation time, in values; 0.5: independent
    int64_t n;
    double n_bin;  // bins that the error comes from
    bool resolved; // the bins are longer than the correlation and at least 8
} flx_binned;

// Begin with *b = (flx_binning){0}.
void flx_binning_add(flx_binning *b, double value);
flx_binned flx_binning_estimate(const flx_binning *b);

#endif
