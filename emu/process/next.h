/* SPDX-License-Identifier: MIT */
/* The function that one of ours stands before. */
#ifndef EMU_PROCESS_NEXT_H
#define EMU_PROCESS_NEXT_H

#include <dlfcn.h>

/* A variable "next", of the type of the function @name, that is looked for once. */
#define EMU_NEXT(name)                 \
	static __typeof__(name) *next; \
                                       \
	if (!next)                     \
	next = (__typeof__(next))dlsym(RTLD_NEXT, #name)

#endif
