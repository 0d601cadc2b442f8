/* SPDX-License-Identifier: MIT */
/* Delta records (8.3.8, 8.3.9): entries of a 16-bit offset in units of 8 bytes, and 8 bytes. */
#include <string.h>

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

static void write_entry(uint64_t entry, uint32_t offset, uint64_t data)
{
	uint16_t index = (uint16_t)(offset / 8);

	memcpy(emu_ptr(entry), &index, sizeof(index));
	memcpy(emu_ptr(entry + sizeof(index)), emu_ptr(data), 8);
}

unsigned int emu_create_delta(struct emu_run *run)
{
	const struct sva_desc *desc = run->desc;
	uint32_t *used = &run->comp->delta_size;

	for (uint32_t done = 0; done < desc->xfer_size; done += 8) {
		uint64_t entry = desc->delta.record_addr + *used;

		/* Aligned, so that they do not cross a page. */
		if (!emu_reach(run, desc->src_addr + done, 8, EMU_SRC) ||
		    !emu_reach(run, desc->src2_addr + done, 8, EMU_SRC2))
			return stop(run, done);
		if (!memcmp(emu_ptr(desc->src_addr + done), emu_ptr(desc->src2_addr + done), 8))
			continue;
		if (desc->delta.max_size - *used < EMU_DELTA_ENTRY) {
			run->comp->bytes_completed = done;
			return verdict(run, 2);
		}
		if (!emu_reach_all(run, entry, EMU_DELTA_ENTRY, EMU_DST))
			return stop(run, done);
		write_entry(entry, done, desc->src2_addr + done);
		*used += EMU_DELTA_ENTRY;
	}
	return verdict(run, *used > 0);
}

unsigned int emu_apply_delta(struct emu_run *run)
{
	const struct sva_desc *desc = run->desc;
	uint32_t entries = desc->delta.record_size / EMU_DELTA_ENTRY;
	int previous = -1;

	for (uint32_t i = 0; i < entries; i++) {
		uint64_t entry = desc->src_addr + i * (uint64_t)EMU_DELTA_ENTRY;
		uint64_t target;
		uint16_t index;

		if (!emu_reach_all(run, entry, EMU_DELTA_ENTRY, EMU_SRC))
			return emu_stop(run, i * EMU_DELTA_ENTRY);
		memcpy(&index, emu_ptr(entry), sizeof(index));
		run->comp->bytes_completed = i * EMU_DELTA_ENTRY;
		if (index <= previous)
			return SVA_STATUS_DELTA_ORDER;
		if (index * 8u >= desc->xfer_size)
			return SVA_STATUS_DELTA_RANGE;
		target = desc->dst_addr + index * (uint64_t)8;
		if (!emu_reach(run, target, 8, EMU_DST))
			return emu_stop(run, i * EMU_DELTA_ENTRY);
		memcpy(emu_ptr(target), emu_ptr(entry + sizeof(index)), 8);
		previous = index;
	}
	run->comp->bytes_completed = 0;
	return SVA_STATUS_SUCCESS;
}
