/* SPDX-License-Identifier: MIT */
#include <sva/status.h>

#include "work.h"

static const struct perf_work *const tables[] = { perf_work_copies,  perf_work_looks,
						  perf_work_deltas,  perf_work_difs,
						  perf_work_streams, perf_work_filters,
						  perf_work_zeros };

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

enum sva_dev_kind perf_work_kind(const struct perf_work *work)
{
	return work->prepare_iax ? SVA_DEV_KIND_IAX : SVA_DEV_KIND_DSA;
}

void perf_prepare(const struct perf_work *work, struct sva_op *op, const struct perf_slot *slot,
		  uint32_t flags)
{
	if (work->prepare_iax)
		work->prepare_iax(sva_iax_op(op), slot, flags);
	else
		work->prepare(&op->desc, slot, flags);
}

static void take_iax(const struct perf_work *work, const struct sva_iax_record *record,
		     struct perf_slot *slot)
{
	bool crc64 = work->opcode == SVA_IAX_OP_CRC64;

	slot->crc = crc64 ? sva_iax_record_crc64(record) : record->crc;
	slot->result = record->sum_count;
	slot->made = record->output_size;
}

void perf_take(const struct perf_work *work, const struct sva_desc *desc,
	       const struct sva_record *record, struct perf_slot *slot)
{
	struct sva_result result = { .size = sizeof(result) };

	(void)sva_decode(desc, record, &result);
	slot->status = (int)result.code;
	slot->crc = result.crc;
	slot->result = result.result;
	slot->offset = result.bytes_completed;
	slot->made = result.delta_size;
	if (work->prepare_iax)
		take_iax(work, (const struct sva_iax_record *)(const void *)record, slot);
}
