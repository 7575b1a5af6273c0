// selffield/far.c -- making the distant part: nodes, moments, tables.
//
// In the square [-1, 1]^2 of a widened box the polynomial of node m = (i, j) is S_i(x) S_j(y),
//   S_i(x) = 1/n + (2/n) sum_{k=1}^{n-1} T_k(x_i) T_k(x),   x_i = cos((2i + 1) pi/2n),
// which is 1 at its node and 0 at the others. Facets give a box the weights
//   w_m = sum_t K_t integral_t S_m dA;
// a far box sees the potential sum_m w_m/(4 pi |r - r_m|) at its own nodes, and its facets take
// from these the same integrals: the matrix is symmetric by construction.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "linalg/dense.h"
#include "selffield/operator.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// S_i(x) for all i.
static void polynomials(const flx_far *far, double x, double *s)
{
    int32_t n = far->nodes;
    for (int32_t i = 0; i < n; i++) {
        double t0 = 1, t1 = x, u0 = 1, u1 = far->node[i], sum = 0.5;
        for (int32_t k = 1; k < n; k++) {
            sum += t1 * u1;
            double t2 = 2 * x * t1 - t0, u2 = 2 * far->node[i] * u1 - u0;
            t0 = t1;
            t1 = t2;
            u0 = u1;
            u1 = u2;
        }
        s[i] = 2 * sum / n;
    }
}

int32_t flx_far_place(const flx_selffield *op, int32_t box)
{
    return op->tree.n_place + box * op->far.width;
}

void flx_far_node(const flx_selffield *op, const flx_box *b, int32_t node, double r[3])
{
    double half = op->tree.wide * flx_box_size(&op->tree, b->level) / 2;
    flx_box_centre(&op->tree, b, r);
    r[0] += half * op->far.node[node % op->far.nodes];
    r[1] += half * op->far.node[node / op->far.nodes];
}

static size_t moment_size(const flx_far *far)
{
    return far->single ? sizeof(float) : sizeof(double);
}

// Moments of the facet at a place.
static void keep(const flx_far *far, int32_t place, const double *value)
{
    int64_t at = (int64_t)place * far->width;
    for (int32_t i = 0; i < far->n_node; i++)
        if (far->single)
            ((float *)far->moment)[at + i] = (float)value[i];
        else
            ((double *)far->moment)[at + i] = value[i];
}

// Integrals of the polynomials of the leaf over its facets, by a rule of degree 8.
static void find_moments(void *arg, int32_t begin, int32_t end)
{
    flx_selffield *op = arg;
    const flx_tree *tree = &op->tree;
    flx_far *far = &op->far;
    const flx_gauss_rule *g = &flx_gauss[FLX_GAUSS_RULES - 1];
    for (int32_t l = begin; l < end; l++) {
        const flx_leaf *leaf = &tree->leaf[l];
        const flx_box *box = &tree->box[leaf->box];
        double c[3], half = tree->wide * flx_box_size(tree, box->level) / 2;
        flx_box_centre(tree, box, c);
        for (int32_t t = 0; t < leaf->n; t++) {
            const flx_facet *f = &tree->facet[leaf->first + t];
            double m[FLX_NODES_MAX * FLX_NODES_MAX] = {0};
            for (int32_t k = 0; k < g->n; k++) {
                double x = -c[0], y = -c[1], sx[FLX_NODES_MAX], sy[FLX_NODES_MAX];
                for (int d = 0; d < 3; d++) {
                    x += g->at[k][d] * f->x[d];
                    y += g->at[k][d] * f->y[d];
                }
                polynomials(far, x / half, sx);
                polynomials(far, y / half, sy);
                for (int32_t j = 0; j < far->nodes; j++)
                    for (int32_t i = 0; i < far->nodes; i++)
                        m[j * far->nodes + i] += f->area * g->weight[k] * sx[i] * sy[j];
            }
            keep(far, leaf->place + t, m);
        }
    }
}

flx_status flx_far_create(flx_selffield *op, int32_t nodes, bool single)
{
    flx_far *far = &op->far;
    const flx_tree *tree = &op->tree;
    far->nodes = nodes;
    far->n_node = nodes * nodes;
    far->single = single;
    far->width = (far->n_node + 7) / 8 * 8;
    far->moment = flx_alloc(op->ctx, (size_t)tree->n_place * (size_t)far->width, moment_size(far));
    far->level = FLX_NEW_ARRAY(op->ctx, int32_t, tree->n_level + 1);
    for (int side = 0; side < 2; side++) {
        far->up[side] = FLX_NEW_ARRAY(op->ctx, double, far->n_node);
        far->up_turned[side] = FLX_NEW_ARRAY(op->ctx, double, far->n_node);
        far->node_xy[side] = FLX_NEW_ARRAY(op->ctx, double, far->width);
        if (!far->up[side] || !far->up_turned[side] || !far->node_xy[side])
            return FLX_ERR_MEMORY;
    }
    if (!far->moment || !far->level)
        return FLX_ERR_MEMORY;
    for (int32_t i = 0; i < nodes; i++)
        far->node[i] = cos((2 * i + 1) * 3.14159265358979323846 / (2 * nodes));
    for (int32_t m = 0; m < far->n_node; m++) {
        far->node_xy[0][m] = far->node[m % nodes];
        far->node_xy[1][m] = far->node[m / nodes];
    }
    for (int side = 0; side < 2; side++)
        for (int32_t k = 0; k < nodes; k++) {
            double s[FLX_NODES_MAX];
            polynomials(far, (side - 0.5) / tree->wide + far->node[k] / 2, s);
            for (int32_t i = 0; i < nodes; i++)
                far->up[side][i * nodes + k] = far->up_turned[side][k * nodes + i] = s[i];
        }
    for (int32_t b = tree->n_box - 1; b >= 0; b--)
        far->level[tree->box[b].level] = b;
    far->level[tree->n_level] = tree->n_box;
    flx_pool_parts(op->pool, tree->n_leaf, 4, find_moments, op);
    return FLX_OK;
}

// ---- Tables -------------------------------------------------------------------------------------

enum { CHUNK = 16, OFFSETS = 7 }; // boxes that share the tables; far boxes are up to 3 sides away

// Tables by distance in heights, level (of no account at one height: a scale), and offset.
typedef struct table_list {
    double *dz; // differences of heights, ascending, 0 first
    int32_t n_dz;
    int32_t *of_layers; // [n_layer][n_layer] index of the difference
    int32_t *number;    // [n_dz][n_level][OFFSETS^2] -1: not made
} table_list;

static void clear_list(table_list *t)
{
    flx_free(t->dz);
    flx_free(t->of_layers);
    flx_free(t->number);
}

static flx_status make_list(flx_ctx *ctx, const flx_tree *tree, table_list *t)
{
    int32_t n = tree->n_layer;
    t->dz = FLX_NEW_ARRAY(ctx, double, (int64_t)n *n);
    t->of_layers = FLX_NEW_ARRAY(ctx, int32_t, (int64_t)n * n);
    if (!t->dz || !t->of_layers)
        return FLX_ERR_MEMORY;
    for (int32_t a = 0; a < n; a++)
        for (int32_t b = 0; b < n; b++) {
            double dz = fabs(tree->z[a] - tree->z[b]);
            int32_t k = 0; // equal spacings differ by rounding
            while (k < t->n_dz && fabs(t->dz[k] - dz) > 1e-12 * dz)
                k++;
            if (k == t->n_dz)
                t->dz[t->n_dz++] = dz;
            t->of_layers[a * n + b] = k;
        }
    int64_t size = (int64_t)t->n_dz * tree->n_level * OFFSETS * OFFSETS;
    t->number = FLX_NEW_ARRAY(ctx, int32_t, size);
    if (!t->number)
        return FLX_ERR_MEMORY;
    memset(t->number, -1, (size_t)size * sizeof *t->number);
    return FLX_OK;
}

static int32_t *table_of(const table_list *t, const flx_tree *tree, const flx_transfer *v)
{
    const flx_box *to = &tree->box[v->to], *from = &tree->box[v->from];
    int32_t dz = t->of_layers[to->layer * tree->n_layer + from->layer];
    int32_t level = t->dz[dz] > 0 ? to->level : 0;
    int32_t offset = (to->iy - from->iy + 3) * OFFSETS + to->ix - from->ix + 3;
    return &t->number[((int64_t)dz * tree->n_level + level) * OFFSETS * OFFSETS + offset];
}

typedef struct table_job {
    flx_selffield *op;
    const flx_transfer *example; // [n_table]
    double *full;                // [n_table][n_node that give][n_node that take]
} table_job;

// 1/(4 pi |r - r'|) between the nodes; between boxes of one height in units of their side.
static void fill_tables(void *arg, int32_t begin, int32_t end)
{
    table_job *job = arg;
    const flx_selffield *op = job->op;
    const flx_far *far = &op->far;
    for (int32_t k = begin; k < end; k++) {
        const flx_box *to = &op->tree.box[job->example[k].to];
        const flx_box *from = &op->tree.box[job->example[k].from];
        double size = flx_box_size(&op->tree, to->level);
        double unit = to->layer == from->layer ? size : 1;
        double half = op->tree.wide * size / 2, dz = op->tree.z[to->layer];
        dz -= op->tree.z[from->layer];
        double *table = job->full + (int64_t)k * far->n_node * far->n_node;
        for (int32_t j = 0; j < far->n_node; j++)
            for (int32_t i = 0; i < far->n_node; i++) {
                double dx = size * (to->ix - from->ix), dy = size * (to->iy - from->iy);
                dx += half * (far->node[i % far->nodes] - far->node[j % far->nodes]);
                dy += half * (far->node[i / far->nodes] - far->node[j / far->nodes]);
                table[j * far->n_node + i] =
                    unit / (flx_four_pi * sqrt(dx * dx + dy * dy + dz * dz));
            }
    }
}

static double square_of(int64_t n, const double *v)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += v[i] * v[i];
    return sum;
}

// sum_k T_k^T T_k/|T_k|^2: what boxes take, of all distances alike; transfers go both ways, so it is
// what they give as well. unity: the unit matrix.
static void sum_squares(const flx_far *far, const double *full, double *gram, double *unity)
{
    int32_t n = far->n_node;
    int64_t size = (int64_t)n * n;
    memset(gram, 0, (size_t)size * sizeof *gram);
    memset(unity, 0, (size_t)size * sizeof *unity);
    for (int32_t k = 0; k < far->n_table; k++) {
        const double *t = full + k * size;
        double share = 1 / square_of(size, t);
        for (int32_t j = 0; j < n; j++)
            for (int32_t a = 0; a < n; a++) {
                double factor = share * t[j * n + a];
                for (int32_t b = 0; b <= a; b++)
                    gram[a * n + b] += factor * t[j * n + b];
            }
    }
    for (int32_t a = 0; a < n; a++)
        unity[a * n + a] = 1;
}

// The fewest functions, in eights, that leave out no more than seven tenths of the tolerance, of which
// polynomials use two; v [n_node][n_node]: rows, the last ones carry most.
static flx_status choose_functions(flx_selffield *op, double tolerance, const double *full,
                                   double *v)
{
    const double least = 1e-7; // squares are summed: less is rounding
    flx_far *far = &op->far;
    int32_t n = far->n_node;
    double part = 0.7 * tolerance, all = 0, left = 0;
    far->rank = n;
    far->rank_width = far->width;
    if (part < least || far->n_table == 0)
        return FLX_OK;
    double *unity = FLX_NEW_ARRAY(op->ctx, double, (int64_t)n *n);
    double *weight = FLX_NEW_ARRAY(op->ctx, double, n);
    flx_status status = unity && weight ? FLX_OK : FLX_ERR_MEMORY;
    if (status == FLX_OK) {
        sum_squares(far, full, v, unity);
        status = flx_dense_pencil(op->ctx, n, v, unity, weight);
    }
    for (int32_t k = 0; k < n && status == FLX_OK; k++)
        all += fmax(weight[k], 0);
    for (int32_t k = 0; k < n && status == FLX_OK; k++) {
        left += fmax(weight[k], 0);
        if (left > part * part * all) {
            far->rank_width = (n - k + 7) / 8 * 8;
            far->rank = far->rank_width < n ? far->rank_width : n;
            break;
        }
    }
    flx_free(unity);
    flx_free(weight);
    return status;
}

// give and take from the last `rank` rows of v.
static flx_status keep_functions(flx_selffield *op, const double *v)
{
    flx_far *far = &op->far;
    int32_t n = far->n_node, first = n - far->rank;
    far->give = FLX_NEW_ARRAY(op->ctx, double, (int64_t)n * far->rank_width);
    far->take = FLX_NEW_ARRAY(op->ctx, double, (int64_t)far->rank * far->width);
    if (!far->give || !far->take)
        return FLX_ERR_MEMORY;
    for (int d = 0; d < 2; d++) {
        far->given[d] = FLX_NEW_ARRAY(op->ctx, double, (int64_t)op->tree.n_box * far->rank_width);
        far->taken[d] = FLX_NEW_ARRAY(op->ctx, double, (int64_t)op->tree.n_box * far->rank_width);
        if (!far->given[d] || !far->taken[d])
            return FLX_ERR_MEMORY;
    }
    for (int32_t r = 0; r < far->rank; r++)
        for (int32_t m = 0; m < n; m++)
            far->give[m * far->rank_width + r] = far->take[r * far->width + m] =
                v[(first + r) * n + m];
    return FLX_OK;
}

// A table between functions from one between nodes: U^T T U, or itself.
static void reduce_tables(void *arg, int32_t begin, int32_t end)
{
    table_job *job = arg;
    const flx_far *far = &job->op->far;
    int32_t n = far->n_node, rank = far->rank, width = far->rank_width;
    double half[FLX_NODES_MAX * FLX_NODES_MAX];
    for (int32_t k = begin; k < end; k++) {
        const double *full = job->full + (int64_t)k * n * n;
        double *table = far->table + (int64_t)k * rank * width;
        for (int32_t r = 0; r < rank; r++) {
            for (int32_t i = 0; i < n; i++)
                half[i] = far->give ? 0 : full[r * n + i];
            for (int32_t j = 0; j < n && far->give; j++)
                for (int32_t i = 0; i < n; i++)
                    half[i] += far->take[r * far->width + j] * full[j * n + i];
            if (!far->give)
                memcpy(table + r * width, half, (size_t)n * sizeof *half);
            for (int32_t i = 0; i < n && far->give; i++)
                for (int32_t s = 0; s < rank; s++)
                    table[r * width + s] += half[i] * far->give[i * width + s];
        }
    }
}

static flx_status fill_and_reduce(flx_selffield *op, double tolerance, table_job *job)
{
    flx_far *far = &op->far;
    int64_t size = (int64_t)far->n_node * far->n_node;
    double *v = FLX_NEW_ARRAY(op->ctx, double, size);
    flx_status status = FLX_ERR_MEMORY;
    job->full = FLX_NEW_ARRAY(op->ctx, double, far->n_table *size);
    if (v && job->full) {
        flx_pool_parts(op->pool, far->n_table, 1, fill_tables, job);
        status = choose_functions(op, tolerance, job->full, v);
    }
    if (status == FLX_OK && far->rank_width < far->width)
        status = keep_functions(op, v);
    if (status == FLX_OK)
        far->table =
            FLX_NEW_ARRAY(op->ctx, double, (int64_t)far->n_table * far->rank * far->rank_width);
    if (status == FLX_OK && !far->table)
        status = FLX_ERR_MEMORY;
    if (status == FLX_OK)
        flx_pool_parts(op->pool, far->n_table, 1, reduce_tables, job);
    flx_free(job->full);
    flx_free(v);
    return status;
}

static int by_chunk(const void *p, const void *q)
{
    const flx_transfer *a = p, *b = q;
    if (a->to / CHUNK != b->to / CHUNK)
        return a->to < b->to ? -1 : 1;
    if (a->table != b->table)
        return a->table < b->table ? -1 : 1;
    return (a->to > b->to) - (a->to < b->to);
}

static flx_status make_tables(flx_selffield *op, double tolerance, const table_list *list)
{
    flx_far *far = &op->far;
    flx_transfer *example = FLX_NEW_ARRAY(op->ctx, flx_transfer, far->n_transfer);
    if (!example)
        return FLX_ERR_MEMORY;
    for (int64_t k = 0; k < far->n_transfer; k++) {
        int32_t *number = table_of(list, &op->tree, &far->transfer[k]);
        if (*number < 0) {
            example[far->n_table] = far->transfer[k];
            *number = far->n_table++;
        }
        far->transfer[k].table = *number;
    }
    flx_status status = fill_and_reduce(op, tolerance, &(table_job){.op = op, .example = example});
    flx_free(example);
    return status;
}

flx_status flx_far_connect(flx_selffield *op, double tolerance, const flx_pairs *pairs)
{
    flx_far *far = &op->far;
    table_list list = {0};
    far->n_transfer = pairs->n_far;
    far->n_chunk = (op->tree.n_box + CHUNK - 1) / CHUNK;
    far->transfer = FLX_NEW_ARRAY(op->ctx, flx_transfer, far->n_transfer);
    far->chunk = FLX_NEW_ARRAY(op->ctx, int64_t, far->n_chunk + 1);
    if (!far->transfer || !far->chunk)
        return FLX_ERR_MEMORY;
    if (far->n_transfer > 0)
        memcpy(far->transfer, pairs->far, (size_t)far->n_transfer * sizeof *far->transfer);
    flx_status status = make_list(op->ctx, &op->tree, &list);
    if (status >= 0)
        status = make_tables(op, tolerance, &list);
    clear_list(&list);
    FLX_TRY(status);
    qsort(far->transfer, (size_t)far->n_transfer, sizeof *far->transfer, by_chunk);
    for (int64_t k = 0; k < far->n_transfer; k++)
        far->chunk[far->transfer[k].to / CHUNK + 1]++;
    for (int32_t c = 0; c < far->n_chunk; c++)
        far->chunk[c + 1] += far->chunk[c];
    return FLX_OK;
}

double flx_far_bytes(const flx_selffield *op)
{
    const flx_far *far = &op->far;
    return (double)op->tree.n_place * far->width * (double)moment_size(far) +
           8.0 * far->n_table * far->rank * far->rank_width +
           (far->give ? 32.0 * op->tree.n_box * far->rank_width : 0) +
           (double)far->n_transfer * (double)sizeof *far->transfer;
}

void flx_far_clear(flx_far *far)
{
    for (int side = 0; side < 2; side++) {
        flx_free(far->up[side]);
        flx_free(far->up_turned[side]);
        flx_free(far->node_xy[side]);
    }
    for (int d = 0; d < 2; d++) {
        flx_free(far->given[d]);
        flx_free(far->taken[d]);
    }
    flx_free(far->give);
    flx_free(far->take);
    flx_free(far->moment);
    flx_free(far->table);
    flx_free(far->transfer);
    flx_free(far->chunk);
    flx_free(far->level);
    *far = (flx_far){0};
}
