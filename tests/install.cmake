# The installed library serves a stranger: examples/c is built against it with pkg-config and with find_package.
# (Not under sanitizers: the stranger would need them too. Shared only: the test finds the library at run time.)
if(BUILD_SHARED_LIBS AND NOT FLUXOID_SANITIZE)
    add_test(NAME install COMMAND ${CMAKE_SOURCE_DIR}/tests/install/install.sh ${CMAKE_BINARY_DIR} ${PROJECT_VERSION})
    set_tests_properties(install PROPERTIES TIMEOUT 120)
endif()
