// cli/lab.c -- fluxoid lab [NAME]: guided experiments, which this version does not have.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli.h"

static int lab_main(int argc, char **argv)
{
    cli_words words = {.max = 1};
    int code = cli_parse(&cli_lab, NULL, 0, &words, argc, argv);
    if (code != CLI_GO_ON)
        return code;
    return cli_wrong("lab",
                     "guided experiments are not in this version (%s); the cases in examples/ "
                     "are short experiments to run, change and plot",
                     flx_version());
}

const cli_command cli_lab = {.name = "lab",
                             .words = "[NAME]",
                             .text = "guided experiments (not in this version)",
                             .main = lab_main};
