// tests/validate/fokker_planck.h -- the mean voltage of an overdamped dc SQUID with noise, without
// sampling: the Fokker-Planck equation of its two phases.
//
// With s, d half the sum and half the difference of the phases, f the flux in Phi0, i = I/I0,
//   s' = i/2 - sin s cos d + noise, d' = -j - cos s sin d + noise, j = 2 (d - pi f)/(pi beta_L),
// both noises of strength Gamma. Their stationary density is P = sum_m p_m(d) exp(i m s); in d it is
// taken on an even grid that ends where it has long vanished (trigonometric interpolation). Each p_m
// is coupled to p_(m-1), p_(m+1) alone: p_m = S_m p_(m-1) from large m down to 1 (Risken, The
// Fokker-Planck Equation (1989), ch. 9), then p_0. Voltages are v = i/2 - <sin s cos d>.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_FOKKER_PLANCK_H
#define FLX_FOKKER_PLANCK_H

#include "validate.h"

#include <complex.h>

// Both twice as large change v by less than 1e-9 at the parameters used.
enum { FP_GRID = 112, FP_MODES = 64 };
typedef double complex fp_row[FP_GRID];

// b = a^-1 b for its first n_b columns (Gauss and Jordan); a is lost.
static inline void fp_divide(fp_row *a, fp_row *b, int n_b)
{
    for (int k = 0; k < FP_GRID; k++) {
        int p = k;
        for (int i = k + 1; i < FP_GRID; i++)
            p = cabs(a[i][k]) > cabs(a[p][k]) ? i : p;
        for (int j = 0; j < FP_GRID; j++) {
            double complex swap_a = a[k][j], swap_b = b[k][j];
            a[k][j] = a[p][j];
            a[p][j] = swap_a;
            b[k][j] = b[p][j];
            b[p][j] = swap_b;
        }
        for (int i = 0; i < FP_GRID; i++) {
            double complex f = i == k ? 0 : a[i][k] / a[k][k];
            for (int j = k; f != 0 && j < FP_GRID; j++)
                a[i][j] -= f * a[k][j];
            for (int j = 0; f != 0 && j < n_b; j++)
                b[i][j] -= f * b[k][j];
        }
    }
    for (int k = 0; k < FP_GRID; k++)
        for (int j = 0; j < n_b; j++)
            b[k][j] /= a[k][k];
}

static inline double fp_voltage(double beta_l, double gamma, double i, double f)
{
    enum { N = FP_GRID };
    static fp_row s[N], a[N], b[N];
    static double linear[N][N], turn[N][N], half_cos[N];
    memset(s, 0, sizeof s);
    // The loop's energy is there by 36 Gamma/2 above what junctions can give.
    const double wide = sqrt(pi * beta_l * (2 + 18 * gamma)), step = 2 * wide / N;
    for (int k = 0; k < N; k++)
        for (int j = 0; j < N; j++) {
            double d = (j - N / 2) * step, sign = (k - j) % 2 ? -1 : 1, unit = pi / wide;
            double half = pi * (k - j) / N, flux = pi * f;
            double d1 = k == j ? 0 : unit * sign / 2 / tan(half);
            double d2 =
                unit * unit * (k == j ? -(N * N + 2) / 12.0 : -sign / 2 / pow(sin(half), 2));
            linear[k][j] = d1 * 2 * d / (pi * beta_l) + gamma / 2 * d2;
            turn[k][j] = d1 * sin(flux + d) / 2;
            half_cos[j] = cos(flux + d) / 2;
        }
    // A p_(m-1) + B p_m + C p_(m+1) = 0: a = B + C S_(m+1), b = -A.
    for (int m = FP_MODES; m >= 0; m--) {
        for (int k = 0; k < N; k++) {
            for (int j = 0; j < N; j++) {
                a[k][j] = linear[k][j];
                b[k][j] = -turn[k][j];
            }
            a[k][k] -= gamma / 2 * m * m + I * (m * i / 2);
            b[k][k] -= m * half_cos[k];
            for (int q = 0; q < N; q++) {
                double c = turn[k][q] - (k == q ? m * half_cos[k] : 0);
                for (int j = 0; j < N; j++)
                    a[k][j] += m > 0 ? c * s[q][j] : 2 * c * creal(s[q][j]); // p_-1 = conj p_1
            }
        }
        if (m > 0) {
            fp_divide(a, b, N);
            memcpy(s, b, sizeof s);
        }
    }
    // One of the equations of p_0 follows from the others: instead of it, P has the integral 1.
    for (int j = 0; j < N; j++) {
        a[0][j] = 2 * pi * step;
        b[j][0] = j == 0;
    }
    fp_divide(a, b, 1);
    double v = i / 2;
    for (int k = 0; k < N; k++)
        for (int j = 0; j < N; j++)
            v += 4 * pi * step * half_cos[k] * cimag(s[k][j] * b[j][0]);
    return v;
}

#endif
