#!/bin/sh
# Installs the Debian packages of scripts/packages.txt that are missing.
#   scripts/setup.sh [GROUP...]     build, run, check, tools; by default all but tools
# Nothing is asked, and the network is used only if something is missing.
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- build run check

# The groups asked for, as a list of packages.
packages=""
for group in "$@"; do
    found=$(awk -v group="$group" '$1 == group {print $2}' scripts/packages.txt)
    if [ -z "$found" ]; then
        echo "setup: no group '$group' in scripts/packages.txt; there are build, run, check, tools" >&2
        exit 2
    fi
    packages="$packages $found"
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "setup: this is not a Debian system. Install the equivalents of these packages by hand," >&2
    echo "setup: then build with 'cmake --preset release && cmake --build build':" >&2
    echo " $packages" | tr -s ' \n' ' ' >&2
    echo >&2
    exit 1
fi

missing=""
for package in $packages; do
    state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

sudo=""
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "setup: these packages are missing and installing them needs root or sudo; as root, run" >&2
        echo "    apt-get install$missing" >&2
        exit 1
    fi
    sudo=sudo
fi

# apt tells a long story; it is shown only if it ends badly.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
    if ! $sudo env DEBIAN_FRONTEND=noninteractive apt-get "$@" </dev/null >"$log" 2>&1; then
        tail -n 30 "$log" >&2
        echo "setup: 'apt-get $*' failed; is the network there?" >&2
        exit 1
    fi
}
echo "setup: installing$missing"
apt update
# shellcheck disable=SC2086
apt install -y --no-install-recommends $missing
