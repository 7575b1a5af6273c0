// cli/lab/experiments.h -- the experiments, one line each, in the order of the list.
//
// EXPERIMENT(symbol, name, title): lab_SYMBOL in cli/lab/SYMBOL.c, page docs/lab/NAME.md, case
// examples/lab/NAME.yaml. Included wherever something is made of the list.
// SPDX-License-Identifier: GPL-3.0-or-later

// clang-format off
EXPERIMENT(single_valuedness, "single-valuedness", "psi has one value at each place, so its winding is a whole number")
EXPERIMENT(persistent_current, "persistent-current", "the current of a ring, which flows for ever, and the largest it can hold")
EXPERIMENT(flux_quantum, "flux-quantum", "five different rings keep flux in the same steps, h/2e")
EXPERIMENT(flux_and_fluxoid, "flux-and-fluxoid", "the fluxoid of a tube is one quantum, its flux is less")
EXPERIMENT(phase_lock, "phase-lock", "where no current flows the phase turns as the vector potential does")
EXPERIMENT(meissner, "meissner", "a field is expelled, and stays as deep as the penetration depth")
EXPERIMENT(little_parks, "little-parks", "the critical temperature of a ring oscillates with the flux in it")
EXPERIMENT(vortex, "vortex", "profile, current, energy and field of one vortex; many in triangles")
EXPERIMENT(half_flux, "half-flux", "a ring with a pi junction has a current in no field")
EXPERIMENT(disorder, "disorder", "disorder changes the penetration depth, and not the flux quantum")
EXPERIMENT(phase_stiffness, "phase-stiffness", "what a twist costs, in kelvin, and where vortices make it vanish")
EXPERIMENT(amplitude_and_phase, "amplitude-and-phase", "what a change of the phase costs, and what one of |psi|")
EXPERIMENT(phase_slip, "phase-slip", "a wire's voltage counts the slips of its phase")
EXPERIMENT(kosterlitz_thouless, "kosterlitz-thouless", "a film of phases loses its stiffness in one jump")
EXPERIMENT(symmetry_breaking, "symmetry-breaking", "200 quenches end with any phase, and with one energy")
EXPERIMENT(squid, "squid", "a loop with one junction has states, one with two turns flux into voltage")
