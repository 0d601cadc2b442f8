/* SPDX-License-Identifier: MIT */
/*
 * How programs get at the machine: by a socket, at which the library in them asks for the two files
 * to map, makes their engines known, and opens queues where there are no char devices to open. Of
 * the file with the configuration they can only read, whoever they are; neither can be made
 * shorter.
 */
#ifndef EMU_KERNEL_SHARE_H
#define EMU_KERNEL_SHARE_H

#include "state.h"
#include "trace.h"

struct emu_share;

/**
 * emu_share_open - move the machine to files, and listen at @path
 * @state: a mapping of whole pages; it stays where it is
 * @trace: where the lines of --trace go
 *
 * Returns 0 or -errno.
 */
int emu_share_open(struct emu_state *state, const char *path, struct emu_trace_file *trace,
		   struct emu_share **share);
void emu_share_close(struct emu_share *share);

/* emu_share_fd - readable when emu_share_serve() has something to do */
int emu_share_fd(const struct emu_share *share);

/* emu_share_patience - milliseconds after which to call it without; -1: none */
int emu_share_patience(const struct emu_share *share);

/* emu_share_serve - answer who has asked, and take note of who is gone; never waits */
void emu_share_serve(struct emu_share *share);

#endif
