/* SPDX-License-Identifier: MIT */
/*
 * The functions that would have been called without us: those of the C library, or of whatever else
 * stands between.
 *
 * All that is linked into this library, libsva included, has its own memcpy(), memmove(), memset()
 * and memcmp() led to these by the linker (--wrap): it never comes by the functions that we export.
 */
#ifndef RUN_PLAIN_H
#define RUN_PLAIN_H

#include <stddef.h>

struct run_plain {
	/* Of memcpy(), too: memcpy@GLIBC_2.2.5 is memmove(), and buffers that overlap do no harm.
	 */
	void *(*move)(void *dst, const void *src, size_t size);
	void *(*set)(void *dst, int c, size_t size);
	int (*compare)(const void *a, const void *b, size_t size);
};

/* Hidden: reached without a look into a table that has yet to be relocated. */
extern struct run_plain run_plain __attribute__((visibility("hidden")));

/* run_plain_find - fill run_plain; before, nothing may use it */
void run_plain_find(void);

/*
 * Without a relocation, a thread-local variable or a call: for the time before the loader has
 * finished with this library, when other libraries may already call.
 */
void *run_early_move(void *dst, const void *src, size_t size);
void *run_early_set(void *dst, int c, size_t size);
int run_early_compare(const void *a, const void *b, size_t size);

#endif
