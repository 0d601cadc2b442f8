/* SPDX-License-Identifier: MIT */
/* What belongs to this memory alone: zero again in the child of a fork(). */
#ifndef EMU_PROCESS_LOCAL_H
#define EMU_PROCESS_LOCAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define EMU_PORTALS 128u

struct emu_mapping {
	atomic_uintptr_t page; /* 0: free */
	atomic_uint lane;      /* EMU_LANES: without a PASID */
};

struct emu_local {
	/* Zero is the initial state of both; in a child, they are nobody's. */
	pthread_mutex_t lock;
	pthread_mutex_t arbiter; /* of the engines */
	atomic_bool attached;
	atomic_int process;
	atomic_uint other_threads; /* of the program's, but one */
	struct emu_mapping portal[EMU_PORTALS];
};

extern struct emu_local *emu_local;

/* local.c: find the machine; false: there is none. */
bool emu_local_start(void);

/* portal.c: let the trap know of the portals. */
void emu_portals_start(void);

#endif
