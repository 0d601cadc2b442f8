/* SPDX-License-Identifier: MIT */
/*
 * Rings: many operations of one thread in flight, for event loops.
 *
 *	struct sva_op *op = sva_ring_get(ring);         a free operation; NULL: none
 *	sva_prep_memmove(&op->desc, dst, src, n, 0);    prepare it
 *	sva_ring_submit(ring);                          submit what was got since, in batches
 *	op = sva_ring_reap(ring, &result);              one that has ended; NULL: none yet
 *
 * Operations end in any order, and what is reaped is at its end: after a page fault it has gone on,
 * by the policy of the queue (sva_wq_set_policy()); what the device lost or failed to do, the CPU
 * has done, if the policy allows. The queue may be a pool, or the CPU.
 *
 * From sva_ring_submit() on, the operation and the memory that its descriptor names belong to the
 * device, until it is reaped. The operation itself, with its record, stays readable until the next
 * sva_ring_get().
 *
 * One thread at a time uses a ring; each thread of a program may have its own, on the same queue.
 * Nothing is allocated after sva_ring_open(). The operations, and the lists of batches, lie in one
 * page or in one huge page, if the kernel has one: the device then needs few translations.
 */
#ifndef SVA_RING_H
#define SVA_RING_H

#include <sva/wq.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SVA_RING_MAX 8192 /* operations of one ring */

/**
 * struct sva_ring_opts - how to open a ring; all zero but size is the default
 */
struct sva_ring_opts {
	size_t size; /* sizeof(struct sva_ring_opts) */
	/*
	 * Most members of a batch, up to 64. 0: 16; fewer where the ring or the queue is small; 1:
	 * no batches. Fewer than 4 operations are never made a batch.
	 */
	uint32_t batch;
	uint32_t reserved;
};

/*
 * What the inline functions need; the rest lies before it. Not to be touched. The circle has all
 * operations: from head on those in flight, then those that were got, then the free ones. One that
 * ends out of turn changes places with the oldest one.
 */
struct sva_ring {
	struct sva_op **circle;
	uint32_t head;      /* the oldest one in flight */
	uint32_t submitted; /* behind the last one that the queue has */
	uint32_t tail;      /* behind the last one that was got */
	uint32_t mask;      /* of the circle, whose size is a power of 2 */
	uint32_t slots;     /* operations in use at most */
	uint32_t reserved;
	struct sva_op *ops;
	void **data; /* the program's */
};

/**
 * sva_ring_open - a ring of @slots operations on a queue
 * @ring: gets the ring; NULL on error
 * @wq: an open queue, pool or CPU; it must stay open as long as the ring
 * @slots: 1 to SVA_RING_MAX
 * @opts: NULL: the default
 *
 * Returns 0; -EINVAL: NULL, or bad options; -E2BIG: too many slots, or options of a newer version;
 * -EBADF, -ESTALE: the queue cannot be used; -ENOMEM.
 */
int sva_ring_open(struct sva_ring **ring, struct sva_wq *wq, unsigned int slots,
		  const struct sva_ring_opts *opts);

/**
 * sva_ring_get - an operation to prepare
 *
 * Prepare it before the next sva_ring_submit(). SVA_FLAG_FENCE and the inter-domain operations have
 * no place in a ring: there is no order to speak of.
 *
 * Returns NULL when all are in use: submit, reap, and try again.
 */
SVA__INLINE struct sva_op *sva_ring_get(struct sva_ring *ring)
{
	uint32_t tail = ring->tail;
	struct sva_op *op;

	if (SVA__UNLIKELY(tail - ring->head >= ring->slots))
		return NULL;
	ring->tail = tail + 1;
	op = ring->circle[tail & ring->mask];
	if (!op)
		__builtin_unreachable(); /* the caller's check is the one above */
	return op;
}

/* sva_ring_set_data, sva_ring_data - a pointer of the program's; kept until it sets another one */
SVA__INLINE void sva_ring_set_data(struct sva_ring *ring, const struct sva_op *op, void *data)
{
	ring->data[op - ring->ops] = data;
}

SVA__INLINE void *sva_ring_data(const struct sva_ring *ring, const struct sva_op *op)
{
	return ring->data[op - ring->ops];
}

/**
 * sva_ring_submit - submit all operations that were got since
 *
 * Where the queue takes them, 4 and more go as batches. By the policy of the queue an operation may
 * also be done by the CPU meanwhile: one that is smaller than a threshold which the caller has set
 * (what is measured for calls does not count here).
 *
 * Returns how many were submitted. When the queue is full that may be some of them, the others stay
 * where they are: reap, and call it again; if it was none, -EAGAIN. -EBADF, -ESTALE: as
 * sva_submit(). 0: there was nothing to submit. Of a queue that is dead, the CPU does the work, or
 * each operation ends with -ENODEV.
 */
int sva_ring_submit(struct sva_ring *ring);

/* Out of line: all that the inline part does not do. */
struct sva_op *sva__ring_reap_slow(struct sva_ring *ring, int *result);

/**
 * sva_ring_reap - one operation that has ended
 * @result: gets 0, or the error:
 *	-EFAULT: bad memory, or a page fault that the policy wants reported;
 *	-ETIMEDOUT: the policy's time was over, -ECANCELED: sva_ring_cancel(), and it is not done;
 *	else what sva_status_errno() says of op->record: -EBADMSG, -EINVAL and so on;
 *	-ENODEV: the queue is dead or the CPU, -EIO: lost, and the policy forbids the CPU; -EIO
 *	also: an overlapping move that was lost, which cannot be done again
 *
 * The record is that of the whole operation, however many parts it took: also of one that ended
 * with an error after some of them. SVA_STATUS_NOT_SUBMITTED: the device never had it.
 *
 * Returns NULL when none has ended, and leaves @result alone. It does not wait for an operation;
 * but the CPU may finish one before it returns, and once in 100 ms it asks what has become of those
 * that take longer, for up to 10 ms.
 */
SVA__INLINE struct sva_op *sva_ring_reap(struct sva_ring *ring, int *result)
{
	struct sva_op *op = ring->circle[ring->head & ring->mask];

	/* The oldest one, without anything to look at, or a credit to give back. */
	if (SVA__UNLIKELY(ring->head == ring->submitted ||
			  sva_record_status(&op->record) != SVA_STATUS_SUCCESS || op->credit))
		return sva__ring_reap_slow(ring, result);
	ring->head++;
	*result = 0;
	return op;
}

/**
 * sva_ring_wait - as sva_ring_reap(), but wait for one
 * @timeout_ns: nanoseconds from now; a negative value waits forever
 *
 * The policy of the queue says how. *result is -ETIMEDOUT where none has ended in time, and -ENOENT
 * where none is in flight.
 */
struct sva_op *sva_ring_wait(struct sva_ring *ring, int64_t timeout_ns, int *result);

/**
 * sva_ring_why - why the CPU did some or all of an operation that was reaped: SVA_WHY_* (ops.h)
 *
 * Returns 0: it did nothing. Until the next sva_ring_get().
 */
SVA__INLINE uint32_t sva_ring_why(const struct sva_op *op)
{
	return op->done & 0xffff; /* above: the ring's own */
}

/**
 * sva_ring_cancel - do not go on with an operation
 *
 * What was not submitted, is not; what the device has, it may still do: the operation is reaped
 * once it has ended, with -ECANCELED unless it is done. Its memory is the caller's then, and not
 * before.
 *
 * Returns 0; -ENOENT: it is not in use; -EINVAL: NULL, or none of this ring.
 */
int sva_ring_cancel(struct sva_ring *ring, const struct sva_op *op);

/**
 * sva_ring_in_flight - operations that were submitted and not reaped
 */
unsigned int sva_ring_in_flight(const struct sva_ring *ring);

/**
 * sva_ring_drain - wait until all that was submitted has ended; it can still be reaped
 *
 * Returns 0, -ETIMEDOUT, -ESTALE.
 */
int sva_ring_drain(struct sva_ring *ring, int64_t timeout_ns);

/**
 * sva_ring_fd - a file descriptor for poll(2), epoll(7) and the like
 *
 * It becomes readable after sva_ring_arm(), when there may be something to reap. Do not read it. It
 * is the ring's, and closed with it.
 *
 * Returns it, or -EMFILE, -ENFILE, -ENOMEM, -ESTALE, -EINVAL for NULL.
 */
int sva_ring_fd(struct sva_ring *ring);

/**
 * sva_ring_arm - have the file descriptor become readable once something has ended
 *
 * Call it each time before you wait on the descriptor, and after you have reaped all: to submit,
 * reap, wait, drain or cancel takes it back. A thread of the library's, one for the process,
 * started at the first call, looks at the records meanwhile: at once, then less and less often,
 * down to a thousand times a second. Without a ring that is armed it sleeps.
 *
 * The descriptor also becomes readable a little later if there is something to submit that the
 * queue had no room for, and now and then without need: then submit, reap, and arm again.
 *
 * Returns 0: wait (for ever, if nothing is in flight); 1: something has ended already: reap it;
 * -EINVAL: NULL, or sva_ring_fd() was not called; -ESTALE; or what pthread_create() said.
 */
int sva_ring_arm(struct sva_ring *ring);

/**
 * sva_ring_reopen - for the child of a fork, after sva_wq_reopen(): an empty ring
 *
 * What was in flight is the parent's. sva_ring_fd() gives a new descriptor; the parent's is closed
 * in the child. Without this, all but sva_ring_reap() say -ESTALE; that may return what had ended
 * before the fork.
 *
 * Returns 0; -EALREADY: it is usable; -ESTALE, -EBADF: the queue is not; -EINVAL; -ENOMEM.
 */
int sva_ring_reopen(struct sva_ring *ring);

/**
 * sva_ring_close - drain and free; results that were not reaped are lost
 *
 * Waits as long as sva_wq_close() would.
 *
 * Returns 0; -ETIMEDOUT: something is still in flight, the ring is open: try again; -EINVAL: NULL.
 */
int sva_ring_close(struct sva_ring *ring);

#ifdef __cplusplus
}
#endif

#endif
