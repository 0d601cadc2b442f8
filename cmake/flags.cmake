# SPDX-License-Identifier: MIT
# Warnings (the interface library sva_warnings), hardening, linker checks and sanitizers.
include(CheckCCompilerFlag)
include(CheckLinkerFlag)
include(CheckPIESupported)

add_library(sva_warnings INTERFACE)
target_compile_options(sva_warnings INTERFACE -Wall -Wextra -Wshadow -Wstrict-prototypes
  -Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wundef -Wvla -Wcast-qual)
# -Wno-format-truncation: a text is cut to the room that its field has, on purpose.
foreach(flag -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wimplicit-fallthrough
        -Wformat-security -Wold-style-definition -Wdate-time -Wno-format-truncation)
  string(MAKE_C_IDENTIFIER "have${flag}" have)
  check_c_compiler_flag(${flag} ${have})
  if(${have})
    target_compile_options(sva_warnings INTERFACE ${flag})
  endif()
endforeach()
if(LIBSVA_WERROR)
  target_compile_options(sva_warnings INTERFACE -Werror)
endif()

# Hardening of optimised builds; a distribution's own flags come on top. Of CET only the shadow stack: it costs no
# instruction, while an endbr64 in each function would break the budget of bench/. Among the flags, not the options, so
# that a target's -U_FORTIFY_SOURCE comes after it.
set(sva_hardening "-fstack-protector-strong -fstack-clash-protection -fcf-protection=return")
if(NOT CMAKE_C_FLAGS MATCHES "_FORTIFY_SOURCE")
  string(APPEND sva_hardening " -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2")
endif()
check_pie_supported()
if(CMAKE_BUILD_TYPE MATCHES "Rel" AND NOT LIBSVA_SANITIZE)
  set(CMAKE_POSITION_INDEPENDENT_CODE ON)
  string(APPEND CMAKE_C_FLAGS " ${sva_hardening}")
  add_link_options(-Wl,-z,relro,-z,now)
endif()

# What the linker can check about the shared library. An old linker has no word for a name in the
# version script that is defined nowhere; the test abi.exports says it then.
set(sva_link_checks -Wl,-z,noexecstack)
check_linker_flag(C -Wl,--no-undefined-version have_no_undefined_version)
if(have_no_undefined_version)
  list(APPEND sva_link_checks -Wl,--no-undefined-version)
endif()

if(LIBSVA_SANITIZE)
  add_compile_options(-fsanitize=${LIBSVA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${LIBSVA_SANITIZE})
else()
  # A shared library with a sanitizer takes its run time from the program.
  list(APPEND sva_link_checks -Wl,--no-undefined)
endif()
