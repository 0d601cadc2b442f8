/* SPDX-License-Identifier: MIT */
/* Submission in programs that are compiled with SVA_CHECKED. */
#include <stdio.h>

#include "handle.h"

/*
 * The device's accesses go past AddressSanitizer. Where the program runs with it, ask it about each
 * buffer beforehand; it is a weak symbol, absent otherwise.
 */
void *__asan_region_is_poisoned(void *begin, size_t size) __attribute__((weak));

static uint64_t poisoned(uint64_t addr, uint64_t size)
{
	if (!__asan_region_is_poisoned || !size)
		return 0;
	return (uintptr_t)__asan_region_is_poisoned((void *)(uintptr_t)addr, size);
}

struct range {
	uint64_t addr, size;
};

/* What of memory an operation touches; unused ranges have size 0. */
static void ranges_of(const struct sva_desc *d, struct range r[3])
{
	uint64_t size = d->xfer_size, dst_size = size;
	unsigned int opcode = sva_desc_opcode(d);
	uint64_t block = svai_dif_block(d);

	if (opcode == SVA_OP_DIF_INSERT)
		dst_size = size / block * (block + SVAI_DIF_TUPLE);
	else if (opcode == SVA_OP_DIF_STRIP)
		dst_size = size / (block + SVAI_DIF_TUPLE) * block;
	else if (opcode == SVA_OP_DIX_GENERATE)
		dst_size = size / block * SVAI_DIF_TUPLE;
	r[0] = (struct range){ d->src_addr, size };
	r[1] = (struct range){ d->dst_addr, dst_size };
	r[2] = (struct range){ 0, 0 };
	switch (opcode) {
	case SVA_OP_BATCH:
		r[0].size = (uint64_t)d->desc_count * sizeof(*d);
		r[1].size = 0;
		break;
	case SVA_OP_FILL:
	case SVA_OP_CACHE_FLUSH:
		r[0].size = 0;
		break;
	case SVA_OP_COMPARE_PATTERN:
	case SVA_OP_CRC:
	case SVA_OP_DIF_CHECK:
		r[1].size = 0;
		break;
	case SVA_OP_CREATE_DELTA:
		r[2] = (struct range){ d->delta.delta_addr, d->delta.max_size };
		break;
	case SVA_OP_APPLY_DELTA:
		r[0].size = d->delta.delta_size;
		break;
	case SVA_OP_DUALCAST:
		r[2] = (struct range){ d->dualcast.dst2_addr, size };
		break;
	case SVA_OP_MEMMOVE:
	case SVA_OP_COMPARE:
	case SVA_OP_COPY_CRC:
	case SVA_OP_DIF_INSERT:
	case SVA_OP_DIF_STRIP:
	case SVA_OP_DIF_UPDATE:
	case SVA_OP_DIX_GENERATE:
		break;
	default:
		r[0].size = r[1].size = 0;
	}
}

static bool touches_foreign_memory(const struct sva_desc *desc, char *why, size_t len)
{
	const struct sva_desc *list = (const struct sva_desc *)(uintptr_t)desc->desc_list_addr;
	struct range ranges[3];

	ranges_of(desc, ranges);
	for (int i = 0; i < 3; i++) {
		uint64_t bad = poisoned(ranges[i].addr, ranges[i].size);

		if (!bad)
			continue;
		snprintf(why, len, "%s: the byte at %#llx is not the program's",
			 sva_opcode_name(sva_desc_opcode(desc)), (unsigned long long)bad);
		return true;
	}
	if (sva_desc_opcode(desc) != SVA_OP_BATCH)
		return false;
	for (uint32_t i = 0; i < desc->desc_count; i++)
		if (touches_foreign_memory(&list[i], why, len)) /* a member is no batch itself */
			return true;
	return false;
}

/* Whoever compiles with SVA_CHECKED wants to hear it, whatever the level is. */
static int complain(const struct sva_wq *wq, const char *why, int err)
{
	struct svai_log log = svai_handle(wq)->log;

	log.level = SVA_LOG_ERROR;
	svai_log(&log, SVA_LOG_ERROR, "submission refused: %s", why);
	return err;
}

/* What was submitted to a handle that is closed by now, or was the parent's, has ended. */
static bool is_in_flight(const struct sva_op *op)
{
	return op->desc.completion_addr == (uintptr_t)&op->record &&
	       !sva_record_status(&op->record) && !svai_handle_state(op->wq);
}

static int check(struct sva_wq *wq, struct sva_op *op)
{
	char why[256];

	if (!op || (uintptr_t)op % 64)
		return 0; /* the slow path finds it, too */
	if (is_in_flight(op))
		return complain(op->wq, "the operation is still in flight", -EBUSY);
	if (svai_handle_state(wq))
		return 0;
	sva__op_link(op, wq);
	op->record.status = SVA_STATUS_NOT_SUBMITTED;
	op->credit = NULL;
	if (sva_desc_check(wq, &op->desc, why, sizeof(why)) ||
	    touches_foreign_memory(&op->desc, why, sizeof(why)))
		return complain(wq, why, -EINVAL);
	return 0;
}

int sva__submit_checked(struct sva_wq *wq, struct sva_op *op, bool retry)
{
	int err = check(wq, op);

	if (err)
		return err;
	return retry ? sva_submit(wq, op) : sva_try_submit(wq, op);
}
