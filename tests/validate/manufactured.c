// Manufactured solutions: exact states of the full equations, made by choosing epsilon, A and the
// currents for them.
//
// 1. A bar of length L with a contact at each end; everything at once. With S = sqrt(1 + g^2 f^2),
// f = f(t), psi = f:
//      S = S0 + S1 sin(w t),  mu = m sinh(k x),  m = S p/u,  p' = (k^2 S/u - f^2) p
//      A = (p/k) (cosh(k L/2) - cosh(k x)) x^ + curl (b(t) cos(pi x/L) cos(pi y/W) z^)
//      epsilon = f^2 + A^2 + u S f'/f,  J at the contacts -m k cosh(k L/2), A_n = 0 on the whole rim
//    so that u f^2 mu/S = div Js and div J = 0.
// 2. A disk, |psi| uneven: psi = f = f0 + f1 cos(pi r/R) cos(w t), A = b(t) (1 + r^2/3R^2) (-y, x),
// mu = 0,
//      epsilon = f^2 + A^2 - lap f/f + u S f'/f.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "validate.h"

static const double u = 2, gamma_ = 1.2, omega = 1.3;
static const double length = 4, breadth = 3, radius = 3, wave = 1.1;

typedef struct exact {
    const flx_mesh *mesh;
    bool disk;
} exact;

// -- the bar --------------------------------------------------------------------------------------

static double s_of(double t, double *rate)
{
    *rate = 0.1 * omega * cos(omega * t);
    return 1.6 + 0.1 * sin(omega * t);
}

static double p_of(double t)
{
    double g2 = gamma_ * gamma_, c = (1 - cos(omega * t)) / omega;
    double s = 1.6 * t + 0.1 * c; // integral of S
    double s2 = 2.56 * t + 0.32 * c + 0.01 * (t / 2 - sin(2 * omega * t) / (4 * omega)); // of S^2
    return 0.2 * exp(wave * wave / u * s - (s2 - t) / g2);
}

static double b_of(double t, double *rate)
{
    *rate = 0.15 * omega * cos(omega * t);
    return 0.3 + 0.15 * sin(omega * t);
}

static double f_bar(double t, double *rate)
{
    double s_rate, s = s_of(t, &s_rate), f = sqrt(s * s - 1) / gamma_;
    *rate = s * s_rate / (gamma_ * gamma_ * f);
    return f;
}

static double mu_bar(double x, double t)
{
    double unused;
    return s_of(t, &unused) * p_of(t) / u * sinh(wave * x);
}

// A and its rate of change.
static void a_bar(double x, double y, double t, double a[2], double rate[2])
{
    double s_rate, s = s_of(t, &s_rate), p = p_of(t), f2 = (s * s - 1) / (gamma_ * gamma_);
    double shape = (cosh(wave * length / 2) - cosh(wave * x)) / wave, b_rate, b = b_of(t, &b_rate);
    double kx = pi / length, ky = pi / breadth;
    double curl[2] = {-ky * cos(kx * x) * sin(ky * y), kx * sin(kx * x) * cos(ky * y)};
    a[0] = p * shape + b * curl[0];
    a[1] = b * curl[1];
    rate[0] = (wave * wave * s / u - f2) * p * shape + b_rate * curl[0];
    rate[1] = b_rate * curl[1];
}

// -- the disk -------------------------------------------------------------------------------------

static double f_disk(double r, double t, double *rate, double *laplacian)
{
    double k = pi / radius, c = 0.2 * cos(omega * t);
    *rate = -0.2 * omega * sin(omega * t) * cos(k * r);
    *laplacian = -c * k * (k * cos(k * r) + (r > 1e-6 ? sin(k * r) / r : k));
    return 0.7 + c * cos(k * r);
}

static void a_disk(double x, double y, double t, double a[2], double rate[2])
{
    double b_rate, b = b_of(t, &b_rate), shape = 1 + (x * x + y * y) / (3 * radius * radius);
    a[0] = -y * b * shape;
    a[1] = x * b * shape;
    rate[0] = -y * b_rate * shape;
    rate[1] = x * b_rate * shape;
}

// -- inputs of the engine -------------------------------------------------------------------------

static void exact_a(void *user, double t, double *a, double *a_dot)
{
    static const double node[3] = {-0.7745966692414834, 0, 0.7745966692414834},
                        weight[3] = {5. / 18, 8. / 18, 5. / 18};
    const exact *s = user;
    const flx_mesh *m = s->mesh;
    for (int32_t e = 0; e < m->n_edge; e++) {
        int32_t i = m->tail[e], j = m->head[e];
        double dx = m->x[j] - m->x[i], dy = m->y[j] - m->y[i];
        a[e] = a_dot[e] = 0;
        for (int k = 0; k < 3; k++) {
            double at = (1 + node[k]) / 2, v[2], rate[2];
            (s->disk ? a_disk : a_bar)(m->x[i] + at * dx, m->y[i] + at * dy, t, v, rate);
            a[e] += weight[k] * (v[0] * dx + v[1] * dy);
            a_dot[e] += weight[k] * (rate[0] * dx + rate[1] * dy);
        }
    }
}

static double exact_f(const exact *s, int32_t i, double t, double *rate, double *laplacian)
{
    *laplacian = 0;
    return s->disk ? f_disk(hypot(s->mesh->x[i], s->mesh->y[i]), t, rate, laplacian)
                   : f_bar(t, rate);
}

static void exact_eps(void *user, double t, double *eps)
{
    const exact *s = user;
    for (int32_t i = 0; i < s->mesh->n_site; i++) {
        double rate, laplacian, f = exact_f(s, i, t, &rate, &laplacian), a[2], unused[2];
        (s->disk ? a_disk : a_bar)(s->mesh->x[i], s->mesh->y[i], t, a, unused);
        eps[i] = f * f + a[0] * a[0] + a[1] * a[1] - laplacian / f +
                 u * sqrt(1 + gamma_ * gamma_ * f * f) * rate / f;
    }
}

static void exact_current(void *user, double t, double *current)
{
    (void)user;
    double unused, m = s_of(t, &unused) * p_of(t) / u;
    current[0] = -m * wave * cosh(wave * length / 2) * breadth;
    current[1] = -current[0];
}

// -- runs -----------------------------------------------------------------------------------------

// What a run ends with: psi with its mean phase taken out, and mu.
typedef struct result {
    int32_t n;
    double *value;              // [3 n]
    double psi_error, mu_error; // root mean square against the exact state
} result;

static result run(bool disk, double h, int32_t integrator, int32_t order, double dt)
{
    flx_ctx *ctx = flx_ctx_create();
    flx_shape_item box = {.kind = FLX_SHAPE_BOX, .size = {length, breadth}};
    flx_mesh *m = disk ? disk_mesh(ctx, radius, h) : mesh_of(ctx, &box, 1, NULL, h, NULL);
    exact s = {m, disk};
    int32_t *site = get(2 * m->n_site, sizeof *site), n_terminal = disk ? 0 : 2;
    double *share = get(2 * m->n_site, sizeof *share);
    flx_terminal terminal[2];
    for (int k = 0; k < n_terminal; k++) {
        int32_t *list = site + k * m->n_site, n = 0;
        double *part = share + k * m->n_site, at = (k ? 0.5 : -0.5) * length;
        for (int32_t i = 0; i < m->n_site; i++)
            if (fabs(m->x[i] - at) < 1e-9)
                list[n++] = i;
        for (int32_t e = 0; e < m->n_edge; e++)
            for (int32_t q = 0; q < n; q++)
                if (fabs(m->x[m->tail[e]] - at) + fabs(m->x[m->head[e]] - at) < 1e-9 &&
                    (list[q] == m->tail[e] || list[q] == m->head[e]))
                    part[q] += m->length[e] / 2;
        terminal[k] =
            (flx_terminal){.site = list, .length = part, .n_site = n, .psi = FLX_TERMINAL_FREE};
    }
    flx_tdgl_problem p = {.mesh = m,
                          .terminals = terminal,
                          .n_terminal = n_terminal,
                          .u = u,
                          .gamma = gamma_,
                          .drive = {.user = &s,
                                    .vector_potential = exact_a,
                                    .epsilon = exact_eps,
                                    .current = disk ? NULL : exact_current,
                                    .vector_potential_varies = true,
                                    .epsilon_varies = true}};
    flx_tdgl_opts o = flx_tdgl_opts_default();
    o.integrator = integrator;
    o.order = order;
    o.adaptive = false;
    o.dt = dt;
    o.tolerance = 1e-9; // of the implicit solve
    flx_tdgl *sim;
    must(ctx, flx_tdgl_create(ctx, &p, &o, &sim));
    flx_cplx *psi = get(m->n_site, sizeof *psi);
    double rate, laplacian;
    for (int32_t i = 0; i < m->n_site; i++)
        psi[i].re = exact_f(&s, i, 0, &rate, &laplacian);
    must(ctx, flx_tdgl_set_psi(sim, psi, 0));
    free(psi);
    const double t = 2;
    settle(ctx, sim, t, 0);

    flx_frame f = flx_tdgl_frame(sim);
    result r = {.n = m->n_site, .value = get(3 * m->n_site, sizeof *r.value)};
    double re = 0, im = 0, mu = 0, area = 0;
    for (int32_t i = 0; i < m->n_site; i++) {
        re += m->area[i] * f.psi[i].re;
        im += m->area[i] * f.psi[i].im;
        mu += m->area[i] * (disk ? 0 : mu_bar(m->x[i], t));
        area += m->area[i];
    }
    for (int32_t i = 0; i < m->n_site; i++) {
        double *v = &r.value[3 * i], norm = hypot(re, im),
               right = exact_f(&s, i, t, &rate, &laplacian);
        v[0] = (f.psi[i].re * re + f.psi[i].im * im) / norm;
        v[1] = (f.psi[i].im * re - f.psi[i].re * im) / norm;
        v[2] = f.mu[i];
        r.psi_error += m->area[i] * (pow(v[0] - right, 2) + v[1] * v[1]) / area;
        r.mu_error +=
            m->area[i] * pow(v[2] - (disk ? 0 : mu_bar(m->x[i], t) - mu / area), 2) / area;
    }
    r.psi_error = sqrt(r.psi_error);
    r.mu_error = sqrt(r.mu_error);
    free(site);
    free(share);
    flx_tdgl_free(sim);
    flx_mesh_free(m);
    flx_ctx_free(ctx);
    return r;
}

static double distance(const result *a, const result *b, bool mu)
{
    double sum = 0;
    for (int32_t i = 0; i < a->n; i++)
        for (int c = mu ? 2 : 0; c < (mu ? 3 : 2); c++)
            sum += pow(a->value[3 * i + c] - b->value[3 * i + c], 2);
    return sqrt(sum / a->n);
}

static void space(bool disk)
{
    double psi[3], mu[3];
    char name[128];
    const char *what = disk ? "disk" : "bar", *similar = "meshes are not similar to one another";
    for (int k = 0; k < 3; k++) {
        double h = 0.2 / (1 << k);
        result r = run(disk, h, FLX_BDF, 3, 0.01);
        psi[k] = r.psi_error;
        mu[k] = r.mu_error;
        free(r.value);
        const char *allowed = k == 0 ? "1.6e-3" : k == 1 ? "4e-4" : "1e-4";
        snprintf(name, sizeof name, "%s, h <= %g xi: error of psi", what, h);
        row(name, psi[k], 0, allowed, "0, rms; falls as h^2");
        snprintf(name, sizeof name, "%s, h <= %g xi: error of mu", what, h);
        if (!disk)
            row(name, mu[k], 0, allowed, "0, rms; falls as h^2");
    }
    snprintf(name, sizeof name, "%s: order in space, psi", what);
    row(name, log2(psi[0] / psi[2]) / 2, 2, disk ? "0.25" : "0.1",
        disk ? "its rim is a polygon" : similar);
    snprintf(name, sizeof name, "%s: order in space, mu", what);
    if (!disk)
        row(name, log2(mu[0] / mu[2]) / 2, 2, "0.1", similar);
}

static void in_time(bool disk)
{
    const struct {
        const char *name;
        int32_t integrator, order, exact;
        double dt;
    } all[] = {{"bdf 2", FLX_BDF, 2, 2, 0.05},
               {"bdf 3", FLX_BDF, 3, 3, 0.05},
               {"rk32", FLX_RK32, 3, 3, 0.02},
               {"euler-explicit", FLX_EULER_EXPLICIT, 2, 1, 0.01}};
    for (int k = 0; k < 4; k++) {
        result r[3];
        for (int s = 0; s < 3; s++)
            r[s] = run(disk, 0.4, all[k].integrator, all[k].order, all[k].dt / (1 << s));
        char name[128];
        for (int c = 0; c < (disk ? 1 : 2); c++) {
            snprintf(name, sizeof name, "%s: order in time of %s, %s", disk ? "disk" : "bar",
                     all[k].name, c ? "mu" : "psi");
            row(name, log2(distance(&r[0], &r[1], c) / distance(&r[1], &r[2], c)), all[k].exact,
                "0.3", "next order of the expansion, start of the multistep");
        }
        for (int s = 0; s < 3; s++)
            free(r[s].value);
    }
}

int main(void)
{
    printf("# Manufactured states: a bar with contacts, current, A(x, y, t), mu and gamma = 1.2; a "
           "disk with uneven "
           "|psi|(r, t), A(r, t) and gamma = 1.2. Errors at t = 2 tau0, dt = 0.01 tau0 (bdf 3)\n");
    space(false);
    space(true);
    printf("# Orders in time: three step sizes on one mesh, h <= 0.4 xi\n");
    in_time(false);
    in_time(true);
    return 0;
}
