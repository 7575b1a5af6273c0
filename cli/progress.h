// cli/progress.h -- one line on a terminal that tells how far a run is.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CLI_PROGRESS_H
#define FLX_CLI_PROGRESS_H

#include "fluxoid/run.h"

// Rewrites the line on standard error; nothing if that is no terminal.
void cli_progress(void *user, const flx_progress *progress);
// The same for the k-th of n pictures.
void cli_progress_count(const char *what, int32_t k, int32_t n);
// Takes the line away.
void cli_progress_end(void);

#endif
