// case/device.h -- inside of a device, shared by the files that make it, run it and measure it.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_CASE_DEVICE_H
#define FLX_CASE_DEVICE_H

#include "base/base.h"
#include "fluxoid/run.h"

// A closed chain of sites.
typedef struct flx_chain {
    int32_t *site; // [n] owned
    int32_t n;
} flx_chain;

// What an engine leaves for the next run on the device.
typedef struct flx_kept {
    void *what;
    void (*free)(void *what);
} flx_kept;

struct flx_device {
    const flx_case *c; // borrowed
    flx_mesh *mesh;    // film f is film f of the case
    flx_locator *locator;

    int32_t n_hole; // of all films
    const char **hole_name;
    int32_t *first_hole; // [n_film] number of the first hole of each film
    int32_t *hole_loop;  // [n_hole] index in mesh->loop

    flx_terminal *terminals; // [c->n_terminal] site and length are owned
    flx_probe (*probe)[2];   // [c->n_probe]
    flx_chain *loop;         // [c->n_loop]
    double *z;               // [n_film] [xi]
    flx_kept *kept;          // by the engine, from one point of a sweep to the next
};

// FLX_ERR_INPUT at a line of the case.
__attribute__((format(printf, 4, 5))) flx_status flx_device_fail(flx_ctx *ctx, const flx_case *c,
                                                                 int32_t line, const char *format,
                                                                 ...);

// Puts the line of the case before the present error; line 0: the value came by --set.
flx_status flx_device_blame(flx_ctx *ctx, const flx_case *c, int32_t line, flx_status status);

// A device on a mesh that is there, which the device takes over also when it fails: films and holes
// are numbered as in the case.
flx_status flx_device_create_on(flx_ctx *ctx, const flx_case *c, flx_mesh *mesh, flx_device **out);

// Whether two cases make the same device; then the device of one may serve the other, which it
// borrows from then on (device_same.c).
bool flx_device_same(const flx_case *a, const flx_case *b);
void flx_device_take_case(flx_device *device, const flx_case *c);

// Puts terminals, probes and loops on the mesh (place.c).
flx_status flx_device_place(flx_ctx *ctx, flx_device *device);

// The film that has all the places: the one named, or the only one (film_of.c).
typedef struct flx_places {
    const double *xy; // [n][2] [xi] borrowed
    int32_t n;
    int32_t film; // named; -1: none is
} flx_places;
// *film is -1 if none has them. Several that have them are an error, which lists them.
flx_status flx_device_film_of(flx_ctx *ctx, const flx_device *device, const flx_places *places,
                              int32_t *film);

// The same of a vortex, which must be in one: elsewhere, and on the rim, it would be lost silently.
flx_status flx_device_film_of_vortex(flx_ctx *ctx, const flx_device *device, const flx_case *c,
                                     const flx_case_vortex *vortex, int32_t *film);

// Of all vortices of start.
flx_status flx_device_check_vortices(flx_ctx *ctx, const flx_device *device, const flx_case *c);

// path seen from the folder of the case; owned.
char *flx_case_path(flx_ctx *ctx, const flx_case *c, const char *path);

// Numbers films and holes of a mesh from a file as in the case (import.c).
typedef struct flx_film_shapes {
    flx_region *shape; // as given
    flx_region *net;   // with the holes taken out
    flx_region **hole; // [n_hole]
} flx_film_shapes;
flx_status flx_device_import(flx_ctx *ctx, const flx_case *c, const flx_film_shapes *shapes,
                             flx_mesh **out);

#endif
