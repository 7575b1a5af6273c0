// selffield/edges.h -- integrals over straight edges.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_SELFFIELD_EDGES_H
#define FLX_SELFFIELD_EDGES_H

#include <math.h>

// integral_{s1}^{s2} ds/sqrt(s^2 + c2) = ln[(s2 + R2)/(s1 + R1)] without cancellation. Infinite
// where c2 = 0 lies between: 0 is given then (it is always multiplied by a vanishing length, or
// asked for on the rim of a triangle).
static inline double flx_edge_log(double s1, double s2, double c2)
{
    double r1 = sqrt(s1 * s1 + c2), r2 = sqrt(s2 * s2 + c2);
    if (s1 > 0)
        return log((s2 + r2) / (s1 + r1));
    if (s2 < 0)
        return log((r1 - s1) / (r2 - s2));
    return c2 > 0 ? log((s2 + r2) * (r1 - s1) / c2) : 0;
}

#endif
