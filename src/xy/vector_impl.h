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
    return (vreal)SIMD(fmadd)((V512)a, (V512)b, (V512)c);
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

// Yes or no for each lane.
#if defined(__AVX512F__)
typedef MASK answer;

static inline vreal where(answer yes, vreal v) // 0 elsewhere
{
    return (vreal)SIMD(maskz_mov)(yes, (V512)v);
}

static inline answer less(vreal a, vreal b)
{
    return SIMD_LESS((V512)a, (V512)b, _CMP_LT_OQ);
}
#else
typedef vbits answer;

static inline vreal where(answer yes, vreal v)
{
    return (vreal)((vbits)v & yes);
}

static inline answer less(vreal a, vreal b)
{
    return (vbits)(a < b);
}
#endif

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

// Which lane of the other end's element a ghost holds, at the left (side 0) and at the right end of a
// row.
static inline vbits ghost_index(const xy_grid *g, int side)
{
    const vbits count = LANE_NUMBERS;
    return (count + (BITS)(side ? g->replicas : LANES - g->replicas)) & (LANES - 1);
}

static inline __attribute__((always_inline)) void copy_ghost(const xy_grid *g, REAL *own, int side,
                                                             vbits index)
{
    const REAL *from = own + (side ? 0 : (size_t)(g->width - 1) * 2 * LANES);
    REAL *ghost = side ? own + (size_t)g->width * 2 * LANES : own - 2 * LANES;
    for (size_t c = 0; c < 2; c++) {
        put(ghost + c * LANES, turned(get(from + c * LANES), index));
        if (g->open[0]) // nothing lies beyond the first and the last strip
            for (int32_t r = 0; r < g->replicas; r++)
                ghost[c * LANES + (size_t)(side ? LANES - 1 - r : r)] = 0;
    }
}

static void refresh(const xy_grid *g, void *spins)
{
    for (int32_t row = 0; row < g->rows; row++)
        for (int side = 0; side < 2; side++)
            copy_ghost(g, (REAL *)spins + flx_xy_column(g, row, 0), side, ghost_index(g, side));
}

// ---- Rows ----------------------------------------------------------------------------------------

// The spins of a row, and their neighbours: that of own + x stands at side[q] + x, bond[q] + x tells
// how it is seen.
typedef struct row_view {
    REAL *own;
    const REAL *side[XY_NEIGHBOURS_MAX], *bond[XY_NEIGHBOURS_MAX];
} row_view;

static inline __attribute__((always_inline)) row_view view_of(const xy_tables *t, REAL *spin,
                                                              int32_t row, const int n,
                                                              const bool bonds)
{
    const xy_grid *g = t->grid;
    row_view v = {.own = spin + flx_xy_column(g, row, 0)};
    for (int q = 0; q < n; q++) {
        v.side[q] = spin + flx_xy_column(g, g->row[q][row], g->shift[q]);
        if (bonds)
            v.bond[q] =
                (const REAL *)t->bond +
                ((size_t)q * (size_t)g->n_element + (size_t)row * (size_t)g->width) * 2 * LANES;
    }
    return v;
}

// A sweep: what it reads, what it counts.
typedef struct pass {
    const xy_tables *t;
    REAL *spin;
    const xy_draw *draw;
    xy_source source;
    vbits ghost[2];    // ghost_index
    vreal beta, width; // in the units of Metropolis
    bool mirror;       // Villain: reflections
    vreal accepted;
} pass;

static pass pass_of(const xy_tables *t, void *spin, const xy_draw *draw)
{
    pass p = {.t = t,
              .spin = spin,
              .draw = draw,
              .ghost = {ghost_index(t->grid, 0), ghost_index(t->grid, 1)}};
    flx_xy_source(draw, LANES / 8, &p.source);
    return p;
}

// A stretch updates the columns from, from + 2, ... before `to` of a row.
typedef void stretch(pass *p, const row_view *v, int32_t row, int32_t from, int32_t to, int n,
                     bool bonds);
typedef void row_update(pass *p, int32_t row);

// First the even columns, then the odd ones. Both ends of a row of odd width are even: the second must
// see the first.
static inline __attribute__((always_inline)) void by_halves(pass *p, int32_t row, stretch *update,
                                                            const int n, const bool bonds)
{
    const xy_grid *g = p->t->grid;
    const int32_t width = g->width, odd = width & 1;
    const row_view v = view_of(p->t, p->spin, row, n, bonds);
    if (odd) {
        update(p, &v, row, 0, 1, n, bonds);
        copy_ghost(g, v.own, 1, p->ghost[1]);
        update(p, &v, row, 2, width, n, bonds);
        copy_ghost(g, v.own, 0, p->ghost[0]);
        update(p, &v, row, 1, width, n, bonds);
    } else {
        update(p, &v, row, 0, width, n, bonds);
        copy_ghost(g, v.own, 1, p->ghost[1]);
        update(p, &v, row, 1, width, n, bonds);
        copy_ghost(g, v.own, 0, p->ghost[0]);
    }
}

// Updates for each kind of lattice: 4 or 6 neighbours, with or without a table of bonds.
#define FOUR_KINDS(update)                                                                         \
    static void update##_4(pass *p, int32_t row)                                                   \
    {                                                                                              \
        by_halves(p, row, update, 4, false);                                                       \
    }                                                                                              \
    static void update##_6(pass *p, int32_t row)                                                   \
    {                                                                                              \
        by_halves(p, row, update, 6, false);                                                       \
    }                                                                                              \
    static void update##_4_bonds(pass *p, int32_t row)                                             \
    {                                                                                              \
        by_halves(p, row, update, 4, true);                                                        \
    }                                                                                              \
    static void update##_6_bonds(pass *p, int32_t row)                                             \
    {                                                                                              \
        by_halves(p, row, update, 6, true);                                                        \
    }                                                                                              \
    static row_update *const update##_kinds[2][2] = {{update##_4, update##_4_bonds},               \
                                                     {update##_6, update##_6_bonds}};

static row_update *of_kind(const xy_tables *t, row_update *const kinds[2][2])
{
    return kinds[t->grid->n_bond == 3][t->bond != NULL];
}

static void each_row(pass *p, row_update *const kinds[2][2])
{
    row_update *update = of_kind(p->t, kinds);
    for (int32_t row = 0; row < p->t->grid->rows; row++)
        update(p, row);
}
