// tests/test_io_sample.h -- a small film and made-up frames that depend on their number alone.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_TEST_IO_SAMPLE_H
#define FLX_TEST_IO_SAMPLE_H

#include "base/base.h"
#include "fluxoid/io.h"
#include "test.h"

#include <unistd.h>

enum { SIDE = 9, N_SITE = SIDE * SIDE, N_HALF_TRI = (SIDE - 1) * (SIDE - 1) };

typedef struct sample {
    flx_mesh *mesh;
    flx_frame frame;
    flx_frame_extra extra;
    double *memory;
} sample;

// A square of 8 x 8 cells, each cut in two, without the middle one: a film with a hole.
static inline flx_mesh *sample_mesh(flx_ctx *ctx)
{
    double x[N_SITE], y[N_SITE];
    int32_t tri[2 * N_HALF_TRI][3];
    int32_t n = 0;
    for (int i = 0; i < N_SITE; i++) {
        x[i] = 0.5 * (i % SIDE) + 0.01 * sin(i);
        y[i] = 0.5 * (i / SIDE) + 0.01 * cos(3 * i);
    }
    for (int row = 0; row < SIDE - 1; row++)
        for (int column = 0; column < SIDE - 1; column++) {
            int32_t a = row * SIDE + column, b = a + 1, c = a + SIDE, d = c + 1;
            if (row == SIDE / 2 && column == SIDE / 2)
                continue;
            const int32_t pair[2][3] = {{a, b, d}, {a, d, c}};
            memcpy(tri[n], pair, sizeof pair);
            n += 2;
        }
    flx_mesh_input input = {
        .n_site = N_SITE, .n_tri = n, .x = x, .y = y, .tri = tri[0], .keep_order = true};
    flx_mesh *mesh;
    if (flx_mesh_create(ctx, &input, &mesh) < 0)
        return NULL;
    for (int32_t k = 0; k < mesh->n_loop; k++)
        mesh->loop[k].hole = mesh->loop[k].outer ? -1 : 0;
    return mesh;
}

// Numbers in [0, 1) that differ from place to place and from frame to frame, with all bits in use.
// Integers only: compilers and libraries round a sine differently.
static inline double sample_number(int64_t k, int64_t i)
{
    uint64_t h = (uint64_t)k * UINT64_C(0x9e3779b97f4a7c15) + (uint64_t)i;
    h = (h ^ (h >> 31)) * UINT64_C(0xbf58476d1ce4e5b9);
    return (double)((h ^ (h >> 27)) >> 11) * 0x1p-53;
}

// The arrays of frame number k; a changes only every fourth frame.
static inline void sample_fill(sample *s, int64_t k)
{
    const flx_mesh *m = s->mesh;
    size_t n = (size_t)m->n_site, e = (size_t)m->n_edge, total = 8 * n + 5 * e;
    for (size_t i = 0; i < total; i++)
        s->memory[i] = sample_number(k, (int64_t)i);
    double *at = s->memory;
    s->frame =
        (flx_frame){.mesh = m, .time = 0.1 * (double)k, .step = 10 * k, .u = 5.79, .gamma = 1};
    s->frame.field_energy = sample_number(k, -1);
    s->frame.psi = (const flx_cplx *)(void *)at;
    s->frame.mu = at += 2 * n;
    s->frame.eps = at += n;
    s->extra.site_supercurrent = at += n;
    s->extra.site_normal_current = at += 2 * n;
    double *a = at += 2 * n;
    s->frame.a = a;
    s->frame.a_dot = at += e;
    s->extra.supercurrent = at += e;
    s->extra.normal_current = at += e;
    s->extra.a_induced = at += e;
    for (size_t i = 0; i < e; i++)
        a[i] = sample_number(k / 4, (int64_t)i);
}

static inline void sample_init(sample *s, flx_ctx *ctx)
{
    *s = (sample){.mesh = sample_mesh(ctx)};
    assert_non_null(s->mesh);
    s->memory = calloc(8 * (size_t)s->mesh->n_site + 5 * (size_t)s->mesh->n_edge, sizeof(double));
    assert_non_null(s->memory);
    sample_fill(s, 0);
}

static inline void sample_clear(sample *s)
{
    flx_mesh_free(s->mesh);
    free(s->memory);
}

static const char *const sample_columns[] = {"time", "dt", "voltage.v"};

// Row of a step: three numbers.
static inline flx_status sample_row(flx_file *file, int64_t step)
{
    const double row[3] = {0.01 * (double)step, 0.01, sample_number(step, 5)};
    return flx_file_add_row(file, step, row);
}

// Steps and frame number k (step 10 k); rows up to it.
static inline flx_status sample_write(flx_file *file, sample *s, int64_t k)
{
    for (int64_t step = k == 0 ? 0 : 10 * k - 9; step <= 10 * k; step++)
        FLX_TRY(sample_row(file, step));
    sample_fill(s, k);
    return flx_file_write_frame(file, &s->frame, &s->extra);
}

static inline flx_status sample_create(flx_ctx *ctx, const char *path, const sample *s,
                                       flx_file **file)
{
    static const char *const holes[] = {"middle"};
    FLX_TRY(flx_file_create(ctx, path, file));
    flx_status status = flx_file_write_mesh(*file, s->mesh, holes, 1);
    if (status == FLX_OK)
        status = flx_file_write_text(*file, "case/given", "fluxoid: 1\n");
    if (status == FLX_OK)
        status = flx_file_begin_series(*file, sample_columns, 3);
    if (status == FLX_OK)
        status = flx_file_flush(*file);
    if (status < 0) {
        flx_file_close(*file);
        *file = NULL;
    }
    return status;
}

static inline bool same_bytes(const void *a, const void *b, size_t n)
{
    return a && b && memcmp(a, b, n) == 0;
}

// Whether frame `index` of a file holds sample frame k, bit for bit.
static inline bool sample_matches(flx_file *file, sample *s, int32_t index, int64_t k)
{
    flx_frame_data *data;
    if (flx_file_read_frame(file, s->mesh, index, &data) < 0)
        return false;
    sample_fill(s, k);
    size_t n = (size_t)s->mesh->n_site * 8, e = (size_t)s->mesh->n_edge * 8;
    const flx_frame *f = &data->frame, *g = &s->frame;
    const flx_frame_extra *p = &data->extra, *q = &s->extra;
    bool same = f->time == g->time && f->step == g->step && f->u == g->u && f->gamma == g->gamma &&
                f->field_energy == g->field_energy && same_bytes(f->psi, g->psi, 2 * n) &&
                same_bytes(f->mu, g->mu, n) && same_bytes(f->a, g->a, e) &&
                same_bytes(f->a_dot, g->a_dot, e) && same_bytes(f->eps, g->eps, n) &&
                same_bytes(p->supercurrent, q->supercurrent, e) &&
                same_bytes(p->normal_current, q->normal_current, e) &&
                same_bytes(p->site_supercurrent, q->site_supercurrent, 2 * n) &&
                same_bytes(p->site_normal_current, q->site_normal_current, 2 * n) &&
                same_bytes(p->a_induced, q->a_induced, e);
    flx_frame_data_free(data);
    return same;
}

// Whether a file holds frames 0 .. n - 1 and the rows up to the last of them.
static inline bool sample_file_holds(flx_file *file, sample *s, int32_t n)
{
    if (flx_file_frame_count(file) != n)
        return false;
    for (int32_t k = 0; k < n; k++)
        if (!sample_matches(file, s, k, k))
            return false;
    flx_series *series;
    if (flx_file_read_series(file, &series) < 0)
        return false;
    bool same = series->n_row == (n ? 10 * (n - 1) + 1 : 0) && series->n_column == 3;
    for (int64_t r = 0; same && r < series->n_row; r++)
        same = series->step[r] == r && series->column[0][r] == 0.01 * (double)r &&
               series->column[2][r] == sample_number(r, 5);
    flx_series_free(series);
    return same;
}

// What each test of data files starts from.
static flx_ctx *ctx;
static sample s;

static int setup(void **state)
{
    (void)state;
    ctx = flx_ctx_create();
    sample_init(&s, ctx);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    sample_clear(&s);
    flx_ctx_free(ctx);
    return 0;
}

#endif
