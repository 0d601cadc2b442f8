/* SPDX-License-Identifier: MIT */
/*
 * The elements of a filter's source: numbers of 1 to 32 bits, packed in one of three ways, in
 * memory, plain or compressed.
 */
#ifndef SVAI_IAX_ELEMENTS_H
#define SVAI_IAX_ELEMENTS_H

#include "iax_checksum.h"
#include "iax_inflate.h"

struct svai_stream {
	const uint8_t *pos, *end;  /* bytes that are there */
	struct svai_inflate *z;    /* where more come from; NULL: there are no more */
	struct svai_checksum *sum; /* of what comes */
	unsigned int z_end;        /* 0, or how it ended: enum svai_inflate_end, or an error */
};

struct svai_elements {
	struct svai_stream stream;
	unsigned int format; /* SVA_IAX_FILTER_LE, _BE, _RLE */
	unsigned int width;  /* bits */
	unsigned int bit;    /* of the byte at pos: where the next element begins */
	/* RLE: the current run, either of one value or packed. */
	uint32_t run, packed, value;
	unsigned int error; /* enum sva_iax_error */
};

/* svai_stream_more - the next part, behind what is left; false at the end */
bool svai_stream_more(struct svai_stream *stream);

/* svai_stream_skip - leave bytes out; returns how many there were */
uint32_t svai_stream_skip(struct svai_stream *stream, uint32_t size);

/* svai_elements_begin - RLE: reads the width; false, with an error, if it is not one */
bool svai_elements_begin(struct svai_elements *e, unsigned int format, unsigned int width);

/* svai_elements_read - the next @max elements; fewer at the end of the source, or at an error */
uint32_t svai_elements_read(struct svai_elements *e, uint32_t *to, uint32_t max);

#endif
