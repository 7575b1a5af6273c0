#!/bin/sh
# Installs what is missing, builds, runs every test and the checks of the source tree.
#   scripts/test.sh [CTEST ARGUMENTS...]
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
cd "$(dirname "$0")/.."

scripts/setup.sh
cmake --preset release >/dev/null
cmake --build build --target all validate
scripts/check.sh build
# Last, so that the count of tests is the closing line.
ctest --test-dir build --output-on-failure "$@"
