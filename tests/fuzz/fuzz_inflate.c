/* SPDX-License-Identifier: MIT */
/*
 * The inflate of the software device for IAX, given any stream and any state: no crash, no access
 * outside of the buffers, and the same outcome in one job as in many. What zlib inflates, it
 * inflates alike, or says why not.
 */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "cpu/iax.h"

#define ROOM 8192u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sva_iax_decompress_aecs aecs[2];
static struct svai_limits limits;

static void check(int right)
{
	if (!right)
		abort();
}

struct outcome {
	unsigned int status, error;
	uint32_t crc, size, in;
};

/* One job with buffers of exactly the size. @toggle: -1: without an AECS. */
static struct outcome run(uint8_t *dst, uint32_t room, const uint8_t *src, uint32_t size,
			  uint32_t flags, int toggle)
{
	uint8_t *exact = malloc(size + 1), *to = malloc(room + 1);
	struct sva_iax_op op = { 0 };
	struct outcome o;

	check(exact && to);
	memcpy(exact + 1, src, size);
	sva_iax_prep_decompress(&op, to + 1, room, exact + 1, size, flags, 0);
	if (toggle >= 0)
		sva_iax_op_set_aecs(&op, aecs, sizeof(aecs[0]),
				    SVA_IAX_FLAG_AECS_WRITE |
					    (toggle ? SVA_IAX_FLAG_AECS_TOGGLE : 0));
	svai_iax_execute(&limits, &op.op.desc);
	check(op.record.status && op.record.output_size <= room);
	check(op.record.bytes_completed <= size);
	memcpy(dst, to + 1, op.record.output_size);
	o = (struct outcome){ op.record.status, op.record.error_code, op.record.crc,
			      op.record.output_size, op.record.bytes_completed };
	free(exact);
	free(to);
	return o;
}

static void against_zlib(const struct outcome *o, const uint8_t *dst, const uint8_t *src,
			 uint32_t size)
{
	static uint8_t other[ROOM];
	z_stream z = { 0 };
	int err;

	check(inflateInit2(&z, -15) == Z_OK);
	z.next_in = (uint8_t *)(uintptr_t)src;
	z.avail_in = size;
	z.next_out = other;
	z.avail_out = ROOM;
	err = inflate(&z, Z_FINISH);
	if (o->status == SVA_STATUS_SUCCESS && err == Z_STREAM_END)
		check(z.total_out == o->size && !memcmp(dst, other, o->size));
	else if (err == Z_STREAM_END)
		check(o->error == SVA_IAX_ERROR_DISTANCE || o->error == SVA_IAX_ERROR_FIRST_D);
	inflateEnd(&z);
}

/* Parts of input and room for output of the sizes that the first bytes say. */
static void in_parts(const struct outcome *whole, const uint8_t *dst, const uint8_t *src,
		     uint32_t size, uint32_t in_part, uint32_t room)
{
	static uint8_t parts[ROOM + 256];
	struct outcome o;
	uint32_t in = 0, out = 0, n;
	int toggle = 0;

	memset(aecs, 0, sizeof(aecs));
	aecs[0].state = SVA_IAX_STATE_HEADER;
	do {
		bool last = size - in <= in_part;

		n = last ? size - in : in_part;
		o = run(parts + out, room < ROOM - out ? room : ROOM - out, src + in, n,
			SVA_IAX_DECOMP_STREAM & ~(last ? 0 : SVA_IAX_DECOMP_CHECK_EOB), toggle);
		toggle = !toggle;
		in += o.in;
		out += o.size;
		if (o.status == SVA_STATUS_OUTPUT_OVERFLOW && out == ROOM)
			break;
	} while (o.status == SVA_STATUS_OUTPUT_OVERFLOW ||
		 (o.status == SVA_STATUS_SUCCESS && in < size));
	if (o.status == SVA_STATUS_BAD_SIZE)
		return; /* neither room nor input were left */
	check(o.status == whole->status && o.error == whole->error);
	check(out == whole->size && !memcmp(parts, dst, out));
	check(o.status != SVA_STATUS_SUCCESS || o.crc == whole->crc);
}

/* A state that nobody has written: it may be refused, and leads nowhere. */
static void with_any_state(const uint8_t *data, uint32_t size)
{
	static uint8_t dst[ROOM];

	memset(aecs, 0, sizeof(aecs));
	memcpy((uint8_t *)aecs + 168, data, size < 1088 - 168 ? size : 1088 - 168);
	aecs[0].format &= 1;
	aecs[0].drop_initial_bits = 0;
	aecs[0].state &= 15;
	for (unsigned int i = 0; i < SVA_IAX_ACCUMULATOR; i++)
		aecs[0].input_accumulator_bits[i] %= 65;
	if (data[0] & 1)
		aecs[0].output_accumulator_bits = data[1] % 8 * 8;
	if (data[0] & 2) /* as if it were one of the library's: the mark (lib/cpu/iax_aecs.c) */
		memcpy(aecs[0].reserved2, "IAVS", 4);
	run(dst, ROOM, data, size,
	    data[2] | (uint32_t)(data[3] & 0x42) << 8 | SVA_IAX_DECOMP_ENABLE, 0);
	/* What it has written is a state of its own. */
	run(dst, ROOM, data, size, SVA_IAX_DECOMP_ENABLE, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t dst[ROOM];
	struct outcome whole;

	if (size < 5 || size > 4096)
		return 0;
	svai_iax_limits(&limits);
	if (data[0] & 0x80) {
		with_any_state(data + 1, (uint32_t)size - 1);
		return 0;
	}
	whole = run(dst, ROOM, data + 3, (uint32_t)size - 3, SVA_IAX_DECOMP_STREAM, -1);
	against_zlib(&whole, dst, data + 3, (uint32_t)size - 3);
	in_parts(&whole, dst, data + 3, (uint32_t)size - 3, data[1] + 1, data[2] + 1);
	return 0;
}
