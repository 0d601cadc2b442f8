/* SPDX-License-Identifier: MIT */
/* The software device for IAX: filters, against a computation bit by bit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <zlib.h>

#include "iax_run.h"
#include "reference.h"

#define MOST 4096u /* elements of a test, and of its output */

static struct sva_iax_op op;
static uint32_t seed = 1;

static uint32_t noise(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 8 ^ seed << 20;
}

static uint32_t mask(unsigned int width)
{
	return width == 32 ? UINT32_MAX : (1u << width) - 1;
}

/* Bits one after the other. */
struct bytes {
	uint8_t *at; /* exactly so many */
	uint32_t bits;
};

static uint32_t size_of(const struct bytes *b)
{
	return (b->bits + 7) / 8;
}

static void append(struct bytes *b, uint32_t value, unsigned int width, bool big_endian)
{
	for (unsigned int i = 0; i < width; i++, b->bits++) {
		uint32_t bit = value >> (big_endian ? width - 1 - i : i) & 1;

		b->at[b->bits / 8] |=
			(uint8_t)(bit << (big_endian ? 7 - b->bits % 8 : b->bits % 8));
	}
}

static struct bytes pack(const uint32_t *values, uint32_t count, unsigned int width,
			 bool big_endian)
{
	struct bytes b = { calloc(1, (count * width + 7) / 8 + 1), 0 };
	uint8_t *exact;

	assert_non_null(b.at);
	for (uint32_t i = 0; i < count; i++)
		append(&b, values[i], width, big_endian);
	exact = ref_copy(b.at, size_of(&b));
	free(b.at);
	b.at = exact;
	return b;
}

/* Runs of either kind in turn, as far as whole groups go. */
static struct bytes pack_rle(uint32_t *values, uint32_t count, unsigned int width)
{
	struct bytes b = { calloc(1, count * 6 + 16), 0 };
	uint8_t *exact;
	uint32_t at = 0;

	append(&b, width, 8, false);
	while (at < count) {
		uint32_t left = count - at, n = noise() % 300;

		if (left >= 8 && noise() & 1) {
			n = n / 8 + 1 < left / 8 ? n / 8 + 1 : left / 8;
			append(&b, n << 1 | 1, 8, false); /* fewer than 64 groups */
			for (uint32_t i = 0; i < 8 * n; i++)
				append(&b, values[at + i], width, false);
			at += 8 * n;
			continue;
		}
		n = n + 1 < left ? n + 1 : left;
		append(&b, (n << 1 & 0x7f) | 0x80, 8, false);
		append(&b, n >> 6, 8, false);
		append(&b, values[at], (width + 7) / 8 * 8, false);
		for (uint32_t i = 1; i < n; i++)
			values[at + i] = values[at];
		at += n;
	}
	exact = ref_copy(b.at, size_of(&b));
	free(b.at);
	b.at = exact;
	return b;
}

static struct bytes pack_as(uint32_t *values, uint32_t count, unsigned int width,
			    unsigned int format)
{
	if (format == SVA_IAX_FILTER_RLE)
		return pack_rle(values, count, width);
	return pack(values, count, width, format == SVA_IAX_FILTER_BE);
}

/* What the output should be: elements, and their aggregates. */
struct expected {
	uint32_t values[MOST], count;
	unsigned int width;
	uint32_t min_first, max_last, sum_count;
	unsigned int error;
};

static void of_array(struct expected *e, unsigned int width, unsigned int modified)
{
	e->width = modified ? 4u << modified : width;
	e->min_first = UINT32_MAX;
	e->max_last = e->sum_count = 0;
	e->error = width > e->width ? SVA_IAX_ERROR_OUTPUT_WIDTH : 0;
	for (uint32_t i = 0; i < e->count; i++) {
		if (e->values[i] < e->min_first)
			e->min_first = e->values[i];
		if (e->values[i] > e->max_last)
			e->max_last = e->values[i];
		e->sum_count += e->values[i];
	}
}

/* Of a bit vector, which is in values: its bits, or the indices of those that are 1. */
static void of_vector(struct expected *e, unsigned int modified, bool invert, uint32_t first)
{
	uint32_t ones = 0;

	e->width = modified ? 4u << modified : 1;
	e->min_first = UINT32_MAX;
	e->max_last = e->sum_count = e->error = 0;
	for (uint32_t i = 0; i < e->count; i++) {
		e->values[i] ^= invert;
		if (!e->values[i])
			continue;
		if (e->min_first == UINT32_MAX)
			e->min_first = i;
		e->max_last = i;
		e->sum_count++;
		if (modified) {
			e->values[ones++] = i + first;
			if (i + first > mask(e->width))
				e->error = SVA_IAX_ERROR_OUTPUT_WIDTH;
		}
	}
	if (modified)
		e->count = ones;
}

/* Run the operation, whose destination is not set, with exactly the room and with a byte less. */
static void assert_output(const struct expected *e, bool big_endian)
{
	struct bytes want = pack(e->values, e->error ? 0 : e->count, e->width, big_endian);
	uint32_t size = e->error ? 4 * MOST : size_of(&want);
	uint8_t *dst = ref_buffer(size);

	op.op.desc.dst_addr = (uintptr_t)dst;
	op.op.desc.iax.max_dst_size = size;
	iax_run(&op);
	if (e->error) {
		assert_int_equal(op.record.status, SVA_STATUS_ANALYTICS);
		assert_int_equal(op.record.error_code, e->error);
	} else {
		assert_int_equal(op.record.status, SVA_STATUS_SUCCESS);
		assert_int_equal(op.record.output_size, size);
		assert_int_equal(op.record.output_bits, want.bits % 8);
		assert_memory_equal(dst, want.at, size);
		assert_int_equal(op.record.min_first, e->min_first);
		assert_int_equal(op.record.max_last, e->max_last);
		assert_int_equal(op.record.sum_count, e->sum_count);
	}
	free(dst);
	if (!e->error && size) {
		dst = ref_buffer(size - 1);
		op.op.desc.dst_addr = (uintptr_t)dst;
		op.op.desc.iax.max_dst_size = size - 1;
		assert_int_equal(iax_run(&op), SVA_STATUS_OUTPUT_OVERFLOW);
		/* As many elements as fit: of the last byte not all bits need be valid. */
		assert_in_range(8 * op.record.output_size + e->width, 8 * (size - 1),
				8 * size + 40);
		assert_memory_equal(dst, want.at,
				    op.record.output_size - (op.record.output_bits != 0));
		free(dst);
	}
	free(want.at);
}

/* All ways to pack the input and the output. */
struct way {
	unsigned int width, format, modified;
	uint32_t flags; /* of the filter: those */
	bool out_be, invert;
};

typedef void with_way(const struct way *way, uint32_t count);

static void all_ways(with_way *f, bool vector)
{
	static const uint32_t counts[] = { 1, 7, 64, 301, 2100 };

	for (struct way w = { .width = 1 }; w.width <= 32; w.width++)
		for (w.format = 0; w.format <= 2; w.format++)
			for (w.modified = 0; w.modified <= 3; w.modified++)
				for (unsigned int i = 0; i < (vector ? 4 : 2); i++) {
					w.out_be = i & 1;
					w.invert = i & 2;
					w.flags = w.format | w.modified << 13 |
						  (w.out_be ? SVA_IAX_FILTER_OUT_BE : 0) |
						  (w.invert ? SVA_IAX_FILTER_INVERT : 0);
					if (w.format != SVA_IAX_FILTER_RLE)
						w.flags |= SVA_IAX_FILTER_WIDTH(w.width);
					f(&w, counts[noise() % 5]);
				}
}

static uint32_t values[MOST];
static struct expected e;

static void make_values(uint32_t count, unsigned int width)
{
	unsigned int bits = noise() % width + 1; /* small ones, too */

	for (uint32_t i = 0; i < count; i++)
		values[i] = noise() & mask(bits);
}

static struct bytes begin(const struct way *w, unsigned int opcode, uint32_t count)
{
	struct bytes src;

	make_values(count, w->width);
	src = pack_as(values, count, w->width, w->format);
	sva_iax_prep_filter(&op, opcode, NULL, 0, src.at, size_of(&src), count, w->flags, 0);
	return src;
}

static void assert_checksums(const struct bytes *src)
{
	if (e.error)
		return;
	assert_int_equal(op.record.crc, crc32(0, src->at, size_of(src)));
	assert_int_equal(op.record.xor_checksum, iax_xor(src->at, size_of(src)));
	assert_int_equal(op.record.bytes_completed, size_of(src));
}

static void scan(const struct way *w, uint32_t count)
{
	struct bytes src = begin(w, SVA_IAX_OP_SCAN, count);
	uint32_t low = values[noise() % count], high = values[noise() % count];
	uint32_t first = w->modified == 1 ? 0 : noise() % 70000;

	/* What is above the width is not looked at. */
	sva_iax_op_set_range(&op, low | ~mask(w->width), high);
	op.filter.first_index = first;
	e.count = count;
	for (uint32_t i = 0; i < count; i++)
		e.values[i] = values[i] >= low && values[i] <= high;
	of_vector(&e, w->modified, w->invert, first);
	assert_output(&e, w->out_be);
	assert_checksums(&src);
	free(src.at);
}

static void scans(void **state)
{
	(void)state;
	all_ways(scan, true);
}

static void extract(const struct way *w, uint32_t count)
{
	struct bytes src = begin(w, SVA_IAX_OP_EXTRACT, count);
	uint32_t low = noise() % count, high = low + noise() % count;

	sva_iax_op_set_range(&op, low, high);
	e.count = 0;
	for (uint32_t i = low; i <= high && i < count; i++)
		e.values[e.count++] = values[i];
	of_array(&e, w->width, w->modified);
	assert_output(&e, w->out_be);
	assert_checksums(&src);
	free(src.at);
}

static void extracts(void **state)
{
	(void)state;
	all_ways(extract, false);
}

/* A bit vector as source 2, of either order. */
static struct bytes second(const uint32_t *bits, uint32_t count)
{
	bool big_endian = noise() & 1;
	struct bytes b = pack(bits, count, 1, big_endian);

	sva_iax_op_set_src2(&op, b.at, size_of(&b));
	if (big_endian)
		op.op.desc.iax.filter.flags |= SVA_IAX_FILTER_SRC2_BE;
	return b;
}

static void select_ones(const struct way *w, uint32_t count)
{
	struct bytes src = begin(w, SVA_IAX_OP_SELECT, count), src2;
	uint32_t bits[MOST];

	e.count = 0;
	for (uint32_t i = 0; i < count; i++) {
		bits[i] = noise() & 1;
		if (bits[i])
			e.values[e.count++] = values[i];
	}
	src2 = second(bits, count);
	of_array(&e, w->width, w->modified);
	assert_output(&e, w->out_be);
	free(src.at);
	free(src2.at);
}

static void selects(void **state)
{
	(void)state;
	all_ways(select_ones, false);
}

static void expand(const struct way *w, uint32_t count)
{
	struct bytes src = begin(w, SVA_IAX_OP_EXPAND, count), src2;
	uint32_t bits[MOST], next = 0;

	/* More bits than elements, and as many ones. */
	e.count = 0;
	while (next < count) {
		bits[e.count] = noise() % 3 != 0;
		e.values[e.count] = bits[e.count] ? values[next] : 0;
		next += bits[e.count++];
	}
	op.op.desc.iax.filter.elements = e.count;
	src2 = second(bits, e.count);
	of_array(&e, w->width, w->modified);
	assert_output(&e, w->out_be);
	free(src.at);
	free(src2.at);
}

static void expands(void **state)
{
	(void)state;
	all_ways(expand, false);
}

/* Bits that are dropped, so that at most 11 are left. */
static unsigned int drop(const struct way *w, unsigned int *low)
{
	unsigned int left = noise() % (w->width < 11 ? w->width : 11) + 1;

	*low = noise() % (w->width - left + 1);
	op.op.desc.iax.filter.flags |=
		SVA_IAX_FILTER_DROP_LOW(*low) | SVA_IAX_FILTER_DROP_HIGH(w->width - left - *low);
	return left;
}

static void set_membership(const struct way *w, uint32_t count)
{
	struct bytes src = begin(w, SVA_IAX_OP_SET_MEMBERSHIP, count), src2;
	unsigned int low, left = drop(w, &low);
	uint32_t set[MOST];

	for (uint32_t i = 0; i < 1u << left; i++)
		set[i] = noise() & 1;
	src2 = second(set, 1u << left);
	e.count = count;
	for (uint32_t i = 0; i < count; i++)
		e.values[i] = set[values[i] >> low & mask(left)];
	of_vector(&e, w->modified, w->invert, 0);
	assert_output(&e, w->out_be);
	free(src.at);
	free(src2.at);
}

static void set_memberships(void **state)
{
	(void)state;
	all_ways(set_membership, true);
}

static void find_unique(const struct way *w, uint32_t count)
{
	struct bytes src = begin(w, SVA_IAX_OP_FIND_UNIQUE, count);
	unsigned int low, left = drop(w, &low);

	e.count = 1u << left;
	memset(e.values, 0, sizeof(e.values));
	for (uint32_t i = 0; i < count; i++)
		e.values[values[i] >> low & mask(left)] = 1;
	of_vector(&e, w->modified, w->invert, 0);
	assert_output(&e, w->out_be);
	free(src.at);
}

static void finds(void **state)
{
	(void)state;
	all_ways(find_unique, true);
}

/* Here the width is that of source 2; the first source has counts. */
static void rle_burst(const struct way *w, uint32_t count)
{
	static const unsigned int widths[] = { 8, 16, 32 };
	unsigned int width = widths[noise() % 3];
	uint32_t counts[MOST], total = 0;
	struct bytes src, src2;

	if (w->format == SVA_IAX_FILTER_RLE)
		return;
	make_values(count, w->width);
	e.count = 0;
	counts[0] = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t n = noise() % 5;

		n = n < MOST - e.count ? n : 0;
		for (uint32_t k = 0; k < n; k++)
			e.values[e.count++] = values[i];
		total += n;
		counts[width == 32 ? i + 1 : i] = width == 32 ? total : n;
	}
	src = pack(counts, width == 32 ? count + 1 : count, width, w->format);
	src2 = pack(values, count, w->width, w->invert);
	sva_iax_prep_filter(&op, SVA_IAX_OP_RLE_BURST, NULL, 0, src.at, size_of(&src),
			    width == 32 ? count + 1 : count,
			    w->format | SVA_IAX_FILTER_WIDTH(width) |
				    SVA_IAX_FILTER_SRC2_WIDTH(w->width) | w->modified << 13 |
				    (w->out_be ? SVA_IAX_FILTER_OUT_BE : 0),
			    0);
	sva_iax_op_set_src2(&op, src2.at, size_of(&src2));
	if (w->invert)
		op.op.desc.iax.filter.flags |= SVA_IAX_FILTER_SRC2_BE;
	of_array(&e, w->width, w->modified);
	assert_output(&e, w->out_be);
	free(src.at);
	free(src2.at);
}

static void rle_bursts(void **state)
{
	(void)state;
	all_ways(rle_burst, true);
}

/* Compressed input, of which the first bytes are left out; larger than a part of the inflate. */
static void behind_decompression(void **state)
{
	static uint32_t large[60000];

	(void)state;
	for (unsigned int width = 3; width <= 32; width += 7)
		for (unsigned int format = 0; format < 2; format++) {
			struct bytes src;
			size_t size, drop_bytes = 5;
			uint8_t *z, *dst = ref_buffer(60000 / 8);

			for (uint32_t i = 0; i < 60000; i++)
				large[i] = noise() % 7;
			src = pack(large, 60000, width, format);
			{
				uint8_t *all = malloc(size_of(&src) + drop_bytes);

				memset(all, 0x55, drop_bytes);
				memcpy(all + drop_bytes, src.at, size_of(&src));
				z = iax_deflate(all, size_of(&src) + drop_bytes, 6, 0, &size);
				sva_iax_prep_filter(&op, SVA_IAX_OP_SCAN, dst, 60000 / 8, z, size,
						    60000, format | SVA_IAX_FILTER_WIDTH(width), 0);
				sva_iax_op_set_range(&op, 2, 3);
				op.filter.drop_bytes = (uint16_t)drop_bytes;
				sva_iax_op_set_decompress(&op, SVA_IAX_DECOMP_STREAM);
				assert_int_equal(iax_run(&op), SVA_STATUS_SUCCESS);
				assert_int_equal(op.record.crc,
						 crc32(0, all, (uInt)(size_of(&src) + drop_bytes)));
				free(all);
			}
			assert_int_equal(op.record.output_size, 60000 / 8);
			for (uint32_t i = 0; i < 60000; i++)
				assert_int_equal(dst[i / 8] >> i % 8 & 1,
						 large[i] == 2 || large[i] == 3);
			/* The errors of the stream come first. */
			op.op.desc.xfer_size = (uint32_t)size / 2;
			assert_int_equal(iax_run(&op), SVA_STATUS_ANALYTICS);
			assert_int_equal(op.record.error_code, SVA_IAX_ERROR_NO_EOB);
			free(src.at);
			free(dst);
			free(z);
		}
}

static void forced_arrays(void **state)
{
	const uint8_t src[] = { 5, 6, 7, 8, 9 };
	uint8_t dst[5];

	(void)state;
	sva_iax_prep_filter(&op, SVA_IAX_OP_SCAN, dst, 5, src, 5, 5,
			    SVA_IAX_FILTER_WIDTH(8) | SVA_IAX_FILTER_OUT_8 | SVA_IAX_FILTER_ARRAY,
			    0);
	sva_iax_op_set_range(&op, 6, 8);
	assert_int_equal(iax_run(&op), SVA_STATUS_SUCCESS);
	assert_memory_equal(dst, "\0\1\1\1\0", 5);
}

/* Bytes hold the indices up to 255: is it the room that ends first, or what a byte can hold? */
static void wide_indices_and_little_room(void **state)
{
	static const uint8_t src[300];
	uint8_t dst[246];

	(void)state;
	for (uint32_t room = 245; room <= 246; room++) {
		sva_iax_prep_filter(&op, SVA_IAX_OP_SCAN, dst, room, src, 300, 300,
				    SVA_IAX_FILTER_WIDTH(8) | SVA_IAX_FILTER_OUT_8, 0);
		sva_iax_op_set_range(&op, 0, 0);
		op.filter.first_index = 10;
		assert_int_equal(iax_run(&op),
				 room < 246 ? SVA_STATUS_OUTPUT_OVERFLOW : SVA_STATUS_ANALYTICS);
		assert_int_equal(op.record.error_code, room < 246 ? 0 : SVA_IAX_ERROR_OUTPUT_WIDTH);
		assert_int_equal(op.record.output_size, room);
		for (uint32_t i = 0; i < room; i++)
			assert_int_equal(dst[i], i + 10);
	}
}

static void seeds_and_empty_output(void **state)
{
	const uint8_t src[] = { 1, 2, 3, 4 };
	uint8_t dst[4];

	(void)state;
	sva_iax_prep_filter(&op, SVA_IAX_OP_EXTRACT, dst, 4, src, 4, 4, SVA_IAX_FILTER_WIDTH(8), 0);
	sva_iax_op_set_range(&op, 7, 9);
	op.filter.crc = 0x12345678;
	op.filter.xor_checksum = 0x1111;
	assert_int_equal(iax_run(&op), SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.output_size, 0);
	assert_int_equal(op.record.min_first, UINT32_MAX);
	assert_int_equal(op.record.max_last, 0);
	assert_int_equal(op.record.sum_count, 0);
	assert_int_equal(op.record.crc, crc32(0x12345678, src, 4));
	assert_int_equal(op.record.xor_checksum, 0x1111 ^ 0x0201 ^ 0x0403);
}

/* Errors. */

static void assert_error(enum sva_iax_error error)
{
	assert_int_equal(iax_run(&op), SVA_STATUS_ANALYTICS);
	assert_int_equal(op.record.error_code, error);
}

static void sources_that_end_early(void **state)
{
	const uint8_t src[] = { 1, 2, 3, 4 }, bits[] = { 0xff };
	uint8_t dst[64];

	(void)state;
	sva_iax_prep_filter(&op, SVA_IAX_OP_SCAN, dst, 64, src, 4, 5, SVA_IAX_FILTER_WIDTH(8), 0);
	sva_iax_op_set_range(&op, 0, 1);
	assert_error(SVA_IAX_ERROR_SRC1_SHORT);
	sva_iax_prep_filter(&op, SVA_IAX_OP_SELECT, dst, 64, src, 4, 9, SVA_IAX_FILTER_WIDTH(3), 0);
	sva_iax_op_set_src2(&op, bits, 1);
	assert_error(SVA_IAX_ERROR_SRC2_SHORT);
	sva_iax_prep_filter(&op, SVA_IAX_OP_EXPAND, dst, 64, src, 4, 5, SVA_IAX_FILTER_WIDTH(8), 0);
	sva_iax_op_set_src2(&op, bits, 1);
	assert_error(SVA_IAX_ERROR_SRC1_SHORT);
	sva_iax_prep_filter(&op, SVA_IAX_OP_SET_MEMBERSHIP, dst, 64, src, 4, 5,
			    SVA_IAX_FILTER_WIDTH(4), 0);
	sva_iax_op_set_src2(&op, bits, 1);
	assert_error(SVA_IAX_ERROR_SRC2_SHORT); /* 16 bits */
}

/* The widest elements that fit, whatever their values, and the largest index; and the next ones. */
static void values_that_do_not_fit(void **state)
{
	const uint16_t src[] = { 255, 256 };
	uint8_t dst[8];

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		sva_iax_prep_filter(&op, SVA_IAX_OP_EXTRACT, dst, 8, src, 2, 1,
				    SVA_IAX_FILTER_WIDTH(8 + i) | SVA_IAX_FILTER_OUT_8, 0);
		sva_iax_op_set_range(&op, 0, 0);
		assert_int_equal(iax_run(&op), i ? SVA_STATUS_ANALYTICS : SVA_STATUS_SUCCESS);
		assert_int_equal(op.record.error_code, i ? SVA_IAX_ERROR_OUTPUT_WIDTH : 0);
		sva_iax_prep_filter(&op, SVA_IAX_OP_SCAN, dst, 8, src, 2, 1,
				    SVA_IAX_FILTER_WIDTH(16) | SVA_IAX_FILTER_OUT_8, 0);
		sva_iax_op_set_range(&op, 255, 255);
		op.filter.first_index = 255 + i;
		assert_int_equal(iax_run(&op), i ? SVA_STATUS_ANALYTICS : SVA_STATUS_SUCCESS);
		assert_int_equal(op.record.error_code, i ? SVA_IAX_ERROR_OUTPUT_WIDTH : 0);
	}
}

/* Of elements as wide as the limits. */
static void limits_of_32_bits(void **state)
{
	const uint32_t src[] = { 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff };
	uint8_t dst[1];

	(void)state;
	sva_iax_prep_filter(&op, SVA_IAX_OP_SCAN, dst, 1, src, 16, 4, SVA_IAX_FILTER_WIDTH(32), 0);
	sva_iax_op_set_range(&op, 0x80000000, 0xfffffffe);
	assert_int_equal(iax_run(&op), SVA_STATUS_SUCCESS);
	assert_int_equal(dst[0], 6);
}

static void bad_rle(void **state)
{
	static const struct {
		uint8_t src[6];
		enum sva_iax_error error;
	} cases[] = {
		{ { 33, 2, 0, 0, 0, 0 }, SVA_IAX_ERROR_RLE_WIDTH },
		{ { 8, 0x80, 0x80, 0x80, 0x80, 1 }, SVA_IAX_ERROR_RLE_FORMAT },
		{ { 8, 0, 0, 0, 0, 0 }, SVA_IAX_ERROR_RLE_FORMAT },
		{ { 8, 2, 7, 2, 8, 2 }, SVA_IAX_ERROR_FEW_ELEMENTS },
		{ { 8, 3, 7, 8, 9, 10 }, SVA_IAX_ERROR_FEW_ELEMENTS },
	};
	uint8_t dst[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sva_iax_prep_filter(&op, SVA_IAX_OP_SCAN, dst, 64, cases[i].src, 6, 8,
				    SVA_IAX_FILTER_RLE, 0);
		sva_iax_op_set_range(&op, 0, 1);
		assert_error(cases[i].error);
	}
}

static void bad_counts(void **state)
{
	static const uint32_t counts[][3] = { { 1, 2, 3 }, { 0, 65536, 65537 }, { 0, 5, 4 } };
	static uint8_t dst[200000];
	const uint8_t values_of_two[] = { 1, 2 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		sva_iax_prep_filter(&op, SVA_IAX_OP_RLE_BURST, dst, sizeof(dst), counts[i], 12, 3,
				    SVA_IAX_FILTER_WIDTH(32) | SVA_IAX_FILTER_SRC2_WIDTH(8), 0);
		sva_iax_op_set_src2(&op, values_of_two, 2);
		assert_error(SVA_IAX_ERROR_COUNT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scans),
		cmocka_unit_test(extracts),
		cmocka_unit_test(selects),
		cmocka_unit_test(expands),
		cmocka_unit_test(set_memberships),
		cmocka_unit_test(finds),
		cmocka_unit_test(rle_bursts),
		cmocka_unit_test(behind_decompression),
		cmocka_unit_test(forced_arrays),
		cmocka_unit_test(wide_indices_and_little_room),
		cmocka_unit_test(seeds_and_empty_output),
		cmocka_unit_test(sources_that_end_early),
		cmocka_unit_test(values_that_do_not_fit),
		cmocka_unit_test(limits_of_32_bits),
		cmocka_unit_test(bad_rle),
		cmocka_unit_test(bad_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
