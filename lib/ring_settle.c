/* SPDX-License-Identifier: MIT */
/* Rings: bringing operations to their end, whatever the device has made of them. */
#include <sva/status.h>

#include "drain.h"
#include "operation.h"
#include "pick.h"
#include "probe.h"
#include "record.h"
#include "resume.h"
#include "ring.h"
#include "submit.h"
#include "wait.h"

/* Reading the clock costs more than a search, and more than reading the TSC, of whatever rate. */
#define SEARCHES_PER_LOOK 64
#define CYCLES_PER_LOOK   1000000 /* less than a millisecond */

void svai_ring_end(struct svai_ring *r, struct sva_op *op, int error)
{
	struct svai_slot *slot = svai_slot(r, op);

	if (slot->resumed && sva_record_status(svai_record(op)) == SVA_STATUS_NOT_SUBMITTED)
		svai_resume_not(op, &slot->original, slot->status);
	sva_poll(op); /* gives the credit back */
	slot->state = SVAI_SLOT_ENDED;
	slot->error = error;
	op->rest = 0;
	op->done = slot->why; /* for sva_ring_why() */
	svai_ring_look_closely(r, op);
}

void svai_ring_set_error(struct svai_ring *r, struct sva_op *op, int error)
{
	svai_slot(r, op)->error = error;
	svai_ring_look_closely(r, op);
}

void svai_ring_on_cpu(struct svai_ring *r, struct sva_op *op, uint32_t why, unsigned int status)
{
	int err = -EINVAL;

	if (svai_fits(r->h, op))
		err = svai_finish_on_cpu(r->h, &r->policy, op, why, status);
	if (!err)
		svai_slot(r, op)->why |= why;
	svai_ring_end(r, op, err ? err : sva_status_errno(sva_record_status(svai_record(op))));
}

/* The CPU cannot wait for what a device has. */
static bool is_drain(const struct sva_op *op)
{
	return sva_desc_opcode(&op->desc) == SVA_OP_DRAIN;
}

/* The rest, or what a batch has not executed. A queue that stays full leaves it to the CPU. */
static void submit_again(struct svai_ring *r, struct sva_op *op)
{
	struct svai_slot *slot = svai_slot(r, op);
	int err = slot->error ? slot->error : svai_submit_device(&r->h->head, op, false);

	if (slot->error) {
		svai_ring_end(r, op, svai_refuse(&r->h->head, op, slot->error));
	} else if (!err) {
		slot->state = SVAI_SLOT_PLAIN;
		slot->tries = 0;
		slot->marked = false;
		svai_ring_look_closely(r, op);
		if (slot->resumed) {
			SVAI_COUNT(svai_handle(op->wq), resumed, 1);
			svai_probe_resume(svai_handle(op->wq), SVAI_TRACED(op));
		}
	} else if (err == -ESTALE || err == -EBADF) {
		svai_ring_end(r, op, err);
	} else if (err != -EAGAIN) {
		svai_ring_on_cpu(r, op, svai_pool_why(r->h, err), 0);
	} else if (++slot->tries >= r->h->retries && !(r->policy.flags & SVA_POLICY_NO_CPU) &&
		   !is_drain(op)) {
		svai_ring_on_cpu(r, op, SVA_WHY_FULL, 0);
	}
}

static void meet_fault(struct svai_ring *r, struct sva_op *op)
{
	struct svai_slot *slot = svai_slot(r, op);
	int next;

	if (!slot->resumed)
		slot->original = op->desc;
	slot->resumed = true;
	slot->status = svai_record(op)->status;
	next = svai_meet_fault(&r->policy, op, &slot->faults);
	if (slot->error || next < 0) {
		svai_ring_end(r, op, slot->error ? slot->error : next);
	} else if (next) {
		svai_ring_on_cpu(r, op, (uint32_t)next, 0);
	} else {
		slot->state = SVAI_SLOT_AGAIN;
		submit_again(r, op);
	}
}

/* A move whose source it may have overwritten cannot be done again. */
static bool can_begin_again(const struct sva_desc *desc)
{
	uint64_t distance = desc->dst_addr > desc->src_addr ? desc->dst_addr - desc->src_addr
							    : desc->src_addr - desc->dst_addr;

	return sva_desc_opcode(desc) != SVA_OP_MEMMOVE || distance >= desc->xfer_size;
}

/* The device has nothing more to do with it, and what it has done is not known. */
static void begin_again(struct svai_ring *r, struct sva_op *op, uint32_t why, unsigned int status)
{
	struct svai_slot *slot = svai_slot(r, op);

	if (slot->resumed)
		op->desc = slot->original;
	op->done = op->rest = 0;
	if (slot->error)
		svai_ring_end(r, op, slot->error);
	else if (can_begin_again(&op->desc))
		svai_ring_on_cpu(r, op, why, status);
	else
		svai_ring_end(r, op, why == SVA_WHY_ERROR ? sva_status_errno(status) : -EIO);
}

/* Whose descriptor that was. */
static struct sva_op *member(const struct sva_desc *desc)
{
	return (struct sva_op *)(uintptr_t)(desc->completion_addr -
					    offsetof(struct sva_op, record));
}

/* A device refuses a drain as a member of a batch. */
static void drain_alone(struct svai_ring *r, struct sva_op *op)
{
	op->done = 0; /* no member any more */
	svai_slot(r, op)->state = SVAI_SLOT_AGAIN;
	submit_again(r, op);
}

static void settle_failed(struct svai_ring *r, struct sva_op *op, unsigned int status)
{
	if (!is_drain(op))
		begin_again(r, op, SVA_WHY_ERROR, status);
	else if (svai_chunk_of(r, op))
		drain_alone(r, op);
	else
		svai_ring_end(r, op, sva_status_errno(status));
}

/*
 * A batch that holds an entry of its queue ends before its last member does: else a ring whose
 * operations are all reaped would keep the entry from everybody.
 */
static bool waits_for_batch(struct svai_ring *r, struct sva_op *op)
{
	struct svai_chunk *chunk = svai_chunk_of(r, op);
	uint32_t number = (op->done >> 16) - 1;

	if (!chunk || !chunk->op.credit || !r->uses[number].size ||
	    member(&chunk->list[r->uses[number].size - 1]) != op)
		return false;
	svai_ring_settle_chunk(r, number);
	if (!r->uses[number].size)
		return false;
	svai_ring_look_closely(r, op); /* sva_poll() has made it one for the inline function */
	return true;
}

bool svai_ring_settle(struct svai_ring *r, struct sva_op *op)
{
	struct svai_slot *slot = svai_slot(r, op);
	int status;

	if (slot->state == SVAI_SLOT_AGAIN)
		submit_again(r, op);
	status = slot->state == SVAI_SLOT_PLAIN ? sva_poll(op) : 0;
	if (!status)
		return slot->state == SVAI_SLOT_ENDED;
	if (waits_for_batch(r, op))
		return false;
	svai_probe_complete(svai_handle(op->wq), SVAI_TRACED(op), status);
	switch (svai_end_of(status)) {
	case SVAI_DONE:
		sva_op_resume(op);
		svai_ring_end(r, op, sva_status_errno((unsigned int)status));
		break;
	case SVAI_FAULT:
		meet_fault(r, op);
		break;
	case SVAI_NO_ANSWER:
		svai_failed(svai_handle(op->wq));
		begin_again(r, op, SVA_WHY_LOST, 0);
		break;
	case SVAI_FAILED:
		settle_failed(r, op, (unsigned int)status);
		break;
	}
	return slot->state == SVAI_SLOT_ENDED;
}

/* What it did not execute goes one by one; but of a batch that is lost nobody knows what it did. */
static void end_member(struct svai_ring *r, struct sva_op *op, int status)
{
	if (status == SVA_STATUS_LOST)
		svai_end_as_lost(svai_record(op));
	else if (!sva_record_status(svai_record(op)))
		svai_slot(r, op)->state = SVAI_SLOT_AGAIN;
}

void svai_ring_settle_chunk(struct svai_ring *r, uint32_t number)
{
	struct svai_chunk *chunk = svai_chunk(r, number);
	int status = sva_poll(&chunk->op);

	if (!status)
		return;
	svai_probe_complete(r->h, SVAI_TRACED(&chunk->op), status);
	for (uint32_t m = 0; status != SVA_STATUS_SUCCESS && m < r->uses[number].size; m++) {
		struct sva_op *op = member(&chunk->list[m]);

		/* Unless it has been reaped, and is used for something else. */
		if (op->done == svai_chunk_tag(number) && !svai_slot(r, op)->resumed)
			end_member(r, op, status);
	}
	r->uses[number] = (struct svai_use){ 0 };
}

bool svai_ring_settle_chunks(struct svai_ring *r)
{
	bool ended = false;

	for (uint32_t i = 0; i < r->chunk_count; i++) {
		if (!r->uses[i].size)
			continue;
		svai_ring_settle_chunk(r, i);
		ended |= !r->uses[i].size;
	}
	return ended;
}

/*
 * What takes long.
 */

/* What a queue has answered in this look: to ask costs reading sysfs, and there may be thousands.
 */
struct answer {
	struct svai_handle *h;
	uint64_t mark;
	int ended;
};

#define ANSWERS 16

/* For a later mark it is no better, for an earlier one no worse. */
static bool answers(const struct answer *a, const struct svai_handle *h, uint64_t mark)
{
	return a->h == h &&
	       (a->ended == -ENODEV || (a->ended == 1 ? mark <= a->mark : mark >= a->mark));
}

/* Everything that was submitted to its queue before the mark has ended: with a record, or never. */
static void look_whether_lost(struct answer *all, struct sva_op *op, uint64_t mark)
{
	struct svai_handle *h = svai_handle(op->wq);
	struct answer *a = &all[(uintptr_t)h / SVAI_PAGE % ANSWERS];

	if (!answers(a, h, mark))
		*a = (struct answer){ h, mark, svai_ended(h, mark, false) };
	if (a->ended == 1 || a->ended == -ENODEV)
		svai_end_as_lost(svai_record(op));
}

static void look_at_op(struct svai_ring *r, struct answer *all, struct sva_op *op)
{
	struct svai_slot *slot = svai_slot(r, op);

	if (slot->state != SVAI_SLOT_PLAIN || sva_record_status(svai_record(op)))
		return;
	if (slot->marked) {
		look_whether_lost(all, op, slot->mark);
		return;
	}
	slot->mark = svai_drain_mark(svai_handle(op->wq));
	slot->marked = true;
	svai_ring_look_closely(r, op); /* so that the mark is cleared */
}

static void look_at_chunk(struct svai_ring *r, struct answer *all, uint32_t number)
{
	struct svai_use *use = &r->uses[number];
	struct sva_op *op = &svai_chunk(r, number)->op;

	if (use->marked)
		look_whether_lost(all, op, use->mark);
	else
		use->mark = svai_drain_mark(svai_handle(op->wq));
	use->marked = true;
}

static void look_at_deadline(struct svai_ring *r, struct sva_op *op, int64_t now)
{
	struct svai_slot *slot = svai_slot(r, op);

	if (!slot->deadline || now < slot->deadline || slot->error ||
	    slot->state == SVAI_SLOT_ENDED)
		return;
	svai_ring_set_error(r, op, -ETIMEDOUT);
	SVAI_COUNT(r->h, timeouts, 1);
	svai_probe_timeout(r->h, SVAI_TRACED(op));
}

static void look_at_deadlines(struct svai_ring *r, int64_t now)
{
	for (uint32_t at = r->head.head; at != r->head.submitted; at++)
		look_at_deadline(r, *svai_ring_place(r, at), now);
}

static void look_at_all(struct svai_ring *r)
{
	struct answer all[ANSWERS] = { { 0 } };

	for (uint32_t at = r->head.head; at != r->head.submitted; at++)
		look_at_op(r, all, *svai_ring_place(r, at));
	for (uint32_t i = 0; i < r->chunk_count; i++)
		if (r->uses[i].size)
			look_at_chunk(r, all, i);
}

void svai_ring_look(struct svai_ring *r)
{
	int64_t now;

	svai_ring_settle_chunks(r);
	if (r->searches++ % SEARCHES_PER_LOOK && sva_rdtsc() - r->look_tsc < CYCLES_PER_LOOK)
		return;
	r->look_tsc = sva_rdtsc();
	now = svai_now_ns();
	if (r->deadlines)
		look_at_deadlines(r, now);
	if (now < r->look_ns)
		return;
	r->look_ns = now + SVAI_LOOK_NS;
	look_at_all(r);
}
