// circuit/circuit.c -- simulations: created, set.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/border.h"
#include "fluxoid/units.h"

#include <math.h>
#include <string.h>

#define AT(field) offsetof(flx_circuit_opts, field)

static const flx_option rows[] = {
    {"method", FLX_OPTION_CHOICE, AT(method), FLX_CIRCUIT_MIDPOINT, 0, 0, "1", "midpoint|josim",
     "How time is advanced: implicit midpoint without damping, or JoSIM's own step for "
     "comparisons."},
    {"dt", FLX_OPTION_DOUBLE, AT(dt), 1e-13, 1e-30, 1e6, "s", NULL,
     "Largest time step, or every step if the tolerance is 0."},
    {"tolerance", FLX_OPTION_DOUBLE, AT(tolerance), 1e-4, 0, 1, "rad", NULL,
     "Error of a phase allowed in a step; 0: steps are fixed."},
    {"newton", FLX_OPTION_DOUBLE, AT(newton), 1e-8, 1e-14, 1e-2, "rad", NULL,
     "Error of a junction's phase allowed in the solution of a step."},
};

const flx_option_table flx_circuit_option_table = {"circuit", sizeof(flx_circuit_opts), rows,
                                                   sizeof rows / sizeof rows[0]};

flx_circuit_opts flx_circuit_opts_default(void)
{
    flx_circuit_opts opts = {.cookie = FLX_CIRCUIT_COOKIE};
    flx_options_default(&flx_circuit_option_table, &opts);
    return opts;
}

// -- creation -------------------------------------------------------------------------------------

static bool same_models(const flx_junction_model *a, const flx_junction_model *b)
{
    bool same = a->rtype == b->rtype && a->vg == b->vg && a->delv == b->delv &&
                a->icrit == b->icrit && a->rn == b->rn && a->r0 == b->r0 && a->cap == b->cap &&
                a->icfact == b->icfact && a->phi == b->phi && a->transparency == b->transparency &&
                a->temperature == b->temperature && a->tc == b->tc &&
                a->microscopic == b->microscopic && a->n_cpr == b->n_cpr;
    for (int32_t k = 0; same && k < a->n_cpr; k++)
        same = a->cpr[k] == b->cpr[k];
    return same;
}

bool flx_circuit_alike(const flx_circuit *a, const flx_circuit *b)
{
    if (a->n_node != b->n_node || a->n_element != b->n_element || a->n_coupling != b->n_coupling ||
        a->n_model != b->n_model)
        return false;
    for (int32_t i = 0; i < a->n_element; i++) {
        const flx_element *p = &a->element[i], *q = &b->element[i];
        bool valued = p->kind != FLX_VOLTAGE_SOURCE && p->kind != FLX_CURRENT_SOURCE &&
                      p->kind != FLX_PHASE_SOURCE;
        if (p->kind != q->kind || memcmp(p->node, q->node, sizeof p->node) != 0 ||
            p->model != q->model || !p->wave != !q->wave ||
            (valued && (p->value != q->value || p->delay != q->delay)))
            return false;
    }
    for (int32_t i = 0; i < a->n_coupling; i++)
        if (a->coupling[i].a != b->coupling[i].a || a->coupling[i].b != b->coupling[i].b ||
            a->coupling[i].k != b->coupling[i].k)
            return false;
    for (int32_t i = 0; i < a->n_model; i++)
        if (!same_models(&a->model[i], &b->model[i]))
            return false;
    return true;
}

static double temperature_of(const flx_circuit *c, int32_t element)
{
    double t = c->element[element].temperature;
    return t >= 0 ? t : c->temperature;
}

static double *lanes_of(flx_circuit_sim *s, int64_t n)
{
    return flx_alloc(s->ctx, (size_t)n * (size_t)s->w, sizeof(double));
}

static flx_status allocate(flx_circuit_sim *s)
{
    int64_t n = s->n + 1, j = flx_sim_room(s->j.n);
    struct {
        double **at;
        int64_t n;
    } arrays[] = {
        {&s->x, n},
        {&s->turn, n},
        {&s->dx, n},
        {&s->rhs, n},
        {&s->sum, n},
        {&s->right, n},
        {&s->rate, n},
        {&s->rate_old, n},
        {&s->rate_older, n},
        {&s->off, s->n_slot},
        {&s->off_next, s->n_slot},
        {&s->off_rate, s->n_slot},
        {&s->off_rate_next, s->n_slot},
        {&s->l_turn, s->l.n},
        {&s->k_turn, s->k.n},
        {&s->c_rate, s->c.n},
        {&s->c_mean, s->e.n > 0 ? s->c.n : 0},
        {&s->c_past, s->e.n > 0 ? s->c.n : 0},
        {&s->j_factor, j},
        {&s->j_rate, j},
        {&s->j_current, j},
        {&s->j_at, j},
        {&s->j_move, j},
        {&s->j_turn, j},
        {&s->j_last, j},
        {&s->j_slope, j},
        {&s->j_sine, j},
        {&s->noise, flx_sim_room(s->r.n)},
        {&s->spare, flx_sim_room(s->r.n)},
        {&s->noise_size, s->r.n},
        {&s->values, flx_ldl_places(s->ldl)},
    };
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        if (!(*arrays[k].at = lanes_of(s, arrays[k].n)))
            return FLX_ERR_MEMORY;
    s->base = FLX_NEW_ARRAY(s->ctx, double, flx_ldl_places(s->ldl));
    s->share = FLX_NEW_ARRAY(s->ctx, double, n);
    return s->base && s->share ? FLX_OK : FLX_ERR_MEMORY;
}

// Where nothing but inductors and current sources meet, a step ends with Kirchhoff's law exact.
static void find_shares(flx_circuit_sim *s)
{
    const branches *all[] = {&s->c, &s->r, &s->j, &s->t};
    for (int32_t u = 0; u <= s->n; u++)
        s->share[u] = 0.5;
    for (int q = 0; q < 4; q++)
        for (int32_t k = 0; k < all[q]->n; k++)
            s->share[all[q]->a[k]] = s->share[all[q]->b[k]] = 1;
    // Nor is there a phase to move where only sources meet: their currents are means.
    const branches *held[] = {&s->l, &s->k};
    for (int32_t k = 0; k < s->e.n; k++) {
        int32_t end[2] = {s->e.a[k], s->e.b[k]};
        for (int j = 0; j < 2; j++) {
            bool inductive = false;
            for (int q = 0; q < 2; q++)
                for (int32_t p = 0; p < held[q]->n && !inductive; p++)
                    inductive = held[q]->a[p] == end[j] || held[q]->b[p] == end[j];
            s->share[end[j]] = inductive ? s->share[end[j]] : 1;
        }
    }
}

// Capacitors whose ends are tied by sources, a controlled one among them: their rate follows from the
// means of the voltage, and is carried as those of currents are (border.h).
static flx_status find_driven(flx_circuit_sim *s)
{
    if (s->e.n == 0)
        return FLX_OK;
    int32_t *root = FLX_NEW_ARRAY(s->ctx, int32_t, s->n + 1);
    s->c_driven = FLX_NEW_ARRAY(s->ctx, bool, s->c.n);
    if (!root || !s->c_driven) {
        flx_free(root);
        return FLX_ERR_MEMORY;
    }
    for (int32_t u = 0; u <= s->n; u++)
        root[u] = u;
    for (int32_t k = 0; k < s->e.n; k++) {
        int32_t a = flx_root_of(root, s->e.a[k]), b = flx_root_of(root, s->e.b[k]);
        root[a] = b;
    }
    for (int32_t k = 0; k < s->c.n; k++)
        s->c_driven[k] =
            s->c.a[k] != s->c.b[k] && flx_root_of(root, s->c.a[k]) == flx_root_of(root, s->c.b[k]);
    flx_free(root);
    return FLX_OK;
}

static void set_noise(flx_circuit_sim *s)
{
    for (int32_t k = 0; k < s->r.n; k++)
        for (int32_t l = 0; l < s->w; l++) {
            double t = temperature_of(s->lane[l], s->r.element[k]);
            s->noise_size[k * s->w + l] = sqrt(2 * FLX_SI_KB * t * s->r.value[k] / s->sigma);
            s->noisy = s->noisy || t > 0;
        }
}

static flx_status set_lines(flx_circuit_sim *s)
{
    double longest = 0;
    for (int32_t k = 0; k < s->t.n; k++) {
        const flx_element *e = &s->circuit->element[s->t.element[k]];
        longest = fmax(longest, e->delay);
        if (e->delay < s->opts.dt)
            return flx_fail(s->ctx, FLX_ERR_INPUT,
                            "%s:%d: line %s delays by %g s, less than one step (%g s); make the "
                            "step of .tran smaller",
                            e->file ? e->file : "circuit", e->line, e->name, e->delay, s->opts.dt);
    }
    double room = longest / s->opts.dt + 3;
    if (room > 1e8)
        return flx_fail(s->ctx, FLX_ERR_INPUT, "a line delays by %.3g steps; at most 1e8 are kept",
                        room);
    s->line.room = (int32_t)room;
    s->line.wave = lanes_of(s, (int64_t)s->t.n * s->line.room);
    s->line.coming = lanes_of(s, s->t.n);
    s->line.past = lanes_of(s, 2 * (int64_t)s->t.n);
    return s->line.wave && s->line.coming && s->line.past ? FLX_OK : FLX_ERR_MEMORY;
}

static flx_status find_touching(flx_circuit_sim *s)
{
    const flx_circuit *c = s->circuit;
    s->touch_at = FLX_NEW_ARRAY(s->ctx, int32_t, c->n_node + 1);
    s->touch = FLX_NEW_ARRAY(s->ctx, int32_t, 4 * (int64_t)c->n_element);
    int32_t *fill = FLX_NEW_ARRAY(s->ctx, int32_t, c->n_node);
    bool room = s->touch_at && s->touch && fill;
    for (int pass = 0; room && pass < 2; pass++) {
        for (int32_t i = 0; i < c->n_element; i++)
            for (int32_t k = 0; k < (c->element[i].kind >= FLX_LINE ? 4 : 2); k++) {
                int32_t node = c->element[i].node[k];
                bool again = false;
                for (int32_t j = 0; j < k; j++)
                    again = again || c->element[i].node[j] == node;
                if (again)
                    continue;
                if (pass == 0)
                    s->touch_at[node + 1]++;
                else
                    s->touch[s->touch_at[node] + fill[node]++] = i;
            }
        for (int32_t k = 0; pass == 0 && k < c->n_node; k++)
            s->touch_at[k + 1] += s->touch_at[k];
    }
    flx_free(fill);
    return room ? FLX_OK : FLX_ERR_MEMORY;
}

static flx_status prepare(flx_circuit_sim *s)
{
    FLX_TRY(flx_sim_build(s));
    FLX_TRY(allocate(s));
    FLX_TRY(find_touching(s));
    find_shares(s);
    FLX_TRY(find_driven(s));
    FLX_TRY(flx_border_create(s));
    set_noise(s);
    FLX_TRY(set_lines(s));
    s->adaptive = s->opts.tolerance > 0 && !s->noisy && s->w == 1 && s->t.n == 0;
    s->whole_newton = s->n <= 40;
    s->contraction = 1;
    for (int32_t k = 0; k < s->r.n; k++)
        s->r_moves = s->r_moves || s->r.o[k] > 0;
    for (int32_t k = 0; k < s->j.n; k++) {
        flx_junction_put(&s->j_row[k / FLX_WIDE], k % FLX_WIDE, &s->junction[k]);
        s->j_row[k / FLX_WIDE].moves |= s->j.o[k] > 0;
    }
    if (s->opts.method == FLX_CIRCUIT_JOSIM)
        FLX_TRY(flx_josim_create(s));
    return flx_circuit_set(s, NULL, NULL);
}

flx_status flx_circuit_create(flx_ctx *ctx, const flx_circuit_lane *lanes, int32_t n_lane,
                              const flx_circuit_opts *opts, flx_circuit_sim **out)
{
    *out = NULL;
    if (opts->cookie != FLX_CIRCUIT_COOKIE)
        return flx_fail(ctx, FLX_ERR_INPUT, "options must come from flx_circuit_opts_default()");
    FLX_TRY(flx_options_check(ctx, &flx_circuit_option_table, opts));
    bool josim = opts->method == FLX_CIRCUIT_JOSIM;
    if (n_lane < 1 || n_lane > (josim ? 1 : FLX_CIRCUIT_LANES))
        return flx_fail(ctx, FLX_ERR_INPUT, "%d lanes; 1 to %d are allowed", n_lane,
                        josim ? 1 : FLX_CIRCUIT_LANES);
    for (int32_t l = 0; l < n_lane; l++) {
        FLX_TRY(flx_circuit_check(ctx, lanes[l].circuit));
        if (!flx_circuit_alike(lanes[0].circuit, lanes[l].circuit))
            return flx_fail(ctx, FLX_ERR_INPUT,
                            "lane %d differs in more than sources, temperatures and seed", l);
    }
    flx_circuit_sim *s = FLX_NEW(ctx, flx_circuit_sim);
    if (!s)
        return FLX_ERR_MEMORY;
    s->ctx = ctx;
    s->opts = *opts;
    s->n_lane = n_lane;
    s->w = n_lane == 1 ? 1 : FLX_LDL_LANES;
    for (int32_t l = 0; l < FLX_CIRCUIT_LANES; l++) { // lanes nobody asked for repeat the first
        s->lane[l] = lanes[l < n_lane ? l : 0].circuit;
        s->seed[l] = lanes[l < n_lane ? l : 0].seed;
    }
    s->circuit = s->lane[0];
    s->sigma = josim ? flx_josim_sigma() : FLX_SI_PHI0 / 6.28318530717958647692;
    flx_status status = prepare(s);
    if (status < 0) {
        flx_circuit_free(s);
        return status;
    }
    *out = s;
    return FLX_OK;
}

static void free_branches(branches *b)
{
    flx_free(b->a);
    flx_free(b->b);
    flx_free(b->o);
    flx_free(b->element);
    flx_free(b->value);
    flx_free(b->place);
}

static void free_drives(drives *d)
{
    flx_free(d->element);
    flx_free(d->steady_from);
    flx_free(d->mean);
    flx_free(d->now);
    flx_free(d->end);
    flx_free(d->steady);
    flx_free(d->live);
}

void flx_circuit_free(flx_circuit_sim *s)
{
    if (!s)
        return;
    branches *kinds[] = {&s->l, &s->k, &s->c, &s->r, &s->j, &s->t, &s->i, &s->e, &s->q};
    for (size_t q = 0; q < sizeof kinds / sizeof *kinds; q++)
        free_branches(kinds[q]);
    free_drives(&s->current);
    free_drives(&s->phase);
    void *arrays[] = {
        s->unknown,     s->node_slot, s->slot_at,       s->slot_drive,  s->slot_sign, s->off,
        s->off_next,    s->off_rate,  s->off_rate_next, s->k_at,        s->k_to,      s->k_value,
        s->k_place,     s->l_turn,    s->k_turn,        s->c_rate,      s->junction,  s->j_resistor,
        s->j_capacitor, s->branch,    s->touch_at,      s->touch,       s->j_factor,  s->j_rate,
        s->j_current,   s->j_at,      s->j_move,        s->j_turn,      s->j_last,    s->j_slope,
        s->j_row,       s->share,     s->line.wave,     s->line.coming, s->line.past, s->base,
        s->values,      s->x,         s->turn,          s->dx,          s->rhs,       s->sum,
        s->right,       s->rate,      s->rate_old,      s->rate_older,  s->noise,     s->spare,
        s->noise_size,  s->j_sine,    s->c_driven,      s->c_mean,      s->c_past};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        flx_free(arrays[k]);
    flx_ldl_free(s->ldl);
    flx_josim_free(s);
    flx_border_free(s->border);
    flx_free(s);
}

// -- state ----------------------------------------------------------------------------------------

flx_status flx_circuit_set(flx_circuit_sim *s, const double *phase, const double *voltage)
{
    int32_t w = s->w;
    size_t n = (size_t)(s->n + 1) * (size_t)w * sizeof(double);
    double *zero[] = {s->x, s->turn, s->dx, s->rate, s->rate_old, s->rate_older};
    for (size_t k = 0; k < sizeof zero / sizeof *zero; k++)
        memset(zero[k], 0, n);
    memset(s->l_turn, 0, (size_t)s->l.n * (size_t)w * sizeof(double));
    memset(s->k_turn, 0, (size_t)s->k.n * (size_t)w * sizeof(double));
    memset(s->j_rate, 0, (size_t)s->j.n * (size_t)w * sizeof(double));
    flx_border_reset(s);
    memset(s->line.wave, 0, (size_t)s->t.n * (size_t)s->line.room * (size_t)w * sizeof(double));
    s->tick = s->n_step = 0;
    s->level = s->calm = s->known = s->still = s->hard = 0;
    s->have_factor = false;
    for (int32_t k = 0; k < s->phase.n; k++)
        for (int32_t l = 0; l < w; l++) {
            const flx_element *e = &s->lane[l]->element[s->phase.element[k]];
            bool volts = e->kind == FLX_VOLTAGE_SOURCE;
            s->phase.now[k * w + l] = s->phase.end[k * w + l] = volts ? 0 : flx_wave_at(e->wave, 0);
        }
    for (int32_t k = 1; k < s->n_slot; k++)
        for (int32_t l = 0; l < w; l++) {
            double sum = 0, rate = 0;
            for (int32_t p = s->slot_at[k]; p < s->slot_at[k + 1]; p++) {
                int32_t d = s->slot_drive[p];
                const flx_element *e = &s->lane[l]->element[s->phase.element[d]];
                sum += s->slot_sign[p] * s->phase.now[d * w + l];
                if (e->kind == FLX_VOLTAGE_SOURCE)
                    rate += s->slot_sign[p] * flx_wave_at(e->wave, 0) / s->sigma;
            }
            s->off[k * w + l] = s->off_next[k * w + l] = sum;
            s->off_rate[k * w + l] = s->off_rate_next[k * w + l] = rate;
        }
    drives *all[2] = {&s->current, &s->phase};
    for (int q = 0; q < 2; q++)
        for (all[q]->n_live = 0; all[q]->n_live < all[q]->n; all[q]->n_live++)
            all[q]->live[all[q]->n_live] = all[q]->n_live;
    s->corner = flx_sim_next_corner(s, 0);
    int32_t m = s->n_lane;
    for (int32_t k = 1; phase && k < s->circuit->n_node; k++)
        for (int32_t l = 0; l < w && s->unknown[k] < s->n; l++)
            s->x[s->unknown[k] * w + l] =
                phase[k * m + (l < m ? l : 0)] - s->off[s->node_slot[k] * w + l];
    for (int32_t k = 0; k < s->c.n; k++)
        for (int32_t l = 0; l < w; l++) {
            const int32_t *node = s->circuit->element[s->c.element[k]].node;
            int32_t at = l < m ? l : 0;
            s->c_rate[k * w + l] =
                voltage ? (voltage[node[0] * m + at] - voltage[node[1] * m + at]) / s->sigma -
                              s->off_rate[s->c.o[k] * w + l]
                        : 0;
        }
    for (int32_t k = 0; voltage && k < s->j.n; k++)
        for (int32_t l = 0; l < w; l++) {
            const int32_t *node = s->circuit->element[s->j.element[k]].node;
            int32_t at = l < m ? l : 0;
            s->j_rate[k * w + l] =
                (voltage[node[0] * m + at] - voltage[node[1] * m + at]) / s->sigma;
        }
    flx_sim_settle(s);
    return FLX_OK;
}

flx_status flx_circuit_step(flx_circuit_sim *s, flx_circuit_report *report)
{
    *report = (flx_circuit_report){0};
    return s->josim ? flx_josim_step(s, report) : flx_midpoint_step(s, report);
}

double flx_circuit_time(const flx_circuit_sim *s)
{
    return (double)s->tick * (1.0 / (1 << MAX_LEVEL)) * s->opts.dt;
}

int32_t flx_circuit_unknowns(const flx_circuit_sim *s)
{
    return s->n;
}

int64_t flx_circuit_entries(const flx_circuit_sim *s)
{
    return flx_ldl_entries(s->ldl);
}
