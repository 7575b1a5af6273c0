#!/bin/sh
# The tests under the address, undefined-behaviour and thread sanitizers and under valgrind: slow, so not part of test.sh.
# Warnings do not stop it: instrumented code gives the compilers false ones.
#   scripts/sanitize.sh [asan] [tsan] [valgrind]     by default all three
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
cd "$(dirname "$0")/.."
scripts/setup.sh build run check tools
[ $# -gt 0 ] || set -- asan tsan valgrind
here=$(pwd)

# Libraries outside keep what they allocate once; scripts/sanitize.supp names them.
asan() {
    cmake --preset asan -DFLUXOID_WERROR=OFF >/dev/null
    cmake --build build-asan
    ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 \
        LSAN_OPTIONS=suppressions="$here/scripts/sanitize.supp":print_suppressions=0 \
        UBSAN_OPTIONS=print_stacktrace=1 \
        ctest --test-dir build-asan --output-on-failure
}

# Outside libraries are not instrumented: their locks are not seen, so neither are races inside them.
tsan() {
    cmake --preset tsan -DFLUXOID_WERROR=OFF >/dev/null
    cmake --build build-tsan
    TSAN_OPTIONS=ignore_noninstrumented_modules=1:halt_on_error=1 \
        ctest --test-dir build-tsan --output-on-failure
}

# valgrind 3.19 does not know AVX-512, and it runs some 50 times slower: each test has ten minutes.
memcheck() {
    cmake -S . -B build-valgrind -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DFLUXOID_MARCH=x86-64-v2 >/dev/null
    cmake --build build-valgrind
    OPENBLAS_NUM_THREADS=1
    OPENBLAS_CORETYPE=Nehalem
    export OPENBLAS_NUM_THREADS OPENBLAS_CORETYPE
    passed=0
    failed=0
    for test in build-valgrind/tests/test_*; do
        [ -f "$test" ] && [ -x "$test" ] || continue
        if (cd build-valgrind/tests && timeout 600 valgrind --quiet --error-exitcode=99 --leak-check=full \
            --errors-for-leak-kinds=definite --num-callers=20 --suppressions="$here/scripts/valgrind.supp" \
            "./${test##*/}") >build-valgrind/memcheck.log 2>&1; then
            echo "memcheck: ${test##*/} passed"
            passed=$((passed + 1))
        else
            echo "memcheck: ${test##*/} failed"
            tail -n 60 build-valgrind/memcheck.log
            failed=$((failed + 1))
        fi
    done
    echo "$passed passed, $failed failed"
    [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}

for tool in "$@"; do
    case $tool in
    asan | tsan) $tool ;;
    valgrind) memcheck ;;
    *)
        echo "sanitize: no tool '$tool'; there are asan, tsan, valgrind" >&2
        exit 2
        ;;
    esac
done
