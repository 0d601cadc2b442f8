/* SPDX-License-Identifier: MIT */
/* Deltas: one word in ten differs. */
#include "contents.h"
#include "work.h"

#define EVERY ((size_t)10) /* words */
#define MOST  0x80000u     /* bytes that one descriptor takes, and that have one table in a call */
#define ENTRY 10u          /* bytes: offset and word */

static uint64_t load(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, 8);
	return value;
}

static void change(uint8_t *buffer, size_t size)
{
	for (size_t i = 0; i < size; i += 8 * EVERY)
		buffer[i] ^= 0x80;
}

/* Of the original that the seed gives, what change() makes of it? */
static bool is_changed(const uint8_t *buffer, size_t size, uint64_t seed)
{
	for (size_t i = 0; i < size; i += 8) {
		uint8_t want[8];

		perf_words_fill(want, 8, seed + i / 8);
		if (i % (8 * EVERY) == 0)
			want[0] ^= 0x80;
		if (load(want) != load(buffer + i))
			return false;
	}
	return true;
}

static size_t changed_words(size_t size)
{
	return (size / 8 + EVERY - 1) / EVERY;
}

static size_t delta_room(size_t size)
{
	size_t room = sva_delta_max(size);

	return room < 80 ? 80 : room;
}

static void room_create(size_t size, size_t room[4])
{
	room[0] = room[1] = size;
	room[2] = delta_room(size);
}

static void fill_create(struct perf_slot *slot)
{
	perf_words_fill(slot->in, slot->size, slot->seed);
	perf_words_fill(slot->in2, slot->size, slot->seed);
	change(slot->in2, slot->size);
	slot->room = delta_room(slot->size);
}

static void spoil_create(struct perf_slot *slot)
{
	memset(slot->out, 0xa5, slot->room);
	slot->made = 0;
}

static void prepare_create(struct sva_desc *desc, const struct perf_slot *slot, uint32_t flags)
{
	sva_prep_create_delta(desc, slot->in, slot->in2, slot->size, slot->out,
			      (uint32_t)slot->room, flags);
}

static int call_create(struct sva_wq *wq, struct perf_slot *slot)
{
	return sva_create_delta(wq, slot->in, slot->in2, slot->size, slot->out, slot->room,
				&slot->made, NULL);
}

static const char *check_create(const struct perf_slot *slot, bool answered)
{
	size_t words = changed_words(slot->size);

	if (answered && slot->made != words * ENTRY)
		return "the delta has another length";
	for (size_t i = 0; i < words; i++) {
		const uint8_t *entry = slot->out + i * ENTRY;

		if ((size_t)(entry[0] | entry[1] << 8) != i * EVERY ||
		    load(entry + 2) != load(slot->in2 + i * 8 * EVERY))
			return "the delta has a wrong entry";
	}
	return NULL;
}

static void room_apply(size_t size, size_t room[4])
{
	room[0] = delta_room(size);
	room[2] = size;
}

static void fill_apply(struct perf_slot *slot)
{
	size_t words = changed_words(slot->size);

	for (size_t i = 0; i < words; i++) {
		uint8_t *entry = slot->in + i * ENTRY;

		entry[0] = (uint8_t)(i * EVERY);
		entry[1] = (uint8_t)(i * EVERY >> 8);
		perf_words_fill(entry + 2, 8, slot->seed + i * EVERY);
		entry[2] ^= 0x80;
	}
	slot->in_size = words * ENTRY;
}

static void spoil_apply(struct perf_slot *slot)
{
	perf_words_fill(slot->out, slot->size, slot->seed);
}

static void prepare_apply(struct sva_desc *desc, const struct perf_slot *slot, uint32_t flags)
{
	sva_prep_apply_delta(desc, slot->out, slot->size, slot->in, (uint32_t)slot->in_size, flags);
}

static int call_apply(struct sva_wq *wq, struct perf_slot *slot)
{
	return sva_apply_delta(wq, slot->out, slot->size, slot->in, slot->in_size, NULL);
}

static const char *check_apply(const struct perf_slot *slot, bool answered)
{
	(void)answered;
	return is_changed(slot->out, slot->size, slot->seed) ? NULL : "the delta was not applied";
}

const struct perf_work perf_work_deltas[] = {
	{ .name = "create-delta",
	  .opcode = SVA_OP_CREATE_DELTA,
	  .unit = 8,
	  .most = MOST,
	  .room = room_create,
	  .fill = fill_create,
	  .spoil = spoil_create,
	  .prepare = prepare_create,
	  .call = call_create,
	  .check = check_create },
	{ .name = "apply-delta",
	  .opcode = SVA_OP_APPLY_DELTA,
	  .unit = 8,
	  .most = MOST,
	  .room = room_apply,
	  .fill = fill_apply,
	  .spoil = spoil_apply,
	  .prepare = prepare_apply,
	  .call = call_apply,
	  .check = check_apply },
	{ 0 },
};
