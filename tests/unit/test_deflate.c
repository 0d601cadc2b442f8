/* SPDX-License-Identifier: MIT */
/*
 * Compression and its reverse, as calls and as streams, on the CPU and by the software model of the
 * device behind the fake queue; against zlib in both directions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>
#include <zlib.h>

#include "deflate.h"
#include "fixture.h"

#define MOST (1u << 20)
#define ROOM (MOST + (64u << 10))

static uint8_t data[MOST], packed[ROOM], other[ROOM], back[ROOM];

static const enum sva_deflate_format formats[] = { SVA_DEFLATE_RAW, SVA_DEFLATE_ZLIB,
						   SVA_DEFLATE_GZIP };
static const size_t sizes[] = { 0,     1,     2,     9,     100,    512,    4095,   4096,   4097,
				32767, 32768, 65535, 65536, 100000, 262144, 262145, 300000, MOST };

/* What zlib calls the three formats. */
static int window_of(enum sva_deflate_format format)
{
	return format == SVA_DEFLATE_RAW ? -15 : format == SVA_DEFLATE_ZLIB ? 15 : 31;
}

enum kind { TEXT, NOISE, ZEROS, MIXED, KINDS };

static void fill(enum kind kind, size_t size)
{
	uint32_t seed = 1;

	for (size_t i = 0; i < size; i++) {
		seed = seed * 1664525 + 1013904223;
		if (kind == TEXT)
			data[i] = (uint8_t)("the quick brown fox jumps over a lazy dog, "
					    "and again; "[(i + (seed >> 28)) % 54]);
		else if (kind == NOISE || (kind == MIXED && i / 5000 % 2))
			data[i] = (uint8_t)(seed >> 24);
		else
			data[i] = (uint8_t)(kind == ZEROS ? 0 : i / 7);
	}
}

static size_t by_zlib(enum sva_deflate_format format, int level, int window_bits, size_t size)
{
	int window = window_of(format);
	z_stream z = {
		.next_in = data, .avail_in = (uInt)size, .next_out = packed, .avail_out = ROOM
	};

	window = window < 0 ? -window_bits : window > 16 ? 16 + window_bits : window_bits;
	assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return ROOM - z.avail_out;
}

/* zlib finds the data again, and the end where it is. */
static void expect_zlib_reads(enum sva_deflate_format format, size_t packed_size, size_t size)
{
	z_stream z = { .next_in = packed,
		       .avail_in = (uInt)packed_size,
		       .next_out = other,
		       .avail_out = ROOM };

	assert_int_equal(inflateInit2(&z, window_of(format)), Z_OK);
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	inflateEnd(&z);
	assert_int_equal(z.avail_in, 0);
	assert_int_equal(ROOM - z.avail_out, size);
	assert_memory_equal(other, data, size);
}

static void expect_inflates(struct sva_wq *wq, enum sva_deflate_format format, size_t packed_size,
			    size_t size)
{
	struct sva_deflate_opts opts = { .size = sizeof(opts), .format = format };
	size_t in = packed_size, out = size; /* no more room than it needs */

	memset(back, 0, size);
	assert_int_equal(sva_inflate(wq, back, &out, packed, &in, &opts, NULL), 0);
	assert_int_equal(in, packed_size);
	assert_int_equal(out, size);
	assert_memory_equal(back, data, size);
}

/* The CPU, and a queue. */
static struct sva_wq *open_of(void **state, unsigned int i, const char *max_transfer)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .kind = SVA_DEV_KIND_IAX };
	struct fake_tree *tree = fixture_tree(state);
	struct sva_wq *wq;

	fixture_iax(tree, max_transfer);
	assert_int_equal(sva_wq_open(&wq, i ? NULL : "cpu", &opts), 0);
	assert_int_equal(sva_wq_path(wq), i ? SVA_PATH_PORTAL : SVA_PATH_CPU);
	return wq;
}

static struct sva_wq *open_either(void **state, unsigned int i)
{
	return open_of(state, i, "262144\n");
}

static void round_trips(void **state)
{
	for (unsigned int i = 0; i < 2; i++) {
		struct sva_wq *wq = open_either(state, i);

		for (unsigned int f = 0; f < 3; f++) {
			for (unsigned int n = 0; n < sizeof(sizes) / sizeof(sizes[0]); n++) {
				for (unsigned int k = 0; k < KINDS; k++) {
					struct sva_deflate_opts opts = {
						.size = sizeof(opts),
						.format = formats[f],
						.flags = n % 2 ? SVA_DEFLATE_FIXED : 0,
						.level = n % 4
					};
					size_t out = sva_deflate_bound(sizes[n]);

					fill(k, sizes[n]);
					assert_in_range(out, sizes[n] + 1, ROOM);
					assert_int_equal(sva_deflate(wq, packed, &out, data,
								     sizes[n], &opts, NULL),
							 0);
					expect_zlib_reads(formats[f], out, sizes[n]);
					expect_inflates(wq, formats[f], out, sizes[n]);
				}
			}
		}
		close_fake(wq);
	}
}

static void what_zlib_has_made(void **state)
{
	for (unsigned int i = 0; i < 2; i++) {
		struct sva_wq *wq = open_either(state, i);

		for (unsigned int f = 0; f < 3; f++) {
			for (unsigned int n = 0; n < sizeof(sizes) / sizeof(sizes[0]); n++) {
				int level = (int)(n % 10), window = n % 3 ? 15 : 12;
				size_t size;

				fill((enum kind)(n % KINDS), sizes[n]);
				size = by_zlib(formats[f], level, window, sizes[n]);
				expect_inflates(wq, formats[f], size, sizes[n]);
				if (formats[f] != SVA_DEFLATE_RAW)
					expect_inflates(wq, SVA_DEFLATE_AUTO, size, sizes[n]);
			}
		}
		close_fake(wq);
	}
}

/* Who did it is in the outcome. */
static void the_device_does_it(void **state)
{
	struct sva_deflate_opts opts = { .size = sizeof(opts), .format = SVA_DEFLATE_GZIP };
	struct sva_outcome outcome = { .size = sizeof(outcome) };
	struct sva_wq *wq = open_either(state, 1);
	size_t out = ROOM, in, room = MOST;

	fill(TEXT, MOST);
	assert_int_equal(sva_deflate(wq, packed, &out, data, MOST, &opts, &outcome), 0);
	assert_int_equal(outcome.bytes, MOST);
	assert_int_equal(outcome.device_bytes, MOST);
	assert_int_equal(outcome.why, 0);
	assert_true(out < MOST / 4 * 3);
	in = out;
	assert_int_equal(sva_inflate(wq, back, &room, packed, &in, &opts, &outcome), 0);
	assert_int_equal(outcome.bytes, MOST);
	assert_int_equal(outcome.device_bytes, MOST);
	assert_int_equal(outcome.why, 0);
	/* Small ones are not worth it. */
	out = ROOM;
	assert_int_equal(sva_deflate(wq, packed, &out, data, 1000, &opts, &outcome), 0);
	assert_int_equal(outcome.why, SVA_WHY_SMALL);
	close_fake(wq);
}

/* Streams whose matches lie further back are the CPU's, and soon nobody asks the device. */
static void a_far_match_is_remembered(void **state)
{
	struct sva_deflate_opts opts = { .size = sizeof(opts), .format = SVA_DEFLATE_GZIP };
	struct sva_wq *wq = open_either(state, 1);
	unsigned int before;
	size_t size;

	fill(NOISE, 20000);
	memcpy(data + 20000, data, 20000);
	size = by_zlib(SVA_DEFLATE_GZIP, 9, 15, 40000);
	for (unsigned int i = 0; i < 40; i++)
		expect_inflates(wq, SVA_DEFLATE_GZIP, size, 40000);
	before = fake.submissions;
	for (unsigned int i = 0; i < 20; i++)
		expect_inflates(wq, SVA_DEFLATE_GZIP, size, 40000);
	assert_in_range(fake.submissions - before, 0, 2);
	/* A zlib header says it beforehand. */
	size = by_zlib(SVA_DEFLATE_ZLIB, 9, 15, 40000);
	before = fake.submissions;
	expect_inflates(wq, SVA_DEFLATE_ZLIB, size, 40000);
	assert_int_equal(fake.submissions, before);
	(void)opts;
	close_fake(wq);
}

static void what_follows_is_left_alone(void **state)
{
	struct sva_wq *wq = open_either(state, 0);

	fill(TEXT, 50000);
	for (unsigned int f = 0; f < 3; f++) {
		struct sva_deflate_opts opts = { .size = sizeof(opts), .format = formats[f] };
		size_t size = by_zlib(formats[f], 6, 15, 50000);

		for (unsigned int more = 0; more < 20; more++) {
			size_t in = size + more, out = ROOM;

			memset(packed + size, 0x55, more);
			assert_int_equal(sva_inflate(wq, back, &out, packed, &in, &opts, NULL), 0);
			assert_int_equal(in, size);
			assert_int_equal(out, 50000);
		}
	}
	close_fake(wq);
}

static void members_of_a_file(void **state)
{
	struct sva_deflate_opts opts = { .size = sizeof(opts), .format = SVA_DEFLATE_GZIP };

	for (unsigned int i = 0; i < 2; i++) {
		struct sva_wq *wq = open_either(state, i);
		size_t first, in, out = ROOM;

		fill(TEXT, 30000);
		first = by_zlib(SVA_DEFLATE_GZIP, 6, 12, 30000);
		memcpy(packed + first, packed, first);
		in = 2 * first;
		assert_int_equal(sva_inflate(wq, back, &out, packed, &in, &opts, NULL), 0);
		assert_int_equal(in, first);
		assert_int_equal(out, 30000);
		in = first;
		assert_int_equal(sva_inflate(wq, back, &out, packed + first, &in, &opts, NULL), 0);
		assert_int_equal(in, first);
		close_fake(wq);
	}
}

/* At every byte. */
static void truncated_and_damaged(void **state)
{
	fill(MIXED, 6000);
	for (unsigned int i = 0; i < 2; i++) {
		struct sva_wq *wq = open_either(state, i);

		for (unsigned int f = 0; f < 3; f++) {
			struct sva_deflate_opts opts = { .size = sizeof(opts),
							 .format = formats[f] };
			size_t size = by_zlib(formats[f], 6, 12, 6000);

			for (size_t cut = 0; cut < size; cut++) {
				size_t in = cut, out = ROOM;

				assert_int_equal(
					sva_inflate(wq, back, &out, packed, &in, &opts, NULL),
					-ENODATA);
			}
			if (formats[f] == SVA_DEFLATE_RAW)
				continue; /* damage may not show */
			for (size_t at = size - 8; at < size; at++) {
				size_t in = size, out = ROOM;

				packed[at] ^= 4;
				if (formats[f] == SVA_DEFLATE_GZIP || at >= size - 4)
					assert_int_equal(sva_inflate(wq, back, &out, packed, &in,
								     &opts, NULL),
							 -EBADMSG);
				packed[at] ^= 4;
			}
		}
		close_fake(wq);
	}
}

/* Without a CPU to ask. */
static void truncated_for_a_device(void **state)
{
	struct sva_wq *wq = open_either(state, 1);
	struct sva_policy policy = { .size = sizeof(policy), .flags = SVA_POLICY_NO_CPU };
	struct sva_deflate_opts opts = { .size = sizeof(opts), .format = SVA_DEFLATE_GZIP };
	struct sva_outcome outcome = { .size = sizeof(outcome) };
	size_t size, in, out;

	fill(TEXT, 6000);
	size = by_zlib(SVA_DEFLATE_GZIP, 6, 12, 6000);
	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	for (size_t cut = 9; cut < size / 2; cut += 7) {
		in = size - cut;
		out = ROOM;
		assert_int_equal(sva_inflate(wq, back, &out, packed, &in, &opts, &outcome),
				 -ENODATA);
		assert_int_equal(outcome.why, 0);
	}
	/* What fails before it begins fills the outcome, too. */
	close_fake(wq);
	wq = open_either(state, 0);
	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	outcome.bytes = 77;
	out = ROOM;
	assert_int_equal(sva_deflate(wq, other, &out, data, 6000, NULL, &outcome), -ENODEV);
	assert_int_equal(outcome.bytes, 0);
	close_fake(wq);
}

/* Whose time is that of all its operations. */
static void a_deadline_that_has_passed(void **state)
{
	struct sva_wq *wq = open_either(state, 1);
	struct sva_deflate_opts opts = { .size = sizeof(opts) };
	struct sva_outcome outcome = { .size = sizeof(outcome) };
	struct svai_check check;
	struct svai_deflation d = { wq, &opts, 1, &check, &outcome };
	struct svai_flow flow = { data, MOST, other, ROOM };

	svai_check_begin(&check, SVA_DEFLATE_RAW);
	assert_int_equal(svai_deflate_chunks(&d, &flow, true), -ETIMEDOUT);
	close_fake(wq);
}

static unsigned int until_dead;
static struct fake_tree *tree_of_dead;

static bool die(const struct sva_desc *desc)
{
	struct sva_iax_record *record = (struct sva_iax_record *)(uintptr_t)desc->completion_addr;

	if (sva_desc_opcode(desc) != SVA_IAX_OP_COMPRESS || --until_dead)
		return false;
	fake_attr(tree_of_dead, "wq1.0", "state", "disabled\n");
	fake.retry = UINT32_MAX;
	memset(record, 0, sizeof(*record));
	__atomic_store_n(&record->status, SVA_STATUS_WATCHDOG, __ATOMIC_RELEASE);
	return true;
}

/* ISA-L does what is left; a round later, the queue is known to be dead, and not asked again. */
static void a_device_that_dies(void **state)
{
	tree_of_dead = fixture_tree(state);
	fill(MIXED, MOST);
	for (unsigned int nth = 1; nth <= 4; nth++) {
		struct sva_wq *wq = open_of(state, 1, "65536\n"); /* three rounds */
		struct sva_deflate_opts opts = { .size = sizeof(opts), .format = SVA_DEFLATE_GZIP };
		struct sva_outcome outcome = { .size = sizeof(outcome) };
		struct sva_wq_stats stats = { .size = sizeof(stats) };
		size_t size = ROOM;

		until_dead = nth;
		fake.stops = die;
		assert_int_equal(sva_deflate(wq, packed, &size, data, MOST, &opts, &outcome), 0);
		fake.stops = NULL;
		fake.retry = 0;
		fake_attr(tree_of_dead, "wq1.0", "state", "enabled\n");
		expect_zlib_reads(SVA_DEFLATE_GZIP, size, MOST);
		assert_int_equal(outcome.bytes, MOST);
		assert_int_equal(outcome.why, SVA_WHY_ERROR | SVA_WHY_DEAD);
		assert_int_equal(sva_wq_stats(wq, &stats), 0);
		assert_int_equal(stats.failures, 1);
		close_fake(wq);
	}
}

static void too_little_room(void **state)
{
	fill(TEXT, 9000);
	for (unsigned int i = 0; i < 2; i++) {
		struct sva_wq *wq = open_either(state, i);
		struct sva_deflate_opts opts = { .size = sizeof(opts), .format = SVA_DEFLATE_GZIP };
		struct sva_outcome outcome = { .size = sizeof(outcome) };
		size_t needed = ROOM, in, out;

		assert_int_equal(sva_deflate(wq, packed, &needed, data, 9000, &opts, NULL), 0);
		for (out = 0; out < 9000; out += out < 20 || out > 8980 ? 1 : 97) {
			size_t room = out;

			in = needed;
			back[out] = 0xaa;
			assert_int_equal(sva_inflate(wq, back, &room, packed, &in, &opts, NULL),
					 -ENOSPC);
			assert_int_equal(room, out);
			assert_memory_equal(back, data, out);
			assert_int_equal(back[out], 0xaa);
		}
		for (out = 0; out < needed; out += out < 20 || out > needed - 20 ? 1 : 97) {
			size_t room = out;

			other[out] = 0xaa;
			outcome.bytes = 77;
			assert_int_equal(sva_deflate(wq, other, &room, data, 9000, &opts, &outcome),
					 -ENOSPC);
			assert_int_equal(outcome.bytes, 0);
			assert_int_equal(other[out], 0xaa);
		}
		out = needed;
		assert_int_equal(sva_deflate(wq, packed, &out, data, 9000, &opts, NULL), 0);
		close_fake(wq);
	}
}

static void bad_headers(void **state)
{
	static const struct {
		enum sva_deflate_format format;
		const char *bytes;
		size_t size;
	} cases[] = {
		{ SVA_DEFLATE_GZIP, "\x1f\x8c\x08\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0\0\0", 20 },
		{ SVA_DEFLATE_GZIP, "\x1f\x8b\x07\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0\0\0", 20 },
		{ SVA_DEFLATE_GZIP, "\x1f\x8b\x08\xe0\0\0\0\0\0\0\3\0\0\0\0\0\0\0\0\0", 20 },
		{ SVA_DEFLATE_ZLIB, "\x78\x9d\x03\x00\x00\x00\x00\x01", 8 },
		{ SVA_DEFLATE_ZLIB, "\x88\x1c\x03\x00\x00\x00\x00\x01", 8 },
		{ SVA_DEFLATE_ZLIB, "\x78\xbb\x03\x00\x00\x00\x00\x01", 8 }, /* a dictionary */
		{ SVA_DEFLATE_AUTO, "\x50\x4b\x03\x04\x14\x00\x00\x00", 8 },
		{ SVA_DEFLATE_RAW, "\x07\x00\x00\x00\x00\x00\x00\x00", 8 }, /* block type 3 */
	};
	struct sva_wq *wq = open_either(state, 0);

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sva_deflate_opts opts = { .size = sizeof(opts), .format = cases[i].format };
		size_t in = cases[i].size, out = ROOM;

		assert_int_equal(sva_inflate(wq, back, &out, cases[i].bytes, &in, &opts, NULL),
				 -EBADMSG);
	}
	close_fake(wq);
}

/* After this, ISA-L says that it has read a byte more than there are. */
static void damage_near_the_end(void **state)
{
	static const uint8_t damaged[] = { 0xab, 0x3f, 0xfb, 0xf7, 0x0a, 0x64, 0x36,
					   0x06, 0x06, 0xc3, 0xbf, 0x00, 0x54, 0xb9,
					   0x6a, 0xd9, 0x0a, 0x00, 0x00, 0x00 };
	struct sva_wq *wq = open_either(state, 0);
	size_t in = sizeof(damaged), out = ROOM;
	struct sva_stream_io io = { damaged, in, back, ROOM };
	struct sva_stream *stream;

	assert_int_equal(sva_inflate(wq, back, &out, damaged, &in, NULL, NULL), -EBADMSG);
	assert_in_range(in, 0, sizeof(damaged));
	assert_int_equal(sva_inflate_open(&stream, wq, NULL), 0);
	assert_int_equal(sva_stream_run(stream, &io, SVA_FLUSH_NONE), -EBADMSG);
	assert_in_range(io.in_size, 0, sizeof(damaged));
	sva_stream_close(stream);
	close_fake(wq);
}

/* Name, comment, extra field and CRC of the header, in pieces of every size. */
static void a_long_header(void **state)
{
	static const char header[] = "\x1f\x8b\x08\x1e\0\0\0\0\0\3" /* all of them */
				     "\3\0abc"
				     "name\0"
				     "comment\0"
				     "\0\0"; /* the CRC of it */
	static const char rest[] = "\x03\0\0\0\0\0\0\0\0";
	struct sva_deflate_opts opts = { .size = sizeof(opts), .format = SVA_DEFLATE_AUTO };
	struct sva_wq *wq = open_either(state, 0);
	uint8_t all[64];
	size_t size = sizeof(header) - 1 + sizeof(rest) - 1 + 1;
	size_t taken = size, made = ROOM;
	uint8_t *crc = all + sizeof(header) - 3;
	uLong sum = crc32(0, (const Bytef *)header, sizeof(header) - 3);

	memcpy(all, header, sizeof(header) - 1);
	crc[0] = (uint8_t)sum;
	crc[1] = (uint8_t)(sum >> 8);
	memcpy(all + sizeof(header) - 1, rest, sizeof(rest));
	for (size_t piece = 1; piece <= size; piece++) {
		struct sva_stream_io io = { all, 0, back, ROOM };
		struct sva_stream *stream;
		int ended = 0;

		assert_int_equal(sva_inflate_open(&stream, wq, &opts), 0);
		for (size_t at = 0; at < size; at += piece) {
			io.in = all + at;
			io.in_size = size - at < piece ? size - at : piece;
			ended = sva_stream_run(stream, &io, SVA_FLUSH_NONE);
			assert_in_range(ended, 0, 1);
		}
		assert_int_equal(ended, 1);
		assert_int_equal(io.out_size, ROOM);
		sva_stream_close(stream);
	}
	assert_int_equal(sva_inflate(wq, back, &made, all, &taken, &opts, NULL), 0);
	for (unsigned int i = 0; i < 2; i++) {
		crc[i] ^= 1;
		taken = size;
		assert_int_equal(sva_inflate(wq, back, &made, all, &taken, &opts, NULL), -EBADMSG);
		crc[i] ^= 1;
	}
	close_fake(wq);
}

static uint32_t random_seed;

static size_t random_below(size_t n)
{
	random_seed = random_seed * 1664525 + 1013904223;
	return (random_seed >> 8) % n;
}

/* Compress all of the data in pieces; returns the bytes of the stream. */
static size_t stream_deflate(struct sva_stream *stream, size_t size, size_t piece, size_t room)
{
	struct sva_stream_io io = { data, 0, packed, 0 };
	size_t fed = 0, given = 0;
	enum sva_flush flush = SVA_FLUSH_NONE;
	int done = 0;

	while (!(done && flush == SVA_FLUSH_END)) {
		if (!io.in_size && fed < size && (done || flush != SVA_FLUSH_SYNC)) {
			io.in_size = 1 + random_below(piece);
			io.in_size = io.in_size < size - fed ? io.in_size : size - fed;
			fed += io.in_size;
			flush = random_below(9) ? SVA_FLUSH_NONE : SVA_FLUSH_SYNC;
		}
		if (fed == size)
			flush = SVA_FLUSH_END;
		if (!io.out_size) {
			io.out_size = 1 + random_below(room < ROOM - given ? room : ROOM - given);
			given += io.out_size;
		}
		done = sva_stream_run(stream, &io, flush);
		assert_in_range(done, 0, 1);
	}
	assert_int_equal(sva_stream_run(stream, &io, SVA_FLUSH_END), 1);
	return given - io.out_size;
}

static void stream_inflate(struct sva_stream *stream, size_t packed_size, size_t size, size_t piece,
			   size_t room)
{
	struct sva_stream_io io = { packed, 0, back, 0 };
	size_t fed = 0, given = 0;
	uint8_t rest[8];
	unsigned int n;
	int ended = 0;

	while (!ended) {
		if (!io.in_size && fed < packed_size + 20) {
			io.in_size = 1 + random_below(piece);
			if (io.in_size > packed_size + 20 - fed)
				io.in_size = packed_size + 20 - fed;
			fed += io.in_size;
		}
		if (!io.out_size) {
			io.out_size = 1 + random_below(room < ROOM - given ? room : ROOM - given);
			given += io.out_size;
		}
		ended = sva_stream_run(stream, &io, SVA_FLUSH_NONE);
		assert_in_range(ended, 0, 1);
	}
	assert_int_equal(given - io.out_size, size);
	assert_memory_equal(back, data, size);
	n = sva_stream_rest(stream, rest);
	assert_int_equal((const uint8_t *)io.in - packed - n, packed_size);
	assert_memory_equal(rest, packed + packed_size, n);
}

static void streams_in_pieces(void **state)
{
	static const size_t pieces[] = { 1, 7, 512, 5000, 70000, MOST };

	for (unsigned int i = 0; i < 2; i++) {
		struct sva_wq *wq = open_either(state, i);

		for (unsigned int f = 0; f < 3; f++) {
			struct sva_deflate_opts opts = { .size = sizeof(opts),
							 .format = formats[f] };
			struct sva_stream *out, *in;

			assert_int_equal(sva_deflate_open(&out, wq, &opts), 0);
			assert_int_equal(sva_inflate_open(&in, wq, &opts), 0);
			for (unsigned int p = 0; p < 6; p++) {
				size_t size = p < 2 ? 3000 : p == 5 ? MOST : 300000 + p;
				size_t room = pieces[(p + 3) % 6];
				size_t n;

				fill((enum kind)(p % KINDS), size);
				memset(packed, 0x77, sizeof(packed));
				n = stream_deflate(out, size, pieces[p], room < 100 ? 100 : room);
				expect_zlib_reads(formats[f], n, size);
				stream_inflate(in, n, size, pieces[p], room);
				assert_int_equal(sva_stream_reset(out), 0);
				assert_int_equal(sva_stream_reset(in), 0);
			}
			sva_stream_close(out);
			sva_stream_close(in);
		}
		close_fake(wq);
	}
}

/* After a sync flush, all that went in can be read. */
static void sync_gives_all(void **state)
{
	for (unsigned int i = 0; i < 2; i++) {
		struct sva_deflate_opts opts = { .size = sizeof(opts), .format = SVA_DEFLATE_ZLIB };
		struct sva_wq *wq = open_either(state, i);
		struct sva_stream_io to = { data, 0, packed, ROOM },
				     from = { packed, 0, back, ROOM };
		struct sva_stream *out, *in;

		fill(TEXT, 90000);
		assert_int_equal(sva_deflate_open(&out, wq, &opts), 0);
		assert_int_equal(sva_inflate_open(&in, wq, &opts), 0);
		for (size_t n = 0; n < 90000; n += 30000) {
			to.in_size = 30000;
			assert_int_equal(sva_stream_run(out, &to, SVA_FLUSH_SYNC), 1);
			from.in_size = (size_t)((uint8_t *)to.out - (const uint8_t *)from.in);
			assert_int_equal(sva_stream_run(in, &from, SVA_FLUSH_NONE), 0);
			assert_int_equal(ROOM - from.out_size, n + 30000);
		}
		assert_memory_equal(back, data, 90000);
		sva_stream_close(out);
		sva_stream_close(in);
		close_fake(wq);
	}
}

/*
 * More than ISA-L takes or gives at once. The memory is one small piece that repeats, which the
 * output overwrites again and again: only sizes can be compared, and data that repeat likewise.
 */

#define PIECE ((size_t)2 << 20)
#define GIB   ((size_t)1 << 30)
#define HUGE  (GIB + 4 * PIECE)

static uint8_t *repeated(void)
{
	int fd = memfd_create("repeated", 0);
	uint8_t *all =
		mmap(NULL, HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	assert_true(fd >= 0);
	assert_ptr_not_equal(all, MAP_FAILED);
	assert_int_equal(ftruncate(fd, PIECE), 0);
	for (size_t at = 0; at < HUGE; at += PIECE)
		assert_ptr_equal(mmap(all + at, PIECE, PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_FIXED, fd, 0),
				 all + at);
	close(fd);
	return all;
}

/* When a gigabyte has been given, all input has been read. */
static void inflating_more_than_a_gigabyte(void **state)
{
	static const size_t more[] = { 1, 1000 };
	struct sva_wq *wq = open_either(state, 0);
	uint8_t *zeros = repeated();

	for (unsigned int i = 0; i < 2; i++) {
		size_t size = GIB + more[i], in = ROOM, out = size;
		struct sva_stream_io io = { packed, 0, zeros, HUGE };
		struct sva_stream *stream;

		assert_int_equal(sva_deflate(wq, packed, &in, zeros, size, NULL, NULL), 0);
		io.in_size = in;
		assert_int_equal(sva_inflate(wq, zeros, &out, packed, &in, NULL, NULL), 0);
		assert_int_equal(out, size);
		assert_int_equal(sva_inflate_open(&stream, wq, NULL), 0);
		assert_int_equal(sva_stream_run(stream, &io, SVA_FLUSH_END), 1);
		assert_int_equal(HUGE - io.out_size, size);
		sva_stream_close(stream);
	}
	assert_int_equal(munmap(zeros, HUGE), 0);
	close_fake(wq);
}

/* Likewise; what it compresses is noise. */
static void deflating_to_more_than_a_gigabyte(void **state)
{
	size_t size = GIB - 80000, out = sva_deflate_bound(size);
	struct sva_wq *wq = open_either(state, 0);
	uint8_t *from = repeated(), *to = repeated();
	struct sva_stream_io io = { from, size, to, out };
	struct sva_stream *stream;

	fill(NOISE, MOST);
	memcpy(from, data, MOST);
	memcpy(from + MOST, data, MOST);
	assert_int_equal(sva_deflate(wq, to, &out, from, size, NULL, NULL), 0);
	assert_in_range(out, GIB + 1, GIB + 10000);
	assert_int_equal(sva_deflate_open(&stream, wq, NULL), 0);
	assert_int_equal(sva_stream_run(stream, &io, SVA_FLUSH_END), 1);
	sva_stream_close(stream);
	assert_int_equal(munmap(from, HUGE) | munmap(to, HUGE), 0);
	close_fake(wq);
}

/* A queue whose operations are so small that the blocks of its output would need more room. */
static void a_queue_of_small_operations(void **state)
{
	static const char *const most[] = { "4096\n", "32768\n", "65536\n" };
	struct sva_policy policy = { .size = sizeof(policy), .threshold = 1 };

	fill(NOISE, MOST);
	for (unsigned int i = 0; i < 3; i++) {
		struct sva_outcome outcome = { .size = sizeof(outcome) };
		size_t out = sva_deflate_bound(MOST);
		struct sva_wq *wq = open_of(state, 1, most[i]);

		policy.flags = 0;
		assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
		assert_int_equal(sva_deflate(wq, packed, &out, data, MOST, NULL, &outcome), 0);
		assert_int_equal(outcome.why, i == 2 ? 0 : SVA_WHY_UNSUPPORTED);
		expect_zlib_reads(SVA_DEFLATE_RAW, out, MOST);
		policy.flags = SVA_POLICY_NO_CPU;
		assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
		out = sva_deflate_bound(MOST);
		assert_int_equal(sva_deflate(wq, packed, &out, data, MOST, NULL, NULL),
				 i == 2 ? 0 : -EOPNOTSUPP);
		close_fake(wq);
	}
}

/* Who wants to have bad memory reported, gets no signal, whoever would access it. */
static void bad_memory(void **state)
{
	uint8_t *bad = mmap(NULL, ROOM, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct sva_policy policy = { .size = sizeof(policy),
				     .threshold = 1,
				     .fault = SVA_FAULT_REPORT };

	assert_ptr_not_equal(bad, MAP_FAILED);
	fill(TEXT, 10000);
	for (unsigned int i = 0; i < 2; i++) {
		struct sva_wq *wq = open_either(state, i);

		assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
		for (unsigned int f = 0; f < 3; f++) {
			struct sva_deflate_opts opts = { .size = sizeof(opts),
							 .format = formats[f] };
			size_t in = by_zlib(formats[f], 6, 12, 10000), room = ROOM;

			assert_int_equal(sva_deflate(wq, other, &room, bad, 9000, &opts, NULL),
					 -EFAULT);
			assert_int_equal(sva_deflate(wq, bad, &room, data, 9000, &opts, NULL),
					 -EFAULT);
			assert_int_equal(sva_inflate(wq, bad, &room, packed, &in, &opts, NULL),
					 -EFAULT);
			assert_int_equal(sva_inflate(wq, other, &room, bad, &in, &opts, NULL),
					 -EFAULT);
			for (unsigned int k = 0; k < 4; k++) {
				struct sva_stream_io io = { k % 2 ? bad : packed, in,
							    k % 2 ? other : bad, ROOM };
				struct sva_stream *stream;

				assert_int_equal(k < 2 ? sva_deflate_open(&stream, wq, &opts)
						       : sva_inflate_open(&stream, wq, &opts),
						 0);
				assert_int_equal(sva_stream_run(stream, &io, SVA_FLUSH_END),
						 -EFAULT);
				sva_stream_close(stream);
			}
		}
		close_fake(wq);
	}
	assert_int_equal(munmap(bad, ROOM), 0);
}

static void bad_arguments(void **state)
{
	struct sva_deflate_opts opts = { .size = sizeof(opts) }, bad = opts;
	struct sva_policy policy = { .size = sizeof(policy), .flags = SVA_POLICY_NO_CPU };
	struct sva_stream_io io = { data, 1, packed, 1 };
	struct sva_wq *wq = open_either(state, 0);
	struct sva_stream *stream;
	size_t out = ROOM, in = 10;

	assert_int_equal(sva_deflate(NULL, packed, &out, data, 1, &opts, NULL), -EINVAL);
	assert_int_equal(sva_deflate(wq, NULL, &out, data, 1, &opts, NULL), -EINVAL);
	assert_int_equal(sva_deflate(wq, packed, NULL, data, 1, &opts, NULL), -EINVAL);
	assert_int_equal(sva_deflate(wq, packed, &out, NULL, 1, &opts, NULL), -EINVAL);
	assert_int_equal(sva_deflate(wq, data, &out, data, 1, &opts, NULL), -EINVAL);
	assert_int_equal(sva_inflate(wq, back, &out, packed, NULL, &opts, NULL), -EINVAL);
	assert_int_equal(sva_inflate(wq, back, NULL, packed, &in, &opts, NULL), -EINVAL);
	bad.format = SVA_DEFLATE_AUTO;
	assert_int_equal(sva_deflate(wq, packed, &out, data, 1, &bad, NULL), -EINVAL);
	bad.format = (enum sva_deflate_format)7;
	assert_int_equal(sva_inflate(wq, back, &out, packed, &in, &bad, NULL), -EINVAL);
	bad = opts;
	bad.level = 4;
	assert_int_equal(sva_deflate(wq, packed, &out, data, 1, &bad, NULL), -EINVAL);
	bad = opts;
	bad.flags = 8;
	assert_int_equal(sva_deflate_open(&stream, wq, &bad), -EINVAL);
	assert_null(stream);
	bad.size = 4;
	assert_int_equal(sva_inflate_open(&stream, wq, &bad), -EINVAL);
	assert_int_equal(sva_inflate_open(NULL, wq, &opts), -EINVAL);
	assert_int_equal(sva_stream_run(NULL, &io, SVA_FLUSH_NONE), -EINVAL);
	assert_int_equal(sva_stream_reset(NULL), -EINVAL);
	sva_stream_close(NULL);
	assert_int_equal(sva_stream_rest(NULL, back), 0);
	assert_int_equal(sva_inflate_open(&stream, wq, NULL), 0);
	assert_int_equal(sva_stream_run(stream, NULL, SVA_FLUSH_NONE), -EINVAL);
	assert_int_equal(sva_stream_run(stream, &io, (enum sva_flush)9), -EINVAL);
	io.in = NULL;
	assert_int_equal(sva_stream_run(stream, &io, SVA_FLUSH_NONE), -EINVAL);
	sva_stream_close(stream);
	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	assert_int_equal(sva_deflate(wq, packed, &out, data, 1, NULL, NULL), -ENODEV);
	assert_int_equal(sva_deflate_bound(SIZE_MAX), SIZE_MAX);
	close_fake(wq);
	wq = open_either(state, 1);
	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	assert_int_equal(sva_inflate_open(&stream, wq, NULL), 0);
	sva_stream_close(stream);
	assert_int_equal(sva_deflate_open(&stream, wq, NULL), 0);
	sva_stream_close(stream);
	close_fake(wq);
	assert_int_equal(sva_deflate(wq, packed, &out, data, 1, NULL, NULL), -EBADF);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(round_trips),
		TEST(what_zlib_has_made),
		TEST(the_device_does_it),
		TEST(a_far_match_is_remembered),
		TEST(what_follows_is_left_alone),
		TEST(members_of_a_file),
		TEST(truncated_and_damaged),
		TEST(truncated_for_a_device),
		TEST(a_deadline_that_has_passed),
		TEST(a_device_that_dies),
		TEST(too_little_room),
		TEST(bad_headers),
		TEST(damage_near_the_end),
		TEST(a_long_header),
		TEST(streams_in_pieces),
		TEST(sync_gives_all),
		TEST(inflating_more_than_a_gigabyte),
		TEST(deflating_to_more_than_a_gigabyte),
		TEST(a_queue_of_small_operations),
		TEST(bad_memory),
		TEST(bad_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
