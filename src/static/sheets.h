// static/sheets.h -- a sparse stand-in for how sheet currents in films act on each other.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLX_STATIC_SHEETS_H
#define FLX_STATIC_SHEETS_H

#include "tdgl/faces.h"

// A factor of T^T A T + shift R^T A R on faces (sheets.c).
flx_status flx_static_sheet_factor(flx_ctx *ctx, const tdgl_sheet *sheet, double shift,
                                   flx_spd **out);

#endif
