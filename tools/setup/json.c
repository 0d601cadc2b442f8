/* SPDX-License-Identifier: MIT */
/* The format of accel-config(1), whose save-config and load-config take and give the same. */
#include <errno.h>
#include <json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

static void add_text(struct json_object *to, const char *name, const char *text)
{
	json_object_object_add(to, name, json_object_new_string(text));
}

static void add_number(struct json_object *to, const char *name, uint64_t number)
{
	json_object_object_add(to, name, json_object_new_int64((int64_t)number));
}

static struct json_object *queue_object(const struct plan_device *dev, unsigned int number)
{
	const struct queue_config *q = &dev->queue[number];
	struct json_object *o = json_object_new_object();
	char name[32];

	snprintf(name, sizeof(name), "wq%s.%u", dev->name + 3, number);
	add_text(o, "dev", name);
	add_text(o, "mode", q->dedicated ? "dedicated" : "shared");
	add_number(o, "size", q->size);
	add_number(o, "group_id", (uint64_t)q->group);
	add_number(o, "priority", q->priority);
	if (q->can_block)
		add_number(o, "block_on_fault", q->block_on_fault);
	if (q->max_batch) /* IAX devices take no batches */
		add_number(o, "max_batch_size", q->max_batch);
	add_number(o, "max_transfer_size", q->max_transfer);
	add_text(o, "type", q->type);
	if (*q->driver)
		add_text(o, "driver_name", q->driver);
	add_text(o, "name", q->name);
	if (!q->dedicated)
		add_number(o, "threshold", q->threshold);
	add_text(o, "state", q->enabled ? "enabled" : "disabled");
	return o;
}

static struct json_object *group_object(const struct plan_device *dev, int group)
{
	struct json_object *o = json_object_new_object(), *queues = json_object_new_array(),
			   *engines = json_object_new_array();
	char name[32];

	snprintf(name, sizeof(name), "group%s.%d", dev->name + 3, group);
	add_text(o, "dev", name);
	for (unsigned int q = 0; q < dev->queues; q++)
		if (dev->queue[q].group == group)
			json_object_array_add(queues, queue_object(dev, q));
	for (unsigned int e = 0; e < dev->engines; e++) {
		struct json_object *engine;

		if (dev->engine[e] != group)
			continue;
		engine = json_object_new_object();
		snprintf(name, sizeof(name), "engine%s.%u", dev->name + 3, e);
		add_text(engine, "dev", name);
		add_number(engine, "group_id", (uint64_t)group);
		json_object_array_add(engines, engine);
	}
	json_object_object_add(o, "grouped_workqueues", queues);
	json_object_object_add(o, "grouped_engines", engines);
	return o;
}

static struct json_object *device_object(const struct plan_device *dev)
{
	struct json_object *o = json_object_new_object(), *groups = json_object_new_array();
	bool used;

	add_text(o, "dev", dev->name);
	for (int group = 0; group < PLAN_QUEUES; group++) {
		used = false;
		for (unsigned int q = 0; q < dev->queues; q++)
			used |= dev->queue[q].group == group;
		for (unsigned int e = 0; e < dev->engines; e++)
			used |= dev->engine[e] == group;
		if (used)
			json_object_array_add(groups, group_object(dev, group));
	}
	json_object_object_add(o, "groups", groups);
	add_text(o, "state", dev->enabled ? "enabled" : "disabled");
	return o;
}

static struct json_object *plan_object(const struct plan *plan)
{
	struct json_object *all = json_object_new_array();

	for (unsigned int i = 0; i < plan->devices; i++)
		json_object_array_add(all, device_object(&plan->device[i]));
	return all;
}

char *plan_text(const struct plan *plan)
{
	struct json_object *all = plan_object(plan);
	char *text = strdup(json_object_to_json_string_ext(all, JSON_C_TO_STRING_PRETTY));

	json_object_put(all);
	return text;
}

int plan_write(const struct plan *plan, const char *file)
{
	struct json_object *all = plan_object(plan);
	int err = 0;

	if (json_object_to_file_ext(file, all, JSON_C_TO_STRING_PRETTY))
		err = errno ? -errno : -EIO;
	json_object_put(all);
	return err;
}

/*
 * Reading: what is missing or of another type is 0, "" or -1, and what no device has is refused
 * when it is applied.
 */

static uint32_t number(const struct json_object *o, const char *name)
{
	struct json_object *value;
	int64_t n = json_object_object_get_ex(o, name, &value) ? json_object_get_int64(value) : 0;

	return n < 0 || n > UINT32_MAX ? 0 : (uint32_t)n;
}

static void text(const struct json_object *o, const char *name, char *result, size_t size)
{
	struct json_object *value;

	*result = '\0';
	if (json_object_object_get_ex(o, name, &value) &&
	    json_object_is_type(value, json_type_string))
		snprintf(result, size, "%s", json_object_get_string(value));
}

static bool is_enabled(const struct json_object *o)
{
	char state[16];

	text(o, "state", state, sizeof(state));
	return strcmp(state, "disabled") != 0; /* accel-config does not say, and enables all */
}

/* "wq0.3" of dsa0: 3; false for any other name */
static bool number_of(const struct json_object *o, const char *kind, const struct plan_device *dev,
		      unsigned int most, unsigned int *result)
{
	char name[32], expected[32];

	text(o, "dev", name, sizeof(name));
	for (*result = 0; *result < most; ++*result) {
		snprintf(expected, sizeof(expected), "%s%s.%u", kind, dev->name + 3, *result);
		if (!strcmp(name, expected))
			return true;
	}
	return false;
}

static int read_queue(const struct json_object *o, struct plan_device *dev)
{
	struct queue_config *q;
	unsigned int i;
	char mode[16];

	if (!number_of(o, "wq", dev, dev->queues, &i))
		return -EINVAL;
	q = &dev->queue[i];
	if (q->group >= 0)
		return -EEXIST;
	text(o, "mode", mode, sizeof(mode));
	text(o, "type", q->type, sizeof(q->type));
	text(o, "name", q->name, sizeof(q->name));
	text(o, "driver_name", q->driver, sizeof(q->driver));
	q->dedicated = !strcmp(mode, "dedicated");
	q->group = (int)number(o, "group_id");
	q->size = number(o, "size");
	q->threshold = number(o, "threshold");
	q->priority = number(o, "priority");
	q->max_batch = number(o, "max_batch_size");
	q->max_transfer = number(o, "max_transfer_size");
	q->can_block = dev->can_block;
	q->block_on_fault = number(o, "block_on_fault");
	q->enabled = is_enabled(o);
	return 0;
}

static int read_engine(const struct json_object *o, struct plan_device *dev)
{
	unsigned int i;

	if (!number_of(o, "engine", dev, dev->engines, &i))
		return -EINVAL;
	dev->engine[i] = (int)number(o, "group_id");
	return 0;
}

static int read_all(const struct json_object *o, const char *name, struct plan_device *dev,
		    int (*read_one)(const struct json_object *o, struct plan_device *dev))
{
	struct json_object *array;
	int err = 0;

	if (!json_object_object_get_ex(o, name, &array))
		return 0;
	if (!json_object_is_type(array, json_type_array))
		return -EINVAL;
	for (size_t i = 0; !err && i < json_object_array_length(array); i++)
		err = read_one(json_object_array_get_idx(array, i), dev);
	return err;
}

static int read_group(const struct json_object *o, struct plan_device *dev)
{
	int err = read_all(o, "grouped_workqueues", dev, read_queue);

	return err ? err : read_all(o, "grouped_engines", dev, read_engine);
}

static int read_device(const struct json_object *o, struct plan *plan, const struct plan *now)
{
	const struct plan_device *there;
	struct plan_device *dev = &plan->device[plan->devices];
	char name[32];

	text(o, "dev", name, sizeof(name));
	there = plan_find(now, name);
	if (!there)
		return -ENODEV;
	if (plan_find(plan, name))
		return -EEXIST;
	*dev = *there;
	dev->enabled = is_enabled(o);
	for (unsigned int e = 0; e < dev->engines; e++)
		dev->engine[e] = -1;
	for (unsigned int q = 0; q < dev->queues; q++)
		dev->queue[q] = (struct queue_config){ .group = -1 };
	plan->devices++;
	return read_all(o, "groups", dev, read_group);
}

int plan_read(struct plan *plan, const char *file, const struct plan *now)
{
	struct json_object *all;
	int err = 0;

	errno = 0;
	all = json_object_from_file(file);
	if (!all)
		return errno ? -errno : -EINVAL;
	memset(plan, 0, sizeof(*plan));
	if (!json_object_is_type(all, json_type_array))
		err = -EINVAL;
	for (size_t i = 0; !err && i < json_object_array_length(all); i++)
		err = read_device(json_object_array_get_idx(all, i), plan, now);
	json_object_put(all);
	return err;
}
