// london/levels.c -- the fluxoid states of least energy.
//
// With the currents of some unknowns d held, the energy of fluxoids Phi_o of the others is
//   G = const + (1/2) y.M.y,   y = Phi_o - Phi_eff_o - L_od I_d,   M = L_oo^-1.
// Phi_o are whole steps of the quantum from where they stand; some of them may be held there. States are
// found by descent, step by step, from where they stand and after kicks; then all others are looked
// through that may be below the last of them. With M = R^T R, R upper triangular, the last Phi_o is
// fixed first: each row adds a square, so that whole branches are left out as soon as they are above
// the states found already, the nearest numbers being tried first. C. P. Schnorr and M. Euchner,
// Math. Program. 66, 181 (1994). With two dozen holes near half a quantum each the branches are too
// many: then the best of what was seen is told.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/rng.h"
#include "london/london.h"

#include <math.h>
#include <string.h>

static const int64_t VISITS_MAX = INT64_C(1) << 22;
static const double TRIALS_MAX = 2e7; // steps that descents look at

typedef struct search {
    int32_t n, n_open;        // unknowns, the first of which may change
    int32_t n_level, n_found; // states wanted, found
    double quantum;
    double *m, *r;  // [n][n] M, and R, upper triangle
    double *y, *my; // [n] of the state itself; M y of the steps now
    int32_t *now;   // [n] steps tried
    int32_t *step;  // [n_level][n] of the states found
    double *energy; // [n_level] above const
    int64_t visits;
    double *work; // what the numbers above are parts of
} search;

// The steps now as a state, unless it is known or too high.
static void keep(search *s, double energy)
{
    const size_t bytes = (size_t)s->n * sizeof *s->step;
    if (s->n_found == s->n_level && energy >= s->energy[s->n_level - 1])
        return;
    for (int32_t k = 0; k < s->n_found; k++)
        if (memcmp(&s->step[k * s->n], s->now, bytes) == 0)
            return;
    int32_t k = s->n_found < s->n_level ? s->n_found++ : s->n_level - 1;
    for (; k > 0 && s->energy[k - 1] > energy; k--) {
        s->energy[k] = s->energy[k - 1];
        memcpy(&s->step[k * s->n], &s->step[(k - 1) * s->n], bytes);
    }
    s->energy[k] = energy;
    memcpy(&s->step[k * s->n], s->now, bytes);
}

// -- descent --------------------------------------------------------------------------------------

static double energy_now(search *s)
{
    double energy = 0;
    for (int32_t i = 0; i < s->n; i++) {
        s->my[i] = 0;
        for (int32_t j = 0; j < s->n; j++)
            s->my[i] += s->m[i * s->n + j] * (s->y[j] + s->now[j] * s->quantum);
        energy += 0.5 * s->my[i] * (s->y[i] + s->now[i] * s->quantum);
    }
    return energy;
}

typedef struct move {
    int32_t at[2], by[2]; // at[1] < 0: one step alone
    double gain;          // of energy: the less the better
} move;

// The best of all single and double steps.
static move best_move(const search *s)
{
    move best = {.gain = 0};
    const double q = s->quantum;
    for (int32_t i = 0; i < s->n_open; i++)
        for (int32_t a = -1; a <= 1; a += 2) {
            const double *row = &s->m[i * s->n];
            double one = a * q * s->my[i] + 0.5 * q * q * row[i];
            if (one < best.gain)
                best = (move){{i, -1}, {a, 0}, one};
            for (int32_t j = 0; j < i; j++)
                for (int32_t b = -1; b <= 1; b += 2) {
                    double two = one + b * q * s->my[j] + 0.5 * q * q * s->m[j * s->n + j] +
                                 a * b * q * q * row[j];
                    if (two < best.gain)
                        best = (move){{i, j}, {a, b}, two};
                }
        }
    return best;
}

// Down from the steps now; returns the energy there.
static double descend(search *s)
{
    double energy = energy_now(s);
    for (;;) {
        keep(s, energy);
        move m = best_move(s);
        if (!(m.gain < -1e-13 * fabs(energy)))
            return energy;
        for (int k = 0; k < 2 && m.at[k] >= 0; k++)
            s->now[m.at[k]] += m.by[k];
        energy = energy_now(s);
    }
}

// From where things stand, and again and again from the best found with some places kicked.
static void descend_often(search *s)
{
    const double each = 20.0 * s->n * (s->n + 1.0);
    int32_t kicks = (int32_t)fmin(200.0 * s->n_open, TRIALS_MAX / each);
    memset(s->now, 0, (size_t)s->n * sizeof *s->now);
    descend(s);
    for (int32_t k = 0; k < kicks && s->n_open > 2; k++) {
        memcpy(s->now, s->step, (size_t)s->n * sizeof *s->now);
        for (uint64_t t = 0; t < 3; t++) {
            double u[2];
            flx_rng_uniform(1, (uint64_t)k, t, u);
            s->now[(int32_t)(u[0] * s->n_open)] += u[1] < 0.5 ? -1 : 1;
        }
        descend(s);
    }
}

// -- all there are --------------------------------------------------------------------------------

// Chooses number `row` and those before it; `energy` is what the rows behind it add.
static void look_through(search *s, int32_t row, double energy)
{
    if (row < 0) {
        keep(s, energy);
        return;
    }
    double rest = 0, pivot = s->r[row * s->n + row];
    for (int32_t j = row; j < s->n; j++)
        rest += s->r[row * s->n + j] * (s->y[j] + (j > row ? s->now[j] * s->quantum : 0));
    bool open = row < s->n_open;
    double best = -rest / (pivot * s->quantum);
    int32_t nearest = open ? (int32_t)rint(best) : 0, side = best > nearest ? 1 : -1;
    for (int32_t k = 0; s->visits < VISITS_MAX && (open || k == 0); k++) {
        // nearest, then one to the side where the minimum is, one to the other ...
        s->now[row] = nearest + (k % 2 ? side * (k + 1) / 2 : -side * (k / 2));
        double miss = rest + pivot * s->now[row] * s->quantum, sum = energy + 0.5 * miss * miss;
        if (s->n_found == s->n_level && sum >= s->energy[s->n_level - 1])
            return;
        s->visits++;
        look_through(s, row - 1, sum);
    }
}

// -- both -----------------------------------------------------------------------------------------

static flx_status allocate(flx_ctx *ctx, search *s)
{
    size_t n = (size_t)s->n, n_level = (size_t)s->n_level;
    s->work = FLX_NEW_ARRAY(ctx, double, n *(2 * n + 2) + n_level);
    s->now = FLX_NEW_ARRAY(ctx, int32_t, n * (n_level + 1));
    if (!s->work || !s->now)
        return FLX_ERR_MEMORY;
    s->m = s->work;
    s->r = s->m + n * n;
    s->y = s->r + n * n;
    s->my = s->y + n;
    s->energy = s->my + n;
    s->step = s->now + n;
    return FLX_OK;
}

// M = L_oo^-1 of the unknowns that are listed, and its R.
static flx_status factor(flx_ctx *ctx, const flx_london *l, const int32_t *list, search *s)
{
    int32_t n = s->n, all = l->n_current;
    double *a = FLX_NEW_ARRAY(ctx, double, (int64_t)n *(n + 1)), *column = a ? a + n * n : NULL;
    flx_status status = a ? FLX_OK : FLX_ERR_MEMORY;
    for (int32_t j = 0; j < n && status == FLX_OK; j++) {
        for (int32_t i = 0; i < n; i++) {
            column[i] = i == j;
            for (int32_t k = 0; k < n; k++)
                a[i * n + k] = l->inductance[list[i] * all + list[k]];
        }
        status = flx_london_small(ctx, n, a, column);
        for (int32_t i = 0; i < n; i++)
            s->m[i * n + j] = column[i];
    }
    flx_free(a);
    // From the last row up: M_ij = sum over rows k <= min(i, j) of R_ki R_kj.
    for (int32_t i = 0; i < n && status == FLX_OK; i++)
        for (int32_t j = i; j < n; j++) {
            double sum = s->m[i * n + j];
            for (int32_t k = 0; k < i; k++)
                sum -= s->r[k * n + i] * s->r[k * n + j];
            s->r[i * n + j] = i == j ? sqrt(sum) : sum / s->r[i * n + i];
        }
    return status;
}

// Leaves the states of least energy, as steps from the one given and energies above it.
static flx_status find(flx_ctx *ctx, const flx_london *l, const flx_london_state *state,
                       const int32_t *list, search *s)
{
    double own = 0;
    FLX_TRY(allocate(ctx, s));
    FLX_TRY(factor(ctx, l, list, s));
    for (int32_t i = 0; i < s->n; i++) { // L_oo I_o
        for (int32_t j = 0; j < s->n; j++)
            s->y[i] += l->inductance[list[i] * l->n_current + list[j]] * state->current[list[j]];
        own += 0.5 * s->y[i] * state->current[list[i]];
    }
    descend_often(s);
    look_through(s, s->n - 1, 0);
    for (int32_t k = 0; k < s->n_found; k++)
        s->energy[k] -= own;
    return FLX_OK;
}

static void clear(search *s)
{
    flx_free(s->work);
    flx_free(s->now);
}

flx_status flx_london_levels(flx_ctx *ctx, const flx_london *l, const flx_london_drive *drive,
                             const flx_london_state *state, int32_t *n_level,
                             flx_london_level *level)
{
    search s = {.n_level = *n_level, .quantum = drive->quantum};
    *n_level = 0;
    int32_t *list = FLX_NEW_ARRAY(ctx, int32_t, l->n_hole);
    flx_status status = list ? FLX_OK : FLX_ERR_MEMORY;
    for (int32_t h = 0; list && h < l->n_hole; h++)
        if (!drive->condition || drive->condition[h].given != FLX_LONDON_CURRENT)
            list[s.n++] = h;
    s.n_open = s.n;
    if (status == FLX_OK && s.n > 0 && s.n_level > 0)
        status = find(ctx, l, state, list, &s);
    for (int32_t k = 0; k < s.n_found && status == FLX_OK; k++) {
        level[k].gibbs = state->gibbs + s.energy[k];
        memcpy(level[k].fluxoid, state->fluxoid, (size_t)l->n_hole * sizeof(double));
        for (int32_t i = 0; i < s.n; i++)
            level[k].fluxoid[list[i]] += s.step[k * s.n + i] * drive->quantum;
        *n_level = k + 1;
    }
    clear(&s);
    flx_free(list);
    return status;
}

flx_status flx_london_least(flx_ctx *ctx, const flx_london *l, const flx_london_drive *drive,
                            flx_london_state *state)
{
    search s = {.n_level = 1, .quantum = drive->quantum};
    int32_t *list = FLX_NEW_ARRAY(ctx, int32_t, l->n_current);
    flx_status status = list ? FLX_OK : FLX_ERR_MEMORY;
    for (int32_t c = 0; list && c < l->n_current; c++)
        if (drive->condition[c].given == FLX_LONDON_FREE)
            list[s.n++] = c;
    s.n_open = s.n;
    for (int32_t c = 0; list && c < l->n_current; c++)
        if (drive->condition[c].given == FLX_LONDON_FLUXOID)
            list[s.n++] = c;
    if (status == FLX_OK && s.n_open > 0)
        status = find(ctx, l, state, list, &s);
    for (int32_t i = 0; i < s.n_open && status == FLX_OK; i++)
        state->fluxoid[list[i]] += s.step[i] * drive->quantum;
    clear(&s);
    flx_free(list);
    return status;
}
