/* SPDX-License-Identifier: MIT */
#ifndef INFO_TRY_H
#define INFO_TRY_H

#include <sva/sva.h>

/*
 * try_queue - a NOOP, a copy, and a copy to pages that are not there yet, by the device alone
 * @text: what was done, or what failed
 *
 * False if one of them failed.
 */
bool try_queue(const char *name, char *text, size_t size);

#endif
