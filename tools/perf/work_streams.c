/* SPDX-License-Identifier: MIT */
/*
 * Compress and decompress, raw. A submission uses the fixed codes; a call does all that it does for
 * a program: counts symbols, and verifies. What is made, zlib inflates; what is inflated, zlib has
 * made, with the history that the device has.
 */
#include <sva/deflate.h>
#include <zlib.h>

#include "contents.h"
#include "work.h"

#define WINDOW 12 /* log2 of SVA_IAX_HISTORY */
#define MARGIN 64 /* bytes: small texts become larger */

/*
 * The fixed codes of RFC 1951, 3.2.6, behind the header of a final block that uses them. Made when
 * the first descriptor is checked, before there are threads.
 */
static struct sva_iax_compress_aecs *fixed_codes(void)
{
	static struct sva_iax_compress_aecs aecs;

	if (aecs.output_accumulator_bits)
		return &aecs;
	for (uint32_t i = 0; i < SVA_IAX_LL; i++)
		aecs.ll[i] = i < 144   ? SVA_IAX_CODE(0x30 + i, 8)
			     : i < 256 ? SVA_IAX_CODE(0x190 + i - 144, 9)
			     : i < 280 ? SVA_IAX_CODE(i - 256, 7)
				       : SVA_IAX_CODE(0xc0 + i - 280, 8);
	for (uint32_t i = 0; i < SVA_IAX_D; i++)
		aecs.d[i] = SVA_IAX_CODE(i, 5);
	aecs.output_accumulator[0] = 3;
	aecs.output_accumulator_bits = 3;
	return &aecs;
}

static void room_compress(size_t size, size_t room[4])
{
	room[0] = size;
	room[2] = sva_deflate_bound(size);
}

static void fill_compress(struct perf_slot *slot)
{
	perf_text_fill(slot->in, slot->size, slot->seed);
	slot->room = sva_deflate_bound(slot->size);
}

static void spoil_compress(struct perf_slot *slot)
{
	memset(slot->out, 0xff, slot->room); /* begins with a block of no type */
	slot->made = 0;
}

/* Text does not become larger, but for very little of it: so much is enough. */
static void prepare_compress(struct sva_iax_op *op, const struct perf_slot *slot, uint32_t flags)
{
	size_t room = slot->size < 4096 ? slot->size + MARGIN : slot->size;

	sva_iax_prep_compress(op, slot->out, (uint32_t)room, slot->in, slot->size,
			      SVA_IAX_COMP_FLUSH | SVA_IAX_COMP_EOB, flags);
	sva_iax_op_set_aecs(op, fixed_codes(), sizeof(struct sva_iax_compress_aecs), 0);
}

static int call_compress(struct sva_wq *wq, struct perf_slot *slot)
{
	slot->made = slot->room;
	return sva_deflate(wq, slot->out, &slot->made, slot->in, slot->size, NULL, NULL);
}

/* In pieces, so that the text need not be anywhere as a whole. */
static const char *check_compress(const struct perf_slot *slot, bool answered)
{
	z_stream z = { .next_in = slot->out, .avail_in = (uInt)slot->room };
	uint8_t piece[4096] = { 0 };
	size_t at = 0, made;
	int status = inflateInit2(&z, -15);

	while (status == Z_OK) {
		z.next_out = piece;
		z.avail_out = sizeof(piece);
		status = inflate(&z, Z_NO_FLUSH);
		made = sizeof(piece) - z.avail_out;
		if (made > slot->size - at || memcmp(piece, slot->in + at, made) != 0)
			status = Z_DATA_ERROR;
		at += made;
	}
	made = z.total_out;
	inflateEnd(&z);
	if (status != Z_STREAM_END || made != slot->size)
		return "what zlib inflates is not what was compressed";
	return answered && slot->made != z.total_in ? "the stream has another length" : NULL;
}

static void room_decompress(size_t size, size_t room[4])
{
	room[0] = sva_deflate_bound(size);
	room[2] = size;
}

static void fill_decompress(struct perf_slot *slot)
{
	z_stream z = { .next_in = slot->out,
		       .avail_in = (uInt)slot->size,
		       .next_out = slot->in,
		       .avail_out = (uInt)sva_deflate_bound(slot->size) };

	perf_text_fill(slot->out, slot->size, slot->seed);
	slot->in_size = 0;
	if (deflateInit2(&z, 6, Z_DEFLATED, -WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return;
	if (deflate(&z, Z_FINISH) == Z_STREAM_END)
		slot->in_size = z.total_out;
	deflateEnd(&z);
}

static void spoil_decompress(struct perf_slot *slot)
{
	memset(slot->out, 0xa5, slot->size);
	slot->made = 0;
}

static void prepare_decompress(struct sva_iax_op *op, const struct perf_slot *slot, uint32_t flags)
{
	sva_iax_prep_decompress(op, slot->out, (uint32_t)slot->size, slot->in, slot->in_size,
				SVA_IAX_DECOMP_STREAM, flags);
}

static int call_decompress(struct sva_wq *wq, struct perf_slot *slot)
{
	size_t in = slot->in_size;

	slot->made = slot->size;
	return sva_inflate(wq, slot->out, &slot->made, slot->in, &in, NULL, NULL);
}

static const char *check_decompress(const struct perf_slot *slot, bool answered)
{
	if (perf_text_check(slot->out, slot->size, slot->seed) < slot->size)
		return "the text is another one";
	return answered && slot->made != slot->size ? "the text has another length" : NULL;
}

const struct perf_work perf_work_streams[] = {
	{ .name = "compress",
	  .opcode = SVA_IAX_OP_COMPRESS,
	  .unit = 1,
	  .room = room_compress,
	  .fill = fill_compress,
	  .spoil = spoil_compress,
	  .prepare_iax = prepare_compress,
	  .call = call_compress,
	  .check = check_compress },
	{ .name = "decompress",
	  .opcode = SVA_IAX_OP_DECOMPRESS,
	  .unit = 1,
	  .room = room_decompress,
	  .fill = fill_decompress,
	  .spoil = spoil_decompress,
	  .prepare_iax = prepare_decompress,
	  .call = call_decompress,
	  .check = check_decompress },
	{ 0 },
};
