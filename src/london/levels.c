// london/levels.c -- the fluxoid states of least energy.
//
// With the currents of some unknowns d held, the energy of fluxoids Phi_o of the others is
//   G = const + (1/2) y.M.y,   y = Phi_o - Phi_eff_o - L_od I_d,   M = L_oo^-1.
// Phi_o are whole steps of the quantum from where they stand. With M = R^T R, R upper triangular, the
// last of them is fixed first: each row adds a square, so that whole branches are left out as soon
// as they are above the states found already, the nearest numbers being tried first. C. P. Schnorr
// and M. Euchner, Math. Program. 66, 181 (1994).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "london/london.h"

#include <math.h>
#include <string.h>

enum { VISITS_MAX = 1 << 20 };

typedef struct search {
    int32_t n, n_level, n_found; // unknowns; states wanted, found
    double quantum;
    double *r;      // [n][n] upper triangle
    double *y;      // [n] of the state itself
    int32_t *now;   // [n] steps tried
    int32_t *step;  // [n_level][n] of the states found
    double *energy; // [n_level] above const
    int64_t visits;
} search;

static void keep(search *s, double energy)
{
    int32_t k = s->n_found < s->n_level ? s->n_found++ : s->n_level - 1;
    for (; k > 0 && s->energy[k - 1] > energy; k--) {
        s->energy[k] = s->energy[k - 1];
        memcpy(&s->step[k * s->n], &s->step[(k - 1) * s->n], (size_t)s->n * sizeof *s->step);
    }
    s->energy[k] = energy;
    memcpy(&s->step[k * s->n], s->now, (size_t)s->n * sizeof *s->now);
}

// Chooses number `row` and those before it; `energy` is what the rows behind it add.
static void descend(search *s, int32_t row, double energy)
{
    if (row < 0) {
        keep(s, energy);
        return;
    }
    double rest = 0, pivot = s->r[row * s->n + row];
    for (int32_t j = row; j < s->n; j++)
        rest += s->r[row * s->n + j] * (s->y[j] + (j > row ? s->now[j] * s->quantum : 0));
    double best = -rest / (pivot * s->quantum);
    int32_t nearest = (int32_t)rint(best), side = best > nearest ? 1 : -1;
    for (int32_t k = 0; s->visits < VISITS_MAX; k++) {
        // nearest, then one to the side where the minimum is, one to the other ...
        s->now[row] = nearest + (k % 2 ? side * (k + 1) / 2 : -side * (k / 2));
        double miss = rest + pivot * s->now[row] * s->quantum, sum = energy + 0.5 * miss * miss;
        if (s->n_found == s->n_level && sum >= s->energy[s->n_level - 1])
            return;
        s->visits++;
        descend(s, row - 1, sum);
    }
}

// R of M = L_oo^-1, and y.
static flx_status prepare(flx_ctx *ctx, const flx_london *l, const int32_t *open, search *s,
                          double *work)
{
    int32_t n = s->n, all = l->n_current;
    double *a = work, *column = a + (size_t)n * (size_t)n;
    for (int32_t j = 0; j < n; j++) {
        for (int32_t i = 0; i < n; i++) {
            column[i] = i == j;
            for (int32_t k = 0; k < n; k++)
                a[i * n + k] = l->inductance[open[i] * all + open[k]];
        }
        FLX_TRY(flx_london_small(ctx, n, a, column));
        for (int32_t i = 0; i < n; i++)
            s->r[i * n + j] = column[i];
    }
    // From the last row up: M_ij = sum over rows k <= min(i, j) of R_ki R_kj.
    for (int32_t i = 0; i < n; i++)
        for (int32_t j = i; j < n; j++) {
            double sum = s->r[i * n + j];
            for (int32_t k = 0; k < i; k++)
                sum -= s->r[k * n + i] * s->r[k * n + j];
            s->r[i * n + j] = i == j ? sqrt(sum) : sum / s->r[i * n + i];
        }
    return FLX_OK;
}

static flx_status find(flx_ctx *ctx, const flx_london *l, const flx_london_drive *drive,
                       const flx_london_state *state, search *s, int32_t *open, double *work,
                       flx_london_level *out)
{
    int32_t n = s->n;
    FLX_TRY(prepare(ctx, l, open, s, work));
    for (int32_t i = 0; i < n; i++) {
        s->y[i] = 0; // L_oo I_o
        for (int32_t j = 0; j < n; j++)
            s->y[i] += l->inductance[open[i] * l->n_current + open[j]] * state->current[open[j]];
    }
    double own = 0;
    for (int32_t i = 0; i < n; i++)
        own += 0.5 * s->y[i] * state->current[open[i]];
    s->quantum = drive->quantum;
    descend(s, n - 1, 0);
    for (int32_t k = 0; k < s->n_found; k++) {
        out[k].gibbs = state->gibbs + s->energy[k] - own;
        memcpy(out[k].fluxoid, state->fluxoid, (size_t)l->n_hole * sizeof(double));
        for (int32_t i = 0; i < n; i++)
            out[k].fluxoid[open[i]] += s->step[k * n + i] * drive->quantum;
    }
    return FLX_OK;
}

flx_status flx_london_levels(flx_ctx *ctx, const flx_london *l, const flx_london_drive *drive,
                             const flx_london_state *state, int32_t *n_level,
                             flx_london_level *level)
{
    search s = {.n_level = *n_level};
    *n_level = 0;
    int32_t *open = FLX_NEW_ARRAY(ctx, int32_t, l->n_hole);
    for (int32_t h = 0; open && h < l->n_hole; h++)
        if (!drive->condition || drive->condition[h].given != FLX_LONDON_CURRENT)
            open[s.n++] = h;
    size_t n = (size_t)s.n;
    double *work = FLX_NEW_ARRAY(ctx, double, 2 * n * (n + 1) + (size_t)s.n_level);
    int32_t *steps = FLX_NEW_ARRAY(ctx, int32_t, n * (size_t)(s.n_level + 1));
    flx_status status = open && work && steps ? FLX_OK : FLX_ERR_MEMORY;
    if (status == FLX_OK && s.n > 0 && s.n_level > 0) {
        s.r = work + n * (n + 1);
        s.y = s.r + n * n;
        s.energy = s.y + n;
        s.now = steps;
        s.step = steps + n;
        status = find(ctx, l, drive, state, &s, open, work, level);
        *n_level = s.n_found;
    }
    flx_free(open);
    flx_free(work);
    flx_free(steps);
    return status;
}
