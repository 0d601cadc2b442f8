# SPDX-License-Identifier: MIT
# LIBSVA_USDT: whether libsva.so has probes (lib/probe.h). AUTO becomes ON or OFF here, for what follows.
include(CheckIncludeFile)

set_property(CACHE LIBSVA_USDT PROPERTY STRINGS AUTO ON OFF)
if(NOT LIBSVA_USDT STREQUAL AUTO AND NOT LIBSVA_USDT)
  set(LIBSVA_USDT OFF)
else()
  check_include_file(sys/sdt.h have_sys_sdt_h)
  if(have_sys_sdt_h)
    set(LIBSVA_USDT ON)
  elseif(LIBSVA_USDT STREQUAL AUTO)
    message(STATUS "No probes in libsva.so: <sys/sdt.h> was not found (package systemtap-sdt-dev)")
    set(LIBSVA_USDT OFF)
  else()
    message(FATAL_ERROR "LIBSVA_USDT=${LIBSVA_USDT}, but there is no <sys/sdt.h>: install systemtap-sdt-dev")
  endif()
endif()
