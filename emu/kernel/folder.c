/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "address.h"
#include "cdev.h"
#include "control.h"
#include "folder.h"
#include "names.h"
#include "sysfs.h"

/* What the file system would be mounted on. */
static const struct {
	uint64_t node;
	const char *path;
} roots[] = {
	{ EMU_NODE_BUS, "/sys/bus/dsa" },
	{ EMU_NODE_MODULE, "/sys/module/idxd" },
	{ EMU_NODE_CRYPTO, "/sys/module/iaa_crypto" },
	{ EMU_NODE_PCI, "/sys/devices" },
	{ EMU_NODE_DRIVER, EMU_PCI_DRIVER },
};

/* A path of which some part is in the folder already. */
static int make_folders(const char *root, const char *path)
{
	char at[PATH_MAX];
	size_t length = (size_t)snprintf(at, sizeof(at), "%s", root);

	do {
		size_t part = strcspn(path + 1, "/") + 1;

		length +=
			(size_t)snprintf(at + length, sizeof(at) - length, "%.*s", (int)part, path);
		if (length >= sizeof(at))
			return -ENAMETOOLONG;
		if (mkdir(at, 0755) && errno != EEXIST)
			return -errno;
		path += part;
	} while (*path);
	return 0;
}

static int write_file(const char *path, const char *text, ssize_t length, mode_t mode)
{
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), err = 0;

	if (file < 0)
		return -errno;
	if ((length > 0 && write(file, text, (size_t)length) != length) || fchmod(file, mode))
		err = errno ? -errno : -ENOSPC;
	close(file);
	return err;
}

static int write_link(const struct emu_state *state, uint64_t node, const char *path)
{
	char target[EMU_SYSFS_PAGE];
	ssize_t length = emu_sysfs_readlink(state, node, target);

	if (length < 0)
		return (int)length;
	return symlink(target, path) ? -errno : 0;
}

static int write_node(const struct emu_state *state, uint64_t node, const char *path);

static int write_entries(const struct emu_state *state, uint64_t dir, const char *path)
{
	char name[EMU_SYSFS_NAME], at[PATH_MAX];
	uint64_t node;
	int err = 0;

	for (unsigned int i = 0; !err && !emu_sysfs_entry(state, dir, i, name, &node); i++) {
		if (snprintf(at, sizeof(at), "%s/%s", path, name) >= (int)sizeof(at))
			return -ENAMETOOLONG;
		err = write_node(state, node, at);
	}
	return err;
}

/* What cannot be read now is empty. */
static int write_node(const struct emu_state *state, uint64_t node, const char *path)
{
	mode_t mode = emu_sysfs_mode(state, node);
	char text[EMU_SYSFS_PAGE];

	if (S_ISLNK(mode))
		return write_link(state, node, path);
	if (S_ISREG(mode))
		return write_file(path, text, emu_sysfs_show(state, node, text), mode & 07777);
	if (mkdir(path, 0755) && errno != EEXIST)
		return -errno;
	return write_entries(state, node, path);
}

static int write_device(struct emu_state *state, unsigned int d, unsigned int q, const char *root)
{
	char name[EMU_SYSFS_NAME], path[PATH_MAX];
	unsigned int device, queue;
	struct stat st;
	int err;

	snprintf(name, sizeof(name), "wq%u.%u", state->device[d].id, q);
	if (emu_cdev_find(state, state->device[d].type, name, &device, &queue))
		return 0;
	snprintf(path, sizeof(path), "%s/dev/%s/%s", root, emu_type_name[state->device[d].type],
		 name);
	err = write_file(path, "", 0, 0600);
	if (err)
		return err;
	if (stat(path, &st))
		return -errno;
	state->files_dev = st.st_dev;
	state->device[d].queue[q].ino = st.st_ino;
	return 0;
}

static int write_devices(struct emu_state *state, const char *root)
{
	int err = make_folders(root, EMU_DSA_PATH);

	if (!err)
		err = make_folders(root, EMU_IAX_PATH);
	for (unsigned int d = 0; d < state->device_count; d++)
		for (unsigned int q = 0; q < state->device[d].queue_count && !err; q++)
			err = write_device(state, d, q, root);
	return err;
}

/* The host's have no place here: a program sees this bus, or that. */
static int write_pci_links(const struct emu_state *state, const char *root)
{
	char at[PATH_MAX], target[EMU_PCI_LINK], name[EMU_PCI_NAME];
	int err = make_folders(root, EMU_PCI_DEVICES);

	for (unsigned int d = 0; d < state->device_count && !err; d++) {
		emu_pci_name(&state->device[d], name);
		emu_pci_link(&state->device[d], target);
		snprintf(at, sizeof(at), "%s" EMU_PCI_DEVICES "/%s", root, name);
		err = symlink(target, at) ? -errno : 0;
	}
	return err;
}

int emu_folder_write(struct emu_state *state, const char *root)
{
	char path[PATH_MAX];
	int err = 0;

	for (unsigned int i = 0; i < sizeof(roots) / sizeof(*roots) && !err; i++) {
		if (!emu_sysfs_mode(state, roots[i].node))
			continue;
		snprintf(path, sizeof(path), "%s%s", root, roots[i].path);
		err = make_folders(root, roots[i].path);
		if (!err)
			err = write_entries(state, roots[i].node, path);
	}
	if (!err)
		err = write_pci_links(state, root);
	return err ? err : write_devices(state, root);
}

/* The node of a path without links; 0: none. */
static uint64_t find_node(const struct emu_state *state, const char *path)
{
	char name[EMU_SYSFS_NAME];
	uint64_t node = 0;

	for (unsigned int i = 0; i < sizeof(roots) / sizeof(*roots) && !node; i++)
		if (!strncmp(path, roots[i].path, strlen(roots[i].path))) {
			node = roots[i].node;
			path += strlen(roots[i].path);
		}
	while (node && *path) {
		size_t length = strcspn(++path, "/");

		snprintf(name, sizeof(name), "%.*s", (int)length, path);
		path += length;
		if (emu_sysfs_lookup(state, node, name, &node))
			node = 0;
	}
	return node;
}

/* In place, for whoever reads it at this moment. */
static void rewrite_file(const char *path, const char *text, ssize_t length)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);

	if (file < 0)
		return;
	if (write(file, text, (size_t)length) != length || ftruncate(file, length))
		fprintf(stderr, "sva-emu: cannot write %s\n", path);
	close(file);
}

void emu_folder_refresh(const struct emu_state *state, const char *root, const char *path)
{
	char at[PATH_MAX], real[PATH_MAX], text[EMU_SYSFS_PAGE];
	size_t length = strlen(root);
	uint64_t node;
	ssize_t shown;

	snprintf(at, sizeof(at), "%s%s", root, path);
	if (!realpath(at, real) || strncmp(real, root, length) != 0)
		return;
	node = find_node(state, real + length);
	if (!node || !S_ISREG(emu_sysfs_mode(state, node)))
		return;
	shown = emu_sysfs_show(state, node, text);
	rewrite_file(real, text, shown > 0 ? shown : 0);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st, (void)kind, (void)ftw;
	return remove(path), 0;
}

void emu_folder_remove(const char *root)
{
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
