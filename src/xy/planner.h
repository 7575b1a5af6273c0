// xy/planner.h -- FFTW makes and frees one plan at a time.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_XY_PLANNER_H
#define FLX_XY_PLANNER_H

#include <pthread.h>

extern pthread_mutex_t flx_xy_planner; // in rsj.c

#endif
