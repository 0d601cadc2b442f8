/* SPDX-License-Identifier: MIT */
/*
 * Calls of the filters over columns of every width, in every format (from the bottom or from the
 * top of a byte, in runs, and each of them compressed), with every form of output: on the CPU, on a
 * queue, and on one that takes so little that columns are split; against a plain computation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>
#include <zlib.h>

#include "fixture.h"

#define MOST   9000u /* elements of a column, and of output */
#define FORMS  6u    /* of a column */
#define QUEUES 3u

static const uint32_t outs[] = { 0, SVA_FILTER_OUT_8, SVA_FILTER_OUT_16, SVA_FILTER_OUT_32 };

static uint32_t values[MOST], count;
static uint8_t bytes[8 * MOST], deflated[9 * MOST], bits[MOST / 8], set[4096];
static uint8_t out[8 * MOST], expected[8 * MOST];
static uint32_t seed;

static uint32_t noise(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 8 ^ seed << 20;
}

static uint32_t mask(uint32_t width)
{
	return width == 32 ? UINT32_MAX : (1u << width) - 1;
}

static struct sva_wq *open_some(void **state, unsigned int i)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .kind = SVA_DEV_KIND_IAX };
	struct sva_policy policy = { .size = sizeof(policy), .threshold = 1 };
	struct fake_tree *tree = fixture_tree(state);
	struct sva_wq *wq;

	fixture_iax(tree, i == 2 ? "4096\n" : "2097152\n");
	assert_int_equal(sva_wq_open(&wq, i ? NULL : "cpu", &opts), 0);
	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	return wq;
}

/*
 * Columns.
 */

static void put(uint8_t *to, uint64_t *at, uint32_t value, uint32_t width, bool from_top)
{
	for (uint32_t i = 0; i < width; i++, ++*at) {
		uint32_t bit = value >> (from_top ? width - 1 - i : i) & 1;

		to[*at / 8] |= (uint8_t)(bit << (from_top ? 7 - *at % 8 : *at % 8));
	}
}

/* Runs, and groups of eight, in turn; what is in a run becomes equal. */
static uint64_t pack_runs(uint32_t width)
{
	uint64_t at = 0;
	uint32_t i = 0;

	put(bytes, &at, width, 8, false);
	while (i < count) {
		uint32_t n = 1 + noise() % 60;

		if (count - i >= 8 && noise() & 1) {
			put(bytes, &at, 1 << 1 | 1, 8, false);
			for (uint32_t k = 0; k < 8; k++)
				put(bytes, &at, values[i++], width, false);
			continue;
		}
		n = n < count - i ? n : count - i;
		put(bytes, &at, n << 1, 8, false);
		put(bytes, &at, values[i], (width + 7) / 8 * 8, false);
		for (uint32_t k = 1; k < n; k++)
			values[i + k] = values[i];
		i += n;
	}
	return at / 8;
}

static uint64_t deflate_all(uint64_t size)
{
	z_stream z = { .next_in = bytes,
		       .avail_in = (uInt)size,
		       .next_out = deflated,
		       .avail_out = sizeof(deflated) };

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, -12, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return z.total_out;
}

static struct sva_column make_column(uint32_t width, unsigned int form)
{
	static const uint32_t flags[] = { 0, SVA_COLUMN_BE, SVA_COLUMN_RLE };
	struct sva_column column = { .size = sizeof(column),
				     .data = bytes,
				     .elements = count,
				     .width = form % 3 == 2 ? 0 : width,
				     .flags = flags[form % 3] };
	uint64_t at = 0;

	for (uint32_t i = 0; i < count; i++)
		values[i] = noise() & mask(width) & (noise() % 3 ? UINT32_MAX : 7);
	memset(bytes, 0, sizeof(bytes));
	if (form % 3 == 2) {
		column.bytes = pack_runs(width);
	} else {
		for (uint32_t i = 0; i < count; i++)
			put(bytes, &at, values[i], width, form % 3 == 1);
		column.bytes = (at + 7) / 8;
	}
	if (form >= 3) {
		column.bytes = deflate_all(column.bytes);
		column.data = deflated;
		column.flags |= SVA_COLUMN_DEFLATED;
	}
	return column;
}

/*
 * Each of the calls.
 */

static struct sva_filter_result result;

/* @n elements as wide as the flags say, from the bottom. */
static void expect_elements(const uint32_t *want, uint32_t n, uint32_t width, uint32_t flags,
			    int err)
{
	uint32_t wide = flags == SVA_FILTER_OUT_8    ? 8
			: flags == SVA_FILTER_OUT_16 ? 16
			: flags == SVA_FILTER_OUT_32 ? 32
						     : width;
	uint32_t min = UINT32_MAX, max = 0, sum = 0;
	uint64_t at = 0;

	/* Whether a value that fits counts where others would not, is the device's business. */
	if (wide < width) {
		assert_int_equal(err, -EBADMSG);
		return;
	}
	assert_int_equal(err, 0);
	memset(expected, 0, ((uint64_t)n * wide + 7) / 8 + 1);
	for (uint32_t i = 0; i < n; i++) {
		put(expected, &at, want[i], wide, false);
		min = want[i] < min ? want[i] : min;
		max = want[i] > max ? want[i] : max;
		sum += want[i];
	}
	assert_int_equal(result.bytes, (at + 7) / 8);
	assert_memory_equal(out, expected, (at + 7) / 8);
	assert_int_equal(result.count, n);
	assert_int_equal(result.min, min);
	assert_int_equal(result.max, max);
	assert_int_equal(result.sum, sum);
}

/* A bit for each of @n, in expected; or where those are that are 1. */
static void expect_bits(uint32_t n, uint32_t flags)
{
	uint64_t ones = 0, first = UINT64_MAX, last = 0;
	uint32_t index;

	for (uint32_t i = 0; i < n; i++) {
		if (!(expected[i / 8] >> i % 8 & 1))
			continue;
		if (flags & SVA_FILTER_INDICES) {
			memcpy(&index, out + 4 * ones, 4);
			assert_int_equal(index, i);
		}
		first = ones ? first : i;
		last = i;
		ones++;
	}
	if (!(flags & SVA_FILTER_INDICES))
		assert_memory_equal(out, expected, (n + 7) / 8);
	assert_int_equal(result.bytes, flags & SVA_FILTER_INDICES ? 4 * ones : (n + 7) / 8);
	assert_int_equal(result.count, ones);
	assert_int_equal(result.first, first);
	if (ones)
		assert_int_equal(result.last, last);
}

static void scan(struct sva_wq *wq, const struct sva_column *column, uint32_t width)
{
	uint32_t low = values[noise() % count], high = values[noise() % count];
	uint32_t flags = noise() & (SVA_FILTER_INVERT | SVA_FILTER_INDICES);

	(void)width;
	memset(expected, 0, sizeof(expected));
	for (uint32_t i = 0; i < count; i++)
		if ((values[i] >= low && values[i] <= high) != (flags & SVA_FILTER_INVERT))
			expected[i / 8] |= (uint8_t)(1u << i % 8);
	assert_int_equal(sva_scan(wq, column, low, high, flags, out, sizeof(out), &result, NULL),
			 0);
	expect_bits(count, flags);
}

static void membership(struct sva_wq *wq, const struct sva_column *column, uint32_t width)
{
	uint32_t flags = noise() & (SVA_FILTER_INVERT | SVA_FILTER_INDICES);

	if (width > 15)
		return;
	for (uint32_t i = 0; i < sizeof(set); i++)
		set[i] = (uint8_t)noise();
	memset(expected, 0, sizeof(expected));
	for (uint32_t i = 0; i < count; i++)
		if ((set[values[i] / 8] >> values[i] % 8 & 1) != (flags & SVA_FILTER_INVERT))
			expected[i / 8] |= (uint8_t)(1u << i % 8);
	assert_int_equal(
		sva_set_membership(wq, column, set, flags, out, sizeof(out), &result, NULL), 0);
	expect_bits(count, flags);
}

static void unique(struct sva_wq *wq, const struct sva_column *column, uint32_t width)
{
	if (width > 15)
		return;
	memset(expected, 0, sizeof(expected));
	for (uint32_t i = 0; i < count; i++)
		expected[values[i] / 8] |= (uint8_t)(1u << values[i] % 8);
	assert_int_equal(sva_find_unique(wq, column, out, sizeof(out), &result, NULL), 0);
	expect_bits(1u << width, 0);
}

static void extract(struct sva_wq *wq, const struct sva_column *column, uint32_t width)
{
	uint32_t first = noise() % count, last = first + noise() % (count - first);
	uint32_t flags = outs[noise() % 4];

	expect_elements(
		values + first, last - first + 1, width, flags,
		sva_extract(wq, column, first, last, flags, out, sizeof(out), &result, NULL));
}

static void select_some(struct sva_wq *wq, const struct sva_column *column, uint32_t width)
{
	static uint32_t selected[MOST];
	uint32_t flags = outs[noise() % 4], n = 0;

	for (uint32_t i = 0; i < sizeof(bits); i++)
		bits[i] = (uint8_t)noise();
	for (uint32_t i = 0; i < count; i++)
		if (bits[i / 8] >> i % 8 & 1)
			selected[n++] = values[i];
	expect_elements(selected, n, width, flags,
			sva_select(wq, column, bits, flags, out, sizeof(out), &result, NULL));
}

/* As many 1 bits as there are elements, and some 0 bits. */
static void expand(struct sva_wq *wq, const struct sva_column *column, uint32_t width)
{
	static uint32_t expanded[MOST];
	uint32_t flags = outs[noise() % 4], n = 0;

	if (count > MOST / 2)
		return;
	memset(bits, 0, sizeof(bits));
	for (uint32_t i = 0; i < count; n++) {
		bool one = n - i == MOST / 2 - 1 || noise() % 3;

		expanded[n] = one ? values[i++] : 0;
		bits[n / 8] |= (uint8_t)(one << n % 8);
	}
	expect_elements(expanded, n, width, flags,
			sva_expand(wq, column, bits, n, flags, out, sizeof(out), &result, NULL));
}

static void in_every_form(void **state,
			  void (*call)(struct sva_wq *wq, const struct sva_column *column,
				       uint32_t width))
{
	static const uint32_t counts[] = { 1, 7, 64, 333, 4001, MOST };

	for (unsigned int q = 0; q < QUEUES; q++) {
		struct sva_wq *wq = open_some(state, q);

		seed = 1; /* the same for each queue */
		for (uint32_t width = 1; width <= 32; width++)
			for (unsigned int form = 0; form < FORMS; form++) {
				struct sva_column column;

				count = counts[noise() % 6];
				column = make_column(width, form);
				result = (struct sva_filter_result){ .size = sizeof(result) };
				memset(out, 0, sizeof(out));
				call(wq, &column, width);
			}
		close_fake(wq);
	}
}

static void scans(void **state)
{
	in_every_form(state, scan);
}

static void memberships(void **state)
{
	in_every_form(state, membership);
}

static void uniques(void **state)
{
	in_every_form(state, unique);
}

static void extracts(void **state)
{
	in_every_form(state, extract);
}

static void selects(void **state)
{
	in_every_form(state, select_some);
}

static void expands(void **state)
{
	in_every_form(state, expand);
}

/* Counts of each width, values of each width. */
static void bursts(void **state)
{
	static const uint32_t widths[] = { 8, 16, 32 };
	static uint8_t counts[4 * 301];
	static uint32_t repeated[MOST];

	for (unsigned int q = 0; q < QUEUES; q++) {
		struct sva_wq *wq = open_some(state, q);

		for (uint32_t width = 1; width <= 32; width++) {
			uint32_t count_width = widths[width % 3], flags = outs[noise() % 4];
			uint32_t sum = 0, total = 0;
			uint64_t at = 0;
			struct sva_column how_often, what;

			count = 300;
			what = make_column(width, 0);
			memset(counts, 0, sizeof(counts));
			if (count_width == 32)
				put(counts, &at, 0, 32, false);
			for (uint32_t i = 0; i < count; i++) {
				uint32_t n = noise() % 20;

				for (uint32_t k = 0; k < n; k++)
					repeated[total++] = values[i];
				sum += n;
				put(counts, &at, count_width == 32 ? sum : n, count_width, false);
			}
			how_often = (struct sva_column){ .size = sizeof(how_often),
							 .data = counts,
							 .bytes = at / 8,
							 .elements = at / count_width,
							 .width = count_width };
			result = (struct sva_filter_result){ .size = sizeof(result) };
			memset(out, 0, sizeof(out));
			expect_elements(repeated, total, width, flags,
					sva_rle_burst(wq, &how_often, &what, flags, out,
						      sizeof(out), &result, NULL));
		}
		close_fake(wq);
	}
}

/*
 * Limits that no element reaches: the device would look at as many bits of them as an element has.
 */
static void limits_beyond_the_width(void **state)
{
	for (unsigned int q = 0; q < QUEUES; q++) {
		struct sva_wq *wq = open_some(state, q);

		for (uint32_t width = 1; width < 32; width++)
			for (unsigned int form = 0; form < FORMS; form++) {
				struct sva_column column;
				uint32_t low = noise() % 2 ? 1 : 0;

				count = 1 + noise() % 1000;
				column = make_column(width, form);
				result = (struct sva_filter_result){ .size = sizeof(result) };
				assert_int_equal(sva_scan(wq, &column, low, mask(width) + 1, 0, out,
							  sizeof(out), &result, NULL),
						 0);
				memset(expected, 0, sizeof(expected));
				for (uint32_t i = 0; i < count; i++)
					if (values[i] >= low)
						expected[i / 8] |= (uint8_t)(1u << i % 8);
				expect_bits(count, 0);
				assert_int_equal(sva_scan(wq, &column, mask(width) + 1, UINT32_MAX,
							  0, out, sizeof(out), &result, NULL),
						 0);
				assert_int_equal(result.count, 0);
				assert_int_equal(sva_scan(wq, &column, mask(width) + 1,
							  mask(width) + 2, SVA_FILTER_INVERT, out,
							  sizeof(out), &result, NULL),
						 0);
				assert_int_equal(result.count, count);
			}
		close_fake(wq);
	}
}

/* Of the caller's set, no more is read than the elements have values; nor must there be more. */
static void small_sets(void **state)
{
	uint8_t *page =
		mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct sva_policy policy = { .size = sizeof(policy),
				     .threshold = 1,
				     .fault = SVA_FAULT_POPULATE };

	assert_ptr_not_equal(page, MAP_FAILED);
	assert_int_equal(mprotect(page + 4096, 4096, PROT_NONE), 0);
	for (unsigned int q = 0; q < QUEUES; q++) {
		struct sva_wq *wq = open_some(state, q);

		assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
		for (uint32_t width = 1; width <= 15; width++)
			for (unsigned int form = 0; form < FORMS; form++) {
				uint32_t size = width < 3 ? 1 : 1u << width >> 3;
				uint8_t *small = page + 4096 - size;
				struct sva_column column;

				count = 1 + noise() % 100;
				column = make_column(width, form);
				memset(small, 0xff, size);
				result = (struct sva_filter_result){ .size = sizeof(result) };
				assert_int_equal(sva_set_membership(wq, &column, small, 0, out,
								    sizeof(out), &result, NULL),
						 0);
				assert_int_equal(result.count, count);
			}
		close_fake(wq);
	}
	assert_int_equal(munmap(page, 8192), 0);
}

/* The width of a set's elements is in data that are damaged. */
static void no_width(void **state)
{
	static const uint8_t no_widths[] = { 0, 16, 33, 255 };

	for (unsigned int q = 0; q < QUEUES; q++) {
		struct sva_wq *wq = open_some(state, q);

		count = 100;
		for (unsigned int i = 0; i < sizeof(no_widths); i++)
			for (unsigned int form = 2; form < FORMS; form += 3) {
				struct sva_column column = make_column(8, 2);

				bytes[0] = no_widths[i];
				if (form == 5) {
					column.bytes = deflate_all(column.bytes);
					column.data = deflated;
					column.flags |= SVA_COLUMN_DEFLATED;
				}
				assert_int_equal(sva_set_membership(wq, &column, set, 0, out,
								    sizeof(out), NULL, NULL),
						 -EBADMSG);
				if (no_widths[i] != 16)
					assert_int_equal(sva_scan(wq, &column, 1, 2, 0, out,
								  sizeof(out), NULL, NULL),
							 -EBADMSG);
				memset(deflated, 0xff, sizeof(deflated));
				if (form == 5)
					assert_int_equal(sva_set_membership(wq, &column, set, 0,
									    out, sizeof(out), NULL,
									    NULL),
							 -EBADMSG);
			}
		close_fake(wq);
	}
}

/* The device does what fits, however much room there is. */
static void more_room_than_a_queue_takes(void **state)
{
	struct sva_wq *wq = open_some(state, 2);
	struct sva_policy policy = { .size = sizeof(policy),
				     .threshold = 1,
				     .flags = SVA_POLICY_NO_CPU };

	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	memset(set, 0xff, sizeof(set));
	memset(bits, 0xff, sizeof(bits));
	count = 1000;
	for (unsigned int form = 2; form < FORMS; form += 3) {
		struct sva_column column = make_column(8, form);
		size_t room = sizeof(out);

		result = (struct sva_filter_result){ .size = sizeof(result) };
		assert_int_equal(sva_scan(wq, &column, 0, 255, 0, out, room, &result, NULL), 0);
		assert_int_equal(
			sva_scan(wq, &column, 0, 255, SVA_FILTER_INDICES, out, room, &result, NULL),
			0);
		assert_int_equal(result.count, count);
		assert_int_equal(sva_set_membership(wq, &column, set, 0, out, room, &result, NULL),
				 0);
		assert_int_equal(sva_find_unique(wq, &column, out, room, &result, NULL), 0);
		assert_int_equal(sva_extract(wq, &column, 0, 99, 0, out, room, &result, NULL), 0);
		assert_int_equal(result.count, 100);
		assert_int_equal(sva_select(wq, &column, bits, 0, out, room, &result, NULL), 0);
		assert_int_equal(sva_expand(wq, &column, bits, 100, 0, out, room, &result, NULL),
				 0);
	}
	close_fake(wq);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(scans),
		TEST(memberships),
		TEST(uniques),
		TEST(extracts),
		TEST(selects),
		TEST(expands),
		TEST(bursts),
		TEST(limits_beyond_the_width),
		TEST(small_sets),
		TEST(no_width),
		TEST(more_room_than_a_queue_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
