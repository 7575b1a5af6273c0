// base/status.c -- the one list of statuses with their texts, and the version.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/base.h"

const char *flx_status_text(flx_status status)
{
    switch (status) {
    case FLX_OK:
        return "done";
    case FLX_STOPPED:
        return "stopped early: a stop condition was met";
    case FLX_INTERRUPTED:
        return "interrupted: a checkpoint was written";
    case FLX_ERR_MEMORY:
        return "out of memory";
    case FLX_ERR_INPUT:
        return "the input is wrong";
    case FLX_ERR_FILE:
        return "a file cannot be read or written";
    case FLX_ERR_GEOMETRY:
        return "a shape or a mesh cannot be made";
    case FLX_ERR_DIVERGED:
        return "no step size was accepted";
    case FLX_ERR_SOLVER:
        return "a linear system could not be solved";
    case FLX_ERR_UNAVAILABLE:
        return "not available on this machine";
    case FLX_ERR_INTERNAL:
        return "internal defect of fluxoid";
    }
    return "unknown status";
}

const char *flx_version(void)
{
    return FLX_VERSION;
}
