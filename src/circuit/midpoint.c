// circuit/midpoint.c -- the implicit midpoint rule for equation (1) of fluxoid/circuit.h.
//
// With D the change of the phases over the step h, and u the rates across capacitors,
//   (2 M/h^2 + D/h + K/2) D + F = I - K x + 2 M u/h,   u' = 2 D/h - u,
// F the supercurrent averaged along the path of the phase (junction.h). Of second order, stable at
// any h; energy in capacitors, inductors and junctions changes only by what sources and resistors do
// (Gonzalez, J. Nonlinear Sci. 6, 449 (1996)), so lossless modes are not damped and thermal noise
// sqrt(2 k T/(R h)) keeps linear circuits at their temperature for any h (Mannella, Phys. Rev. E 69,
// 041107 (2004)). Where only inductors meet, Kirchhoff's law holds at the end of the step instead.
//
// Newton's iteration with a factor that is kept as long as it contracts.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/noise.h"
#include "circuit/sim.h"

#include <math.h>

enum { MAX_ITERATION = 40 };
#define ALWAYS static inline __attribute__((always_inline))

// -- right-hand side ------------------------------------------------------------------------------

ALWAYS void make_noise(flx_circuit_sim *s, double h, const int w)
{
    bool fresh = (s->n_step & 1) == 0;
    uint64_t index = (uint64_t)s->n_step >> 1;
    double root = 1 / sqrt(h);
    for (int32_t k = 0; k < s->r.n; k++) {
        double g[8], *spare = &s->spare[k * w], *out = &s->noise[k * w];
        const double *size = &s->noise_size[k * w];
        if (fresh)
            flx_normals(s->seed, (uint64_t)s->r.element[k], index, w, g, spare);
        for (int l = 0; l < w; l++)
            out[l] = size[l] * root * (fresh ? g[l] : spare[l]);
    }
    // A junction above the gap has another resistance.
    for (int32_t k = 0; k < s->j.n; k++)
        if (s->junction[k].nonlinear)
            for (int l = 0; l < w; l++) {
                double slope = 0, v = s->sigma * s->j_rate[k * w + l];
                double more = flx_junction_excess(&s->junction[k], v, &slope);
                if (more != 0)
                    s->noise[s->j_resistor[k] * w + l] *= sqrt(1 + more / (v * s->junction[k].g0));
            }
}

// I - K x + 2 M u/h and what the moving offsets carry, into rhs.
ALWAYS void right_side(flx_circuit_sim *s, double h, const int w)
{
    int32_t n = s->n;
    double *restrict r = s->rhs, *restrict sum = s->sum;
    const double *restrict x = s->x, *restrict off = s->off, *restrict next = s->off_next;
    memset(r, 0, (size_t)(n + 1) * (size_t)w * sizeof *r);
    memset(sum, 0, (size_t)(n + 1) * (size_t)w * sizeof *sum);
    for (int32_t k = 0; k < s->i.n; k++) {
        int32_t a = s->i.a[k], b = s->i.b[k];
        for (int l = 0; l < w; l++) {
            double mean = s->current.mean[k * w + l], end = s->current.end[k * w + l];
            r[a * w + l] -= s->share[a] == 1 ? mean : end / 2;
            r[b * w + l] += s->share[b] == 1 ? mean : end / 2;
        }
    }
    for (int32_t k = 0; k < s->l.n; k++) {
        int32_t a = s->l.a[k], b = s->l.b[k], o = s->l.o[k];
        for (int l = 0; l < w; l++) {
            double i = s->l.value[k] *
                       (x[a * w + l] - x[b * w + l] + s->l_turn[k * w + l] + off[o * w + l]);
            sum[a * w + l] -= i;
            sum[b * w + l] += i;
        }
        if (o > 0)
            for (int l = 0; l < w; l++) {
                double i = s->l.value[k] / 2 * (next[o * w + l] - off[o * w + l]);
                r[a * w + l] -= i;
                r[b * w + l] += i;
            }
    }
    for (int32_t k = 0; k < s->k.n; k++)
        for (int32_t q = s->k_at[k]; q < s->k_at[k + 1]; q++) {
            int32_t j = s->k_to[q], a = s->k.a[k], b = s->k.b[k], o = s->k.o[j];
            for (int l = 0; l < w; l++) {
                double d = x[s->k.a[j] * w + l] - x[s->k.b[j] * w + l] + s->k_turn[j * w + l] +
                           off[o * w + l];
                double more = (next[o * w + l] - off[o * w + l]) / 2;
                sum[a * w + l] -= s->k_value[q] * d;
                sum[b * w + l] += s->k_value[q] * d;
                r[a * w + l] -= s->k_value[q] * more;
                r[b * w + l] += s->k_value[q] * more;
            }
        }
    for (int32_t k = 0; k < s->c.n; k++) {
        int32_t a = s->c.a[k], b = s->c.b[k], o = s->c.o[k];
        for (int l = 0; l < w; l++) {
            double i =
                s->c.value[k] / h *
                (2 * s->c_rate[k * w + l] - (s->off_rate_next[o * w + l] - s->off_rate[o * w + l]));
            r[a * w + l] += i;
            r[b * w + l] -= i;
        }
    }
    for (int32_t k = 0; k < s->r.n; k++) {
        int32_t a = s->r.a[k], b = s->r.b[k], o = s->r.o[k];
        if (o == 0 && !s->noisy)
            continue;
        for (int l = 0; l < w; l++) {
            double i = s->r.value[k] / h * (next[o * w + l] - off[o * w + l]);
            i += s->noisy ? s->noise[k * w + l] : 0;
            r[a * w + l] -= i;
            r[b * w + l] += i;
        }
    }
    for (int32_t k = 0; k < s->t.n; k++) {
        int32_t a = s->t.a[k], b = s->t.b[k], o = s->t.o[k];
        for (int l = 0; l < w; l++) {
            double i = s->t.value[k] * ((next[o * w + l] - off[o * w + l]) / h -
                                        s->line.coming[k * w + l] / s->sigma);
            r[a * w + l] -= i;
            r[b * w + l] += i;
        }
    }
    for (int32_t u = 0; u < n; u++)
        for (int l = 0; l < w; l++)
            r[u * w + l] += s->share[u] * sum[u * w + l];
}

// What reaches the ports of lines in this step: what left the other end a delay ago.
ALWAYS void arrivals(flx_circuit_sim *s, double h, const int w)
{
    for (int32_t k = 0; k < s->t.n; k++) {
        const flx_element *e = &s->circuit->element[s->t.element[k]];
        double late = e->delay / h;
        int64_t whole = (int64_t)late;
        double part = late - (double)whole;
        const double *from = &s->line.wave[(int64_t)(k ^ 1) * s->line.room * w];
        for (int l = 0; l < w; l++) {
            double sum = 0;
            for (int64_t p = 0; p < 2; p++) {
                int64_t at = s->n_step - whole - p;
                if (at >= 0)
                    sum += (p == 0 ? 1 - part : part) * from[at % s->line.room * w + l];
            }
            s->line.coming[k * w + l] = sum;
        }
    }
}

// -- Newton ---------------------------------------------------------------------------------------

ALWAYS bool factor(flx_circuit_sim *s, double h, bool slopes, const int w)
{
    if (s->factor_h != h) {
        flx_sim_base(s, h);
        s->factor_h = h;
    }
    int32_t n = flx_ldl_places(s->ldl);
    for (int32_t p = 0; p < n; p++)
        for (int l = 0; l < w; l++)
            s->values[p * w + l] = s->base[p];
    for (int32_t k = 0; k < s->j.n; k++) {
        const int32_t *place = s->j.place[k];
        for (int l = 0; l < w; l++) {
            double g = slopes ? s->j_factor[k * w + l] : 0;
            s->j_factor[k * w + l] = g;
            if (place[0] >= 0)
                s->values[place[0] * w + l] += g;
            if (place[1] >= 0)
                s->values[place[1] * w + l] += g;
            if (place[2] >= 0)
                s->values[place[2] * w + l] -= g;
        }
    }
    s->have_factor = true;
    return flx_ldl_factor(s->ldl, s->values) == 0;
}

// Currents of the junctions at the present guess: rhs for the next one into right. With renew their
// slopes are taken over.
ALWAYS void junctions(flx_circuit_sim *s, double h, bool renew, const int w)
{
    double *restrict right = s->right;
    const double *restrict x = s->x, *restrict dx = s->dx, *restrict off = s->off,
                           *restrict next = s->off_next;
    for (int32_t k = 0; k < s->j.n; k++) {
        int32_t a = s->j.a[k], b = s->j.b[k], o = s->j.o[k];
        const flx_junction *j = &s->junction[k];
        double f[8], slope[8], d[8], at[8], more[8];
        for (int l = 0; l < w; l++) {
            d[l] = dx[a * w + l] - dx[b * w + l];
            more[l] = next[o * w + l] - off[o * w + l];
            at[l] = x[a * w + l] - x[b * w + l] + off[o * w + l];
        }
        if (j->simple)
            for (int l = 0; l < w; l++)
                f[l] = flx_junction_sine(j->ic, j->phi, at[l], d[l] + more[l], &slope[l]);
        else
            for (int l = 0; l < w; l++)
                f[l] = flx_junction_path(j, at[l], d[l] + more[l], &slope[l]);
        if (j->nonlinear)
            for (int l = 0; l < w; l++) {
                double s_v = 0;
                f[l] += flx_junction_excess(j, s->sigma * (d[l] + more[l]) / h, &s_v);
                slope[l] += s_v * s->sigma / h;
            }
        for (int l = 0; l < w; l++) {
            if (renew)
                s->j_factor[k * w + l] = slope[l];
            double i = f[l] - s->j_factor[k * w + l] * d[l];
            s->j_current[k * w + l] = f[l];
            right[a * w + l] -= i;
            right[b * w + l] += i;
        }
    }
}

// Largest change of a junction's phase between two guesses.
ALWAYS double change(const flx_circuit_sim *s, const int w)
{
    double most = 0;
    for (int32_t k = 0; k < s->j.n; k++) {
        int32_t a = s->j.a[k], b = s->j.b[k];
        for (int l = 0; l < w; l++) {
            double d = fabs((s->right[a * w + l] - s->right[b * w + l]) -
                            (s->dx[a * w + l] - s->dx[b * w + l]));
            most = d > most ? d : most;
        }
    }
    return most;
}

ALWAYS bool solve_step(flx_circuit_sim *s, double h, flx_circuit_report *report, const int w)
{
    size_t bytes = (size_t)s->n * (size_t)w * sizeof(double);
    bool renew = !s->have_factor || s->factor_h != h || s->whole_newton;
    // A larger circuit starts from the bare matrix, which contracts by (omega_p h)^2/4.
    bool slopes = s->whole_newton;
    double last = INFINITY, worst = s->contraction;
    for (int it = 0; it < MAX_ITERATION; it++) {
        memcpy(s->right, s->rhs, bytes);
        if (renew && !slopes) {
            if (!factor(s, h, false, w))
                return false;
            report->factored++;
            renew = false;
        }
        memset(s->right + s->n * w, 0, (size_t)w * sizeof(double));
        junctions(s, h, renew, w);
        if (renew) {
            report->factored++;
            if (!factor(s, h, true, w)) {
                // Not positive: the bare matrix always is.
                slopes = false;
                s->have_factor = false;
                renew = true;
                if (!factor(s, h, false, w))
                    return false;
                memcpy(s->right, s->rhs, bytes);
                junctions(s, h, false, w);
            }
            renew = false;
        }
        flx_ldl_solve(s->ldl, s->right);
        memset(s->right + s->n * w, 0, (size_t)w * sizeof(double));
        report->iterations++;
        double moved = change(s, w);
        double *swap = s->dx;
        s->dx = s->right;
        s->right = swap;
        if (it > 0 && last > 0 && moved < last) {
            double seen = moved / last;
            worst = seen;
        }
        if (!(moved < 1e6))
            return false;
        if (moved * (worst < 1 ? worst : 1) <= s->opts.newton || s->j.n == 0) {
            s->contraction = it > 0 ? fmin(fmax(worst, 1e-3), 1) : s->contraction;
            return true;
        }
        if (it > 1 && moved > 0.3 * last)
            renew = slopes = true;
        last = moved;
    }
    return false;
}

// -- error, acceptance ----------------------------------------------------------------------------

// h^3 x'''/12 of the unknowns from the rates of three steps (divided differences); 0 as long as
// there are not enough.
static double local_error(const flx_circuit_sim *s, double h)
{
    if (s->known < 2)
        return 0;
    double h1 = s->h_old, h2 = s->h_older, most = 0;
    double d01 = (h + h1) / 2, d12 = (h1 + h2) / 2;
    for (int32_t u = 0; u < s->n; u++) {
        double first = (s->dx[u] / h - s->rate[u]) / d01;
        double second = (s->rate[u] - s->rate_old[u]) / d12;
        double third = fabs(first - second) / (d01 + d12);
        most = third > most ? third : most;
    }
    return h * h * h * most / 6;
}

ALWAYS void guess(flx_circuit_sim *s, double h, const int w)
{
    size_t all = (size_t)(s->n + 1) * (size_t)w;
    if (s->noisy || s->known == 0) {
        memset(s->dx, 0, all * sizeof *s->dx);
        return;
    }
    double slope = s->known > 1 ? (h + s->h_old) / (s->h_old + s->h_older) : 0;
    for (size_t p = 0; p < all; p++)
        s->dx[p] = h * (s->rate[p] + slope * (s->rate[p] - s->rate_old[p]));
}

// Phases far from 0 hand whole turns over to the winding, so that they keep their digits.
static void unwind(flx_circuit_sim *s)
{
    const double two_pi = 6.28318530717958647692;
    int32_t w = s->w;
    bool turned = false;
    for (int32_t p = 0; p < s->n * w; p++)
        if (fabs(s->x[p]) > 64 * two_pi) {
            double k = rint(s->x[p] / two_pi);
            s->x[p] -= k * two_pi;
            s->turn[p] += k;
            turned = true;
        }
    if (!turned)
        return;
    for (int32_t l = 0; l < w; l++) {
        for (int32_t k = 0; k < s->l.n; k++)
            s->l_turn[k * w + l] =
                two_pi * (s->turn[s->l.a[k] * w + l] - s->turn[s->l.b[k] * w + l]);
        for (int32_t k = 0; k < s->k.n; k++)
            s->k_turn[k * w + l] =
                two_pi * (s->turn[s->k.a[k] * w + l] - s->turn[s->k.b[k] * w + l]);
    }
}

ALWAYS void accept(flx_circuit_sim *s, double h, const int w)
{
    const double *restrict dx = s->dx;
    for (int32_t k = 0; k < s->c.n; k++) {
        int32_t a = s->c.a[k], b = s->c.b[k];
        for (int l = 0; l < w; l++)
            s->c_rate[k * w + l] = 2 / h * (dx[a * w + l] - dx[b * w + l]) - s->c_rate[k * w + l];
    }
    for (int32_t k = 0; k < s->j.n; k++) {
        int32_t a = s->j.a[k], b = s->j.b[k], o = s->j.o[k];
        // The currents that the last solution balanced: linear from the guess before it.
        for (int l = 0; l < w; l++)
            s->j_current[k * w + l] +=
                s->j_factor[k * w + l] *
                ((dx[a * w + l] - dx[b * w + l]) - (s->right[a * w + l] - s->right[b * w + l]));
        for (int l = 0; l < w; l++)
            s->j_rate[k * w + l] =
                (dx[a * w + l] - dx[b * w + l] + s->off_next[o * w + l] - s->off[o * w + l]) / h;
    }
    for (int32_t k = 0; k < s->t.n; k++) {
        int32_t a = s->t.a[k], b = s->t.b[k], o = s->t.o[k];
        double *wave = &s->line.wave[((int64_t)k * s->line.room + s->n_step % s->line.room) * w];
        for (int l = 0; l < w; l++) {
            double v = s->sigma / h *
                       (dx[a * w + l] - dx[b * w + l] + s->off_next[o * w + l] - s->off[o * w + l]);
            wave[l] = 2 * v - s->line.coming[k * w + l]; // V + Z0 I with Z0 I = V - coming
        }
    }
    double *old = s->rate_old;
    s->rate_old = s->rate;
    s->rate = old;
    for (int32_t p = 0; p < s->n * w; p++) {
        s->x[p] += dx[p];
        s->rate[p] = dx[p] / h;
    }
    // What was before the step stays in the other arrays until the next one.
    double *swap = s->off;
    s->off = s->off_next;
    s->off_next = swap;
    swap = s->off_rate;
    s->off_rate = s->off_rate_next;
    s->off_rate_next = swap;
    for (int32_t p = 0; p < s->phase.n * w; p++)
        s->phase.now[p] = s->phase.end[p];
    s->h_older = s->h_old;
    s->h_old = s->last_h = h;
    s->known += s->known < 2;
    s->n_step++;
    double end = flx_circuit_time(s) + h;
    if (end >= s->corner) { // a source has a corner here: differences across it mean nothing
        s->known = 0;
        s->corner = flx_sim_next_corner(s, end);
    }
    if (s->n_step % 256 == 0)
        unwind(s);
}

ALWAYS bool try_step(flx_circuit_sim *s, double h, flx_circuit_report *report, const int w)
{
    flx_sim_drive(s, flx_circuit_time(s), h);
    if (s->noisy)
        make_noise(s, h, w);
    if (s->t.n > 0)
        arrivals(s, h, w);
    right_side(s, h, w);
    guess(s, h, w);
    return solve_step(s, h, report, w);
}

ALWAYS flx_status step(flx_circuit_sim *s, flx_circuit_report *report, const int w)
{
    for (;;) {
        int64_t ticks = (int64_t)1 << (MAX_LEVEL - s->level);
        double h = ldexp(s->opts.dt, -s->level);
        bool solved = try_step(s, h, report, w);
        double error = solved && s->adaptive ? local_error(s, h) : 0;
        if (solved && (!s->adaptive || error <= s->opts.tolerance)) {
            accept(s, h, w);
            s->tick += ticks;
            s->calm++;
            // Halving divides the error by 8; a step may grow where the coarser grid has a point.
            bool even = ((s->tick >> (MAX_LEVEL - s->level)) & 1) == 0;
            if (s->level > 0 && s->calm > 3 && s->known == 2 && even &&
                error < s->opts.tolerance / 20) {
                s->level--;
                s->calm = 0;
            }
            report->time = flx_circuit_time(s);
            report->dt = h;
            report->error = error;
            return FLX_OK;
        }
        report->rejected++;
        s->have_factor = false;
        if (!s->adaptive || s->level == MAX_LEVEL)
            return flx_fail(
                s->ctx, FLX_ERR_DIVERGED, "no solution for the step of %g s at t = %g s; %s", h,
                flx_circuit_time(s),
                s->adaptive ? "the circuit may be singular" : "make the step of .tran smaller");
        s->level++;
        s->calm = 0;
    }
}

flx_status flx_midpoint_step(flx_circuit_sim *s, flx_circuit_report *report)
{
    return s->w == 1 ? step(s, report, 1) : step(s, report, FLX_LDL_LANES);
}
