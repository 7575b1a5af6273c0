#!/usr/bin/env python3
# bench/superscreen.py -- SuperScreen and fluxoid in turn on the inductance of one ring.
#
#   python3 bench/superscreen.py [--fluxoid BIN] [--sites 2000,5000,10000] [--lambda UM]
#
# A flat ring of radii 1 and 2 um. L is known from the axisymmetric integral equation (fluxoid's
# docs/validation.md). Printed are the sites, the time from shapes to L (SuperScreen: meshing apart),
# the most memory of the process, and the error of L. Each run is a process of its own.
# SPDX-License-Identifier: GPL-3.0-or-later
import argparse
import importlib.metadata
import json
import os
import resource
import subprocess
import sys
import time

EXACT = {1.0: 14.9375067973, 0.1: 4.5725252007, 0.01: 3.3901639375}  # pH


def superscreen(sites, pearl):
    sys.path = [p for p in sys.path if os.path.abspath(p or ".") != os.path.dirname(os.path.abspath(__file__))]
    import numpy as np
    import superscreen as sc

    angle = np.linspace(0, 2 * np.pi, 201)[:-1]
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    device = sc.Device(
        "ring",
        layers=[sc.Layer("base", Lambda=pearl)],
        films=[sc.Polygon("ring", layer="base", points=2 * circle)],
        holes=[sc.Polygon("hole", layer="base", points=circle)],
        length_units="um",
    )
    device.make_mesh(min_points=sites)
    start = time.perf_counter()
    matrix = device.mutual_inductance_matrix(units="pH")
    wall = time.perf_counter() - start
    n = sum(len(mesh.sites) for mesh in device.meshes.values())
    value = float(np.asarray(getattr(matrix, "magnitude", matrix)).ravel()[0])
    return n, wall, abs(value)


def fluxoid(binary, sites, pearl):
    edge = (21.7 / sites) ** 0.5
    case = f"""
fluxoid: 1
units: {{length: um}}
layers: {{nb: {{pearl_length: {pearl} um}}}}
films: {{ring: {{layer: nb, shape: [circle: {{radius: 2}}], holes: {{hole: [circle: {{radius: 1}}]}}}}}}
mesh: {{max_edge: {edge}}}
engine: london
"""
    path = f"ring-{os.getpid()}.yaml"
    with open(path, "w") as out:
        out.write(case)
    start = time.perf_counter()
    out = subprocess.run([binary, "run", path, "--json", "-", "-q"], capture_output=True, text=True, check=True)
    wall = time.perf_counter() - start
    os.unlink(path)
    summary = json.loads(out.stdout)
    return summary["sites"], wall, summary["inductance_pH"][0][0]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--fluxoid", default="build/fluxoid")
    parser.add_argument("--sites", default="2000,5000,10000")
    parser.add_argument("--lambda", dest="pearl", type=float, default=0.1, choices=EXACT)
    parser.add_argument("--one", nargs=2, metavar=("PROGRAM", "SITES"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        program, sites = args.one[0], int(args.one[1])
        run = superscreen(sites, args.pearl) if program == "superscreen" else fluxoid(args.fluxoid, sites, args.pearl)
        who = resource.RUSAGE_SELF if program == "superscreen" else resource.RUSAGE_CHILDREN
        memory = resource.getrusage(who).ru_maxrss / 1024
        print(f"{program:12s} {run[0]:7d} {run[1]:9.2f} {memory:9.0f} {100 * (run[2] / EXACT[args.pearl] - 1):+9.3f}", flush=True)
        return
    try:
        version = importlib.metadata.version("superscreen")
    except importlib.metadata.PackageNotFoundError as error:
        sys.exit(
            f"{error}\nThis comparison needs SuperScreen; in a place of its own:\n"
            "  python3 -m venv peers && peers/bin/pip install superscreen && peers/bin/python bench/superscreen.py"
        )
    print(f"SuperScreen {version}, ring of 1 and 2 um, Lambda = {args.pearl:g} um")
    print(f"{'program':12s} {'sites':>7s} {'seconds':>9s} {'MB':>9s} {'error %':>9s}", flush=True)
    for sites in args.sites.split(","):
        for program in ("superscreen", "fluxoid"):
            subprocess.run(
                [sys.executable, __file__, "--fluxoid", args.fluxoid, "--lambda", str(args.pearl), "--one", program, sites],
                check=True,
            )


if __name__ == "__main__":
    main()
