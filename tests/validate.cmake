# Validation programs, tests/validate/NAME.c -> validate_NAME: clients of the library, built and run by
# scripts/validate.sh alone (they take minutes).
file(GLOB programs CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/validate/*.c)
add_custom_target(validate DEPENDS fluxoid_cli)
foreach(program ${programs})
    get_filename_component(name ${program} NAME_WE)
    add_executable(validate_${name} EXCLUDE_FROM_ALL ${program})
    target_link_libraries(validate_${name} PRIVATE flx_flags fluxoid m)
    add_dependencies(validate validate_${name})
endforeach()
