/* SPDX-License-Identifier: MIT */
/* Any text as a configuration: no crash, and queues that fit into their device. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The driver gives a queue without a size one when it enables the device, which may refuse it. */
static void check(struct emu_dsa *dsa)
{
	bool enabled = atomic_load(&dsa->enabled);
	uint32_t sum = 0;

	for (uint32_t q = 0; q < dsa->queue_count; q++) {
		const struct emu_queue *queue = &dsa->queue[q];

		sum += queue->size;
		if (atomic_load(&queue->state) == EMU_WQ_ENABLED &&
		    (!enabled || !queue->size || queue->group_id == EMU_NONE ||
		     queue->type == EMU_WQ_NONE || queue->threshold > queue->size))
			abort();
		if (!memchr(queue->name, 0, EMU_NAME) || !memchr(queue->driver_name, 0, EMU_NAME))
			abort();
	}
	if (enabled && sum > dsa->max_queue_size)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct emu_hardware hardware;
	static struct emu_state state;
	static int file = -1;
	char path[32];

	if (file < 0)
		file = memfd_create("config", 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	if (ftruncate(file, 0) || pwrite(file, data, size, 0) != (ssize_t)size)
		abort();
	memset(&state, 0, sizeof(state));
	state.profile = *emu_profile_at(0);
	if (emu_machine_init(&state, &hardware))
		abort();
	emu_config_load(&state, path);
	check(&state.device[0]);
	check(&state.device[1]);
	return 0;
}
