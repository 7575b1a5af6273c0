// cli/explain.c -- fluxoid explain [KEY]: documents the keys of case files.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/case.h"

#include "cli.h"

#include <stdio.h>

static int explain_main(int argc, char **argv)
{
    cli_words words = {.max = 1};
    int code = cli_parse(&cli_explain, NULL, 0, &words, argc, argv);
    if (code != CLI_GO_ON)
        return code;
    flx_ctx *ctx = cli_context(1);
    char *text = NULL;
    flx_status status = flx_explain(ctx, words.word[0], &text);
    if (status >= 0)
        fputs(text, stdout);
    flx_text_free(text);
    code = cli_end(ctx, "explain", status);
    flx_ctx_free(ctx);
    return code;
}

const cli_command cli_explain = {
    .name = "explain",
    .words = "[KEY]",
    .text = "documents a key of case files, or all of them",
    .more = "A prefix explains all keys below it: fluxoid explain mesh\n"
            "Names may stand where a key has *:   fluxoid explain layers.al.gamma",
    .main = explain_main};
