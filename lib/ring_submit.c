/* SPDX-License-Identifier: MIT */
/* Rings: from what was got to what the queue has. */
#include <string.h>

#include "iax_opcode.h"
#include "operation.h"
#include "pick.h"
#include "policy.h"
#include "populate.h"
#include "record.h"
#include "ring.h"
#include "submit.h"

/* Not on the way of a burst that goes as batches. */
#define NOINLINE __attribute__((noinline))

/*
 * What the policy wants to have seen to before. Most policies want nothing.
 */

static bool is_small(const struct sva_policy *policy, const struct sva_desc *desc)
{
	return svai_has_size(sva_desc_opcode(desc)) && desc->xfer_size < policy->threshold &&
	       !(policy->flags & SVA_POLICY_NO_CPU);
}

/* It may have ended by that. */
static void prepare(struct svai_ring *r, struct sva_op *op)
{
	op->desc.op_flags |= svai_policy_flags(&r->policy, &op->desc);
	if (r->policy.timeout_ns) {
		svai_slot(r, op)->deadline = svai_deadline(r->policy.timeout_ns);
		r->deadlines = true;
	}
	if (is_small(&r->policy, &op->desc)) {
		svai_refuse(&r->h->head, op, 0);
		svai_ring_on_cpu(r, op, SVA_WHY_SMALL, 0);
	} else if (r->policy.fault == SVA_FAULT_POPULATE && svai_populate_operands(&op->desc)) {
		svai_ring_end(r, op, svai_refuse(&r->h->head, op, -EFAULT));
	}
}

/* What has ended changes places with the first one that was not submitted. */
static void prepare_all(struct svai_ring *r)
{
	/* Under a plain policy nobody has kept it up to date, for however many operations. */
	if (r->prepared - r->head.submitted > r->head.tail - r->head.submitted)
		r->prepared = r->head.submitted;
	while (r->prepared != r->head.tail) {
		struct sva_op **at = svai_ring_place(r, r->prepared++), *op = *at;

		prepare(r, op);
		if (svai_slot(r, op)->state != SVAI_SLOT_ENDED)
			continue;
		*at = *svai_ring_place(r, r->head.submitted);
		*svai_ring_place(r, r->head.submitted++) = op;
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
static bool find_chunk(struct svai_ring *r)
{
	for (uint32_t n = 0; n < r->chunk_count; n++) {
		if (r->uses[r->next_chunk].size)
			svai_ring_settle_chunk(r, r->next_chunk);
		if (!r->uses[r->next_chunk].size)
			return true;
		r->next_chunk = (r->next_chunk + 1) % r->chunk_count;
	}
	return false;
}

/*
 * The next @count operations, as a list, by the widest moves that the CPU has: the device's read of
 * a descriptor then finds its stores done earlier. The rest of what sva__op_link() does has not
 * changed since the last time. Returns their bytes.
 */
#define FILL_LIST(name, target, width)                                                         \
	typedef char name##_move __attribute__((vector_size(width)));                          \
	target static uint64_t name(struct svai_ring *r, struct sva_desc *list, uint32_t tag,  \
				    uint32_t count)                                            \
	{                                                                                      \
		struct sva_op **circle = r->head.circle;                                       \
		const uint32_t mask = r->head.mask, end = r->head.submitted + count;           \
		uint64_t bytes = 0;                                                            \
                                                                                               \
		_Pragma("GCC unroll 4") for (uint32_t at = r->head.submitted; at != end; at++) \
		{                                                                              \
			struct sva_op *op = circle[at & mask];                                 \
			const name##_move *from = (const void *)op;                            \
			name##_move *to = (void *)list++;                                      \
                                                                                               \
			op->desc.completion_addr = (uintptr_t)&op->record;                     \
			op->record.status = SVA_STATUS_NONE;                                   \
			op->done = tag;                                                        \
			bytes += op->desc.xfer_size;                                           \
			to[0] = from[0];                                                       \
			to[1] = from[1];                                                       \
			if ((width) < 32) {                                                    \
				to[2] = from[2];                                               \
				to[3] = from[3];                                               \
			}                                                                      \
		}                                                                              \
		return bytes;                                                                  \
	}

FILL_LIST(fill_list, , 16)
FILL_LIST(fill_list_avx, __attribute__((target("avx"))), 32)

/* One try, and counted. */
static inline int submit_chunk(struct svai_ring *r, struct svai_chunk *chunk, uint64_t bytes)
{
	int err;

	if (r->h->path == SVA_PATH_POOL)
		return svai_submit_device(&r->h->head, &chunk->op, false);
	err = svai_submit(&r->h->head, &chunk->op, false);
	if (err) {
		SVAI_COUNT(r->h, retries, 1);
		return err;
	}
	__atomic_fetch_add(&r->stats->operations, chunk->op.desc.desc_count, __ATOMIC_RELAXED);
	__atomic_fetch_add(&r->stats->bytes, bytes, __ATOMIC_RELAXED);
	return 0;
}

static int submit_batch(struct svai_ring *r, uint32_t count)
{
	const uint32_t number = r->next_chunk, first = r->head.submitted;
	struct svai_chunk *chunk = svai_chunk(r, number);
	uint64_t bytes = r->avx ? fill_list_avx(r, chunk->list, svai_chunk_tag(number), count)
				: fill_list(r, chunk->list, svai_chunk_tag(number), count);
	int err;

	sva_prep_batch(&chunk->op.desc, chunk->list, count, 0);
	err = submit_chunk(r, chunk, bytes);
	if (err)
		return err;
	r->uses[number].size = count;
	if (chunk->op.credit)
		svai_ring_look_closely(r, *svai_ring_place(r, first + count - 1));
	r->next_chunk = number + 1 == r->chunk_count ? 0 : number + 1;
	r->head.submitted += count;
	for (uint32_t m = 0; r->h->path == SVA_PATH_POOL && m < count; m++)
		(*svai_ring_place(r, first + m))->wq = chunk->op.wq;
	return 0;
}

NOINLINE static int submit_written(struct svai_ring *r, uint32_t count)
{
	struct sva_op *ops[SVAI_WRITE_MANY];
	int n;

	if (count > SVAI_WRITE_MANY)
		count = SVAI_WRITE_MANY;
	for (uint32_t m = 0; m < count; m++) {
		ops[m] = *svai_ring_place(r, r->head.submitted + m);
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

static uint32_t why_cpu(struct svai_handle *h)
{
	if (h->path == SVA_PATH_CPU)
		return SVA_WHY_NO_DEVICE;
	return svai_queue_stays_dead(h) ? SVA_WHY_DEAD : 0;
}

NOINLINE static int submit_one(struct svai_ring *r)
{
	struct sva_op *op = *svai_ring_place(r, r->head.submitted);
	uint32_t why = why_cpu(r->h);
	int err = 0;

	svai_policy_now(r->h, &r->policy);
	op->done = op->rest = 0;
	if (why) {
		svai_refuse(&r->h->head, op, 0);
		svai_ring_on_cpu(r, op, why, 0);
	} else {
		err = svai_submit_device(&r->h->head, op, false);
	}
	if (err && err != -EAGAIN && err != -ESTALE && err != -EBADF) {
		svai_ring_on_cpu(r, op, svai_pool_why(r->h, err), 0);
		err = 0;
	}
	if (!err)
		r->head.submitted++;
	return err;
}

static int submit_some(struct svai_ring *r)
{
	uint32_t count = r->head.tail - r->head.submitted;
	int err = -EAGAIN;

	if (svai_queue_was_dead(r->h)) /* submit_one() looks again */
		return submit_one(r);
	if (count >= SVAI_BATCH_MIN && r->group && find_chunk(r))
		err = submit_batch(r, count < r->group ? count : r->group);
	else if (count > 1 && r->h->path == SVA_PATH_WRITE && !r->h->iax)
		err = submit_written(r, count);
	/* What is left, and what is wrong with the queue, one alone finds out. */
	if (err)
		err = submit_one(r);
	/* A batch keeps its entry of a dedicated queue until somebody looks. */
	return err == -EAGAIN && svai_ring_settle_chunks(r) ? submit_one(r) : err;
}

/* What the policy wants, or wanted before. */
NOINLINE static void follow_policy(struct svai_ring *r)
{
	svai_policy_now(r->h, &r->policy);
	if (r->deadlines && !r->policy.timeout_ns)
		forget_deadlines(r);
	if (!svai_policy_is_plain(&r->policy))
		prepare_all(r);
}

int sva_ring_submit(struct sva_ring *ring)
{
	struct svai_ring *r = svai_ring(ring);
	uint32_t before;
	int err = 0;

	if (!ring)
		return -EINVAL;
	if (SVA__UNLIKELY(!svai_ring_is_awake(r)))
		err = svai_ring_awake(r);
	if (err)
		return err;
	before = ring->submitted;
	if (SVA__UNLIKELY(r->deadlines || !svai_policy_stays_plain(r->h)))
		follow_policy(r);
	while (ring->submitted != ring->tail && !err)
		err = submit_some(r);
	return ring->submitted != before ? (int)(ring->submitted - before) : err;
}
