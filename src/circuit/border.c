// circuit/border.c -- controlled sources: the border of the matrix (border.h).
// SPDX-License-Identifier: GPL-3.0-or-later
#include "circuit/border.h"

#include <math.h>
#include <string.h>

// Two nodes of a source: a branch of e, whose voltage is decided, or of q.
typedef struct port {
    bool decided;
    int32_t k;
} port;

typedef struct source {
    int32_t kind; // flx_element_kind
    double value;
    port out, in;
    int32_t y; // its first unknown
} source;

typedef struct current {
    double *mean, *end, *past; // [n_source][w]
} current;

struct flx_border {
    int32_t n_source, n; // unknowns
    source *source;      // [n_source]
    double *stiff;       // [e.n] over s: current over phase
    double *z;           // [n][sim n + 1][w]
    double *lu, *work;   // [w][n][n], [n]
    double *scale;       // [w][n] of rows
    int32_t *pivot;      // [w][n]
    double *y, *q;       // [n][w]
    double *turn[2];     // [e.n], [q.n] [w] what a port turns beside its unknowns
    double *old[2][2];   // [e.n], [q.n] [w] last phases of ports (JoSIM's step)
    current out, in;
    double volt, carry;
};

static bool decides(const source *c, bool out)
{
    return out ? c->kind == FLX_VCVS || c->kind == FLX_CCVS
               : c->kind == FLX_CCCS || c->kind == FLX_CCVS;
}

static const branches *of_port(const flx_circuit_sim *s, port p)
{
    return p.decided ? &s->e : &s->q;
}

// -- creation -------------------------------------------------------------------------------------

static void find_sources(flx_circuit_sim *s, flx_border *b)
{
    int32_t n[2] = {0}; // branches come in the order of elements, output before control
    for (int32_t i = 0; i < s->circuit->n_element; i++) {
        const flx_element *e = &s->circuit->element[i];
        if (!flx_is_controlled(e->kind))
            continue;
        source *c = &b->source[b->n_source];
        *c = (source){.kind = e->kind, .value = e->value, .y = b->n};
        c->out.decided = decides(c, true);
        c->out.k = n[c->out.decided]++;
        c->in.decided = decides(c, false);
        c->in.k = n[c->in.decided]++;
        s->branch[i] = b->n_source++;
        b->n += e->kind == FLX_VCVS || e->kind == FLX_CCVS ? 2 : 1;
    }
}

flx_status flx_border_create(flx_circuit_sim *s)
{
    int32_t n_source = (s->e.n + s->q.n) / 2;
    if (n_source == 0)
        return FLX_OK;
    flx_border *b = s->border = FLX_NEW(s->ctx, flx_border);
    if (!b || !(b->source = FLX_NEW_ARRAY(s->ctx, source, n_source)))
        return FLX_ERR_MEMORY;
    find_sources(s, b);
    int64_t w = s->w, n = b->n;
    if ((double)n * (double)(s->n + n) * (double)w > 2e8)
        return flx_fail(s->ctx, FLX_ERR_INPUT,
                        "%d controlled sources among %d nodes take too much memory; what several "
                        "of them do alike, one may do",
                        n_source, s->n);
    struct {
        double **at;
        int64_t n;
    } arrays[] = {
        {&b->stiff, s->e.n},
        {&b->z, n * (s->n + 1) * w},
        {&b->lu, n * n * w},
        {&b->work, n},
        {&b->scale, n * w},
        {&b->y, n * w},
        {&b->q, n * w},
        {&b->turn[0], s->q.n * w},
        {&b->turn[1], s->e.n * w},
        {&b->old[0][0], s->q.n * w},
        {&b->old[0][1], s->e.n * w},
        {&b->old[1][0], s->q.n * w},
        {&b->old[1][1], s->e.n * w},
        {&b->out.mean, n_source * w},
        {&b->out.end, n_source * w},
        {&b->out.past, n_source * w},
        {&b->in.mean, n_source * w},
        {&b->in.end, n_source * w},
        {&b->in.past, n_source * w},
    };
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        if (!(*arrays[k].at = FLX_NEW_ARRAY(s->ctx, double, arrays[k].n)))
            return FLX_ERR_MEMORY;
    b->pivot = FLX_NEW_ARRAY(s->ctx, int32_t, n * w);
    return b->pivot ? FLX_OK : FLX_ERR_MEMORY;
}

void flx_border_free(flx_border *b)
{
    if (!b)
        return;
    void *arrays[] = {b->source,   b->stiff,     b->z,         b->lu,        b->work,
                      b->scale,    b->pivot,     b->y,         b->q,         b->turn[0],
                      b->turn[1],  b->old[0][0], b->old[0][1], b->old[1][0], b->old[1][1],
                      b->out.mean, b->out.end,   b->out.past,  b->in.mean,   b->in.end,
                      b->in.past};
    for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++)
        flx_free(arrays[k]);
    flx_free(b);
}

void flx_border_reset(flx_circuit_sim *s)
{
    flx_border *b = s->border;
    if (!b)
        return;
    size_t size = (size_t)s->w * sizeof(double);
    double *currents[] = {b->out.mean, b->out.end, b->in.mean, b->in.end};
    for (size_t k = 0; k < sizeof currents / sizeof *currents; k++)
        memset(currents[k], 0, (size_t)b->n_source * size);
    for (int k = 0; k < 2; k++) {
        memset(b->old[k][0], 0, (size_t)s->q.n * size);
        memset(b->old[k][1], 0, (size_t)s->e.n * size);
    }
}

// -- the matrix -----------------------------------------------------------------------------------

// As stiff as what is at the nodes already, so that taking it out again costs no digits.
void flx_border_base(flx_circuit_sim *s, double *base)
{
    flx_border *b = s->border;
    if (!b)
        return;
    double most = 0;
    for (int32_t u = 0; u < s->n; u++)
        most = fmax(most, base[flx_ldl_place(s->ldl, u, u)]);
    for (int32_t k = 0; k < s->e.n; k++) {
        const int32_t *place = s->e.place[k];
        b->stiff[k] = fmax(place[0] >= 0 ? base[place[0]] : 0, place[1] >= 0 ? base[place[1]] : 0);
        if (!(b->stiff[k] > 1e-12 * most))
            b->stiff[k] = most > 0 ? most : 1;
    }
    for (int32_t k = 0; k < s->e.n; k++)
        flx_sim_add(&s->e, k, b->stiff[k], base);
}

// What a current that is a mean counts in Kirchhoff's law of an unknown.
static double weight(const flx_circuit_sim *s, int32_t u)
{
    return s->josim || s->share[u] == 1 ? 1 : s->border->carry / 2;
}

static void put(const flx_circuit_sim *s, double *column, port p, double value, bool weighted)
{
    const branches *of = of_port(s, p);
    int32_t end[2] = {of->a[p.k], of->b[p.k]};
    for (int j = 0; j < 2; j++)
        for (int32_t l = 0; l < s->w; l++)
            column[end[j] * s->w + l] +=
                (j == 0 ? value : -value) * (weighted ? weight(s, end[j]) : 1);
}

static double across(const flx_circuit_sim *s, port p, const double *x, int32_t lane)
{
    const branches *of = of_port(s, p);
    return x[of->a[p.k] * s->w + lane] - x[of->b[p.k] * s->w + lane];
}

static void columns(const flx_circuit_sim *s, const source *c)
{
    const flx_border *b = s->border;
    int64_t length = (int64_t)(s->n + 1) * s->w;
    double *first = b->z + c->y * length, *second = first + length;
    switch (c->kind) {
    case FLX_VCVS:
        put(s, first, c->out, 1, true);
        put(s, second, c->out, -b->stiff[c->out.k] * c->value, false);
        break;
    case FLX_CCCS:
        put(s, first, c->in, 1, true);
        put(s, first, c->out, c->value, true);
        break;
    case FLX_VCCS:
        put(s, first, c->out, c->value * b->volt, true);
        break;
    default:
        put(s, first, c->in, 1, true);
        put(s, first, c->out, -b->stiff[c->out.k] * c->value / b->volt, false);
        put(s, second, c->out, 1, true);
    }
}

// Rows of the source: C x of each, and its entries of D in the columns y, y + 1.
static int rows_of(const flx_circuit_sim *s, const source *c, const double *x, int32_t lane,
                   double cx[2], double d[2][2])
{
    double in = across(s, c->in, x, lane), out = across(s, c->out, x, lane);
    memset(d, 0, 4 * sizeof(double));
    switch (c->kind) {
    case FLX_VCVS:
        cx[0] = out;
        cx[1] = in;
        d[0][1] = -c->value;
        d[1][1] = -1;
        return 2;
    case FLX_CCCS:
        cx[0] = in;
        return 1;
    case FLX_VCCS:
        cx[0] = in;
        d[0][0] = -1;
        return 1;
    default:
        cx[0] = in;
        cx[1] = out;
        d[1][0] = -c->value / s->border->volt;
        return 2;
    }
}

// L U with the largest pivot of each column, rows scaled to 1 before; false: singular.
static bool factor_dense(int32_t n, double *a, double *scale, int32_t *pivot)
{
    for (int32_t i = 0; i < n; i++) {
        double most = 0;
        for (int32_t j = 0; j < n; j++)
            most = fmax(most, fabs(a[i * n + j]));
        if (!(most > 0 && isfinite(most)))
            return false;
        scale[i] = 1 / most;
        for (int32_t j = 0; j < n; j++)
            a[i * n + j] *= scale[i];
    }
    for (int32_t k = 0; k < n; k++) {
        double column = 0; // of the matrix so far: its rounding
        int32_t best = k;
        for (int32_t i = 0; i < n; i++)
            column = fmax(column, fabs(a[i * n + k]));
        for (int32_t i = k; i < n; i++)
            if (fabs(a[i * n + k]) > fabs(a[best * n + k]))
                best = i;
        pivot[k] = best;
        for (int32_t j = 0; j < n && best != k; j++) {
            double swap = a[k * n + j];
            a[k * n + j] = a[best * n + j];
            a[best * n + j] = swap;
        }
        if (!(fabs(a[k * n + k]) > 1e-13 * column))
            return false;
        for (int32_t i = k + 1; i < n; i++) {
            double f = a[i * n + k] /= a[k * n + k];
            for (int32_t j = k + 1; j < n; j++)
                a[i * n + j] -= f * a[k * n + j];
        }
    }
    return true;
}

static void solve_dense(int32_t n, const double *a, const int32_t *pivot, double *x)
{
    for (int32_t k = 0; k < n; k++) {
        double swap = x[k];
        x[k] = x[pivot[k]];
        x[pivot[k]] = swap;
    }
    for (int32_t i = 1; i < n; i++)
        for (int32_t j = 0; j < i; j++)
            x[i] -= a[i * n + j] * x[j];
    for (int32_t i = n - 1; i >= 0; i--) {
        for (int32_t j = i + 1; j < n; j++)
            x[i] -= a[i * n + j] * x[j];
        x[i] /= a[i * n + i];
    }
}

bool flx_border_factor(flx_circuit_sim *s, double volt, double carry)
{
    flx_border *b = s->border;
    int32_t n = b->n;
    int64_t length = (int64_t)(s->n + 1) * s->w;
    b->volt = volt;
    b->carry = carry;
    memset(b->z, 0, (size_t)n * (size_t)length * sizeof *b->z);
    for (int32_t k = 0; k < b->n_source; k++)
        columns(s, &b->source[k]);
    for (int32_t j = 0; j < n; j++) {
        flx_ldl_solve(s->ldl, b->z + j * length);
        memset(b->z + j * length + (int64_t)s->n * s->w, 0, (size_t)s->w * sizeof *b->z);
    }
    for (int32_t l = 0; l < s->w; l++) {
        double *a = b->lu + (int64_t)l * n * n;
        for (int32_t k = 0; k < b->n_source; k++) {
            const source *c = &b->source[k];
            double cx[2], d[2][2];
            for (int32_t j = 0; j < n; j++) {
                int rows = rows_of(s, c, b->z + j * length, l, cx, d);
                for (int i = 0; i < rows; i++)
                    a[(c->y + i) * n + j] =
                        (j >= c->y && j < c->y + rows ? d[i][j - c->y] : 0) - cx[i];
            }
        }
        if (!factor_dense(n, a, b->scale + l * n, b->pivot + l * n))
            return false;
    }
    return true;
}

// -- a step ---------------------------------------------------------------------------------------

// What offsets turn at a port, and for JoSIM's step its phase by BDF2 from the last two.
static double turned(const flx_circuit_sim *s, port p, int32_t l)
{
    int32_t o = of_port(s, p)->o[p.k] * s->w + l;
    return s->josim ? s->off[o] : s->off_next[o] - s->off[o];
}

static double history(const flx_circuit_sim *s, port p, int32_t l)
{
    if (!s->josim)
        return 0;
    double *const *old = s->border->old[0], *const *older = s->border->old[1];
    int32_t at = p.k * s->w + l;
    return 4.0 / 3 * old[p.decided][at] - older[p.decided][at] / 3;
}

static void add_to(const flx_circuit_sim *s, double *r, port p, int32_t l, double value)
{
    const branches *of = of_port(s, p);
    r[of->a[p.k] * s->w + l] += value;
    r[of->b[p.k] * s->w + l] -= value;
}

// The past of a current at the ends of its port where Kirchhoff's law holds at the end of the step.
static void add_past(const flx_circuit_sim *s, double *r, port p, int32_t l, double past)
{
    const branches *of = of_port(s, p);
    if (s->josim)
        return;
    if (s->share[of->a[p.k]] != 1)
        r[of->a[p.k] * s->w + l] += past / 2;
    if (s->share[of->b[p.k]] != 1)
        r[of->b[p.k] * s->w + l] -= past / 2;
}

void flx_border_right(flx_circuit_sim *s, double *r)
{
    flx_border *b = s->border;
    int32_t w = s->w;
    for (int32_t k = 0; k < b->n_source; k++)
        for (int32_t l = 0; l < w; l++) {
            const source *c = &b->source[k];
            int32_t at = k * w + l;
            double in = -turned(s, c->in, l), out = -turned(s, c->out, l);
            current *flow[2] = {&b->out, &b->in};
            for (int q = 0; q < 2; q++)
                flow[q]->past[at] =
                    s->known > 0 ? (s->factor_carry - 1) * flow[q]->mean[at] : flow[q]->end[at];
            add_past(s, r, c->out, l, b->out.past[at]);
            if (c->in.decided)
                add_past(s, r, c->in, l, b->in.past[at]);
            double *q = b->q + c->y * w + l;
            q[0] = c->kind == FLX_VCVS ? out : in;
            if (c->kind == FLX_VCVS)
                q[w] = in;
            else if (c->kind == FLX_CCVS)
                q[w] = out += history(s, c->out, l);
            else if (c->kind == FLX_VCCS)
                add_to(s, r, c->out, l, c->value * b->volt * history(s, c->in, l));
            if (c->out.decided)
                add_to(s, r, c->out, l, b->stiff[c->out.k] * out);
            if (c->in.decided)
                add_to(s, r, c->in, l, b->stiff[c->in.k] * in);
        }
}

void flx_border_solve(flx_circuit_sim *s, double *x)
{
    flx_border *b = s->border;
    int32_t n = b->n, w = s->w;
    int64_t length = (int64_t)(s->n + 1) * w;
    for (int32_t l = 0; l < w; l++) {
        x[s->n * w + l] = 0;
        for (int32_t k = 0; k < b->n_source; k++) {
            const source *c = &b->source[k];
            double cx[2], d[2][2];
            int rows = rows_of(s, c, x, l, cx, d);
            for (int i = 0; i < rows; i++)
                b->work[c->y + i] = b->scale[l * n + c->y + i] * (b->q[(c->y + i) * w + l] - cx[i]);
        }
        solve_dense(n, b->lu + (int64_t)l * n * n, b->pivot + l * n, b->work);
        for (int32_t j = 0; j < n; j++)
            b->y[j * w + l] = b->work[j];
    }
    for (int32_t j = 0; j < n; j++)
        for (int64_t p = 0; p < s->n; p++)
            for (int32_t l = 0; l < w; l++)
                x[p * w + l] -= b->z[j * length + p * w + l] * b->y[j * w + l];
}

void flx_border_keep(flx_circuit_sim *s)
{
    flx_border *b = s->border;
    int32_t w = s->w;
    for (int32_t k = 0; k < b->n_source; k++)
        for (int32_t l = 0; l < w; l++) {
            const source *c = &b->source[k];
            const double *y = b->y + c->y * w + l;
            int32_t at = k * w + l;
            b->in.mean[at] = c->in.decided ? y[0] : 0;
            b->out.mean[at] = c->kind == FLX_VCVS   ? y[0]
                              : c->kind == FLX_CCCS ? c->value * y[0]
                              : c->kind == FLX_VCCS
                                  ? c->value * b->volt * (y[0] - history(s, c->in, l))
                                  : y[w];
            b->in.end[at] = b->carry * b->in.mean[at] - b->in.past[at];
            b->out.end[at] = b->carry * b->out.mean[at] - b->out.past[at];
        }
    for (int32_t q = 0; s->josim && q < 2; q++) {
        double *swap = b->old[1][q];
        b->old[1][q] = b->old[0][q];
        b->old[0][q] = swap;
        for (int32_t k = 0; k < (q == 1 ? s->e.n : s->q.n); k++) {
            port p = {q == 1, k};
            b->old[0][q][k] = across(s, p, s->x, 0) + turned(s, p, 0);
        }
    }
}

double flx_border_current(const flx_circuit_sim *s, int32_t element, bool control, int32_t lane)
{
    const flx_border *b = s->border;
    return (control ? &b->in : &b->out)->mean[s->branch[element] * s->w + lane];
}
