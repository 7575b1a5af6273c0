# Library, headers, program, and what lets other projects find them: pkg-config and find_package(fluxoid).
include(CMakePackageConfigHelpers)

set(FLX_CONFIG_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/fluxoid)

install(TARGETS fluxoid EXPORT fluxoid
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES include/fluxoid.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY include/fluxoid DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.h)

# The program finds the library from where it stands, so that the tree can be moved.
file(RELATIVE_PATH lib_from_bin ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR})
set_target_properties(fluxoid_cli PROPERTIES INSTALL_RPATH "$ORIGIN/${lib_from_bin}")
install(TARGETS fluxoid_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

# A shared libfluxoid hides what it is made of; who links a static one must link that too (as shared libraries, so not
# in the private fields, which ask for static ones).
if(BUILD_SHARED_LIBS)
    set(FLX_PC_REQUIRES "")
    set(FLX_PC_LIBS "")
else()
    set(FLX_PC_REQUIRES "udunits geos openblas fftw3 hdf5 yaml-0.1 jansson cairo")
    set(FLX_PC_LIBS "-lcholmod -pthread -ldl -lm")
endif()
file(RELATIVE_PATH prefix_from_pc ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
configure_file(cmake/fluxoid.pc.in fluxoid.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/fluxoid.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

configure_package_config_file(cmake/fluxoidConfig.cmake.in fluxoidConfig.cmake INSTALL_DESTINATION ${FLX_CONFIG_DIR})
write_basic_package_version_file(fluxoidConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(EXPORT fluxoid NAMESPACE fluxoid:: FILE fluxoidTargets.cmake DESTINATION ${FLX_CONFIG_DIR})
install(FILES
    ${CMAKE_CURRENT_BINARY_DIR}/fluxoidConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/fluxoidConfigVersion.cmake
    cmake/FluxoidDepends.cmake DESTINATION ${FLX_CONFIG_DIR})
