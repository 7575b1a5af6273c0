// The Kosterlitz-Thouless transition of square lattices, XY and Villain, from sizes up to 128.
//   XY: T_KT = 0.892943(2), Ueda and Oshikawa, Phys. Rev. B 104, 165132 (2021). Villain: K_R of the
//   discrete Gaussian model 0.6653(2), Hasenbusch and Pinn, J. Phys. A 30, 63 (1997), by duality
//   T = 2 K_R = 1.3306. Jump and logarithm: Hasenbusch, J. Phys. A 38, 5869 (2005).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/xy.h"
#include "validate.h"

enum { N_T = 5, SIZES_MAX = 8 };
static const double jump = 0.63650817819, approach = 0.318899454;

typedef struct series {
    flx_xy_stiffness point[SIZES_MAX * N_T];
    int32_t n_size;
} series;

// Five temperatures, 1 % apart, around `middle`.
static void sample(int32_t model, double middle, const int32_t *sizes, int32_t n, double sweeps,
                   series *s)
{
    double t[N_T];
    for (int k = 0; k < N_T; k++)
        t[k] = middle * (1 + 0.01 * (k - N_T / 2));
    s->n_size = n;
    for (int32_t k = 0; k < n; k++) {
        flx_ctx *ctx = flx_ctx_create();
        flx_xy_problem p = {
            .model = model, .size = {sizes[k], sizes[k]}, .temperature = t, .n_temperature = N_T};
        flx_xy_opts o = flx_xy_opts_default();
        flx_xy *sim;
        o.sweeps = (int32_t)sweeps;
        o.threads = 2; // no result depends on it
        must(ctx, flx_xy_create(ctx, &p, &o, &sim));
        while (flx_xy_step(sim, 100000) == FLX_OK)
            ;
        for (int32_t j = 0; j < N_T; j++) {
            flx_xy_result r;
            must(ctx, flx_xy_result_of(sim, j, &r));
            s->point[k * N_T + j] = (flx_xy_stiffness){.size = sizes[k],
                                                       .temperature = t[j],
                                                       .helicity = r.helicity_mean.value,
                                                       .error = r.helicity_mean.error};
        }
        flx_xy_free(sim);
        flx_ctx_free(ctx);
    }
}

static flx_xy_transition transition(const series *s, int32_t skip)
{
    flx_ctx *ctx = flx_ctx_create();
    flx_xy_transition t;
    must(ctx, flx_xy_transition_of(ctx, s->point + skip * N_T, (s->n_size - skip) * N_T, &t));
    flx_ctx_free(ctx);
    return t;
}

// Y/T = a + approach/(u + ln(u)/2), u = ln L + c, at the middle temperature, by Newton's rule for least
// squares.
static void fit_jump(const series *s, double *a, double *c, double *error)
{
    *a = 0.6365;
    *c = 0.3;
    for (int step = 0; step < 30; step++) {
        double h[2][2] = {{0}}, g[2] = {0};
        for (int32_t k = 0; k < s->n_size; k++) {
            const flx_xy_stiffness *p = &s->point[k * N_T + N_T / 2];
            double u = log(p->size) + *c, length = u + 0.5 * log(u);
            double w = pow(p->temperature / p->error, 2);
            double off = p->helicity / p->temperature - *a - approach / length;
            double d[2] = {1, -approach * (1 + 0.5 / u) / (length * length)};
            for (int i = 0; i < 2; i++) {
                g[i] += w * d[i] * off;
                for (int j = 0; j < 2; j++)
                    h[i][j] += w * d[i] * d[j];
            }
        }
        double det = h[0][0] * h[1][1] - h[0][1] * h[1][0];
        *a += (h[1][1] * g[0] - h[0][1] * g[1]) / det;
        *c += (h[0][0] * g[1] - h[1][0] * g[0]) / det;
        *error = sqrt(h[1][1] / det);
    }
}

int main(void)
{
    static const int32_t sizes[] = {16, 24, 32, 48, 64, 96, 128};
    series s;
    printf(
        "# XY model, square lattices of 16 to 128: T at which the sizes follow the law of the "
        "transition best, the statistical error, and what leaving out the smallest size changes\n");
    sample(FLX_XY_COSINE, 0.892943, sizes, 7, 2e6, &s);
    flx_xy_transition t = transition(&s, 0), less = transition(&s, 1);
    row("T_KT, XY", t.t, 0.892943, "0.001", "Ueda and Oshikawa 2021");
    row("T_KT, XY, without L = 16", less.t, 0.892943, "0.0015", "Ueda and Oshikawa 2021");
    row("statistical error", t.statistical, 0, "0.0006", "wanted");
    row("half of what the next order of the law changes", t.form, 0, "0.001", "wanted");
    row("change without the smallest size", t.systematic, 0, "0.001", "wanted");
    row("chi squared for each degree of freedom", t.chi2 / t.n_free, 1, "1.6", "5 degrees");
    double a, c, error;
    char tolerance[32];
    fit_jump(&s, &a, &c, &error);
    snprintf(tolerance, sizeof tolerance, "%.2g", 3 * error);
    row("jump of Y/T at T = 0.892943", a, jump, tolerance,
        "Hasenbusch 2005; three standard errors");
    static const double other[3][2] = {{0.7080, 8e-4}, {0.6987, 8e-4}, {0.6919, 1.1e-3}};
    for (int k = 0; k < 3; k++) { // L = 32, 64, 128
        const flx_xy_stiffness *p = &s.point[(2 + 2 * k) * N_T + N_T / 2];
        char name[64];
        snprintf(name, sizeof name, "Y/T, L = %d", p->size);
        snprintf(tolerance, sizeof tolerance, "%.2g",
                 3 * hypot(p->error / p->temperature, other[k][1]));
        row(name, p->helicity / p->temperature, other[k][0], tolerance,
            "separate Monte Carlo program; three errors of both");
    }
    // C of Y/T = jump + approach/(ln L + C), from one size alone.
    for (int k = 0; k < 2; k++) {
        const flx_xy_stiffness *p = &s.point[(2 + 2 * k) * N_T + N_T / 2];
        double beyond = p->helicity / p->temperature - jump;
        char name[64];
        snprintf(name, sizeof name, "C of the logarithm, L = %d", p->size);
        snprintf(tolerance, sizeof tolerance, "%.2g",
                 3 * approach / (beyond * beyond) * hypot(p->error / p->temperature, other[k][1]));
        row(name, approach / beyond - log(p->size), k ? 0.97 : 0.98, tolerance,
            "separate Monte Carlo program; three errors of both");
    }
    printf("# Villain model, square lattices of 8 to 64\n");
    static const int32_t small[] = {8, 12, 16, 24, 32, 48, 64};
    sample(FLX_XY_VILLAIN, 1.3306, small, 7, 4e6, &s);
    t = transition(&s, 0);
    less = transition(&s, 1);
    row("T_KT, Villain", t.t, 1.3306, "0.001", "Hasenbusch and Pinn 1997, 1.3306(4) by duality");
    row("T_KT, Villain, without L = 8", less.t, 1.3306, "0.0015",
        "Hasenbusch and Pinn 1997, 1.3306(4) by duality");
    row("statistical error", t.statistical, 0, "0.0004", "wanted");
    row("half of what the next order of the law changes", t.form, 0, "0.002", "wanted");
    row("chi squared for each degree of freedom", t.chi2 / t.n_free, 1, "1.6", "5 degrees");
    return 0;
}
