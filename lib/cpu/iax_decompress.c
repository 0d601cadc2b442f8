/* SPDX-License-Identifier: MIT */
/*
 * Decompression: its input, its output, and what it keeps for the next job.
 *
 * Source: reference of the layouts as in include/sva/iax.h. What an operation that fails reports
 * beside the error (bytes that were read, what was written until then) is what a program that looks
 * for the place would like to know (unverified).
 */
#include <string.h>

#include "iax.h"
#include "iax_aecs.h"
#include "iax_checksum.h"

struct job {
	const struct sva_desc *desc;
	const struct sva_iax_decompress_aecs *aecs; /* NULL: none is read */
	struct svai_checksum sum;
	struct svai_held held;
	uint8_t *dst;
	uint32_t written, room;
	bool flush, no_output;
	struct svai_inflate z;
};

static void write_bytes(struct job *j, const uint8_t *src, uint32_t size)
{
	memcpy(j->dst + j->written, src, size);
	j->written += size;
}

/* Whole words of 8 bytes; the rest is held. */
static void put(struct job *j, const uint8_t *src, uint32_t size)
{
	struct svai_held *held = &j->held;
	uint32_t whole;

	if (j->no_output || !size)
		return;
	if (held->count) {
		uint32_t n = 8 - held->count < size ? 8 - held->count : size;

		memcpy(held->bytes + held->count, src, n);
		held->count += n;
		src += n;
		size -= n;
		if (held->count < 8)
			return;
		write_bytes(j, held->bytes, 8);
		held->count = 0;
	}
	whole = size & ~7u;
	write_bytes(j, src, whole);
	memcpy(held->bytes, src + whole, size - whole);
	held->count = size - whole;
}

/* How many bytes may still come: all of them will find room. */
static uint32_t room_left(const struct job *j)
{
	uint32_t taken = j->written + j->held.count;

	if (j->no_output)
		return SVAI_INFLATE_CHUNK;
	return taken < j->room ? j->room - taken : 0;
}

static unsigned int inflate_all(struct job *j)
{
	unsigned int end;

	do {
		end = svai_inflate(&j->z, room_left(j));
		svai_checksum_update(&j->sum, j->z.chunk, j->z.chunk_size);
		put(j, j->z.chunk, j->z.chunk_size);
	} while (end == SVAI_INFLATE_ROOM && room_left(j));
	return end;
}

static unsigned int check_end(const struct job *j, unsigned int end)
{
	if (end == SVAI_INFLATE_INPUT && j->desc->tail.iax_flags & SVA_IAX_DECOMP_CHECK_EOB &&
	    !svai_inflate_at_end(&j->z))
		return SVA_IAX_ERROR_NO_EOB;
	return end;
}

static void save(struct job *j, uint64_t unread)
{
	struct sva_iax_decompress_aecs *to = svai_aecs_written(j->desc);
	uint32_t size = j->desc->iax.src2_size;

	memset(to, 0, size);
	if (j->aecs) {
		to->filter = j->aecs->filter;
		to->format = j->aecs->format;
		to->output_accumulator_bits = j->aecs->output_accumulator_bits & 1;
	}
	to->filter.crc = j->sum.crc;
	to->filter.xor_checksum = j->sum.xor_checksum;
	to->bits_left = (uint16_t)(unread < UINT16_MAX ? unread : UINT16_MAX);
	svai_aecs_save(to, size, &j->z, &j->held);
}

/*
 * The AECS, if it is to be written. After the end of a block, of the input that is left the bits of
 * a byte that is not whole are kept, and the others are counted: a program finds them by the number
 * of bits that were not processed (unverified).
 */
static void keep(struct job *j, unsigned int end)
{
	bool overflow = end == SVAI_INFLATE_ROOM;
	uint64_t unread;

	if (!(j->desc->op_flags & SVA_IAX_FLAG_AECS_WRITE) &&
	    !(overflow && j->desc->op_flags & SVA_IAX_FLAG_AECS_OVERFLOW))
		return;
	if (overflow)
		svai_inflate_drop(&j->z); /* it comes again, with the next job */
	unread = svai_inflate_unread(&j->z);
	if (end == SVAI_INFLATE_EOB)
		svai_inflate_keep(&j->z, unread % 8);
	save(j, unread);
}

static void flush(struct job *j)
{
	if (!j->flush || j->no_output || j->held.count > j->room - j->written)
		return;
	write_bytes(j, j->held.bytes, j->held.count);
	j->held.count = 0;
}

static unsigned int finish(struct job *j, unsigned int end, struct sva_iax_record *record)
{
	record->bytes_completed = j->desc->xfer_size;
	if (end == SVAI_INFLATE_ROOM)
		record->bytes_completed = svai_inflate_give_back(&j->z);
	flush(j);
	record->output_size = j->written;
	svai_checksum_end(&j->sum, record);
	if (end < SVAI_INFLATE_ROOM) {
		record->error_code = (uint8_t)end;
		record->bytes_completed = svai_inflate_give_back(&j->z);
		return SVA_STATUS_ANALYTICS;
	}
	keep(j, end);
	return end == SVAI_INFLATE_ROOM ? SVA_STATUS_OUTPUT_OVERFLOW : SVA_STATUS_SUCCESS;
}

static unsigned int begin(struct job *j, const struct sva_desc *desc)
{
	const uint32_t flags = desc->tail.iax_flags;

	j->desc = desc;
	j->aecs = svai_aecs_read(desc);
	j->dst = (uint8_t *)desc->dst_addr;
	j->written = 0;
	j->held.count = 0;
	j->flush = flags & SVA_IAX_DECOMP_FLUSH;
	j->no_output = flags & SVA_IAX_DECOMP_NO_OUTPUT;
	j->room = desc->iax.max_dst_size;
	svai_checksum_begin(&j->sum, desc, j->aecs ? &j->aecs->filter : NULL);
	svai_inflate_begin(&j->z, (const uint8_t *)desc->src_addr, desc->xfer_size,
			   svai_iax_ignored_bits(flags));
	j->z.stop = flags & SVA_IAX_DECOMP_STOP_ON_EOB;
	j->z.stop_at_final = flags & SVA_IAX_DECOMP_FINAL_EOB;
	return j->aecs ? svai_aecs_load(j->aecs, desc->iax.src2_size, &j->z, &j->held) : 0;
}

unsigned int svai_iax_decompress(const struct sva_desc *desc, struct sva_iax_record *record)
{
	struct job j;
	unsigned int error = begin(&j, desc);

	if (error) {
		record->error_code = (uint8_t)error;
		return SVA_STATUS_ANALYTICS;
	}
	return finish(&j, check_end(&j, inflate_all(&j)), record);
}
