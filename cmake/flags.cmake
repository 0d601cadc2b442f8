# SPDX-License-Identifier: MIT
# Warnings (the interface library sva_warnings), linker checks and sanitizers.
include(CheckCCompilerFlag)
include(CheckLinkerFlag)

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
