/* SPDX-License-Identifier: MIT */
/*
 * The JSON of accel-config (save-config, load-config), with the rules of "load-config -e": values
 * are set in the order of the file, by way of sysfs, so that what a kernel would refuse is refused
 * here, too; in the end the devices and queues that the file names are enabled, the last one first.
 *
 * Source of the rules: what accel-config 3.5 and 4.1 do. The test emu.load_config compares. What an
 * IAX device lacks is passed over here; accel-config 3.5 cannot load some files that it has saved.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"
#include "driver.h"
#include "format.h"
#include "names.h"
#include "options.h"
#include "sysfs.h"

enum kind { NOTHING, DEVICE, GROUP, QUEUE, ENGINE };

/* What is to be enabled. */
struct named {
	unsigned int device;
	char name[32];
};

struct loader {
	struct emu_state *state;
	const char *file;
	unsigned int device; /* the one that was named last */
	enum kind kind;      /* whose values are set now; NOTHING: nobody's */
	char name[32];
	unsigned int index;
	uint32_t device_count, queue_count;
	struct named devices[EMU_DEVICES], queues[EMU_DEVICES * EMU_QUEUES];
};

static struct named current(const struct loader *loader)
{
	struct named named = { .device = loader->device };

	memcpy(named.name, loader->name, sizeof(named.name));
	return named;
}

static int complain(const struct loader *loader, const char *what, int err)
{
	fprintf(stderr, "sva-emu: %s: %s%s%s\n", loader->file, loader->name,
		*loader->name ? ": " : "", what);
	return err;
}

/*
 * What can be set. Some values are passed over, where the kernel would refuse them.
 */

static struct emu_dsa *device_of(const struct loader *loader)
{
	return &loader->state->device[loader->device];
}

static bool has(const struct loader *loader, const char *key)
{
	char path[128];

	snprintf(path, sizeof(path), "devices/%s/%s", loader->name, key);
	return emu_sysfs_path(loader->state, path);
}

static bool is_shared(const struct loader *loader, const char *key, int64_t value)
{
	(void)key, (void)value;
	return device_of(loader)->queue[loader->index].mode == EMU_WQ_SHARED;
}

static bool is_switch(const struct loader *loader, const char *key, int64_t value)
{
	return (value == 0 || value == 1) && has(loader, key);
}

static bool is_limited(const struct loader *loader, const char *key, int64_t value)
{
	(void)key, (void)value;
	return device_of(loader)->read_buffer_limit;
}

static bool is_second(const struct loader *loader, const char *key, int64_t value)
{
	(void)key, (void)value;
	return device_of(loader)->version >= 0x200;
}

static bool is_progress(const struct loader *loader, const char *key, int64_t value)
{
	return value <= 3 && has(loader, key);
}

static const struct key {
	enum kind kind;
	const char *name;
	const char *attribute; /* NULL: of the same name */
	bool text;             /* else a number */
	bool (*applies)(const struct loader *loader, const char *key, int64_t value);
} keys[] = {
	{ DEVICE, "token_limit", "read_buffer_limit", false, NULL },
	{ DEVICE, "read_buffer_limit", NULL, false, NULL },
	{ DEVICE, "event_log_size", NULL, false, NULL },
	{ GROUP, "tokens_reserved", "read_buffers_reserved", false, NULL },
	{ GROUP, "read_buffers_reserved", NULL, false, NULL },
	{ GROUP, "use_token_limit", "use_read_buffer_limit", false, is_limited },
	{ GROUP, "use_read_buffer_limit", NULL, false, is_limited },
	{ GROUP, "tokens_allowed", "read_buffers_allowed", false, NULL },
	{ GROUP, "read_buffers_allowed", NULL, false, NULL },
	{ GROUP, "traffic_class_a", NULL, false, is_second },
	{ GROUP, "traffic_class_b", NULL, false, is_second },
	{ GROUP, "desc_progress_limit", NULL, false, is_progress },
	{ GROUP, "batch_progress_limit", NULL, false, is_progress },
	{ QUEUE, "size", NULL, false, NULL },
	{ QUEUE, "priority", NULL, false, NULL },
	{ QUEUE, "group_id", NULL, false, NULL },
	{ QUEUE, "block_on_fault", NULL, false, NULL },
	{ QUEUE, "type", NULL, true, NULL },
	{ QUEUE, "name", NULL, true, NULL },
	{ QUEUE, "driver_name", NULL, true, NULL },
	{ QUEUE, "op_config", NULL, true, NULL },
	{ QUEUE, "mode", NULL, true, NULL },
	{ QUEUE, "max_batch_size", NULL, false, NULL },
	{ QUEUE, "max_transfer_size", NULL, false, NULL },
	{ QUEUE, "threshold", NULL, false, is_shared },
	{ QUEUE, "ats_disable", NULL, false, NULL },
	{ QUEUE, "prs_disable", NULL, false, is_switch },
	{ ENGINE, "group_id", NULL, false, NULL },
};

static const struct key *find_key(enum kind kind, const char *name)
{
	for (unsigned int i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (keys[i].kind == kind && !strcmp(keys[i].name, name))
			return &keys[i];
	return NULL;
}

static int set(const struct loader *loader, const struct key *key, const char *value)
{
	char path[128], what[256];
	int err;

	snprintf(path, sizeof(path), "devices/%s/%s", loader->name,
		 key->attribute ? key->attribute : key->name);
	err = emu_sysfs_write(loader->state, path, value);
	if (!err)
		return 0;
	if (err == -ENOENT) {
		snprintf(what, sizeof(what), "%s: ignored, this machine or kernel lacks it",
			 key->name);
		return complain(loader, what, 0);
	}
	snprintf(what, sizeof(what), "%s cannot be %.64s: %s", key->name, value, strerror(-err));
	return complain(loader, what, err);
}

static int set_number(const struct loader *loader, const struct key *key, struct json_object *value)
{
	char text[32];
	int64_t number;

	errno = 0;
	number = json_object_get_int64(value);
	if ((number == 0 && errno == EINVAL) || (number < 0 && key->kind == GROUP)) {
		char what[128];

		snprintf(what, sizeof(what), "%s cannot be %.64s: give a number", key->name,
			 json_object_get_string(value));
		return complain(loader, what, -EINVAL);
	}
	if (key->applies && !key->applies(loader, key->name, number))
		return 0;
	snprintf(text, sizeof(text), "%lld", (long long)number);
	return set(loader, key, text);
}

static int set_value(const struct loader *loader, const char *name, struct json_object *value)
{
	const struct key *key = find_key(loader->kind, name);

	if (!key)
		return 0; /* most say what the hardware has, or what state it is in */
	return key->text ? set(loader, key, json_object_get_string(value))
			 : set_number(loader, key, value);
}

/*
 * Objects: whose values come next.
 */

static int select_device(struct loader *loader)
{
	const struct emu_state *state = loader->state;
	char own[EMU_DEVICE_NAME];

	for (loader->device = 0; loader->device < state->device_count; loader->device++) {
		emu_device_name(&state->device[loader->device], own);
		if (!strcmp(own, loader->name))
			break;
	}
	if (loader->device == state->device_count)
		return complain(loader, "this machine does not have it: see --list and --devices",
				-ENODEV);
	if (loader->device_count == EMU_DEVICES)
		return complain(loader, "more devices than a machine has", -E2BIG);
	loader->kind = DEVICE;
	loader->devices[loader->device_count++] = current(loader);
	return 0;
}

/* Only the number behind the point counts: it is a part of the device that was named last. */
static int select_part(struct loader *loader, enum kind kind, const char *prefix, uint32_t count)
{
	unsigned int device, index;

	if (sscanf(loader->name + strlen(prefix), "%u.%u", &device, &index) != 2 || index >= count)
		return complain(loader, "the device does not have it: see --list", -ENODEV);
	snprintf(loader->name, sizeof(loader->name), "%s%u.%u", prefix, device_of(loader)->id,
		 index);
	loader->kind = kind;
	loader->index = index;
	if (kind != QUEUE)
		return 0;
	if (loader->queue_count == EMU_DEVICES * EMU_QUEUES)
		return complain(loader, "more queues than a machine has", -E2BIG);
	loader->queues[loader->queue_count++] = current(loader);
	return 0;
}

static int select_object(struct loader *loader, const char *name)
{
	const struct emu_dsa *dsa;

	snprintf(loader->name, sizeof(loader->name), "%s", name);
	loader->kind = NOTHING;
	if (!strncmp(name, "dsa", 3) || !strncmp(name, "iax", 3))
		return select_device(loader);
	if (!loader->device_count)
		return complain(loader, "ignored: no device is named before it", 0);
	dsa = device_of(loader);
	if (!strncmp(name, "wq", 2))
		return select_part(loader, QUEUE, "wq", dsa->queue_count);
	if (!strncmp(name, "engine", 6))
		return select_part(loader, ENGINE, "engine", dsa->engine_count);
	if (!strncmp(name, "group", 5))
		return select_part(loader, GROUP, "group", dsa->group_count);
	return complain(loader, "no name of a device, group, queue or engine", -EINVAL);
}

static int walk_list(struct loader *loader, struct json_object *list);

static int walk(struct loader *loader, struct json_object *object)
{
	int err = 0;

	json_object_object_foreach(object, key, value)
	{
		if (json_object_is_type(value, json_type_array))
			err = walk_list(loader, value);
		else if (json_object_is_type(value, json_type_object))
			err = walk(loader, value);
		else if (!strcmp(key, "dev"))
			err = select_object(loader, value ? json_object_get_string(value) : "");
		else if (value) /* not null */
			err = set_value(loader, key, value);
		if (err)
			break;
	}
	return err;
}

static int walk_list(struct loader *loader, struct json_object *list)
{
	size_t count = json_object_array_length(list);
	int err = count ? 0 : complain(loader, "a list is empty: leave it out", -EINVAL);

	for (size_t i = 0; i < count && !err; i++) {
		struct json_object *element = json_object_array_get_idx(list, i);

		if (json_object_is_type(element, json_type_object))
			err = walk(loader, element);
		else
			err = complain(loader, "a list has something else than objects", -EINVAL);
	}
	return err;
}

/*
 * Enabling.
 */

static int bind(struct loader *loader, const char *driver, const char *name)
{
	char path[64], what[256];
	int err;

	snprintf(path, sizeof(path), "drivers/%s/bind", driver);
	err = emu_sysfs_write(loader->state, path, name);
	if (!err)
		return 0;
	snprintf(what, sizeof(what), "cannot be enabled: %s: %s (cmd_status 0x%x)", strerror(-err),
		 emu_driver_reason(device_of(loader)->cmd_status), device_of(loader)->cmd_status);
	return complain(loader, what, err);
}

/* By the name of its driver; on a kernel that has none yet, by its type. */
static const char *driver_of(const struct loader *loader, const char *name)
{
	static const char *const attributes[] = { "driver_name", "type" };
	char path[64], text[EMU_SYSFS_PAGE] = "";
	uint64_t node = 0;

	for (unsigned int i = 0; i < 2 && !node; i++) {
		snprintf(path, sizeof(path), "devices/%s/%s", name, attributes[i]);
		node = emu_sysfs_path(loader->state, path);
	}
	emu_sysfs_show(loader->state, node, text);
	if (!strncmp(text, "dmaengine", 9) || !strncmp(text, "kernel", 6))
		return "dmaengine";
	return strncmp(text, "none", 4) != 0 ? "user" : NULL;
}

static int enable_one(struct loader *loader, const struct named *named, bool queue)
{
	const char *driver = queue ? driver_of(loader, named->name) : "idxd";

	loader->device = named->device;
	memcpy(loader->name, named->name, sizeof(loader->name));
	return driver ? bind(loader, driver, named->name)
		      : complain(loader, "cannot be enabled: it has no type", -ENXIO);
}

static int enable(struct loader *loader)
{
	int err = 0;

	for (uint32_t i = loader->device_count; i > 0 && !err; i--)
		err = enable_one(loader, &loader->devices[i - 1], false);
	for (uint32_t i = loader->queue_count; i > 0 && !err; i--)
		err = enable_one(loader, &loader->queues[i - 1], true);
	return err;
}

/* json-c's reason has an end of line. "continue" is its word for a text that ends too early. */
static int complain_unread(const char *path)
{
	const char *why = json_util_get_last_err();

	why = why ? why : "no value";
	fprintf(stderr, "sva-emu: %s: cannot be read as JSON: %.*s\n", path,
		(int)strcspn(why, "\n"), why);
	return -EINVAL;
}

/*
 * What the machine must have.
 */

static bool parse_name(const char *name, struct emu_named_device *named)
{
	char rest;

	for (unsigned int type = 0; type < EMU_TYPES; type++) {
		size_t length = strlen(emu_type_name[type]);

		named->type = (enum emu_type)type;
		if (!strncmp(name, emu_type_name[type], length) &&
		    sscanf(name + length, "%4u%c", &named->id, &rest) == 1)
			return true;
	}
	return false;
}

static int add_named(const char *path, struct json_object *object, const char *name,
		     struct emu_hardware *hardware)
{
	struct emu_named_device *named = &hardware->named[hardware->named_count];
	struct json_object *value;

	if (!parse_name(name, named))
		return 0; /* a part of one, or a mistake that shows later */
	if (hardware->named_count == EMU_DEVICES) {
		fprintf(stderr, "sva-emu: %s: %s: a machine has no more than %u devices\n", path,
			name, EMU_DEVICES);
		return -E2BIG;
	}
	named->numa_node = EMU_NONE;
	if (json_object_object_get_ex(object, "numa_node", &value))
		named->numa_node = json_object_get_int(value);
	if (json_object_object_get_ex(object, "op_cap", &value) &&
	    emu_parse_op_cap(json_object_get_string(value), named->op_cap)) {
		fprintf(stderr, "sva-emu: %s: %s: op_cap is no bitmap as sysfs has it\n", path,
			name);
		return -EINVAL;
	}
	hardware->named_count++;
	return 0;
}

int emu_config_devices(const char *path, struct emu_hardware *hardware)
{
	struct json_object *root = json_object_from_file(path), *object, *dev;
	size_t count;
	int err = 0;

	if (!root)
		return complain_unread(path);
	count = json_object_is_type(root, json_type_array) ? json_object_array_length(root) : 0;
	for (size_t i = 0; i < count && !err; i++) {
		object = json_object_array_get_idx(root, i);
		if (json_object_is_type(object, json_type_object) &&
		    json_object_object_get_ex(object, "dev", &dev) && dev)
			err = add_named(path, object, json_object_get_string(dev), hardware);
	}
	json_object_put(root);
	return err;
}

int emu_config_load(struct emu_state *state, const char *path)
{
	struct loader loader = { .state = state, .file = path };
	struct json_object *root = json_object_from_file(path);
	int err;

	if (!root)
		return complain_unread(path);
	if (!json_object_is_type(root, json_type_array))
		err = complain(&loader, "no list of devices", -EINVAL);
	else if (!json_object_array_length(root))
		err = 0; /* a machine without a configuration */
	else
		err = walk_list(&loader, root);
	json_object_put(root);
	return err ? err : enable(&loader);
}
