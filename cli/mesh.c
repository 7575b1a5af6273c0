// cli/mesh.c -- fluxoid mesh CASE -o MESH.msh: the mesh of a case as a Gmsh file.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/run.h"

#include "cli.h"
#include "deck.h"

#include <stdio.h>
#include <string.h>

static flx_status make_mesh(flx_ctx *ctx, const char *path, const cli_list *sets, const char *out)
{
    flx_case *c = NULL;
    flx_device *device = NULL;
    flx_status status = flx_case_load(ctx, path, sets->item, sets->n, &c);
    if (status >= 0)
        status = flx_device_create(ctx, c, &device);
    if (status >= 0)
        status = flx_device_write_msh(ctx, device, out);
    if (status >= 0)
        printf("%s: %d sites, %d triangles\n", out, (int)flx_device_mesh(device)->n_site,
               (int)flx_device_mesh(device)->n_tri);
    flx_device_free(device);
    flx_case_free(c);
    return status;
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static int mesh_main(int argc, char **argv)
{
    cli_list sets = {NULL, 0};
    const char *out = NULL;
    const cli_option options[] = {
        {"-o", "--output", "MESH.msh", CLI_TEXT, &out, "file to write, MSH 4.1"},
        {"--set", NULL, "KEY=VALUE", CLI_LIST, &sets, "changes a key of the case; repeatable"},
    };
    cli_words words = {.min = 1, .max = 1};
    int code = cli_parse(&cli_mesh, options, 2, &words, argc, argv);
    if (code == CLI_GO_ON && cli_is_deck(words.word[0]))
        code = cli_wrong("mesh", "%s is a deck of a circuit, which has no mesh", words.word[0]);
    if (code == CLI_GO_ON && !out)
        code = cli_wrong("mesh", "tell where to: -o MESH.msh");
    // By this ending mesh.import knows it; and a case named by mistake is not replaced.
    if (code == CLI_GO_ON && out && !ends_with(out, ".msh"))
        code = cli_wrong("mesh", "'%s' does not end with .msh, as the file of a mesh does", out);
    if (code == CLI_GO_ON) {
        flx_ctx *ctx = cli_context(0);
        code = cli_end(ctx, "mesh", make_mesh(ctx, words.word[0], &sets, out));
        flx_ctx_free(ctx);
    }
    cli_list_clear(&sets);
    return code;
}

const cli_command cli_mesh = {.name = "mesh",
                              .words = "CASE",
                              .text = "writes the mesh of a case as a Gmsh file",
                              .main = mesh_main};
