/* SPDX-License-Identifier: MIT */
/*
 * The slow path of submission: everything that the inline functions of wq.h leave aside. A full
 * queue, write(2), the CPU, and handles and operations that cannot be used.
 */
#include "members.h"
#include "operation.h"
#include "path.h"

#define WRITE_MANY 32

static void return_credit(struct sva_op *op)
{
	if (op->credit)
		__atomic_fetch_add(op->credit, SVA__CREDIT, __ATOMIC_RELAXED);
	op->credit = NULL;
}

/* The kernel refuses batches in write(2) on DSA 1.0, and other descriptors hardly ever. */
static bool goes_by_members(struct svai_handle *h, const struct sva_desc *desc)
{
	return sva_desc_opcode(desc) == SVA_OP_BATCH && h->path == SVA_PATH_WRITE &&
	       __atomic_load_n(&h->no_batch, __ATOMIC_RELAXED);
}

/* One try, by whatever path the handle has. The operation is linked and has its credit. */
static int submit_once(struct svai_handle *h, struct sva_op *op)
{
	int err = -EINVAL;

	if (!goes_by_members(h, &op->desc))
		err = svai_submit_desc(h, &op->desc);
	if (err != -EINVAL || h->path != SVA_PATH_WRITE ||
	    sva_desc_opcode(&op->desc) != SVA_OP_BATCH)
		return err;
	if (!__atomic_exchange_n(&h->no_batch, true, __ATOMIC_RELAXED))
		svai_log(&h->log, SVA_LOG_INFO, "%s: write(2) refuses batches: members one by one",
			 h->info.name);
	return_credit(op); /* each member has its own */
	return svai_submit_members(h, op);
}

/* A queue that is full now may have room soon; one that is dead never. */
static int submit_tries(struct svai_handle *h, struct sva_op *op, uint32_t tries)
{
	/* Where there is a portal, it is its refusal that has led here: the first try. */
	uint32_t done = h->head.portal ? 1 : 0;

	for (; done < tries; done++) {
		int err;

		if (done)
			svai_back_off(done - 1);
		err = submit_once(h, op);
		if (err != -EAGAIN)
			return err;
	}
	return -EAGAIN;
}

/* The first try of a portal has found no credit; there is nothing to try again. */
static bool has_entry(const struct svai_handle *h, const struct sva_op *op)
{
	return !op->credit || (!h->head.portal && svai_take_credit(op->credit));
}

static int submit(struct sva_wq *wq, struct sva_op *op, bool retry)
{
	struct svai_handle *h = svai_handle(wq);
	int err;

	if (!op || (uintptr_t)op % 64)
		return -EINVAL;
	err = svai_handle_state(wq);
	if (err)
		return svai_refuse(op, err);
	sva__op_link(op, wq);
	if (!has_entry(h, op)) {
		op->credit = NULL;
		err = -EAGAIN;
	} else {
		err = submit_tries(h, op, retry ? h->retries : 1);
	}
	if (!err)
		return 0;
	return_credit(op);
	return svai_refuse(op, err == -EAGAIN && svai_queue_died(h) ? -ENODEV : err);
}

int sva__submit_slow(struct sva_wq *wq, struct sva_op *op)
{
	return submit(wq, op, true);
}

int sva__try_submit_slow(struct sva_wq *wq, struct sva_op *op)
{
	return submit(wq, op, false);
}

/* By one write(2) as many as are ready; returns how many the kernel took, or -errno. */
static int write_many(struct svai_handle *h, struct sva_op *ops, unsigned int count)
{
	struct sva_desc descs[WRITE_MANY];
	unsigned int ready = 0;
	int n;

	while (ready < count && ready < WRITE_MANY) {
		struct sva_op *op = &ops[ready];

		sva__op_link(op, &h->head);
		if (!svai_take_credit(op->credit))
			break;
		descs[ready++] = op->desc;
	}
	n = ready ? svai_write(h, descs, ready) : -EAGAIN;
	for (unsigned int i = n < 0 ? 0 : (unsigned int)n; i < ready; i++)
		return_credit(&ops[i]);
	return n;
}

int sva_submit_many(struct sva_wq *wq, struct sva_op *ops, unsigned int count)
{
	struct svai_handle *h = svai_handle(wq);
	unsigned int done = 0;
	int err = 0;

	if (!ops || (uintptr_t)ops % 64)
		return -EINVAL;
	while (done < count && !err) {
		/* What one write(2) leaves, the single submission tries again or explains. */
		if (!svai_handle_state(wq) && h->path == SVA_PATH_WRITE && count - done > 1) {
			int n = write_many(h, ops + done, count - done);

			done += n > 0 ? (unsigned int)n : 0;
			if (done == count)
				break;
		}
		err = sva_submit(wq, &ops[done]);
		done += !err;
	}
	for (unsigned int i = done; i < count; i++)
		svai_refuse(&ops[i], 0);
	return done || !err ? (int)done : err;
}
