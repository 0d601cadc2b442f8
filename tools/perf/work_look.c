/* SPDX-License-Identifier: MIT */
/* Operations whose answer is what counts: compare, compare pattern, CRC, copy with CRC. */
#include "contents.h"
#include "work.h"

#define PATTERN UINT64_C(0x8877665544332211)
#define CRC32C  0x82f63b78u /* the polynomial, reflected */

static void room_two(size_t size, size_t room[4])
{
	room[0] = room[1] = size;
}

static void fill_compare(struct perf_slot *slot)
{
	perf_words_fill(slot->in, slot->size, slot->seed);
	perf_words_fill(slot->in2, slot->size, slot->seed);
	if (slot->planted)
		slot->in2[slot->size - 1] ^= 0x40;
}

static void spoil_answer(struct perf_slot *slot)
{
	slot->result = 77;
	slot->offset = UINT64_MAX;
	slot->crc = ~slot->want_crc;
}

static void prepare_compare(struct sva_desc *desc, const struct perf_slot *slot, uint32_t flags)
{
	sva_prep_compare(desc, slot->in, slot->in2, slot->size, flags);
}

static int call_compare(struct sva_wq *wq, struct perf_slot *slot)
{
	int order = 77, err = sva_memcmp(wq, slot->in, slot->in2, slot->size, &order, NULL);

	slot->result = order != 0;
	slot->offset = slot->size - 1; /* not asked for */
	return err;
}

static void plain_compare(struct perf_slot *slot)
{
	slot->result = memcmp(slot->in, slot->in2, slot->size) != 0;
	slot->offset = slot->size - 1;
}

static const char *check_compare(const struct perf_slot *slot, bool answered)
{
	if (!answered)
		return NULL;
	if (slot->result != slot->planted)
		return slot->planted ? "a difference was not found" : "equal buffers differ";
	return slot->planted && slot->offset != slot->size - 1
		       ? "the difference was found at another offset"
		       : NULL;
}

static void room_one(size_t size, size_t room[4])
{
	room[0] = size;
}

static void fill_pattern(struct perf_slot *slot)
{
	for (size_t i = 0; i < slot->size; i++)
		slot->in[i] = (uint8_t)(PATTERN >> 8 * (i % 8));
	if (slot->planted)
		slot->in[slot->size - 1] ^= 0x40;
}

static void prepare_pattern(struct sva_desc *desc, const struct perf_slot *slot, uint32_t flags)
{
	sva_prep_compare_pattern(desc, slot->in, PATTERN, slot->size, flags);
}

static int call_pattern(struct sva_wq *wq, struct perf_slot *slot)
{
	bool equal = slot->planted;
	int err = sva_compare_pattern(wq, slot->in, PATTERN, slot->size, &equal, NULL);

	slot->result = !equal;
	return err;
}

/* Of a difference, the device answers an offset at or before it. */
static const char *check_pattern(const struct perf_slot *slot, bool answered)
{
	if (!answered || slot->result == slot->planted)
		return NULL;
	return slot->planted ? "a difference was not found" : "the pattern was not recognised";
}

/* Eight bytes a step: the tables are made of the first one, at the first call. */
static uint32_t crc32c(const uint8_t *data, size_t size)
{
	static uint32_t table[8][256];
	static int made;
	uint32_t crc = ~0u;
	size_t i = 0;

	if (!__atomic_load_n(&made, __ATOMIC_ACQUIRE)) {
		for (uint32_t n = 0; n < 256; n++) {
			uint32_t c = n;

			for (int bit = 0; bit < 8; bit++)
				c = c >> 1 ^ (c & 1 ? CRC32C : 0);
			__atomic_store_n(&table[0][n], c, __ATOMIC_RELAXED);
		}
		for (unsigned int t = 1; t < 8; t++)
			for (unsigned int n = 0; n < 256; n++) {
				uint32_t c = table[t - 1][n];

				__atomic_store_n(&table[t][n], c >> 8 ^ table[0][c & 0xff],
						 __ATOMIC_RELAXED);
			}
		__atomic_store_n(&made, 1, __ATOMIC_RELEASE);
	}
	for (; i + 8 <= size; i += 8) {
		uint64_t step;

		memcpy(&step, data + i, 8);
		step ^= crc;
		crc = 0;
		for (unsigned int k = 0; k < 8; k++)
			crc ^= table[7 - k][step >> 8 * k & 0xff];
	}
	for (; i < size; i++)
		crc = crc >> 8 ^ table[0][(crc ^ data[i]) & 0xff];
	return ~crc;
}

static void fill_crc(struct perf_slot *slot)
{
	perf_words_fill(slot->in, slot->size, slot->seed);
	slot->want_crc = crc32c(slot->in, slot->size);
}

static void prepare_crc(struct sva_desc *desc, const struct perf_slot *slot, uint32_t flags)
{
	sva_prep_crc(desc, slot->in, slot->size, 0, flags);
}

static int call_crc(struct sva_wq *wq, struct perf_slot *slot)
{
	uint32_t crc = 0;
	int err = sva_crc32c(wq, slot->in, slot->size, &crc, NULL);

	slot->crc = crc;
	return err;
}

static const char *check_crc(const struct perf_slot *slot, bool answered)
{
	return answered && slot->crc != slot->want_crc ? "the CRC is another one" : NULL;
}

static void spoil_copy_crc(struct perf_slot *slot)
{
	spoil_answer(slot);
	memset(slot->out, 0xa5, slot->size);
}

static void prepare_copy_crc(struct sva_desc *desc, const struct perf_slot *slot, uint32_t flags)
{
	sva_prep_copy_crc(desc, slot->out, slot->in, slot->size, 0, flags);
}

static int call_copy_crc(struct sva_wq *wq, struct perf_slot *slot)
{
	uint32_t crc = 0;
	int err = sva_copy_crc32c(wq, slot->out, slot->in, slot->size, &crc, NULL);

	slot->crc = crc;
	return err;
}

static const char *check_copy_crc(const struct perf_slot *slot, bool answered)
{
	if (perf_words_check(slot->out, slot->size, slot->seed) < slot->size)
		return "the destination is not what the source is";
	return check_crc(slot, answered);
}

const struct perf_work perf_work_looks[] = {
	{ .name = "compare",
	  .peer = "memcmp",
	  .opcode = SVA_OP_COMPARE,
	  .unit = 1,
	  .room = room_two,
	  .fill = fill_compare,
	  .spoil = spoil_answer,
	  .prepare = prepare_compare,
	  .call = call_compare,
	  .plain = plain_compare,
	  .check = check_compare,
	  .plants = true },
	{ .name = "compare-pattern",
	  .opcode = SVA_OP_COMPARE_PATTERN,
	  .unit = 1,
	  .room = room_one,
	  .fill = fill_pattern,
	  .spoil = spoil_answer,
	  .prepare = prepare_pattern,
	  .call = call_pattern,
	  .check = check_pattern,
	  .plants = true },
	{ .name = "crc",
	  .opcode = SVA_OP_CRC,
	  .unit = 1,
	  .room = room_one,
	  .fill = fill_crc,
	  .spoil = spoil_answer,
	  .prepare = prepare_crc,
	  .call = call_crc,
	  .check = check_crc },
	{ .name = "copy-crc",
	  .opcode = SVA_OP_COPY_CRC,
	  .unit = 1,
	  .fill = fill_crc,
	  .spoil = spoil_copy_crc,
	  .prepare = prepare_copy_crc,
	  .call = call_copy_crc,
	  .check = check_copy_crc },
	{ 0 },
};
