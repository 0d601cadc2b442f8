/* SPDX-License-Identifier: MIT */
/*
 * The compiler includes this file before each source of the library, which it compiles with hidden
 * visibility: public is what the public headers declare, and nothing else.
 */
#ifndef SVAI_EXPORT_H
#define SVAI_EXPORT_H

#pragma GCC visibility push(default)
#include <sva/sva.h>
#pragma GCC visibility pop

#endif
