// cli/lab/single_valuedness.c -- windings of a ring and a disk.
// SPDX-License-Identifier: GPL-3.0-or-later
#include "lab.h"

#include <math.h>

// The ring holds any winding without a vortex. A fluxoid is computed from fields and currents: it
// is near the winding by the square of the mesh, measured as 0.05 % at edges of 0.4 xi.
static void ring(lab *l)
{
    for (int n = -2; n <= 2; n++) {
        lab_set(l, "start.winding.hole=%d", n);
        lab_set(l, "drive.field=%g mT", 1.1 * n); // about n flux quanta in the middle of the rim
        const json_t *s = lab_run(l);
        lab_expect(l, lab_number(s, "loops.hole.winding"), n, 0, "ring, winding %d set", n);
        lab_expect(l, lab_number(s, "loops.middle.fluxoid_Phi0"), n, 4e-3, "its fluxoid / Phi0");
    }
}

static int vortices_of_disk(const json_t *summary)
{
    int sum = 0;
    size_t k;
    json_t *vortex;
    json_array_foreach(json_object_get(summary, "vortices"), k, vortex)
    {
        if (lab_number(vortex, "x") > 0)
            sum += (int)lab_number(vortex, "winding");
    }
    return sum;
}

// What the disk ends with: its winding is that of its vortices.
static void disk(lab *l, double field, int vortices, int stay, const char *what)
{
    if (vortices == 1)
        lab_set(l, "start.vortices=[{at: [1.3, 0.1]}]");
    if (vortices == 2)
        lab_set(l, "start.vortices=[{at: [1.6, 0.1]}, {at: [0.8, -0.1]}]");
    lab_set(l, "drive.field=%g mT", field);
    const char *file = lab_run_kept(l);
    const json_t *s = lab_last(l);
    double winding = lab_number(s, "loops.around.winding");
    lab_expect(l, winding, stay, 0, "%s", what);
    lab_expect(l, winding, vortices_of_disk(s), 0, "its winding, vortices inside");
    if (vortices == 2)
        lab_show_frame(l, file, -1, "psi,phase");
}

void lab_single_valuedness(lab *l)
{
    ring(l);
    disk(l, 0, 0, 0, "disk, none set, no field");
    disk(l, 0, 1, 0, "disk, one vortex set, no field");
    disk(l, 3, 1, 1, "disk, one vortex set, 3 mT");
    disk(l, 4, 2, 2, "disk, two vortices set, 4 mT");
}
