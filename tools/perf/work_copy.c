/* SPDX-License-Identifier: MIT */
/* Operations that write: move, fill, dualcast, cache flush; and the one that does nothing. */
#include "contents.h"
#include "work.h"

#define JUNK    0xa5
#define PATTERN 0x5c /* all bytes alike, so that memset() does the same */

static void fill_in(struct perf_slot *slot)
{
	perf_words_fill(slot->in, slot->size, slot->seed);
}

static void spoil_out(struct perf_slot *slot)
{
	memset(slot->out, JUNK, slot->size);
}

static void prepare_move(struct sva_desc *desc, const struct perf_slot *slot, uint32_t flags)
{
	sva_prep_memmove(desc, slot->out, slot->in, slot->size, flags);
}

static int call_move(struct sva_wq *wq, struct perf_slot *slot)
{
	return sva_memcpy(wq, slot->out, slot->in, slot->size, NULL);
}

static void plain_move(struct perf_slot *slot)
{
	memcpy(slot->out, slot->in, slot->size);
}

static const char *check_move(const struct perf_slot *slot, bool answered)
{
	(void)answered;
	if (perf_words_check(slot->in, slot->size, slot->seed) < slot->size)
		return "the source has changed";
	return perf_words_check(slot->out, slot->size, slot->seed) < slot->size
		       ? "the destination is not what the source is"
		       : NULL;
}

static void room_fill(size_t size, size_t room[4])
{
	room[2] = size;
}

static void fill_nothing(struct perf_slot *slot)
{
	(void)slot;
}

static uint64_t pattern(void)
{
	return PATTERN * UINT64_C(0x0101010101010101);
}

static void prepare_fill(struct sva_desc *desc, const struct perf_slot *slot, uint32_t flags)
{
	sva_prep_fill(desc, slot->out, pattern(), slot->size, flags);
}

static int call_fill(struct sva_wq *wq, struct perf_slot *slot)
{
	return sva_memset(wq, slot->out, PATTERN, slot->size, NULL);
}

static void plain_fill(struct perf_slot *slot)
{
	memset(slot->out, PATTERN, slot->size);
}

static const char *check_fill(const struct perf_slot *slot, bool answered)
{
	(void)answered;
	return perf_bytes_check(slot->out, slot->size, PATTERN) < slot->size
		       ? "the destination is not filled with the pattern"
		       : NULL;
}

static void room_dualcast(size_t size, size_t room[4])
{
	room[0] = room[2] = room[3] = size;
}

static void spoil_dualcast(struct perf_slot *slot)
{
	memset(slot->out, JUNK, slot->size);
	memset(slot->out2, JUNK, slot->size);
}

static void prepare_dualcast(struct sva_desc *desc, const struct perf_slot *slot, uint32_t flags)
{
	sva_prep_dualcast(desc, slot->out, slot->out2, slot->in, slot->size, flags);
}

static int call_dualcast(struct sva_wq *wq, struct perf_slot *slot)
{
	return sva_dualcast(wq, slot->out, slot->out2, slot->in, slot->size, NULL);
}

static void plain_dualcast(struct perf_slot *slot)
{
	memcpy(slot->out, slot->in, slot->size);
	memcpy(slot->out2, slot->in, slot->size);
}

static const char *check_dualcast(const struct perf_slot *slot, bool answered)
{
	const char *wrong = check_move(slot, answered);

	if (wrong)
		return wrong;
	return perf_words_check(slot->out2, slot->size, slot->seed) < slot->size
		       ? "the second destination is not what the source is"
		       : NULL;
}

static void fill_flush(struct perf_slot *slot)
{
	perf_words_fill(slot->out, slot->size, slot->seed);
}

static void prepare_flush(struct sva_desc *desc, const struct perf_slot *slot, uint32_t flags)
{
	sva_prep_cache_flush(desc, slot->out, slot->size, flags);
}

static int call_flush(struct sva_wq *wq, struct perf_slot *slot)
{
	return sva_cache_flush(wq, slot->out, slot->size, NULL);
}

static const char *check_flush(const struct perf_slot *slot, bool answered)
{
	(void)answered;
	return perf_words_check(slot->out, slot->size, slot->seed) < slot->size
		       ? "the buffer has changed"
		       : NULL;
}

static void room_noop(size_t size, size_t room[4])
{
	(void)size;
	room[0] = 64;
}

static void prepare_noop(struct sva_desc *desc, const struct perf_slot *slot, uint32_t flags)
{
	(void)slot;
	sva_prep_noop(desc, flags);
}

static const char *check_noop(const struct perf_slot *slot, bool answered)
{
	return answered && slot->status != SVA_STATUS_SUCCESS ? "no success" : NULL;
}

const struct perf_work perf_work_copies[] = {
	{ .name = "memmove",
	  .peer = "memcpy",
	  .opcode = SVA_OP_MEMMOVE,
	  .unit = 1,
	  .fill = fill_in,
	  .spoil = spoil_out,
	  .prepare = prepare_move,
	  .call = call_move,
	  .plain = plain_move,
	  .check = check_move },
	{ .name = "fill",
	  .peer = "memset",
	  .opcode = SVA_OP_FILL,
	  .unit = 1,
	  .room = room_fill,
	  .fill = fill_nothing,
	  .spoil = spoil_out,
	  .prepare = prepare_fill,
	  .call = call_fill,
	  .plain = plain_fill,
	  .check = check_fill },
	{ .name = "dualcast",
	  .peer = "memcpy twice",
	  .opcode = SVA_OP_DUALCAST,
	  .unit = 1,
	  .room = room_dualcast,
	  .fill = fill_in,
	  .spoil = spoil_dualcast,
	  .prepare = prepare_dualcast,
	  .call = call_dualcast,
	  .plain = plain_dualcast,
	  .check = check_dualcast },
	{ .name = "cache-flush",
	  .opcode = SVA_OP_CACHE_FLUSH,
	  .unit = 1,
	  .room = room_fill,
	  .fill = fill_flush,
	  .spoil = fill_nothing,
	  .prepare = prepare_flush,
	  .call = call_flush,
	  .check = check_flush },
	{ .name = "noop",
	  .opcode = SVA_OP_NOOP,
	  .unit = 1,
	  .room = room_noop,
	  .fill = fill_nothing,
	  .spoil = fill_nothing,
	  .prepare = prepare_noop,
	  .check = check_noop },
	{ 0 },
};
