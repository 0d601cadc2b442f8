/* SPDX-License-Identifier: MIT */
/*
 * What an IAX device refuses. All of it is listed, as a device may look in any order. The statuses
 * are known; which finding has which, and what exactly is refused beside the sizes, the alignments
 * and the flags that Intel QPL checks itself, is (unverified) unless a comment says otherwise.
 */
#include "iax.h"

#define FLAGS_ALWAYS (SVA_FLAG_CRAV | SVA_FLAG_RCR | SVA_FLAG_CR_TCS)
/* Linux sets cache control in every operation. */
#define FLAGS_SRC   (SVA_FLAG_BOF | SVA_FLAG_CC | SVA_FLAG_ADDR1_TCS)
#define FLAGS_DATA  (FLAGS_SRC | SVA_FLAG_ADDR2_TCS | SVA_FLAG_DRDBK | SVA_FLAG_STORD)
#define FLAGS_READ  (SVA_IAX_FLAG_SRC2_AECS | SVA_IAX_FLAG_SRC2_DATA)
#define FLAGS_WRITE (SVA_IAX_FLAG_AECS_WRITE | SVA_IAX_FLAG_AECS_OVERFLOW)
#define FLAGS_SRC2  (SVA_FLAG_ADDR3_TCS | SVA_IAX_FLAG_SRC2_STEERING)
#define FLAGS_STATE                                                                     \
	(FLAGS_SRC2 | SVA_IAX_FLAG_SRC2_AECS | FLAGS_WRITE | SVA_IAX_FLAG_AECS_TOGGLE | \
	 SVA_IAX_FLAG_CRC32C)
#define FLAGS_FILTER \
	(FLAGS_DATA | FLAGS_SRC2 | FLAGS_READ | SVA_IAX_FLAG_AECS_TOGGLE | SVA_IAX_FLAG_CRC32C)

/* Bytes @first to @last of a descriptor, as bits. */
#define BYTES(first, last) (~0ull >> (63 - (last)) & ~0ull << (first))
#define DST                BYTES(24, 31)
#define INT_HANDLE         BYTES(36, 37)
#define OP_FLAGS           BYTES(38, 39)
#define SRC2               (BYTES(40, 47) | BYTES(52, 55))
#define MAX_DST            BYTES(48, 51)
#define FILTER             BYTES(56, 63)

#define RESULT             1u /* a completion record is required */
#define SIZED              2u /* the first source must not be empty */
#define LIMITED            4u /* its size is limited by the queue */
#define SECOND             8u /* has a second source */

struct rule {
	uint32_t flags;
	unsigned int kind;
	uint64_t reserved; /* bytes */
	bool known;
};

#define RULE(flags_, kind_, reserved_)                                                     \
	{                                                                                  \
		.flags = (flags_), .kind = (kind_), .reserved = (reserved_), .known = true \
	}
#define ZERO_RULE \
	RULE(FLAGS_DATA | SVA_IAX_FLAG_CRC32C, RESULT | SIZED | LIMITED, OP_FLAGS | SRC2 | FILTER)
#define CIPHER_RULE                                                                            \
	RULE(FLAGS_DATA | (FLAGS_STATE & ~(SVA_IAX_FLAG_AECS_OVERFLOW | SVA_IAX_FLAG_CRC32C)), \
	     RESULT | LIMITED | SECOND, FILTER)
#define FILTER_RULE RULE(FLAGS_FILTER, RESULT | SIZED | LIMITED | SECOND, 0)

static const struct rule rules[256] = {
	[SVA_OP_NOOP] = RULE(0, 0, BYTES(16, 35) | OP_FLAGS | BYTES(40, 63)),
	[SVA_OP_DRAIN] = RULE(0, 0, BYTES(16, 35) | OP_FLAGS | BYTES(40, 63)),
	[SVA_OP_MEMMOVE] = RULE(FLAGS_DATA, SIZED | LIMITED, OP_FLAGS | BYTES(40, 63)),
	[SVA_OP_TRANSLATION_FETCH] = RULE(SVA_FLAG_BOF | SVA_FLAG_FETCH_STRIDE, SIZED,
					  DST | OP_FLAGS | BYTES(40, 47) | BYTES(52, 63)),
	[SVA_IAX_OP_DECRYPT] = CIPHER_RULE,
	[SVA_IAX_OP_ENCRYPT] = CIPHER_RULE,
	[SVA_IAX_OP_DECOMPRESS] = RULE(FLAGS_DATA | FLAGS_STATE, RESULT | LIMITED | SECOND, FILTER),
	[SVA_IAX_OP_COMPRESS] =
		RULE(FLAGS_DATA | FLAGS_STATE, RESULT | LIMITED | SECOND, BYTES(60, 63)),
	[SVA_IAX_OP_CRC64] = RULE(FLAGS_SRC, RESULT | SIZED | LIMITED, DST | BYTES(40, 55)),
	[SVA_IAX_OP_ZERO_DECOMPRESS_32] = ZERO_RULE,
	[SVA_IAX_OP_ZERO_DECOMPRESS_16] = ZERO_RULE,
	[SVA_IAX_OP_ZERO_DECOMPRESS_8] = ZERO_RULE,
	[SVA_IAX_OP_ZERO_COMPRESS_32] = ZERO_RULE,
	[SVA_IAX_OP_ZERO_COMPRESS_16] = ZERO_RULE,
	[SVA_IAX_OP_ZERO_COMPRESS_8] = ZERO_RULE,
	[SVA_IAX_OP_SCAN] = FILTER_RULE,
	[SVA_IAX_OP_SET_MEMBERSHIP] = FILTER_RULE,
	[SVA_IAX_OP_EXTRACT] = FILTER_RULE,
	[SVA_IAX_OP_SELECT] = FILTER_RULE,
	[SVA_IAX_OP_RLE_BURST] = FILTER_RULE,
	[SVA_IAX_OP_FIND_UNIQUE] = FILTER_RULE,
	[SVA_IAX_OP_EXPAND] = FILTER_RULE,
};

static bool is_filter(unsigned int opcode)
{
	return opcode >= SVA_IAX_OP_SCAN && opcode <= SVA_IAX_OP_EXPAND;
}

static bool is_cipher(unsigned int opcode)
{
	return opcode == SVA_IAX_OP_DECRYPT || opcode == SVA_IAX_OP_ENCRYPT;
}

static bool decompresses(const struct sva_desc *desc)
{
	unsigned int opcode = sva_desc_opcode(desc);

	return opcode == SVA_IAX_OP_DECOMPRESS ||
	       (is_filter(opcode) && (desc->tail.iax_flags & SVA_IAX_DECOMP_ENABLE));
}

static bool has_src2(const struct sva_desc *desc)
{
	return rules[sva_desc_opcode(desc)].kind & SECOND &&
	       sva_desc_flags(desc) & (FLAGS_READ | FLAGS_WRITE);
}

/* Which second sources an operation can do with: bit n, that of value n of the flags. */
static unsigned int sources(const struct sva_desc *desc)
{
	uint16_t op_flags = desc->tail.iax_flags;

	switch (sva_desc_opcode(desc)) {
	case SVA_IAX_OP_COMPRESS:
		if (op_flags & SVA_IAX_COMP_STATISTICS)
			return 1;
		return op_flags & SVA_IAX_COMP_HEADER ? 3 : 2;
	case SVA_IAX_OP_DECOMPRESS:
	case SVA_IAX_OP_FIND_UNIQUE:
		return 3;
	case SVA_IAX_OP_DECRYPT:
	case SVA_IAX_OP_ENCRYPT:
	case SVA_IAX_OP_SCAN:
	case SVA_IAX_OP_EXTRACT:
		return 2;
	default:
		return 4;
	}
}

static uint32_t bad_src2_flags(const struct sva_desc *desc)
{
	uint32_t flags = sva_desc_flags(desc), bad = 0;

	if (!(rules[sva_desc_opcode(desc)].kind & SECOND))
		return 0;
	if (!(sources(desc) >> (flags / SVA_IAX_FLAG_SRC2_AECS & 3) & 1))
		bad |= FLAGS_READ;
	if ((flags & FLAGS_WRITE) == FLAGS_WRITE || sources(desc) == 1)
		bad |= flags & FLAGS_WRITE;
	if (!(flags & (SVA_IAX_FLAG_SRC2_AECS | FLAGS_WRITE)))
		bad |= flags & SVA_IAX_FLAG_AECS_TOGGLE;
	return bad;
}

static void check_flags(const struct emu_device *dev, const struct sva_desc *desc,
			struct emu_findings *findings)
{
	unsigned int opcode = sva_desc_opcode(desc);
	const struct rule *rule = &rules[opcode];
	uint32_t flags = sva_desc_flags(desc);
	uint32_t allowed = rule->flags | FLAGS_ALWAYS;
	uint32_t bad;

	if (dev->version < 0x200)
		allowed |= SVA_FLAG_CRSTS | (rule->flags & SVA_FLAG_DRDBK ? SVA_FLAG_DSTS : 0);
	if (!dev->block_on_fault)
		allowed &= ~SVA_FLAG_BOF;
	if (!(dev->gen_cap & EMU_CAP_CACHE_CONTROL))
		allowed &= ~SVA_FLAG_CC;
	if (!(dev->gen_cap & EMU_CAP_READBACK))
		allowed &= ~SVA_FLAG_DRDBK;
	if (opcode == SVA_OP_TRANSLATION_FETCH && !(dev->gen_cap & EMU_CAP_FETCH_STRIDE))
		allowed &= ~SVA_FLAG_FETCH_STRIDE;
	if (!(flags & SVA_FLAG_CRAV))
		allowed &= ~(SVA_FLAG_RCR | SVA_FLAG_CR_TCS | SVA_FLAG_CRSTS);
	bad = (flags & ~allowed) | bad_src2_flags(desc);
	if (rule->kind & RESULT)
		bad |= ~flags & (SVA_FLAG_CRAV | SVA_FLAG_RCR);
	if (opcode == SVA_OP_DRAIN)
		bad |= ~flags & SVA_FLAG_RCR;
	findings->invalid_flags = bad;
	emu_find_if(findings, bad != 0, SVA_STATUS_BAD_FLAGS);
}

static void check_reserved(const struct sva_desc *desc, struct emu_findings *findings)
{
	const uint8_t *bytes = (const uint8_t *)desc;
	unsigned int opcode = sva_desc_opcode(desc);
	uint32_t flags = sva_desc_flags(desc);
	uint64_t reserved = rules[opcode].reserved | INT_HANDLE;
	bool wrong = false;

	if (!(flags & SVA_FLAG_CRAV))
		reserved |= BYTES(8, 15);
	if (opcode == SVA_OP_TRANSLATION_FETCH && !(flags & SVA_FLAG_FETCH_STRIDE))
		reserved |= MAX_DST;
	if ((rules[opcode].kind & SECOND) && !has_src2(desc))
		reserved |= SRC2;
	for (; reserved; reserved &= reserved - 1)
		wrong |= bytes[__builtin_ctzll(reserved)];
	emu_find_if(findings, wrong, SVA_STATUS_RESERVED);
}

static uint16_t decompress_flags(const struct emu_device *dev, const struct sva_desc *desc)
{
	uint16_t allowed = SVA_IAX_DECOMP_STREAM | SVA_IAX_DECOMP_IGNORE(7);

	if (!(dev->gen_cap & EMU_IAX_CAP_DECOMPRESS) ||
	    !(desc->tail.iax_flags & SVA_IAX_DECOMP_ENABLE))
		return 0;
	if (dev->iaa_cap & SVA_IAACAP_AECS_FORMAT_2)
		allowed |= SVA_IAX_DECOMP_IGNORE(8);
	if (sva_desc_opcode(desc) == SVA_IAX_OP_DECOMPRESS)
		allowed |= SVA_IAX_DECOMP_NO_OUTPUT;
	return allowed;
}

static bool bad_compress_flags(const struct emu_device *dev, const struct sva_desc *desc)
{
	uint16_t flags = desc->tail.iax_flags;
	uint16_t allowed = SVA_IAX_COMP_STATISTICS | SVA_IAX_COMP_FLUSH | SVA_IAX_COMP_EOB_FINAL |
			   SVA_IAX_COMP_LITERALS;

	if (dev->iaa_cap & SVA_IAACAP_HEADER)
		allowed |= SVA_IAX_COMP_HEADER_FINAL;
	if ((flags & SVA_IAX_COMP_HEADER_FINAL) == EMU_IAX_COMP_HEADER_1 ||
	    ((flags & SVA_IAX_COMP_STATISTICS) && (flags & SVA_IAX_COMP_HEADER_FINAL)))
		return true;
	return flags & ~allowed || desc->iax.comp_flags2;
}

static void check_op_flags(const struct emu_device *dev, const struct sva_desc *desc,
			   struct emu_findings *findings)
{
	unsigned int opcode = sva_desc_opcode(desc);
	uint16_t flags = desc->tail.iax_flags;
	bool bad = false;

	if (opcode == SVA_IAX_OP_COMPRESS)
		bad = bad_compress_flags(dev, desc);
	else if (opcode == SVA_IAX_OP_CRC64)
		bad = flags & ~(SVA_IAX_CRC64_INVERT | SVA_IAX_CRC64_REFLECT);
	else if (is_cipher(opcode)) /* as accel-config has it, and no other way */
		bad = flags != (opcode == SVA_IAX_OP_ENCRYPT ? SVA_IAX_CIPHER_FLUSH_OUTPUT : 0);
	else if (opcode == SVA_IAX_OP_DECOMPRESS)
		bad = !(flags & SVA_IAX_DECOMP_ENABLE) || flags & ~decompress_flags(dev, desc);
	else if (is_filter(opcode))
		bad = flags & ~decompress_flags(dev, desc);
	emu_find_if(findings, bad, SVA_STATUS_BAD_OP_FLAGS);
}

struct range {
	uint64_t addr;
	uint64_t size;
};

static bool overlap(struct range a, struct range b)
{
	return a.size && b.size && (a.addr - b.addr < b.size || b.addr - a.addr < a.size);
}

/* The copies of an AECS that count, or the data. */
static struct range second(const struct sva_desc *desc)
{
	struct range src2 = { desc->iax.src2_addr, desc->iax.src2_size };
	uint32_t flags = sva_desc_flags(desc);

	if (!has_src2(desc))
		src2.size = 0;
	else if (flags & FLAGS_WRITE)
		src2.size *= 2;
	else if (flags & SVA_IAX_FLAG_AECS_TOGGLE)
		src2.addr += src2.size;
	return src2;
}

static bool overlaps(const struct emu_device *dev, const struct sva_desc *desc)
{
	struct range src = { desc->src_addr, desc->xfer_size };
	struct range dst = { desc->dst_addr, desc->iax.max_dst_size };
	unsigned int opcode = sva_desc_opcode(desc);

	if (opcode == SVA_OP_MEMMOVE) {
		dst.size = desc->xfer_size;
		return !(dev->gen_cap & EMU_CAP_OVERLAP) && overlap(src, dst);
	}
	if (opcode < SVA_IAX_OP_DECRYPT || opcode == SVA_IAX_OP_CRC64)
		return false;
	/* Linux gives a destination, though nothing is written there. */
	if (opcode == SVA_IAX_OP_DECOMPRESS && (desc->tail.iax_flags & SVA_IAX_DECOMP_NO_OUTPUT))
		dst.size = 0;
	return overlap(src, dst) || overlap(second(desc), dst) ||
	       ((sva_desc_flags(desc) & FLAGS_WRITE) && overlap(second(desc), src));
}

/* Sources at 32 bytes (QPL); an AECS that is written must have room for what a job leaves. */
static void check_aecs(const struct sva_desc *desc, struct emu_findings *findings)
{
	uint32_t size = desc->iax.src2_size, flags = sva_desc_flags(desc), least = 1;

	if (!has_src2(desc))
		return;
	if (!(flags & SVA_IAX_FLAG_SRC2_DATA))
		emu_find_if(findings, (desc->iax.aecs_addr | size) % 32, SVA_STATUS_ADDR_ALIGN);
	if (sva_desc_opcode(desc) == SVA_IAX_OP_COMPRESS)
		least = sizeof(struct sva_iax_compress_aecs);
	else if (is_cipher(sva_desc_opcode(desc)))
		least = sizeof(struct sva_iax_cipher_aecs);
	else if (flags & FLAGS_WRITE)
		least = EMU_IAX_AECS_STATE;
	emu_find_if(findings, size < least, SVA_STATUS_BAD_SIZE);
}

static void check_size(const struct emu_device *dev, const struct sva_desc *desc,
		       struct emu_findings *findings)
{
	unsigned int opcode = sva_desc_opcode(desc);
	const struct rule *rule = &rules[opcode];
	uint32_t size = desc->xfer_size;

	emu_find_if(findings, (rule->kind & SIZED) && !size, SVA_STATUS_BAD_SIZE);
	emu_find_if(findings, (rule->kind & LIMITED) && size > dev->max_transfer,
		    SVA_STATUS_BAD_SIZE);
	/* Both sizes must not be 0 (QPL). */
	if (opcode == SVA_IAX_OP_DECOMPRESS || opcode == SVA_IAX_OP_COMPRESS || is_cipher(opcode))
		emu_find_if(findings, !size && !desc->iax.max_dst_size, SVA_STATUS_BAD_SIZE);
	/* A header can be generated for as much as the device holds (QPL, Linux). */
	if (opcode == SVA_IAX_OP_COMPRESS && (desc->tail.iax_flags & SVA_IAX_COMP_HEADER))
		emu_find_if(findings, size > EMU_IAX_HEADER_MAX, SVA_STATUS_BAD_INPUT_SIZE);
	if (opcode >= SVA_IAX_OP_ZERO_COMPRESS_32 && opcode <= SVA_IAX_OP_ZERO_COMPRESS_8)
		emu_find_if(findings, size % emu_iax_zero_word(opcode), SVA_STATUS_BAD_SIZE);
}

static bool is_set(unsigned int opcode)
{
	return opcode == SVA_IAX_OP_SET_MEMBERSHIP || opcode == SVA_IAX_OP_FIND_UNIQUE;
}

static bool bad_filter_flags(const struct sva_desc *desc)
{
	unsigned int opcode = sva_desc_opcode(desc);
	uint32_t flags = desc->iax.filter.flags;
	uint32_t drops = SVA_IAX_FILTER_DROP_LOW(31) | SVA_IAX_FILTER_DROP_HIGH(31);
	uint32_t src2 = SVA_IAX_FILTER_SRC2_WIDTH(32) | SVA_IAX_FILTER_SRC2_BE;

	if (flags >= SVA_IAX_FILTER_ARRAY || (flags & 3) == 3)
		return true;
	if (!is_set(opcode) && (flags & drops))
		return true;
	return !(sva_desc_flags(desc) & SVA_IAX_FLAG_SRC2_DATA) && (flags & src2);
}

/* A set has 2^n bits: as many as the device has room for. */
static bool bad_set(const struct emu_device *dev, const struct sva_desc *desc)
{
	struct emu_iax_elements elements;
	int bits;

	if (!is_set(sva_desc_opcode(desc)) || (desc->iax.filter.flags & 3) == SVA_IAX_FILTER_RLE)
		return false;
	elements = emu_iax_elements(desc);
	bits = emu_iax_set_bits(&elements);
	return bits <= 0 || (unsigned int)bits > emu_iax_max_set(dev, decompresses(desc));
}

static bool bad_width(const struct sva_desc *desc)
{
	unsigned int opcode = sva_desc_opcode(desc);
	struct emu_iax_elements elements = emu_iax_elements(desc);
	bool rle = elements.format == SVA_IAX_FILTER_RLE;

	if (rle && elements.width != 1) /* it is in the data: the field is 0 (QPL) */
		return true;
	if (opcode == SVA_IAX_OP_RLE_BURST)
		return !rle && elements.width != 8 && elements.width != 16 && elements.width != 32;
	return elements.src2_width != 1;
}

static void check_filter(const struct emu_device *dev, const struct sva_desc *desc,
			 struct emu_findings *findings)
{
	unsigned int opcode = sva_desc_opcode(desc);

	emu_find_if(findings, bad_filter_flags(desc), SVA_STATUS_BAD_FILTER_FLAGS);
	emu_find_if(findings, desc->iax.filter.elements == 0, SVA_STATUS_BAD_ELEMENTS);
	emu_find_if(findings, bad_width(desc) || bad_set(dev, desc), SVA_STATUS_BAD_WIDTH);
	emu_find_if(findings,
		    (desc->iax.filter.flags & SVA_IAX_FILTER_INVERT) && !emu_iax_bit_vector(opcode),
		    SVA_STATUS_BAD_INVERT);
}

static bool supported(const struct emu_device *dev, unsigned int opcode)
{
	if (is_cipher(opcode) && !(dev->iaa_cap & SVA_IAACAP_CFB))
		return false;
	return rules[opcode].known && (dev->op_cap[opcode / 64] >> opcode % 64 & 1);
}

void emu_iax_violations(const struct emu_device *dev, const struct sva_desc *desc,
			struct emu_findings *findings)
{
	unsigned int opcode = sva_desc_opcode(desc);

	*findings = (struct emu_findings){ 0 };
	emu_find_if(findings,
		    (sva_desc_flags(desc) & SVA_FLAG_CRAV) && (desc->completion_addr & 63),
		    SVA_STATUS_CR_ALIGN);
	emu_find_if(findings, !supported(dev, opcode), SVA_STATUS_BAD_OPCODE);
	check_flags(dev, desc, findings);
	check_reserved(desc, findings);
	check_size(dev, desc, findings);
	check_aecs(desc, findings);
	check_op_flags(dev, desc, findings);
	emu_find_if(findings, overlaps(dev, desc), SVA_STATUS_OVERLAP);
	/* A polynomial of 0 is an error (QPL). */
	emu_find_if(findings, opcode == SVA_IAX_OP_CRC64 && !desc->iax.polynomial,
		    SVA_STATUS_RESERVED);
	if (opcode == SVA_OP_TRANSLATION_FETCH)
		emu_check_fetch(desc, findings);
	if (is_filter(opcode))
		check_filter(dev, desc, findings);
}
