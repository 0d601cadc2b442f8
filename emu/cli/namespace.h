/* SPDX-License-Identifier: MIT */
/* The view of the file system that the command gets; nothing outside of it changes. */
#ifndef EMU_CLI_NAMESPACE_H
#define EMU_CLI_NAMESPACE_H

#include <stdbool.h>

#include "state.h"

#define EMU_TOOLS_DIR "/dev/.sva-emu-tools" /* lsmod, modprobe, … for machines without kmod */

/*
 * What fails prints why, with a remedy, and returns -errno.
 */

/* What is in the way of all that, in words; NULL: nothing. Leaves no trace. */
const char *emu_namespace_lacks(void);

/* A mount namespace; and a user namespace where that needs one. */
int emu_namespace_enter(void);

/* /dev and the parts of /sys as they are, but on file systems of our own. */
int emu_namespace_cover(const struct emu_state *state);

/* Bind the emulator's folders where programs look for them, and @self over the module tools. */
int emu_namespace_bind(const struct emu_state *state, const char *self);

/*
 * Let the dynamic loader load the library into every program, whatever its environment. Where that
 * cannot be, it is only by way of the environment.
 */
void emu_loader_cover(const char *library);

/* Whether this process has CAP_SYS_RAWIO in the first user namespace, as the kernel asks. */
bool emu_has_rawio(void);

#endif
