/* SPDX-License-Identifier: MIT */
/*
 * The hot path as functions of a shared object, exported as lib/ffi.c does it, with the
 * instructions of portal.h.
 */
#include "portal.h"

#undef SVA__INLINE
#define SVA__INLINE __attribute__((visibility("default"))) extern inline

#pragma GCC visibility push(default)
#include <sva/wq.h>
#pragma GCC visibility pop
