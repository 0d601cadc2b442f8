/* SPDX-License-Identifier: MIT */
/*
 * The rules for descriptors, one row of a table for each operation.
 *
 * Source: Intel Data Streaming Accelerator Architecture Specification (341204, revision 3.0): 5.4
 * and 5.5 (checks, allowed flags, reserved fields), 5.8.1 (status codes), 8.3 (operations).
 */
#include <string.h>

#include "check.h"

/* The bytes of a descriptor from @first to @last, as bits of a mask. */
#define BYTES(first, last) (UINT64_MAX >> (63 - (last) + (first)) << (first))

#define FLAGS_OF_ALL       (SVA_FLAG_FENCE | SVA_FLAG_CRAV | SVA_FLAG_RCR | SVA_FLAG_CR_TCS)
#define FLAGS_TO_WRITE     (SVA_FLAG_BOF | SVA_FLAG_CC | SVA_FLAG_STORD | SVA_FLAG_DRDBK)
#define FLAGS_TO_COPY      (FLAGS_TO_WRITE | SVA_FLAG_ADDR1_TCS | SVA_FLAG_ADDR2_TCS)
#define FLAGS_TO_COMPARE   (SVA_FLAG_BOF | SVA_FLAG_CR | SVA_FLAG_ADDR1_TCS)
#define FLAGS_OF_CRC                                                                         \
	(SVA_FLAG_CRC_SEED_ADDR | SVA_FLAG_CRC_BYPASS_INVERT | SVA_FLAG_CRC_BYPASS_REFLECT | \
	 FLAG_CRC64 | SVA_FLAG_ADDR3_TCS)
#define RECORD           (SVA_FLAG_CRAV | SVA_FLAG_RCR)

#define FLAG_BATCH_ERROR 0x010000u /* goes on with a batch that has failed already */
#define FLAG_CRC64       0x080000u

#define ANY_SIZE         UINT32_MAX
#define DELTA_SIZE       0x80000u /* offsets in a delta record have 16 bits, in units of 8 bytes */
#define DELTA_ENTRY      10u
#define DELTA_MIN        80u /* the entries of one cache line */

/* A flag that means something only together with something else. */
struct feature {
	uint32_t flag;
	uint64_t gen_cap;   /* bits that the device must have for it */
	uint64_t fields;    /* bytes that are reserved without the flag */
	uint32_t companion; /* flags that are reserved without it */
};

typedef unsigned int check_fn(const struct svai_limits *limits, const struct sva_desc *desc,
			      struct svai_finding *finding);

struct rule {
	uint32_t flags;    /* allowed besides FLAGS_OF_ALL */
	uint32_t required; /* must be set, all of them */
	uint32_t one_of;   /* one at least must be set */
	uint32_t steering; /* allowed by version 1.0 of the architecture */
	uint32_t max_size; /* of a transfer, if the queue allows as much; 0: it has none */
	uint64_t reserved; /* bytes that must be zero; no operation is without some */
	struct feature features[2];
	check_fn *fields; /* the rest */
	bool not_in_batch;
};

static const struct feature common_features[] = {
	{ .flag = SVA_FLAG_CRAV,
	  .fields = BYTES(8, 15),
	  .companion = SVA_FLAG_RCR | SVA_FLAG_CR_TCS | SVA_FLAG_CRSTS },
	{ .flag = SVA_FLAG_CC, .gen_cap = SVA_GENCAP_CC_MEMORY },
	{ .flag = SVA_FLAG_DRDBK, .gen_cap = SVA_GENCAP_DST_READBACK },
};

static unsigned int refuse(struct svai_finding *finding, unsigned int status, const char *text,
			   uint64_t got, uint64_t limit)
{
	*finding = (struct svai_finding){ status, 0, text, got, limit };
	return status;
}

static unsigned int refuse_flags(struct svai_finding *finding, uint32_t flags, const char *text)
{
	*finding = (struct svai_finding){ SVA_STATUS_BAD_FLAGS, flags, text, flags, 0 };
	return SVA_STATUS_BAD_FLAGS;
}

/* Do two ranges, neither of them empty, have a byte in common? */
static bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return b - a < a_size || a - b < b_size;
}

static unsigned int refuse_overlap(struct svai_finding *finding)
{
	return refuse(finding, SVA_STATUS_OVERLAP, "a destination overlaps another buffer", 0, 0);
}

static unsigned int check_batch(const struct svai_limits *limits, const struct sva_desc *desc,
				struct svai_finding *finding)
{
	uint32_t min = limits->gen_cap & SVAI_GENCAP_BATCH_OF_ONE ? 1 : 2;

	if (desc->desc_count < min)
		return refuse(finding, SVA_STATUS_BAD_COUNT, "too few descriptors for a batch",
			      desc->desc_count, min);
	if (desc->desc_count > limits->max_batch)
		return refuse(finding, SVA_STATUS_BAD_COUNT,
			      "more descriptors than the queue takes in a batch", desc->desc_count,
			      limits->max_batch);
	if (desc->desc_list_addr % sizeof(*desc))
		return refuse(finding, SVA_STATUS_LIST_ALIGN,
			      "the descriptor list is not 64-byte aligned", desc->desc_list_addr,
			      0);
	return 0;
}

static unsigned int check_memmove(const struct svai_limits *limits, const struct sva_desc *desc,
				  struct svai_finding *finding)
{
	if (!(limits->gen_cap & SVA_GENCAP_OVERLAP) &&
	    overlap(desc->src_addr, desc->xfer_size, desc->dst_addr, desc->xfer_size))
		return refuse_overlap(finding);
	return 0;
}

/* What creating and applying a delta have in common; @size is the record's. */
static unsigned int check_delta(const struct svai_limits *limits, const struct sva_desc *desc,
				uint32_t size, uint32_t min, struct svai_finding *finding)
{
	if (desc->dst_addr % 8)
		return refuse(finding, SVA_STATUS_ADDR_ALIGN,
			      "the second address is not 8-byte aligned", desc->dst_addr, 0);
	if (desc->xfer_size % 8)
		return refuse(finding, SVA_STATUS_ADDR_ALIGN,
			      "the transfer size is not a multiple of 8", desc->xfer_size, 0);
	if (size < min)
		return refuse(finding, SVA_STATUS_BAD_DELTA_SIZE, "the delta record is too small",
			      size, min);
	if (size > limits->max_transfer)
		return refuse(finding, SVA_STATUS_BAD_DELTA_SIZE,
			      "the delta record is larger than a transfer of the queue", size,
			      limits->max_transfer);
	return 0;
}

static unsigned int check_create_delta(const struct svai_limits *limits,
				       const struct sva_desc *desc, struct svai_finding *finding)
{
	uint64_t delta = desc->delta.delta_addr, size = desc->xfer_size;
	uint32_t max = desc->delta.max_size;

	if (desc->src_addr % 8)
		return refuse(finding, SVA_STATUS_ADDR_ALIGN,
			      "the first address is not 8-byte aligned", desc->src_addr, 0);
	if (check_delta(limits, desc, max, DELTA_MIN, finding))
		return finding->status;
	if (overlap(delta, max, desc->src_addr, size) || overlap(delta, max, desc->src2_addr, size))
		return refuse_overlap(finding);
	return 0;
}

static unsigned int check_apply_delta(const struct svai_limits *limits, const struct sva_desc *desc,
				      struct svai_finding *finding)
{
	uint32_t size = desc->delta.delta_size;

	if (check_delta(limits, desc, size, DELTA_ENTRY, finding))
		return finding->status;
	/* The specification says "should": of part of an entry nothing can be made. */
	if (size % DELTA_ENTRY)
		return refuse(finding, SVA_STATUS_BAD_DELTA_SIZE,
			      "the size of the delta record is not a multiple of 10", size, 0);
	if (overlap(desc->src_addr, size, desc->dst_addr, desc->xfer_size))
		return refuse_overlap(finding);
	return 0;
}

static unsigned int check_dualcast(const struct svai_limits *limits, const struct sva_desc *desc,
				   struct svai_finding *finding)
{
	uint64_t src = desc->src_addr, dst1 = desc->dst_addr, dst2 = desc->dualcast.dst2_addr;
	uint64_t size = desc->xfer_size;

	(void)limits;
	if ((dst1 ^ dst2) & 0xfff)
		return refuse(finding, SVA_STATUS_DUALCAST_ALIGN,
			      "the destinations differ in bits 11:0 of their addresses",
			      dst1 ^ dst2, 0);
	if (overlap(src, size, dst1, size) || overlap(src, size, dst2, size) ||
	    overlap(dst1, size, dst2, size))
		return refuse_overlap(finding);
	return 0;
}

static unsigned int check_fetch(const struct svai_limits *limits, const struct sva_desc *desc,
				struct svai_finding *finding)
{
	uint32_t stride = desc->fetch.stride;

	(void)limits;
	if (!desc->xfer_size)
		return refuse(finding, SVA_STATUS_BAD_SIZE, "the size of the region is zero", 0, 0);
	if (desc->op_flags & SVA_FLAG_FETCH_STRIDE && (stride < 4096 || stride & (stride - 1)))
		return refuse(finding, SVA_STATUS_ADDR_ALIGN,
			      "the stride is not a power of two of at least 4096", stride, 0);
	return 0;
}

static unsigned int check_crc(const struct svai_limits *limits, const struct sva_desc *desc,
			      struct svai_finding *finding)
{
	uint64_t crc_size = desc->op_flags & FLAG_CRC64 ? 8 : 4;

	(void)limits;
	if (desc->op_flags & SVA_FLAG_CRC_SEED_ADDR) {
		if (desc->op_words[0])
			return refuse(finding, SVA_STATUS_RESERVED,
				      "there are two seeds, in the descriptor and in memory",
				      desc->op_words[0], 0);
		if (desc->crc.seed_addr % crc_size)
			return refuse(finding, SVA_STATUS_ADDR_ALIGN,
				      "the address of the seed is not aligned", desc->crc.seed_addr,
				      0);
	}
	if (sva_desc_opcode(desc) == SVA_OP_COPY_CRC &&
	    overlap(desc->src_addr, desc->xfer_size, desc->dst_addr, desc->xfer_size))
		return refuse_overlap(finding);
	return 0;
}

/* Bytes of a block at the source and at the destination; 0: nothing is written there. */
static void dif_blocks(const struct sva_desc *desc, uint64_t *src, uint64_t *dst)
{
	uint64_t block = svai_dif_block(desc);

	*src = block + SVAI_DIF_TUPLE;
	*dst = *src;
	switch (sva_desc_opcode(desc)) {
	case SVA_OP_DIF_CHECK:
		*dst = 0;
		break;
	case SVA_OP_DIF_INSERT:
		*src = block;
		break;
	case SVA_OP_DIF_STRIP:
		*dst = block;
		break;
	case SVA_OP_DIX_GENERATE:
		*src = block;
		*dst = SVAI_DIF_TUPLE;
		break;
	default:
		break;
	}
}

static unsigned int check_dif(const struct svai_limits *limits, const struct sva_desc *desc,
			      struct svai_finding *finding)
{
	uint64_t size = desc->xfer_size, src, dst;

	(void)limits;
	if (desc->dif.flags & 0xf0 || desc->dif.dst_flags & 0x07)
		return refuse(finding, SVA_STATUS_RESERVED, "a reserved DIF flag is set",
			      desc->dif.flags & 0xf0 ? desc->dif.flags : desc->dif.dst_flags, 0);
	dif_blocks(desc, &src, &dst);
	/* The specification says "should", and names no status. Part of a block has no tuple. */
	if (size % src)
		return refuse(finding, SVA_STATUS_BAD_SIZE,
			      "the transfer size is not a whole number of blocks", size, 0);
	if (sva_desc_opcode(desc) == SVA_OP_DIX_GENERATE && desc->dst_addr % 8)
		return refuse(finding, SVA_STATUS_ADDR_ALIGN,
			      "the destination is not 8-byte aligned", desc->dst_addr, 0);
	if (dst && overlap(desc->src_addr, size, desc->dst_addr, size / src * dst))
		return refuse_overlap(finding);
	return 0;
}

/* clang-format off */
#define BATCH_ERROR	    { FLAG_BATCH_ERROR, SVAI_GENCAP_BATCH_ERROR, 0, 0 }
#define READBACK1	    { SVA_FLAG_DRAIN_READBACK1, SVA_GENCAP_DRAIN_READBACK, \
			      BYTES(16, 23), SVA_FLAG_ADDR1_TCS }
#define READBACK2	    { SVA_FLAG_DRAIN_READBACK2, SVA_GENCAP_DRAIN_READBACK, \
			      BYTES(24, 31), SVA_FLAG_ADDR2_TCS }
#define PATTERN_OF_16_BYTES { SVA_FLAG_FILL_16, SVA_GENCAP_FILL_16, BYTES(40, 47), 0 }
#define FETCH_STRIDE	    { SVA_FLAG_FETCH_STRIDE, SVA_GENCAP_FETCH_STRIDE, BYTES(48, 51), 0 }
#define SEED_IN_MEMORY	    { SVA_FLAG_CRC_SEED_ADDR, 0, BYTES(48, 55), SVA_FLAG_ADDR3_TCS }
#define CRC_OF_64_BITS	    { FLAG_CRC64, SVAI_GENCAP_CRC64, BYTES(44, 47), 0 }
#define WRITE_BACK_ONLY	    { SVA_FLAG_CC, SVA_GENCAP_CC_FLUSH, 0, 0 }
#define HANDLE1		    { SVA_FLAG_DOMAIN1, 0, BYTES(60, 61), 0 }
#define HANDLE2		    { SVA_FLAG_DOMAIN2, 0, BYTES(62, 63), 0 }

static const struct rule rules[256] = {
	[SVA_OP_NOOP] = {
		.reserved = BYTES(16, 35) | BYTES(38, 63),
	},
	[SVA_OP_BATCH] = {
		.not_in_batch = true,
		.flags = SVA_FLAG_ADDR1_TCS | FLAG_BATCH_ERROR,
		.reserved = BYTES(24, 31) | BYTES(38, 63),
		.features = { BATCH_ERROR },
		.fields = check_batch,
	},
	[SVA_OP_DRAIN] = {
		.not_in_batch = true,
		.flags = SVA_FLAG_ADDR1_TCS | SVA_FLAG_ADDR2_TCS | SVA_FLAG_DRAIN_READBACK1 |
			 SVA_FLAG_DRAIN_READBACK2 | SVA_FLAG_DRAIN_NO_TCA_READBACK |
			 SVA_FLAG_DRAIN_NO_TCB_READBACK,
		.required = RECORD,
		.reserved = BYTES(32, 35) | BYTES(38, 63),
		.features = { READBACK1, READBACK2 },
	},
	[SVA_OP_MEMMOVE] = {
		.max_size = ANY_SIZE,
		.flags = FLAGS_TO_COPY,
		.reserved = BYTES(38, 63),
		.fields = check_memmove,
	},
	[SVA_OP_FILL] = {
		.max_size = ANY_SIZE,
		.flags = FLAGS_TO_WRITE | SVA_FLAG_ADDR2_TCS | SVA_FLAG_FILL_16,
		.reserved = BYTES(38, 39) | BYTES(48, 63),
		.features = { PATTERN_OF_16_BYTES },
	},
	[SVA_OP_COMPARE] = {
		.max_size = ANY_SIZE,
		.flags = FLAGS_TO_COMPARE | SVA_FLAG_ADDR2_TCS,
		.required = RECORD,
		.reserved = BYTES(38, 39) | BYTES(41, 63),
	},
	[SVA_OP_COMPARE_PATTERN] = {
		.max_size = ANY_SIZE,
		.flags = FLAGS_TO_COMPARE,
		.required = RECORD,
		.reserved = BYTES(38, 39) | BYTES(41, 63),
	},
	[SVA_OP_CREATE_DELTA] = {
		.max_size = DELTA_SIZE,
		.flags = FLAGS_TO_COPY | SVA_FLAG_CR | SVA_FLAG_ADDR3_TCS,
		.required = RECORD,
		.reserved = BYTES(38, 39) | BYTES(52, 55) | BYTES(57, 63),
		.fields = check_create_delta,
	},
	[SVA_OP_APPLY_DELTA] = {
		.max_size = DELTA_SIZE,
		.flags = FLAGS_TO_COPY,
		.reserved = BYTES(38, 39) | BYTES(44, 63),
		.fields = check_apply_delta,
	},
	[SVA_OP_DUALCAST] = {
		.max_size = ANY_SIZE,
		.flags = FLAGS_TO_COPY | SVA_FLAG_ADDR3_TCS,
		.steering = SVA_FLAG_DUALCAST_DEST2_STEERING,
		.reserved = BYTES(38, 39) | BYTES(48, 63),
		.fields = check_dualcast,
	},
	[SVA_OP_TRANSLATION_FETCH] = {
		.flags = SVA_FLAG_BOF | SVA_FLAG_FETCH_STRIDE,
		.reserved = BYTES(24, 31) | BYTES(38, 47) | BYTES(52, 63),
		.features = { FETCH_STRIDE },
		.fields = check_fetch,
	},
	[SVA_OP_CRC] = {
		.max_size = ANY_SIZE,
		.flags = SVA_FLAG_BOF | SVA_FLAG_ADDR1_TCS | FLAGS_OF_CRC,
		.required = RECORD,
		.reserved = BYTES(24, 31) | BYTES(38, 39) | BYTES(56, 63),
		.features = { SEED_IN_MEMORY, CRC_OF_64_BITS },
		.fields = check_crc,
	},
	[SVA_OP_COPY_CRC] = {
		.max_size = ANY_SIZE,
		.flags = FLAGS_TO_COPY | FLAGS_OF_CRC,
		.required = RECORD,
		.reserved = BYTES(38, 39) | BYTES(56, 63),
		.features = { SEED_IN_MEMORY, CRC_OF_64_BITS },
		.fields = check_crc,
	},
	[SVA_OP_DIF_CHECK] = {
		.max_size = ANY_SIZE,
		.flags = SVA_FLAG_BOF | SVA_FLAG_ADDR1_TCS,
		.required = RECORD,
		.reserved = BYTES(24, 31) | BYTES(38, 39) | BYTES(41, 41) | BYTES(43, 47) |
			    BYTES(56, 63),
		.fields = check_dif,
	},
	[SVA_OP_DIF_INSERT] = {
		.max_size = ANY_SIZE,
		.flags = FLAGS_TO_COPY,
		.reserved = BYTES(38, 40) | BYTES(43, 55),
		.fields = check_dif,
	},
	[SVA_OP_DIF_STRIP] = {
		.max_size = ANY_SIZE,
		.flags = FLAGS_TO_COPY,
		.reserved = BYTES(38, 39) | BYTES(41, 41) | BYTES(43, 47) | BYTES(56, 63),
		.fields = check_dif,
	},
	[SVA_OP_DIF_UPDATE] = {
		.max_size = ANY_SIZE,
		.flags = FLAGS_TO_COPY,
		.reserved = BYTES(38, 39) | BYTES(43, 47),
		.fields = check_dif,
	},
	[SVA_OP_DIX_GENERATE] = {
		.max_size = ANY_SIZE,
		.flags = FLAGS_TO_COPY,
		.required = RECORD,
		.reserved = BYTES(38, 40) | BYTES(43, 55),
		.fields = check_dif,
	},
	[SVA_OP_CACHE_FLUSH] = {
		.max_size = ANY_SIZE,
		.flags = FLAGS_TO_WRITE | SVA_FLAG_ADDR2_TCS,
		.reserved = BYTES(16, 23) | BYTES(38, 63),
		.features = { WRITE_BACK_ONLY },
	},
	[SVA_OP_UPDATE_WINDOW] = {
		.not_in_batch = true,
		.flags = SVA_FLAG_WINDOW_NO_DRAIN,
		.reserved = BYTES(32, 35) | BYTES(38, 60),
	},
	[SVA_OP_DOMAIN_MEMMOVE] = {
		.max_size = ANY_SIZE,
		.flags = FLAGS_TO_COPY | SVA_FLAG_DOMAIN1 | SVA_FLAG_DOMAIN2,
		.one_of = SVA_FLAG_DOMAIN1 | SVA_FLAG_DOMAIN2,
		.reserved = BYTES(38, 59),
		.features = { HANDLE1, HANDLE2 },
	},
	[SVA_OP_DOMAIN_FILL] = {
		.max_size = ANY_SIZE,
		.flags = FLAGS_TO_WRITE | SVA_FLAG_ADDR2_TCS | SVA_FLAG_FILL_16 | SVA_FLAG_DOMAIN2,
		.required = SVA_FLAG_DOMAIN2,
		.reserved = BYTES(38, 39) | BYTES(48, 61),
		.features = { PATTERN_OF_16_BYTES },
	},
	[SVA_OP_DOMAIN_COMPARE] = {
		.max_size = ANY_SIZE,
		.flags = FLAGS_TO_COMPARE | SVA_FLAG_ADDR2_TCS | SVA_FLAG_DOMAIN1 |
			 SVA_FLAG_DOMAIN2,
		.required = RECORD,
		.one_of = SVA_FLAG_DOMAIN1 | SVA_FLAG_DOMAIN2,
		.reserved = BYTES(38, 39) | BYTES(41, 59),
		.features = { HANDLE1, HANDLE2 },
	},
	[SVA_OP_DOMAIN_COMPARE_PATTERN] = {
		.max_size = ANY_SIZE,
		.flags = FLAGS_TO_COMPARE | SVA_FLAG_DOMAIN1,
		.required = RECORD | SVA_FLAG_DOMAIN1,
		.reserved = BYTES(38, 39) | BYTES(41, 59) | BYTES(62, 63),
	},
};
/* clang-format on */

static unsigned int check_feature(const struct feature *feature, uint64_t gen_cap, uint32_t flags,
				  struct svai_finding *finding)
{
	if (flags & feature->flag && (gen_cap & feature->gen_cap) != feature->gen_cap)
		return refuse_flags(finding, feature->flag,
				    "a flag needs a capability that the device has not got");
	if (!(flags & feature->flag) && flags & feature->companion)
		return refuse_flags(finding, flags & feature->companion,
				    "a flag has no meaning without another one");
	return 0;
}

static unsigned int check_features(const struct feature *features, size_t count, uint64_t gen_cap,
				   uint32_t flags, struct svai_finding *finding)
{
	for (size_t i = 0; i < count; i++)
		if (check_feature(&features[i], gen_cap, flags, finding))
			return finding->status;
	return 0;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Steering tags were part of version 1.0 only. */
static uint32_t allowed_flags(const struct svai_limits *limits, const struct rule *rule)
{
	uint32_t flags = FLAGS_OF_ALL | rule->flags;

	if (limits->version >= 0x200)
		return flags;
	return flags | SVA_FLAG_CRSTS | rule->steering |
	       (flags & SVA_FLAG_STORD ? SVA_FLAG_DSTS : 0);
}

static unsigned int check_flags(const struct svai_limits *limits, const struct rule *rule,
				uint32_t flags, bool member, struct svai_finding *finding)
{
	uint32_t unknown = flags & ~allowed_flags(limits, rule);

	if (unknown)
		return refuse_flags(finding, unknown, "the operation has no such flags");
	if (flags & SVA_FLAG_FENCE && !member)
		return refuse_flags(finding, SVA_FLAG_FENCE, "a fence is for members of a batch");
	if (flags & SVA_FLAG_BOF && !limits->block_on_fault)
		return refuse_flags(finding, SVA_FLAG_BOF, "the queue does not block on faults");
	if (rule->required & ~flags)
		return refuse_flags(finding, rule->required & ~flags,
				    "flags are missing that the operation requires");
	if (rule->one_of && !(rule->one_of & flags))
		return refuse_flags(finding, rule->one_of,
				    "one of the flags is missing that the operation requires");
	if (check_features(common_features, COUNT(common_features), limits->gen_cap, flags,
			   finding))
		return finding->status;
	return check_features(rule->features, COUNT(rule->features), limits->gen_cap, flags,
			      finding);
}

static uint64_t reserved_bytes(const struct rule *rule, uint32_t flags)
{
	uint64_t bytes = rule->reserved | BYTES(36, 37); /* int_handle: flag RCI is reserved */

	for (size_t i = 0; i < COUNT(common_features); i++)
		if (!(flags & common_features[i].flag))
			bytes |= common_features[i].fields;
	for (size_t i = 0; i < COUNT(rule->features); i++)
		if (!(flags & rule->features[i].flag))
			bytes |= rule->features[i].fields;
	return bytes;
}

static unsigned int check_reserved(const struct sva_desc *desc, uint64_t reserved,
				   struct svai_finding *finding)
{
	uint64_t words[8];

	memcpy(words, desc, sizeof(words));
	for (int i = 0; i < 8; i++, reserved >>= 8) {
		if (!words[i] || !(reserved & 0xff))
			continue; /* as most are */
		for (int byte = 0; byte < 8; byte++)
			if (reserved >> byte & 1 && words[i] >> 8 * byte & 0xff)
				return refuse(finding, SVA_STATUS_RESERVED,
					      "a reserved field is not zero", words[i], 0);
	}
	return 0;
}

unsigned int svai_check_owner(const struct sva_desc *desc, struct svai_finding *finding)
{
	if (desc->pasid_priv >> 31)
		return refuse(finding, SVA_STATUS_PRIV, "only the kernel may set the privilege bit",
			      desc->pasid_priv, 0);
	if (desc->pasid_priv)
		return refuse(finding, SVA_STATUS_RESERVED, "the PASID is not the program's to set",
			      desc->pasid_priv, 0);
	return 0;
}

static unsigned int check_size(const struct svai_limits *limits, const struct rule *rule,
			       uint32_t size, struct svai_finding *finding)
{
	if (!size)
		return refuse(finding, SVA_STATUS_BAD_SIZE, "the transfer size is zero", 0, 0);
	if (size > limits->max_transfer)
		return refuse(finding, SVA_STATUS_BAD_SIZE,
			      "the transfer size is more than the queue takes", size,
			      limits->max_transfer);
	if (size > rule->max_size)
		return refuse(finding, SVA_STATUS_BAD_SIZE,
			      "the transfer size is more than the operation takes", size,
			      rule->max_size);
	return 0;
}

static unsigned int check(const struct svai_limits *limits, const struct sva_desc *desc,
			  bool member, struct svai_finding *finding)
{
	const struct rule *rule = &rules[sva_desc_opcode(desc)];
	uint32_t flags = sva_desc_flags(desc);

	if (flags & SVA_FLAG_CRAV && desc->completion_addr % sizeof(struct sva_record))
		return refuse(finding, SVA_STATUS_CR_ALIGN,
			      "the completion record is not 32-byte aligned", desc->completion_addr,
			      0);
	if (!sva_opmask_has(&limits->opcodes, sva_desc_opcode(desc)))
		return refuse(finding, SVA_STATUS_BAD_OPCODE, "the queue has no such operation",
			      sva_desc_opcode(desc), 0);
	if (member && rule->not_in_batch)
		return refuse(finding, SVA_STATUS_BAD_OPCODE,
			      "the operation cannot be member of a batch", sva_desc_opcode(desc),
			      0);
	if (!rule->reserved)
		return 0;
	if (check_flags(limits, rule, flags, member, finding) ||
	    check_reserved(desc, reserved_bytes(rule, flags), finding) ||
	    (rule->max_size && check_size(limits, rule, desc->xfer_size, finding)))
		return finding->status;
	return rule->fields ? rule->fields(limits, desc, finding) : 0;
}

unsigned int svai_check(const struct svai_limits *limits, const struct sva_desc *desc, bool member,
			struct svai_finding *finding)
{
	struct svai_finding unwanted;

	return check(limits, desc, member, finding ? finding : &unwanted);
}
