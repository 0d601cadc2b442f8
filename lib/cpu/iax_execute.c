/* SPDX-License-Identifier: MIT */
/*
 * One descriptor of IAX from its checks to its completion record.
 *
 * Source: the layouts are those of include/sva/iax.h, which names its sources.
 */
#include <string.h>

#include "iax.h"

/* Each of them has its row in iax_opcode.c: this is asked for each operation of a call. */
#define OPCODES               (SVAI_BYTES(SVA_OP_NOOP, SVA_OP_NOOP) | SVAI_BYTES(SVA_OP_DRAIN, SVA_OP_MEMMOVE))
#define ABOVE_64(first, last) SVAI_BYTES((first)-64, (last)-64)
#define OPCODES_ABOVE_64                                                         \
	(ABOVE_64(SVA_IAX_OP_DECRYPT, SVA_IAX_OP_CRC64) |                        \
	 ABOVE_64(SVA_IAX_OP_ZERO_DECOMPRESS_32, SVA_IAX_OP_ZERO_DECOMPRESS_8) | \
	 ABOVE_64(SVA_IAX_OP_ZERO_COMPRESS_32, SVA_IAX_OP_ZERO_COMPRESS_8) |     \
	 ABOVE_64(SVA_IAX_OP_SCAN, SVA_IAX_OP_EXPAND))

void svai_iax_limits(struct svai_limits *limits)
{
	/* The size is the kernel's default: what runs here runs on a queue left as it was. */
	static const struct svai_limits defaults = {
		.opcodes = { { OPCODES, OPCODES_ABOVE_64 } },
		.version = 0x200,
		.gen_cap = SVA_GENCAP_BOF | SVA_GENCAP_CC_MEMORY | SVA_GENCAP_DST_READBACK,
		.iaa_cap = SVA_IAACAP_AECS_FORMAT_2 | SVA_IAACAP_FORCE_ARRAY | SVA_IAACAP_HEADER |
			   SVA_IAACAP_CFB, /* whether libcrypto is there, its first use tells */
		.max_transfer = 2 << 20,
		.block_on_fault = true,
	};

	*limits = defaults;
}

/* Without the flag "request completion record" only failures get one. */
static bool wants_record(const struct sva_desc *desc, unsigned int status)
{
	if (!(desc->op_flags & SVA_FLAG_CRAV) || status == SVA_STATUS_CR_ALIGN)
		return false;
	return desc->op_flags & SVA_FLAG_RCR || status != SVA_STATUS_SUCCESS;
}

static void complete(const struct sva_desc *desc, unsigned int status,
		     struct sva_iax_record *record)
{
	struct sva_iax_record *to = (struct sva_iax_record *)desc->completion_addr;

	if (!wants_record(desc, status))
		return;
	memcpy((uint8_t *)to + 1, (const uint8_t *)record + 1, sizeof(*to) - 1);
	__atomic_store_n(&to->status, (uint8_t)status, __ATOMIC_RELEASE);
}

void svai_iax_execute(const struct svai_limits *limits, const struct sva_desc *desc)
{
	struct sva_iax_record record = { 0 };
	struct svai_finding finding;
	unsigned int status = svai_iax_check(limits, desc, &finding);
	svai_iax_op *execute = svai_iax_opcode(sva_desc_opcode(desc))->execute;

	if (status == SVA_STATUS_BAD_FLAGS)
		record.invalid_flags = finding.invalid_flags;
	else if (!status) /* a queue of a device may have more operations than the CPU */
		status = execute ? execute(desc, &record) : SVA_STATUS_BAD_OPCODE;
	complete(desc, status, &record);
}
