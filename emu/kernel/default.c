/* SPDX-License-Identifier: MIT */
/* The configuration of a machine for which none was given, written as an administrator would. */
#include <errno.h>
#include <stdio.h>

#include "default.h"
#include "sysfs.h"

struct setting {
	const char *path, *value;
};

static int apply(struct emu_state *state, const struct setting *settings, size_t count)
{
	int err = 0;

	for (size_t i = 0; i < count && !err; i++) {
		err = emu_sysfs_write(state, settings[i].path, settings[i].value);
		if (err == -ENOENT) /* an attribute that this kernel has not got */
			err = 0;
	}
	return err;
}

static int group_engines(struct emu_state *state)
{
	char path[64];
	int err = 0;

	for (uint32_t i = 0; i < state->device[0].engine_count && !err; i++) {
		snprintf(path, sizeof(path), "devices/engine0.%u/group_id", i);
		err = emu_sysfs_write(state, path, "0");
	}
	return err;
}

/* A device with a single queue has the shared one only. */
int emu_machine_default(struct emu_state *state)
{
	static const struct setting shared[] = {
		{ "devices/wq0.0/group_id", "0" },       { "devices/wq0.0/mode", "shared" },
		{ "devices/wq0.0/priority", "10" },      { "devices/wq0.0/type", "user" },
		{ "devices/wq0.0/name", "shared" },      { "devices/wq0.0/driver_name", "user" },
		{ "devices/wq0.0/block_on_fault", "1" },
	};
	static const struct setting dedicated[] = {
		{ "devices/wq0.1/group_id", "0" },       { "devices/wq0.1/mode", "dedicated" },
		{ "devices/wq0.1/priority", "10" },      { "devices/wq0.1/type", "user" },
		{ "devices/wq0.1/name", "dedicated" },   { "devices/wq0.1/driver_name", "user" },
		{ "devices/wq0.1/block_on_fault", "1" },
	};
	bool both = state->device[0].queue_count > 1 && state->device[0].max_queue_size > 1;
	uint32_t size = state->device[0].max_queue_size / (both ? 2 : 1);
	char size_text[16], threshold[16];
	int err;

	snprintf(size_text, sizeof(size_text), "%u", size);
	snprintf(threshold, sizeof(threshold), "%u", size > 3 ? size - size / 4 : size);
	if ((err = group_engines(state)) ||
	    (err = emu_sysfs_write(state, "devices/wq0.0/size", size_text)) ||
	    (err = apply(state, shared, sizeof(shared) / sizeof(*shared))) ||
	    (err = emu_sysfs_write(state, "devices/wq0.0/threshold", threshold)))
		return err;
	if (both && ((err = emu_sysfs_write(state, "devices/wq0.1/size", size_text)) ||
		     (err = apply(state, dedicated, sizeof(dedicated) / sizeof(*dedicated)))))
		return err;
	if ((err = emu_sysfs_write(state, "drivers/idxd/bind", "dsa0")) ||
	    (err = emu_sysfs_write(state, "drivers/user/bind", "wq0.0")))
		return err;
	return both ? emu_sysfs_write(state, "drivers/user/bind", "wq0.1") : 0;
}
