/* SPDX-License-Identifier: MIT */
/* Requests to sva-emu, and its answers. */
#ifndef EMU_PROCESS_ASK_H
#define EMU_PROCESS_ASK_H

#include "control.h"

/* emu_ask_connect - a connection to the emulator whose files stand below @root, or -errno */
int emu_ask_connect(const char *root);

/**
 * emu_ask - make a request, the only one of its connection
 * @files: where the two files of EMU_ASK_MACHINE go; else NULL
 *
 * Returns the answer, or -errno.
 */
int emu_ask(int connection, const struct emu_request *request, int files[2]);

#endif
