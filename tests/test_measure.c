// Currents, cuts, windings, vortices, fluxoids, energies, probes.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/base.h"
#include "fluxoid/measure.h"
#include "fluxoid/source.h"
#include "fvm/operator.h"
#include "test.h"
#include "test_measure_mesh.h"

static const double pi = 3.14159265358979323846;

// A frame that owns its arrays.
typedef struct sample {
    flx_mesh *mesh;
    flx_cplx *psi;
    double *mu, *a;
    flx_frame frame;
} sample;

static sample sample_on(flx_mesh *mesh)
{
    sample s = {.mesh = mesh,
                .psi = calloc((size_t)mesh->n_site, sizeof *s.psi),
                .mu = calloc((size_t)mesh->n_site, sizeof *s.mu),
                .a = calloc((size_t)mesh->n_edge, sizeof *s.a)};
    s.frame = (flx_frame){.mesh = mesh, .psi = s.psi, .mu = s.mu, .a = s.a, .u = 5.79, .gamma = 2};
    return s;
}

static void sample_clear(sample *s)
{
    flx_mesh_free(s->mesh);
    free(s->psi);
    free(s->mu);
    free(s->a);
}

static void apply_field(sample *s, double b)
{
    flx_field_term term = {.kind = FLX_FIELD_UNIFORM, .amplitude = b};
    flx_source_problem problem = {.mesh = s->mesh, .field = &term, .n_field = 1};
    flx_source *source;
    assert_int_equal(flx_source_create(NULL, &problem, &source), FLX_OK);
    flx_source_vector_potential(source, 0, s->a, NULL);
    flx_source_free(source);
}

// psi = (0.5 + 0.1 r) exp(i n phi) in the field b on an annulus 1 < r < 3.
static sample annulus_state(int32_t nr, int32_t nt, int32_t n, double b)
{
    sample s = sample_on(test_annulus(1, 3, nr, nt, 0));
    apply_field(&s, b);
    for (int32_t i = 0; i < s.mesh->n_site; i++) {
        double phi = atan2(s.mesh->y[i], s.mesh->x[i]), r = hypot(s.mesh->x[i], s.mesh->y[i]);
        s.psi[i] = (flx_cplx){(0.5 + 0.1 * r) * cos(n * phi), (0.5 + 0.1 * r) * sin(n * phi)};
    }
    return s;
}

// -- currents -------------------------------------------------------------------------------------

// Largest error on sites of the field (fx, fy) from its values in the middles of the edges.
static double site_error(const flx_mesh *mesh, double (*fx)(double, double),
                         double (*fy)(double, double))
{
    double *j = calloc((size_t)mesh->n_edge, sizeof *j), worst = 0;
    double *out = calloc(2 * (size_t)mesh->n_site, sizeof *out);
    for (int32_t e = 0; e < mesh->n_edge; e++) {
        int32_t a = mesh->tail[e], b = mesh->head[e];
        double x = (mesh->x[a] + mesh->x[b]) / 2, y = (mesh->y[a] + mesh->y[b]) / 2;
        j[e] = (fx(x, y) * (mesh->x[b] - mesh->x[a]) + fy(x, y) * (mesh->y[b] - mesh->y[a])) /
               mesh->length[e];
    }
    flx_measure_sites(mesh, j, out);
    for (int32_t i = 0; i < mesh->n_site; i++)
        worst = fmax(worst, hypot(out[2 * i] - fx(mesh->x[i], mesh->y[i]),
                                  out[2 * i + 1] - fy(mesh->x[i], mesh->y[i])));
    free(j);
    free(out);
    return worst;
}

static void kept_fits_give_the_same_bits(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    flx_mesh *mesh = test_annulus(1, 3, 5, 24, 0.4);
    flx_site_currents *fits;
    double *j = calloc((size_t)mesh->n_edge, sizeof *j);
    double *once = calloc(2 * (size_t)mesh->n_site, sizeof *once);
    double *again = calloc(2 * (size_t)mesh->n_site, sizeof *again);
    assert_int_equal(flx_site_currents_create(ctx, mesh, &fits), FLX_OK);
    for (int frame = 1; frame < 3; frame++) {
        for (int32_t e = 0; e < mesh->n_edge; e++)
            j[e] = sin(frame * (e + 1.0));
        flx_measure_sites(mesh, j, once);
        flx_site_currents_apply(fits, j, again);
        assert_true(once[0] != 0);
        assert_memory_equal(once, again, 2 * (size_t)mesh->n_site * sizeof *once);
    }
    flx_site_currents_free(fits);
    free(j);
    free(once);
    free(again);
    flx_mesh_free(mesh);
    flx_ctx_free(ctx);
}

static double linear_x(double x, double y)
{
    return 1 + 0.3 * x - 0.7 * y;
}
static double linear_y(double x, double y)
{
    return -2 + 0.9 * x + 0.4 * y;
}
static double wave_x(double x, double y)
{
    return sin(x + 2 * y);
}
static double wave_y(double x, double y)
{
    return cos(2 * x - y);
}

static void site_currents_are_exact_for_linear_fields_and_of_second_order(void **state)
{
    (void)state;
    flx_mesh *ring = test_annulus(1, 3, 5, 24, 0.4);
    // Rounding, times the condition (up to 1e4) of one-sided fits at corners.
    assert_near(site_error(ring, linear_x, linear_y), 0, 1e-11);
    flx_mesh_free(ring);
    double error[2];
    for (int k = 0; k < 2; k++) {
        flx_mesh *mesh = test_rectangle(12 << k, 9 << k, 3, 2, 0.15);
        assert_near(site_error(mesh, linear_x, linear_y), 0, 1e-11);
        error[k] = site_error(mesh, wave_x, wave_y);
        flx_mesh_free(mesh);
    }
    // Order 2 gives 4; the irregular mesh is another one at each size.
    assert_true(error[1] < 0.03);
}

static void a_normal_bar_conserves_its_current(void **state)
{
    (void)state;
    sample s = sample_on(test_rectangle(10, 6, 5, 3, 0.15));
    const flx_mesh *m = s.mesh;
    for (int32_t i = 0; i < m->n_site; i++)
        s.mu[i] = -0.4 * m->x[i];
    double *j = calloc((size_t)m->n_edge, sizeof *j), *out = calloc((size_t)m->n_site, sizeof *out);
    flx_measure_edges(&s.frame, NULL, j);
    flx_measure_outflow(m, j, out);
    int32_t site[2][7];
    double length[7] = {0.25, 0.5, 0.5, 0.5, 0.5, 0.5, 0.25};
    for (int32_t k = 0; k < 7; k++) {
        site[0][k] = 11 * k;
        site[1][k] = 11 * k + 10;
    }
    flx_terminal terminal[2] = {{.site = site[0], .length = length, .n_site = 7},
                                {.site = site[1], .length = length, .n_site = 7}};
    // Rounding. Linear potentials are solved exactly by finite volumes on any mesh.
    assert_near(flx_measure_terminal(&terminal[0], out), 0.4 * 3, 1e-14);
    assert_near(flx_measure_terminal(&terminal[1], out), -0.4 * 3, 1e-14);
    double residual;
    assert_int_equal(flx_measure_residual(NULL, &s.frame, terminal, 2, &residual), FLX_OK);
    assert_near(residual, 0, 1e-14);
    assert_int_equal(flx_measure_residual(NULL, &s.frame, terminal, 1, &residual), FLX_OK);
    assert_near(residual, 0.4 * 0.5, 1e-14);
    const double cut[3][6] = {
        {2.2, 3.5, 2.2, -1, 2.2, -1}, {1, 4, 4.5, 1.5, 1.7, -1}, {2.5, 3, 2.5, 1.5, 2.5, 0}};
    for (int k = 0; k < 3; k++) {
        double current;
        assert_int_equal(flx_measure_cut(NULL, m, j, &(flx_cut){cut[k], 3, -1}, &current), FLX_OK);
        // Walked downwards, its left is at larger x.
        assert_near(current, -0.4 * 3, 1e-14);
    }
    free(j);
    free(out);
    sample_clear(&s);
}

static void the_current_through_a_cut_depends_on_its_ends_alone(void **state)
{
    (void)state;
    // Any stream function g on triangles, with one value in the hole and one outside, gives the
    // conserved fluxes s_e j_e = g(left) - g(right).
    flx_mesh *m = test_annulus(1, 3, 4, 20, 0);
    double *j = calloc((size_t)m->n_edge, sizeof *j);
    const double in_hole = 0.7, outside = -0.4;
    for (int32_t e = 0; e < m->n_edge; e++) {
        double g[2];
        for (int side = 0; side < 2; side++) {
            int32_t t = m->edge_tri[2 * e + side];
            double rim = hypot(m->x[m->tail[e]], m->y[m->tail[e]]) < 2 ? in_hole : outside;
            g[side] = t >= 0 ? test_scatter(t) : rim;
        }
        j[e] = (g[0] - g[1]) / m->dual[e];
    }
    // Straight; through sites; zigzag; round the hole and back over its own track.
    const double cut[4][12] = {
        {0, 0, 1, 0.1, 2, 0.2, 4, 0.3, 5, 1, 5, 2},
        {0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0},
        {0.3, 0, 1.5, 1.7, 2.1, -0.3, -2, 0.5, -2, -2, 0, -9},
        {0, 0.2, 2, 0, 0, 2, -2, 0, 0, -2, 4, 0.11},
    };
    for (int k = 0; k < 4; k++) {
        double current;
        assert_int_equal(flx_measure_cut(NULL, m, j, &(flx_cut){cut[k], 6, 0}, &current), FLX_OK);
        assert_near(current, outside - in_hole, 1e-13); // rounding of some 20 terms
    }
    flx_ctx *ctx = flx_ctx_create();
    double current, inside[4] = {0, 0, 2, 0.1};
    assert_int_equal(flx_measure_cut(ctx, m, j, &(flx_cut){inside, 2, -1}, &current),
                     FLX_ERR_INPUT);
    assert_non_null(strstr(flx_ctx_error(ctx), "inside the film"));
    flx_ctx_free(ctx);
    free(j);
    flx_mesh_free(m);
}

static double moment_error(int32_t nr, int32_t nt)
{
    flx_mesh *m = test_annulus(1, 3, nr, nt, 0);
    double *K = calloc(2 * (size_t)m->n_site, sizeof *K);
    for (int32_t i = 0; i < m->n_site; i++) {
        K[2 * i] = -m->y[i];
        K[2 * i + 1] = m->x[i];
    }
    double moment = flx_measure_moment(m, K);
    free(K);
    flx_mesh_free(m);
    return fabs(moment / (pi * 80 / 4) - 1); // K_phi = r: (1/2) integral of r^2 = pi (81 - 1)/4
}

static void the_moment_of_a_turning_annulus_is_right(void **state)
{
    (void)state;
    double coarse = moment_error(8, 50), fine = moment_error(16, 100);
    assert_near(fine, 0, 4e-3); // polygons of 100 sides: (2 pi/100)^2
    assert_true(coarse / fine > 3.5 && coarse / fine < 4.5);
}

// -- windings, fluxoids, vortices -----------------------------------------------------------------

static void the_fluxoid_of_an_annulus_approaches_its_winding_at_second_order(void **state)
{
    (void)state;
    double error[3];
    for (int k = 0; k < 3; k++) {
        int32_t nt = 32 << k, nr = 6 << k;
        sample s = annulus_state(nr, nt, 2, 0.3);
        int32_t *site = calloc((size_t)nt, sizeof *site);
        for (int32_t m = 0; m < nt; m++)
            site[m] = nr / 2 * nt + m; // r = 2
        flx_fluxoid f;
        assert_int_equal(flx_measure_fluxoid(NULL, &s.frame, site, nt, &f), FLX_OK);
        assert_int_equal(f.winding, 2);
        double area = 0.5 * nt * 4 * sin(2 * pi / nt);
        assert_near(f.flux_Phi0, 0.3 * area / (2 * pi), 1e-14);
        assert_near(f.fluxoid_Phi0, f.flux_Phi0 + f.supercurrent_Phi0, 1e-14);
        error[k] = fabs(f.fluxoid_Phi0 - 2);
        assert_true(error[k] > 1e-7); // it is a measurement, not an identity
        free(site);
        sample_clear(&s);
    }
    assert_true(error[2] < 2e-3);
    assert_true(error[0] / error[1] > 3.3 && error[0] / error[1] < 4.8);
    assert_true(error[1] / error[2] > 3.6 && error[1] / error[2] < 4.4);
}

static void windings_are_integers_of_paths_and_paths_are_checked(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    sample s = annulus_state(5, 30, -4, 0.2);
    flx_winding w;
    for (int32_t l = 0; l < 2; l++) {
        assert_int_equal(flx_measure_loop_winding(ctx, &s.frame, l, &w), FLX_OK);
        assert_int_equal(w.winding, -4);
        assert_true(w.defined);
    }
    int32_t back[30], apart[4] = {0, 1, 2, 9};
    for (int32_t k = 0; k < 30; k++)
        back[k] = 29 - k;
    assert_int_equal(flx_measure_winding(ctx, &s.frame, back, 30, &w), FLX_OK);
    assert_int_equal(w.winding, 4);
    assert_int_equal(flx_measure_winding(ctx, &s.frame, apart, 4, &w), FLX_ERR_INPUT);
    assert_non_null(strstr(flx_ctx_error(ctx), "sites 2 and 9 of a path are not neighbours"));
    s.psi[3] = (flx_cplx){0, 0};
    assert_int_equal(flx_measure_winding(ctx, &s.frame, back, 30, &w), FLX_OK);
    assert_false(w.defined);
    flx_fluxoid f;
    assert_int_equal(flx_measure_fluxoid(ctx, &s.frame, back, 30, &f), FLX_ERR_INPUT);
    assert_int_equal(flx_measure_loop_winding(ctx, &s.frame, 2, &w), FLX_ERR_INPUT);
    flx_ctx_free(ctx);
    sample_clear(&s);
}

static void vortices_are_found_where_they_are(void **state)
{
    (void)state;
    sample s = sample_on(test_rectangle(20, 16, 5, 4, 0.1));
    // psi = (z - z1) conj(z - z2): quadratic, so that the refined places are exact.
    const double x1 = 1.23, y1 = 1.41, x2 = 3.38, y2 = 2.77;
    for (int32_t i = 0; i < s.mesh->n_site; i++) {
        double x = s.mesh->x[i], y = s.mesh->y[i];
        double ar = x - x1, ai = y - y1, br = x - x2, bi = -(y - y2);
        s.psi[i] = (flx_cplx){ar * br - ai * bi, ar * bi + ai * br};
    }
    flx_vortices found;
    assert_int_equal(flx_measure_vortices(NULL, &s.frame, 0, &found), FLX_OK);
    assert_int_equal(found.n, 2);
    for (int k = 0; k < 2; k++) {
        const flx_vortex *v = &found.list[k];
        // Newton's iteration stops at 1e-12.
        assert_near(v->x, v->winding > 0 ? x1 : x2, 1e-11);
        assert_near(v->y, v->winding > 0 ? y1 : y2, 1e-11);
    }
    assert_int_equal(found.list[0].winding + found.list[1].winding, 0);
    flx_vortices_clear(&found);
    sample_clear(&s);
}

static void a_vortex_on_a_site_or_in_a_strong_field_is_found(void **state)
{
    (void)state;
    sample s = sample_on(test_rectangle(24, 24, 6, 6, 0));
    flx_start_uniform(s.mesh, NULL, s.psi);
    flx_start_vortex vortex[] = {{3, 3, 1, 0}, {1.1, 4.4, -1, 0}};
    assert_int_equal(flx_start_vortices(NULL, s.mesh, vortex, 2, s.psi), FLX_OK);
    flx_vortices found;
    assert_int_equal(flx_measure_vortices(NULL, &s.frame, 0, &found), FLX_OK);
    assert_int_equal(found.n, 2);
    assert_int_equal(found.list[1].winding, 1);
    assert_near(found.list[1].x, 3, 0);
    assert_near(found.list[1].y, 3, 0);
    // The core is odd, so that the quadratic interpolant errs by its cubic part: 0.1 h.
    assert_near(found.list[0].x, 1.1, 0.025);
    assert_near(found.list[0].y, 4.4, 0.025);
    flx_vortices_clear(&found);
    // Nothing is found in the normal state, whatever its noise.
    flx_start_noise(s.mesh, 1e-5, 1, s.psi);
    assert_int_equal(flx_measure_vortices(NULL, &s.frame, 0, &found), FLX_OK);
    assert_int_equal(found.n, 0);
    flx_vortices_clear(&found);
    sample_clear(&s);
}

static void no_observable_depends_on_the_gauge(void **state)
{
    (void)state;
    sample s = annulus_state(10, 50, 1, 0.4);
    flx_start_vortex vortex = {1.9, 0.3, 1, 0};
    flx_start_vortices(NULL, s.mesh, &vortex, 1, s.psi);
    const flx_mesh *m = s.mesh;
    int32_t chain[50];
    for (int32_t k = 0; k < 50; k++)
        chain[k] = 7 * 50 + k;
    double *js[2], phase[2];
    flx_energy energy[2];
    flx_vortices found[2];
    flx_fluxoid fluxoid[2];
    for (int k = 0; k < 2; k++) {
        js[k] = calloc((size_t)m->n_edge, sizeof *js[k]);
        flx_measure_edges(&s.frame, js[k], NULL);
        energy[k] = flx_measure_energy(&s.frame);
        assert_int_equal(flx_measure_vortices(NULL, &s.frame, 0, &found[k]), FLX_OK);
        assert_int_equal(flx_measure_fluxoid(NULL, &s.frame, chain, 50, &fluxoid[k]), FLX_OK);
        assert_int_equal(flx_measure_phase(NULL, &s.frame, chain, 20, &phase[k]), FLX_OK);
        for (int32_t i = 0; i < m->n_site; i++) {
            double chi = 10 * test_scatter(i), c = cos(chi), d = sin(chi);
            flx_cplx p = s.psi[i];
            s.psi[i] = (flx_cplx){c * p.re - d * p.im, d * p.re + c * p.im};
        }
        for (int32_t e = 0; e < m->n_edge; e++)
            s.a[e] += 10 * (test_scatter(m->head[e]) - test_scatter(m->tail[e]));
    }
    // Rounding of phases of order 20 throughout.
    for (int32_t e = 0; e < m->n_edge; e++)
        assert_near(js[1][e], js[0][e], 1e-13);
    assert_near(energy[1].total_F0, energy[0].total_F0, 1e-13);
    assert_near(phase[1], phase[0], 1e-12);
    assert_int_equal(fluxoid[1].winding, fluxoid[0].winding);
    assert_int_equal(fluxoid[0].winding, 2);
    assert_near(fluxoid[1].flux_Phi0, fluxoid[0].flux_Phi0, 1e-13);
    assert_near(fluxoid[1].supercurrent_Phi0, fluxoid[0].supercurrent_Phi0, 1e-13);
    assert_int_equal(found[0].n, 1);
    assert_int_equal(found[1].n, 1);
    assert_near(found[1].list[0].x, found[0].list[0].x, 1e-11);
    assert_near(found[1].list[0].y, found[0].list[0].y, 1e-11);
    assert_near(found[0].list[0].x, 1.9, 0.03); // 0.1 h
    for (int k = 0; k < 2; k++) {
        flx_vortices_clear(&found[k]);
        free(js[k]);
    }
    sample_clear(&s);
}

// -- energy, power, points ------------------------------------------------------------------------

static void the_energy_of_simple_states_is_exact(void **state)
{
    (void)state;
    sample s = sample_on(test_rectangle(8, 6, 4, 3, 0));
    flx_start_uniform(s.mesh, NULL, s.psi);
    assert_near(flx_measure_energy(&s.frame).total_F0, -1, 1e-14);
    const double q = 0.6, f = 0.8, h = 0.5;
    for (int32_t i = 0; i < s.mesh->n_site; i++)
        s.psi[i] = (flx_cplx){f * cos(q * s.mesh->x[i]), f * sin(q * s.mesh->x[i])};
    flx_energy energy = flx_measure_energy(&s.frame);
    // Diagonals of squares have no dual face: |psi_j - psi_i|^2 = (2 f sin(q h/2))^2 along x alone.
    double slope = 2 * f * sin(q * h / 2) / h;
    assert_near(energy.condensation_F0, -2 * f * f + f * f * f * f, 1e-14);
    assert_near(energy.kinetic_F0, 2 * slope * slope, 1e-14);
    assert_near(energy.total_F0, energy.condensation_F0 + energy.kinetic_F0, 1e-15);
    sample_clear(&s);
}

static void the_gradient_of_the_energy_is_the_operator(void **state)
{
    (void)state;
    sample s = annulus_state(6, 30, 1, 0.3);
    const flx_mesh *m = s.mesh;
    double *eps = calloc((size_t)m->n_site, sizeof *eps), area = 0;
    flx_cplx *lap = calloc((size_t)m->n_site, sizeof *lap);
    flx_cplx *step = calloc((size_t)m->n_site, sizeof *step);
    flx_operator op;
    flx_pool *pool = NULL;
    assert_int_equal(flx_pool_create(NULL, 1, m->n_site, &pool), FLX_OK);
    assert_int_equal(flx_operator_init(NULL, m, "ref", &op), FLX_OK);
    flx_operator_set_links(&op, pool, s.a);
    flx_operator_apply(&op, pool, (const double *)s.psi, (double *)lap);
    double slope = 0;
    for (int32_t i = 0; i < m->n_site; i++) {
        eps[i] = 0.5 + 0.4 * test_scatter(i);
        step[i] = (flx_cplx){test_scatter(3 * i), test_scatter(3 * i + 1)};
        flx_cplx p = s.psi[i];
        double factor = m->area[i] * (p.re * p.re + p.im * p.im - eps[i]);
        slope += 2 * (step[i].re * (factor * p.re - lap[i].re) +
                      step[i].im * (factor * p.im - lap[i].im));
        area += m->area[i];
    }
    s.frame.eps = eps;
    const double h = 1e-4;
    double F[2];
    for (int k = 0; k < 2; k++) {
        for (int32_t i = 0; i < m->n_site; i++) {
            s.psi[i].re += (k ? 2 * h : -h) * step[i].re;
            s.psi[i].im += (k ? 2 * h : -h) * step[i].im;
        }
        F[k] = flx_measure_energy(&s.frame).total_F0;
    }
    // Central difference of a quartic: h^2 times its third derivative (order 10), and rounding.
    assert_near((F[1] - F[0]) / (2 * h), 2 * slope / area, 1e-6);
    flx_operator_clear(&op);
    flx_pool_free(pool);
    free(eps);
    free(lap);
    free(step);
    sample_clear(&s);
}

static void the_power_counts_only_what_is_dissipated(void **state)
{
    (void)state;
    sample s = sample_on(test_rectangle(8, 6, 4, 3, 0.1));
    flx_cplx *dot = calloc((size_t)s.mesh->n_site, sizeof *dot);
    for (int32_t i = 0; i < s.mesh->n_site; i++)
        s.mu[i] = 0.3 * s.mesh->x[i] - 0.4 * s.mesh->y[i];
    assert_near(flx_measure_power(&s.frame, NULL).normal, 0.25 * 12, 1e-13);
    // psi = exp(i w t): at mu = -w nothing is dissipated; at mu = 0, u w^2/sqrt(1 + g^2) per area.
    const double w = 0.7;
    for (int32_t i = 0; i < s.mesh->n_site; i++) {
        s.psi[i] = (flx_cplx){0, 1};
        dot[i] = (flx_cplx){-w, 0};
        s.mu[i] = -w;
    }
    flx_power power = flx_measure_power(&s.frame, dot);
    assert_near(power.normal, 0, 1e-15);
    assert_near(power.order_parameter, 0, 1e-15);
    memset(s.mu, 0, (size_t)s.mesh->n_site * sizeof *s.mu);
    power = flx_measure_power(&s.frame, dot);
    assert_near(power.order_parameter, 12 * 5.79 * w * w / sqrt(5), 1e-13);
    // A modulus that changes: |psi_dot|^2 + (g^2/4)(2 psi psi_dot)^2.
    for (int32_t i = 0; i < s.mesh->n_site; i++)
        dot[i] = (flx_cplx){0, w};
    power = flx_measure_power(&s.frame, dot);
    assert_near(power.order_parameter, 12 * 5.79 * w * w * (1 + 4) / sqrt(5), 1e-12);
    free(dot);
    sample_clear(&s);
}

static void a_common_rotation_is_no_change(void **state)
{
    (void)state;
    sample s = annulus_state(5, 30, 1, 0);
    flx_cplx *later = calloc((size_t)s.mesh->n_site, sizeof *later);
    for (int32_t i = 0; i < s.mesh->n_site; i++) {
        double c = cos(0.8), d = sin(0.8);
        flx_cplx p = s.psi[i];
        later[i] = (flx_cplx){c * p.re - d * p.im, d * p.re + c * p.im};
    }
    double change;
    assert_int_equal(flx_measure_change(NULL, s.mesh, s.psi, later, 0.1, &change), FLX_OK);
    assert_near(change, 0, 1e-14);
    later[17].re += 1e-3;
    assert_int_equal(flx_measure_change(NULL, s.mesh, s.psi, later, 0.1, &change), FLX_OK);
    assert_near(change, 1e-2, 2e-4); // the mean rotation follows by one part in 180
    free(later);
    sample_clear(&s);
}

static void probes_interpolate_and_must_lie_in_a_film(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    sample s = sample_on(test_rectangle(8, 6, 4, 3, 0.1));
    for (int32_t i = 0; i < s.mesh->n_site; i++)
        s.mu[i] = 0.3 * s.mesh->x[i] - 0.4 * s.mesh->y[i];
    flx_probe probe;
    assert_int_equal(flx_probe_at(ctx, s.mesh, -1, (double[]){1.37, 2.11}, &probe), FLX_OK);
    assert_near(flx_probe_value(&probe, s.mu), 0.3 * 1.37 - 0.4 * 2.11, 1e-14);
    assert_int_equal(flx_probe_at(ctx, s.mesh, -1, (double[]){4.2, 1}, &probe), FLX_ERR_INPUT);
    assert_non_null(strstr(flx_ctx_error(ctx), "is in no film; the nearest point"));
    assert_int_equal(flx_probe_at(ctx, s.mesh, 0, (double[]){4.2, 1}, &probe), FLX_ERR_INPUT);
    assert_non_null(strstr(flx_ctx_error(ctx), "is outside the film; the nearest point"));
    flx_ctx_free(ctx);
    sample_clear(&s);
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    flx_ctx *ctx = flx_ctx_create();
    sample s = annulus_state(4, 20, 1, 0.1);
    int n = 0, left = 5;
    while (left > 0) {
        double value;
        flx_vortices found;
        flx_probe probe;
        flx_site_currents *fits;
        left = 0;
        n++;
        flx_ctx_fail_allocation(ctx, n);
        left += flx_measure_residual(ctx, &s.frame, NULL, 0, &value) == FLX_ERR_MEMORY;
        flx_ctx_fail_allocation(ctx, n);
        left += flx_measure_vortices(ctx, &s.frame, 0, &found) == FLX_ERR_MEMORY;
        flx_vortices_clear(&found);
        flx_ctx_fail_allocation(ctx, n);
        left += flx_measure_change(ctx, s.mesh, s.psi, s.psi, 1, &value) == FLX_ERR_MEMORY;
        flx_ctx_fail_allocation(ctx, n);
        left += flx_probe_at(ctx, s.mesh, -1, (double[]){2, 0}, &probe) == FLX_ERR_MEMORY;
        flx_ctx_fail_allocation(ctx, n);
        left += flx_site_currents_create(ctx, s.mesh, &fits) == FLX_ERR_MEMORY;
        flx_site_currents_free(fits);
        assert_true(n > 1 || left == 5);
    }
    assert_true(n > 3);
    flx_ctx_free(ctx);
    sample_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(site_currents_are_exact_for_linear_fields_and_of_second_order),
        cmocka_unit_test(kept_fits_give_the_same_bits),
        cmocka_unit_test(a_normal_bar_conserves_its_current),
        cmocka_unit_test(the_current_through_a_cut_depends_on_its_ends_alone),
        cmocka_unit_test(the_moment_of_a_turning_annulus_is_right),
        cmocka_unit_test(the_fluxoid_of_an_annulus_approaches_its_winding_at_second_order),
        cmocka_unit_test(windings_are_integers_of_paths_and_paths_are_checked),
        cmocka_unit_test(vortices_are_found_where_they_are),
        cmocka_unit_test(a_vortex_on_a_site_or_in_a_strong_field_is_found),
        cmocka_unit_test(no_observable_depends_on_the_gauge),
        cmocka_unit_test(the_energy_of_simple_states_is_exact),
        cmocka_unit_test(the_gradient_of_the_energy_is_the_operator),
        cmocka_unit_test(the_power_counts_only_what_is_dissipated),
        cmocka_unit_test(a_common_rotation_is_no_change),
        cmocka_unit_test(probes_interpolate_and_must_lie_in_a_film),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
