/* SPDX-License-Identifier: MIT */
/* Batches: one submission, many descriptors. */
#include <string.h>

#include "cpu/cpu.h"
#include "handle.h"
#include "members.h"
#include "operation.h"
#include "pick.h"
#include "probe.h"
#include "submit.h"

int sva_batch_init(struct sva_batch *batch, struct sva_desc *descs, struct sva_record *records,
		   uint32_t capacity, uint32_t flags)
{
	if (!batch || !descs || !records || (uintptr_t)descs % 64 || (uintptr_t)records % 32 ||
	    capacity < 2 || flags & ~SVA_BATCH_RECORD_FAILURES)
		return -EINVAL;
	memset(batch, 0, sizeof(*batch));
	batch->descs = descs;
	batch->records = records;
	batch->end = descs + capacity;
	batch->flags = flags;
	sva_batch_reset(batch);
	return 0;
}

/* But those that write their result into the record: the device refuses them without one (0x11). */
static void record_failures_only(struct sva_batch *batch)
{
	for (struct sva_desc *desc = batch->descs; desc < batch->next; desc++)
		if (!(svai_opcode(sva_desc_opcode(desc))->required & SVA_FLAG_RCR))
			desc->op_flags &= ~SVA_FLAG_RCR;
}

/* Devices refuse a batch of one, unless they say otherwise. */
static uint32_t least_members(const struct svai_limits *limits)
{
	return limits->gen_cap & SVAI_GENCAP_BATCH_OF_ONE ? 1 : 2;
}

/* By a member of the pool; while it executes, it is not closed. See svai_pick_take(). */
static int execute_by_member(struct svai_handle *pool, struct sva_op *op)
{
	struct svai_handle *h;
	struct svai_pick pick;
	int err = -ENODEV;

	svai_pick_begin(&pick, pool, (const struct sva_desc *)(uintptr_t)op->desc.desc_list_addr);
	while (err && (h = svai_pick_next(&pick, pool))) {
		__atomic_fetch_add(&h->executing, 1, __ATOMIC_SEQ_CST);
		if (svai_pick_is_member(&pick, pool, h))
			err = svai_execute_members(h, op);
		__atomic_fetch_sub(&h->executing, 1, __ATOMIC_RELEASE);
	}
	return err;
}

/* A batch of one where no batch is taken: its member, as an operation. */
static int execute_alone(struct svai_handle *h, struct sva_op *op)
{
	struct svai_limits limits = svai_cpu_any_size;
	int err;

	if (h->path != SVA_PATH_POOL)
		return svai_execute_members(h, op);
	err = execute_by_member(h, op);
	if (!err || h->flags & SVA_OPEN_NO_CPU)
		return err ? svai_refuse(&h->head, op, err) : 0;
	limits.gen_cap |= SVAI_GENCAP_BATCH_OF_ONE;
	sva__op_link(op, &h->head);
	svai_count_cpu(h->shards, svai_pool_why(h, err));
	svai_probe_cpu(h, SVAI_TRACED(op), svai_pool_why(h, err));
	svai_cpu_execute(&limits, &op->desc);
	return 0;
}

int sva_submit_batch(struct sva_wq *wq, struct sva_batch *batch, struct sva_op *op)
{
	int err = svai_handle_state(wq);
	const struct svai_limits *limits;

	if (!batch || !op || (uintptr_t)op % 64)
		return -EINVAL;
	if (!err && !sva_batch_count(batch))
		err = -EINVAL;
	if (!err && svai_handle(wq)->iax) /* there are no batches of its operations */
		err = -EOPNOTSUPP;
	if (err)
		return svai_refuse(wq, op, err);
	limits = &svai_handle(wq)->limits;
	if (sva_batch_count(batch) > limits->max_batch)
		return svai_refuse(wq, op, -E2BIG);
	if (batch->flags & SVA_BATCH_RECORD_FAILURES)
		record_failures_only(batch);
	sva_prep_batch(&op->desc, batch->descs, sva_batch_count(batch), 0);
	if (sva_batch_count(batch) >= least_members(limits))
		return svai_submit(wq, op, true);
	if (limits->max_batch < 2) /* no batch that the device takes */
		return execute_alone(svai_handle(wq), op);
	/* A single member gets company; it may fill the batch, whose capacity is two at least. */
	sva_prep_noop(sva_batch_add(batch), 0);
	op->desc.desc_count++;
	return svai_submit(wq, op, true);
}
