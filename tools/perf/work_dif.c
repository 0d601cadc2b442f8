/* SPDX-License-Identifier: MIT */
/* T10 DIF: blocks of 512 bytes, each with a tuple of guard, application and reference tag. */
#include "contents.h"
#include "work.h"

#define BLOCK 512u
#define TUPLE 8u
#define APP   0x1234u
#define REF   0x55667700u
#define NEW   0x1000u /* what update adds to the tags */

static const struct sva_dif_tags tags = { .ref_tag = REF, .app_mask = 0, .app_tag = APP };
static const struct sva_dif_tags new_tags = { .ref_tag = REF + NEW,
					      .app_mask = 0,
					      .app_tag = APP + NEW };

static size_t with_tuples(size_t size)
{
	return size / BLOCK * (BLOCK + TUPLE);
}

/* CRC-16 of T10: the polynomial 0x8bb7, a nibble a step. */
static uint16_t crc16(const uint8_t *data, size_t size)
{
	static const uint16_t table[16] = { 0x0000, 0x8bb7, 0x9cd9, 0x176e, 0xb205, 0x39b2,
					    0x2edc, 0xa56b, 0xefbd, 0x640a, 0x7364, 0xf8d3,
					    0x5db8, 0xd60f, 0xc161, 0x4ad6 };
	uint16_t crc = 0;

	for (size_t i = 0; i < size; i++) {
		crc = (uint16_t)(crc << 4 ^ table[(crc >> 12 ^ data[i] >> 4) & 15]);
		crc = (uint16_t)(crc << 4 ^ table[(crc >> 12 ^ data[i]) & 15]);
	}
	return crc;
}

static void tuple(uint8_t at[TUPLE], const uint8_t *block, size_t number, uint32_t add)
{
	uint16_t guard = crc16(block, BLOCK), app = (uint16_t)(APP + add);
	uint32_t ref = REF + add + (uint32_t)number;
	const uint8_t bytes[TUPLE] = { (uint8_t)(guard >> 8), (uint8_t)guard,
				       (uint8_t)(app >> 8),   (uint8_t)app,
				       (uint8_t)(ref >> 24),  (uint8_t)(ref >> 16),
				       (uint8_t)(ref >> 8),   (uint8_t)ref };

	memcpy(at, bytes, TUPLE);
}

static void room_check(size_t size, size_t room[4])
{
	room[0] = with_tuples(size);
}

static void room_insert(size_t size, size_t room[4])
{
	room[0] = size;
	room[2] = with_tuples(size);
}

static void room_strip(size_t size, size_t room[4])
{
	room[0] = with_tuples(size);
	room[2] = size;
}

static void room_update(size_t size, size_t room[4])
{
	room[0] = room[2] = with_tuples(size);
}

static void room_dix(size_t size, size_t room[4])
{
	room[0] = size;
	room[2] = size / BLOCK * TUPLE;
}

static void fill_data(struct perf_slot *slot)
{
	perf_words_fill(slot->in, slot->size, slot->seed);
}

static void fill_tuples(struct perf_slot *slot)
{
	for (size_t i = 0; i < slot->size / BLOCK; i++) {
		uint8_t *block = slot->in + i * (BLOCK + TUPLE);

		perf_words_fill(block, BLOCK, slot->seed + i);
		tuple(block + BLOCK, block, i, 0);
	}
	if (slot->planted)
		slot->in[with_tuples(slot->size) - 1] ^= 1;
}

static void spoil_nothing(struct perf_slot *slot)
{
	slot->status = SVA_STATUS_NONE;
}

static void spoil_blocks(struct perf_slot *slot)
{
	slot->status = SVA_STATUS_NONE;
	memset(slot->out, 0xa5, with_tuples(slot->size));
}

static void spoil_data(struct perf_slot *slot)
{
	slot->status = SVA_STATUS_NONE;
	memset(slot->out, 0xa5, slot->size);
}

static void spoil_dix(struct perf_slot *slot)
{
	slot->status = SVA_STATUS_NONE;
	memset(slot->out, 0xa5, slot->size / BLOCK * TUPLE);
}

static struct sva_desc_dif fields(bool src, bool dst)
{
	struct sva_desc_dif dif = { .flags = SVA_DIF_BLOCK_512 };

	if (src)
		dif.src = tags;
	if (dst)
		dif.dst = src ? new_tags : tags;
	return dif;
}

static void prepare_check(struct sva_desc *desc, const struct perf_slot *slot, uint32_t flags)
{
	sva_prep_dif_check(desc, slot->in, with_tuples(slot->size), SVA_DIF_BLOCK_512, 0, tags,
			   flags);
}

static void prepare_insert(struct sva_desc *desc, const struct perf_slot *slot, uint32_t flags)
{
	sva_prep_dif_insert(desc, slot->out, slot->in, slot->size, SVA_DIF_BLOCK_512, 0, tags,
			    flags);
}

static void prepare_strip(struct sva_desc *desc, const struct perf_slot *slot, uint32_t flags)
{
	sva_prep_dif_strip(desc, slot->out, slot->in, with_tuples(slot->size), SVA_DIF_BLOCK_512, 0,
			   tags, flags);
}

static void prepare_update(struct sva_desc *desc, const struct perf_slot *slot, uint32_t flags)
{
	sva_prep_dif_update(desc, slot->out, slot->in, with_tuples(slot->size), SVA_DIF_BLOCK_512,
			    0, tags, 0, new_tags, flags);
}

static void prepare_dix(struct sva_desc *desc, const struct perf_slot *slot, uint32_t flags)
{
	sva_prep_dix_generate(desc, slot->out, slot->in, slot->size, SVA_DIF_BLOCK_512, 0, tags,
			      flags);
}

/* A wrong tuple is an answer; check() knows whether it is the right one. */
static int answer(struct perf_slot *slot, int err)
{
	slot->status = err == -EBADMSG ? SVA_STATUS_DIF_ERROR : SVA_STATUS_SUCCESS;
	return err == -EBADMSG ? 0 : err;
}

static int call_check(struct sva_wq *wq, struct perf_slot *slot)
{
	struct sva_desc_dif dif = fields(true, false);

	return answer(slot, sva_dif_check(wq, slot->in, with_tuples(slot->size), &dif, NULL));
}

static int call_insert(struct sva_wq *wq, struct perf_slot *slot)
{
	struct sva_desc_dif dif = fields(false, true);

	return answer(slot, sva_dif_insert(wq, slot->out, slot->in, slot->size, &dif, NULL));
}

static int call_strip(struct sva_wq *wq, struct perf_slot *slot)
{
	struct sva_desc_dif dif = fields(true, false);

	return answer(slot,
		      sva_dif_strip(wq, slot->out, slot->in, with_tuples(slot->size), &dif, NULL));
}

static int call_update(struct sva_wq *wq, struct perf_slot *slot)
{
	struct sva_desc_dif dif = fields(true, true);

	return answer(slot,
		      sva_dif_update(wq, slot->out, slot->in, with_tuples(slot->size), &dif, NULL));
}

static int call_dix(struct sva_wq *wq, struct perf_slot *slot)
{
	struct sva_desc_dif dif = fields(false, true);

	return answer(slot, sva_dix_generate(wq, slot->out, slot->in, slot->size, &dif, NULL));
}

static const char *check_status(const struct perf_slot *slot, bool answered)
{
	if (!answered)
		return NULL;
	if (slot->planted)
		return slot->status == SVA_STATUS_DIF_ERROR ? NULL : "a wrong tag was not found";
	return slot->status == SVA_STATUS_SUCCESS ? NULL : "right tuples were taken for wrong ones";
}

static const char *check_blocks(const struct perf_slot *slot, bool answered, uint64_t per_block,
				uint32_t add)
{
	const char *wrong = check_status(slot, answered);

	/* After a wrong tag, what has been written is undefined. */
	if (wrong || slot->planted)
		return wrong;
	for (size_t i = 0; i < slot->size / BLOCK; i++) {
		const uint8_t *block = slot->out + i * (BLOCK + TUPLE);
		uint8_t want[TUPLE];

		if (perf_words_check(block, BLOCK, slot->seed + i * per_block) < BLOCK)
			return "a block is not what the source is";
		tuple(want, block, i, add);
		if (memcmp(want, block + BLOCK, TUPLE) != 0)
			return "a tuple is wrong";
	}
	return NULL;
}

static const char *check_insert(const struct perf_slot *slot, bool answered)
{
	return check_blocks(slot, answered, BLOCK / 8, 0);
}

static const char *check_update(const struct perf_slot *slot, bool answered)
{
	return check_blocks(slot, answered, 1, NEW);
}

static const char *check_strip(const struct perf_slot *slot, bool answered)
{
	const char *wrong = check_status(slot, answered);

	for (size_t i = 0; !wrong && !slot->planted && i < slot->size / BLOCK; i++)
		if (perf_words_check(slot->out + i * BLOCK, BLOCK, slot->seed + i) < BLOCK)
			wrong = "a block is not what the source is";
	return wrong;
}

static const char *check_dix(const struct perf_slot *slot, bool answered)
{
	const char *wrong = check_status(slot, answered);

	for (size_t i = 0; !wrong && i < slot->size / BLOCK; i++) {
		uint8_t want[TUPLE];

		tuple(want, slot->in + i * BLOCK, i, 0);
		if (memcmp(want, slot->out + i * TUPLE, TUPLE) != 0)
			wrong = "a tuple is wrong";
	}
	return wrong;
}

const struct perf_work perf_work_difs[] = {
	{ .name = "dif-check",
	  .opcode = SVA_OP_DIF_CHECK,
	  .unit = BLOCK,
	  .room = room_check,
	  .fill = fill_tuples,
	  .spoil = spoil_nothing,
	  .prepare = prepare_check,
	  .call = call_check,
	  .check = check_status,
	  .plants = true },
	{ .name = "dif-insert",
	  .opcode = SVA_OP_DIF_INSERT,
	  .unit = BLOCK,
	  .room = room_insert,
	  .fill = fill_data,
	  .spoil = spoil_blocks,
	  .prepare = prepare_insert,
	  .call = call_insert,
	  .check = check_insert },
	{ .name = "dif-strip",
	  .opcode = SVA_OP_DIF_STRIP,
	  .unit = BLOCK,
	  .room = room_strip,
	  .fill = fill_tuples,
	  .spoil = spoil_data,
	  .prepare = prepare_strip,
	  .call = call_strip,
	  .check = check_strip,
	  .plants = true },
	{ .name = "dif-update",
	  .opcode = SVA_OP_DIF_UPDATE,
	  .unit = BLOCK,
	  .room = room_update,
	  .fill = fill_tuples,
	  .spoil = spoil_blocks,
	  .prepare = prepare_update,
	  .call = call_update,
	  .check = check_update,
	  .plants = true },
	{ .name = "dix-generate",
	  .opcode = SVA_OP_DIX_GENERATE,
	  .unit = BLOCK,
	  .room = room_dix,
	  .fill = fill_data,
	  .spoil = spoil_dix,
	  .prepare = prepare_dix,
	  .call = call_dix,
	  .check = check_dix },
	{ 0 },
};
