/* SPDX-License-Identifier: MIT */
/*
 * The part of the emulator that lives in the program: it stands between the program and the C
 * library where a char device is opened and mapped, and its threads are the engines of the device.
 */
#ifndef EMU_PROCESS_PROCESS_H
#define EMU_PROCESS_PROCESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "device.h"
#include "op.h"
#include "state.h"

/* local.c: the emulated machine. */

/* The machine that this program runs on, looked for at the first call; NULL: none, so that nothing
 * is done here. */
struct emu_state *emu_machine(void);

/* A process that has no char device open has no PASID, and no engine threads: EMU_NONE. */
int emu_process_index(void);

/* attach.c: make this process known, and start its engines; 0 or -errno. */
int emu_process_attach(void);

/* portal.c: where the program has mapped portals. */

/* mmap(2) of a char device: 0 or -errno. */
int emu_portal_map(void *addr, size_t length, int flags, int fd, const struct emu_device_file *file,
		   void **page);

/* Wait, not for ever, until the device has done what was submitted. */
void emu_portal_settle(unsigned int lane);

/* munmap(2) is about to take [@addr, @addr + @length): wait for what was submitted there. */
void emu_portal_unmap(const void *addr, size_t length);

/* engine.c */

/* The first engine's thread; returns only where it could not be one. */
void emu_engine_main(void *start);

/* What the thread that starts it waits for. */
struct emu_engine_start {
	atomic_uint done;
	int result; /* the process' index, or -errno */
};

/* threads.c */

/* Start a thread of the emulator's own. Its mapping, for emu_thread_join(); NULL: it cannot be. */
void *emu_thread_start(void (*function)(void *), void *argument);

/* Wait until its function has returned. */
void emu_thread_join(void *mapping);

/* pages.c: which pages the device can reach, by the process' page tables. */

#define EMU_KNOWN                                                                      \
	8u /* what a view keeps of each; then the newest takes the place of the oldest \
	    */

/* A memory area; empty: none. */
struct emu_area {
	uint64_t start, end;
	bool read, write, shared;
};

/* Pages that can be read, or also written. */
struct emu_range {
	uint64_t start, end;
	bool write;
};

/* One operation's view. Each engine thread has its own. */
struct emu_view {
	struct emu_state *state;
	unsigned int lane;
	uint64_t forced_fault; /* the page that an injected fault is at; 0: none */
	bool page_check;       /* else what is not there shows when it is used */
	int pagemap, maps;     /* files of the thread, or -1 */

	unsigned int ahead; /* pages that are looked at together, at least */

	/* What was found since emu_pages_forget(), and how many there were of it. */
	struct emu_area area[EMU_KNOWN];
	struct emu_range range[EMU_KNOWN];
	unsigned int areas, ranges;
};

int emu_pages_open(struct emu_view *view);

/* Before an operation, and before it begins again. */
void emu_pages_forget(struct emu_view *view);

size_t emu_pages_accessible(void *view, uint64_t addr, size_t len, bool write);
size_t emu_pages_request(void *view, uint64_t addr, size_t len, bool write);
bool emu_pages_resolve(void *view, uint64_t addr, bool write);

#endif
