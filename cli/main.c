// cli/main.c -- the program: finds the subcommand and runs it.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    if (argc >= 2 && strcmp(argv[1], "version") == 0) {
        printf("fluxoid %s\n", flx_version());
        return 0;
    }
    fprintf(stderr, "usage: fluxoid version\n");
    return 2;
}
