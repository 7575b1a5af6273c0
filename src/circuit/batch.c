// circuit/batch.c -- decks and their seeds, sorted into packs of lanes, run and brought together.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/pool.h"
#include "circuit/run.h"

#include <math.h>
#include <string.h>
#include <strings.h>

typedef struct batch {
    flx_ctx *ctx;
    const flx_deck *const *deck;
    int32_t n_deck;
    const flx_deck_run_opts *opts;
    run_pack *pack;
    int32_t n_pack;
} batch;

bool flx_circuit_is_noisy(const flx_circuit *c)
{
    for (int32_t i = 0; i < c->n_element; i++) {
        const flx_element *e = &c->element[i];
        double t = e->temperature >= 0 ? e->temperature : c->temperature;
        if ((e->kind == FLX_RESISTOR || e->kind == FLX_JUNCTION) && t > 0)
            return true;
    }
    return false;
}

// Whether two decks can be stepped together: nothing but sources, temperatures and seeds differ, and
// neither chooses its steps.
static bool together(const flx_deck *a, const flx_deck *b)
{
    bool fixed_a = flx_circuit_is_noisy(&a->circuit) || a->tolerance == 0;
    bool fixed_b = flx_circuit_is_noisy(&b->circuit) || b->tolerance == 0;
    return fixed_a && fixed_b && !a->josim && !b->josim && a->step == b->step &&
           a->stop == b->stop && a->tolerance == b->tolerance && a->n_probe == b->n_probe &&
           a->n_measure == b->n_measure && flx_circuit_alike(&a->circuit, &b->circuit);
}

static flx_status add_lane(batch *b, int32_t number, int32_t seed)
{
    const flx_deck *d = b->deck[number];
    run_pack *p = b->n_pack > 0 ? &b->pack[b->n_pack - 1] : NULL;
    if (!p || p->n_lane == FLX_CIRCUIT_LANES || !together(p->deck, d)) {
        p = &b->pack[b->n_pack++];
        p->deck = d;
        p->opts = b->opts;
        p->ctx = flx_ctx_create();
        if (!p->ctx)
            return flx_fail(b->ctx, FLX_ERR_MEMORY, "no memory for a context");
    }
    run_lane *l = &p->lane[p->n_lane];
    l->pack = p;
    l->at = p->n_lane++;
    l->deck = d;
    l->number = number;
    l->seed = d->seed + (uint64_t)seed;
    bool period = false;
    for (int32_t k = 0; k < d->n_measure; k++)
        period = period || d->measure[k].kind == FLX_MEASURE_PERIOD;
    l->rows = (b->opts->rows && seed == 0) || period;
    l->measure = FLX_NEW_ARRAY(b->ctx, run_measure, d->n_measure);
    l->mean = FLX_NEW_ARRAY(b->ctx, double, d->n_probe);
    l->next_row = FLX_NEW_ARRAY(b->ctx, double, d->n_probe);
    return l->measure && l->mean && l->next_row ? FLX_OK : FLX_ERR_MEMORY;
}

static void run_one(void *user, int32_t begin, int32_t end)
{
    batch *b = user;
    for (int32_t k = begin; k < end; k++)
        b->pack[k].status = flx_run_pack(&b->pack[k]);
}

// -- results --------------------------------------------------------------------------------------

// Of probe i.
static void value_of_sum(const run_lane *const *lane, int32_t n, int32_t i, bool noisy,
                         flx_circuit_value *v)
{
    const run_sum *sum = &lane[0]->pack->sum[i];
    int32_t at = lane[0]->at;
    *v = (flx_circuit_value){.min = sum->min[at], .max = sum->max[at], .last = sum->last[at]};
    if (!noisy) {
        const run_weights *w = &lane[0]->pack->weights;
        double late = w->late > 0 ? sum->late[at] / w->late : v->last;
        v->mean = w->windowed > 0 ? sum->windowed[at] / w->windowed : v->last;
        v->error = fabs(v->mean - late);
        return;
    }
    double total = 0, square = 0;
    int32_t count = 0;
    for (int32_t l = 0; l < n; l++) {
        sum = &lane[l]->pack->sum[i];
        at = lane[l]->at;
        v->min = fmin(v->min, sum->min[at]);
        v->max = fmax(v->max, sum->max[at]);
        for (int32_t k = 0; k < RUN_BLOCKS; k++)
            if (lane[l]->pack->weights.block[k] > 0) {
                total += sum->block[k][at] / lane[l]->pack->weights.block[k];
                count++;
            }
    }
    v->mean = count > 0 ? total / count : v->last;
    for (int32_t l = 0; l < n; l++)
        for (int32_t k = 0; k < RUN_BLOCKS; k++)
            if (lane[l]->pack->weights.block[k] > 0) {
                double d =
                    lane[l]->pack->sum[i].block[k][lane[l]->at] / lane[l]->pack->weights.block[k] -
                    v->mean;
                square += d * d;
            }
    v->error = count > 1 ? sqrt(square / ((double)count * (count - 1))) : 0;
}

// Mean distance of upward passages through the middle of a row's range.
static double period_of(const run_lane *l, const flx_circuit_measure *m)
{
    double low = INFINITY, high = -INFINITY, first = NAN, last = NAN;
    int64_t n = 0;
    int32_t w = l->deck->n_probe;
    for (int64_t k = 0; k < l->n_row; k++)
        if (l->time[k] >= m->from && l->time[k] <= m->to) {
            low = fmin(low, l->row[k * w + m->probe]);
            high = fmax(high, l->row[k * w + m->probe]);
        }
    double level = (low + high) / 2;
    for (int64_t k = 1; k < l->n_row; k++) {
        double a = l->row[(k - 1) * w + m->probe] - level, b = l->row[k * w + m->probe] - level;
        if (l->time[k - 1] < m->from || l->time[k] > m->to || !(a < 0 && b >= 0))
            continue;
        last = l->time[k - 1] + (l->time[k] - l->time[k - 1]) * a / (a - b);
        first = n++ == 0 ? last : first;
    }
    return n > 1 ? (last - first) / (double)(n - 1) : NAN;
}

static double measured(const run_lane *l, int32_t k)
{
    const flx_circuit_measure *what = &l->deck->measure[k];
    const run_measure *m = &l->measure[k];
    if (what->kind == FLX_MEASURE_PERIOD)
        return period_of(l, what);
    if (!m->seen)
        return NAN;
    switch (what->kind) {
    case FLX_MEASURE_AVG:
        return m->sum / m->time;
    case FLX_MEASURE_MIN:
        return m->min;
    case FLX_MEASURE_MAX:
        return m->max;
    case FLX_MEASURE_PP:
        return m->max - m->min;
    case FLX_MEASURE_RMS:
        return sqrt(m->square / m->time);
    case FLX_MEASURE_INTEGRAL:
        return m->sum;
    default:
        return m->at;
    }
}

typedef struct named {
    const flx_deck *deck;
    const double *value;
    int32_t n;
} named;

static bool value_named(void *user, const char *name, double *value)
{
    const named *x = user;
    for (int32_t k = 0; k < x->n; k++)
        if (strcasecmp(x->deck->measure[k].name, name) == 0) {
            *value = x->value[k];
            return true;
        }
    return false;
}

// What needs no run: a critical current, or moments of switching currents.
static flx_status without_run(batch *b, const flx_deck *d, const flx_circuit_measure *m,
                              double *value)
{
    if (m->kind == FLX_MEASURE_CRITICAL)
        return flx_deck_critical(b->ctx, d, m->element, d->stop, value);
    const flx_element *e = &d->circuit.element[m->element];
    const flx_junction_model *model = &d->circuit.model[e->model];
    flx_switching s = {.ic = model->icrit * e->value,
                       .capacitance = model->cap * e->value,
                       .temperature = e->temperature >= 0 ? e->temperature : d->circuit.temperature,
                       .rate = m->rate};
    FLX_TRY(flx_switching_of(b->ctx, &s, 0, s.ic, 0, NULL));
    *value = m->kind == FLX_MEASURE_SWITCH_MEAN ? s.mean : s.sigma;
    return FLX_OK;
}

// Measures of each seed, then their mean and standard error.
static flx_status measures(batch *b, const run_lane *const *lane, int32_t n,
                           flx_circuit_result *result)
{
    const flx_deck *d = lane[0]->deck;
    double *x = FLX_NEW_ARRAY(b->ctx, double, (int64_t)n * d->n_measure);
    if (!x)
        return FLX_ERR_MEMORY;
    flx_status status = FLX_OK;
    for (int32_t l = 0; l < n && status == FLX_OK; l++) {
        double *row = x + (size_t)l * (size_t)d->n_measure;
        for (int32_t k = 0; k < d->n_measure && status == FLX_OK; k++) {
            named names = {d, row, k};
            if (d->measure[k].kind >= FLX_MEASURE_CRITICAL) {
                if (l == 0)
                    status = without_run(b, d, &d->measure[k], &row[k]);
                else
                    row[k] = x[k];
                continue;
            }
            row[k] = measured(lane[l], k);
            if (d->measure[k].kind == FLX_MEASURE_EXPRESSION &&
                flx_deck_evaluate(b->ctx, d, d->measure[k].text, value_named, &row[k], &names) < 0)
                row[k] = NAN;
        }
    }
    for (int32_t k = 0; k < d->n_measure; k++) {
        double sum = 0, square = 0;
        for (int32_t l = 0; l < n; l++)
            sum += x[l * d->n_measure + k];
        for (int32_t l = 0; l < n; l++)
            square += pow(x[l * d->n_measure + k] - sum / n, 2);
        result->measure[k].mean = sum / n;
        result->measure[k].error = n > 1 ? sqrt(square / n / (n - 1)) : 0;
    }
    flx_free(x);
    return status;
}

static flx_status keep_blocks(batch *b, const run_lane *const *lane, int32_t n,
                              flx_circuit_result *result)
{
    int32_t m = n * RUN_BLOCKS;
    result->block = FLX_NEW_ARRAY(b->ctx, double, (int64_t)result->n_probe *m);
    result->smooth = FLX_NEW_ARRAY(b->ctx, double, (int64_t)result->n_probe *m);
    if (!result->block || !result->smooth)
        return FLX_ERR_MEMORY;
    result->n_block = m;
    for (int32_t k = 0; k < result->n_probe; k++)
        for (int32_t l = 0; l < n; l++)
            for (int32_t j = 0; j < RUN_BLOCKS; j++) {
                const run_sum *sum = &lane[l]->pack->sum[k];
                const run_weights *w = &lane[l]->pack->weights;
                int32_t to = k * m + l * RUN_BLOCKS + j, from = lane[l]->at;
                result->block_time = w->block[j];
                result->block[to] = w->block[j] > 0 ? sum->block[j][from] / w->block[j] : 0;
                result->smooth[to] = w->smooth[j] > 0 ? sum->smooth[j][from] / w->smooth[j] : 0;
            }
    return FLX_OK;
}

static flx_status gather(batch *b, int32_t number, flx_circuit_result *result)
{
    const flx_deck *d = b->deck[number];
    const run_lane **lane = FLX_NEW_ARRAY(b->ctx, const run_lane *, d->noise_seeds);
    result->probe = FLX_NEW_ARRAY(b->ctx, flx_circuit_value, d->n_probe);
    result->measure = FLX_NEW_ARRAY(b->ctx, flx_circuit_value, d->n_measure);
    flx_status status = lane && result->probe && result->measure ? FLX_OK : FLX_ERR_MEMORY;
    int32_t n = 0;
    for (int32_t p = 0; p < b->n_pack && status == FLX_OK; p++)
        for (int32_t l = 0; l < b->pack[p].n_lane; l++) {
            run_lane *at = &b->pack[p].lane[l];
            if (at->number != number)
                continue;
            if (n == 0) { // rows of the first seed
                result->time = at->time;
                result->row = at->row;
                result->n_row = at->n_row;
                result->dt = b->pack[p].dt;
            }
            lane[n++] = at;
            result->steps += b->pack[p].steps;
            result->rejected += b->pack[p].rejected;
            result->factored += b->pack[p].factored;
            result->iterations += b->pack[p].iterations;
        }
    if (status == FLX_OK) {
        result->n_probe = d->n_probe;
        result->n_measure = d->n_measure;
        bool noisy = result->noisy = flx_circuit_is_noisy(&d->circuit);
        for (int32_t k = 0; k < d->n_probe; k++)
            value_of_sum(lane, n, k, noisy, &result->probe[k]);
        status = measures(b, lane, n, result);
    }
    if (status == FLX_OK)
        status = keep_blocks(b, lane, n, result);
    if (status == FLX_OK && n > 0) { // handed over
        ((run_lane *)(uintptr_t)lane[0])->time = NULL;
        ((run_lane *)(uintptr_t)lane[0])->row = NULL;
    } else {
        result->time = result->row = NULL;
    }
    flx_free(lane);
    return status;
}

void flx_circuit_result_clear(flx_circuit_result *r)
{
    flx_free(r->probe);
    flx_free(r->measure);
    flx_free(r->time);
    flx_free(r->row);
    flx_free(r->block);
    flx_free(r->smooth);
    *r = (flx_circuit_result){0};
}

static flx_status run_batch(batch *b, flx_circuit_result *results)
{
    for (int32_t k = 0; k < b->n_deck; k++)
        for (int32_t seed = 0; seed < b->deck[k]->noise_seeds; seed++)
            FLX_TRY(add_lane(b, k, seed));
    for (int32_t k = 0; k < b->n_pack; k++) {
        b->pack[k].tells = b->opts->threads <= 1;
        b->pack[k].share = 1.0 / b->n_pack;
        b->pack[k].share_begin = (double)k / b->n_pack;
    }
    flx_pool *pool = NULL;
    FLX_TRY(flx_pool_create(b->ctx, b->opts->threads > 0 ? b->opts->threads : 1, b->n_pack, &pool));
    flx_pool_each(pool, b->n_pack, run_one, b);
    flx_pool_free(pool);
    for (int32_t k = 0; k < b->n_pack; k++) {
        if (b->pack[k].status < 0)
            return flx_fail(b->ctx, b->pack[k].status, "%s", flx_ctx_error(b->pack[k].ctx));
        if (b->pack[k].status == FLX_INTERRUPTED)
            return FLX_INTERRUPTED;
    }
    for (int32_t k = 0; k < b->n_deck; k++)
        FLX_TRY(gather(b, k, &results[k]));
    return FLX_OK;
}

// Nothing is asked for that moves.
static bool is_static(const flx_deck *d)
{
    bool any = false, moving = d->stop > 0 || d->n_probe > 0;
    for (int32_t k = 0; k < d->n_measure; k++) {
        bool still = d->measure[k].kind >= FLX_MEASURE_CRITICAL;
        any = any || still;
        moving = moving || (!still && d->measure[k].kind != FLX_MEASURE_EXPRESSION);
    }
    return any && !moving;
}

flx_status flx_deck_run(flx_ctx *ctx, const flx_deck *const *decks, int32_t n_deck,
                        const flx_deck_run_opts *opts, flx_circuit_result *results)
{
    memset(results, 0, (size_t)n_deck * sizeof *results);
    int64_t lanes = 0;
    for (int32_t k = 0; k < n_deck; k++) {
        lanes += decks[k]->noise_seeds;
        if (is_static(decks[k]))
            continue;
        if (!(decks[k]->stop > 0))
            return flx_fail(ctx, FLX_ERR_INPUT,
                            "%s has no .tran card, so there is nothing to run; add .tran STEP STOP",
                            decks[k]->path);
        if (decks[k]->n_probe == 0)
            return flx_fail(ctx, FLX_ERR_INPUT, "%s prints nothing; add e.g. .print v(1) p(B1)",
                            decks[k]->path);
    }
    batch b = {.ctx = ctx, .deck = decks, .n_deck = n_deck, .opts = opts};
    b.pack = FLX_NEW_ARRAY(ctx, run_pack, lanes);
    flx_status status = b.pack ? run_batch(&b, results) : FLX_ERR_MEMORY;
    for (int32_t k = 0; k < b.n_pack; k++) {
        run_pack *p = &b.pack[k];
        for (int32_t l = 0; l < p->n_lane; l++) {
            flx_free(p->lane[l].measure);
            flx_free(p->lane[l].mean);
            flx_free(p->lane[l].next_row);
            flx_free(p->lane[l].time);
            flx_free(p->lane[l].row);
        }
        flx_free(p->sum);
        flx_free(p->mean);
        flx_free(p->end);
        flx_ctx_free(p->ctx);
    }
    flx_free(b.pack);
    if (status != FLX_OK)
        for (int32_t k = 0; k < n_deck; k++)
            flx_circuit_result_clear(&results[k]);
    return status;
}
