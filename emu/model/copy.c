/* SPDX-License-Identifier: MIT */
/* Operations that move data, or only look whether it is there. */
#include <string.h>

#include "op.h"

static bool copy(struct emu_run *run, uint64_t dst, uint64_t src, size_t len, void *buffer)
{
	const void *data = emu_view(run, src, len, EMU_SRC, buffer);

	return data && emu_store(run, dst, data, len, EMU_DST);
}

static unsigned int move_forward(struct emu_run *run, uint64_t src, uint64_t dst, uint32_t size)
{
	uint8_t buffer[EMU_PAGE];
	uint32_t done = 0;

	while (done < size) {
		size_t n = emu_reach(run, src + done, size - done, EMU_SRC);

		if (n > 0)
			n = emu_reach(run, dst + done, n, EMU_DST);
		if (n == 0 || !copy(run, dst + done, src + done, n, buffer))
			return emu_stop(run, done);
		done += (uint32_t)n;
	}
	return SVA_STATUS_SUCCESS;
}

static unsigned int move_backward(struct emu_run *run, uint64_t src, uint64_t dst, uint32_t size)
{
	uint8_t buffer[EMU_PAGE];
	uint32_t left = size;

	while (left > 0) {
		size_t n = emu_reach_back(run, src + left, left, EMU_SRC);

		if (n > 0)
			n = emu_reach_back(run, dst + left, n, EMU_DST);
		if (n == 0 || !copy(run, dst + left - n, src + left - n, n, buffer)) {
			run->comp->result = 1;
			return emu_stop(run, size - left);
		}
		left -= (uint32_t)n;
	}
	return SVA_STATUS_SUCCESS;
}

/* 8.3.4. A destination that begins in the source is copied from the end. */
unsigned int emu_memmove(struct emu_run *run)
{
	const struct sva_desc *desc = run->desc;
	uint64_t distance = desc->dst_addr - desc->src_addr;

	if (distance > 0 && distance < desc->xfer_size)
		return move_backward(run, desc->src_addr, desc->dst_addr, desc->xfer_size);
	return move_forward(run, desc->src_addr, desc->dst_addr, desc->xfer_size);
}

/* 8.3.5. The pattern begins with the destination, wherever that is. */
unsigned int emu_fill(struct emu_run *run)
{
	const struct sva_desc *desc = run->desc;
	bool wide = sva_desc_flags(desc) & SVA_FLAG_FILL_16;
	uint64_t halves[2] = { desc->pattern, wide ? desc->fill.pattern_high : desc->pattern };
	uint8_t tile[EMU_PAGE + sizeof(halves)];
	uint32_t done = 0;

	for (size_t i = 0; i < sizeof(tile); i += sizeof(halves))
		memcpy(tile + i, halves, sizeof(halves));
	while (done < desc->xfer_size) {
		uint32_t left = desc->xfer_size - done;
		size_t n = emu_reach(run, desc->dst_addr + done, left < EMU_PAGE ? left : EMU_PAGE,
				     EMU_DST);

		if (n == 0 || !emu_store(run, desc->dst_addr + done, tile + done % sizeof(halves),
					 n, EMU_DST))
			return emu_stop(run, done);
		done += (uint32_t)n;
	}
	return SVA_STATUS_SUCCESS;
}

/* 8.3.10. */
unsigned int emu_dualcast(struct emu_run *run)
{
	const struct sva_desc *desc = run->desc;
	uint64_t dst2 = desc->dualcast.dst2_addr;
	uint8_t buffer[EMU_PAGE];
	uint32_t done = 0;

	while (done < desc->xfer_size) {
		size_t n = emu_reach(run, desc->src_addr + done, desc->xfer_size - done, EMU_SRC);

		if (n > 0)
			n = emu_reach(run, desc->dst_addr + done, n, EMU_DST);
		if (n > 0)
			n = emu_reach(run, dst2 + done, n, EMU_DST2);
		if (n == 0 || !copy(run, desc->dst_addr + done, desc->src_addr + done, n, buffer) ||
		    !copy(run, dst2 + done, desc->src_addr + done, n, buffer))
			return emu_stop(run, done);
		done += (uint32_t)n;
	}
	return SVA_STATUS_SUCCESS;
}

/* 8.3.26. Nothing to do in coherent memory, but the addresses must have translations. */
unsigned int emu_cache_flush(struct emu_run *run)
{
	const struct sva_desc *desc = run->desc;
	uint64_t end = desc->dst_addr + desc->xfer_size;
	uint64_t addr = desc->dst_addr;

	while (addr < end) {
		if (!emu_translate(run, addr, EMU_DST))
			return emu_stop(run, (uint32_t)(addr - desc->dst_addr));
		addr = (addr | (EMU_PAGE - 1)) + 1;
	}
	return SVA_STATUS_SUCCESS;
}

/* 8.3.11. */
unsigned int emu_fetch(struct emu_run *run)
{
	const struct sva_desc *desc = run->desc;
	bool strided = sva_desc_flags(desc) & SVA_FLAG_FETCH_STRIDE;
	uint64_t stride = strided ? desc->fetch.stride : EMU_PAGE;

	for (uint64_t offset = 0; offset < desc->xfer_size; offset += stride)
		if (!emu_translate(run, desc->src_addr + offset, EMU_SRC))
			return emu_stop(run, (uint32_t)offset);
	return SVA_STATUS_SUCCESS;
}

/* 8.3.3, without the waiting, which is the queue's. A readback has a fault status of its own. */
unsigned int emu_drain(struct emu_run *run)
{
	uint32_t flags = sva_desc_flags(run->desc);

	if (((flags & SVA_FLAG_DRAIN_READBACK1) &&
	     !emu_translate(run, run->desc->readback_addr1, EMU_SRC)) ||
	    ((flags & SVA_FLAG_DRAIN_READBACK2) &&
	     !emu_translate(run, run->desc->readback_addr2, EMU_SRC2)))
		return SVA_STATUS_READBACK_FAULT;
	return SVA_STATUS_SUCCESS;
}
