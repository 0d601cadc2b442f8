/* SPDX-License-Identifier: MIT */
/*
 * Filters of the model of the analytics device, against a computation with arrays of numbers: what
 * is packed is packed and unpacked bit by bit here.
 */
#include "iax_fixture.h"

#define MOST 300u        /* elements of a source */
#define OUT  (64u << 10) /* bytes of output */

static uint32_t values[MOST], values2[MOST], wanted[OUT];
static uint8_t src[OUT], src2[OUT], output[OUT], expected[OUT];
static struct sva_iax_filter_aecs aecs[1];
static uint32_t seed;

static uint32_t mask(unsigned int width)
{
	return width == 32 ? UINT32_MAX : (1u << width) - 1;
}

/* Elements as bits; returns the number of bytes. */
static size_t pack(uint8_t *to, const uint32_t *from, size_t n, unsigned int width, bool be)
{
	memset(to, 0, (n * width + 7) / 8 + 8);
	for (size_t i = 0; i < n; i++)
		for (unsigned int bit = 0; bit < width; bit++) {
			size_t at = i * width + bit;
			uint32_t value = from[i] >> (be ? width - 1 - bit : bit) & 1;

			to[at / 8] |= (uint8_t)(value << (be ? 7 - at % 8 : at % 8));
		}
	return (n * width + 7) / 8;
}

static size_t put_count(uint8_t *to, size_t at, uint32_t count)
{
	for (; count > 0x7f; count >>= 7)
		to[at++] = (uint8_t)(count | 0x80);
	to[at++] = (uint8_t)count;
	return at;
}

/* In Parquet's format: runs of equal elements, and groups of eight in between. */
static size_t pack_rle(uint8_t *to, const uint32_t *from, size_t n, unsigned int width)
{
	size_t at = 1;

	to[0] = (uint8_t)width;
	for (size_t i = 0; i < n;) {
		size_t run = 1;

		while (i + run < n && from[i + run] == from[i])
			run++;
		if (run >= 8 || n - i < 8) {
			at = put_count(to, at, (uint32_t)run << 1);
			memcpy(to + at, &from[i], (width + 7) / 8);
			at += (width + 7) / 8;
			i += run;
		} else {
			at = put_count(to, at, 1 << 1 | 1);
			at += pack(to + at, from + i, 8, width, false);
			i += 8;
		}
	}
	return at;
}

static size_t pack_as(uint8_t *to, const uint32_t *from, size_t n, unsigned int width,
		      unsigned int format)
{
	if (format == SVA_IAX_FILTER_RLE)
		return pack_rle(to, from, n, width);
	return pack(to, from, n, width, format == SVA_IAX_FILTER_BE);
}

/* Random ones, with runs. */
static void make_values(uint32_t *to, size_t n, unsigned int width)
{
	for (size_t i = 0; i < n; i++) {
		to[i] = (next_random(&seed) ^ next_random(&seed) << 16) & mask(width);
		if (i > 0 && next_random(&seed) % 16 && i / 20 % 2)
			to[i] = to[i - 1];
	}
}

/*
 * What a filter must give, as an array of numbers: a bit vector's are 0 and 1.
 */
struct want {
	size_t n;
	unsigned int width; /* nominal */
	bool bits;
};

static void aggregates(const struct want *want)
{
	uint32_t min = UINT32_MAX, max = 0, sum = 0;

	for (uint32_t i = 0; i < want->n; i++) {
		uint32_t value = want->bits ? i : wanted[i];

		if (want->bits && !wanted[i])
			continue;
		min = value < min ? value : min;
		max = value > max ? value : max;
		sum += want->bits ? 1 : value;
	}
	assert_int_equal(record->min_first, min);
	assert_int_equal(record->max_last, max);
	assert_int_equal(record->sum_count, sum);
}

/* Is the index of a bit more than eight bits hold? */
static bool too_far(size_t n)
{
	for (size_t i = 256; i < n; i++)
		if (wanted[i])
			return true;
	return false;
}

/* The bits that are set, as indices. */
static size_t to_indices(size_t n, uint32_t first)
{
	size_t found = 0;

	for (uint32_t i = 0; i < n; i++)
		if (wanted[i])
			wanted[found++] = i + first;
	return found;
}

static void check_sums(size_t size)
{
	assert_int_equal(record->crc, crc32(0, src, (uInt)size));
	assert_int_equal(record->xor_checksum, xor_of(src, size));
	assert_int_equal(record->bytes_completed, size);
}

/*
 * The operation that is prepared, in each form of output that is wide enough.
 */
static void in_all_forms(struct want want, size_t size)
{
	static const unsigned int widths[] = { 0, 8, 16, 32 };
	uint32_t flags = op.op.desc.iax.filter.flags;
	static uint32_t kept[OUT];

	memcpy(kept, wanted, want.n * sizeof(*kept));
	for (unsigned int form = 0; form < 16; form++) {
		unsigned int out = widths[form & 3];
		bool be = form & 4, invert = form & 8;
		size_t n = want.n, bytes;

		if ((invert && !want.bits) || (out && !want.bits && out < want.width))
			continue;
		for (size_t i = 0; i < n; i++)
			wanted[i] = kept[i] ^ invert;
		op.op.desc.iax.filter.flags = flags | (form & 3) << 13 |
					      (be ? SVA_IAX_FILTER_OUT_BE : 0) |
					      (invert ? SVA_IAX_FILTER_INVERT : 0);
		memset(output, 0xaa, sizeof(output));
		assert_int_equal(execute(&plain_memory), out == 8 && want.bits && too_far(n)
								 ? SVA_STATUS_ANALYTICS
								 : SVA_STATUS_SUCCESS);
		if (record->status != SVA_STATUS_SUCCESS)
			continue;
		aggregates(&want);
		check_sums(size);
		if (out && want.bits)
			n = to_indices(n, aecs->first_index);
		bytes = pack(expected, wanted, n, out ? out : want.width, be);
		assert_int_equal(record->output_size, bytes);
		assert_int_equal(record->output_bits, n * (out ? out : want.width) % 8);
		assert_memory_equal(output, expected, bytes);
		assert_int_equal(output[bytes], 0xaa);
	}
	memcpy(wanted, kept, want.n * sizeof(*kept));
}

/* The source's elements: @n of the width, in the format. Returns the bytes. */
static size_t make_source(unsigned int opcode, size_t n, unsigned int width, unsigned int format,
			  uint32_t more_flags)
{
	size_t size = pack_as(src, values, n, width, format);

	sva_iax_prep_filter(
		&op, opcode, output, sizeof(output) - 1, src, size, (uint32_t)n,
		format | more_flags |
			(format == SVA_IAX_FILTER_RLE ? 0 : SVA_IAX_FILTER_WIDTH(width)),
		0);
	return size;
}

static void with_state(uint32_t low, uint32_t high)
{
	memset(aecs, 0, sizeof(aecs));
	aecs->low = low;
	aecs->high = high;
	sva_iax_op_set_aecs(&op, aecs, sizeof(*aecs), 0);
}

static void for_all(void (*test)(size_t n, unsigned int width, unsigned int format))
{
	static const size_t counts[] = { 1, 2, 7, 8, 9, 63, 250 };

	seed = 1;
	for (unsigned int format = 0; format < 3; format++)
		for (unsigned int width = 1; width <= 32; width++)
			for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
				make_values(values, counts[i], width);
				test(counts[i], width, format);
			}
}

static void one_scan(size_t n, unsigned int width, unsigned int format)
{
	uint32_t a = values[0], b = values[n / 2];
	uint32_t low = a < b ? a : b, high = a < b ? b : a;
	size_t size = make_source(SVA_IAX_OP_SCAN, n, width, format, 0);

	with_state(low, high | ~mask(width)); /* what is above the width does not count */
	for (size_t i = 0; i < n; i++)
		wanted[i] = values[i] >= low && values[i] <= high;
	in_all_forms((struct want){ n, 1, true }, size);
}

static void one_extract(size_t n, unsigned int width, unsigned int format)
{
	uint32_t low = (uint32_t)n / 3, high = (uint32_t)n * 2 / 3;
	size_t size = make_source(SVA_IAX_OP_EXTRACT, n, width, format, 0);

	with_state(low, high);
	for (size_t i = low; i <= high && i < n; i++)
		wanted[i - low] = values[i];
	in_all_forms((struct want){ (high < n ? high + 1 : n) - low, width, false }, size);
}

/* A bit vector of @n bits as the second source; every other time from the top of its bytes. */
static void with_bits(size_t n)
{
	bool be = next_random(&seed) & 1;
	size_t size = pack(src2, values2, n, 1, be);

	if (be)
		op.op.desc.iax.filter.flags |= SVA_IAX_FILTER_SRC2_BE;
	sva_iax_op_set_src2(&op, src2, (uint32_t)size);
	memset(aecs, 0, sizeof(aecs));
}

static void one_select(size_t n, unsigned int width, unsigned int format)
{
	size_t size = make_source(SVA_IAX_OP_SELECT, n, width, format, 0), found = 0;

	make_values(values2, n, 1);
	with_bits(n);
	for (size_t i = 0; i < n; i++)
		if (values2[i])
			wanted[found++] = values[i];
	in_all_forms((struct want){ found, width, false }, size);
}

static void one_expand(size_t n, unsigned int width, unsigned int format)
{
	size_t size, used = 0;

	make_values(values2, n, 1);
	for (size_t i = 0; i < n; i++)
		wanted[i] = values2[i] ? values[used++] : 0;
	if (!used)
		values2[n - 1] = 1, wanted[n - 1] = values[used++];
	size = make_source(SVA_IAX_OP_EXPAND, used, width, format, 0);
	op.op.desc.iax.filter.elements = (uint32_t)n;
	with_bits(n);
	in_all_forms((struct want){ n, width, false }, size);
}

/* Which bits of a value count: from @low on, so many. */
static unsigned int choose_bits(unsigned int width, unsigned int *low)
{
	unsigned int bits = 1 + next_random(&seed) % (width < 12 ? width : 12);

	*low = next_random(&seed) % (width - bits + 1);
	return bits;
}

static void one_membership(size_t n, unsigned int width, unsigned int format)
{
	unsigned int low, bits = choose_bits(width, &low);
	static uint32_t set[1 << 12];
	size_t size = make_source(SVA_IAX_OP_SET_MEMBERSHIP, n, width, format,
				  SVA_IAX_FILTER_DROP_LOW(low) |
					  SVA_IAX_FILTER_DROP_HIGH(width - low - bits));

	for (size_t i = 0; i < 1u << bits; i++)
		set[i] = next_random(&seed) & 1;
	sva_iax_op_set_src2(&op, src2, (uint32_t)pack(src2, set, 1u << bits, 1, false));
	memset(aecs, 0, sizeof(aecs));
	for (size_t i = 0; i < n; i++)
		wanted[i] = set[values[i] >> low & mask(bits)];
	in_all_forms((struct want){ n, 1, true }, size);
}

static void one_unique(size_t n, unsigned int width, unsigned int format)
{
	unsigned int low, bits = choose_bits(width, &low);
	size_t size = make_source(SVA_IAX_OP_FIND_UNIQUE, n, width, format,
				  SVA_IAX_FILTER_DROP_LOW(low) |
					  SVA_IAX_FILTER_DROP_HIGH(width - low - bits));

	memset(aecs, 0, sizeof(aecs));
	memset(wanted, 0, sizeof(*wanted) << bits);
	for (size_t i = 0; i < n; i++)
		wanted[values[i] >> low & mask(bits)] = 1;
	in_all_forms((struct want){ 1u << bits, 1, true }, size);
}

static void scan(void **state)
{
	(void)state;
	for_all(one_scan);
}

static void extract(void **state)
{
	(void)state;
	for_all(one_extract);
}

static void select_(void **state)
{
	(void)state;
	for_all(one_select);
}

static void expand(void **state)
{
	(void)state;
	for_all(one_expand);
}

static void set_membership(void **state)
{
	(void)state;
	for_all(one_membership);
}

static void find_unique(void **state)
{
	(void)state;
	for_all(one_unique);
}

/* Counts of 8 and 16 bits, or sums of counts in 32. */
static void one_burst(size_t n, unsigned int count_width, unsigned int width, bool be)
{
	uint32_t counts[MOST + 1], sums[MOST + 1] = { 0 };
	size_t out = 0, size;

	make_values(values2, n, width);
	for (size_t i = 0; i < n; i++) {
		counts[i] = next_random(&seed) % 5;
		for (uint32_t j = 0; j < counts[i]; j++)
			wanted[out++] = values2[i];
		sums[i + 1] = sums[i] + counts[i];
	}
	memcpy(values, count_width == 32 ? sums : counts, sizeof(values));
	size = make_source(SVA_IAX_OP_RLE_BURST, n + (count_width == 32), count_width,
			   be ? SVA_IAX_FILTER_BE : SVA_IAX_FILTER_LE,
			   SVA_IAX_FILTER_SRC2_WIDTH(width) | (be ? SVA_IAX_FILTER_SRC2_BE : 0));
	sva_iax_op_set_src2(&op, src2, (uint32_t)pack(src2, values2, n, width, be));
	memset(aecs, 0, sizeof(aecs));
	in_all_forms((struct want){ out, width, false }, size);
}

static void rle_burst(void **state)
{
	(void)state;
	for (unsigned int width = 1; width <= 32; width++)
		for (unsigned int count_width = 8; count_width <= 32; count_width *= 2)
			for (size_t n = 1; n < 100; n += 33) {
				one_burst(n, count_width, width, false);
				one_burst(n, count_width, width, true);
			}
}

static void wrong_counts(void **state)
{
	static const uint32_t wrong[][3] = { { 1, 2, 3 }, { 0, 5, 4 }, { 0, 1, 65537 } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		memcpy(values, wrong[i], sizeof(wrong[i]));
		make_source(SVA_IAX_OP_RLE_BURST, 3, 32, SVA_IAX_FILTER_LE,
			    SVA_IAX_FILTER_SRC2_WIDTH(8));
		sva_iax_op_set_src2(&op, src2, 2);
		expect_error(SVA_IAX_ERROR_COUNT);
	}
}

/* Indices begin with the AECS' first one; they must fit. */
static void first_index(void **state)
{
	static const uint8_t want[] = { 0xfe, 0xff };

	(void)state;
	values[0] = values[1] = 1;
	values[2] = 0;
	make_source(SVA_IAX_OP_SCAN, 3, 1, SVA_IAX_FILTER_LE, SVA_IAX_FILTER_OUT_8);
	with_state(1, 1);
	aecs->first_index = 0xfe;
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	assert_int_equal(record->output_size, 2);
	assert_memory_equal(output, want, 2);
	assert_int_equal(record->min_first, 0); /* of the bit vector */
	assert_int_equal(record->max_last, 1);
	aecs->first_index = 0xff;
	expect_error(SVA_IAX_ERROR_OUTPUT_WIDTH);
}

static void output_that_is_too_narrow(void **state)
{
	(void)state;
	values[0] = 1;
	make_source(SVA_IAX_OP_EXTRACT, 1, 9, SVA_IAX_FILTER_LE, SVA_IAX_FILTER_OUT_8);
	with_state(0, 0);
	expect_error(SVA_IAX_ERROR_OUTPUT_WIDTH);
}

static void nothing_comes_out(void **state)
{
	(void)state;
	make_values(values, 10, 7);
	make_source(SVA_IAX_OP_EXTRACT, 10, 7, SVA_IAX_FILTER_LE, 0);
	with_state(5, 4);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	assert_int_equal(record->output_size, 0);
	assert_int_equal(record->min_first, UINT32_MAX);
	assert_int_equal(record->max_last, 0);
	assert_int_equal(record->sum_count, 0);
}

static void sources_that_are_short(void **state)
{
	(void)state;
	make_values(values, 10, 7);
	make_source(SVA_IAX_OP_SCAN, 10, 7, SVA_IAX_FILTER_LE, 0);
	with_state(0, 100);
	op.op.desc.iax.filter.elements = 11;
	expect_error(SVA_IAX_ERROR_SRC1_SHORT);
	make_source(SVA_IAX_OP_SCAN, 10, 7, SVA_IAX_FILTER_RLE, 0);
	with_state(0, 100);
	op.op.desc.iax.filter.elements = 11;
	expect_error(SVA_IAX_ERROR_FEW_ELEMENTS);
	make_source(SVA_IAX_OP_SELECT, 10, 7, SVA_IAX_FILTER_LE, 0);
	sva_iax_op_set_src2(&op, src2, 1);
	expect_error(SVA_IAX_ERROR_SRC2_SHORT);
	make_source(SVA_IAX_OP_SCAN, 10, 7, SVA_IAX_FILTER_LE, 0);
	with_state(0, 100);
	op.op.desc.iax.max_dst_size = 1;
	expect_error(SVA_IAX_ERROR_OVERFLOW);
}

static void wrong_rle(const char *bytes, size_t size, unsigned int error)
{
	memcpy(src, bytes, size);
	sva_iax_prep_filter(&op, SVA_IAX_OP_SCAN, output, 100, src, size, 8, SVA_IAX_FILTER_RLE, 0);
	with_state(0, 100);
	expect_error(error);
}

static void wrong_rle_formats(void **state)
{
	(void)state;
	wrong_rle("\x21\x10\x01\x01\x01\x01\x01", 7, SVA_IAX_ERROR_RLE_WIDTH);
	wrong_rle("\x00\x10\x01", 3, SVA_IAX_ERROR_RLE_WIDTH);
	wrong_rle("\x01\x80\x80\x80\x80\x01\x01", 7, SVA_IAX_ERROR_RLE_FORMAT);
	wrong_rle("\x01\x00\x01", 3, SVA_IAX_ERROR_RLE_FORMAT);
	wrong_rle("\x01\x10", 2, SVA_IAX_ERROR_FEW_ELEMENTS);
	/* Sets, and counts, of a width that only the data tells. */
	memcpy(src, "\x10\x10\x01\x01", 4);
	sva_iax_prep_filter(&op, SVA_IAX_OP_FIND_UNIQUE, output, OUT, src, 4, 8, SVA_IAX_FILTER_RLE,
			    0);
	expect_error(SVA_IAX_ERROR_RLE_WIDTH);
	src[0] = 0x0f;
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	assert_int_equal(record->output_size, (1 << 15) / 8);
	src[0] = 9;
	sva_iax_prep_filter(&op, SVA_IAX_OP_RLE_BURST, output, OUT, src, 4, 8,
			    SVA_IAX_FILTER_RLE | SVA_IAX_FILTER_SRC2_WIDTH(8), 0);
	sva_iax_op_set_src2(&op, src2, 8);
	expect_error(SVA_IAX_ERROR_RLE_WIDTH);
}

/* The elements are compressed, and there are bytes before them. */
static void behind_a_decompression(void **state)
{
	static uint8_t stream[OUT];
	size_t size, n;

	(void)state;
	seed = 9;
	make_values(values, MOST, 11);
	memset(src, 0x5a, 10);
	size = 10 + pack(src + 10, values, MOST, 11, false);
	n = deflate_by_zlib(stream, sizeof(stream), src, size, 6, Z_DEFAULT_STRATEGY);
	for (uint32_t i = 0; i < MOST; i++)
		wanted[i] = values[i] >= 100 && values[i] <= 1000;
	sva_iax_prep_filter(&op, SVA_IAX_OP_SCAN, output, OUT - 1, stream, n, MOST,
			    SVA_IAX_FILTER_WIDTH(11), 0);
	sva_iax_op_set_decompress(&op, SVA_IAX_DECOMP_STREAM);
	with_state(100, 1000);
	aecs->drop_bytes = 10;
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	assert_int_equal(record->bytes_completed, n);
	assert_int_equal(record->crc, crc32(0, src, (uInt)size)); /* dropped bytes, too */
	assert_int_equal(record->xor_checksum, xor_of(src, size));
	aggregates(&(struct want){ MOST, 1, true });
	n = pack(expected, wanted, MOST, 1, false);
	assert_int_equal(record->output_size, n);
	assert_memory_equal(output, expected, n);

	op.op.desc.iax.filter.elements = MOST + 8;
	expect_error(SVA_IAX_ERROR_FEW_ELEMENTS);
	op.op.desc.iax.filter.elements = MOST;
	op.op.desc.tail.size -= 1; /* the last EOB */
	expect_error(SVA_IAX_ERROR_NO_EOB);
	stream[0] = 7;
	expect_error(SVA_IAX_ERROR_BLOCK_TYPE);
}

static void seeds_of_the_sums(void **state)
{
	(void)state;
	make_values(values, 64, 8);
	make_source(SVA_IAX_OP_SCAN, 64, 8, SVA_IAX_FILTER_LE, 0);
	with_state(0, 0xff);
	aecs->crc = (uint32_t)crc32(0, (const uint8_t *)"before", 6);
	aecs->xor_checksum = 0x1234;
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	assert_int_equal(record->crc, crc32(aecs->crc, src, 64));
	assert_int_equal(record->xor_checksum, xor_of(src, 64) ^ 0x1234);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scan),
		cmocka_unit_test(extract),
		cmocka_unit_test(select_),
		cmocka_unit_test(expand),
		cmocka_unit_test(set_membership),
		cmocka_unit_test(find_unique),
		cmocka_unit_test(rle_burst),
		cmocka_unit_test(wrong_counts),
		cmocka_unit_test(first_index),
		cmocka_unit_test(output_that_is_too_narrow),
		cmocka_unit_test(nothing_comes_out),
		cmocka_unit_test(sources_that_are_short),
		cmocka_unit_test(wrong_rle_formats),
		cmocka_unit_test(behind_a_decompression),
		cmocka_unit_test(seeds_of_the_sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
