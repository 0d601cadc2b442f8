/* SPDX-License-Identifier: MIT */
/*
 * The kernel model's sysfs: whatever is written to whatever file, in whatever order, no crash; the
 * configuration stays one that a device can have, and that of an enabled queue stays as it is.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "default.h"
#include "machine.h"
#include "sysfs.h"

#define MACHINES 32u /* kernels, with either version of the device */
#define FILES    2048u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct emu_state machine;

/* The files of each machine: their numbers stay. */
static uint64_t files[MACHINES][FILES];
static unsigned int file_count[MACHINES];

static void check(bool good)
{
	if (!good)
		abort();
}

static void boot(unsigned int which, bool configured)
{
	const uint32_t version = which & 1 ? 0x200 : 0x100;
	const struct emu_hardware hardware = { .devices = 2,
					       .type = { [1] = EMU_TYPE_IAX },
					       .version = { version, version } };
	unsigned int kernels = 0;

	while (emu_profile_at(kernels))
		kernels++;
	memset(&machine, 0, sizeof(machine));
	machine.profile = *emu_profile_at(which / 2 % kernels);
	check(!emu_machine_init(&machine, &hardware));
	check(!configured || !emu_machine_default(&machine));
}

static void collect(unsigned int which, uint64_t dir)
{
	char name[EMU_SYSFS_NAME];
	uint64_t node;

	for (unsigned int i = 0; !emu_sysfs_entry(&machine, dir, i, name, &node); i++) {
		mode_t mode = emu_sysfs_mode(&machine, node);

		check(strlen(name) > 0 && !strchr(name, '/'));
		if (S_ISDIR(mode))
			collect(which, node);
		else if (S_ISREG(mode) && strcmp(name, "config") != 0 && /* no text */
			 file_count[which] < FILES)
			files[which][file_count[which]++] = node;
	}
}

static void check_show(uint64_t node)
{
	char buf[EMU_SYSFS_PAGE];
	ssize_t length = emu_sysfs_show(&machine, node, buf);

	if (length < 0)
		return;
	check((size_t)length < sizeof(buf) && strlen(buf) == (size_t)length);
	check(length == 0 || buf[length - 1] == '\n');
}

static void check_queue(const struct emu_dsa *dsa, const struct emu_queue *queue)
{
	check(queue->group_id >= EMU_NONE && queue->group_id < (int)dsa->group_count);
	check(queue->priority <= 15 && queue->enqcmds_retries <= 64);
	check(memchr(queue->name, '\0', EMU_NAME) && memchr(queue->driver_name, '\0', EMU_NAME));
	check(!(queue->max_transfer_size & (queue->max_transfer_size - 1)));
	check(queue->max_transfer_size && queue->max_transfer_size <= dsa->max_transfer_size);
	check(!(queue->max_batch_size & (queue->max_batch_size - 1)));
	check(queue->max_batch_size && queue->max_batch_size <= dsa->max_batch_size);
	check(!queue->block_on_fault || !queue->prs_disable);
	for (unsigned int i = 0; i < 4; i++)
		check(!(queue->op_config[i] & ~dsa->op_cap[i]));
	if (atomic_load(&queue->state) == EMU_WQ_DISABLED)
		return;
	check(atomic_load(&dsa->enabled));
	check(queue->type != EMU_WQ_NONE && queue->group_id != EMU_NONE && queue->name[0]);
	check(queue->size && (queue->mode == EMU_WQ_DEDICATED || queue->threshold));
}

static void check_device(const struct emu_dsa *dsa)
{
	uint32_t size = 0, reserved = 0;

	for (uint32_t i = 0; i < dsa->queue_count; i++) {
		check_queue(dsa, &dsa->queue[i]);
		size += dsa->queue[i].group_id == EMU_NONE ? 0 : dsa->queue[i].size;
	}
	check(!atomic_load(&dsa->enabled) || size <= dsa->max_queue_size);
	for (uint32_t i = 0; i < dsa->engine_count; i++)
		check(dsa->engine[i].group_id >= EMU_NONE &&
		      dsa->engine[i].group_id < (int)dsa->group_count);
	for (uint32_t i = 0; i < dsa->group_count; i++)
		reserved += dsa->group[i].read_buffers_reserved;
	check(reserved <= dsa->max_read_buffers);
	check(dsa->read_buffer_limit <= dsa->max_read_buffers);
}

/* What stays as it is while the queue is enabled: everything, but for the retries. */
static void check_kept(const struct emu_dsa *before, const struct emu_dsa *after)
{
	for (unsigned int i = 0; i < after->queue_count; i++) {
		struct emu_queue old = before->queue[i];

		if (atomic_load(&old.state) == EMU_WQ_DISABLED ||
		    atomic_load(&after->queue[i].state) == EMU_WQ_DISABLED)
			continue;
		old.enqcmds_retries = after->queue[i].enqcmds_retries;
		check(!memcmp(&old, &after->queue[i], offsetof(struct emu_queue, state)));
	}
}

static void store(uint64_t node, const char *value, size_t length)
{
	static struct emu_dsa before[EMU_DEVICES];
	ssize_t done;

	for (unsigned int i = 0; i < machine.device_count; i++)
		memcpy(&before[i], &machine.device[i], sizeof(before[i]));
	done = emu_sysfs_store(&machine, node, value, length);
	check(done < 0 || done == (ssize_t)length);
	check_show(node);
	for (unsigned int i = 0; i < machine.device_count; i++) {
		check_device(&machine.device[i]);
		check_kept(&before[i], &machine.device[i]);
	}
}

static uint64_t by_path(const char *text, size_t length)
{
	char *path = strndup(text, length);
	uint64_t node = emu_sysfs_path(&machine, path);

	free(path);
	return node;
}

/* Steps: a file's number, the length of the value, the value. The number 0 takes it for a path. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;
	unsigned int which, file, length;
	char *value;

	if (size < 1)
		return 0;
	which = data[0] % MACHINES;
	boot(which, data[0] & 0x80);
	if (!file_count[which]) {
		collect(which, EMU_NODE_BUS);
		collect(which, EMU_NODE_PCI);
		collect(which, EMU_NODE_DRIVER);
	}
	for (data++; end - data > 3; data += length) {
		file = data[0] | (unsigned int)data[1] << 8;
		length = data[2];
		data += 3;
		if (length > end - data)
			length = (unsigned int)(end - data);
		value = malloc(length); /* exactly so long: a byte too far is seen */
		if (length)
			memcpy(value, data, length);
		if (file)
			store(files[which][file % file_count[which]], value, length);
		else
			check_show(by_path(value, length));
		free(value);
	}
	return 0;
}
