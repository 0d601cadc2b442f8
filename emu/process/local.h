/* SPDX-License-Identifier: MIT */
/* What belongs to this memory alone: zero again in the child of a fork(). */
#ifndef EMU_PROCESS_LOCAL_H
#define EMU_PROCESS_LOCAL_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define EMU_PORTALS 128u

struct emu_mapping {
	atomic_uintptr_t page; /* 0: free */
	atomic_uint lane;      /* EMU_LANES: without a PASID */
	atomic_int kept;       /* a file, open as long as the mapping; or -1 */
};

struct emu_local {
	/* Zero is the initial state of both; in a child, they are nobody's. */
	atomic_uint lock;
	atomic_uint arbiter; /* of the engines */
	atomic_bool attached;
	atomic_int process;
	struct emu_mapping portal[EMU_PORTALS];
};

/* Valid once emu_machine() has found one. */
extern struct emu_local *emu_local;

/*
 * The folder that stands for the root directory, as far as it has what a program looks for; empty
 * in a namespace, where everything is in its place.
 */
extern char emu_root[];

/* st_dev of the emulator's files, where it has char devices. */
extern dev_t emu_devices;

/* portal.c: let the trap know of the portals. */
void emu_portals_start(void);

#endif
