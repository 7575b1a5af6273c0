// tdgl/counterterm.c -- the same fluctuating film on every mesh.
//
// On the waves of a film a lattice does two things. It lacks those shorter than its edges, whose
// share of <|psi|^2> would be (T/pi) ln(1/h): this is what a shift of eps undoes. And its Laplacian is
// k^2 - eta k^4, eta = sum_j w_ij e_ij^4/64 a_i (h^2/16 on square and triangular lattices; averaged
// over directions): -(eta/2) |lap psi|^2 in the free energy. By the substitution
// psi -> psi - (eta/2) (lap psi + V') this is -(eta/2) V'^2, but for terms of order eta^2: stationary
// states have lap psi = V'. So the cell gets + (eta/2) V'^2, which makes its vortex cores as dear as
// they are (K. Symanzik, Nucl. Phys. B 226, 187 (1983); M. Luescher and P. Weisz, Commun. Math. Phys.
// 97, 59 (1985), for such improvement with the equations of motion).
//
// The shift is fixed by the helicity modulus about psi = 1 to first order in T,
//   Y = 1 + shift/(1 + 2 eta) - T B(h),
//   B = ((3 + 18 eta)/(1 + 2 eta) - 1 - m^2 h^2/4) g + h^2/2a + c,   m^2 = 2 + 4 eta,
//   g = int 1/(K + m^2),   c = int |v|^2/2 /(K (K + m^2)) /a^2,   v = sum_e w e 2 sin(k e),
// integrals over the Brillouin zone d^2k/(2 pi)^2, K(k) the symbol of the Laplacian. For h -> 0
// B = (2/pi) ln(1/h) + const on the square lattice, and with C = 2 (sum w)^3/sum w^2 it is
// (1/pi) ln(C/32 a) + (ln 16 + 1/2)/pi on both. Y is to be 1 - T (ln 16 + 1/2)/pi on any mesh.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/counterterm.h"

#include <math.h>

enum { WAVES = 128, ENTRIES = 33 };
static const double pi = 3.14159265358979323846;
static const double H_MOST = 2; // [xi] no film is made of longer edges; they are taken for this

// Lengths in h in here.
double flx_counterterm_bracket(bool triangular, double h)
{
    const double root3 = sqrt(3);
    const double a = triangular ? root3 / 2 : 1, w = triangular ? 1 / root3 : 1;
    const double x[3] = {1, triangular ? 0.5 : 0, triangular ? -0.5 : 0};
    const double y[3] = {0, triangular ? root3 / 2 : 1, triangular ? root3 / 2 : 0};
    int32_t edges = triangular ? 3 : 2;
    double eta = h * h / 16, m2 = h * h * (2 + 4 * eta), g = 0, c = 0;
    for (int32_t i = 0; i < WAVES; i++)
        for (int32_t j = 0; j < WAVES; j++) { // between the waves k = 0 and its copies
            double p = 2 * pi * (i + 0.5) / WAVES, q = 2 * pi * (j + 0.5) / WAVES;
            const double phase[3] = {p, q, q - p};
            double k2 = 0, vx = 0, vy = 0;
            for (int32_t e = 0; e < edges; e++) {
                k2 += 2 * w / a * (1 - cos(phase[e]));
                vx += 2 * w * x[e] * sin(phase[e]);
                vy += 2 * w * y[e] * sin(phase[e]);
            }
            g += 1 / (k2 + m2);
            c += (vx * vx + vy * vy) / (2 * k2 * (k2 + m2));
        }
    g /= a * WAVES * WAVES;
    c /= a * a * a * WAVES * WAVES;
    return ((3 + 18 * eta) / (1 + 2 * eta) - 1 - m2 / 4) * g + 1 / (2 * a) + c;
}

// B less its logarithm and constant, of order h^2, on the two lattices at h = 0 ... H_MOST.
static void tabulate(double (*rest)[ENTRIES])
{
    for (int k = 0; k < 2; k++)
        for (int i = 1; i < ENTRIES; i++) {
            double h = H_MOST * i / (ENTRIES - 1), c_32a = (k ? 1.5 : 1) / (h * h);
            rest[k][i] = flx_counterterm_bracket(k, h) - (log(c_32a) + log(16) + 0.5) / pi;
        }
}

static double at(const double *rest, double h)
{
    double place = fmin(h / H_MOST, 1) * (ENTRIES - 1);
    int i = (int)fmin(place, ENTRIES - 2);
    return rest[i] + (place - i) * (rest[i + 1] - rest[i]);
}

void flx_counterterm(const flx_mesh *m, const double *weight, double temperature, double *core,
                     double *shift)
{
    double rest[2][ENTRIES] = {{0}};
    tabulate(rest);
    for (int32_t i = 0; i < m->n_site; i++) {
        double sum = 0, squares = 0, fourth = 0, a = m->area[i];
        for (int32_t k = m->row[i]; k < m->row[i + 1]; k++) {
            double w = weight[m->half_edge[k]], e = m->length[m->half_edge[k]];
            sum += w;
            squares += w * w;
            fourth += w * e * e * e * e;
        }
        double c = sum > 0 ? 2 * sum * sum * sum / squares : 32, eta = fourth / (64 * a);
        double h = 4 * sqrt(eta), like = (c - 32) / (24 * sqrt(3) - 32); // 1: triangular
        like = fmax(0, fmin(like, 1));
        double b = log(c / (32 * a)) / pi + (1 - like) * at(rest[0], h) + like * at(rest[1], h);
        core[i] = eta;
        shift[i] = (1 + 2 * eta) * temperature * b;
    }
}
