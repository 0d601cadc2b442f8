/* SPDX-License-Identifier: MIT */
/*
 * The operations, one row each.
 *
 * Source: Intel Data Streaming Accelerator Architecture Specification (341204, revision 3.0): 5.4
 * and 5.5 (allowed flags, reserved fields), 8.3 (operations).
 */
#include "cpu/cpu.h"
#include "iax_opcode.h"
#include "opcode.h"

#define FLAGS_TO_WRITE   (SVA_FLAG_BOF | SVA_FLAG_CC | SVA_FLAG_STORD | SVA_FLAG_DRDBK)
#define FLAGS_TO_COPY    (FLAGS_TO_WRITE | SVA_FLAG_ADDR1_TCS | SVA_FLAG_ADDR2_TCS)
#define FLAGS_TO_COMPARE (SVA_FLAG_BOF | SVA_FLAG_CR | SVA_FLAG_ADDR1_TCS)
#define FLAGS_OF_CRC                                                                         \
	(SVA_FLAG_CRC_SEED_ADDR | SVA_FLAG_CRC_BYPASS_INVERT | SVA_FLAG_CRC_BYPASS_REFLECT | \
	 SVAI_FLAG_CRC64 | SVA_FLAG_ADDR3_TCS)
#define RECORD     (SVA_FLAG_CRAV | SVA_FLAG_RCR)

#define ANY_SIZE   UINT32_MAX
#define DELTA_SIZE 0x80000u /* offsets in a delta record have 16 bits, in units of 8 bytes */

/* svai_opcode.written */
#define AT_DST   2
#define AT_THIRD 4

#define PLAIN_FLAGS                                                                               \
	(SVA_FLAG_BOF | SVA_FLAG_CC | SVA_FLAG_CR | SVA_FLAG_STORD | SVA_FLAG_CRC_BYPASS_INVERT | \
	 SVA_FLAG_CRC_BYPASS_REFLECT)

/*
 * The flags of an operation that must set all of @required_, and none in particular. Those of
 * @special may be plain elsewhere, and here belong to a feature.
 */
#define FLAGS(opcode, allowed, required_, special)                            \
	.flags = (allowed), .required = (required_),                          \
	.plain_word = (uint32_t)(opcode) << 24 | SVA_FLAG_CRAV | (required_), \
	.plain_free = (((allowed)&PLAIN_FLAGS & ~(special)) | SVA_FLAG_RCR) & ~(required_)

/* clang-format off */
#define BATCH_ERROR         { SVAI_FLAG_BATCH_ERROR, 0, SVAI_GENCAP_BATCH_ERROR, 0 }
#define READBACK1           { SVA_FLAG_DRAIN_READBACK1, SVA_FLAG_ADDR1_TCS, \
			      SVA_GENCAP_DRAIN_READBACK, SVAI_BYTES(16, 23) }
#define READBACK2           { SVA_FLAG_DRAIN_READBACK2, SVA_FLAG_ADDR2_TCS, \
			      SVA_GENCAP_DRAIN_READBACK, SVAI_BYTES(24, 31) }
#define PATTERN_OF_16_BYTES { SVA_FLAG_FILL_16, 0, SVA_GENCAP_FILL_16, SVAI_BYTES(40, 47) }
#define FETCH_STRIDE        { SVA_FLAG_FETCH_STRIDE, 0, SVA_GENCAP_FETCH_STRIDE, SVAI_BYTES(48, 51) }
#define SEED_IN_MEMORY      { SVA_FLAG_CRC_SEED_ADDR, SVA_FLAG_ADDR3_TCS, 0, SVAI_BYTES(48, 55) }
#define CRC_OF_64_BITS      { SVAI_FLAG_CRC64, 0, SVAI_GENCAP_CRC64, SVAI_BYTES(44, 47) }
#define WRITE_BACK_ONLY     { SVA_FLAG_CC, 0, SVA_GENCAP_CC_FLUSH, 0 }
#define HANDLE1             { SVA_FLAG_DOMAIN1, 0, 0, SVAI_BYTES(60, 61) }
#define HANDLE2             { SVA_FLAG_DOMAIN2, 0, 0, SVAI_BYTES(62, 63) }

const struct svai_opcode svai_opcodes[SVAI_OPCODES] = {
	[SVA_OP_NOOP] = {
		.name = "noop",
		FLAGS(SVA_OP_NOOP, 0, 0, 0),
		.reserved = SVAI_BYTES(16, 63),
		.execute = svai_cpu_nothing,
	},
	[SVA_OP_BATCH] = {
		.name = "batch",
		FLAGS(SVA_OP_BATCH, SVA_FLAG_ADDR1_TCS | SVAI_FLAG_BATCH_ERROR, 0, 0),
		.not_in_batch = true,
		.reserved = SVAI_BYTES(24, 31) | SVAI_BYTES(36, 63),
		.features = { BATCH_ERROR },
		.fields = svai_check_batch,
		.operand = { SVAI_LIST },
	},
	[SVA_OP_DRAIN] = {
		.name = "drain",
		FLAGS(SVA_OP_DRAIN, SVA_FLAG_ADDR1_TCS | SVA_FLAG_ADDR2_TCS | SVA_FLAG_DRAIN_READBACK1 |
				    SVA_FLAG_DRAIN_READBACK2 | SVA_FLAG_DRAIN_NO_TCA_READBACK |
				    SVA_FLAG_DRAIN_NO_TCB_READBACK,
		      RECORD, SVA_FLAG_DRAIN_READBACK2),
		.not_in_batch = true,
		.reserved = SVAI_BYTES(16, 63),
		.features = { READBACK1, READBACK2 },
		.execute = svai_cpu_nothing,
	},
	[SVA_OP_MEMMOVE] = {
		.name = "memmove",
		FLAGS(SVA_OP_MEMMOVE, FLAGS_TO_COPY, 0, 0),
		.max_size = ANY_SIZE,
		.reserved = SVAI_BYTES(36, 63),
		.fields = svai_check_memmove,
		.operand = { SVAI_DATA, SVAI_DATA },
		.written = AT_DST,
		.execute = svai_cpu_memmove,
	},
	[SVA_OP_FILL] = {
		.name = "fill",
		FLAGS(SVA_OP_FILL, FLAGS_TO_WRITE | SVA_FLAG_ADDR2_TCS | SVA_FLAG_FILL_16, 0, SVA_FLAG_FILL_16),
		.max_size = ANY_SIZE,
		.reserved = SVAI_BYTES(36, 63),
		.features = { PATTERN_OF_16_BYTES },
		.operand = { SVAI_NO_OPERAND, SVAI_DATA },
		.written = AT_DST,
		.execute = svai_cpu_fill,
	},
	[SVA_OP_COMPARE] = {
		.name = "compare",
		FLAGS(SVA_OP_COMPARE, FLAGS_TO_COMPARE | SVA_FLAG_ADDR2_TCS, RECORD, 0),
		.max_size = ANY_SIZE,
		.reserved = SVAI_BYTES(36, 39) | SVAI_BYTES(41, 63),
		.operand = { SVAI_DATA, SVAI_DATA },
		.execute = svai_cpu_compare,
	},
	[SVA_OP_COMPARE_PATTERN] = {
		.name = "compare pattern",
		FLAGS(SVA_OP_COMPARE_PATTERN, FLAGS_TO_COMPARE, RECORD, 0),
		.max_size = ANY_SIZE,
		.reserved = SVAI_BYTES(36, 39) | SVAI_BYTES(41, 63),
		.operand = { SVAI_DATA },
		.execute = svai_cpu_compare_pattern,
	},
	[SVA_OP_CREATE_DELTA] = {
		.name = "create delta",
		FLAGS(SVA_OP_CREATE_DELTA, FLAGS_TO_COPY | SVA_FLAG_CR | SVA_FLAG_ADDR3_TCS, RECORD, 0),
		.max_size = DELTA_SIZE,
		.reserved = SVAI_BYTES(36, 39) | SVAI_BYTES(52, 55) | SVAI_BYTES(57, 63),
		.fields = svai_check_create_delta,
		.operand = { SVAI_DATA, SVAI_DATA, SVAI_DELTA_ROOM },
		.written = AT_THIRD,
		.execute = svai_cpu_create_delta,
	},
	[SVA_OP_APPLY_DELTA] = {
		.name = "apply delta",
		FLAGS(SVA_OP_APPLY_DELTA, FLAGS_TO_COPY, 0, 0),
		.max_size = DELTA_SIZE,
		.reserved = SVAI_BYTES(36, 39) | SVAI_BYTES(44, 63),
		.fields = svai_check_apply_delta,
		.operand = { SVAI_DELTA, SVAI_DATA },
		.written = AT_DST,
		.execute = svai_cpu_apply_delta,
	},
	[SVA_OP_DUALCAST] = {
		.name = "dualcast",
		FLAGS(SVA_OP_DUALCAST, FLAGS_TO_COPY | SVA_FLAG_ADDR3_TCS, 0, 0),
		.max_size = ANY_SIZE,
		.steering = SVA_FLAG_DUALCAST_DEST2_STEERING,
		.reserved = SVAI_BYTES(36, 39) | SVAI_BYTES(48, 63),
		.fields = svai_check_dualcast,
		.operand = { SVAI_DATA, SVAI_DATA, SVAI_DATA },
		.written = AT_DST | AT_THIRD,
		.execute = svai_cpu_dualcast,
	},
	[SVA_OP_TRANSLATION_FETCH] = {
		.name = "translation fetch",
		FLAGS(SVA_OP_TRANSLATION_FETCH, SVA_FLAG_BOF | SVA_FLAG_FETCH_STRIDE, 0, 0),
		.reserved = SVAI_BYTES(24, 31) | SVAI_BYTES(36, 63),
		.features = { FETCH_STRIDE },
		.fields = svai_check_fetch,
		.execute = svai_cpu_translation_fetch,
	},
	[SVA_OP_CRC] = {
		.name = "CRC",
		FLAGS(SVA_OP_CRC, SVA_FLAG_BOF | SVA_FLAG_ADDR1_TCS | FLAGS_OF_CRC, RECORD, 0),
		.max_size = ANY_SIZE,
		.reserved = SVAI_BYTES(24, 31) | SVAI_BYTES(36, 39) | SVAI_BYTES(44, 63),
		.features = { SEED_IN_MEMORY, CRC_OF_64_BITS },
		.fields = svai_check_crc,
		.operand = { SVAI_DATA },
		.execute = svai_cpu_crc,
	},
	[SVA_OP_COPY_CRC] = {
		.name = "copy with CRC",
		FLAGS(SVA_OP_COPY_CRC, FLAGS_TO_COPY | FLAGS_OF_CRC, RECORD, 0),
		.max_size = ANY_SIZE,
		.reserved = SVAI_BYTES(36, 39) | SVAI_BYTES(44, 63),
		.features = { SEED_IN_MEMORY, CRC_OF_64_BITS },
		.fields = svai_check_crc,
		.operand = { SVAI_DATA, SVAI_DATA },
		.written = AT_DST,
		.execute = svai_cpu_copy_crc,
	},
	[SVA_OP_DIF_CHECK] = {
		.name = "DIF check",
		FLAGS(SVA_OP_DIF_CHECK, SVA_FLAG_BOF | SVA_FLAG_ADDR1_TCS, RECORD, 0),
		.max_size = ANY_SIZE,
		.reserved = SVAI_BYTES(24, 31) | SVAI_BYTES(36, 39) | SVAI_BYTES(41, 41) | SVAI_BYTES(43, 47) | SVAI_BYTES(56, 63),
		.fields = svai_check_dif,
		.operand = { SVAI_DATA },
		.execute = svai_cpu_dif_check,
	},
	[SVA_OP_DIF_INSERT] = {
		.name = "DIF insert",
		FLAGS(SVA_OP_DIF_INSERT, FLAGS_TO_COPY, 0, 0),
		.max_size = ANY_SIZE,
		.reserved = SVAI_BYTES(36, 40) | SVAI_BYTES(43, 55),
		.fields = svai_check_dif,
		.operand = { SVAI_DATA, SVAI_BLOCKS },
		.written = AT_DST,
		.execute = svai_cpu_dif_insert,
	},
	[SVA_OP_DIF_STRIP] = {
		.name = "DIF strip",
		FLAGS(SVA_OP_DIF_STRIP, FLAGS_TO_COPY, 0, 0),
		.max_size = ANY_SIZE,
		.reserved = SVAI_BYTES(36, 39) | SVAI_BYTES(41, 41) | SVAI_BYTES(43, 47) | SVAI_BYTES(56, 63),
		.fields = svai_check_dif,
		.operand = { SVAI_DATA, SVAI_BLOCKS },
		.written = AT_DST,
		.execute = svai_cpu_dif_strip,
	},
	[SVA_OP_DIF_UPDATE] = {
		.name = "DIF update",
		FLAGS(SVA_OP_DIF_UPDATE, FLAGS_TO_COPY, 0, 0),
		.max_size = ANY_SIZE,
		.reserved = SVAI_BYTES(36, 39) | SVAI_BYTES(43, 47),
		.fields = svai_check_dif,
		.operand = { SVAI_DATA, SVAI_BLOCKS },
		.written = AT_DST,
		.execute = svai_cpu_dif_update,
	},
	[SVA_OP_DIX_GENERATE] = {
		.name = "DIX generate",
		FLAGS(SVA_OP_DIX_GENERATE, FLAGS_TO_COPY, RECORD, 0),
		.max_size = ANY_SIZE,
		.reserved = SVAI_BYTES(36, 40) | SVAI_BYTES(43, 55),
		.fields = svai_check_dif,
		.operand = { SVAI_DATA, SVAI_BLOCKS },
		.written = AT_DST,
		.execute = svai_cpu_dix_generate,
	},
	[SVA_OP_CACHE_FLUSH] = {
		.name = "cache flush",
		FLAGS(SVA_OP_CACHE_FLUSH, FLAGS_TO_WRITE | SVA_FLAG_ADDR2_TCS, 0, SVA_FLAG_CC),
		.max_size = ANY_SIZE,
		.reserved = SVAI_BYTES(16, 23) | SVAI_BYTES(36, 63),
		.features = { WRITE_BACK_ONLY },
		.operand = { SVAI_NO_OPERAND, SVAI_DATA },
		.execute = svai_cpu_cache_flush,
	},
	[SVA_OP_UPDATE_WINDOW] = {
		.name = "update window",
		FLAGS(SVA_OP_UPDATE_WINDOW, SVA_FLAG_WINDOW_NO_DRAIN, 0, 0),
		.not_in_batch = true,
		.reserved = SVAI_BYTES(32, 60),
	},
	[SVA_OP_DOMAIN_MEMMOVE] = {
		.name = "inter-domain memmove",
		.max_size = ANY_SIZE,
		.flags = FLAGS_TO_COPY | SVA_FLAG_DOMAIN1 | SVA_FLAG_DOMAIN2,
		.one_of = SVA_FLAG_DOMAIN1 | SVA_FLAG_DOMAIN2,
		.reserved = SVAI_BYTES(36, 63),
		.features = { HANDLE1, HANDLE2 },
	},
	[SVA_OP_DOMAIN_FILL] = {
		.name = "inter-domain fill",
		FLAGS(SVA_OP_DOMAIN_FILL, FLAGS_TO_WRITE | SVA_FLAG_ADDR2_TCS | SVA_FLAG_FILL_16 | SVA_FLAG_DOMAIN2, SVA_FLAG_DOMAIN2, SVA_FLAG_FILL_16),
		.max_size = ANY_SIZE,
		.reserved = SVAI_BYTES(36, 61),
		.features = { PATTERN_OF_16_BYTES },
	},
	[SVA_OP_DOMAIN_COMPARE] = {
		.name = "inter-domain compare",
		.max_size = ANY_SIZE,
		.flags = FLAGS_TO_COMPARE | SVA_FLAG_ADDR2_TCS | SVA_FLAG_DOMAIN1 |
			 SVA_FLAG_DOMAIN2,
		.required = RECORD,
		.one_of = SVA_FLAG_DOMAIN1 | SVA_FLAG_DOMAIN2,
		.reserved = SVAI_BYTES(36, 39) | SVAI_BYTES(41, 63),
		.features = { HANDLE1, HANDLE2 },
	},
	[SVA_OP_DOMAIN_COMPARE_PATTERN] = {
		.name = "inter-domain compare pattern",
		FLAGS(SVA_OP_DOMAIN_COMPARE_PATTERN, FLAGS_TO_COMPARE | SVA_FLAG_DOMAIN1, RECORD | SVA_FLAG_DOMAIN1, 0),
		.max_size = ANY_SIZE,
		.reserved = SVAI_BYTES(36, 39) | SVAI_BYTES(41, 59) | SVAI_BYTES(62, 63),
	},
};
/* clang-format on */

const char *sva_opcode_name(unsigned int opcode)
{
	if (svai_opcode(opcode)->name)
		return svai_opcode(opcode)->name;
	if (svai_iax_opcode(opcode)->name)
		return svai_iax_opcode(opcode)->name;
	return "unknown opcode";
}

/* The blocks of the source, with tuples or without, as the destination has them. */
static uint64_t size_of_blocks(const struct sva_desc *desc)
{
	uint64_t block = svai_dif_block(desc), protected = block + SVAI_DIF_TUPLE;

	switch (sva_desc_opcode(desc)) {
	case SVA_OP_DIF_INSERT:
		return desc->xfer_size / block * protected;
	case SVA_OP_DIF_STRIP:
		return desc->xfer_size / protected * block;
	case SVA_OP_DIX_GENERATE:
		return desc->xfer_size / block * SVAI_DIF_TUPLE;
	default:
		return desc->xfer_size;
	}
}

uint64_t svai_operand_size(const struct sva_desc *desc, unsigned int i)
{
	switch (svai_opcode(sva_desc_opcode(desc))->operand[i]) {
	case SVAI_DATA:
		return desc->xfer_size;
	case SVAI_BLOCKS:
		return size_of_blocks(desc);
	case SVAI_LIST:
		return desc->desc_count * sizeof(*desc);
	case SVAI_DELTA:
		return desc->delta.delta_size;
	case SVAI_DELTA_ROOM:
		return desc->delta.max_size;
	default:
		return 0;
	}
}
