#!/bin/sh
# Runs every benchmark and keeps what they print in bench/results/NAME.txt (NAME: first argument, default: the processor's
# name). The machine should have nothing else to do. A Python that has pyTDGL may be named in PYTHON.
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
cd "$(dirname "$0")/.."
name=${1:-$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1 | tr -cs 'A-Za-z0-9\n' '-' | sed 's/-$//')}
out=bench/results/$name.txt
mkdir -p bench/results

{
    echo "# $(date -u +%Y-%m-%d), commit $(git rev-parse --short HEAD 2>/dev/null || echo unknown), load $(cut -d' ' -f1 /proc/loadavg)"
    echo
    echo '$ fluxoid bench film --large'
    build/fluxoid bench film --large
    echo
    echo '$ fluxoid bench film examples/weak-link.yaml --set "tdgl.time=60 tau0" --set "tdgl.average_from=0 tau0"'
    build/fluxoid bench film examples/weak-link.yaml --set "tdgl.time=60 tau0" --set "tdgl.average_from=0 tau0" \
        --plot docs/pictures/work-precision.png
    echo
    for name in selffield 'selffield --step' noise london xy circuit; do
        echo "\$ fluxoid bench $name"
        build/fluxoid bench $name
        echo
    done
    echo '$ fluxoid bench static examples/ring.yaml --set "mesh.max_edge=0.1 xi"'
    build/fluxoid bench static examples/ring.yaml --set "mesh.max_edge=0.1 xi"
    echo
    echo '$ python bench/xy.py'
    "${PYTHON:-python3}" bench/xy.py --fluxoid build/fluxoid
    echo
    echo '$ python bench/superscreen.py'
    "${PYTHON:-python3}" bench/superscreen.py --fluxoid build/fluxoid 2>/dev/null || echo "SuperScreen is not installed"
    echo
    echo '$ python bench/pytdgl_screening.py'
    "${PYTHON:-python3}" bench/pytdgl_screening.py --fluxoid build/fluxoid 2>/dev/null || echo "pyTDGL is not installed"
    echo
    echo '$ python bench/pytdgl.py'
    "${PYTHON:-python3}" bench/pytdgl.py --fluxoid build/fluxoid --repeat 3 --tolerance 1e-2,1e-3,3e-4,1e-4 2>/dev/null ||
        echo "pyTDGL is not installed"
} | tee "$out"
