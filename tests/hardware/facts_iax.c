/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "facts.h"

static struct sva_iax_op op;

static void run(struct sva_wq *wq, char *said)
{
	memset(&op.record, 0, sizeof(op.record));
	finish(wq, &op.op);
	say(said, "status 0x%02x error %u in %u out %u.%u", op.record.status, op.record.error_code,
	    op.record.bytes_completed, op.record.output_size, op.record.output_bits);
}

static void say_aggregates(char *said)
{
	say(said, " first %#x last %#x sum %#x", op.record.min_first, op.record.max_last,
	    op.record.sum_count);
}

static void scan(struct sva_wq *wq, char *said, size_t size, uint32_t elements, uint32_t flags)
{
	sva_iax_prep_filter(&op, SVA_IAX_OP_SCAN, dst, sizeof(dst), src, size, elements, flags, 0);
	sva_iax_op_set_range(&op, 1, 200);
	run(wq, said);
}

#define BYTES SVA_IAX_FILTER_WIDTH(8)

/* Three faults at once: a flag of the descriptor, one of the filter, no elements. */
static void order_of_checks(struct sva_wq *wq, char *said)
{
	sva_iax_prep_filter(&op, SVA_IAX_OP_SCAN, dst, sizeof(dst), src, 8, 0, BYTES | 3u,
			    SVA_FLAG_CR);
	sva_iax_op_set_range(&op, 1, 200);
	run(wq, said);
}

/* Of each flag of a descriptor: is it refused for an operation that only reads, and for others? */
static void allowed_flags(struct sva_wq *wq, char *said)
{
	static const uint32_t flags[] = { SVA_FLAG_FENCE,     SVA_FLAG_CR,
					  SVA_FLAG_CC,        SVA_FLAG_ADDR1_TCS,
					  SVA_FLAG_ADDR2_TCS, SVA_FLAG_ADDR3_TCS,
					  SVA_FLAG_STORD,     SVA_FLAG_DRDBK,
					  SVA_FLAG_DSTS };

	for (unsigned int i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		char ignored[SAID] = "";

		sva_iax_prep_crc64(&op, "123456789", 9, 0x42f0e1eba9ea3693, 0, flags[i]);
		run(wq, ignored);
		say(said, "%s0x%x: 0x%02x", i ? ", " : "", flags[i], op.record.status);
		sva_iax_prep_zero_compress(&op, dst, sizeof(dst), src, 64, 32, flags[i]);
		run(wq, ignored);
		say(said, " 0x%02x", op.record.status);
	}
}

static void odd_checksum(struct sva_wq *wq, char *said)
{
	memcpy(src, "\1\2\3\4\5", 5);
	scan(wq, said, 5, 5, BYTES);
	say(said, " xor %#x crc %#x", op.record.xor_checksum, op.record.crc);
}

static void short_source(struct sva_wq *wq, char *said)
{
	scan(wq, said, 5, 10, BYTES);
}

static void long_source(struct sva_wq *wq, char *said)
{
	scan(wq, said, 64, 10, BYTES);
	say(said, " xor %#x", op.record.xor_checksum);
}

static void short_second_source(struct sva_wq *wq, char *said)
{
	sva_iax_prep_filter(&op, SVA_IAX_OP_SELECT, dst, sizeof(dst), src, 64, 64, BYTES, 0);
	sva_iax_op_set_src2(&op, src2, 3);
	run(wq, said);
}

static void short_runs(struct sva_wq *wq, char *said)
{
	memcpy(src, "\10\6\1", 3); /* width 8; 3 elements that are 1 */
	scan(wq, said, 3, 10, SVA_IAX_FILTER_RLE);
}

static void empty_run(struct sva_wq *wq, char *said)
{
	memcpy(src, "\10\0\1\24\1", 5);
	scan(wq, said, 5, 10, SVA_IAX_FILTER_RLE);
}

static void width_of_runs(struct sva_wq *wq, char *said)
{
	memcpy(src, "\0\24\0\0\0\0", 6);
	scan(wq, said, 2, 10, SVA_IAX_FILTER_RLE);
	say(said, "; ");
	src[0] = 33;
	scan(wq, said, 6, 10, SVA_IAX_FILTER_RLE);
}

static void set_too_wide(struct sva_wq *wq, char *said)
{
	sva_iax_prep_filter(&op, SVA_IAX_OP_SET_MEMBERSHIP, dst, sizeof(dst), src, 64, 64,
			    BYTES | SVA_IAX_FILTER_DROP_LOW(8), 0);
	sva_iax_op_set_src2(&op, src2, 32);
	run(wq, said);
	say(said, "; ");
	memcpy(src, "\20\24\1\0", 4); /* by its runs, 16 bits wide */
	sva_iax_prep_filter(&op, SVA_IAX_OP_SET_MEMBERSHIP, dst, sizeof(dst), src, 4, 10,
			    SVA_IAX_FILTER_RLE, 0);
	sva_iax_op_set_src2(&op, src2, 4096);
	run(wq, said);
}

static void empty_output(struct sva_wq *wq, char *said)
{
	memset(src, 250, 64); /* none in the range */
	scan(wq, said, 64, 64, BYTES);
	say_aggregates(said);
	say(said, "; ");
	sva_iax_prep_filter(&op, SVA_IAX_OP_EXTRACT, dst, sizeof(dst), src, 64, 64, BYTES, 0);
	sva_iax_op_set_range(&op, 100, 200);
	run(wq, said);
	say_aggregates(said);
}

static void first_index(struct sva_wq *wq, char *said)
{
	memset(src, 0, 64);
	src[5] = 7;
	sva_iax_prep_filter(&op, SVA_IAX_OP_SCAN, dst, sizeof(dst), src, 64, 64,
			    BYTES | SVA_IAX_FILTER_OUT_16, 0);
	sva_iax_op_set_range(&op, 1, 200);
	op.filter.first_index = 1000;
	run(wq, said);
	say_aggregates(said);
	say(said, " output %u", dst[0] | dst[1] << 8);
}

static void filter_without_room(struct sva_wq *wq, char *said)
{
	memset(src, 9, 64);
	sva_iax_prep_filter(&op, SVA_IAX_OP_EXTRACT, dst, 10, src, 64, 64, BYTES, 0);
	sva_iax_op_set_range(&op, 0, 63);
	run(wq, said);
}

static void index_too_large(struct sva_wq *wq, char *said)
{
	memset(src, 9, 600);
	scan(wq, said, 600, 600, BYTES | SVA_IAX_FILTER_OUT_8);
}

static void part_of_a_word(struct sva_wq *wq, char *said)
{
	sva_iax_prep_zero_compress(&op, dst, sizeof(dst), src, 5, 32, 0);
	run(wq, said);
}

static void zeros_without_room(struct sva_wq *wq, char *said)
{
	unsigned int size;

	memset(src, 3, 512);
	sva_iax_prep_zero_compress(&op, dst, 200, src, 512, 32, 0);
	run(wq, said);
	sva_iax_prep_zero_compress(&op, src2, sizeof(src2), src, 512, 32, 0);
	finish(wq, &op.op);
	size = op.record.output_size;
	say(said, "; ");
	sva_iax_prep_zero_decompress(&op, dst, 200, src2, size, 32, 0);
	run(wq, said);
}

static void cut_off_zeros(struct sva_wq *wq, char *said)
{
	memset(src, 0xff, 64);
	sva_iax_prep_zero_decompress(&op, dst, sizeof(dst), src, 3, 32, 0);
	run(wq, said);
	say(said, "; ");
	sva_iax_prep_zero_decompress(&op, dst, sizeof(dst), src, 10, 32, 0);
	run(wq, said);
}

static void no_polynomial(struct sva_wq *wq, char *said)
{
	sva_iax_prep_crc64(&op, src, 64, 0, 0, 0);
	run(wq, said);
	say(said, "; ");
	sva_iax_prep_crc64(&op, src, 64, 0x42f0e1eba9ea3693, 1, 0);
	run(wq, said);
}

static void statistics(struct sva_wq *wq, char *said)
{
	static struct sva_iax_histogram histogram __attribute__((aligned(64)));

	for (unsigned int eob = 0; eob < 2; eob++) {
		memset(&histogram, 0, sizeof(histogram));
		src[0] = 'a';
		sva_iax_prep_statistics(&op, &histogram, src, 1, eob ? SVA_IAX_COMP_EOB : 0, 0);
		run(wq, said);
		say(said, " EOB %u; ", histogram.ll[256]);
	}
}

/* Streams: "abc" in a block of fixed codes, and what is wrong with it. */
static void inflate(struct sva_wq *wq, char *said, const char *stream, size_t size, uint32_t flags)
{
	memset(src, 0, sizeof(src));
	memcpy(src, stream, size);
	sva_iax_prep_decompress(&op, dst, sizeof(dst), src, size, flags, 0);
	run(wq, said);
}

static const char abc[] = "\x4b\x4c\x4a\x06\x00";

static void behind_the_end(struct sva_wq *wq, char *said)
{
	char longer[12] = { 0 };

	memcpy(longer, abc, 5);
	inflate(wq, said, longer, sizeof(longer), SVA_IAX_DECOMP_STREAM);
	say(said, " xor %#x", op.record.xor_checksum);
}

static void stop_or_check(struct sva_wq *wq, char *said)
{
	uint32_t both = SVA_IAX_DECOMP_ENABLE | SVA_IAX_DECOMP_FLUSH;

	inflate(wq, said, abc, 3, both | SVA_IAX_DECOMP_STOP_ON_EOB);
	say(said, "; ");
	inflate(wq, said, abc, 3, both | SVA_IAX_DECOMP_CHECK_EOB);
}

static void bad_streams(struct sva_wq *wq, char *said)
{
	static const struct {
		const char *name, *stream;
		size_t size;
	} streams[] = {
		{ "block type 3", "\x07", 2 },
		{ "stored length", "\x01\x01\x00\x00\x00", 6 },
		{ "distance before the start", "\x03\x02\x00", 4 },
		{ "literal 286", "\x1b\x03", 4 },
		{ "repetition first", "\x05\xc0\x81\x08\x00\x00\x00\x00\x20\xb5", 12 },
	};

	for (unsigned int i = 0; i < sizeof(streams) / sizeof(*streams); i++) {
		say(said, "%s%s: ", i ? "; " : "", streams[i].name);
		inflate(wq, said, streams[i].stream, streams[i].size, SVA_IAX_DECOMP_STREAM);
	}
}

const struct fact iax_facts[] = {
	{ "order-of-checks", "lib/iax_check.c", order_of_checks, NULL },
	{ "allowed-flags", "lib/iax_opcode.c", allowed_flags, NULL },
	{ "odd-checksum", "lib/cpu/iax_checksum.c", odd_checksum, NULL },
	{ "short-source", "lib/cpu/iax_filter.c", short_source, NULL },
	{ "long-source", "lib/cpu/iax_filter.c", long_source, NULL },
	{ "short-second-source", "lib/cpu/iax_filter.c", short_second_source, NULL },
	{ "short-runs", "lib/cpu/iax_filter.c", short_runs, NULL },
	{ "empty-run", "lib/cpu/iax_elements.c", empty_run, NULL },
	{ "width-of-runs", "lib/cpu/iax_elements.c", width_of_runs, NULL },
	{ "set-too-wide", "lib/cpu/iax_filter.c", set_too_wide, NULL },
	{ "empty-output", "lib/cpu/iax_output.h", empty_output, NULL },
	{ "first-index", "lib/cpu/iax_output.h", first_index, NULL },
	{ "filter-without-room", "lib/cpu/iax_filter.c", filter_without_room, NULL },
	{ "index-too-large", "lib/cpu/iax_output.h", index_too_large, NULL },
	{ "part-of-a-word", "lib/iax_fields.c", part_of_a_word, NULL },
	{ "zeros-without-room", "lib/cpu/iax_zero.c", zeros_without_room, NULL },
	{ "cut-off-zeros", "lib/cpu/iax_zero.c", cut_off_zeros, NULL },
	{ "no-polynomial", "lib/iax_fields.c", no_polynomial, NULL },
	{ "statistics", "lib/cpu/iax_compress.c", statistics, NULL },
	{ "behind-the-end", "lib/cpu/iax_inflate.h", behind_the_end, NULL },
	{ "stop-or-check", "lib/cpu/iax_decompress.c", stop_or_check, NULL },
	{ "bad-streams", "lib/cpu/iax_huffman.c", bad_streams, NULL },
	{ 0 },
};
