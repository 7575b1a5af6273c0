// mesh/gmsh.c -- triangulation of a plane region by gmsh (C. Geuzaine and J.-F. Remacle, Int. J.
// Numer. Methods Eng. 79, 1309 (2009)), frontal Delaunay.
//
// libgmsh brings about ninety libraries along: it is loaded at the first use and then kept. It has
// one state per process: a lock is held from open to close. It reads no configuration of the user,
// prints nothing, and the signal handlers and the number format of the process are put back.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mesh/gmsh.h"

#include <dlfcn.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static const char LIBRARY[] = "libgmsh.so.4.8"; // its functions below are of this version
static const char *name_of_library = LIBRARY;

typedef double size_fn(int dim, int tag, double x, double y, double z, void *user);

static struct {
    void *library;
    void (*free)(void *);
    void (*initialize)(int, char **, int, int *);
    void (*finalize)(int *);
    void (*clear)(int *);
    void (*set_number)(const char *, double, int *);
    int (*add_point)(double, double, double, double, int, int *);
    int (*add_line)(int, int, int, int *);
    int (*add_loop)(int *, size_t, int, int, int *);
    int (*add_surface)(int *, size_t, int, int *);
    void (*set_transfinite)(int, int, const char *, double, int *);
    void (*synchronize)(int *);
    void (*set_size)(size_fn *, void *, int *);
    void (*remove_size)(int *);
    void (*generate)(int, int *);
    void (*nodes)(size_t **, size_t *, double **, size_t *, double **, size_t *, int, int, int, int,
                  int *);
    void (*elements)(int, size_t **, size_t *, size_t **, size_t *, int, size_t, size_t, int *);
    void (*last_error)(char **, int *);
} gmsh;

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

// Signals whose handlers a library might take over.
static const int SIGNALS[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGABRT, SIGSEGV, SIGFPE, SIGPIPE};
enum { N_SIGNAL = sizeof SIGNALS / sizeof *SIGNALS };
static struct sigaction handlers[N_SIGNAL];
static char number_format[64];

static void keep_process_state(void)
{
    for (int k = 0; k < N_SIGNAL; k++)
        sigaction(SIGNALS[k], NULL, &handlers[k]);
    const char *name = setlocale(LC_NUMERIC, NULL);
    snprintf(number_format, sizeof number_format, "%s", name ? name : "C");
}

static void restore_process_state(void)
{
    for (int k = 0; k < N_SIGNAL; k++)
        sigaction(SIGNALS[k], &handlers[k], NULL);
    const char *name = setlocale(LC_NUMERIC, NULL);
    if (name && strcmp(name, number_format) != 0)
        setlocale(LC_NUMERIC, number_format);
}

void flx_gmsh_set_library(const char *name)
{
    pthread_mutex_lock(&turn);
    name_of_library = name ? name : LIBRARY;
    gmsh.library = NULL;
    pthread_mutex_unlock(&turn);
}

static flx_status load(flx_ctx *ctx)
{
    if (gmsh.library)
        return FLX_OK;
    void *library = dlopen(name_of_library, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return flx_fail(ctx, FLX_ERR_UNAVAILABLE,
                        "making a mesh needs %s, which cannot be loaded (%s); install the Debian "
                        "package libgmsh4.8, or import a mesh from a .msh file",
                        name_of_library, dlerror());
    // A pointer to data becomes one to a function through its bytes.
    const struct {
        const char *name;
        void *place;
    } symbols[] = {
        {"gmshFree", &gmsh.free},
        {"gmshInitialize", &gmsh.initialize},
        {"gmshFinalize", &gmsh.finalize},
        {"gmshClear", &gmsh.clear},
        {"gmshOptionSetNumber", &gmsh.set_number},
        {"gmshModelGeoAddPoint", &gmsh.add_point},
        {"gmshModelGeoAddLine", &gmsh.add_line},
        {"gmshModelGeoAddCurveLoop", &gmsh.add_loop},
        {"gmshModelGeoAddPlaneSurface", &gmsh.add_surface},
        {"gmshModelGeoMeshSetTransfiniteCurve", &gmsh.set_transfinite},
        {"gmshModelGeoSynchronize", &gmsh.synchronize},
        {"gmshModelMeshSetSizeCallback", &gmsh.set_size},
        {"gmshModelMeshRemoveSizeCallback", &gmsh.remove_size},
        {"gmshModelMeshGenerate", &gmsh.generate},
        {"gmshModelMeshGetNodes", &gmsh.nodes},
        {"gmshModelMeshGetElementsByType", &gmsh.elements},
        {"gmshLoggerGetLastError", &gmsh.last_error},
    };
    for (size_t k = 0; k < sizeof symbols / sizeof *symbols; k++) {
        void *symbol = dlsym(library, symbols[k].name);
        if (!symbol) {
            dlclose(library);
            return flx_fail(ctx, FLX_ERR_UNAVAILABLE,
                            "%s has no %s; install the Debian package "
                            "libgmsh4.8",
                            name_of_library, symbols[k].name);
        }
        memcpy(symbols[k].place, &symbol, sizeof symbol);
    }
    gmsh.library = library;
    return FLX_OK;
}

static flx_status fail(flx_ctx *ctx, const char *action)
{
    char *text = NULL;
    int ierr = 0;
    gmsh.last_error(&text, &ierr);
    flx_fail(ctx, FLX_ERR_GEOMETRY, "gmsh cannot %s: %s", action,
             text && text[0] ? text : "it gives no reason");
    if (text)
        gmsh.free(text);
    return FLX_ERR_GEOMETRY;
}

flx_status flx_gmsh_open(flx_ctx *ctx)
{
    pthread_mutex_lock(&turn);
    keep_process_state();
    flx_status status = load(ctx);
    int ierr = 0;
    if (status == FLX_OK) {
        gmsh.initialize(0, NULL, 0, &ierr);
        if (ierr)
            status = flx_fail(ctx, FLX_ERR_UNAVAILABLE, "gmsh does not start (error %d)", ierr);
    }
    if (status < 0) {
        restore_process_state();
        pthread_mutex_unlock(&turn);
        return status;
    }
    const struct {
        const char *name;
        double value;
    } options[] = {
        {"General.Terminal", 0},
        {"General.NumThreads", 1},
        {"General.Verbosity", 1},
        {"Mesh.Algorithm", 6}, // frontal Delaunay
        {"Mesh.Smoothing", 0},
        {"Mesh.RandomSeed", 1},
        // The callback alone says how long edges are.
        {"Mesh.MeshSizeExtendFromBoundary", 0},
        {"Mesh.MeshSizeFromPoints", 0},
        {"Mesh.MeshSizeFromCurvature", 0},
        {"Mesh.MeshSizeMax", 1e22},
        {"Mesh.MeshSizeMin", 0},
        {"Geometry.AutoCoherence", 0},
    };
    for (size_t k = 0; k < sizeof options / sizeof *options; k++)
        gmsh.set_number(options[k].name, options[k].value, &ierr);
    return FLX_OK;
}

void flx_gmsh_close(void)
{
    int ierr = 0;
    gmsh.finalize(&ierr);
    restore_process_state();
    pthread_mutex_unlock(&turn);
}

void flx_soup_clear(flx_soup *soup)
{
    flx_free(soup->xy);
    flx_free(soup->tri);
    *soup = (flx_soup){0};
}

flx_status flx_soup_reserve(flx_ctx *ctx, flx_soup *soup, int64_t n_site, int64_t n_tri)
{
    if (n_site > INT32_MAX / 8 || n_tri > INT32_MAX / 8)
        return flx_fail(ctx, FLX_ERR_GEOMETRY, "a mesh of %lld sites is too large",
                        (long long)n_site);
    if (n_site > soup->site_room) {
        double *xy =
            flx_realloc(ctx, soup->xy, 2 * (size_t)soup->n_site, 2 * (size_t)n_site, sizeof *xy);
        if (!xy)
            return FLX_ERR_MEMORY;
        soup->xy = xy;
        soup->site_room = (int32_t)n_site;
    }
    if (n_tri > soup->tri_room) {
        int32_t *tri =
            flx_realloc(ctx, soup->tri, 3 * (size_t)soup->n_tri, 3 * (size_t)n_tri, sizeof *tri);
        if (!tri)
            return FLX_ERR_MEMORY;
        soup->tri = tri;
        soup->tri_room = (int32_t)n_tri;
    }
    return FLX_OK;
}

// The frame in which gmsh works: its tolerances are absolute, so lengths are counted in edges.
typedef struct frame {
    const flx_size *target;
    double x, y, unit;
} frame;

static double wanted_size(int dim, int tag, double x, double y, double z, void *user)
{
    (void)dim;
    (void)tag;
    (void)z;
    const frame *f = user;
    return flx_size_at(f->target, f->x + f->unit * x, f->y + f->unit * y) / f->unit;
}

// One ring as points and lines of one edge each. Tags count the points of all rings from 1.
static int add_ring(const flx_rim *rim, int32_t first, const frame *f, int32_t *n, int *lines,
                    int *ierr)
{
    int32_t begin = *n, count = 0;
    int32_t p = first;
    do {
        int tag = begin + ++count;
        gmsh.add_point((rim->xy[p][0] - f->x) / f->unit, (rim->xy[p][1] - f->y) / f->unit, 0, 0,
                       tag, ierr);
        p = rim->next[p];
    } while (p != first && *ierr == 0);
    for (int32_t k = 0; k < count && *ierr == 0; k++) {
        int from = begin + k + 1, to = begin + (k + 1) % count + 1;
        lines[k] = gmsh.add_line(from, to, from, ierr);
        if (*ierr == 0)
            gmsh.set_transfinite(from, 2, "Progression", 1, ierr);
    }
    *n += count;
    return *ierr == 0 ? gmsh.add_loop(lines, (size_t)count, -1, 0, ierr) : 0;
}

static flx_status describe(flx_ctx *ctx, const flx_rim *rim, int32_t r0, int32_t r1, const frame *f,
                           int32_t *n_rim)
{
    int *lines = FLX_NEW_ARRAY(ctx, int, rim->n);
    int *loops = FLX_NEW_ARRAY(ctx, int, r1 - r0);
    flx_status status = lines && loops ? FLX_OK : FLX_ERR_MEMORY;
    int ierr = 0;
    *n_rim = 0;
    if (status == FLX_OK) {
        gmsh.clear(&ierr);
        for (int32_t r = r0; r < r1 && ierr == 0; r++)
            loops[r - r0] = add_ring(rim, rim->first[r], f, n_rim, lines, &ierr);
        if (ierr == 0)
            gmsh.add_surface(loops, (size_t)(r1 - r0), 1, &ierr);
        if (ierr == 0)
            gmsh.synchronize(&ierr);
        if (ierr)
            status = fail(ctx, "take the outline");
    }
    flx_free(lines);
    flx_free(loops);
    return status;
}

// What gmsh returns of a mesh.
typedef struct harvest {
    size_t *tag, n_tag, *rim_tag, n_rim_tag, *element, n_element, *corner, n_corner;
    double *at, *rim_at, *unused[2]; // the last: parametric coordinates, not asked for
    size_t n_at, n_rim_at, n_unused;
} harvest;

static void harvest_clear(harvest *h)
{
    void *memory[] = {h->tag, h->rim_tag, h->element,   h->corner,
                      h->at,  h->rim_at,  h->unused[0], h->unused[1]};
    for (size_t k = 0; k < sizeof memory / sizeof *memory; k++)
        if (memory[k])
            gmsh.free(memory[k]);
}

// Sites: the rim points in their order, with their exact place, then the others.
static flx_status collect(flx_ctx *ctx, const flx_rim *rim, int32_t r0, int32_t r1, const frame *f,
                          const harvest *h, flx_soup *soup)
{
    size_t top = 0;
    for (size_t k = 0; k < h->n_tag; k++)
        top = h->tag[k] > top ? h->tag[k] : top;
    int32_t *index = FLX_NEW_ARRAY(ctx, int32_t, top + 1);
    flx_status status = index ? flx_soup_reserve(ctx, soup, soup->n_site + (int64_t)h->n_tag,
                                                 soup->n_tri + (int64_t)h->n_element)
                              : FLX_ERR_MEMORY;
    if (status < 0) {
        flx_free(index);
        return status;
    }
    for (size_t k = 0; k <= top; k++)
        index[k] = -1;
    size_t n = 0;
    for (int32_t r = r0; r < r1; r++) {
        int32_t p = rim->first[r];
        do {
            double x = (rim->xy[p][0] - f->x) / f->unit, y = (rim->xy[p][1] - f->y) / f->unit;
            if (n >= h->n_rim_tag || h->rim_tag[n] > top || h->rim_at[3 * n] != x ||
                h->rim_at[3 * n + 1] != y) {
                flx_free(index);
                return flx_fail(ctx, FLX_ERR_INTERNAL,
                                "gmsh does not return the rim point at (%.9g, %.9g)", rim->xy[p][0],
                                rim->xy[p][1]);
            }
            index[h->rim_tag[n++]] = soup->n_site;
            memcpy(&soup->xy[2 * soup->n_site++], rim->xy[p], sizeof rim->xy[p]);
            p = rim->next[p];
        } while (p != rim->first[r]);
    }
    for (size_t k = 0; k < h->n_tag; k++)
        if (index[h->tag[k]] < 0) {
            index[h->tag[k]] = soup->n_site;
            soup->xy[2 * soup->n_site] = f->x + f->unit * h->at[3 * k];
            soup->xy[2 * soup->n_site++ + 1] = f->y + f->unit * h->at[3 * k + 1];
        }
    for (size_t k = 0; k < h->n_corner && status == FLX_OK; k++) {
        int32_t i = h->corner[k] <= top ? index[h->corner[k]] : -1;
        soup->tri[3 * (size_t)soup->n_tri + k] = i;
        if (i < 0)
            status = flx_fail(ctx, FLX_ERR_INTERNAL, "gmsh returns a triangle of unknown nodes");
    }
    soup->n_tri += (int32_t)(h->n_corner / 3);
    flx_free(index);
    return status;
}

flx_status flx_gmsh_triangulate(flx_ctx *ctx, const flx_rim *rim, int32_t r0, int32_t r1,
                                const flx_size *target, flx_soup *soup)
{
    int32_t first = rim->first[r0], n_rim = 0;
    frame f = {target, rim->xy[first][0], rim->xy[first][1], target->max_edge};
    FLX_TRY(describe(ctx, rim, r0, r1, &f, &n_rim));
    int ierr = 0;
    gmsh.set_size(wanted_size, &f, &ierr);
    if (ierr == 0)
        gmsh.generate(2, &ierr);
    int ignored = 0;
    gmsh.remove_size(&ignored);
    if (ierr)
        return fail(ctx, "mesh the film");
    harvest h = {0};
    gmsh.nodes(&h.tag, &h.n_tag, &h.at, &h.n_at, &h.unused[0], &h.n_unused, -1, -1, 0, 0, &ierr);
    if (ierr == 0)
        gmsh.nodes(&h.rim_tag, &h.n_rim_tag, &h.rim_at, &h.n_rim_at, &h.unused[1], &h.n_unused, 0,
                   -1, 0, 0, &ierr);
    if (ierr == 0)
        gmsh.elements(2, &h.element, &h.n_element, &h.corner, &h.n_corner, -1, 0, 1, &ierr);
    flx_status status =
        ierr ? fail(ctx, "return its mesh") : collect(ctx, rim, r0, r1, &f, &h, soup);
    if (status == FLX_OK && h.n_element == 0)
        status = flx_fail(ctx, FLX_ERR_GEOMETRY, "gmsh made no triangle near (%.9g, %.9g)",
                          rim->xy[first][0], rim->xy[first][1]);
    harvest_clear(&h);
    return status;
}
