#!/bin/sh
# JoSIM beside fluxoid on the same decks: CPU seconds of each, and the last values that both print of a phase.
#   bench/josim.sh [DECK.cir ...]     without decks: the string of 3900 junctions of `fluxoid bench circuit`
# Needs josim-cli on the PATH; without it fluxoid is timed alone. The machine should have nothing else to do.
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
fluxoid=$(cd "$(dirname "$0")/.." && pwd)/build/fluxoid
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ $# -eq 0 ]; then
    "$fluxoid" bench circuit --write "$work/string.cir"
    set -- "$work/string.cir"
fi
for deck in "$@"; do
    echo "== ${deck##*/}"
    "$fluxoid" bench circuit "$deck"
    if command -v josim-cli >/dev/null; then
        # The shell's own times: of its children, user and system.
        sh -c "josim-cli -V 1 -m -o '$work/josim.csv' '$deck' >/dev/null; times" | tail -n 1 | sed 's/^/josim-cli, user and system: /'
        tail -n 1 "$work/josim.csv"
    else
        echo "josim-cli is not on the PATH"
    fi
done
