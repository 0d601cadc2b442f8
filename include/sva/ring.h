/* SPDX-License-Identifier: MIT */
/*
 * Rings: many operations of one thread in flight, for event loops.
 *
 *	struct sva_op *op = sva_ring_get(ring);         a free operation; NULL: none
 *	sva_prep_memmove(&op->desc, dst, src, n, 0);    prepare it
 *	sva_ring_submit(ring);                          submit all prepared ones, in batches
 *	op = sva_ring_reap(ring, &result);              one that has ended; NULL: none yet
 *
 * Operations end in any order. A reaped operation needs no further work: after page faults the ring
 * has continued it, by the policy of the queue (sva_wq_set_policy()), and if the device lost it or
 * failed, the CPU has done it, if the policy allows. The queue may be a pool, or the CPU.
 *
 * From sva_ring_submit() until it is reaped, the operation and the memory that its descriptor names
 * belong to the device. The operation itself, with its record, stays readable until the next
 * sva_ring_get().
 *
 * Only one thread at a time may use a ring; each thread of a program may have its own, on the same
 * queue. Nothing is allocated after sva_ring_open(). The operations and the descriptor lists of
 * batches are in one page, or in one huge page if the kernel provides one, so that the device needs
 * few translations.
 */
#ifndef SVA_RING_H
#define SVA_RING_H

#include <sva/wq.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SVA_RING_MAX 8192 /* operations of one ring */

/**
 * struct sva_ring_opts - how to open a ring; all zero except size is the default
 */
struct sva_ring_opts {
	size_t size; /* sizeof(struct sva_ring_opts) */
	/*
	 * Maximum number of members in a batch, up to 64. 0: 16; fewer if the ring or the queue is
	 * small; 1: no batches. Fewer than 4 operations never become a batch.
	 */
	uint32_t batch;
	uint32_t reserved;
};

/*
 * What the inline functions need; the rest is placed before it. Do not touch it. The circle has all
 * operations: from head on those in flight, then those that the program has, then the free ones.
 * One that ends out of order changes places with the oldest one.
 */
struct sva_ring {
	struct sva_op **circle;
	uint32_t head;      /* the oldest one in flight */
	uint32_t submitted; /* after the last one that the queue has */
	uint32_t tail;      /* after the last one that the program has */
	uint32_t mask;      /* of the circle, whose size is a power of 2 */
	uint32_t slots;     /* maximum number of operations in use */
	uint32_t reserved;
	struct sva_op *ops;
	void **data; /* for the program */
};

/**
 * sva_ring_open - open a ring of @slots operations on a queue
 * @ring: receives the ring; NULL on error
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
 * Prepare it before the next sva_ring_submit(). Do not use SVA_FLAG_FENCE or the inter-domain
 * operations in a ring: its operations have no order.
 *
 * Returns NULL if all are in use: submit, reap, and try again.
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

/* sva_ring_set_data, sva_ring_data - a pointer for the program; kept until it sets another one */
SVA__INLINE void sva_ring_set_data(struct sva_ring *ring, const struct sva_op *op, void *data)
{
	ring->data[op - ring->ops] = data;
}

SVA__INLINE void *sva_ring_data(const struct sva_ring *ring, const struct sva_op *op)
{
	return ring->data[op - ring->ops];
}

/**
 * sva_ring_submit - submit all operations that were obtained since the last call
 *
 * If the queue takes batches, 4 or more operations are submitted as batches. If the policy sets a
 * threshold, the CPU does the operations below it, while the device does the others (a threshold
 * that was measured for calls is not used here).
 *
 * Returns how many were submitted. If the queue is full, some may be left over; they keep their
 * order: reap, and call it again. -EAGAIN: the queue is full, and none was submitted; -EBADF,
 * -ESTALE: as sva_submit(); 0: there was nothing to submit. If the queue is dead, the CPU does the
 * work, or each operation ends with -ENODEV.
 */
int sva_ring_submit(struct sva_ring *ring);

/* Out of line: all that the inline part does not do. */
struct sva_op *sva__ring_reap_slow(struct sva_ring *ring, int *result);

/**
 * sva_ring_reap - one operation that has ended
 * @result: receives 0, or the error:
 *	-EFAULT: bad memory, or a page fault that the policy wants reported;
 *	-ETIMEDOUT: the time limit of the policy has passed, and it was not completed;
 *	-ECANCELED: sva_ring_cancel() was called, and it was not completed;
 *	-ENODEV: the queue is dead or is the CPU, and the policy forbids the CPU;
 *	-EIO: it was lost, and the policy forbids the CPU, or it is a move between overlapping
 *	buffers, which cannot be done again;
 *	else what sva_status_errno() returns for op->record: -EBADMSG, -EINVAL and so on
 *
 * The record describes the whole operation, however many parts it took, even if it ended with an
 * error after some of them. SVA_STATUS_NOT_SUBMITTED: the device never had it.
 *
 * Returns NULL if none has ended, and leaves @result alone. It does not wait for an operation, but
 * the CPU may finish one before it returns. If operations take longer than 100 ms, it asks the
 * device about them, at most every 100 ms, for up to 10 ms.
 */
SVA__INLINE struct sva_op *sva_ring_reap(struct sva_ring *ring, int *result)
{
	struct sva_op *op = ring->circle[ring->head & ring->mask];

	/* The oldest one, if it has succeeded and holds no credit. */
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
 * The policy of the queue says how to wait. *result is -ETIMEDOUT if none has ended in time, and
 * -ENOENT if none is in flight.
 */
struct sva_op *sva_ring_wait(struct sva_ring *ring, int64_t timeout_ns, int *result);

/**
 * sva_ring_why - why the CPU did some or all of an operation that was reaped: SVA_WHY_* (ops.h)
 *
 * Returns 0 if the CPU did nothing. Valid until the next sva_ring_get().
 */
SVA__INLINE uint32_t sva_ring_why(const struct sva_op *op)
{
	return op->done & 0xffff; /* the upper bits are for the ring */
}

/**
 * sva_ring_cancel - do not continue an operation
 *
 * If it has not been submitted yet, it will not be; if the device has it, the device may still
 * execute it. In any case it is reaped once it has ended, with -ECANCELED unless it was completed.
 * Until then its memory belongs to the device.
 *
 * Returns 0; -ENOENT: it is not in use; -EINVAL: NULL, or not an operation of this ring.
 */
int sva_ring_cancel(struct sva_ring *ring, const struct sva_op *op);

/**
 * sva_ring_in_flight - number of operations that were submitted and not yet reaped
 */
unsigned int sva_ring_in_flight(const struct sva_ring *ring);

/**
 * sva_ring_drain - wait until all submitted operations have ended; they can still be reaped
 *
 * Returns 0, -ETIMEDOUT, -ESTALE.
 */
int sva_ring_drain(struct sva_ring *ring, int64_t timeout_ns);

/**
 * sva_ring_fd - a file descriptor for poll(2), epoll(7) and the like
 *
 * After sva_ring_arm(), it becomes readable when there may be something to reap. Do not read from
 * it. It belongs to the ring, and is closed with it.
 *
 * Returns the descriptor, or -EMFILE, -ENFILE, -ENOMEM, -ESTALE, -EINVAL for NULL.
 */
int sva_ring_fd(struct sva_ring *ring);

/**
 * sva_ring_arm - make the file descriptor become readable once an operation has ended
 *
 * Call it each time before you wait on the descriptor, and after you have reaped all: submitting,
 * reaping, waiting, draining and cancelling disarm the ring. A thread of the library, one for the
 * process, started at the first call, watches the records of armed rings as SVA_WAIT_SLEEP does: it
 * polls for 7 us, then sleeps between polls for about a tenth of the time since the last ring was
 * armed. While no ring is armed, it sleeps.
 *
 * The descriptor also becomes readable a little later if there is something to submit that the
 * queue had no room for, and occasionally for no reason: then submit, reap, and arm again.
 *
 * Returns 0: wait (forever, if nothing is in flight); 1: an operation has already ended: reap it;
 * -EINVAL: NULL, or sva_ring_fd() was not called; -ESTALE; or the error of pthread_create().
 */
int sva_ring_arm(struct sva_ring *ring);

/**
 * sva_ring_reopen - for the child of a fork, after sva_wq_reopen(): an empty ring
 *
 * Operations that were in flight belong to the parent. sva_ring_fd() then returns a new descriptor;
 * the parent's is closed in the child. Until then, all functions return -ESTALE, except
 * sva_ring_reap(), which may return operations that had ended before the fork.
 *
 * Returns 0; -EALREADY: the ring is still usable; -ESTALE, -EBADF: the queue is not; -EINVAL;
 * -ENOMEM.
 */
int sva_ring_reopen(struct sva_ring *ring);

/**
 * sva_ring_close - drain and free; results that were not reaped are lost
 *
 * Waits as long as sva_wq_close() would.
 *
 * Returns 0; -ETIMEDOUT: operations are still in flight, and the ring is still open: try again;
 * -EINVAL: NULL.
 */
int sva_ring_close(struct sva_ring *ring);

#ifdef __cplusplus
}
#endif

#endif
