// fuzz_msh.c -- any bytes as a .msh file. The first byte chooses the options.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "fluxoid/mesh.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return -1;
    const flx_msh_opts opts = {
        .scale = data[0] & 8 ? 2 : 0,
        .film_by_surface = data[0] & 1,
        .unsigned_duals = data[0] & 2,
        .keep_order = data[0] & 4,
    };
    const char *path = fuzz_path("in.msh");
    fuzz_write(path, data + 1, size - 1);

    flx_ctx *ctx = flx_ctx_create();
    flx_mesh *mesh = NULL;
    flx_status status = flx_mesh_read_msh(ctx, path, &opts, &mesh);
    if (status == FLX_OK) {
        // What was accepted is a mesh: indices in range, cells that sum to something.
        for (int32_t e = 0; e < mesh->n_edge; e++)
            if (mesh->tail[e] < 0 || mesh->tail[e] >= mesh->head[e] ||
                mesh->head[e] >= mesh->n_site)
                abort();
        flx_mesh_quality_of(mesh);
    } else if (mesh || flx_ctx_error(ctx)[0] == '\0') {
        abort();
    }
    flx_mesh_free(mesh);
    flx_ctx_free(ctx);
    remove(path);
    return 0;
}
