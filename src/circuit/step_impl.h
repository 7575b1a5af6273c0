// circuit/step_impl.h -- the stages of a midpoint step (midpoint.c), included by step_one.c and
// step_lanes.c, which say what a number is (PARTS of V: one double, or eight, a lane each), how
// functions are called (NAME), and bring draw() and evaluate(). Part p of number k stands at
// k * PARTS + p.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/border.h"

#include <math.h>
#include <string.h>

// Newton's steps that do not contract are followed by those of the bare matrix, which do wherever the
// step has one solution.
enum { MAX_NEWTON = 10, MAX_ITERATION = 60, WIDTH = PARTS * sizeof(V) / sizeof(double) };
#define EACH_PART(p) for (int p = 0; p < PARTS; p++)

// Normal numbers of this step and of the next, for every resistor.
static void draw(flx_circuit_sim *s, uint64_t index, V *now, V *next);
// Currents f of the junctions that turn by d beside what their offsets turn, and df/dd. First: d = 0
// if there is noise.
static void evaluate(const flx_circuit_sim *s, double h, bool first, V *f, V *slope);

static inline void give(V *to, const branches *b, int32_t k, int p, V current)
{
    to[b->a[k] * PARTS + p] -= current;
    to[b->b[k] * PARTS + p] += current;
}

static inline V across(const V *x, const branches *b, int32_t k, int p)
{
    return x[b->a[k] * PARTS + p] - x[b->b[k] * PARTS + p];
}

// -- right-hand side ------------------------------------------------------------------------------

static void make_noise(flx_circuit_sim *s, double h)
{
    V *out = (V *)s->noise, *spare = (V *)s->spare;
    const V *size = (const V *)s->noise_size;
    double root = 1 / sqrt(h);
    const bool even = (s->n_step & 1) == 0;
    if (even)
        draw(s, (uint64_t)s->n_step >> 1, out, spare);
    const V *normal = even ? out : spare;
    for (int32_t k = 0, n = s->r.n * PARTS; k < n; k++)
        out[k] = size[k] * root * normal[k];
    // A junction above the gap has another resistance.
    for (int32_t k = 0; k < s->j.n; k++)
        for (int32_t l = 0; s->junction[k].nonlinear && l < WIDTH; l++) {
            double slope = 0, v = s->sigma * s->j_rate[k * WIDTH + l];
            double more = flx_junction_excess(&s->junction[k], v, &slope);
            if (more != 0)
                s->noise[s->j_resistor[k] * WIDTH + l] *= sqrt(1 + more / (v * s->junction[k].g0));
        }
}

// What reaches the ports of lines in this step: what left the other end a delay ago.
static void arrivals(flx_circuit_sim *s, double h)
{
    V *coming = (V *)s->line.coming;
    for (int32_t k = 0; k < s->t.n; k++) {
        double late = s->circuit->element[s->t.element[k]].delay / h;
        int64_t whole = (int64_t)late;
        double part = late - (double)whole;
        const V *from = (const V *)s->line.wave + (int64_t)(k ^ 1) * s->line.room * PARTS;
        EACH_PART (p)
            coming[k * PARTS + p] = (V){0};
        for (int64_t q = 0; q < 2; q++) {
            int64_t at = s->n_step - whole - q;
            if (at < 0)
                continue;
            EACH_PART (p)
                coming[k * PARTS + p] +=
                    (q == 0 ? 1 - part : part) * from[at % s->line.room * PARTS + p];
        }
    }
}

static inline V of_source(double share, V mean, V end)
{
    if (share == 1)
        return mean;
    return end * 0.5;
}

// I - K x + 2 M u/h and what the moving offsets carry, into rhs.
static void right_side(flx_circuit_sim *s, double h)
{
    const branches source = s->i, inductor = s->l, coupled = s->k, capacitor = s->c,
                   resistor = s->r, port = s->t;
    V *restrict out = (V *)s->rhs, *restrict sum = (V *)s->sum;
    const V *restrict x = (const V *)s->x, *restrict off = (const V *)s->off,
                      *restrict next = (const V *)s->off_next;
    memset(out, 0, (size_t)(s->n + 1) * PARTS * sizeof *out);
    memset(sum, 0, (size_t)(s->n + 1) * PARTS * sizeof *sum);
    const V *mean = (const V *)s->current.mean, *end = (const V *)s->current.end;
    for (int32_t k = 0; k < source.n; k++) {
        int32_t a = source.a[k], b = source.b[k];
        EACH_PART (p) {
            out[a * PARTS + p] -= of_source(s->share[a], mean[k * PARTS + p], end[k * PARTS + p]);
            out[b * PARTS + p] += of_source(s->share[b], mean[k * PARTS + p], end[k * PARTS + p]);
        }
    }
    const V *turn = (const V *)s->l_turn;
    for (int32_t k = 0; k < inductor.n_plain; k++)
        EACH_PART (p)
            give(sum, &inductor, k, p,
                 inductor.value[k] * (across(x, &inductor, k, p) + turn[k * PARTS + p]));
    for (int32_t k = inductor.n_plain; k < inductor.n; k++)
        EACH_PART (p) {
            int32_t o = inductor.o[k] * PARTS + p;
            give(sum, &inductor, k, p,
                 inductor.value[k] * (across(x, &inductor, k, p) + turn[k * PARTS + p] + off[o]));
            give(out, &inductor, k, p, inductor.value[k] * 0.5 * (next[o] - off[o]));
        }
    turn = (const V *)s->k_turn;
    for (int32_t k = 0; k < coupled.n; k++)
        for (int32_t q = s->k_at[k]; q < s->k_at[k + 1]; q++) {
            int32_t j = s->k_to[q], o = coupled.o[j] * PARTS;
            EACH_PART (p)
                give(sum, &coupled, k, p,
                     s->k_value[q] *
                         (across(x, &coupled, j, p) + turn[j * PARTS + p] + off[o + p]));
            for (int p = 0; o > 0 && p < PARTS; p++)
                give(out, &coupled, k, p, s->k_value[q] * 0.5 * (next[o + p] - off[o + p]));
        }
    const V *rate = (const V *)s->c_rate, *was = (const V *)s->off_rate,
            *will = (const V *)s->off_rate_next;
    double per_step = 1 / h;
    for (int32_t k = 0; k < capacitor.n; k++) {
        int32_t o = capacitor.o[k] * PARTS;
        EACH_PART (p)
            give(out, &capacitor, k, p,
                 capacitor.value[k] * per_step *
                     (will[o + p] - was[o + p] - 2 * rate[k * PARTS + p]));
    }
    const V *noise = (const V *)s->noise;
    for (int32_t k = 0; (s->noisy || s->r_moves) && k < resistor.n; k++) {
        int32_t o = resistor.o[k] * PARTS;
        for (int p = 0; o > 0 && p < PARTS; p++)
            give(out, &resistor, k, p, resistor.value[k] * per_step * (next[o + p] - off[o + p]));
        for (int p = 0; s->noisy && p < PARTS; p++)
            give(out, &resistor, k, p, noise[k * PARTS + p]);
    }
    const V *coming = (const V *)s->line.coming;
    for (int32_t k = 0; k < port.n; k++) {
        int32_t o = port.o[k] * PARTS;
        EACH_PART (p)
            give(out, &port, k, p,
                 port.value[k] * ((next[o + p] - off[o + p]) * per_step -
                                  coming[k * PARTS + p] * (1 / s->sigma)));
    }
    for (int32_t u = 0; u < s->n; u++)
        EACH_PART (p)
            out[u * PARTS + p] += s->share[u] * sum[u * PARTS + p];
    V *past = (V *)s->c_past;
    const V *mean_rate = (const V *)s->c_mean;
    for (int32_t k = 0; s->c_driven && k < capacitor.n; k++)
        EACH_PART (p) {
            int32_t q = k * PARTS + p;
            past[q] = rate[q];
            if (s->known > 0)
                past[q] = (s->factor_carry - 1) * mean_rate[q];
            if (s->c_driven[k])
                give(out, &capacitor, k, p, capacitor.value[k] * per_step * (rate[q] - past[q]));
        }
    if (s->border)
        flx_border_right(s, s->rhs);
}

// -- Newton ---------------------------------------------------------------------------------------

// With the slopes of the junctions, or without: then the matrix is positive for sure.
static bool factor(flx_circuit_sim *s, double h, bool slopes)
{
    const branches j = s->j;
    V *values = (V *)s->values, *factor = (V *)s->j_factor;
    int32_t n = flx_ldl_places(s->ldl);
    for (int32_t k = 0; k < n; k++)
        EACH_PART (p)
            values[k * PARTS + p] = (V){0} + s->base[k];
    for (int32_t k = 0; k < j.n; k++) {
        const int32_t *place = j.place[k];
        EACH_PART (p) {
            V *slope = &factor[k * PARTS + p];
            if (!slopes)
                *slope = (V){0};
            if (place[0] >= 0)
                values[place[0] * PARTS + p] += *slope;
            if (place[1] >= 0)
                values[place[1] * PARTS + p] += *slope;
            if (place[2] >= 0)
                values[place[2] * PARTS + p] -= *slope;
        }
    }
    s->have_factor = true;
    return flx_sim_factor(s, s->sigma / h) == 0;
}

// Phases of the junctions before the step and what their offsets turn in it.
static void begin_junctions(flx_circuit_sim *s)
{
    const branches j = s->j;
    V *restrict at = (V *)s->j_at, *restrict move = (V *)s->j_move;
    const V *x = (const V *)s->x, *off = (const V *)s->off, *next = (const V *)s->off_next;
    for (int32_t k = 0; k < j.n; k++) {
        int32_t o = j.o[k] * PARTS;
        EACH_PART (p) {
            at[k * PARTS + p] = across(x, &j, k, p) + off[o + p];
            move[k * PARTS + p] = next[o + p] - off[o + p];
        }
    }
}

// What the junctions turn at the present guess; returns the largest change since the last one.
static double turn_junctions(flx_circuit_sim *s)
{
    const branches j = s->j;
    double *swap = s->j_turn;
    s->j_turn = s->j_last;
    s->j_last = swap;
    V *restrict turn = (V *)s->j_turn, most = {0};
    const V *restrict last = (const V *)s->j_last, *restrict dx = (const V *)s->dx;
    for (int32_t k = 0; k < j.n; k++)
        EACH_PART (p) {
            int32_t q = k * PARTS + p;
            turn[q] = across(dx, &j, k, p);
            most = LARGER(most, SIZE(turn[q] - last[q]));
        }
    return LARGEST(most);
}

// Currents of the junctions at the present guess: rhs for the next one into right. With renew their
// slopes are taken over.
static void junctions(flx_circuit_sim *s, double h, bool first, bool renew)
{
    const branches j = s->j;
    V *restrict right = (V *)s->right, *restrict f = (V *)s->j_current;
    V *restrict factor = (V *)s->j_factor;
    const V *restrict turn = (const V *)s->j_turn;
    evaluate(s, h, first, f, renew ? factor : (V *)s->j_slope);
    for (int32_t k = 0; k < j.n; k++)
        EACH_PART (p) {
            int32_t q = k * PARTS + p;
            give(right, &j, k, p, f[q] - factor[q] * turn[q]);
        }
}

static bool renewed(flx_circuit_sim *s, double h, bool first, size_t bytes)
{
    if (factor(s, h, true))
        return true;
    if (!factor(s, h, false)) // not positive: the bare matrix always is
        return false;
    memcpy(s->right, s->rhs, bytes);
    junctions(s, h, first, false);
    return true;
}

// What rounding of phases that are not unwound yet leaves of a step.
static double grain(const flx_circuit_sim *s)
{
    double most = 0;
    for (int32_t p = 0; p < s->n * WIDTH; p++)
        most = fmax(most, fabs(s->x[p]));
    return 1e-15 * most;
}

static bool solve_step(flx_circuit_sim *s, double h, flx_circuit_report *report)
{
    const size_t bytes = (size_t)s->n * PARTS * sizeof(V);
    const bool fresh = s->whole_newton || s->hard > 0;
    bool renew = !s->have_factor || fresh;
    // A larger circuit starts from the bare matrix, which contracts by (omega_p h)^2/4. Where that
    // takes more than two iterations, a factor with the slopes of each step is cheaper.
    bool slopes = fresh;
    double last = INFINITY, worst = s->contraction;
    begin_junctions(s);
    if (s->noisy) // the guess is that nothing moves
        memset(s->j_turn, 0, (size_t)s->j.n * PARTS * sizeof(V));
    else
        turn_junctions(s);
    for (int it = 0; it < MAX_ITERATION; it++) {
        memcpy(s->right, s->rhs, bytes);
        if (renew && !slopes) {
            if (!factor(s, h, false))
                return false;
            report->factored++;
            renew = false;
        }
        memset(s->right + s->n * WIDTH, 0, WIDTH * sizeof(double));
        junctions(s, h, it == 0, renew);
        if (renew) {
            report->factored++;
            slopes = true;
            if (!renewed(s, h, it == 0, bytes))
                return false;
            renew = false;
        }
        flx_sim_solve(s, s->right);
        memset(s->right + s->n * WIDTH, 0, WIDTH * sizeof(double));
        report->iterations++;
        double *swap = s->dx;
        s->dx = s->right;
        s->right = swap;
        double moved = turn_junctions(s);
        if (it > 0 && last > 0 && moved < last)
            worst = moved / last;
        if (!(moved < 1e6))
            return false;
        bool done = moved * (worst < 1 ? worst : 1) <= s->opts.newton || s->j.n == 0;
        if (done || (it > 3 && moved > 0.5 * last && moved <= grain(s))) {
            s->hard = it > 1 && !s->whole_newton ? 32 : s->hard > 0 ? s->hard - 1 : 0;
            s->contraction = it > 0 ? fmin(fmax(worst, 1e-3), 1) : s->contraction;
            return true;
        }
        if (it == MAX_NEWTON) {
            renew = true;
            slopes = false;
        } else if (it > 1 && it < MAX_NEWTON && moved > 0.3 * last) {
            renew = slopes = true;
        }
        last = moved;
    }
    return false;
}

// -- the stages together --------------------------------------------------------------------------

static void guess(flx_circuit_sim *s, double h)
{
    size_t all = (size_t)(s->n + 1) * WIDTH;
    double *restrict dx = s->dx;
    const double *restrict rate = s->rate, *restrict old = s->rate_old,
                           *restrict older = s->rate_older;
    if (s->noisy || s->known == 0) {
        memset(dx, 0, all * sizeof *dx);
        return;
    }
    // Rates belong to the middles of steps; from those that are known to the middle of this one.
    const double t1 = -s->h_old / 2, t2 = t1 - (s->h_old + s->h_older) / 2,
                 t3 = t2 - (s->h_older + s->h_oldest) / 2;
    double slope = s->known > 1 ? (h / 2 - t1) / (t1 - t2) : 0;
    double bend = s->known > 2 ? (h / 2 - t1) * (h / 2 - t2) / (t1 - t3) : 0;
    double later = s->known > 2 ? bend / (t1 - t2) : 0,
           earlier = s->known > 2 ? bend / (t2 - t3) : 0;
    const double c1 = h * (1 + slope + later), c2 = -h * (slope + later + earlier),
                 c3 = h * earlier;
    for (size_t p = 0; p < all; p++)
        dx[p] = c1 * rate[p] + c2 * old[p] + c3 * older[p];
}

bool NAME(flx_midpoint_try)(flx_circuit_sim *s, double h, flx_circuit_report *report)
{
    flx_sim_drive(s, flx_circuit_time(s), h);
    if (s->noisy)
        make_noise(s, h);
    if (s->t.n > 0)
        arrivals(s, h);
    double carry = flx_sim_carry(s, h);
    if (s->factor_h != h || s->factor_carry != carry) {
        s->factor_h = h;
        s->factor_carry = carry;
        flx_sim_base(s, h);
        s->have_factor = false;
    }
    right_side(s, h);
    guess(s, h);
    return solve_step(s, h, report);
}

// The state of the branches behind the step.
void NAME(flx_midpoint_keep)(flx_circuit_sim *s, double h)
{
    const branches c = s->c, j = s->j, t = s->t;
    const V *restrict dx = (const V *)s->dx;
    const V *off = (const V *)s->off, *next = (const V *)s->off_next;
    V *rate = (V *)s->c_rate;
    double per_step = 1 / h;
    for (int32_t k = 0; k < c.n; k++)
        EACH_PART (p)
            rate[k * PARTS + p] = 2 * per_step * across(dx, &c, k, p) - rate[k * PARTS + p];
    V *mean_rate = (V *)s->c_mean;
    V *past = (V *)s->c_past;
    for (int32_t k = 0; s->c_driven && k < c.n; k++)
        EACH_PART (p) {
            int32_t q = k * PARTS + p;
            mean_rate[q] = per_step * across(dx, &c, k, p);
            V was = 2 * mean_rate[q] - rate[q];
            if (s->c_driven[k])
                rate[q] = s->factor_carry * mean_rate[q] - past[q];
            past[q] = was; // for who asks for the current
        }
    if (s->border)
        flx_border_keep(s);
    // The currents that the last solution balanced: linear from the guess before it.
    const V *turn = (const V *)s->j_turn, *last = (const V *)s->j_last,
            *move = (const V *)s->j_move, *factor = (const V *)s->j_factor;
    V *current = (V *)s->j_current, *j_rate = (V *)s->j_rate;
    for (int32_t k = 0; k < j.n * PARTS; k++) {
        current[k] += factor[k] * (turn[k] - last[k]);
        j_rate[k] = (turn[k] + move[k]) * per_step;
    }
    const V *coming = (const V *)s->line.coming;
    V *wave = (V *)s->line.wave + s->n_step % s->line.room * PARTS;
    for (int32_t k = 0; k < t.n; k++) {
        int32_t o = t.o[k] * PARTS;
        EACH_PART (p) {
            V v = s->sigma * per_step * (across(dx, &t, k, p) + next[o + p] - off[o + p]);
            // V + Z0 I with Z0 I = V - coming
            wave[(int64_t)k * s->line.room * PARTS + p] = 2 * v - coming[k * PARTS + p];
        }
    }
    double *restrict x = s->x, *restrict new_rate = s->rate_older;
    const double *restrict moved = s->dx;
    for (int32_t p = 0; p < s->n * WIDTH; p++) {
        x[p] += moved[p];
        new_rate[p] = moved[p] * per_step;
    }
    s->rate_older = s->rate_old;
    s->rate_old = s->rate;
    s->rate = new_rate;
}
