/* SPDX-License-Identifier: MIT */
/*
 * What the library knows of each operation: one row of a table, which the checks, the software
 * device, the names and the batches read.
 */
#ifndef SVAI_OPCODE_H
#define SVAI_OPCODE_H

#include <sva/sva.h>

/* Bits of gen_cap that no public header names (specification, 9.2.2). */
#define SVAI_GENCAP_CRC64        (1ull << 11)
#define SVAI_GENCAP_BATCH_ERROR  (1ull << 15)
#define SVAI_GENCAP_BATCH_OF_ONE (1ull << 52)

#define SVAI_DIF_TUPLE           8u /* guard, application tag, reference tag: bytes after each block */

/* svai_dif_block - bytes of a block of a DIF or DIX operation, without its tuple */
static inline uint32_t svai_dif_block(const struct sva_desc *desc)
{
	static const uint16_t sizes[] = { 512, 520, 4096, 4104 };

	return sizes[desc->dif.flags & 3];
}

static inline bool svai_is_dif(unsigned int opcode)
{
	return opcode >= SVA_OP_DIF_CHECK && opcode <= SVA_OP_DIX_GENERATE;
}

/* An inter-domain operation is one of the same kind, and has the same record. */
static inline unsigned int svai_plain_opcode(const struct sva_desc *desc)
{
	unsigned int opcode = sva_desc_opcode(desc);
	bool domain = opcode >= SVA_OP_DOMAIN_MEMMOVE && opcode <= SVA_OP_DOMAIN_COMPARE_PATTERN;

	return domain ? opcode - 0x20 : opcode;
}

#define SVAI_MAX_TRANSFER UINT32_MAX /* a descriptor's size has 32 bits */

/* What a queue takes. */
struct svai_limits {
	struct sva_opmask opcodes; /* those that the queue executes */
	uint32_t version;          /* of the device: 0x100 is 1.0 */
	uint64_t gen_cap;          /* SVA_GENCAP_* */
	uint64_t iaa_cap;          /* SVA_IAACAP_* */
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
	uint64_t limit;         /* what it was compared with; 0: nothing to show */
};

/* The bytes of a descriptor from @first to @last, as bits of a mask. */
#define SVAI_BYTES(first, last) (UINT64_MAX >> (63 - (last) + (first)) << (first))

#define SVAI_FLAG_BATCH_ERROR   0x010000u /* goes on with a batch that has failed already */
#define SVAI_FLAG_CRC64         0x080000u

/* A flag that means something only together with something else. */
struct svai_feature {
	uint32_t flag;
	uint32_t companion; /* flags that are reserved without it */
	uint64_t gen_cap;   /* bits that the device must have for it */
	uint64_t fields;    /* bytes that are reserved only without the flag */
};

/* What a row cannot say: the fields of a descriptor against each other, and the limits. */
typedef unsigned int svai_field_check(const struct svai_limits *limits, const struct sva_desc *desc,
				      struct svai_finding *finding);

/*
 * One operation, already checked, on the CPU. Fills @record (zero before) but its status, and
 * returns the status.
 */
typedef unsigned int svai_cpu_op(const struct sva_desc *desc, struct sva_record *record);

/* How many bytes of memory an operand has. */
enum svai_operand {
	SVAI_NO_OPERAND,
	SVAI_DATA,      /* the transfer size */
	SVAI_BLOCKS,    /* DIF: as many blocks as there are at the source, of their length here */
	SVAI_LIST,      /* descriptors */
	SVAI_DELTA,     /* the delta record */
	SVAI_DELTA_ROOM /* what may become of it */
};

#define SVAI_OPERANDS 3

struct svai_opcode {
	/*
	 * The word of opcode and flags, but for the bits of plain_free, if there is nothing more to
	 * ask about its flags; 0: there always is. Capabilities are needed for BOF and CC.
	 */
	uint32_t plain_word, plain_free;
	uint64_t reserved;        /* bytes that must be zero; no operation is without some */
	svai_field_check *fields; /* NULL: the row says all */
	svai_cpu_op *execute;     /* NULL: not on the CPU */
	uint32_t max_size;        /* of a transfer, if the queue allows as much; 0: it has none */
	bool not_in_batch;
	uint8_t operand[SVAI_OPERANDS]; /* svai_operand: at src_addr, dst_addr, and bytes 47:40 */
	uint8_t written;                /* bit i: the i-th operand is */
	const char *name;
	uint32_t flags;    /* allowed besides those of all */
	uint32_t required; /* must be set, all of them */
	uint32_t one_of;   /* one at least must be set */
	uint32_t steering; /* allowed by version 1.0 of the architecture */
	struct svai_feature features[2];
} __attribute__((aligned(64)));

#define SVAI_OPCODES 0x40u /* a power of two; the last row is nobody's */
extern const struct svai_opcode svai_opcodes[SVAI_OPCODES];

/* svai_opcode - its row; one that nobody has described has neither name nor reserved bytes */
static inline const struct svai_opcode *svai_opcode(unsigned int opcode)
{
	return &svai_opcodes[opcode < SVAI_OPCODES ? opcode : SVAI_OPCODES - 1];
}

/* svai_operand_size - bytes of the @i-th operand */
uint64_t svai_operand_size(const struct sva_desc *desc, unsigned int i);

/* fields.c */
svai_field_check svai_check_batch, svai_check_memmove, svai_check_create_delta;
svai_field_check svai_check_apply_delta, svai_check_dualcast, svai_check_fetch, svai_check_crc;
svai_field_check svai_check_dif;

/* svai_find - a finding; returns @status */
static inline unsigned int svai_find(struct svai_finding *finding, unsigned int status,
				     const char *text, uint64_t got, uint64_t limit)
{
	*finding = (struct svai_finding){ status, 0, text, got, limit };
	return status;
}

#endif
