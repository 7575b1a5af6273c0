// The static engine against the literature, on meshes small enough for every build.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_static.h"

// A lattice closed along x with A = rate t along x (a thin ring unrolled), or with the field t and
// A along x, 0 in the middle of its rows.
typedef struct cylinder {
    lattice l;
    double rate;
    bool field;
} cylinder;

static void cylinder_a(void *user, double t, double *a, double *a_dot)
{
    const cylinder *c = user;
    const flx_mesh *m = &c->l.mesh;
    for (int32_t e = 0; e < m->n_edge; e++) {
        double y = (m->y[m->tail[e]] + m->y[m->head[e]] - c->l.ly) / 2;
        a[e] = t * c->l.dx[e] * (c->field ? -y : c->rate);
        a_dot[e] = 0;
    }
}

static flx_static *cylinder_static(flx_ctx *ctx, cylinder *c, int32_t modes)
{
    flx_static_problem p = {
        .mesh = &c->l.mesh,
        .drive = {.user = c, .vector_potential = cylinder_a, .vector_potential_varies = true}};
    flx_static_opts o = flx_static_opts_default();
    o.modes = modes;
    flx_static *st;
    must(ctx, flx_static_create(ctx, &p, &o, &st));
    return st;
}

// The limit of two values whose errors go as the square of the mean edge: meshes of unlike shape
// have not quite half the edges for half the max_edge.
static double limit_of_meshes(const double value[2], const double edge[2])
{
    return value[1] + (value[1] - value[0]) / (pow(edge[0] / edge[1], 2) - 1);
}

// -- limits of stability --------------------------------------------------------------------------

static flx_static_limit limit_from(flx_ctx *ctx, flx_static *st, double t_end)
{
    flx_static_limit limit;
    flx_static_report report;
    minimum(ctx, st);
    must(ctx, flx_static_follow(st, t_end, &limit, &report));
    assert_true(report.residual <= 1e-10);
    return limit;
}

static void vortices_enter_a_disk_where_its_lowest_eigenvalue_is_zero(void **state)
{
    (void)state;
    // R = 5: loss of stability to disturbances with m = 3; radial problem and its eigenvalues
    flx_ctx *ctx = flx_ctx_create();
    double t[2], edge[2];
    for (int k = 0; k < 2; k++) {
        flx_mesh *m = disk_mesh(ctx, 5, 0.4 / (1 << k));
        edge[k] = flx_mesh_quality_of(m).mean_edge;
        film f = {.mesh = m, .field_rate = 1};
        flx_static *st = film_static(ctx, &f, NULL, 1);
        flx_static_limit limit = limit_from(ctx, st, 0.6);
        assert_true(limit.found && fabs(limit.value) < 1e-6);
        t[k] = limit.t;
        flx_static_free(st);
        flx_mesh_free(m);
    }
    // errors of 2.5e-3 and 7e-4 of the field are seen; h^4 and uneven meshes leave a fifth
    assert_near(t[1], 0.3834871, 1.5e-3 * 0.3834871);
    assert_near(limit_of_meshes(t, edge), 0.3834871, 4e-4 * 0.3834871);
    flx_ctx_free(ctx);
}

static void a_thin_ring_is_stable_up_to_the_eckhaus_limit(void **state)
{
    (void)state;
    // |n - phi| <= R sqrt((1 + 1/2R^2)/3): the uniform state gives way to a pair of waves
    flx_ctx *ctx = flx_ctx_create();
    const double radius[] = {2, 5}, exact[] = {1.22474487, 2.91547595};
    for (int r = 0; r < 2; r++) {
        double t[2];
        for (int k = 0; k < 2; k++) {
            int32_t nx = (r ? 160 : 64) << k;
            double h = 2 * pi * radius[r] / nx;
            cylinder c = {.l = lattice_make(nx, 2, h, h * sqrt(0.75), false),
                          .rate = 1 / radius[r]};
            flx_static *st = cylinder_static(ctx, &c, 1);
            flx_static_limit limit = limit_from(ctx, st, 1.2 * exact[r]);
            assert_true(limit.found && !limit.fold); // uniform states go on, unstable
            t[k] = limit.t;
            flx_static_free(st);
            lattice_clear(&c.l);
        }
        // h = 0.2 and 0.1: h^2 k^2 and h^2 q^2 over 12, 1e-3; extrapolated its square
        assert_near(t[1], exact[r], 1e-3 * exact[r]);
        assert_near(limit_of(t[0], t[1], 2), exact[r], 1e-5 * exact[r]);
    }
    flx_ctx_free(ctx);
}

static void the_critical_current_of_a_wire_is_the_depairing_current(void **state)
{
    (void)state;
    // Between free terminals psi = f exp(iqx); on a lattice f^2 = 1 - (2 - 2 cos qh)/h^2 and J =
    // f^2 sin(qh)/h, whose largest value is what the fold must give.
    flx_ctx *ctx = flx_ctx_create();
    const double h = 0.25;
    bar b = bar_make(ctx, 8, 0.5, 32, 2);
    b.terminal[0].psi = b.terminal[1].psi = FLX_TERMINAL_FREE;
    film f = {.mesh = b.mesh, .current_rate = 0.5}; // 0.5 wide: J = t
    flx_static *st = film_static(ctx, &f, b.terminal, 1);
    flx_static_limit limit = limit_from(ctx, st, 1);
    double best = 0;
    for (int k = 0; k < 100000; k++) {
        double q = 1e-5 * k, j = (1 - (2 - 2 * cos(q * h)) / (h * h)) * sin(q * h) / h;
        best = fmax(best, j);
    }
    assert_true(limit.found && limit.fold);
    assert_near(limit.t, best, 1e-6);              // limit_tolerance
    assert_near(limit.t, 2 / (3 * sqrt(3)), 2e-3); // h^2/32
    // what lies beyond is no stationary state
    flx_static_report report;
    must(ctx, flx_static_set_drive(st, 0.4));
    assert_int_equal(flx_static_minimise(st, &report), FLX_ERR_DIVERGED);
    assert_non_null(strstr(flx_ctx_error(ctx), "Does the current exceed the critical one?"));
    flx_static_free(st);
    bar_clear(&b);
    flx_ctx_free(ctx);
}

static void a_state_stable_to_the_end_has_no_limit(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_mesh *m = disk_mesh(ctx, 2, 0.4);
    film f = {.mesh = m, .field_rate = 1};
    flx_static *st = film_static(ctx, &f, NULL, 1);
    flx_static_limit limit = limit_from(ctx, st, 0.8); // enters at 1.24
    assert_true(!limit.found);
    assert_near(limit.t, 0.8, 1e-12);
    assert_true(limit.value > 0.1);
    flx_static_free(st);
    flx_mesh_free(m);
    flx_ctx_free(ctx);
}

// -- nucleation -----------------------------------------------------------------------------------

static void nucleation_in_disks_follows_the_kummer_functions(void **state)
{
    (void)state;
    // Saint-James, Phys. Lett. 15, 13 (1965): R = 2 xi nucleates at 2.10800130 Bc2 with winding 2;
    // windings 0 and 1 cross at 1.92376936 Phi0, where the eigenvalue is 1.77711918/R^2
    flx_ctx *ctx = flx_ctx_create();
    double bulk[2], cusp[2][2], edge[2];
    for (int k = 0; k < 2; k++) {
        flx_mesh *m = disk_mesh(ctx, 2, 0.1 / (1 << k));
        edge[k] = flx_mesh_quality_of(m).mean_edge;
        film f = {.mesh = m, .field_rate = 1};
        flx_static *st = film_static(ctx, &f, NULL, 2);
        double value[2], residual;
        must(ctx, flx_static_set_drive(st, 2.10800130));
        must(ctx, flx_static_nucleation(st, value, NULL, &residual));
        bulk[k] = value[0];
        must(ctx, flx_static_set_drive(st, 1.92376936 / 2)); // Phi = B R^2/2 quanta
        must(ctx, flx_static_nucleation(st, value, NULL, &residual));
        cusp[0][k] = value[0];
        cusp[1][k] = value[1];
        flx_static_free(st);
        flx_mesh_free(m);
    }
    // 0.36 edge^2 = 6e-4 on the finer mesh; extrapolated, a tenth
    assert_near(bulk[1], 0, 1e-3);
    assert_near(limit_of_meshes(bulk, edge), 0, 6e-5);
    for (int l = 0; l < 2; l++)
        assert_near(limit_of_meshes(cusp[l], edge), 1.77711918 / 4 - 1, 6e-5);
    flx_ctx_free(ctx);
}

static void superconductivity_nucleates_at_an_edge_first(void **state)
{
    (void)state;
    // Saint-James and de Gennes, Phys. Lett. 7, 306 (1963): the lowest eigenvalue is Theta0 B, of
    // an orbit sqrt(Theta0/B) from the edge; both edges of a strip have one. Its wave number fits
    // the period here.
    flx_ctx *ctx = flx_ctx_create();
    const double theta = 0.5901061249, width = 8, wave = width / 2 - sqrt(theta);
    double value[2][2], residual;
    for (int k = 0; k < 2; k++) {
        int32_t nx = 20 << k, ny = (40 << k) + 1;
        cylinder c = {.l = lattice_make(nx, ny, 4 * pi / wave / nx, width / (ny - 1), false),
                      .field = true};
        flx_static *st = cylinder_static(ctx, &c, 2);
        must(ctx, flx_static_set_drive(st, 1));
        must(ctx, flx_static_nucleation(st, value[k], NULL, &residual));
        flx_static_free(st);
        lattice_clear(&c.l);
    }
    for (int l = 0; l < 2; l++)
        assert_near(1 + limit_of(value[0][l], value[1][l], 2), theta, 2e-4); // h^4 at h = 0.2
    flx_ctx_free(ctx);
}

// -- barriers -------------------------------------------------------------------------------------

static void a_phase_slip_in_a_ring_passes_the_saddle_of_langer_and_ambegaokar(void **state)
{
    (void)state;
    // Phys. Rev. 164, 498 (1967). A ring of circumference L with flux phi and winding 0: q0 = 2 pi
    // phi/L; its saddle has q L + 2 atan(sqrt(1 - 3q^2)/(sqrt2 q)) = 2 pi phi and the energy
    // -(1 - q^2)^2 L/2 + (4 sqrt2/3) sqrt(1 - 3q^2), up to exp(-sqrt2 L).
    flx_ctx *ctx = flx_ctx_create();
    const double length = 24, phi = 0.6, total = 2 * pi * phi;
    double low = 0, high = 0.5, q = 0, q0 = total / length, barrier[2];
    for (int k = 0; k < 100; k++) {
        q = (low + high) / 2;
        bool above = q * length + 2 * atan2(sqrt(1 - 3 * q * q), sqrt(2) * q) > total;
        *(above ? &high : &low) = q;
    }
    double exact = -pow(1 - q * q, 2) * length / 2 + 4 * sqrt(2) / 3 * sqrt(1 - 3 * q * q) +
                   pow(1 - q0 * q0, 2) * length / 2;
    for (int k = 0; k < 2; k++) {
        int32_t nx = 60 << k;
        double h = length / nx;
        cylinder c = {.l = lattice_make(nx, 2, h, h * sqrt(0.75), false), .rate = 2 * pi / length};
        flx_static *st = cylinder_static(ctx, &c, 1);
        must(ctx, flx_static_set_drive(st, phi));
        int32_t n = c.l.mesh.n_site;
        flx_cplx *from = get(n, sizeof *from), *to = get(n, sizeof *to);
        for (int32_t i = 0; i < n; i++) {
            double turn = 2 * pi * c.l.mesh.x[i] / length;
            from[i].re = 1;
            to[i] = (flx_cplx){cos(turn), sin(turn)};
        }
        flx_static_barrier b;
        flx_static_report report;
        must(ctx, flx_static_saddle(st, from, to, &b, &report));
        assert_true(b.connects && b.value < 0 && report.residual <= 1e-10 && !report.stable);
        barrier[k] = (b.energy_saddle - b.energy_from) / c.l.ly;
        // the winding 1 has the phase 2 pi (phi - 1)
        assert_near((b.energy_from - b.energy_to) / c.l.ly,
                    length / 2 * (pow(1 - pow((1 - phi) / phi * q0, 2), 2) - pow(1 - q0 * q0, 2)),
                    2e-3);
        free(from);
        free(to);
        flx_static_free(st);
        lattice_clear(&c.l);
    }
    assert_near(barrier[1], exact, 1e-3 * exact); // h = 0.2; 6e-4 is seen, h^2/60
    assert_near(limit_of(barrier[0], barrier[1], 2), exact, 2e-5 * exact);
    flx_ctx_free(ctx);
}

static void the_saddle_of_a_wire_with_current_has_the_free_energy_of_the_literature(void **state)
{
    (void)state;
    // (4 sqrt2/3) sqrt(1 - 3q^2) - 4 J atan(sqrt(1 - 3q^2)/(sqrt2 q)), J = q (1 - q^2); a wire of
    // 30 xi, whose ends are felt as exp(-sqrt2 15)
    flx_ctx *ctx = flx_ctx_create();
    bar b = bar_make(ctx, 30, 0.5, 400, 1);
    b.terminal[0].psi = b.terminal[1].psi = FLX_TERMINAL_FREE;
    film f = {.mesh = b.mesh, .current_rate = 0.5};
    flx_static *st = film_static(ctx, &f, b.terminal, 1);
    flx_cplx *kink = get(b.mesh->n_site, sizeof *kink);
    for (int32_t i = 0; i < b.mesh->n_site; i++)
        kink[i] = (flx_cplx){tanh(b.mesh->x[i] / sqrt(2)), 0.01};
    must(ctx, flx_static_set_psi(st, kink));
    const double q[] = {0, 0.05, 0.1, 0.2, 0.3};
    for (int k = 0; k < 5; k++) {
        // the saddle of one current is where that of the next is looked for
        double j = q[k] * (1 - q[k] * q[k]), energy[2], phase[2], value;
        flx_static_report report;
        must(ctx, flx_static_set_drive(st, j));
        must(ctx, flx_static_saddle_near(st, &value, &report));
        assert_true(value < 0);
        flx_cplx *saddle = get(b.mesh->n_site, sizeof *saddle);
        memcpy(saddle, flx_static_frame(st).psi, (size_t)b.mesh->n_site * sizeof *saddle);
        for (int s = 0; s < 2; s++) {
            if (s == 1) {
                for (int32_t i = 0; i < b.mesh->n_site; i++)
                    kink[i] = (flx_cplx){cos(q[k] * b.mesh->x[i]), sin(q[k] * b.mesh->x[i])};
                must(ctx, flx_static_set_psi(st, kink));
                report = minimum(ctx, st);
            }
            flx_frame frame = flx_static_frame(st);
            energy[s] = report.energy / 0.5;
            must(ctx, flx_measure_phase(ctx, &frame, b.site, b.nx + 1, &phase[s]));
        }
        double root = sqrt(1 - 3 * q[k] * q[k]);
        double exact =
            4 * sqrt(2) / 3 * root - 4 * j * (q[k] > 0 ? atan(root / (sqrt(2) * q[k])) : 0);
        double slip = phase[0] - phase[1];
        slip -= 2 * pi * floor(slip / (2 * pi)); // with the current, less than a turn
        assert_near(energy[0] - energy[1] - 2 * j * slip, exact, 1e-3 * exact); // 7e-4 at q = 0.3
        must(ctx, flx_static_set_psi(st, saddle));
        free(saddle);
    }
    free(kink);
    flx_static_free(st);
    bar_clear(&b);
    flx_ctx_free(ctx);
}

static void a_vortex_passes_a_saddle_at_the_edge_of_a_disk(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_mesh *m = disk_mesh(ctx, 5, 0.5);
    double barrier[2];
    for (int k = 0; k < 2; k++) { // nearer to the field of entry, 0.383, the barrier is lower
        film f = {.mesh = m, .field = k ? 0.35 : 0.25};
        flx_static *st = film_static(ctx, &f, NULL, 1);
        flx_cplx *none = get(m->n_site, sizeof *none), *one = get(m->n_site, sizeof *one);
        flx_start_uniform(m, NULL, none);
        flx_start_uniform(m, NULL, one);
        must(ctx, flx_start_vortices(ctx, m, &(flx_start_vortex){.winding = 1}, 1, one));
        flx_static_barrier b;
        flx_static_report report;
        must(ctx, flx_static_saddle(st, none, one, &b, &report));
        assert_true(b.connects && b.energy_to < b.energy_from);
        barrier[k] = b.energy_saddle - b.energy_from;
        free(none);
        free(one);
        flx_static_free(st);
    }
    assert_true(barrier[1] > 0 && barrier[1] < 0.2 * barrier[0]);
    flx_mesh_free(m);
    flx_ctx_free(ctx);
}

static void no_saddle_is_told_where_there_are_no_two_minima(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    bar b = bar_make(ctx, 6, 1, 24, 4);
    film f = {.mesh = b.mesh};
    flx_static *st = film_static(ctx, &f, NULL, 1);
    flx_cplx *psi = get(b.mesh->n_site, sizeof *psi);
    flx_start_uniform(b.mesh, NULL, psi);
    flx_static_barrier barrier;
    flx_static_report report;
    assert_int_equal(flx_static_saddle(st, psi, psi, &barrier, &report), FLX_ERR_INPUT);
    assert_string_equal(flx_ctx_error(ctx),
                        "the two states between which a saddle is wanted are the same minimum");
    free(psi);
    flx_static_free(st);
    bar_clear(&b);
    flx_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vortices_enter_a_disk_where_its_lowest_eigenvalue_is_zero),
        cmocka_unit_test(a_thin_ring_is_stable_up_to_the_eckhaus_limit),
        cmocka_unit_test(the_critical_current_of_a_wire_is_the_depairing_current),
        cmocka_unit_test(a_state_stable_to_the_end_has_no_limit),
        cmocka_unit_test(nucleation_in_disks_follows_the_kummer_functions),
        cmocka_unit_test(superconductivity_nucleates_at_an_edge_first),
        cmocka_unit_test(a_phase_slip_in_a_ring_passes_the_saddle_of_langer_and_ambegaokar),
        cmocka_unit_test(the_saddle_of_a_wire_with_current_has_the_free_energy_of_the_literature),
        cmocka_unit_test(a_vortex_passes_a_saddle_at_the_edge_of_a_disk),
        cmocka_unit_test(no_saddle_is_told_where_there_are_no_two_minima),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
