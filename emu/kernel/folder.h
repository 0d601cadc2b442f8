/* SPDX-License-Identifier: MIT */
/* The emulator's files as plain ones in a folder, where no file system can be mounted. */
#ifndef EMU_KERNEL_FOLDER_H
#define EMU_KERNEL_FOLDER_H

#include "state.h"

/**
 * emu_folder_write - write the current sysfs, and a file for each char device
 * @root: an empty folder that stands for the root directory
 *
 * Returns 0 or -errno.
 */
int emu_folder_write(struct emu_state *state, const char *root);

/* emu_folder_refresh - update the file of an attribute; @path: without @root */
void emu_folder_refresh(const struct emu_state *state, const char *root, const char *path);

/* emu_folder_remove - remove the folder with all that is in it */
void emu_folder_remove(const char *root);

#endif
