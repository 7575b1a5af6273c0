// tdgl/terminals.c -- what every engine asks of the terminals it is given.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tdgl/terminals.h"

flx_status flx_terminals_check(flx_ctx *ctx, const flx_mesh *mesh, const flx_terminal *terminals,
                               int32_t n)
{
    for (int32_t k = 0; k < n; k++) {
        const flx_terminal *terminal = &terminals[k];
        double length = 0;
        for (int32_t s = 0; s < terminal->n_site; s++) {
            if (terminal->site[s] < 0 || terminal->site[s] >= mesh->n_site)
                return flx_fail(ctx, FLX_ERR_INPUT, "terminal %d holds site %d, the mesh has %d", k,
                                terminal->site[s], mesh->n_site);
            length += terminal->length[s];
        }
        if (!(length > 0))
            return flx_fail(ctx, FLX_ERR_INPUT, "terminal %d has no length of film edge", k);
        if (terminal->psi == FLX_TERMINAL_HELD && !(terminal->amplitude >= 0))
            return flx_fail(ctx, FLX_ERR_INPUT, "terminal %d holds |psi| = %g, allowed is >= 0", k,
                            terminal->amplitude);
    }
    return FLX_OK;
}
