#!/bin/sh
# Checks of the source tree and of what was built from it, one line each; a failing one shows the offenders.
#   scripts/check.sh [BUILD FOLDER]     by default build
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
cd "$(dirname "$0")/.."
build=${1:-build}
found=$(mktemp)
trap 'rm -f "$found"' EXIT
failures=0
if [ ! -e "$build/libfluxoid.so" ]; then
    echo "check: $build/libfluxoid.so is not there; build it first: cmake --preset release && cmake --build build" >&2
    exit 2
fi

# check TITLE FUNCTION: passes when the function succeeds and prints nothing.
check() {
    if "$2" >"$found" 2>&1 && [ ! -s "$found" ]; then
        printf 'ok      %s\n' "$1"
    else
        printf 'FAILED  %s\n' "$1"
        sed 's/^/        /' "$found"
        failures=$((failures + 1))
    fi
}

sources() {
    find src cli include tests examples bench -name '*.[ch]' 2>/dev/null | LC_ALL=C sort
}

layers() {
    scripts/check-layers.sh
}

# Nothing but flx_ leaves the library, and no object of ours defines another name (main apart).
symbols() {
    nm -D --defined-only "$build/libfluxoid.so" | awk '$NF !~ /^flx_/ {print "libfluxoid.so exports " $NF}'
    find "$build/CMakeFiles" -path '*/flx_*.dir/*.o' -exec nm -g --defined-only {} + |
        awk 'NF == 3 && $3 !~ /^(flx_|_?_?(asan|ubsan|odr))/ {print "not static and not flx_: " $3}'
}

# No fused products: they would differ between the vectors and the rest of a loop. The xy engine and the
# two files that apply the operator of the self-field ask for them by name.
fused() {
    find "$build/CMakeFiles" -path '*/flx_*.dir/*.o' ! -path '*/flx_xy.dir/*' \
        ! -path '*/selffield/near.c.o' ! -path '*/selffield/far_apply.c.o' | LC_ALL=C sort | while read -r object; do
        objdump -d "$object" | grep -qE 'vfn?m(add|sub)' && echo "${object##*flx_} has fused products" || true
    done
}

# What the headers promise, the library keeps.
promises() {
    nm -D --defined-only "$build/libfluxoid.so" | awk '{print $NF}' | LC_ALL=C sort -u >"$found.built"
    cat include/fluxoid/*.h | sed 's|//.*||' | tr '\n' ' ' | grep -oE 'FLX_API [^;()]*' |
        grep -oE 'flx_[a-z0-9_]+ *$' | tr -d ' ' | LC_ALL=C sort -u >"$found.promised"
    LC_ALL=C comm -13 "$found.built" "$found.promised" | sed 's/^/declared FLX_API but not in libfluxoid.so: /'
    rm -f "$found.built" "$found.promised"
}

# Each public header compiles by itself, as C11 and as C++11.
headers() {
    for header in include/fluxoid.h include/fluxoid/*.h; do
        gcc -std=c11 -x c -fsyntax-only -Wall -Wextra -Wpedantic -Werror -Iinclude "$header"
        g++ -std=c++11 -x c++ -fsyntax-only -Wall -Wextra -Wpedantic -Werror -Iinclude "$header"
    done
}

# The version is pinned: another one formats otherwise.
formatting() {
    case $(clang-format --version) in
    *" version 14."*) ;;
    *)
        echo "clang-format 14 is asked for, this is: $(clang-format --version)"
        return 1
        ;;
    esac
    # shellcheck disable=SC2046
    clang-format --dry-run $(sources) 2>&1 | sed -nE 's/^([^ :]+):[0-9]+:[0-9]+: (warning|error).*/\1/p' | uniq |
        sed 's/^/clang-format -i /'
}

length() {
    sources | while read -r file; do
        lines=$(wc -l <"$file")
        [ "$lines" -le 800 ] || echo "$file has $lines lines, 800 are allowed"
    done
}

licence() {
    sources | xargs grep -L 'SPDX-License-Identifier: GPL-3.0-or-later' | sed 's/$/ has no SPDX line/'
}

# Digits of e, h, hbar, mu0, k_B, Phi0, epsilon0 belong to fluxoid/units.h alone.
constants() {
    find src cli include -name '*.[ch]' ! -path 'src/units/*' ! -path include/fluxoid/units.h -exec \
        grep -nE '\b(1\.602[0-9]*e-?19|6\.626[0-9]*e-?34|1\.054[0-9]*e-?34|1\.256[0-9]*e-?6|4e-7|1\.380[0-9]*e-?23|2\.067[0-9]*e-?15|8\.854[0-9]*e-?12)\b' {} + || true
}

# Where the headers name a table of options, every number of its struct has a row: FIELD stands in the file that
# defines the table.
options() {
    sed 's|//.*||' include/fluxoid/*.h >"$found.headers"
    awk '
        /typedef struct flx_[a-z0-9_]+_opts/ { name = $3; inside = 1; next }
        inside && /}/ { inside = 0 }
        inside && $1 ~ /^(double|int32_t|bool)$/ {
            gsub(/[;,]/, " ")
            for (i = 2; i <= NF; i++)
                if ($i !~ /[*[]/) print name, $i
        }' "$found.headers" |
        while read -r struct field; do
            grep -q "${struct%_opts}_option_table" "$found.headers" && [ "$field" != cookie ] || continue
            table=$(grep -rlE "flx_option_table \*?${struct%_opts}_option_table( =|\(void\)$)" src --include='*.c' || true)
            if [ -z "$table" ]; then
                echo "$struct has no ${struct%_opts}_option_table"
            elif ! grep -qE "offsetof\($struct, $field\)|[(\"]$field[\",]" "$table"; then
                echo "$struct.$field has no row in $table"
            fi
        done | LC_ALL=C sort -u
    rm -f "$found.headers"
}

scripts_are_executable() {
    find scripts -name '*.sh' ! -perm -u+x | sed 's/$/ is not executable/'
}

check "layers include only what they may" layers
check "every symbol begins with flx_" symbols
check "no fused products" fused
check "every declared function is in the library" promises
check "public headers compile alone, as C11 and C++11" headers
check "clang-format" formatting
check "no file above 800 lines" length
check "every source names its licence" licence
check "SI constants only in units" constants
check "every option has a row" options
check "scripts are executable" scripts_are_executable

[ "$failures" = 0 ] || {
    echo "check: $failures failed" >&2
    exit 1
}
