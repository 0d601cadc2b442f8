/* SPDX-License-Identifier: MIT */
/*
 * What a device refuses about a descriptor: one opinion, used by sva_desc_check() and by the
 * software device.
 */
#ifndef SVAI_CHECK_H
#define SVAI_CHECK_H

#include <sva/sva.h>

/* Bits of gen_cap that no public header names (specification, 9.2.2). */
#define SVAI_GENCAP_CRC64        (1ull << 11)
#define SVAI_GENCAP_BATCH_ERROR  (1ull << 15)
#define SVAI_GENCAP_BATCH_OF_ONE (1ull << 52)

#define SVAI_DIF_TUPLE           8u /* guard, application tag, reference tag: bytes behind each block */

/* svai_dif_block - bytes of a block of a DIF or DIX operation, without its tuple */
static inline uint32_t svai_dif_block(const struct sva_desc *desc)
{
	static const uint16_t sizes[] = { 512, 520, 4096, 4104 };

	return sizes[desc->dif.flags & 3];
}

/* An inter-domain operation is one of the same kind, and has the same record. */
static inline unsigned int svai_plain_opcode(const struct sva_desc *desc)
{
	unsigned int opcode = sva_desc_opcode(desc);
	bool domain = opcode >= SVA_OP_DOMAIN_MEMMOVE && opcode <= SVA_OP_DOMAIN_COMPARE_PATTERN;

	return domain ? opcode - 0x20 : opcode;
}

/* The largest transfer: 0xffffffff stands for what does not fit (sva__desc_init()). */
#define SVAI_MAX_TRANSFER (UINT32_MAX - 1)

/* What a queue takes. */
struct svai_limits {
	struct sva_opmask opcodes; /* those that the queue executes */
	uint32_t version;          /* of the device: 0x100 is 1.0 */
	uint64_t gen_cap;          /* SVA_GENCAP_* */
	uint64_t max_transfer;     /* bytes */
	uint32_t max_batch;        /* descriptors */
	bool block_on_fault;
};

/* The first thing that was found. */
struct svai_finding {
	unsigned int status;    /* enum sva_status */
	uint32_t invalid_flags; /* with SVA_STATUS_BAD_FLAGS: the offending bits */
	const char *text;       /* what is wrong, without values: "transfer size is zero" */
	uint64_t got;           /* the offending value */
	uint64_t limit;         /* what it was held against; 0: nothing to show */
};

/**
 * svai_check - look for what the device would refuse
 * @member: the descriptor is a member of a batch
 * @finding: filled unless NULL
 *
 * Does not touch any memory but the descriptor: neither buffers nor lists. A device may look in any
 * order, so that of several faults it may report another one. An opcode that the queue executes and
 * that the specification does not describe is left to the device.
 *
 * Returns 0 or the status.
 */
unsigned int svai_check(const struct svai_limits *limits, const struct sva_desc *desc, bool member,
			struct svai_finding *finding);

/**
 * svai_check_owner - does the descriptor leave PASID and privilege to the hardware?
 *
 * ENQCMD faults if not. No device looks at them: the queue, the CPU or the batch gives them
 * (specification, 8.1.1). Returns 0 or a status, for which @finding is filled.
 */
unsigned int svai_check_owner(const struct sva_desc *desc, struct svai_finding *finding);

#endif
