// MSH files: there and back, both versions, damaged files.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/base.h"
#include "fluxoid/mesh.h"
#include "test.h"

#include <unistd.h>

static flx_ctx *ctx;
static char path[64];

static int open_ctx(void **state)
{
    (void)state;
    ctx = flx_ctx_create();
    snprintf(path, sizeof path, "test_mesh_file.%ld.msh", (long)getpid());
    return ctx ? 0 : -1;
}

static int close_ctx(void **state)
{
    (void)state;
    remove(path);
    flx_ctx_free(ctx);
    return 0;
}

static void put_file(const char *text, size_t n)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

// Two unit squares of two triangles each, 3 apart, with a point element and an unused node.
static const char MSH2[] = "$MeshFormat\n2.2 0 8\n$EndMeshFormat\n"
                           "$PhysicalNames\n1\n2 1 \"film\"\n$EndPhysicalNames\n"
                           "$Nodes\n9\n1 0 0 0\n2 1 0 0\n3 1 1 0\n4 0 1 0\n99 7 7 7\n"
                           "11 3 0 0\n12 4 0 0\n13 4 1 0\n14 3 1 0\n$EndNodes\n"
                           "$Elements\n5\n1 15 2 0 1 1\n2 2 2 1 8 1 2 3\n3 2 2 1 8 1 3 4\n"
                           "4 2 2 1 5 11 12 13\n5 2 2 1 5 11 13 14\n$EndElements\n";
static const char MSH4[] = "$MeshFormat\n4.1 0 8\n$EndMeshFormat\n$Entities\n1 0 2 0\n1 0 0 0 0\n"
                           "5 3 0 0 4 1 0 0 0\n8 0 0 0 1 1 0 0 0\n$EndEntities\n"
                           "$Nodes\n3 9 1 99\n0 1 0 1\n99\n7 7 7\n2 8 1 4\n1\n2\n3\n4\n"
                           "0 0 0 0 0\n1 0 0 1 0\n1 1 0 1 1\n0 1 0 0 1\n2 5 0 4\n11\n12\n13\n14\n3 "
                           "0 0\n4 0 0\n4 1 0\n3 1 0\n"
                           "$EndNodes\n$Elements\n3 5 1 5\n0 1 15 1\n1 99\n2 8 2 2\n2 1 2 3\n3 1 3 "
                           "4\n2 5 2 2\n4 11 12 13\n"
                           "5 11 13 14\n$EndElements\n";

static void both_versions_are_read(void **state)
{
    (void)state;
    const char *const texts[] = {MSH2, MSH4};
    for (int k = 0; k < 2; k++) {
        put_file(texts[k], strlen(texts[k]));
        flx_mesh *m = NULL;
        if (flx_mesh_read_msh(ctx, path, NULL, &m) < 0)
            fail_msg("%s", flx_ctx_error(ctx));
        assert_int_equal(m->n_site, 8); // the node of the point element is left out
        assert_int_equal(m->n_tri, 4);
        assert_int_equal(m->n_film, 2);
        assert_true(m->x[0] <= 1); // the part of the lowest tag is the first film
        flx_mesh_free(m);
        flx_msh_opts opts = {.scale = 2, .film_by_surface = true, .keep_order = true};
        assert_int_equal(flx_mesh_read_msh(ctx, path, &opts, &m), FLX_OK);
        assert_true(m->x[4] == 6 && m->y[7] == 2);
        assert_int_equal(m->film[4], 0); // surface 5 before surface 8
        assert_int_equal(m->film[0], 1);
        flx_mesh_free(m);
    }
}

static void what_is_written_is_read_back_bit_by_bit(void **state)
{
    (void)state;
    put_file(MSH2, strlen(MSH2));
    flx_mesh *a = NULL, *b = NULL;
    flx_msh_opts opts = {.scale = 0.1, .film_by_surface = true};
    assert_int_equal(flx_mesh_read_msh(ctx, path, &opts, &a), FLX_OK);
    assert_int_equal(flx_mesh_write_msh(ctx, a, path, 1), FLX_OK);
    opts.scale = 1;
    assert_int_equal(flx_mesh_read_msh(ctx, path, &opts, &b), FLX_OK);
    assert_int_equal(a->n_edge, b->n_edge);
    assert_memory_equal(a->x, b->x, (size_t)a->n_site * sizeof *a->x);
    assert_memory_equal(a->y, b->y, (size_t)a->n_site * sizeof *a->y);
    assert_memory_equal(a->film, b->film, (size_t)a->n_site * sizeof *a->film);
    assert_memory_equal(a->dual, b->dual, (size_t)a->n_edge * sizeof *a->dual);
    assert_memory_equal(a->tri, b->tri, 3 * (size_t)a->n_tri * sizeof *a->tri);
    flx_mesh_free(a);
    flx_mesh_free(b);
}

static void refuse(const char *text, const char *reason)
{
    put_file(text, strlen(text));
    flx_mesh *m = NULL;
    flx_status status = flx_mesh_read_msh(ctx, path, NULL, &m);
    assert_true(status == FLX_ERR_FILE || status == FLX_ERR_GEOMETRY);
    assert_null(m);
    if (!strstr(flx_ctx_error(ctx), reason) || !strstr(flx_ctx_error(ctx), path))
        fail_msg("'%s' does not say '%s'", flx_ctx_error(ctx), reason);
}

static void wrong_files_are_refused_with_file_and_line(void **state)
{
    (void)state;
#define HEAD "$MeshFormat\n2.2 0 8\n$EndMeshFormat\n"
    refuse("", ":1: this is not a Gmsh file");
    refuse("hello\n", ":1: this is not a Gmsh file");
    refuse("$MeshFormat\n2.2 1 8\n", ":2: the file is binary");
    refuse("$MeshFormat\n4.0 0 8\n", ":2: this version");
    refuse(HEAD "$Nodes\nfour\n", ":5: a whole number");
    refuse(HEAD "$Nodes\n4000000000\n", ":5: a count is larger");
    refuse(HEAD "$Nodes\n1\n1 0 nan 0\n", ":6: a number is not finite");
    refuse(HEAD "$Nodes\n2\n1 0 0 0\n$EndNodes\n", ":7: a whole number");
    refuse(HEAD "$Nodes\n1\n1 0 0 0\n2 0 0 0\n$EndNodes\n", ":7: the end of the section");
    refuse(HEAD "$Periodic\n1\n", ":4: the section has no end");
    refuse(HEAD "Nodes\n", ":4: a section");
    refuse(HEAD, "the file has no triangles");
    refuse(HEAD "$Nodes\n3\n1 0 0 0\n2 1 0 0\n2 0 1 0\n$EndNodes\n$Elements\n1\n1 2 0 1 2 3\n"
                "$EndElements\n",
           "node 2 is given twice");
    refuse(HEAD "$Nodes\n2\n1 0 0 0\n2 1 0 0\n$EndNodes\n$Elements\n1\n1 2 0 1 2 3\n$EndElements\n",
           "names node 3");
    refuse(HEAD "$Nodes\n3\n1 0 0 0\n2 1 0 0\n3 0 1 1\n$EndNodes\n$Elements\n1\n1 2 0 1 2 3\n"
                "$EndElements\n",
           "not parallel");
    refuse(HEAD "$Nodes\n3\n1 0 0 0\n2 1 0 0\n3 2 0 0\n$EndNodes\n$Elements\n1\n1 2 0 1 2 3\n"
                "$EndElements\n",
           "has no area");
    flx_mesh *m = NULL;
    assert_int_equal(flx_mesh_read_msh(ctx, "/nonexistent/x.msh", NULL, &m), FLX_ERR_FILE);
    assert_non_null(strstr(flx_ctx_error(ctx), "cannot open /nonexistent/x.msh"));
    put_file(MSH2, strlen(MSH2));
    assert_int_equal(flx_mesh_read_msh(ctx, path, NULL, &m), FLX_OK);
    assert_int_equal(flx_mesh_write_msh(ctx, m, "/nonexistent/x.msh", 1), FLX_ERR_FILE);
    flx_mesh_free(m);
}

// Every truncation and many random damages give an answer: a mesh or an error, never a crash.
static void damaged_files_never_crash(void **state)
{
    (void)state;
    const char *const texts[] = {MSH2, MSH4};
    static const char NOISE[] = "0123456789-. \n$eE\0\377x";
    uint32_t seed = 7;
    char text[2048];
    int failed = 0;
    for (int v = 0; v < 2; v++) {
        size_t n = strlen(texts[v]);
        for (size_t k = 0; k < n + 1500; k++) {
            size_t length = k < n ? k : n;
            memcpy(text, texts[v], n);
            for (int d = 0; k >= n && d < 4; d++) {
                seed = seed * 1664525u + 1013904223u;
                text[(seed >> 8) % n] = NOISE[(seed >> 24) % (sizeof NOISE - 1)];
            }
            put_file(text, length);
            flx_mesh *m = NULL;
            flx_status status = flx_mesh_read_msh(ctx, path, NULL, &m);
            assert_true((status == FLX_OK) == (m != NULL));
            failed += status < 0;
            flx_mesh_free(m);
        }
    }
    assert_true(failed > 1000);
}

static void every_failed_allocation_is_reported(void **state)
{
    (void)state;
    for (int64_t n = 1;; n++) {
        put_file(MSH4, strlen(MSH4));
        flx_mesh *m = NULL;
        flx_msh_opts opts = {.film_by_surface = true};
        flx_ctx_fail_allocation(ctx, n);
        flx_status status = flx_mesh_read_msh(ctx, path, &opts, &m);
        if (status == FLX_OK)
            status = flx_mesh_write_msh(ctx, m, path, 1);
        flx_ctx_fail_allocation(ctx, 0);
        flx_mesh_free(m);
        if (status == FLX_OK)
            break;
        assert_int_equal(status, FLX_ERR_MEMORY);
        assert_true(n < 200);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_versions_are_read),
        cmocka_unit_test(what_is_written_is_read_back_bit_by_bit),
        cmocka_unit_test(wrong_files_are_refused_with_file_and_line),
        cmocka_unit_test(damaged_files_never_crash),
        cmocka_unit_test(every_failed_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, open_ctx, close_ctx);
}
