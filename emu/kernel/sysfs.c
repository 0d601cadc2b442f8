/* SPDX-License-Identifier: MIT */
/* The tree: folders, names and links. What attributes show and take is in attributes.c. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "names.h"
#include "node.h"

/*
 * Numbers of nodes: kind, device, index and attribute. The roots have their own.
 */

static uint64_t pack(const struct emu_node *node)
{
	if (node->kind == EMU_KIND_ROOT && !node->attribute)
		return node->index;
	if (node->kind == EMU_KIND_PCI)
		return EMU_NODE_PCI;
	if (node->kind == EMU_KIND_PCI_DRIVER && !node->attribute)
		return EMU_NODE_DRIVER;
	return (uint64_t)node->depth << 48 | (uint64_t)node->kind << 40 |
	       (uint64_t)node->device << 32 | (uint64_t)node->index << 16 | node->attribute;
}

static struct emu_node unpack(uint64_t number)
{
	if (number == EMU_NODE_BUS || number == EMU_NODE_MODULE || number == EMU_NODE_CRYPTO)
		return (struct emu_node){ .kind = EMU_KIND_ROOT, .index = (unsigned int)number };
	if (number == EMU_NODE_PCI || number == EMU_NODE_DRIVER)
		return (struct emu_node){ .kind = number == EMU_NODE_PCI ? EMU_KIND_PCI
									 : EMU_KIND_PCI_DRIVER };
	return (struct emu_node){ .kind = (enum emu_kind)(number >> 40 & 0xff),
				  .device = (unsigned int)(number >> 32 & 0xff),
				  .index = (unsigned int)(number >> 16 & 0xffff),
				  .attribute = (unsigned int)(number & 0xffff),
				  .depth = (unsigned int)(number >> 48 & 0xff) };
}

/* Is there such a thing now? */
static bool exists(const struct emu_state *state, const struct emu_node *node)
{
	const struct emu_dsa *dsa;

	if (node->kind == EMU_KIND_NONE || node->kind >= EMU_KINDS ||
	    node->device >= state->device_count)
		return false;
	if (node->kind >= EMU_KIND_PCI && node->kind <= EMU_KIND_FUNCTION)
		return true; /* what the module comes to */
	if (!state->loaded)
		return false;
	dsa = &state->device[node->device];
	if (node->kind >= EMU_KIND_DEVICE && node->kind <= EMU_KIND_OPEN && !dsa->bound)
		return false;
	switch (node->kind) {
	case EMU_KIND_ROOT:
		return node->index != EMU_NODE_CRYPTO || state->crypto;
	case EMU_KIND_DRIVER:
		return node->index < EMU_DRIVERS &&
		       (node->index != EMU_DRIVER_CRYPTO || state->crypto);
	case EMU_KIND_QUEUE:
		return node->index < dsa->queue_count;
	case EMU_KIND_GROUP:
		return node->index < dsa->group_count;
	case EMU_KIND_ENGINE:
		return node->index < dsa->engine_count;
	case EMU_KIND_OPENS:
		return node->index < dsa->queue_count &&
		       emu_driver_has(EMU_DRIVER_USER, &dsa->queue[node->index]);
	case EMU_KIND_OPEN:
		return node->index < EMU_FILES && state->file[node->index].used &&
		       state->file[node->index].device == node->device && state->profile.event_log;
	default:
		return true;
	}
}

static const struct emu_attribute *attribute_of(const struct emu_state *state,
						const struct emu_node *node)
{
	const struct emu_attribute *attributes = emu_attributes(node->kind);

	if (!node->attribute || !exists(state, node))
		return NULL;
	for (unsigned int i = 1; attributes->name && i < node->attribute; i++)
		attributes++;
	if (!attributes->name || (attributes->visible && !attributes->visible(state, node)))
		return NULL;
	return attributes;
}

/*
 * Entries: attributes first, then what hangs below.
 */

struct entry {
	char *name; /* EMU_SYSFS_NAME bytes */
	struct emu_node node;
};

static bool attribute_entry(const struct emu_state *state, struct emu_node dir, unsigned int *index,
			    struct entry *entry)
{
	const struct emu_attribute *attributes = emu_attributes(dir.kind);

	for (dir.attribute = 1; attributes->name; attributes++, dir.attribute++)
		if ((!attributes->visible || attributes->visible(state, &dir)) && (*index)-- == 0) {
			snprintf(entry->name, EMU_SYSFS_NAME, "%s", attributes->name);
			entry->node = dir;
			return true;
		}
	return false;
}

/* Before the number of the device; of a char device, behind the device's type and a mark. */
static const char *const prefix[EMU_KINDS] = { [EMU_KIND_QUEUE] = "wq",
					       [EMU_KIND_GROUP] = "group",
					       [EMU_KIND_ENGINE] = "engine",
					       [EMU_KIND_OPENS] = "wq" };

static void name_of(const struct emu_state *state, const struct emu_node *node, char *name)
{
	const struct emu_dsa *dsa = &state->device[node->device];

	if (node->kind == EMU_KIND_DEVICE)
		emu_device_name(dsa, name);
	else if (node->kind == EMU_KIND_PCI_BUS)
		emu_pci_bus_name(dsa, name);
	else if (node->kind == EMU_KIND_FUNCTION)
		emu_pci_name(dsa, name);
	else if (node->kind == EMU_KIND_OPEN)
		snprintf(name, EMU_SYSFS_NAME, "file%u", state->file[node->index].number);
	else if (node->kind == EMU_KIND_DRIVER)
		snprintf(name, EMU_SYSFS_NAME, "%s", emu_driver_name[node->index]);
	else
		snprintf(name, EMU_SYSFS_NAME, "%s%s%s%u.%u",
			 node->kind == EMU_KIND_OPENS ? emu_type_name[dsa->type] : "",
			 node->kind == EMU_KIND_OPENS ? "!" : "", prefix[node->kind], dsa->id,
			 node->index);
}

static bool named(const struct emu_state *state, const struct emu_node *node, unsigned int *index,
		  struct entry *entry)
{
	if (!exists(state, node) || (*index)-- > 0)
		return false;
	entry->node = *node;
	name_of(state, node, entry->name);
	return true;
}

static struct emu_node link_to(const struct emu_node *node)
{
	return (struct emu_node){ EMU_KIND_LINK, node->device, node->index, node->kind, 0 };
}

/* The folders of a device; with @link, links to them instead. */
static bool parts_of(const struct emu_state *state, unsigned int device, bool link,
		     unsigned int *index, struct entry *entry)
{
	static const enum emu_kind kinds[] = { EMU_KIND_QUEUE, EMU_KIND_GROUP, EMU_KIND_ENGINE,
					       EMU_KIND_OPENS, 0 };

	for (unsigned int k = 0; k < (link ? 4 : 3); k++)
		for (unsigned int i = 0; i < EMU_QUEUES; i++) {
			struct emu_node node = { kinds[k], device, i, 0, 0 };

			if (!named(state, &node, index, entry))
				continue;
			if (link)
				entry->node = link_to(&node);
			return true;
		}
	return false;
}

static bool devices_entry(const struct emu_state *state, unsigned int *index, struct entry *entry)
{
	for (unsigned int d = 0; d < state->device_count; d++) {
		struct emu_node node = { EMU_KIND_DEVICE, d, 0, 0, 0 };

		if (named(state, &node, index, entry)) {
			entry->node = link_to(&node);
			return true;
		}
		if (parts_of(state, d, true, index, entry))
			return true;
	}
	for (unsigned int i = 0; i < EMU_FILES; i++) {
		struct emu_node node = { EMU_KIND_OPEN, state->file[i].device, i, 0, 0 };

		if (named(state, &node, index, entry)) {
			entry->node = link_to(&node);
			return true;
		}
	}
	return false;
}

/* Links to what is bound. */
static bool driver_entry(const struct emu_state *state, enum emu_driver driver, unsigned int *index,
			 struct entry *entry)
{
	for (unsigned int d = 0; d < state->device_count; d++) {
		const struct emu_dsa *dsa = &state->device[d];
		struct emu_node node = { EMU_KIND_DEVICE, d, 0, 0, 0 };

		if (driver == EMU_DRIVER_IDXD && atomic_load(&dsa->enabled) &&
		    named(state, &node, index, entry)) {
			entry->node = link_to(&node);
			return true;
		}
		for (unsigned int q = 0; driver != EMU_DRIVER_IDXD && q < dsa->queue_count; q++) {
			node = (struct emu_node){ EMU_KIND_QUEUE, d, q, 0, 0 };
			if (!emu_driver_has(driver, &dsa->queue[q]) ||
			    !named(state, &node, index, entry))
				continue;
			entry->node = link_to(&node);
			return true;
		}
	}
	return false;
}

static bool opens_entry(const struct emu_state *state, const struct emu_node *dir,
			unsigned int *index, struct entry *entry)
{
	for (unsigned int i = 0; i < EMU_FILES; i++) {
		struct emu_node node = { EMU_KIND_OPEN, dir->device, i, 0, 0 };

		if (state->file[i].device == dir->device && state->file[i].queue == dir->index &&
		    named(state, &node, index, entry))
			return true;
	}
	return false;
}

static bool root_entry(const struct emu_node *dir, unsigned int index, struct entry *entry)
{
	static const char *const names[] = { "devices", "drivers" };

	if (dir->index == EMU_NODE_MODULE && index == 0) {
		snprintf(entry->name, EMU_SYSFS_NAME, "parameters");
		entry->node = (struct emu_node){ EMU_KIND_PARAMETERS, 0, 0, 0, 0 };
		return true;
	}
	if (dir->index != EMU_NODE_BUS || index > 1)
		return false;
	snprintf(entry->name, EMU_SYSFS_NAME, "%s", names[index]);
	entry->node = (struct emu_node){ index ? EMU_KIND_DRIVERS : EMU_KIND_DEVICES, 0, 0, 0, 0 };
	return true;
}

static bool drivers_entry(const struct emu_state *state, unsigned int *index, struct entry *entry)
{
	struct emu_node node = { EMU_KIND_DRIVER, 0, *index, 0, 0 };

	*index = 0;
	return named(state, &node, index, entry);
}

static bool pci_driver_entry(const struct emu_state *state, unsigned int *index,
			     struct entry *entry)
{
	if (state->loaded && (*index)-- == 0) {
		snprintf(entry->name, EMU_SYSFS_NAME, "module");
		entry->node =
			(struct emu_node){ EMU_KIND_LINK, 0, EMU_NODE_MODULE, EMU_KIND_ROOT, 0 };
		return true;
	}
	for (unsigned int d = 0; d < state->device_count; d++) {
		struct emu_node node = { EMU_KIND_FUNCTION, d, 0, 0, 0 };

		if (state->device[d].bound && named(state, &node, index, entry)) {
			entry->node = link_to(&node);
			return true;
		}
	}
	return false;
}

static bool buses_entry(const struct emu_state *state, unsigned int *index, struct entry *entry)
{
	struct emu_node node = { EMU_KIND_PCI_BUS, *index, 0, 0, 0 };

	*index = 0;
	return named(state, &node, index, entry);
}

static bool function_entry(const struct emu_state *state, unsigned int device, unsigned int *index,
			   struct entry *entry)
{
	struct emu_node node = { EMU_KIND_DEVICE, device, 0, 0, 0 };

	if ((*index)-- == 0) {
		snprintf(entry->name, EMU_SYSFS_NAME, "subsystem");
		entry->node = (struct emu_node){ EMU_KIND_LINK, 0, 0, EMU_KIND_PCI, 0 };
		return true;
	}
	if (state->device[device].bound && (*index)-- == 0) {
		snprintf(entry->name, EMU_SYSFS_NAME, "driver");
		entry->node = (struct emu_node){ EMU_KIND_LINK, 0, 0, EMU_KIND_PCI_DRIVER, 0 };
		return true;
	}
	return named(state, &node, index, entry);
}

/* What every device of the bus has. */
static bool bus_links(const struct emu_state *state, const struct emu_node *dir,
		      unsigned int *index, struct entry *entry)
{
	enum emu_driver driver = emu_node_driver(state, dir);

	if ((*index)-- == 0) {
		snprintf(entry->name, EMU_SYSFS_NAME, "subsystem");
		entry->node = (struct emu_node){ EMU_KIND_LINK, 0, EMU_NODE_BUS, EMU_KIND_ROOT, 0 };
		return true;
	}
	if (driver == EMU_DRIVERS || (*index)-- > 0)
		return false;
	snprintf(entry->name, EMU_SYSFS_NAME, "driver");
	entry->node = (struct emu_node){ EMU_KIND_LINK, 0, driver, EMU_KIND_DRIVER, 0 };
	return true;
}

static bool below(const struct emu_state *state, const struct emu_node *dir, unsigned int *index,
		  struct entry *entry)
{
	struct emu_node opens = { EMU_KIND_OPENS, dir->device, dir->index, 0, 0 },
			function = { EMU_KIND_FUNCTION, dir->device, 0, 0, 0 };

	switch (dir->kind) {
	case EMU_KIND_ROOT:
		return root_entry(dir, *index, entry);
	case EMU_KIND_DEVICES:
		return devices_entry(state, index, entry);
	case EMU_KIND_DRIVERS:
		return drivers_entry(state, index, entry);
	case EMU_KIND_DRIVER:
		return driver_entry(state, (enum emu_driver)dir->index, index, entry);
	case EMU_KIND_DEVICE:
		return bus_links(state, dir, index, entry) ||
		       parts_of(state, dir->device, false, index, entry);
	case EMU_KIND_QUEUE:
		return bus_links(state, dir, index, entry) || named(state, &opens, index, entry);
	case EMU_KIND_GROUP:
	case EMU_KIND_ENGINE:
	case EMU_KIND_OPEN:
		return bus_links(state, dir, index, entry);
	case EMU_KIND_OPENS:
		return bus_links(state, dir, index, entry) || opens_entry(state, dir, index, entry);
	case EMU_KIND_PCI:
		return buses_entry(state, index, entry);
	case EMU_KIND_PCI_BUS:
		return named(state, &function, index, entry);
	case EMU_KIND_FUNCTION:
		return function_entry(state, dir->device, index, entry);
	case EMU_KIND_PCI_DRIVER:
		return pci_driver_entry(state, index, entry);
	default:
		return false;
	}
}

static unsigned int link_depth(const struct emu_node *folder, const struct emu_node *node)
{
	static const uint8_t depth[EMU_KINDS] = {
		[EMU_KIND_DEVICES] = 3, [EMU_KIND_FUNCTION] = 3,   [EMU_KIND_DRIVER] = 4,
		[EMU_KIND_DEVICE] = 4,  [EMU_KIND_PCI_DRIVER] = 4, [EMU_KIND_QUEUE] = 5,
		[EMU_KIND_GROUP] = 5,   [EMU_KIND_ENGINE] = 5,     [EMU_KIND_OPENS] = 6,
		[EMU_KIND_OPEN] = 7,
	};

	return node->kind == EMU_KIND_LINK ? depth[folder->kind] : 0;
}

/* NOLINTBEGIN(readability-non-const-parameter): the name is written by way of the entry */
int emu_sysfs_entry(const struct emu_state *state, uint64_t dir, unsigned int index,
		    char name[EMU_SYSFS_NAME], uint64_t *node)
{
	struct emu_node folder = unpack(dir);
	struct entry entry = { .name = name };

	if (folder.kind == EMU_KIND_LINK || folder.attribute)
		return -ENOTDIR;
	if (!exists(state, &folder) || (!attribute_entry(state, folder, &index, &entry) &&
					!below(state, &folder, &index, &entry)))
		return -ENOENT;
	entry.node.depth = link_depth(&folder, &entry.node);
	*node = pack(&entry.node);
	return 0;
}
/* NOLINTEND(readability-non-const-parameter) */

/*
 * Look-ups: by what the name says, and not by all names that a folder has.
 */

static bool attribute_named(const struct emu_state *state, struct emu_node dir, const char *name,
			    struct emu_node *node)
{
	const struct emu_attribute *attributes = emu_attributes(dir.kind);

	for (dir.attribute = 1; attributes->name; attributes++, dir.attribute++)
		if (!strcmp(attributes->name, name)) {
			*node = dir;
			return !attributes->visible || attributes->visible(state, &dir);
		}
	return false;
}

/* By what is before the number. */
static enum emu_kind kind_named(const char *name)
{
	size_t length = strcspn(name, "0123456789");

	if (memchr(name, '!', length))
		return EMU_KIND_OPENS;
	for (unsigned int type = 0; type < EMU_TYPES; type++)
		if (length == strlen(emu_type_name[type]) &&
		    !strncmp(name, emu_type_name[type], length))
			return EMU_KIND_DEVICE;
	for (unsigned int kind = EMU_KIND_QUEUE; kind < EMU_KIND_OPENS; kind++)
		if (length == strlen(prefix[kind]) && !strncmp(name, prefix[kind], length))
			return (enum emu_kind)kind;
	return EMU_KIND_NONE;
}

/* A device, or a part of one: "dsa0", "wq0.3". */
static bool part_named(const struct emu_state *state, const char *name, struct emu_node *node)
{
	char own[EMU_SYSFS_NAME];
	unsigned int id;

	*node = (struct emu_node){ .kind = kind_named(name) };
	if (!node->kind ||
	    sscanf(name + strcspn(name, "0123456789"), "%u.%u", &id, &node->index) < 1)
		return false;
	for (node->device = 0; node->device < state->device_count; node->device++)
		if (state->device[node->device].id == id && exists(state, node)) {
			name_of(state, node, own);
			return !strcmp(own, name);
		}
	return false;
}

static bool below_named(const struct emu_state *state, const struct emu_node *dir, const char *name,
			struct emu_node *node)
{
	char own[EMU_SYSFS_NAME];
	struct entry entry = { .name = own };
	bool found = part_named(state, name, node);

	if (found && dir->kind == EMU_KIND_DEVICES) {
		*node = link_to(node);
		return true;
	}
	if (found && dir->kind == EMU_KIND_DEVICE && node->kind >= EMU_KIND_QUEUE &&
	    node->kind <= EMU_KIND_ENGINE && node->device == dir->device)
		return true;
	if (dir->kind == EMU_KIND_DEVICES && strncmp(name, "file", 4) != 0)
		return false;
	for (unsigned int i = 0, at = 0; below(state, dir, &at, &entry); at = ++i)
		if (!strcmp(own, name)) {
			*node = entry.node;
			return true;
		}
	return false;
}

int emu_sysfs_lookup(const struct emu_state *state, uint64_t dir, const char *name, uint64_t *node)
{
	struct emu_node folder = unpack(dir), found;

	if (folder.kind == EMU_KIND_LINK || folder.attribute)
		return -ENOTDIR;
	if (!exists(state, &folder) || (!attribute_named(state, folder, name, &found) &&
					!below_named(state, &folder, name, &found)))
		return -ENOENT;
	found.depth = link_depth(&folder, &found);
	*node = pack(&found);
	return 0;
}

bool emu_sysfs_lasts(uint64_t dir, uint64_t number)
{
	struct emu_node folder = unpack(dir), node = unpack(number);
	unsigned int to = node.kind == EMU_KIND_LINK ? node.attribute : node.kind;

	/* A driver's, a link to a driver, and what comes and goes with the queues. */
	return folder.kind != EMU_KIND_DRIVER && to != EMU_KIND_DRIVER && to != EMU_KIND_OPENS &&
	       to != EMU_KIND_OPEN;
}

uint64_t emu_sysfs_losing(const struct emu_state *state, unsigned int index)
{
	static const struct emu_node folders[] = {
		{ EMU_KIND_ROOT, 0, EMU_NODE_BUS, 0, 0 },
		{ EMU_KIND_ROOT, 0, EMU_NODE_MODULE, 0, 0 },
		{ EMU_KIND_DEVICES, 0, 0, 0, 0 },
		{ EMU_KIND_PCI_DRIVER, 0, 0, 0, 0 },
	};
	const unsigned int count = sizeof(folders) / sizeof(*folders);
	struct emu_node function = { EMU_KIND_FUNCTION, index - count, 0, 0, 0 };

	if (index < count)
		return pack(&folders[index]);
	return index - count < state->device_count ? pack(&function) : 0;
}

bool emu_sysfs_removes(uint64_t number)
{
	struct emu_node node = unpack(number);

	return node.kind == EMU_KIND_PCI_DRIVER && node.attribute;
}

mode_t emu_sysfs_mode(const struct emu_state *state, uint64_t number)
{
	struct emu_node node = unpack(number), to = { .device = node.device, .index = node.index };
	const struct emu_attribute *attribute;

	if (node.kind == EMU_KIND_LINK) {
		to.kind = (enum emu_kind)node.attribute;
		return exists(state, &to) ? S_IFLNK | 0777 : 0;
	}
	/* The folders that are mounted on others stay, so that a path to them stays valid. */
	if ((node.kind == EMU_KIND_ROOT || node.kind == EMU_KIND_PCI_DRIVER) && !node.attribute &&
	    node.index != EMU_NODE_CRYPTO)
		return S_IFDIR | 0755;
	if (!node.attribute)
		return exists(state, &node) ? S_IFDIR | 0755 : 0;
	attribute = attribute_of(state, &node);
	if (!attribute)
		return 0;
	return S_IFREG | (attribute->show ? 0444 : 0) | (attribute->store ? 0200 : 0);
}

/* Where a folder is, below /sys. */
static int path_of(const struct emu_state *state, const struct emu_node *node, char *path,
		   size_t size)
{
	const struct emu_node above = { EMU_KIND_DEVICE, node->device, 0, 0, 0 },
			      bus = { EMU_KIND_PCI_BUS, node->device, 0, 0, 0 };
	struct emu_node up = above;
	char name[EMU_SYSFS_NAME];
	int length;

	switch (node->kind) {
	case EMU_KIND_ROOT:
		return snprintf(path, size, "%s",
				node->index == EMU_NODE_BUS      ? "bus/dsa"
				: node->index == EMU_NODE_MODULE ? "module/idxd"
								 : "module/iaa_crypto");
	case EMU_KIND_PCI:
		return snprintf(path, size, "bus/pci");
	case EMU_KIND_PCI_DRIVER:
		return snprintf(path, size, "bus/pci/drivers/idxd");
	case EMU_KIND_DRIVER:
		return snprintf(path, size, "bus/dsa/drivers/%s", emu_driver_name[node->index]);
	case EMU_KIND_FUNCTION:
		name_of(state, &bus, name);
		length = snprintf(path, size, "devices/%s", name);
		break;
	case EMU_KIND_DEVICE:
		up.kind = EMU_KIND_FUNCTION;
		length = path_of(state, &up, path, size);
		break;
	case EMU_KIND_OPENS:
		up.kind = EMU_KIND_QUEUE;
		up.index = node->index;
		length = path_of(state, &up, path, size);
		break;
	case EMU_KIND_OPEN:
		up.kind = EMU_KIND_OPENS;
		up.index = state->file[node->index].queue;
		length = path_of(state, &up, path, size);
		break;
	default:
		length = path_of(state, &up, path, size);
	}
	name_of(state, node, name);
	return length + snprintf(path + length, size - (size_t)length, "/%s", name);
}

/* Relative ones, as the kernel's. */
ssize_t emu_sysfs_readlink(const struct emu_state *state, uint64_t number, char buf[EMU_SYSFS_PAGE])
{
	struct emu_node link = unpack(number),
			to = { (enum emu_kind)link.attribute, link.device, link.index, 0, 0 };
	int length = 0;

	if (link.kind != EMU_KIND_LINK || !exists(state, &to))
		return -EINVAL;
	for (unsigned int i = 0; i < link.depth; i++)
		length += snprintf(buf + length, EMU_SYSFS_NAME, "../");
	return length + path_of(state, &to, buf + length, EMU_SYSFS_PAGE - (size_t)length);
}

/*
 * Attributes.
 */

ssize_t emu_sysfs_show(const struct emu_state *state, uint64_t number, char buf[EMU_SYSFS_PAGE])
{
	struct emu_node node = unpack(number);
	const struct emu_attribute *attribute = attribute_of(state, &node);

	if (!attribute)
		return -ENODEV; /* it is still open, but its device is gone */
	if (!attribute->show)
		return -EACCES;
	buf[0] = '\0';
	return attribute->show(state, &node, buf);
}

ssize_t emu_sysfs_store(struct emu_state *state, uint64_t number, const char *buf, size_t len)
{
	struct emu_node node = unpack(number);
	const struct emu_attribute *attribute = attribute_of(state, &node);
	char value[EMU_SYSFS_PAGE];
	int err;

	if (!attribute)
		return -ENODEV;
	if (!attribute->store)
		return -EACCES;
	if (len >= sizeof(value))
		return -EINVAL;
	if (len == 0)
		return 0;
	memcpy(value, buf, len);
	value[len] = '\0';
	err = attribute->store(state, &node, value);
	return err ? err : (ssize_t)len;
}

uint64_t emu_sysfs_path(const struct emu_state *state, const char *path)
{
	uint64_t node = EMU_NODE_BUS;
	char name[EMU_SYSFS_NAME];

	while (*path) {
		size_t length = strcspn(path, "/");
		struct emu_node link;

		if (length == 0 || length >= sizeof(name))
			return 0;
		memcpy(name, path, length);
		name[length] = '\0';
		if (emu_sysfs_lookup(state, node, name, &node))
			return 0;
		link = unpack(node);
		if (link.kind == EMU_KIND_LINK)
			node = pack(&(struct emu_node){ (enum emu_kind)link.attribute, link.device,
							link.index, 0, 0 });
		path += length + (path[length] == '/');
	}
	return node;
}

int emu_sysfs_write(struct emu_state *state, const char *path, const char *value)
{
	uint64_t node = emu_sysfs_path(state, path);
	ssize_t result = node ? emu_sysfs_store(state, node, value, strlen(value)) : -ENOENT;

	return result < 0 ? (int)result : 0;
}
