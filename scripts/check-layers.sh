#!/bin/sh
# The layers of CMakeLists.txt hold: a folder of src/ includes only its own headers and those of the layers it USES,
# USES names only layers above it in the list, and the program includes only the public headers.
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
cd "$(dirname "$0")/.."

# "layer used used ...", in order, from the flx_layer(...) lines.
layers=$(awk '
    { sub(/#.*/, "") }
    /^[ \t]*flx_layer\(/ { call = ""; open = 1 }
    open { call = call " " $0 }
    open && /\)/ {
        open = 0
        gsub(/.*flx_layer\(|\).*/, "", call)
        n = split(call, word, /[ \t]+/)
        line = ""; take = 1
        for (i = 1; i <= n; i++) {
            if (word[i] == "USES") take = 1
            else if (word[i] == "LIBS") take = 0
            else if (take && word[i] != "") line = line " " word[i]
        }
        print substr(line, 2)
    }' CMakeLists.txt)
if [ -z "$layers" ]; then
    echo "check-layers: no flx_layer(...) lines in CMakeLists.txt" >&2
    exit 1
fi

# "file:line layer included-file" of every #include "..." of a layer.
includes=$(grep -rnE '^[ \t]*#[ \t]*include[ \t]*"' src --include='*.[ch]' |
    sed -E 's|^(src/([^/]+)/[^:]*:[0-9]+):[^"]*"([^"]*)".*|\1 \2 \3|')

{
    printf '%s\n' "$layers" | sed 's/^/layer /'
    printf '%s\n' "$includes" | sed 's/^/include /'
} | awk '
    $1 == "layer" {
        for (i = 3; i <= NF; i++) {
            if (!($i in known)) {
                printf "CMakeLists.txt: layer %s uses %s, which does not stand above it\n", $2, $i
                bad = 1
            }
            may[$2, $i] = 1
        }
        known[$2] = 1
        may[$2, $2] = 1
        next
    }
    {
        if (!($3 in known)) {
            printf "%s: folder src/%s is no layer of CMakeLists.txt\n", $2, $3
            bad = 1
            next
        }
        # "x/y.h" belongs to layer x; the public "fluxoid/x.h" to layer x where there is one.
        n = split($4, part, "/")
        owner = part[1]
        if (owner == "fluxoid" && n == 2) {
            owner = part[2]
            sub(/\.h$/, "", owner)
            if (!(owner in known)) next
        } else if (n < 2) {
            printf "%s: write #include \"%s/%s\", with the folder\n", $2, $3, $4
            bad = 1
            next
        }
        if (!(($3, owner) in may)) {
            printf "%s: layer %s may not include %s\n", $2, $3, $4
            bad = 1
        }
    }
    END { exit bad }' || exit 1

# The program is a client like any other.
if grep -nE '^[ \t]*#[ \t]*include[ \t]*"' cli/*.[ch] | grep -vE '"fluxoid(/[a-z0-9_]+)?\.h"|"[a-z0-9_]+\.h"'; then
    echo "cli/ includes only fluxoid.h, fluxoid/*.h and its own headers" >&2
    exit 1
fi
