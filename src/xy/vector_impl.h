// xy/vector_impl.h -- vectors of one precision, as wide as the machine's, and the ghosts at the ends of
// strips: included by kernels_f32.c and kernels_f64.c. An element of LANES numbers is XY_PARTS of them.
// SPDX-License-Identifier: GPL-3.0-or-later

enum { PART = XY_WIDE / sizeof(REAL) }; // lanes of a vector
typedef REAL vreal __attribute__((vector_size(XY_WIDE), may_alias));
typedef BITS vbits __attribute__((vector_size(XY_WIDE), may_alias));
typedef SIGNED vsigned __attribute__((vector_size(XY_WIDE), may_alias));

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
    return (vreal)MADD256((V256)a, (V256)b, (V256)c);
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

static inline vreal add_where(answer yes, vreal a, vreal b) // a elsewhere
{
    return (vreal)SIMD(mask_add)((V512)a, yes, (V512)a, (V512)b);
}

static inline vbits counted(vbits n, answer yes)
{
    const vbits one = (vbits){0} + 1;
    return n + (vbits)where(yes, (vreal)one);
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

static inline vreal add_where(answer yes, vreal a, vreal b) // a elsewhere
{
    return madd(where(yes, all(1)), b, a);
}

static inline vbits counted(vbits n, answer yes)
{
    return n - yes;
}
#endif

static inline vreal least(vreal v, vreal high)
{
#if defined(__AVX512F__)
    return (vreal)SIMD(min)((V512)v, (V512)high);
#elif defined(__FMA__)
    return (vreal)MIN256((V256)v, (V256)high);
#else
    for (int k = 0; k < PART; k++)
        v[k] = v[k] > high[k] ? high[k] : v[k];
    return v;
#endif
}

static inline vreal clamp(vreal v, REAL low, REAL high)
{
#if defined(__AVX512F__)
    return (vreal)SIMD(min)(SIMD(max)((V512)v, (V512)all(low)), (V512)all(high));
#elif defined(__FMA__)
    return (vreal)MIN256(MAX256((V256)v, (V256)all(low)), (V256)all(high));
#else
    for (int k = 0; k < PART; k++)
        v[k] = v[k] < low ? low : v[k] > high ? high : v[k];
    return v;
#endif
}

static inline vreal root(vreal v)
{
#if defined(__AVX512F__)
    return (vreal)SIMD(sqrt)((V512)v);
#elif defined(__FMA__)
    return (vreal)SQRT256((V256)v);
#else
    for (int k = 0; k < PART; k++)
        v[k] = (REAL)sqrt((double)v[k]);
    return v;
#endif
}

static const int sign_bit = 8 * sizeof(REAL) - 1;
static inline vreal magnitude_of(vreal v)
{
    return (vreal)((vbits)v & ~((BITS)1 << sign_bit));
}

static inline vreal with_sign(vreal v, vreal sign) // v >= 0
{
    return (vreal)((vbits)v | ((vbits)sign & (BITS)1 << sign_bit));
}

// Ghosts: the lanes of the element at the other end of the row, turned by as many as there are
// replicas.
#if defined(__AVX512F__)
typedef struct turning {
    vbits from; // the lane that each takes
} turning;

static turning turning_of(const xy_grid *g, int side)
{
    const vbits count = LANE_NUMBERS;
    return (turning){(count + (BITS)(side ? g->replicas : LANES - g->replicas)) & (LANES - 1)};
}

static inline void turn_lanes(const turning *t, const REAL *from, REAL *to)
{
#if defined(__clang__)
    for (int k = 0; k < LANES; k++)
        to[k] = from[t->from[k]];
#else
    put(to, __builtin_shuffle(get(from), t->from));
#endif
}
#elif defined(__AVX2__)
typedef struct turning {
    __m256i from; // the word of 32 bits of a half that each word takes, of either half
    __m256i
        other; // all bits: the lower half of the result takes it from the upper half, and vice versa
} turning;

static turning turning_of(const xy_grid *g, int side)
{
    const int words = sizeof(REAL) / 4, shift = words * (side ? g->replicas : LANES - g->replicas);
    const __m256i count = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7),
                  at = _mm256_add_epi32(count, _mm256_set1_epi32(shift));
    return (turning){_mm256_and_si256(at, _mm256_set1_epi32(7)),
                     _mm256_srai_epi32(_mm256_slli_epi32(at, 28), 31)}; // bit 3
}

static inline void turn_lanes(const turning *t, const REAL *from, REAL *to)
{
    const __m256i *f = (const __m256i *)(const void *)from;
    __m256i *half = (__m256i *)(void *)to;
    const __m256i low = _mm256_permutevar8x32_epi32(f[0], t->from),
                  high = _mm256_permutevar8x32_epi32(f[1], t->from), swap = (low ^ high) & t->other;
    half[0] = low ^ swap;
    half[1] = high ^ swap;
}
#else
typedef struct turning {
    int32_t shift;
} turning;

static turning turning_of(const xy_grid *g, int side)
{
    return (turning){side ? g->replicas : LANES - g->replicas};
}

static inline void turn_lanes(const turning *t, const REAL *from, REAL *to)
{
    for (int k = 0; k < LANES; k++)
        to[k] = from[(k + t->shift) % LANES];
}
#endif

static inline __attribute__((always_inline)) void copy_ghost(const xy_grid *g, REAL *own, int side,
                                                             const turning *t)
{
    const REAL *from = own + (side ? 0 : (size_t)(g->width - 1) * 2 * LANES);
    REAL *ghost = side ? own + (size_t)g->width * 2 * LANES : own - 2 * LANES;
    turn_lanes(t, from, ghost);
    turn_lanes(t, from + LANES, ghost + LANES);
    if (g->open[0]) // nothing lies beyond the first and the last strip
        for (size_t c = 0; c < 2; c++)
            for (int32_t r = 0; r < g->replicas; r++)
                ghost[c * LANES + (size_t)(side ? LANES - 1 - r : r)] = 0;
}

static void refresh(const xy_grid *g, void *spins)
{
    const turning ghost[2] = {turning_of(g, 0), turning_of(g, 1)};
    for (int32_t row = 0; row < g->rows; row++)
        for (int side = 0; side < 2; side++)
            copy_ghost(g, (REAL *)spins + flx_xy_column(g, row, 0), side, &ghost[side]);
}

// ---- Rows ----------------------------------------------------------------------------------------

// A part of the spins of a row, and their neighbours: that of own + x stands at side[q] + x, bond[q] + x
// tells how it is seen.
typedef struct row_view {
    REAL *own;
    const REAL *side[XY_NEIGHBOURS_MAX], *bond[XY_NEIGHBOURS_MAX];
    int32_t row;
    int part;
} row_view;

static inline __attribute__((always_inline)) row_view view_of(const xy_tables *t, REAL *spin,
                                                              int32_t row, const int n,
                                                              const bool bonds)
{
    const xy_grid *g = t->grid;
    row_view v = {.own = spin + flx_xy_column(g, row, 0), .row = row};
    for (int q = 0; q < n; q++) {
        v.side[q] = spin + flx_xy_column(g, g->row[q][row], g->shift[q]);
        if (bonds)
            v.bond[q] =
                (const REAL *)t->bond +
                ((size_t)q * (size_t)g->n_element + (size_t)row * (size_t)g->width) * 2 * LANES;
    }
    return v;
}

// From the first part to another one.
static inline __attribute__((always_inline)) row_view part_view(const row_view *first, int part,
                                                                const int n, const bool bonds)
{
    row_view v = *first;
    v.own += part * PART;
    v.part = part;
    for (int q = 0; q < n; q++) {
        v.side[q] += part * PART;
        if (bonds)
            v.bond[q] += part * PART;
    }
    return v;
}

// s' = s + shrink s +- sine (-sy, sx), shrink = cos - 1.
typedef struct rotation {
    vreal sine, shrink;
} rotation;

// A sweep: what it reads, what it counts.
typedef struct pass {
    const xy_tables *t;
    REAL *spin;
    const xy_draw *draw;
    xy_source source;
    turning ghost[2];
    vreal beta[XY_PARTS], width[XY_PARTS]; // in the units of Metropolis
    rotation rotation[AT_ONCE][XY_PARTS];  // of so many rows
    bool mirror;                           // Villain: reflections
    vbits accepted[XY_PARTS];              // counts, modulo what they hold
} pass;

static pass pass_of(const xy_tables *t, void *spin, const xy_draw *draw)
{
    pass p = {.t = t,
              .spin = spin,
              .draw = draw,
              .ghost = {turning_of(t->grid, 0), turning_of(t->grid, 1)}};
    flx_xy_source(draw, &p.source);
    return p;
}

// A stretch updates the columns from, from + 2, ... before `to` of a row, or of a part of one.
typedef void stretch(pass *p, const row_view *v, int32_t from, int32_t to, int n, bool bonds);
typedef void row_update(pass *p, int32_t row);

static inline __attribute__((always_inline)) void each_part(pass *p, const row_view *first,
                                                            stretch *update, const int32_t range[2],
                                                            const int n, const bool bonds)
{
    for (int part = 0; part < XY_PARTS; part++) {
        row_view v = part_view(first, part, n, bonds);
        update(p, &v, range[0], range[1], n, bonds);
    }
}

// First the even columns, then the odd ones. Both ends of a row of odd width are even: the second must
// see the first.
static inline __attribute__((always_inline)) void by_halves(pass *p, int32_t row, stretch *update,
                                                            const int n, const bool bonds)
{
    const xy_grid *g = p->t->grid;
    const int32_t width = g->width;
    const bool odd = width & 1;
    const int32_t range[3][2] = {{0, odd ? 1 : width}, {2, odd ? width : 0}, {1, width}};
    const row_view v = view_of(p->t, p->spin, row, n, bonds);
    for (int k = 0; k < 3; k++) {
        update(p, &v, range[k][0], range[k][1], n, bonds);
        if (k == 0)
            copy_ghost(g, v.own, 1, &p->ghost[1]);
        if (k == (odd ? 1 : 2))
            copy_ghost(g, v.own, 0, &p->ghost[0]);
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
