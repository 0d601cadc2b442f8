/* SPDX-License-Identifier: MIT */
/*
 * Bringing an operation to its end by the policy of its queue, whatever has become of it at the
 * device: what calls (job.c) and rings (ring.c) have in common.
 */
#ifndef SVAI_FINISH_H
#define SVAI_FINISH_H

#include <sva/ops.h>

#include "handle.h"

/* What has become of an operation. */
enum svai_end {
	SVAI_DONE,      /* success, or a verdict about the caller's data */
	SVAI_FAULT,     /* stopped at a page, and there is a rest */
	SVAI_NO_ANSWER, /* nobody knows how far it came: SVA_WHY_DEAD or SVA_WHY_LOST */
	SVAI_FAILED     /* the device refused it, or failed */
};

/* svai_end_of - by what sva_poll() or sva_wait() has returned: a status, or -ENODEV */
enum svai_end svai_end_of(int status);

/* svai_is_verdict - a status that speaks of the caller's data, and not of the device */
bool svai_is_verdict(unsigned int status);

/* How an operation goes on after faults. */
struct svai_faults {
	uint64_t addr;       /* of the last one */
	uint32_t count;      /* all of them */
	unsigned int futile; /* in a row, without a byte in between */
};

/**
 * svai_meet_fault - an operation has stopped at a page: prepare its rest, and see to the page
 *
 * Returns 0: to be submitted again; SVA_WHY_FAULT: the CPU is to do it; -EFAULT: bad memory, or the
 * policy wants to have it reported.
 */
int svai_meet_fault(const struct sva_policy *policy, struct sva_op *op, struct svai_faults *faults);

/*
 * svai_allow_cpu - may the CPU do what is left of an operation?
 *
 * Returns 0, or -errno: the policy forbids it, or memory is bad (see below).
 */
int svai_allow_cpu(const struct sva_policy *policy, const struct sva_op *op, uint32_t why,
		   unsigned int status);

/**
 * svai_finish_on_cpu - what is left of an operation that the device does not have
 * @status: of the device, for SVA_WHY_ERROR
 *
 * Afterwards the operation is complete, and its record is that of the whole. After a page fault bad
 * memory is an error, and with SVA_FAULT_REPORT in any case; else it is what it is to any function
 * of libc. Returns 0, or where the CPU must not or cannot do it -errno.
 */
int svai_finish_on_cpu(struct svai_handle *h, const struct sva_policy *policy, struct sva_op *op,
		       uint32_t why, unsigned int status);

/* svai_policy_flags - those flags of the policy that the operation has */
uint32_t svai_policy_flags(const struct sva_policy *policy, const struct sva_desc *desc);

#endif
