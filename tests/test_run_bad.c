// Wrong cases that only geometry, meshes and files tell: each is refused with its line, what was
// given and what to do, and a data file that was there is left as it was.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mesh/gmsh.h"
#include "test_run_tiny.h"

#include <sys/stat.h>

static flx_ctx *ctx;

// Lines 4 to 8 of a case; NULL: as in a good one. `more` begins in line 9.
typedef struct row {
    const char *films, *terminals, *probes, *mesh, *tdgl, *more;
    flx_status status;
    const char *message; // behind the name of the case
} row;

#define FILM(text) "films: {film: {layer: al, shape: " text "}}"
#define HOLES(text) FILM("[box: {size: 6}], holes: {" text "}")
#define TERMINALS(text) "terminals: {" text "}"
#define IMPORT(name) "mesh: {import: " name ", max_edge: 2 xi}"

static const char * or (const char *given, const char *preset)
{
    return given ? given : preset;
}

static const char *text_of(const row *r)
{
    static char text[4096];
    snprintf(text, sizeof text,
             "fluxoid: 1\nunits: {length: um}\n"
             "layers: {al: {coherence_length: 1 um, penetration_depth: 2 um, thickness: 0.1 um}}\n"
             "%s\n%s\n%s\n%s\n%s\n%s",
             or (r->films, HOLES("hole: [box: {size: 2}]")), or (r->terminals, ""),
             or (r->probes, ""), or (r->mesh, "mesh: {max_edge: 1.5 xi}"),
             or (r->tdgl, "tdgl: {time: 0.2 tau0}"), or (r->more, ""));
    return text;
}

static flx_status try_text(const char *text, const flx_run_opts *opts)
{
    flx_case *c = NULL;
    flx_run_result *result = NULL;
    flx_case_source source = {.text = text, .length = strlen(text), .name = "bad.yaml"};
    flx_status status = flx_case_create(ctx, &source, &c);
    if (status < 0)
        fail_msg("%s", flx_ctx_error(ctx));
    status = flx_run(ctx, c, opts, &result);
    flx_run_result_free(result);
    flx_case_free(c);
    return status;
}

static char *bytes_of(const char *path, size_t *n)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *bytes = malloc(1 << 22);
    assert_non_null(bytes);
    *n = fread(bytes, 1, 1 << 22, file);
    fclose(file);
    return bytes;
}

static void write_bytes(const char *path, const char *bytes, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

// What a wrong case must not touch: the data of an earlier run.
static const char KEPT[] = "bad-kept.h5";

static void make_kept(void)
{
    flx_run_opts opts = flx_run_opts_default();
    opts.output = KEPT;
    if (try_text(TINY "tdgl: {time: 0.2 tau0}\n", &opts) != FLX_OK)
        fail_msg("%s", flx_ctx_error(ctx));
}

static void check_rows(const row *rows, size_t n)
{
    flx_run_opts opts = flx_run_opts_default();
    opts.output = KEPT;
    size_t size, now;
    char *kept = bytes_of(KEPT, &size), message[2048];
    int wrong = 0;
    for (size_t k = 0; k < n; k++) {
        flx_status status = try_text(text_of(&rows[k]), &opts);
        snprintf(message, sizeof message, "bad.yaml:%s", rows[k].message);
        if (status != rows[k].status || strcmp(flx_ctx_error(ctx), message) != 0) {
            print_error("row %zu\n  gives    %d %s\n  expected %d %s\n", k, status,
                        flx_ctx_error(ctx), rows[k].status, message);
            wrong++;
        }
        char *after = bytes_of(KEPT, &now);
        if (now != size || memcmp(kept, after, size) != 0)
            fail_msg("row %zu: the data file of an earlier run was changed", k);
        free(after);
    }
    free(kept);
    assert_int_equal(wrong, 0);
}

static int begin(void **state)
{
    (void)state;
    ctx = flx_ctx_create();
    if (!ctx)
        return -1;
    write_tiny_msh("tiny.msh");
    make_kept();
    return 0;
}

static int end(void **state)
{
    (void)state;
    flx_ctx_free(ctx);
    return 0;
}

static void shapes_that_make_no_film(void **state)
{
    (void)state;
    static const row rows[] = {
        {.films = HOLES("hole: [box: {size: 1, at: [9, 0]}]"),
         .status = FLX_ERR_INPUT,
         .message = "4: hole 'hole' lies outside film 'film', 5.5 um from it; a hole lies inside "
                    "its film"},
        {.films = HOLES("hole: [box: {size: 1, at: [3, 0]}]"),
         .status = FLX_ERR_INPUT,
         .message = "4: hole 'hole' reaches the rim of film 'film' near (3, 0.5) um; a hole lies "
                    "inside its film, to open the rim cut the shape of the film"},
        {.films = HOLES("hole: [box: {size: 1, at: [2.5, 0]}]"),
         .status = FLX_ERR_INPUT,
         .message = "4: hole 'hole' reaches the rim of film 'film' near (3, -0.5) um; a hole lies "
                    "inside its film, to open the rim cut the shape of the film"},
        {.films = HOLES("hole: [polygon: {points: [[1, 0], [3, 1], [1, 2]]}]"),
         .status = FLX_ERR_INPUT,
         .message = "4: hole 'hole' reaches the rim of film 'film' near (3, 1) um; a hole lies "
                    "inside its film, to open the rim cut the shape of the film"},
        {.films = HOLES("hole: [box: {size: 8}]"),
         .status = FLX_ERR_INPUT,
         .message = "4: hole 'hole' takes all of film 'film' away; a hole lies inside its film"},
        {.films = HOLES("a: [box: {size: 2}], b: [circle: {radius: 1, at: [1, 0]}]"),
         .status = FLX_ERR_INPUT,
         .message = "4: holes 'a' and 'b' of film 'film' meet near (0.983639, -1) um; make one "
                    "hole of them or move them apart"},
        {.films = HOLES("a: [box: {size: 1}], b: [box: {size: 1, at: [1, 0]}]"),
         .status = FLX_ERR_INPUT,
         .message = "4: holes 'a' and 'b' of film 'film' meet near (0.5, 0.5) um; make one hole of "
                    "them or move them apart"},
        {.films = HOLES("a: [box: {size: 1}], b: [box: {size: 3}]"),
         .status = FLX_ERR_INPUT,
         .message = "4: holes 'a' and 'b' of film 'film' meet near (0, 0) um; make one hole of "
                    "them or move them apart"},
        {.films = HOLES("a: [box: {size: 4}, cut: {box: {size: 2}}]"),
         .status = FLX_ERR_INPUT,
         .message = "4: film 'film' is in pieces, one of them at (-1, -1) um; make each piece a "
                    "film of its own"},
        {.films = "films: {a: {shape: [box: {size: 4}]}, b: {shape: [box: {size: 4, at: [3, 0]}]}}",
         .status = FLX_ERR_INPUT,
         .message = "4: films 'a' and 'b' overlap near (1, -2) um at the same height; make one "
                    "film of them, move them apart, or give their layers different z"},
        {.films = "films: {a: {shape: [box: {size: 4}]}, b: {shape: [box: {size: 4, at: [4, 1]}]}}",
         .status = FLX_ERR_INPUT,
         .message = "4: films 'a' and 'b' touch near (2, 2) um at the same height; make one film "
                    "of them, move them apart, or give their layers different z"},
        {.films = FILM("[polygon: {points: [[0, 0], [4, 4], [4, 0], [0, 4]]}]"),
         .status = FLX_ERR_GEOMETRY,
         .message = "4: film 'film': line 4: the outline crosses or touches itself at (2, 2) um "
                    "(Self-intersection); list its points in order around the shape, or build it "
                    "from several shapes"},
        {.films = FILM("[polygon: {points: [[0, 0], [1, 1], [3, 3]]}]"),
         .status = FLX_ERR_GEOMETRY,
         .message = "4: film 'film': line 4: the outline crosses or touches itself at (1, 1) um "
                    "(Self-intersection); list its points in order around the shape, or build it "
                    "from several shapes"},
        {.films = FILM("[box: {size: 4}, cut: {circle: {radius: 9}}]"),
         .status = FLX_ERR_GEOMETRY,
         .message = "4: film 'film': line 4: nothing is left of the shape"},
        {.films = FILM("[box: {size: 4}, common: {box: {size: 4, at: [9, 9]}}]"),
         .status = FLX_ERR_GEOMETRY,
         .message = "4: film 'film': line 4: nothing is left of the shape"},
        {.films = FILM("[path: {points: [[1, 1], [1, 1]], width: 1}]"),
         .status = FLX_ERR_GEOMETRY,
         .message = "4: film 'film': line 4: a path of 2 points has no length"},
        {.films = FILM("[box: {size: 4}, add: {box: {size: 4, at: [9, 9]}}]"),
         .status = FLX_ERR_INPUT,
         .message = "4: film 'film' is in pieces, one of them at (7, 7) um; make each piece a film "
                    "of its own"},
        {.films = FILM("[box: {size: 6}, cut: {box: {size: [1, 7]}}]"),
         .status = FLX_ERR_INPUT,
         .message = "4: film 'film' is in pieces, one of them at (0.5, 0.6) um; make each piece a "
                    "film of its own"},
        {.films = FILM("[box: {size: 4}, add: {box: {size: 4, at: [4, 4]}}]"),
         .status = FLX_ERR_INPUT,
         .message = "4: film 'film' is in pieces, one of them at (2, 2) um; make each piece a film "
                    "of its own"},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

static void meshes_that_cannot_be_made(void **state)
{
    (void)state;
    static const row rows[] = {
        {.mesh = "mesh: {max_edge: 1e-4 xi}",
         .status = FLX_ERR_GEOMETRY,
         .message = "7: mesh: film 'film': the mesh would have about 4.77e+09 sites, allowed is "
                    "mesh.max_sites = 5000000; choose a larger max_edge or raise max_sites"},
        {.mesh = "mesh: {max_edge: 1e-12 xi}",
         .status = FLX_ERR_GEOMETRY,
         .message = "7: mesh: film 'film': the mesh would have about 4.77e+25 sites, allowed is "
                    "mesh.max_sites = 5000000; choose a larger max_edge or raise max_sites"},
        {.films = FILM("[circle: {radius: 3}]"),
         .mesh = "mesh: {max_edge: 1e-9 xi}",
         .status = FLX_ERR_GEOMETRY,
         .message = "4: film 'film': line 4: an arc of radius 3 um would need 1.89e+10 sides of "
                    "1e-09 um; choose a larger edge length"},
        {.mesh = "mesh: {max_edge: 0.2 xi, max_sites: 100}",
         .status = FLX_ERR_GEOMETRY,
         .message = "7: mesh: film 'film': the mesh would have about 1.19e+03 sites, allowed is "
                    "mesh.max_sites = 100; choose a larger max_edge or raise max_sites"},
        {.mesh = "mesh: {max_edge: 1 xi, refine: [{near: edges, distance: 1, max_edge: 1e-9 xi}]}",
         .status = FLX_ERR_GEOMETRY,
         .message = "7: mesh: film 'film': the mesh would have about 4.63e+19 sites, allowed is "
                    "mesh.max_sites = 5000000; choose a larger max_edge or raise max_sites"},
        {.mesh = "mesh: {max_edge: 1 xi, refine: [{near: point, at: [2, 2], distance: 1, max_edge: "
                 "1e-5 xi}]}",
         .status = FLX_ERR_GEOMETRY,
         .message = "7: mesh: film 'film': the mesh would have about 4.68e+10 sites, allowed is "
                    "mesh.max_sites = 5000000; choose a larger max_edge or raise max_sites"},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

#define TOP "top: {film: film, shape: [box: {size: [6.4, 0.4], at: [0, 3]}]}"
static void parts_that_miss_the_film(void **state)
{
    (void)state;
    static const row rows[] = {
        {.mesh = IMPORT("tiny.msh"),
         .terminals = TERMINALS("far: {film: film, shape: [box: {size: 1, at: [9, 0]}]}"),
         .status = FLX_ERR_INPUT,
         .message =
             "5: terminal 'far' holds no edge of film 'film'; its shape must hold a piece of the "
             "rim longer than mesh.max_edge (the nearest point of the rim is (3, 0) um)"},
        {.mesh = IMPORT("tiny.msh"),
         .terminals = TERMINALS("in: {film: film, shape: [box: {size: 1, at: [2, 0]}]}"),
         .status = FLX_ERR_INPUT,
         .message =
             "5: terminal 'in' holds no edge of film 'film'; its shape must hold a piece of the "
             "rim longer than mesh.max_edge (the nearest point of the rim is (3, 0) um)"},
        {.mesh = IMPORT("tiny.msh"),
         .terminals = TERMINALS("dot: {film: film, shape: [circle: {radius: 0.01, at: [3, 3]}]}"),
         .status = FLX_ERR_INPUT,
         .message =
             "5: terminal 'dot' holds no edge of film 'film'; its shape must hold a piece of the "
             "rim longer than mesh.max_edge (the nearest point of the rim is (3, 3) um)"},
        {.mesh = IMPORT("tiny.msh"),
         .terminals =
             TERMINALS(TOP ", side: {film: film, shape: [box: {size: [0.4, 6.4], at: [3, 0]}]}"),
         .status = FLX_ERR_INPUT,
         .message =
             "5: terminals 'top' and 'side' both hold the rim at (3, 3) um; move them apart"},
        {.mesh = IMPORT("tiny.msh"),
         .terminals =
             TERMINALS(TOP ", same: {film: film, shape: [box: {size: [6.4, 0.4], at: [0, 3]}]}"),
         .status = FLX_ERR_INPUT,
         .message =
             "5: terminals 'top' and 'same' both hold the rim at (3, 3) um; move them apart"},
        {.mesh = IMPORT("tiny.msh"),
         .terminals =
             TERMINALS("none: {film: film, shape: [box: {size: 2}, cut: {box: {size: 3}}]}"),
         .status = FLX_ERR_GEOMETRY,
         .message = "5: terminal 'none': line 5: nothing is left of the shape"},
        {.mesh = IMPORT("tiny.msh"),
         .probes = "probes: {v: [[2, 0], [9, 0]]}",
         .status = FLX_ERR_INPUT,
         .message = "6: second point of probe 'v': the probe at x = 9, y = 0 um is in no film; the "
                    "nearest point of one is about x = 3, y = 0 um"},
        {.mesh = IMPORT("tiny.msh"),
         .probes = "probes: {v: [[0, 0], [2, 0]]}",
         .status = FLX_ERR_INPUT,
         .message = "6: first point of probe 'v': the probe at x = 0, y = 0 um is in no film; the "
                    "nearest point of one is about x = 0, y = -1 um"},
        {.films = "films: {a: {shape: [box: {size: 4}]}, b: {shape: [box: {size: 4, at: [9, 0]}]}}",
         .probes = "probes: {v: [[0, 0], [9, 0]]}",
         .status = FLX_ERR_INPUT,
         .message = "6: the points of probe 'v' lie in different films, whose potentials cannot be "
                    "compared; put both into one film"},
        {.mesh = IMPORT("tiny.msh"),
         .more = "loops: {far: [circle: {radius: 1, at: [9, 9]}]}",
         .status = FLX_ERR_GEOMETRY,
         .message = "9: loop 'far': the loop leaves the film at (10.0008, 9) um"},
        {.mesh = IMPORT("tiny.msh"),
         .more = "loops: {wide: [circle: {radius: 4}]}",
         .status = FLX_ERR_GEOMETRY,
         .message = "9: loop 'wide': the loop leaves the film at (4.00322, 0) um"},
        {.mesh = IMPORT("tiny.msh"),
         .more = "loops: {out: [box: {size: 3, at: [2.5, 0]}]}",
         .status = FLX_ERR_GEOMETRY,
         .message = "9: loop 'out': the loop leaves the film at (3.4, -1.5) um"},
        {.mesh = IMPORT("tiny.msh"),
         .more = "loops: {through: [box: {size: [3, 1], at: [1.4, 0]}]}",
         .status = FLX_ERR_GEOMETRY,
         .message = "9: loop 'through': the loop leaves the film at (-0.1, -0.5) um"},
        {.mesh = IMPORT("tiny.msh"),
         .more = "loops: {inside: [box: {size: 1}]}",
         .status = FLX_ERR_GEOMETRY,
         .message = "9: loop 'inside': the loop leaves the film at (-0.5, -0.5) um"},
        {.mesh = IMPORT("tiny.msh"),
         .more = "loops: {small: [circle: {radius: 0.01, at: [2, 2]}]}",
         .status = FLX_ERR_GEOMETRY,
         .message =
             "9: loop 'small': the loop at (2.01001, 2) um is smaller than the mesh's edges"},
        {.mesh = IMPORT("tiny.msh"),
         .more = "loops: {two: [box: {size: 5}, cut: {box: {size: 3}}]}",
         .status = FLX_ERR_INPUT,
         .message = "9: loop 'two': the shape has 2 rims, a loop is one closed curve"},
        {.mesh = IMPORT("tiny.msh"),
         .more = "start: {vortices: [{at: [9, 0], winding: 1}]}",
         .status = FLX_ERR_INPUT,
         .message = "9: the vortex at (9, 0) um lies in no film; to let a hole hold it give "
                    "start.winding"},
        {.mesh = IMPORT("tiny.msh"),
         .more = "start: {vortices: [{at: [0, 0], winding: 1}]}",
         .status = FLX_ERR_INPUT,
         .message = "9: the vortex at (0, 0) um lies in no film; to let a hole hold it give "
                    "start.winding"},
        {.mesh = IMPORT("tiny.msh"),
         .more = "start: {vortices: [{at: [3, 0.7], winding: 1}]}",
         .status = FLX_ERR_INPUT,
         .message = "9: the vortex at (3, 0.7) um lies on the rim of film 'film', where it has no "
                    "effect; move it into the film"},
        {.mesh = IMPORT("tiny.msh"),
         .more = "start: {vortices: [{at: [1, 1], winding: 1}]}",
         .status = FLX_ERR_INPUT,
         .message = "9: the vortex at (1, 1) um lies on the rim of film 'film', where it has no "
                    "effect; move it into the film"},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

// A mesh of four triangles round a node, with something wrong in it.
#define MSH_HEAD "$MeshFormat\n2.2 0 8\n$EndMeshFormat\n"
#define MSH_NODES "$Nodes\n5\n1 -3 -3 0\n2 3 -3 0\n3 3 3 0\n4 -3 3 0\n5 0 0 0\n$EndNodes\n"
#define MSH_TRIS(a, b)                                                                             \
    "$Elements\n4\n1 2 2 1 1 1 2 5\n2 2 2 1 1 2 3 5\n3 2 2 1 1 " a "\n4 2 2 1 1 " b                \
    "\n$EndElements\n"
#define MSH_GOOD MSH_TRIS("3 4 5", "4 1 5")

static void meshes_that_cannot_be_imported(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
    } files[] = {
        {"bad-text.msh", "this is no mesh\n"},
        {"bad-empty.msh", ""},
        {"bad-binary.msh", "$MeshFormat\n4.1 1 8\n$EndMeshFormat\n"},
        {"bad-version.msh", "$MeshFormat\n1.0 0 8\n$EndMeshFormat\n"},
        {"bad-cut.msh", MSH_HEAD "$Nodes\n5\n1 -3 -3 0\n2 3 -3 0\n3 3"},
        {"bad-count.msh", MSH_HEAD "$Nodes\n999999999999\n1 -3 -3 0\n$EndNodes\n"},
        {"bad-number.msh", MSH_HEAD "$Nodes\n2\n1 -3 -3 0\n2 three 3 0\n$EndNodes\n"},
        {"bad-points.msh", MSH_HEAD MSH_NODES},
        {"bad-node.msh", MSH_HEAD MSH_NODES MSH_TRIS("3 4 5", "4 1 7")},
        {"bad-twice.msh", MSH_HEAD
         "$Nodes\n3\n1 0 0 0\n1 3 -3 0\n3 3 3 0\n$EndNodes\n$Elements\n1\n1 2 2 1 1 1 1 3\n"
         "$EndElements\n"},
        {"bad-flat.msh", MSH_HEAD MSH_NODES MSH_TRIS("1 3 5", "4 1 5")},
        {"bad-folded.msh", MSH_HEAD MSH_NODES MSH_TRIS("3 4 5", "3 4 5")},
        {"bad-height.msh", MSH_HEAD
         "$Nodes\n3\n1 0 0 0\n2 3 -3 1\n3 3 3 0\n$EndNodes\n$Elements\n1\n1 2 2 1 1 1 2 3\n"
         "$EndElements\n"},
        {"bad-good.msh", MSH_HEAD MSH_NODES MSH_GOOD},
        {"bad-text.h5", "this is no mesh\n"},
    };
    for (size_t k = 0; k < sizeof files / sizeof *files; k++)
        write_text(files[k].name, files[k].text);
    static const row rows[] = {
        {.mesh = IMPORT("no-such.msh"),
         .status = FLX_ERR_FILE,
         .message = "7: mesh.import: cannot open no-such.msh: No such file or directory"},
        {.mesh = IMPORT("/tmp"),
         .status = FLX_ERR_FILE,
         .message = "7: mesh.import: /tmp: cannot be opened: not a regular file; give the path of "
                    "a data file that fluxoid wrote"},
        {.mesh = IMPORT("bad-text.msh"),
         .status = FLX_ERR_FILE,
         .message = "7: mesh.import: bad-text.msh:1: this is not a Gmsh file: it does not begin "
                    "with $MeshFormat"},
        {.mesh = IMPORT("bad-empty.msh"),
         .status = FLX_ERR_FILE,
         .message = "7: mesh.import: bad-empty.msh:1: this is not a Gmsh file: it does not begin "
                    "with $MeshFormat"},
        {.mesh = IMPORT("bad-binary.msh"),
         .status = FLX_ERR_FILE,
         .message = "7: mesh.import: bad-binary.msh:2: the file is binary; save it as ASCII "
                    "(Mesh.Binary = 0)"},
        {.mesh = IMPORT("bad-version.msh"),
         .status = FLX_ERR_FILE,
         .message = "7: mesh.import: bad-version.msh:2: this version of MSH is not known; save it "
                    "as 4.1 or 2.2"},
        {.mesh = IMPORT("bad-cut.msh"),
         .status = FLX_ERR_FILE,
         .message = "7: mesh.import: bad-cut.msh:8: a number is expected"},
        {.mesh = IMPORT("bad-count.msh"),
         .status = FLX_ERR_FILE,
         .message = "7: mesh.import: bad-count.msh:5: a count is larger than the rest of the file"},
        {.mesh = IMPORT("bad-number.msh"),
         .status = FLX_ERR_FILE,
         .message = "7: mesh.import: bad-number.msh:7: a number is expected"},
        {.mesh = IMPORT("bad-points.msh"),
         .status = FLX_ERR_FILE,
         .message = "7: mesh.import: bad-points.msh:12: the file has no triangles"},
        {.mesh = IMPORT("bad-node.msh"),
         .status = FLX_ERR_FILE,
         .message =
             "7: mesh.import: bad-node.msh: triangle 3 names node 7, which is not in the file"},
        {.mesh = IMPORT("bad-twice.msh"),
         .status = FLX_ERR_FILE,
         .message = "7: mesh.import: bad-twice.msh: node 1 is given twice"},
        {.mesh = IMPORT("bad-flat.msh"),
         .status = FLX_ERR_GEOMETRY,
         .message = "7: mesh.import: bad-flat.msh: triangle 2 at (-3, -3) has no area: its corners "
                    "lie on a line"},
        {.mesh = IMPORT("bad-folded.msh"),
         .status = FLX_ERR_GEOMETRY,
         .message = "7: mesh.import: bad-folded.msh: triangles 2 and 3 lie on the same side of the "
                    "edge from (0, 0) to (-3, 3): one is repeated or the mesh is folded"},
        {.mesh = IMPORT("bad-height.msh"),
         .status = FLX_ERR_FILE,
         .message = "7: mesh.import: bad-height.msh: the triangle at (0, 0) is not parallel to the "
                    "plane z = 0; films are flat"},
        {.mesh = IMPORT("bad-text.h5"),
         .status = FLX_ERR_FILE,
         .message = "7: mesh.import: bad-text.h5: is not an HDF5 file, or it is truncated or "
                    "damaged; run the case again to make it anew"},
        {.mesh = IMPORT("bad-good.msh"),
         .status = FLX_ERR_INPUT,
         .message = "4: hole 'hole' is not in the imported mesh 'bad-good.msh', which has no inner "
                    "rim round (0, 0) um"},
        {.films = FILM("[box: {size: 6, at: [50, 0]}]"),
         .mesh = IMPORT("bad-good.msh"),
         .status = FLX_ERR_INPUT,
         .message = "7: mesh.import: the parts of 'bad-good.msh' are not the films of the case; do "
                    "both use the same lengths and origin?"},
        {.films = "films: {a: {shape: [box: {size: 6}]}, b: {shape: [box: {size: 6, at: [9, 0]}]}}",
         .mesh = IMPORT("bad-good.msh"),
         .status = FLX_ERR_INPUT,
         .message = "7: mesh.import: 'bad-good.msh' holds 1 separate films, the case 2"},
        {.terminals = TERMINALS("far: {film: film, shape: [box: {size: 1, at: [9, 0]}]}"),
         .mesh = IMPORT("tiny.msh"),
         .status = FLX_ERR_INPUT,
         .message =
             "5: terminal 'far' holds no edge of film 'film'; its shape must hold a piece of the "
             "rim longer than mesh.max_edge (the nearest point of the rim is (3, 0) um)"},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

#define FIELD(name) "drive: {field: [file: {path: " name "}]}"
static void files_that_a_run_cannot_start_from(void **state)
{
    (void)state;
    write_text("bad-hole.dat", "0 0 1\n1 0 1\n0 1 1\n1 1 1\n2 0 1\n");
    write_text("bad-word.dat", "0 0 1\n1 0 1\n0 1 one\n1 1 1\n");
    write_text("bad-column.dat", "0 0 1\n1 0\n0 1 1\n1 1 1\n");
    write_text("bad-nan.dat", "0 0 1\n1 0 nan\n0 1 1\n1 1 1\n");
    write_text("bad-nothing.dat", "# nothing\n");
    write_text("bad-uneven.dat", "0 0 1\n1 0 1\n5 0 1\n0 1 1\n1 1 1\n5 1 1\n");
    write_text("bad-start.h5", "this is no HDF5\n");
    static const row rows[] = {
        {.more = FIELD("no-such.dat"),
         .mesh = IMPORT("tiny.msh"),
         .status = FLX_ERR_FILE,
         .message = "9: field: no-such.dat: cannot be opened: No such file or directory"},
        {.more = FIELD("/tmp"),
         .mesh = IMPORT("tiny.msh"),
         .status = FLX_ERR_FILE,
         .message = "9: field: /tmp: cannot be read: Is a directory"},
        {.more = FIELD("bad-hole.dat"),
         .mesh = IMPORT("tiny.msh"),
         .status = FLX_ERR_INPUT,
         .message = "9: field: bad-hole.dat: the 5 points form no rectangular grid of equal "
                    "spacings, at least 2 x 2"},
        {.more = FIELD("bad-word.dat"),
         .mesh = IMPORT("tiny.msh"),
         .status = FLX_ERR_INPUT,
         .message = "9: field: bad-word.dat:3: a line holds three numbers: x y B"},
        {.more = FIELD("bad-column.dat"),
         .mesh = IMPORT("tiny.msh"),
         .status = FLX_ERR_INPUT,
         .message = "9: field: bad-column.dat:2: a line holds three numbers: x y B"},
        {.more = FIELD("bad-nan.dat"),
         .mesh = IMPORT("tiny.msh"),
         .status = FLX_ERR_INPUT,
         .message = "9: field: bad-nan.dat:2: a line holds three numbers: x y B"},
        {.more = FIELD("bad-nothing.dat"),
         .mesh = IMPORT("tiny.msh"),
         .status = FLX_ERR_INPUT,
         .message = "9: field: bad-nothing.dat: the 0 points form no rectangular grid of equal "
                    "spacings, at least 2 x 2"},
        {.more = FIELD("bad-uneven.dat"),
         .mesh = IMPORT("tiny.msh"),
         .status = FLX_ERR_INPUT,
         .message = "9: field: bad-uneven.dat: the 6 points form no rectangular grid of equal "
                    "spacings, at least 2 x 2"},
        {.more = "start: {from: {file: no-such.h5}}",
         .mesh = IMPORT("tiny.msh"),
         .status = FLX_ERR_FILE,
         .message = "9: start.from: no-such.h5: cannot be opened: No such file or directory; give "
                    "the path of a data file that fluxoid wrote"},
        {.more = "start: {from: {file: bad-start.h5}}",
         .mesh = IMPORT("tiny.msh"),
         .status = FLX_ERR_FILE,
         .message = "9: start.from: bad-start.h5: is not an HDF5 file, or it is truncated or "
                    "damaged; run the case again to make it anew"},
    };
    check_rows(rows, sizeof rows / sizeof *rows);
}

static void expect(flx_status got, flx_status status, const char *message)
{
    if (got != status || strcmp(flx_ctx_error(ctx), message) != 0)
        fail_msg("\n  gives    %d %s\n  expected %d %s", got, flx_ctx_error(ctx), status, message);
}

static void without_the_mesher_only_imported_meshes_do(void **state)
{
    (void)state;
    flx_run_opts opts = flx_run_opts_default();
    row made = {0}, imported = {.mesh = IMPORT("tiny.msh")};
    flx_gmsh_set_library("libgmsh-that-is-not-there.so");
    expect(try_text(text_of(&made), &opts), FLX_ERR_UNAVAILABLE,
           "bad.yaml:7: mesh: making a mesh needs libgmsh-that-is-not-there.so, which cannot be "
           "loaded (libgmsh-that-is-not-there.so: cannot open shared object file: No such file or "
           "directory); install the Debian package libgmsh4.8, or import a mesh from a .msh file");
    flx_gmsh_set_library("libm.so.6");
    expect(try_text(text_of(&made), &opts), FLX_ERR_UNAVAILABLE,
           "bad.yaml:7: mesh: libm.so.6 has no gmshFree; install the Debian package libgmsh4.8");
    assert_int_equal(try_text(text_of(&imported), &opts), FLX_OK);
    flx_gmsh_set_library(NULL);
    assert_int_equal(try_text(text_of(&made), &opts), FLX_OK);
}

static void places_where_no_data_can_be_written(void **state)
{
    (void)state;
    static const struct {
        const char *path, *message;
    } rows[] = {
        {"/dev/null/x.h5", "/dev/null/x.h5: cannot be created: Not a directory; name a file in a "
                           "folder that exists and may be written"},
        {"/dev/full", "/dev/full: cannot be created: not a regular file; name a file in a folder "
                      "that exists and may be written"},
        {"no/such/folder/x.h5",
         "no/such/folder/x.h5: cannot be created: No such file or directory; name a file in a "
         "folder that exists and may be written"},
        {"/tmp", "/tmp: cannot be created: Is a directory; name a file in a folder that exists and "
                 "may be written"},
        {"bad-letter.txt", "bad-letter.txt: is there and is no data file; it is not replaced: "
                           "remove it or name another file"},
    };
    write_text("bad-letter.txt", "Dear reader\n");
    row good = {.mesh = IMPORT("tiny.msh")};
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        flx_run_opts opts = flx_run_opts_default();
        opts.output = rows[k].path;
        expect(try_text(text_of(&good), &opts), FLX_ERR_FILE, rows[k].message);
    }
    size_t n;
    char *letter = bytes_of("bad-letter.txt", &n);
    assert_true(n == 12 && memcmp(letter, "Dear reader\n", n) == 0);
    free(letter);
    flx_run_opts opts = flx_run_opts_default();
    opts.output = "";
    expect(try_text(text_of(&good), &opts), FLX_ERR_INPUT,
           "the path of the data file is empty; name one, as in -o out.h5");
}

static bool stop_now(void *user)
{
    (void)user;
    return true;
}

#define STOPPED "bad-stopped.h5"

// An interrupted run, with its checkpoint.
static void make_stopped(const char *text)
{
    flx_run_opts opts = flx_run_opts_default();
    opts.output = STOPPED;
    opts.should_stop = stop_now;
    assert_int_equal(try_text(text, &opts), FLX_INTERRUPTED);
}

static void files_that_a_run_cannot_go_on_from(void **state)
{
    (void)state;
    size_t n, n_other;
    flx_run_opts opts = flx_run_opts_default();
    opts.output = STOPPED;
    opts.resume = true;
    row one = {.mesh = IMPORT("tiny.msh"), .more = "drive: {field: 1 mT}"};
    row two = {.mesh = IMPORT("tiny.msh"), .more = "drive: {field: 2 mT}"};
    make_stopped(text_of(&two));
    char *other = bytes_of(STOPPED "-checkpoint", &n_other);
    make_stopped(text_of(&one));
    char *mine = bytes_of(STOPPED "-checkpoint", &n);

    expect(try_text(text_of(&two), &opts), FLX_ERR_INPUT,
           "bad-stopped.h5: was made by another case, or the case was changed since; resume with "
           "the case it holds or write to a new file");
    write_bytes(STOPPED "-checkpoint", other, n_other);
    expect(try_text(text_of(&one), &opts), FLX_ERR_FILE,
           "bad-stopped.h5-checkpoint: belongs to another case, or the case was changed since; "
           "remove it and start the run again without --resume");
    mine[n / 2] ^= 1;
    write_bytes(STOPPED "-checkpoint", mine, n);
    expect(try_text(text_of(&one), &opts), FLX_ERR_FILE,
           "bad-stopped.h5-checkpoint: is damaged (its hash does not match); remove it and start "
           "the run again without --resume");
    mine[n / 2] ^= 1;
    write_bytes(STOPPED "-checkpoint", mine, n / 2);
    expect(try_text(text_of(&one), &opts), FLX_ERR_FILE,
           "bad-stopped.h5-checkpoint: ends too early; remove it and start the run again without "
           "--resume");
    write_bytes(STOPPED "-checkpoint", mine, n);
    // None of this was held against the run.
    if (try_text(text_of(&one), &opts) != FLX_OK)
        fail_msg("%s", flx_ctx_error(ctx));
    write_text(STOPPED, "this is no HDF5\n");
    expect(try_text(text_of(&one), &opts), FLX_ERR_FILE,
           "bad-stopped.h5: is not an HDF5 file, or it is truncated or damaged; run the case again "
           "to make it anew");
    remove(STOPPED);
    free(mine);
    free(other);
}

static void a_run_leaves_the_file_of_another_that_is_not_done(void **state)
{
    (void)state;
    row one = {.mesh = IMPORT("tiny.msh"), .more = "drive: {field: 1 mT}"};
    make_stopped(text_of(&one));
    // The other one still has it open.
    flx_file *file = NULL;
    assert_int_equal(flx_file_open(ctx, STOPPED, FLX_FILE_APPEND, &file), FLX_OK);
    flx_run_opts opts = flx_run_opts_default();
    opts.output = STOPPED;
    expect(
        try_text(text_of(&one), &opts), FLX_ERR_FILE,
        "bad-stopped.h5: is being written by another run; wait for its end or name another file");
    assert_int_equal(flx_file_close(file), FLX_OK);
    // Its checkpoint too is there: it goes on from where it was.
    assert_int_equal(access(STOPPED "-checkpoint", F_OK), 0);
    opts.resume = true;
    assert_int_equal(try_text(text_of(&one), &opts), FLX_OK);
}

static void files_that_cannot_be_measured(void **state)
{
    (void)state;
    size_t n;
    char *bytes = bytes_of(KEPT, &n);
    write_bytes("bad-torn.h5", bytes, n / 2);
    write_bytes("bad-begun.h5", bytes, 100);
    free(bytes);
    write_text("bad-word.h5", "this is no HDF5\n");
    static const struct {
        const char *path, *loop;
        flx_status status;
        const char *message;
    } rows[] = {
        {"no-such.h5", NULL, FLX_ERR_FILE,
         "no-such.h5: cannot be opened: No such file or directory; give the path of a data file "
         "that fluxoid wrote"},
        {"/tmp", NULL, FLX_ERR_FILE,
         "/tmp: cannot be opened: not a regular file; give the path of a data file that fluxoid "
         "wrote"},
        {"bad-word.h5", NULL, FLX_ERR_FILE,
         "bad-word.h5: is not an HDF5 file, or it is truncated or damaged; run the case again to "
         "make it anew"},
        {"bad-torn.h5", NULL, FLX_ERR_FILE,
         "bad-torn.h5: is not an HDF5 file, or it is truncated or damaged; run the case again to "
         "make it anew"},
        {"bad-begun.h5", NULL, FLX_ERR_FILE,
         "bad-begun.h5: is not an HDF5 file, or it is truncated or damaged; run the case again to "
         "make it anew"},
        {FLX_SOURCE_DIR "/tests/data/pytdgl_bar.h5", NULL, FLX_ERR_FILE,
         "" FLX_SOURCE_DIR "/tests/data/pytdgl_bar.h5: is an HDF5 file, but not a data file of "
         "fluxoid; to use another program's mesh set mesh.import"},
        {KEPT, "{circle: {radius: 9}}", FLX_ERR_GEOMETRY,
         "bad-kept.h5: loop 'loop-1': the loop leaves the film at (9.00723, 0) um"},
    };
    int wrong = 0;
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        flx_measure_request request = {
            .time = NAN, .loop = &rows[k].loop, .n_loop = rows[k].loop != NULL};
        char *json = NULL;
        flx_status status = flx_measure_file(ctx, rows[k].path, &request, &json);
        if (status != rows[k].status || strcmp(flx_ctx_error(ctx), rows[k].message) != 0) {
            print_error("row %zu\n  gives    %d %s\n  expected %d %s\n", k, status,
                        flx_ctx_error(ctx), rows[k].status, rows[k].message);
            wrong++;
        }
        flx_text_free(json);
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_that_make_no_film),
        cmocka_unit_test(meshes_that_cannot_be_made),
        cmocka_unit_test(parts_that_miss_the_film),
        cmocka_unit_test(meshes_that_cannot_be_imported),
        cmocka_unit_test(files_that_a_run_cannot_start_from),
        cmocka_unit_test(without_the_mesher_only_imported_meshes_do),
        cmocka_unit_test(places_where_no_data_can_be_written),
        cmocka_unit_test(files_that_a_run_cannot_go_on_from),
        cmocka_unit_test(a_run_leaves_the_file_of_another_that_is_not_done),
        cmocka_unit_test(files_that_cannot_be_measured),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
