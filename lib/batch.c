/* SPDX-License-Identifier: MIT */
/* Batches: one submission, many descriptors. */
#include <string.h>

#include "submit.h"
#include "wait.h"

int sva_batch_init(struct sva_batch *batch, struct sva_desc *descs, struct sva_comp *comps,
		   uint32_t capacity, uint32_t flags)
{
	if (!batch || !descs || !comps || (uintptr_t)descs % 64 || (uintptr_t)comps % 32 ||
	    capacity < 2 || flags & ~SVA_BATCH_RECORD_FAILURES)
		return -EINVAL;
	memset(batch, 0, sizeof(*batch));
	batch->descs = descs;
	batch->comps = comps;
	batch->end = descs + capacity;
	batch->flags = flags;
	sva_batch_reset(batch);
	return 0;
}

/* These write their result into the record: the device refuses them without one (0x11). */
static bool needs_record(unsigned int opcode)
{
	switch (opcode) {
	case SVA_OP_COMPARE:
	case SVA_OP_COMPARE_PATTERN:
	case SVA_OP_CREATE_DELTA:
	case SVA_OP_CRC:
	case SVA_OP_COPY_CRC:
	case SVA_OP_DIF_CHECK:
	case SVA_OP_DIX_GENERATE:
	case SVA_OP_RS_COMPARE:
	case SVA_OP_RS_COMPARE_PATTERN:
		return true;
	default:
		return false;
	}
}

static void record_failures_only(struct sva_batch *batch)
{
	for (struct sva_desc *desc = batch->descs; desc < batch->next; desc++)
		if (!needs_record(sva_desc_opcode(desc)))
			desc->op_flags &= ~SVA_FLAG_RCR;
}

/* A single member gets company. */
static bool too_many(const struct sva_batch *batch, uint32_t max)
{
	uint32_t count = sva_batch_count(batch);

	return (count < 2 ? 2 : count) > max;
}

int sva_submit_batch(struct sva_wq *wq, struct sva_batch *batch, struct sva_op *op)
{
	int err = svai_handle_state(wq);

	if (!batch || !op || (uintptr_t)op % 64)
		return -EINVAL;
	if (!err && !sva_batch_count(batch))
		err = -EINVAL;
	if (!err && too_many(batch, svai_handle(wq)->limits.max_batch))
		err = -E2BIG;
	if (err)
		return svai_refuse(op, err);
	if (sva_batch_count(batch) == 1)
		sva_prep_noop(sva_batch_add(batch), 0);
	if (batch->flags & SVA_BATCH_RECORD_FAILURES)
		record_failures_only(batch);
	sva_prep_batch(&op->desc, batch->descs, sva_batch_count(batch), 0);
	return sva_submit(wq, op);
}

/*
 * Where write(2) refuses batches (DSA 1.0, by the kernel's choice), the members go one by one: as
 * many at a time as the queue takes, all of them waited for at a fence and at the end.
 */
struct members {
	struct svai_handle *h;
	struct sva_desc *list;
	uint32_t submitted; /* list[0] to list[submitted - 1] */
	uint32_t done;      /* of these, list[0] to list[done - 1] have completed */
	bool failed;        /* one of them, in the sense of a fence: anything but success */
};

static struct sva_comp *record_of(const struct sva_desc *desc)
{
	return (struct sva_comp *)(uintptr_t)desc->completion_addr;
}

/*
 * The batch has a credit of its own, which serves its first member in flight. Each further one
 * needs another. Shared queues count none.
 */
static bool take_member_credit(struct members *m)
{
	return m->submitted == m->done || svai_take_credit(m->h->head.credit);
}

static void return_member_credit(struct members *m)
{
	if (m->h->head.credit && m->submitted - m->done > 1)
		__atomic_fetch_add(m->h->head.credit, SVA_CREDIT, __ATOMIC_RELAXED);
}

/* Wait for the oldest member in flight. */
static int complete_one(struct members *m)
{
	struct sva_desc *member = &m->list[m->done];
	int64_t deadline = svai_deadline((int64_t)m->h->timeout_ms * 1000000);
	int status = svai_wait_record(record_of(member), deadline, SVA_WAIT_AUTO);

	if (status < 0)
		return status;
	return_member_credit(m);
	m->done++;
	m->failed |= status != SVA_STATUS_SUCCESS;
	if (status == SVA_STATUS_SUCCESS && !(member->op_flags & SVA_FLAG_RCR))
		record_of(member)->status = SVA_STATUS_NONE; /* only failures were asked for */
	return 0;
}

static int complete_all(struct members *m)
{
	int err = 0;

	while (!err && m->done < m->submitted)
		err = complete_one(m);
	return err;
}

/* What the device gets for a member: no fence outside of a batch, and always a record. */
static int write_member(struct members *m)
{
	struct sva_desc desc = m->list[m->submitted];
	int n;

	desc.op_flags &= ~SVA_FLAG_FENCE;
	desc.op_flags |= SVA_FLAG_RCR;
	record_of(&desc)->status = SVA_STATUS_NONE;
	if (!take_member_credit(m))
		return -EAGAIN;
	n = svai_write(m->h, &desc, 1);
	m->submitted++;
	if (n == 1)
		return 0;
	return_member_credit(m);
	m->submitted--;
	return n;
}

/* When the queue is full, a member that completes makes room. */
static int submit_member(struct members *m)
{
	int err = -EAGAIN;

	for (unsigned int tries = 0; err == -EAGAIN && tries < m->h->retries; tries++) {
		err = write_member(m);
		if (err != -EAGAIN || !m->submitted)
			break; /* before the first one, the caller tries again */
		if (m->done < m->submitted)
			err = complete_one(m) ? -ETIMEDOUT : -EAGAIN;
		else
			svai_back_off(tries);
	}
	return err;
}

static int run_members(struct members *m, uint32_t count)
{
	int err = 0;

	while (!err && m->submitted < count) {
		if (m->list[m->submitted].op_flags & SVA_FLAG_FENCE) {
			err = complete_all(m);
			if (err || m->failed)
				break; /* the fence abandons the rest */
		}
		err = submit_member(m);
	}
	return complete_all(m) ? -ETIMEDOUT : err;
}

static bool all_have_records(const struct sva_desc *list, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (!(list[i].op_flags & SVA_FLAG_CRAV) || !list[i].completion_addr)
			return false;
	return true;
}

static void complete_batch(struct sva_op *op, unsigned int status, uint32_t descs)
{
	op->comp.result = status == SVA_STATUS_BATCH_FAIL;
	op->comp.bytes_completed = descs;
	__atomic_store_n(&op->comp.status, (uint8_t)status, __ATOMIC_RELEASE);
}

int svai_submit_members(struct svai_handle *h, struct sva_op *op)
{
	struct members m = { .h = h,
			     .list = (struct sva_desc *)(uintptr_t)op->desc.desc_list_addr };
	unsigned int refused = svai_check(&h->limits, &op->desc, false, NULL);
	int err;

	if (refused) {
		complete_batch(op, refused, 0);
		return 0;
	}
	if (!m.list || !all_have_records(m.list, op->desc.desc_count))
		return -EINVAL;
	err = run_members(&m, op->desc.desc_count);
	if (err == -ETIMEDOUT)
		op->credit = NULL; /* members in flight keep theirs, until the queue is closed */
	if (err == -ETIMEDOUT || (err && !m.done))
		return err;
	/* Executed in part is executed: it must not be tried again from the start. */
	complete_batch(op, err || m.failed ? SVA_STATUS_BATCH_FAIL : SVA_STATUS_SUCCESS, m.done);
	return 0;
}
