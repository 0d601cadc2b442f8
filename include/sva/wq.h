/* SPDX-License-Identifier: MIT */
/*
 * Open a work queue, submit operations to it, wait for their completion.
 *
 * A handle has one of three paths, chosen at open and never changed behind the caller's back:
 * the portal (ENQCMD for shared queues, MOVDIR64B for dedicated ones), write(2) where the kernel
 * refuses to map the portal, and the CPU where no queue is available. sva_wq_path() and
 * sva_wq_why() tell which one and why. The program is the same for all three.
 *
 * The hot path (sva_submit(), sva_try_submit(), sva_poll(), sva_batch_add()) is inline: no lock, no
 * call, no allocation, and on a shared queue nothing written that another core reads.
 *
 * Source of the semantics: Linux Documentation/arch/x86/sva.rst and drivers/dma/idxd/cdev.c
 * (Linux 5.18 to 6.19, seen in 6.1 to 7.3).
 */
#ifndef SVA_WQ_H
#define SVA_WQ_H

#include <errno.h>

#include <sva/desc.h>
#include <sva/discover.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sva_op;

/**
 * sva_op_alloc - an array of @count operations, 64-byte aligned and all zero
 *
 * For memory of any other origin the alignment is the caller's duty: malloc() does not give it, and
 * the builders, sva_submit() and sva_poll() rely on it.
 *
 * Returns NULL for no memory, or for 0 operations. sva_op_free() it once none is in flight.
 */
struct sva_op *sva_op_alloc(size_t count);

/* sva_op_free - free what sva_op_alloc() gave; NULL is fine */
void sva_op_free(struct sva_op *ops);

#define SVA__LIKELY(x)   __builtin_expect(!!(x), 1)
#define SVA__UNLIKELY(x) __builtin_expect(!!(x), 0)

/**
 * struct sva_wq - a handle of a work queue
 *
 * What stands here is for the inline functions only; the rest is the library's. In a forked child
 * the kernel clears it (MADV_WIPEONFORK), so that the child finds no portal and gets -ESTALE.
 */
struct sva_wq {
	void *portal;       /* NULL: every submission goes through sva__submit_slow() */
	int32_t *credit;    /* free entries of a dedicated queue times SVA__CREDIT; NULL: shared */
	uint64_t cpu_below; /* bytes; calls of less run on the CPU without looking further */
	uint32_t live;      /* open in this process */
	uint32_t reserved[9];
} __attribute__((aligned(64)));

/**
 * struct sva_op - an operation: descriptor, completion record, and what makes them safe
 *
 * 128 bytes, the caller's memory, which must be 64-byte aligned before it is prepared, and stay in
 * place from submission until sva_poll() or sva_wait() has returned a status, or the queue is
 * closed. One thread at a time uses an operation. Reuse it freely after that.
 *
 * It needs no initialization: builders and submission write all that the device reads. (Linking
 * record and queue once, in a step of its own, would save 3 of 24 instructions.)
 *
 * Variables have the alignment from the type, sva_op_alloc() gives it, and so does new in C++, also
 * in C++11. A container's elements have it from C++17 on.
 */
struct sva_op {
	struct sva_desc desc;     /* filled by sva_prep_*() */
	struct sva_record record; /* written by the device */
	struct sva_wq *wq;        /* where it was submitted */
	uint64_t user_data;       /* the caller's; the library never looks at it */
	int32_t *credit;          /* the credit that it holds, NULL if none */
	uint32_t done, rest;      /* sva_op_resume()'s: what earlier parts have done, and of what */
#ifdef __cplusplus
	/* Of C++11 and C++14, the global ones do not know of alignment. NULL: no memory. */
	static void *operator new(size_t size) noexcept
	{
		return sva_op_alloc(size / sizeof(sva_op));
	}
	static void *operator new[](size_t size) noexcept
	{
		return sva_op_alloc(size / sizeof(sva_op));
	}
	static void *operator new(size_t, void *at) noexcept
	{
		return at;
	}
	static void *operator new[](size_t, void *at) noexcept
	{
		return at;
	}
	static void operator delete(void *op) noexcept
	{
		sva_op_free(static_cast<sva_op *>(op));
	}
	static void operator delete[](void *ops) noexcept
	{
		sva_op_free(static_cast<sva_op *>(ops));
	}
#endif
} __attribute__((aligned(64)));

SVA__STATIC_ASSERT(sizeof(struct sva_wq) == 64, "the head of a handle is one cache line");
SVA__STATIC_ASSERT(sizeof(struct sva_op) == 128, "an operation is two cache lines");
SVA__STATIC_ASSERT(offsetof(struct sva_op, record) == 64, "the record begins a cache line");

/* Levels of the log. */
enum sva_log_level {
	SVA_LOG_NONE = 0,
	SVA_LOG_ERROR,
	SVA_LOG_WARN,
	SVA_LOG_INFO,
	SVA_LOG_DEBUG,
};

/* How a queue is reached. */
enum sva_path {
	SVA_PATH_NONE = 0, /* not open */
	SVA_PATH_CPU,      /* no device: operations run inside sva_submit() */
	SVA_PATH_WRITE,    /* write(2) on the char device */
	SVA_PATH_PORTAL,   /* ENQCMD or MOVDIR64B */
	SVA_PATH_POOL,     /* that of the member which gets the operation: pool.h */
};

/* sva_wq_opts.flags */
#define SVA_OPEN_NO_CPU    (1u << 0) /* fail rather than run on the CPU */
#define SVA_OPEN_NO_WRITE  (1u << 1) /* do not use write(2) */
#define SVA_OPEN_NO_PORTAL (1u << 2) /* do not map the portal */
#define SVA_OPEN_ON_NODE   (1u << 3) /* only devices of numa_node */

/* How sva_wait() spends the time. */
enum sva_wait_policy {
	SVA_WAIT_AUTO = 0, /* UMWAIT where the CPU has it, else as SVA_WAIT_SLEEP */
	SVA_WAIT_SPIN,     /* poll without a break: lowest latency */
	SVA_WAIT_PAUSE,    /* poll with PAUSE in between */
	SVA_WAIT_UMWAIT,   /* UMONITOR and UMWAIT; PAUSE where the CPU lacks them */
	SVA_WAIT_SLEEP,    /* pause for 7 us, then sleep in between: lowest CPU time */
};

/* What a call does where the device misses a page. */
enum sva_fault_policy {
	SVA_FAULT_TOUCH = 0, /* bring in the page, and what follows it; the device goes on */
	SVA_FAULT_POPULATE,  /* bring in all pages before; then as SVA_FAULT_TOUCH */
	SVA_FAULT_CPU,       /* the CPU does what is left */
	SVA_FAULT_REPORT,    /* end with -EFAULT */
};

/* sva_policy.flags */
#define SVA_POLICY_NO_CPU (1u << 0) /* fail rather than run on the CPU; no threshold */

/**
 * struct sva_policy - how calls (ops.h) use a queue; submission and waiting by hand do not
 *
 * All zero but size is the default. Pages are brought in by MADV_POPULATE_READ and _WRITE, which
 * change no byte; memory that is not mapped, or not writable, is then -EFAULT instead of a crash.
 * With SVA_FAULT_REPORT that holds for all that the CPU does as well.
 */
struct sva_policy {
	size_t size;                 /* sizeof(struct sva_policy) */
	uint32_t flags;              /* SVA_POLICY_* */
	enum sva_fault_policy fault; /* at a page fault */
	enum sva_wait_policy wait;   /* for the device */
	/* Flags of every descriptor: SVA_FLAG_BOF, _CC, _STORD, _DRDBK, as far as they apply. */
	uint32_t desc_flags;
	/* Calls of fewer bytes run on the CPU; 0: measured at the first call. */
	uint64_t threshold;
	/*
	 * Nanoseconds after which a call submits nothing more, and ends with -ETIMEDOUT as soon as
	 * the device has ended what it has; 0: never.
	 */
	int64_t timeout_ns;
};

struct sva_report;

/**
 * struct sva_wq_opts - what to open, and how; all zero but size means "anything that works"
 *
 * Fields are only ever added at the end. A caller that is newer than the library gets -E2BIG if it
 * has set a field that the library does not know.
 */
struct sva_wq_opts {
	size_t size;           /* sizeof(struct sva_wq_opts) */
	uint32_t flags;        /* SVA_OPEN_* */
	enum sva_wq_mode mode; /* shared or dedicated only */
	/*
	 * DSA or IAX only; SVA_DEV_KIND_CPU is as the name "cpu". A queue of an IAX device is taken
	 * if it is asked for here or by name: its operations are struct sva_iax_op (iax.h).
	 */
	enum sva_dev_kind kind;
	int numa_node; /* with SVA_OPEN_ON_NODE; otherwise devices near the caller come first */
	uint32_t min_batch;        /* max_batch_size at least this */
	uint64_t min_transfer;     /* max_transfer_size at least this, bytes */
	struct sva_opmask opcodes; /* all of these must be allowed */
	uint32_t retries;          /* tries of sva_submit() on a full shared queue; 0: 1024 */
	uint32_t timeout_ms;       /* bound of open's probe and of close's drain; 0: 5000 */
	/* Called with one line, without a newline, for each event up to log_level. */
	void (*log)(void *ctx, enum sva_log_level level, const char *line);
	void *log_ctx;
	enum sva_log_level log_level; /* 0: what LIBSVA_LOG says, else nothing */
	/* If set, gets the report of the open, also of one that failed; sva_report_free() it. */
	struct sva_report **report;
	/* A snapshot to choose from; NULL: a new one is taken. Not needed after the open. */
	const struct sva_topology *topology;
	const struct sva_policy *policy; /* NULL: the default */
};

/**
 * sva_wq_open - open a work queue; this binds the process's PASID
 * @wq: gets the handle; set to NULL on failure
 * @name: NULL or "" for the best one; "cpu"; a queue "wq0.0", "dsa0/wq0.0" or "/dev/dsa/wq0.0"; a
 *        device "dsa0". What can be no such name is -EINVAL; a queue that this machine lacks is as
 *        one that cannot be used, so that a program with a configured name runs anywhere
 * @opts: NULL for defaults
 *
 * Of several queues that fit, those of a near NUMA node come first, then shared before dedicated
 * ones, then those with fewer clients. A queue that cannot be used is passed over, its reason is
 * kept (sva_wq_report()). When none is left, the CPU is taken, unless SVA_OPEN_NO_CPU (and logged
 * as a warning if a name was given); it has the
 * opcodes of desc.h but the inter-domain ones, and the limits of a queue by default (2 MiB a
 * transfer, 32 descriptors a batch), or what min_transfer and min_batch ask for.
 *
 * The char device is opened O_RDWR | O_CLOEXEC and verified. Where mmap(2) of the portal is refused
 * (since Linux 6.10 it needs CAP_SYS_RAWIO), write(2) is tried, and probed once with a NOOP.
 *
 * LIBSVA_LOG (error, warn, info, debug) logs to standard error. Safe in any thread.
 *
 * Returns 0, or: -EINVAL bad name or option, -E2BIG options of a newer version, -ENOMEM, -EMFILE,
 * -ENFILE; and with SVA_OPEN_NO_CPU the reason of the first queue that was passed over, or -ENODEV
 * if there was none.
 */
int sva_wq_open(struct sva_wq **wq, const char *name, const struct sva_wq_opts *opts);

/**
 * sva_wq_close - wait for what is in flight, unmap the portal, close the device
 *
 * The wait is bounded by the timeout_ms of the options. When the device has not finished by then,
 * -ETIMEDOUT is returned, the handle is still open, and all memory still belongs to the device. A
 * device or queue that is no longer enabled is not waited for. After
 * success no device touches the process's memory through this handle any more, and the record of
 * every operation is final: operations may still be polled, for as long as the handle is
 * recognised as closed.
 *
 * No other thread may use the handle meanwhile; of two threads that close it, one gets -EBADF. In a
 * forked child it frees the child's copy.
 *
 * Returns 0, -EINVAL for NULL, -EBADF when already closed, -ETIMEDOUT. A closed handle is
 * recognised until 256 more have been closed; do not rely on it.
 */
int sva_wq_close(struct sva_wq *wq);

/**
 * sva_wq_reopen - open the same queue again, under the same handle
 *
 * For a forked child, whose copy of a handle answers -ESTALE until then. Operations that were in
 * flight in the parent are the parent's: never wait for them in the child. While the parent has a
 * dedicated queue open, the child gets -EBUSY. (After a reset of the device, close and open.)
 *
 * Returns 0, or the errors of sva_wq_open(), -EBADF when closed; -EALREADY when it is not stale.
 */
int sva_wq_reopen(struct sva_wq *wq);

/* sva_wq_path - how the queue is reached; SVA_PATH_NONE for one that is closed or was forked */
enum sva_path sva_wq_path(const struct sva_wq *wq);

/* sva_path_name - "portal", "write(2)", "CPU" or "none" */
const char *sva_path_name(enum sva_path path);

/**
 * sva_wq_info - the attributes of the queue, as they were at open
 *
 * Never NULL for an open handle; kind is SVA_DEV_KIND_CPU on the CPU path. Lives as long as the
 * handle.
 */
const struct sva_wq_info *sva_wq_info(const struct sva_wq *wq);

/* sva_wq_why - the path and the reason for it, one line; "not open" for NULL; lives as the handle
 */
const char *sva_wq_why(const struct sva_wq *wq);

/**
 * sva_wq_set_policy - how calls use the queue from now on
 * @policy: copied
 *
 * Any thread may replace it while others call: a call follows the one that it has found when it
 * began, or parts of both.
 *
 * Returns 0; -EINVAL: NULL, an unknown value, a size of no version, or SVA_FAULT_CPU with
 * SVA_POLICY_NO_CPU; -E2BIG: a policy of a newer version; -EOPNOTSUPP: the queue takes no such
 * desc_flags; -EBADF: closed; -ESTALE: forked.
 */
int sva_wq_set_policy(struct sva_wq *wq, const struct sva_policy *policy);

/**
 * sva_wq_get_policy - the policy of the queue, with the threshold that was measured, if one was
 * @policy: filled, as far as its size goes
 *
 * Returns 0, -EINVAL for NULL or a size of no version, -EBADF, -ESTALE.
 */
int sva_wq_get_policy(const struct sva_wq *wq, struct sva_policy *policy);

/**
 * struct sva_wq_stats - what a queue has done since it was opened
 *
 * Counted are operations that calls, rings and pools have submitted; what a program submits itself
 * to a queue that is not in a pool is not, nor is a call below the threshold that asks for no
 * outcome. Of a pool: all members together, and what the CPU has done.
 */
struct sva_wq_stats {
	size_t size;             /* sizeof(struct sva_wq_stats); set by the caller */
	uint64_t operations;     /* that the queue has taken; a rest after a fault counts again */
	uint64_t bytes;          /* of their transfer sizes */
	uint64_t retries;        /* tries that found the queue full */
	uint64_t full;           /* operations that it did not take, because it was full */
	uint64_t read_faults;    /* page faults that ended an operation */
	uint64_t write_faults;   /* likewise, at a write */
	uint64_t resumed;        /* operations that went on after one */
	uint64_t timeouts;       /* calls, or operations of a ring, whose time was over */
	uint64_t failures;       /* submissions that failed, and operations that were lost */
	uint64_t quarantines;    /* how often it was taken out of its pool */
	uint64_t cpu_operations; /* that the CPU has done, in part or as a whole */
	uint64_t cpu_why[16];    /* of these, for the reason SVA_WHY_*: bit i at cpu_why[i] */
	uint64_t in_flight;      /* now; only in pools */
	uint64_t cr_faults;      /* of the kernel: completion records that it had to write */
	uint64_t cr_fault_failures; /* and that it could not write */
};

/**
 * sva_wq_stats - read the statistics, while others use the queue
 * @stats: filled, as far as its size goes
 *
 * cr_faults and cr_fault_failures are those of this process's open files of the queue, together
 * (Linux 6.4, event log); 0 where the kernel does not say.
 *
 * Returns 0, -EINVAL for NULL or a size of no version, -EBADF, -ESTALE.
 */
int sva_wq_stats(const struct sva_wq *wq, struct sva_wq_stats *stats);

/**
 * struct sva_rejection - why a queue was passed over
 */
struct sva_rejection {
	char queue[32];     /* "wq0.0", "dsa0", or "" for the machine as a whole */
	int err;            /* -errno */
	char reason[400];   /* "open: Operation not supported: ..." */
	const char *remedy; /* how to fix it; "" where the reason says so */
};

/**
 * sva_wq_report - the queues that were passed over when the handle was opened
 *
 * Lives as long as the handle.
 */
const struct sva_report *sva_wq_report(const struct sva_wq *wq);

/* sva_report_count - number of rejections; 0 for NULL */
unsigned int sva_report_count(const struct sva_report *report);

/* sva_report_get - the i-th rejection, or NULL */
const struct sva_rejection *sva_report_get(const struct sva_report *report, unsigned int i);

/* sva_report_free - free a report that sva_wq_opts.report got; NULL is fine */
void sva_report_free(struct sva_report *report);

/**
 * sva_desc_check - what would the device refuse about a descriptor?
 * @wq: the queue that it is meant for; its limits and opcodes count
 * @desc: the descriptor; the members of a batch are looked at, too
 * @why: gets a sentence, always terminated; may be NULL if @len is 0
 * @len: bytes at @why
 *
 * Returns 0 if nothing was found, else the status (enum sva_status) that the device would answer,
 * or -EINVAL for NULL, -EBADF for a closed handle, -ESTALE for a forked one. Off the hot path.
 */
int sva_desc_check(const struct sva_wq *wq, const struct sva_desc *desc, char *why, size_t len);

/**
 * sva_cpu_features - what this CPU can do, a mask of SVA_CPU_*; asked once
 *
 * LIBSVA_CPU=+enqcmd,-waitpkg overrides it (enqcmd, movdir64b, waitpkg, cldemote, clflushopt,
 * avx2, avx512), unless the program is set-user-ID.
 */
unsigned int sva_cpu_features(void);

/*
 * Submission.
 */

/* Out of line: all that the inline part does not do. Use sva_submit() and sva_try_submit(). */
int sva__submit_slow(struct sva_wq *wq, struct sva_op *op);
int sva__try_submit_slow(struct sva_wq *wq, struct sva_op *op);

/*
 * One entry of a dedicated queue. The size of a portal line, so that the count of free entries is
 * also the place in the portal where the next descriptor goes: lines rotate without a counter.
 */
#define SVA__CREDIT          64
#define SVA__PORTAL_ROTATION 0xfc0 /* 64 lines of 64 bytes: one page */

/* Give an operation its own record, not complete, and tell it where it goes. */
SVA__INLINE void sva__op_link(struct sva_op *op, struct sva_wq *wq)
{
	op->desc.completion_addr = (uintptr_t)&op->record;
	op->record.status = SVA_STATUS_NONE;
	op->wq = wq;
	op->credit = wq->credit;
}

/* One try through the portal. */
SVA__INLINE bool sva__submit_portal(struct sva_wq *wq, struct sva_op *op)
{
	char *portal = (char *)wq->portal;
	int32_t free;

	sva__op_link(op, wq);
	if (!op->credit) {
		sva_submit_barrier();
		return !sva_enqcmd(portal, &op->desc);
	}
	free = __atomic_fetch_sub(op->credit, SVA__CREDIT, __ATOMIC_RELAXED);
	if (SVA__UNLIKELY(free <= 0)) {
		__atomic_fetch_add(op->credit, SVA__CREDIT, __ATOMIC_RELAXED);
		op->credit = NULL;
		return false;
	}
	sva_submit_barrier();
	sva_movdir64b(portal + (free & SVA__PORTAL_ROTATION), &op->desc);
	return true;
}

/*
 * A program that is compiled with -DSVA_CHECKED has sva_submit() and sva_try_submit() check first
 * (sva_submit_many() and sva_submit_batch() do not): an operation that is still in flight is
 * refused with -EBUSY, and a descriptor that sva_desc_check() finds fault with, or (under
 * AddressSanitizer) one whose buffers are not all the program's, with -EINVAL; the sentence goes to
 * the log, at level error. For development: it costs far more than the submission.
 */
int sva__submit_checked(struct sva_wq *wq, struct sva_op *op, bool retry);

/* A handle with a portal and an operation that can be submitted without looking further. */
SVA__INLINE bool sva__submit_is_fast(const struct sva_wq *wq, const struct sva_op *op)
{
	return SVA__LIKELY(wq && wq->portal && op && !((uintptr_t)op & 63));
}

/**
 * sva_submit - submit an operation
 * @wq: an open handle
 * @op: a prepared operation, 64-byte aligned
 *
 * On a full shared queue it tries again, with growing pauses, up to the number of tries in the
 * options; on a dedicated queue there is nothing to wait for but the caller's own completions. On
 * the CPU path the operation is executed before it returns. Any number of threads may use one
 * queue.
 *
 * Returns 0: the queue has it, and the operation's memory belongs to the device until it ends; or
 * -EAGAIN: the queue is full, or all credits are taken: reap, then try again;
 * -EINVAL: NULL, or an operation that is not 64-byte aligned (the builders may crash on that);
 * -EBADF: the handle is closed; -ESTALE: it was inherited over a fork, see sva_wq_reopen();
 * -ENODEV: the device or queue is no longer enabled, or has another mode than at open: the queue
 * must be opened again, unless it is enabled again as it was; sva_wait() ends what was in flight;
 * or what write(2) said. After an error sva_poll() returns SVA_STATUS_NOT_SUBMITTED (but not for an
 * operation that is misaligned: it is not touched).
 */
SVA__INLINE int sva_submit(struct sva_wq *wq, struct sva_op *op)
{
#ifdef SVA_CHECKED
	return sva__submit_checked(wq, op, true);
#endif
	if (sva__submit_is_fast(wq, op) && SVA__LIKELY(sva__submit_portal(wq, op)))
		return 0;
	return sva__submit_slow(wq, op);
}

/* sva_try_submit - as sva_submit(), but one try only: -EAGAIN at once when the queue is full */
SVA__INLINE int sva_try_submit(struct sva_wq *wq, struct sva_op *op)
{
#ifdef SVA_CHECKED
	return sva__submit_checked(wq, op, false);
#endif
	if (sva__submit_is_fast(wq, op) && SVA__LIKELY(sva__submit_portal(wq, op)))
		return 0;
	return sva__try_submit_slow(wq, op);
}

/**
 * sva_submit_many - submit the operations ops[0] to ops[count - 1], in this order
 *
 * Returns n, the number of operations that were accepted, which are the first n; or, for none, the
 * error of the first.
 * Those not accepted have SVA_STATUS_NOT_SUBMITTED.
 */
int sva_submit_many(struct sva_wq *wq, struct sva_op *ops, unsigned int count);

/**
 * struct sva_batch - descriptors that the device reads by itself, in one submission
 *
 * Descriptors and records are the caller's memory, each array contiguous, as many as the capacity;
 * both must stay in place until the batch is complete. One thread at a time fills a batch.
 */
struct sva_batch {
	struct sva_desc *next;          /* the descriptor that sva_batch_add() gives next */
	struct sva_record *next_record; /* and its record */
	struct sva_desc *end;
	struct sva_desc *descs;     /* 64-byte aligned */
	struct sva_record *records; /* records[i] is the record of descs[i] */
	uint32_t flags;             /* SVA_BATCH_* */
	uint32_t reserved[5];
};
SVA__STATIC_ASSERT(sizeof(struct sva_batch) == 64, "a batch keeps its size");

/*
 * Members write a completion record only when they fail: less traffic. The status of a member
 * without a failure stays SVA_STATUS_NONE, also when the batch is complete.
 */
#define SVA_BATCH_RECORD_FAILURES (1u << 0)

/**
 * sva_batch_init - an empty batch over the caller's arrays
 * @capacity: at least 2; at most the max_batch_size of the queue is taken at once
 *
 * Returns 0, or -EINVAL: NULL, an array that is not aligned, a capacity below 2, unknown flags.
 */
int sva_batch_init(struct sva_batch *batch, struct sva_desc *descs, struct sva_record *records,
		   uint32_t capacity, uint32_t flags);

/**
 * sva_batch_add - the next member's descriptor, its record linked and cleared; NULL when full
 *
 * Fill it with sva_prep_*(). With SVA_FLAG_FENCE a member waits for all previous ones, and is not
 * executed if one of them has failed.
 */
SVA__INLINE struct sva_desc *sva_batch_add(struct sva_batch *batch)
{
	struct sva_desc *desc = batch->next;
	struct sva_record *record = batch->next_record;

	if (SVA__UNLIKELY(desc == batch->end))
		return NULL;
	batch->next = desc + 1;
	batch->next_record = record + 1;
	desc->completion_addr = (uintptr_t)record;
	record->status = SVA_STATUS_NONE;
	return desc;
}

/* sva_batch_count - members so far */
SVA__INLINE uint32_t sva_batch_count(const struct sva_batch *batch)
{
	return (uint32_t)(batch->next - batch->descs);
}

/* sva_batch_reset - empty the batch for the next round; not before it is complete */
SVA__INLINE void sva_batch_reset(struct sva_batch *batch)
{
	batch->next = batch->descs;
	batch->next_record = batch->records;
}

/**
 * sva_submit_batch - submit a batch
 * @op: gets the completion of the whole: SVA_STATUS_SUCCESS, or SVA_STATUS_BATCH_FAIL when a
 *      member failed; a member that was not executed has SVA_STATUS_NONE
 *
 * A batch of one member is filled up with a NOOP where the device refuses it. Where the kernel
 * refuses batches in write(2) (DSA 1.0), and for one member on a queue whose max_batch_size is 1,
 * the members are submitted one by one, fences honoured, and the call returns when they have ended,
 * however long that takes.
 *
 * Start the next round with sva_batch_reset(), once this one is complete.
 *
 * Returns as sva_submit() does, and -EINVAL for an empty batch, -E2BIG for more members than the
 * queue takes.
 */
int sva_submit_batch(struct sva_wq *wq, struct sva_batch *batch, struct sva_op *op);

/*
 * Completion.
 */

/**
 * sva_poll - is the operation complete?
 * @op: an operation that was given to sva_submit()
 *
 * Gives back the credit of a dedicated queue, once, however often one polls.
 *
 * It reads the completion record and nothing else. After a reset of the device the record may never
 * change: of an operation that takes longer than it should, ask by sva_wait() with no time.
 *
 * Returns 0 while it has no record, else the status byte (enum sva_status, and perhaps
 * SVA_STATUS_WRITE); sva_status_errno() and sva_decode() (status.h) say what it means.
 */
SVA__INLINE int sva_poll(struct sva_op *op)
{
	const struct sva_record *record = (const struct sva_record *)op->desc.completion_addr;
	unsigned int status;

#ifdef SVA_CHECKED
	if (!record)
		return SVA_STATUS_NOT_SUBMITTED;
#endif
	status = sva_record_status(record);
	if (!status)
		return 0;
	if (op->credit) {
		int32_t *credit = op->credit;

		op->credit = NULL;
		__atomic_fetch_add(credit, SVA__CREDIT, __ATOMIC_RELEASE);
	}
	return (int)status;
}

/**
 * sva_wait - wait until the operation is complete
 * @timeout_ns: nanoseconds from now; 0 polls once, a negative value waits forever
 *
 * An operation that takes longer than 100 ms, or than the time-out, is asked about: by the state of
 * device and queue, and by a DRAIN, at most every 100 ms. A DRAIN that completes proves that
 * everything before it has ended (specification 341204, 3.4). The answer can take up to 10 ms, so
 * that the call may return that much late.
 *
 * SVA_WAIT_SLEEP polls with PAUSE for 7 us, and then sleeps between two polls, for about a tenth
 * of the time waited so far. It notices completion at most a tenth of that time plus 10 us late,
 * unless the thread has to wait for a CPU. A wait of 100 us takes, as a rule, less than half the
 * CPU time of SVA_WAIT_SPIN, and a longer one much less. While it sleeps, the timer slack of the
 * thread (PR_SET_TIMERSLACK) is 1 ns; it is restored before the call returns.
 *
 * Returns the status byte as sva_poll() does, SVA_STATUS_LOST for an operation that has ended
 * without a record; or -ENODEV: likewise, since the device or queue is no longer enabled or has
 * another mode: sva_poll() then says SVA_STATUS_LOST. After these the operation's memory is the
 * caller's again. -ETIMEDOUT: the operation is still in flight, and its memory still belongs to the
 * device; -ESTALE: the operation was submitted by the parent of this forked process, which alone
 * sees its completion; -EBADF: the queue was closed, its device dead, without a completion;
 * -EINVAL: NULL, or an operation that was never submitted.
 */
int sva_wait(struct sva_op *op, int64_t timeout_ns, enum sva_wait_policy policy);

/**
 * sva_op_resume - go on with an operation that a page fault has stopped
 * @op: an operation that sva_poll() or sva_wait() has returned a status of
 *
 * Call it after each end, whatever the status. Where a part is done, it prepares the rest, by the
 * rule of the opcode, and keeps what has been done in the operation; see to the page (touch it, or
 * the rest stops there again), and submit. Where the operation is at its end, it makes the
 * completion record and the size in the descriptor those of the whole: the offset of a difference,
 * a delta record and its length, members of a batch. The other fields of the descriptor stay those
 * of the last part.
 *
 * Decode the record before: of an operation whose rest waits to be submitted, sva_poll() returns
 * SVA_STATUS_NOT_SUBMITTED. The last member of a batch, which devices refuse as a batch, is
 * executed by this function, and has ended when it returns.
 *
 * Returns 1: there is a rest; 0: that was all, with whatever status; -EINVAL: NULL, misaligned, or
 * never submitted; -EINPROGRESS: it has not ended; or, for the last member of a batch, what
 * sva_submit() returns: call it again. One thread at a time uses an operation. Source:
 * specification 341204, 8.3.
 */
int sva_op_resume(struct sva_op *op);

#ifdef __cplusplus
}
#endif

#endif
