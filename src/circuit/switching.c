// circuit/switching.c -- switching currents of a junction by thermal activation.
//
//   rate(I) = (omega_p/2 pi) exp(-dU/kT), omega_p = sqrt(2 pi Ic/Phi0 C) (1 - s^2)^(1/4), s = I/Ic,
//   dU = 2 E_J (sqrt(1 - s^2) - s arccos s), P(I) = rate/I' exp(-integral of rate/I').
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/base.h"
#include "fluxoid/circuit.h"
#include "fluxoid/units.h"

#include <math.h>

static double escape(const flx_switching *w, double s)
{
    const double two_pi = 6.28318530717958647692;
    if (s >= 1)
        s = 1;
    double ej = w->ic * FLX_SI_PHI0 / two_pi;
    double plasma =
        sqrt(two_pi * w->ic / (FLX_SI_PHI0 * w->capacitance)) * pow(fmax(1 - s * s, 0), 0.25);
    double barrier = 2 * ej * (sqrt(fmax(1 - s * s, 0)) - s * acos(s));
    return plasma / two_pi * exp(-barrier / (FLX_SI_KB * w->temperature));
}

flx_status flx_switching_of(flx_ctx *ctx, flx_switching *w, double from, double to, int32_t n,
                            double *p)
{
    if (!(w->ic > 0 && w->capacitance > 0 && w->temperature > 0 && w->rate > 0))
        return flx_fail(
            ctx, FLX_ERR_INPUT,
            "switching needs ic, capacitance, temperature and rate > 0; given are %g A, "
            "%g F, %g K, %g A/s",
            w->ic, w->capacitance, w->temperature, w->rate);
    // Survival exp(-F), F = integral of rate/I', by Simpson on a grid that is finest at s = 1:
    // s = 1 - y^2, so that the fall of the plasma frequency there is smooth.
    enum { N = 20000 };
    double f = 0, mean = 0, square = 0, survived = 1, h = 1.0 / N;
    int32_t at = 0;
    for (int k = 0; k < N; k++) {
        double y0 = 1 - k * h, y1 = 1 - (k + 1) * h, ym = (y0 + y1) / 2;
        double g0 = escape(w, 1 - y0 * y0) * 2 * y0, gm = escape(w, 1 - ym * ym) * 2 * ym;
        double g1 = escape(w, 1 - y1 * y1) * 2 * y1;
        double next = f + (g0 + 4 * gm + g1) * h / 6 * w->ic / w->rate;
        // Of those that are left by now a part switches within the interval.
        double left = exp(-next), part = survived - left;
        double i = w->ic * (1 - ym * ym);
        for (; p && at < n; at++) {
            double x = n > 1 ? from + (to - from) * at / (n - 1) : from;
            double begin = w->ic * (1 - y0 * y0), end = w->ic * (1 - y1 * y1);
            if (x > end && k < N - 1)
                break;
            double u = end > begin ? fmin(fmax((x - begin) / (end - begin), 0), 1) : 0;
            p[at] = x < 0 || x > w->ic
                        ? 0
                        : escape(w, x / w->ic) / w->rate * exp(-(f + u * (next - f)));
        }
        mean += part * i;
        square += part * i * i;
        survived = left;
        f = next;
    }
    mean += survived * w->ic; // the rest at Ic itself
    square += survived * w->ic * w->ic;
    w->mean = mean;
    w->sigma = sqrt(fmax(square - mean * mean, 0));
    return FLX_OK;
}
