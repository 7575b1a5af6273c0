// London films: inductances of rings, rings and disks in a field, coaxial rings, a square washer, by
// cases as users write them, on the meshes they get without asking for more.
//
// References: mu0 Lambda K + A_phi[K] = Phi_f/(2 pi r) with A of coaxial loops (Maxwell, Treatise,
// 701), solved on panels that halve towards both rims; two resolutions agree to 9 digits.
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

static char *round_film(double inner, double outer, double lambda, double edge)
{
    char text[512], hole[96] = "";
    if (inner > 0)
        snprintf(hole, sizeof hole, ", holes: {hole: [circle: {radius: %g}]}", inner);
    snprintf(text, sizeof text,
             "fluxoid: 1\nunits: {length: um}\nlayers: {nb: {pearl_length: %g um}}\n"
             "films: {film: {layer: nb, shape: [circle: {radius: %g}]%s}}\n"
             "mesh: {max_edge: %g}\ndrive: {field: 1 mT}\nengine: london\n",
             lambda, outer, hole, edge);
    return summary_of(text);
}

static void rings(void)
{
    const struct {
        double b, edge, lambda, exact;
        const char *tolerance;
    } all[] = {
        {1.1, 0.03, 10, 833.6021714590, "0.03%"}, {1.1, 0.03, 1, 88.0236754546, "0.03%"},
        {1.1, 0.03, 0.1, 13.4591295168, "0.03%"}, {1.5, 0.06, 10, 198.5909756795, "0.03%"},
        {1.5, 0.06, 1, 23.3259463090, "0.03%"},   {1.5, 0.06, 0.1, 5.7526633317, "0.03%"},
        {2, 0.15, 10, 117.4780042089, "0.3%"},    {2, 0.15, 3, 37.7348069321, "0.3%"},
        {2, 0.15, 1, 14.9375067973, "0.3%"},      {2, 0.15, 0.3, 6.9217188830, "0.3%"},
        {2, 0.15, 0.1, 4.5725252007, "0.3%"},     {2, 0.15, 0.03, 3.6831201016, "0.3%"},
        {2, 0.15, 0.01, 3.3901639375, "0.3%"},    {2, 0.15, 0.003, 3.2693618037, "0.4%"},
        {2, 0.15, 0, 3.20350267, "0.5%"},         {5, 0.3, 10, 52.7789989033, "0.3%"},
        {5, 0.3, 1, 8.4320453470, "0.3%"},        {5, 0.3, 0.1, 3.5559135898, "0.3%"},
    };
    printf("# Inductance of a flat ring of radii 1 and b um [pH]\n");
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        char *json = round_film(1, all[k].b, all[k].lambda, all[k].edge), name[96];
        snprintf(name, sizeof name, "b = %g, Lambda = %g um, %g sites", all[k].b, all[k].lambda,
                 number(json, "sites", 0));
        row(name, number(json, "inductance_pH", 0), all[k].exact, all[k].tolerance, source);
        free(json);
    }
}

static void fields(void)
{
    const double ring[][3] = {{1, 6.714600343, -4.500759141},
                              {0.1, 6.365865338, -14.806748853},
                              {0.01, 6.023030244, -20.060776500},
                              {0, 5.917040239, -21.248905613}};
    const double disk[][2] = {
        {10, .014480559}, {1, .126010853}, {.1, .560608139}, {.01, .904779828}};
    printf("# Ring 1-2 um in a field: effective area [um^2], mu0 m/B without fluxoid [um^3]; disk "
           "of 1 "
           "um: |m| over 8 R^3 B/3 mu0\n");
    for (int k = 0; k < 4; k++) {
        char *json = round_film(1, 2, ring[k][0], 0.15), name[96];
        snprintf(name, sizeof name, "effective area, Lambda = %g um", ring[k][0]);
        row(name, 1e12 * number(json, "effective_area", 0), ring[k][1], "0.3%", source);
        snprintf(name, sizeof name, "moment, Lambda = %g um", ring[k][0]);
        row(name, number(json, "moment", 0) * mu0 * 1e21, ring[k][2], k < 3 ? "0.3%" : "0.5%",
            source);
        free(json);
    }
    for (int k = 0; k < 4; k++) {
        char *json = round_film(0, 1, disk[k][0], 0.1), name[96];
        snprintf(name, sizeof name, "moment of the disk, Lambda = %g um", disk[k][0]);
        row(name, -number(json, "moment", 0) * mu0 * 1e21 * 3 / 8, disk[k][1], "0.3%", source);
        free(json);
    }
}

static void pairs(void)
{
    const char *const name[] = {"L of the pickup loop", "mutual", "L of the field coil"};
    const double exact[] = {23.4539200436, 1.4718489759, 42.4354644024};
    const int at[] = {0, 1, 3};
    char *json = summary_of("fluxoid: 1\nunits: {length: um}\n"
                            "layers: {a: {pearl_length: 1 um}, b: {pearl_length: 1 um, z: 0.58}}\n"
                            "films:\n"
                            "  p: {layer: a, shape: [circle: {radius: 2.7}], holes: {h: [circle: "
                            "{radius: 1.7}]}}\n"
                            "  f: {layer: b, shape: [circle: {radius: 8}], holes: {k: [circle: "
                            "{radius: 5.5}]}}\n"
                            "mesh: {max_edge: 0.3}\nengine: london\n");
    printf("# Coaxial rings 1.7-2.7 um and 5.5-8 um, 0.58 um apart, Lambda = 1 um [pH]\n");
    for (int k = 0; k < 3; k++)
        row(name[k], number(json, "inductance_pH", at[k]), exact[k], "0.3%", source);
    free(json);
}

static void washer(void)
{
    char *json = summary_of("fluxoid: 1\nunits: {length: um}\n"
                            "layers: {nb: {pearl_length: 0.288 um}}\n"
                            "films: {w: {layer: nb, shape: [box: {size: 30}], holes: {hole: [box: "
                            "{size: 10}]}}}\n"
                            "mesh: {max_edge: 0.8}\nengine: london\n");
    printf("# Square washer, hole 10 um, side 30 um, Lambda = 0.288 um [pH]\n");
    row("washer", number(json, "inductance_pH", 0), 20.45, "0.05",
        "computed sheet value, 20.45(5)");
    free(json);
}

int main(void)
{
    rings();
    fields();
    pairs();
    washer();
    return 0;
}
