/* SPDX-License-Identifier: MIT */
/* A stream, for both directions. */
#ifndef SVAI_STREAM_H
#define SVAI_STREAM_H

#include "deflate.h"
#include "inflation.h"

#define SVAI_COLLECTED ((size_t)4 * SVAI_CHUNK) /* bytes that a device compresses at once */
#define SVAI_INPUT     (1u << 20) /* bytes of input that are kept for the CPU at most */

/* What a stream needs that is inflated by the device. */
struct svai_stream_device {
	struct svai_inflation f;
	bool keeps;       /* all input, for the CPU, which may have to take over */
	bool cut;         /* the beginning of the input is no longer there */
	size_t taken;     /* bytes of input that are there */
	size_t done;      /* of these, used */
	size_t last;      /* of these, used before the last operation */
	bool more;        /* there is output for which there was no room */
	bool may_be_end;  /* the last operation may have come to the end of the data */
	uint64_t small;   /* so many operations were not worth it */
	uint64_t minimum; /* bytes of input that are worth an operation */
	struct sva_iax_decompress_aecs aecs[2] __attribute__((aligned(64)));
	uint8_t block[SVAI_CHUNK] __attribute__((aligned(64))); /* output */
	uint8_t input[SVAI_INPUT];
};

#define SVAI_FRAME 128

struct sva_stream {
	struct sva_wq *wq;
	struct sva_deflate_opts opts;
	bool inflates;
	uint32_t why; /* SVA_WHY_*: the CPU does it; 0: the device, as far as it can */
	int error;
	int64_t deadline; /* of the step */
	bool begun, data_done, ended;
	struct svai_check check;
	struct sva_outcome outcome;

	/* Header, trailer, end of a flush: bytes that have no room yet, or wait to be looked at. */
	uint8_t frame[SVAI_FRAME];
	unsigned int frame_size, frame_at;

	/* What the device has made, and what has no room yet. */
	uint8_t *result;
	size_t result_size, result_at;

	/* To deflate. */
	struct svai_compressor *compressor;
	bool flushed;   /* and there was no input since */
	uint8_t *block; /* collected for the device */
	size_t block_size;

	/* To inflate. */
	struct svai_header header;
	const uint8_t *in; /* where the step has begun to read */
	struct svai_decompressor *decompressor;
	uint64_t again; /* bytes of output that the decompressor makes although the device has */
	struct svai_stream_device *device; /* NULL: the CPU needs nothing of it */
	uint8_t rest[SVA_STREAM_REST];     /* taken in earlier steps, and behind the data */
	unsigned int rest_size, rest_at;
};

/* svai_stream_put - output for which there is room */
void svai_stream_put(struct svai_flow *flow, const uint8_t *from, size_t size);

/* svai_stream_give - of the result, what has room; is all of it gone? */
bool svai_stream_give(struct sva_stream *s, struct svai_flow *flow);

/*
 * svai_stream_deflate, svai_stream_inflate - a step
 *
 * Return 1: all is done that @flush asks for, or the end is reached; 0; or -errno.
 */
int svai_stream_deflate(struct sva_stream *s, struct svai_flow *flow, enum sva_flush flush);
int svai_stream_inflate(struct sva_stream *s, struct svai_flow *flow, enum sva_flush flush);

/* svai_stream_give_back - so many bytes that were taken last, as far as that was in this step */
size_t svai_stream_give_back(const struct sva_stream *s, struct svai_flow *flow, size_t count);

/* svai_stream_end_data - the data have ended, and @count bytes were taken that come after them */
void svai_stream_end_data(struct sva_stream *s, struct svai_flow *flow, const uint8_t *bytes,
			  size_t count);

/* svai_stream_device_begin - 0 or -ENOMEM; @near: what the device cannot do, is damaged */
int svai_stream_device_begin(struct sva_stream *s, bool near, uint64_t minimum);
void svai_stream_device_end(struct sva_stream *s);

/*
 * svai_stream_by_device - go on with the data, until they end, or input or room have been used, or
 * the CPU has to take over: then there is a decompressor, which is to read s->device's input first
 *
 * Returns 0 or -errno.
 */
int svai_stream_by_device(struct sva_stream *s, struct svai_flow *flow, enum sva_flush flush);

/*
 * svai_stream_device_verdict - there is no more input, and the stream has not come to its end
 *
 * The device takes a trailer of other data than these for one more block. Returns -EBADMSG: it is
 * there, as the CPU has it; -ENODATA: it is not, or nobody knows; or -ENOMEM.
 */
int svai_stream_device_verdict(const struct sva_stream *s);

#endif
