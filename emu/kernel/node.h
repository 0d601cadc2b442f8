/* SPDX-License-Identifier: MIT */
/* A node of sysfs, taken apart; and the attributes of each kind of folder. */
#ifndef EMU_KERNEL_NODE_H
#define EMU_KERNEL_NODE_H

#include "driver.h"
#include "sysfs.h"

enum emu_kind {
	EMU_KIND_NONE,
	EMU_KIND_ROOT,       /* index: EMU_NODE_BUS, EMU_NODE_MODULE or EMU_NODE_CRYPTO */
	EMU_KIND_DEVICES,    /* bus/dsa/devices */
	EMU_KIND_DRIVERS,    /* bus/dsa/drivers */
	EMU_KIND_PARAMETERS, /* module/idxd/parameters */
	EMU_KIND_DRIVER,     /* index: enum emu_driver */
	EMU_KIND_DEVICE,
	EMU_KIND_QUEUE, /* index: of the queue, and so on */
	EMU_KIND_GROUP,
	EMU_KIND_ENGINE,
	EMU_KIND_OPENS,      /* wq0.0/dsa!wq0.0; index: of the queue */
	EMU_KIND_OPEN,       /* index: of the struct emu_file */
	EMU_KIND_LINK,       /* attribute: the kind that it leads to; device, index: which */
	EMU_KIND_PCI,        /* devices, with no more than our own buses; a link to it: bus/pci */
	EMU_KIND_PCI_BUS,    /* devices/pci0000:6a */
	EMU_KIND_FUNCTION,   /* devices/pci0000:6a/0000:6a:01.0 */
	EMU_KIND_PCI_DRIVER, /* bus/pci/drivers/idxd */
	EMU_KINDS
};

struct emu_node {
	enum emu_kind kind;
	unsigned int device, index;
	unsigned int attribute; /* 0: the folder itself; else the n-th of its attributes */
	unsigned int depth;     /* of a link's folder: how far below /sys it is */
};

struct emu_attribute {
	const char *name;
	/* Text with its end of line: bytes, or -errno. */
	int (*show)(const struct emu_state *state, const struct emu_node *node, char *buf);
	/* 0 or -errno; NULL: read-only. @value has its end of line, if one was written. */
	int (*store)(struct emu_state *state, const struct emu_node *node, const char *value);
	/* NULL: always there. */
	bool (*visible)(const struct emu_state *state, const struct emu_node *node);
};

/* Their functions, by name. */
#define SHOW(name) \
	static int name(const struct emu_state *state, const struct emu_node *node, char *buf)
#define STORE(name) \
	static int name(struct emu_state *state, const struct emu_node *node, const char *value)
#define VISIBLE(name) static bool name(const struct emu_state *state, const struct emu_node *node)

/* The device that a node is about. */
#define DSA(state, node) (&(state)->device[(node)->device])

/* The driver that a device or queue is bound to; EMU_DRIVERS: none. */
enum emu_driver emu_node_driver(const struct emu_state *state, const struct emu_node *node);

/* A write to "uevent", which has the kernel tell udev of the device again; nobody listens here. */
int emu_store_uevent(struct emu_state *state, const struct emu_node *node, const char *value);

/* The attributes of a kind; the last one has no name. */
const struct emu_attribute *emu_attributes(enum emu_kind kind);

#endif
