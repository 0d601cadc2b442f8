/* SPDX-License-Identifier: MIT */
#include <sva/status.h>

#include "work.h"

static const struct perf_work *const tables[] = { perf_work_copies, perf_work_looks,
						  perf_work_deltas, perf_work_difs };

const struct perf_work *perf_work_at(unsigned int i)
{
	for (unsigned int t = 0; t < sizeof(tables) / sizeof(*tables); t++)
		for (const struct perf_work *work = tables[t]; work->name; work++)
			if (!i--)
				return work;
	return NULL;
}

const struct perf_work *perf_work_find(const char *name)
{
	const struct perf_work *work;

	for (unsigned int i = 0; (work = perf_work_at(i)); i++)
		if (!strcmp(work->name, name))
			return work;
	return NULL;
}

void perf_work_room(const struct perf_work *work, size_t size, size_t room[4])
{
	memset(room, 0, 4 * sizeof(*room));
	if (work->room)
		work->room(size, room);
	else
		room[0] = room[2] = size;
	for (unsigned int i = 0; i < 4; i++)
		room[i] = (room[i] + 63) & ~(size_t)63;
}

void perf_take(const struct sva_desc *desc, const struct sva_record *record, struct perf_slot *slot)
{
	struct sva_result result = { .size = sizeof(result) };

	(void)sva_decode(desc, record, &result);
	slot->status = (int)result.code;
	slot->crc = result.crc;
	slot->result = result.result;
	slot->offset = result.bytes_completed;
	slot->delta = result.delta_size;
}

static uint64_t word(uint64_t seed, uint64_t i)
{
	return (seed + i + 1) * 0x9e3779b97f4a7c15u;
}

void perf_words_fill(uint8_t *buffer, size_t size, uint64_t seed)
{
	for (size_t i = 0; i < size; i += 8) {
		uint64_t value = word(seed, i / 8);

		memcpy(buffer + i, &value, size - i < 8 ? size - i : 8);
	}
}

size_t perf_words_check(const uint8_t *buffer, size_t size, uint64_t seed)
{
	for (size_t i = 0; i < size; i += 8) {
		uint64_t value = word(seed, i / 8);

		for (size_t k = 0; k < 8 && i + k < size; k++)
			if (buffer[i + k] != (uint8_t)(value >> 8 * k))
				return i + k;
	}
	return size;
}

size_t perf_bytes_check(const uint8_t *buffer, size_t size, uint8_t value)
{
	size_t i = 0;

	while (i < size && buffer[i] == value)
		i++;
	return i;
}
