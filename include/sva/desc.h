/* SPDX-License-Identifier: MIT */
/*
 * Layouts of the descriptor and the completion record, the names of opcodes, flags and status
 * codes, and a builder for every operation.
 *
 * A builder (sva_prep_*) writes every byte of the final descriptor except its completion address,
 * so it serves both single operations and members of a batch. It sets the flags "completion record
 * address valid" and "request completion record"; @flags can add others (block on fault, cache
 * control, fence ...). Builders check nothing: the device answers with a status, and
 * sva_desc_check() (wq.h) finds out beforehand what it would refuse.
 *
 * All builders are safe in any thread and write only to @desc. From submission until the completion
 * record is written, the memory that a descriptor names belongs to the device: do not free it,
 * unmap it or read results from it before.
 *
 * Source: layouts, opcodes, flags and status codes as in linux/idxd.h (Linux 6.1; static
 * assertions in tests/unit/test_desc.c) and the Intel Data Streaming Accelerator Architecture
 * Specification (341204, revision 3.0), chapters 5 and 8. What came with the second generation is
 * marked "(DSA 2.0)". No layout here is guessed.
 */
#ifndef SVA_DESC_H
#define SVA_DESC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sva/insn.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Opcodes. */
enum sva_opcode {
	SVA_OP_NOOP = 0x00,
	SVA_OP_BATCH = 0x01,
	SVA_OP_DRAIN = 0x02,
	SVA_OP_MEMMOVE = 0x03,
	SVA_OP_FILL = 0x04,
	SVA_OP_COMPARE = 0x05,
	SVA_OP_COMPARE_PATTERN = 0x06,
	SVA_OP_CREATE_DELTA = 0x07,
	SVA_OP_APPLY_DELTA = 0x08,
	SVA_OP_DUALCAST = 0x09,
	SVA_OP_TRANSLATION_FETCH = 0x0a, /* DSA 2.0 */
	SVA_OP_CRC = 0x10,
	SVA_OP_COPY_CRC = 0x11,
	SVA_OP_DIF_CHECK = 0x12,
	SVA_OP_DIF_INSERT = 0x13,
	SVA_OP_DIF_STRIP = 0x14,
	SVA_OP_DIF_UPDATE = 0x15,
	SVA_OP_DIX_GENERATE = 0x17, /* DSA 2.0 */
	SVA_OP_CACHE_FLUSH = 0x20,
	SVA_OP_UPDATE_WINDOW = 0x21,  /* DSA 2.0 */
	SVA_OP_DOMAIN_MEMMOVE = 0x23, /* DSA 2.0, inter-domain: handles in the descriptor */
	SVA_OP_DOMAIN_FILL = 0x24,
	SVA_OP_DOMAIN_COMPARE = 0x25,
	SVA_OP_DOMAIN_COMPARE_PATTERN = 0x26,
};

/* Descriptor flags (bits 23:0 of the word at offset 4). */
#define SVA_FLAG_FENCE     0x000001u /* batch members: wait for all previous members */
#define SVA_FLAG_BOF       0x000002u /* block on fault: the device waits for the page */
#define SVA_FLAG_CRAV      0x000004u /* completion record address valid; set by builders */
#define SVA_FLAG_RCR       0x000008u /* request completion record; set by builders */
#define SVA_FLAG_RCI       0x000010u /* request completion interrupt; not for user queues */
#define SVA_FLAG_CRSTS     0x000020u /* completion record: steering tag selector */
#define SVA_FLAG_CR        0x000080u /* check the result against the expected one */
#define SVA_FLAG_CC        0x000100u /* cache control: destination goes to the cache */
#define SVA_FLAG_ADDR1_TCS 0x000200u /* traffic class selectors */
#define SVA_FLAG_ADDR2_TCS 0x000400u
#define SVA_FLAG_ADDR3_TCS 0x000800u
#define SVA_FLAG_CR_TCS    0x001000u
#define SVA_FLAG_STORD     0x002000u /* strict ordering of the writes */
#define SVA_FLAG_DRDBK     0x004000u /* destination readback before completion */
#define SVA_FLAG_DSTS      0x008000u /* destination steering tag selector */

/* Flags of one opcode (bits 23:16). */
#define SVA_FLAG_CRC_SEED_ADDR           0x010000u /* CRC: read the seed from memory */
#define SVA_FLAG_CRC_BYPASS_INVERT       0x020000u /* CRC: do not invert seed and result */
#define SVA_FLAG_CRC_BYPASS_REFLECT      0x040000u /* CRC: do not reflect the data */
#define SVA_FLAG_FILL_16                 0x040000u /* fill: 16-byte pattern (DSA 2.0) */
#define SVA_FLAG_DRAIN_READBACK1         0x010000u /* drain: readback address 1 is valid */
#define SVA_FLAG_DRAIN_READBACK2         0x020000u /* drain: readback address 2 is valid */
#define SVA_FLAG_DRAIN_NO_TCA_READBACK   0x040000u /* drain: no implicit readback on TC-A */
#define SVA_FLAG_DRAIN_NO_TCB_READBACK   0x080000u /* drain: no implicit readback on TC-B */
#define SVA_FLAG_DOMAIN1                 0x010000u /* inter-domain: handle1 is for the first address */
#define SVA_FLAG_DOMAIN2                 0x020000u /* inter-domain: handle2 is for the second one */
#define SVA_FLAG_WINDOW_NO_DRAIN         0x010000u /* update window: no implicit drain */
#define SVA_FLAG_FETCH_STRIDE            0x010000u /* translation fetch: stride is valid */
#define SVA_FLAG_DUALCAST_DEST2_STEERING 0x010000u

/* Status codes, the low bits of the status byte; SVA_STATUS_CODE() masks the others. */
enum sva_status {
	SVA_STATUS_NONE = 0x00, /* not complete */
	SVA_STATUS_SUCCESS = 0x01,
	SVA_STATUS_SUCCESS_PREDICATE = 0x02, /* done; result is not the expected one */
	SVA_STATUS_PAGE_FAULT = 0x03,    /* partial completion: resume after touching the page */
	SVA_STATUS_PAGE_RESPONSE = 0x04, /* the page request was refused: partial completion */
	SVA_STATUS_BATCH_FAIL = 0x05,
	SVA_STATUS_BATCH_PAGE_FAULT = 0x06,
	SVA_STATUS_DELTA_ORDER = 0x07,
	SVA_STATUS_DELTA_RANGE = 0x08,
	SVA_STATUS_DIF_ERROR = 0x09,
	SVA_STATUS_ANALYTICS = 0x0a,       /* IAX: the record's error_code says what */
	SVA_STATUS_OUTPUT_OVERFLOW = 0x0b, /* IAX: the destination is full */
	SVA_STATUS_BAD_OPCODE = 0x10,
	SVA_STATUS_BAD_FLAGS = 0x11,
	SVA_STATUS_RESERVED = 0x12,
	SVA_STATUS_BAD_SIZE = 0x13,
	SVA_STATUS_BAD_COUNT = 0x14,
	SVA_STATUS_BAD_DELTA_SIZE = 0x15,
	SVA_STATUS_OVERLAP = 0x16,
	SVA_STATUS_DUALCAST_ALIGN = 0x17,
	SVA_STATUS_LIST_ALIGN = 0x18,
	SVA_STATUS_INT_HANDLE = 0x19,
	SVA_STATUS_CR_TRANSLATION = 0x1a,
	SVA_STATUS_CR_ALIGN = 0x1b,
	SVA_STATUS_ADDR_ALIGN = 0x1c,
	SVA_STATUS_PRIV = 0x1d,
	SVA_STATUS_TRAFFIC_CLASS = 0x1e,
	SVA_STATUS_READBACK_FAULT = 0x1f,
	SVA_STATUS_HW_READ = 0x20,
	SVA_STATUS_HW_WRITE = 0x21,
	SVA_STATUS_TRANSLATION = 0x22,
	SVA_STATUS_PRS_TIMEOUT = 0x23, /* IAX: a page request took too long */
	SVA_STATUS_WATCHDOG = 0x24,    /* IAX: the operation took too long */
	SVA_STATUS_DRAIN_EVL = 0x26,
	SVA_STATUS_BATCH_EVL = 0x27,
	SVA_STATUS_PASID = 0x28, /* inter-domain, from here to 0x2e */
	SVA_STATUS_HANDLE = 0x29,
	SVA_STATUS_PERMISSION = 0x2a,
	SVA_STATUS_WINDOW = 0x2b,
	SVA_STATUS_WINDOW_ENTRY = 0x2c,
	SVA_STATUS_WINDOW_CONTROL = 0x2d,
	SVA_STATUS_DOMAIN = 0x2e,
	SVA_STATUS_BAD_OP_FLAGS = 0x30, /* IAX, from here to 0x35 */
	SVA_STATUS_BAD_FILTER_FLAGS = 0x31,
	SVA_STATUS_BAD_INPUT_SIZE = 0x32,
	SVA_STATUS_BAD_ELEMENTS = 0x33,
	SVA_STATUS_BAD_WIDTH = 0x34,
	SVA_STATUS_BAD_INVERT = 0x35,
	/* Defined by the library; no device writes it: no queue has accepted the operation. */
	SVA_STATUS_NOT_SUBMITTED = 0x40,
	/*
	 * Also defined by the library: the operation was accepted, but ended without a record. The
	 * device was reset, the queue was disabled, or the record could not be written. It is
	 * unknown what has been done.
	 */
	SVA_STATUS_LOST = 0x41,
	/* Also defined by the library: a library that the CPU needs for this is missing. */
	SVA_STATUS_NO_LIBRARY = 0x42,
};

#define SVA_STATUS_WRITE        0x80u /* the faulting access was a write */
#define SVA_STATUS_CODE(status) ((status)&0x7fu)

/* Tags of DIF and DIX: eight bytes, as in the descriptor and the completion record. */
struct sva_dif_tags {
	uint32_t ref_tag;  /* reference tag of the first block */
	uint16_t app_mask; /* application tag mask */
	uint16_t app_tag;  /* application tag of the first block */
};

struct sva_desc_compare { /* compare, compare pattern */
	uint8_t expected_result;
	uint8_t reserved[23];
};

struct sva_desc_delta { /* create delta; apply delta uses delta_size only */
	union {
		uint64_t delta_addr; /* create: where the delta record goes */
		uint32_t delta_size; /* apply: bytes of the delta record */
	};
	uint32_t max_size; /* create: room at delta_addr, in bytes */
	uint32_t reserved;
	uint8_t expected_result_mask;
	uint8_t reserved2[7];
};

struct sva_desc_dualcast {
	uint64_t dst2_addr;
	uint8_t reserved[16];
};

struct sva_desc_fill {
	uint64_t pattern_high; /* upper half of a 16-byte pattern */
	uint8_t reserved[16];
};

struct sva_desc_crc { /* CRC, copy with CRC */
	uint32_t seed;
	uint32_t reserved;
	uint64_t seed_addr;
	uint64_t reserved2;
};

struct sva_desc_dif { /* DIF check, insert, strip, update; DIX generate */
	uint8_t src_flags;
	uint8_t dst_flags;
	uint8_t flags;
	uint8_t reserved[5];
	struct sva_dif_tags src;
	struct sva_dif_tags dst;
};

struct sva_desc_fetch { /* translation fetch */
	uint64_t reserved;
	uint32_t stride; /* bytes */
	uint8_t reserved2[12];
};

struct sva_desc_domain { /* inter-domain operations */
	uint8_t reserved[20];
	uint16_t handle1; /* of the source, or the first source */
	uint16_t handle2; /* of the destination, or the second source */
};

struct sva_desc_window { /* update window */
	uint8_t reserved[21];
	uint8_t flags;
	uint16_t handle;
};

struct sva_desc_filter {
	uint32_t flags;
	uint32_t elements; /* at the first source */
};

struct sva_desc_iax { /* of an IAX device: iax.h */
	union {
		uint64_t src2_addr;
		uint64_t aecs_addr;
	};
	uint32_t max_dst_size; /* room at dst_addr, in bytes */
	uint32_t src2_size;
	union {
		uint64_t polynomial;  /* CRC64 */
		uint32_t comp_flags2; /* compress */
		struct sva_desc_filter filter;
	};
};

struct sva_desc_tail {
	uint32_t size;
	uint16_t int_handle; /* interrupt handle; zero for user queues */
	union {
		uint16_t reserved;
		uint16_t iax_flags; /* IAX: flags of the operation */
	};
};

/**
 * struct sva_desc - the 64-byte descriptor, as the device reads it
 *
 * A list of descriptors (a batch) must be 64-byte aligned and contiguous.
 */
struct sva_desc {
	uint32_t pasid_priv; /* for the hardware; software leaves it zero */
	uint32_t op_flags;   /* flags in bits 23:0, opcode in bits 31:24 */
	uint64_t completion_addr;
	union {
		uint64_t src_addr;
		uint64_t pattern;
		uint64_t desc_list_addr;
		uint64_t readback_addr1;
	};
	union {
		uint64_t dst_addr;
		uint64_t src2_addr;
		uint64_t compare_pattern;
		uint64_t readback_addr2;
	};
	union {
		uint64_t size_word; /* all eight bytes at once */
		uint32_t xfer_size;
		uint32_t desc_count;
		struct sva_desc_tail tail;
	};
	union {
		uint8_t op_specific[24];
		uint64_t op_words[3];
		struct sva_desc_compare compare;
		struct sva_desc_delta delta;
		struct sva_desc_dualcast dualcast;
		struct sva_desc_fill fill;
		struct sva_desc_crc crc;
		struct sva_desc_dif dif;
		struct sva_desc_fetch fetch;
		struct sva_desc_domain domain;
		struct sva_desc_window window;
		struct sva_desc_iax iax;
	};
} __attribute__((aligned(64), may_alias));

/**
 * struct sva_record - completion record of a DSA device: 32 bytes, 32-byte aligned
 *
 * The device writes the status byte last. Read it with sva_record_status(); once it is not zero,
 * the rest is stable.
 */
struct sva_record {
	uint8_t status;
	uint8_t result;     /* compare, delta: result; memmove: 1 = copied from the end; DIF: what
			       failed */
	uint8_t fault_info; /* bit 0: address masked; bits 3:1: operand */
	uint8_t reserved;
	uint32_t bytes_completed; /* batch: descriptors completed */
	uint64_t fault_addr;
	union {
		uint32_t invalid_flags; /* status SVA_STATUS_BAD_FLAGS: the offending bits */
		uint32_t delta_size;    /* create delta: bytes of the record */
		uint32_t crc;           /* CRC, copy with CRC */
		struct sva_dif_tags dif_src;
	};
	struct sva_dif_tags dif_dst;
} __attribute__((aligned(32), may_alias));

#ifdef __cplusplus
#define SVA__STATIC_ASSERT(cond, text) static_assert(cond, text)
#else
#define SVA__STATIC_ASSERT(cond, text) _Static_assert(cond, text)
#endif
SVA__STATIC_ASSERT(sizeof(struct sva_desc) == 64, "a descriptor is 64 bytes");
SVA__STATIC_ASSERT(sizeof(struct sva_record) == 32, "a DSA completion record is 32 bytes");
SVA__STATIC_ASSERT(offsetof(struct sva_desc, op_specific) == 40, "operation fields start at 40");

/* sva_record_status - the status byte, with acquire ordering, so that the rest can be read */
SVA__INLINE unsigned int sva_record_status(const struct sva_record *record)
{
	return __atomic_load_n(&record->status, __ATOMIC_ACQUIRE);
}

/* sva_desc_opcode - opcode of @desc, see enum sva_opcode */
SVA__INLINE unsigned int sva_desc_opcode(const struct sva_desc *desc)
{
	return desc->op_flags >> 24;
}

/* sva_desc_flags - flags of @desc, a mask of SVA_FLAG_* */
SVA__INLINE uint32_t sva_desc_flags(const struct sva_desc *desc)
{
	return desc->op_flags & 0xffffffu;
}

/*
 * Write the parts that every descriptor has, and zero everything else except the completion
 * address. If a size does not fit, the excess bits end up in int_handle and reserved, which must be
 * zero: a device refuses the descriptor rather than mistake the size for a smaller one.
 */
SVA__INLINE void sva__desc_init(struct sva_desc *desc, unsigned int opcode, uint32_t flags,
				uint64_t addr1, uint64_t addr2, size_t size)
{
	desc->pasid_priv = 0;
	desc->op_flags = opcode << 24 | flags | SVA_FLAG_CRAV | SVA_FLAG_RCR;
	desc->src_addr = addr1;
	desc->dst_addr = addr2;
	desc->size_word = size; /* xfer_size, int_handle and reserved */
	desc->op_words[0] = 0;
	desc->op_words[1] = 0;
	desc->op_words[2] = 0;
}

/* sva_prep_noop - do nothing, and write a completion record */
SVA__INLINE void sva_prep_noop(struct sva_desc *desc, uint32_t flags)
{
	sva__desc_init(desc, SVA_OP_NOOP, flags, 0, 0, 0);
}

/**
 * sva_prep_drain - complete after all descriptors that were submitted to the queue before
 *
 * Block on fault is not allowed. On a shared queue it covers only the descriptors with the
 * submitter's PASID, that is, those of this process (specification, 3.12).
 */
SVA__INLINE void sva_prep_drain(struct sva_desc *desc, uint32_t flags)
{
	sva__desc_init(desc, SVA_OP_DRAIN, flags, 0, 0, 0);
}

/**
 * sva_prep_drain_readback - drain, and read back one or two addresses before completing
 * @addr1: address to read, NULL for none
 * @addr2: second address to read, NULL for none
 *
 * Needs the drain readback capability of the device (gen_cap bit 9).
 */
SVA__INLINE void sva_prep_drain_readback(struct sva_desc *desc, const void *addr1,
					 const void *addr2, uint32_t flags)
{
	flags |= (addr1 ? SVA_FLAG_DRAIN_READBACK1 : 0) | (addr2 ? SVA_FLAG_DRAIN_READBACK2 : 0);
	sva__desc_init(desc, SVA_OP_DRAIN, flags, (uintptr_t)addr1, (uintptr_t)addr2, 0);
}

/**
 * sva_prep_memmove - copy @size bytes; overlap is allowed if the device supports it (gen_cap bit 1)
 *
 * A partial completion (SVA_STATUS_PAGE_FAULT) with result 1 was copied from the end.
 */
SVA__INLINE void sva_prep_memmove(struct sva_desc *desc, void *dst, const void *src, size_t size,
				  uint32_t flags)
{
	sva__desc_init(desc, SVA_OP_MEMMOVE, flags, (uintptr_t)src, (uintptr_t)dst, size);
}

/* sva_prep_fill - fill @size bytes with an 8-byte pattern; its first byte in memory is bits 7:0 */
SVA__INLINE void sva_prep_fill(struct sva_desc *desc, void *dst, uint64_t pattern, size_t size,
			       uint32_t flags)
{
	sva__desc_init(desc, SVA_OP_FILL, flags, pattern, (uintptr_t)dst, size);
}

/**
 * sva_prep_fill16 - fill with a 16-byte pattern: @pattern first, then @pattern_high (DSA 2.0)
 */
SVA__INLINE void sva_prep_fill16(struct sva_desc *desc, void *dst, uint64_t pattern,
				 uint64_t pattern_high, size_t size, uint32_t flags)
{
	sva__desc_init(desc, SVA_OP_FILL, flags | SVA_FLAG_FILL_16, pattern, (uintptr_t)dst, size);
	desc->fill.pattern_high = pattern_high;
}

/**
 * sva_prep_compare - compare @size bytes
 *
 * Result 0: equal. Result 1: they differ, bytes_completed is the offset of the first difference.
 * The status is success in both cases; see sva_desc_set_expected().
 */
SVA__INLINE void sva_prep_compare(struct sva_desc *desc, const void *src1, const void *src2,
				  size_t size, uint32_t flags)
{
	sva__desc_init(desc, SVA_OP_COMPARE, flags, (uintptr_t)src1, (uintptr_t)src2, size);
}

/**
 * sva_prep_compare_pattern - compare @size bytes with a repeated 8-byte pattern
 *
 * As sva_prep_compare(); if there is a difference, bytes_completed is at or before its offset.
 */
SVA__INLINE void sva_prep_compare_pattern(struct sva_desc *desc, const void *src, uint64_t pattern,
					  size_t size, uint32_t flags)
{
	sva__desc_init(desc, SVA_OP_COMPARE_PATTERN, flags, (uintptr_t)src, pattern, size);
}

/**
 * sva_desc_set_expected - complete with SVA_STATUS_SUCCESS_PREDICATE if the result is not @result
 * @desc: a compare or compare pattern
 *
 * In a batch, a later member with SVA_FLAG_FENCE is then not executed.
 */
SVA__INLINE void sva_desc_set_expected(struct sva_desc *desc, uint8_t result)
{
	desc->op_flags |= SVA_FLAG_CR;
	desc->compare.expected_result = result;
}

/**
 * sva_prep_create_delta - write a record of the differences between two buffers
 * @src1: original, 8-byte aligned
 * @src2: changed version, 8-byte aligned
 * @size: bytes, a multiple of 8, at most 0x80000
 * @delta: where the delta record goes, 8-byte aligned
 * @max_size: room there: a multiple of 10, at least 80
 *
 * The record is a list of 10-byte entries: a 16-bit offset in units of 8 bytes, and the 8 bytes of
 * @src2. Result 0: equal; 1: the record is complete, delta_size bytes; 2: it does not fit.
 */
SVA__INLINE void sva_prep_create_delta(struct sva_desc *desc, const void *src1, const void *src2,
				       size_t size, void *delta, uint32_t max_size, uint32_t flags)
{
	sva__desc_init(desc, SVA_OP_CREATE_DELTA, flags, (uintptr_t)src1, (uintptr_t)src2, size);
	desc->delta.delta_addr = (uintptr_t)delta;
	desc->delta.max_size = max_size;
}

/**
 * sva_desc_set_expected_mask - complete with SVA_STATUS_SUCCESS_PREDICATE unless the result is in
 * @mask
 * @desc: a create delta
 * @mask: bit 0: result 0 is expected, bit 1: result 1, bit 2: result 2
 */
SVA__INLINE void sva_desc_set_expected_mask(struct sva_desc *desc, uint8_t mask)
{
	desc->op_flags |= SVA_FLAG_CR;
	desc->delta.expected_result_mask = mask;
}

/**
 * sva_prep_apply_delta - apply a delta record to a copy of the original
 * @dst: copy of the original, 8-byte aligned
 * @size: bytes of @dst, a multiple of 8, at most 0x80000
 * @delta: delta record, 8-byte aligned
 * @delta_size: its bytes, a multiple of 10
 */
SVA__INLINE void sva_prep_apply_delta(struct sva_desc *desc, void *dst, size_t size,
				      const void *delta, uint32_t delta_size, uint32_t flags)
{
	sva__desc_init(desc, SVA_OP_APPLY_DELTA, flags, (uintptr_t)delta, (uintptr_t)dst, size);
	desc->delta.delta_size = delta_size;
}

/* sva_prep_dualcast - copy to two destinations whose addresses are equal in bits 11:0 */
SVA__INLINE void sva_prep_dualcast(struct sva_desc *desc, void *dst1, void *dst2, const void *src,
				   size_t size, uint32_t flags)
{
	sva__desc_init(desc, SVA_OP_DUALCAST, flags, (uintptr_t)src, (uintptr_t)dst1, size);
	desc->dualcast.dst2_addr = (uintptr_t)dst2;
}

/**
 * sva_prep_crc - CRC32C of @size bytes
 * @seed: 0 to start; to continue, the CRC of the preceding data
 *
 * The CRC is in the completion record's crc.
 */
SVA__INLINE void sva_prep_crc(struct sva_desc *desc, const void *src, size_t size, uint32_t seed,
			      uint32_t flags)
{
	sva__desc_init(desc, SVA_OP_CRC, flags, (uintptr_t)src, 0, size);
	desc->crc.seed = seed;
}

/* sva_prep_copy_crc - copy and compute the CRC32C on the way; no overlap */
SVA__INLINE void sva_prep_copy_crc(struct sva_desc *desc, void *dst, const void *src, size_t size,
				   uint32_t seed, uint32_t flags)
{
	sva__desc_init(desc, SVA_OP_COPY_CRC, flags, (uintptr_t)src, (uintptr_t)dst, size);
	desc->crc.seed = seed;
}

/* sva_desc_set_crc_seed_addr - take the seed of a CRC or copy with CRC from memory at @seed */
SVA__INLINE void sva_desc_set_crc_seed_addr(struct sva_desc *desc, const uint32_t *seed)
{
	desc->op_flags |= SVA_FLAG_CRC_SEED_ADDR;
	desc->crc.seed = 0; /* reserved in this case */
	desc->crc.seed_addr = (uintptr_t)seed;
}

/* DIF flags: size of a block and form of the guard. */
#define SVA_DIF_BLOCK_512     0x00u
#define SVA_DIF_BLOCK_520     0x01u
#define SVA_DIF_BLOCK_4096    0x02u
#define SVA_DIF_BLOCK_4104    0x03u
#define SVA_DIF_INVERT_SEED   0x04u /* CRC seed is all ones instead of zero */
#define SVA_DIF_INVERT_RESULT 0x08u

/* DIF source flags: which blocks and tags are checked. */
#define SVA_DIF_SRC_ALL_F_ERROR  0x01u /* a tuple of all F is an error */
#define SVA_DIF_SRC_ALL_F_DETECT 0x02u /* a tuple of all F: do not check the block */
#define SVA_DIF_SRC_APP_F_DETECT 0x04u /* application tag all F: do not check the block */
#define SVA_DIF_SRC_REF_F_DETECT 0x08u /* application and reference tag all F: do not check it */
#define SVA_DIF_SRC_APP_INC      0x10u /* application tag increases from block to block */
#define SVA_DIF_SRC_NO_GUARD     0x20u /* do not check the guard */
#define SVA_DIF_SRC_NO_REF       0x40u /* do not check the reference tag */
#define SVA_DIF_SRC_REF_FIXED    0x80u /* reference tag does not increase */

/* DIF destination flags. */
#define SVA_DIF_DST_APP_PASS   0x08u /* update: keep the source's application tag */
#define SVA_DIF_DST_APP_INC    0x10u
#define SVA_DIF_DST_GUARD_PASS 0x20u /* update: keep the source's guard */
#define SVA_DIF_DST_REF_PASS   0x40u /* update: keep the source's reference tag */
#define SVA_DIF_DST_REF_FIXED  0x80u

/**
 * sva_prep_dif_check - check the 8-byte tuple (guard, application and reference tag) of each block
 * @size: bytes, tuples included: a multiple of block + 8
 * @dif_flags: SVA_DIF_BLOCK_* and SVA_DIF_INVERT_*
 * @src_flags: SVA_DIF_SRC_*
 * @tags: the tags that the first block must have
 */
SVA__INLINE void sva_prep_dif_check(struct sva_desc *desc, const void *src, size_t size,
				    uint8_t dif_flags, uint8_t src_flags, struct sva_dif_tags tags,
				    uint32_t flags)
{
	sva__desc_init(desc, SVA_OP_DIF_CHECK, flags, (uintptr_t)src, 0, size);
	desc->dif.src_flags = src_flags;
	desc->dif.flags = dif_flags;
	desc->dif.src = tags;
}

/**
 * sva_prep_dif_insert - copy, and add a tuple after each block
 * @size: bytes at @src, a multiple of the block; @dst needs 8 more for each block
 * @tags: the tags of the first block
 */
SVA__INLINE void sva_prep_dif_insert(struct sva_desc *desc, void *dst, const void *src, size_t size,
				     uint8_t dif_flags, uint8_t dst_flags, struct sva_dif_tags tags,
				     uint32_t flags)
{
	sva__desc_init(desc, SVA_OP_DIF_INSERT, flags, (uintptr_t)src, (uintptr_t)dst, size);
	desc->dif.dst_flags = dst_flags;
	desc->dif.flags = dif_flags;
	desc->dif.dst = tags;
}

/**
 * sva_prep_dif_strip - check each block as DIF check does, and copy it without its tuple
 * @size: bytes at @src, a multiple of block + 8; @dst needs 8 fewer for each block
 */
SVA__INLINE void sva_prep_dif_strip(struct sva_desc *desc, void *dst, const void *src, size_t size,
				    uint8_t dif_flags, uint8_t src_flags, struct sva_dif_tags tags,
				    uint32_t flags)
{
	sva__desc_init(desc, SVA_OP_DIF_STRIP, flags, (uintptr_t)src, (uintptr_t)dst, size);
	desc->dif.src_flags = src_flags;
	desc->dif.flags = dif_flags;
	desc->dif.src = tags;
}

/* sva_prep_dif_update - check each block, and copy it with a new tuple; @size as for DIF check */
SVA__INLINE void sva_prep_dif_update(struct sva_desc *desc, void *dst, const void *src, size_t size,
				     uint8_t dif_flags, uint8_t src_flags,
				     struct sva_dif_tags src_tags, uint8_t dst_flags,
				     struct sva_dif_tags dst_tags, uint32_t flags)
{
	sva__desc_init(desc, SVA_OP_DIF_UPDATE, flags, (uintptr_t)src, (uintptr_t)dst, size);
	desc->dif.src_flags = src_flags;
	desc->dif.dst_flags = dst_flags;
	desc->dif.flags = dif_flags;
	desc->dif.src = src_tags;
	desc->dif.dst = dst_tags;
}

/**
 * sva_prep_dix_generate - write the tuples of the blocks at @src to @dst, without the data
 * @size: bytes at @src, a multiple of the block; @dst needs 8 for each block (DSA 2.0)
 */
SVA__INLINE void sva_prep_dix_generate(struct sva_desc *desc, void *dst, const void *src,
				       size_t size, uint8_t dif_flags, uint8_t dst_flags,
				       struct sva_dif_tags tags, uint32_t flags)
{
	sva__desc_init(desc, SVA_OP_DIX_GENERATE, flags, (uintptr_t)src, (uintptr_t)dst, size);
	desc->dif.dst_flags = dst_flags;
	desc->dif.flags = dif_flags;
	desc->dif.dst = tags;
}

/**
 * sva_prep_translation_fetch - make the device fetch the translations of a region (DSA 2.0)
 * @stride: distance in bytes between the addresses to translate; 0: the device chooses
 *
 * Source: Intel DSA Architecture Specification 341204, 8.3 (Translation Fetch).
 */
SVA__INLINE void sva_prep_translation_fetch(struct sva_desc *desc, const void *addr, size_t size,
					    uint32_t stride, uint32_t flags)
{
	flags |= stride ? SVA_FLAG_FETCH_STRIDE : 0;
	sva__desc_init(desc, SVA_OP_TRANSLATION_FETCH, flags, (uintptr_t)addr, 0, size);
	desc->fetch.stride = stride;
}

/* sva_prep_cache_flush - write the lines of a buffer back from all caches */
SVA__INLINE void sva_prep_cache_flush(struct sva_desc *desc, void *dst, size_t size, uint32_t flags)
{
	sva__desc_init(desc, SVA_OP_CACHE_FLUSH, flags, 0, (uintptr_t)dst, size);
}

/**
 * sva_prep_batch - make the device read @count descriptors from memory and execute them
 * @list: 64-byte aligned; each with its own completion record; no batch inside a batch
 * @count: at least 2, at most the max_batch_size of the queue
 *
 * sva_submit_batch() (wq.h) is more convenient.
 */
SVA__INLINE void sva_prep_batch(struct sva_desc *desc, const struct sva_desc *list, uint32_t count,
				uint32_t flags)
{
	sva__desc_init(desc, SVA_OP_BATCH, flags, (uintptr_t)list, 0, count);
}

/* Flags of update window. */
#define SVA_WINDOW_READ   0x01u
#define SVA_WINDOW_WRITE  0x02u
#define SVA_WINDOW_ENABLE 0x04u
#define SVA_WINDOW_OFFSET 0x08u /* addresses are offsets into the window */

/**
 * sva_prep_update_window - change the memory window of an inter-domain permission (DSA 2.0)
 * @base: address of the window
 * @size: its bytes
 * @window_flags: SVA_WINDOW_*
 * @handle: the entry of the inter-domain permission table
 */
SVA__INLINE void sva_prep_update_window(struct sva_desc *desc, void *base, uint64_t size,
					uint8_t window_flags, uint16_t handle, uint32_t flags)
{
	sva__desc_init(desc, SVA_OP_UPDATE_WINDOW, flags, (uintptr_t)base, size, 0);
	desc->window.flags = window_flags;
	desc->window.handle = handle;
}

/**
 * sva_desc_set_domain - turn a prepared operation into its inter-domain form (DSA 2.0)
 * @desc: memmove, fill, compare or compare pattern; prepared with SVA_FLAG_DOMAIN1,
 *        SVA_FLAG_DOMAIN2 or both, to say which handles are used
 * @handle1: handle of the domain of the source, or the first source
 * @handle2: handle of the domain of the destination, or the second source
 *
 * These are the restricted forms. The unrestricted ones, and an inter-domain cache flush, are
 * reserved in the architecture specification, revision 3.0.
 */
SVA__INLINE void sva_desc_set_domain(struct sva_desc *desc, uint16_t handle1, uint16_t handle2)
{
	desc->op_flags += 0x20u << 24; /* from the opcode to its inter-domain form */
	desc->domain.handle1 = handle1;
	desc->domain.handle2 = handle2;
}

#ifdef __cplusplus
}
#endif

#endif
