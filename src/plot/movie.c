// plot/movie.c -- frames into a pipe to ffmpeg.
//
// ffmpeg runs as a child without a shell; its standard input is a socket, so that a broken pipe is
// an error of send() and not a signal that ends the caller's program. Its complaints go to an
// unnamed file and come back in our error text.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "plot/figure.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

struct flx_movie {
    flx_ctx *ctx;
    flx_plot_opts opts;
    double rate;
    char *path, *part;        // the film, and the file it is until it is whole
    int32_t size[2];          // [px] of the film: even
    cairo_surface_t *surface; // the frame in work
    flx_easel easel;
    pid_t child; // 0: not started
    int in;      // to ffmpeg, -1: closed
    FILE *complaints;
    flx_status status; // of the first failure
    char *reason;      // its text, kept for close
};

// ffmpeg's name of the format that the ending of the path asks for; NULL: none.
static const char *format_of(const char *path)
{
    static const char *const names[][2] = {{".mp4", "mp4"}, {".mkv", "matroska"}, {".mov", "mov"}};
    size_t n = path ? strlen(path) : 0;
    for (int k = 0; k < 3 && n > 4; k++)
        if (strcasecmp(path + n - 4, names[k][0]) == 0)
            return names[k][1];
    return NULL;
}

flx_status flx_movie_open(flx_ctx *ctx, const flx_plot_opts *opts, double rate, const char *path,
                          flx_movie **out)
{
    *out = NULL;
    FLX_TRY(flx_plot_opts_check(ctx, opts));
    if (opts->panels)
        FLX_TRY(flx_plot_check_panels(ctx, opts->panels));
    if (!format_of(path))
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "movie '%s': the ending says the format, allowed is .mp4, .mkv or .mov",
                        path ? path : "");
    if (!(rate >= 0.1 && rate <= 240))
        return flx_fail(ctx, FLX_ERR_INPUT, "movie rate is %g, allowed is 0.1 to 240 [1/s]", rate);
    flx_movie *movie = FLX_NEW(ctx, flx_movie);
    char *copy = movie ? flx_strdup(ctx, path) : NULL;
    char *part = copy ? flx_format(ctx, "%s.part", path) : NULL;
    if (!part) {
        flx_free(copy);
        flx_free(movie);
        return FLX_ERR_MEMORY;
    }
    *movie =
        (flx_movie){.ctx = ctx, .opts = *opts, .rate = rate, .path = copy, .part = part, .in = -1};
    *out = movie;
    return FLX_OK;
}

// Starts the child with `in` as its input and its complaints in a file; returns an errno.
static int spawn(flx_movie *movie, char *const argv[], int in)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    int error = posix_spawn_file_actions_init(&actions);
    if (error)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (error) {
        posix_spawn_file_actions_destroy(&actions);
        return error;
    }
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    error = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    if (!error)
        error = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (!error && movie->complaints)
        error =
            posix_spawn_file_actions_adddup2(&actions, fileno(movie->complaints), STDERR_FILENO);
    else if (!error)
        error = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    if (!error)
        error = posix_spawnp(&movie->child, argv[0], &actions, &attributes, argv, environ);
    if (error)
        movie->child = 0;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static flx_status no_ffmpeg(flx_ctx *ctx)
{
    return flx_fail(ctx, FLX_ERR_UNAVAILABLE,
                    "movies need the program ffmpeg, which is not in the PATH; install it "
                    "(Debian, Ubuntu: apt install ffmpeg)");
}

static flx_status start(flx_movie *movie)
{
    char size[64], rate[64];
    snprintf(size, sizeof size, "%dx%d", (int)movie->size[0], (int)movie->size[1]);
    snprintf(rate, sizeof rate, "%.6f", movie->rate);
    // "file:" keeps any path a path, whatever it begins with.
    char *target = flx_format(movie->ctx, "file:%s", movie->part);
    if (!target)
        return FLX_ERR_MEMORY;
    uint32_t probe = 1;
    bool little = *(unsigned char *)&probe == 1;
    const char *argv[] = {"ffmpeg",
                          "-nostdin",
                          "-loglevel",
                          "error",
                          "-y",
                          "-f",
                          "rawvideo",
                          "-pixel_format",
                          little ? "bgr0" : "0rgb",
                          "-video_size",
                          size,
                          "-framerate",
                          rate,
                          "-i",
                          "pipe:0",
                          "-an",
                          "-c:v",
                          "libx264",
                          "-preset",
                          "veryfast", // half the time of "medium" for films a tenth larger
                          "-crf",
                          "16",
                          "-pix_fmt",
                          "yuv420p",
                          "-colorspace",
                          "bt709",
                          "-color_primaries",
                          "bt709",
                          "-color_trc",
                          "iec61966-2-1",
                          "-vf",
                          "scale=out_color_matrix=bt709",
                          "-movflags",
                          "+faststart",
                          "-f",
                          format_of(movie->path),
                          target,
                          NULL};
    int ends[2];
    movie->complaints = tmpfile();
    int error = socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0 ? 0 : errno;
    if (!error) {
        fcntl(ends[0], F_SETFD, FD_CLOEXEC);
        fcntl(ends[1], F_SETFD, FD_CLOEXEC);
        if (movie->complaints)
            fcntl(fileno(movie->complaints), F_SETFD, FD_CLOEXEC);
        // The arguments are only read: execve() takes them without const for old times' sake.
        error = spawn(movie, (char *const *)(uintptr_t)argv, ends[1]);
        close(ends[1]);
        movie->in = ends[0];
    }
    flx_free(target);
    if (error == ENOENT)
        return no_ffmpeg(movie->ctx);
    if (error)
        return flx_fail(movie->ctx, FLX_ERR_UNAVAILABLE, "ffmpeg cannot be started: %s",
                        strerror(error));
    return FLX_OK;
}

static flx_status send_all(flx_movie *movie, const unsigned char *data, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(movie->in, data, n, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return flx_fail(movie->ctx, FLX_ERR_FILE, "ffmpeg takes no more frames: %s",
                            strerror(errno));
        data += sent;
        n -= (size_t)sent;
    }
    return FLX_OK;
}

// The first frame fixes size, colour ranges and starts ffmpeg.
static flx_status begin(flx_movie *movie, const flx_plot_scene *scene)
{
    flx_figure figure;
    flx_plot_opts opts = movie->opts;
    FLX_TRY(flx_plot_widen(movie->ctx, scene, &opts));
    for (int q = 0; q < FLX_PLOT_QUANTITIES; q++)
        if (movie->opts.range[q].min == movie->opts.range[q].max)
            movie->opts.range[q] = opts.range[q];
    FLX_TRY(flx_figure_init(movie->ctx, &figure, scene, &movie->opts));
    for (int c = 0; c < 2; c++)
        movie->size[c] = 2 * (int32_t)ceil(0.5 * figure.size[c] * movie->opts.scale);
    movie->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, movie->size[0], movie->size[1]);
    FLX_TRY(flx_cairo_check(movie->ctx, cairo_surface_status(movie->surface)));
    return start(movie);
}

static flx_status draw(flx_movie *movie, const flx_plot_scene *scene)
{
    flx_figure figure;
    FLX_TRY(flx_figure_init(movie->ctx, &figure, scene, &movie->opts));
    cairo_t *cr = cairo_create(movie->surface);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_scale(cr, movie->opts.scale, movie->opts.scale);
    flx_status status = flx_figure_draw(&figure, &movie->easel, cr, movie->opts.scale);
    cairo_destroy(cr);
    cairo_surface_flush(movie->surface);
    return status;
}

static flx_status add(flx_movie *movie, const flx_plot_scene *scene)
{
    if (!movie->surface)
        FLX_TRY(begin(movie, scene));
    FLX_TRY(draw(movie, scene));
    const unsigned char *data = cairo_image_surface_get_data(movie->surface);
    int stride = cairo_image_surface_get_stride(movie->surface);
    for (int32_t r = 0; r < movie->size[1]; r++)
        FLX_TRY(send_all(movie, data + (ptrdiff_t)r * stride, 4 * (size_t)movie->size[0]));
    return FLX_OK;
}

flx_status flx_movie_add(flx_movie *movie, const flx_plot_scene *scene)
{
    if (movie->status < 0)
        return movie->status;
    flx_status status = add(movie, scene);
    if (status < 0) {
        movie->status = status;
        if (movie->ctx)
            movie->reason = flx_strdup(NULL, flx_ctx_error(movie->ctx));
    }
    return status;
}

// First line of what ffmpeg said.
static void read_complaint(flx_movie *movie, char *text, size_t size)
{
    text[0] = 0;
    if (!movie->complaints)
        return;
    rewind(movie->complaints);
    if (!fgets(text, (int)size, movie->complaints))
        text[0] = 0;
    text[strcspn(text, "\r\n")] = 0;
}

// Ends ffmpeg. Its failure explains a broken pipe, but not one that came before.
static flx_status finish(flx_movie *movie)
{
    char text[400];
    int code = 0;
    close(movie->in);
    pid_t done;
    while ((done = waitpid(movie->child, &code, 0)) < 0 && errno == EINTR) {
    }
    // Whoever ignores SIGCHLD leaves no exit status: then what ffmpeg said decides.
    read_complaint(movie, text, sizeof text);
    bool fine = done < 0 ? !*text : WIFEXITED(code) && WEXITSTATUS(code) == 0;
    if (movie->status < 0 && movie->status != FLX_ERR_FILE)
        return movie->status;
    // POSIX lets posix_spawn() report a missing program by this exit status alone.
    if (done > 0 && WIFEXITED(code) && WEXITSTATUS(code) == 127 && !*text)
        return no_ffmpeg(movie->ctx);
    if (!fine)
        return flx_fail(movie->ctx, FLX_ERR_FILE, "movie '%s' cannot be written, ffmpeg says: %s",
                        movie->path, *text ? text : "nothing");
    if (movie->status == FLX_OK && rename(movie->part, movie->path) != 0)
        return flx_fail(movie->ctx, FLX_ERR_FILE, "movie '%s' cannot be written: %s", movie->path,
                        strerror(errno));
    return movie->status;
}

flx_status flx_movie_close(flx_movie *movie)
{
    if (!movie)
        return FLX_OK;
    flx_status status = movie->status;
    if (movie->reason) // other calls may have failed meanwhile
        flx_fail(movie->ctx, status, "%s", movie->reason);
    if (movie->child > 0)
        status = finish(movie);
    else if (status == FLX_OK)
        status = flx_fail(movie->ctx, FLX_ERR_INPUT, "movie '%s' got no frame, there is no file",
                          movie->path);
    if (movie->child > 0 && status < 0)
        unlink(movie->part);
    if (movie->child == 0 && movie->in >= 0)
        close(movie->in);
    if (movie->complaints)
        fclose(movie->complaints);
    if (movie->surface)
        cairo_surface_destroy(movie->surface);
    flx_easel_clear(&movie->easel);
    flx_free(movie->reason);
    flx_free(movie->part);
    flx_free(movie->path);
    flx_free(movie);
    return status;
}
