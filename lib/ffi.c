/* SPDX-License-Identifier: MIT */
/*
 * libsva-ffi.so: the inline functions of the public headers as functions of a library, for
 * languages that cannot include a header.
 */
#define SVA__INLINE __attribute__((visibility("default"))) extern inline

#include <sva/sva.h>
