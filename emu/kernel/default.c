/* SPDX-License-Identifier: MIT */
/* The configuration of a machine for which none was given, written as an administrator would. */
#include <errno.h>
#include <stdio.h>

#include "address.h"
#include "default.h"
#include "sysfs.h"

/* Attributes that this kernel lacks are skipped. */
static int set(struct emu_state *state, const char *object, const char *attribute,
	       const char *value)
{
	char path[128];
	int err;

	snprintf(path, sizeof(path), "devices/%s/%s", object, attribute);
	err = emu_sysfs_write(state, path, value);
	return err == -ENOENT ? 0 : err;
}

static int group_engines(struct emu_state *state, const struct emu_dsa *dsa)
{
	char engine[32];
	int err = 0;

	for (uint32_t i = 0; i < dsa->engine_count && !err; i++) {
		snprintf(engine, sizeof(engine), "engine%u.%u", dsa->id, i);
		err = set(state, engine, "group_id", "0");
	}
	return err;
}

static int configure_queue(struct emu_state *state, const char *queue, const char *mode,
			   uint32_t size)
{
	const char *const settings[][2] = {
		{ "group_id", "0" },       { "mode", mode }, { "priority", "10" },
		{ "type", "user" },        { "name", mode }, { "driver_name", "user" },
		{ "block_on_fault", "1" },
	};
	char text[16];
	int err;

	snprintf(text, sizeof(text), "%u", size);
	err = set(state, queue, "size", text);
	for (unsigned int i = 0; i < sizeof(settings) / sizeof(*settings) && !err; i++)
		err = set(state, queue, settings[i][0], settings[i][1]);
	return err;
}

static int configure_shared(struct emu_state *state, const char *queue, uint32_t size)
{
	char threshold[16];
	int err = configure_queue(state, queue, "shared", size);

	snprintf(threshold, sizeof(threshold), "%u", size > 3 ? size - size / 4 : size);
	return err ? err : set(state, queue, "threshold", threshold);
}

/* A device with a single queue has the shared one only. */
static int configure(struct emu_state *state, const struct emu_dsa *dsa)
{
	bool both = dsa->queue_count > 1 && dsa->max_queue_size > 1;
	uint32_t size = dsa->max_queue_size / (both ? 2 : 1);
	char device[EMU_DEVICE_NAME], shared[32], dedicated[32];
	int err;

	emu_device_name(dsa, device);
	snprintf(shared, sizeof(shared), "wq%u.0", dsa->id);
	snprintf(dedicated, sizeof(dedicated), "wq%u.1", dsa->id);
	if ((err = group_engines(state, dsa)) || (err = configure_shared(state, shared, size)))
		return err;
	if (both && (err = configure_queue(state, dedicated, "dedicated", size)))
		return err;
	if ((err = emu_sysfs_write(state, "drivers/idxd/bind", device)) ||
	    (err = emu_sysfs_write(state, "drivers/user/bind", shared)))
		return err;
	return both ? emu_sysfs_write(state, "drivers/user/bind", dedicated) : 0;
}

int emu_machine_default(struct emu_state *state)
{
	bool done[EMU_TYPES] = { false };
	int err = 0;

	for (uint32_t d = 0; d < state->device_count && !err; d++) {
		enum emu_type type = state->device[d].type;

		if (!done[type] && !atomic_load(&state->device[d].enabled))
			err = configure(state, &state->device[d]);
		done[type] = true;
	}
	return err;
}
