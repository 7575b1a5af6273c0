// base/pool.c -- threads that wait for work: spin briefly, then sleep on a condition.
//
// A job has a part for each thread. Who is done takes the parts that others have not begun: where another
// program holds a processor, its thread is not waited for.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { SPINS = 4000 }; // some microseconds

typedef struct worker {
    flx_pool *pool;
    pthread_t thread;
    int32_t index;
} worker;

typedef struct part {
    // Ticket of the last job that somebody took it in; on its own line of the caches.
    _Alignas(64) atomic_uint_fast64_t taken;
} part;

struct flx_pool {
    int32_t threads, n_started;
    worker *workers; // [threads - 1]
    part *parts;     // [threads]
    double *partial; // [blocks]

    pthread_mutex_t lock;
    pthread_cond_t wake;
    atomic_uint_fast64_t ticket; // counts jobs; a change is the start signal
    atomic_int_fast32_t left;    // parts of the present job that are not done
    atomic_bool quit;

    flx_loop_fn fn; // the present job
    void *arg;
    int32_t n, grain;
};

static void relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

// Part k: consecutive grains, nearly equal numbers of them.
static void run_part(flx_pool *pool, int32_t k)
{
    int64_t grains = ((int64_t)pool->n + pool->grain - 1) / pool->grain;
    int64_t begin = grains * k / pool->threads * pool->grain;
    int64_t end = grains * (k + 1) / pool->threads * pool->grain;
    if (end > pool->n)
        end = pool->n;
    if (begin < end)
        pool->fn(pool->arg, (int32_t)begin, (int32_t)end);
    atomic_fetch_sub_explicit(&pool->left, 1, memory_order_release);
}

// All parts of a job that nobody has taken, beginning with that of thread t. A thread that comes when the
// job is over finds all of them taken.
static void run_parts(flx_pool *pool, int32_t t, uint_fast64_t job)
{
    for (int32_t j = 0; j < pool->threads; j++) {
        int32_t k = (t + j) % pool->threads;
        uint_fast64_t before = job - 1;
        if (atomic_compare_exchange_strong_explicit(&pool->parts[k].taken, &before, job,
                                                    memory_order_acquire, memory_order_relaxed))
            run_part(pool, k);
    }
}

static uint_fast64_t wait_for_job(flx_pool *pool, uint_fast64_t seen)
{
    for (int32_t k = 0; k < SPINS; k++) {
        uint_fast64_t now = atomic_load_explicit(&pool->ticket, memory_order_acquire);
        if (now != seen)
            return now;
        relax();
    }
    pthread_mutex_lock(&pool->lock);
    uint_fast64_t now;
    while ((now = atomic_load_explicit(&pool->ticket, memory_order_acquire)) == seen)
        pthread_cond_wait(&pool->wake, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
    return now;
}

static void *work(void *arg)
{
    worker *me = arg;
    flx_pool *pool = me->pool;
    for (uint_fast64_t seen = 0;;) {
        seen = wait_for_job(pool, seen);
        if (atomic_load_explicit(&pool->quit, memory_order_acquire))
            return NULL;
        run_parts(pool, me->index, seen);
    }
}

static uint_fast64_t start_job(flx_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    uint_fast64_t job = atomic_fetch_add_explicit(&pool->ticket, 1, memory_order_release) + 1;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
    return job;
}

static void run(flx_pool *pool, int32_t n, int32_t grain, flx_loop_fn fn, void *arg)
{
    if (!pool || pool->n_started == 0 || n <= grain) {
        if (n > 0)
            fn(arg, 0, n);
        return;
    }
    pool->n = n;
    pool->grain = grain;
    pool->fn = fn;
    pool->arg = arg;
    atomic_store_explicit(&pool->left, pool->threads, memory_order_relaxed);
    run_parts(pool, 0, start_job(pool));
    for (int32_t spins = 0; atomic_load_explicit(&pool->left, memory_order_acquire) > 0; spins++) {
        if (spins < SPINS)
            relax();
        else // somebody else has the processor: let the worker have ours
            sched_yield();
    }
}

flx_status flx_pool_create(flx_ctx *ctx, int32_t threads, int32_t n_max, flx_pool **out)
{
    *out = NULL;
    flx_pool *pool = FLX_NEW(ctx, flx_pool);
    if (!pool)
        return FLX_ERR_MEMORY;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pool->threads = threads < 1 ? 1 : threads;
    pool->workers = FLX_NEW_ARRAY(ctx, worker, pool->threads);
    pool->parts = FLX_NEW_ARRAY(ctx, part, pool->threads);
    pool->partial = FLX_NEW_ARRAY(ctx, double, n_max / FLX_SUM_BLOCK + 1);
    if (!pool->workers || !pool->parts || !pool->partial) {
        flx_pool_free(pool);
        return FLX_ERR_MEMORY;
    }
    for (int32_t t = 1; t < pool->threads; t++) {
        worker *w = &pool->workers[t - 1];
        *w = (worker){.pool = pool, .index = t};
        if (pthread_create(&w->thread, NULL, work, w) != 0) {
            flx_pool_free(pool);
            return flx_fail(ctx, FLX_ERR_MEMORY, "thread %d of %d cannot be started; ask for fewer",
                            t + 1, threads);
        }
        pool->n_started++;
    }
    *out = pool;
    return FLX_OK;
}

void flx_pool_free(flx_pool *pool)
{
    if (!pool)
        return;
    atomic_store_explicit(&pool->quit, true, memory_order_release);
    start_job(pool);
    for (int32_t t = 0; t < pool->n_started; t++)
        pthread_join(pool->workers[t].thread, NULL);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->lock);
    flx_free(pool->workers);
    flx_free(pool->parts);
    flx_free(pool->partial);
    flx_free(pool);
}

int32_t flx_pool_threads(const flx_pool *pool)
{
    return pool ? pool->threads : 1;
}

void flx_pool_for(flx_pool *pool, int32_t n, flx_loop_fn fn, void *arg)
{
    run(pool, n, FLX_SUM_BLOCK, fn, arg);
}

void flx_pool_parts(flx_pool *pool, int32_t n, int32_t grain, flx_loop_fn fn, void *arg)
{
    run(pool, n, grain, fn, arg);
}

typedef struct each_job {
    flx_loop_fn fn;
    void *arg;
} each_job;

static void run_each(void *arg, int32_t begin, int32_t end)
{
    each_job *job = arg;
    for (int32_t k = begin; k < end; k++)
        job->fn(job->arg, k, k + 1);
}

void flx_pool_each(flx_pool *pool, int32_t n, flx_loop_fn fn, void *arg)
{
    each_job job = {fn, arg};
    run(pool, n, 1, run_each, &job);
}

typedef struct sum_job {
    flx_sum_fn fn;
    void *arg;
    double *partial;
} sum_job;

// begin and end lie on block borders (end may be the end of the loop).
static void run_blocks(void *arg, int32_t begin, int32_t end)
{
    sum_job *job = arg;
    for (int32_t b = begin; b < end; b += FLX_SUM_BLOCK) {
        int32_t stop = end - b > FLX_SUM_BLOCK ? b + FLX_SUM_BLOCK : end;
        job->partial[b / FLX_SUM_BLOCK] = job->fn(job->arg, b, stop);
    }
}

double flx_pool_sum(flx_pool *pool, int32_t n, flx_sum_fn fn, void *arg)
{
    sum_job job = {fn, arg, pool->partial};
    run(pool, n, FLX_SUM_BLOCK, run_blocks, &job);
    double sum = 0;
    for (int32_t b = 0; b < n; b += FLX_SUM_BLOCK)
        sum += pool->partial[b / FLX_SUM_BLOCK];
    return sum;
}

double flx_pool_max(flx_pool *pool, int32_t n, flx_sum_fn fn, void *arg)
{
    sum_job job = {fn, arg, pool->partial};
    run(pool, n, FLX_SUM_BLOCK, run_blocks, &job);
    double max = 0;
    for (int32_t b = 0; b < n; b += FLX_SUM_BLOCK)
        if (!(pool->partial[b / FLX_SUM_BLOCK] <= max)) // keeps NaN
            max = pool->partial[b / FLX_SUM_BLOCK];
    return max;
}
