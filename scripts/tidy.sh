#!/bin/sh
# clang-tidy (.clang-tidy says which checks) over the sources.
#   scripts/tidy.sh [FILE...]     by default all of src/ and cli/
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
cd "$(dirname "$0")/.."
scripts/setup.sh build tools
cmake --preset clang >/dev/null
# shellcheck disable=SC2046
[ $# -gt 0 ] || set -- $(find src cli -name '*.c' | LC_ALL=C sort)
clang-tidy -p build-clang --quiet --warnings-as-errors='*' "$@"
