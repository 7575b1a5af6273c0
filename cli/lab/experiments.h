// cli/lab/experiments.h -- the experiments; each in a file of its own name.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CLI_LAB_EXPERIMENTS_H
#define FLX_CLI_LAB_EXPERIMENTS_H

#include "lab.h"

void lab_single_valuedness(lab *l);
void lab_persistent_current(lab *l);
void lab_phase_slip(lab *l);
void lab_symmetry_breaking(lab *l);

#endif
