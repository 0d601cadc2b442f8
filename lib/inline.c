/* SPDX-License-Identifier: MIT */
/*
 * Every inline function of the public headers once more, as a function of the library, for
 * languages that cannot include a header.
 */
#define SVA_INLINE __attribute__((visibility("default"))) extern inline

#include <sva/sva.h>
