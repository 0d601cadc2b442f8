/* SPDX-License-Identifier: MIT */
/* Delta records (8.3.8, 8.3.9): entries of a 16-bit offset in units of 8 bytes, and 8 bytes. */
#include "op.h"

static unsigned int verdict(struct emu_run *run, uint8_t result)
{
	run->comp->result = result;
	if ((sva_desc_flags(run->desc) & SVA_FLAG_CR) &&
	    !(run->desc->delta.expected_result_mask >> result & 1))
		return SVA_STATUS_SUCCESS_PREDICATE;
	return SVA_STATUS_SUCCESS;
}

static unsigned int stop(struct emu_run *run, uint32_t done)
{
	run->comp->result = run->comp->delta_size > 0;
	return emu_stop(run, done);
}

/* As it stands in memory. */
struct entry {
	uint16_t index; /* of the 8 bytes */
	uint64_t data;
} __attribute__((packed));

unsigned int emu_create_delta(struct emu_run *run)
{
	const struct sva_desc *desc = run->desc;
	uint32_t *used = &run->comp->delta_size;

	for (uint32_t done = 0; done < desc->xfer_size; done += 8) {
		uint64_t to = desc->delta.delta_addr + *used;
		struct entry entry = { .index = (uint16_t)(done / 8) };
		uint64_t old;

		if (!emu_load(run, &old, desc->src_addr + done, 8, EMU_SRC) ||
		    !emu_load(run, &entry.data, desc->src2_addr + done, 8, EMU_SRC2))
			return stop(run, done);
		if (entry.data == old)
			continue;
		if (desc->delta.max_size - *used < EMU_DELTA_ENTRY) {
			run->comp->bytes_completed = done;
			return verdict(run, 2);
		}
		if (!emu_reach_all(run, to, sizeof(entry), EMU_DST) ||
		    !emu_store(run, to, &entry, sizeof(entry), EMU_DST))
			return stop(run, done);
		*used += EMU_DELTA_ENTRY;
	}
	return verdict(run, *used > 0);
}

unsigned int emu_apply_delta(struct emu_run *run)
{
	const struct sva_desc *desc = run->desc;
	uint32_t entries = desc->delta.delta_size / EMU_DELTA_ENTRY;
	int previous = -1;

	for (uint32_t i = 0; i < entries; i++) {
		struct entry entry;
		uint64_t target;

		if (!emu_load(run, &entry, desc->src_addr + i * sizeof(entry), sizeof(entry),
			      EMU_SRC))
			return emu_stop(run, i * EMU_DELTA_ENTRY);
		run->comp->bytes_completed = i * EMU_DELTA_ENTRY;
		if (entry.index <= previous)
			return SVA_STATUS_DELTA_ORDER;
		if (entry.index * 8u >= desc->xfer_size)
			return SVA_STATUS_DELTA_RANGE;
		target = desc->dst_addr + entry.index * (uint64_t)8;
		if (!emu_reach(run, target, 8, EMU_DST) ||
		    !emu_store(run, target, &entry.data, 8, EMU_DST))
			return emu_stop(run, i * EMU_DELTA_ENTRY);
		previous = entry.index;
	}
	run->comp->bytes_completed = 0;
	return SVA_STATUS_SUCCESS;
}
