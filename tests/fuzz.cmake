# Fuzzers, tests/fuzz/fuzz_*.c: for clang's libFuzzer, built and run by scripts/fuzz.sh alone. They sit on the static
# library, whose objects are instrumented by FLUXOID_SANITIZE.
option(FLUXOID_FUZZ "Build the fuzzers (clang, with FLUXOID_SANITIZE=address,undefined,fuzzer-no-link)" OFF)
if(FLUXOID_FUZZ)
    add_custom_target(fuzz)
    foreach(name case deck expr msh hdf5)
        add_executable(fuzz_${name} EXCLUDE_FROM_ALL fuzz/fuzz_${name}.c)
        target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
        target_link_libraries(fuzz_${name} PRIVATE flx_flags fluxoid)
        add_dependencies(fuzz fuzz_${name})
    endforeach()
    target_link_libraries(fuzz_hdf5 PRIVATE PkgConfig::HDF5)
endif()
