/* SPDX-License-Identifier: MIT */
#ifndef SVAI_OPTIONS_H
#define SVAI_OPTIONS_H

#include <stddef.h>

/**
 * svai_read_options - take over a struct of a caller, which begins with its own size
 * @from: NULL: all zero. What the caller's lacks is zero, too
 * @least: the size of no version is smaller than this
 *
 * Returns 0, -EINVAL for too small a size, or -E2BIG: something is set that is not known here.
 */
int svai_read_options(void *to, size_t size, const void *from, size_t least);

/* svai_give_result - fill a caller's struct of ours, as far as its size goes, which stays as it is
 */
void svai_give_result(void *to, const void *from, size_t size);

#endif
