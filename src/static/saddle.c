// static/saddle.c -- saddles with one way down, and the one between two minima.
//
// Near a saddle its lowest mode is followed (Cerjan and Miller, J. Chem. Phys. 75, 2800 (1981)):
// uphill along it, downhill along the other low modes and, by conjugate gradients, along all the
// rest. To get there:
// Simplified string method (E, Ren, Vanden-Eijnden, J. Chem. Phys. 126, 164103 (2007)): the states
// of a chain from one minimum to the other go downhill together, by steps of (-a Lap + 2 a)^-1 g,
// and are set at equal distances along the chain after each step. The phase of a film is free: each
// state is turned to its predecessor. From the highest state Newton steps lead to the saddle.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "static/static_internal.h"

#include <math.h>
#include <string.h>

// -- near a saddle --------------------------------------------------------------------------------

// One step along the modes and across them.
static void step(flx_static *st)
{
    const double longest = 0.4, least = 1e-6; // of a mode, whose norm is 1; eigenvalue taken for 0
    double *p = st->work[W_STEP], *minus = st->work[W_RATE];
    for (int32_t i = 0; i < 2 * st->n; i++)
        minus[i] = -st->g[i];
    flx_static_cg(st, minus,
                  &(static_cg_opts){.small = 1e-3, .n_deflated = st->n_mode, .image = NULL}, p);
    double across = sqrt(flx_static_mdot(st, p, p));
    double cut = fmin(1, 2 * longest / fmax(across, 1e-300));
    for (int32_t i = 0; i < 2 * st->n; i++)
        p[i] *= cut;
    for (int32_t k = 0; k < st->n_mode; k++) {
        const double *v = st->mode + 2 * (size_t)st->n * (size_t)k;
        double c = -flx_static_dot(st, v, st->g) / fmax(fabs(st->value[k]), least);
        c = fmax(-longest, fmin(longest, k == 0 ? -c : c));
        flx_static_axpy(st, c, v, p);
    }
    flx_static_axpy(st, 1, p, st->psi);
}

// To a saddle with one way down.
static flx_status follow_mode(flx_static *st)
{
    enum { STEPS = 60 };
    double unused;
    for (int32_t k = 0; k <= STEPS; k++) {
        flx_static_gradient(st);
        FLX_TRY(flx_static_factor(st, false));
        FLX_TRY(flx_static_davidson(st, NEAR, st->o.mode_tolerance, &unused));
        if (st->report.residual <= st->o.tolerance && st->value[0] < 0 &&
            st->value[1] > -st->o.mode_tolerance) {
            st->report.stable = false;
            return FLX_OK;
        }
        step(st);
        st->report.steps++;
    }
    return flx_fail(st->ctx, FLX_ERR_DIVERGED,
                    "no saddle was found next to the state given: after %d steps along its lowest "
                    "mode the residual is %.3g (allowed %g); start nearer",
                    STEPS, st->report.residual, st->o.tolerance);
}

flx_status flx_static_saddle_near(flx_static *st, double *value, flx_static_report *report)
{
    st->report = (flx_static_report){0};
    flx_status status = follow_mode(st);
    *value = st->value[0];
    st->report.energy = flx_static_energy(st);
    *report = st->report;
    return status;
}

// -- the string -----------------------------------------------------------------------------------

typedef struct string {
    flx_static *st;
    int32_t n;          // states
    double *at, *moved; // [n][2 n_site]
    double *energy;     // [n] with the work of the currents on the way
    double *work;       // [n] that work
    double *way;        // [n] distance from the first
    flx_cplx *turn;     // [n_film]
} string;

static double *image(const string *s, int32_t k)
{
    return s->at + 2 * (size_t)s->st->n * (size_t)k;
}

// Turns psi, film by film, so that it is nearest to psi0.
static void align(const string *s, const double *psi0, double *psi)
{
    const flx_mesh *m = s->st->mesh;
    for (int32_t f = 0; f < m->n_film; f++)
        s->turn[f] = (flx_cplx){0, 0};
    for (int32_t i = 0; i < m->n_site; i++) {
        const double *p = &psi0[2 * i], *q = &psi[2 * i];
        s->turn[m->film[i]].re += m->area[i] * (p[0] * q[0] + p[1] * q[1]);
        s->turn[m->film[i]].im += m->area[i] * (p[0] * q[1] - p[1] * q[0]);
    }
    for (int32_t i = 0; i < m->n_site; i++) {
        flx_cplx t = s->turn[m->film[i]];
        double r = hypot(t.re, t.im), re = psi[2 * i], im = psi[2 * i + 1];
        if (!(r > 0))
            continue;
        psi[2 * i] = (t.re * re + t.im * im) / r;
        psi[2 * i + 1] = (t.re * im - t.im * re) / r;
    }
}

static double distance(const string *s, const double *p, const double *q)
{
    const flx_mesh *m = s->st->mesh;
    double sum = 0;
    for (int32_t i = 0; i < m->n_site; i++) {
        double re = p[2 * i] - q[2 * i], im = p[2 * i + 1] - q[2 * i + 1];
        sum += m->area[i] * (re * re + im * im);
    }
    return sqrt(sum);
}

// out = (1 - x) p + x q
static void between(const string *s, const double *p, const double *q, double x, double *out)
{
    for (int32_t i = 0; i < 2 * s->st->n; i++)
        out[i] = (1 - x) * p[i] + x * q[i];
}

static void set_equal(string *s)
{
    size_t size = 2 * (size_t)s->st->n;
    s->way[0] = 0;
    for (int32_t k = 1; k < s->n; k++) {
        align(s, image(s, k - 1), image(s, k));
        s->way[k] = s->way[k - 1] + distance(s, image(s, k - 1), image(s, k));
    }
    double whole = s->way[s->n - 1];
    for (int32_t k = 1, j = 0; k < s->n - 1; k++) {
        double target = whole * k / (s->n - 1);
        while (j < s->n - 2 && s->way[j + 1] < target)
            j++;
        double step = s->way[j + 1] - s->way[j];
        between(s, image(s, j), image(s, j + 1), step > 0 ? (target - s->way[j]) / step : 0,
                s->moved + size * (size_t)k);
    }
    memcpy(image(s, 1), s->moved + size, size * (size_t)(s->n - 2) * sizeof *s->at);
}

static void take(const string *s, const double *psi)
{
    memcpy(s->st->psi, psi, 2 * (size_t)s->st->n * sizeof *psi);
    flx_static_phases(s->st);
    flx_static_gradient(s->st);
}

static void energies(string *s)
{
    for (int32_t k = 0; k < s->n; k++) {
        take(s, image(s, k));
        s->work[k] = k > 0 ? s->work[k - 1] + flx_static_work(s->st, image(s, k - 1)) : 0;
        s->energy[k] = flx_static_energy(s->st) + s->work[k];
    }
}

static void downhill(string *s)
{
    double *z = s->st->work[W_STEP];
    for (int32_t k = 1; k < s->n - 1; k++) {
        take(s, image(s, k));
        flx_static_precondition(s->st, s->st->g, z);
        flx_static_axpy(s->st, -1, z, image(s, k));
    }
    set_equal(s);
}

static int32_t highest(const string *s)
{
    int32_t top = 0;
    for (int32_t k = 1; k < s->n; k++)
        top = s->energy[k] > s->energy[top] ? k : top;
    return top;
}

// From the highest state to a saddle higher than both ends.
static flx_status climb(string *s, flx_static_barrier *barrier, bool *found)
{
    flx_static *st = s->st;
    int32_t top = highest(s);
    *found = false;
    take(s, image(s, top));
    if (top == 0 || top == s->n - 1)
        return FLX_OK;
    flx_status status = follow_mode(st);
    if (status == FLX_ERR_DIVERGED || status == FLX_ERR_SOLVER) {
        take(s, image(s, top));
        return FLX_OK; // not near enough yet
    }
    FLX_TRY(status);
    barrier->energy_from = s->energy[0];
    barrier->energy_to = s->energy[s->n - 1];
    align(s, image(s, top), st->psi);
    barrier->energy_saddle =
        flx_static_energy(st) + s->work[top] + flx_static_work(st, image(s, top));
    barrier->value = st->value[0];
    *found = barrier->energy_saddle > fmax(barrier->energy_from, barrier->energy_to);
    if (!*found)
        take(s, image(s, top));
    return FLX_OK;
}

// Downhill from the saddle at psi on both sides: do the energies of the two states come out?
static flx_status look_down(string *s, flx_static_barrier *barrier)
{
    flx_static *st = s->st;
    const double aside = 0.1, same = 1e-6;
    size_t n = 2 * (size_t)st->n;
    double *saddle = image(s, 1), *mode = image(s, 2), energy[2];
    memcpy(saddle, st->psi, n * sizeof *saddle);
    memcpy(mode, st->mode, n * sizeof *mode);
    flx_static_report report, whole = st->report;
    flx_status status = FLX_OK;
    for (int k = 0; k < 2 && status == FLX_OK; k++) {
        memcpy(st->psi, saddle, n * sizeof *saddle);
        flx_static_axpy(st, k ? -aside : aside, mode, st->psi);
        status = flx_static_minimise(st, &report);
        energy[k] = report.energy;
    }
    double from = barrier->energy_from, to = barrier->energy_to - s->work[s->n - 1];
    double scale = same * (fabs(from) + fabs(to) + 1);
    barrier->connects =
        status == FLX_OK && ((fabs(energy[0] - from) < scale && fabs(energy[1] - to) < scale) ||
                             (fabs(energy[1] - from) < scale && fabs(energy[0] - to) < scale));
    take(s, saddle);
    memcpy(st->mode, mode, n * sizeof *mode);
    whole.residual = st->report.residual;
    st->report = whole;
    return status == FLX_ERR_DIVERGED ? FLX_OK : status;
}

static flx_status find(string *s, flx_static_barrier *barrier)
{
    enum { ROUNDS = 10, STEPS = 20 };
    flx_static *st = s->st;
    bool found = false;
    for (barrier->rounds = 1; barrier->rounds <= ROUNDS; barrier->rounds++) {
        FLX_TRY(flx_static_factor_flow(st));
        for (int32_t k = 0; k < STEPS; k++)
            downhill(s);
        energies(s);
        FLX_TRY(climb(s, barrier, &found));
        if (found)
            return look_down(s, barrier);
    }
    int32_t top = highest(s);
    return flx_fail(st->ctx, FLX_ERR_DIVERGED,
                    "no saddle was found between the two states: after %d steps of the string the "
                    "highest of %d states is number %d, %.6g above the first; it is kept. Allow "
                    "more static.images, or give states that are neighbours",
                    ROUNDS * STEPS, s->n, top + 1, s->energy[top] - s->energy[0]);
}

static flx_status ends(string *s, const flx_cplx *from, const flx_cplx *to)
{
    flx_static *st = s->st;
    size_t size = 2 * (size_t)st->n;
    flx_static_report report;
    const flx_cplx *psi[2] = {from, to};
    for (int k = 0; k < 2; k++) {
        FLX_TRY(flx_static_set_psi(st, psi[k]));
        FLX_TRY(flx_static_minimise(st, &report));
        memcpy(image(s, k ? s->n - 1 : 0), st->psi, size * sizeof *st->psi);
    }
    align(s, image(s, 0), image(s, s->n - 1));
    if (distance(s, image(s, 0), image(s, s->n - 1)) < 1e-3 * sqrt(st->area))
        return flx_fail(st->ctx, FLX_ERR_INPUT,
                        "the two states between which a saddle is wanted are the same minimum");
    for (int32_t k = 1; k < s->n - 1; k++)
        between(s, image(s, 0), image(s, s->n - 1), (double)k / (s->n - 1), image(s, k));
    st->report = (flx_static_report){0};
    return FLX_OK;
}

flx_status flx_static_saddle(flx_static *st, const flx_cplx *from, const flx_cplx *to,
                             flx_static_barrier *barrier, flx_static_report *report)
{
    size_t size = 2 * (size_t)st->n * (size_t)st->o.images;
    string s = {.st = st, .n = st->o.images};
    *barrier = (flx_static_barrier){0};
    st->report = (flx_static_report){0};
    s.at = FLX_NEW_ARRAY(st->ctx, double, size);
    s.moved = FLX_NEW_ARRAY(st->ctx, double, size);
    s.energy = FLX_NEW_ARRAY(st->ctx, double, s.n);
    s.work = FLX_NEW_ARRAY(st->ctx, double, s.n);
    s.way = FLX_NEW_ARRAY(st->ctx, double, s.n);
    s.turn = FLX_NEW_ARRAY(st->ctx, flx_cplx, st->mesh->n_film);
    flx_status status = FLX_ERR_MEMORY;
    if (s.at && s.moved && s.energy && s.work && s.way && s.turn)
        status = ends(&s, from, to);
    if (status == FLX_OK)
        status = find(&s, barrier);
    st->report.energy = flx_static_energy(st);
    *report = st->report;
    flx_free(s.at);
    flx_free(s.moved);
    flx_free(s.energy);
    flx_free(s.work);
    flx_free(s.way);
    flx_free(s.turn);
    return status;
}
