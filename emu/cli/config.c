/* SPDX-License-Identifier: MIT */
/*
 * The JSON of accel-config (save-config, load-config): devices with their groups, and in these
 * queues and engines. It is applied by way of sysfs, so that what a kernel would refuse is refused
 * here, too. In the end the device is enabled, and each of its queues that has the type "user" or
 * "kernel", as load-config does with -e; "state":"disabled" leaves a device or queue disabled.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "sysfs.h"

struct loader {
	struct emu_state *state;
	const char *file;
};

/* In the order in which they can be set. */
static const char *const device_keys[] = { "read_buffer_limit", "token_limit", "event_log_size",
					   NULL };
static const char *const group_keys[] = { "read_buffers_reserved",
					  "tokens_reserved",
					  "use_read_buffer_limit",
					  "use_token_limit",
					  "read_buffers_allowed",
					  "tokens_allowed",
					  "traffic_class_a",
					  "traffic_class_b",
					  "desc_progress_limit",
					  "batch_progress_limit",
					  NULL };
static const char *const queue_keys[] = {
	"group_id",    "mode",           "size",        "threshold",         "priority",
	"type",        "name",           "driver_name", "max_transfer_size", "max_batch_size",
	"prs_disable", "block_on_fault", "ats_disable", "op_config",         "enqcmds_retries",
	NULL
};
static const char *const engine_keys[] = { "group_id", NULL };

/* What says nothing about the configuration: state, or what the hardware has. */
static const char *const other_keys[] = { "dev",
					  "state",
					  "groups",
					  "grouped_workqueues",
					  "ungrouped_workqueues",
					  "grouped_engines",
					  "ungrouped_engines",
					  "max_groups",
					  "max_work_queues",
					  "max_engines",
					  "work_queue_size",
					  "max_work_queues_size",
					  "numa_node",
					  "op_cap",
					  "gen_cap",
					  "version",
					  "max_read_buffers",
					  "max_tokens",
					  "ims_size",
					  "configurable",
					  "pasid_enabled",
					  "cdev_major",
					  "cdev_minor",
					  "clients",
					  "occupancy",
					  "errors",
					  NULL };

static bool among(const char *const *keys, const char *key)
{
	while (*keys && strcmp(*keys, key))
		keys++;
	return *keys;
}

static int complain(const struct loader *loader, const char *dev, const char *what, int err)
{
	fprintf(stderr, "sva-emu: %s: %s: %s\n", loader->file, dev, what);
	return err;
}

/* One device, queue, group or engine. */
static int check_exists(const struct loader *loader, const char *dev)
{
	char path[64];

	snprintf(path, sizeof(path), "devices/%s", dev);
	if (emu_sysfs_path(loader->state, path))
		return 0;
	return complain(loader, dev,
			"this machine does not have it: see --list, --devices, --queues, --groups "
			"and --engines",
			-ENODEV);
}

/*
 * A value that is there already is left alone: some attributes can be read only, and a dedicated
 * queue has no threshold, but the files have one of 0.
 */
static int set(const struct loader *loader, const char *dev, const char *key, const char *value)
{
	char path[128], now[EMU_SYSFS_PAGE], what[256];
	uint64_t node;
	int err;

	snprintf(path, sizeof(path), "devices/%s/%s", dev, key);
	node = emu_sysfs_path(loader->state, path);
	if (!node) {
		err = check_exists(loader, dev);
		if (err)
			return err;
		snprintf(what, sizeof(what), "%s: ignored, this machine does not have it", key);
		return complain(loader, dev, what, 0);
	}
	if (emu_sysfs_show(loader->state, node, now) > 0 && !strncmp(now, value, strlen(value)) &&
	    now[strlen(value)] == '\n')
		return 0;
	err = emu_sysfs_write(loader->state, path, value);
	if (!err)
		return 0;
	snprintf(what, sizeof(what), "%s cannot be %.64s: %s", key, value, strerror(-err));
	return complain(loader, dev, what, err);
}

static void name_unknown(const struct loader *loader, const char *dev, struct json_object *object,
			 const char *const *keys)
{
	char what[128];

	json_object_object_foreach(object, key, value)
	{
		(void)value;
		if (among(keys, key) || among(other_keys, key))
			continue;
		snprintf(what, sizeof(what), "%.64s: ignored, not known", key);
		complain(loader, dev, what, 0);
	}
}

static const char *dev_of(const struct loader *loader, struct json_object *object)
{
	struct json_object *dev;

	if (json_object_is_type(object, json_type_object) &&
	    json_object_object_get_ex(object, "dev", &dev) &&
	    json_object_is_type(dev, json_type_string) && json_object_get_string_len(dev) < 32)
		return json_object_get_string(dev);
	complain(loader, "an entry", "no object with a \"dev\"", 0);
	return NULL;
}

static int set_value(const struct loader *loader, const char *dev, const char *key,
		     struct json_object *value)
{
	char what[192];
	const char *text = json_object_get_string(value);

	if (json_object_is_type(value, json_type_string) ||
	    json_object_is_type(value, json_type_int))
		return set(loader, dev, key, text);
	snprintf(what, sizeof(what), "%s cannot be %.64s: give a text or a whole number", key,
		 text ? text : "null");
	return complain(loader, dev, what, -EINVAL);
}

static int set_all(const struct loader *loader, struct json_object *object, const char *const *keys)
{
	const char *dev = dev_of(loader, object);
	struct json_object *value;
	int err = 0;

	if (!dev)
		return -EINVAL;
	name_unknown(loader, dev, object, keys);
	for (unsigned int i = 0; keys[i] && !err; i++)
		if (json_object_object_get_ex(object, keys[i], &value))
			err = set_value(loader, dev, keys[i], value);
	return err;
}

typedef int visitor(const struct loader *loader, struct json_object *object);

static int each(const struct loader *loader, struct json_object *object, const char *key,
		visitor *visit)
{
	struct json_object *list = object;
	int err = 0;

	if (key && !json_object_object_get_ex(object, key, &list))
		return 0;
	if (!json_object_is_type(list, json_type_array))
		return complain(loader, key ? key : "the file", "no list", -EINVAL);
	for (size_t i = 0; i < json_object_array_length(list) && !err; i++)
		err = visit(loader, json_object_array_get_idx(list, i));
	return err;
}

static int set_queue(const struct loader *loader, struct json_object *object)
{
	return set_all(loader, object, queue_keys);
}

static int set_engine(const struct loader *loader, struct json_object *object)
{
	return set_all(loader, object, engine_keys);
}

static int set_group(const struct loader *loader, struct json_object *object)
{
	int err = set_all(loader, object, group_keys);

	if (!err)
		err = each(loader, object, "grouped_workqueues", set_queue);
	return err ? err : each(loader, object, "grouped_engines", set_engine);
}

static const char *text_of(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value) || !value) /* NULL: JSON's null */
		return "";
	return json_object_get_string(value);
}

static int bind(const struct loader *loader, const char *driver, const char *dev)
{
	char path[64], what[128];
	int err;

	snprintf(path, sizeof(path), "drivers/%s/bind", driver);
	err = emu_sysfs_write(loader->state, path, dev);
	if (!err)
		return 0;
	snprintf(what, sizeof(what), "cannot be enabled: %s", strerror(-err));
	return complain(loader, dev, what, err);
}

static int enable_queue(const struct loader *loader, struct json_object *object)
{
	const char *type = text_of(object, "type");

	if (!strcmp(text_of(object, "state"), "disabled"))
		return 0;
	if (!strcmp(type, "user"))
		return bind(loader, "user", text_of(object, "dev"));
	return strcmp(type, "kernel") ? 0 : bind(loader, "dmaengine", text_of(object, "dev"));
}

static int enable_group(const struct loader *loader, struct json_object *object)
{
	return each(loader, object, "grouped_workqueues", enable_queue);
}

static int load_device(const struct loader *loader, struct json_object *object)
{
	const char *dev = dev_of(loader, object);
	int err = dev ? check_exists(loader, dev) : -EINVAL;

	if (err || (err = set_all(loader, object, device_keys)) ||
	    (err = each(loader, object, "groups", set_group)) ||
	    (err = each(loader, object, "ungrouped_workqueues", set_queue)) ||
	    (err = each(loader, object, "ungrouped_engines", set_engine)))
		return err;
	if (!strcmp(text_of(object, "state"), "disabled"))
		return 0;
	err = bind(loader, "idxd", dev);
	return err ? err : each(loader, object, "groups", enable_group);
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

int emu_config_load(struct emu_state *state, const char *path)
{
	struct loader loader = { state, path };
	struct json_object *root = json_object_from_file(path);
	int err;

	if (!root)
		return complain_unread(path);
	err = each(&loader, root, NULL, load_device);
	json_object_put(root);
	return err;
}
