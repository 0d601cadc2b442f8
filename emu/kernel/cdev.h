/* SPDX-License-Identifier: MIT */
/*
 * The char devices: what open, poll and close do; mmap and write are in device/access.h. All state
 * is in struct emu_state; one thread calls these functions.
 *
 * Source of the rules: drivers/dma/idxd/cdev.c, by kernel version as struct emu_profile has it.
 */
#ifndef EMU_KERNEL_CDEV_H
#define EMU_KERNEL_CDEV_H

#include <sys/types.h>

#include "access.h"

/* emu_caller_of - look a thread up; 0 or -errno */
int emu_caller_of(pid_t thread, struct emu_caller *caller);

/* emu_cdev_find - the char device of that name, in the folder of a type; 0 or -ENOENT */
int emu_cdev_find(const struct emu_state *state, enum emu_type type, const char *name,
		  unsigned int *device, unsigned int *queue);

/* Returns the index of the struct emu_file, or -errno. */
int emu_cdev_open(struct emu_state *state, const struct emu_caller *caller, unsigned int device,
		  unsigned int queue);
void emu_cdev_close(struct emu_state *state, unsigned int file);

/* Returns the events of poll(2). */
unsigned int emu_cdev_poll(const struct emu_state *state, const struct emu_caller *caller,
			   unsigned int file);

/* Has the file been opened by a process that has made itself known by no engine? */
bool emu_cdev_unknown(const struct emu_state *state, unsigned int file);

/* Has the device nothing of this file any more? What close() waits for. */
bool emu_cdev_settled(const struct emu_state *state, unsigned int file);

/* A memory gets its engines: returns the index of the struct emu_process, or -errno. */
int emu_process_open(struct emu_state *state, pid_t pid);
/* It is gone, with all that it had submitted. */
void emu_process_close(struct emu_state *state, unsigned int process);

#endif
