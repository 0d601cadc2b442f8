/* SPDX-License-Identifier: MIT */
/*
 * Libraries of others, each of which is loaded when something of it is needed: most programs need
 * nothing, and would pay for it at every start.
 */
#ifndef SVAI_LIBRARY_H
#define SVAI_LIBRARY_H

#include <stdbool.h>

enum svai_library { SVAI_ISAL, SVAI_LIBDEFLATE, SVAI_CRYPTO };

/* svai_library_find - *@function: that of this name; NULL, and false: it, or the library, is
 * missing */
bool svai_library_find(enum svai_library library, const char *name, void *function);

#endif
