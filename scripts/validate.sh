#!/bin/sh
# Runs the validation programs (tests/validate/*.c) and writes docs/validation.md: each number beside its reference.
#   scripts/validate.sh [NAME...]     by default every program; a run of a few leaves docs/validation.md alone
# A program prints one row for each number,
#   name|value|reference|tolerance|source        tolerance absolute, or with % of the reference
# and "# text" for a heading or a remark. Fails if a program fails, prints no row, or a row is out of its tolerance.
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
cd "$(dirname "$0")/.."
scripts/setup.sh
cmake --preset release >/dev/null
cmake --build build --target validate

if [ $# -gt 0 ]; then
    page=""
else
    page=docs/validation.md
    for program in build/tests/validate_*; do
        [ -f "$program" ] && [ -x "$program" ] && set -- "$@" "${program##*/validate_}"
    done
    [ $# -gt 0 ] || {
        echo "validate: there is no build/tests/validate_*" >&2
        exit 1
    }
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

{
    echo "# Validation"
    echo
    echo "Written by \`scripts/validate.sh\`. Each number fluxoid computes stands beside a reference that does not come from it."
    echo
    echo "- fluxoid $(build/fluxoid version | head -n 1 | sed 's/^fluxoid //'), commit $(git rev-parse --short=10 HEAD 2>/dev/null || echo unknown), $(date -u +%Y-%m-%d)"
    echo "- $(sed -n 's/^model name[ \t]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores, $(uname -s)"
    echo "- $(gcc --version | head -n 1)"
} >"$work/page"

for name in "$@"; do
    [ -x "build/tests/validate_$name" ] || {
        echo "validate: there is no build/tests/validate_$name" >&2
        exit 2
    }
done

# One program on each processor; each in a folder of its own, which also takes what it prints and how it ended.
printf '%s\n' "$@" | build=$(pwd)/build/tests work=$work xargs -P "$(nproc)" -I NAME sh -c '
    mkdir "$work/NAME" && cd "$work/NAME"
    begin=$(date +%s)
    status=0
    "$build/validate_NAME" >rows 2>errors || status=$?
    echo "$status $(($(date +%s) - begin))" >ended
    echo "validate: NAME"'

failed=0
rows=0
for name in "$@"; do
    read -r status seconds <"$work/$name/ended"

    # A row is right when |value - reference| <= tolerance; what is no number is wrong.
    awk -F'|' -v name="$name" -v seconds="$seconds" -v console="$work/console" -v tally="$work/tally" '
        function number(text) { return text ~ /^[ \t]*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?[ \t]*$/ }
        BEGIN { printf "\n## %s\n\n%d s\n", name, seconds }
        /^#/ { sub(/^#+ */, ""); printf "\n%s\n", $0; table = 0; next }
        /^[ \t]*$/ { next }
        {
            if (!table) {
                print "\n| quantity | value | reference | deviation | tolerance | source |  |"
                print "| --- | ---: | ---: | ---: | ---: | --- | --- |"
                table = 1
            }
            allowed = $4
            percent = sub(/%[ \t]*$/, "", allowed)
            good = NF >= 5 && number($2) && number($3) && number(allowed)
            if (percent) allowed = allowed / 100 * ($3 < 0 ? -$3 : $3)
            difference = $2 - $3
            good = good && (difference < 0 ? -difference : difference) <= allowed + 0
            deviation = percent ? sprintf("%+.2g%%", $3 != 0 ? 100 * difference / $3 : 0) : sprintf("%+.2g", difference)
            printf "| %s | %s | %s | %s | %s | %s | %s |\n", $1, $2, $3, deviation, $4, $5, good ? "" : "**out**"
            rows++
            if (!good) {
                bad++
                printf "    OUT OF TOLERANCE  %s: %s, reference %s, tolerance %s\n", $1, $2, $3, $4 >console
            }
        }
        END { printf "%d %d\n", rows, bad >tally }' "$work/$name/rows" >>"$work/page"
    [ ! -e "$work/console" ] || { cat "$work/console"; rm "$work/console"; }
    read -r new bad <"$work/tally"
    rows=$((rows + new))
    failed=$((failed + bad))
    if [ "$status" != 0 ] || [ "$new" = 0 ]; then
        echo "    validate_$name ended with $status and $new rows"
        tail -n 20 "$work/$name/errors"
        printf '\n**The program ended with status %s.**\n' "$status" >>"$work/page"
        failed=$((failed + 1))
    fi
done

if [ -n "$page" ]; then
    mkdir -p docs
    cp "$work/page" "$page"
else
    cat "$work/page"
fi
echo "$((rows - failed < 0 ? 0 : rows - failed)) passed, $failed failed"
[ "$failed" = 0 ]
