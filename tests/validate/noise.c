// Thermal noise of the film engine against exact values: single cells, modes of a cold film, the
// bias of finite steps, a weak link, phase slips of a ring.
//   Leimkuhler, Matthews, Appl. Math. Res. Express 2013, 34; Ambegaokar, Halperin, Phys. Rev. Lett. 22, 1364 (1969);
//   Langer, Ann. Phys. 54, 258 (1969); Langer, Ambegaokar, Phys. Rev. 164, 498 (1967)
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/static.h"
#include "fluxoid/thermal.h"

#include "../test_lattice.h"
#include "../test_thermal.h"
#include "validate.h"

// A row whose tolerance is four standard errors.
static void row4(const char *name, double value, double error, double reference, const char *source)
{
    char tolerance[32];
    snprintf(tolerance, sizeof tolerance, "%.2g", 4 * error);
    row(name, value, reference, tolerance, source);
}

static flx_tdgl *start(flx_ctx *ctx, const flx_tdgl_problem *p, double dt, int32_t seed)
{
    flx_tdgl_opts o = flx_tdgl_opts_default();
    o.integrator = FLX_LANGEVIN;
    o.adaptive = dt == 0;
    o.dt = dt > 0 ? dt : o.dt;
    o.threads = 1;
    o.seed = seed;
    flx_tdgl *sim;
    must(ctx, flx_tdgl_create(ctx, p, &o, &sim));
    return sim;
}

static void steps(flx_ctx *ctx, flx_tdgl *sim, int64_t n)
{
    flx_tdgl_report report;
    for (int64_t k = 0; k < n; k++)
        must(ctx, flx_tdgl_step(sim, HUGE_VAL, &report));
}

static double norm2(flx_cplx z)
{
    return z.re * z.re + z.im * z.im;
}

// Mean and standard error of independent values.
typedef struct spread {
    double mean, error;
} spread;

static spread spread_of(const double *value, int32_t n)
{
    double mean = 0, square = 0;
    for (int32_t k = 0; k < n; k++)
        mean += value[k] / n;
    for (int32_t k = 0; k < n; k++)
        square += (value[k] - mean) * (value[k] - mean);
    return (spread){mean, sqrt(square / n / (n - 1))};
}

// ---- Cells --------------------------------------------------------------------------------------

static void cells(void)
{
    enum { CELLS = 16384 };
    printf(
        "# One cell of area 1 xi^2: the mean of its density, exact by quadrature over "
        "exp(-(1 - x)^2/4T), T = k_B T/E_s, x = |psi|^2, steps of 0.1 u tau0; the same for every "
        "gamma, whose mobility depends on psi. Tolerances on this page are 4 standard errors\n");
    static double mean[CELLS];
    for (int k = 0; k < 6; k++) {
        double temperature = k % 2 ? 0.1 : 0.3, gamma = (const double[]){0, 1, 10}[k / 2];
        squares l = squares_cells(CELLS, 1);
        flx_ctx *ctx = flx_ctx_create();
        flx_tdgl_problem p = {
            .mesh = &l.mesh, .u = 5.79, .gamma = gamma, .temperature = temperature};
        flx_tdgl *sim = start(ctx, &p, 0.1 * p.u, 1);
        double slow = sqrt(1 + gamma * gamma) / 0.1; // steps in which |psi| falls by e^2
        steps(ctx, sim, (int64_t)(4 * slow));
        int32_t n = (int32_t)(10 * slow) / 4 + 100;
        memset(mean, 0, sizeof mean);
        for (int32_t s = 0; s < n; s++) {
            steps(ctx, sim, 4);
            const flx_cplx *psi = flx_tdgl_frame(sim).psi;
            for (int32_t i = 0; i < CELLS; i++)
                mean[i] += norm2(psi[i]) / n;
        }
        spread m = spread_of(mean, CELLS); // cells are independent
        char name[64];
        snprintf(name, sizeof name, "<|psi|^2> of a cell, T = %g, gamma = %g", temperature, gamma);
        row4(name, m.mean, m.error, mean_of_cell(1, 1, temperature), "quadrature");
        flx_tdgl_free(sim);
        flx_ctx_free(ctx);
        squares_clear(&l);
    }
}

// ---- Modes --------------------------------------------------------------------------------------

static void modes(void)
{
    enum { L = 16, N = L * L, MODES = 4, SAMPLES = 8000 };
    const int mode[MODES][2] = {{1, 0}, {1, 1}, {4, 2}, {8, 8}};
    const double temperature = 1e-3;
    printf("# A cold film of 16 x 16 cells without rim, T = 0.001: each mode of phase and of "
           "length has "
           "T/q^2 and T/(q^2 + 2), q^2 = 4 - 2 cos k_x - 2 cos k_y (the exact spectrum of small "
           "fluctuations), also for gamma = 2. Next order in T: below 0.004\n");
    static double share[2][MODES][SAMPLES];
    for (int g = 0; g < 2; g++) {
        squares l = squares_torus(L, L, 1);
        flx_ctx *ctx = flx_ctx_create();
        flx_tdgl_problem p = {
            .mesh = &l.mesh, .u = 5.79, .gamma = 2 * g, .temperature = temperature};
        flx_tdgl *sim = start(ctx, &p, 0, 1);
        steps(ctx, sim, 500);
        for (int s = 0; s < SAMPLES; s++) {
            steps(ctx, sim, 3);
            const flx_cplx *psi = flx_tdgl_frame(sim).psi;
            double re = 0, im = 0, sum[MODES][4] = {{0}};
            for (int32_t i = 0; i < N; i++) {
                re += psi[i].re;
                im += psi[i].im;
            }
            double common = atan2(im, re); // turns freely
            for (int32_t i = 0; i < N; i++) {
                double r = sqrt(norm2(psi[i])) - 1;
                double theta = remainder(atan2(psi[i].im, psi[i].re) - common, 2 * pi);
                for (int m = 0; m < MODES; m++) {
                    double a = 2 * pi * (mode[m][0] * (i % L) + mode[m][1] * (i / L)) / L;
                    sum[m][0] += theta * cos(a);
                    sum[m][1] += theta * sin(a);
                    sum[m][2] += r * cos(a);
                    sum[m][3] += r * sin(a);
                }
            }
            for (int m = 0; m < MODES; m++) {
                double q2 = 4 - 2 * cos(2 * pi * mode[m][0] / L) - 2 * cos(2 * pi * mode[m][1] / L);
                double phase = sum[m][0] * sum[m][0] + sum[m][1] * sum[m][1];
                double length = sum[m][2] * sum[m][2] + sum[m][3] * sum[m][3];
                share[0][m][s] = phase / N * q2 / temperature;
                share[1][m][s] = length / N * (q2 + 2) / temperature;
            }
        }
        for (int m = 0; m < MODES; m++)
            for (int kind = 0; kind < 2; kind++) {
                flx_thermal mean = flx_thermal_mean(share[kind][m], SAMPLES);
                char name[80];
                snprintf(name, sizeof name, "share of the %s at k = 2 pi (%d, %d)/16, gamma = %d",
                         kind ? "length" : "phase", mode[m][0], mode[m][1], 2 * g);
                row4(name, mean.mean, mean.error + 0.001, 1, "equipartition");
            }
        flx_tdgl_free(sim);
        flx_ctx_free(ctx);
        squares_clear(&l);
    }
}

// ---- Steps --------------------------------------------------------------------------------------

// A generator of our own (xorshift64*, Box and Muller), so that nothing of the engine is in it.
static uint64_t word = 88172645463325252u;
static double uniform_word(void)
{
    word ^= word >> 12;
    word ^= word << 25;
    word ^= word >> 27;
    return (double)((word * 2685821657736338717u) >> 11) * 0x1p-53 + 0x1p-54;
}

enum { SIDE = 32, CELLS_OF_SIDE = SIDE * SIDE };

typedef struct averages {
    flx_thermal density, helicity;
} averages;

// Density and helicity along x and y of a state of the torus.
typedef struct samples {
    int32_t n;
    double density[60000], stiffness[60000], twist[2][60000];
} samples;
static samples series;

static void sample(int32_t side, const flx_cplx *psi)
{
    int32_t n = side * side, k = series.n++;
    double density = 0, cosine = 0, x = 0, y = 0;
    for (int32_t i = 0; i < n; i++) {
        flx_cplx p = psi[i], r = psi[i % side == side - 1 ? i + 1 - side : i + 1],
                 u = psi[(i + side) % n];
        density += norm2(p) / n;
        cosine += (p.re * (r.re + u.re) + p.im * (r.im + u.im)) / (2 * n);
        x += (p.re * r.im - p.im * r.re) / side;
        y += (p.re * u.im - p.im * u.re) / side;
    }
    series.density[k] = density;
    series.stiffness[k] = cosine;
    series.twist[0][k] = x;
    series.twist[1][k] = y;
}

static averages averages_of(flx_ctx *ctx, double temperature)
{
    averages a = {.density = flx_thermal_mean(series.density, series.n)};
    flx_thermal along[2];
    for (int d = 0; d < 2; d++)
        must(ctx, flx_thermal_helicity(ctx, series.stiffness, series.twist[d], series.n,
                                       temperature, &along[d]));
    a.helicity = along[0];
    a.helicity.mean = (along[0].mean + along[1].mean) / 2;
    a.helicity.error = hypot(along[0].error, along[1].error) / 2;
    return a;
}

// Model A with Euler's step of dt u tau0: psi += dt (force) + sqrt(2 T dt) noise. before: the noise
// is the mean of this step's and the next one's, which is the step of Leimkuhler and Matthews.
static averages model_a(flx_ctx *ctx, double temperature, double dt, bool matthews)
{
    static flx_cplx psi[CELLS_OF_SIDE], next[CELLS_OF_SIDE], old[CELLS_OF_SIDE];
    for (int32_t i = 0; i < CELLS_OF_SIDE; i++) {
        psi[i] = (flx_cplx){0.93, 0};
        old[i] = (flx_cplx){0, 0};
    }
    series.n = 0;
    double amplitude = sqrt(2 * temperature * dt);
    int32_t every = (int32_t)lround(0.4 / dt), n = every * 9000;
    for (int32_t s = -n / 20; s < n; s++) {
        for (int32_t i = 0; i < CELLS_OF_SIDE; i++) {
            int32_t row0 = i / SIDE * SIDE, r = i % SIDE == SIDE - 1 ? row0 : i + 1;
            int32_t l = i == row0 ? i + SIDE - 1 : i - 1, u = (i + SIDE) % CELLS_OF_SIDE;
            int32_t d = (i + CELLS_OF_SIDE - SIDE) % CELLS_OF_SIDE;
            double own = 1 - norm2(psi[i]) - 4;
            double radius = amplitude * sqrt(-2 * log(uniform_word())),
                   angle = 2 * pi * uniform_word();
            flx_cplx kick = {radius * cos(angle), radius * sin(angle)}, k = kick;
            if (matthews)
                k = (flx_cplx){(kick.re + old[i].re) / 2, (kick.im + old[i].im) / 2};
            old[i] = kick;
            next[i].re = psi[i].re + k.re +
                         dt * (own * psi[i].re + psi[r].re + psi[l].re + psi[u].re + psi[d].re);
            next[i].im = psi[i].im + k.im +
                         dt * (own * psi[i].im + psi[r].im + psi[l].im + psi[u].im + psi[d].im);
        }
        memcpy(psi, next, sizeof psi);
        if (s >= 0 && s % every == 0)
            sample(SIDE, psi);
    }
    return averages_of(ctx, temperature);
}

static void step_lengths(void)
{
    enum { N = 4 };
    const double temperature = 0.3, dt[N] = {0.2, 0.1, 0.05, 0.025};
    flx_ctx *ctx = flx_ctx_create();
    printf("# A film of 32 x 32 cells of 1 xi^2 without rim, T = 0.3: averages against the length "
           "of the step. Reference: the step of Leimkuhler and Matthews for gamma = 0 without mu, "
           "written out in the program with random numbers of its own, length 0.025 u tau0\n");
    averages reference = {0}, euler[N];
    for (int matthews = 0; matthews < 2; matthews++)
        for (int k = 0; k < N; k++) {
            averages a = model_a(ctx, temperature, dt[k], matthews);
            printf("# %s of %g u tau0, written out: ", matthews ? "Their step" : "Euler's step",
                   dt[k]);
            if (a.density.mean < 1e6)
                printf("density %.4f(%.4f), helicity %.4f(%.4f)\n", a.density.mean, a.density.error,
                       a.helicity.mean, a.helicity.error);
            else
                printf("diverges\n");
            reference = a;
            if (!matthews)
                euler[k] = a;
        }
    // Euler's errors go with dt and dt^2: three lengths take both out.
    double density[N - 1], helicity[N - 1];
    for (int k = 1; k < N; k++) {
        density[k - 1] = euler[k].density.mean;
        helicity[k - 1] = euler[k].helicity.mean;
    }
    row4("density, Euler's step extrapolated to 0",
         (8 * density[2] - 6 * density[1] + density[0]) / 3, 10.0 / 3 * euler[N - 1].density.error,
         reference.density.mean, "their step, written out");
    row4("helicity modulus, Euler's step extrapolated to 0",
         (8 * helicity[2] - 6 * helicity[1] + helicity[0]) / 3,
         10.0 / 3 * euler[N - 1].helicity.error, reference.helicity.mean,
         "their step, written out");
    for (int k = 0; k < N; k++) {
        squares l = squares_torus(SIDE, SIDE, 1);
        flx_tdgl_problem p = {.mesh = &l.mesh, .u = 1, .temperature = temperature};
        flx_tdgl *sim = start(ctx, &p, dt[k], 1);
        int32_t every = (int32_t)lround(0.4 / dt[k]);
        series.n = 0;
        steps(ctx, sim, 500 * every);
        for (int32_t s = 0; s < 6000; s++) {
            steps(ctx, sim, every);
            sample(SIDE, flx_tdgl_frame(sim).psi);
        }
        averages a = averages_of(ctx, temperature);
        char name[80];
        snprintf(name, sizeof name, "density, steps of %g u tau0", dt[k]);
        row4(name, a.density.mean, hypot(a.density.error, reference.density.error),
             reference.density.mean, "their step, written out");
        snprintf(name, sizeof name, "helicity modulus, steps of %g u tau0", dt[k]);
        row4(name, a.helicity.mean, hypot(a.helicity.error, reference.helicity.error),
             reference.helicity.mean, "their step, written out");
        flx_tdgl_free(sim);
        squares_clear(&l);
    }
    flx_ctx_free(ctx);
}

// ---- Phase slips of a ring ----------------------------------------------------------------------

// RINGS films of RING cells of side SIZE; half a flux quantum through each, so that the windings 0
// and 1 are alike; a cell where epsilon is less pins the place of the slip.
enum { RING = 10, RINGS = 512, DOF = 2 * RING };
static const double size = 0.8, weak = 0.3;

static void ring_field(void *user, double t, double *a, double *a_dot)
{
    const squares *l = user;
    (void)t;
    for (int32_t e = 0; e < l->mesh.n_edge; e++) {
        a[e] = pi / RING * squares_along_x(l, e);
        a_dot[e] = 0;
    }
}

static void ring_eps(void *user, double t, double *eps)
{
    const squares *l = user;
    (void)t;
    for (int32_t i = 0; i < l->mesh.n_site; i++)
        eps[i] = i % RING == 0 ? weak : 1;
}

static squares rings(int32_t n)
{
    squares l = squares_of(RING, n, size, true, false);
    l.mesh.n_film = n;
    for (int32_t i = 0; i < n * RING; i++)
        l.mesh.film[i] = i / RING;
    return l;
}

// Second derivatives of F in units of E_s at psi of one ring, and F.
static double hessian(const flx_cplx *psi, double h[DOF][DOF])
{
    const double area = size * size, c = cos(pi / RING), s = sin(pi / RING);
    double f = 0;
    memset(h, 0, sizeof(double[DOF][DOF]));
    for (int i = 0; i < RING; i++) {
        int j = (i + 1) % RING;
        double x = psi[i].re, y = psi[i].im, n2 = x * x + y * y, eps = i ? 1 : weak;
        // F = sum |exp(-i a) psi_j - psi_i|^2/2 + area (|psi|^4/4 - eps |psi|^2/2)
        double re = c * psi[j].re + s * psi[j].im - x, im = c * psi[j].im - s * psi[j].re - y;
        f += (re * re + im * im) / 2 + area * (n2 * n2 / 4 - eps * n2 / 2);
        h[2 * i][2 * i] += 2 + area * (n2 - eps + 2 * x * x);
        h[2 * i + 1][2 * i + 1] += 2 + area * (n2 - eps + 2 * y * y);
        h[2 * i][2 * i + 1] += area * 2 * x * y;
        h[2 * i + 1][2 * i] += area * 2 * x * y;
        const double link[2][2] = {{c, s}, {-s, c}}; // d (exp(-i a) psi_j)/d psi_j
        for (int p = 0; p < 2; p++)
            for (int q = 0; q < 2; q++) {
                h[2 * i + p][2 * j + q] -= link[p][q];
                h[2 * j + q][2 * i + p] -= link[p][q];
            }
    }
    return f;
}

// Eigenvalues of a symmetric matrix by Jacobi's rotations.
static void eigenvalues(double a[DOF][DOF], double *value)
{
    for (int sweep = 0; sweep < 60; sweep++)
        for (int p = 0; p < DOF; p++)
            for (int q = p + 1; q < DOF; q++) {
                if (fabs(a[p][q]) < 1e-300)
                    continue;
                double angle = 0.5 * atan2(2 * a[p][q], a[q][q] - a[p][p]), c = cos(angle),
                       s = sin(angle);
                for (int k = 0; k < DOF; k++) {
                    double x = a[k][p], y = a[k][q];
                    a[k][p] = c * x - s * y;
                    a[k][q] = s * x + c * y;
                }
                for (int k = 0; k < DOF; k++) {
                    double x = a[p][k], y = a[q][k];
                    a[p][k] = c * x - s * y;
                    a[q][k] = s * x + c * y;
                }
            }
    for (int k = 0; k < DOF; k++)
        value[k] = a[k][k];
}

// ln |product of the eigenvalues but that of the common phase|, less ln |psi|^2 that it stands for.
static double log_determinant(const flx_cplx *psi)
{
    double h[DOF][DOF], value[DOF], sum = 0, length = 0;
    hessian(psi, h);
    eigenvalues(h, value);
    int zero = 0;
    for (int k = 0; k < DOF; k++)
        if (fabs(value[k]) < fabs(value[zero]))
            zero = k;
    for (int k = 0; k < DOF; k++)
        sum += k == zero ? 0 : log(fabs(value[k]));
    for (int i = 0; i < RING; i++)
        length += norm2(psi[i]);
    return sum - log(length);
}

// Rate of growth of what leaves the saddle: the largest eigenvalue of -M H, M the mobility 1/(u a)
// of psi and, through mu, of its rotations: sum_ij g_i (L^-1)_ij g_j, g_i = i psi_i.
static double growth(const flx_cplx *psi, double u)
{
    static double h[DOF][DOF], m[DOF][DOF];
    double v[DOF], shift = 0, factor = 0;
    hessian(psi, h);
    for (int i = 0; i < RING; i++)
        for (int j = 0; j < RING; j++) {
            double inverse = 0; // of the Laplacian of the ring, without its constant
            for (int k = 1; k < RING; k++)
                inverse +=
                    cos(2 * pi * k * (i - j) / RING) / (2 - 2 * cos(2 * pi * k / RING)) / RING;
            const double gi[2] = {-psi[i].im, psi[i].re}, gj[2] = {-psi[j].im, psi[j].re};
            for (int p = 0; p < 2; p++)
                for (int q = 0; q < 2; q++)
                    m[2 * i + p][2 * j + q] =
                        gi[p] * inverse * gj[q] + (i == j && p == q ? 1 / (u * size * size) : 0);
        }
    for (int i = 0; i < DOF; i++) { // a bound of the spectrum of M H
        double sum_m = 0, sum_h = 0;
        for (int j = 0; j < DOF; j++) {
            sum_m += fabs(m[i][j]);
            sum_h += fabs(h[i][j]);
        }
        shift = fmax(shift, sum_h);
        factor = fmax(factor, sum_m);
        v[i] = sin(i + 1.0);
    }
    shift *= factor;
    for (int round = 0; round < 40000; round++) { // power iteration of shift - M H
        double w[DOF], next[DOF], length = 0;
        for (int i = 0; i < DOF; i++) {
            w[i] = 0;
            for (int j = 0; j < DOF; j++)
                w[i] += h[i][j] * v[j];
        }
        for (int i = 0; i < DOF; i++) {
            next[i] = shift * v[i];
            for (int j = 0; j < DOF; j++)
                next[i] -= m[i][j] * w[j];
            length += next[i] * next[i];
        }
        factor = sqrt(length);
        for (int i = 0; i < DOF; i++)
            v[i] = next[i] / factor;
    }
    return factor - shift;
}

static int winding(const flx_cplx *psi)
{
    double sum = 0, c = cos(pi / RING), s = sin(pi / RING);
    for (int i = 0; i < RING; i++) {
        flx_cplx p = psi[i], q = psi[(i + 1) % RING];
        flx_cplx turned = {c * q.re + s * q.im, c * q.im - s * q.re};
        sum += atan2(p.re * turned.im - p.im * turned.re, p.re * turned.re + p.im * turned.im);
    }
    return (int)lround((sum + pi) / (2 * pi)); // n, as the sum is 2 pi n - pi
}

// Rate of slips from either state: the correlation of s = +-1 falls as exp(-2 rate t).
static spread slip_rate(flx_ctx *ctx, double temperature, double u, double dt, int32_t blocks)
{
    enum { LAGS = 6, GROUPS = 32 };
    squares l = rings(RINGS);
    flx_tdgl_problem p = {
        .mesh = &l.mesh,
        .u = u,
        .temperature = temperature,
        .drive = {.user = &l, .vector_potential = ring_field, .epsilon = ring_eps}};
    flx_tdgl *sim = start(ctx, &p, dt, 3);
    static signed char state[LAGS + 1][RINGS];
    static double product[LAGS + 1][GROUPS];
    memset(product, 0, sizeof product);
    int64_t every = (int64_t)lround(20 / dt); // 20 tau0
    for (int32_t b = -LAGS - 4; b < blocks; b++) {
        steps(ctx, sim, every);
        const flx_cplx *psi = flx_tdgl_frame(sim).psi;
        signed char *now = state[(b + 2 * LAGS + 2) % (LAGS + 1)];
        for (int32_t r = 0; r < RINGS; r++)
            now[r] = winding(psi + r * RING) > 0 ? 1 : -1;
        for (int lag = 0; lag <= LAGS && b >= 0; lag++) {
            const signed char *then = state[(b + 2 * LAGS + 2 - lag) % (LAGS + 1)];
            for (int32_t r = 0; r < RINGS; r++)
                product[lag][r % GROUPS] += now[r] * then[r];
        }
    }
    double rate[GROUPS];
    for (int g = 0; g < GROUPS; g++)
        rate[g] = log(product[1][g] / product[LAGS][g]) / (2 * 20 * (LAGS - 1));
    flx_tdgl_free(sim);
    squares_clear(&l);
    return spread_of(rate, GROUPS);
}

static void slips(void)
{
    const double u = 1;
    flx_ctx *ctx = flx_ctx_create();
    squares one = rings(1);
    flx_static_problem p = {
        .mesh = &one.mesh,
        .drive = {.user = &one, .vector_potential = ring_field, .epsilon = ring_eps},
        .u = u};
    flx_static_opts opts = flx_static_opts_default();
    flx_static *st;
    must(ctx, flx_static_create(ctx, &p, &opts, &st));
    flx_cplx from[RING], to[RING], saddle[RING];
    flx_static_report report;
    for (int n = 0; n < 2; n++) {
        flx_cplx *psi = n ? to : from;
        for (int i = 0; i < RING; i++)
            psi[i] = (flx_cplx){cos(2 * pi * n * i / RING), sin(2 * pi * n * i / RING)};
        must(ctx, flx_static_set_psi(st, psi));
        must(ctx, flx_static_minimise(st, &report));
        memcpy(psi, flx_static_frame(st).psi, sizeof from);
    }
    flx_static_barrier barrier;
    must(ctx, flx_static_saddle(st, from, to, &barrier, &report));
    memcpy(saddle, flx_static_frame(st).psi, sizeof saddle);
    double h[DOF][DOF];
    double height = (barrier.energy_saddle - barrier.energy_from) / 2; // Bc^2/mu0 xi^2 d = E_s/2
    printf("# Rings of %d cells of %g xi with a weak one (epsilon %g), half a flux quantum in "
           "each. Barrier by the "
           "static engine; rate of slips against Langer's formula, Hessians and the unstable mode "
           "of the dynamics "
           "computed in the program from the states at the minimum and at the saddle\n",
           RING, size, weak);
    row("barrier [E_s]", height, hessian(saddle, h) - hessian(from, h), "1e-7",
        "free energies, written out");
    double ratio = log_determinant(from) - log_determinant(saddle);
    double prefactor = growth(saddle, u) / (2 * pi) * exp(ratio / 2);
    // ln(rate/Langer's) is linear in T to the next order; the line by weighted least squares.
    enum { N = 3 };
    const double share[N] = {3.5, 5, 6.5};
    double w0 = 0, w1 = 0, w2 = 0, y0 = 0, y1 = 0;
    for (int k = 0; k < N; k++) {
        double temperature = height / share[k], langer = prefactor * exp(-share[k]);
        spread rate = slip_rate(ctx, temperature, u, 0.05, 200 << k);
        char name[64], tolerance[32];
        snprintf(name, sizeof name, "rate of slips / Langer's rate, barrier/T = %g", share[k]);
        snprintf(tolerance, sizeof tolerance, "%.2g",
                 1 / share[k] + 4 * rate.error / langer); // the next order is of size T/barrier
        row(name, rate.mean / langer, 1, tolerance,
            "Langer 1969, absolute; 4 errors and T/barrier");
        double w = pow(rate.mean / rate.error, 2), y = log(rate.mean / langer);
        w0 += w;
        w1 += w * temperature;
        w2 += w * temperature * temperature;
        y0 += w * y;
        y1 += w * temperature * y;
    }
    double det = w0 * w2 - w1 * w1, limit = (w2 * y0 - w1 * y1) / det;
    row4("the same, linear to T = 0", exp(limit), sqrt(w2 / det), 1, "Langer 1969, absolute");
    flx_static_free(st);
    squares_clear(&one);
    flx_ctx_free(ctx);
}

// ---- A weak link --------------------------------------------------------------------------------

// LINKS films of four sites: two banks of held |psi| = 1, 1 apart, LINK wide: I_c, 1/R and E_J are
// LINK in natural units.
enum { LINKS = 1000 };
static const double link_width = 0.02;

static void link_current(void *user, double t, double *current)
{
    (void)t;
    current[0] = *(const double *)user;
    current[1] = -current[0];
}

static flx_mesh *links(flx_ctx *ctx)
{
    double *x = get(4 * LINKS, sizeof *x), *y = get(4 * LINKS, sizeof *y);
    int32_t *tri = get(6 * LINKS, sizeof *tri);
    for (int32_t k = 0; k < LINKS; k++) {
        const int32_t corner[6] = {4 * k, 4 * k + 1, 4 * k + 3, 4 * k, 4 * k + 3, 4 * k + 2};
        for (int32_t c = 0; c < 4; c++) {
            x[4 * k + c] = c % 2;
            y[4 * k + c] = link_width * (c / 2) + k;
        }
        memcpy(tri + 6 * k, corner, sizeof corner);
    }
    flx_mesh_input input = {
        .n_site = 4 * LINKS, .n_tri = 2 * LINKS, .x = x, .y = y, .tri = tri, .keep_order = true};
    flx_mesh *mesh;
    must(ctx, flx_mesh_create(ctx, &input, &mesh));
    free(x);
    free(y);
    free(tri);
    return mesh;
}

static void weak_link(void)
{
    printf(
        "# A weak link with I_c R = 1 V0 (two sites of held |psi| = 1 on either side), i = I/I_c, "
        "t = k_B T/E_J: <V>/(I_c R), from steps of 0.05 and 0.025 tau0 extrapolated\n");
    flx_ctx *ctx = flx_ctx_create();
    flx_mesh *mesh = links(ctx);
    int32_t site[2][2 * LINKS];
    double length[2 * LINKS];
    for (int32_t k = 0; k < 2 * LINKS; k++) {
        site[0][k] = 2 * k;
        site[1][k] = 2 * k + 1;
        length[k] = link_width / 2;
    }
    flx_terminal terminal[2];
    for (int k = 0; k < 2; k++)
        terminal[k] = (flx_terminal){.site = site[k],
                                     .length = length,
                                     .n_site = 2 * LINKS,
                                     .psi = FLX_TERMINAL_HELD,
                                     .amplitude = 1};
    const double all[][2] = {{0.5, 0.2}, {0.5, 0.5}, {1, 0.2}, {1, 1}, {1.5, 0.5}};
    for (size_t c = 0; c < sizeof all / sizeof *all; c++) {
        double current = all[c][0] * link_width * LINKS;
        flx_tdgl_problem p = {.mesh = mesh,
                              .terminals = terminal,
                              .n_terminal = 2,
                              .u = 5.79,
                              .temperature = all[c][1] * link_width,
                              .drive = {.user = &current, .current = link_current}};
        spread v[2];
        for (int fine = 0; fine < 2; fine++) {
            double dt = 0.05 / (1 + fine), mean[LINKS] = {0};
            flx_tdgl *sim = start(ctx, &p, dt, 2 * (int)c + fine);
            const int32_t n = (int32_t)lround((fine ? 700 : 350) / dt),
                          early = (int32_t)lround(25 / dt);
            for (int32_t s = 0; s < n + early; s++) {
                steps(ctx, sim, 1);
                const double *mu = flx_tdgl_frame(sim).mu;
                for (int32_t k = 0; k < LINKS && s >= early; k++)
                    mean[k] += (mu[4 * k] + mu[4 * k + 2] - mu[4 * k + 1] - mu[4 * k + 3]) / 2 / n;
            }
            v[fine] = spread_of(mean, LINKS);
            flx_tdgl_free(sim);
        }
        char name[64];
        snprintf(name, sizeof name, "<V>/(I_c R), i = %g, t = %g", all[c][0], all[c][1]);
        row4(name, 2 * v[1].mean - v[0].mean, hypot(2 * v[1].error, v[0].error),
             washboard(all[c][0], all[c][1]), "Ambegaokar and Halperin 1969");
    }
    flx_mesh_free(mesh);
    flx_ctx_free(ctx);
}

int main(void)
{
    cells();
    modes();
    step_lengths();
    weak_link();
    slips();
    return 0;
}
