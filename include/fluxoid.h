// fluxoid.h -- everything of libfluxoid.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLUXOID_H
#define FLUXOID_H

#include "fluxoid/base.h"
#include "fluxoid/frame.h"
#include "fluxoid/mesh.h"
#include "fluxoid/options.h"
#include "fluxoid/tdgl.h"
#include "fluxoid/units.h"

#endif
