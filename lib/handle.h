/* SPDX-License-Identifier: MIT */
/*
 * The memory of a handle: what makes one usable, forked or closed.
 *
 * A handle is pages of its own. The first one holds struct sva_wq, the part that the inline
 * functions read, and the kernel clears it in a forked child (MADV_WIPEONFORK, Linux 4.14): there
 * the child finds no portal, takes the slow path, and is told that the handle is its parent's. This
 * costs the parent not one instruction. The pages behind it survive the fork.
 *
 * A closed handle is all zero, and is not used again until 256 more were closed, so that its use is
 * an error instead of a crash. Its memory is never unmapped, and never has the same word for
 * credits twice: an operation that is reaped after the close gives its credit back where nobody
 * looks.
 */
#ifndef SVAI_HANDLE_H
#define SVAI_HANDLE_H

#include <sva/iax.h>

#include "check.h"
#include "drain.h"
#include "log.h"
#include "quarantine.h"
#include "report.h"
#include "shard.h"

#define SVAI_PAGE 4096

/*
 * head.live: usable in this process. A queue of DSA's operations that is the CPU has a value of its
 * own, so that a submission to it asks one question.
 */
#define SVAI_LIVE     1u
#define SVAI_LIVE_CPU 2u

struct svai_handle {
	struct sva_wq head;
	/*
	 * Credits of a dedicated queue, which all threads write: in a cache line that nothing else
	 * of this open is in. Each open of this memory has a word of its own: an operation of an
	 * earlier one, or of the parent, gives its credit back into the word of its own time.
	 */
	int32_t credits[(SVAI_PAGE - sizeof(struct sva_wq)) / 64][64 / sizeof(int32_t)];

	/* From here on the child of a fork sees what the parent had. */
	bool open;     /* and not being closed */
	bool iax;      /* its operations have a record of 64 bytes: struct sva_iax_op */
	bool no_batch; /* write(2) has refused a batch: do not ask again */
	enum sva_path path;
	const char *name;    /* info.name, where a probe has it at no cost */
	void *portal;        /* that of the head, which on an IAX queue is NULL there */
	int fd;              /* -1: none */
	int state_fd[2];     /* "state" of the queue and of its device, in sysfs; -1: unknown */
	uint32_t generation; /* how often it was opened */
	uint32_t flags;      /* SVA_OPEN_* */
	uint32_t retries;
	uint32_t timeout_ms;
	pthread_mutex_t policy_lock; /* of those who write it */
	struct sva_policy policy;
	bool plain;        /* svai_policy_is_plain() */
	uint64_t measured; /* threshold; 0: not yet */
	bool measuring;
	struct svai_log log;
	struct svai_limits limits;
	struct sva_wq_info info;
	struct sva_report report;
	char why[640];
	struct sva_iax_op
		probe; /* the library's own, of either kind: for write(2), and quarantine */
	uint32_t far_skip, far_length; /* see inflate.c */
	struct svai_drains drains;
	struct svai_pool *pool; /* it is one */
	bool in_pool;           /* it is a member of one */
	int64_t executing;      /* batches, member by member: see members.c */
	struct svai_quarantine quarantine;
	struct svai_shard shards[SVAI_SHARDS];
	struct svai_handle *next, **prev_next; /* all handles */
};

static inline struct svai_handle *svai_handle(const struct sva_wq *wq)
{
	return (struct svai_handle *)(uintptr_t)wq;
}

/* svai_queue_was_dead - when somebody looked last */
static inline bool svai_queue_was_dead(const struct svai_handle *h)
{
	return SVA__UNLIKELY(__atomic_load_n(&h->drains.dead, __ATOMIC_RELAXED));
}

/* svai_queue_stays_dead - and is it still? */
static inline bool svai_queue_stays_dead(struct svai_handle *h)
{
	return svai_queue_was_dead(h) && svai_queue_died(h);
}

/* svai_handle_state - 0: usable; -EINVAL: NULL; -ESTALE: the parent's; -EBADF: closed */
int svai_handle_state(const struct sva_wq *wq);

/* svai_handle_new - memory for a handle, not open yet; NULL: no memory */
struct svai_handle *svai_handle_new(void);

/* svai_handle_publish - the handle is complete: let the inline functions use it */
void svai_handle_publish(struct svai_handle *h, void *portal);

/*
 * The file of a handle, opened and closed under the lock of the fork handlers: a child neither
 * keeps it, nor closes another one that has got its number. 0 or -errno.
 */
int svai_handle_open_file(struct svai_handle *h);
void svai_handle_close_file(struct svai_handle *h);

/* svai_handle_in_flight - of a dedicated queue, all; else what a pool has submitted */
int64_t svai_handle_in_flight(const struct svai_handle *h);

/* svai_handle_withdraw - send the inline functions to the slow path again; returns the portal */
void *svai_handle_withdraw(struct svai_handle *h);

/* svai_handle_free - the handle is closed, or (@seen false) no caller has ever seen it */
void svai_handle_free(struct svai_handle *h, bool seen);

#endif
