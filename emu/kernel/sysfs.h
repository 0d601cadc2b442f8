/* SPDX-License-Identifier: MIT */
/*
 * The idxd driver's sysfs as a tree: what is there, what it shows, and what a write to it does. All
 * state is in struct emu_state; one thread calls these functions.
 */
#ifndef EMU_KERNEL_SYSFS_H
#define EMU_KERNEL_SYSFS_H

#include <sys/stat.h>
#include <sys/types.h>

#include "state.h"

/* A node: any number that is not 0. The roots have fixed ones, the rest is sysfs.c's. */
#define EMU_NODE_BUS    1u /* /sys/bus/dsa */
#define EMU_NODE_MODULE 2u /* /sys/module/idxd */
#define EMU_NODE_PCI    3u /* of /sys/devices, the PCI buses that are ours */
#define EMU_NODE_DRIVER 4u /* /sys/bus/pci/drivers/idxd */
#define EMU_NODE_CRYPTO 5u /* /sys/module/iaa_crypto, while that is loaded */

#define EMU_SYSFS_NAME  64u   /* of an entry, with its end */
#define EMU_SYSFS_PAGE  4096u /* bytes that an attribute can have */

/* Returns 0 or -ENOENT, -ENOTDIR. */
int emu_sysfs_lookup(const struct emu_state *state, uint64_t dir, const char *name, uint64_t *node);

/* The @index-th entry of a directory, from 0; -ENOENT behind the last one. */
int emu_sysfs_entry(const struct emu_state *state, uint64_t dir, unsigned int index,
		    char name[EMU_SYSFS_NAME], uint64_t *node);

/* Does an entry stay the same until a device is unbound or the module unloaded? */
bool emu_sysfs_lasts(uint64_t dir, uint64_t node);

/* The @index-th of the folders that have such entries; 0: no more. */
uint64_t emu_sysfs_losing(const struct emu_state *state, unsigned int index);

/* Can such entries go by a write to that? */
bool emu_sysfs_removes(uint64_t node);

/* st_mode with type and permissions: directory, attribute (regular) or symbolic link; 0: gone */
mode_t emu_sysfs_mode(const struct emu_state *state, uint64_t node);

/* Returns bytes or -errno. @buf is terminated. */
ssize_t emu_sysfs_readlink(const struct emu_state *state, uint64_t node, char buf[EMU_SYSFS_PAGE]);
ssize_t emu_sysfs_show(const struct emu_state *state, uint64_t node, char buf[EMU_SYSFS_PAGE]);

/* What write(2) to the attribute does; @buf needs no end. Returns @len or -errno. */
ssize_t emu_sysfs_store(struct emu_state *state, uint64_t node, const char *buf, size_t len);

/* emu_sysfs_path - the node of a path from the bus on ("devices/wq0.0/size"); 0: none */
uint64_t emu_sysfs_path(const struct emu_state *state, const char *path);

/* emu_sysfs_write - emu_sysfs_store() by path: what a configuration consists of. 0 or -errno. */
int emu_sysfs_write(struct emu_state *state, const char *path, const char *value);

#endif
