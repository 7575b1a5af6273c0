// cli/lab/experiments.h -- the experiments, one line each, in the order of the list.
//
// EXPERIMENT(symbol, name, title): lab_SYMBOL in cli/lab/SYMBOL.c, page docs/lab/NAME.md, case
// examples/lab/NAME.yaml. Included wherever something is made of the list.
// SPDX-License-Identifier: GPL-3.0-or-later

// clang-format off
EXPERIMENT(single_valuedness, "single-valuedness", "psi has one value at each place, so its winding is a whole number")
EXPERIMENT(persistent_current, "persistent-current", "the current of a ring, which flows for ever, and the largest it can hold")
EXPERIMENT(little_parks, "little-parks", "the critical temperature of a ring oscillates with the flux in it")
EXPERIMENT(phase_slip, "phase-slip", "a wire's voltage counts the slips of its phase")
EXPERIMENT(symmetry_breaking, "symmetry-breaking", "200 quenches end with any phase, and with one energy")
