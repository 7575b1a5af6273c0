// xy/vector_impl.h -- vectors of one precision, 64 bytes each, and the ghosts at the ends of strips:
// included by kernels_f32.c and kernels_f64.c. The compiler cuts a vector into what the machine has.
// SPDX-License-Identifier: GPL-3.0-or-later

typedef REAL vreal __attribute__((vector_size(64), may_alias));
typedef BITS vbits __attribute__((vector_size(64), may_alias));
typedef SIGNED vsigned __attribute__((vector_size(64), may_alias));

static inline vreal get(const REAL *p)
{
    return *(const vreal *)p;
}

static inline void put(REAL *p, vreal v)
{
    *(vreal *)p = v;
}

// a b + c, rounded once where the machine can. Asked for by name, so that it does not depend on what
// a compiler likes to contract or to vectorise.
static inline vreal madd(vreal a, vreal b, vreal c)
{
#if defined(__AVX512F__)
    return (vreal)MADD512((V512)a, (V512)b, (V512)c);
#elif defined(__FMA__)
    union {
        vreal whole;
        V256 half[2];
    } p = {a}, q = {b}, r = {c};
    for (int k = 0; k < 2; k++)
        r.half[k] = MADD256(p.half[k], q.half[k], r.half[k]);
    return r.whole;
#else
    return a * b + c;
#endif
}

static inline vreal all(REAL x)
{
    const vreal zero = {0};
    return zero + x;
}

static inline vreal choose(vbits yes, vreal a, vreal b)
{
    return (vreal)(((vbits)a & yes) | ((vbits)b & ~yes));
}

// Lane k of the result is lane index[k] of v.
static inline vreal turned(vreal v, vbits index)
{
#if defined(__clang__)
    vreal to;
    for (int k = 0; k < LANES; k++)
        to[k] = v[index[k]];
    return to;
#else
    return __builtin_shuffle(v, index);
#endif
}

// Turned copies of the elements at the two ends of the strips.
static inline void copy_ghost(const xy_grid *g, REAL *spin, int32_t row, int side)
{
    int32_t from = row * g->width + (side ? 0 : g->width - 1), to = g->n_element + 2 * row + side;
    const vbits count = LANE_NUMBERS;
    vbits index = (count + (BITS)(side ? g->replicas : LANES - g->replicas)) & (LANES - 1);
    for (size_t c = 0; c < 2; c++) {
        REAL *ghost = spin + ((size_t)to * 2 + c) * LANES;
        put(ghost, turned(get(spin + ((size_t)from * 2 + c) * LANES), index));
        if (g->open[0]) // nothing lies beyond the first and the last strip
            for (int32_t r = 0; r < g->replicas; r++)
                ghost[side ? LANES - 1 - r : r] = 0;
    }
}

// After the even or the odd half of a row.
static inline void copy_ghosts(const xy_grid *g, REAL *spin, int32_t row, int parity)
{
    if (g->strips == 1)
        return;
    if (parity == 0)
        copy_ghost(g, spin, row, 1);
    if (((g->width - 1) & 1) == parity)
        copy_ghost(g, spin, row, 0);
}

static void refresh(const xy_grid *g, void *spins)
{
    for (int32_t row = 0; row < g->rows; row++)
        for (int parity = 0; parity < 2; parity++)
            copy_ghosts(g, spins, row, parity);
}
