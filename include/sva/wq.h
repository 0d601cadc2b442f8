/* SPDX-License-Identifier: MIT */
/*
 * Open a work queue, submit operations to it, wait for their completion.
 *
 * A handle has one of three paths, which is chosen at open and never changes: the portal (ENQCMD
 * for shared queues, MOVDIR64B for dedicated ones), write(2) if the kernel refuses to map the
 * portal, or the CPU if no queue is available. sva_wq_path() and sva_wq_why() return which one and
 * why. The program is the same for all three.
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
 * If you allocate operations in another way, align them yourself: malloc() does not, and the
 * builders, sva_submit() and sva_poll() rely on it.
 *
 * Returns NULL if there is no memory, or for 0 operations. Free it with sva_op_free() once none is
 * in flight.
 */
struct sva_op *sva_op_alloc(size_t count);

/* sva_op_free - free what sva_op_alloc() returned; NULL is allowed */
void sva_op_free(struct sva_op *ops);

#define SVA__LIKELY(x)   __builtin_expect(!!(x), 1)
#define SVA__UNLIKELY(x) __builtin_expect(!!(x), 0)

/**
 * struct sva_wq - a handle of a work queue
 *
 * These fields are for the inline functions only; the rest of the handle is private. In a forked
 * child the kernel clears it (MADV_WIPEONFORK), so the child finds no portal and gets -ESTALE.
 */
struct sva_wq {
	void *portal;       /* NULL: every submission goes through sva__submit_slow() */
	int32_t *credit;    /* free entries of a dedicated queue times SVA__CREDIT; NULL: shared */
	uint64_t cpu_below; /* bytes; smaller calls run on the CPU without further checks */
	uint32_t live;      /* open in this process */
	uint32_t reserved[9];
} __attribute__((aligned(64)));

/**
 * struct sva_op - an operation: descriptor, completion record, and what makes them safe
 *
 * It is 128 bytes of the caller's memory, which must be 64-byte aligned before it is prepared. It
 * must stay in place from submission until sva_poll() or sva_wait() has returned a status, or the
 * queue is closed; after that it can be reused. Only one thread at a time may use an operation.
 *
 * It needs no initialization: builders and submission write everything that the device reads.
 * (Linking record and queue once, in a separate step, would save 3 of 24 instructions.)
 *
 * Variables get the alignment from the type. sva_op_alloc() provides it, and so does new in C++,
 * even in C++11. Elements of a container have it from C++17 on.
 */
struct sva_op {
	struct sva_desc desc;     /* filled by sva_prep_*() */
	struct sva_record record; /* written by the device */
	struct sva_wq *wq;        /* where it was submitted */
	uint64_t user_data;       /* for the caller; the library never uses it */
	int32_t *credit;          /* the credit that it holds, NULL if none */
	uint32_t done, rest;      /* for sva_op_resume(): what earlier parts have done, of what */
#ifdef __cplusplus
	/* The global ones of C++11 and C++14 do not know about alignment. NULL: no memory. */
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

/* How operations reach a queue. */
enum sva_path {
	SVA_PATH_NONE = 0, /* not open */
	SVA_PATH_CPU,      /* no device: operations run inside sva_submit() */
	SVA_PATH_WRITE,    /* write(2) on the char device */
	SVA_PATH_PORTAL,   /* ENQCMD or MOVDIR64B */
	SVA_PATH_POOL,     /* the path of the member that gets the operation: pool.h */
};

/* sva_wq_opts.flags */
#define SVA_OPEN_NO_CPU    (1u << 0) /* fail rather than run on the CPU */
#define SVA_OPEN_NO_WRITE  (1u << 1) /* do not use write(2) */
#define SVA_OPEN_NO_PORTAL (1u << 2) /* do not map the portal */
#define SVA_OPEN_ON_NODE   (1u << 3) /* only devices of numa_node */

/* How sva_wait() spends the time. */
enum sva_wait_policy {
	SVA_WAIT_AUTO = 0, /* UMWAIT if the CPU has it, else as SVA_WAIT_SLEEP */
	SVA_WAIT_SPIN,     /* poll without a break: lowest latency */
	SVA_WAIT_PAUSE,    /* poll with PAUSE in between */
	SVA_WAIT_UMWAIT,   /* UMONITOR and UMWAIT, or PAUSE if the CPU lacks them */
	SVA_WAIT_SLEEP,    /* pause for 7 us, then sleep in between: lowest CPU time */
};

/* What a call does when the device meets a page fault. */
enum sva_fault_policy {
	SVA_FAULT_TOUCH = 0, /* bring in the page and what follows it; the device continues */
	SVA_FAULT_POPULATE,  /* bring in all pages beforehand; then as SVA_FAULT_TOUCH */
	SVA_FAULT_CPU,       /* the CPU does the rest */
	SVA_FAULT_REPORT,    /* end with -EFAULT */
};

/* sva_policy.flags */
#define SVA_POLICY_NO_CPU (1u << 0) /* fail rather than run on the CPU; no threshold */

/**
 * struct sva_policy - how calls (ops.h) and rings use a queue; it does not apply to operations that
 * the program submits itself
 *
 * All zero except size is the default. Pages are brought in by MADV_POPULATE_READ and _WRITE, which
 * change no byte; memory that is not mapped, or not writable, then gives -EFAULT instead of a
 * crash. With SVA_FAULT_REPORT this also applies to everything that the CPU does.
 */
struct sva_policy {
	size_t size;                 /* sizeof(struct sva_policy) */
	uint32_t flags;              /* SVA_POLICY_* */
	enum sva_fault_policy fault; /* at a page fault */
	enum sva_wait_policy wait;   /* for the device */
	/* Flags of every descriptor: SVA_FLAG_BOF, _CC, _STORD, _DRDBK, where they apply. */
	uint32_t desc_flags;
	/* Calls of fewer bytes run on the CPU; 0: measured at the first call. */
	uint64_t threshold;
	/*
	 * Nanoseconds after which a call submits nothing more, and ends with -ETIMEDOUT as soon as
	 * the device has finished what was submitted; 0: never.
	 */
	int64_t timeout_ns;
	/*
	 * Threads, up to 64, that share a copy or a fill of 4 MiB or more when the CPU does it; 0
	 * and 1: only the caller's. They are started for one call, and end with it.
	 */
	uint32_t cpu_threads;
	uint32_t reserved;
};

struct sva_report;

/**
 * struct sva_wq_opts - what to open, and how; all zero except size means "anything that works"
 *
 * Fields are only ever added at the end. A caller that is newer than the library gets -E2BIG if it
 * has set a field that the library does not know.
 */
struct sva_wq_opts {
	size_t size;           /* sizeof(struct sva_wq_opts) */
	uint32_t flags;        /* SVA_OPEN_* */
	enum sva_wq_mode mode; /* shared or dedicated only */
	/*
	 * DSA or IAX only; SVA_DEV_KIND_CPU is the same as the name "cpu". A queue of an IAX device
	 * is used only if it is asked for here or by name, as its operations are struct sva_iax_op
	 * (iax.h).
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
	/* If set, receives the report of the open, even if it fails; free it: sva_report_free(). */
	struct sva_report **report;
	/* A snapshot to choose from; NULL: take a new one. Not needed after the open. */
	const struct sva_topology *topology;
	const struct sva_policy *policy; /* NULL: the default */
};

/**
 * sva_wq_open - open a work queue; this binds the process's PASID
 * @wq: receives the handle; set to NULL on failure
 * @name: NULL or "" for the best one; "cpu"; a queue "wq0.0", "dsa0/wq0.0" or "/dev/dsa/wq0.0"; a
 *        device "dsa0". Any other name is -EINVAL; a queue that this machine lacks is passed over
 *        like one that cannot be used, so a program with a configured name runs anywhere
 * @opts: NULL for the defaults
 *
 * If several queues meet the options, those of a near NUMA node come first, then shared before
 * dedicated ones, then those with fewer clients. A queue that cannot be used is passed over, and
 * the reason is kept (sva_wq_report()). If none is left, the handle uses the CPU, unless
 * SVA_OPEN_NO_CPU is set (this is logged as a warning if a name was given). The CPU supports the
 * opcodes of desc.h except the inter-domain ones. It has the limits of a queue by default (2 MiB
 * per transfer, 32 descriptors per batch), or what min_transfer and min_batch ask for.
 *
 * The char device is opened with O_RDWR | O_CLOEXEC and verified. If mmap(2) of the portal is
 * refused (since Linux 6.10 it needs CAP_SYS_RAWIO), write(2) is probed once with a NOOP, and used.
 *
 * LIBSVA_LOG (error, warn, info, debug) logs to standard error. Safe in any thread.
 *
 * Returns 0; -EINVAL: bad name or option; -E2BIG: options of a newer version; -ENOMEM, -EMFILE,
 * -ENFILE; and with SVA_OPEN_NO_CPU the reason why the first queue was passed over, or -ENODEV if
 * there was none.
 */
int sva_wq_open(struct sva_wq **wq, const char *name, const struct sva_wq_opts *opts);

/**
 * sva_wq_close - wait for what is in flight, unmap the portal, close the device
 *
 * The wait is bounded by the timeout_ms of the options. If the device has not finished by then,
 * -ETIMEDOUT is returned, the handle is still open, and all memory still belongs to the device. A
 * device or queue that is no longer enabled is not waited for. After success, no device accesses
 * the process's memory through this handle any more, and the record of every operation is final:
 * operations may still be polled, for as long as the handle is recognised as closed.
 *
 * No other thread may use the handle meanwhile; if two threads close it, one gets -EBADF. In a
 * forked child, it frees the child's copy.
 *
 * Returns 0, -EINVAL for NULL, -EBADF if already closed, -ETIMEDOUT. A closed handle is recognised
 * until 256 more have been closed; do not rely on it.
 */
int sva_wq_close(struct sva_wq *wq);

/**
 * sva_wq_reopen - open the same queue again, under the same handle
 *
 * This is for a forked child, in which a handle gives -ESTALE until then. Operations that were in
 * flight in the parent belong to the parent: never wait for them in the child. While the parent has
 * a dedicated queue open, the child gets -EBUSY. (After a reset of the device, close and open.)
 *
 * Returns 0, or the errors of sva_wq_open(), -EBADF if closed, -EALREADY if it is not stale.
 */
int sva_wq_reopen(struct sva_wq *wq);

/* sva_wq_path - how operations reach the queue; SVA_PATH_NONE if closed or inherited by a child */
enum sva_path sva_wq_path(const struct sva_wq *wq);

/* sva_path_name - "portal", "write(2)", "CPU", "pool" or "none" */
const char *sva_path_name(enum sva_path path);

/**
 * sva_wq_info - the attributes of the queue, as they were at open
 *
 * Never NULL for an open handle; kind is SVA_DEV_KIND_CPU on the CPU path. Valid as long as the
 * handle.
 */
const struct sva_wq_info *sva_wq_info(const struct sva_wq *wq);

/**
 * sva_wq_why - the path and the reason for it, in one line; "not open" for NULL
 *
 * Valid as long as the handle.
 */
const char *sva_wq_why(const struct sva_wq *wq);

/**
 * sva_wq_set_policy - how calls use the queue from now on
 * @policy: copied
 *
 * Any thread may replace it while others make calls: a call follows the policy in force when it
 * began, or parts of both.
 *
 * Returns 0; -EINVAL: NULL, an unknown value, a size of no version, or SVA_FAULT_CPU with
 * SVA_POLICY_NO_CPU; -E2BIG: a policy of a newer version; -EOPNOTSUPP: the queue does not support
 * desc_flags; -EBADF: closed; -ESTALE: inherited across a fork.
 */
int sva_wq_set_policy(struct sva_wq *wq, const struct sva_policy *policy);

/**
 * sva_wq_get_policy - the policy of the queue, with the threshold that was measured, if one was
 * @policy: filled, as far as its size allows
 *
 * Returns 0, -EINVAL for NULL or a size of no version, -EBADF, -ESTALE.
 */
int sva_wq_get_policy(const struct sva_wq *wq, struct sva_policy *policy);

/**
 * struct sva_wq_stats - what a queue has done since it was opened
 *
 * Operations that calls, rings and pools have submitted are counted. Not counted are operations
 * that a program submits itself to a queue that is not in a pool, and calls below the threshold
 * that ask for no outcome. For a pool: all members together, and what the CPU has done.
 */
struct sva_wq_stats {
	size_t size;                /* sizeof(struct sva_wq_stats); set by the caller */
	uint64_t operations;        /* that the queue accepted; a rest after a fault counts again */
	uint64_t bytes;             /* of their transfer sizes */
	uint64_t retries;           /* tries that found the queue full */
	uint64_t full;              /* operations that it did not accept, because it was full */
	uint64_t read_faults;       /* page faults that ended an operation */
	uint64_t write_faults;      /* likewise, at a write */
	uint64_t resumed;           /* operations that continued after one */
	uint64_t timeouts;          /* calls, or operations in a ring, whose time limit passed */
	uint64_t failures;          /* submissions that failed, and operations that were lost */
	uint64_t quarantines;       /* how often it was taken out of its pool */
	uint64_t cpu_operations;    /* that the CPU has done, in part or completely */
	uint64_t cpu_why[16];       /* of these, for the reason SVA_WHY_*: bit i at cpu_why[i] */
	uint64_t in_flight;         /* now; only in pools */
	uint64_t cr_faults;         /* completion records that the kernel had to write */
	uint64_t cr_fault_failures; /* and those that it could not write */
};

/**
 * sva_wq_stats - read the statistics, while others use the queue
 * @stats: filled, as far as its size allows
 *
 * cr_faults and cr_fault_failures are those of this process's open files of the queue, together
 * (Linux 6.4, event log); 0 if the kernel does not report them.
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
 * Valid as long as the handle.
 */
const struct sva_report *sva_wq_report(const struct sva_wq *wq);

/* sva_report_count - number of rejections; 0 for NULL */
unsigned int sva_report_count(const struct sva_report *report);

/* sva_report_get - the i-th rejection, or NULL */
const struct sva_rejection *sva_report_get(const struct sva_report *report, unsigned int i);

/* sva_report_free - free a report from sva_wq_opts.report; NULL is allowed */
void sva_report_free(struct sva_report *report);

/**
 * sva_desc_check - what would the device refuse about a descriptor?
 * @wq: the queue that it is meant for, with its limits and opcodes
 * @desc: the descriptor; the members of a batch are checked, too
 * @why: receives a sentence, always terminated; may be NULL if @len is 0
 * @len: bytes at @why
 *
 * Returns 0 if no error was found, else the status (enum sva_status) with which the device would
 * answer, or -EINVAL for NULL, -EBADF for a closed handle, -ESTALE for one that was inherited
 * across a fork. Not for the hot path.
 */
int sva_desc_check(const struct sva_wq *wq, const struct sva_desc *desc, char *why, size_t len);

/**
 * sva_cpu_features - what this CPU supports, a mask of SVA_CPU_*; CPUID is executed only once
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
 * In a program compiled with -DSVA_CHECKED, sva_submit() and sva_try_submit() check the operation
 * first (sva_submit_many() and sva_submit_batch() do not). An operation that is still in flight is
 * refused with -EBUSY. A descriptor in which sva_desc_check() finds an error, or (under
 * AddressSanitizer) one that names memory that the program may not access, is refused with -EINVAL;
 * the reason is logged, at level error. For development: it costs far more than the submission.
 */
int sva__submit_checked(struct sva_wq *wq, struct sva_op *op, bool retry);

/* The handle has a portal, and the operation can be submitted without further checks. */
SVA__INLINE bool sva__submit_is_fast(const struct sva_wq *wq, const struct sva_op *op)
{
	return SVA__LIKELY(wq && wq->portal && op && !((uintptr_t)op & 63));
}

/**
 * sva_submit - submit an operation
 * @wq: an open handle
 * @op: a prepared operation, 64-byte aligned
 *
 * If a shared queue is full, it tries again, with growing pauses, up to the number of tries in the
 * options. On a dedicated queue it does not wait: an entry becomes free only when the caller reaps
 * one of its own operations. On the CPU path the operation is executed before it returns. Any
 * number of threads may use one queue.
 *
 * Returns 0: the queue has it, and the operation's memory belongs to the device until it ends; or
 * -EAGAIN: the queue is full, or all credits are taken: reap, then try again;
 * -EINVAL: NULL, or an operation that is not 64-byte aligned (the builders may crash on that);
 * -EBADF: the handle is closed; -ESTALE: it was inherited across a fork, see sva_wq_reopen();
 * -ENODEV: the device or queue is no longer enabled, or its mode has changed: open the queue again,
 * unless it is enabled again with the same configuration; sva_wait() ends what was in flight;
 * or the error of write(2). After an error sva_poll() returns SVA_STATUS_NOT_SUBMITTED (unless the
 * operation is misaligned: it is then not touched).
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
 * Returns n: the first n operations were accepted; or, if none was, the error of the first. The
 * others have SVA_STATUS_NOT_SUBMITTED.
 */
int sva_submit_many(struct sva_wq *wq, struct sva_op *ops, unsigned int count);

/**
 * struct sva_batch - descriptors that the device reads from memory, in one submission
 *
 * Descriptors and records are two contiguous arrays in the caller's memory, of as many elements as
 * the capacity. Both must stay in place until the batch is complete. Only one thread at a time may
 * add to a batch.
 */
struct sva_batch {
	struct sva_desc *next;          /* the descriptor that sva_batch_add() returns next */
	struct sva_record *next_record; /* and its record */
	struct sva_desc *end;
	struct sva_desc *descs;     /* 64-byte aligned */
	struct sva_record *records; /* records[i] is the record of descs[i] */
	uint32_t flags;             /* SVA_BATCH_* */
	uint32_t reserved[5];
};
SVA__STATIC_ASSERT(sizeof(struct sva_batch) == 64, "a batch keeps its size");

/*
 * Members write a completion record only if they fail, which saves traffic. The status of a member
 * that did not fail stays SVA_STATUS_NONE, even when the batch is complete.
 */
#define SVA_BATCH_RECORD_FAILURES (1u << 0)

/**
 * sva_batch_init - make an empty batch from the caller's arrays
 * @capacity: at least 2; a queue accepts at most max_batch_size members in one submission
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

/* sva_batch_reset - empty the batch for the next round; only after it is complete */
SVA__INLINE void sva_batch_reset(struct sva_batch *batch)
{
	batch->next = batch->descs;
	batch->next_record = batch->records;
}

/**
 * sva_submit_batch - submit a batch
 * @op: receives the completion of the whole batch: SVA_STATUS_SUCCESS, or SVA_STATUS_BATCH_FAIL if
 *      a member failed; a member that was not executed has SVA_STATUS_NONE
 *
 * If the device refuses a batch of one member, the library adds a NOOP. If the kernel refuses
 * batches in write(2) (DSA 1.0), or if max_batch_size of the queue is 1 and the batch has one
 * member, the library submits the members one by one and respects fences. The call then returns
 * only when they have ended, however long that takes.
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
 * @op: an operation that was passed to sva_submit()
 *
 * On a dedicated queue, returns the operation's credit, exactly once, however often you poll.
 *
 * It reads only the completion record. After a reset of the device, the record may never change: if
 * an operation takes longer than it should, call sva_wait() with a time-out of 0.
 *
 * Returns 0 while it has no record, else the status byte (enum sva_status, possibly with
 * SVA_STATUS_WRITE); sva_status_errno() and sva_decode() (status.h) explain it.
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
 * If an operation takes longer than 100 ms, or than the time-out, the library reads the state of
 * device and queue and submits a DRAIN, at most every 100 ms. A DRAIN that completes proves that
 * everything before it has ended (specification 341204, 3.4). This can take up to 10 ms, by which
 * the call may return late.
 *
 * SVA_WAIT_SLEEP polls with PAUSE for 7 us, and then sleeps between polls, for about a tenth of the
 * time waited so far. It notices completion at most a tenth of that time plus 10 us late, unless
 * the thread has to wait for a CPU. As a rule, a wait of 100 us takes less than half the CPU time
 * of SVA_WAIT_SPIN, and a longer one much less. While it sleeps, the timer slack of the thread
 * (PR_SET_TIMERSLACK) is 1 ns; it is restored before the call returns.
 *
 * Returns the status byte as sva_poll() does, or SVA_STATUS_LOST if the operation has ended without
 * a record. -ENODEV also means this: the device or queue is no longer enabled or its mode has
 * changed, and sva_poll() then returns SVA_STATUS_LOST. After these, the operation's memory belongs
 * to the caller again. -ETIMEDOUT: the operation is still in flight, and its memory still belongs
 * to the device; -ESTALE: it was submitted by the parent of this forked process, and only the
 * parent sees its completion; -EBADF: the queue was closed while its device was dead, without a
 * completion; -EINVAL: NULL, or an operation that was never submitted.
 */
int sva_wait(struct sva_op *op, int64_t timeout_ns, enum sva_wait_policy policy);

/**
 * sva_op_resume - continue an operation that a page fault has stopped
 * @op: an operation for which sva_poll() or sva_wait() has returned a status
 *
 * Call it each time such a status was returned. If only part of the work is done, it prepares the
 * rest, by the rule of the opcode, and records in the operation what has been done. Touch the page
 * (otherwise the rest stops there again), and submit. If the operation has ended, it makes the
 * completion record and the size in the descriptor describe the whole: the offset of a difference,
 * a delta record and its length, members of a batch. The other fields of the descriptor remain
 * those of the last part.
 *
 * Decode the record before the call: until the rest is submitted, sva_poll() returns
 * SVA_STATUS_NOT_SUBMITTED. If only one member of a batch is left, which devices refuse as a batch,
 * this function executes it, and it has ended when the function returns.
 *
 * Returns 1: part of the work remains; 0: the operation has ended, with whatever status; -EINVAL:
 * NULL, misaligned, or never submitted; -EINPROGRESS: it has not ended; or, for the last member of
 * a batch, what sva_submit() returns: call it again. Only one thread at a time may use an
 * operation. Source: specification 341204, 8.3.
 */
int sva_op_resume(struct sva_op *op);

#ifdef __cplusplus
}
#endif

#endif
