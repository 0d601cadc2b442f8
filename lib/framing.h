/* SPDX-License-Identifier: MIT */
/*
 * What stands around DEFLATE data: the header and trailer of gzip (RFC 1952) and zlib (RFC 1950),
 * and the checksum between them.
 */
#ifndef SVAI_FRAMING_H
#define SVAI_FRAMING_H

#include <sva/deflate.h>

#include "igzip.h"

#define SVAI_HEADER_MAX  10 /* bytes that are written; what is read may be longer */
#define SVAI_TRAILER_MAX 8

/* The checksum of the data, and their size. */
struct svai_check {
	enum sva_deflate_format format;
	uint32_t sum;  /* CRC-32, or Adler-32 */
	uint64_t size; /* bytes */
};

void svai_check_begin(struct svai_check *check, enum sva_deflate_format format);

/* svai_check_add - the next @size bytes of data */
void svai_check_add(struct svai_check *check, const void *data, size_t size);

/* svai_header_write - into @out, SVAI_HEADER_MAX bytes; returns how many. @window: its log2 */
unsigned int svai_header_write(enum sva_deflate_format format, unsigned int window, uint8_t *out);

/* svai_trailer_size, svai_trailer_write - bytes of it; into @out, SVAI_TRAILER_MAX bytes */
unsigned int svai_trailer_size(enum sva_deflate_format format);
unsigned int svai_trailer_write(const struct svai_check *check, uint8_t *out);

/* A header that is read, which may come in pieces. All zero but the format: at its beginning. */
struct svai_header {
	enum sva_deflate_format format; /* SVA_DEFLATE_AUTO until it is known */
	unsigned int window;            /* its log2; 0: the header does not say */
	unsigned int part;
	unsigned int at;  /* bytes of that part so far */
	uint8_t flags;    /* gzip */
	uint16_t extra;   /* bytes of the extra field */
	uint8_t first[2]; /* bytes */
	uint32_t crc;     /* of the header so far, if it ends with one */
};

/* svai_header_read - 1: behind the header; 0: more is needed; -EBADMSG: it is none */
int svai_header_read(struct svai_header *header, struct svai_flow *flow);

#endif
