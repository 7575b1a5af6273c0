// tests/validate/wolff.h -- the square XY lattice by single clusters, in plain loops and doubles: a program
// that shares nothing with the engine. Wolff, Phys. Rev. Lett. 62, 361 (1989); random numbers:
// xoshiro256++, Blackman and Vigna, ACM Trans. Math. Softw. 47, 36 (2021).
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_VALIDATE_WOLFF_H
#define FLX_VALIDATE_WOLFF_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

typedef struct wolff_lattice {
    int size, n;
    double beta, m[2];
    double (*spin)[2];
    int *stack;
    uint64_t random[4];
} wolff_lattice;

static uint64_t wolff_turned(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

static double wolff_uniform(uint64_t s[4])
{
    const uint64_t word = wolff_turned(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = wolff_turned(s[3], 45);
    return (double)(word >> 11) * 0x1p-53;
}

static void wolff_reflect(wolff_lattice *l, int i, const double n[2])
{
    const double twice = 2 * (l->spin[i][0] * n[0] + l->spin[i][1] * n[1]);
    for (int k = 0; k < 2; k++) {
        l->spin[i][k] -= twice * n[k];
        l->m[k] -= twice * n[k];
    }
}

static void wolff_neighbours(const wolff_lattice *l, int i, int at[4])
{
    const int x = i % l->size, row = i - x;
    at[0] = row + (x + 1) % l->size;
    at[1] = (i + l->size) % l->n;
    at[2] = row + (x + l->size - 1) % l->size;
    at[3] = (i + l->n - l->size) % l->n;
}

static void wolff_cluster(wolff_lattice *l)
{
    const double angle = 2 * pi * wolff_uniform(l->random), n[2] = {cos(angle), sin(angle)};
    int seed = (int)(l->n * wolff_uniform(l->random)), n_stack = 0, at[4];
    wolff_reflect(l, seed, n);
    l->stack[n_stack++] = seed;
    while (n_stack > 0) {
        const int i = l->stack[--n_stack];
        const double own = 2 * l->beta * (l->spin[i][0] * n[0] + l->spin[i][1] * n[1]);
        wolff_neighbours(l, i, at);
        for (int q = 0; q < 4; q++) {
            const double *s = l->spin[at[q]], x = own * (s[0] * n[0] + s[1] * n[1]);
            if (x >= 0 || wolff_uniform(l->random) < exp(x))
                continue;
            wolff_reflect(l, at[q], n);
            l->stack[n_stack++] = at[q];
        }
    }
}

// Lengths and the sum of the spins anew, which rounding moves; the energy.
static double wolff_energy(wolff_lattice *l)
{
    double energy = 0;
    l->m[0] = l->m[1] = 0;
    for (int i = 0; i < l->n; i++) {
        const double inverse = 1 / hypot(l->spin[i][0], l->spin[i][1]);
        for (int k = 0; k < 2; k++) {
            l->spin[i][k] *= inverse;
            l->m[k] += l->spin[i][k];
        }
    }
    for (int i = 0, at[4]; i < l->n; i++) {
        wolff_neighbours(l, i, at);
        for (int q = 0; q < 2; q++)
            energy -= l->spin[i][0] * l->spin[at[q]][0] + l->spin[i][1] * l->spin[at[q]][1];
    }
    return energy;
}

// Energy and M^2, for each site, and their errors from a hundred bins.
static void wolff_sample(int size, double t, int clusters, double value[2], double error[2])
{
    enum { BINS = 100, EVERY = 16 };
    wolff_lattice l = {.size = size, .n = size * size, .beta = 1 / t, .random = {1, 2, 3, 4}};
    const int length = clusters / BINS / EVERY * EVERY;
    double sum[2][2] = {{0}};
    l.spin = get(l.n, sizeof *l.spin);
    l.stack = get(l.n, sizeof *l.stack);
    for (int i = 0; i < l.n; i++)
        l.spin[i][0] = 1;
    wolff_energy(&l);
    for (int bin = -BINS / 10; bin < BINS; bin++) {
        double b[2] = {0, 0};
        for (int k = 0; k < length; k++) {
            wolff_cluster(&l);
            if (k % EVERY == 0)
                b[0] += wolff_energy(&l) / l.n / (length / EVERY);
            b[1] += (l.m[0] * l.m[0] + l.m[1] * l.m[1]) / l.n / length;
        }
        for (int j = 0; j < 2 && bin >= 0; j++) {
            sum[j][0] += b[j] / BINS;
            sum[j][1] += b[j] * b[j] / BINS;
        }
    }
    for (int j = 0; j < 2; j++) {
        value[j] = sum[j][0];
        error[j] = sqrt((sum[j][1] - sum[j][0] * sum[j][0]) / (BINS - 1));
    }
    free(l.spin);
    free(l.stack);
}

#endif
