/* SPDX-License-Identifier: MIT */
/* Filters, CRC64 and zero compression as calls: on the CPU, and split over a queue of small parts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#include "fixture.h"

#define ELEMENTS 40000u

static uint32_t values[ELEMENTS];
static uint8_t packed[4 * ELEMENTS + 8], out[4 * ELEMENTS + 64], expected[4 * ELEMENTS + 64];

/* The CPU; a queue; and one that takes 4096 bytes. */
static struct sva_wq *open_some(void **state, unsigned int i)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .kind = SVA_DEV_KIND_IAX };
	struct fake_tree *tree = fixture_tree(state);
	struct sva_policy policy = { .size = sizeof(policy), .threshold = 1 };
	struct sva_wq *wq;

	fixture_iax(tree, i == 2 ? "4096\n" : "2097152\n");
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

/* Around what a queue of 4096 bytes takes: all parts by the device, and alike. */
static void sizes_around_the_limit(void **state)
{
	static const uint32_t widths[] = { 1, 3, 8, 11, 16, 32 };
	static const uint32_t outs[] = { 0, SVA_FILTER_OUT_8, SVA_FILTER_OUT_16,
					 SVA_FILTER_OUT_32 };
	static uint8_t bits[ELEMENTS / 8 + 1], set[4096], wanted[4096];
	struct sva_wq *wq = open_some(state, 2);

	for (unsigned int i = 0; i < 6 * 4 * 3 * 5; i++) {
		uint32_t width = widths[i % 6], flags = outs[i / 6 % 4], parts = i / 24 % 3 + 1;
		uint32_t w = flags ? 4u << (i / 6 % 4) : width, widest = w > width ? w : width;
		uint32_t count = 4096 * 8 / widest * parts + i / 72 * 5 - 10;
		uint32_t first = i % 17, n = 0, sum = 0, used = 0;
		bool be = i % 2, whole = width % 8 == 0;
		struct sva_filter_result result = { .size = sizeof(result) };
		struct sva_outcome outcome = { .size = sizeof(outcome) };
		struct sva_column column;

		if (count > ELEMENTS || w < width)
			continue;
		make_values(width);
		column = pack(width, count, be);
		for (uint32_t k = 0; k < sizeof(bits); k++)
			bits[k] = (uint8_t)(k >= 512 && k < 1600 ? 0 : values[k] * 37 + k);
		/* Their elements. */
		memset(out, 0xaa, sizeof(out));
		assert_int_equal(sva_extract(wq, &column, first, count - 3, flags, out,
					     ((count - 2 - first) * w + 7) / 8, &result, &outcome),
				 0);
		assert_int_equal(result.bytes, ((count - 2 - first) * w + 7) / 8);
		assert_int_equal(result.count, count - 2 - first);
		for (uint32_t k = first; k < count - 2; k++) {
			assert_int_equal(element(out, w, k - first), values[k]);
			sum += values[k];
		}
		assert_int_equal(result.sum, sum);
		assert_int_equal(outcome.why, 0);
		assert_int_equal(out[result.bytes], 0xaa);
		assert_int_equal(sva_extract(wq, &column, first, count - 3, flags, out,
					     result.bytes - 1, NULL, NULL),
				 -ENOSPC);
		/* Those that are chosen. */
		assert_int_equal(
			sva_select(wq, &column, bits, flags, out, sizeof(out), &result, &outcome),
			0);
		for (uint32_t k = 0; k < count; k++)
			if (bits[k / 8] >> k % 8 & 1)
				assert_int_equal(element(out, w, n++), values[k]);
		assert_int_equal(result.count, n);
		assert_int_equal(result.bytes, (n * w + 7) / 8);
		if (w % 8 == 0)
			assert_int_equal(outcome.why, 0);
		/* And spread. */
		assert_int_equal(sva_expand(wq, &column, bits, count, flags, out,
					    (count * w + 7) / 8, &result, &outcome),
				 0);
		for (uint32_t k = 0; k < count; k++)
			assert_int_equal(element(out, w, k),
					 bits[k / 8] >> k % 8 & 1 ? values[used++] : 0);
		assert_int_equal(result.bytes, (count * w + 7) / 8);
		if (whole)
			assert_int_equal(outcome.why, 0);
		assert_int_equal(sva_expand(wq, &column, bits, count, flags, out,
					    (count * w + 7) / 8 - 1, NULL, NULL),
				 -ENOSPC);
		if (width > 15)
			continue;
		/* And the set of them. */
		memset(wanted, 0, sizeof(wanted));
		memset(set, 0xff, sizeof(set));
		for (uint32_t k = 0; k < count; k++)
			set_bit(wanted, values[k]);
		assert_int_equal(sva_find_unique(wq, &column, set, sizeof(set), &result, &outcome),
				 0);
		assert_memory_equal(set, wanted, result.bytes);
		assert_int_equal(outcome.why, 0);
		for (n = 0, used = 0; n < 8 * result.bytes; n++)
			used += wanted[n / 8] >> n % 8 & 1;
		assert_int_equal(result.count, used);
		assert_true(wanted[result.last / 8] >> result.last % 8 & 1);
		assert_true(wanted[result.first / 8] >> result.first % 8 & 1);
	}
	close_fake(wq);
}

/* However many parts are under way, nothing is written behind the end. */
static void nothing_behind_the_room(void **state)
{
	struct sva_wq *wq = open_some(state, 2);
	struct sva_column column;

	make_values(8);
	column = pack(8, ELEMENTS, false);
	for (size_t room = 0; room < ELEMENTS / 8; room += 111) {
		memset(out, 0xaa, sizeof(out));
		assert_int_equal(sva_scan(wq, &column, 0, 100, 0, out, room, NULL, NULL), -ENOSPC);
		for (size_t i = room; i < ELEMENTS / 8; i++)
			assert_int_equal(out[i], 0xaa);
	}
	close_fake(wq);
}

static bool refuse_once(const struct sva_desc *desc)
{
	struct sva_iax_record *record = (struct sva_iax_record *)(uintptr_t)desc->completion_addr;

	fake.stops = NULL;
	memset(record, 0, sizeof(*record));
	__atomic_store_n(&record->status, SVA_STATUS_ANALYTICS, __ATOMIC_RELEASE);
	return true;
}

/* There are no data that a CRC could find wrong. */
static void a_device_that_refuses_a_crc(void **state)
{
	struct sva_wq *wq = open_some(state, 1);
	struct sva_outcome outcome = { .size = sizeof(outcome) };
	uint64_t crc;

	fake.stops = refuse_once;
	assert_int_equal(sva_crc64(wq, "123456789", 9, 0x42f0e1eba9ea3693, 0, &crc, &outcome), 0);
	assert_true(crc == 0x6c40df5f0b497347);
	assert_int_equal(outcome.why, SVA_WHY_ERROR);
	close_fake(wq);
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
		v.elements = 299;
		assert_int_equal(
			sva_rle_burst(wq, &c, &v, SVA_FILTER_OUT_16, out, sizeof(out), NULL, NULL),
			-EBADMSG);
		v.elements = 30000;
		assert_int_equal(
			sva_rle_burst(wq, &c, &v, SVA_FILTER_OUT_16, out, sizeof(out), NULL, NULL),
			-EBADMSG);
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

/* A device refuses it: it is inflated by the CPU first. */
static void a_column_that_looks_back_far(void **state)
{
	static uint8_t data[3 * 8192], far[4 * 8192], plain[sizeof(data) / 8], found[sizeof(plain)];
	struct sva_policy no_cpu = { .size = sizeof(no_cpu), .flags = SVA_POLICY_NO_CPU };

	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = i < 5000 ? (uint8_t)(i * i * 31 >> 7 ^ i) : data[i - 5000];
	for (unsigned int q = 0; q < 3; q++) {
		struct sva_wq *wq = open_some(state, q);
		struct sva_filter_result result = { .size = sizeof(result) }, other = result;
		struct sva_column column = {
			.size = sizeof(column), .data = data, .bytes = sizeof(data), .width = 8
		};
		struct sva_wq *cpu;
		size_t size = sizeof(far);

		column.elements = sizeof(data);
		assert_int_equal(sva_wq_open(&cpu, "cpu", NULL), 0);
		assert_int_equal(sva_deflate(cpu, far, &size, data, sizeof(data), NULL, NULL), 0);
		assert_true(size < sizeof(data) / 2);
		assert_int_equal(
			sva_scan(wq, &column, 5, 99, 0, plain, sizeof(plain), &result, NULL), 0);
		column.data = far;
		column.bytes = size;
		column.flags = SVA_COLUMN_DEFLATED;
		assert_int_equal(
			sva_scan(wq, &column, 5, 99, 0, found, sizeof(found), &other, NULL), 0);
		assert_memory_equal(&other, &result, sizeof(result));
		assert_memory_equal(found, plain, sizeof(plain));
		column.bytes = size - 100;
		assert_int_equal(
			sva_scan(wq, &column, 5, 99, 0, found, sizeof(found), &other, NULL),
			-EBADMSG);
		column.bytes = size;
		if (sva_wq_path(wq) != SVA_PATH_CPU) {
			assert_int_equal(sva_wq_set_policy(wq, &no_cpu), 0);
			assert_int_equal(
				sva_scan(wq, &column, 5, 99, 0, found, sizeof(found), &other, NULL),
				-EOPNOTSUPP);
		}
		sva_wq_close(cpu);
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

/* The device does what fits, however much room there is. */
static void zeros_with_much_room(void **state)
{
	static const unsigned int words[] = { 32, 16 }; /* those of IAX 1.0 */
	struct sva_wq *wq = open_some(state, 2);
	struct sva_policy policy = { .size = sizeof(policy),
				     .threshold = 1,
				     .flags = SVA_POLICY_NO_CPU };

	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	for (unsigned int w = 0; w < 2; w++)
		for (unsigned int kind = 0; kind < 2; kind++)
			for (size_t n = 4; n <= 3072; n += n < 300 ? 4 : 1384) {
				size_t size = sizeof(packed), back = n + 127;

				/* What grows most in one direction, and in the other. */
				memset(values, kind ? 0 : 0xff, n);
				assert_int_equal(sva_zero_compress(wq, packed, &size, values, n,
								   words[w], NULL),
						 0);
				assert_int_equal(sva_zero_decompress(wq, out, &back, packed, size,
								     words[w], NULL),
						 0);
				assert_in_range(back, n, n + 127);
				assert_memory_equal(out, values, n);
			}
	close_fake(wq);
}

/* Columns of more than 2^32 elements, which nobody reads. */

#define HUGE_COLUMN ((1ull << 32) + 64)

static void *huge(uint64_t size)
{
	void *some =
		mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	assert_ptr_not_equal(some, MAP_FAILED);
	return some;
}

/* There is one element that it finds, somewhere in the last part. */
static bool find_in_the_last(const struct sva_desc *desc)
{
	struct sva_iax_record *record = (struct sva_iax_record *)(uintptr_t)desc->completion_addr;
	bool last = desc->iax.filter.elements < 65536;

	if (sva_desc_opcode(desc) != SVA_IAX_OP_SCAN)
		return false;
	memset(record, 0, sizeof(*record));
	record->output_size = last ? 4 : 0;
	record->sum_count = last;
	record->min_first = last ? 5 : UINT32_MAX;
	record->max_last = last ? 5 : 0;
	__atomic_store_n(&record->status, SVA_STATUS_SUCCESS, __ATOMIC_RELEASE);
	return true;
}

static void an_index_of_more_than_32_bits(void **state)
{
	struct sva_wq *wq = open_some(state, 1);
	struct sva_column column = { .size = sizeof(column),
				     .data = huge(HUGE_COLUMN / 8),
				     .bytes = HUGE_COLUMN / 8,
				     .elements = HUGE_COLUMN,
				     .width = 1 };
	struct sva_filter_result result = { .size = sizeof(result) };

	fake.stops = find_in_the_last;
	assert_int_equal(
		sva_scan(wq, &column, 1, 1, SVA_FILTER_INDICES, out, sizeof(out), &result, NULL),
		-EBADMSG);
	/* The last one that has 32 bits. */
	column.elements = 1ull << 32;
	assert_int_equal(
		sva_scan(wq, &column, 1, 1, SVA_FILTER_INDICES, out, sizeof(out), &result, NULL),
		0);
	fake.stops = NULL;
	assert_int_equal(munmap((void *)(uintptr_t)column.data, HUGE_COLUMN / 8), 0);
	close_fake(wq);
}

static void many_bits_to_expand(void **state)
{
	struct sva_wq *wq = open_some(state, 0);
	void *bits = huge(HUGE_COLUMN / 8);
	struct sva_column column;

	make_values(8);
	column = pack(8, 100, false);
	assert_int_equal(sva_expand(wq, &column, bits, HUGE_COLUMN, 0, out, 100, NULL, NULL),
			 -ENOSPC);
	/* What cannot be split. */
	column.width = 7;
	assert_int_equal(sva_expand(wq, &column, bits, HUGE_COLUMN, 0, out, 100, NULL, NULL),
			 -E2BIG);
	assert_int_equal(sva_expand(wq, &column, bits, UINT64_MAX - 3, 0, out, 100, NULL, NULL),
			 -EINVAL);
	assert_int_equal(munmap(bits, HUGE_COLUMN / 8), 0);
	close_fake(wq);
}

/* Who wants to have bad memory reported, gets no signal, whoever would access it. */
static void bad_memory(void **state)
{
	uint8_t *bad = mmap(NULL, 65536, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct sva_policy policy = { .size = sizeof(policy),
				     .threshold = 1,
				     .fault = SVA_FAULT_REPORT };
	struct sva_column column, no_column, no_runs;

	assert_ptr_not_equal(bad, MAP_FAILED);
	make_values(8);
	column = no_column = pack(8, 1000, false);
	no_column.data = bad;
	no_runs = no_column;
	no_runs.width = 0;
	no_runs.flags = SVA_COLUMN_RLE;
	memset(expected, 0xff, 4096);
	for (unsigned int q = 0; q < 3; q++) {
		struct sva_wq *wq = open_some(state, q);

		assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
		assert_int_equal(sva_scan(wq, &no_column, 1, 2, 0, out, 4096, NULL, NULL), -EFAULT);
		assert_int_equal(sva_scan(wq, &no_runs, 1, 2, 0, out, 4096, NULL, NULL), -EFAULT);
		assert_int_equal(
			sva_set_membership(wq, &no_runs, expected, 0, out, 4096, NULL, NULL),
			-EFAULT);
		assert_int_equal(sva_set_membership(wq, &column, bad, 0, out, 4096, NULL, NULL),
				 -EFAULT);
		assert_int_equal(sva_find_unique(wq, &column, bad, 32, NULL, NULL), -EFAULT);
		assert_int_equal(sva_select(wq, &column, bad, 0, out, 4096, NULL, NULL), -EFAULT);
		assert_int_equal(sva_expand(wq, &column, bad, 100, 0, out, 4096, NULL, NULL),
				 -EFAULT);
		assert_int_equal(
			sva_expand(wq, &no_column, expected, 100, 0, out, 4096, NULL, NULL),
			-EFAULT);
		close_fake(wq);
	}
	assert_int_equal(munmap(bad, 65536), 0);
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
	assert_int_equal(sva_set_membership(wq, &column, (const void *)(UINTPTR_MAX - 30), 0, out,
					    13, NULL, NULL),
			 -EINVAL);
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
		TEST(scans),
		TEST(sets),
		TEST(elements),
		TEST(sizes_around_the_limit),
		TEST(nothing_behind_the_room),
		TEST(a_device_that_refuses_a_crc),
		TEST(bursts),
		TEST(parquet),
		TEST(a_column_that_looks_back_far),
		TEST(crcs),
		TEST(zeros),
		TEST(zeros_with_much_room),
		TEST(an_index_of_more_than_32_bits),
		TEST(many_bits_to_expand),
		TEST(bad_memory),
		TEST(bad_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
