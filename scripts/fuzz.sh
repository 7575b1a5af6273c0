#!/bin/sh
# Fuzzes the readers of what comes from outside: case files, decks, expressions, .msh and HDF5 files.
#   scripts/fuzz.sh [SECONDS [NAME...]]     by default 600, shared by case, deck, expr, msh and hdf5
# Fails on a crash, a sanitizer's finding, a leak, an input that takes above 10 s or 2 GB. The input is kept in
# out/fuzz/NAME/, and build-fuzz/tests/fuzz_NAME FILE repeats it. What was learnt is kept in out/fuzz/NAME/corpus.
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
cd "$(dirname "$0")/.."
scripts/setup.sh build tools
seconds=${1:-600}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- case deck expr msh hdf5

try=$(mktemp -d)
trap 'rm -rf "$try"' EXIT
printf 'int LLVMFuzzerTestOneInput(const char *d, unsigned long n) { return d && n > 1e9; }\n' >"$try/t.c"
if ! clang -fsanitize=fuzzer,address "$try/t.c" -o "$try/t" 2>/dev/null; then
    echo "fuzz: clang here has no libFuzzer (Debian: libclang-rt-14-dev); nothing was fuzzed" >&2
    exit 1
fi

cmake -S . -B build-fuzz -G Ninja -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS="-O1 -Wno-pass-failed" \
    -DBUILD_SHARED_LIBS=OFF -DFLUXOID_SANITIZE=address,undefined,fuzzer-no-link -DFLUXOID_FUZZ=ON >/dev/null
targets=""
for name in "$@"; do
    targets="$targets fuzz_$name"
done
# shellcheck disable=SC2086
cmake --build build-fuzz --target $targets

# What the fuzzers start from: the examples, wrong cases and meshes of the tests; each line a value for expressions.
seed() {
    mkdir -p "$try/$1"
    case $1 in
    case)
        find examples tests/bad tests/data -name '*.yaml' -size -64k -exec cp {} "$try/case" \; 2>/dev/null || true
        for file in examples/*.cir; do
            { printf 'fluxoid: 1\nengine: circuit\ncircuit:\n  deck: |\n'; sed 's/^/    /' "$file"; } \
                >"$try/case/$(basename "$file" .cir)-cir.yaml"
        done
        ;;
    deck) find examples tests/data -name '*.cir' -size -64k -exec cp {} "$try/deck" \; 2>/dev/null || true ;;
    expr)
        count=0
        while read -r line; do
            count=$((count + 1))
            printf '%s' "$line" >"$try/expr/$count"
        done <tests/fuzz/expressions.txt
        ;;
    msh)
        for file in $(find tests/fuzz tests/data -name '*.msh' -size -64k 2>/dev/null); do
            { printf '\000'; cat "$file"; } >"$try/msh/$(basename "$file")"
        done
        ;;
    hdf5) for mode in 0 1 2 3 4; do
        printf "\\00$mode\\001\\003abcdefgh\\002\\001ijklmnop" >"$try/hdf5/$mode"
    done ;;
    esac
}

# Inputs that once failed are kept in tests/fuzz/corpus/NAME and are tried first.
share=$((seconds / $#))
[ "$share" -gt 0 ] || share=1
failed=0
for name in "$@"; do
    seed "$name"
    for file in tests/fuzz/corpus/"$name"/*; do
        [ ! -f "$file" ] || cp "$file" "$try/$name/kept-${file##*/}"
    done
    corpus=out/fuzz/$name/corpus
    mkdir -p "$corpus"
    dictionary=""
    [ ! -f "tests/fuzz/$name.dict" ] || dictionary=-dict=tests/fuzz/$name.dict
    # shellcheck disable=SC2086
    if build-fuzz/tests/fuzz_$name -max_total_time="$share" -timeout=10 -rss_limit_mb=2048 -max_len=16384 -len_control=10 \
        -artifact_prefix="out/fuzz/$name/" -print_final_stats=1 $dictionary "$corpus" "$try/$name" \
        >"out/fuzz/$name/log" 2>&1; then
        echo "fuzz: $name passed, $(sed -n 's/^stat::number_of_executed_units: *//p' "out/fuzz/$name/log") inputs in $share s"
    else
        echo "fuzz: $name FAILED; the end of out/fuzz/$name/log:"
        tail -n 40 "out/fuzz/$name/log"
        failed=$((failed + 1))
    fi
done
echo "$(($# - failed)) passed, $failed failed"
[ "$failed" = 0 ]
