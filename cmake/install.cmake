# SPDX-License-Identifier: MIT
# Headers, libraries, man pages, and what pkg-config and find_package() read. All of it may be moved
# to another prefix after the installation, unless a directory was given as an absolute path.
include(CMakePackageConfigHelpers)

install(DIRECTORY include/sva DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.h)
install(TARGETS sva sva_ffi sva_static EXPORT libsva-targets)
foreach(section 1 3 5 7)
  file(GLOB pages CONFIGURE_DEPENDS man/*.${section})
  install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()

# pkg-config
set(pc_prefix ${CMAKE_INSTALL_PREFIX})
set(pc_libdir ${CMAKE_INSTALL_FULL_LIBDIR})
set(pc_includedir ${CMAKE_INSTALL_FULL_INCLUDEDIR})
if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" AND NOT IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
  string(REGEX REPLACE "[^/]+" ".." up ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
  set(pc_prefix "\${pcfiledir}/${up}")
  set(pc_libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
  set(pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
endif()
configure_file(libsva.pc.in libsva.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/libsva.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# find_package(libsva)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/libsva)
configure_package_config_file(cmake/libsva-config.cmake.in libsva-config.cmake
                              INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(libsva-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/libsva-config.cmake
              ${PROJECT_BINARY_DIR}/libsva-config-version.cmake DESTINATION ${package_dir})
install(EXPORT libsva-targets NAMESPACE sva:: DESTINATION ${package_dir})
