#!/bin/sh
# Installs into a new folder, builds examples/c from there with pkg-config and with find_package, runs both.
#   install.sh BUILD VERSION
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
build=$1
version=$2
source=$(cd "$(dirname "$0")/../.." && pwd)
top=$build/tests/install
prefix=$top/prefix
rm -rf "$top"
mkdir -p "$top"

die() {
    echo "install: $*" >&2
    exit 1
}

cmake --install "$build" --prefix "$prefix" >"$top/install.log"

# The program finds its library; nothing of the build folder is asked for.
[ "$("$prefix/bin/fluxoid" version | head -n 1)" = "fluxoid $version" ] || die "bin/fluxoid version is not $version"
ldd "$prefix/bin/fluxoid" | grep libfluxoid | grep -q "$prefix" || die "bin/fluxoid does not use $prefix"

PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name fluxoid.pc)")
export PKG_CONFIG_PATH
[ "$(pkg-config --modversion fluxoid)" = "$version" ] || die "fluxoid.pc is not version $version"
libdir=$(pkg-config --variable=libdir fluxoid)
# shellcheck disable=SC2046
cc -std=c11 -Wall -Wextra -Werror -o "$top/relax" "$source/examples/c/relax.c" \
    $(pkg-config --cflags --libs fluxoid) -lm
LD_LIBRARY_PATH=$libdir "$top/relax" >"$top/pkg-config.txt"

cmake -S "$source/examples/c" -B "$top/find" -G Ninja -DCMAKE_PREFIX_PATH="$prefix" >"$top/find.log"
cmake --build "$top/find" >>"$top/find.log"
"$top/find/relax" >"$top/find_package.txt"

# Same program, same library: same words.
cmp "$top/pkg-config.txt" "$top/find_package.txt" || die "the two programs differ"
grep -q energy "$top/pkg-config.txt" || die "the example printed no energy"
cat "$top/pkg-config.txt"
