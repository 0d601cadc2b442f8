/* SPDX-License-Identifier: MIT */
/* Rings: from what was got to what the queue has. */
#include <string.h>

#include "operation.h"
#include "policy.h"
#include "populate.h"
#include "record.h"
#include "ring.h"
#include "submit.h"

static uint32_t *place(const struct svai_ring *r, uint32_t at)
{
	return &r->head.order[at & r->head.mask];
}

/*
 * What the policy wants to have seen to before. Most policies want nothing.
 */

static bool wants_preparation(const struct sva_policy *policy)
{
	return policy->desc_flags || policy->threshold || policy->timeout_ns ||
	       policy->fault == SVA_FAULT_POPULATE;
}

static bool is_small(const struct sva_policy *policy, const struct sva_desc *desc)
{
	return svai_opcode(sva_desc_opcode(desc))->max_size &&
	       desc->xfer_size < policy->threshold && !(policy->flags & SVA_POLICY_NO_CPU);
}

/* It may have ended by that. */
static void prepare(struct svai_ring *r, uint32_t i)
{
	struct sva_op *op = &r->head.ops[i];

	op->desc.op_flags |= svai_policy_flags(&r->policy, &op->desc);
	if (r->policy.timeout_ns) {
		r->slots[i].deadline = svai_deadline(r->policy.timeout_ns);
		r->deadlines = true;
	}
	if (is_small(&r->policy, &op->desc)) {
		svai_refuse(op, 0);
		svai_ring_on_cpu(r, i, SVA_WHY_SMALL, 0);
	} else if (r->policy.fault == SVA_FAULT_POPULATE && svai_populate_operands(&op->desc)) {
		svai_ring_end(r, i, svai_refuse(op, -EFAULT));
	}
}

/* What has ended changes places with the first one that was not submitted. */
static void prepare_all(struct svai_ring *r)
{
	if ((int32_t)(r->head.submitted - r->prepared) > 0)
		r->prepared = r->head.submitted;
	while (r->prepared != r->head.tail) {
		uint32_t *at = place(r, r->prepared++), i = *at;

		prepare(r, i);
		if (r->slots[i].state != SVAI_SLOT_ENDED)
			continue;
		*at = *place(r, r->head.submitted);
		*place(r, r->head.submitted++) = i;
	}
}

/* Deadlines of another policy. */
static void forget_deadlines(struct svai_ring *r)
{
	for (uint32_t i = 0; i < r->count; i++)
		r->slots[i].deadline = 0;
	r->deadlines = false;
}

/*
 * Submission.
 */

/* In turn; the next one is most likely free. */
static bool find_chunk(struct svai_ring *r, uint32_t *number)
{
	for (uint32_t n = 0; n < r->chunk_count; n++) {
		uint32_t i = (r->next_chunk + n) % r->chunk_count;

		if (r->uses[i].size)
			svai_ring_settle_chunk(r, i);
		if (r->uses[i].size)
			continue;
		r->next_chunk = i + 1;
		*number = i;
		return true;
	}
	return false;
}

/* As sva__op_link(), for one that has no credit of its own. */
static inline void link_member(struct sva_op *op, struct sva_wq *wq, uint32_t tag)
{
	op->desc.completion_addr = (uintptr_t)&op->record;
	op->record.status = SVA_STATUS_NONE;
	op->wq = wq;
	op->credit = NULL;
	op->done = tag;
	op->rest = 0;
}

static int submit_batch(struct svai_ring *r, uint32_t number, uint32_t count)
{
	struct svai_chunk *chunk = svai_chunk(r, number);
	uint32_t *members = &r->members[number * r->group];
	uint64_t bytes = 0;
	int err;

	for (uint32_t m = 0; m < count; m++) {
		uint32_t i = *place(r, r->head.submitted + m);
		struct sva_op *op = &r->head.ops[i];

		link_member(op, &r->h->head, svai_chunk_tag(number));
		chunk->list[m] = op->desc;
		members[m] = i;
		bytes += op->desc.xfer_size;
	}
	sva_prep_batch(&chunk->op.desc, chunk->list, count, 0);
	err = svai_submit_batch(&r->h->head, &chunk->op, bytes);
	if (err)
		return err;
	r->uses[number].size = count;
	r->head.submitted += count;
	for (uint32_t m = 0; chunk->op.wq != &r->h->head && m < count; m++)
		r->head.ops[members[m]].wq = chunk->op.wq; /* the member of a pool */
	return 0;
}

static int submit_written(struct svai_ring *r, uint32_t count)
{
	struct sva_op *ops[SVAI_WRITE_MANY];
	int n;

	if (count > SVAI_WRITE_MANY)
		count = SVAI_WRITE_MANY;
	for (uint32_t m = 0; m < count; m++) {
		ops[m] = &r->head.ops[*place(r, r->head.submitted + m)];
		ops[m]->done = ops[m]->rest = 0;
	}
	n = svai_write_many(r->h, ops, count);
	if (n <= 0)
		return n ? n : -EAGAIN;
	SVAI_COUNT(r->h, operations, (uint64_t)n);
	for (int m = 0; m < n; m++)
		SVAI_COUNT(r->h, bytes, ops[m]->desc.xfer_size);
	r->head.submitted += (uint32_t)n;
	return 0;
}

static int submit_one(struct svai_ring *r)
{
	uint32_t i = *place(r, r->head.submitted);
	struct sva_op *op = &r->head.ops[i];
	int err = 0;

	op->done = op->rest = 0;
	if (r->h->path == SVA_PATH_CPU) {
		svai_refuse(op, 0);
		svai_ring_on_cpu(r, i, SVA_WHY_NO_DEVICE, 0);
	} else {
		err = svai_submit_device(&r->h->head, op, false);
	}
	if (err && err != -EAGAIN && err != -ESTALE && err != -EBADF) {
		svai_ring_on_cpu(r, i, SVA_WHY_DEAD, 0);
		err = 0;
	}
	if (!err)
		r->head.submitted++;
	return err;
}

static int submit_some(struct svai_ring *r)
{
	uint32_t count = r->head.tail - r->head.submitted, number;
	int err = -EAGAIN;

	if (count > 1 && r->h->path == SVA_PATH_WRITE)
		err = submit_written(r, count);
	else if (count >= SVAI_BATCH_MIN && r->group && find_chunk(r, &number))
		err = submit_batch(r, number, count < r->group ? count : r->group);
	/* What is left, and what is wrong with the queue, one alone finds out. */
	if (err)
		err = submit_one(r);
	/* A batch keeps its entry of a dedicated queue until somebody looks. */
	return err == -EAGAIN && svai_ring_settle_chunks(r) ? submit_one(r) : err;
}

int sva_ring_submit(struct sva_ring *ring)
{
	struct svai_ring *r = svai_ring(ring);
	uint32_t before;
	int err;

	if (!ring)
		return -EINVAL;
	err = svai_ring_awake(r);
	if (err)
		return err;
	before = ring->submitted;
	svai_policy_now(r->h, &r->policy);
	if (r->deadlines && !r->policy.timeout_ns)
		forget_deadlines(r);
	if (wants_preparation(&r->policy))
		prepare_all(r);
	while (ring->submitted != ring->tail && !err)
		err = submit_some(r);
	return ring->submitted != before ? (int)(ring->submitted - before) : err;
}
