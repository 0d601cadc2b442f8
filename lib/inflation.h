/* SPDX-License-Identifier: MIT */
/*
 * Inflating by the device: operation after operation, each of which goes on where the one before it
 * has stopped. What lies between them is in the AECS, in two copies: one is read, and the other one
 * written. So an operation that fails leaves what it has read as it was.
 *
 * The device cannot do all streams, and the CPU cannot go on with what it leaves in the AECS: then
 * the CPU begins at the beginning.
 */
#ifndef SVAI_INFLATION_H
#define SVAI_INFLATION_H

#include "igzip.h"
#include "job.h"

struct svai_inflation {
	struct sva_wq *wq;
	struct sva_outcome *outcome;          /* added to */
	struct sva_iax_decompress_aecs *aecs; /* two copies; NULL: one operation does it */
	bool second;                          /* the second one is read */
	bool no_cpu;      /* there is no CPU to take over: the device is waited for */
	int64_t deadline; /* of the call or the step */
	struct svai_flow flow;

	/* What it has come to. */
	uint32_t crc;      /* CRC-32 of all output so far */
	bool far;          /* a match lies further back than the device looks */
	bool ended;        /* the data have come to their end */
	uint32_t declined; /* SVA_WHY_*: the device does not do it */

	uint32_t piece; /* bytes that the operation reads */
	bool whole;
	int err;
};

/* svai_inflation_begin - at the header of a block; @aecs: two copies */
void svai_inflation_begin(struct svai_inflation *f, struct sva_iax_decompress_aecs *aecs);

/*
 * svai_inflation_run - go on as far as input and room allow; moves f->flow on
 * @whole: the data end where the input ends; else only one operation is submitted
 *
 * Returns 0: all input has been used, and all output written that it gives; -ENOSPC: there is more
 * output than room; -EBADMSG: the device says that the data are damaged, or f->far is set;
 * -ENODATA: that they do not end; 1: the device does not do it, f->outcome says why; or another
 * error.
 */
int svai_inflation_run(struct svai_inflation *f, bool whole);

/*
 * svai_inflation_ask - do the data end within the first @size bytes of @in? f->ended says it
 * @in: what the last operation has read; it has used all of it
 *
 * f->flow has room for what it has written, though nothing is. Returns as svai_inflation_run().
 */
int svai_inflation_ask(struct svai_inflation *f, const uint8_t *in, size_t size);

/*
 * Streams for which the device's window is too small come seldom alone. After one, the CPU does
 * some without asking; each time twice as many, until one succeeds at the device.
 */

/* svai_far_expected - is the next one left to the CPU? */
bool svai_far_expected(struct svai_handle *h);

/* svai_far_remember - one went to the device, and was @far */
void svai_far_remember(struct svai_handle *h, bool far);

#endif
