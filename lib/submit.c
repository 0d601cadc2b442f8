/* SPDX-License-Identifier: MIT */
/*
 * The slow path of submission: everything that the inline functions of wq.h leave aside. A full
 * queue, write(2), the CPU, and handles and operations that cannot be used.
 */
#include "drain.h"
#include "iax_opcode.h"
#include "members.h"
#include "operation.h"
#include "path.h"
#include "pick.h"
#include "submit.h"

static void return_credit(struct sva_op *op)
{
	if (op->credit)
		__atomic_fetch_add(op->credit, SVA__CREDIT, __ATOMIC_RELEASE);
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
	/* Each member has a credit of its own. */
	__atomic_fetch_add(&h->executing, 1, __ATOMIC_SEQ_CST);
	return_credit(op);
	err = svai_submit_members(h, op);
	__atomic_fetch_sub(&h->executing, 1, __ATOMIC_RELEASE);
	return err;
}

/* A queue that is full now may have room soon; one that is dead never. */
static int submit_tries(struct svai_handle *h, struct sva_op *op, uint32_t tries)
{
	/* Where there is a portal, it is its refusal that has led here: the first try. */
	uint32_t done = h->head.portal ? 1 : 0;

	for (; done < tries; done++) {
		int err;

		if (done) {
			svai_probe_retry(h, SVAI_TRACED(op));
			svai_back_off(done - 1);
		}
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

static int submit_to_queue(struct svai_handle *h, struct sva_op *op, bool retry)
{
	uint32_t opcode = sva_desc_opcode(&op->desc);
	uint32_t size = op->desc.xfer_size;
	bool dead = svai_queue_stays_dead(h);
	int err = -EAGAIN;

	svai_link(h, op);
	if (dead || !has_entry(h, op))
		op->credit = NULL;
	else
		err = submit_tries(h, op, retry ? h->retries : 1);
	if (!err) {
		svai_probe_submit(h, op, opcode, size);
		return 0;
	}
	return_credit(op);
	if (err == -EAGAIN && (dead || svai_queue_died(h)))
		return -ENODEV;
	if (err == -EAGAIN)
		svai_probe_full(h, SVAI_TRACED(op));
	return err;
}

/*
 * Pools.
 */

/* What is counted of a submission. */
struct amount {
	uint64_t operations, bytes;
};

static void add(struct amount *amount, const struct sva_desc *desc)
{
	amount->operations++;
	if (svai_has_size(sva_desc_opcode(desc)))
		amount->bytes += desc->xfer_size;
}

/* Before it is submitted: afterwards it may have ended, and be the caller's again. */
static struct amount amount_of(const struct sva_desc *desc)
{
	const struct sva_desc *list = (const struct sva_desc *)(uintptr_t)desc->desc_list_addr;
	struct amount amount = { 0, 0 };

	if (sva_desc_opcode(desc) != SVA_OP_BATCH)
		add(&amount, desc);
	else
		for (uint32_t i = 0; i < desc->desc_count; i++)
			add(&amount, &list[i]);
	return amount;
}

static void count(struct svai_handle *h, const struct amount *amount, int err)
{
	if (!err) {
		SVAI_COUNT(h, operations, amount->operations);
		SVAI_COUNT(h, bytes, amount->bytes);
	} else if (err == -EAGAIN) {
		SVAI_COUNT(h, retries, 1);
	} else {
		svai_failed(h);
	}
}

/* As long as the operation has its credit, the member is not closed. */
static int submit_to_member(struct svai_handle *pool, struct svai_pick *pick, struct svai_handle *h,
			    struct sva_op *op)
{
	uint32_t opcode = sva_desc_opcode(&op->desc);
	struct amount amount = amount_of(&op->desc);
	uint32_t size = op->desc.xfer_size;
	int err;

	svai_link(h, op);
	if (!svai_pick_take(pick, pool, h, op))
		return -EAGAIN;
	err = pick->full ? -EAGAIN : submit_once(h, op);
	if (err == -EAGAIN && svai_queue_died(h))
		err = -ENODEV;
	count(h, &amount, err);
	if (err)
		return_credit(op);
	else
		svai_probe_submit(h, op, opcode, size);
	return err;
}

/* Each member once. 0, -EAGAIN: one at least is full, or -ENODEV: there is none. */
static int submit_to_any(struct svai_handle *pool, struct sva_op *op)
{
	struct svai_handle *member;
	struct svai_pick pick;
	int result = -ENODEV;

	svai_pick_begin(&pick, pool, &op->desc);
	while ((member = svai_pick_next(&pick, pool))) {
		int err = submit_to_member(pool, &pick, member, op);

		if (!err)
			return 0;
		if (err == -EAGAIN)
			result = err;
	}
	return result;
}

static int submit_to_pool(struct svai_handle *pool, struct sva_op *op, bool retry)
{
	uint32_t tries = retry ? pool->retries : 1;
	int err = -EAGAIN;

	for (uint32_t done = 0; done < tries && err == -EAGAIN; done++) {
		if (done) {
			svai_probe_retry(pool, SVAI_TRACED(op));
			svai_back_off(done - 1);
		}
		err = submit_to_any(pool, op);
	}
	if (err == -EAGAIN) {
		SVAI_COUNT(pool, full, 1);
		svai_probe_full(pool, SVAI_TRACED(op));
	}
	return err;
}

static int submit_to_device(struct svai_handle *h, struct sva_op *op, bool retry)
{
	int err = h->path == SVA_PATH_POOL ? submit_to_pool(h, op, retry)
					   : submit_to_queue(h, op, retry);

	return err ? svai_refuse(&h->head, op, err) : 0;
}

/* The last member of a pool; but who tries only once is rather told that the queues are full. */
static bool cpu_takes(const struct svai_handle *h, int err, bool retry)
{
	return h->path == SVA_PATH_POOL && !(h->flags & SVA_OPEN_NO_CPU) &&
	       (err == -ENODEV || (err == -EAGAIN && retry));
}

static bool is_op(const struct sva_op *op)
{
	return op && (uintptr_t)op % 64 == 0;
}

static int check(const struct sva_wq *wq, struct sva_op *op)
{
	int err = svai_handle_state(wq);

	if (!is_op(op))
		return -EINVAL;
	if (!err && !svai_fits(svai_handle(wq), op))
		err = -EINVAL;
	return err ? svai_refuse(wq, op, err) : 0;
}

static int submit_to_cpu(struct svai_handle *h, struct sva_op *op, uint32_t why)
{
	svai_link(h, op);
	svai_probe_cpu(h, SVAI_TRACED(op), why);
	svai_execute_on_cpu(h, &h->limits, &op->desc);
	return 0;
}

/*
 * All but an operation of DSA by the CPU alone. Out of line, so that it takes no registers from
 * that.
 */
static __attribute__((noinline)) int submit(struct sva_wq *wq, struct sva_op *op, bool retry)
{
	struct svai_handle *h = svai_handle(wq);
	int err = check(wq, op);

	if (err)
		return err;
	if (h->path == SVA_PATH_CPU)
		return submit_to_cpu(h, op, SVA_WHY_NO_DEVICE);
	err = submit_to_device(h, op, retry);
	if (!err || !cpu_takes(h, err, retry))
		return err;
	svai_count_cpu(h->shards, svai_pool_why(h, err));
	return submit_to_cpu(h, op, svai_pool_why(h, err));
}

static inline int execute_dsa(struct svai_handle *h, struct sva_op *op)
{
	sva__op_link(op, &h->head);
	svai_probe_cpu(h, SVAI_TRACED(op), SVA_WHY_NO_DEVICE);
	svai_cpu_execute(&h->limits, &op->desc);
	return 0;
}

/* Can the CPU do it at once? */
static inline bool is_for_cpu(const struct sva_wq *wq, const struct sva_op *op)
{
	return wq && wq->live == SVAI_LIVE_CPU && is_op(op);
}

int svai_submit_device(struct sva_wq *wq, struct sva_op *op, bool retry)
{
	struct svai_handle *h = svai_handle(wq);
	struct amount amount;
	int err = check(wq, op);

	if (err || h->path == SVA_PATH_POOL)
		return err ? err : submit_to_device(h, op, retry);
	amount = amount_of(&op->desc);
	err = svai_submit(wq, op, retry);
	count(h, &amount, err);
	if (err == -EAGAIN)
		SVAI_COUNT(h, full, 1);
	return err;
}

int sva__submit_slow(struct sva_wq *wq, struct sva_op *op)
{
	return is_for_cpu(wq, op) ? execute_dsa(svai_handle(wq), op) : submit(wq, op, true);
}

int sva__try_submit_slow(struct sva_wq *wq, struct sva_op *op)
{
	return is_for_cpu(wq, op) ? execute_dsa(svai_handle(wq), op) : submit(wq, op, false);
}

int svai_write_many(struct svai_handle *h, struct sva_op *const ops[], unsigned int count)
{
	struct sva_desc descs[SVAI_WRITE_MANY];
	unsigned int ready = 0;
	int n;

	while (ready < count && ready < SVAI_WRITE_MANY) {
		struct sva_op *op = ops[ready];

		svai_link(h, op);
		if (!svai_take_credit(op->credit)) {
			op->credit = NULL;
			break;
		}
		descs[ready++] = op->desc;
	}
	n = ready ? svai_write(h, descs, ready) : -EAGAIN;
	for (unsigned int i = 0; i < ready; i++) {
		if ((int)i < n)
			svai_probe_submit(h, ops[i], sva_desc_opcode(&descs[i]),
					  descs[i].xfer_size);
		else
			return_credit(ops[i]);
	}
	return n;
}

static int write_array(struct svai_handle *h, struct sva_op *ops, unsigned int count)
{
	struct sva_op *list[SVAI_WRITE_MANY];

	for (unsigned int i = 0; i < count && i < SVAI_WRITE_MANY; i++)
		list[i] = &ops[i];
	return svai_write_many(h, list, count);
}

int sva_submit_many(struct sva_wq *wq, struct sva_op *ops, unsigned int count)
{
	struct svai_handle *h = svai_handle(wq);
	unsigned int done = 0;
	int err = 0;

	if (!ops || (uintptr_t)ops % 64)
		return -EINVAL;
	if (!svai_handle_state(wq) && h->iax) /* its operations are no array of these */
		err = -EINVAL;
	while (done < count && !err) {
		/* What one write(2) leaves, the single submission tries again or explains. */
		if (!svai_handle_state(wq) && h->path == SVA_PATH_WRITE && count - done > 1) {
			int n = write_array(h, ops + done, count - done);

			done += n > 0 ? (unsigned int)n : 0;
			if (done == count)
				break;
		}
		err = svai_submit(wq, &ops[done], true);
		done += !err;
	}
	for (unsigned int i = done; i < count; i++)
		svai_refuse(wq, &ops[i], 0);
	return done || !err ? (int)done : err;
}
