// The xy engine: exact finite lattices, every lattice against direct integration, strips against
// replicas, threads, restart, refusals.
//
// Exact values come from currents on the bonds: with the weight of a bond written as
// sum_n I_|n|(beta) exp(i n phi) (Villain: (2 pi beta)^(-1/2) exp(-n^2/(2 beta))), integration over
// the angles leaves integer currents without divergence, summed by a transfer matrix; Jose,
// Kadanoff, Kirkpatrick, Nelson, Phys. Rev. B 16, 1217 (1977).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/xy.h"
#include "test.h"

static flx_xy *start(flx_ctx *ctx, const flx_xy_problem *p, const flx_xy_opts *o)
{
    flx_xy *sim;
    if (flx_xy_create(ctx, p, o, &sim) != FLX_OK)
        fail_msg("%s", flx_ctx_error(ctx));
    return sim;
}

static flx_xy_result run(const flx_xy_problem *p, const flx_xy_opts *o)
{
    flx_ctx *ctx = flx_ctx_create();
    flx_xy *sim = start(ctx, p, o);
    while (flx_xy_step(sim, 10000) == FLX_OK)
        ;
    flx_xy_result r;
    assert_int_equal(flx_xy_result_of(sim, 0, &r), FLX_OK);
    flx_xy_free(sim);
    flx_ctx_free(ctx);
    return r;
}

// Three standard errors. Of some 130 comparisons chance lets 0.35 lie beyond (one in 370 of a
// Gaussian), three or more in one of 190 runs; beyond four it lets 0.008. `largest` bounds the error
// itself: a comparison with a wide one is none.
static int beyond;
static void assert_estimate(const char *what, flx_xy_estimate e, double exact, double largest)
{
    if (!(e.error <= largest))
        fail_msg("%s: error %g, wanted %g", what, e.error, largest);
    double off = fabs(e.value - exact) / (e.error + 1e-12);
    beyond += off > 3;
    if (!(off <= 4 && beyond <= 2))
        fail_msg("%s is %.8f +- %.1g, exact %.8f: %.1f errors away", what, e.value, e.error, exact,
                 off);
}

// ---- Exact lattices ------------------------------------------------------------------------------

typedef struct exact {
    int32_t model, size;
    double flux, t, e, c, y, w4;
    double millions; // of sweeps, so that energy and helicity have errors below 2e-4
} exact;

static const exact table[] = {
    {FLX_XY_COSINE, 2, 0, 0.5, -1.8015607533, 0.42526010, 0.900780376635, 10.317771315525, 8},
    {FLX_XY_COSINE, 2, 0, 0.8929, -1.6170891281, 0.52534533, 0.808544564043, 2.841717912213, 28},
    {FLX_XY_COSINE, 2, 0, 1.5, -1.2670472180, 0.57351828, 0.633523608984, 0.807908457044, 100},
    {FLX_XY_COSINE, 3, 0, 0.5, -1.7621592375, 0.51661510, 0.877262793964, 9.503910428367, 8},
    {FLX_XY_COSINE, 3, 0, 0.8929, -1.5323110482, 0.68350073, 0.746929828396, 2.311898548493, 20},
    {FLX_XY_COSINE, 3, 0, 1.5, -1.0390964823, 0.80288280, 0.435643287495, 0.444597949131, 90},
    {FLX_XY_COSINE, 4, 0, 0.5, -1.7480008001, 0.55091571, 0.868409750040, 9.202968956249, 8},
    {FLX_XY_COSINE, 4, 0, 0.8929, -1.4987607886, 0.76162499, 0.716801477940, 2.078005089891, 20},
    {FLX_XY_COSINE, 4, 0, 1.5, -0.9259860958, 0.88256916, 0.295719762646, 0.262038951920, 64},
    {FLX_XY_VILLAIN, 2, 0, 1.3306, 0.5066023055, 0.42407562, 0.994370515023, 1.699215802184, 44},
    {FLX_XY_VILLAIN, 3, 0, 1.0, 0.4452714480, 0.45371739, 0.998590787041, 2.997836023206, 12},
    {FLX_XY_COSINE, 2, 0.5, 0.3, -1.2912963414, 0.45134594, 0.645648170709, 15.590586384809, 8},
    {FLX_XY_COSINE, 2, 0.5, 0.6, -1.1613274655, 0.39603206, 0.580663732755, 3.682780222705, 16},
    {FLX_XY_COSINE, 4, 0.5, 0.45, -1.1435782196, 0.89609584, 0.497434478760, 4.193795155323, 16},
};

// Specific heat and <W^4> vary more: their errors are a few times larger here; the validation
// program xy_exact runs longer.
static void check_exact(const exact *x, int32_t precision, int32_t replicas, double part)
{
    flx_xy_problem p = {.model = x->model,
                        .size = {x->size, x->size},
                        .flux = x->flux,
                        .temperature = &x->t,
                        .n_temperature = 1};
    flx_xy_opts o = flx_xy_opts_default();
    o.precision = precision;
    o.replicas = replicas;
    o.sweeps = (int32_t)(1e6 * x->millions * part);
    o.metropolis = 3;
    o.overrelaxation = 1;
    flx_xy_result r = run(&p, &o);
    char name[96];
    const char *what[] = {"energy", "specific heat", "helicity x", "helicity y", "<W^4> of x"};
    flx_xy_estimate got[] = {r.energy, r.specific_heat, r.helicity[0], r.helicity[1],
                             r.winding4[0]};
    double want[] = {x->e, x->c, x->y, x->y, x->w4}, largest[] = {2e-4, 2e-3, 2e-4, 2e-4, 1e-3};
    for (int k = 0; k < 5; k++) {
        snprintf(name, sizeof name, "%s %s, L = %d, f = %g, T = %g, %d replicas", what[k],
                 x->model == FLX_XY_VILLAIN ? "Villain" : "XY", (int)x->size, x->flux, x->t,
                 (int)r.replicas);
        double size = k == 4 ? fmax(1, x->w4) : 1;
        assert_estimate(name, got[k], want[k], largest[k] * size / sqrt(part));
    }
}

static void the_exact_averages_of_small_lattices_are_found(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof table / sizeof *table; k++)
        check_exact(&table[k], FLX_XY_FLOAT, 0, 1);
}

static void double_precision_and_strips_give_the_same_averages(void **state)
{
    (void)state;
    check_exact(&table[7], FLX_XY_DOUBLE, 0, 0.1);
    check_exact(&table[7], FLX_XY_DOUBLE, 4, 0.1); // two strips of two sites
    check_exact(&table[7], FLX_XY_FLOAT, 8, 0.1);  // likewise
    check_exact(&table[13], FLX_XY_FLOAT, 8, 0.2); // with flux across the strips
    check_exact(&table[9], FLX_XY_DOUBLE, 4, 0.05);
}

// Strips of odd width: both ends of a strip are even columns, and neighbours across its edge.
static void strips_of_odd_width_give_the_averages_of_whole_rows(void **state)
{
    (void)state;
    const double t = 0.8929;
    flx_xy_problem p = {.size = {6, 3}, .temperature = &t, .n_temperature = 1};
    flx_xy_opts o = flx_xy_opts_default();
    o.sweeps = 3000000;
    o.metropolis = 3;
    o.precision = FLX_XY_DOUBLE;
    o.replicas = 8;
    flx_xy_result whole = run(&p, &o);
    o.replicas = 4;
    flx_xy_result strips = run(&p, &o);
    assert_int_equal(strips.replicas, 4);
    double error = hypot(whole.energy.error, strips.energy.error);
    assert_estimate("energy of two strips of three",
                    (flx_xy_estimate){strips.energy.value, error, 0}, whole.energy.value, 1e-3);
    error = hypot(whole.helicity[0].error, strips.helicity[0].error);
    assert_estimate("helicity of two strips of three",
                    (flx_xy_estimate){strips.helicity[0].value, error, 0}, whole.helicity[0].value,
                    1e-3);
}

// ---- Any lattice of four sites -------------------------------------------------------------------

// Direct integration over three angles (the fourth is a symmetry), by the midpoint rule, which
// converges exponentially: 24 points leave less than 1e-9 at these temperatures.
typedef struct four {
    double e, c, y;
} four;

static four integrate(const flx_xy_problem *p)
{
    enum { N = 24 };
    const int kinds = p->lattice == FLX_XY_TRIANGULAR ? 3 : 2;
    const int step[3][2] = {{1, 0}, {0, 1}, {-1, 1}};
    const double east[3] = {1, kinds == 3 ? 0.5 : 0, -0.5}, beta = 1 / *p->temperature;
    double z = 0, e1 = 0, e2 = 0, twist = 0, mean = 0;
    int present = 4;
    for (int i = 0; i < 4; i++)
        present -= p->absent && p->absent[i];
    for (int k = 0; k < N * N * N; k++) {
        double theta[4] = {2 * M_PI * (k % N) / N, 2 * M_PI * (k / N % N) / N,
                           2 * M_PI * (k / N / N) / N, 0};
        double e = 0, s1 = 0, s2 = 0;
        for (int i = 0; i < 4; i++)
            for (int b = 0; b < kinds; b++) {
                int x = i % 2 + step[b][0], y = i / 2 + step[b][1], j = (x & 1) + 2 * (y & 1);
                bool out = (p->open[0] && x != (x & 1)) || (p->open[1] && y != (y & 1));
                if (out || (p->absent && (p->absent[i] || p->absent[j])))
                    continue;
                double phi = theta[j] - theta[i] - (p->phase ? p->phase[kinds * i + b] : 0);
                double coupling = p->coupling ? p->coupling[kinds * i + b] : 1;
                e -= coupling * cos(phi);
                s1 += coupling * east[b] * sin(phi);
                s2 += coupling * east[b] * east[b] * cos(phi);
            }
        double w = exp(-beta * e);
        z += w;
        e1 += w * e;
        e2 += w * e * e;
        twist += w * (s2 - beta * s1 * s1);
        mean += w * s1;
    }
    double area = kinds == 3 ? 4 * sqrt(0.75) : 4;
    return (four){.e = e1 / z / present,
                  .c = beta * beta * (e2 / z - e1 / z * (e1 / z)) / present,
                  .y = (twist / z + beta * (mean / z) * (mean / z)) / area};
}

static void check_four(const char *name, flx_xy_problem p)
{
    const double t = 0.9;
    p.size[0] = p.size[1] = 2;
    p.temperature = &t;
    p.n_temperature = 1;
    four want = integrate(&p);
    for (int precision = 0; precision < 2; precision++) {
        flx_xy_opts o = flx_xy_opts_default();
        o.precision = precision;
        o.sweeps = 3000000;
        o.metropolis = 3;
        o.overrelaxation = 1;
        flx_xy_result r = run(&p, &o);
        // Twice what runs of this length have.
        assert_estimate(name, r.energy, want.e, 1e-3);
        assert_estimate(name, r.specific_heat, want.c, 4e-3);
        assert_estimate(name, r.helicity[0], want.y, 1.5e-3);
    }
}

static void any_lattice_of_four_sites_agrees_with_direct_integration(void **state)
{
    (void)state;
    const double coupling[12] = {1.2, 0.7, 1, -0.4, 0.9, 1.1, 0.3, 1, 0.8, 1.3, 0.6, 1};
    const uint8_t absent[4] = {0, 0, 1, 0};
    check_four("square", (flx_xy_problem){.lattice = FLX_XY_SQUARE});
    check_four("phases", (flx_xy_problem){.phase = coupling}); // persistent currents flow
    check_four("triangular", (flx_xy_problem){.lattice = FLX_XY_TRIANGULAR});
    check_four("couplings", (flx_xy_problem){.coupling = coupling});
    check_four("couplings, triangular",
               (flx_xy_problem){.lattice = FLX_XY_TRIANGULAR, .coupling = coupling});
    check_four("open along x", (flx_xy_problem){.open = {true}});
    check_four("open", (flx_xy_problem){.lattice = FLX_XY_TRIANGULAR, .open = {true, true}});
    check_four("diluted", (flx_xy_problem){.absent = absent});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_exact_averages_of_small_lattices_are_found),
        cmocka_unit_test(double_precision_and_strips_give_the_same_averages),
        cmocka_unit_test(strips_of_odd_width_give_the_averages_of_whole_rows),
        cmocka_unit_test(any_lattice_of_four_sites_agrees_with_direct_integration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
