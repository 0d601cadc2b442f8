/* SPDX-License-Identifier: MIT */
/*
 * Where the command finds the machine: in a namespace, at the paths that it has on every machine;
 * or, where none can be had, in a folder that the library in the programs leads to.
 */
#ifndef EMU_CLI_PLACE_H
#define EMU_CLI_PLACE_H

#include "serve.h"
#include "trace.h"

struct emu_place {
	struct emu_server *server;
	char *folder; /* NULL: a namespace */
};

/**
 * emu_place_make - make it, and serve it
 * @plain: the folder, even where a namespace can be had
 * @self, @library: paths of the program, and of what is preloaded
 *
 * Returns 0 or -errno, with the reason printed.
 */
int emu_place_make(struct emu_state *state, bool plain, const char *self, const char *library,
		   struct emu_trace_file *trace, struct emu_place *place);

/* emu_place_leave - end it; nothing is traced any more */
void emu_place_leave(struct emu_place *place);

#endif
