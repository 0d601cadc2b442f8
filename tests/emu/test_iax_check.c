/* SPDX-License-Identifier: MIT */
/* What the model of the analytics device refuses: each rule by a descriptor that breaks it alone.
 */
#include "iax_fixture.h"

#define SIZE 4096u

static uint8_t src[SIZE], dst[SIZE], src2[2 * 0x1500] __attribute__((aligned(32)));

static void refused(unsigned int status)
{
	struct emu_findings findings;

	emu_iax_violations(&device, &op.op.desc, &findings);
	assert_int_equal(findings.statuses, 1ull << status);
	assert_int_equal(execute(&plain_memory), status);
	for (size_t i = 0; i < SIZE; i++)
		assert_int_equal(dst[i], 0x66);
}

static void refused_flags(uint32_t flags)
{
	refused(SVA_STATUS_BAD_FLAGS);
	assert_int_equal(record->invalid_flags, flags);
}

static void prep_decompress(uint32_t decomp_flags)
{
	sva_iax_prep_decompress(&op, dst, SIZE, src, SIZE, decomp_flags, 0);
}

static void prep_compress(uint32_t comp_flags)
{
	sva_iax_prep_compress(&op, dst, SIZE, src, SIZE, comp_flags, 0);
	sva_iax_op_set_aecs(&op, src2, sizeof(struct sva_iax_compress_aecs), 0);
}

static void prep_filter(unsigned int opcode, uint32_t filter_flags)
{
	bool data = opcode == SVA_IAX_OP_SET_MEMBERSHIP || opcode == SVA_IAX_OP_SELECT ||
		    opcode == SVA_IAX_OP_EXPAND || opcode == SVA_IAX_OP_RLE_BURST;

	sva_iax_prep_filter(&op, opcode, dst, SIZE, src, SIZE, 10, filter_flags, 0);
	if (data)
		sva_iax_op_set_src2(&op, src2, SIZE);
	else
		sva_iax_op_set_aecs(&op, src2, sizeof(struct sva_iax_filter_aecs), 0);
}

#define WIDTH8 SVA_IAX_FILTER_WIDTH(8)

static void opcodes(void **state)
{
	static const uint8_t lacking[] = { 0x01, 0x04, 0x0a, 0x10, 0x40, 0x41,
					   0x45, 0x4a, 0x4e, 0x57, 0xff };

	(void)state;
	device.op_cap[0] = 0xd;
	device.op_cap[1] = 0x7f331c; /* Sapphire Rapids */
	for (size_t i = 0; i < sizeof(lacking); i++) {
		sva_iax_prep_noop(&op, 0);
		op.op.desc.op_flags |= (uint32_t)lacking[i] << 24;
		assert_int_equal(execute(&plain_memory), SVA_STATUS_BAD_OPCODE);
	}
	sva_iax_prep_zero_compress(&op, dst, SIZE, src, SIZE, 8, 0);
	refused(SVA_STATUS_BAD_OPCODE);
	device.op_cap[0] = 0x40d;
	device.op_cap[1] = 0x7f771c;
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	memset(dst, 0x66, SIZE);
	sva_iax_prep_noop(&op, 0);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	sva_iax_prep_drain(&op, 0);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	sva__desc_init(&op.op.desc, SVA_OP_TRANSLATION_FETCH, 0, (uintptr_t)src, 0, SIZE);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
}

static void flags(void **state)
{
	(void)state;
	sva_iax_prep_noop(&op, SVA_FLAG_BOF);
	refused_flags(SVA_FLAG_BOF);
	sva_iax_prep_crc64(&op, src, SIZE, 1, 0, SVA_IAX_FLAG_CRC32C);
	refused_flags(SVA_IAX_FLAG_CRC32C);
	sva_iax_prep_crc64(&op, src, SIZE, 1, 0, SVA_FLAG_FENCE);
	refused_flags(SVA_FLAG_FENCE);
	sva_iax_prep_crc64(&op, src, SIZE, 1, 0, SVA_FLAG_RCI);
	refused_flags(SVA_FLAG_RCI);
	sva_iax_prep_crc64(&op, src, SIZE, 1, 0, SVA_FLAG_CC | SVA_FLAG_BOF);
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	device.block_on_fault = false;
	refused_flags(SVA_FLAG_BOF);
	device.block_on_fault = true;
}

static void flags_of_the_second_source(void **state)
{
	(void)state;
	prep_decompress(SVA_IAX_DECOMP_STREAM);
	sva_iax_op_set_src2(&op, src2, 64);
	refused_flags(SVA_IAX_FLAG_SRC2_AECS | SVA_IAX_FLAG_SRC2_DATA);
	prep_decompress(SVA_IAX_DECOMP_STREAM);
	sva_iax_op_set_aecs(&op, src2, 0x1500,
			    SVA_IAX_FLAG_AECS_WRITE | SVA_IAX_FLAG_AECS_OVERFLOW);
	refused_flags(SVA_IAX_FLAG_AECS_WRITE | SVA_IAX_FLAG_AECS_OVERFLOW);
	prep_decompress(SVA_IAX_DECOMP_STREAM);
	op.op.desc.op_flags |= SVA_IAX_FLAG_AECS_TOGGLE;
	refused_flags(SVA_IAX_FLAG_AECS_TOGGLE);
	sva_iax_prep_compress(&op, dst, SIZE, src, SIZE, 0, 0);
	refused_flags(SVA_IAX_FLAG_SRC2_AECS | SVA_IAX_FLAG_SRC2_DATA);
	prep_compress(SVA_IAX_COMP_STATISTICS);
	refused_flags(SVA_IAX_FLAG_SRC2_AECS | SVA_IAX_FLAG_SRC2_DATA);
	prep_filter(SVA_IAX_OP_SCAN, WIDTH8);
	op.op.desc.op_flags ^= SVA_IAX_FLAG_SRC2_AECS | SVA_IAX_FLAG_SRC2_DATA;
	refused_flags(SVA_IAX_FLAG_SRC2_AECS | SVA_IAX_FLAG_SRC2_DATA);
	prep_filter(SVA_IAX_OP_SELECT, WIDTH8);
	op.op.desc.op_flags ^= SVA_IAX_FLAG_SRC2_AECS | SVA_IAX_FLAG_SRC2_DATA;
	refused_flags(SVA_IAX_FLAG_SRC2_AECS | SVA_IAX_FLAG_SRC2_DATA);
	prep_filter(SVA_IAX_OP_SCAN, WIDTH8);
	sva_iax_op_set_aecs(&op, src2, 0x1500, SVA_IAX_FLAG_AECS_WRITE);
	refused_flags(SVA_IAX_FLAG_AECS_WRITE);
}

/* A byte that is reserved, at its offset. */
static void refused_byte(size_t offset)
{
	uint8_t *bytes = (uint8_t *)&op.op.desc;

	bytes[offset] = 1;
	refused(SVA_STATUS_RESERVED);
	bytes[offset] = 0;
}

static void reserved_bytes(void **state)
{
	(void)state;
	for (size_t i = 16; i < 64; i++) {
		sva_iax_prep_noop(&op, 0);
		refused_byte(i);
	}
	sva_iax_prep_crc64(&op, src, SIZE, 1, 0, 0);
	refused_byte(24);
	refused_byte(36);
	refused_byte(40);
	refused_byte(55);
	prep_decompress(SVA_IAX_DECOMP_STREAM);
	refused_byte(40);
	refused_byte(52);
	refused_byte(56);
	prep_compress(0);
	refused_byte(60);
	sva_iax_prep_zero_compress(&op, dst, SIZE, src, SIZE, 32, 0);
	refused_byte(38);
	refused_byte(40);
	refused_byte(60);
}

static void flags_of_decompression(void **state)
{
	static const uint16_t bad[] = {
		SVA_IAX_DECOMP_BE16, 0x0400, 0x1000, 0x2000, 0x4000, 0x8000
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		prep_decompress(SVA_IAX_DECOMP_STREAM | bad[i]);
		refused(SVA_STATUS_BAD_OP_FLAGS);
	}
	prep_decompress(SVA_IAX_DECOMP_FLUSH);
	refused(SVA_STATUS_BAD_OP_FLAGS);
	prep_filter(SVA_IAX_OP_SCAN, WIDTH8);
	op.op.desc.tail.iax_flags = SVA_IAX_DECOMP_FLUSH; /* not enabled */
	refused(SVA_STATUS_BAD_OP_FLAGS);
	device.gen_cap &= ~EMU_IAX_CAP_DECOMPRESS;
	prep_decompress(SVA_IAX_DECOMP_STREAM);
	refused(SVA_STATUS_BAD_OP_FLAGS);
	device.gen_cap = GENCAP;
	/* The fourth bit of those to ignore came with the second format. */
	device.iaa_cap = SVA_IAACAP_AECS_FORMAT_2;
	prep_decompress(SVA_IAX_DECOMP_STREAM | SVA_IAX_DECOMP_NO_OUTPUT | 0x4000);
	src[0] = 7;
	expect_error(SVA_IAX_ERROR_BLOCK_TYPE);
	src[0] = 0;
	device.iaa_cap = 0;
}

static void flags_of_compression(void **state)
{
	static const uint16_t bad[] = {
		SVA_IAX_COMP_BE16,         0x0040, 0x0400, 0x1000, SVA_IAX_COMP_HEADER,
		SVA_IAX_COMP_HEADER_FINAL, 0x5000
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		prep_compress(bad[i]);
		refused(SVA_STATUS_BAD_OP_FLAGS);
	}
	prep_compress(0);
	op.op.desc.iax.comp_flags2 = 1;
	refused(SVA_STATUS_BAD_OP_FLAGS);
	sva_iax_prep_crc64(&op, src, SIZE, 1, 1, 0);
	refused(SVA_STATUS_BAD_OP_FLAGS);
}

static void prep_cipher(bool encrypt)
{
	if (encrypt)
		sva_iax_prep_encrypt(&op, dst, SIZE, src, SIZE, 0);
	else
		sva_iax_prep_decrypt(&op, dst, SIZE, src, SIZE, 0);
	sva_iax_op_set_aecs(&op, src2, sizeof(struct sva_iax_cipher_aecs), 0);
}

static void ciphers(void **state)
{
	(void)state;
	device.op_cap[1] |= 3;
	for (unsigned int encrypt = 0; encrypt < 2; encrypt++) {
		device.iaa_cap = SVA_IAACAP_GCM | SVA_IAACAP_XTS;
		prep_cipher(encrypt);
		refused(SVA_STATUS_BAD_OPCODE);
		device.iaa_cap = SVA_IAACAP_CFB;
		expect_error(SVA_IAX_ERROR_AECS); /* all zero */
		op.op.desc.tail.iax_flags ^= SVA_IAX_CIPHER_FLUSH_OUTPUT;
		refused(SVA_STATUS_BAD_OP_FLAGS);
		prep_cipher(encrypt);
		op.op.desc.op_flags &= ~SVA_IAX_FLAG_SRC2_AECS;
		op.op.desc.iax.aecs_addr = op.op.desc.iax.src2_size = 0;
		refused_flags(SVA_IAX_FLAG_SRC2_AECS | SVA_IAX_FLAG_SRC2_DATA);
		prep_cipher(encrypt);
		op.op.desc.op_flags |= SVA_IAX_FLAG_AECS_OVERFLOW;
		refused_flags(SVA_IAX_FLAG_AECS_OVERFLOW);
		prep_cipher(encrypt);
		op.op.desc.op_flags |= SVA_IAX_FLAG_CRC32C;
		refused_flags(SVA_IAX_FLAG_CRC32C);
		prep_cipher(encrypt);
		op.op.desc.iax.src2_size -= 32;
		refused(SVA_STATUS_BAD_SIZE);
		prep_cipher(encrypt);
		op.op.desc.xfer_size = op.op.desc.iax.max_dst_size = 0;
		refused(SVA_STATUS_BAD_SIZE);
		prep_cipher(encrypt);
		op.op.desc.iax.aecs_addr += 16;
		refused(SVA_STATUS_ADDR_ALIGN);
		prep_cipher(encrypt);
		op.op.desc.src_addr = (uintptr_t)dst + SIZE - 1;
		refused(SVA_STATUS_OVERLAP);
		prep_cipher(encrypt);
		op.op.desc.iax.filter.flags = 1;
		refused(SVA_STATUS_RESERVED);
	}
	device.iaa_cap = 0;
}

static void sizes(void **state)
{
	(void)state;
	sva_iax_prep_crc64(&op, src, 0, 1, 0, 0);
	refused(SVA_STATUS_BAD_SIZE);
	device.max_transfer = SIZE - 1;
	sva_iax_prep_crc64(&op, src, SIZE, 1, 0, 0);
	refused(SVA_STATUS_BAD_SIZE);
	device.max_transfer = 2 << 20;
	sva_iax_prep_decompress(&op, dst, 0, src, 0, SVA_IAX_DECOMP_STREAM, 0);
	refused(SVA_STATUS_BAD_SIZE);
	prep_compress(0);
	op.op.desc.iax.src2_size -= 32;
	refused(SVA_STATUS_BAD_SIZE);
	prep_decompress(SVA_IAX_DECOMP_STREAM);
	sva_iax_op_set_aecs(&op, src2, EMU_IAX_AECS_STATE - 32, SVA_IAX_FLAG_AECS_WRITE);
	refused(SVA_STATUS_BAD_SIZE);
	prep_filter(SVA_IAX_OP_SCAN, WIDTH8);
	op.op.desc.iax.filter.elements = 0;
	refused(SVA_STATUS_BAD_ELEMENTS);
}

static void alignment(void **state)
{
	struct emu_iax_outcome outcome;

	(void)state;
	prep_filter(SVA_IAX_OP_SCAN, WIDTH8);
	op.op.desc.iax.aecs_addr += 16;
	refused(SVA_STATUS_ADDR_ALIGN);
	prep_filter(SVA_IAX_OP_SCAN, WIDTH8);
	op.op.desc.iax.src2_size += 8;
	refused(SVA_STATUS_ADDR_ALIGN);
	sva_iax_prep_noop(&op, 0);
	op.op.desc.completion_addr += 32;
	assert_int_equal(emu_iax_execute(&device, &plain_memory, &op.op.desc, &outcome),
			 SVA_STATUS_CR_ALIGN);
	assert_false(outcome.written);
}

static void overlaps(void **state)
{
	(void)state;
	sva_iax_prep_memmove(&op, dst + 1, dst, 100, 0);
	refused(SVA_STATUS_OVERLAP);
	sva_iax_prep_zero_compress(&op, dst, SIZE, dst + SIZE - 4, 4, 32, 0);
	refused(SVA_STATUS_OVERLAP);
	prep_filter(SVA_IAX_OP_SELECT, WIDTH8);
	op.op.desc.iax.src2_addr = (uintptr_t)dst + 1;
	refused(SVA_STATUS_OVERLAP);
	/* The copy that is neither read nor written does not count. */
	prep_decompress(SVA_IAX_DECOMP_STREAM);
	sva_iax_op_set_aecs(&op, src2, 0x1500, SVA_IAX_FLAG_AECS_WRITE);
	op.op.desc.dst_addr = (uintptr_t)src2 + 0x1500;
	op.op.desc.iax.max_dst_size = 8;
	refused(SVA_STATUS_OVERLAP);
	op.op.desc.op_flags &= ~SVA_IAX_FLAG_AECS_WRITE;
	expect_error(SVA_IAX_ERROR_AECS); /* all zero */
	op.op.desc.op_flags |= SVA_IAX_FLAG_AECS_TOGGLE;
	refused(SVA_STATUS_OVERLAP);
	/* Nor does a destination that nothing is written to. */
	prep_decompress(SVA_IAX_DECOMP_STREAM | SVA_IAX_DECOMP_NO_OUTPUT);
	op.op.desc.dst_addr = op.op.desc.src_addr;
	expect_error(SVA_IAX_ERROR_STORED_LENGTH);
}

static void flags_of_filters(void **state)
{
	static const uint32_t bad[] = { 3,
					SVA_IAX_FILTER_ARRAY,
					1u << 28,
					1u << 31,
					SVA_IAX_FILTER_SRC2_BE,
					SVA_IAX_FILTER_DROP_LOW(1),
					SVA_IAX_FILTER_DROP_HIGH(1) };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		prep_filter(SVA_IAX_OP_SCAN, WIDTH8 | bad[i]);
		refused(SVA_STATUS_BAD_FILTER_FLAGS);
	}
	for (unsigned int opcode = SVA_IAX_OP_SCAN; opcode <= SVA_IAX_OP_EXPAND; opcode++) {
		bool bits = opcode == SVA_IAX_OP_SCAN || opcode == SVA_IAX_OP_SET_MEMBERSHIP ||
			    opcode == SVA_IAX_OP_FIND_UNIQUE;

		prep_filter(opcode, WIDTH8 | SVA_IAX_FILTER_INVERT);
		if (!bits)
			refused(SVA_STATUS_BAD_INVERT);
		else
			assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
		memset(dst, 0x66, SIZE);
	}
}

static void widths(void **state)
{
	(void)state;
	prep_filter(SVA_IAX_OP_SCAN, WIDTH8 | SVA_IAX_FILTER_RLE);
	refused(SVA_STATUS_BAD_WIDTH);
	prep_filter(SVA_IAX_OP_SELECT, WIDTH8 | SVA_IAX_FILTER_SRC2_WIDTH(2));
	refused(SVA_STATUS_BAD_WIDTH);
	prep_filter(SVA_IAX_OP_RLE_BURST, SVA_IAX_FILTER_WIDTH(9) | SVA_IAX_FILTER_SRC2_WIDTH(2));
	refused(SVA_STATUS_BAD_WIDTH);
	prep_filter(SVA_IAX_OP_FIND_UNIQUE, SVA_IAX_FILTER_WIDTH(16));
	refused(SVA_STATUS_BAD_WIDTH);
	prep_filter(SVA_IAX_OP_FIND_UNIQUE, SVA_IAX_FILTER_WIDTH(16) | SVA_IAX_FILTER_DROP_LOW(8) |
						    SVA_IAX_FILTER_DROP_HIGH(8));
	refused(SVA_STATUS_BAD_WIDTH);
	prep_filter(SVA_IAX_OP_FIND_UNIQUE, SVA_IAX_FILTER_WIDTH(16) | SVA_IAX_FILTER_DROP_HIGH(1));
	assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
	memset(dst, 0x66, SIZE);
	/* Behind a decompression there is less room. */
	sva_iax_op_set_decompress(&op, SVA_IAX_DECOMP_STREAM);
	refused(SVA_STATUS_BAD_WIDTH);
}

static int setup(void **state)
{
	(void)state;
	memset(src, 0, SIZE);
	memset(src2, 0, sizeof(src2));
	memset(dst, 0x66, SIZE);
	return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		TEST(opcodes),
		TEST(flags),
		TEST(flags_of_the_second_source),
		TEST(reserved_bytes),
		TEST(flags_of_decompression),
		TEST(flags_of_compression),
		TEST(ciphers),
		TEST(sizes),
		TEST(alignment),
		TEST(overlaps),
		TEST(flags_of_filters),
		TEST(widths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
