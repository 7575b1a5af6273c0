# Language level, warnings and the flags that keep results reproducible.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(flx_flags INTERFACE)
target_compile_definitions(flx_flags INTERFACE _POSIX_C_SOURCE=200809L _DEFAULT_SOURCE)
# Same bits everywhere: no contraction into fused multiply-adds, no reassociation.
target_compile_options(flx_flags INTERFACE -ffp-contract=off -fno-math-errno -fno-trapping-math)
# gcc 12 makes fused vfmaddsub out of complex products all the same, in vectors but not in the rest of a loop: then
# results may depend on how threads share the sites. scripts/check.sh looks for it.
target_compile_options(flx_flags INTERFACE -fno-tree-slp-vectorize)
target_compile_options(flx_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wno-psabi)
if(FLUXOID_WERROR)
    target_compile_options(flx_flags INTERFACE -Werror)
endif()
if(FLUXOID_MARCH)
    target_compile_options(flx_flags INTERFACE -march=${FLUXOID_MARCH})
endif()
if(FLUXOID_SANITIZE)
    target_compile_options(flx_flags INTERFACE -fsanitize=${FLUXOID_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(flx_flags INTERFACE -fsanitize=${FLUXOID_SANITIZE})
endif()
set(CMAKE_C_FLAGS_RELEASE "-O3 -DNDEBUG")
