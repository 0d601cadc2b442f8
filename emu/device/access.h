/* SPDX-License-Identifier: MIT */
/*
 * What a process may do with a queue that it has open: map a portal, write descriptors. These
 * functions change nothing but the queue.
 *
 * Source of the rules: drivers/dma/idxd/cdev.c, by kernel version as struct emu_profile has it.
 */
#ifndef EMU_DEVICE_ACCESS_H
#define EMU_DEVICE_ACCESS_H

#include <sys/types.h>

#include "state.h"

/* Who makes the system call. */
struct emu_caller {
	pid_t pid;  /* of the process, not of the thread */
	bool rawio; /* CAP_SYS_RAWIO */
};

/* Is the file one that only another process may use? */
bool emu_cdev_foreign(const struct emu_state *state, const struct emu_caller *caller,
		      unsigned int file);

/* Returns the lane that the portal is for; EMU_LANES: one without a PASID; or -errno. */
int emu_cdev_portal(const struct emu_state *state, const struct emu_caller *caller,
		    unsigned int file, size_t length);

/* Returns bytes, or -errno. */
ssize_t emu_cdev_write(struct emu_state *state, const struct emu_caller *caller, unsigned int file,
		       const void *buf, size_t len);

#endif
