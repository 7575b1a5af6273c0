// cli/cli.c -- context, signals, messages: what the subcommands share.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

volatile sig_atomic_t cli_stop;

static void on_signal(int number)
{
    cli_stop = 1;
    // Whoever asks twice does not want to wait.
    signal(number, SIG_DFL);
}

void cli_catch_signals(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    // A file above the limit of the shell (ulimit -f) is an error of writing like a full disk.
    action.sa_handler = SIG_IGN;
    sigaction(SIGXFSZ, &action, NULL);
}

static void on_log(void *user, flx_log_level level, const char *text)
{
    (void)user;
    if (level == FLX_LOG_WARNING)
        fprintf(stderr, "%sfluxoid: warning: %s\n", isatty(STDERR_FILENO) ? "\r\033[K" : "", text);
}

flx_ctx *cli_context(int threads)
{
    flx_ctx *ctx = flx_ctx_create();
    if (!ctx) {
        fprintf(stderr, "fluxoid: no memory\n");
        exit(CLI_FAILED);
    }
    if (threads == 0) {
        long online = sysconf(_SC_NPROCESSORS_ONLN);
        threads = online > 0 ? (int)online : 1;
    }
    flx_ctx_set_threads(ctx, threads);
    flx_ctx_set_log(ctx, on_log, NULL);
    return ctx;
}

// What the user can put right is 2; the rest is 1.
static int exit_code(flx_status status)
{
    switch (status) {
    case FLX_OK:
    case FLX_STOPPED:
        return CLI_DONE;
    case FLX_INTERRUPTED:
        return CLI_INTERRUPTED;
    case FLX_ERR_INPUT:
    case FLX_ERR_FILE:
    case FLX_ERR_GEOMETRY:
    case FLX_ERR_UNAVAILABLE:
        return CLI_WRONG;
    case FLX_ERR_MEMORY:
    case FLX_ERR_DIVERGED:
    case FLX_ERR_SOLVER:
    case FLX_ERR_INTERNAL:
        break;
    }
    return CLI_FAILED;
}

int cli_end(const flx_ctx *ctx, const char *command, flx_status status)
{
    if (status < 0) {
        const char *text = flx_ctx_error(ctx);
        fprintf(stderr, "fluxoid %s: %s\n", command, *text ? text : flx_status_text(status));
    }
    return exit_code(status);
}

int cli_wrong(const char *command, const char *format, ...)
{
    va_list args;
    fprintf(stderr, "fluxoid%s%s: ", *command ? " " : "", command);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return CLI_WRONG;
}

void *cli_alloc(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);
    if (!memory) {
        fprintf(stderr, "fluxoid: no memory\n");
        exit(CLI_FAILED);
    }
    return memory;
}

bool cli_json_allowed(const char *command, const char *path)
{
    struct stat about;
    if (strcmp(path, "-") == 0 || stat(path, &about) != 0 || !S_ISREG(about.st_mode))
        return true;
    FILE *file = fopen(path, "r");
    char first[2] = "{"; // one that cannot be read is left to who opens it
    if (file && fscanf(file, " %1s", first) == EOF)
        first[0] = '{';
    if (file)
        fclose(file);
    if (first[0] == '{')
        return true;
    cli_wrong(command,
              "%s: is there and holds no JSON; it is not replaced: remove it or name "
              "another file",
              path);
    return false;
}

int cli_json_write(const char *command, const char *path, const char *json)
{
    FILE *file = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
    bool ok = file && fprintf(file, "%s\n", json) > 0 && fflush(file) == 0;
    if (file && file != stdout)
        ok = fclose(file) == 0 && ok;
    return ok ? CLI_DONE : cli_wrong(command, "cannot write %s: %s", path, strerror(errno));
}
