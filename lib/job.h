/* SPDX-License-Identifier: MIT */
/*
 * The work of a call: cut into parts, each an operation that is brought to its end, several of them
 * in flight.
 */
#ifndef SVAI_JOB_H
#define SVAI_JOB_H

#include <sva/ops.h>

#include "finish.h"

#define SVAI_PARTS 8

struct svai_part {
	union {
		struct sva_op op;
		struct sva_iax_op iax;
	};
	struct sva_desc desc; /* as it was, should it have to be begun again */
	uint64_t offset;      /* of its bytes in the whole */
	uint64_t bytes;
	uint32_t why;   /* SVA_WHY_*: the CPU is to do it; 0: the device */
	bool on_device; /* the device has it, or has had it, and not the CPU since */
	struct svai_faults faults;
};

struct svai_job {
	struct svai_handle *h;
	struct sva_policy policy;
	int64_t deadline; /* 0: that of the policy, from now on */
	bool iax;         /* of struct sva_iax_op, prepared by next() */
	bool no_verdict;  /* no data are wrong: a verdict about them is a failure of the device */
	bool no_cpu;      /* as if the policy said so */
	/*
	 * What the device does not do ends the job, without an error: the caller has a better way
	 * than the software device, or it could not go on with what the device has left.
	 */
	bool declines;
	uint32_t declined; /* SVA_WHY_*: it has happened */
	int error;         /* nothing more is started */
	bool stop;    /* likewise, and what comes after the part that has set it does not count */
	uint32_t cpu; /* SVA_WHY_*: the CPU does all of it from now on */

	/* What is left to be cut. */
	struct sva_desc desc;
	uint64_t size;       /* of the whole */
	uint64_t left;       /* bytes */
	uint64_t part_max;   /* bytes of a part, a multiple of unit */
	uint32_t unit;       /* parts end at a multiple of it */
	bool lines;          /* the device gets whole cache lines of the destination */
	bool backward;       /* from the end to the beginning */
	unsigned int window; /* parts in flight, at most SVAI_PARTS */

	/*
	 * Where the work is not one descriptor: fill part->desc and part->bytes with what comes
	 * next; for IAX, prepare part->iax and copy its descriptor. NULL: cut it from the
	 * descriptor.
	 */
	void (*next)(struct svai_job *job, struct svai_part *part);
	/*
	 * A part has ended, with success or with a verdict of IAX about the data; NULL: nothing is
	 * to be learned from it. In order.
	 */
	void (*collect)(struct svai_job *job, struct svai_part *part);
	void *next_context, *collect_context;

	unsigned int started, finished; /* parts */
	struct sva_outcome outcome;
	struct svai_part parts[SVAI_PARTS];
};

/**
 * svai_job_begin - a job of one descriptor, whose transfer size does not count but @size
 * @outcome: the caller's, or NULL
 *
 * Returns 0 or -errno: the handle or the outcome cannot be used.
 */
int svai_job_begin(struct svai_job *job, struct sva_wq *wq, uint64_t size,
		   const struct sva_outcome *outcome);

/* svai_job_of - the same of a descriptor as a builder leaves it: that sets no completion address */
static inline int svai_job_of(struct svai_job *job, struct sva_wq *wq, const struct sva_desc *desc,
			      uint64_t size, const struct sva_outcome *outcome)
{
	int err = svai_job_begin(job, wq, size, outcome);

	job->desc = *desc;
	job->desc.completion_addr = 0;
	return err;
}

/* svai_invalid - for wrong arguments, unless the queue itself cannot be used */
static inline int svai_invalid(const struct sva_wq *wq)
{
	int err = svai_handle_state(wq);

	return err ? err : -EINVAL;
}

/* svai_is_range - a buffer that wraps around the address space is none */
static inline bool svai_is_range(const void *buffer, uint64_t size)
{
	return size <= UINTPTR_MAX - (uintptr_t)buffer;
}

static inline bool svai_overlap(const void *a, uint64_t a_size, const void *b, uint64_t b_size)
{
	return (uintptr_t)a < (uintptr_t)b + b_size && (uintptr_t)b < (uintptr_t)a + a_size;
}

/* svai_job_run - to the end; fills @outcome unless NULL; 0 or -errno */
int svai_job_run(struct svai_job *job, struct sva_outcome *outcome);

#endif
