// London films: inductances of rings, rings and disks in a field, coaxial rings, a square washer,
// by cases that say nothing of the mesh (edges are then a fourteenth of the width of the narrowest
// film); strips and a vortex, on edges of a seventh of the width.
//
// References: validate/london.h; strips: the same in a plane.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "london.h"
#include "fluxoid/run.h"
#include "validate.h"

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

// Of at: inner and outer radius, Lambda.
static void round_text(char *text, size_t size, const double at[3], const char *more)
{
    char hole[96] = "";
    if (at[0] > 0)
        snprintf(hole, sizeof hole, ", holes: {hole: [circle: {radius: %g}]}", at[0]);
    snprintf(text, size,
             "fluxoid: 1\nunits: {length: um}\nlayers: {nb: {pearl_length: %g um}}\n"
             "films: {film: {layer: nb, shape: [circle: {radius: %g}]%s}}\n"
             "drive: {field: 1 mT}\nengine: london\nlondon: {%s}\n",
             at[2], at[1], hole, more);
}

static char *round_film(double inner, double outer, double lambda, const char *more)
{
    char text[512];
    round_text(text, sizeof text, (const double[]){inner, outer, lambda}, more);
    return summary_of(text);
}

// -- round films ----------------------------------------------------------------------------------

static void rings(void)
{
    printf("# Inductance of a flat ring of radii 1 and b um [pH]\n");
    for (size_t k = 0; k < sizeof ring_l / sizeof *ring_l; k++)
        for (int n = 0; n < N_LAMBDA; n++) {
            char *json = round_film(1, ring_l[k].b, lambdas[n], ""), name[96];
            snprintf(name, sizeof name, "b = %g, Lambda = %g um, %g sites", ring_l[k].b, lambdas[n],
                     number(json, "sites", 0));
            row(name, number(json, "inductance_pH", 0), ring_l[k].exact[n], "0.3%", integral);
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
        char *json = round_film(1, 2, exact[k][0], "error: true"), name[96];
        double above = number(json, "inductance_pH", 0) - exact[k][1];
        snprintf(name, sizeof name, "limit, Lambda = %g um", exact[k][0]);
        row(name, number(json, "inductance_limit_pH", 0), exact[k][1], "0.03%", integral);
        snprintf(name, sizeof name, "part of the bound, Lambda = %g um", exact[k][0]);
        row(name, above / number(json, "inductance_error_pH", 0), 0.5, "0.5", "0 to 1");
        free(json);
    }
}

static void fields(void)
{
    char name[96];
    printf(
        "# Ring of 1 and b um in a field: effective area [um^2], mu0 m/B without fluxoid [um^3]\n");
    for (size_t r = 0; r < sizeof ring_field / sizeof *ring_field; r++)
        for (int k = 0; k < 4; k++) {
            const double *exact = ring_field[r].exact[k], b = ring_field[r].b;
            char *json = round_film(1, b, exact[0], "");
            snprintf(name, sizeof name, "effective area, b = %g, Lambda = %g um", b, exact[0]);
            row(name, 1e12 * number(json, "effective_area", 0), exact[1], "0.3%", integral);
            snprintf(name, sizeof name, "moment, b = %g, Lambda = %g um", b, exact[0]);
            row(name, number(json, "moment", 0) * mu0 * 1e21, exact[2], "0.3%", integral);
            free(json);
        }
    printf("# Disk of 1 um in a field: |m| over 8 R^3 B/3 mu0\n");
    for (size_t k = 0; k < sizeof disk_field / sizeof *disk_field; k++) {
        char *json = round_film(0, 1, disk_field[k][0], "");
        snprintf(name, sizeof name, "Lambda = %g um", disk_field[k][0]);
        row(name, -number(json, "moment", 0) * mu0 * 1e21 * 3 / 8, disk_field[k][1], "0.3%",
            integral);
        free(json);
    }
    const double centre[][2] = {{10, .975520293}, {3, .922198361},   {1, .794294160},
                                {.1, .244000975}, {.01, .025954672}, {.003, .007698462}};
    // Of the applied field, which the currents nearly make good where Lambda is short: 0.3 % of them
    // as everywhere.
    printf("# The same: B_z in its middle over the applied field\n");
    for (size_t k = 0; k < sizeof centre / sizeof *centre; k++) {
        const char *const middle[] = {"0, 0, 0"};
        const flx_measure_request request = {.time = NAN, .field = middle, .n_field = 1};
        char text[512];
        round_text(text, sizeof text, (const double[]){0, 1, centre[k][0]}, "");
        char *json = measured(text, &request);
        snprintf(name, sizeof name, "Lambda = %g um", centre[k][0]);
        row(name, number(json, "Bz", 0) / 1e-3, centre[k][1], "0.003", integral);
        flx_text_free(json);
    }
}

// One flux quantum in the ring, and the state without current in a field of 1 mT: there K goes through 0
// in the middle of the film, g is a hump of the width and not of the ring, and straight pieces of it lack
// half of (edge/width)^2 of its moment.
static void states(void)
{
    const struct {
        const char *name, *london, *drive;
        double lambda, exact[5]; // I [uA], m [uA um^2], B at the middle and 1 um above it [uT],
                                 // fluxoid [Phi0]; 0: not looked at
    } all[] = {
        {"one quantum, Lambda = 1 um",
         "fluxoids: {hole: 1}",
         "0 mT",
         1,
         {138.43232854, 929.51776068, 63.21802628, 32.59237638, 0}},
        {"1 mT, no fluxoid, Lambda = 1 um", "", "1 mT", 1, {-449.51278913}},
        {"1 mT, no fluxoid, Lambda = 0.1 um", "", "1 mT", 0.1, {-1392.19907141}},
        {"1 mT, no fluxoid, Lambda = 0.01 um", "", "1 mT", 0.01, {-1776.61917105}},
        {"1 mT, no current, Lambda = 1 um",
         "currents: {hole: 0 A}",
         "1 mT",
         1,
         {0, -563.29159668, 1018.34292, 0, 3.24716628}},
        {"1 mT, no current, Lambda = 0.1 um",
         "currents: {hole: 0 A}",
         "1 mT",
         0.1,
         {0, -2920.28454263, 1095.35714, 0, 3.07851878}},
        {"1 mT, no current, Lambda = 0.01 um",
         "currents: {hole: 0 A}",
         "1 mT",
         0.01,
         {0, -5263.22771091, 1173.26716, 0, 2.91272447}},
    };
    const char *const field[] = {"0, 0, 0", "0, 0, 1"};
    const char *const what[] = {"current [uA]", "moment [uA um^2]", "B in the middle [uT]",
                                "B 1 um above [uT]", "fluxoid [Phi0]"};
    printf("# States of the ring of 1-2 um\n");
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        char text[512], name[96];
        snprintf(text, sizeof text,
                 "fluxoid: 1\nunits: {length: um}\nlayers: {nb: {pearl_length: %g um}}\n"
                 "films: {film: {layer: nb, shape: [circle: {radius: 2}], holes: {hole: [circle: "
                 "{radius: 1}]}}}\n"
                 "drive: {field: %s}\nengine: london\nlondon: {%s}\n",
                 all[k].lambda, all[k].drive, all[k].london);
        char *json =
            measured(text, &(flx_measure_request){.time = NAN, .field = field, .n_field = 2});
        const char *at = strstr(json, "\"field-1\":"), *above = strstr(json, "\"field-2\":");
        const double value[] = {
            1e6 * number(json, "circulating_current", 0), 1e18 * number(json, "moment", 0),
            at ? 1e6 * number(at, "Bz", 0) : NAN, above ? 1e6 * number(above, "Bz", 0) : NAN,
            number(json, "fluxoid_Phi0", 0)};
        for (int n = 0; n < 5; n++) {
            snprintf(name, sizeof name, "%s: %s", all[k].name, what[n]);
            if (all[k].exact[n] != 0)
                row(name, value[n], all[k].exact[n], "0.3%", integral);
        }
        flx_text_free(json);
    }
}

static void pairs(void)
{
    const char *const name[] = {"L of the inner", "mutual", "L of the outer"};
    const int which[] = {0, 1, 3};
    for (size_t p = 0; p < sizeof coaxial_l / sizeof *coaxial_l; p++) {
        const double *at = coaxial_l[p].at;
        char text[640];
        snprintf(
            text, sizeof text,
            "fluxoid: 1\nunits: {length: um}\n"
            "layers: {a: {pearl_length: %g um}, b: {pearl_length: %g um, z: %g}}\n"
            "films:\n"
            "  p: {layer: a, shape: [circle: {radius: %g}], holes: {h: [circle: {radius: %g}]}}\n"
            "  f: {layer: b, shape: [circle: {radius: %g}], holes: {k: [circle: {radius: %g}]}}\n"
            "engine: london\n",
            at[0], at[0], at[1], at[3], at[2], at[5], at[4]);
        char *json = summary_of(text);
        printf("# %s [pH]\n", coaxial_l[p].name);
        for (int k = 0; k < 3; k++)
            row(name[k], number(json, "inductance_pH", which[k]), coaxial_l[p].exact[k], "0.3%",
                integral);
        free(json);
    }
}

// -- straight films -------------------------------------------------------------------------------

static void washer(void)
{
    char *json = summary_of("fluxoid: 1\nunits: {length: um}\n"
                            "layers: {nb: {pearl_length: 0.288 um}}\n"
                            "films: {w: {layer: nb, shape: [box: {size: 30}], holes: {hole: [box: "
                            "{size: 10}]}}}\n"
                            "engine: london\nlondon: {error: true}\n");
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
static double kinetic(double lambda, double length, const char *mesh, const char *rows)
{
    char text[640];
    snprintf(text, sizeof text,
             "fluxoid: 1\nunits: {length: um}\nlayers: {nb: {pearl_length: %g um}}\n"
             "films: {f: {layer: nb, shape: [box: {size: [%g, 1]}]}}\n"
             "terminals: {p: {film: f, shape: [box: {size: [0.1, 2], at: [%g, 0]}]},\n"
             "  q: {film: f, shape: [box: {size: [0.1, 2], at: [%g, 0]}]}}\n"
             "drive: {current: {p: 1 A, q: -1 A}}\n"
             "mesh: {max_edge: %s}\nengine: london\nlondon: {method: iterative%s}\n",
             lambda, length, -length / 2, length / 2, mesh, rows);
    char *json = summary_of(text);
    double energy = number(json, "kinetic_energy", 0);
    free(json);
    return energy;
}

// From three lengths: what the ends change falls as the square of the distance from them, so that
// energy = a length + b + c/length.
static double kinetic_per_length(double lambda, const char *mesh, const char *rows)
{
    double e[3], length = 4;
    for (int k = 0; k < 3; k++)
        e[k] = kinetic(lambda, (1 << k) * length, mesh, rows);
    double slope = limit_of((e[1] - e[0]) / length, (e[2] - e[1]) / (2 * length), 2);
    return 2 * slope / 1e-6 / (mu0 * lambda); // H/m at 1 A
}

static void one_strip(void)
{
    const double exact[][2] = {{10, 1.000008760},  {3, 1.000094550},   {1, 1.000785406},
                               {.1, 1.034955135},  {.03, 1.125739103}, {.01, 1.268656367},
                               {.003, 1.468621741}};
    printf("# One strip of width W: kinetic inductance per length over mu0 Lambda/W, from lengths "
           "of 4, 8 and 16 W\n");
    for (size_t k = 0; k < sizeof exact / sizeof *exact; k++) {
        char name[96];
        snprintf(name, sizeof name, "Lambda/W = %g", exact[k][0]);
        row(name, kinetic_per_length(exact[k][0], "0.12", ""), exact[k][1], "0.3%",
            "plane integral equation, 9 digits");
    }
    const struct {
        double lambda, exact;
        const char *edge;
    } fine[] = {
        {.03, 1.125739103, "0.06"}, {.01, 1.268656367, "0.03"}, {.003, 1.468621741, "0.02"}};
    printf("# The same with edges of 2 to 7 Lambda at the rims, two rows more\n");
    for (size_t k = 0; k < sizeof fine / sizeof *fine; k++) {
        char name[96], mesh[128];
        snprintf(mesh, sizeof mesh,
                 "0.12, grading: 0.2, refine: [{near: edges, distance: 0, max_edge: %s}]",
                 fine[k].edge);
        snprintf(name, sizeof name, "Lambda/W = %g", fine[k].lambda);
        row(name, kinetic_per_length(fine[k].lambda, mesh, ", rim_rows: 2"), fine[k].exact, "0.2%",
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
    // In an infinite film, x = r/2 Lambda: K mu0 (2 Lambda)^2/Phi0 = (H1(x) - Y1(x) - 2/pi)/2; at a
    // height, u = z/2 Lambda: B_z (2 Lambda)^2/Phi0 = int_0^inf e^-s (u + s)/(x^2 + (u + s)^2)^3/2
    // ds/2 pi, since that of the wave number k is e^-kz/(1 + 2 Lambda k).
    enum { N_K = 7, N_B = 9 };
    const double k_at[N_K][2] = {{0.02, 31.520998865}, {0.06, 10.311795960}, {0.2, 2.912225987},
                                 {2, .171525193},      {6, .029407686},      {20, .003098648},
                                 {60, .000352518}};
    const struct {
        const char *at;
        double exact;
    } b_at[N_B] = {{"0, 0, 0.2", 1.2709091114},    {"0, 0, 1", 0.17142409697},
                   {"0, 0, 2", 0.06424331258},     {"0, 0, 4", 0.02207023609},
                   {"0.6, 0, 0.2", 0.28284035907}, {"2, 0, 0.5", 0.044965688787},
                   {"6, 0, 2", 0.0060700358888},   {"20, 0, 5", 0.00045397026886},
                   {"60, 0, 15", 4.4440728392e-05}};
    const double unit = 4e-12 / 2.067833848461929e-15, angle = 0.1;
    static char places[8 * N_K][64];
    const char *place[8 * N_K], *field[N_B];
    for (int p = 0; p < 8 * N_K; p++) {
        snprintf(places[p], sizeof *places, "%.12f, %.12f",
                 k_at[p / 8][0] * cos(angle + p % 8 * pi / 4),
                 k_at[p / 8][0] * sin(angle + p % 8 * pi / 4));
        place[p] = places[p];
    }
    for (int k = 0; k < N_B; k++)
        field[k] = b_at[k].at;
    const char *const text =
        "fluxoid: 1\nunits: {length: um}\nlayers: {nb: {pearl_length: 1 um}}\n"
        "films: {film: {layer: nb, shape: [circle: {radius: 2000}]}}\n"
        "mesh: {max_edge: 300, grading: 0.08, refine: [{near: point, at: [0, 0], distance: 0, "
        "max_edge: 0.002}]}\n"
        "engine: london\nlondon: {vortices: [{at: [0, 0]}], method: iterative}\n";
    char *json = measured(
        text,
        &(flx_measure_request){
            .time = NAN, .at_point = place, .n_point = 8 * N_K, .field = field, .n_field = N_B});
    printf(
        "# A vortex in a disk of 2000 Lambda, edges of 0.08 r at r: K mu0 (2 Lambda)^2/Phi0, and "
        "B_z (2 Lambda)^2/Phi0 at x, y, z in Lambda\n");
    for (int k = 0; k < N_K; k++) {
        char name[64];
        snprintf(name, sizeof name, "K, r = %g Lambda", k_at[k][0]);
        row(name, round_it(json, 8 * k + 1, angle) * mu0 * unit, k_at[k][1], "1%",
            "infinite film: J. Pearl (1964)");
    }
    for (int k = 0; k < N_B; k++) {
        char name[64], key[32];
        snprintf(key, sizeof key, "\"field-%d\":", k + 1);
        const char *at = strstr(json, key);
        snprintf(name, sizeof name, "B at %s", b_at[k].at);
        row(name, at ? number(at, "Bz", 0) * unit : (double)NAN, b_at[k].exact, "0.2%",
            "infinite film: J. Pearl (1964)");
    }
    flx_text_free(json);
}

int main(void)
{
    rings();
    limits();
    fields();
    states();
    pairs();
    washer();
    strips();
    one_strip();
    profiles();
    vortex();
    return 0;
}
