/* SPDX-License-Identifier: MIT */
/*
 * Page faults of the analytics device: every operation with each page of each operand missing.
 * Nothing is completed in part: the record has the fault alone, what was read is as it was, and the
 * same descriptor, submitted again, ends as if there had been no fault.
 */
#include "iax_fixture.h"

#define PAGE  4096u
#define ZONES 3u /* source, destination, second source */
#define PAGES 5u /* of a zone */
#define SIZE  0x2240u

#include "paged.h"

static uint8_t *src, *dst, *src2;
static struct sva_iax_record want;
static const struct emu_memory *memory;

/* What is not accessed through the memory finds nothing. */
static unsigned int execute_paged(void)
{
	unsigned int status;

	if (memory == &paged)
		return execute(memory);
	memcpy(&behind, &arena, sizeof(arena));
	memset(&arena, 0xdb, sizeof(arena));
	status = execute(memory);
	memcpy(&arena, &behind, sizeof(arena));
	return status;
}

/*
 * The operations.
 */

static struct sva_iax_decompress_aecs *state_at(unsigned int copy)
{
	return (struct sva_iax_decompress_aecs
			*)(void *)(src2 + copy * sizeof(struct sva_iax_decompress_aecs));
}

static void prep_memmove(void)
{
	sva_iax_prep_memmove(&op, dst, src, SIZE, 0);
}

static void prep_crc64(void)
{
	sva_iax_prep_crc64(&op, src, SIZE, 0x42f0e1eba9ea3693, 0, 0);
}

static void prep_zero_compress(void)
{
	sva_iax_prep_zero_compress(&op, dst, 4 * PAGE, src, SIZE, 16, 0);
}

static void prep_zero_decompress(void)
{
	static uint8_t data[SIZE];

	make_data(data, SIZE, DATA_FAR);
	sva_iax_prep_zero_compress(&op, src, 4 * PAGE, data, SIZE, 32, 0);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	sva_iax_prep_zero_decompress(&op, dst, SIZE, src, record->output_size, 32, 0);
}

static size_t make_stream(void)
{
	static uint8_t data[SIZE + 0x1000];

	make_data(data, sizeof(data), DATA_RANDOM);
	return deflate_by_zlib(src, 4 * PAGE - 0x100, data, SIZE + 0x1000, 6, 0);
}

static void prep_decompress(void)
{
	sva_iax_prep_decompress(&op, dst, 4 * PAGE - 1, src, make_stream(), SVA_IAX_DECOMP_STREAM,
				0);
	state_at(0)->state = SVA_IAX_STATE_HEADER;
	sva_iax_op_set_aecs(&op, src2, sizeof(*state_at(0)), SVA_IAX_FLAG_AECS_WRITE);
}

static void prep_decompress_part(void)
{
	size_t n = make_stream();

	sva_iax_prep_decompress(&op, dst, 4 * PAGE - 1, src, n - 0x800, SVA_IAX_DECOMP_ENABLE, 0);
	state_at(1)->state = SVA_IAX_STATE_HEADER;
	sva_iax_op_set_aecs(&op, src2, sizeof(*state_at(0)),
			    SVA_IAX_FLAG_AECS_WRITE | SVA_IAX_FLAG_AECS_TOGGLE);
}

static void prep_overflow(void)
{
	prep_decompress();
	op.op.desc.iax.max_dst_size = SIZE;
	op.op.desc.op_flags ^= SVA_IAX_FLAG_AECS_WRITE | SVA_IAX_FLAG_AECS_OVERFLOW;
}

static void prep_compress(void)
{
	struct sva_iax_compress_aecs *aecs = (struct sva_iax_compress_aecs *)(void *)src2;

	for (uint32_t i = 0; i < SVA_IAX_LL; i++)
		aecs->ll[i] = SVA_IAX_CODE(i, 9);
	for (uint32_t i = 0; i < SVA_IAX_D; i++)
		aecs->d[i] = SVA_IAX_CODE(i, 5);
	aecs->output_accumulator_bits = 3;
	sva_iax_prep_compress(&op, dst, 4 * PAGE, src, SIZE, SVA_IAX_COMP_EOB, 0);
	sva_iax_op_set_aecs(&op, aecs, sizeof(*aecs), SVA_IAX_FLAG_AECS_WRITE);
}

/* The last bytes, which are less than a block, stay in the AECS. */
static void prep_cipher(unsigned int copy)
{
	struct sva_iax_cipher_aecs *aecs = (struct sva_iax_cipher_aecs *)(void *)src2;

	device.iaa_cap = SVA_IAACAP_CFB;
	sva_iax_cipher_aecs_init(&aecs[copy], src, 32, src + 32);
	aecs[copy].flags &= (uint8_t)~SVA_IAX_CIPHER_FLUSH_INPUT;
	sva_iax_op_set_aecs(&op, aecs, sizeof(*aecs),
			    SVA_IAX_FLAG_AECS_WRITE | (copy ? SVA_IAX_FLAG_AECS_TOGGLE : 0));
}

static void prep_encrypt(void)
{
	sva_iax_prep_encrypt(&op, dst, SIZE, src, SIZE - 1, 0);
	prep_cipher(0);
}

static void prep_decrypt(void)
{
	sva_iax_prep_decrypt(&op, dst, SIZE, src, SIZE - 1, 0);
	prep_cipher(1);
}

static void prep_statistics(void)
{
	sva_iax_prep_statistics(&op, (struct sva_iax_histogram *)(void *)dst, src, SIZE, 0, 0);
}

static void prep_scan(void)
{
	struct sva_iax_filter_aecs *aecs = (struct sva_iax_filter_aecs *)(void *)src2;

	aecs->low = 10;
	aecs->high = 90;
	sva_iax_prep_filter(&op, SVA_IAX_OP_SCAN, dst, 4 * PAGE, src, SIZE, SIZE * 8 / 7,
			    SVA_IAX_FILTER_WIDTH(7) | SVA_IAX_FILTER_OUT_16, 0);
	sva_iax_op_set_aecs(&op, aecs, sizeof(*aecs), 0);
}

static void prep_extract(void)
{
	struct sva_iax_filter_aecs *aecs = (struct sva_iax_filter_aecs *)(void *)src2;

	aecs->low = 5;
	aecs->high = 3000;
	sva_iax_prep_filter(&op, SVA_IAX_OP_EXTRACT, dst, 4 * PAGE, src, SIZE, SIZE * 8 / 7,
			    SVA_IAX_FILTER_WIDTH(7) | SVA_IAX_FILTER_OUT_32, 0);
	sva_iax_op_set_aecs(&op, aecs, sizeof(*aecs), 0);
}

static void prep_expand(void)
{
	memset(src2, 0x11, SIZE);
	sva_iax_prep_filter(&op, SVA_IAX_OP_EXPAND, dst, 4 * PAGE, src, SIZE, SIZE,
			    SVA_IAX_FILTER_WIDTH(8), 0);
	sva_iax_op_set_src2(&op, src2, SIZE);
}

static void prep_membership(void)
{
	memset(src2, 0x5d, 1u << 13 >> 3);
	sva_iax_prep_filter(&op, SVA_IAX_OP_SET_MEMBERSHIP, dst, 4 * PAGE, src, SIZE, SIZE * 8 / 13,
			    SVA_IAX_FILTER_WIDTH(13) | SVA_IAX_FILTER_OUT_16, 0);
	sva_iax_op_set_src2(&op, src2, 1u << 13 >> 3);
}

static void prep_select(void)
{
	memset(src2, 0x5d, SIZE);
	sva_iax_prep_filter(&op, SVA_IAX_OP_SELECT, dst, 4 * PAGE, src, SIZE, SIZE * 8 / 3,
			    SVA_IAX_FILTER_WIDTH(3), 0);
	sva_iax_op_set_src2(&op, src2, SIZE);
}

static void prep_burst(void)
{
	memset(src, 3, 3000);
	sva_iax_prep_filter(&op, SVA_IAX_OP_RLE_BURST, dst, 4 * PAGE, src, 3000, 3000,
			    SVA_IAX_FILTER_WIDTH(8) | SVA_IAX_FILTER_SRC2_WIDTH(13), 0);
	sva_iax_op_set_src2(&op, src2, 3000 * 13 / 8);
}

static void prep_unique(void)
{
	size_t n = make_stream();

	sva_iax_prep_filter(&op, SVA_IAX_OP_FIND_UNIQUE, dst, 4 * PAGE, src, n, SIZE,
			    SVA_IAX_FILTER_WIDTH(8), 0);
	sva_iax_op_set_decompress(&op, SVA_IAX_DECOMP_STREAM);
	state_at(0)->state = SVA_IAX_STATE_HEADER;
	sva_iax_op_set_aecs(&op, src2, sizeof(*state_at(0)), 0);
}

static const struct operation {
	const char *name;
	void (*prep)(void);
	unsigned int faults; /* pages of it all whose lack is a fault, at least */
} operations[] = {
	{ "memmove", prep_memmove, 6 },
	{ "CRC64", prep_crc64, 3 },
	{ "zero compress", prep_zero_compress, 6 },
	{ "zero decompress", prep_zero_decompress, 6 },
	{ "decompress", prep_decompress, 4 + 4 + 3 },
	{ "decompress, a part", prep_decompress_part, 3 + 3 + 3 },
	{ "decompress, overflow", prep_overflow, 3 + 3 + 3 },
	{ "compress", prep_compress, 5 },
	{ "encrypt", prep_encrypt, 3 + 3 + 1 },
	{ "decrypt", prep_decrypt, 3 + 3 + 1 },
	{ "statistics", prep_statistics, 4 },
	{ "scan", prep_scan, 3 + 4 + 1 },
	{ "extract", prep_extract, 3 + 3 + 1 },
	{ "expand", prep_expand, 1 + 3 + 1 },
	{ "set membership", prep_membership, 3 + 1 + 1 },
	{ "select", prep_select, 3 + 2 + 1 },
	{ "RLE burst", prep_burst, 1 + 4 + 2 },
	{ "find unique", prep_unique, 4 + 1 + 2 },
};

/* Where both copies of an AECS are, one is read and the other is written: either may be. */
static bool is_read(size_t page)
{
	uint32_t writes = SVA_IAX_FLAG_AECS_WRITE | SVA_IAX_FLAG_AECS_OVERFLOW;

	if (page / PAGES == 2 && (sva_desc_flags(&op.op.desc) & writes))
		return !(record->status & SVA_STATUS_WRITE);
	return page / PAGES != 1;
}

/* The record has the fault, and nothing else. */
static void check_fault(size_t page, unsigned int code)
{
	struct sva_iax_record alone = { .status = (uint8_t)(code | (is_read(page) ? 0 : 0x80)) };

	alone.fault_addr = record->fault_addr;
	assert_memory_equal(record, &alone, sizeof(alone));
	assert_int_equal((record->fault_addr - (uintptr_t)&arena) / PAGE, page);
	assert_memory_equal(arena.zone[0], initial.zone[0], sizeof(arena.zone[0]));
	if (sva_desc_flags(&op.op.desc) & SVA_IAX_FLAG_SRC2_AECS) {
		size_t size = op.op.desc.iax.src2_size, at = (size_t)(src2 - arena.zone[2]);

		if (sva_desc_flags(&op.op.desc) & SVA_IAX_FLAG_AECS_TOGGLE)
			at += size;
		assert_memory_equal(arena.zone[2] + at, initial.zone[2] + at, size);
	}
}

static void check_result(const char *name)
{
	if (memcmp(&arena, &expected, sizeof(arena)) || memcmp(record, &want, sizeof(want)))
		fail_msg("%s: not the same as without a fault", name);
}

static size_t missing_page(void)
{
	return (size_t)(record->fault_addr - (uintptr_t)&arena) / PAGE;
}

/* What is missing now is found page by page. */
static unsigned int until_done(const char *name)
{
	unsigned int faults = 0;

	while (SVA_STATUS_CODE(execute_paged()) == SVA_STATUS_PAGE_FAULT) {
		check_fault(missing_page(), SVA_STATUS_PAGE_FAULT);
		present[missing_page()] = true;
		assert_in_range(++faults, 1, ZONES * PAGES);
	}
	check_result(name);
	return faults;
}

static void all_present(void)
{
	memset(present, true, sizeof(present));
	memcpy(&arena, &initial, sizeof(arena));
}

static void block_on_fault(size_t page, const char *name)
{
	op.op.desc.op_flags |= SVA_FLAG_BOF;
	all_present();
	present[page] = false;
	refuse = true;
	execute_paged();
	refuse = false;
	if (SVA_STATUS_CODE(record->status) != SVA_STATUS_PAGE_RESPONSE)
		check_result(name);
	else
		check_fault(page, SVA_STATUS_PAGE_RESPONSE);
	memcpy(&arena, &initial, sizeof(arena));
	execute_paged();
	check_result(name);
	op.op.desc.op_flags &= ~SVA_FLAG_BOF;
}

/* Is the page written? */
static bool is_changed(size_t page)
{
	return memcmp((uint8_t *)&initial + page * PAGE, (uint8_t *)&expected + page * PAGE, PAGE);
}

static void one_operation(const struct operation *operation)
{
	unsigned int faults = 0, found;
	uint32_t seed = 3;

	memset(&arena, 0, sizeof(arena));
	make_data(src, SIZE, DATA_FAR);
	operation->prep();
	memcpy(&initial, &arena, sizeof(arena));
	execute(&plain_memory);
	want = *record;
	memcpy(&expected, &arena, sizeof(arena));
	assert_true(want.status == SVA_STATUS_SUCCESS || want.status == SVA_STATUS_OUTPUT_OVERFLOW);
	for (size_t page = 0; page < ZONES * PAGES; page++) {
		all_present();
		present[page] = false;
		found = until_done(operation->name);
		assert_true(found || !is_changed(page));
		faults += found;
		block_on_fault(page, operation->name);
	}
	assert_in_range(faults, operation->faults, ZONES * PAGES);
	for (unsigned int i = 0; i < 5; i++) {
		all_present();
		for (size_t page = 0; page < ZONES * PAGES; page++)
			present[page] = next_random(&seed) & 1;
		until_done(operation->name);
	}
}

static void all_operations(void **state)
{
	static const uint16_t offsets[] = { 0, 0xfc0 };

	(void)state;
	for (size_t layout = 0; layout < 2; layout++) {
		src = arena.zone[0] + offsets[layout] + layout;
		dst = arena.zone[1] + offsets[1 - layout] + layout * 8;
		src2 = arena.zone[2] + offsets[layout];
		for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
			one_operation(&operations[i]);
	}
}

static int own_addresses(void **state)
{
	(void)state;
	memory = &paged;
	return 0;
}

static int translated_addresses(void **state)
{
	(void)state;
	memory = &translated;
	return 0;
}

static unsigned int reported;

static void note(void *ctx, const struct sva_desc *desc, const struct sva_record *beginning,
		 unsigned int status)
{
	(void)ctx;
	(void)desc;
	assert_int_equal(beginning->status, SVA_STATUS_SUCCESS);
	reported = status;
}

/* A record that cannot be written, or is not at 64 bytes, is reported. */
static void records_that_cannot_be_written(void **state)
{
	const struct emu_memory reporting = { .accessible = accessible, .report = note };
	struct emu_iax_outcome outcome;

	(void)state;
	memset(present, false, sizeof(present));
	sva_iax_prep_noop(&op, 0);
	op.op.desc.completion_addr = (uintptr_t)arena.zone[1];
	arena.zone[1][0] = 0;
	assert_int_equal(emu_iax_execute(&device, &reporting, &op.op.desc, &outcome),
			 SVA_STATUS_CR_TRANSLATION | SVA_STATUS_WRITE);
	assert_int_equal(reported, SVA_STATUS_CR_TRANSLATION | SVA_STATUS_WRITE);
	assert_false(outcome.written);
	assert_int_equal(arena.zone[1][0], 0);
	memset(present, true, sizeof(present));
	assert_int_equal(emu_iax_execute(&device, &reporting, &op.op.desc, &outcome),
			 SVA_STATUS_SUCCESS);
	assert_true(outcome.written);
	assert_int_equal(arena.zone[1][0], SVA_STATUS_SUCCESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_operations),
		cmocka_unit_test(records_that_cannot_be_written),
	};

	return cmocka_run_group_tests_name("own addresses", tests, own_addresses, NULL) +
	       cmocka_run_group_tests_name("translated", tests, translated_addresses, NULL);
}
