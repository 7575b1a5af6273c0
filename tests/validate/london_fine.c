// London films on fine meshes, some 10^4 sites, against the numbers that validate/london.c meets on the
// meshes that users get: these are 0.3 % and 0.03 %. The field of the currents, most of the work, is
// known once for all Pearl lengths of a film.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/london.h"
#include "fluxoid/run.h"
#include "london.h"
#include "validate.h"

static const double pH = 1.25663706212; // mu0 um

typedef struct films {
    flx_ctx *ctx;
    flx_case *c;
    flx_device *device;
    const flx_mesh *mesh;
    flx_london *l; // NULL until the first Pearl length
    double *lambda, *z, *moment, *g,
        *k; // [n_tri], [n_film], [n_site + n_hole], [n_site], [n_tri][2]
    int32_t hole[2], n_hole;
    double current[2], fluxoid[2], area[2]; // area: effective [um^2]
} films;

// The integrals of the hats of all sites and the areas of holes: moments of B = 1.
static void fill_moment(films *f)
{
    const flx_mesh *m = f->mesh;
    for (int32_t t = 0; t < m->n_tri; t++) {
        const int32_t *v = &m->tri[3 * t];
        double twice = (m->x[v[1]] - m->x[v[0]]) * (m->y[v[2]] - m->y[v[0]]) -
                       (m->x[v[2]] - m->x[v[0]]) * (m->y[v[1]] - m->y[v[0]]);
        for (int k = 0; k < 3; k++)
            f->moment[v[k]] += twice / 6;
    }
    for (int32_t h = 0; h < f->n_hole; h++) {
        const flx_mesh_loop *rim = &m->loop[f->hole[h]];
        for (int32_t k = 0; k < rim->n; k++) {
            int32_t i = m->loop_site[rim->start + k],
                    j = m->loop_site[rim->start + (k + 1) % rim->n];
            f->moment[m->n_site + h] += (m->x[i] * m->y[j] - m->x[j] * m->y[i]) / 2;
        }
    }
}

// z: height of the second film.
static films films_make(const char *text, double z)
{
    films f = {.ctx = flx_ctx_create()};
    flx_ctx_set_threads(f.ctx, 2);
    must(f.ctx, flx_case_parse(f.ctx, text, strlen(text), "fine.yaml", &f.c));
    must(f.ctx, flx_device_create(f.ctx, f.c, &f.device));
    const flx_mesh *m = f.mesh = flx_device_mesh(f.device);
    for (int32_t l = 0; l < m->n_loop; l++)
        if (!m->loop[l].outer)
            f.hole[f.n_hole++] = l;
    f.lambda = get(m->n_tri, sizeof *f.lambda);
    f.z = get(m->n_film, sizeof *f.z);
    f.z[m->n_film - 1] = z;
    f.moment = get(m->n_site + f.n_hole, sizeof *f.moment);
    f.g = get(m->n_site, sizeof *f.g);
    f.k = get(2 * m->n_tri, sizeof *f.k);
    fill_moment(&f);
    return f;
}

static void films_clear(films *f)
{
    void *arrays[] = {f->lambda, f->z, f->moment, f->g, f->k};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        free(arrays[k]);
    flx_london_free(f->l);
    flx_device_free(f->device);
    flx_case_free(f->c);
    flx_ctx_free(f->ctx);
}

static void films_set(films *f, double lambda)
{
    for (int32_t t = 0; t < f->mesh->n_tri; t++)
        f->lambda[t] = lambda;
    if (f->l) {
        must(f->ctx, flx_london_set_lambda(f->ctx, f->l, f->lambda));
        return;
    }
    flx_london_problem p = {
        .mesh = f->mesh, .z = f->z, .lambda = f->lambda, .hole = f->hole, .n_hole = f->n_hole};
    flx_london_opts o = flx_london_opts_default();
    o.method = FLX_LONDON_ITERATIVE;
    o.tolerance = 1e-7; // of the currents; inductances are off by its square
    must(f->ctx, flx_london_create(f->ctx, &p, &o, &f->l));
}

// State in the field B = 1 without fluxoids, or with a current of 1 round the hole and no field.
static flx_london_state films_solve(films *f, bool field)
{
    flx_london_state s = {
        .g = f->g, .current = f->current, .fluxoid = f->fluxoid, .effective = f->area};
    flx_london_condition one = {FLX_LONDON_CURRENT, 1};
    flx_london_drive in_field = {.moment = f->moment}, with_current = {.condition = &one};
    must(f->ctx, flx_london_solve(f->ctx, f->l, field ? &in_field : &with_current, &s));
    flx_london_sheet(f->l, s.g, f->k);
    return s;
}

// B in the middle of a film without a hole, in the field B = 1: the mean with the weight
// phi = 1 - (r/radius)^2. Its part of the currents is int A.K_phi over int phi, A at three points of
// each triangle; B itself, of currents that are constant in triangles, is not bounded at their sides.
static double middle_field(films *f, double radius)
{
    const flx_mesh *m = f->mesh;
    double *at = get(9 * m->n_tri, sizeof *at), *a = get(6 * m->n_tri, sizeof *a);
    double *phi = get(m->n_site, sizeof *phi), *k = get(2 * m->n_tri, sizeof *k), sum = 0, all = 0;
    double *weight = get(6 * m->n_tri, sizeof *weight);
    int32_t n = 0;
    for (int32_t i = 0; i < m->n_site; i++) {
        phi[i] = fmax(0, 1 - (m->x[i] * m->x[i] + m->y[i] * m->y[i]) / (radius * radius));
        all += phi[i] * f->moment[i];
    }
    flx_london_sheet(f->l, phi, k);
    for (int32_t q = 0; q < 3 * m->n_tri; q++) {
        const int32_t *v = &m->tri[q / 3 * 3];
        double sixth = ((m->x[v[1]] - m->x[v[0]]) * (m->y[v[2]] - m->y[v[0]]) -
                        (m->x[v[2]] - m->x[v[0]]) * (m->y[v[1]] - m->y[v[0]])) /
                       6;
        if (phi[v[0]] + phi[v[1]] + phi[v[2]] == 0)
            continue;
        for (int c = 0; c < 3; c++) {
            double share = c == q % 3 ? 2.0 / 3 : 1.0 / 6;
            at[3 * n] += share * m->x[v[c]];
            at[3 * n + 1] += share * m->y[v[c]];
        }
        for (int d = 0; d < 2; d++)
            weight[2 * n + d] = sixth * k[q / 3 * 2 + d];
        n++;
    }
    must(f->ctx,
         flx_london_field(f->ctx, f->l, f->k, &(flx_selffield_points){.n = n, .xyz = at, .a = a}));
    for (int32_t q = 0; q < 2 * n; q++)
        sum += weight[q] * a[q];
    void *arrays[] = {at, a, phi, k, weight};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        free(arrays[i]);
    return 1 + sum / all;
}

static films round_film(double inner, double outer, const char *mesh)
{
    char text[512], hole[96] = "";
    if (inner > 0)
        snprintf(hole, sizeof hole, ", holes: {hole: [circle: {radius: %g}]}", inner);
    snprintf(text, sizeof text,
             "fluxoid: 1\nunits: {length: um}\nlayers: {nb: {pearl_length: 0 um}}\n"
             "films: {film: {layer: nb, shape: [circle: {radius: %g}]%s}}\n"
             "mesh: {max_edge: %s}\nengine: london\n",
             outer, hole, mesh);
    return films_make(text, 0);
}

static void rings(void)
{
    char name[96];
    printf("# Inductance of a flat ring of radii 1 and b um [pH]\n");
    for (size_t k = 0; k < sizeof ring_l / sizeof *ring_l; k++) {
        films f = round_film(1, ring_l[k].b, ring_l[k].fine);
        for (int n = 0; n < N_LAMBDA; n++) {
            films_set(&f, lambdas[n]);
            snprintf(name, sizeof name, "b = %g, Lambda = %g um, %d sites", ring_l[k].b, lambdas[n],
                     f.mesh->n_site);
            row(name, pH * flx_london_inductance(f.l)[0], ring_l[k].exact[n], "0.03%", integral);
        }
        films_clear(&f);
    }
}

static void fields(void)
{
    char name[96];
    printf("# Ring of 1 and b um in a field: effective area [um^2], mu0 m/B without fluxoid "
           "[um^3]\n");
    for (size_t r = 0; r < sizeof ring_field / sizeof *ring_field; r++) {
        films f = round_film(1, ring_field[r].b, ring_field[r].fine);
        for (int k = 0; k < 4; k++) {
            const double *exact = ring_field[r].exact[k];
            films_set(&f, exact[0]);
            films_solve(&f, true);
            snprintf(name, sizeof name, "effective area, b = %g, Lambda = %g um, %d sites",
                     ring_field[r].b, exact[0], f.mesh->n_site);
            row(name, f.area[0], exact[1], "0.03%", integral);
            snprintf(name, sizeof name, "moment, b = %g, Lambda = %g um", ring_field[r].b,
                     exact[0]);
            row(name, flx_london_moment(f.l, f.k), exact[2], "0.03%", integral);
        }
        films_clear(&f);
    }
    printf("# Disk of 1 um in a field: |m| over 8 R^3 B/3 mu0, and the field in its middle\n");
    films f = round_film(0, 1, "0.025");
    for (size_t k = 0; k < sizeof disk_field / sizeof *disk_field; k++) {
        films_set(&f, disk_field[k][0]);
        films_solve(&f, true);
        snprintf(name, sizeof name, "Lambda = %g um, %d sites", disk_field[k][0], f.mesh->n_site);
        row(name, -flx_london_moment(f.l, f.k) * 3 / 8, disk_field[k][1], "0.03%", integral);
        snprintf(name, sizeof name, "B in the middle over B, Lambda = %g um", disk_field[k][0]);
        // B grows from the middle by 0.3 r^2 at most, 1e-4 in the mean over 0.05 um; as much again
        // for what the sum of applied field and that of the currents has lost
        row(name, middle_field(&f, 0.05), disk_field[k][2], "0.0003", integral);
    }
    films_clear(&f);
}

// Kinetic and field part of an energy are no extrema: the latter is what a Pearl length of 1 mm leaves
// of a current that is as good as given.
static void limits(void)
{
    const struct {
        double a, b;
        const char *edge;
        double none, broad; // L at Lambda = 0; of its field at Lambda = infinity; NAN: not known
    } all[] = {{0.95, 1.05, "0.02", 4.72386002, NAN},
               {0.995, 1.005, "0.005", 7.62868956, 7.771749},
               {1, 2, "0.06", NAN, 3.569889}};
    char name[96];
    printf("# Narrow rings of radius 1 um and width w, and the weak-screening limit: L, or that "
           "part of it "
           "that is field [pH]\n");
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        films f = round_film(all[k].a, all[k].b, all[k].edge);
        for (int broad = 0; broad < 2; broad++) {
            double exact = broad ? all[k].broad : all[k].none;
            if (isnan(exact))
                continue;
            films_set(&f, broad ? 1000 : 0);
            flx_london_state s = films_solve(&f, false);
            snprintf(name, sizeof name, "%g-%g um, %s, %d sites", all[k].a, all[k].b,
                     broad ? "Lambda = 1000 um, field" : "Lambda = 0", f.mesh->n_site);
            row(name, 2 * pH * (s.energy - (broad ? s.kinetic : 0)), exact,
                broad && all[k].b == 2 ? "0.1%" : "0.03%", broad ? "current as 1/r" : integral);
        }
        if (all[k].b == 2) { // A_eff = pi (b^2 - a^2)/2 ln(b/a), mu0 m/B = -pi (b^4 - a^4)/8 Lambda
            films_solve(&f, true);
            row("1-2 um, Lambda = 1000 um: effective area [um^2]", f.area[0], 6.798446, "0.03%",
                integral);
            row("1-2 um, Lambda = 1000 um: moment over its limit, 1 + O(1/Lambda)",
                -flx_london_moment(f.l, f.k) * 8 * 1000 / (15 * pi), 1, "0.1%",
                "pi (b^4 - a^4)/8 Lambda");
        }
        films_clear(&f);
    }
}

static void pairs(void)
{
    const char *const what[] = {"L of the inner", "mutual", "L of the outer"};
    films f = {0};
    for (size_t k = 0; k < sizeof coaxial_l / sizeof *coaxial_l; k++) {
        const double *at = coaxial_l[k].at;
        char text[512];
        printf("# %s [pH]\n", coaxial_l[k].name);
        if (k != 1) { // the second differs in Lambda alone
            snprintf(text, sizeof text,
                     "fluxoid: 1\nunits: {length: um}\n"
                     "layers: {a: {pearl_length: 0 um}, b: {pearl_length: 0 um, z: %g}}\nfilms:\n"
                     "  p: {layer: a, shape: [circle: {radius: %g}], holes: {h: [circle: {radius: "
                     "%g}]}}\n"
                     "  f: {layer: b, shape: [circle: {radius: %g}], holes: {k: [circle: {radius: "
                     "%g}]}}\n"
                     "mesh: {max_edge: %g}\nengine: london\n",
                     at[1], at[3], at[2], at[5], at[4], at[6]);
            f = films_make(text, at[1]);
        }
        films_set(&f, at[0]);
        const int which[] = {0, 1, 3};
        for (int n = 0; n < 3; n++) {
            char name[64];
            snprintf(name, sizeof name, "%s, %d sites", what[n], f.mesh->n_site);
            row(name, pH * flx_london_inductance(f.l)[which[n]], coaxial_l[k].exact[n], "0.03%",
                integral);
        }
        if (k != 0)
            films_clear(&f);
    }
}

int main(void)
{
    rings();
    fields();
    limits();
    pairs();
    return 0;
}
