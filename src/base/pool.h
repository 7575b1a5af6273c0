// base/pool.h -- a few threads that run the same function on parts of an array.
//
// Loops are cut into parts of fixed borders, so what a part computes does not depend on how many
// threads there are. Waiting threads spin for some microseconds, then sleep, and who is done does what
// others have not begun: a busy machine is not slowed down by them, and slows them down little.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_BASE_POOL_H
#define FLX_BASE_POOL_H

#include "base/base.h"

typedef struct flx_pool flx_pool;
typedef void (*flx_loop_fn)(void *arg, int32_t begin, int32_t end);
typedef double (*flx_sum_fn)(void *arg, int32_t begin, int32_t end);

enum { FLX_SUM_BLOCK = 1024 }; // sums are made block by block, then over the blocks in order

flx_status flx_pool_create(flx_ctx *ctx, int32_t threads, int32_t n_max,
                           flx_pool **out); // n_max: longest loop summed
void flx_pool_free(flx_pool *pool);
int32_t flx_pool_threads(const flx_pool *pool);

// Calls fn on disjoint ranges that cover 0 .. n-1.
void flx_pool_for(flx_pool *pool, int32_t n, flx_loop_fn fn, void *arg);
// The same for n things of which a thread takes at least grain at a time.
void flx_pool_parts(flx_pool *pool, int32_t n, int32_t grain, flx_loop_fn fn, void *arg);
// The sum of fn over blocks of FLX_SUM_BLOCK: the same bits for any number of threads.
double flx_pool_sum(flx_pool *pool, int32_t n, flx_sum_fn fn, void *arg);
// The largest value of fn over the blocks.
double flx_pool_max(flx_pool *pool, int32_t n, flx_sum_fn fn, void *arg);
// Calls fn(arg, k, k + 1) for every k < n, each thread taking its share of consecutive k.
void flx_pool_each(flx_pool *pool, int32_t n, flx_loop_fn fn, void *arg);

#endif
