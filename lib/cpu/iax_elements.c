/* SPDX-License-Identifier: MIT */
/* Source of the third format: Apache Parquet, "Run Length Encoding / Bit-Packing Hybrid". */
#include "iax_elements.h"

#include <string.h>

#include "iax_vector.h"

#define VARINT 4u /* bytes at most (QPL) */

/*
 * The inflate keeps what it made last in front of what it makes next: bytes that are left stay
 * together with those that come.
 */
bool svai_stream_more(struct svai_stream *stream)
{
	size_t left = (size_t)(stream->end - stream->pos);

	if (!stream->z || stream->z_end)
		return false;
	stream->z_end = svai_inflate(stream->z, SVAI_INFLATE_CHUNK);
	if (stream->z_end == SVAI_INFLATE_ROOM)
		stream->z_end = 0;
	svai_checksum_update(stream->sum, stream->z->chunk, stream->z->chunk_size);
	stream->pos = stream->z->chunk - left;
	stream->end = stream->z->chunk + stream->z->chunk_size;
	return true;
}

/* Are there @size bytes? Few: they stay in front of the next part. */
static bool need(struct svai_stream *stream, size_t size)
{
	while ((size_t)(stream->end - stream->pos) < size)
		if (!svai_stream_more(stream))
			return false;
	return true;
}

uint32_t svai_stream_skip(struct svai_stream *stream, uint32_t size)
{
	uint32_t done = 0;

	while (done < size && need(stream, 1)) {
		size_t n = (size_t)(stream->end - stream->pos);

		n = n < size - done ? n : size - done;
		stream->pos += n;
		done += (uint32_t)n;
	}
	return done;
}

/* Eight bytes, or those that there are and zeros. */
static uint64_t load(const uint8_t *from, const uint8_t *end)
{
	uint64_t word = 0;

	memcpy(&word, from, end - from < 8 ? (size_t)(end - from) : sizeof(word));
	return word;
}

static uint64_t load_whole(const uint8_t *from)
{
	uint64_t word;

	memcpy(&word, from, sizeof(word));
	return word;
}

/* How many of @count elements are in words that end before @end. */
static uint32_t in_whole_words(const struct svai_elements *e, uint32_t count)
{
	size_t size = (size_t)(e->stream.end - e->stream.pos);
	uint64_t n;

	if (size < 8)
		return 0;
	n = (8 * (uint64_t)(size - 8) + 7 - e->bit) / e->width + 1;
	return n < count ? (uint32_t)n : count;
}

static void unpack_low(const struct svai_elements *e, uint32_t *to, uint32_t count)
{
	const uint8_t *pos = e->stream.pos, *end = e->stream.end;
	const unsigned int width = e->width; /* not read again after each store */
	const uint64_t mask = UINT64_MAX >> (64 - width);
	uint32_t i, whole = in_whole_words(e, count);
	uint64_t at = e->bit;

	for (i = 0; i < whole; i++, at += width)
		to[i] = (uint32_t)(load_whole(pos + at / 8) >> at % 8 & mask);
	for (; i < count; i++, at += width)
		to[i] = (uint32_t)(load(pos + at / 8, end) >> at % 8 & mask);
}

static void unpack_high(const struct svai_elements *e, uint32_t *to, uint32_t count)
{
	const uint8_t *pos = e->stream.pos, *end = e->stream.end;
	const unsigned int width = e->width, shift = 64 - width;
	uint32_t i, whole = in_whole_words(e, count);
	uint64_t at = e->bit;

	for (i = 0; i < whole; i++, at += width)
		to[i] = (uint32_t)(__builtin_bswap64(load_whole(pos + at / 8)) << at % 8 >> shift);
	for (; i < count; i++, at += width)
		to[i] = (uint32_t)(__builtin_bswap64(load(pos + at / 8, end)) << at % 8 >> shift);
}

static void move_on(struct svai_elements *e, uint32_t count)
{
	uint64_t bits = e->bit + (uint64_t)count * e->width;

	e->stream.pos += bits / 8;
	e->bit = bits % 8;
}

/* As many packed elements as are there, at most @max; 0: the source is at its end. */
static uint32_t unpack(struct svai_elements *e, uint32_t *to, uint32_t max)
{
	uint32_t done;
	uint64_t n;

	if (!need(&e->stream, (e->bit + e->width + 7) / 8))
		return 0;
	n = (8 * (uint64_t)(e->stream.end - e->stream.pos) - e->bit) / e->width;
	n = n < max ? n : max;
	done = svai_vector_unpack(e, to, (uint32_t)n);
	move_on(e, done);
	to += done;
	(e->format == SVA_IAX_FILTER_BE ? unpack_high : unpack_low)(e, to, (uint32_t)n - done);
	move_on(e, (uint32_t)n - done);
	return (uint32_t)n;
}

static bool fail(struct svai_elements *e, enum sva_iax_error error)
{
	e->error = error;
	return false;
}

/* The head of a run: twice its length, plus 1 if it is packed, in groups of 8. */
static bool run_length(struct svai_elements *e, uint32_t *head)
{
	*head = 0;
	for (unsigned int i = 0; i < VARINT; i++) {
		uint8_t byte;

		if (!need(&e->stream, 1))
			return false;
		byte = *e->stream.pos++;
		*head |= (uint32_t)(byte & 0x7f) << 7 * i;
		if (!(byte & 0x80))
			return true;
	}
	return fail(e, SVA_IAX_ERROR_RLE_FORMAT);
}

static bool next_run(struct svai_elements *e)
{
	size_t size = (e->width + 7) / 8;
	uint32_t head;

	if (!run_length(e, &head))
		return false;
	if (head < 2)
		return fail(e, SVA_IAX_ERROR_RLE_FORMAT); /* of no elements (unverified) */
	if (head & 1) {
		e->packed = 8 * (head >> 1);
		return true;
	}
	if (!need(&e->stream, size))
		return false;
	e->value =
		(uint32_t)load(e->stream.pos, e->stream.pos + size) & UINT32_MAX >> (32 - e->width);
	e->stream.pos += size;
	e->run = head >> 1;
	return true;
}

static uint32_t read_run(struct svai_elements *e, uint32_t *to, uint32_t max)
{
	uint32_t n;

	if (!e->run && !e->packed && !next_run(e))
		return 0;
	if (e->packed) {
		n = unpack(e, to, max < e->packed ? max : e->packed);
		e->packed -= n;
		return n;
	}
	n = max < e->run ? max : e->run;
	for (uint32_t i = 0; i < n; i++)
		to[i] = e->value;
	e->run -= n;
	return n;
}

bool svai_elements_begin(struct svai_elements *e, unsigned int format, unsigned int width)
{
	e->format = format;
	e->width = width;
	e->bit = 0;
	e->run = e->packed = 0;
	e->error = 0;
	if (format != SVA_IAX_FILTER_RLE)
		return true;
	if (!need(&e->stream, 1))
		return fail(e, SVA_IAX_ERROR_RLE_FORMAT);
	e->width = *e->stream.pos++;
	return (e->width && e->width <= 32) || fail(e, SVA_IAX_ERROR_RLE_WIDTH);
}

uint32_t svai_elements_read(struct svai_elements *e, uint32_t *to, uint32_t max)
{
	uint32_t done = 0, n = 1;

	for (; done < max && n; done += n)
		n = e->format == SVA_IAX_FILTER_RLE ? read_run(e, to + done, max - done)
						    : unpack(e, to + done, max - done);
	return done;
}
