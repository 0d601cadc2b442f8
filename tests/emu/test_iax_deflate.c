/* SPDX-License-Identifier: MIT */
/*
 * Compression by the model of the analytics device: what it makes is inflated by zlib, and by the
 * model itself.
 */
#include "iax_fixture.h"

#define SIZE 60000u
#define ROOM (2 * SIZE + 4096)
#define LAST (SVA_IAX_COMP_FLUSH | SVA_IAX_COMP_EOB)

static uint8_t data[SIZE], stream[ROOM], output[ROOM];
static struct sva_iax_compress_aecs aecs[2];
static struct sva_iax_histogram histogram;
static const size_t sizes[] = { 0, 1, 2, 3, 4, 258, 259, 4095, 4096, 4097, 8193, SIZE };
#define N_SIZES (sizeof(sizes) / sizeof(sizes[0]))

/* RFC 1951, 3.2.6. */
static void fixed_tables(struct sva_iax_compress_aecs *to)
{
	for (uint32_t i = 0; i < 144; i++)
		to->ll[i] = SVA_IAX_CODE(0x30 + i, 8);
	for (uint32_t i = 144; i < 256; i++)
		to->ll[i] = SVA_IAX_CODE(0x190 + i - 144, 9);
	for (uint32_t i = 256; i < 280; i++)
		to->ll[i] = SVA_IAX_CODE(i - 256, 7);
	for (uint32_t i = 280; i < SVA_IAX_LL; i++)
		to->ll[i] = SVA_IAX_CODE(0xc0 + i - 280, 8);
	for (uint32_t i = 0; i < SVA_IAX_D; i++)
		to->d[i] = SVA_IAX_CODE(i, 5);
}

/* The tables, and the header of a fixed block. */
static void fixed_block(bool final)
{
	memset(aecs, 0, sizeof(aecs));
	fixed_tables(&aecs[0]);
	assert_int_equal(aecs[0].ll[0], 0x40030);
	aecs[0].output_accumulator[0] = final ? 3 : 2;
	aecs[0].output_accumulator_bits = 3;
}

static void prep(size_t size, uint32_t room, uint32_t comp_flags)
{
	sva_iax_prep_compress(&op, stream, room, data, size, comp_flags, 0);
	if (!(comp_flags & SVA_IAX_COMP_HEADER))
		sva_iax_op_set_aecs(&op, aecs, sizeof(aecs[0]), 0);
}

/* Inflated, the stream is the data; by the model that allows 4096 bytes of history, too. */
static void expect_stream(size_t n, size_t size)
{
	assert_int_equal(inflate_by_zlib(output, sizeof(output), stream, n), size);
	assert_memory_equal(output, data, size);
	memset(output, 0, size);
	sva_iax_prep_decompress(&op, output, sizeof(output), stream, n, SVA_IAX_DECOMP_STREAM, 0);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	assert_int_equal(record->output_size, size);
	assert_memory_equal(output, data, size);
}

static void round_trip(size_t size, uint32_t comp_flags)
{
	size_t n;

	prep(size, sizeof(stream), comp_flags);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	assert_int_equal(record->bytes_completed, size);
	assert_int_equal(record->crc, crc32(0, data, (uInt)size));
	assert_int_equal(record->xor_checksum, xor_of(data, size));
	n = record->output_size;
	if (record->output_bits)
		assert_int_equal(stream[n - 1] >> record->output_bits, 0);
	expect_stream(n, size);
}

static void fixed_blocks(void **state)
{
	(void)state;
	for (int kind = 0; kind < DATA_KINDS; kind++) {
		make_data(data, sizeof(data), (enum data_kind)kind);
		for (size_t i = 0; i < N_SIZES; i++) {
			fixed_block(true);
			round_trip(sizes[i], LAST);
			round_trip(sizes[i], LAST | SVA_IAX_COMP_LITERALS);
			fixed_block(false);
			round_trip(sizes[i], SVA_IAX_COMP_FLUSH | SVA_IAX_COMP_EOB_FINAL);
		}
	}
}

static void it_compresses(void **state)
{
	(void)state;
	make_data(data, sizeof(data), DATA_FAR);
	fixed_block(true);
	prep(SIZE, sizeof(stream), LAST);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	assert_in_range(record->output_size, 1, SIZE / 4);
	prep(SIZE, sizeof(stream), LAST | SVA_IAX_COMP_LITERALS);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	assert_in_range(record->output_size, SIZE, ROOM);
}

/* An empty stored block brings the output to a byte. */
static void a_stored_block_at_the_end(void **state)
{
	static const uint8_t end[] = { 0, 0, 0xff, 0xff };
	size_t n;

	(void)state;
	make_data(data, 100, DATA_WORDS);
	fixed_block(false);
	prep(100, sizeof(stream), SVA_IAX_COMP_FLUSH | SVA_IAX_COMP_EOB_STORED);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	assert_int_equal(record->output_bits, 0);
	n = record->output_size;
	assert_memory_equal(stream + n - 4, end, 4);
	memcpy(stream + n, "\x03\x00", 2); /* an empty block that is the last */
	expect_stream(n + 2, 100);
}

static void statistics(size_t size, uint32_t comp_flags)
{
	memset(&histogram, 0xaa, sizeof(histogram));
	sva_iax_prep_statistics(&op, &histogram, data, size, comp_flags, 0);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	assert_int_equal(record->output_size, sizeof(histogram));
	assert_int_equal(record->crc, crc32(0, data, (uInt)size));
}

static void the_histogram(void **state)
{
	uint32_t seen[256] = { 0 };

	(void)state;
	make_data(data, sizeof(data), DATA_WORDS);
	for (size_t i = 0; i < SIZE; i++)
		seen[data[i]]++;
	statistics(SIZE, SVA_IAX_COMP_LITERALS | SVA_IAX_COMP_EOB);
	assert_memory_equal(histogram.ll, seen, sizeof(seen));
	assert_int_equal(histogram.ll[256], 1);
	for (unsigned int i = 0; i < SVA_IAX_D; i++)
		assert_int_equal(histogram.d[i], 0);
	assert_int_equal(histogram.reserved[0] | histogram.reserved2[1], 0);

	memset(data, 'z', 4 + 258); /* z, then a match of 258 and one of 3 */
	statistics(1 + 258 + 3, 0);
	assert_int_equal(histogram.ll['z'], 1);
	assert_int_equal(histogram.ll[257 + 28], 1);
	assert_int_equal(histogram.ll[257], 1);
	assert_int_equal(histogram.ll[256], 0);
	assert_int_equal(histogram.d[0], 2);
}

/* Tables of a prefix code with equal lengths, for what occurs: statistics and compression agree. */
static void tables_of_what_occurs(size_t size, uint32_t comp_flags)
{
	uint32_t used = 0;

	statistics(size, comp_flags | SVA_IAX_COMP_EOB);
	memset(aecs, 0, sizeof(aecs));
	for (uint32_t i = 0; i < SVA_IAX_LL; i++)
		if (histogram.ll[i])
			aecs[0].ll[i] = SVA_IAX_CODE(used++, 9);
	used = 0;
	for (uint32_t i = 0; i < SVA_IAX_D; i++)
		if (histogram.d[i])
			aecs[0].d[i] = SVA_IAX_CODE(used++, 5);
}

static void a_missing_code(void **state)
{
	(void)state;
	for (int kind = 0; kind < DATA_KINDS; kind++) {
		make_data(data, sizeof(data), (enum data_kind)kind);
		tables_of_what_occurs(SIZE, 0);
		prep(SIZE, sizeof(stream), LAST);
		assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
		for (uint32_t i = 0; i < SVA_IAX_LL + SVA_IAX_D; i++) {
			uint32_t *code =
				i < SVA_IAX_LL ? &aecs[0].ll[i] : &aecs[0].d[i - SVA_IAX_LL];
			uint32_t kept = *code;

			if (!kept || (kind == DATA_RANDOM && i % 16))
				continue;
			*code = 0;
			expect_error(SVA_IAX_ERROR_UNUSED_CODE);
			*code = kept;
		}
	}
}

static void output_that_does_not_fit(void **state)
{
	uint32_t n;

	(void)state;
	make_data(data, 300, DATA_WORDS);
	fixed_block(true);
	prep(300, sizeof(stream), LAST);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	n = record->output_size;
	for (uint32_t room = 0; room < n; room++) {
		memset(stream, 0x55, n);
		prep(300, room, LAST);
		expect_error(SVA_IAX_ERROR_OVERFLOW);
		for (uint32_t i = room; i < n; i++)
			assert_int_equal(stream[i], 0x55);
	}
	prep(300, n, LAST);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
}

/* Jobs that go on in the same block. */
static void one_stream_of_parts(size_t size, size_t part)
{
	size_t out = 0;
	unsigned int job = 0;

	fixed_block(true);
	for (size_t at = 0; at < size; at += part, job++) {
		bool last = size - at <= part;

		sva_iax_prep_compress(&op, stream + out, (uint32_t)(ROOM - out), data + at,
				      last ? size - at : part, last ? LAST : 0, 0);
		sva_iax_op_set_aecs(&op, aecs, sizeof(aecs[0]),
				    SVA_IAX_FLAG_AECS_WRITE |
					    (job % 2 ? SVA_IAX_FLAG_AECS_TOGGLE : 0));
		assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
		if (!last)
			assert_int_equal(record->output_size % 8, 0);
		out += record->output_size;
	}
	assert_int_equal(record->crc, crc32(0, data, (uInt)size));
	assert_int_equal(record->xor_checksum, xor_of(data, size));
	expect_stream(out, size);
}

static void streams_of_parts(void **state)
{
	(void)state;
	make_data(data, sizeof(data), DATA_WORDS);
	for (size_t part = 1; part < 300; part += 7)
		one_stream_of_parts(1000, part);
	one_stream_of_parts(SIZE, 7001);
}

/* Each byte more often than those before together: without a limit, code words get too long. */
static size_t make_skewed(void)
{
	size_t n = 1, times = 1, next = 3;

	data[0] = 0;
	for (uint8_t byte = 1; n + times <= 4096; byte++) {
		memset(data + n, byte, times);
		n += times;
		next += times;
		times = next - times;
	}
	return n;
}

/* The dynamic block's header is of the data's own. */
static void generated_headers(void **state)
{
	(void)state;
	device.iaa_cap = SVA_IAACAP_HEADER;
	for (int kind = 0; kind < DATA_KINDS; kind++) {
		make_data(data, sizeof(data), (enum data_kind)kind);
		for (size_t i = 0; i < N_SIZES && sizes[i] <= 4096; i++) {
			round_trip(sizes[i], LAST | SVA_IAX_COMP_HEADER_FINAL);
			round_trip(sizes[i], SVA_IAX_COMP_HEADER | SVA_IAX_COMP_FLUSH |
						     SVA_IAX_COMP_EOB_FINAL);
		}
	}
	round_trip(make_skewed(), LAST | SVA_IAX_COMP_HEADER_FINAL | SVA_IAX_COMP_LITERALS);
	prep(4097, sizeof(stream), LAST | SVA_IAX_COMP_HEADER);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_BAD_INPUT_SIZE);
	device.iaa_cap = 0;
	prep(100, sizeof(stream), LAST | SVA_IAX_COMP_HEADER);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_BAD_OP_FLAGS);
}

static void too_many_bits_in_the_aecs(void **state)
{
	(void)state;
	fixed_block(true);
	aecs[0].output_accumulator_bits = 2049;
	prep(100, sizeof(stream), LAST);
	expect_error(SVA_IAX_ERROR_AECS);
}

/* What comes first may be more than a block's header. */
static void a_full_accumulator(void **state)
{
	(void)state;
	make_data(data, sizeof(data), DATA_RANDOM);
	memset(aecs, 0, sizeof(aecs));
	fixed_tables(&aecs[0]);
	/* A stored block of 251 bytes. */
	memcpy(aecs[0].output_accumulator, "\x00\xfb\x00\x04\xff", 5);
	memcpy(aecs[0].output_accumulator + 5, data, 251);
	aecs[0].output_accumulator_bits = 2048;
	sva_iax_prep_compress(&op, stream, sizeof(stream), data, 0, SVA_IAX_COMP_FLUSH, 0);
	sva_iax_op_set_aecs(&op, aecs, sizeof(aecs[0]), 0);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	assert_int_equal(record->output_size, 256);
	memcpy(stream + 256, "\x03\x00", 2);
	expect_stream(258, 251);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fixed_blocks),
		cmocka_unit_test(it_compresses),
		cmocka_unit_test(a_stored_block_at_the_end),
		cmocka_unit_test(the_histogram),
		cmocka_unit_test(a_missing_code),
		cmocka_unit_test(output_that_does_not_fit),
		cmocka_unit_test(streams_of_parts),
		cmocka_unit_test(generated_headers),
		cmocka_unit_test(too_many_bits_in_the_aecs),
		cmocka_unit_test(a_full_accumulator),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
