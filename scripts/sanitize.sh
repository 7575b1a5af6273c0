#!/bin/sh
# The tests under the address, undefined-behaviour and thread sanitizers and under valgrind: slow, so not part of
# test.sh. One line for each part; what a failing one said is shown and kept in its build folder.
#   scripts/sanitize.sh [asan] [tsan] [valgrind]     by default all three
# SPDX-License-Identifier: GPL-3.0-or-later
set -eu
cd "$(dirname "$0")/.."
scripts/setup.sh build run check tools
[ $# -gt 0 ] || set -- asan tsan valgrind
here=$(pwd)

# Every test, and in the one of failing allocations every allocation. Libraries outside keep what they allocate once;
# scripts/sanitize.supp names them. Where variables of the stack outlive their function is not looked for on
# processors with AVX-512: GCC 12 puts vectors of 64 bytes at odd places then (GCC bug 110027).
run_asan() {
    outlive=1
    ! grep -q avx512f /proc/cpuinfo || outlive=0
    export FLUXOID_TEST_EVERY=1 ASAN_OPTIONS=detect_stack_use_after_return=$outlive:strict_string_checks=1
    export LSAN_OPTIONS=suppressions="$here/scripts/sanitize.supp":print_suppressions=0 UBSAN_OPTIONS=print_stacktrace=1
    cmake --preset asan && cmake --build build-asan && ctest --test-dir build-asan --output-on-failure
}

# Where threads work together. Outside libraries are not instrumented: their locks are not seen, so neither are races
# inside them. Points of sweeps are processes made by fork, which may begin threads (die_after_fork).
run_tsan() {
    tests=$(cd tests && echo test_linalg.c test_tdgl.c test_run*.c | sed 's/\.c//g')
    export TSAN_OPTIONS=ignore_noninstrumented_modules=1:halt_on_error=1:die_after_fork=0
    # shellcheck disable=SC2086
    cmake --preset tsan && cmake --build build-tsan --target $tests &&
        ctest --test-dir build-tsan --output-on-failure -R "^($(echo "$tests" | tr ' ' '|'))\$"
}

# Memory that is read before it was written, which only valgrind sees. It runs some 50 times slower and does not know
# AVX-512 (version 3.19): the tests without long runs.
run_valgrind() {
    tests="test_base test_units test_expr test_case_parse test_geom test_mesh_file test_io test_io_checkpoint
        test_measure test_measure_series test_linalg test_plot_series test_run_memory"
    export OPENBLAS_NUM_THREADS=1 OPENBLAS_CORETYPE=Nehalem
    # shellcheck disable=SC2086
    cmake -S . -B build-valgrind -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DFLUXOID_MARCH=x86-64-v2 &&
        cmake --build build-valgrind --target $tests || return 1
    bad=0
    for test in $tests; do
        start=$(date +%s)
        (cd build-valgrind/tests && timeout 600 valgrind --quiet --error-exitcode=99 --leak-check=full \
            --show-leak-kinds=definite --errors-for-leak-kinds=definite --num-callers=20 \
            --suppressions="$here/scripts/valgrind.supp" "./$test") || bad=$((bad + 1))
        echo "$test: $(($(date +%s) - start)) s"
    done
    return $bad
}

failed=0
for tool in "$@"; do
    case $tool in
    asan | tsan | valgrind) ;;
    *)
        echo "sanitize: no tool '$tool'; there are asan, tsan, valgrind" >&2
        exit 2
        ;;
    esac
    mkdir -p "build-$tool"
    log=build-$tool/sanitize.log
    begin=$(date +%s)
    if (run_"$tool") >"$log" 2>&1; then
        echo "sanitize: $tool passed in $(($(date +%s) - begin)) s"
    else
        echo "sanitize: $tool FAILED after $(($(date +%s) - begin)) s; the end of $log:"
        tail -n 60 "$log"
        failed=$((failed + 1))
    fi
done
[ "$failed" = 0 ]
