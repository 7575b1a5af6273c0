// tests/test_run_london.h -- what the tests of cases of the engine london share.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TEST_RUN_LONDON_H
#define FLX_TEST_RUN_LONDON_H

#include "test_run_after.h"

// A flat ring, 1 to 2 um, that knows its Pearl length alone.
#define FLAT                                                                                       \
    "fluxoid: 1\n"                                                                                 \
    "units: {length: um}\n"                                                                        \
    "layers: {nb: {pearl_length: 1 um}}\n"                                                         \
    "films: {ring: {layer: nb, shape: [circle: {radius: 2}], holes: {hole: [circle: {radius: "     \
    "1}]}}}\n"                                                                                     \
    "mesh: {max_edge: 0.2}\n"                                                                      \
    "engine: london\n"

// Two flat rings, one above the other; the mesh is left to the test.
#define TWO_RINGS                                                                                  \
    "fluxoid: 1\n"                                                                                 \
    "units: {length: um}\n"                                                                        \
    "layers: {low: {pearl_length: 0.1 um}, high: {pearl_length: 0.1 um, z: 0.5 um}}\n"             \
    "films:\n"                                                                                     \
    "  a: {layer: low, shape: [circle: {radius: 2}], holes: {h: [circle: {radius: 1}]}}\n"         \
    "  b: {layer: high, shape: [circle: {radius: 2.5}], holes: {k: [circle: {radius: 1.2}]}}\n"    \
    "engine: london\n"

static inline double item(const json_t *root, const char *key, size_t i)
{
    return json_number_value(json_array_get(json_object_get(root, key), i));
}

#endif
