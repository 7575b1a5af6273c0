// The static engine: nucleation in disks and at edges, limits of stability of disks, strips, rings
// and wires, energies and ground-state transitions of disks, the saddles of phase slips.
//   Saint-James and de Gennes, Phys. Lett. 7, 306 (1963); Saint-James, Phys. Lett. 15, 13 (1965);
//   Schweigert and Peeters, Phys. Rev. B 57, 13817 (1998); Aladyshkin et al., Supercond. Sci.
//   Technol. 14, 703 (2001); Lipkin, Peshkin and Tassie, Phys. Rev. 126, 116 (1962); Bogomolny, Sov. J.
//   Nucl. Phys. 24, 449 (1976); Langer and Ambegaokar, Phys. Rev. 164, 498 (1967); Kramer and Zimmermann,
//   Physica D 16, 221 (1985) for the Eckhaus limit. References are radial (or transverse)
//   boundary-value problems and the eigenvalues of small disturbances of their solutions, solved
//   apart from this program, and closed forms.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/static.h"
#include "validate.h"

enum { LEVELS = 3 }; // meshes where the order is measured

// -- films ----------------------------------------------------------------------------------------

// B = t on a mesh; A = t along x; or B = t with A along x, on a lattice closed along x.
typedef struct world {
    const flx_mesh *mesh;
    const lattice *closed;
    bool field;
    double current; // of two terminals, times t
} world;

static void world_a(void *user, double t, double *a, double *a_dot)
{
    const world *w = user;
    uniform plane = {w->mesh, w->field ? t : 0};
    if (!w->closed) {
        uniform_a(&plane, 0, a, a_dot);
        return;
    }
    for (int32_t e = 0; e < w->mesh->n_edge; e++) {
        double y =
            (w->mesh->y[w->mesh->tail[e]] + w->mesh->y[w->mesh->head[e]] - w->closed->ly) / 2;
        a[e] = t * w->closed->dx[e] * (w->field ? -y : 1);
        a_dot[e] = 0;
    }
}

static void world_current(void *user, double t, double *current)
{
    const world *w = user;
    current[0] = w->current * t;
    current[1] = -current[0];
}

static flx_static *engine(flx_ctx *ctx, world *w, const flx_terminal *terminals, int32_t modes)
{
    flx_static_problem p = {.mesh = w->mesh,
                            .terminals = terminals,
                            .n_terminal = terminals ? 2 : 0,
                            .drive = {.user = w,
                                      .vector_potential = world_a,
                                      .vector_potential_varies = true,
                                      .current = terminals ? world_current : NULL}};
    flx_static_opts o = flx_static_opts_default();
    o.modes = modes;
    flx_static *st;
    must(ctx, flx_static_create(ctx, &p, &o, &st));
    return st;
}

static void start_vortex(flx_ctx *ctx, flx_static *st, const flx_mesh *m, int32_t winding)
{
    flx_cplx *psi = get(m->n_site, sizeof *psi);
    flx_start_uniform(m, NULL, psi);
    flx_start_vortex at = {.winding = winding};
    must(ctx, flx_start_vortices(ctx, m, &at, winding ? 1 : 0, psi));
    must(ctx, flx_static_set_psi(st, psi));
    free(psi);
}

static double energy_at(flx_ctx *ctx, flx_static *st, const flx_mesh *m, double b, int32_t winding)
{
    flx_static_report r;
    must(ctx, flx_static_set_drive(st, b));
    start_vortex(ctx, st, m, winding);
    must(ctx, flx_static_minimise(st, &r));
    flx_frame f = flx_static_frame(st);
    return flx_measure_energy(&f).total_F0;
}

// -- nucleation -----------------------------------------------------------------------------------

static double lowest(flx_ctx *ctx, flx_static *st, double t, int32_t which)
{
    double value[4], residual;
    must(ctx, flx_static_set_drive(st, t));
    must(ctx, flx_static_nucleation(st, value, NULL, &residual));
    return value[which];
}

static void disks(void)
{
    printf("# Nucleation field of a disk of radius R, Bc3/Bc2: where the lowest eigenvalue of the "
           "normal state is 0. Rings h, 2h and 4h apart: the order seen, and the limit if it is 2. "
           "At R = 10 the edge state is too narrow for the coarsest to show an order\n");
    const double radius[] = {1, 2, 3, 4, 5, 10},
                 exact[] = {2.85953452, 2.10800130, 1.89758978, 1.86295195, 1.82192563, 1.75389686};
    for (int r = 0; r < 6; r++) {
        const int32_t rings[] = {60, 60, 80, 80, 100, 180};
        double value[LEVELS];
        char name[96];
        for (int k = 0; k < LEVELS; k++) {
            flx_ctx *ctx = flx_ctx_create();
            flx_mesh *m = rings_mesh(ctx, radius[r], rings[r] / 4 << k);
            world w = {.mesh = m, .field = true};
            flx_static *st = engine(ctx, &w, NULL, 2);
            double b0 = exact[r] * 0.998, b1 = exact[r];
            double e0 = lowest(ctx, st, b0, 0), e1 = lowest(ctx, st, b1, 0);
            for (int s = 0; s < 2; s++) { // secant
                double b2 = b1 - e1 * (b1 - b0) / (e1 - e0);
                b0 = b1;
                e0 = e1;
                b1 = b2;
                e1 = lowest(ctx, st, b1, 0);
            }
            value[k] = b1;
            flx_static_free(st);
            flx_mesh_free(m);
            flx_ctx_free(ctx);
        }
        snprintf(name, sizeof name, "R = %g: order", radius[r]);
        if (r < 5)
            row(name, order_of(value[0], value[1], value[2]), 2, "0.1", "second differences");
        snprintf(name, sizeof name, "R = %g: h = %g xi", radius[r], radius[r] / rings[r]);
        row(name, value[2], exact[r], "0.1%", "Kummer functions");
        snprintf(name, sizeof name, "R = %g: extrapolated", radius[r]);
        row(name, limit_of(value[1], value[2], 2), exact[r], r < 5 ? "0.001%" : "0.01%",
            "Kummer functions");
    }
}

static void cusps(void)
{
    printf("# Tc(H) of a disk (R = 2 xi): the flux at which windings L and L + 1 nucleate at the "
           "same temperature; the eigenvalue there times (R/xi)^2, of both, extrapolated from "
           "32 and 64 rings\n");
    const double flux[] = {1.92376936, 3.39234500, 4.74784828, 6.04558240, 7.30680055},
                 exact[] = {1.77711918, 3.33096958, 4.80282190, 6.22998974, 7.62812934};
    double value[5][2][2];
    for (int k = 0; k < 2; k++) {
        flx_ctx *ctx = flx_ctx_create();
        flx_mesh *m = rings_mesh(ctx, 2, 32 << k);
        world w = {.mesh = m, .field = true};
        flx_static *st = engine(ctx, &w, NULL, 2);
        for (int c = 0; c < 5; c++)
            for (int l = 0; l < 2; l++)
                value[c][l][k] = 4 * (1 + lowest(ctx, st, flux[c] / 2, l));
        flx_static_free(st);
        flx_mesh_free(m);
        flx_ctx_free(ctx);
    }
    for (int c = 0; c < 5; c++)
        for (int l = 0; l < 2; l++) {
            char name[96];
            snprintf(name, sizeof name, "windings %d and %d, eigenvalue %d", c, c + 1, l + 1);
            row(name, limit_of(value[c][l][0], value[c][l][1], 2), exact[c], "0.001%",
                "Kummer functions");
        }
}

static void edges(void)
{
    printf("# Lowest eigenvalue in units of the field at a straight edge, Theta0 (so Bc3 = "
           "1.69461044 Bc2), both edges of a strip 8 xi wide, extrapolated from steps h and h/2\n");
    const double theta = 0.5901061249, width = 8, wave = width / 2 - sqrt(theta);
    double value[2][2];
    for (int k = 0; k < 2; k++) {
        flx_ctx *ctx = flx_ctx_create();
        int32_t nx = 40 << k, ny = (80 << k) + 1;
        lattice l = lattice_make(nx, ny, 4 * pi / wave / nx, width / (ny - 1), false);
        world w = {.mesh = &l.mesh, .closed = &l, .field = true};
        flx_static *st = engine(ctx, &w, NULL, 2);
        for (int e = 0; e < 2; e++)
            value[e][k] = 1 + lowest(ctx, st, 1, e);
        flx_static_free(st);
        lattice_clear(&l);
        flx_ctx_free(ctx);
    }
    row("h = 0.05 xi", value[0][1], theta, "0.05%", "Saint-James and de Gennes");
    row("extrapolated", limit_of(value[0][0], value[0][1], 2), theta, "1e-5",
        "Saint-James and de Gennes");
    row("extrapolated, other edge", limit_of(value[1][0], value[1][1], 2), theta, "1e-5",
        "Saint-James and de Gennes");
}

// -- limits of stability --------------------------------------------------------------------------

static flx_static_limit follow(flx_ctx *ctx, flx_static *st, double t_end)
{
    flx_static_report r;
    flx_static_limit limit;
    must(ctx, flx_static_minimise(st, &r));
    must(ctx, flx_static_follow(st, t_end, &limit, &r));
    if (!limit.found) {
        fprintf(stderr, "no limit up to %g\n", t_end);
        exit(1);
    }
    return limit;
}

static void entries(void)
{
    printf(
        "# Field in which a disk or strip without vortices loses its stability (the first enters), "
        "B/Bc2: the lowest eigenvalue of the second variation is 0. Disks: the order from rings h, "
        "2h "
        "and 4h apart (at R = 10 the error changes its sign between them) and the limit of order "
        "2\n");
    const double radius[] = {2, 4, 5, 10}, exact[] = {1.2420473, 0.5099447, 0.3834871, 0.1620523};
    const int32_t rings[] = {40, 48, 48, 128};
    char name[96];
    for (int r = 0; r < 4; r++) {
        double value[LEVELS];
        for (int k = 0; k < LEVELS; k++) {
            flx_ctx *ctx = flx_ctx_create();
            flx_mesh *m = rings_mesh(ctx, radius[r], rings[r] / 4 << k);
            world w = {.mesh = m, .field = true};
            flx_static *st = engine(ctx, &w, NULL, 1);
            value[k] = follow(ctx, st, 1.5 * exact[r]).t;
            flx_static_free(st);
            flx_mesh_free(m);
            flx_ctx_free(ctx);
        }
        snprintf(name, sizeof name, "disk R = %g: order", radius[r]);
        if (r < 3)
            row(name, order_of(value[0], value[1], value[2]), 2, "0.15", "second differences");
        snprintf(name, sizeof name, "disk R = %g: h = %.3g xi", radius[r], radius[r] / rings[r]);
        row(name, value[2], exact[r], "0.1%", "radial problem");
        snprintf(name, sizeof name, "disk R = %g: extrapolated", radius[r]);
        row(name, limit_of(value[1], value[2], 2), exact[r], "0.01%", "radial problem");
    }
    const double width[] = {6, 10, 15, 30}, wave[] = {0.483, 0.636, 0.596, 0.499},
                 limit[] = {0.3903543, 0.1968103, 0.1165357, 0.0506105};
    for (int r = 0; r < 4; r++) {
        double value[2];
        for (int k = 0; k < 2; k++) {
            flx_ctx *ctx = flx_ctx_create();
            // near the period the limit depends on it to second order: three digits do
            double period = 2 * pi / wave[r], step = r < 2 ? 0.25 : 0.5;
            int32_t ny = (int32_t)lround(width[r] / step) * (1 << k) + 1;
            int32_t nx = (int32_t)lround(period / step) * (1 << k);
            lattice l = lattice_make(nx, ny, period / nx, width[r] / (ny - 1), false);
            world w = {.mesh = &l.mesh, .closed = &l, .field = true};
            flx_static *st = engine(ctx, &w, NULL, 1);
            value[k] = follow(ctx, st, 1.5 * limit[r]).t;
            flx_static_free(st);
            lattice_clear(&l);
            flx_ctx_free(ctx);
        }
        snprintf(name, sizeof name, "strip W = %g: extrapolated", width[r]);
        row(name, limit_of(value[0], value[1], 2), limit[r], "0.01%", "transverse problem");
    }
}

static void rings(void)
{
    printf("# Eckhaus limit of a thin ring of radius R, largest |n - phi|, extrapolated from h = "
           "0.2 and 0.1 xi\n");
    const double radius[] = {2, 3, 5, 10};
    for (int r = 0; r < 4; r++) {
        double value[2], R = radius[r], exact = R * sqrt((1 + 1 / (2 * R * R)) / 3);
        char name[96];
        for (int k = 0; k < 2; k++) {
            flx_ctx *ctx = flx_ctx_create();
            int32_t nx = (int32_t)lround(2 * pi * R / 0.2) << k;
            double h = 2 * pi * R / nx;
            lattice l = lattice_make(nx, 2, h, h * sqrt(0.75), false);
            world w = {.mesh = &l.mesh, .closed = &l};
            flx_static *st = engine(ctx, &w, NULL, 1);
            value[k] = R * follow(ctx, st, 1.5 * exact / R).t;
            flx_static_free(st);
            lattice_clear(&l);
            flx_ctx_free(ctx);
        }
        snprintf(name, sizeof name, "R = %g", R);
        row(name, limit_of(value[0], value[1], 2), exact, "0.001%", "Eckhaus");
    }
    printf("# Critical current of a uniform wire between free terminals, by its fold, J/J0, "
           "extrapolated from h = 0.25 and 0.125 xi\n");
    double value[2];
    for (int k = 0; k < 2; k++) {
        flx_ctx *ctx = flx_ctx_create();
        bar b = bar_make(ctx, 10, 1, 40 << k, 4 << k);
        b.terminal[0].psi = b.terminal[1].psi = FLX_TERMINAL_FREE;
        world w = {.mesh = b.mesh, .current = 1};
        flx_static *st = engine(ctx, &w, b.terminal, 1);
        value[k] = follow(ctx, st, 1).t;
        flx_static_free(st);
        bar_clear(&b);
        flx_ctx_free(ctx);
    }
    row("depairing current", limit_of(value[0], value[1], 2), 2 / (3 * sqrt(3)), "1e-5",
        "2/(3 sqrt 3)");
}

// -- energies -------------------------------------------------------------------------------------

static void transitions(void)
{
    printf(
        "# Field in which the states with windings L and L + 1 of a disk have one energy, B/Bc2, "
        "and that energy, Bc^2/2mu0 x volume; extrapolated from 24 and 48 rings\n");
    const struct {
        double radius, field, energy;
        int32_t l;
    } all[] = {{2, 0.9965395, -0.2701916, 0},
               {2, 1.7145508, -0.0212999, 1},
               {4, 0.2811692, -0.7138575, 0},
               {5, 0.1898203, -0.7904964, 0}};
    for (int s = 0; s < 4; s++) {
        double field[2], energy[2];
        char name[96];
        for (int k = 0; k < 2; k++) {
            flx_ctx *ctx = flx_ctx_create();
            flx_mesh *m = rings_mesh(ctx, all[s].radius, 24 << k);
            world w = {.mesh = m, .field = true};
            flx_static *st = engine(ctx, &w, NULL, 1);
            double b[3] = {0.99 * all[s].field, 1.01 * all[s].field}, d[3], e = 0;
            for (int i = 0; i < 5; i++) { // secant
                int at = i < 2 ? i : 2;
                if (i >= 2)
                    b[2] = b[1] - d[1] * (b[1] - b[0]) / (d[1] - d[0]);
                e = energy_at(ctx, st, m, b[at], all[s].l);
                d[at] = e - energy_at(ctx, st, m, b[at], all[s].l + 1);
                if (i >= 2) {
                    b[0] = b[1], d[0] = d[1];
                    b[1] = b[2], d[1] = d[2];
                }
                if (i >= 2 && fabs(d[2]) < 1e-10)
                    break;
            }
            field[k] = b[1];
            energy[k] = e;
            flx_static_free(st);
            flx_mesh_free(m);
            flx_ctx_free(ctx);
        }
        snprintf(name, sizeof name, "R = %g, L = %d and %d: field", all[s].radius, (int)all[s].l,
                 (int)all[s].l + 1);
        row(name, limit_of(field[0], field[1], 2), all[s].field, "0.01%", "radial problem");
        snprintf(name, sizeof name, "R = %g, L = %d and %d: energy", all[s].radius, (int)all[s].l,
                 (int)all[s].l + 1);
        row(name, limit_of(energy[0], energy[1], 2), all[s].energy, "0.01%", "radial problem");
    }
}

static void states(void)
{
    printf("# Energies of single states of disks, Bc^2/2mu0 x volume; extrapolated "
           "from 32 and 64 rings\n");
    const struct {
        double radius, field, energy;
        int32_t l;
    } all[] = {{5, 0.20, -0.76932785, 0}, {5, 0.20, -0.78485932, 1},  {5, 0.30, -0.67395168, 1},
               {5, 0.36, -0.38850496, 0}, {10, 0.05, -0.93877203, 0}, {10, 0.1, -0.77030321, 0},
               {10, 0.1, -0.84066570, 1}};
    for (int r = 0; r < 2; r++) {
        double energy[7][2];
        for (int k = 0; k < 2; k++) {
            flx_ctx *ctx = flx_ctx_create();
            flx_mesh *m = rings_mesh(ctx, r ? 10 : 5, 32 << k);
            world w = {.mesh = m, .field = true};
            flx_static *st = engine(ctx, &w, NULL, 1);
            for (int s = r ? 4 : 0; s < (r ? 7 : 4); s++)
                energy[s][k] = energy_at(ctx, st, m, all[s].field, all[s].l);
            flx_static_free(st);
            flx_mesh_free(m);
            flx_ctx_free(ctx);
        }
        for (int s = r ? 4 : 0; s < (r ? 7 : 4); s++) {
            char name[96];
            snprintf(name, sizeof name, "R = %g, B = %g, L = %d", all[s].radius, all[s].field,
                     (int)all[s].l);
            row(name, limit_of(energy[s][0], energy[s][1], 2), all[s].energy, "0.01%",
                "radial problem");
        }
    }
}

// -- phase slips ----------------------------------------------------------------------------------

static double saddle_of_wire(double h, double q)
{
    flx_ctx *ctx = flx_ctx_create();
    bar b = bar_make(ctx, 30, 0.5, (int32_t)lround(30 / h), 1);
    b.terminal[0].psi = b.terminal[1].psi = FLX_TERMINAL_FREE;
    world w = {.mesh = b.mesh, .current = 0.5};
    flx_static *st = engine(ctx, &w, b.terminal, 1);
    int32_t n = b.mesh->n_site;
    flx_cplx *psi = get(n, sizeof *psi);
    for (int32_t i = 0; i < n; i++)
        psi[i] = (flx_cplx){tanh(b.mesh->x[i] / sqrt(2)), 0.01};
    must(ctx, flx_static_set_psi(st, psi));
    double j = 0, value, energy[2], phase[2];
    flx_static_report r;
    for (int k = 0; k <= 4; k++) { // from saddle to saddle
        j = q * k / 4 * (1 - q * k / 4 * q * k / 4);
        must(ctx, flx_static_set_drive(st, j));
        must(ctx, flx_static_saddle_near(st, &value, &r));
    }
    for (int s = 0; s < 2; s++) {
        if (s == 1) {
            for (int32_t i = 0; i < n; i++)
                psi[i] = (flx_cplx){cos(q * b.mesh->x[i]), sin(q * b.mesh->x[i])};
            must(ctx, flx_static_set_psi(st, psi));
            must(ctx, flx_static_minimise(st, &r));
        }
        flx_frame f = flx_static_frame(st);
        energy[s] = r.energy / 0.5;
        must(ctx, flx_measure_phase(ctx, &f, b.site, b.nx + 1, &phase[s]));
    }
    double slip = phase[0] - phase[1];
    slip -= 2 * pi * floor(slip / (2 * pi));
    free(psi);
    flx_static_free(st);
    bar_clear(&b);
    flx_ctx_free(ctx);
    return energy[0] - energy[1] - 2 * j * slip;
}

static void slips(void)
{
    printf("# Saddle of a phase slip in a wire with current J = q (1 - q^2): free energy above the "
           "uniform state, (Bc^2/mu0) xi for each unit of cross-section\n");
    const double q[] = {0, 0.1, 0.2, 0.3, 0.4};
    for (int k = 0; k < 5; k++) {
        double root = sqrt(1 - 3 * q[k] * q[k]), j = q[k] * (1 - q[k] * q[k]);
        double exact =
            4 * sqrt(2) / 3 * root - 4 * j * (q[k] > 0 ? atan(root / (sqrt(2) * q[k])) : 0);
        double coarse = saddle_of_wire(0.15, q[k]), fine = saddle_of_wire(0.075, q[k]);
        char name[96];
        snprintf(name, sizeof name, "q = %g: h = 0.075 xi", q[k]);
        row(name, fine, exact, "0.5%", "Langer and Ambegaokar");
        snprintf(name, sizeof name, "q = %g: extrapolated", q[k]);
        row(name, limit_of(coarse, fine, 2), exact, "0.01%", "Langer and Ambegaokar");
    }
}

// -- the field of the currents --------------------------------------------------------------------

static flx_static *long_body(flx_ctx *ctx, world *w, double kappa, const flx_terminal *pin)
{
    flx_static_problem p = {.mesh = w->mesh,
                            .terminals = pin,
                            .n_terminal = pin ? 1 : 0,
                            .drive = {.user = w, .vector_potential = world_a},
                            .screening = FLX_SCREENING_LONG,
                            .kappa = kappa};
    flx_static_opts o = flx_static_opts_default();
    flx_static *st;
    must(ctx, flx_static_create(ctx, &p, &o, &st));
    return st;
}

// Flux through the hole of a tube that holds one quantum; a and w in lambda.
static double flux_in_tube(double a, double w, double kappa, double h)
{
    flx_ctx *ctx = flx_ctx_create();
    flx_shape_item disk = {.kind = FLX_SHAPE_CIRCLE, .size = {(a + w) * kappa, (a + w) * kappa}},
                   hole = {.kind = FLX_SHAPE_CIRCLE, .size = {a * kappa, a * kappa}};
    flx_mesh *m = mesh_of(ctx, &disk, 1, &hole, h * kappa, NULL);
    world field = {.mesh = m};
    flx_static *st = long_body(ctx, &field, kappa, NULL);
    const flx_mesh_loop *loop = &m->loop[m->loop[0].outer ? 1 : 0];
    flx_cplx *psi = get(m->n_site, sizeof *psi);
    flx_start_uniform(m, NULL, psi);
    must(ctx, flx_start_holes(ctx, m, &(flx_start_hole){(int32_t)(loop - m->loop), 1}, 1, psi));
    must(ctx, flx_static_set_psi(st, psi));
    flx_static_report r;
    must(ctx, flx_static_minimise(st, &r));
    flx_frame f = flx_static_frame(st);
    double flux = 0;
    for (int32_t k = 0; k < loop->n; k++) {
        int32_t i = m->loop_site[loop->start + k];
        int32_t e = flx_mesh_edge(m, i, m->loop_site[loop->start + (k + 1) % loop->n]);
        flux += m->tail[e] == i ? f.a[e] : -f.a[e];
    }
    free(psi);
    flx_static_free(st);
    flx_mesh_free(m);
    flx_ctx_free(ctx);
    return flux / (2 * pi);
}

static void tubes(void)
{
    printf(
        "# Flux in the hole of a tube (inner radius a, wall w) with one quantum in no field, Phi0: "
        "|psi| free, beside the exact solution with |psi| = 1; it falls short as 1/kappa^2\n");
    const struct {
        double a, w, flux;
    } all[] = {{0.5, 0.1, 0.022216338}, {0.5, 0.3, 0.054282814}, {0.5, 1, 0.104205584},
               {2, 0.3, 0.213813028},   {2, 1, 0.392470623},     {2, 2, 0.441138015}};
    for (int k = 0; k < 6; k++) {
        double h = fmin(0.08, all[k].w / 4), value[2];
        char name[96];
        for (int s = 0; s < 2; s++) {
            double kappa = s ? 200 : 20;
            double coarse = flux_in_tube(all[k].a, all[k].w, kappa, h);
            value[s] = limit_of(coarse, flux_in_tube(all[k].a, all[k].w, kappa, h / 2), 2);
            snprintf(name, sizeof name, "a = %g, w = %g lambda, kappa = %g", all[k].a, all[k].w,
                     kappa);
            row(name, value[s], all[k].flux, s ? "0.05%" : "1%", "Lipkin, Peshkin, Tassie");
        }
    }
    printf("# The same with |psi| free, a = 0.5, w = 0.3 lambda\n");
    for (int s = 0; s < 2; s++) {
        double kappa = s ? 50 : 10;
        row(s ? "kappa = 50" : "kappa = 10",
            limit_of(flux_in_tube(0.5, 0.3, kappa, 0.06), flux_in_tube(0.5, 0.3, kappa, 0.03), 2),
            s ? 0.05424 : 0.0532, s ? "2e-5" : "6e-5", "radial problem");
    }
}

// Free energy of a vortex in the middle of a cylinder of n rings, above the uniform state. psi = 0
// is held there: without a field the vortex would leave.
static double vortex_energy(double kappa, int32_t n)
{
    flx_ctx *ctx = flx_ctx_create();
    flx_mesh *m = rings_mesh(ctx, 7 * kappa, n);
    int32_t middle = 0;
    double area = 0;
    for (int32_t i = 0; i < m->n_site; i++) {
        area += m->area[i];
        if (hypot(m->x[i], m->y[i]) < hypot(m->x[middle], m->y[middle]))
            middle = i;
    }
    const double one = 1;
    flx_terminal pin = {.site = &middle, .length = &one, .n_site = 1};
    world w = {.mesh = m};
    flx_static *st = long_body(ctx, &w, kappa, &pin);
    flx_static_report r;
    start_vortex(ctx, st, m, 1);
    must(ctx, flx_static_minimise(st, &r));
    flx_static_free(st);
    flx_mesh_free(m);
    flx_ctx_free(ctx);
    return r.energy + area / 2;
}

static void vortices(void)
{
    printf("# Lower critical field from the energy of one vortex, Hc1/Hc2 = E/(4 pi kappa^2) with "
           "E in "
           "Bc^2/mu0 xi^2, in a cylinder of 7 lambda, extrapolated from 40 and 80 rings\n");
    const double kappa[] = {0.70710678118654752, 0.85, 1, 1.2, 2, 3},
                 exact[] = {1, 0.74740761, 0.57838047, 0.43402286, 0.19408454, 0.10199591};
    for (int k = 0; k < 6; k++) {
        double energy = limit_of(vortex_energy(kappa[k], 40), vortex_energy(kappa[k], 80), 2);
        char name[96];
        snprintf(name, sizeof name, "kappa = %.7g", kappa[k]);
        row(name, energy / (4 * pi * kappa[k] * kappa[k]), exact[k], "0.1%",
            k ? "radial problem" : "Bogomolny");
    }
}

int main(void)
{
    disks();
    cusps();
    edges();
    entries();
    rings();
    transitions();
    states();
    slips();
    tubes();
    vortices();
    return 0;
}
