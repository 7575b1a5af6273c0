// Places of a case: which film they are in, and what messages call them.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_run.h"
#include "test_run_context.h"

static flx_status try_text(const char *text, const flx_run_opts *opts)
{
    flx_case *c = case_of(ctx, text, NULL, 0);
    flx_run_result *result = NULL;
    flx_status status = flx_run(ctx, c, opts, &result);
    flx_run_result_free(result);
    flx_case_free(c);
    return status;
}

static void places_that_several_films_have(void **state)
{
    (void)state;
#define STACK                                                                                      \
    "layers: {al: {coherence_length: 1 um, pearl_length: 9 um}, up: {coherence_length: 1 um, "     \
    "pearl_length: 9 um, z: 1}}\nfilms: {low: {layer: al, shape: [box: {size: 4}]}, high: "        \
    "{layer: "                                                                                     \
    "up, shape: [box: {size: [2, 6]}]}}\n"
    static const char *const rows[][2] = {
        {"loops: {l: [box: {size: 1}]}",
         "loop 'l': 2 films have this place: low, high; name one, as in film: high"},
        {"probes: {v: [[0, 0], [0, 1]]}",
         "probe 'v': 2 films have this place: low, high; name one, as in film: high"},
        {"start: {vortices: [{at: [0, 0]}]}", "the vortex at (0, 0) um: 2 films have this place: "
                                              "low, high; name one, as in film: high"},
        {"start: {vortices: [{at: [0, 2.5], film: low}]}",
         "the vortex at (0, 2.5) um lies in no film called low; to let a hole hold it give "
         "start.winding"},
        {"probes: {v: {film: low, points: [[0, 0], [0.4, 2.5]]}}",
         "second point of probe 'v': the probe at x = 0.4, y = 2.5 um is outside the film; the "
         "nearest point of one is about x = 0.4, y = 2 um"},
        {"loops: {l: {film: high, shape: [box: {size: 3}]}}",
         "loop 'l': the loop leaves the film at (-1.5, -1.5) um"},
        {"probes: {v: [[0, 2.5], [1.5, 0]]}",
         "the points of probe 'v' lie in different films, whose potentials cannot be compared; put "
         "both into one film"},
    };
    flx_run_opts opts = flx_run_opts_default();
    char text[2048], message[512];
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        snprintf(text, sizeof text,
                 "fluxoid: 1\nunits: {length: um}\n" STACK
                 "mesh: {max_edge: 1 xi}\ntdgl: {time: 1 tau0}\n%s\n",
                 rows[k][0]);
        snprintf(message, sizeof message, "test.yaml:7: %s", rows[k][1]);
        assert_int_not_equal(try_text(text, &opts), FLX_OK);
        assert_string_equal(flx_ctx_error(ctx), message);
    }
}

// Lengths are counted in xi inside; who wrote 3 um reads 3 um. What rounding leaves of 0 reads 0.
static void messages_speak_in_the_units_of_the_case(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"nm}\nloops: {l: [circle: {radius: 9 um}]}", "loop 'l': the loop leaves the film at ("},
        {"um}\nstart: {vortices: [{at: [1e-16, 7]}]}", "the vortex at (0, 7) um lies in no film"},
        {"nm}\nstart: {vortices: [{at: [0, 7000]}]}", "the vortex at (0, 7000) nm lies in no film"},
        {"10 nm}\nstart: {vortices: [{at: [0, 700]}]}", "the vortex at (0, 70) xi lies in no film"},
        {"um}\nprobes: {v: [[0, 7], [1, 0]]}",
         "the probe at x = 0, y = 7 um is in no film; the nearest point of one is about x = 0, y = "
         "2 um"},
    };
    flx_run_opts opts = flx_run_opts_default();
    char text[2048];
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        snprintf(text, sizeof text,
                 "fluxoid: 1\n"
                 "layers: {al: {coherence_length: 0.1 um, pearl_length: 9 um}}\n"
                 "films: {a: {shape: [box: {size: 4 um}]}}\n"
                 "mesh: {max_edge: 5 xi}\ntdgl: {time: 1 tau0}\nunits: {length: %s\n",
                 rows[k][0]);
        assert_int_not_equal(try_text(text, &opts), FLX_OK);
        if (!strstr(flx_ctx_error(ctx), rows[k][1]))
            fail_msg("'%s' is not in '%s'", rows[k][1], flx_ctx_error(ctx));
    }
    assert_null(strstr(flx_ctx_error(ctx), "xi"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_that_several_films_have),
        cmocka_unit_test(messages_speak_in_the_units_of_the_case),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
