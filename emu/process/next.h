/* SPDX-License-Identifier: MIT */
/* What functions that stand before the C library's need: the next one, and its way to return
 * errors. */
#ifndef EMU_PROCESS_NEXT_H
#define EMU_PROCESS_NEXT_H

#include <dlfcn.h>
#include <errno.h>

/* A variable "next", of the type of the function @name, that is looked for once. */
#define EMU_NEXT(name)                 \
	static __typeof__(name) *next; \
                                       \
	if (!next)                     \
	next = (__typeof__(next))dlsym(RTLD_NEXT, #name)

/* -errno, as the kernel returns it, becomes -1 with errno; pointers stay. */
static inline long emu_result(long result)
{
	if (result >= 0 || result < -4095)
		return result;
	errno = (int)-result;
	return -1;
}

#endif
