/* SPDX-License-Identifier: MIT */
/* What the software device for IAX refuses, and says; and when it writes a record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "iax_run.h"

static uint8_t src[8192], dst[8192] __attribute__((aligned(64)));
static struct sva_iax_decompress_aecs aecs[2];
static struct sva_iax_op op;
static struct svai_limits limits;

/* A correct descriptor of each operation. */
static void prepare(unsigned int opcode)
{
	memset(&op, 0, sizeof(op));
	svai_iax_limits(&limits);
	switch (opcode) {
	case SVA_OP_NOOP:
		sva_iax_prep_noop(&op, 0);
		break;
	case SVA_OP_DRAIN:
		sva_iax_prep_drain(&op, 0);
		break;
	case SVA_OP_MEMMOVE:
		sva_iax_prep_memmove(&op, dst, src, 4096, 0);
		break;
	case SVA_IAX_OP_DECOMPRESS:
		sva_iax_prep_decompress(&op, dst, 4096, src, 100, SVA_IAX_DECOMP_STREAM, 0);
		sva_iax_op_set_aecs(&op, aecs, sizeof(aecs[0]), SVA_IAX_FLAG_AECS_WRITE);
		break;
	case SVA_IAX_OP_COMPRESS:
		sva_iax_prep_compress(&op, dst, 4096, src, 100, SVA_IAX_COMP_EOB, 0);
		sva_iax_op_set_aecs(&op, aecs, sizeof(struct sva_iax_compress_aecs),
				    SVA_IAX_FLAG_AECS_WRITE);
		break;
	case SVA_IAX_OP_CRC64:
		sva_iax_prep_crc64(&op, src, 100, 1, 0, 0);
		break;
	case SVA_IAX_OP_DECRYPT:
	case SVA_IAX_OP_ENCRYPT:
		(opcode == SVA_IAX_OP_ENCRYPT ? sva_iax_prep_encrypt
					      : sva_iax_prep_decrypt)(&op, dst, 4096, src, 100, 0);
		sva_iax_cipher_aecs_init((struct sva_iax_cipher_aecs *)(void *)aecs, src, 16, src);
		sva_iax_op_set_aecs(&op, aecs, sizeof(struct sva_iax_cipher_aecs),
				    SVA_IAX_FLAG_AECS_WRITE);
		break;
	case SVA_IAX_OP_ZERO_DECOMPRESS_32:
	case SVA_IAX_OP_ZERO_DECOMPRESS_16:
	case SVA_IAX_OP_ZERO_DECOMPRESS_8:
		sva_iax_prep_zero_decompress(&op, dst, 4096, src, 128, 32, 0);
		op.op.desc.op_flags = (op.op.desc.op_flags & 0xffffff) | opcode << 24;
		break;
	case SVA_IAX_OP_ZERO_COMPRESS_32:
	case SVA_IAX_OP_ZERO_COMPRESS_16:
	case SVA_IAX_OP_ZERO_COMPRESS_8:
		sva_iax_prep_zero_compress(&op, dst, 4096, src, 128, 32, 0);
		op.op.desc.op_flags = (op.op.desc.op_flags & 0xffffff) | opcode << 24;
		break;
	default:
		sva_iax_prep_filter(&op, opcode, dst, 4096, src, 100, 50, SVA_IAX_FILTER_WIDTH(8),
				    0);
		if (opcode == SVA_IAX_OP_SCAN || opcode == SVA_IAX_OP_EXTRACT)
			sva_iax_op_set_range(&op, 1, 2);
		else if (opcode != SVA_IAX_OP_FIND_UNIQUE)
			sva_iax_op_set_src2(&op, src + 4096, 1000);
	}
}

static const uint8_t opcodes[] = {
	SVA_OP_NOOP,
	SVA_OP_DRAIN,
	SVA_OP_MEMMOVE,
	SVA_IAX_OP_DECRYPT,
	SVA_IAX_OP_ENCRYPT,
	SVA_IAX_OP_DECOMPRESS,
	SVA_IAX_OP_COMPRESS,
	SVA_IAX_OP_CRC64,
	SVA_IAX_OP_ZERO_DECOMPRESS_32,
	SVA_IAX_OP_ZERO_DECOMPRESS_16,
	SVA_IAX_OP_ZERO_DECOMPRESS_8,
	SVA_IAX_OP_ZERO_COMPRESS_32,
	SVA_IAX_OP_ZERO_COMPRESS_16,
	SVA_IAX_OP_ZERO_COMPRESS_8,
	SVA_IAX_OP_SCAN,
	SVA_IAX_OP_SET_MEMBERSHIP,
	SVA_IAX_OP_EXTRACT,
	SVA_IAX_OP_SELECT,
	SVA_IAX_OP_RLE_BURST,
	SVA_IAX_OP_FIND_UNIQUE,
	SVA_IAX_OP_EXPAND,
};
#define COUNT (sizeof(opcodes) / sizeof(opcodes[0]))

/* The check and the device agree. */
static void assert_refused(unsigned int status, const char *text)
{
	struct svai_finding finding = { 0 };

	assert_int_equal(svai_iax_check(&limits, &op.op.desc, &finding), status);
	assert_string_equal(finding.text, text);
	assert_int_equal(finding.status, status);
	assert_int_equal(svai_iax_check(&limits, &op.op.desc, NULL), status);
	memset(&op.record, 0, sizeof(op.record));
	memset(dst, 0x5a, 64);
	svai_iax_execute(&limits, &op.op.desc);
	assert_int_equal(op.record.status, status);
	assert_int_equal(op.record.invalid_flags,
			 status == SVA_STATUS_BAD_FLAGS ? finding.invalid_flags : 0);
	assert_int_equal(dst[0], 0x5a);
}

static void what_is_right_is_taken(void **state)
{
	unsigned int taken = 0;

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		prepare(opcodes[i]);
		assert_int_equal(svai_iax_check(&limits, &op.op.desc, NULL), 0);
		op.op.desc.op_flags |= SVA_FLAG_CC;
		assert_int_equal(svai_iax_check(&limits, &op.op.desc, NULL), 0);
	}
	for (unsigned int opcode = 0; opcode < 256; opcode++)
		taken += sva_opmask_has(&limits.opcodes, opcode);
	assert_int_equal(taken, COUNT);
	assert_int_equal(limits.max_transfer, 2097152);
	assert_int_equal(limits.max_batch, 0);
}

/* The software device takes what it can execute. */
static void the_opcodes_of_the_cpu(void **state)
{
	(void)state;
	svai_iax_limits(&limits);
	for (unsigned int opcode = 0; opcode < 256; opcode++)
		assert_int_equal(sva_opmask_has(&limits.opcodes, opcode),
				 svai_iax_opcode(opcode)->execute != NULL);
}

static void names_are_different(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(sva_opcode_name(opcodes[i]),
						sva_opcode_name(opcodes[j]));
	assert_string_equal(sva_opcode_name(SVA_IAX_OP_SCAN), "scan");
}

static void opcodes_that_the_queue_lacks(void **state)
{
	(void)state;
	prepare(SVA_OP_NOOP);
	op.op.desc.op_flags |= (uint32_t)SVA_OP_BATCH << 24;
	assert_refused(SVA_STATUS_BAD_OPCODE, "the queue has no such operation");
	prepare(SVA_IAX_OP_SCAN);
	memset(&limits.opcodes, 0, sizeof(limits.opcodes));
	assert_refused(SVA_STATUS_BAD_OPCODE, "the queue has no such operation");
	/* The queue has it, and the CPU does not. */
	prepare(SVA_OP_NOOP);
	op.op.desc.op_flags |= (uint32_t)SVA_OP_TRANSLATION_FETCH << 24;
	sva_opmask_set(&limits.opcodes, SVA_OP_TRANSLATION_FETCH);
	assert_int_equal(svai_iax_check(&limits, &op.op.desc, NULL), 0);
	svai_iax_execute(&limits, &op.op.desc);
	assert_int_equal(op.record.status, SVA_STATUS_BAD_OPCODE);
}

static void flags(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		prepare(opcodes[i]);
		op.op.desc.op_flags |= SVA_FLAG_FENCE;
		assert_refused(SVA_STATUS_BAD_FLAGS, "the operation has no such flags");
		assert_int_equal(op.record.invalid_flags, SVA_FLAG_FENCE);
		prepare(opcodes[i]);
		op.op.desc.op_flags |= SVA_FLAG_RCI;
		assert_refused(SVA_STATUS_BAD_FLAGS, "the operation has no such flags");
	}
	prepare(SVA_IAX_OP_SCAN);
	op.op.desc.op_flags |= SVA_IAX_FLAG_AECS_WRITE;
	assert_refused(SVA_STATUS_BAD_FLAGS, "the operation has no such flags");
	prepare(SVA_IAX_OP_DECOMPRESS);
	op.op.desc.op_flags |= SVA_IAX_FLAG_AECS_OVERFLOW;
	assert_refused(SVA_STATUS_BAD_FLAGS, "two flags contradict each other");
	prepare(SVA_IAX_OP_DECOMPRESS);
	op.op.desc.op_flags |= SVA_FLAG_BOF;
	assert_int_equal(svai_iax_check(&limits, &op.op.desc, NULL), 0);
	limits.block_on_fault = false;
	assert_refused(SVA_STATUS_BAD_FLAGS, "the queue does not block on faults");
	prepare(SVA_IAX_OP_COMPRESS);
	op.op.desc.op_flags &= ~SVA_IAX_FLAG_SRC2_AECS;
	assert_refused(SVA_STATUS_BAD_FLAGS, "the tables come from an AECS, which is not read");
	prepare(SVA_IAX_OP_SELECT);
	op.op.desc.op_flags &= ~SVA_IAX_FLAG_SRC2_DATA;
	assert_refused(SVA_STATUS_BAD_FLAGS, "the operation needs a second source");
	prepare(SVA_IAX_OP_SCAN);
	op.op.desc.op_flags &= ~SVA_IAX_FLAG_SRC2_AECS;
	assert_refused(SVA_STATUS_BAD_FLAGS, "the operation needs a second source");
}

static void reserved_fields(void **state)
{
	static const struct {
		uint8_t opcode, byte;
	} fields[] = {
		{ SVA_OP_NOOP, 16 },
		{ SVA_OP_DRAIN, 63 },
		{ SVA_OP_MEMMOVE, 38 },
		{ SVA_IAX_OP_DECOMPRESS, 56 },
		{ SVA_IAX_OP_DECOMPRESS, 36 },
		{ SVA_IAX_OP_COMPRESS, 56 },
		{ SVA_IAX_OP_CRC64, 24 },
		{ SVA_IAX_OP_CRC64, 40 },
		{ SVA_IAX_OP_CRC64, 55 },
		{ SVA_IAX_OP_ZERO_COMPRESS_32, 40 },
		{ SVA_IAX_OP_ZERO_DECOMPRESS_8, 38 },
		{ SVA_IAX_OP_SCAN, 37 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		prepare(fields[i].opcode);
		((uint8_t *)&op.op.desc)[fields[i].byte] = 1;
		assert_refused(SVA_STATUS_RESERVED, "a reserved field is not zero");
	}
	prepare(SVA_IAX_OP_CRC64);
	op.op.desc.iax.polynomial = 0;
	assert_refused(SVA_STATUS_RESERVED, "the polynomial is zero");
}

static void refuse_op_flags(unsigned int opcode, uint16_t op_flags, const char *text)
{
	prepare(opcode);
	op.op.desc.tail.iax_flags = op_flags;
	assert_refused(SVA_STATUS_BAD_OP_FLAGS, text);
}

static void operation_flags(void **state)
{
	static const char *const none = "the operation has no such operation flags";

	(void)state;
	refuse_op_flags(SVA_IAX_OP_DECOMPRESS, SVA_IAX_DECOMP_STREAM | SVA_IAX_DECOMP_BE16, none);
	refuse_op_flags(SVA_IAX_OP_DECOMPRESS, SVA_IAX_DECOMP_STREAM | 1 << 10, none);
	refuse_op_flags(SVA_IAX_OP_DECOMPRESS, SVA_IAX_DECOMP_FLUSH,
			"decompression is not enabled");
	refuse_op_flags(SVA_IAX_OP_COMPRESS, 1 << 6, none);
	refuse_op_flags(SVA_IAX_OP_COMPRESS, 1 << 10, none);
	refuse_op_flags(SVA_IAX_OP_COMPRESS, 1 << 14, none);
	refuse_op_flags(SVA_IAX_OP_COMPRESS, 1 << 12, "there is no such way to generate a header");
	refuse_op_flags(SVA_IAX_OP_COMPRESS, SVA_IAX_COMP_HEADER | SVA_IAX_COMP_STATISTICS,
			"there is no such way to generate a header");
	refuse_op_flags(SVA_IAX_OP_CRC64, 1, none);
	refuse_op_flags(SVA_IAX_OP_SCAN, SVA_IAX_DECOMP_FLUSH,
			"decompression is not enabled, and has flags");
	refuse_op_flags(SVA_IAX_OP_SCAN, SVA_IAX_DECOMP_ENABLE | SVA_IAX_DECOMP_NO_OUTPUT, none);

	/* Of a device of version 1.0. */
	prepare(SVA_IAX_OP_DECOMPRESS);
	op.op.desc.tail.iax_flags |= SVA_IAX_DECOMP_IGNORE(9);
	limits.iaa_cap = 0;
	assert_refused(SVA_STATUS_BAD_OP_FLAGS,
		       "an operation flag needs a capability that the device lacks");
	prepare(SVA_IAX_OP_COMPRESS);
	op.op.desc.tail.iax_flags |= SVA_IAX_COMP_HEADER;
	limits.iaa_cap = 0;
	assert_refused(SVA_STATUS_BAD_OP_FLAGS,
		       "an operation flag needs a capability that the device lacks");
}

static void ciphers(void **state)
{
	(void)state;
	for (unsigned int opcode = SVA_IAX_OP_DECRYPT; opcode <= SVA_IAX_OP_ENCRYPT; opcode++) {
		prepare(opcode);
		limits.iaa_cap = SVA_IAACAP_GCM | SVA_IAACAP_XTS;
		assert_refused(SVA_STATUS_BAD_OPCODE,
			       "the operation needs AES-CFB, which the device lacks");
		prepare(opcode);
		op.op.desc.op_flags &= ~(SVA_IAX_FLAG_SRC2_AECS | SVA_IAX_FLAG_AECS_WRITE);
		assert_refused(SVA_STATUS_BAD_FLAGS,
			       "the key comes from an AECS, which is not read");
		assert_int_equal(op.record.invalid_flags, SVA_IAX_FLAG_SRC2_AECS);
		prepare(opcode);
		op.op.desc.op_flags |= SVA_IAX_FLAG_CRC32C;
		assert_refused(SVA_STATUS_BAD_FLAGS, "the operation has no such flags");
		prepare(opcode);
		op.op.desc.op_flags ^= SVA_IAX_FLAG_AECS_WRITE | SVA_IAX_FLAG_AECS_OVERFLOW;
		assert_refused(SVA_STATUS_BAD_FLAGS, "the operation has no such flags");
		prepare(opcode);
		op.op.desc.iax.src2_size = 160;
		assert_refused(SVA_STATUS_BAD_SIZE, "the AECS is too small");
		prepare(opcode);
		op.op.desc.iax.aecs_addr += 16;
		assert_refused(SVA_STATUS_ADDR_ALIGN, "the AECS is not 32-byte aligned");
		prepare(opcode);
		op.op.desc.xfer_size = op.op.desc.iax.max_dst_size = 0;
		assert_refused(SVA_STATUS_BAD_SIZE, "there is neither input nor room for output");
		prepare(opcode);
		op.op.desc.src_addr = op.op.desc.dst_addr + 4095;
		assert_refused(SVA_STATUS_OVERLAP, "a destination overlaps another buffer");
		prepare(opcode);
		op.op.desc.src_addr = op.op.desc.iax.aecs_addr + 383; /* the copy that is written */
		assert_refused(SVA_STATUS_OVERLAP, "a destination overlaps another buffer");
		prepare(opcode);
		op.op.desc.iax.filter.elements = 1;
		assert_refused(SVA_STATUS_RESERVED, "a reserved field is not zero");
	}
	refuse_op_flags(SVA_IAX_OP_DECRYPT, SVA_IAX_CIPHER_FLUSH_OUTPUT,
			"the operation has no such operation flags");
	refuse_op_flags(SVA_IAX_OP_ENCRYPT, 1, "the operation has no such operation flags");
	prepare(SVA_IAX_OP_ENCRYPT);
	op.op.desc.tail.iax_flags = 0;
	assert_refused(SVA_STATUS_BAD_OP_FLAGS, "encryption has to write all of its output");
}

static void refuse_filter(unsigned int opcode, uint32_t filter_flags, unsigned int status,
			  const char *text)
{
	prepare(opcode);
	op.op.desc.iax.filter.flags = filter_flags;
	assert_refused(status, text);
}

static void filter_flags(void **state)
{
	static const char *const none = "the operation has no such filter flags";

	(void)state;
	refuse_filter(SVA_IAX_OP_SCAN, 1u << 28, SVA_STATUS_BAD_FILTER_FLAGS, none);
	refuse_filter(SVA_IAX_OP_SCAN, SVA_IAX_FILTER_DROP_LOW(1), SVA_STATUS_BAD_FILTER_FLAGS,
		      none);
	refuse_filter(SVA_IAX_OP_EXTRACT, SVA_IAX_FILTER_SRC2_BE, SVA_STATUS_BAD_FILTER_FLAGS,
		      none);
	refuse_filter(SVA_IAX_OP_SCAN, 3, SVA_STATUS_BAD_FILTER_FLAGS,
		      "there is no such format of the first source");
	refuse_filter(SVA_IAX_OP_RLE_BURST, 2, SVA_STATUS_BAD_FILTER_FLAGS,
		      "counts are not in RLE");
	refuse_filter(SVA_IAX_OP_EXTRACT, SVA_IAX_FILTER_INVERT, SVA_STATUS_BAD_INVERT,
		      "the output is not a bit vector, and cannot be inverted");
	refuse_filter(SVA_IAX_OP_SCAN, SVA_IAX_FILTER_ARRAY, SVA_STATUS_BAD_FILTER_FLAGS,
		      "there is no array to force");
	refuse_filter(SVA_IAX_OP_SELECT, SVA_IAX_FILTER_ARRAY | SVA_IAX_FILTER_OUT_8,
		      SVA_STATUS_BAD_FILTER_FLAGS, "there is no array to force");
	prepare(SVA_IAX_OP_SCAN);
	op.op.desc.iax.filter.flags |= SVA_IAX_FILTER_ARRAY | SVA_IAX_FILTER_OUT_8;
	assert_int_equal(svai_iax_check(&limits, &op.op.desc, NULL), 0);
	limits.iaa_cap = 0;
	assert_refused(SVA_STATUS_BAD_FILTER_FLAGS,
		       "a filter flag needs a capability that the device lacks");
}

static void widths(void **state)
{
	(void)state;
	refuse_filter(SVA_IAX_OP_SCAN, SVA_IAX_FILTER_RLE | SVA_IAX_FILTER_WIDTH(8),
		      SVA_STATUS_BAD_WIDTH, "RLE has its width in the data");
	refuse_filter(SVA_IAX_OP_RLE_BURST, SVA_IAX_FILTER_WIDTH(12), SVA_STATUS_BAD_WIDTH,
		      "counts have 8, 16 or 32 bits");
	refuse_filter(SVA_IAX_OP_FIND_UNIQUE, SVA_IAX_FILTER_WIDTH(16), SVA_STATUS_BAD_WIDTH,
		      "a set has elements of at most 15 bits");
	refuse_filter(SVA_IAX_OP_FIND_UNIQUE,
		      SVA_IAX_FILTER_WIDTH(8) | SVA_IAX_FILTER_DROP_LOW(4) |
			      SVA_IAX_FILTER_DROP_HIGH(4),
		      SVA_STATUS_BAD_WIDTH, "no bits are left of an element");
	refuse_filter(SVA_IAX_OP_SELECT, SVA_IAX_FILTER_SRC2_WIDTH(2), SVA_STATUS_BAD_WIDTH,
		      "the second source is not one of elements");
}

static void sizes(void **state)
{
	(void)state;
	prepare(SVA_OP_MEMMOVE);
	op.op.desc.xfer_size = 0;
	assert_refused(SVA_STATUS_BAD_SIZE, "the transfer size is zero");
	prepare(SVA_IAX_OP_DECOMPRESS);
	op.op.desc.xfer_size = 2097153;
	assert_refused(SVA_STATUS_BAD_SIZE,
		       "the size of the first source is more than the queue takes");
	prepare(SVA_IAX_OP_DECOMPRESS);
	op.op.desc.iax.max_dst_size = 2097153;
	assert_refused(SVA_STATUS_BAD_SIZE,
		       "the room at the destination is more than the queue takes");
	prepare(SVA_IAX_OP_DECOMPRESS);
	op.op.desc.xfer_size = op.op.desc.iax.max_dst_size = 0;
	assert_refused(SVA_STATUS_BAD_SIZE, "there is neither input nor room for output");
	prepare(SVA_IAX_OP_DECOMPRESS);
	op.op.desc.iax.src2_size = 1056;
	assert_refused(SVA_STATUS_BAD_SIZE, "the AECS is too small");
	prepare(SVA_IAX_OP_COMPRESS);
	op.op.desc.tail.iax_flags = SVA_IAX_COMP_STATISTICS;
	op.op.desc.iax.max_dst_size = 1279;
	assert_refused(SVA_STATUS_BAD_SIZE, "the destination is too small for a histogram");
	prepare(SVA_IAX_OP_COMPRESS);
	op.op.desc.tail.iax_flags |= SVA_IAX_COMP_HEADER;
	op.op.desc.xfer_size = 4097;
	assert_refused(SVA_STATUS_BAD_INPUT_SIZE,
		       "the input is larger than a header can be generated for");
	prepare(SVA_IAX_OP_ZERO_COMPRESS_16);
	op.op.desc.xfer_size = 127;
	assert_refused(SVA_STATUS_BAD_INPUT_SIZE,
		       "the input is not a whole number of words, and at least one");
	prepare(SVA_IAX_OP_ZERO_DECOMPRESS_16);
	op.op.desc.xfer_size = 0;
	assert_refused(SVA_STATUS_BAD_INPUT_SIZE, "there is no input");
	prepare(SVA_IAX_OP_SCAN);
	op.op.desc.xfer_size = 0;
	assert_refused(SVA_STATUS_BAD_INPUT_SIZE, "there is no input");
	prepare(SVA_IAX_OP_CRC64);
	op.op.desc.xfer_size = 0;
	assert_refused(SVA_STATUS_BAD_INPUT_SIZE, "there is no input");
	prepare(SVA_IAX_OP_SCAN);
	op.op.desc.iax.filter.elements = 0;
	assert_refused(SVA_STATUS_BAD_ELEMENTS, "the number of elements is zero");
}

static void alignment_and_overlap(void **state)
{
	static const char *const overlap = "a destination overlaps another buffer";

	(void)state;
	prepare(SVA_IAX_OP_DECOMPRESS);
	op.op.desc.iax.aecs_addr += 16;
	assert_refused(SVA_STATUS_ADDR_ALIGN, "the AECS is not 32-byte aligned");
	prepare(SVA_IAX_OP_COMPRESS);
	op.op.desc.iax.src2_size += 16;
	assert_refused(SVA_STATUS_ADDR_ALIGN, "the size of the AECS is not a multiple of 32");
	prepare(SVA_OP_MEMMOVE);
	op.op.desc.dst_addr = op.op.desc.src_addr + 4095;
	assert_refused(SVA_STATUS_OVERLAP, overlap);
	op.op.desc.dst_addr++;
	assert_int_equal(svai_iax_check(&limits, &op.op.desc, NULL), 0);
	prepare(SVA_IAX_OP_SCAN);
	op.op.desc.dst_addr = op.op.desc.src_addr + 99;
	assert_refused(SVA_STATUS_OVERLAP, overlap);
	prepare(SVA_IAX_OP_SELECT);
	op.op.desc.dst_addr = op.op.desc.iax.src2_addr + 999;
	assert_refused(SVA_STATUS_OVERLAP, overlap);
	/* Of two copies the second one, too. */
	prepare(SVA_IAX_OP_DECOMPRESS);
	op.op.desc.src_addr = (uintptr_t)&aecs[1];
	assert_refused(SVA_STATUS_OVERLAP, overlap);
	op.op.desc.op_flags &= ~SVA_IAX_FLAG_AECS_WRITE;
	assert_int_equal(svai_iax_check(&limits, &op.op.desc, NULL), 0);
}

static void records(void **state)
{
	(void)state;
	/* Not aligned: nothing happens. */
	prepare(SVA_OP_MEMMOVE);
	src[0] = 1;
	dst[0] = 2;
	op.op.desc.completion_addr += 32;
	svai_iax_execute(&limits, &op.op.desc);
	assert_int_equal(op.record.status, 0);
	assert_int_equal(dst[0], 2);
	assert_int_equal(svai_iax_check(&limits, &op.op.desc, NULL), SVA_STATUS_CR_ALIGN);
	/* Not requested: only a failure has one. */
	prepare(SVA_OP_MEMMOVE);
	op.op.desc.op_flags &= ~SVA_FLAG_RCR;
	svai_iax_execute(&limits, &op.op.desc);
	assert_int_equal(op.record.status, 0);
	assert_int_equal(dst[0], 1);
	op.op.desc.xfer_size = 0;
	svai_iax_execute(&limits, &op.op.desc);
	assert_int_equal(op.record.status, SVA_STATUS_BAD_SIZE);
	/* A result of an earlier operation is not left there. */
	prepare(SVA_OP_NOOP);
	memset(&op.record, 0xff, sizeof(op.record));
	svai_iax_execute(&limits, &op.op.desc);
	assert_int_equal(op.record.status, SVA_STATUS_SUCCESS);
	assert_int_equal(op.record.crc, 0);
	assert_int_equal(op.record.error_code, 0);
}

static void operands(void **state)
{
	(void)state;
	prepare(SVA_IAX_OP_DECOMPRESS);
	assert_int_equal(svai_iax_operand_size(&op.op.desc, 0), 100);
	assert_int_equal(svai_iax_operand_size(&op.op.desc, 1), 4096);
	assert_int_equal(svai_iax_operand_size(&op.op.desc, 2), 2 * sizeof(aecs[0]));
	assert_true(svai_iax_operand_written(&op.op.desc, 2));
	prepare(SVA_IAX_OP_SCAN);
	assert_int_equal(svai_iax_operand_size(&op.op.desc, 2), 32);
	assert_false(svai_iax_operand_written(&op.op.desc, 2));
	assert_true(svai_iax_operand_written(&op.op.desc, 1));
	prepare(SVA_IAX_OP_CRC64);
	assert_int_equal(svai_iax_operand_size(&op.op.desc, 1), 0);
	prepare(SVA_OP_MEMMOVE);
	assert_int_equal(svai_iax_operand_size(&op.op.desc, 1), 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_right_is_taken),
		cmocka_unit_test(the_opcodes_of_the_cpu),
		cmocka_unit_test(names_are_different),
		cmocka_unit_test(opcodes_that_the_queue_lacks),
		cmocka_unit_test(flags),
		cmocka_unit_test(reserved_fields),
		cmocka_unit_test(operation_flags),
		cmocka_unit_test(ciphers),
		cmocka_unit_test(filter_flags),
		cmocka_unit_test(widths),
		cmocka_unit_test(sizes),
		cmocka_unit_test(alignment_and_overlap),
		cmocka_unit_test(records),
		cmocka_unit_test(operands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
