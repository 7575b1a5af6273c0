// tests/test_run_tiny.h -- a film of 48 sites with a hole, its mesh written down here, so that runs
// are tested without a mesher.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TEST_RUN_TINY_H
#define FLX_TEST_RUN_TINY_H

#include "test_run.h"

// The films, in um; the coherence length is 1 um.
#define TINY_FILM                                                                                  \
    "fluxoid: 1\n"                                                                                 \
    "units: {length: um}\n"                                                                        \
    "layers:\n"                                                                                    \
    "  al: {coherence_length: 1 um, penetration_depth: 2 um, thickness: 0.1 um,\n"                 \
    "       conductivity: 5e6 S/m, gamma: 1}\n"                                                    \
    "films: {film: {layer: al, shape: [box: {size: 6}], holes: {hole: [box: {size: 2}]}}}\n"
#define TINY                                                                                       \
    TINY_FILM "terminals:\n"                                                                       \
              "  top: {film: film, shape: [box: {size: [6.4, 0.4], at: [0, 3]}]}\n"                \
              "  bottom: {film: film, shape: [box: {size: [6.4, 0.4], at: [0, -3]}]}\n"            \
              "probes: {v: [[0.5, 2], [0, -2]]}\n"                                                 \
              "loops: {around: [box: {size: 4}]}\n"                                                \
              "mesh: {import: tiny.msh, max_edge: 2 xi}\n"

enum { TINY_SIDE = 7 }; // sites along a side

// A square of 7 x 7 sites 1 um apart, without the one in the middle and its triangles: MSH 2.2.
static inline void write_tiny_msh(const char *path)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "$MeshFormat\n2.2 0 8\n$EndMeshFormat\n$Nodes\n%d\n", TINY_SIDE * TINY_SIDE);
    for (int k = 0; k < TINY_SIDE * TINY_SIDE; k++)
        fprintf(file, "%d %d %d 0\n", k + 1, k % TINY_SIDE - 3, k / TINY_SIDE - 3);
    fprintf(file, "$EndNodes\n$Elements\n64\n");
    for (int row = 0, n = 0; row < TINY_SIDE - 1; row++)
        for (int column = 0; column < TINY_SIDE - 1; column++) {
            if (row / 2 == 1 && column / 2 == 1)
                continue;
            int a = row * TINY_SIDE + column + 1, b = a + 1, c = a + TINY_SIDE, d = c + 1;
            fprintf(file, "%d 2 2 1 1 %d %d %d\n", n + 1, a, b, d);
            fprintf(file, "%d 2 2 1 1 %d %d %d\n", n + 2, a, d, c);
            n += 2;
        }
    fprintf(file, "$EndElements\n");
    assert_int_equal(fclose(file), 0);
}

static inline void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

#endif
