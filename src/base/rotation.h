// base/rotation.h -- cosine and sine together, without branches, so that loops over sites become
// vector instructions.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_BASE_ROTATION_H
#define FLX_BASE_ROTATION_H

#include <math.h>

// *c = cos x, *s = sin x, within 2e-16 for |x| < 1e5. x is reduced to |r| <= pi/4 by a multiple of
// pi/2 (kept in three parts, Cody and Waite), then Taylor series to r^16 and r^17, whose remainders
// are below 1e-17.
static inline void flx_rotation(double x, double *c, double *s)
{
    const double two_over_pi = 0.63661977236758134308;
    const double p1 = 1.57079632673412561417, p2 = 6.07710050630396597660e-11,
                 p3 = 2.02226624879595063154e-21;
    double n = rint(x * two_over_pi);
    double r = ((x - n * p1) - n * p2) - n * p3, q = r * r;
    double cosine =
        1 + q * (-1.0 / 2 +
                 q * (1.0 / 24 + q * (-1.0 / 720 +
                                      q * (1.0 / 40320 + q * (-1.0 / 3628800 +
                                                              q * (1.0 / 479001600 +
                                                                   q * (-1.0 / 87178291200 +
                                                                        q / 20922789888000.0)))))));
    double sine =
        r * (1 + q * (-1.0 / 6 +
                      q * (1.0 / 120 +
                           q * (-1.0 / 5040 +
                                q * (1.0 / 362880 +
                                     q * (-1.0 / 39916800 + q * (1.0 / 6227020800 +
                                                                 q * (-1.0 / 1307674368000 +
                                                                      q / 355687428096000.0))))))));
    // Quarter turns: odd ones swap the two, and signs follow.
    double quarter = n - 4 * floor(n / 4);
    double odd = quarter - 2 * floor(quarter / 2);
    double sign_c = quarter == 1 || quarter == 2 ? -1 : 1, sign_s = quarter >= 2 ? -1 : 1;
    *c = sign_c * (odd > 0 ? sine : cosine);
    *s = sign_s * (odd > 0 ? cosine : sine);
}

#endif
