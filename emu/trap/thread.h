/* SPDX-License-Identifier: MIT */
/*
 * What the emulator keeps for each thread. One variable has all of it: an engine's thread, which
 * the C library knows nothing of, has this and no other (process/threads.c).
 */
#ifndef EMU_TRAP_THREAD_H
#define EMU_TRAP_THREAD_H

#include "copy.h"

#define EMU_LINE 64u

/* The monitor of UMONITOR: a store to the line is seen by its changed content. */
struct emu_monitor {
	const void *line; /* NULL: not armed */
	unsigned char content[EMU_LINE];
};

struct emu_thread {
	struct emu_fault fault; /* the last one of emu_copy() */
	struct emu_guard *guard;
	struct emu_monitor monitor;
	uint64_t hidden_mask; /* of our signals, those that the program believes it has blocked */
};

/* initial-exec: the dynamic model may allocate at the first access, which a handler must not. */
extern _Thread_local struct emu_thread emu_thread
	__attribute__((tls_model("initial-exec"), visibility("hidden")));

#endif
