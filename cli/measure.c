// cli/measure.c -- fluxoid measure OUT.h5: what a saved frame says, and where vortices went.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/run.h"

#include "cli.h"
#include "data.h"
#include "measured.h"
#include "report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct measure_args {
    cli_list loops, along, points, fields, fluxes;
    const char *at, *json, *point, *reach, *quantum, *film, *z;
    bool tracks;
} measure_args;

// As tables, as JSON, or both in different places.
static int tell(const char *json, const char *to)
{
    if (!to || strcmp(to, "-") != 0) {
        cli_report(json);
        cli_report_measured(json);
    }
    return to ? cli_json_write("measure", to, json) : CLI_DONE;
}

static int measure(const char *path, const measure_args *args)
{
    char group[32] = "/";
    int point = -1;
    flx_measure_request request = {.group = group,
                                   .time = NAN,
                                   .loop = args->loops.item,
                                   .along = args->along.item,
                                   .n_loop = args->loops.n,
                                   .n_along = args->along.n,
                                   .at_point = args->points.item,
                                   .n_point = args->points.n,
                                   .field = args->fields.item,
                                   .n_field = args->fields.n,
                                   .flux = args->fluxes.item,
                                   .n_flux = args->fluxes.n,
                                   .flux_z = args->z,
                                   .film = args->film,
                                   .tracks = args->tracks,
                                   .reach = args->reach};
    if (args->at && !cli_time("measure", args->at, &request.time))
        return CLI_WRONG;
    if (args->point && !cli_point("measure", args->point, &point))
        return CLI_WRONG;
    if (args->reach && !args->tracks)
        return cli_wrong("measure", "--reach belongs to --tracks");
    if (args->z && args->fluxes.n == 0)
        return cli_wrong("measure", "--z belongs to --flux");
    if (point >= 0)
        snprintf(group, sizeof group, "/points/%03d", point);

    flx_ctx *ctx = cli_context(0);
    char *json = NULL;
    int code = cli_end(ctx, "measure", flx_measure_file(ctx, path, &request, &json));
    if (code == CLI_DONE)
        code = tell(json, args->json);
    flx_text_free(json);
    flx_ctx_free(ctx);
    return code;
}

// The flux quantum of a sweep.
static int measure_quantum(const char *path, const measure_args *args)
{
    if (args->loops.n || args->along.n || args->points.n || args->fields.n || args->fluxes.n ||
        args->z || args->at || args->point || args->tracks || args->film)
        return cli_wrong("measure", "--flux-quantum is of a whole sweep; it goes with no other "
                                    "measurement");
    flx_ctx *ctx = cli_context(0);
    char *json = NULL;
    int code = cli_end(ctx, "measure", flx_measure_file_quantum(ctx, path, args->quantum, &json));
    if (code == CLI_DONE && !(args->json && strcmp(args->json, "-") == 0))
        cli_report_quantum(json);
    if (code == CLI_DONE && args->json)
        code = cli_json_write("measure", args->json, json);
    flx_text_free(json);
    flx_ctx_free(ctx);
    return code;
}

static int measure_main(int argc, char **argv)
{
    measure_args args = {.at = NULL};
    const cli_option options[] = {
        {"--loop", NULL, "SHAPE", CLI_LIST, &args.loops,
         "fluxoid of a closed curve and its parts; repeatable"},
        {"--along", NULL, "PATH", CLI_LIST, &args.along,
         "phase difference along a path, currents across it; repeatable"},
        {"--at-point", NULL, "X,Y", CLI_LIST, &args.points,
         "psi, mu, currents, electric field in a film; repeatable"},
        {"--field", NULL, "X,Y,Z", CLI_LIST, &args.fields,
         "applied and induced B and A at a point; repeatable"},
        {"--flux", NULL, "SHAPE", CLI_LIST, &args.fluxes,
         "flux through a closed curve anywhere, also outside of films; repeatable"},
        {"--z", NULL, "Z", CLI_TEXT, &args.z, "height of these curves; default: 0"},
        {"--film", NULL, "NAME", CLI_TEXT, &args.film,
         "film that loops, paths and points are in, where several have them"},
        {"--tracks", NULL, NULL, CLI_FLAG, &args.tracks, "follows vortices through all frames"},
        {"--reach", NULL, "LENGTH", CLI_TEXT, &args.reach,
         "how far a vortex may go astray between frames"},
        {"--flux-quantum", NULL, "LOOP", CLI_TEXT, &args.quantum,
         "h/q* from the steps of a sweep: a hole or loop, or hole.flux"},
        {"--at", "-t", "TIME", CLI_TEXT, &args.at, "time of the frame in tau0; default: the last"},
        {"--point", NULL, "N", CLI_TEXT, &args.point, "point of a sweep"},
        {"--json", NULL, "FILE", CLI_TEXT, &args.json, "writes the result as JSON; - here"},
    };
    cli_words words = {.min = 1, .max = 1};
    int code =
        cli_parse(&cli_measure, options, sizeof options / sizeof *options, &words, argc, argv);
    if (code == CLI_GO_ON && args.json && !cli_json_allowed("measure", args.json))
        code = CLI_WRONG;
    if (code == CLI_GO_ON)
        code = args.quantum ? measure_quantum(words.word[0], &args) : measure(words.word[0], &args);
    cli_list_clear(&args.loops);
    cli_list_clear(&args.along);
    cli_list_clear(&args.points);
    cli_list_clear(&args.fields);
    cli_list_clear(&args.fluxes);
    return code;
}

const cli_command cli_measure = {
    .name = "measure",
    .words = "OUT.h5",
    .text = "measures a saved frame: fluxoids, currents, energy, power, voltages, fields, fluxes, "
            "vortices",
    .more = "Shapes, paths, places and lengths are written as in a case file:\n"
            "  fluxoid measure ring.h5 --loop '{circle: {radius: 0.8}}'\n"
            "  fluxoid measure bar.h5 --along '[[-1, 0], [1, 0]]' --at 50\n"
            "  fluxoid measure bar.h5 --at-point 0.3,0 --field '0, 0, 200 nm' --tracks\n"
            "  fluxoid measure washer.h5 --flux '{circle: {radius: 9}}' --z '1 um'\n"
            "  fluxoid measure cooled.h5 --flux-quantum hole",
    .main = measure_main};
