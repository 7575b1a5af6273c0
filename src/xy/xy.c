// xy/xy.c -- the life of a simulation: created from a problem, run cycle by cycle, saved, restored.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "xy/correlate.h"
#include "xy/words.h"

#include <math.h>
#include <string.h>

// ---- Checks --------------------------------------------------------------------------------------

static const char *const axis_name[] = {"x", "y", "z"};

static flx_status check_lattice(flx_ctx *ctx, const flx_xy_problem *p)
{
    if (p->lattice < FLX_XY_SQUARE || p->lattice > FLX_XY_CUBIC)
        return flx_fail(ctx, FLX_ERR_INPUT, "lattice is %d, allowed is square, triangular or cubic",
                        p->lattice);
    if (p->model < FLX_XY_COSINE || p->model > FLX_XY_VILLAIN)
        return flx_fail(ctx, FLX_ERR_INPUT, "model is %d, allowed is xy or villain", p->model);
    int32_t n_axis = p->lattice == FLX_XY_CUBIC ? 3 : 2;
    int64_t n = 1;
    for (int32_t a = 0; a < n_axis; a++) {
        if (p->size[a] < 2 || p->size[a] > 16384)
            return flx_fail(ctx, FLX_ERR_INPUT, "size along %s is %d, allowed is 2 to 16384 sites",
                            axis_name[a], p->size[a]);
        n *= p->size[a];
    }
    if (n > 1 << 24)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "the lattice has %lld sites, allowed are 16777216; make it smaller",
                        (long long)n);
    if (p->coupling && p->model == FLX_XY_VILLAIN)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "the Villain model has no couplings of its own; dilute it instead");
    if (!isfinite(p->flux))
        return flx_fail(ctx, FLX_ERR_INPUT, "flux is %g, allowed is a number", p->flux);
    double total = p->flux * (p->lattice == FLX_XY_TRIANGULAR ? 2 : 1) * p->size[0] * p->size[1];
    if (!p->open[0] && !p->open[1] && fabs(total - rint(total)) > 1e-6)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "the flux through the periodic lattice is %g Phi0, allowed is an integer; "
                        "change flux or size, or open a border",
                        total);
    return FLX_OK;
}

static flx_status check_arrays(flx_ctx *ctx, const flx_xy_problem *p)
{
    int32_t n_axis = p->lattice == FLX_XY_CUBIC ? 3 : 2;
    int32_t n_site = p->size[0] * p->size[1] * (n_axis == 3 ? p->size[2] : 1), present = n_site;
    int32_t n_bond = n_site * (p->lattice == FLX_XY_SQUARE ? 2 : 3);
    for (int32_t b = 0; b < n_bond; b++)
        if ((p->coupling && !isfinite(p->coupling[b])) || (p->phase && !isfinite(p->phase[b])))
            return flx_fail(ctx, FLX_ERR_INPUT, "coupling or phase of bond %d is not a number", b);
    for (int32_t i = 0; i < n_site && p->absent; i++)
        present -= p->absent[i] != 0;
    if (present < 1)
        return flx_fail(ctx, FLX_ERR_INPUT, "no site is left of the diluted lattice");
    return FLX_OK;
}

static flx_status check_temperatures(flx_ctx *ctx, const flx_xy_problem *p, const flx_xy_opts *o)
{
    if (p->n_temperature < 1)
        return flx_fail(ctx, FLX_ERR_INPUT, "no temperature is given");
    for (int32_t t = 0; t < p->n_temperature; t++) {
        double now = p->temperature[t], before = t ? p->temperature[t - 1] : 0;
        if (!(now > before && isfinite(now)))
            return flx_fail(ctx, FLX_ERR_INPUT,
                            "temperature %d is %g J, allowed is more than %g; they must rise",
                            t + 1, now, before);
    }
    // Down to there what rounding leaves of a weight (create_series) is less than a tenth of the weight
    // of a bond of 180 degrees, of which vortices are made: 7e-7 of 9e-6, 2e-13 of 4e-11.
    double lowest = o->precision == FLX_XY_FLOAT ? 0.4 : 0.2;
    if (p->model == FLX_XY_VILLAIN && p->temperature[0] < lowest)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "the lowest temperature is %g J, allowed for the Villain model is %g in %s "
                        "precision%s",
                        p->temperature[0], lowest,
                        o->precision == FLX_XY_FLOAT ? "single" : "double",
                        o->precision == FLX_XY_FLOAT ? "; precision: double goes lower" : "");
    return FLX_OK;
}

flx_status flx_xy_check(flx_ctx *ctx, const flx_xy_problem *p, const flx_xy_opts *o)
{
    if (o->cookie != FLX_XY_COOKIE)
        return flx_fail(ctx, FLX_ERR_INPUT, "flx_xy_opts does not come from flx_xy_opts_default()");
    FLX_TRY(flx_options_check(ctx, &flx_xy_option_table, o));
    FLX_TRY(check_lattice(ctx, p));
    FLX_TRY(check_arrays(ctx, p));
    FLX_TRY(check_temperatures(ctx, p, o));
    if (o->clusters > 0 && (p->model == FLX_XY_VILLAIN || p->flux != 0 || p->phase))
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "clusters is %d, but clusters are right for the XY model without flux and "
                        "phases alone; leave it 0",
                        o->clusters);
    if (o->metropolis + o->heat_bath < 1)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "metropolis and heat_bath are both 0; one of them must move the phases");
    if (o->heat_bath > 0 && p->model == FLX_XY_VILLAIN)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "heat_bath is %d, but there is one for the XY model alone; leave it 0",
                        o->heat_bath);
    if (o->tune_temperatures && !o->exchange)
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "tune_temperatures makes exchanges equally frequent; set exchange too");
    if (o->correlations && (p->flux != 0 || p->phase))
        return flx_fail(
            ctx, FLX_ERR_INPUT,
            "correlations of phases depend on the gauge where there is a flux or phases "
            "of the bonds; leave them off");
    if (o->correlations && p->open[0] && p->open[1] && (p->lattice != FLX_XY_CUBIC || p->open[2]))
        return flx_fail(ctx, FLX_ERR_INPUT,
                        "correlations are those along periodic axes, of which there is none");
    if (o->exchange && p->model == FLX_XY_VILLAIN)
        return flx_fail(ctx, FLX_ERR_INPUT, "exchange is for the XY model alone; leave it off");
    return FLX_OK;
}

// ---- Creation ------------------------------------------------------------------------------------

static void describe(flx_xy *sim, const flx_xy_problem *p)
{
    const xy_grid *g = &sim->grid;
    bool triangular = p->lattice == FLX_XY_TRIANGULAR;
    const double height = 0.86602540378443864676;
    sim->area = triangular ? height : 1;
    for (int32_t b = 0; b < g->n_bond; b++) {
        double u = g->step[b][0], v = g->step[b][1], w = g->step[b][2];
        sim->direction[b][0] = triangular ? u + v / 2 : u;
        sim->direction[b][1] = triangular ? v * height : v;
        sim->direction[b][2] = w;
    }
    double largest = 0;
    for (int64_t b = 0; p->phase && b < (int64_t)flx_xy_grid_sites(g) * g->n_bond; b++)
        largest = fmax(largest, fabs(p->phase[b]));
    sim->phases = largest > 0 || p->flux != 0;
}

static int64_t divide_up(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

static void plan(flx_xy *sim)
{
    const xy_grid *g = &sim->grid;
    const flx_xy_opts *o = &sim->o;
    int32_t wanted = o->replicas > 0 ? o->replicas : 2;
    sim->copies = (int32_t)divide_up(wanted, g->replicas);
    sim->n_slot = sim->copies * g->replicas;
    int32_t longest = g->size[0] > g->size[1] ? g->size[0] : g->size[1];
    longest = longest > g->size[2] ? longest : g->size[2];
    sim->overrelaxation = o->overrelaxation >= 0 ? o->overrelaxation
                          : longest >= 12        ? longest / 6
                                                 : 1;
    int64_t per_cycle = o->metropolis + o->heat_bath + sim->overrelaxation;
    int64_t measured = divide_up(o->sweeps, sim->n_slot * per_cycle), least = 50;
    sim->thermalisation = o->thermalisation >= 0 ? divide_up(o->thermalisation, per_cycle)
                          : measured / 4 > least ? measured / 4
                                                 : least;
    sim->cycles = sim->thermalisation + measured;
}

// w = 1 + 2 sum_n q^(n n) T_n(c) by powers of c - 1: T_n = sum_k a_k (c - 1)^k with a_0 = 1,
// a_(k+1) = a_k (n^2 - k^2)/((k + 1)(2 k + 1)).
static flx_status create_series(flx_xy *sim)
{
    // Terms below the rounding of the weight do not count: q^(n n) < 1e-7 or 1e-16.
    bool single = sim->kernels->size == (int32_t)sizeof(float);
    double digits = single ? 16.1 : 36.8;
    sim->terms = (int32_t)fmax(1, floor(sqrt(2 * digits / sim->temperature[0])));
    size_t lanes = (size_t)sim->grid.lanes;
    sim->series_bytes = (size_t)(sim->terms + 1) * lanes * (size_t)sim->kernels->size;
    sim->series =
        flx_alloc(sim->ctx, (size_t)(sim->n_temperature * sim->copies), sim->series_bytes);
    if (!sim->series)
        return FLX_ERR_MEMORY;
    for (int32_t v = 0; v < sim->n_temperature * sim->copies; v++) {
        double power[32] = {1}; // the lowest temperature allowed has 19
        for (int32_t n = 1; n <= sim->terms; n++) {
            double a = 2 * exp(-0.5 * n * n * sim->temperature[v / sim->copies]);
            for (int32_t k = 0; k <= n; k++) {
                power[k] += a;
                a *= (double)(n * n - k * k) / ((k + 1) * (2 * k + 1));
            }
        }
        void *series = sim->series + (size_t)v * sim->series_bytes;
        for (size_t at = 0; at < (size_t)(sim->terms + 1) * lanes; at++)
            if (single)
                ((float *)series)[at] = (float)power[at / lanes];
            else
                ((double *)series)[at] = power[at / lanes];
    }
    return FLX_OK;
}

static flx_status create_arrays(flx_xy *sim)
{
    const xy_grid *g = &sim->grid;
    size_t vectors = (size_t)(sim->n_temperature * sim->copies);
    size_t slots = (size_t)(sim->n_temperature * sim->n_slot);
    size_t bins = slots * (XY_BINS + 1) * (size_t)sim->n_moment;
    sim->spin_bytes = (size_t)g->n_place * 2 * (size_t)g->lanes * (size_t)sim->kernels->size;
    sim->spin = flx_alloc(sim->ctx, vectors, sim->spin_bytes);
    sim->vector = FLX_NEW_ARRAY(sim->ctx, xy_vector, vectors);
    sim->slot = FLX_NEW_ARRAY(sim->ctx, xy_slot, slots);
    sim->row = FLX_NEW_ARRAY(sim->ctx, xy_row, vectors);
    sim->bins = FLX_NEW_ARRAY(sim->ctx, double, bins);
    sim->merged =
        FLX_NEW_ARRAY(sim->ctx, double, (size_t)sim->n_slot *XY_BINS *(size_t)sim->n_moment);
    sim->correlated =
        FLX_NEW_ARRAY(sim->ctx, double, vectors *(size_t)(sim->n_moment - XY_MOMENTS));
    size_t stacks = sim->o.clusters > 0 ? vectors * (size_t)flx_xy_grid_sites(g) : 0;
    sim->stack = FLX_NEW_ARRAY(sim->ctx, int32_t, stacks);
    if (!sim->spin || !sim->vector || !sim->slot || !sim->row || !sim->bins || !sim->merged ||
        !sim->correlated || !sim->stack)
        return FLX_ERR_MEMORY;
    return FLX_OK;
}

static void start(flx_xy *sim)
{
    for (int32_t v = 0; v < sim->n_temperature * sim->copies; v++) {
        for (int32_t r = 0; r < sim->grid.replicas; r++)
            sim->vector[v].temperature[r] = v / sim->copies;
        flx_xy_put_start(sim, v);
        sim->row[v].length = 1;
    }
    for (int32_t k = 0; k < sim->n_temperature * sim->n_slot; k++) {
        double t = sim->temperature[k / sim->n_slot];
        sim->slot[k] = (xy_slot){.width = fmin(10, 0.7 * sqrt(t))};
    }
}

flx_status flx_xy_create(flx_ctx *ctx, const flx_xy_problem *problem, const flx_xy_opts *opts,
                         flx_xy **out)
{
    *out = NULL;
    FLX_TRY(flx_xy_check(ctx, problem, opts));
    flx_xy *sim = FLX_NEW(ctx, flx_xy);
    if (!sim)
        return FLX_ERR_MEMORY;
    sim->ctx = ctx;
    sim->o = *opts;
    sim->kernels = opts->precision == FLX_XY_DOUBLE ? &flx_xy_kernels_f64 : &flx_xy_kernels_f32;
    sim->n_temperature = problem->n_temperature;
    sim->temperature = FLX_NEW_ARRAY(ctx, double, problem->n_temperature);
    flx_status status = sim->temperature ? FLX_OK : FLX_ERR_MEMORY;
    if (status == FLX_OK) {
        memcpy(sim->temperature, problem->temperature,
               (size_t)problem->n_temperature * sizeof(double));
        status = flx_xy_grid_init(ctx, problem, sim->kernels->lanes, sim->kernels->size,
                                  opts->replicas, &sim->grid);
    }
    if (status == FLX_OK) {
        describe(sim, problem);
        plan(sim);
        int32_t threads = opts->threads > 0 ? opts->threads : flx_ctx_threads(ctx);
        int32_t vectors = sim->n_temperature * sim->copies;
        status = flx_pool_create(ctx, threads < vectors ? threads : vectors, 1, &sim->pool);
    }
    if (status == FLX_OK)
        status = flx_xy_tables_create(sim, problem);
    if (status == FLX_OK && problem->model == FLX_XY_VILLAIN)
        status = create_series(sim);
    sim->n_moment = XY_MOMENTS;
    if (status == FLX_OK && opts->correlations) {
        status = flx_xy_correlator_create(ctx, &sim->grid, sim->n_temperature * sim->copies,
                                          &sim->correlator);
        if (status == FLX_OK)
            sim->n_moment += 2 * flx_xy_correlator_reach(sim->correlator) + 3;
    }
    if (status == FLX_OK)
        status = create_arrays(sim);
    if (status < 0) {
        flx_xy_free(sim);
        return status;
    }
    start(sim);
    *out = sim;
    return FLX_OK;
}

void flx_xy_free(flx_xy *sim)
{
    if (!sim)
        return;
    flx_xy_tables_free(sim);
    flx_xy_correlator_free(sim->correlator);
    flx_xy_grid_clear(&sim->grid);
    flx_pool_free(sim->pool);
    void *arrays[] = {sim->temperature, sim->spin,   sim->vector, sim->slot,   sim->row,
                      sim->bins,        sim->series, sim->stack,  sim->merged, sim->correlated};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        flx_free(arrays[k]);
    flx_free(sim);
}

// ---- Run -----------------------------------------------------------------------------------------

flx_xy_progress flx_xy_progress_of(const flx_xy *sim)
{
    return (flx_xy_progress){.cycle = sim->clock.cycle,
                             .cycles = sim->cycles,
                             .thermalisation = sim->thermalisation,
                             .overrelaxation = sim->overrelaxation,
                             .replicas = sim->n_slot,
                             .strips = sim->grid.strips,
                             .n_site = flx_xy_grid_sites(&sim->grid),
                             .reach =
                                 sim->correlator ? flx_xy_correlator_reach(sim->correlator) : 0};
}

typedef struct cycles_job {
    flx_xy *sim;
    int64_t begin, n;
} cycles_job;

// Without exchange a lattice knows nothing of the others, so that each does all its cycles at once.
static void run_cycles(void *arg, int32_t begin, int32_t end)
{
    cycles_job *job = arg;
    for (int32_t v = begin; v < end; v++)
        for (int64_t c = 0; c < job->n; c++)
            flx_xy_cycle(job->sim, v, job->begin + c);
}

flx_status flx_xy_step(flx_xy *sim, int32_t n_cycle)
{
    int32_t vectors = sim->n_temperature * sim->copies;
    int64_t left = sim->cycles - sim->clock.cycle;
    for (int64_t todo = n_cycle < left ? n_cycle : left; todo > 0;) {
        int64_t n = sim->o.exchange ? 1 : todo;
        flx_pool_each(sim->pool, vectors, run_cycles, &(cycles_job){sim, sim->clock.cycle, n});
        if (sim->o.exchange) {
            for (int32_t v = 0; v < vectors && sim->clock.cycle >= sim->thermalisation; v++)
                flx_xy_advance(sim, v);
            flx_xy_exchange(sim);
            // After 1/32, 1/16 ... 1/2 of the thermalisation, each time by more exchanges; then they
            // stay.
            for (int k = 1; k <= 5 && sim->o.tune_temperatures; k++)
                if (sim->clock.cycle + 1 == sim->thermalisation >> k)
                    flx_xy_tune_temperatures(sim);
        }
        sim->clock.cycle += n;
        todo -= n;
    }
    return sim->clock.cycle < sim->cycles ? FLX_OK : FLX_STOPPED;
}

// ---- State ---------------------------------------------------------------------------------------

int32_t flx_xy_state(flx_xy *sim, flx_state_block *blocks)
{
    size_t vectors = (size_t)(sim->n_temperature * sim->copies);
    size_t slots = (size_t)(sim->n_temperature * sim->n_slot);
    int32_t n = 0;
    blocks[n++] = (flx_state_block){"clock", &sim->clock, sizeof sim->clock};
    blocks[n++] = (flx_state_block){XY_NUMBERS, &sim->clock, 0};
    blocks[n++] = (flx_state_block){"temperature", sim->temperature,
                                    (size_t)sim->n_temperature * sizeof *sim->temperature};
    blocks[n++] = (flx_state_block){"spin", sim->spin, vectors * sim->spin_bytes};
    blocks[n++] = (flx_state_block){"vector", sim->vector, vectors * sizeof *sim->vector};
    blocks[n++] = (flx_state_block){"slot", sim->slot, slots * sizeof *sim->slot};
    blocks[n++] = (flx_state_block){"row", sim->row, vectors * sizeof *sim->row};
    blocks[n++] = (flx_state_block){
        "bins", sim->bins, slots * (XY_BINS + 1) * (size_t)sim->n_moment * sizeof *sim->bins};
    return n;
}

flx_status flx_xy_restored(flx_xy *sim)
{
    bool sound = sim->clock.cycle >= 0 && sim->clock.cycle <= sim->cycles;
    for (int32_t v = 0; v < sim->n_temperature * sim->copies; v++) {
        const xy_row *row = &sim->row[v];
        sound = sound && row->n_bin >= 0 && row->n_bin < XY_BINS && row->length > 0 &&
                row->filled >= 0 && row->filled < row->length;
        for (int32_t r = 0; r < sim->grid.replicas; r++) {
            int32_t t = sim->vector[v].temperature[r];
            sound = sound && t >= 0 && t < sim->n_temperature;
        }
    }
    for (int32_t k = 0; k < sim->n_temperature * sim->n_slot; k++)
        sound = sound && sim->slot[k].width > 0;
    for (int32_t t = 0; t < sim->n_temperature; t++)
        sound = sound && sim->temperature[t] > (t > 0 ? sim->temperature[t - 1] : 0);
    return sound ? FLX_OK
                 : flx_fail(sim->ctx, FLX_ERR_FILE, "the saved state of the xy engine is damaged");
}

// The lattice that has replica r at temperature t.
static flx_status find_replica(const flx_xy *sim, int32_t t, int32_t r, int32_t *v)
{
    const xy_grid *g = &sim->grid;
    if (t < 0 || t >= sim->n_temperature || r < 0 || r >= sim->n_slot)
        return flx_fail(sim->ctx, FLX_ERR_INPUT,
                        "temperature %d, replica %d are asked for; there are %d of %d", t, r,
                        sim->n_temperature, sim->n_slot);
    for (int32_t j = 0; j < sim->n_temperature; j++)
        if (sim->vector[j * sim->copies + r / g->replicas].temperature[r % g->replicas] == t)
            *v = j * sim->copies + r / g->replicas;
    return FLX_OK;
}

flx_status flx_xy_phases(const flx_xy *sim, int32_t t, int32_t r, double *theta)
{
    const xy_grid *g = &sim->grid;
    int32_t v = 0;
    FLX_TRY(find_replica(sim, t, r, &v));
    for (int32_t i = 0; i < flx_xy_grid_sites(g); i++) {
        double s[2];
        flx_xy_spin(sim, v, flx_xy_grid_spot(g, i, r % g->replicas), s);
        theta[i] = s[0] != 0 || s[1] != 0 ? atan2(s[1], s[0]) : NAN;
    }
    return FLX_OK;
}

// Around face f of a site whose corners are given: see vortices_part_flux of measure_impl.h.
static int8_t vortex_of(const flx_xy *sim, int32_t v, int32_t f, const xy_spot *corner, int32_t n)
{
    const xy_grid *g = &sim->grid;
    const bool single = sim->kernels->size == (int32_t)sizeof(float);
    double sum = 0, turns = 0;
    for (int32_t j = 0; j < n; j++) {
        double a[2], b[2], c = 1, d = 0;
        flx_xy_spin(sim, v, corner[j], a);
        flx_xy_spin(sim, v, corner[(j + 1) % n], b);
        if (a[0] * a[0] + a[1] * a[1] < 0.5)
            return 0;
        size_t lanes = (size_t)g->lanes,
               at = ((size_t)f * (size_t)g->n_element + (size_t)corner->element) * 9 * lanes +
                    (size_t)corner->lane;
        if (sim->tables.curl) {
            const float *sf = sim->tables.curl;
            const double *sd = sim->tables.curl;
            size_t k = at + (size_t)(2 * j) * lanes;
            c = single ? (double)sf[k] : sd[k];
            d = single ? (double)sf[k + lanes] : sd[k + lanes];
            turns = single ? (double)sf[at + 8 * lanes] : sd[at + 8 * lanes];
        }
        double x = a[0] * b[0] + a[1] * b[1], y = a[0] * b[1] - a[1] * b[0];
        sum += atan2(y * c - x * d, x * c + y * d);
    }
    return (int8_t)lround(sum / 6.28318530717958647692 - turns);
}

flx_status flx_xy_vortices(const flx_xy *sim, int32_t t, int32_t r, int8_t *n)
{
    const xy_grid *g = &sim->grid;
    const bool triangles = g->n_bond == 3 && g->n_axis == 2;
    const int32_t n_site = flx_xy_grid_sites(g), lane = r % g->replicas;
    int32_t v = 0, wrapped[XY_AXES];
    FLX_TRY(find_replica(sim, t, r, &v));
    for (int32_t f = 0; f < (triangles ? 2 : 1); f++)
        for (int32_t i = 0; i < n_site; i++) {
            int32_t a = flx_xy_neighbour(g, i, triangles ? f : 0, false, wrapped);
            int32_t b = flx_xy_neighbour(g, i, triangles ? f + 1 : 1, false, wrapped);
            int32_t across = a >= 0 && !triangles ? flx_xy_neighbour(g, a, 1, false, wrapped) : b;
            n[f * n_site + i] = 0;
            if (a < 0 || b < 0 || across < 0)
                continue;
            const int32_t site[4] = {i, a, across, b};
            xy_spot corner[4];
            for (int k = 0; k < 4; k++)
                corner[k] = flx_xy_grid_spot(g, site[k], lane);
            n[f * n_site + i] = vortex_of(sim, v, f, corner, triangles ? 3 : 4);
        }
    return FLX_OK;
}
