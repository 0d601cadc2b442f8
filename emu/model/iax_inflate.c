/* SPDX-License-Identifier: MIT */
/*
 * Decompression of a DEFLATE stream (RFC 1951), a byte at a time, with the error codes of the
 * device. A token, or a header, that the input has not all of stays in the input: then pos is where
 * it begins.
 */
#include <string.h>

#include "iax.h"

void emu_iax_inflate_init(struct emu_iax_inflate *inflate, struct emu_run *run)
{
	const struct sva_desc *desc = run->desc;
	unsigned int ignored = desc->tail.iax_flags >> 6 & 7;
	struct emu_iax_bits *in = &inflate->in;

	ignored |= (desc->tail.iax_flags >> 14 & 1) << 3;
	memset(inflate, 0, sizeof(*inflate));
	emu_iax_source_init(&in->source, run, desc->src_addr, desc->xfer_size, EMU_SRC);
	in->end = desc->xfer_size * 8ull;
	in->end -= ignored < in->end ? ignored : in->end;
	inflate->state = SVA_IAX_STATE_HEADER;
	inflate->flags = desc->tail.iax_flags;
	inflate->literal = -1;
}

uint32_t emu_iax_inflate_history(const struct emu_iax_inflate *inflate)
{
	return inflate->full ? SVA_IAX_HISTORY : inflate->at;
}

/* The end of a stored block is one, too. */
static void end_of_block(struct emu_iax_inflate *inflate)
{
	bool final = inflate->state & SVA_IAX_STATE_FINAL;

	inflate->state &= SVA_IAX_STATE_FINAL;
	inflate->state |= SVA_IAX_STATE_HEADER | SVA_IAX_STATE_EOB;
	if ((inflate->flags & SVA_IAX_DECOMP_STOP_ON_EOB) &&
	    (final || !(inflate->flags & SVA_IAX_DECOMP_FINAL_EOB)))
		inflate->stopped = true;
}

/* To the next byte of the stream, whose source begins with a whole one. */
static void align(struct emu_iax_bits *in)
{
	while ((in->pos - in->acc_bits) % 8)
		in->pos++;
}

static int read_stored(struct emu_iax_inflate *inflate)
{
	int32_t length, check;

	align(&inflate->in);
	length = emu_iax_take(&inflate->in, 16);
	check = emu_iax_take(&inflate->in, 16);
	if (length < 0 || check < 0)
		return EMU_IAX_NO_BITS;
	inflate->stored = (uint32_t)length;
	return (length ^ check) == 0xffff ? 0 : SVA_IAX_ERROR_STORED_LENGTH;
}

static int read_header(struct emu_iax_inflate *inflate)
{
	int32_t start = emu_iax_take(&inflate->in, 3);
	int error = 0;

	if (start < 0)
		return EMU_IAX_NO_BITS;
	if (start >> 1 == 0)
		error = read_stored(inflate);
	else if (start >> 1 == 1)
		emu_iax_fixed_tables(&inflate->tables);
	else if (start >> 1 == 2)
		error = emu_iax_dynamic_tables(&inflate->in, &inflate->tables);
	else
		error = SVA_IAX_ERROR_BLOCK_TYPE;
	if (error)
		return error;
	inflate->state = start >> 1 == 0 ? SVA_IAX_STATE_STORED : SVA_IAX_STATE_TOKEN;
	if (start & 1)
		inflate->state |= SVA_IAX_STATE_FINAL;
	return 0;
}

/* Symbols that only the fixed tables have are bad lengths and codes (unverified: their codes). */
static int read_match(struct emu_iax_inflate *inflate, int symbol)
{
	unsigned int length = (unsigned int)symbol - 257, distance;
	int32_t more;

	if (length >= EMU_IAX_LENGTHS)
		return SVA_IAX_ERROR_LENGTH;
	more = emu_iax_take(&inflate->in, emu_iax_length_extra[length]);
	if (more < 0)
		return EMU_IAX_NO_BITS;
	inflate->copy = emu_iax_length_base[length] + (uint32_t)more;
	symbol = emu_iax_decode(&inflate->in, &inflate->tables.d);
	if (symbol == EMU_IAX_NO_BITS)
		return EMU_IAX_NO_BITS;
	if (symbol == EMU_IAX_BAD_CODE || symbol >= SVA_IAX_D)
		return SVA_IAX_ERROR_BAD_D;
	distance = (unsigned int)symbol;
	more = emu_iax_take(&inflate->in, emu_iax_distance_extra(distance));
	if (more < 0)
		return EMU_IAX_NO_BITS;
	inflate->distance = emu_iax_distance_base[distance] + (uint32_t)more;
	if (inflate->distance > SVA_IAX_HISTORY)
		return SVA_IAX_ERROR_DISTANCE;
	if (inflate->distance > emu_iax_inflate_history(inflate))
		return SVA_IAX_ERROR_BEFORE_START;
	return 0;
}

static int read_token(struct emu_iax_inflate *inflate)
{
	uint64_t start = inflate->in.pos;
	int symbol = emu_iax_decode(&inflate->in, &inflate->tables.ll);

	if (symbol == EMU_IAX_NO_BITS)
		return EMU_IAX_NO_BITS;
	if (symbol == EMU_IAX_BAD_CODE)
		return SVA_IAX_ERROR_BAD_LL;
	if (symbol > 256)
		return read_match(inflate, symbol);
	if (symbol == 256) {
		end_of_block(inflate);
		return 0;
	}
	inflate->literal = symbol;
	inflate->literal_end = inflate->in.pos;
	inflate->in.pos = start; /* until it is taken */
	return 0;
}

/* A byte of a stored block, which begins at a byte of the stream, but maybe in the accumulator. */
static int read_stored_byte(struct emu_iax_inflate *inflate)
{
	uint64_t start = inflate->in.pos;
	int32_t byte;

	if (inflate->stored == 0) {
		end_of_block(inflate);
		return 0;
	}
	byte = emu_iax_take(&inflate->in, 8);
	if (byte < 0)
		return EMU_IAX_NO_BITS;
	inflate->literal = byte;
	inflate->literal_end = inflate->in.pos;
	inflate->in.pos = start;
	return 0;
}

static int read_next(struct emu_iax_inflate *inflate)
{
	if (inflate->state & SVA_IAX_STATE_HEADER)
		return read_header(inflate);
	if (inflate->state & SVA_IAX_STATE_STORED)
		return read_stored_byte(inflate);
	return read_token(inflate);
}

bool emu_iax_inflate_ready(struct emu_iax_inflate *inflate)
{
	while (!inflate->copy && inflate->literal < 0) {
		uint64_t start = inflate->in.pos;
		int result;

		if (inflate->stopped || inflate->error)
			return false;
		result = read_next(inflate);
		if (result == 0)
			continue;
		inflate->in.pos = start;
		inflate->copy = 0;
		if (result > 0)
			inflate->error = (unsigned int)result;
		return false;
	}
	return true;
}

uint8_t emu_iax_inflate_take(struct emu_iax_inflate *inflate)
{
	uint8_t byte;

	if (inflate->copy) {
		byte = inflate->history[(inflate->at - inflate->distance) % SVA_IAX_HISTORY];
		inflate->copy--;
	} else {
		byte = (uint8_t)inflate->literal;
		inflate->literal = -1;
		inflate->in.pos = inflate->literal_end;
		if (inflate->state & SVA_IAX_STATE_STORED)
			inflate->stored--;
	}
	inflate->history[inflate->at++] = byte;
	if (inflate->at == SVA_IAX_HISTORY) {
		inflate->at = 0;
		inflate->full = true;
	}
	return byte;
}

/*
 * A header that the input has only a part of, as bits that fill up the last byte, is not begun
 * (unverified).
 */
bool emu_iax_inflate_ended_well(const struct emu_iax_inflate *inflate)
{
	unsigned int wanted = SVA_IAX_STATE_EOB;

	if (!(inflate->flags & SVA_IAX_DECOMP_CHECK_EOB))
		return true;
	if (inflate->flags & SVA_IAX_DECOMP_FINAL_EOB)
		wanted |= SVA_IAX_STATE_FINAL;
	return (inflate->state & wanted) == wanted;
}
