// cli/deck.h -- decks of circuits on the command line.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CLI_DECK_H
#define FLX_CLI_DECK_H

#include "fluxoid/base.h"

// Whether a file is a deck, by its name.
bool cli_is_deck(const char *path);
// The summary of a run or a sweep of a deck as a table.
void cli_report_deck(const char *json);
int cli_check_deck(flx_ctx *ctx, const char *path, const char *const *sets, int n_set);

#endif
