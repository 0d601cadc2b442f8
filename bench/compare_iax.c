/* SPDX-License-Identifier: MIT */
/*
 * What IAX does, on the CPU path of libsva and by others, side by side in one run:
 *
 *	compare_iax [QUEUE [OPERATION]]	as for compare
 *
 * Streams are gzip's. All sides take turns, on the same data; their median turns count. The ratio
 *is the time of libsva in units of the best peer's in the same turn: below 1 it is faster. A peer
 *that compresses less by more than 5 per cent is not the best one. Before timing, the results are
 *compared: of streams, what zlib makes of them.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sva/sva.h>

#include "contents.h"
#include "peers_iax.h"
#include "turns.h"

#define MAX_SIZE   ((size_t)1 << 20)
#define ROOM       (5 * MAX_SIZE) /* extracted elements have 32 bits */
#define TURN_BYTES ((size_t)128 << 10)
#define SIDES      4
#define ECMA       0x42f0e1eba9ea3693
#define WIDTH      12 /* bits of an element */

static struct sva_wq *wq;
static uint8_t *src, *dst, *saved, *stream;
static size_t stream_size;
static uint8_t bits[MAX_SIZE], set[1u << WIDTH >> 3];

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "compare_iax: %s: %s\n", what, why);
	exit(1);
}

static void check(const char *what, int err)
{
	if (err)
		fail(what, sva_strerror(err));
}

/*
 * Data.
 */

static void text(size_t size)
{
	contents_text(src, size);
}

static void program(size_t size)
{
	contents_program(src, size);
}

static void noise(size_t size)
{
	uint32_t state = 1;

	for (size_t i = 0; i < size; i++) {
		state = state * 1664525 + 1013904223;
		src[i] = (uint8_t)(state >> 24);
		bits[i] = (uint8_t)(state >> 16);
	}
	memcpy(set, bits, sizeof(set));
}

static void pack(size_t size)
{
	stream_size = zlib_pack(stream, ROOM, src, size, 6);
}

static void packed_text(size_t size)
{
	text(size);
	pack(size);
}

static void packed_program(size_t size)
{
	program(size);
	pack(size);
}

/*
 * libsva. Each returns the size of its output, or what it has counted.
 */

static uint64_t sva_pack(size_t size, unsigned int level)
{
	struct sva_deflate_opts opts = { .size = sizeof(opts),
					 .format = SVA_DEFLATE_GZIP,
					 .level = level };
	size_t out = ROOM;

	check("sva_deflate", sva_deflate(wq, dst, &out, src, size, &opts, NULL));
	return out;
}

static uint64_t sva_pack_1(size_t size)
{
	return sva_pack(size, 1);
}

static uint64_t sva_pack_3(size_t size)
{
	return sva_pack(size, 3);
}

static uint64_t sva_unpack(size_t size)
{
	struct sva_deflate_opts opts = { .size = sizeof(opts), .format = SVA_DEFLATE_GZIP };
	size_t in = stream_size, out = size;

	check("sva_inflate", sva_inflate(wq, dst, &out, stream, &in, &opts, NULL));
	return out;
}

static uint64_t sva_crc(size_t size)
{
	uint64_t crc = 0;

	check("sva_crc64", sva_crc64(wq, src, size, ECMA, 0, &crc, NULL));
	return crc;
}

static struct sva_column column(size_t size, uint32_t width)
{
	return (struct sva_column){ .size = sizeof(struct sva_column),
				    .data = src,
				    .bytes = size,
				    .elements = size * 8 / width,
				    .width = width };
}

static uint64_t sva_scan_of(size_t size, uint32_t width, uint32_t low, uint32_t high)
{
	struct sva_filter_result result = { .size = sizeof(result) };
	struct sva_column c = column(size, width);

	check("sva_scan", sva_scan(wq, &c, low, high, 0, dst, ROOM, &result, NULL));
	return result.count;
}

static uint64_t sva_scan_8(size_t size)
{
	return sva_scan_of(size, 8, 50, 99);
}

static uint64_t sva_scan_12(size_t size)
{
	return sva_scan_of(size, WIDTH, 500, 999);
}

static uint64_t sva_member(size_t size)
{
	struct sva_filter_result result = { .size = sizeof(result) };
	struct sva_column c = column(size, WIDTH);

	check("sva_set_membership", sva_set_membership(wq, &c, set, 0, dst, ROOM, &result, NULL));
	return result.count;
}

static uint64_t sva_extract_12(size_t size)
{
	struct sva_column c = column(size, WIDTH);

	check("sva_extract", sva_extract(wq, &c, 0, (uint32_t)c.elements - 1, SVA_FILTER_OUT_32,
					 dst, ROOM, NULL, NULL));
	return 0;
}

static uint64_t sva_select_12(size_t size)
{
	struct sva_filter_result result = { .size = sizeof(result) };
	struct sva_column c = column(size, WIDTH);

	check("sva_select", sva_select(wq, &c, bits, SVA_FILTER_OUT_32, dst, ROOM, &result, NULL));
	return result.bytes / 4;
}

static uint64_t sva_expand_12(size_t size)
{
	struct sva_column c = column(size, WIDTH);

	check("sva_expand",
	      sva_expand(wq, &c, bits, c.elements, SVA_FILTER_OUT_32, dst, ROOM, NULL, NULL));
	return 0;
}

/*
 * The others.
 */

static uint64_t isal_1(size_t size)
{
	return isal_pack(dst, ROOM, src, size, 1);
}

static uint64_t isal_3(size_t size)
{
	return isal_pack(dst, ROOM, src, size, 3);
}

static uint64_t isal(size_t size)
{
	return isal_unpack(dst, size + 64, stream, stream_size);
}

static uint64_t zlib_1(size_t size)
{
	return zlib_pack(dst, ROOM, src, size, 1);
}

static uint64_t zlib_2(size_t size)
{
	return zlib_pack(dst, ROOM, src, size, 2);
}

static uint64_t zlib(size_t size)
{
	return zlib_unpack(dst, size + 64, stream, stream_size);
}

static uint64_t libdeflate_1(size_t size)
{
	return libdeflate_pack(dst, ROOM, src, size, 1);
}

static uint64_t libdeflate_2(size_t size)
{
	return libdeflate_pack(dst, ROOM, src, size, 2);
}

static uint64_t libdeflate(size_t size)
{
	return libdeflate_unpack(dst, size + 64, stream, stream_size);
}

static uint64_t loop_crc(size_t size)
{
	return plain_crc64(src, size, ECMA);
}

static uint64_t loop_scan_8(size_t size)
{
	return plain_scan(dst, src, size, 8, 50, 99);
}

static uint64_t loop_scan_12(size_t size)
{
	return plain_scan(dst, src, size * 8 / WIDTH, WIDTH, 500, 999);
}

static uint64_t loop_member(size_t size)
{
	return plain_member(dst, src, size * 8 / WIDTH, WIDTH, set);
}

static uint64_t loop_extract(size_t size)
{
	plain_extract((uint32_t *)(void *)dst, src, size * 8 / WIDTH, WIDTH);
	return 0;
}

static uint64_t loop_select(size_t size)
{
	return plain_select((uint32_t *)(void *)dst, src, size * 8 / WIDTH, WIDTH, bits);
}

static uint64_t loop_expand(size_t size)
{
	plain_expand((uint32_t *)(void *)dst, src, size * 8 / WIDTH, WIDTH, bits);
	return 0;
}

struct row {
	const char *name;
	void (*set_up)(size_t size);
	bool packs; /* the result is a stream, and what counts as its size */
	struct {
		const char *name;
		uint64_t (*run)(size_t size);
	} sides[SIDES]; /* the first one is libsva */
};

/* clang-format off */
#define PACK_1 .packs = true, .sides = { { "libsva", sva_pack_1 }, { "ISA-L 1", isal_1 }, \
					 { "zlib 1", zlib_1 }, { "libdeflate 1", libdeflate_1 } }
#define PACK_3 .packs = true, .sides = { { "libsva", sva_pack_3 }, { "ISA-L 3", isal_3 }, \
					 { "zlib 2", zlib_2 }, { "libdeflate 2", libdeflate_2 } }
#define UNPACK .sides = { { "libsva", sva_unpack }, { "ISA-L", isal }, { "zlib", zlib }, \
			  { "libdeflate", libdeflate } }
#define FILTER(ours, loop) .set_up = noise, .sides = { { "libsva", ours }, { "loop", loop } }
static const struct row rows[] = {
	{ "deflate 1, text", text, PACK_1 },
	{ "deflate 1, program", program, PACK_1 },
	{ "deflate 1, noise", noise, PACK_1 },
	{ "deflate 3, text", text, PACK_3 },
	{ "deflate 3, program", program, PACK_3 },
	{ "inflate, text", packed_text, UNPACK },
	{ "inflate, program", packed_program, UNPACK },
	{ "CRC64", FILTER(sva_crc, loop_crc) },
	{ "scan, 8 bits", FILTER(sva_scan_8, loop_scan_8) },
	{ "scan, 12 bits", FILTER(sva_scan_12, loop_scan_12) },
	{ "set membership, 12", FILTER(sva_member, loop_member) },
	{ "extract, 12 to 32", FILTER(sva_extract_12, loop_extract) },
	{ "select, 12 to 32", FILTER(sva_select_12, loop_select) },
	{ "expand, 12 to 32", FILTER(sva_expand_12, loop_expand) },
};
/* clang-format on */

static uint64_t once(const struct row *row, size_t size, int side)
{
	uint64_t result = row->sides[side].run(size);

	/* Memory is looked at: no call may be left out. */
	__asm__ volatile("" : : "r"(result) : "memory");
	return result;
}

/*
 * Nanoseconds of one call. Before them come some that are not timed: else the second side to
 * compress finds the caches and the branch predictors as the first one, which is libsva, has left
 * them.
 */
static double turn(const struct row *row, size_t size, int side)
{
	size_t calls = TURN_BYTES / size + 1;
	double start;

	for (int i = 0; i < 4; i++)
		once(row, size, side);
	start = now();
	for (size_t i = 0; i < calls; i++)
		once(row, size, side);
	return (now() - start) / (double)calls;
}

/* Returns what the side has, and leaves its output in saved. */
static uint64_t output(const struct row *row, size_t size, int side)
{
	uint64_t result;

	memset(dst, 0, ROOM);
	result = once(row, size, side);
	if (!row->packs)
		memcpy(saved, dst, ROOM);
	else if (zlib_unpack(saved, ROOM, dst, result) != size || memcmp(saved, src, size))
		fail(row->name, row->sides[side].name);
	return result;
}

/* What is written behind the last result of a selection is nobody's business. */
static void verify(const struct row *row, size_t size, int side)
{
	uint64_t expected = output(row, size, side);

	if (row->packs)
		return;
	memset(dst, 0, ROOM);
	if (once(row, size, 0) != expected || memcmp(dst, saved, size / 8))
		fail(row->name, "the results differ");
}

static bool is_better(const struct figure *figures, const uint64_t *sizes, bool packs, int side,
		      int best)
{
	if (packs && (double)sizes[side] > 1.05 * (double)sizes[0])
		return false;
	return !best || figures[side].median < figures[best].median;
}

static void compare(const struct row *row, size_t size)
{
	static double turns[SIDES][TURNS];
	struct figure figures[SIDES], ratio;
	uint64_t sizes[SIDES] = { 0 };
	int sides = 0, best = 0;

	row->set_up(size);
	for (; sides < SIDES && row->sides[sides].run; sides++) {
		sizes[sides] = output(row, size, sides);
		verify(row, size, sides);
	}
	/* In both directions: a side that follows another one on the same code finds it warm. */
	for (int i = 0; i < TURNS; i++)
		for (int k = 0; k < sides; k++) {
			int side = i % 2 ? sides - 1 - k : k;

			turns[side][i] = turn(row, size, side);
		}
	for (int side = 0; side < sides; side++) {
		figures[side] = figure_of(turns[side], NULL);
		if (side && is_better(figures, sizes, row->packs, side, best))
			best = side;
	}
	ratio = figure_of(turns[0], turns[best]);
	printf("%-18s %8zu %6.2f %5.1f%% ", row->name, size, ratio.median, ratio.spread);
	for (int side = 0; side < sides; side++) {
		printf(" %12s %7.0f", row->sides[side].name,
		       (double)size * 1e3 / figures[side].median);
		if (row->packs)
			printf(" /%.2f", (double)size / (double)sizes[side]);
	}
	putchar('\n');
}

static uint8_t *buffer(void)
{
	uint8_t *memory = aligned_alloc(4096, ROOM);

	if (!memory)
		fail("memory", strerror(ENOMEM));
	memset(memory, 0, ROOM);
	return memory;
}

int main(int argc, char **argv)
{
	static const size_t sizes[] = { 4096, 65536, MAX_SIZE };
	const char *only = argc > 2 ? argv[2] : "";
	struct sva_wq_opts opts = { .size = sizeof(opts), .kind = SVA_DEV_KIND_IAX };

	check("sva_wq_open", sva_wq_open(&wq, argc > 1 ? argv[1] : "cpu", &opts));
	src = buffer();
	dst = buffer();
	saved = buffer();
	stream = buffer();
	printf("# path %s; median ratio, and how far half of the turns are off; median MB/s, and "
	       "after / how "
	       "many times\n# smaller the stream is\n",
	       sva_path_name(sva_wq_path(wq)));
	printf("# operation           bytes  ratio         sides\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t k = 0; k < 3 && !strncmp(rows[i].name, only, strlen(only)); k++)
			compare(&rows[i], sizes[k]);
	return sva_wq_close(wq) ? 1 : 0;
}
