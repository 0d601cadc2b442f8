/* SPDX-License-Identifier: MIT */
/* What a device refuses (5.4, 5.5). All of it is listed, as a device may look in any order. */
#include "op.h"

#define FLAG_RESERVED_6 0x40u

#define FLAGS_ALWAYS    (SVA_FLAG_CRAV | SVA_FLAG_RCR | SVA_FLAG_CR_TCS)
#define FLAGS_WRITE     (SVA_FLAG_CC | SVA_FLAG_DRDBK | SVA_FLAG_STORD)
#define FLAGS_SRC       (SVA_FLAG_BOF | SVA_FLAG_ADDR1_TCS)
#define FLAGS_DST       (SVA_FLAG_BOF | SVA_FLAG_ADDR2_TCS | FLAGS_WRITE)
#define FLAGS_COPY      (FLAGS_SRC | FLAGS_DST)
#define FLAGS_CRC                                                                            \
	(SVA_FLAG_CRC_SEED_ADDR | SVA_FLAG_CRC_BYPASS_INVERT | SVA_FLAG_CRC_BYPASS_REFLECT | \
	 EMU_FLAG_CRC64 | SVA_FLAG_ADDR3_TCS)
#define FLAGS_DRAIN                                                           \
	(SVA_FLAG_ADDR1_TCS | SVA_FLAG_ADDR2_TCS | SVA_FLAG_DRAIN_READBACK1 | \
	 SVA_FLAG_DRAIN_READBACK2 | SVA_FLAG_DRAIN_NO_TCA_READBACK |          \
	 SVA_FLAG_DRAIN_NO_TCB_READBACK)

/* Bytes @first to @last of a descriptor, as bits. */
#define BYTES(first, last) (~0ull >> (63 - (last)) & ~0ull << (first))
#define INT_HANDLE         BYTES(36, 37)

#define RESULT             1u /* a completion record is required */
#define SIZED              2u /* has a transfer size */
#define LIMITED            4u /* which the queue limits */

/* Table 5-3: what each operation allows, before conditions. */
struct rule {
	uint32_t flags;
	unsigned int kind;
	uint64_t reserved; /* bytes */
	bool known;
};

#define RULE(flags_, kind_, reserved_)                                                       \
	{                                                                                    \
		.flags = (flags_), .kind = (kind_), .reserved = (reserved_) | BYTES(38, 39), \
		.known = true                                                                \
	}

static const struct rule rules[256] = {
	[SVA_OP_NOOP] = RULE(0, 0, BYTES(16, 35) | BYTES(40, 63)),
	[SVA_OP_BATCH] =
		RULE(SVA_FLAG_ADDR1_TCS | EMU_FLAG_BATCH_ERROR, 0, BYTES(24, 31) | BYTES(40, 63)),
	[SVA_OP_DRAIN] = RULE(FLAGS_DRAIN, 0, BYTES(32, 35) | BYTES(40, 63)),
	[SVA_OP_MEMMOVE] = RULE(FLAGS_COPY, SIZED | LIMITED, BYTES(40, 63)),
	[SVA_OP_FILL] = RULE(FLAGS_DST | SVA_FLAG_FILL_16, SIZED | LIMITED, BYTES(48, 63)),
	[SVA_OP_COMPARE] = RULE(FLAGS_SRC | SVA_FLAG_ADDR2_TCS | SVA_FLAG_CR,
				SIZED | LIMITED | RESULT, BYTES(41, 63)),
	[SVA_OP_COMPARE_PATTERN] =
		RULE(FLAGS_SRC | SVA_FLAG_CR, SIZED | LIMITED | RESULT, BYTES(41, 63)),
	[SVA_OP_CREATE_DELTA] = RULE(FLAGS_COPY | SVA_FLAG_ADDR3_TCS | SVA_FLAG_CR,
				     SIZED | LIMITED | RESULT, BYTES(52, 55) | BYTES(57, 63)),
	[SVA_OP_APPLY_DELTA] = RULE(FLAGS_COPY, SIZED | LIMITED, BYTES(44, 63)),
	[SVA_OP_DUALCAST] = RULE(FLAGS_COPY | SVA_FLAG_ADDR3_TCS | SVA_FLAG_DUALCAST_DEST2_STEERING,
				 SIZED | LIMITED, BYTES(48, 63)),
	[SVA_OP_TRANSLATION_FETCH] = RULE(SVA_FLAG_BOF | SVA_FLAG_FETCH_STRIDE, SIZED,
					  BYTES(24, 31) | BYTES(40, 47) | BYTES(52, 63)),
	[SVA_OP_CRC] = RULE(FLAGS_SRC | FLAGS_CRC, SIZED | LIMITED | RESULT,
			    BYTES(24, 31) | BYTES(56, 63)),
	[SVA_OP_COPY_CRC] = RULE(FLAGS_COPY | FLAGS_CRC, SIZED | LIMITED | RESULT, BYTES(56, 63)),
	[SVA_OP_DIF_CHECK] = RULE(FLAGS_SRC, SIZED | LIMITED | RESULT,
				  BYTES(24, 31) | BYTES(41, 41) | BYTES(43, 47) | BYTES(56, 63)),
	[SVA_OP_DIF_INSERT] = RULE(FLAGS_COPY, SIZED | LIMITED, BYTES(40, 40) | BYTES(43, 55)),
	[SVA_OP_DIF_STRIP] =
		RULE(FLAGS_COPY, SIZED | LIMITED, BYTES(41, 41) | BYTES(43, 47) | BYTES(56, 63)),
	[SVA_OP_DIF_UPDATE] = RULE(FLAGS_COPY, SIZED | LIMITED, BYTES(43, 47)),
	/* 8.3.18, not table 5-5: needs a completion record. */
	[SVA_OP_DIX_GENERATE] =
		RULE(FLAGS_COPY, SIZED | LIMITED | RESULT, BYTES(40, 40) | BYTES(43, 55)),
	[SVA_OP_CACHE_FLUSH] = RULE(FLAGS_DST, SIZED | LIMITED, BYTES(16, 23) | BYTES(40, 63)),
};

static bool is_crc(unsigned int opcode)
{
	return opcode == SVA_OP_CRC || opcode == SVA_OP_COPY_CRC;
}

/* Cache control (8.1.3.1): which of its flags no combination of capabilities allows. */
static uint32_t bad_cache_control(const struct emu_device *dev, unsigned int opcode, uint32_t flags)
{
	bool cache = flags & SVA_FLAG_CC;
	uint64_t cache_cap = EMU_CAP_CACHE_CONTROL;
	uint32_t bad = 0;

	if (opcode == SVA_OP_CACHE_FLUSH)
		cache_cap = dev->version < 0x200 ? EMU_CAP_FLUSH_CONTROL : 0;
	if (cache && !(dev->gen_cap & cache_cap))
		bad |= SVA_FLAG_CC;
	if ((flags & SVA_FLAG_DRDBK) && !(dev->gen_cap & EMU_CAP_READBACK))
		bad |= SVA_FLAG_DRDBK;
	return bad;
}

/* Flags of one opcode that a capability or another flag must back. */
static uint32_t bad_op_flags(const struct emu_device *dev, unsigned int opcode, uint32_t flags)
{
	uint64_t cap = dev->gen_cap;
	uint32_t bad = 0;

	if (opcode == SVA_OP_BATCH && !(cap & EMU_CAP_BATCH_ERROR))
		bad |= EMU_FLAG_BATCH_ERROR;
	if (opcode == SVA_OP_DRAIN && !(cap & EMU_CAP_DRAIN_READBACK))
		bad |= SVA_FLAG_DRAIN_READBACK1 | SVA_FLAG_DRAIN_READBACK2;
	if (opcode == SVA_OP_DRAIN && !(flags & SVA_FLAG_DRAIN_READBACK1))
		bad |= SVA_FLAG_ADDR1_TCS;
	if (opcode == SVA_OP_DRAIN && !(flags & SVA_FLAG_DRAIN_READBACK2))
		bad |= SVA_FLAG_ADDR2_TCS;
	if (opcode == SVA_OP_FILL && !(cap & EMU_CAP_FILL_16))
		bad |= SVA_FLAG_FILL_16;
	if (opcode == SVA_OP_DUALCAST && dev->version >= 0x200)
		bad |= SVA_FLAG_DUALCAST_DEST2_STEERING;
	if (opcode == SVA_OP_TRANSLATION_FETCH && !(cap & EMU_CAP_FETCH_STRIDE))
		bad |= SVA_FLAG_FETCH_STRIDE;
	if (is_crc(opcode) && !(cap & EMU_CAP_CRC64))
		bad |= EMU_FLAG_CRC64;
	if (is_crc(opcode) && !(flags & SVA_FLAG_CRC_SEED_ADDR))
		bad |= SVA_FLAG_ADDR3_TCS;
	return bad & flags;
}

static void check_flags(const struct emu_device *dev, const struct sva_desc *desc, bool member,
			struct emu_findings *findings)
{
	unsigned int opcode = sva_desc_opcode(desc);
	const struct rule *rule = &rules[opcode];
	uint32_t flags = sva_desc_flags(desc);
	uint32_t allowed = rule->flags | FLAGS_ALWAYS | (member ? SVA_FLAG_FENCE : 0);
	uint32_t bad;

	if (dev->version < 0x200)
		allowed |= SVA_FLAG_CRSTS | (rule->flags & FLAGS_WRITE ? SVA_FLAG_DSTS : 0);
	if (!dev->block_on_fault)
		allowed &= ~SVA_FLAG_BOF;
	if (!(flags & SVA_FLAG_CRAV))
		allowed &= ~(SVA_FLAG_RCR | SVA_FLAG_CR_TCS | SVA_FLAG_CRSTS);
	bad = (flags & ~allowed) | bad_cache_control(dev, opcode, flags) |
	      bad_op_flags(dev, opcode, flags);
	if (rule->kind & RESULT)
		bad |= ~flags & (SVA_FLAG_CRAV | SVA_FLAG_RCR);
	if (opcode == SVA_OP_DRAIN)
		bad |= ~flags & SVA_FLAG_RCR;
	findings->invalid_flags = bad;
	emu_find_if(findings, bad != 0, SVA_STATUS_BAD_FLAGS);
}

/* Bytes that are reserved under conditions (table 5-4 and the operations' sections). */
static uint64_t reserved_bytes(const struct sva_desc *desc)
{
	unsigned int opcode = sva_desc_opcode(desc);
	uint32_t flags = sva_desc_flags(desc);
	uint64_t bytes = rules[opcode].reserved;

	if (!(flags & SVA_FLAG_CRAV))
		bytes |= BYTES(8, 15);
	if (!(flags & SVA_FLAG_RCI))
		bytes |= INT_HANDLE;
	if (opcode == SVA_OP_DRAIN && !(flags & SVA_FLAG_DRAIN_READBACK1))
		bytes |= BYTES(16, 23);
	if (opcode == SVA_OP_DRAIN && !(flags & SVA_FLAG_DRAIN_READBACK2))
		bytes |= BYTES(24, 31);
	if (opcode == SVA_OP_FILL && !(flags & SVA_FLAG_FILL_16))
		bytes |= BYTES(40, 47);
	if (opcode == SVA_OP_TRANSLATION_FETCH && !(flags & SVA_FLAG_FETCH_STRIDE))
		bytes |= BYTES(48, 51);
	if (is_crc(opcode) && !(flags & EMU_FLAG_CRC64))
		bytes |= BYTES(44, 47);
	if (is_crc(opcode))
		bytes |= flags & SVA_FLAG_CRC_SEED_ADDR ? BYTES(40, 47) : BYTES(48, 55);
	return bytes;
}

/* PASID and privilege are never looked at: the CPU, the queue or the batch gives them (8.1.1). */
static void check_reserved(const struct sva_desc *desc, struct emu_findings *findings)
{
	const uint8_t *bytes = (const uint8_t *)desc;
	unsigned int opcode = sva_desc_opcode(desc);
	uint64_t reserved = reserved_bytes(desc);
	bool wrong = false;

	for (; reserved; reserved &= reserved - 1)
		wrong |= bytes[__builtin_ctzll(reserved)];
	if (opcode >= SVA_OP_DIF_CHECK && opcode <= SVA_OP_DIX_GENERATE)
		wrong |= desc->dif.flags & 0xf0;
	if (opcode == SVA_OP_DIF_INSERT || opcode == SVA_OP_DIF_UPDATE ||
	    opcode == SVA_OP_DIX_GENERATE)
		wrong |= desc->dif.dst_flags & 0x07;
	emu_find_if(findings, wrong, SVA_STATUS_RESERVED);
}

struct range {
	uint64_t addr;
	uint64_t size;
};

static bool overlap(struct range a, struct range b)
{
	return a.size && b.size && (a.addr - b.addr < b.size || b.addr - a.addr < a.size);
}

/* Bytes that a DIF operation writes. */
static uint64_t dif_written(const struct sva_desc *desc)
{
	uint64_t block = emu_dif_block(desc);
	uint64_t size = desc->xfer_size;

	switch (sva_desc_opcode(desc)) {
	case SVA_OP_DIF_INSERT:
		return size + size / block * EMU_TUPLE;
	case SVA_OP_DIF_STRIP:
		return size - size / (block + EMU_TUPLE) * EMU_TUPLE;
	case SVA_OP_DIX_GENERATE:
		return size / block * EMU_TUPLE;
	default:
		return size;
	}
}

static bool overlaps(const struct emu_device *dev, const struct sva_desc *desc)
{
	struct range src = { desc->src_addr, desc->xfer_size };
	struct range dst = { desc->dst_addr, desc->xfer_size };
	struct range third;

	switch (sva_desc_opcode(desc)) {
	case SVA_OP_MEMMOVE:
		return !(dev->gen_cap & EMU_CAP_OVERLAP) && overlap(src, dst);
	case SVA_OP_COPY_CRC:
		return overlap(src, dst);
	case SVA_OP_DUALCAST:
		third = (struct range){ desc->dualcast.dst2_addr, desc->xfer_size };
		return overlap(src, dst) || overlap(src, third) || overlap(dst, third);
	case SVA_OP_CREATE_DELTA: /* both ranges are sources here */
		third = (struct range){ desc->delta.delta_addr, desc->delta.max_size };
		return overlap(src, third) || overlap(dst, third);
	case SVA_OP_APPLY_DELTA:
		src.size = desc->delta.delta_size;
		return overlap(src, dst);
	case SVA_OP_DIF_INSERT:
	case SVA_OP_DIF_STRIP:
	case SVA_OP_DIF_UPDATE:
	case SVA_OP_DIX_GENERATE:
		dst.size = dif_written(desc);
		return overlap(src, dst);
	default:
		return false;
	}
}

static void check_delta(const struct emu_device *dev, const struct sva_desc *desc,
			struct emu_findings *findings)
{
	bool create = sva_desc_opcode(desc) == SVA_OP_CREATE_DELTA;
	uint32_t size = create ? desc->delta.max_size : desc->delta.delta_size;
	uint64_t aligned = desc->dst_addr | desc->xfer_size | (create ? desc->src_addr : 0);

	emu_find_if(findings, desc->xfer_size > EMU_DELTA_MAX, SVA_STATUS_BAD_SIZE);
	emu_find_if(findings, aligned & 7, SVA_STATUS_ADDR_ALIGN);
	emu_find_if(findings, size < (create ? 8 : 1) * EMU_DELTA_ENTRY || size > dev->max_transfer,
		    SVA_STATUS_BAD_DELTA_SIZE);
	/* "Should be", says the specification: of part of an entry nothing can be made. */
	emu_find_if(findings, !create && size % EMU_DELTA_ENTRY, SVA_STATUS_BAD_DELTA_SIZE);
}

/* A size that is not whole blocks is refused with the status of bad sizes; none is specified. */
static void check_dif(const struct sva_desc *desc, struct emu_findings *findings)
{
	unsigned int opcode = sva_desc_opcode(desc);
	uint32_t step = emu_dif_block(desc);

	if (opcode != SVA_OP_DIF_INSERT && opcode != SVA_OP_DIX_GENERATE)
		step += EMU_TUPLE;
	emu_find_if(findings, desc->xfer_size % step, SVA_STATUS_BAD_SIZE);
	emu_find_if(findings, opcode == SVA_OP_DIX_GENERATE && (desc->dst_addr & 7),
		    SVA_STATUS_ADDR_ALIGN);
}

void emu_check_fetch(const struct sva_desc *desc, struct emu_findings *findings)
{
	uint32_t stride = desc->fetch.stride;
	uint64_t last = desc->src_addr + desc->xfer_size - 1;

	/* The status of a region that wraps is not specified. */
	emu_find_if(findings, desc->xfer_size && last < desc->src_addr, SVA_STATUS_BAD_SIZE);
	emu_find_if(findings,
		    (sva_desc_flags(desc) & SVA_FLAG_FETCH_STRIDE) &&
			    (stride < EMU_PAGE || (stride & (stride - 1))),
		    SVA_STATUS_ADDR_ALIGN);
}

static void check_batch(const struct emu_device *dev, const struct sva_desc *desc,
			struct emu_findings *findings)
{
	uint32_t least = dev->gen_cap & EMU_CAP_BATCH_OF_ONE ? 1 : 2;

	emu_find_if(findings, desc->desc_count < least || desc->desc_count > dev->max_batch,
		    SVA_STATUS_BAD_COUNT);
	emu_find_if(findings, desc->desc_list_addr & 63, SVA_STATUS_LIST_ALIGN);
}

static void check_crc(const struct sva_desc *desc, struct emu_findings *findings)
{
	uint32_t flags = sva_desc_flags(desc);

	emu_find_if(findings,
		    (flags & SVA_FLAG_CRC_SEED_ADDR) &&
			    (desc->crc.seed_addr & (flags & EMU_FLAG_CRC64 ? 7 : 3)),
		    SVA_STATUS_ADDR_ALIGN);
}

static void check_operation(const struct emu_device *dev, const struct sva_desc *desc,
			    struct emu_findings *findings)
{
	unsigned int opcode = sva_desc_opcode(desc);
	unsigned int kind = rules[opcode].kind;

	emu_find_if(findings, (kind & SIZED) && desc->xfer_size == 0, SVA_STATUS_BAD_SIZE);
	emu_find_if(findings, (kind & LIMITED) && desc->xfer_size > dev->max_transfer,
		    SVA_STATUS_BAD_SIZE);
	emu_find_if(findings, overlaps(dev, desc), SVA_STATUS_OVERLAP);
	if (opcode == SVA_OP_BATCH)
		check_batch(dev, desc, findings);
	if (opcode == SVA_OP_CREATE_DELTA || opcode == SVA_OP_APPLY_DELTA)
		check_delta(dev, desc, findings);
	if (opcode == SVA_OP_DUALCAST)
		emu_find_if(findings, (desc->dst_addr ^ desc->dualcast.dst2_addr) & 0xfff,
			    SVA_STATUS_DUALCAST_ALIGN);
	if (opcode == SVA_OP_TRANSLATION_FETCH)
		emu_check_fetch(desc, findings);
	if (is_crc(opcode))
		check_crc(desc, findings);
	if (opcode >= SVA_OP_DIF_CHECK && opcode <= SVA_OP_DIX_GENERATE)
		check_dif(desc, findings);
}

/* Batch and drain are unsupported operations inside of a batch. */
static bool supported(const struct emu_device *dev, unsigned int opcode, bool member)
{
	if (member && (opcode == SVA_OP_BATCH || opcode == SVA_OP_DRAIN))
		return false;
	return rules[opcode].known && (dev->op_cap[opcode / 64] >> opcode % 64 & 1);
}

void emu_violations(const struct emu_device *dev, const struct sva_desc *desc, bool member,
		    struct emu_findings *findings)
{
	*findings = (struct emu_findings){ 0 };
	emu_find_if(findings,
		    (sva_desc_flags(desc) & SVA_FLAG_CRAV) && (desc->completion_addr & 31),
		    SVA_STATUS_CR_ALIGN);
	emu_find_if(findings, !supported(dev, sva_desc_opcode(desc), member),
		    SVA_STATUS_BAD_OPCODE);
	check_flags(dev, desc, member, findings);
	check_reserved(desc, findings);
	check_operation(dev, desc, findings);
}

unsigned int emu_first_violation(const struct emu_findings *findings)
{
	static const uint8_t order[] = {
		SVA_STATUS_CR_ALIGN,         SVA_STATUS_BAD_OPCODE,     SVA_STATUS_BAD_FLAGS,
		SVA_STATUS_RESERVED,         SVA_STATUS_BAD_SIZE,       SVA_STATUS_OVERLAP,
		SVA_STATUS_BAD_COUNT,        SVA_STATUS_BAD_DELTA_SIZE, SVA_STATUS_DUALCAST_ALIGN,
		SVA_STATUS_ADDR_ALIGN,       SVA_STATUS_LIST_ALIGN,     SVA_STATUS_BAD_OP_FLAGS,
		SVA_STATUS_BAD_FILTER_FLAGS, SVA_STATUS_BAD_INPUT_SIZE, SVA_STATUS_BAD_ELEMENTS,
		SVA_STATUS_BAD_WIDTH,        SVA_STATUS_BAD_INVERT,
	};

	for (size_t i = 0; i < sizeof(order); i++)
		if (findings->statuses >> order[i] & 1)
			return order[i];
	return 0;
}
