/* SPDX-License-Identifier: MIT */
/* Filters, CRC64 and zero compression as calls: on the CPU, and split over a queue of small parts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"

#define ELEMENTS 40000u
#define OPCODES  "00000000,00000000,00000000,00000000,00000000,007f331c,00000000,0000000d\n"

static uint32_t values[ELEMENTS];
static uint8_t packed[4 * ELEMENTS + 8], out[4 * ELEMENTS + 64], expected[4 * ELEMENTS + 64];

/* The CPU; a queue; and one that takes 4096 bytes. */
static struct sva_wq *open_some(void **state, unsigned int i)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .kind = SVA_DEV_KIND_IAX };
	struct fake_tree *tree = fixture_tree(state);
	struct sva_policy policy = { .size = sizeof(policy), .threshold = 1 };
	struct sva_wq *wq;

	fake_device(tree, "iax1");
	fake_attr(tree, "iax1", "cdev_major", "241\n");
	fixture_queue(tree, "wq1.0", "shared\n");
	fake_attr(tree, "wq1.0", "op_config", OPCODES);
	fake_attr(tree, "wq1.0", "max_transfer_size", i == 2 ? "4096\n" : "2097152\n");
	fake_node(tree, "iax/wq1.0");
	assert_int_equal(sva_wq_open(&wq, i ? NULL : "cpu", &opts), 0);
	assert_int_equal(sva_wq_path(wq), i ? SVA_PATH_PORTAL : SVA_PATH_CPU);
	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	return wq;
}

static void make_values(uint32_t width)
{
	uint32_t seed = width;

	for (unsigned int i = 0; i < ELEMENTS; i++) {
		seed = seed * 1664525 + 1013904223;
		values[i] = seed >> (32 - width);
	}
}

static void set_bit(uint8_t *bits, uint64_t at)
{
	bits[at / 8] |= (uint8_t)(1u << at % 8);
}

static struct sva_column pack(uint32_t width, uint32_t elements, bool be)
{
	memset(packed, 0, sizeof(packed));
	for (uint64_t i = 0; i < elements; i++)
		for (uint32_t bit = 0; bit < width; bit++) {
			uint64_t at = i * width + bit;

			if (be && values[i] >> (width - 1 - bit) & 1)
				packed[at / 8] |= (uint8_t)(0x80u >> at % 8);
			if (!be && values[i] >> bit & 1)
				set_bit(packed, at);
		}
	return (struct sva_column){ .size = sizeof(struct sva_column),
				    .data = packed,
				    .bytes = ((uint64_t)elements * width + 7) / 8,
				    .elements = elements,
				    .width = width,
				    .flags = be ? SVA_COLUMN_BE : 0 };
}

static void scans(void **state)
{
	for (unsigned int q = 0; q < 3; q++) {
		struct sva_wq *wq = open_some(state, q);

		for (uint32_t width = 1; width <= 32; width += width % 7 == 3 ? 2 : 1) {
			uint32_t elements = width % 2 ? ELEMENTS : 12345;
			uint32_t most = width == 32 ? UINT32_MAX : (1u << width) - 1;
			uint32_t low = most / 3, high = most / 3 * 2 + 1, flags = width % 3 == 1;
			struct sva_filter_result result = { .size = sizeof(result) };
			struct sva_outcome outcome = { .size = sizeof(outcome) };
			struct sva_column column;
			uint64_t count = 0, first = UINT64_MAX, last = 0, indices = 0;

			make_values(width);
			column = pack(width, elements, width % 4 == 1);
			memset(expected, 0, sizeof(expected));
			for (uint32_t i = 0; i < elements; i++)
				if ((values[i] >= low && values[i] <= high) != (flags & 1)) {
					set_bit(expected, i);
					first = count ? first : i;
					last = i;
					count++;
				}
			assert_int_equal(sva_scan(wq, &column, low, high, flags, out,
						  (elements + 7) / 8, &result, &outcome),
					 0);
			assert_memory_equal(out, expected, (elements + 7) / 8);
			assert_int_equal(result.bytes, (elements + 7) / 8);
			assert_int_equal(result.count, count);
			assert_int_equal(result.first, first);
			assert_int_equal(result.last, last);
			assert_int_equal(outcome.why, q ? 0 : SVA_WHY_NO_DEVICE);
			assert_true(q < 2 || column.bytes <= 4096 || outcome.parts > 1);
			/* The same as indices. */
			memset(out, 0, sizeof(out));
			assert_int_equal(sva_scan(wq, &column, low, high,
						  flags | SVA_FILTER_INDICES, out, 4 * count + 4,
						  &result, NULL),
					 0);
			assert_int_equal(result.bytes, 4 * count);
			for (uint32_t i = 0; i < elements; i++)
				if (expected[i / 8] >> i % 8 & 1) {
					uint32_t index;

					memcpy(&index, out + 4 * indices++, sizeof(index));
					assert_int_equal(index, i);
				}
			if (count)
				assert_int_equal(sva_scan(wq, &column, low, high,
							  flags | SVA_FILTER_INDICES, out,
							  4 * count - 1, NULL, NULL),
						 -ENOSPC);
		}
		close_fake(wq);
	}
}

static void sets(void **state)
{
	static uint8_t set[4096], found[4096];

	for (unsigned int q = 0; q < 3; q++) {
		struct sva_wq *wq = open_some(state, q);

		for (uint32_t width = 1; width <= 15; width++) {
			struct sva_filter_result result = { .size = sizeof(result) };
			struct sva_column column;
			size_t bytes = ((1u << width) + 7) / 8;

			make_values(width);
			column = pack(width, 9999, false);
			memset(set, 0, sizeof(set));
			for (uint32_t i = 0; i < 100; i++)
				set_bit(set, values[i * 50]);
			memset(expected, 0, sizeof(expected));
			for (uint32_t i = 0; i < 9999; i++)
				if (set[values[i] / 8] >> values[i] % 8 & 1)
					set_bit(expected, i);
			assert_int_equal(
				sva_set_membership(wq, &column, set, 0, out, 1250, &result, NULL),
				0);
			assert_memory_equal(out, expected, 1250);
			memset(expected, 0, sizeof(expected));
			for (uint32_t i = 0; i < 9999; i++)
				set_bit(expected, values[i]);
			assert_int_equal(sva_find_unique(wq, &column, found, bytes, &result, NULL),
					 0);
			assert_memory_equal(found, expected, bytes);
			assert_int_equal(result.bytes, bytes);
		}
		close_fake(wq);
	}
}

static uint32_t element(const uint8_t *data, uint32_t width, uint64_t i)
{
	uint32_t value = 0;

	for (uint32_t bit = 0; bit < width; bit++)
		value |= (uint32_t)(data[(i * width + bit) / 8] >> (i * width + bit) % 8 & 1)
			 << bit;
	return value;
}

static void elements(void **state)
{
	static const uint32_t outs[] = { 0, SVA_FILTER_OUT_16, SVA_FILTER_OUT_32 };

	for (unsigned int q = 0; q < 3; q++) {
		struct sva_wq *wq = open_some(state, q);

		for (uint32_t width = 1; width <= 16; width += 3) {
			uint32_t flags = outs[width / 3 % 3];
			uint32_t w = flags == SVA_FILTER_OUT_16   ? 16
				     : flags == SVA_FILTER_OUT_32 ? 32
								  : width;
			struct sva_filter_result result = { .size = sizeof(result) };
			struct sva_column column;
			static uint8_t bits[625];
			uint64_t n = 0, ones = 0;
			uint32_t min = UINT32_MAX, max = 0, sum = 0;

			make_values(width);
			column = pack(width, 5000, false);
			assert_int_equal(sva_extract(wq, &column, 1000, 2003, flags, out,
						     sizeof(out), &result, NULL),
					 0);
			assert_int_equal(result.count, 1004);
			assert_int_equal(result.bytes, (1004 * w + 7) / 8);
			for (uint64_t i = 0; i < 1004; i++)
				assert_int_equal(element(out, w, i), values[1000 + i]);
			for (uint32_t i = 0; i < 625; i++)
				bits[i] = (uint8_t)(values[i] * 37);
			assert_int_equal(sva_select(wq, &column, bits, flags, out, sizeof(out),
						    &result, NULL),
					 0);
			for (uint32_t i = 0; i < 5000; i++)
				if (bits[i / 8] >> i % 8 & 1) {
					assert_int_equal(element(out, w, n++), values[i]);
					min = values[i] < min ? values[i] : min;
					max = values[i] > max ? values[i] : max;
					sum += values[i];
				}
			assert_int_equal(result.count, n);
			assert_int_equal(result.min, min);
			assert_int_equal(result.max, max);
			assert_int_equal(result.sum, sum);
			assert_int_equal(sva_expand(wq, &column, bits, 5000, flags, out,
						    sizeof(out), &result, NULL),
					 0);
			assert_int_equal(result.count, 5000);
			for (uint32_t i = 0; i < 5000; i++)
				assert_int_equal(element(out, w, i),
						 bits[i / 8] >> i % 8 & 1 ? values[ones++] : 0);
		}
		close_fake(wq);
	}
}

static void bursts(void **state)
{
	static uint8_t counts[300];
	struct sva_column c = {
		.size = sizeof(c), .data = counts, .bytes = 300, .elements = 300, .width = 8
	};
	struct sva_filter_result result = { .size = sizeof(result) };

	make_values(9);
	for (unsigned int i = 0; i < 300; i++)
		counts[i] = (uint8_t)(i * 7 % 20);
	for (unsigned int q = 0; q < 3; q++) {
		struct sva_wq *wq = open_some(state, q);
		struct sva_column v = pack(9, 300, false);
		uint64_t n = 0;

		assert_int_equal(sva_rle_burst(wq, &c, &v, SVA_FILTER_OUT_16, out, sizeof(out),
					       &result, NULL),
				 0);
		for (unsigned int i = 0; i < 300; i++)
			for (unsigned int k = 0; k < counts[i]; k++)
				assert_int_equal(element(out, 16, n++), values[i]);
		assert_int_equal(result.bytes, 2 * n);
		close_fake(wq);
	}
}

/* A run of 20 and a group of eight, 3 bits wide; plain, and compressed. */
static void parquet(void **state)
{
	static const uint8_t rle[] = { 3, 20 << 1, 5, 1 << 1 | 1, 0x88, 0xc6, 0xfa };
	static uint8_t deflated[64];

	for (unsigned int q = 0; q < 3; q++) {
		struct sva_wq *wq = open_some(state, q);
		struct sva_filter_result result = { .size = sizeof(result) };
		struct sva_column column = { .size = sizeof(column),
					     .data = rle,
					     .bytes = sizeof(rle),
					     .elements = 28,
					     .flags = SVA_COLUMN_RLE };
		size_t size = sizeof(deflated);

		for (unsigned int i = 0; i < 2; i++) {
			assert_int_equal(sva_scan(wq, &column, 5, 5, 0, out, 4, &result, NULL), 0);
			assert_int_equal(result.count, 21); /* the run, and one of 0 to 7 */
			assert_int_equal(result.first, 0);
			assert_int_equal(result.last, 25);
			assert_int_equal(
				sva_deflate(wq, deflated, &size, rle, sizeof(rle), NULL, NULL), 0);
			column.data = deflated;
			column.bytes = size;
			column.flags = SVA_COLUMN_RLE | SVA_COLUMN_DEFLATED;
		}
		column.elements = 40;
		assert_int_equal(sva_scan(wq, &column, 5, 5, 0, out, 5, &result, NULL), -EBADMSG);
		close_fake(wq);
	}
}

/* Of any size, split or not. */
static void crcs(void **state)
{
	static const struct {
		uint64_t polynomial;
		uint32_t flags;
		uint64_t check;
	} cases[] = {
		{ 0x42f0e1eba9ea3693, 0, 0x6c40df5f0b497347 },
		{ 0x42f0e1eba9ea3693, SVA_CRC64_INVERT | SVA_CRC64_REFLECT, 0x995dc9bbdf1939fa },
		{ 0x04c11db7ull << 32, SVA_CRC64_INVERT | SVA_CRC64_REFLECT, 0xcbf43926 },
		{ 0x1edc6f41ull << 32, SVA_CRC64_INVERT | SVA_CRC64_REFLECT, 0xe3069283 },
		{ 0x8bb7ull << 48, 0, 0xd0db000000000000 },
		{ 0x1021ull << 48, SVA_CRC64_INVERT | SVA_CRC64_REFLECT, 0x906e },
	};
	uint64_t whole[6];

	make_values(32);
	for (unsigned int q = 0; q < 3; q++) {
		struct sva_wq *wq = open_some(state, q);

		for (unsigned int i = 0; i < 6; i++) {
			struct sva_outcome outcome = { .size = sizeof(outcome) };
			uint64_t crc;

			assert_int_equal(sva_crc64(wq, "123456789", 9, cases[i].polynomial,
						   cases[i].flags, &crc, NULL),
					 0);
			assert_int_equal(crc, cases[i].check);
			assert_int_equal(sva_crc64(wq, values, 100001, cases[i].polynomial,
						   cases[i].flags, &crc, &outcome),
					 0);
			whole[i] = q ? whole[i] : crc;
			assert_int_equal(crc, whole[i]);
			assert_int_equal(outcome.parts, q == 2 ? 25 : 1);
		}
		close_fake(wq);
	}
}

static void zeros(void **state)
{
	static const unsigned int words[] = { 32, 16, 8 };

	for (unsigned int q = 0; q < 3; q++) {
		struct sva_wq *wq = open_some(state, q);

		for (unsigned int w = 0; w < 3; w++) {
			size_t size = sizeof(packed), back = sizeof(out);

			memset(values, 0, sizeof(values));
			for (unsigned int i = 0; i < 5000; i += 9)
				values[i] = i;
			assert_int_equal(
				sva_zero_compress(wq, packed, &size, values, 20000, words[w], NULL),
				0);
			assert_in_range(size, 1, 6000);
			assert_int_equal(
				sva_zero_decompress(wq, out, &back, packed, size, words[w], NULL),
				0);
			assert_in_range(back, 20000, 20127);
			assert_memory_equal(out, values, 20000);
			back = 19999;
			assert_int_equal(
				sva_zero_decompress(wq, out, &back, packed, size, words[w], NULL),
				-ENOSPC);
			size -= 1;
			assert_int_equal(
				sva_zero_compress(wq, packed, &size, values, 20000, words[w], NULL),
				-ENOSPC);
		}
		close_fake(wq);
	}
}

static void bad_arguments(void **state)
{
	struct sva_wq *wq = open_some(state, 0);
	struct sva_column column, bad;
	struct sva_filter_result result = { .size = 3 };
	uint64_t crc;
	size_t size = 10;

	make_values(8);
	column = pack(8, 100, false);
	assert_int_equal(sva_scan(NULL, &column, 0, 1, 0, out, 13, NULL, NULL), -EINVAL);
	assert_int_equal(sva_scan(wq, NULL, 0, 1, 0, out, 13, NULL, NULL), -EINVAL);
	assert_int_equal(sva_scan(wq, &column, 0, 1, 0, NULL, 13, NULL, NULL), -EINVAL);
	assert_int_equal(sva_scan(wq, &column, 0, 1, SVA_FILTER_OUT_8, out, 13, NULL, NULL),
			 -EINVAL);
	assert_int_equal(sva_scan(wq, &column, 0, 1, 0, packed, 13, NULL, NULL), -EINVAL);
	assert_int_equal(sva_scan(wq, &column, 0, 1, 0, out, 13, &result, NULL), -EINVAL);
	assert_int_equal(sva_scan(wq, &column, 0, 1, 0, out, 12, NULL, NULL), -ENOSPC);
	assert_int_equal(sva_extract(wq, &column, 5, 4, 0, out, 13, NULL, NULL), -EINVAL);
	assert_int_equal(sva_extract(wq, &column, 5, 9, SVA_FILTER_INVERT, out, 13, NULL, NULL),
			 -EINVAL);
	assert_int_equal(sva_select(wq, &column, NULL, 0, out, 13, NULL, NULL), -EINVAL);
	assert_int_equal(sva_set_membership(wq, &column, NULL, 0, out, 13, NULL, NULL), -EINVAL);
	assert_int_equal(sva_rle_burst(wq, &column, NULL, 0, out, 13, NULL, NULL), -EINVAL);
	memset(out, 0xff, 64);
	assert_int_equal(sva_expand(wq, &column, out, 200, 0, out + 100, 500, NULL, NULL),
			 -EBADMSG);
	bad = column;
	bad.width = 33;
	assert_int_equal(sva_scan(wq, &bad, 0, 1, 0, out, 13, NULL, NULL), -EINVAL);
	bad = column;
	bad.elements = 0;
	assert_int_equal(sva_scan(wq, &bad, 0, 1, 0, out, 13, NULL, NULL), -EINVAL);
	bad = column;
	bad.elements = 101;
	assert_int_equal(sva_scan(wq, &bad, 0, 1, 0, out, 13, NULL, NULL), -EBADMSG);
	bad.elements = UINT64_MAX;
	assert_int_equal(sva_scan(wq, &bad, 0, 1, 0, out, 13, NULL, NULL), -EBADMSG);
	bad = column;
	bad.size = 7;
	assert_int_equal(sva_scan(wq, &bad, 0, 1, 0, out, 13, NULL, NULL), -EINVAL);
	assert_int_equal(sva_find_unique(wq, &bad, out, 32, NULL, NULL), -EINVAL);
	bad = column;
	bad.flags = SVA_COLUMN_RLE;
	assert_int_equal(sva_scan(wq, &bad, 0, 1, 0, out, 13, NULL, NULL), -EINVAL);
	assert_int_equal(sva_crc64(wq, packed, 1, 0, 0, &crc, NULL), -EINVAL);
	assert_int_equal(sva_crc64(wq, packed, 1, 1, 4, &crc, NULL), -EINVAL);
	assert_int_equal(sva_crc64(wq, packed, 1, 1, 0, NULL, NULL), -EINVAL);
	assert_int_equal(sva_zero_compress(wq, out, &size, packed, 10, 64, NULL), -EINVAL);
	assert_int_equal(sva_zero_compress(wq, out, NULL, packed, 10, 8, NULL), -EINVAL);
	assert_int_equal(sva_zero_compress(wq, packed, &size, packed, 10, 8, NULL), -EINVAL);
	close_fake(wq);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(scans),   TEST(sets), TEST(elements), TEST(bursts),
		TEST(parquet), TEST(crcs), TEST(zeros),    TEST(bad_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
