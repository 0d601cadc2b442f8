/* SPDX-License-Identifier: MIT */
/* Compression: what calls and streams have in common. */
#ifndef SVAI_DEFLATE_H
#define SVAI_DEFLATE_H

#include <sva/deflate.h>

#include "framing.h"
#include "job.h"

#define SVAI_CHUNK         (256u << 10) /* bytes: the device compresses so much at once */
#define SVAI_DEVICE_WINDOW 12           /* log2 of how far it looks back */
#define SVAI_WINDOW        15           /* of the CPU */

/* svai_deflate_options - take over the caller's; 0, -EINVAL or -E2BIG */
int svai_deflate_options(struct sva_deflate_opts *opts, const struct sva_deflate_opts *from,
			 bool inflate);

/* svai_deflate_level - of ISA-L */
unsigned int svai_deflate_level(const struct sva_deflate_opts *opts);

/*
 * svai_deflate_begin - take over what a call was given, and look who is to do it
 * @opcode: what the device would do
 * @all: its why says why the CPU is to do it; 0: the device
 *
 * Returns 0 or -errno.
 */
int svai_deflate_begin(struct sva_wq *wq, const struct svai_flow *flow, unsigned int opcode,
		       const struct sva_deflate_opts *from, struct sva_deflate_opts *opts,
		       struct sva_outcome *outcome, struct sva_outcome *all);

/* svai_cpu_is_allowed - by the present policy of the queue */
bool svai_cpu_is_allowed(const struct sva_wq *wq);

/* svai_deflate_window - log2 of how far matches reach back; @why: of the CPU, or 0: of the device
 */
unsigned int svai_deflate_window(const struct sva_deflate_opts *opts, uint32_t why);

/* svai_outcome_add - to the outcome of a call, that of one of its jobs; but for its bytes */
void svai_outcome_add(struct sva_outcome *sum, const struct sva_outcome *job);

struct svai_deflation {
	struct sva_wq *wq;
	const struct sva_deflate_opts *opts;
	int64_t deadline;            /* of the call or the step */
	struct svai_check *check;    /* of what was before; that of all, in the end */
	struct sva_outcome *outcome; /* added to */
};

/*
 * svai_deflate_chunks - compress by the device, as blocks that begin and end with a byte
 * @end: the last block is the final one
 *
 * What the device does not do, the CPU does; when the queue has failed, all that is left. Moves
 * @flow on; -ENOSPC: no room.
 */
int svai_deflate_chunks(const struct svai_deflation *d, struct svai_flow *flow, bool end);

#endif
