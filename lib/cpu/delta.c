/* SPDX-License-Identifier: MIT */
/*
 * Create and apply a delta record: a list of packed entries, each a 16-bit offset in units of
 * 8 bytes and the 8 bytes that belong there.
 */
#include <string.h>

#include "cpu.h"
#include "vector.h"

#define WORD  8u
#define ENTRY 10u
#define CHUNK 256u

enum { EQUAL = 0, COMPLETE = 1, OVERFLOW = 2 };

struct delta {
	uint8_t *addr;
	uint32_t size, max_size;
};

/* false: there is no room */
static bool append(struct delta *delta, uint32_t offset, uint64_t word)
{
	const uint16_t units = (uint16_t)(offset / WORD);
	uint8_t *entry = delta->addr + delta->size;

	if (delta->max_size - delta->size < ENTRY)
		return false;
	memcpy(entry, &units, sizeof(units));
	memcpy(entry + sizeof(units), &word, sizeof(word));
	delta->size += ENTRY;
	return true;
}

/* Where it ended: before @end for want of room. */
static uint32_t append_words(struct delta *delta, const uint8_t *a, const uint8_t *b,
			     uint32_t offset, uint32_t end)
{
	for (; offset < end; offset += WORD) {
		uint64_t x, y;

		memcpy(&x, a + offset, WORD);
		memcpy(&y, b + offset, WORD);
		if (x != y && !append(delta, offset, y))
			break;
	}
	return offset;
}

/* A block that fits, whatever differs in it. */
static void append_block(struct delta *delta, const uint8_t *a, const uint8_t *b, uint32_t offset)
{
	unsigned int mask = svai_vector()->differing(a + offset, b + offset);

	for (; mask; mask &= mask - 1) {
		uint32_t at = offset + WORD * (uint32_t)__builtin_ctz(mask);
		uint64_t word;

		memcpy(&word, b + at, WORD);
		append(delta, at, word);
	}
}

static uint32_t append_differences(struct delta *delta, const uint8_t *a, const uint8_t *b,
				   uint32_t offset, uint32_t end)
{
	while (end - offset >= SVAI_BLOCK &&
	       delta->max_size - delta->size >= SVAI_BLOCK / WORD * ENTRY) {
		append_block(delta, a, b, offset);
		offset += SVAI_BLOCK;
	}
	return append_words(delta, a, b, offset, end);
}

static unsigned int check_result(const struct sva_desc *desc, unsigned int result)
{
	if (desc->op_flags & SVA_FLAG_CR && !(desc->delta.expected_result_mask >> result & 1))
		return SVA_STATUS_SUCCESS_PREDICATE;
	return SVA_STATUS_SUCCESS;
}

unsigned int svai_cpu_create_delta(const struct sva_desc *desc, struct sva_record *record)
{
	const uint8_t *src1 = (const uint8_t *)desc->src_addr;
	const uint8_t *src2 = (const uint8_t *)desc->src2_addr;
	struct delta delta = { (uint8_t *)desc->delta.delta_addr, 0, desc->delta.max_size };
	uint32_t size = desc->xfer_size, done = 0, end;

	for (; done < size; done = end) {
		end = size - done < CHUNK ? size : done + CHUNK;
		if (!memcmp(src1 + done, src2 + done, end - done))
			continue;
		done = append_differences(&delta, src1, src2, done, end);
		if (done < end)
			break;
	}
	record->delta_size = delta.size;
	record->bytes_completed = done < size ? done : 0;
	record->result = done < size ? OVERFLOW : delta.size ? COMPLETE : EQUAL;
	return check_result(desc, record->result);
}

/* Stops at the first bad entry; those before it are applied, and counted. */
unsigned int svai_cpu_apply_delta(const struct sva_desc *desc, struct sva_record *record)
{
	const uint8_t *delta = (const uint8_t *)desc->src_addr;
	uint8_t *dst = (uint8_t *)desc->dst_addr;
	const uint32_t size = desc->delta.delta_size, end = desc->xfer_size / WORD;
	uint32_t next = 0; /* the lowest offset that is in order, in units */

	for (uint32_t done = 0; done < size; done += ENTRY) {
		uint16_t units;

		memcpy(&units, delta + done, sizeof(units));
		if (units < next || units >= end) {
			record->bytes_completed = done;
			return units < next ? SVA_STATUS_DELTA_ORDER : SVA_STATUS_DELTA_RANGE;
		}
		memcpy(dst + (size_t)units * WORD, delta + done + sizeof(units), WORD);
		next = units + 1u;
	}
	return SVA_STATUS_SUCCESS;
}
