#!/usr/bin/env python3
# bench/xy.py -- Metropolis updates of the XY model: fluxoid, a public code, and what people write themselves, in turn.
#
#   python3 bench/xy.py [--fluxoid BIN] [--size 256] [--rounds 3]
#
# A square lattice of L x L at T = 0.8929 J, one thread. Each row: ns for each spin and sweep, the best of the rounds,
# and the energy a site that it finds, whose limit is -1.4453 (L = 256), as a check that all do the same thing.
# mcsolver (PyPI) is called without its window, on 16 x 16 sites; the two home-made codes are a checkerboard of
# angles, in numba (math.cos, one uniform proposal in +-pi/2) and in whole arrays of numpy. What is not installed is
# left out and said so: pip install numpy numba mcsolver
# SPDX-License-Identifier: GPL-3.0-or-later
import argparse
import importlib.util
import math
import os
import re
import subprocess
import sys
import tempfile
import time
import types

T = 0.8929


class Anything(types.ModuleType):
    """Stands for the windows and plots that mcsolver imports."""

    def __getattr__(self, name):
        return object


def public(rounds):
    """mcsolver 3.1.1, through its own classes, in a process of its own: on lattices of 32 its core always ends with a
    segmentation fault, on smaller ones by chance."""
    size = 16
    spec = importlib.util.find_spec("mcsolver")
    if not spec:
        return
    sys.path[:0] = [spec.submodule_search_locations[0], spec.submodule_search_locations[0] + "/lib"]
    for name in ("win", "matplotlib", "matplotlib.pyplot", "matplotlib.figure", "mpl_toolkits", "mpl_toolkits.mplot3d"):
        sys.modules[name] = Anything(name)
    import Lattice
    import mcMain
    import numpy as np

    bonds = [Lattice.Bond(0, 0, np.array(to), -1, -1, -1, 0, 0, 0, 0, 0, 0, True) for to in ([1, 0, 0], [0, 1, 0])]
    sim = mcMain.MC(0, np.eye(3), pos=[[0, 0, 0]], S=[1], D=np.zeros((1, 3)), bondList=bonds, Lx=size, Ly=size, T=T,
                    ki_overLat=[0, 0, 0], orbGroupList=[[0]], On=2)
    best = math.inf
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # it writes a file
        for _ in range(rounds):
            times = []
            for sweeps in (200, 1200):  # what a call costs besides is in both
                begin = time.process_time()
                data = sim.mainLoopViaCLib_On(nsweep=sweeps, nthermal=200, algo="Metropolis", On=2)
                times.append(time.process_time() - begin)
            best = min(best, (times[1] - times[0]) / 1000)
    print(f"\nROW {f'mcsolver, L = {size}':34} {best / size ** 2 * 1e9:12.2f} {data[4]:12.4f}")


def numba_checkerboard(size):
    try:
        import numba
        import numpy as np
    except ImportError:
        return None

    @numba.njit(fastmath=True)
    def sweep(theta, random, beta, parity):
        n = theta.shape[0]
        for y in range(n):
            up, down = theta[(y + 1) % n], theta[y - 1]
            row = theta[y]
            for x in range((y + parity) % 2, n, 2):
                new = row[x] + math.pi * (random[y, x, 0] - 0.5)
                right, left = row[(x + 1) % n], row[x - 1]
                gain = (math.cos(new - right) + math.cos(new - left) + math.cos(new - up[x]) + math.cos(new - down[x])
                        - math.cos(row[x] - right) - math.cos(row[x] - left) - math.cos(row[x] - up[x])
                        - math.cos(row[x] - down[x]))
                if random[y, x, 1] < math.exp(beta * gain):
                    row[x] = new

    theta = np.zeros((size, size))
    draw = np.random.default_rng(1)

    def step(sweeps):
        for _ in range(sweeps):
            random = draw.random((size, size, 2))
            sweep(theta, random, 1 / T, 0)
            sweep(theta, random, 1 / T, 1)

    return step, lambda: -(np.cos(theta - np.roll(theta, 1, 0)) + np.cos(theta - np.roll(theta, 1, 1))).mean()


def numpy_arrays(size):
    try:
        import numpy as np
    except ImportError:
        return None
    theta = np.zeros((size, size))
    draw = np.random.default_rng(1)
    even = np.add.outer(np.arange(size), np.arange(size)) % 2 == 0

    def step(sweeps):
        nonlocal theta
        for _ in range(sweeps):
            for colour in (even, ~even):
                new = theta + np.pi * (draw.random((size, size)) - 0.5)
                gain = 0
                for shift, axis in ((1, 0), (-1, 0), (1, 1), (-1, 1)):
                    other = np.roll(theta, shift, axis)
                    gain = gain + np.cos(new - other) - np.cos(theta - other)
                theta = np.where(colour & (draw.random((size, size)) < np.exp(gain / T)), new, theta)

    return step, lambda: -(np.cos(theta - np.roll(theta, 1, 0)) + np.cos(theta - np.roll(theta, 1, 1))).mean()


def home_made(name, make, size, rounds):
    code = make(size)
    if code is None:
        print(f"{name:34} is not installed")
        return
    step, energy = code
    step(300 if "numba" in name else 150)  # away from the start
    best, sum_e, sweeps = math.inf, 0, 20
    for _ in range(rounds):
        begin = time.process_time()
        step(sweeps)
        best = min(best, (time.process_time() - begin) / sweeps)
        sum_e += energy() / rounds
    print(f"{name:34} {best / size ** 2 * 1e9:12.2f} {sum_e:12.4f}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--fluxoid", default="build/fluxoid")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--mcsolver", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.mcsolver:
        return public(args.rounds)
    print(f"Metropolis, {args.size} x {args.size}, T = {T} J, one thread\n{'':34} {'ns a spin':>12} {'energy/J':>12}")
    text = subprocess.run([args.fluxoid, "bench", "xy", "--size", str(args.size), "--threads", "1", "--seconds", "1"],
                          capture_output=True, text=True, check=True).stdout
    columns = re.search(r"^ +over-relaxation.*$", text, re.M).group(0).split()
    for precision in ("float", "double"):
        row = re.search(rf"^{precision} +(.*)$", text, re.M).group(1).split()
        print(f"{'fluxoid, ' + precision:34} {float(row[columns.index('Metropolis')]):12.2f} {'(tests)':>12}")
    home_made("home-made, checkerboard in numba", numba_checkerboard, args.size, args.rounds)
    child = subprocess.run([sys.executable, __file__, "--mcsolver", "--rounds", str(args.rounds)], capture_output=True,
                           text=True)
    rows = re.findall(r"^ROW (.*)$", child.stdout, re.M)
    print(rows[0] if rows else f"{'mcsolver':34} " + (f"was ended by signal {-child.returncode}" if child.returncode < 0
                                                        else "is not installed"))
    home_made("home-made, whole arrays of numpy", numpy_arrays, args.size, args.rounds)


if __name__ == "__main__":
    main()
