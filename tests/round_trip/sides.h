/* SPDX-License-Identifier: MIT */
/* libsva's side of the round trips: whole buffers, and streams in pieces of any size. */
#ifndef ROUND_TRIP_SIDES_H
#define ROUND_TRIP_SIDES_H

#include <sva/deflate.h>

#include "buffer.h"

/* Random numbers that begin with a seed. */
struct dice {
	uint64_t state;
};

uint32_t dice_below(struct dice *dice, uint32_t n);

/* How many bytes a device has done since the beginning. */
extern uint64_t by_device;

struct buffer by_sva(struct sva_wq *wq, const struct buffer *data,
		     const struct sva_deflate_opts *opts);

/* by_sva_stream - pieces of at most @most bytes, on both sides, now and then a flush */
struct buffer by_sva_stream(struct sva_wq *wq, const struct buffer *data,
			    const struct sva_deflate_opts *opts, struct dice *dice, uint32_t most);

/* It inflates the stream, finds the data, and leaves alone what follows. */
void sva_reads(struct sva_wq *wq, const struct buffer *packed, enum sva_deflate_format format,
	       const struct buffer *data);
void sva_stream_reads(struct sva_wq *wq, const struct buffer *packed,
		      enum sva_deflate_format format, const struct buffer *data, struct dice *dice,
		      uint32_t most);

/*
 * queue_open - the queue to test, by its name or "cpu"; every size is given to its device. With the
 * library (queue.c), or with a device in its place that executes by lib/cpu (queue_fake.c).
 */
struct sva_wq *queue_open(const char *name);

/* queue_close - and fail if it is a device's that has done nothing */
void queue_close(struct sva_wq *wq);

#endif
