# SPDX-License-Identifier: MIT
# The reference of the public headers, by Doxygen: the target doc. With LIBSVA_DOC it is built with everything else,
# and installed beside the guides.
find_program(DOXYGEN doxygen)
if(LIBSVA_DOC AND NOT DOXYGEN)
  message(FATAL_ERROR "LIBSVA_DOC needs doxygen")
endif()

if(DOXYGEN)
  configure_file(docs/Doxyfile.in doc/Doxyfile @ONLY)
  file(GLOB doc_headers CONFIGURE_DEPENDS include/sva/*.h)
  add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/doc/html/index.html
    COMMAND ${DOXYGEN} Doxyfile WORKING_DIRECTORY ${PROJECT_BINARY_DIR}/doc
    DEPENDS ${doc_headers} docs/Doxyfile.in docs/doxygen-filter docs/reference.dox VERBATIM)
  add_custom_target(doc DEPENDS ${PROJECT_BINARY_DIR}/doc/html/index.html)
endif()

if(LIBSVA_DOC)
  set_target_properties(doc PROPERTIES EXCLUDE_FROM_ALL OFF)
  install(DIRECTORY ${PROJECT_BINARY_DIR}/doc/html DESTINATION ${CMAKE_INSTALL_DOCDIR})
  install(FILES docs/tutorial.md docs/architecture.md docs/shape.svg docs/operation.svg
          DESTINATION ${CMAKE_INSTALL_DOCDIR})
endif()
