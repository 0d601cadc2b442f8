/* SPDX-License-Identifier: MIT */
/*
 * What a device refuses about a descriptor: one opinion, used by sva_desc_check() and by the
 * software device.
 */
#ifndef SVAI_CHECK_H
#define SVAI_CHECK_H

#include <sva/sva.h>

/* What a queue takes. */
struct svai_limits {
	struct sva_opmask opcodes; /* those that the queue executes */
	uint64_t gen_cap;          /* SVA_GENCAP_* */
	uint64_t max_transfer;     /* bytes */
	uint32_t max_batch;        /* descriptors */
	bool block_on_fault;
};

/* The first thing that was found. */
struct svai_finding {
	unsigned int status;    /* enum sva_status */
	uint32_t invalid_flags; /* with SVA_STATUS_BAD_FLAGS: the offending bits */
	const char *text;       /* what is wrong, without values: "transfer size is zero" */
	uint64_t got;           /* the offending value */
	uint64_t limit;         /* what it was held against; 0: nothing to show */
};

/**
 * svai_check - look for what the device would refuse, in the device's order
 * @member: the descriptor is a member of a batch
 * @finding: filled unless NULL
 *
 * Does not touch any memory but the descriptor: neither buffers nor lists. Returns 0 or the status.
 */
unsigned int svai_check(const struct svai_limits *limits, const struct sva_desc *desc, bool member,
			struct svai_finding *finding);

#endif
