/* SPDX-License-Identifier: MIT */
/* Where a path leads that is the emulator's, where there is no namespace to have it in its place.
 */
#ifndef EMU_PROCESS_PATHS_H
#define EMU_PROCESS_PATHS_H

#include "state.h"

/* @path, or what stands for it, in @own. */
const char *emu_path(const char *path, char own[EMU_PATH]);

/* The same for open(); NULL, with errno and an explanation: it cannot be opened for @flags. */
const char *emu_path_to_open(const char *path, int flags, char own[EMU_PATH]);

#endif
