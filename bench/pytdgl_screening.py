#!/usr/bin/env python3
# bench/pytdgl_screening.py -- pyTDGL and fluxoid in turn on a film with the field of its currents, to
# the same steady state, one core.
#
#   python3 bench/pytdgl_screening.py [--fluxoid BIN] [--sites 1500] [--large 20000] [--time 30] [--budget 0]
#
# A disk, Lambda a tenth of its diameter, in a field too weak for vortices, from rest; the field is
# there at once. Printed are the processor time of the run (meshing and start apart), its steps, and
# the magnetic moment at its end beside that of the London limit (radial integral equation). At
# --large sites pyTDGL makes no steps: its time is that of one evaluation of the induced field there,
# times the evaluations that the run of --sites needed. With --budget SECONDS of the processor it
# makes them, says now and then how far it is, and what it has spent when it stops is a lower bound
# (an interrupt stops it too).
# SPDX-License-Identifier: GPL-3.0-or-later
import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"

try:
    import numpy as np
    import tdgl
    from tdgl.geometry import circle
    from tdgl.solver.screening import get_A_induced_numba
except ImportError as error:
    sys.exit(
        f"{error}\nThis comparison needs pyTDGL; in a place of its own:\n"
        "  python3 -m venv peers && peers/bin/pip install tdgl && peers/bin/python bench/pytdgl_screening.py"
    )

XI, EDGE = 1.0, 0.6  # um, xi
FIELD = 0.02  # Bc2
PHI0 = 2067.833848  # uT um^2
THICKNESS = 0.1  # um


def radius_of(sites):
    return EDGE * (sites * 0.82 / np.pi) ** 0.5  # xi


def london_moment(sites):
    """[A um^2], by the radial integral equation for a diameter of 10 Lambda."""
    moment = -0.54744 * np.pi * radius_of(sites) ** 4 / (8 * 0.4e-6 * np.pi * radius_of(sites) / 5)
    return moment * 1e-12 * FIELD * PHI0 / (2 * np.pi * XI**2)


class Watched(tdgl.TDGLSolver):
    """Notes where each step of the run has got to; stops it after a budget of processor time."""

    def watch(self, budget, exact):
        area = self.device.mesh.areas * XI**2
        place = XI * (self.device.mesh.sites - self.device.mesh.center_of_mass)
        self.arm = 0.5 * self.device.K0.to("A / um").magnitude * np.array([-place[:, 1] * area, place[:, 0] * area]).T
        self.budget, self.exact, self.history, self.evaluations = budget, exact, [], 0
        self.start = self.said = time.process_time()

    def get_induced_vector_potential(self, *args):
        self.evaluations += 1
        return super().get_induced_vector_potential(*args)

    def update(self, state, *args, **kwargs):
        result = super().update(state, *args, **kwargs)
        current = self.device.mesh.get_quantity_on_site(result.supercurrent + result.normal_current)
        now = time.process_time()
        self.history.append((state["time"] + result.dt, now - self.start, np.sum(self.arm * current)))
        over = self.budget and now - self.start > self.budget
        if self.budget and (over or now - self.said > self.budget / 50):
            self.said = now
            at, spent, moment = self.history[-1]
            print(f"  pyTDGL at {at:9.5f} tau0 after {spent:7.1f} s, {len(self.history)} steps, "
                  f"{self.evaluations} evaluations; moment {moment:.5e}, {moment / self.exact:.3f} of the London limit's", flush=True)
        if over:
            raise KeyboardInterrupt
        return result


def pytdgl(sites, end, budget=0):
    """Sites, seconds, steps, evaluations of the induced field, time reached, moments [A um^2] at half of it and there."""
    radius = radius_of(sites)
    layer = tdgl.Layer(coherence_length=XI, london_lambda=(radius / 5 * THICKNESS) ** 0.5, thickness=THICKNESS, gamma=1, u=5.79)
    edge = tdgl.Polygon("disk", points=circle(radius, points=int(2 * np.pi * radius / (1.2 * EDGE))))
    device = tdgl.Device("disk", layer=layer, film=edge, length_units="um")
    device.make_mesh(min_points=sites, smooth=50)
    field = FIELD * PHI0 / (2 * np.pi * XI**2) * 1e-3  # mT
    with tempfile.TemporaryDirectory() as folder:
        options = tdgl.SolverOptions(
            solve_time=end,
            field_units="mT",
            current_units="uA",
            include_screening=True,
            max_iterations_per_step=5000,
            pause_on_interrupt=False,
            output_file=os.path.join(folder, "out.h5"),
        )
        solver = Watched(device, options, applied_vector_potential=field)
        solver.watch(budget, london_moment(sites))
        solver.solve()
    at, spent, moment = solver.history[-1]
    half = next(m for t, _, m in solver.history if t >= at / 2)
    return len(device.mesh.sites), spent, len(solver.history), solver.evaluations, at, half, moment


def evaluation(sites):
    """Seconds of one evaluation of the induced field on so many sites and three times as many edges."""
    rng = np.random.default_rng(1)
    current, place, edges = rng.normal(size=(sites, 2)), rng.uniform(size=(sites, 2)), rng.uniform(size=(3 * sites, 2))
    start = time.process_time()
    get_A_induced_numba(current, np.ones(sites), place, edges, np.zeros((3 * sites, 2)))
    return time.process_time() - start


def fluxoid(binary, sites, end):
    case = f"""
fluxoid: 1
units: {{length: um}}
layers: {{base: {{coherence_length: {XI} um, pearl_length: {radius_of(sites) / 5} um, gamma: 1, u: 5.79}}}}
films: {{disk: {{layer: base, shape: [circle: {{radius: {radius_of(sites)}}}]}}}}
mesh: {{max_edge: {1.17 * EDGE}}}
drive: {{field: {FIELD} Bc2}}
engine: tdgl
tdgl: {{time: {end} tau0, selffield: true, frames: 2}}
"""
    def run(name, *more):
        command = [binary, "run", path, "-o", os.path.join(folder, name), "--json", "-", "-q", "--threads", "1"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        done = subprocess.run([*command, *more], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(done.stderr)
        return json.loads(done.stdout), resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "disk.yaml")
        with open(path, "w") as out:
            out.write(case)
        _, start = run("start.h5", "--set", "tdgl.time=1e-9 tau0")
        summary, whole = run("disk.h5")
    return summary["sites"], whole, whole - start, summary["steps"], 1e12 * summary["moment"]


def theirs(sites, seconds, steps, moment, more):
    print(f"pyTDGL {tdgl.__version__:17s} {sites:7d} {seconds:10.2f} {steps:7d} {moment:13.5e}   {more}", flush=True)


def own(run):
    print(f"{'fluxoid':24s} {run[0]:7d} {run[2]:10.2f} {run[3]:7d} {run[4]:13.5e}   {run[1]:.2f} s with start and mesh", flush=True)


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parse = argparse.ArgumentParser(description="pyTDGL and fluxoid in turn on a disk with the field of its currents")
    parse.add_argument("--fluxoid", default=os.path.join(here, "../build/fluxoid"))
    parse.add_argument("--sites", type=int, default=1500, help="0: leave it out")
    parse.add_argument("--large", type=int, default=20000, help="0: leave it out")
    parse.add_argument("--time", type=float, default=30, help="tau0")
    parse.add_argument("--budget", type=float, default=0, help="seconds of the processor for pyTDGL's run at --large sites; 0: an estimate")
    args = parse.parse_args()

    print(f"{args.time:g} tau0, one core; moments in A um^2")
    print(f"{'program':24s} {'sites':>7s} {'time [s]':>10s} {'steps':>7s} {'moment':>13s}")
    evaluations = 0
    if args.sites:
        exact = london_moment(args.sites)
        sites, spent, steps, evaluations, _, half, moment = pytdgl(args.sites, args.time)
        theirs(sites, spent, steps, moment, f"{evaluations} evaluations; at half time {half:.5e}")
        ours = fluxoid(args.fluxoid, args.sites, args.time)
        own(ours)
        print(f"{'':24s} {spent / ours[2]:18.0f}x, moments off London's by {100 * (moment / exact - 1):.2f} % and {100 * (ours[4] / exact - 1):.2f} %", flush=True)
    if args.large and args.budget:
        sites, spent, steps, evaluations, at, _, moment = pytdgl(args.large, args.time, args.budget)
        theirs(sites, spent, steps, moment, f"{evaluations} evaluations; at {at:.5f} tau0")
        ours = fluxoid(args.fluxoid, args.large, args.time)
        own(ours)
        print(f"{'':24s} {spent / ours[2]:18.0f}x" + ("" if at >= args.time else f" at {at / args.time:.4f} of the way"))
        if at < args.time:
            # No step is longer than 0.1 tau0, and each has one evaluation at least.
            left = (args.time - at) / 0.1 * spent / evaluations
            print(f"{'':24s} {(spent + left) / ours[2]:18.0f}x at least, if all steps to come are as long as it allows")
    elif args.large:
        once = evaluation(args.large)
        whole = once * evaluations
        print(f"pyTDGL, estimated {'':6s} {args.large:7d} {whole:10.0f}   {once:.2f} s an evaluation", flush=True)
        ours = fluxoid(args.fluxoid, args.large, args.time)
        own(ours)
        print(f"{'':24s} {whole / ours[2]:18.0f}x")


if __name__ == "__main__":
    main()
