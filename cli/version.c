// cli/version.c -- fluxoid version
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli.h"

#include <stdio.h>

static int version_main(int argc, char **argv)
{
    cli_words words = {.max = 0};
    int code = cli_parse(&cli_version, NULL, 0, &words, argc, argv);
    if (code != CLI_GO_ON)
        return code;
    printf("fluxoid %s\n", flx_version());
    return CLI_DONE;
}

const cli_command cli_version = {
    .name = "version", .words = "", .text = "prints the version", .main = version_main};
