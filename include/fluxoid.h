// fluxoid.h -- everything of libfluxoid.
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef FLUXOID_H
#define FLUXOID_H

#include "fluxoid/base.h"
#include "fluxoid/case.h"
#include "fluxoid/circuit.h"
#include "fluxoid/frame.h"
#include "fluxoid/geom.h"
#include "fluxoid/io.h"
#include "fluxoid/london.h"
#include "fluxoid/measure.h"
#include "fluxoid/mesh.h"
#include "fluxoid/options.h"
#include "fluxoid/plot.h"
#include "fluxoid/rsj.h"
#include "fluxoid/run.h"
#include "fluxoid/selffield.h"
#include "fluxoid/source.h"
#include "fluxoid/static.h"
#include "fluxoid/tdgl.h"
#include "fluxoid/thermal.h"
#include "fluxoid/units.h"
#include "fluxoid/xy.h"

#endif
