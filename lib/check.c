/* SPDX-License-Identifier: MIT */
/*
 * A descriptor against the row of its opcode.
 *
 * Source: Intel Data Streaming Accelerator Architecture Specification (341204, revision 3.0): 5.4
 * and 5.5 (checks), 5.8.1 (status codes).
 */
#include <emmintrin.h>
#include <string.h>

#include "check.h"

#define FLAGS_OF_ALL (SVA_FLAG_FENCE | SVA_FLAG_CRAV | SVA_FLAG_RCR | SVA_FLAG_CR_TCS)
static const struct svai_feature common_features[] = {
	{ .flag = SVA_FLAG_CRAV,
	  .fields = SVAI_BYTES(8, 15),
	  .companion = SVA_FLAG_RCR | SVA_FLAG_CR_TCS | SVA_FLAG_CRSTS },
	{ .flag = SVA_FLAG_CC, .gen_cap = SVA_GENCAP_CC_MEMORY },
	{ .flag = SVA_FLAG_DRDBK, .gen_cap = SVA_GENCAP_DST_READBACK },
};

static unsigned int refuse_flags(struct svai_finding *finding, uint32_t flags, const char *text)
{
	*finding = (struct svai_finding){ SVA_STATUS_BAD_FLAGS, flags, text, flags, 0 };
	return SVA_STATUS_BAD_FLAGS;
}

static unsigned int check_feature(const struct svai_feature *feature, uint64_t gen_cap,
				  uint32_t flags, struct svai_finding *finding)
{
	if (flags & feature->flag && (gen_cap & feature->gen_cap) != feature->gen_cap)
		return refuse_flags(finding, feature->flag,
				    "a flag needs a capability that the device lacks");
	if (!(flags & feature->flag) && flags & feature->companion)
		return refuse_flags(finding, flags & feature->companion,
				    "a flag has no meaning without another one");
	return 0;
}

static unsigned int check_features(const struct svai_feature *features, size_t count,
				   uint64_t gen_cap, uint32_t flags, struct svai_finding *finding)
{
	for (size_t i = 0; i < count; i++)
		if (check_feature(&features[i], gen_cap, flags, finding))
			return finding->status;
	return 0;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Steering tags were part of version 1.0 only. */
static uint32_t allowed_flags(const struct svai_limits *limits, const struct svai_opcode *row)
{
	uint32_t flags = FLAGS_OF_ALL | row->flags;

	if (limits->version >= 0x200)
		return flags;
	return flags | SVA_FLAG_CRSTS | row->steering |
	       (flags & SVA_FLAG_STORD ? SVA_FLAG_DSTS : 0);
}

static unsigned int check_flags(const struct svai_limits *limits, const struct svai_opcode *row,
				uint32_t flags, bool member, struct svai_finding *finding)
{
	uint32_t unknown = flags & ~allowed_flags(limits, row);

	if (unknown)
		return refuse_flags(finding, unknown, "the operation has no such flags");
	if (flags & SVA_FLAG_FENCE && !member)
		return refuse_flags(finding, SVA_FLAG_FENCE, "a fence is for members of a batch");
	if (flags & SVA_FLAG_BOF && !limits->block_on_fault)
		return refuse_flags(finding, SVA_FLAG_BOF, "the queue does not block on faults");
	if (row->required & ~flags)
		return refuse_flags(finding, row->required & ~flags,
				    "flags are missing that the operation requires");
	if (row->one_of && !(row->one_of & flags))
		return refuse_flags(finding, row->one_of,
				    "one of the flags is missing that the operation requires");
	if (check_features(common_features, COUNT(common_features), limits->gen_cap, flags,
			   finding))
		return finding->status;
	return check_features(row->features, COUNT(row->features), limits->gen_cap, flags, finding);
}

static uint64_t reserved_bytes(const struct svai_opcode *row, uint32_t flags)
{
	uint64_t bytes = row->reserved;

	for (size_t i = 0; i < COUNT(common_features); i++)
		if (!(flags & common_features[i].flag))
			bytes |= common_features[i].fields;
	for (size_t i = 0; i < COUNT(row->features); i++)
		if (flags & row->features[i].flag)
			bytes &= ~row->features[i].fields;
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
				return svai_find(finding, SVA_STATUS_RESERVED,
						 i == 4 ? "the transfer size has more than 32 "
							  "bits, or a reserved field is not zero"
							: "a reserved field is not zero",
						 words[i], 0);
	}
	return 0;
}

unsigned int svai_check_owner(const struct sva_desc *desc, struct svai_finding *finding)
{
	if (desc->pasid_priv >> 31)
		return svai_find(finding, SVA_STATUS_PRIV,
				 "only the kernel may set the privilege bit", desc->pasid_priv, 0);
	if (desc->pasid_priv)
		return svai_find(finding, SVA_STATUS_RESERVED,
				 "the PASID is not the program's to set", desc->pasid_priv, 0);
	return 0;
}

static unsigned int check_size(const struct svai_limits *limits, const struct svai_opcode *row,
			       uint32_t size, struct svai_finding *finding)
{
	if (!size)
		return svai_find(finding, SVA_STATUS_BAD_SIZE, "the transfer size is zero", 0, 0);
	if (size > limits->max_transfer)
		return svai_find(finding, SVA_STATUS_BAD_SIZE,
				 "the transfer size is more than the queue takes", size,
				 limits->max_transfer);
	if (size > row->max_size)
		return svai_find(finding, SVA_STATUS_BAD_SIZE,
				 "the transfer size is more than the operation takes", size,
				 row->max_size);
	return 0;
}

/* Out of line, so that it takes no registers from svai_check(). */
static __attribute__((noinline)) unsigned int check(const struct svai_limits *limits,
						    const struct sva_desc *desc, bool member,
						    struct svai_finding *finding)
{
	const struct svai_opcode *row = svai_opcode(sva_desc_opcode(desc));
	uint32_t flags = sva_desc_flags(desc);

	if (flags & SVA_FLAG_CRAV && desc->completion_addr % sizeof(struct sva_record))
		return svai_find(finding, SVA_STATUS_CR_ALIGN,
				 "the completion record is not 32-byte aligned",
				 desc->completion_addr, 0);
	if (!sva_opmask_has(&limits->opcodes, sva_desc_opcode(desc)))
		return svai_find(finding, SVA_STATUS_BAD_OPCODE, "the queue has no such operation",
				 sva_desc_opcode(desc), 0);
	if (member && row->not_in_batch)
		return svai_find(finding, SVA_STATUS_BAD_OPCODE,
				 "the operation cannot be member of a batch", sva_desc_opcode(desc),
				 0);
	if (!row->reserved)
		return 0;
	if (check_flags(limits, row, flags, member, finding) ||
	    check_reserved(desc, reserved_bytes(row, flags), finding) ||
	    (row->max_size && check_size(limits, row, desc->xfer_size, finding)))
		return finding->status;
	return row->fields ? row->fields(limits, desc, finding) : 0;
}

/*
 * The bytes of a descriptor that are not zero, as bits of a mask; not the first 16, which
 * is_plain() looks at otherwise. It is read as it was written a moment ago, by words: a load of
 * more would wait for the stores.
 */
static uint64_t nonzero_bytes(const struct sva_desc *desc)
{
	const __m128i *part = (const __m128i *)desc;
	uint64_t zero = 0;

#pragma GCC unroll 3
	for (int i = 1; i < 4; i++) {
		__m128i low = _mm_loadl_epi64(&part[i]);
		__m128i both = _mm_castps_si128(
			_mm_loadh_pi(_mm_castsi128_ps(low), (const __m64 *)&part[i] + 1));
		__m128i equal = _mm_cmpeq_epi8(both, _mm_setzero_si128());

		zero |= (uint64_t)(uint32_t)_mm_movemask_epi8(equal) << 16 * i;
	}
	return ~zero;
}

/*
 * Would check() find nothing, but perhaps in the row's fields? It asks the same questions one by
 * one, to tell what is wrong; here they are masks, because nearly all descriptors are right.
 */
static inline bool is_plain(const struct svai_limits *limits, const struct svai_opcode *row,
			    const struct sva_desc *desc, bool member)
{
	uint32_t word = desc->op_flags;

	if ((word ^ row->plain_word) & ~row->plain_free || nonzero_bytes(desc) & row->reserved ||
	    desc->completion_addr % sizeof(struct sva_record) ||
	    !sva_opmask_has(&limits->opcodes, sva_desc_opcode(desc)) ||
	    (member && row->not_in_batch))
		return false;
	if (word & (SVA_FLAG_BOF | SVA_FLAG_CC) &&
	    !(limits->block_on_fault && limits->gen_cap & SVA_GENCAP_CC_MEMORY))
		return false;
	/* A size of 0 is one too large, too. */
	return !row->max_size ||
	       (desc->xfer_size - 1u < row->max_size && desc->xfer_size <= limits->max_transfer);
}

unsigned int svai_check(const struct svai_limits *limits, const struct sva_desc *desc, bool member,
			struct svai_finding *finding)
{
	/* Another's row does not look plain, since its word has the opcode. */
	const struct svai_opcode *row = &svai_opcodes[sva_desc_opcode(desc) % SVAI_OPCODES];

	if (!is_plain(limits, row, desc, member))
		return check(limits, desc, member, finding);
	return row->fields ? row->fields(limits, desc, finding) : 0;
}
