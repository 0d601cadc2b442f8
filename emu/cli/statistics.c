/* SPDX-License-Identifier: MIT */
#include <inttypes.h>

#include "address.h"
#include "driver.h"
#include "names.h"
#include "options.h"

static void print_queue(const struct emu_dsa *dsa, unsigned int number, FILE *to)
{
	static const char *const modes[] = { "shared", "dedicated" };
	const struct emu_queue *queue = &dsa->queue[number];
	bool enabled = atomic_load(&queue->state) == EMU_WQ_ENABLED;

	fprintf(to, "  wq%u.%u: %s, %s, size %u", dsa->id, number, enabled ? "enabled" : "disabled",
		modes[queue->mode], queue->size);
	if (queue->mode == EMU_WQ_SHARED)
		fprintf(to, ", threshold %u", queue->threshold);
	fprintf(to, ", group %d, priority %u, block on fault %s", queue->group_id, queue->priority,
		queue->block_on_fault ? "on" : "off");
	if (emu_driver_has(EMU_DRIVER_CRYPTO, queue))
		fputs(", taken by iaa_crypto", to);
	if (enabled && queue->type == EMU_WQ_USER)
		fprintf(to, ", /dev/%s/wq%u.%u", emu_type_name[dsa->type], dsa->id, number);
	fputc('\n', to);
}

void emu_print_machine(const struct emu_state *state, FILE *to)
{
	for (uint32_t d = 0; d < state->device_count; d++) {
		const struct emu_dsa *dsa = &state->device[d];
		char name[EMU_DEVICE_NAME];
		unsigned int unused = 0;

		emu_device_name(dsa, name);
		fprintf(to,
			"%s: %s %u.%u, %s, %u engines, %u groups, %u queues, %u entries, "
			"NUMA node %d\n",
			name, dsa->type == EMU_TYPE_DSA ? "DSA" : "IAX", dsa->version >> 8,
			dsa->version & 0xff, atomic_load(&dsa->enabled) ? "enabled" : "disabled",
			dsa->engine_count, dsa->group_count, dsa->queue_count, dsa->max_queue_size,
			dsa->numa_node);
		for (uint32_t q = 0; q < dsa->queue_count; q++) {
			if (dsa->queue[q].size)
				print_queue(dsa, q, to);
			else
				unused++;
		}
		if (unused)
			fprintf(to, "  %u queues without a configuration\n", unused);
	}
	fputs("not there: PMU (perf stat -e dsa0/...), completion interrupts, the kernel's own "
	      "users "
	      "(dmaengine); see LIMITS in sva-emu(1)\n",
	      to);
}

static void print_opcodes(const struct emu_counters *counters, FILE *to)
{
	for (unsigned int opcode = 0; opcode < EMU_OPCODES; opcode++) {
		const char *name = emu_opcode_name(opcode);

		if (!counters->opcode[opcode])
			continue;
		if (name)
			fprintf(to, "  %-17s %" PRIu64 "\n", name,
				(uint64_t)counters->opcode[opcode]);
		else
			fprintf(to, "  opcode 0x%02x%s    %" PRIu64 "\n", opcode,
				opcode == EMU_OPCODES - 1 ? "+" : " ",
				(uint64_t)counters->opcode[opcode]);
	}
}

/* How full the queue was after an accepted submission, by powers of two. */
static void print_occupancy(const struct emu_counters *counters, FILE *to)
{
	for (unsigned int from = 1; from <= EMU_SLOTS; from *= 2) {
		unsigned int end = from * 2 < EMU_SLOTS + 1 ? from * 2 : EMU_SLOTS + 1;
		uint64_t sum = 0;

		for (unsigned int level = from; level < end; level++)
			sum += counters->occupancy[level];
		if (sum)
			fprintf(to, "  occupancy %3u-%-3u %" PRIu64 "\n", from, end - 1, sum);
	}
}

void emu_print_statistics(const struct emu_state *state, FILE *to)
{
	for (uint32_t d = 0; d < state->device_count; d++)
		for (uint32_t q = 0; q < state->device[d].queue_count; q++) {
			const struct emu_counters *counters =
				&state->live.device[d].queue[q].counters;

			if (!counters->submitted)
				continue;
			fprintf(to,
				"wq%u.%u: submitted %" PRIu64 ", accepted %" PRIu64
				", retried %" PRIu64 ", dropped %" PRIu64 ", completed %" PRIu64
				", page faults %" PRIu64 "\n",
				state->device[d].id, q, (uint64_t)counters->submitted,
				(uint64_t)counters->accepted, (uint64_t)counters->retried,
				(uint64_t)counters->dropped, (uint64_t)counters->completed,
				(uint64_t)counters->faults);
			print_opcodes(counters, to);
			print_occupancy(counters, to);
		}
}
