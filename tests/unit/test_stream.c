/* SPDX-License-Identifier: MIT */
/*
 * Streams that are inflated by the device: in pieces of any size, up to an end that the device does
 * not tell; and by the CPU from where the device refuses, fails or is gone.
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

#define MOST (3u << 20)
#define ROOM (MOST + (64u << 10))

static uint8_t data[MOST], packed[ROOM], back[ROOM];

static const enum sva_deflate_format formats[] = { SVA_DEFLATE_RAW, SVA_DEFLATE_ZLIB,
						   SVA_DEFLATE_GZIP };

static struct sva_wq *open_queue(void **state, const char *max_transfer, uint32_t flags)
{
	struct sva_policy policy = { .size = sizeof(policy), .threshold = 1, .flags = flags };
	struct sva_wq_opts opts = { .size = sizeof(opts), .kind = SVA_DEV_KIND_IAX };
	struct fake_tree *tree = fixture_tree(state);
	struct sva_wq *wq;

	fixture_iax(tree, max_transfer);
	assert_int_equal(sva_wq_open(&wq, NULL, &opts), 0);
	assert_int_equal(sva_wq_path(wq), SVA_PATH_PORTAL);
	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	return wq;
}

static struct sva_wq *open_any(void **state)
{
	return open_queue(state, "262144\n", 0);
}

static struct sva_stream *open_stream(struct sva_wq *wq, enum sva_deflate_format format,
				      uint32_t flags)
{
	struct sva_deflate_opts opts = { .size = sizeof(opts), .format = format, .flags = flags };
	struct sva_stream *stream;

	assert_int_equal(sva_inflate_open(&stream, wq, &opts), 0);
	return stream;
}

static struct sva_outcome outcome_of(const struct sva_stream *stream)
{
	struct sva_outcome outcome = { .size = sizeof(outcome) };

	assert_int_equal(sva_stream_outcome(stream, &outcome), 0);
	return outcome;
}

/*
 * Data.
 */

static uint32_t seed;

static uint32_t noise(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

static void fill_text(size_t size)
{
	static const char *const words[] = {
		"the ", "quick ", "brown ", "fox ", "jumps ", "lazy "
	};
	size_t at = 0;

	seed = 1;
	while (at < size) {
		const char *word = words[noise() % 6];

		for (; *word && at < size; word++)
			data[at++] = (uint8_t)*word;
		if (at < size && !(noise() % 5))
			data[at++] = (uint8_t)noise();
	}
}

static void fill_noise(size_t size)
{
	seed = 1;
	for (size_t i = 0; i < size; i++)
		data[i] = (uint8_t)noise();
}

/* Appended to what is packed already; returns the bytes. */
static size_t pack(uint8_t *to, enum sva_deflate_format format, int window_bits, size_t size)
{
	int window = format == SVA_DEFLATE_RAW    ? -window_bits
		     : format == SVA_DEFLATE_GZIP ? 16 + window_bits
						  : window_bits;
	z_stream z = { .next_in = data,
		       .avail_in = (uInt)size,
		       .next_out = to,
		       .avail_out = (uInt)(packed + ROOM - to) };

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return (size_t)(z.next_out - to);
}

/*
 * A stream in pieces. In front of and behind each piece of output nothing may be written, and more
 * input than a piece may not be read.
 */

struct pieces {
	size_t in, out;     /* bytes at once, at most */
	enum sva_flush end; /* with the last input */
};

/* Returns what the last step has; *@used: bytes of input, *@made: of output. */
static int run(struct sva_stream *stream, const uint8_t *from, size_t size, struct pieces pieces,
	       size_t *used, size_t *made)
{
	struct sva_stream_io io = { from, 0, back, 0 };
	size_t fed = 0, idle = 0;
	int result = 0;

	*made = 0;
	while (!result && idle < 3) {
		size_t more =
			size - fed < pieces.in - io.in_size ? size - fed : pieces.in - io.in_size;
		size_t room = ROOM - *made < pieces.out ? ROOM - *made : pieces.out;
		size_t in_size = io.in_size + more;

		io.in_size = in_size;
		io.out_size = room;
		fed += more;
		result = sva_stream_run(stream, &io, fed == size ? pieces.end : SVA_FLUSH_NONE);
		if (!result)
			assert_true(!io.in_size || !io.out_size);
		*made += room - io.out_size;
		idle = io.in_size == in_size && io.out_size == room ? idle + 1 : 0;
	}
	*used = (size_t)((const uint8_t *)io.in - from);
	return result;
}

static void expect_all(struct sva_stream *stream, size_t packed_size, size_t behind, size_t size,
		       struct pieces pieces)
{
	size_t used, made;
	uint8_t rest[SVA_STREAM_REST];
	unsigned int n;

	memset(back, 0xaa, size + 1);
	assert_int_equal(run(stream, packed, packed_size + behind, pieces, &used, &made), 1);
	assert_int_equal(made, size);
	assert_memory_equal(back, data, size);
	n = sva_stream_rest(stream, rest);
	assert_int_equal(used - n, packed_size);
	assert_memory_equal(rest, packed + packed_size, n);
}

/*
 * Who does it.
 */

static void the_device_does_it(void **state)
{
	static const struct pieces all = { MOST, MOST, SVA_FLUSH_NONE };
	struct sva_wq *wq = open_any(state);

	fill_text(700000);
	for (unsigned int f = 0; f < 3; f++) {
		struct sva_stream *stream = open_stream(wq, formats[f], 0);
		size_t n = pack(packed, formats[f], 12, 700000);

		expect_all(stream, n, 0, 700000, all);
		assert_int_equal(outcome_of(stream).device_bytes, 700000);
		assert_int_equal(outcome_of(stream).bytes, 700000);
		assert_int_equal(outcome_of(stream).why, 0);
		sva_stream_close(stream);
	}
	close_fake(wq);
}

/* As the first step is small: what comes in such pieces, the CPU does as fast. */
static void small_pieces_are_the_cpus(void **state)
{
	static const struct pieces java = { 512, 4096, SVA_FLUSH_NONE };
	struct sva_policy policy = { .size = sizeof(policy), .threshold = 4096 };
	struct sva_wq *wq = open_any(state);
	struct sva_stream *stream = open_stream(wq, SVA_DEFLATE_GZIP, 0);
	struct sva_stream_io io = { packed, 5000, back, ROOM };
	size_t n, used = 0;

	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	fill_text(100000);
	n = pack(packed, SVA_DEFLATE_GZIP, 12, 100000);
	expect_all(stream, n, 0, 100000, java);
	assert_int_equal(fake.submissions, 0);
	assert_int_equal(outcome_of(stream).why, SVA_WHY_SMALL);
	/* After a large one, the device does some; but not for ever. */
	assert_int_equal(sva_stream_reset(stream), 0);
	while (!sva_stream_run(stream, &io, SVA_FLUSH_NONE)) {
		used = (size_t)((const uint8_t *)io.in - packed);
		io.in_size = n - used < 50 ? n - used : 50;
		assert_int_not_equal(io.in_size, 0);
	}
	assert_memory_equal(back, data, 100000);
	assert_int_equal(ROOM - io.out_size, 100000);
	assert_int_equal(outcome_of(stream).why, SVA_WHY_SMALL);
	assert_in_range(outcome_of(stream).device_bytes, 5000, 90000);
	assert_in_range(fake.submissions, 2, 60);
	sva_stream_close(stream);
	close_fake(wq);
}

/*
 * Where the CPU takes over, it may make less of the same input than the device has made: ISA-L
 * looks up a literal and the match behind it at once, and waits for the bits of both.
 */
static void the_cpu_takes_over_anywhere(void **state)
{
	struct sva_policy policy = { .size = sizeof(policy), .threshold = 1024 };
	struct sva_wq *wq = open_any(state);
	struct sva_stream *stream = open_stream(wq, SVA_DEFLATE_GZIP, 0);
	size_t n;

	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	fill_noise(30000);
	for (unsigned int i = 0; i < 30000; i++)
		data[i] = (uint8_t)('a' + (data[i] >> 6));
	n = pack(packed, SVA_DEFLATE_GZIP, 12, 30000);
	for (size_t first = 3000; first < 3100; first++) {
		struct sva_stream_io io = { packed, first, back, ROOM };

		assert_int_equal(sva_stream_reset(stream), 0);
		while (!sva_stream_run(stream, &io, SVA_FLUSH_NONE)) {
			assert_int_equal(io.in_size, 0);
			assert_in_range((const uint8_t *)io.in - packed, first, n - 1);
			io.in_size = 1;
		}
		assert_int_equal(ROOM - io.out_size, 30000);
		assert_memory_equal(back, data, 30000);
		assert_int_equal(outcome_of(stream).why, SVA_WHY_SMALL);
		assert_in_range(outcome_of(stream).device_bytes, 9000, 29000);
	}
	sva_stream_close(stream);
	close_fake(wq);
}

/* A step gives all that its input can give. */
static void nothing_is_withheld(void **state)
{
	struct sva_wq *wq = open_any(state);
	z_stream z = { .next_out = packed, .avail_out = ROOM };

	for (unsigned int room = 0; room < 2; room++) {
		struct sva_stream *stream = open_stream(wq, SVA_DEFLATE_ZLIB, 0);
		struct sva_stream_io io = { packed, 0, back, 0 };

		fill_text(300000);
		z = (z_stream){ .next_in = data, .next_out = packed, .avail_out = ROOM };
		assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 12, 8, 0), Z_OK);
		for (size_t end = 10000; end <= 300000; end += 10000) {
			size_t size = room ? ROOM : 20000;

			z.avail_in = 10000;
			assert_int_equal(deflate(&z, Z_SYNC_FLUSH), Z_OK);
			io.in_size = (size_t)(z.next_out - (const uint8_t *)io.in);
			io.out_size = size;
			assert_int_equal(sva_stream_run(stream, &io, SVA_FLUSH_NONE), 0);
			assert_int_equal(io.in_size, 0);
			assert_int_equal(size - io.out_size, 10000);
			assert_memory_equal(back, data, end);
		}
		assert_int_equal(outcome_of(stream).device_bytes, 300000);
		deflateEnd(&z);
		sva_stream_close(stream);
	}
	close_fake(wq);
}

/*
 * Pieces, and the end.
 */

/* Of every size on both sides; with a policy that lets the device alone do it. */
static void pieces_of_every_size(void **state)
{
	static const enum sva_flush ends[] = { SVA_FLUSH_NONE, SVA_FLUSH_END };
	struct sva_wq *wq = open_queue(state, "4096\n", SVA_POLICY_NO_CPU);

	fill_text(1300);
	for (unsigned int f = 0; f < 3; f++) {
		struct sva_stream *stream = open_stream(wq, formats[f], 0);
		size_t n = pack(packed, formats[f], 12, 1300);

		memset(packed + n, 0x55, 300);
		for (size_t in = 1; in <= n + 20; in += in < 30 ? 1 : 19)
			for (size_t out = 1; out <= 1320; out += out < 20 ? 1 : 97) {
				struct pieces pieces = { in, out, ends[(in + out) % 2] };

				expect_all(stream, n, in % 20, 1300, pieces);
				assert_int_equal(outcome_of(stream).device_bytes, 1300);
				assert_int_equal(sva_stream_reset(stream), 0);
			}
		sva_stream_close(stream);
	}
	close_fake(wq);
}

/* Where outputs of operations end, and the AECS has a part of a match. */
static void outputs_end_anywhere(void **state)
{
	for (unsigned int q = 0; q < 2; q++) {
		struct sva_wq *wq = open_queue(state, q ? "262144\n" : "4096\n", 0);

		for (size_t more = 0; more < 300; more += 11) {
			struct pieces pieces = { MOST, more % 2 ? MOST : 5000, SVA_FLUSH_NONE };
			struct sva_stream *stream =
				open_stream(wq, formats[more % 3], SVA_DEFLATE_NEAR);
			size_t size = (q ? 600000 : 9000) + more, n;

			fill_text(size);
			memset(data + 1000 + more, 'a', size / 2);
			n = pack(packed, formats[more % 3], 12, size);
			memset(packed + n, 0, 300);
			expect_all(stream, n, 300, size, pieces);
			assert_int_equal(outcome_of(stream).device_bytes, size);
			sva_stream_close(stream);
		}
		close_fake(wq);
	}
}

/* The room is exactly what the data need, and the trailer comes when there is none. */
static void a_trailer_needs_no_room(void **state)
{
	struct sva_wq *wq = open_any(state);

	fill_text(20000);
	for (unsigned int f = 1; f < 3; f++) {
		struct sva_stream *stream = open_stream(wq, formats[f], 0);
		size_t n = pack(packed, formats[f], 12, 20000), trailer = f == 1 ? 4 : 8;
		struct sva_stream_io io = { packed, n - trailer, back, 20000 };

		assert_int_equal(sva_stream_run(stream, &io, SVA_FLUSH_NONE), 0);
		assert_int_equal(io.out_size, 0);
		for (size_t i = 1; i <= trailer; i++) {
			io.in_size = 1;
			assert_int_equal(sva_stream_run(stream, &io, SVA_FLUSH_NONE), i == trailer);
		}
		assert_memory_equal(back, data, 20000);
		sva_stream_close(stream);
	}
	close_fake(wq);
}

/* A file of several members: each begins where the one before it has ended. */
static void members_of_a_file(void **state)
{
	struct sva_wq *wq = open_any(state);
	struct sva_stream *stream = open_stream(wq, SVA_DEFLATE_GZIP, 0);
	size_t size = 0, in = 1;

	fill_text(3000);
	for (unsigned int i = 0; i < 5; i++)
		size += pack(packed + size, SVA_DEFLATE_GZIP, i == 2 ? 15 : 12, 600 * (i + 1));
	for (; in <= size; in += in < 20 ? 1 : 37) {
		struct sva_stream_io io = { packed, 0, back, ROOM };
		size_t fed = 0, members = 0;
		uint8_t rest[SVA_STREAM_REST];

		while (members < 5) {
			if (!io.in_size) {
				io.in_size = size - fed < in ? size - fed : in;
				fed += io.in_size;
				assert_int_not_equal(io.in_size, 0);
			}
			if (!sva_stream_run(stream, &io, SVA_FLUSH_NONE))
				continue;
			members++;
			assert_int_equal(ROOM - io.out_size, 600 * members);
			assert_memory_equal(back, data, 600 * members);
			io.out = back;
			io.out_size = ROOM;
			io.in = (const uint8_t *)io.in - sva_stream_rest(stream, rest);
			io.in_size += sva_stream_rest(stream, rest);
			assert_int_equal(sva_stream_reset(stream), 0);
		}
		assert_int_equal(io.in_size, 0);
	}
	sva_stream_close(stream);
	close_fake(wq);
}

/* What would be the trailer, if the data ended there: in the data themselves. */
static void false_trailers(void **state)
{
	struct sva_wq *wq = open_queue(state, "4096\n", SVA_POLICY_NO_CPU);

	for (unsigned int f = 1; f < 3; f++) {
		struct sva_stream *stream = open_stream(wq, formats[f], 0);
		size_t n, at;

		/* A stored block: some data, their trailer, zeros. */
		fill_noise(100);
		n = pack(packed, formats[f], 12, 100);
		memcpy(data + 100, packed + n - (f == 1 ? 4 : 8), 8);
		memset(data + 108, 0, 3000);
		n = (size_t)(f == 1 ? 2 : 10);
		packed[n++] = 0;
		packed[n++] = 3008 & 255;
		packed[n++] = 3008 >> 8;
		packed[n++] = ~3008 & 255;
		packed[n++] = ~3008 >> 8 & 255;
		memcpy(packed + n, data, 3008);
		memcpy(packed + n + 3008, "\1\0\0\xff\xff", 5);
		at = n + 100;
		n += 3013;
		{
			uint32_t sum =
				(uint32_t)(f == 1 ? adler32(1, data, 3008) : crc32(0, data, 3008));

			for (unsigned int i = 0; i < 4; i++) {
				packed[n + i] = (uint8_t)(sum >> (f == 1 ? 24 - 8 * i : 8 * i));
				packed[n + 4 + i] = (uint8_t)(3008 >> 8 * i);
			}
			n += f == 1 ? 4 : 8;
		}
		for (size_t in = 1; in < 200; in++)
			expect_all(stream, n, 0, 3008, (struct pieces){ in, 5000, SVA_FLUSH_NONE }),
				assert_int_equal(sva_stream_reset(stream), 0);
		for (size_t first = at - 12; first < at + 12; first++) {
			struct sva_stream_io io = { packed, first, back, ROOM };

			assert_int_equal(sva_stream_run(stream, &io, SVA_FLUSH_NONE), 0);
			io.in_size = n - first;
			assert_int_equal(sva_stream_run(stream, &io, SVA_FLUSH_NONE), 1);
			assert_memory_equal(back, data, 3008);
			assert_int_equal(io.in_size, 0);
			assert_int_equal(sva_stream_reset(stream), 0);
		}
		sva_stream_close(stream);
	}
	close_fake(wq);
}

/*
 * What the device cannot do.
 */

/*
 * A raw stream: 5000 bytes stored, then literals and a match of 8 bytes, 4100 bytes back, in a
 * fixed block of known bits. Returns the bytes; *@at: where the match is.
 */
static size_t with_a_far_match(size_t *at)
{
	uint8_t *to = packed;
	uint64_t bits = 0;
	unsigned int count = 0;

	fill_noise(5000);
	*to++ = 0;
	*to++ = 5000 & 255;
	*to++ = 5000 >> 8;
	*to++ = ~5000 & 255;
	*to++ = ~5000 >> 8 & 255;
	memcpy(to, data, 5000);
	to += 5000;
	for (unsigned int i = 0; i < 40; i++)
		data[5000 + i] = (uint8_t)('A' + i % 20);
	memmove(data + 5020 + 8, data + 5020, 20);
	memcpy(data + 5020, data + 5020 - 4100, 8);
#define PUT(value, length)                          \
	do {                                        \
		bits |= (uint64_t)(value) << count; \
		count += (length);                  \
		for (; count >= 8; count -= 8) {    \
			*to++ = (uint8_t)bits;      \
			bits >>= 8;                 \
		}                                   \
	} while (0)
#define PUT_CODE(value, length)                               \
	do {                                                  \
		for (unsigned int bit = (length); bit-- > 0;) \
			PUT((value) >> bit & 1, 1);           \
	} while (0)
	PUT(3, 3); /* final, fixed */
	for (unsigned int i = 0; i < 20; i++)
		PUT_CODE(0x30u + data[5000 + i], 8);
	*at = (size_t)(to - packed);
	PUT_CODE(6u, 7);  /* length 8 */
	PUT_CODE(24u, 5); /* distance 4097 and more */
	PUT(4100 - 4097, 11);
	for (unsigned int i = 0; i < 20; i++)
		PUT_CODE(0x30u + data[5028 + i], 8);
	PUT_CODE(0u, 7);
	PUT(0, 7); /* the last byte */
#undef PUT_CODE
#undef PUT
	return (size_t)(to - packed);
}

static void a_far_match_anywhere(void **state)
{
	size_t at, n = with_a_far_match(&at), used, made;

	for (size_t first = at - 10; first < at + 10; first++)
		for (unsigned int second = 1; second < 8; second += 2) {
			struct sva_wq *wq = open_any(state);
			struct sva_stream *stream = open_stream(wq, SVA_DEFLATE_RAW, 0);
			struct sva_stream_io io = { packed, first, back, ROOM };
			int ended;

			memset(packed + n, 0x99, 10);
			ended = sva_stream_run(stream, &io, SVA_FLUSH_NONE);
			while (!ended) {
				io.in_size += second;
				ended = sva_stream_run(stream, &io, SVA_FLUSH_NONE);
			}
			assert_int_equal(ended, 1);
			used = (size_t)((const uint8_t *)io.in - packed);
			assert_int_equal(used - sva_stream_rest(stream, data + MOST - 300), n);
			assert_int_equal(ROOM - io.out_size, 5048);
			assert_memory_equal(back, data, 5048);
			assert_int_equal(outcome_of(stream).why, SVA_WHY_UNSUPPORTED);
			assert_int_equal(outcome_of(stream).bytes, 5048);
			assert_in_range(outcome_of(stream).device_bytes, 0, 5020);
			if (first < at) /* else it is all in the first one, which has failed */
				assert_in_range(outcome_of(stream).device_bytes, 5000, 5020);
			/* The next one does not try. */
			fake.submissions = 0;
			assert_int_equal(sva_stream_reset(stream), 0);
			expect_all(stream, n, 0, 5048, (struct pieces){ n, ROOM, SVA_FLUSH_NONE });
			assert_int_equal(fake.submissions, 0);
			sva_stream_close(stream);
			/* Who has said that there are none, is wrong. */
			stream = open_stream(wq, SVA_DEFLATE_RAW, SVA_DEFLATE_NEAR);
			assert_int_equal(run(stream, packed, n,
					     (struct pieces){ first, ROOM, SVA_FLUSH_NONE }, &used,
					     &made),
					 -EBADMSG);
			sva_stream_close(stream);
			close_fake(wq);
		}
	{
		struct sva_wq *wq = open_queue(state, "262144\n", SVA_POLICY_NO_CPU);
		struct sva_stream *stream = open_stream(wq, SVA_DEFLATE_RAW, 0);

		assert_int_equal(run(stream, packed, n, (struct pieces){ 70, 70, SVA_FLUSH_NONE },
				     &used, &made),
				 -EOPNOTSUPP);
		sva_stream_close(stream);
		close_fake(wq);
	}
}

/* What zlib says of its window counts; what gzip does not say is found out. */
static void windows(void **state)
{
	static const struct pieces pieces = { 30000, 50000, SVA_FLUSH_NONE };
	struct sva_wq *wq = open_any(state);
	struct sva_stream *stream = open_stream(wq, SVA_DEFLATE_ZLIB, 0);
	size_t n;

	fill_text(400000);
	n = pack(packed, SVA_DEFLATE_ZLIB, 15, 400000);
	expect_all(stream, n, 0, 400000, pieces);
	assert_int_equal(fake.submissions, 0);
	assert_int_equal(outcome_of(stream).why, SVA_WHY_UNSUPPORTED);
	sva_stream_close(stream);
	stream = open_stream(wq, SVA_DEFLATE_GZIP, 0);
	n = pack(packed, SVA_DEFLATE_GZIP, 15, 400000);
	expect_all(stream, n, 0, 400000, pieces);
	assert_true(fake.submissions);
	assert_int_equal(outcome_of(stream).why, SVA_WHY_UNSUPPORTED);
	sva_stream_close(stream);
	close_fake(wq);
}

/* No more input is kept than 1 MiB, and whoever says that it need not be kept, needs no CPU. */
static void long_streams(void **state)
{
	static const struct pieces pieces[] = { { 100000, 200000, SVA_FLUSH_NONE },
						{ MOST, MOST, SVA_FLUSH_END },
						{ 300001, 300001, SVA_FLUSH_NONE } };
	struct sva_wq *wq = open_any(state);

	fill_noise(MOST - 100000);
	for (unsigned int i = 0; i < 9; i++) {
		size_t size = MOST - 100000, n = pack(packed, formats[i % 3], 12, size);
		bool near = i / 3 == 1 || formats[i % 3] == SVA_DEFLATE_ZLIB;
		struct sva_stream *stream =
			open_stream(wq, formats[i % 3], i / 3 == 1 ? SVA_DEFLATE_NEAR : 0);

		memset(packed + n, 0, 50);
		expect_all(stream, n, 50, size, pieces[i / 3]);
		assert_int_equal(outcome_of(stream).why, near ? 0 : SVA_WHY_UNSUPPORTED);
		if (near)
			assert_int_equal(outcome_of(stream).device_bytes, size);
		else
			assert_in_range(outcome_of(stream).device_bytes, 900000, 1100000);
		sva_stream_close(stream);
	}
	close_fake(wq);
}

/*
 * Damage.
 */

static void truncated(void **state)
{
	struct sva_wq *wq = open_any(state);

	fill_text(2000);
	for (unsigned int f = 0; f < 3; f++) {
		struct sva_stream *stream = open_stream(wq, formats[f], 0);
		size_t n = pack(packed, formats[f], 12, 2000), used, made;

		for (size_t cut = 0; cut < n; cut++) {
			struct pieces pieces = { n, ROOM, SVA_FLUSH_NONE };

			assert_int_equal(run(stream, packed, cut, pieces, &used, &made), 0);
			assert_int_equal(sva_stream_reset(stream), 0);
			pieces.end = SVA_FLUSH_END;
			assert_int_equal(run(stream, packed, cut, pieces, &used, &made), -ENODATA);
			assert_int_equal(sva_stream_reset(stream), 0);
		}
		sva_stream_close(stream);
	}
	close_fake(wq);
}

/* Whatever it is: what is taken for right is what zlib takes for right. */
static void damaged(void **state)
{
	static uint8_t other[ROOM];

	for (unsigned int q = 0; q < 2; q++) {
		struct sva_wq *wq = open_queue(state, "4096\n", q ? SVA_POLICY_NO_CPU : 0);

		fill_text(3000);
		for (unsigned int f = 0; f < 3; f++) {
			struct sva_stream *stream = open_stream(wq, formats[f], 0);
			size_t n = pack(packed, formats[f], 12, 3000), used, made;

			for (size_t bit = 0; bit < 8 * n; bit += bit < 8 * n - 80 ? 5 : 1) {
				struct pieces pieces = { 1 + bit % 211, 1 + bit % 997,
							 SVA_FLUSH_END };
				z_stream z = { .next_in = packed,
					       .avail_in = (uInt)n,
					       .next_out = other,
					       .avail_out = ROOM };
				int result, verdict;

				packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
				result = run(stream, packed, n, pieces, &used, &made);
				assert_int_equal(inflateInit2(&z, f == 0   ? -15
								  : f == 1 ? 15
									   : 31),
						 Z_OK);
				verdict = inflate(&z, Z_FINISH);
				inflateEnd(&z);
				if (verdict == Z_STREAM_END && result != -EOPNOTSUPP) {
					assert_int_equal(result, 1);
					assert_int_equal(made, ROOM - z.avail_out);
					assert_memory_equal(back, other, made);
				} else if (result == 1 && f) { /* others are laxer about codes */
					assert_int_equal(made, 3000);
					assert_memory_equal(back, data, 3000);
				} else {
					assert_true(result < 0 || !f);
				}
				assert_int_equal(sva_stream_reset(stream), 0);
				packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
			}
			sva_stream_close(stream);
		}
		close_fake(wq);
	}
}

/* Also where something follows, and nobody says that this is the end. */
static void a_wrong_trailer(void **state)
{
	struct sva_wq *wq = open_any(state);

	fill_text(50000);
	for (unsigned int f = 1; f < 3; f++) {
		struct sva_stream *stream = open_stream(wq, formats[f], 0);
		size_t n = pack(packed, formats[f], 12, 50000), used, made;

		for (size_t at = n - (f == 1 ? 4 : 8); at < n; at++)
			for (size_t in = 1000; in < n; in += 3001) {
				struct pieces pieces = { in, ROOM, SVA_FLUSH_END };

				packed[at] ^= 1;
				assert_int_equal(run(stream, packed, n, pieces, &used, &made),
						 -EBADMSG);
				assert_int_equal(made, 50000);
				assert_int_equal(sva_stream_reset(stream), 0);
				memset(packed + n, 0x11, 5000);
				pieces.end = SVA_FLUSH_NONE;
				pieces.in = n;
				assert_int_equal(
					run(stream, packed, n + 5000, pieces, &used, &made),
					-EBADMSG);
				assert_int_equal(sva_stream_reset(stream), 0);
				packed[at] ^= 1;
			}
		sva_stream_close(stream);
	}
	close_fake(wq);
}

/* Cut anywhere within it: what the device takes for one more block is not data. */
static void a_wrong_trailer_in_two_steps(void **state)
{
	struct sva_wq *wq = open_any(state);
	struct sva_stream *stream = open_stream(wq, SVA_DEFLATE_GZIP, 0);
	size_t n;

	fill_text(5000);
	n = pack(packed, SVA_DEFLATE_GZIP, 12, 5000);
	for (size_t at = n - 8; at < n; at++)
		for (size_t last = 1; last <= 10; last++) {
			struct sva_stream_io io = { packed, n - last, back, ROOM };
			int result;

			packed[at] ^= 1;
			assert_int_equal(sva_stream_run(stream, &io, SVA_FLUSH_NONE), 0);
			io.in_size += last;
			assert_int_equal(sva_stream_run(stream, &io, SVA_FLUSH_END), -EBADMSG);
			packed[at] ^= 1;
			assert_int_equal(sva_stream_reset(stream), 0);
			/* Cut off: the data are all there, or not. */
			io = (struct sva_stream_io){ packed, n - last, back, ROOM };
			result = sva_stream_run(stream, &io, SVA_FLUSH_END);
			assert_int_equal(result, -ENODATA);
			assert_int_equal(sva_stream_reset(stream), 0);
		}
	sva_stream_close(stream);
	close_fake(wq);
}

/*
 * A device that fails.
 */

static unsigned int countdown, operand, page, faulted;
static bool again;

static uint64_t operand_of(const struct sva_desc *desc, uint64_t *size)
{
	bool aecs_written = desc->op_flags & SVA_IAX_FLAG_AECS_WRITE;

	*size = operand == 0   ? desc->xfer_size
		: operand == 1 ? desc->iax.max_dst_size
			       : desc->iax.src2_size * (aecs_written ? 2u : 1u);
	return operand == 0 ? desc->src_addr : operand == 1 ? desc->dst_addr : desc->iax.aecs_addr;
}

/* Once in each operation that has so many pages in an operand. */
static bool fault(const struct sva_desc *desc)
{
	struct sva_iax_record *record = (struct sva_iax_record *)(uintptr_t)desc->completion_addr;
	uint64_t size, addr, start;

	if (sva_desc_opcode(desc) != SVA_IAX_OP_DECOMPRESS)
		return false;
	start = operand_of(desc, &size);
	addr = page ? (start & ~(uint64_t)4095) + 4096ull * page : start;
	again = !again;
	if (!again || addr - start >= size)
		return false;
	faulted++;
	memset(record, 0, sizeof(*record));
	record->fault_addr = addr;
	__atomic_store_n(&record->status, SVA_STATUS_PAGE_FAULT | (operand ? SVA_STATUS_WRITE : 0),
			 __ATOMIC_RELEASE);
	return true;
}

static void page_faults(void **state)
{
	static const struct pieces pieces = { 9000, 30000, SVA_FLUSH_NONE };

	fill_text(60000);
	for (operand = 0; operand < 3; operand++)
		for (page = 0; page < (operand == 0 ? 3 : operand == 1 ? 5 : 2); page++)
			for (unsigned int f = 0; f < 3; f++) {
				struct sva_wq *wq = open_queue(state, "20480\n", SVA_POLICY_NO_CPU);
				struct sva_stream *stream = open_stream(wq, formats[f], 0);
				size_t n = pack(packed, formats[f], 12, 60000);

				fake.stops = fault;
				faulted = 0;
				again = false;
				expect_all(stream, n, 0, 60000, pieces);
				assert_int_equal(outcome_of(stream).device_bytes, 60000);
				assert_int_equal(outcome_of(stream).faults, faulted);
				assert_int_equal(outcome_of(stream).resumed, faulted);
				assert_in_range(faulted, 1, 1000);
				fake.stops = NULL;
				sva_stream_close(stream);
				close_fake(wq);
			}
}

static uint8_t failing;

static bool end_badly(const struct sva_desc *desc)
{
	struct sva_iax_record *record = (struct sva_iax_record *)(uintptr_t)desc->completion_addr;

	if (sva_desc_opcode(desc) != SVA_IAX_OP_DECOMPRESS || !countdown || --countdown)
		return false;
	memset(record, 0, sizeof(*record));
	record->fault_addr = (uintptr_t)packed;
	__atomic_store_n(&record->status, failing, __ATOMIC_RELEASE);
	return true;
}

/* At any operation, those that look for the end included. */
static void failures(void **state)
{
	static const struct {
		uint8_t status;
		uint32_t flags;
		enum sva_fault_policy fault;
		uint32_t why; /* the CPU has taken over; 0: it must not */
		int err;
	} cases[] = {
		{ SVA_STATUS_WATCHDOG, 0, SVA_FAULT_TOUCH, SVA_WHY_ERROR, 0 },
		{ SVA_STATUS_WATCHDOG, SVA_POLICY_NO_CPU, SVA_FAULT_TOUCH, 0, -EIO },
		{ SVA_STATUS_ANALYTICS, 0, SVA_FAULT_TOUCH, SVA_WHY_UNSUPPORTED, 0 },
		{ SVA_STATUS_ANALYTICS, SVA_POLICY_NO_CPU, SVA_FAULT_TOUCH, 0, -EBADMSG },
		{ SVA_STATUS_PAGE_FAULT, 0, SVA_FAULT_CPU, SVA_WHY_FAULT, 0 },
		{ SVA_STATUS_PAGE_FAULT, 0, SVA_FAULT_REPORT, 0, -EFAULT },
	};
	static const struct pieces pieces = { 9000, 30000, SVA_FLUSH_NONE };

	fill_text(60000);
	for (unsigned int c = 0; c < sizeof(cases) / sizeof(cases[0]); c++)
		for (unsigned int f = 0; f < 3; f++)
			for (unsigned int nth = 1;; nth++) {
				struct sva_wq *wq = open_any(state);
				struct sva_policy policy = { .size = sizeof(policy),
							     .threshold = 1,
							     .flags = cases[c].flags,
							     .fault = cases[c].fault };
				struct sva_stream *stream = open_stream(wq, formats[f], 0);
				size_t n = pack(packed, formats[f], 12, 60000), used, made;
				bool reached;

				assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
				failing = cases[c].status;
				countdown = nth;
				fake.stops = end_badly;
				if (!cases[c].err)
					expect_all(stream, n, 0, 60000, pieces);
				else if (run(stream, packed, n, pieces, &used, &made) != 1)
					assert_int_equal(
						run(stream, packed, n, pieces, &used, &made),
						cases[c].err);
				reached = !countdown;
				if (!cases[c].err && reached)
					assert_int_equal(outcome_of(stream).why, cases[c].why);
				fake.stops = NULL;
				sva_stream_close(stream);
				close_fake(wq);
				if (!reached)
					break;
			}
}

/* What follows the data was taken with them, and there was no room for output to find their end. */
static void a_failure_with_much_behind(void **state)
{
	static const struct pieces pieces = { MOST, 16, SVA_FLUSH_NONE };

	fill_text(3000);
	failing = SVA_STATUS_WATCHDOG;
	for (unsigned int f = 0; f < 3; f++)
		for (unsigned int nth = 1; nth < 12; nth++) {
			struct sva_wq *wq = open_any(state);
			struct sva_stream *stream = open_stream(wq, formats[f], 0);
			size_t n = pack(packed, formats[f], 12, 3000);

			memset(packed + n, 0x55, 1000);
			countdown = nth;
			fake.stops = end_badly;
			expect_all(stream, n, 1000, 3000, pieces);
			fake.stops = NULL;
			sva_stream_close(stream);
			close_fake(wq);
		}
}

/* What is no longer kept, nobody can begin again. */
static void a_failure_in_a_long_stream(void **state)
{
	struct sva_wq *wq = open_any(state);
	struct sva_stream *stream = open_stream(wq, SVA_DEFLATE_GZIP, SVA_DEFLATE_NEAR);
	size_t n, used, made;

	fill_noise(MOST - 100000);
	n = pack(packed, SVA_DEFLATE_GZIP, 12, MOST - 100000);
	failing = SVA_STATUS_WATCHDOG;
	countdown = 10;
	fake.stops = end_badly;
	assert_int_equal(
		run(stream, packed, n, (struct pieces){ MOST, MOST, SVA_FLUSH_NONE }, &used, &made),
		-EIO);
	assert_int_equal(countdown, 0);
	assert_int_equal(outcome_of(stream).why, 0);
	fake.stops = NULL;
	sva_stream_close(stream);
	close_fake(wq);
}

static void a_full_queue(void **state)
{
	struct sva_policy policy = { .size = sizeof(policy),
				     .threshold = 1,
				     .timeout_ns = 1000000,
				     .flags = SVA_POLICY_NO_CPU };
	struct sva_wq *wq = open_any(state);
	struct sva_stream *stream = open_stream(wq, SVA_DEFLATE_GZIP, 0);
	struct sva_stream_io io = { packed, 9000, back, ROOM };
	size_t n;

	fill_text(60000);
	n = pack(packed, SVA_DEFLATE_GZIP, 12, 60000);
	assert_int_equal(sva_stream_run(stream, &io, SVA_FLUSH_NONE), 0);
	fake.retry = UINT32_MAX;
	io.in_size = n - 9000;
	assert_int_equal(sva_stream_run(stream, &io, SVA_FLUSH_NONE), 1);
	assert_memory_equal(back, data, 60000);
	assert_int_equal(outcome_of(stream).why, SVA_WHY_FULL);
	/* Without the CPU, it is waited for, until the time is over. */
	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	assert_int_equal(sva_stream_reset(stream), 0);
	io = (struct sva_stream_io){ packed, n, back, ROOM };
	assert_int_equal(sva_stream_run(stream, &io, SVA_FLUSH_NONE), -ETIMEDOUT);
	assert_int_equal(sva_stream_run(stream, &io, SVA_FLUSH_NONE), -ETIMEDOUT);
	fake.retry = 0;
	policy.timeout_ns = 0;
	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	assert_int_equal(sva_stream_reset(stream), 0);
	io = (struct sva_stream_io){ packed, n, back, ROOM };
	assert_int_equal(sva_stream_run(stream, &io, SVA_FLUSH_NONE), 1);
	sva_stream_close(stream);
	close_fake(wq);
}

/* What the CPU has compressed with near matches, the device inflates. */
static void near_matches_of_the_cpu(void **state)
{
	static const struct pieces pieces = { 100000, 100000, SVA_FLUSH_NONE };
	struct sva_wq_opts cpu_opts = { .size = sizeof(cpu_opts), .kind = SVA_DEV_KIND_IAX };
	struct sva_wq *wq = open_queue(state, "262144\n", SVA_POLICY_NO_CPU), *cpu;

	assert_int_equal(sva_wq_open(&cpu, "cpu", &cpu_opts), 0);
	fill_text(400000);
	memcpy(data + 50000, data + 41000, 9000);
	for (unsigned int i = 0; i < 12; i++) {
		struct sva_deflate_opts opts = { .size = sizeof(opts),
						 .format = formats[i % 3],
						 .flags = SVA_DEFLATE_NEAR,
						 .level = i / 3 };
		struct sva_stream_io io = { data, 400000, packed, ROOM };
		struct sva_stream *to, *from = open_stream(wq, formats[i % 3], 0);
		size_t n = ROOM;

		assert_int_equal(sva_deflate(cpu, packed, &n, data, 400000, &opts, NULL), 0);
		expect_all(from, n, 0, 400000, pieces);
		assert_int_equal(sva_deflate_open(&to, cpu, &opts), 0);
		assert_int_equal(sva_stream_run(to, &io, SVA_FLUSH_END), 1);
		assert_int_equal(sva_stream_reset(from), 0);
		expect_all(from, ROOM - io.out_size, 0, 400000, pieces);
		sva_stream_close(to);
		sva_stream_close(from);
	}
	close_fake(cpu);
	close_fake(wq);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_device_does_it),
		TEST(small_pieces_are_the_cpus),
		TEST(the_cpu_takes_over_anywhere),
		TEST(nothing_is_withheld),
		TEST(pieces_of_every_size),
		TEST(outputs_end_anywhere),
		TEST(a_trailer_needs_no_room),
		TEST(members_of_a_file),
		TEST(false_trailers),
		TEST(a_far_match_anywhere),
		TEST(windows),
		TEST(long_streams),
		TEST(truncated),
		TEST(damaged),
		TEST(a_wrong_trailer),
		TEST(a_wrong_trailer_in_two_steps),
		TEST(page_faults),
		TEST(failures),
		TEST(a_failure_with_much_behind),
		TEST(a_failure_in_a_long_stream),
		TEST(a_full_queue),
		TEST(near_matches_of_the_cpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
