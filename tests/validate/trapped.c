// Flux that rings keep when they have been cooled in a field and the field has been taken away. The
// fluxoid is a whole number of quanta on any path; the flux is so only where no current flows, deep
// inside a wall: in a long body thick against lambda to exp(-distance/lambda), in a film broad
// against Lambda only as a power of it. Cases as users write them.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/run.h"
#include "validate.h"

// Summary of a case; the text is the caller's.
static char *summary_of(const char *text)
{
    flx_ctx *ctx = flx_ctx_create();
    flx_case *c;
    flx_run_result *result;
    flx_run_opts opts = flx_run_opts_default();
    flx_ctx_set_threads(ctx, 2);
    must(ctx, flx_case_parse(ctx, text, strlen(text), "trapped.yaml", &c));
    must(ctx, flx_run(ctx, c, &opts, &result));
    char *json = get((int64_t)strlen(result->json) + 1, 1);
    strcpy(json, result->json);
    flx_run_result_free(result);
    flx_case_free(c);
    flx_ctx_free(ctx);
    return json;
}

// The number behind a key, from the place of another key on if that is given.
static double number(const char *json, const char *in, const char *key)
{
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\":", in);
    const char *at = *in ? strstr(json, quoted) : json;
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    at = at ? strstr(at, quoted) : NULL;
    return at ? strtod(at + strlen(quoted), NULL) : (double)NAN;
}

// -- long bodies ----------------------------------------------------------------------------------

// Modified Bessel functions by their integrals; trapezoids converge exponentially.
static double bessel_i(int n, double x)
{
    double sum = 0;
    for (int k = 0; k < 200; k++)
        sum += exp(x * cos(pi * (k + 0.5) / 200)) * cos(n * pi * (k + 0.5) / 200);
    return sum / 200;
}

static double bessel_k(int n, double x)
{
    double sum = 0.5 * exp(-x);
    for (int k = 1; k < 400; k++)
        sum += exp(-x * cosh(0.02 * k)) * cosh(0.02 * k * n);
    return 0.02 * sum;
}

// Flux inside r over Phi0 of one fluxoid quantum in a tube a < r < b without a field outside; |psi| =
// 1, lambda the unit: B = c I0 + d K0, B(b) = 0, pi a^2 B(a) - 2 pi a B'(a) = 1 = flux - 2 pi r B'.
static double tube_flux(double a, double b, double r)
{
    double ratio = -bessel_i(0, b) / bessel_k(0, b); // d/c
    double field = bessel_i(0, a) + ratio * bessel_k(0, a);
    double slope = bessel_i(1, a) - ratio * bessel_k(1, a);
    double c = 1 / (pi * a * a * field - 2 * pi * a * slope);
    return 1 + 2 * pi * r * c * (bessel_i(1, r) - ratio * bessel_k(1, r));
}

static char *tube(double a, double b, double h, const char *more)
{
    char text[768];
    snprintf(
        text, sizeof text,
        "fluxoid: 1\nunits: {length: um}\n"
        "layers: {nb: {coherence_length: 1 um, penetration_depth: 1 um, body: long, u: 1, "
        "gamma: 0}}\n"
        "films: {f: {layer: nb, shape: [circle: {radius: %g}], holes: {hole: [circle: {radius: "
        "%g}]}}}\n"
        "mesh: {max_edge: %g}\nloops: {middle: [circle: {radius: %g}]}\n%s",
        b, a, h, (a + b) / 2, more);
    return summary_of(text);
}

static void tubes(void)
{
    const double wall[][2] = {{3, 4}, {3, 6}, {3, 8}, {3, 10}};
    char name[128];
    printf("# Tubes a < r < b (in lambda) with |psi| held at 1 and one fluxoid quantum: flux/Phi0 "
           "through a loop in the middle of the wall\n");
    for (int k = 0; k < 4; k++) {
        double a = wall[k][0], b = wall[k][1];
        char *json =
            tube(a, b, 0.15,
                 "drive: {field: 0 mT}\nstart: {winding: {hole: 1}}\n"
                 "tdgl: {time: 300 tau0, stop_when_steady: 1e-7, frozen_amplitude: true}\n");
        snprintf(name, sizeof name, "a = %g, b = %g", a, b);
        row(name, number(json, "middle", "flux_Phi0"), tube_flux(a, b, (a + b) / 2), "0.3%",
            "c1 I0 + c2 K0 with the fluxoid Phi0; mesh, and the place of the loop");
        free(json);
    }
    printf(
        "# Tubes of kappa = 1 cooled in 0.05 Bc2 from the normal state, the field then taken away: "
        "what is left in the middle of the wall, over the winding there\n");
    static const struct {
        double a, b, h;
        const char *tolerance; // of the flux
    } cooled[] = {{3, 10, 0.4, "0.03"}, {6, 6.3, 0.15, "2%"}};
    for (int k = 0; k < 2; k++) {
        double a = cooled[k].a, b = cooled[k].b;
        char *json = tube(a, b, cooled[k].h,
                          "drive: {field: \"0.05 Bc2 * (1 - ramp(t, 60, 100))\"}\n"
                          "start: {normal: {noise: 0.01, seed: 3}}\ntdgl: {time: 300 tau0}\n");
        double n = number(json, "middle", "winding");
        snprintf(name, sizeof name, "a = %g, b = %g: fluxoid/n Phi0, n = %g", a, b, n);
        row(name, number(json, "middle", "fluxoid_Phi0") / n, 1, "0.3%", "single-valued psi");
        snprintf(name, sizeof name, "a = %g, b = %g: flux/n Phi0", a, b);
        if (k == 0)
            row(name, number(json, "middle", "flux_Phi0") / n, 1, cooled[k].tolerance,
                "a whole number up to exp(-(b - a)/2 lambda) = 0.03");
        else
            row(name, number(json, "middle", "flux_Phi0") / n, tube_flux(a, b, (a + b) / 2),
                cooled[k].tolerance, "c1 I0 + c2 K0; |psi|^2 is up to 1% below 1");
        free(json);
    }
}

// -- films ----------------------------------------------------------------------------------------

typedef struct ring {
    double a, b, lambda, xi, edge; // [um]
} ring;

// layer: further keys of it.
static char *film(ring r, const char *layer, const char *more)
{
    char text[768];
    snprintf(
        text, sizeof text,
        "fluxoid: 1\nunits: {length: um}\n"
        "layers: {nb: {pearl_length: %g um, coherence_length: %g um, u: 1, gamma: 0%s}}\n"
        "films: {f: {layer: nb, shape: [circle: {radius: %g}], holes: {hole: [circle: {radius: "
        "%g}]}}}\n"
        "mesh: {max_edge: %g}\nloops: {middle: [circle: {radius: %g}]}\n%s",
        r.lambda, r.xi, layer, r.b, r.a, r.edge, (r.a + r.b) / 2, more);
    return summary_of(text);
}

static const char *const held =
    "drive: {field: 0 mT}\nstart: {winding: {hole: 1}}\ntdgl: {time: 300 "
    "tau0, selffield: true, stop_when_steady: 1e-6}\n";

// Flux through the middle of the film with n quanta, over n Phi0, by the engine london. In a film
// narrower than Lambda the current is that of the phase n theta all over, and |psi|^2 = 1 - (n xi/r)^2.
static double london_flux(ring r, double n)
{
    r.edge /= 2;
    if (r.b - r.a < r.lambda)
        r.lambda /= 1 - pow(n * r.xi * 2 / (r.a + r.b), 2);
    char *json =
        film(r, "", "drive: {field: 0 mT}\nengine: london\nlondon: {fluxoids: {hole: 1}}\n");
    double flux = number(json, "middle", "flux_Phi0");
    free(json);
    return flux;
}

static void films(void)
{
    printf(
        "# Film ring of 1-2 um, Lambda = 1 um, one fluxoid quantum: moment [uA um^2] of the "
        "steady state of tdgl, beside that of London currents. |psi|^2 is below 1 by (xi/r)^2\n");
    double value[2];
    char name[96];
    for (int k = 0; k < 2; k++) {
        double xi = k ? 0.05 : 0.1;
        char *json = film((ring){1, 2, 1, xi, 0.1}, "", held);
        value[k] = 1e18 * number(json, "", "moment");
        snprintf(name, sizeof name, "xi = %g um", xi);
        row(name, value[k], 929.51776068, k ? "0.3%" : "1%",
            "axisymmetric integral equation; (xi/a)^2");
        free(json);
    }
    row("extrapolated to xi = 0", limit_of(value[0], value[1], 2), 929.51776068, "0.1%",
        "axisymmetric integral equation; mesh");

    const ring rings[] = {{1, 6, 0.05, 0.2, 0.2}, {1, 1.2, 2, 0.05, 0.05}};
    printf("# Broad and narrow film rings with one fluxoid quantum, tdgl beside engine london: "
           "through a loop in the middle\n");
    for (int k = 0; k < 2; k++) {
        ring r = rings[k];
        char *json = film(r, "", held);
        snprintf(name, sizeof name, "%g-%g um, Lambda = %g um: fluxoid/Phi0", r.a, r.b, r.lambda);
        row(name, number(json, "middle", "fluxoid_Phi0"), 1, "0.1%", "single-valued psi");
        snprintf(name, sizeof name, "%g-%g um, Lambda = %g um: flux/Phi0", r.a, r.b, r.lambda);
        row(name, number(json, "middle", "flux_Phi0"), london_flux(r, 1), "1%",
            "engine london; mesh, and the place of the loop");
        free(json);
    }
}

// epsilon rises from a normal metal to 1 in the field, which is then taken away.
static void cooled_films(void)
{
    const struct {
        ring r;
        double field; // [mT]
    } all[] = {{{1, 3, 0.05, 0.2, 0.15}, 0.3}, {{1, 1.2, 2, 0.05, 0.05}, 1.2}};
    char name[96], more[256];
    printf(
        "# Film rings cooled through Tc in a field, epsilon from -0.2 to 1, the field then taken "
        "away: what is left in the middle of the film, over the winding there\n");
    for (int k = 0; k < 2; k++) {
        ring r = all[k].r;
        snprintf(more, sizeof more,
                 "drive: {field: \"%g mT * (1 - ramp(t, 200, 300))\"}\n"
                 "start: {normal: {noise: 0.01, seed: 3}}\n"
                 "tdgl: {time: 600 tau0, selffield: true, stop_when_steady: 1e-6}\n",
                 all[k].field);
        char *json = film(r, ", epsilon: \"-0.2 + 1.2 * ramp(t, 0, 200)\"", more);
        double n = number(json, "middle", "winding");
        snprintf(name, sizeof name, "%g-%g um, Lambda = %g um: fluxoid/n Phi0, n = %g", r.a, r.b,
                 r.lambda, n);
        row(name, number(json, "middle", "fluxoid_Phi0") / n, 1, "0.1%", "single-valued psi");
        snprintf(name, sizeof name, "%g-%g um, Lambda = %g um: flux/n Phi0", r.a, r.b, r.lambda);
        row(name, number(json, "middle", "flux_Phi0") / n, london_flux(r, n), "1%",
            "engine london; mesh, and the place of the loop");
        free(json);
    }
}

int main(void)
{
    tubes();
    films();
    cooled_films();
    return 0;
}
