#!/bin/sh
# Installs what is missing, builds, and shows vortices crossing a weak link: prints a short table and leaves
# out/weak-link.png and out/weak-link.mp4.
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
cd "$(dirname "$0")/.."

scripts/setup.sh build run
cmake --preset release >/dev/null
cmake --build build --target fluxoid_cli
mkdir -p out

build/fluxoid run examples/weak-link.yaml -o out/weak-link.h5 --json out/weak-link.json
build/fluxoid plot out/weak-link.h5 -o out/weak-link.png
build/fluxoid movie out/weak-link.h5 -o out/weak-link.mp4

echo
ls -sh out/weak-link.png out/weak-link.mp4
