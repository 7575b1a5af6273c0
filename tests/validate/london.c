// London films: inductances of rings, rings and disks in a field, coaxial rings, a square washer,
// strips, a vortex, by cases as users write them, on the meshes they get without asking for more:
// mesh.max_edge is a seventh of the width of a film (half of it in the narrowest), or close to it.
//
// References: mu0 Lambda K + A_phi[K] = Phi_f/(2 pi r) with A of coaxial loops (Maxwell, Treatise,
// 701), solved on panels that halve towards both rims; two resolutions agree to 9 digits. Strips: the
// same in a plane.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/run.h"
#include "validate.h"

static const double mu0 = 1.25663706212e-6;
static const char *const source = "axisymmetric integral equation, 9 digits";

// Runs a case; the text of its summary is the caller's.
static char *summary_of(const char *text)
{
    flx_ctx *ctx = flx_ctx_create();
    flx_case *c;
    flx_run_result *result;
    flx_ctx_set_threads(ctx, 2);
    must(ctx, flx_case_parse(ctx, text, strlen(text), "london.yaml", &c));
    flx_run_opts opts = flx_run_opts_default();
    must(ctx, flx_run(ctx, c, &opts, &result));
    char *json = get((int64_t)strlen(result->json) + 1, 1);
    strcpy(json, result->json);
    flx_run_result_free(result);
    flx_case_free(c);
    flx_ctx_free(ctx);
    return json;
}

// Runs a case and measures its file; free the text with flx_text_free.
static char *measured(const char *text, const flx_measure_request *request)
{
    flx_ctx *ctx = flx_ctx_create();
    flx_case *c;
    flx_run_result *result;
    flx_run_opts opts = flx_run_opts_default();
    opts.output = "validate_london.h5";
    char *json;
    flx_ctx_set_threads(ctx, 2);
    must(ctx, flx_case_parse(ctx, text, strlen(text), "london.yaml", &c));
    must(ctx, flx_run(ctx, c, &opts, &result));
    must(ctx, flx_measure_file(ctx, opts.output, request, &json));
    remove(opts.output);
    flx_run_result_free(result);
    flx_case_free(c);
    flx_ctx_free(ctx);
    return json;
}

// Number k behind a key of the summary.
static double number(const char *json, const char *key, int k)
{
    char quoted[64];
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    const char *at = strstr(json, quoted);
    if (!at)
        return NAN;
    at += strlen(quoted);
    for (char *end;; k--) {
        at += strcspn(at, "-0123456789");
        double value = strtod(at, &end);
        if (k == 0)
            return value;
        at = end;
    }
}

static char *round_film(double inner, double outer, double lambda, const char *mesh,
                        const char *more)
{
    char text[512], hole[96] = "";
    if (inner > 0)
        snprintf(hole, sizeof hole, ", holes: {hole: [circle: {radius: %g}]}", inner);
    snprintf(text, sizeof text,
             "fluxoid: 1\nunits: {length: um}\nlayers: {nb: {pearl_length: %g um}}\n"
             "films: {film: {layer: nb, shape: [circle: {radius: %g}]%s}}\n"
             "mesh: {max_edge: %s}\ndrive: {field: 1 mT}\nengine: london\nlondon: {%s}\n",
             lambda, outer, hole, mesh, more);
    return summary_of(text);
}

// -- round films ----------------------------------------------------------------------------------

static void rings(void)
{
    const double lambda[] = {10, 3, 1, 0.3, 0.1, 0.03, 0.01, 0.003, 0};
    const struct {
        double b;
        const char *edge;
        double exact[9];
    } all[] = {
        {1.1,
         "0.05",
         {833.6021714590, 253.7081592578, 88.0236754546, 30.0324611163, 13.4591295168, 7.6457118389,
          5.9617866821, 5.3421641561, 5.02535620}},
        {1.5,
         "0.0714",
         {198.5909756795, 62.2771376302, 23.3259463090, 9.6795312933, 5.7526633317, 4.3320243448,
          3.8882005236, 3.7104272126, 3.61457612}},
        {2,
         "0.143",
         {117.4780042089, 37.7348069321, 14.9375067973, 6.9217188830, 4.5725252007, 3.6831201016,
          3.3901639375, 3.2693618037, 3.20350267}},
        {5,
         "0.571",
         {52.7789989033, 18.3759900656, 8.4320453470, 4.7610631072, 3.5559135898, 3.0410154520,
          2.8580175208, 2.7801488075, 2.73714863}},
    };
    printf("# Inductance of a flat ring of radii 1 and b um [pH]\n");
    for (size_t k = 0; k < sizeof all / sizeof *all; k++)
        for (int n = 0; n < 9; n += all[k].b == 2 ? 1 : 2) {
            char *json = round_film(1, all[k].b, lambda[n], all[k].edge, ""), name[96];
            snprintf(name, sizeof name, "b = %g, Lambda = %g um, %g sites", all[k].b, lambda[n],
                     number(json, "sites", 0));
            row(name, number(json, "inductance_pH", 0), all[k].exact[n], "0.3%", source);
            free(json);
        }
}

// What london.error makes of two meshes.
static void limits(void)
{
    const double exact[][2] = {{10, 117.4780042089},
                               {1, 14.9375067973},
                               {0.1, 4.5725252007},
                               {0.01, 3.3901639375},
                               {0, 3.20350267}};
    printf("# The ring of 1-2 um with london.error: limit of two meshes [pH]; how far above it the "
           "coarser one is, over the bound that is told\n");
    for (size_t k = 0; k < sizeof exact / sizeof *exact; k++) {
        char *json = round_film(1, 2, exact[k][0], "0.143", "error: true"), name[96];
        double above = number(json, "inductance_pH", 0) - exact[k][1];
        snprintf(name, sizeof name, "limit, Lambda = %g um", exact[k][0]);
        row(name, number(json, "inductance_limit_pH", 0), exact[k][1], "0.03%", source);
        snprintf(name, sizeof name, "part of the bound, Lambda = %g um", exact[k][0]);
        row(name, above / number(json, "inductance_error_pH", 0), 0.5, "0.5", "0 to 1");
        free(json);
    }
    printf("# The same ring on a fine mesh: max_edge 0.038 um [pH]\n");
    for (size_t k = 2; k < sizeof exact / sizeof *exact; k++) {
        char *json = round_film(1, 2, exact[k][0], "0.038", "method: iterative"), name[96];
        snprintf(name, sizeof name, "Lambda = %g um, %g sites", exact[k][0],
                 number(json, "sites", 0));
        row(name, number(json, "inductance_pH", 0), exact[k][1], "0.03%", source);
        free(json);
    }
}

static void fields(void)
{
    const struct {
        double b;
        const char *edge;
        double exact[4][3]; // Lambda, A_eff, mu0 m/B
    } ring[] = {{2,
                 "0.143",
                 {{1, 6.714600343, -4.500759141},
                  {0.1, 6.365865338, -14.806748853},
                  {0.01, 6.023030244, -20.060776500},
                  {0, 5.917040239, -21.248905613}}},
                {3,
                 "0.286",
                 {{1, 10.938608052, -21.058225499},
                  {0.1, 9.570261446, -55.452907711},
                  {0.01, 8.739389901, -69.124149327},
                  {0, 8.532154753, -71.965782269}}},
                {10,
                 "1.29",
                 {{1, 48.220213458, -1494.927730740},
                  {0.1, 31.909051701, -2412.739811866},
                  {0.01, 27.356887976, -2628.746421321},
                  {0, 26.454279891, -2666.663767685}}}};
    printf(
        "# Ring of 1 and b um in a field: effective area [um^2], mu0 m/B without fluxoid [um^3]\n");
    for (size_t r = 0; r < sizeof ring / sizeof *ring; r++)
        for (int k = 0; k < 4; k++) {
            const double *exact = ring[r].exact[k];
            char *json = round_film(1, ring[r].b, exact[0], ring[r].edge, ""), name[96];
            snprintf(name, sizeof name, "effective area, b = %g, Lambda = %g um", ring[r].b,
                     exact[0]);
            row(name, 1e12 * number(json, "effective_area", 0), exact[1], "0.3%", source);
            snprintf(name, sizeof name, "moment, b = %g, Lambda = %g um", ring[r].b, exact[0]);
            row(name, number(json, "moment", 0) * mu0 * 1e21, exact[2], "0.3%", source);
            free(json);
        }
    printf("# The ring of 1-10 um on a fine mesh: edges grow from 0.04 um at its hole to 0.3 um\n");
    for (int k = 0; k < 2; k++) {
        const double *exact = ring[2].exact[k];
        char *json = round_film(1, 10, exact[0],
                                "0.3, grading: 0.05, refine: [{near: holes, distance: 0, "
                                "max_edge: 0.04}]",
                                "method: iterative"),
             name[96];
        snprintf(name, sizeof name, "effective area, Lambda = %g um, %g sites", exact[0],
                 number(json, "sites", 0));
        row(name, 1e12 * number(json, "effective_area", 0), exact[1], "0.03%", source);
        snprintf(name, sizeof name, "moment, Lambda = %g um", exact[0]);
        row(name, number(json, "moment", 0) * mu0 * 1e21, exact[2], "0.03%", source);
        free(json);
    }
    const double disk[][2] = {
        {10, .014480559},  {3, .046464105},    {1, .126010853}, {.1, .560608139},
        {.01, .904779828}, {.003, .963916066}, {0, 1}};
    printf("# Disk of 1 um in a field: |m| over 8 R^3 B/3 mu0\n");
    for (size_t k = 0; k < sizeof disk / sizeof *disk; k++) {
        char *json = round_film(0, 1, disk[k][0], "0.143", ""), name[96];
        snprintf(name, sizeof name, "Lambda = %g um", disk[k][0]);
        row(name, -number(json, "moment", 0) * mu0 * 1e21 * 3 / 8, disk[k][1], "0.3%", source);
        free(json);
    }
}

static void coaxial(const char *title, const double *at, const double exact[3])
{
    // at: Lambda, height, radii of both, edge
    const char *const name[] = {"L of the inner", "mutual", "L of the outer"};
    const int which[] = {0, 1, 3};
    char text[640];
    snprintf(text, sizeof text,
             "fluxoid: 1\nunits: {length: um}\n"
             "layers: {a: {pearl_length: %g um}, b: {pearl_length: %g um, z: %g}}\n"
             "films:\n"
             "  p: {layer: a, shape: [circle: {radius: %g}], holes: {h: [circle: {radius: %g}]}}\n"
             "  f: {layer: b, shape: [circle: {radius: %g}], holes: {k: [circle: {radius: %g}]}}\n"
             "mesh: {max_edge: %g}\nengine: london\n",
             at[0], at[0], at[1], at[3], at[2], at[5], at[4], at[6]);
    char *json = summary_of(text);
    printf("# %s [pH]\n", title);
    for (int k = 0; k < 3; k++)
        row(name[k], number(json, "inductance_pH", which[k]), exact[k], "0.3%", source);
    free(json);
}

static void pairs(void)
{
    coaxial("Coaxial rings 1.7-2.7 um and 5.5-8 um, 0.58 um apart, Lambda = 1 um",
            (const double[]){1, 0.58, 1.7, 2.7, 5.5, 8, 0.3},
            (const double[]){23.4539200436, 1.4718489759, 42.4354644024});
    coaxial("The same, Lambda = 0.032 um", (const double[]){0.032, 0.58, 1.7, 2.7, 5.5, 8, 0.3},
            (const double[]){6.6870612071, 1.4383101425, 21.1722098228});
    coaxial("Coaxial rings 1-2 um and 1.2-2.5 um, 0.5 um apart, Lambda = 0.1 um",
            (const double[]){0.1, 0.5, 1, 2, 1.2, 2.5, 0.2},
            (const double[]){4.5614643853, 1.8618585254, 5.0333953424});
    coaxial("The same, 0.03 um apart", (const double[]){0.1, 0.03, 1, 2, 1.2, 2.5, 0.2},
            (const double[]){4.46217, 3.16014, 4.77571});
}

// -- straight films -------------------------------------------------------------------------------

static void washer(void)
{
    char *json = summary_of("fluxoid: 1\nunits: {length: um}\n"
                            "layers: {nb: {pearl_length: 0.288 um}}\n"
                            "films: {w: {layer: nb, shape: [box: {size: 30}], holes: {hole: [box: "
                            "{size: 10}]}}}\n"
                            "mesh: {max_edge: 1.2}\nengine: london\nlondon: {error: true}\n");
    printf("# Square washer, hole 10 um, side 30 um, Lambda = 0.288 um [pH]\n");
    row("washer", number(json, "inductance_pH", 0), 20.45, "0.3%",
        "computed sheet value, 20.45(5)");
    row("limit of two meshes", number(json, "inductance_limit_pH", 0), 20.45, "0.05",
        "computed sheet value, 20.45(5)");
    free(json);
}

// A long frame; its inductance grows with the length, and what its ends add tends to a constant as
// the third power of their distance.
static double frame(double a, double b, double lambda, double length, double edge)
{
    char text[512];
    snprintf(text, sizeof text,
             "fluxoid: 1\nunits: {length: um}\nlayers: {nb: {pearl_length: %g um}}\n"
             "films: {f: {layer: nb, shape: [box: {size: [%g, %g]}], holes: {h: [box: {size: [%g, "
             "%g]}]}}}\n"
             "mesh: {max_edge: %g}\nengine: london\nlondon: {method: iterative}\n",
             lambda, 2 * b, length, 2 * a, length - 2 * (b - a), edge);
    char *json = summary_of(text);
    double l = number(json, "inductance_pH", 0);
    free(json);
    return l;
}

static void strips(void)
{
    const struct {
        double a, b, exact[4];
    } all[] = {{.5, 1.5, {.803783751, .842896205, 1.097619654, 3.378128726}},
               {1, 2, {.982314399, 1.019649490, 1.269639969, 3.546190530}},
               {1, 10, {.535464777, .543198594, .589603310, .893678383}}};
    const double lambda[] = {0, .01, .1, 1};
    printf("# Two strips a..b um in one plane, currents there and back, per length [pH/um]: from "
           "frames of three lengths, 3 b or 4 b, twice and four times as long\n");
    for (size_t p = 0; p < 3 * 4; p++) {
        double a = all[p / 4].a, b = all[p / 4].b, first = b > 5 ? 3 * b : 4 * b, l[3];
        char name[96];
        for (int k = 0; k < 3; k++)
            l[k] = frame(a, b, lambda[p % 4], (1 << k) * first, (b - a) / 7);
        double coarse = (l[1] - l[0]) / first, fine = (l[2] - l[1]) / (2 * first);
        snprintf(name, sizeof name, "a = %g, b = %g, Lambda = %g um", a, b, lambda[p % 4]);
        row(name, limit_of(coarse, fine, 3), all[p / 4].exact[p % 4], "0.3%",
            lambda[p % 4] > 0 ? "plane integral equation, 9 digits"
                              : "mu0 K(k)/K(k'), k = a/b (conformal map)");
    }
}

// A strip between terminals, 1 um wide: kinetic energy and its growth with the length.
static double kinetic(double lambda, double length)
{
    char text[640];
    snprintf(text, sizeof text,
             "fluxoid: 1\nunits: {length: um}\nlayers: {nb: {pearl_length: %g um}}\n"
             "films: {f: {layer: nb, shape: [box: {size: [%g, 1]}]}}\n"
             "terminals: {p: {film: f, shape: [box: {size: [0.1, 2], at: [%g, 0]}]},\n"
             "  q: {film: f, shape: [box: {size: [0.1, 2], at: [%g, 0]}]}}\n"
             "drive: {current: {p: 1 A, q: -1 A}}\n"
             "mesh: {max_edge: 0.12}\nengine: london\nlondon: {method: iterative}\n",
             lambda, length, -length / 2, length / 2);
    char *json = summary_of(text);
    double energy = number(json, "kinetic_energy", 0);
    free(json);
    return energy;
}

static void one_strip(void)
{
    const double exact[][2] = {{10, 1.000008760},  {1, 1.000785406},   {.1, 1.034955135},
                               {.03, 1.125739103}, {.01, 1.268656367}, {.003, 1.468621741}};
    printf("# One strip of width W: kinetic inductance per length over mu0 Lambda/W, from lengths "
           "of 10 and 20 W\n");
    for (size_t k = 0; k < sizeof exact / sizeof *exact; k++) {
        char name[96];
        double l = 2 * (kinetic(exact[k][0], 20) - kinetic(exact[k][0], 10)) / 10e-6; // H/m at 1 A
        snprintf(name, sizeof name, "Lambda/W = %g", exact[k][0]);
        // Not an extremum: the error is of the first order, largest where most of it is at the rims.
        row(name, l / (mu0 * exact[k][0]), exact[k][1], exact[k][0] < 0.01 ? "1.2%" : "0.3%",
            "plane integral equation, 9 digits");
    }
}

// The mean sheet current over the mean of the whole, 1 A in 1 um, across a path of a measurement.
static double across(const char *json, int path, double width)
{
    char key[32];
    snprintf(key, sizeof key, "\"path-%d\":", path);
    const char *at = strstr(json, key);
    return at ? number(at, "current", 0) / width : (double)NAN;
}

// In the middle of a strip and at its edge, where the mean of K over a depth d is
// K_edge + a d ln d + b d: the combination of d, 2 d and 4 d without the last two.
static void profile(double lambda, double *middle, double *edge)
{
    const double d = 0.1 * fmin(lambda, 0.5);
    char text[1024], paths[3][96];
    const char *along[] = {"[[0, -0.02], [0, 0.02]]", paths[0], paths[1], paths[2]};
    for (int k = 0; k < 3; k++)
        snprintf(paths[k], sizeof *paths, "[[0, %.12g], [0, 0.5]]", 0.5 - (1 << k) * d);
    snprintf(text, sizeof text,
             "fluxoid: 1\nunits: {length: um}\nlayers: {nb: {pearl_length: %g um}}\n"
             "films: {f: {layer: nb, shape: [box: {size: [20, 1]}]}}\n"
             "terminals: {p: {film: f, shape: [box: {size: [0.1, 2], at: [-10, 0]}]},\n"
             "  q: {film: f, shape: [box: {size: [0.1, 2], at: [10, 0]}]}}\n"
             "drive: {current: {p: 1 A, q: -1 A}}\n"
             "mesh: {max_edge: 0.2, grading: 0.1, refine: [{near: point, at: [0, 0], distance: 1, "
             "max_edge: 0.06}, {near: point, at: [0, 0.5], distance: %g, max_edge: %g}]}\n"
             "engine: london\nlondon: {method: iterative}\n",
             lambda, d, d / 2);
    char *json = measured(text, &(flx_measure_request){.time = NAN, .along = along, .n_along = 4});
    *middle = fabs(across(json, 1, 0.04));
    *edge = fabs(4 * across(json, 2, d) - 4 * across(json, 3, 2 * d) + across(json, 4, 4 * d));
    flx_text_free(json);
}

static void profiles(void)
{
    const double exact[][3] = {{10, .99695063, 1.007931},  {3, .99002246, 1.026229},
                               {1, .97156660, 1.077005},   {.1, .83187438, 1.620649},
                               {.03, .73151999, 2.535922}, {.01, .67739296, 4.145373},
                               {.003, .65163100, 7.383784}};
    printf("# One strip of width W: sheet current in the middle and at the edge over its mean; "
           "length 20 W, edges of 0.05 Lambda at the place\n");
    for (size_t k = 0; k < sizeof exact / sizeof *exact; k++) {
        char name[96];
        double middle, edge;
        profile(exact[k][0], &middle, &edge);
        snprintf(name, sizeof name, "middle, Lambda/W = %g", exact[k][0]);
        row(name, middle, exact[k][1], "0.3%", "plane integral equation");
        snprintf(name, sizeof name, "edge, Lambda/W = %g", exact[k][0]);
        // The next term of the mean, d^2 ln d at d = 0.4 Lambda, is some 0.3 %.
        row(name, edge, exact[k][2], "0.6%", "plane integral equation");
    }
}

// -- a vortex -------------------------------------------------------------------------------------

// The mean of K round the vortex over eight places at a distance, from a summary.
static double round_it(const char *json, int first, double angle)
{
    double sum = 0;
    for (int k = 0; k < 8; k++) {
        char key[32];
        snprintf(key, sizeof key, "\"point-%d\":", first + k);
        const char *at = strstr(json, key);
        double a = angle + k * pi / 4;
        if (at)
            sum +=
                cos(a) * number(at, "sheet_current", 1) - sin(a) * number(at, "sheet_current", 0);
    }
    return sum / 8;
}

static void vortex(void)
{
    // In an infinite film, x = r/2 Lambda: K mu0 (2 Lambda)^2/Phi0 = (H1(x) - Y1(x) - 2/pi)/2; above
    // the vortex, u = z/2 Lambda: B_z (2 Lambda)^2/Phi0 = (1/u - e^u E1(u))/2 pi.
    const double k_at[][2] = {{0.2, 2.912225987}, {2, .171525193}, {6, .029407686}};
    const double b_at[][2] = {{1, 0.17142409697}, {2, 0.06424331258}, {4, 0.02207023609}};
    const double unit = 4e-12 / 2.067833848461929e-15, angle = 0.1;
    static char places[24][64];
    const char *place[24], *const field[] = {"0, 0, 1", "0, 0, 2", "0, 0, 4"};
    for (int p = 0; p < 24; p++) {
        snprintf(places[p], sizeof *places, "%.12f, %.12f",
                 k_at[p / 8][0] * cos(angle + p % 8 * pi / 4),
                 k_at[p / 8][0] * sin(angle + p % 8 * pi / 4));
        place[p] = places[p];
    }
    const char *const text =
        "fluxoid: 1\nunits: {length: um}\nlayers: {nb: {pearl_length: 1 um}}\n"
        "films: {film: {layer: nb, shape: [circle: {radius: 60}]}}\n"
        "mesh: {max_edge: 8, grading: 0.1, refine: [{near: point, at: [0, 0], distance: 0, "
        "max_edge: 0.02}]}\n"
        "engine: london\nlondon: {vortices: [{at: [0, 0]}], method: iterative}\n";
    char *json = measured(
        text, &(flx_measure_request){
                  .time = NAN, .at_point = place, .n_point = 24, .field = field, .n_field = 3});
    printf("# A vortex in a disk of 60 Lambda: K mu0 (2 Lambda)^2/Phi0 at r, B_z (2 Lambda)^2/Phi0 "
           "above it at z\n");
    for (int k = 0; k < 3; k++) {
        char name[64];
        snprintf(name, sizeof name, "K, r = %g Lambda", k_at[k][0]);
        row(name, round_it(json, 8 * k + 1, angle) * mu0 * unit, k_at[k][1], "1%",
            "infinite film: J. Pearl (1964)");
    }
    for (int k = 0; k < 3; k++) {
        char name[64], key[32];
        snprintf(key, sizeof key, "\"field-%d\":", k + 1);
        const char *at = strstr(json, key);
        snprintf(name, sizeof name, "B, z = %g Lambda", b_at[k][0]);
        row(name, at ? number(at, "Bz", 0) * unit : (double)NAN, b_at[k][1], "0.3%",
            "infinite film: J. Pearl (1964)");
    }
    flx_text_free(json);
}

int main(void)
{
    rings();
    limits();
    fields();
    pairs();
    washer();
    strips();
    one_strip();
    profiles();
    vortex();
    return 0;
}
