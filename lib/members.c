/* SPDX-License-Identifier: MIT */
/*
 * Where the queue takes no batch (write(2) on DSA 1.0, by the kernel's choice), the members go one
 * by one: as many at a time as the queue takes, all of them waited for at a fence and at the end.
 */
#include "cpu/cpu.h"
#include "drain.h"
#include "members.h"
#include "operation.h"
#include "path.h"
#include "wait.h"

#define WINDOW 32 /* members in flight at most */

struct members {
	struct svai_handle *h;
	struct sva_desc *list;
	uint32_t submitted; /* list[0] to list[submitted - 1] */
	uint32_t done;      /* of these, list[0] to list[done - 1] have ended */
	bool failed;        /* one of them, in the sense of a fence: anything but success */
	struct sva_record records[WINDOW]; /* of members that ask for none; by number % WINDOW */
};

static bool has_record(const struct sva_desc *member)
{
	return member->op_flags & SVA_FLAG_CRAV && member->op_flags & SVA_FLAG_RCR;
}

static struct sva_record *record_of(struct members *m, uint32_t i)
{
	if (has_record(&m->list[i]))
		return (struct sva_record *)(uintptr_t)m->list[i].completion_addr;
	return &m->records[i % WINDOW];
}

static void return_credit(const struct members *m)
{
	if (m->h->head.credit)
		__atomic_fetch_add(m->h->head.credit, SVA__CREDIT, __ATOMIC_RELAXED);
}

/* Wait for the oldest member in flight. Without an end that is proved, nothing may be returned. */
static void complete_one(struct members *m)
{
	struct sva_record *record = record_of(m, m->done);
	int status = svai_wait_end(m->h, record, INT64_MAX, SVA_WAIT_AUTO);

	return_credit(m);
	if (!has_record(&m->list[m->done]))
		svai_cpu_complete(&m->list[m->done], sva_record_status(record), record);
	m->failed |= status != SVA_STATUS_SUCCESS;
	m->done++;
}

static void complete_all(struct members *m)
{
	while (m->done < m->submitted)
		complete_one(m);
}

/* What the device gets for a member: no fence outside of a batch, and always a record. */
static int submit_once(struct members *m)
{
	struct sva_desc desc = m->list[m->submitted];
	struct sva_record *record = record_of(m, m->submitted);
	int err;

	if (!svai_take_credit(m->h->head.credit))
		return -EAGAIN;
	desc.op_flags &= ~SVA_FLAG_FENCE;
	desc.op_flags |= SVA_FLAG_CRAV | SVA_FLAG_RCR;
	desc.pasid_priv = 0; /* a member has the batch's, whatever it says */
	desc.completion_addr = (uintptr_t)record;
	record->status = SVA_STATUS_NONE;
	err = svai_submit_desc(m->h, &desc);
	if (err)
		return_credit(m);
	return err;
}

/*
 * A queue that is full at the first member refuses the batch. Later there is no way back: what is
 * in part executed must not be executed again. A member that completes makes room, and if others
 * fill the queue, they do not for ever.
 */
static int submit_member(struct members *m)
{
	unsigned int tries = 0;
	int err;

	while ((err = submit_once(m)) == -EAGAIN && m->submitted && !svai_queue_died(m->h)) {
		if (m->done < m->submitted)
			complete_one(m);
		else
			svai_back_off(tries++);
	}
	return err;
}

/* A member that the device would refuse as such may be taken alone. Records what it would say. */
static bool refused(struct members *m)
{
	struct sva_desc *member = &m->list[m->submitted];

	if (!svai_cpu_refuse(&m->h->limits, member, true))
		return false;
	complete_all(m);
	m->submitted++;
	m->done++;
	m->failed = true;
	return true;
}

static int run_members(struct members *m, uint32_t count)
{
	int err = 0;

	while (!err && m->submitted < count) {
		if (m->list[m->submitted].op_flags & SVA_FLAG_FENCE) {
			complete_all(m);
			if (m->failed)
				break; /* the fence abandons the rest */
		}
		if (refused(m))
			continue;
		if (m->submitted - m->done == WINDOW)
			complete_one(m);
		err = submit_member(m);
		m->submitted += !err;
	}
	complete_all(m);
	return err;
}

int svai_execute_members(struct svai_handle *h, struct sva_op *op)
{
	struct members m = { .h = h,
			     .list = (struct sva_desc *)(uintptr_t)op->desc.desc_list_addr };
	struct sva_record record = { 0 };
	int err;

	sva__op_link(op, &h->head);
	op->credit = NULL;
	err = run_members(&m, op->desc.desc_count);
	if (err && !m.done)
		return svai_refuse(&h->head, op, err);
	svai_cpu_batch_record(&h->limits, &record, err || m.failed, m.done);
	svai_cpu_complete(&op->desc, record.status, &record);
	return 0;
}

int svai_submit_members(struct svai_handle *h, struct sva_op *op)
{
	sva__op_link(op, &h->head);
	op->credit = NULL;
	if (svai_cpu_refuse(&h->limits, &op->desc, false))
		return 0;
	return svai_execute_members(h, op);
}
