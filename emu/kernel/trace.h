/* SPDX-License-Identifier: MIT */
/* The lines of --trace. */
#ifndef EMU_KERNEL_TRACE_H
#define EMU_KERNEL_TRACE_H

#include "control.h"

struct emu_trace_file {
	int fd;    /* or -1 */
	int error; /* the first -errno, after which nothing more is written */
};

void emu_trace_write(struct emu_trace_file *file, const struct emu_trace *trace);

#endif
