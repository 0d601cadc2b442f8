/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "cpu/crc_library.h"
#include "framing.h"

#define GZIP_ID1 0x1f
#define GZIP_ID2 0x8b
#define DEFLATE  8 /* the compression method, in both formats */
#define OS_UNIX  3

/* Flags of a gzip header. */
#define HAS_HCRC    0x02
#define HAS_EXTRA   0x04
#define HAS_NAME    0x08
#define HAS_COMMENT 0x10
#define RESERVED    0xe0

/* Flags of a zlib header. */
#define HAS_DICT 0x20

void svai_check_begin(struct svai_check *check, enum sva_deflate_format format)
{
	*check = (struct svai_check){ .format = format, .sum = format == SVA_DEFLATE_ZLIB };
}

void svai_check_add(struct svai_check *check, const void *data, size_t size)
{
	if (check->format == SVA_DEFLATE_GZIP)
		check->sum = svai_crc32(check->sum, data, size);
	else if (check->format == SVA_DEFLATE_ZLIB)
		check->sum = svai_adler32(check->sum, data, size);
	check->size += size;
}

/* The header's two bytes, read as a number, are a multiple of 31. */
static unsigned int zlib_header(unsigned int window, uint8_t *out)
{
	unsigned int cmf = DEFLATE | (window - 8) << 4;

	out[0] = (uint8_t)cmf;
	out[1] = (uint8_t)(31 - cmf * 256 % 31);
	return 2;
}

unsigned int svai_header_write(enum sva_deflate_format format, unsigned int window, uint8_t *out)
{
	static const uint8_t gzip[] = { GZIP_ID1, GZIP_ID2, DEFLATE, 0, 0, 0, 0, 0, 0, OS_UNIX };

	if (format == SVA_DEFLATE_ZLIB)
		return zlib_header(window, out);
	if (format == SVA_DEFLATE_RAW)
		return 0;
	memcpy(out, gzip, sizeof(gzip));
	return sizeof(gzip);
}

unsigned int svai_trailer_size(enum sva_deflate_format format)
{
	return format == SVA_DEFLATE_GZIP ? 8 : format == SVA_DEFLATE_ZLIB ? 4 : 0;
}

unsigned int svai_trailer_write(const struct svai_check *check, uint8_t *out)
{
	bool gzip = check->format == SVA_DEFLATE_GZIP;
	uint32_t fields[2] = { gzip ? check->sum : __builtin_bswap32(check->sum),
			       (uint32_t)check->size };

	memcpy(out, fields, sizeof(fields));
	return svai_trailer_size(check->format);
}

/*
 * Reading, byte by byte.
 */

enum part { FIRST, GZIP_FIXED, EXTRA_SIZE, EXTRA, NAME, COMMENT, HCRC, DONE };

static void enter(struct svai_header *h, enum part part)
{
	h->part = part;
	h->at = 0;
}

/* The next part that there is, from @part on. */
static void enter_present(struct svai_header *h, enum part part)
{
	if (part == EXTRA_SIZE && !(h->flags & HAS_EXTRA))
		part = NAME;
	if (part == NAME && !(h->flags & HAS_NAME))
		part = COMMENT;
	if (part == COMMENT && !(h->flags & HAS_COMMENT))
		part = HCRC;
	if (part == HCRC && !(h->flags & HAS_HCRC))
		part = DONE;
	enter(h, part);
}

static int begin(struct svai_header *h)
{
	bool gzip = h->first[0] == GZIP_ID1 && h->first[1] == GZIP_ID2;

	if (h->format == SVA_DEFLATE_AUTO)
		h->format = gzip ? SVA_DEFLATE_GZIP : SVA_DEFLATE_ZLIB;
	if (h->format == SVA_DEFLATE_GZIP) {
		enter(h, GZIP_FIXED);
		return gzip ? 0 : -EBADMSG;
	}
	if ((h->first[0] & 15) != DEFLATE || h->first[0] >> 4 > 7 ||
	    (h->first[0] * 256 + h->first[1]) % 31 || h->first[1] & HAS_DICT)
		return -EBADMSG;
	h->window = 8 + (h->first[0] >> 4);
	enter(h, DONE);
	return 0;
}

/* Method, flags, time, extra flags, system: of these, the first two mean something here. */
static int gzip_fixed(struct svai_header *h, uint8_t byte)
{
	if (h->at == 0 && byte != DEFLATE)
		return -EBADMSG;
	if (h->at == 1)
		h->flags = byte;
	if (h->at == 1 && byte & RESERVED)
		return -EBADMSG;
	if (h->at == 1 && byte & HAS_HCRC) {
		const uint8_t start[] = { GZIP_ID1, GZIP_ID2, DEFLATE, byte };

		h->crc = svai_crc32(0, start, sizeof(start));
	}
	if (++h->at == 8)
		enter_present(h, EXTRA_SIZE);
	return 0;
}

static int take(struct svai_header *h, uint8_t byte)
{
	switch ((enum part)h->part) {
	case FIRST:
		h->first[h->at++] = byte;
		return h->at == 2 ? begin(h) : 0;
	case GZIP_FIXED:
		return gzip_fixed(h, byte);
	case EXTRA_SIZE:
		h->extra |= (uint16_t)(byte << 8 * h->at);
		if (++h->at == 2)
			enter(h, EXTRA);
		if (h->part == EXTRA && !h->extra)
			enter_present(h, NAME);
		return 0;
	case EXTRA:
		if (++h->at == h->extra)
			enter_present(h, NAME);
		return 0;
	case NAME:
	case COMMENT:
		if (!byte)
			enter_present(h, h->part + 1);
		return 0;
	case HCRC:
		if (byte != (uint8_t)(h->crc >> 8 * h->at))
			return -EBADMSG;
		if (++h->at == 2)
			enter(h, DONE);
		return 0;
	default:
		return 0;
	}
}

int svai_header_read(struct svai_header *header, struct svai_flow *flow)
{
	int err = 0;

	if (header->format == SVA_DEFLATE_RAW)
		enter(header, DONE);
	while (!err && header->part != DONE && flow->in_size) {
		if (header->flags & HAS_HCRC && header->part != HCRC)
			header->crc = svai_crc32(header->crc, flow->in, 1);
		err = take(header, *flow->in);
		flow->in++;
		flow->in_size--;
	}
	return err ? err : header->part == DONE;
}
