/* SPDX-License-Identifier: MIT */
/* Whether a program can be emulated: only what the library is loaded into. */
#ifndef EMU_KERNEL_PROGRAM_H
#define EMU_KERNEL_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

/* An executable that nothing can be loaded into; false also for what is none. */
bool emu_program_is_static(const char *path);

/* Why the emulator's library, at @library, is not in a process; NULL: it is. */
const char *emu_program_lacks(pid_t pid, const char *library);

#endif
