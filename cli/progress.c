// cli/progress.c -- one line on a terminal that tells how far a run is.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "progress.h"

#include "cli.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

static bool shown;

static bool is_terminal(void)
{
    static int known = -1;
    if (known < 0)
        known = isatty(STDERR_FILENO);
    return known == 1;
}

// "1:02:03", "2:05", "" if not known.
static void clock_text(double seconds, char *buffer, size_t size)
{
    buffer[0] = '\0';
    if (!(seconds >= 0 && seconds < 1e9))
        return;
    long s = (long)seconds;
    if (s >= 3600)
        snprintf(buffer, size, "  %ld:%02ld:%02ld left", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(buffer, size, "  %ld:%02ld left", s / 60, s % 60);
}

void cli_progress(void *user, const flx_progress *p)
{
    (void)user;
    if (!is_terminal())
        return;
    char point[64] = "", run[96] = "", left[48];
    double share = p->time_end > 0 ? p->time / p->time_end : 0;
    if (p->n_point > 1) {
        snprintf(point, sizeof point, "  %lld of %lld points", (long long)p->n_done,
                 (long long)p->n_point);
        share = ((double)p->n_done + share) / (double)p->n_point;
    }
    // Points side by side have no common time.
    if (p->dt > 0)
        snprintf(run, sizeof run, "  t %.4g of %.4g tau0  dt %.2g  %.0f steps/s", p->time,
                 p->time_end, p->dt, p->rate);
    clock_text(p->left, left, sizeof left);
    fprintf(stderr, "\r\033[K%3.0f %%%s%s%s", 100 * fmin(share, 1), point, run, left);
    fflush(stderr);
    shown = true;
}

void cli_progress_count(const char *what, int32_t k, int32_t n)
{
    if (!is_terminal())
        return;
    fprintf(stderr, "\r\033[K%3.0f %%  %s %d of %d", 100.0 * k / n, what, (int)k, (int)n);
    fflush(stderr);
    shown = true;
}

void cli_progress_end(void)
{
    if (shown)
        fputs("\r\033[K", stderr);
    shown = false;
}
