// xy/rsj.c -- arrays of shunted junctions: steps of the Langevin equations.
//
// With s the currents of the bonds but for those of the shunts (i sin phi and noise), conservation at
// the sites and the driven current J give
//
//   laplacian u_theta = -div s,   u_Delta = mean(s) - J
//
// where u = dtheta/dt without capacitance, u = dtheta/dt + beta_c d^2theta/dt^2 with it, and so for
// Delta. The Laplacian of the lattice is diagonal in Fourier space: 2 cos kx + 2 cos ky - 4.
// Phases are counted in turns, which need no more than rint to stay small.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/rsj.h"

#include "base/binning.h"
#include "xy/planner.h"
#include "xy/words.h"

#include <fftw3.h>
#include <math.h>
#include <string.h>

enum { COOKIE = 0x72736a31, WORDS = 64 }; // words of a draw
typedef double numbers __attribute__((vector_size(XY_WIDE), may_alias, aligned(8)));
static const double two_pi = 6.28318530717958647692;

typedef struct rsj_clock {
    int64_t step;
    double twist[2], rate[2]; // [rad] Delta, its rate of change
    flx_binning energy, voltage[2];
} rsj_clock;

struct flx_rsj {
    flx_ctx *ctx;
    flx_rsj_opts o;
    flx_rsj_problem p;
    int32_t n;
    int32_t *next[2];      // [n] the site that a bond leads to
    double *cosine, *sine; // [n] of theta
    double *turn_c;        // [2n] i cos A and
    double *turn_s;        // [2n] i sin A of the bonds along x, then along y; NULL: i = 1, A = 0
    double *s;             // [2n] currents, bonds along x, then along y
    double *u;             // [n] divergence, then the solution
    double *inverse;       // [modes] 1/(n (4 - 2 cos kx - 2 cos ky)); 0 of the constant
    double (*mode)[2];     // [modes]
    fftw_plan forward, backward;

    rsj_clock clock;
    double *theta; // [n] [turns]
    double *rate;  // [n] [rad] dtheta/dt, with capacitance
    double *noise; // [2n] of unit variance, of the step before
    double *fresh; // [2n] of the present step; no state
};

// ---- Options -------------------------------------------------------------------------------------

#define AT(field) offsetof(flx_rsj_opts, field)
static const flx_option rows[] = {
    {"dt", FLX_OPTION_DOUBLE, AT(dt), 0.1, 1e-6, 1, "1", NULL, "Time step in hbar/(2 e R I_c)."},
    {"capacitance", FLX_OPTION_DOUBLE, AT(capacitance), 0, 0, 1e6, "1", NULL,
     "beta_c of the junctions; 0: none."},
    {"twist", FLX_OPTION_BOOL, AT(twist), 1, 0, 1, "1", NULL,
     "The twist across the lattice moves, so that a current can be driven; else it is periodic."},
    {"seed", FLX_OPTION_INT, AT(seed), 1, 0, 2147483647, "1", NULL,
     "Of the noise; the same seed gives the same run."},
};
const flx_option_table flx_rsj_option_table = {"rsj", sizeof(flx_rsj_opts), rows,
                                               sizeof rows / sizeof rows[0]};

flx_rsj_opts flx_rsj_opts_default(void)
{
    flx_rsj_opts opts = {.cookie = COOKIE};
    flx_options_default(&flx_rsj_option_table, &opts);
    return opts;
}

static flx_status check(flx_ctx *ctx, const flx_rsj_problem *p, const flx_rsj_opts *o)
{
    if (o->cookie != COOKIE)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "flx_rsj_opts does not come from flx_rsj_opts_default()");
    FLX_TRY(flx_options_check(ctx, &flx_rsj_option_table, o));
    for (int a = 0; a < 2; a++) {
        if (p->size[a] < 2 || p->size[a] > 4096)
            return flx_fail(ctx, FLX_ERR_INPUT, "size along %s is %d, allowed is 2 to 4096 sites",
                            a ? "y" : "x", p->size[a]);
        if (!isfinite(p->current[a]) || (p->current[a] != 0 && !o->twist))
            return flx_fail(ctx, FLX_ERR_INPUT,
                            "current along %s is %g, allowed without a twist that moves is 0",
                            a ? "y" : "x", p->current[a]);
    }
    if (!(p->temperature >= 0 && isfinite(p->temperature)))
        return flx_fail(ctx, FLX_ERR_INPUT, "temperature is %g E_J, allowed is 0 or more",
                        p->temperature);
    double total = p->flux * p->size[0] * p->size[1];
    if (!(fabs(total - rint(total)) <= 1e-6))
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "the flux through the periodic lattice is %g Phi0, allowed is an integer; "
                        "change flux or size",
                        total);
    for (int32_t b = 0; b < 2 * p->size[0] * p->size[1]; b++)
        if ((p->critical && !isfinite(p->critical[b])) || (p->phase && !isfinite(p->phase[b])))
            return flx_fail(ctx, FLX_ERR_INPUT, "the %s of bond %d is no number",
                            p->critical && !isfinite(p->critical[b]) ? "critical current" : "phase",
                            b);
    return FLX_OK;
}

// ---- Creation ------------------------------------------------------------------------------------

// A = 2 pi f x dy; over the border at x = nx the phases differ by 2 pi f nx y.
static flx_status create_bonds(flx_rsj *sim, const flx_rsj_problem *p)
{
    const int32_t nx = p->size[0], n = sim->n;
    if (p->flux == 0 && !p->phase && !p->critical)
        return FLX_OK;
    sim->turn_c = FLX_NEW_ARRAY(sim->ctx, double, 2 * n);
    sim->turn_s = FLX_NEW_ARRAY(sim->ctx, double, 2 * n);
    if (!sim->turn_c || !sim->turn_s)
        return FLX_ERR_MEMORY;
    for (int32_t i = 0; i < n; i++) {
        double x = i % nx, y = (double)(i / nx);
        double a[2] = {x == nx - 1 ? -two_pi * p->flux * nx * y : 0, two_pi * p->flux * x};
        for (int k = 0; k < 2; k++) {
            double most = p->critical ? p->critical[2 * i + k] : 1;
            a[k] += p->phase ? p->phase[2 * i + k] : 0;
            sim->turn_c[k * n + i] = most * cos(a[k]);
            sim->turn_s[k * n + i] = most * sin(a[k]);
        }
    }
    return FLX_OK;
}

pthread_mutex_t flx_xy_planner = PTHREAD_MUTEX_INITIALIZER;

static flx_status create_transforms(flx_rsj *sim)
{
    const int32_t nx = sim->p.size[0], ny = sim->p.size[1], half = nx / 2 + 1;
    sim->inverse = FLX_NEW_ARRAY(sim->ctx, double, half *ny);
    sim->mode = flx_alloc(sim->ctx, (size_t)half * (size_t)ny, sizeof *sim->mode);
    if (!sim->inverse || !sim->mode)
        return FLX_ERR_MEMORY;
    for (int32_t k = 1; k < half * ny; k++)
        sim->inverse[k] = 1 / (sim->n * (4 - 2 * cos(two_pi * (k % half) / nx) -
                                         2 * cos(two_pi * (double)(k / half) / ny)));
    // The estimate, as what a measurement chooses would depend on the moment.
    pthread_mutex_lock(&flx_xy_planner);
    sim->forward = fftw_plan_dft_r2c_2d(ny, nx, sim->u, (void *)sim->mode, FFTW_ESTIMATE);
    sim->backward = fftw_plan_dft_c2r_2d(ny, nx, (void *)sim->mode, sim->u, FFTW_ESTIMATE);
    pthread_mutex_unlock(&flx_xy_planner);
    return sim->forward && sim->backward
               ? FLX_OK
               : flx_fail(sim->ctx, FLX_ERR_MEMORY, "no memory for the transforms");
}

static flx_status create_arrays(flx_rsj *sim)
{
    const int32_t n = sim->n, nx = sim->p.size[0], padded = (2 * n + WORDS - 1) / WORDS * WORDS;
    double **arrays[] = {&sim->cosine, &sim->sine, &sim->u,     &sim->theta,
                         &sim->rate,   &sim->s,    &sim->noise, &sim->fresh};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        if (!(*arrays[k] = FLX_NEW_ARRAY(sim->ctx, double, k < 5 ? n : padded)))
            return FLX_ERR_MEMORY;
    for (int a = 0; a < 2; a++)
        if (!(sim->next[a] = FLX_NEW_ARRAY(sim->ctx, int32_t, n)))
            return FLX_ERR_MEMORY;
    for (int32_t i = 0; i < n; i++) {
        sim->next[0][i] = i % nx + 1 < nx ? i + 1 : i + 1 - nx;
        sim->next[1][i] = (i + nx) % n;
    }
    return FLX_OK;
}

// ---- Step ----------------------------------------------------------------------------------------

// Uniform numbers of unit variance: what noise of a step is made of matters to the averages in higher
// order of the step alone.
static void draw_noise(flx_rsj *sim, double *noise)
{
    const xy_draw draw = {.seed = (uint64_t)sim->o.seed, .sweep = (uint64_t)sim->clock.step};
    xy_source source;
    flx_xy_source(&draw, &source);
    // A word in the lowest bits of 2^52 makes that number larger by itself.
    const xy_u64 zero = {0}, low = zero + UINT32_MAX, magic = zero + UINT64_C(0x4330000000000000);
    const double unit = 3.4641016151377544 * 0x1p-32, middle = 2147483647.5; // sqrt 12
    for (int32_t at = 0; at < 2 * sim->n; at += WORDS)
        for (int part = 0; part < XY_PARTS; part++) {
            xy_u32 word[4];
            flx_xy_words(&source, part, (uint32_t)(at / WORDS), word);
            for (int j = 0; j < 4; j++) {
                numbers *to = (numbers *)(noise + at + XY_LANES_MAX * j) + 2 * part;
                xy_u64 pair = (xy_u64)word[j];
                to[0] = ((numbers)((pair & low) | magic) - 0x1p52 - middle) * unit;
                to[1] = ((numbers)(pair >> 32 | magic) - 0x1p52 - middle) * unit;
            }
        }
}

// sin and cos of 2 pi theta by those of half the angle; 5e-13.
static void unit_vectors(int32_t n, double *restrict theta, double *restrict cosine,
                         double *restrict sine)
{
    for (int32_t i = 0; i < n; i++) {
        double t = theta[i] - rint(theta[i]), x = 3.14159265358979323846 * t, z = x * x;
        double s =
            x *
            (1 + z * (-1.0 / 6 +
                      z * (1.0 / 120 + z * (-1.0 / 5040 +
                                            z * (1.0 / 362880 +
                                                 z * (-1.0 / 39916800 +
                                                      z * (1.0 / 6227020800 +
                                                           z * (-1.0 / 1307674368000 +
                                                                z * (1.0 / 355687428096000)))))))));
        double c =
            1 + z * (-1.0 / 2 +
                     z * (1.0 / 24 +
                          z * (-1.0 / 720 +
                               z * (1.0 / 40320 + z * (-1.0 / 3628800 +
                                                       z * (1.0 / 479001600 +
                                                            z * (-1.0 / 87178291200 +
                                                                 z * (1.0 / 20922789888000))))))));
        theta[i] = t;
        sine[i] = 2 * s * c;
        cosine[i] = 1 - 2 * s * s;
    }
}

// Supercurrents of the bonds; adds up their cosines.
static double supercurrents(flx_rsj *sim)
{
    const int32_t n = sim->n;
    double energy = 0;
    unit_vectors(n, sim->theta, sim->cosine, sim->sine);
    for (int a = 0; a < 2; a++) {
        double tc = cos(sim->clock.twist[a]), ts = sin(sim->clock.twist[a]);
        double *restrict s = sim->s + a * n;
        const double *ac = sim->turn_c ? sim->turn_c + a * n : NULL,
                     *as = ac ? sim->turn_s + a * n : NULL;
        for (int32_t i = 0; i < n; i++) {
            int32_t j = sim->next[a][i];
            double c = sim->cosine[i] * sim->cosine[j] + sim->sine[i] * sim->sine[j];
            double d = sim->cosine[i] * sim->sine[j] - sim->sine[i] * sim->cosine[j];
            double ec = tc, es = ts;
            if (ac) {
                ec = tc * ac[i] - ts * as[i];
                es = ts * ac[i] + tc * as[i];
            }
            s[i] = d * ec - c * es;
            energy -= c * ec + d * es;
        }
    }
    return energy / n;
}

// u of the sites and of the twist, from the currents of the bonds.
static void solve(flx_rsj *sim, const double *s, const double current[2], double twist[2])
{
    const int32_t n = sim->n, nx = sim->p.size[0], modes = (nx / 2 + 1) * sim->p.size[1];
    const double *sx = s, *sy = s + n;
    double sum[2] = {0};
    for (int32_t i = 0; i < n; i++) {
        sim->u[i] = sx[i] + sy[i];
        sum[0] += sx[i];
        sum[1] += sy[i];
    }
    for (int32_t i = 0; i < n; i++) {
        sim->u[sim->next[0][i]] -= sx[i];
        sim->u[sim->next[1][i]] -= sy[i];
    }
    fftw_execute(sim->forward);
    for (int32_t k = 0; k < modes; k++) {
        sim->mode[k][0] *= sim->inverse[k];
        sim->mode[k][1] *= sim->inverse[k];
    }
    fftw_execute(sim->backward);
    for (int a = 0; a < 2; a++)
        twist[a] = sim->o.twist ? sum[a] / n - current[a] : 0;
}

static void record(flx_rsj *sim, double energy, const double before[2])
{
    flx_binning_add(&sim->clock.energy, energy);
    for (int a = 0; a < 2; a++)
        flx_binning_add(&sim->clock.voltage[a], (before[a] - sim->clock.twist[a]) / sim->o.dt);
}

static void step_overdamped(flx_rsj *sim)
{
    const int32_t n = sim->n;
    const double dt = sim->o.dt, size = 0.5 * sqrt(2 * sim->p.temperature / dt);
    double rate[2], before[2] = {sim->clock.twist[0], sim->clock.twist[1]};
    double energy = supercurrents(sim);
    sim->clock.step++;
    draw_noise(sim, sim->fresh);
    for (int32_t b = 0; b < 2 * n; b++)
        sim->s[b] += size * (sim->noise[b] + sim->fresh[b]);
    double *other = sim->noise;
    memcpy(other, sim->fresh, (size_t)(2 * n) * sizeof *other);
    solve(sim, sim->s, sim->p.current, rate);
    for (int32_t i = 0; i < n; i++)
        sim->theta[i] += dt / two_pi * sim->u[i];
    for (int a = 0; a < 2; a++)
        sim->clock.twist[a] += dt * rate[a];
    record(sim, energy, before);
}

static void drift(flx_rsj *sim, double dt)
{
    for (int32_t i = 0; i < sim->n; i++)
        sim->theta[i] += dt / two_pi * sim->rate[i];
    for (int a = 0; a < 2; a++)
        sim->clock.twist[a] += dt * sim->clock.rate[a];
}

// rate = keep*rate + gain*u.
static void kick(flx_rsj *sim, double keep, double gain, const double twist[2])
{
    for (int32_t i = 0; i < sim->n; i++)
        sim->rate[i] = keep * sim->rate[i] + gain * sim->u[i];
    for (int a = 0; a < 2; a++)
        sim->clock.rate[a] = keep * sim->clock.rate[a] + gain * twist[a];
}

// Half a drift, friction with noise, half a drift, a whole kick: the order of BAOAB from the middle of
// its kick.
static void step_inertial(flx_rsj *sim)
{
    static const double none[2] = {0, 0};
    const double dt = sim->o.dt, beta = sim->o.capacitance, keep = exp(-dt / beta);
    double u[2], before[2] = {sim->clock.twist[0], sim->clock.twist[1]};
    drift(sim, dt / 2);
    sim->clock.step++;
    draw_noise(sim, sim->fresh);
    solve(sim, sim->fresh, none, u);
    kick(sim, keep, sqrt((1 - keep * keep) * sim->p.temperature / beta), u);
    drift(sim, dt / 2);
    double energy = supercurrents(sim);
    solve(sim, sim->s, sim->p.current, u);
    kick(sim, 1, dt / beta, u);
    record(sim, energy, before);
}

flx_status flx_rsj_step(flx_rsj *sim, int64_t n)
{
    for (int64_t k = 0; k < n; k++)
        if (sim->o.capacitance > 0)
            step_inertial(sim);
        else
            step_overdamped(sim);
    return FLX_OK;
}

// ---- Life ----------------------------------------------------------------------------------------

flx_status flx_rsj_create(flx_ctx *ctx, const flx_rsj_problem *problem, const flx_rsj_opts *opts,
                          flx_rsj **out)
{
    *out = NULL;
    FLX_TRY(check(ctx, problem, opts));
    flx_rsj *sim = FLX_NEW(ctx, flx_rsj);
    if (!sim)
        return FLX_ERR_MEMORY;
    sim->ctx = ctx;
    sim->o = *opts;
    sim->p = *problem;
    sim->p.critical = sim->p.phase = NULL;
    sim->n = problem->size[0] * problem->size[1];
    flx_status status = create_arrays(sim);
    if (status == FLX_OK)
        status = create_bonds(sim, problem);
    if (status == FLX_OK)
        status = create_transforms(sim);
    if (status < 0) {
        flx_rsj_free(sim);
        return status;
    }
    draw_noise(sim, sim->noise);
    *out = sim;
    return FLX_OK;
}

void flx_rsj_free(flx_rsj *sim)
{
    if (!sim)
        return;
    pthread_mutex_lock(&flx_xy_planner);
    if (sim->forward)
        fftw_destroy_plan(sim->forward);
    if (sim->backward)
        fftw_destroy_plan(sim->backward);
    pthread_mutex_unlock(&flx_xy_planner);
    void *arrays[] = {sim->next[0], sim->next[1], sim->cosine, sim->sine, sim->turn_c,
                      sim->turn_s,  sim->s,       sim->u,      sim->mode, sim->inverse,
                      sim->theta,   sim->rate,    sim->noise,  sim->fresh};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        flx_free(arrays[k]);
    flx_free(sim);
}

void flx_rsj_reset(flx_rsj *sim)
{
    sim->clock.energy = sim->clock.voltage[0] = sim->clock.voltage[1] = (flx_binning){0};
}

flx_rsj_report flx_rsj_report_of(const flx_rsj *sim)
{
    flx_binned e = flx_binning_estimate(&sim->clock.energy);
    flx_rsj_report r = {.time = (double)sim->clock.step * sim->o.dt,
                        .steps = e.n,
                        .energy = e.mean,
                        .energy_error = e.error};
    for (int a = 0; a < 2; a++) {
        flx_binned v = flx_binning_estimate(&sim->clock.voltage[a]);
        r.voltage[a] = v.mean;
        r.voltage_error[a] = v.error;
        r.twist[a] = sim->clock.twist[a];
    }
    return r;
}

void flx_rsj_phases(const flx_rsj *sim, double *theta)
{
    for (int32_t i = 0; i < sim->n; i++)
        theta[i] = two_pi * (sim->theta[i] - rint(sim->theta[i]));
}

int32_t flx_rsj_state(flx_rsj *sim, flx_state_block *blocks)
{
    size_t n = (size_t)sim->n * sizeof(double);
    int32_t k = 0;
    blocks[k++] = (flx_state_block){"clock", &sim->clock, sizeof sim->clock};
    blocks[k++] = (flx_state_block){XY_NUMBERS, &sim->clock, 0};
    blocks[k++] = (flx_state_block){"theta", sim->theta, n};
    blocks[k++] = (flx_state_block){"rate", sim->rate, n};
    blocks[k++] = (flx_state_block){"noise", sim->noise, 2 * n};
    return k;
}
