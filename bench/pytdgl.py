#!/usr/bin/env python3
# bench/pytdgl.py -- pyTDGL and fluxoid in turn on one device, one mesh, one core.
#
#   python3 bench/pytdgl.py [--fluxoid BIN] [--case CASE] [--tolerance 1e-2,1e-3] [--repeat N]
#                           [--reference SERIES] [--export MESH.h5]
#
# The device is the weak link of examples/weak-link.yaml, which is pyTDGL's quickstart. Both programs
# run on pyTDGL's mesh from rest to 60 tau0. Printed are the time of the run (meshing apart), the
# steps, and the error of the voltage
#     sqrt( sum dt (V(t) - V_ref(t))^2 / sum dt )
# over each program's own steps. SERIES is a data file of fluxoid or an .npz with t and v; without it
# the reference is fluxoid's euler-explicit at two fixed steps, extrapolated to dt -> 0.
# SPDX-License-Identifier: GPL-3.0-or-later
import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

# One core for both, before the numerical libraries start their threads.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"

try:
    import h5py
    import numpy as np
    import tdgl
    from tdgl.geometry import box, circle
except ImportError as error:
    sys.exit(
        f"{error}\nThis comparison needs pyTDGL and h5py; in a place of their own:\n"
        "  python3 -m venv peers && peers/bin/pip install tdgl h5py && peers/bin/python bench/pytdgl.py"
    )

XI, W = 0.5, 5.0  # um
L, LINK = 3.5 * W, W / 3
TIME, FIELD, CURRENT = 60.0, 0.4, 12.0  # tau0, mT, uA
START = 1.0  # tau0: the voltage is compared from here; at rest it jumps within 0.1 tau0
REFERENCE_DT = 0.002  # tau0, and half of it


def make_device():
    layer = tdgl.Layer(coherence_length=XI, london_lambda=2, thickness=0.1, gamma=1, u=5.79)
    notch = tdgl.Polygon(points=box(W)).rotate(45).translate(dx=(np.sqrt(2) * W + LINK) / 2)
    film = tdgl.Polygon("film", points=box(W, L)).difference(notch, notch.scale(xfact=-1))
    contact = tdgl.Polygon("source", points=box(1.1 * W, L / 100)).translate(dy=L / 2)
    device = tdgl.Device(
        "weak_link",
        layer=layer,
        film=film.resample(401),
        holes=[
            tdgl.Polygon("round", points=circle(LINK / 2, center=(0, L / 5), points=101)),
            tdgl.Polygon("square", points=box(LINK, points=101)).rotate(30).translate(dy=-L / 5),
        ],
        terminals=[contact, contact.scale(yfact=-1).set_name("drain")],
        probe_points=[(0, L / 2.5), (0, -L / 2.5)],
        length_units="um",
    )
    device.make_mesh(max_edge_length=XI / 2, smooth=100)
    return device


def export_mesh(device, path):
    """Sites in xi and triangles, which is what mesh.import reads; and where probes and terminals are."""
    with h5py.File(path, "w") as out:
        group = out.create_group("mesh")
        group["sites"] = device.mesh.sites
        group["elements"] = device.mesh.elements.astype(np.int32)
        out["probe_sites"] = np.array(device.probe_point_indices, dtype=np.int32)
        for info in device.terminal_info():
            terminal = out.create_group(f"terminals/{info.name}")
            terminal["sites"] = info.site_indices.astype(np.int32)
            terminal.attrs["length"] = info.length / XI


def run_pytdgl(device, folder):
    path = os.path.join(folder, f"pytdgl-{time.monotonic_ns()}.h5")
    options = tdgl.SolverOptions(
        solve_time=TIME, field_units="mT", current_units="uA", save_every=500, output_file=path
    )
    start = time.perf_counter()
    solution = tdgl.solve(
        device,
        options,
        applied_vector_potential=FIELD,
        terminal_currents={"source": CURRENT, "drain": -CURRENT},
    )
    wall = time.perf_counter() - start
    dynamics = solution.dynamics
    return wall, np.cumsum(dynamics.dt), dynamics.mu[0] - dynamics.mu[1]


def read_series(path):
    if path.endswith(".npz"):
        data = np.load(path)
        return data["t"], data["v"]
    with h5py.File(path, "r") as file:
        return file["series/time"][:], file["series/voltage.v"][:]


def run_fluxoid(args, probes, folder, settings):
    out = os.path.join(folder, f"fluxoid-{time.monotonic_ns()}.h5")
    settings = {
        "mesh": f"{{import: {os.path.abspath(args.mesh)}, duals: unsigned}}",
        "probes.v": "[[%.17g, %.17g], [%.17g, %.17g]]" % tuple(XI * probes.ravel()),
        "tdgl.time": f"{TIME} tau0",
        "tdgl.average_from": f"{TIME / 2} tau0",
        "tdgl.frames": "1",
        **settings,
    }
    command = [args.fluxoid, "run", args.case, "-o", out, "--threads", "1", "-q", "--json", "-"]
    for key, value in settings.items():
        command += ["--set", f"{key}={value}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nended with {done.returncode}: {done.stderr.strip()}")
    t, v = read_series(out)
    os.remove(out)
    return float(json.loads(done.stdout)["wall_s"]), t, v


def make_reference(args, probes, folder):
    runs = []
    for dt in (REFERENCE_DT, REFERENCE_DT / 2):
        settings = {"tdgl.integrator": "euler-explicit", "tdgl.dt": f"{dt} tau0", "tdgl.adaptive": "false"}
        _, t, v = run_fluxoid(args, probes, folder, settings)
        runs.append((t, v))
    (t, coarse), (fine_t, fine) = runs
    # First order in dt: twice the fine one minus the coarse one, at the coarse times.
    return t, 2 * np.interp(t, fine_t, fine) - coarse


def error_of(t, v, reference):
    dt = np.diff(t, prepend=0)
    inside = (t >= START) & (t <= min(TIME, reference[0][-1]))
    wrong = v - np.interp(t, *reference)
    return np.sqrt(np.sum(dt[inside] * wrong[inside] ** 2) / np.sum(dt[inside]))


def report(name, runs, reference):
    walls = sorted(wall for wall, _, _ in runs)
    wall, (_, t, v) = walls[len(walls) // 2], runs[-1]
    print(f"{name:28s} {wall:9.3f} {len(t):8d} {error_of(t, v, reference):11.2e} {v[t > TIME / 2].mean():9.4f}")
    return wall


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parse = argparse.ArgumentParser(description="pyTDGL and fluxoid in turn on the weak link")
    parse.add_argument("--fluxoid", default=os.path.join(here, "../build/fluxoid"))
    parse.add_argument("--case", default=os.path.join(here, "../examples/weak-link.yaml"))
    parse.add_argument("--tolerance", default="1e-2,3e-3,1e-3,3e-4")
    parse.add_argument("--repeat", type=int, default=1)
    parse.add_argument("--reference", help="series to compare with")
    parse.add_argument("--export", help="only write pyTDGL's mesh of the device here")
    args = parse.parse_args()

    device = make_device()
    if args.export:
        export_mesh(device, args.export)
        print(f"{args.export}: {len(device.mesh.sites)} sites")
        return
    with tempfile.TemporaryDirectory() as folder:
        args.mesh = os.path.join(folder, "mesh.h5")
        export_mesh(device, args.mesh)
        probes = device.mesh.sites[list(device.probe_point_indices)]
        reference = read_series(args.reference) if args.reference else make_reference(args, probes, folder)
        tolerances = args.tolerance.split(",")
        peer, ours = [], {tolerance: [] for tolerance in tolerances}
        for _ in range(args.repeat):
            peer.append(run_pytdgl(device, folder))
            for tolerance in tolerances:
                ours[tolerance].append(run_fluxoid(args, probes, folder, {"tdgl.tolerance": tolerance}))
        print(f"{len(device.mesh.sites)} sites, {TIME:g} tau0, one core, median of {args.repeat}")
        print(f"{'program':28s} {'time [s]':>9s} {'steps':>8s} {'error [V0]':>11s} {'mean V':>9s}")
        slow = report(f"pyTDGL {tdgl.__version__}", peer, reference)
        for tolerance in tolerances:
            fast = report(f"fluxoid, tolerance {tolerance}", ours[tolerance], reference)
            print(f"{'':28s} {slow / fast:8.1f}x")


if __name__ == "__main__":
    main()
