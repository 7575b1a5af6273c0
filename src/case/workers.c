// case/workers.c -- the chains of a sweep in processes of their own.
//
// The only place where the library makes processes: HDF5 serves one thread at a time, and points
// are long and independent. A worker runs some chains, so that what its engine keeps on a shared
// device serves more than one point, and tells of each point through a pipe; the parent alone writes
// the output. A second pipe, whose writing end only the parent holds, ends when
// the parent wants the workers to stop or dies: they then save and go.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "case/summary.h"
#include "case/sweep.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { POLL_MS = 100, READ_SIZE = 65536, TURNS = 8 }; // TURNS: workers that each job sees at least

// What comes through a pipe: this, then the text.
typedef struct message {
    int64_t point;
    int64_t status;
    int64_t length;
} message;

typedef struct worker {
    pid_t pid;                  // 0: none
    int fd;                     // its messages
    flx_chain_of_points *chain; // [n_chain]
    int64_t n_chain;
    char *buffer;
    size_t n, capacity;
} worker;

typedef struct crew {
    flx_sweep *sweep;
    worker *worker; // [opts->jobs]
    int stop[2];    // reading end for the workers, writing end for the parent; -1: closed
    int out;        // in a worker: where it tells
} crew;

// GNU OpenMP, which CHOLMOD brings, does not survive fork(): its threads stay behind and the first
// parallel region waits for them for ever. With no active level there is none. Weak: it may be
// absent.
extern void omp_set_max_active_levels(int levels) __attribute__((weak));

// -- in a worker ----------------------------------------------------------------------------------

static bool parent_ended(void *user)
{
    const crew *w = user;
    const flx_run_opts *opts = w->sweep->opts;
    struct pollfd end = {.fd = w->stop[0], .events = POLLIN};
    return (opts->should_stop && opts->should_stop(opts->user)) || poll(&end, 1, 0) > 0;
}

static bool write_all(int fd, const void *data, size_t size)
{
    const char *at = data;
    while (size > 0) {
        ssize_t n = write(fd, at, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        size -= (size_t)n;
    }
    return true;
}

static flx_status tell(void *user, const flx_point_end *end)
{
    const crew *w = user;
    message head = {end->point, end->status, (int64_t)strlen(end->json)};
    bool told =
        write_all(w->out, &head, sizeof head) && write_all(w->out, end->json, (size_t)head.length);
    return told ? FLX_OK : FLX_ERR_INTERNAL;
}

static void work(crew *w, flx_chain_of_points *chain, int64_t n_chain)
{
    flx_sweep *s = w->sweep;
    flx_run_opts opts = *s->opts;
    int32_t threads = flx_ctx_threads(s->ctx) / opts.jobs;
    close(w->stop[1]);
    if (omp_set_max_active_levels)
        omp_set_max_active_levels(0);
    if (s->ctx)
        flx_ctx_set_threads(s->ctx, threads > 1 ? threads : 1);
    opts.progress = NULL;
    opts.should_stop = parent_ended;
    opts.user = w;
    flx_status status = FLX_OK;
    for (int64_t k = 0; k < n_chain && status == FLX_OK && !(k > 0 && parent_ended(w)); k++)
        status = flx_sweep_run_chain(s, &opts, &chain[k], tell, w);
    _exit(status < 0 ? 1 : 0);
}

// -- in the parent --------------------------------------------------------------------------------

static flx_status start_worker(crew *w, worker *one, flx_chain_of_points *chain, int64_t n_chain)
{
    int ends[2];
    flx_ctx *ctx = w->sweep->ctx;
    if (pipe(ends) != 0)
        return flx_fail(ctx, FLX_ERR_UNAVAILABLE, "no pipe to another process: %s",
                        strerror(errno));
    pid_t pid = fork();
    if (pid < 0) {
        close(ends[0]);
        close(ends[1]);
        return flx_fail(ctx, FLX_ERR_UNAVAILABLE, "no other process: %s; try fewer -j",
                        strerror(errno));
    }
    if (pid == 0) {
        close(ends[0]);
        w->out = ends[1];
        work(w, chain, n_chain);
    }
    close(ends[1]);
    *one = (worker){.pid = pid, .fd = ends[0], .chain = chain, .n_chain = n_chain};
    return FLX_OK;
}

// Takes all whole messages out of the buffer.
static flx_status take_messages(crew *w, worker *one)
{
    size_t at = 0;
    flx_status status = FLX_OK;
    message head;
    while (status == FLX_OK && one->n - at >= sizeof head) {
        memcpy(&head, one->buffer + at, sizeof head);
        if (one->n - at - sizeof head < (size_t)head.length)
            break;
        char *json = FLX_NEW_ARRAY(w->sweep->ctx, char, head.length + 1);
        if (!json)
            return FLX_ERR_MEMORY;
        memcpy(json, one->buffer + at + sizeof head, (size_t)head.length);
        at += sizeof head + (size_t)head.length;
        flx_point_end end = {head.point, (flx_status)head.status, json};
        flx_chain_of_points *chain = one->chain;
        while (head.point >= chain->first + chain->n)
            chain++;
        if (end.status != FLX_INTERRUPTED)
            chain->done++;
        status = flx_sweep_take(w->sweep, &end);
        flx_free(json);
    }
    memmove(one->buffer, one->buffer + at, one->n - at);
    one->n -= at;
    return status;
}

// A worker that ended without telling of all points of a chain took them with it; chains that it
// did not come to are for others.
static flx_status bury(crew *w, worker *one)
{
    int how = 0;
    while (waitpid(one->pid, &how, 0) < 0 && errno == EINTR) {
    }
    flx_sweep *s = w->sweep;
    flx_chain_of_points *chain = one->chain, *end = chain + one->n_chain;
    bool stopped = s->interrupted || w->stop[1] < 0;
    close(one->fd);
    flx_free(one->buffer);
    *one = (worker){0};
    if (stopped)
        return FLX_OK;
    flx_status status = FLX_OK;
    while (chain < end && chain->done == chain->n)
        chain++;
    for (flx_chain_of_points *c = chain + 1; c < end; c++)
        c->taken = false;
    for (; chain < end && chain->done < chain->n && status == FLX_OK; chain->done++) {
        static const char *const text = "{\"error\": \"the process of this point was killed\"}";
        flx_point_end killed = {chain->first + chain->done, FLX_ERR_INTERNAL, text};
        status = flx_sweep_take(s, &killed);
    }
    return status;
}

static flx_status listen_to(crew *w, worker *one)
{
    if (one->capacity < one->n + READ_SIZE) {
        size_t capacity = one->n + READ_SIZE;
        char *grown = flx_realloc(w->sweep->ctx, one->buffer, one->capacity, capacity, 1);
        if (!grown)
            return FLX_ERR_MEMORY;
        one->buffer = grown;
        one->capacity = capacity;
    }
    ssize_t n = read(one->fd, one->buffer + one->n, READ_SIZE);
    if (n < 0 && errno == EINTR)
        return FLX_OK;
    if (n <= 0)
        return bury(w, one);
    one->n += (size_t)n;
    return take_messages(w, one);
}

static void tell_workers_to_stop(crew *w)
{
    if (w->stop[1] >= 0)
        close(w->stop[1]);
    w->stop[1] = -1;
}

static void tell_progress(const flx_sweep *s)
{
    flx_progress progress = {.left = (double)NAN,
                             .time_end = s->c->run.time,
                             .point = s->n_done,
                             .n_point = s->n_point,
                             .n_done = s->n_done};
    if (s->opts->progress)
        s->opts->progress(s->opts->user, &progress);
}

// The next chains that nobody has taken, one after the other; 0: all are.
static int64_t take_chains(flx_sweep *s, int64_t *first)
{
    int64_t most = s->device ? s->n_chain / (TURNS * s->opts->jobs) : 1, n = 0;
    for (*first = 0; *first < s->n_chain; ++*first)
        if (!s->chain[*first].taken && s->chain[*first].done < s->chain[*first].n)
            break;
    for (int64_t k = *first; k < s->n_chain && n < (most > 1 ? most : 1); k++, n++) {
        if (s->chain[k].taken || s->chain[k].done == s->chain[k].n)
            break;
        s->chain[k].taken = true;
    }
    return n;
}

static flx_status start_workers(crew *w)
{
    flx_sweep *s = w->sweep;
    for (int32_t k = 0; k < s->opts->jobs && w->stop[1] >= 0; k++) {
        int64_t first, n;
        if (w->worker[k].pid)
            continue;
        if ((n = take_chains(s, &first)) == 0)
            break;
        FLX_TRY(start_worker(w, &w->worker[k], &s->chain[first], n));
    }
    return FLX_OK;
}

static flx_status run_crew(crew *w, struct pollfd *fds)
{
    flx_sweep *s = w->sweep;
    double told = flx_wtime();
    for (;;) {
        FLX_TRY(start_workers(w));
        int active = 0;
        for (int32_t k = 0; k < s->opts->jobs; k++) {
            fds[k] = (struct pollfd){w->worker[k].pid ? w->worker[k].fd : -1, POLLIN, 0};
            active += w->worker[k].pid != 0;
        }
        if (!active)
            return FLX_OK;
        int ready = poll(fds, (nfds_t)s->opts->jobs, POLL_MS);
        for (int32_t k = 0; ready > 0 && k < s->opts->jobs; k++)
            if (fds[k].revents)
                FLX_TRY(listen_to(w, &w->worker[k]));
        if (s->opts->should_stop && w->stop[1] >= 0 && s->opts->should_stop(s->opts->user)) {
            s->interrupted = true;
            tell_workers_to_stop(w);
        }
        if (flx_wtime() - told > 0.2) {
            told = flx_wtime();
            tell_progress(s);
        }
    }
}

flx_status flx_sweep_run_workers(flx_sweep *s)
{
    crew w = {.sweep = s};
    struct pollfd *fds = FLX_NEW_ARRAY(s->ctx, struct pollfd, s->opts->jobs);
    w.worker = FLX_NEW_ARRAY(s->ctx, worker, s->opts->jobs);
    flx_status status = fds && w.worker ? FLX_OK : FLX_ERR_MEMORY;
    if (status == FLX_OK && pipe(w.stop) != 0)
        status = flx_fail(s->ctx, FLX_ERR_UNAVAILABLE, "no pipe to other processes: %s",
                          strerror(errno));
    if (status == FLX_OK) {
        status = run_crew(&w, fds);
        tell_workers_to_stop(&w);
        for (int32_t k = 0; k < s->opts->jobs; k++)
            if (w.worker[k].pid)
                bury(&w, &w.worker[k]);
        close(w.stop[0]);
    }
    flx_free(w.worker);
    flx_free(fds);
    return status;
}
