// circuit/squid.c -- voltage, transfer coefficient and noise of a SQUID from runs with the same seeds.
//
// Means of blocks of length T under Hann's window have the variance 1.5 S_V(0)/2T: without the window
// Josephson's oscillation would add to it. dV/dPhi comes from differences of blocks with the same
// noise; S_Phi = S_V/(dV/dPhi)^2, eps = S_Phi/2L. Tesche and Clarke, J. Low Temp. Phys.
// 29, 301 (1977).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/circuit.h"
#include "fluxoid/units.h"

#include <math.h>

static const double hann = 1.5; // mean square of 1 - cos

flx_squid_result flx_squid_of(const flx_circuit_result *const run[3], const flx_squid_card *card)
{
    flx_squid_result r = {{0, 0}, {0, 0}, {0, 0}, {0, 0}, {0, 0}};
    int32_t k = card->probe, n = run[1]->n_block;
    const double *low = run[0]->block + (int64_t)k * n, *high = run[2]->block + (int64_t)k * n;
    double span = 2 * card->step;
    r.voltage = (flx_squid_value){run[1]->probe[k].mean, run[1]->probe[k].error};
    r.transfer.value = (run[2]->probe[k].mean - run[0]->probe[k].mean) / span;
    r.transfer.error = (run[2]->probe[k].error + run[0]->probe[k].error) / span;
    if (!run[1]->noisy || n < 2)
        return r;
    const double *smooth = run[1]->smooth + (int64_t)k * n;
    double mean = 0, square = 0, square_mid = 0;
    for (int32_t b = 0; b < n; b++)
        mean += smooth[b] / n;
    for (int32_t b = 0; b < n; b++) {
        double d = (high[b] - low[b]) / span - r.transfer.value, v = smooth[b] - mean;
        square += d * d;
        square_mid += v * v;
    }
    r.transfer.error = sqrt(square / n / (n - 1));
    r.s_v.value = 2 * run[1]->block_time / hann * square_mid / (n - 1);
    r.s_v.error = r.s_v.value * sqrt(2.0 / (n - 1));
    double slope = r.transfer.value;
    r.s_phi.value = r.s_v.value / (slope * slope);
    r.s_phi.error = r.s_phi.value * hypot(r.s_v.error / r.s_v.value, 2 * r.transfer.error / slope);
    if (card->inductance > 0) {
        double unit = FLX_SI_PHI0 * FLX_SI_PHI0 / (2 * card->inductance);
        r.energy = (flx_squid_value){unit * r.s_phi.value, unit * r.s_phi.error};
    }
    return r;
}
