/* SPDX-License-Identifier: MIT */
/*
 * The part of the emulator that lives in the program: it stands between the program and the C
 * library where a char device is opened and mapped, and its threads are the engines of the device.
 */
#ifndef EMU_PROCESS_PROCESS_H
#define EMU_PROCESS_PROCESS_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "op.h"
#include "state.h"

/* local.c: the emulated machine. */

/* The machine that this program runs on; NULL: none, so that nothing is done here. */
struct emu_state *emu_machine(void);

/* A process that has no char device open has no PASID, and no engine threads: EMU_NONE. */
int emu_process_index(void);

/* Whether a file is a char device of the emulator; @ino: its inode number then. */
bool emu_is_device(dev_t device, ino_t ino);

/* attach.c: make this process known, and start its engines; 0 or -errno. */
int emu_process_attach(void);

/* portal.c: where the program has mapped portals. */

/* mmap(2) of a char device. The address, or MAP_FAILED with errno. */
void *emu_portal_map(void *addr, size_t length, int flags, int fd);

/* munmap(2) is about to take [@addr, @addr + @length): wait for what was submitted there. */
void emu_portal_unmap(const void *addr, size_t length);

/* engine.c */

/* The first engine's thread; never returns. */
void *emu_engine_main(void *start);

/* What the thread that starts it waits for. */
struct emu_engine_start {
	atomic_uint done;
	int result; /* the process' index, or -errno */
};

/* threads.c */

/* Begin to count the program's threads; the caller is one. */
void emu_threads_start(void);

/* pthread_create() of a thread that is not the program's. */
int emu_thread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*function)(void *),
		      void *argument);

/* pages.c: which pages the device can reach, by the process' page tables. */

/* One operation's view. Each engine thread has its own. */
struct emu_view {
	struct emu_state *state;
	unsigned int lane;
	uint64_t forced_fault; /* the page that an injected fault is at; 0: none */
	bool page_check;       /* else what is not there shows when it is used */
	int pagemap, maps;     /* files of the thread, or -1 */
};

int emu_pages_open(struct emu_view *view);
size_t emu_pages_accessible(void *view, uint64_t addr, size_t len, bool write);
bool emu_pages_resolve(void *view, uint64_t addr, bool write);

#endif
