/* SPDX-License-Identifier: MIT */
/* What the fuzzers of streams that are inflated have in common. */
#ifndef STREAM_STEP_H
#define STREAM_STEP_H

#include <stdlib.h>
#include <string.h>

#include <sva/deflate.h>

#define ROOM (1u << 16)

/* The stack says where. */
#define check(right)             \
	do {                     \
		if (!(right))    \
			abort(); \
	} while (0)

struct outcome {
	int err; /* of the whole */
	size_t in, out;
	uint8_t data[ROOM];
};

/* As zlib counts them. */
static inline int window_bits(enum sva_deflate_format format, int bits)
{
	return format == SVA_DEFLATE_RAW    ? -bits
	       : format == SVA_DEFLATE_ZLIB ? bits
	       : format == SVA_DEFLATE_GZIP ? 16 + bits
					    : 32 + bits;
}

/* A step of the stream, with buffers of exactly the size. Returns what it returns. */
static inline int step(struct sva_stream *stream, struct outcome *o, const uint8_t *data, size_t in,
		       size_t out, enum sva_flush flush)
{
	uint8_t *from = malloc(in), *to = malloc(out);
	struct sva_stream_io io = { from, in, to, out };
	int status;

	check((from || !in) && (to || !out));
	memcpy(from, data, in);
	status = sva_stream_run(stream, &io, flush);
	check(io.in_size <= in && io.out_size <= out);
	/* It takes all input, or fills the output. */
	check(status || !io.in_size || !io.out_size);
	memcpy(o->data + o->out, to, out - io.out_size);
	o->in += in - io.in_size;
	o->out += out - io.out_size;
	free(from);
	free(to);
	return status;
}

#endif
