/* SPDX-License-Identifier: MIT */
/*
 * Create and apply a delta record: a list of packed entries, each a 16-bit offset in units of
 * 8 bytes and the 8 bytes that belong there.
 */
#include <string.h>

#include "cpu.h"
#include "kernels.h"

enum { EQUAL = 0, COMPLETE = 1, OVERFLOW = 2 };

static unsigned int check_result(const struct sva_desc *desc, unsigned int result)
{
	if (desc->op_flags & SVA_FLAG_CR && !(desc->delta.expected_result_mask >> result & 1))
		return SVA_STATUS_SUCCESS_PREDICATE;
	return SVA_STATUS_SUCCESS;
}

unsigned int svai_cpu_create_delta(const struct sva_desc *desc, struct sva_record *record)
{
	struct svai_delta delta = { (uint8_t *)desc->delta.delta_addr, 0, desc->delta.max_size };
	uint32_t size = desc->xfer_size;
	uint32_t done = svai_kernels()->create_delta(&delta, (const uint8_t *)desc->src_addr,
						     (const uint8_t *)desc->src2_addr, 0, size);

	record->delta_size = delta.size;
	record->bytes_completed = done < size ? done : 0;
	record->result = done < size ? OVERFLOW : delta.size ? COMPLETE : EQUAL;
	return check_result(desc, record->result);
}

/* Stops at the first bad entry; those before it are applied, and counted. */
unsigned int svai_cpu_apply_delta(const struct sva_desc *desc, struct sva_record *record)
{
	/* Copies, since the compiler cannot know that no entry changes the descriptor. */
	const uint8_t *delta = (const uint8_t *)desc->src_addr;
	const uint8_t *end = delta + desc->delta.delta_size;
	uint32_t words = desc->xfer_size / SVAI_DELTA_WORD;
	uint8_t *dst = (uint8_t *)desc->dst_addr;
	uint32_t next = 0; /* the lowest offset that is in order, in units */

	for (const uint8_t *entry = delta; entry < end; entry += SVAI_DELTA_ENTRY) {
		uint16_t units;

		memcpy(&units, entry, sizeof(units));
		if (units < next || units >= words) {
			record->bytes_completed = (uint32_t)(entry - delta);
			return units < next ? SVA_STATUS_DELTA_ORDER : SVA_STATUS_DELTA_RANGE;
		}
		memcpy(dst + (size_t)units * SVAI_DELTA_WORD, entry + sizeof(units),
		       SVAI_DELTA_WORD);
		next = units + 1u;
	}
	return SVA_STATUS_SUCCESS;
}
