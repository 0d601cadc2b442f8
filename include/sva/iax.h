/* SPDX-License-Identifier: MIT */
/*
 * IAX, the analytics device (IAA): its completion record, opcodes, flags and error codes, the state
 * that an operation reads and writes (AECS), and a builder for every operation.
 *
 * The functions for queues of a DSA device also find, open and explain queues of an IAX device, and
 * submit, poll and wait for its operations. There are two differences. The completion record has 64
 * bytes, so an operation is a struct sva_iax_op. And no operation is completed in part: after a
 * page fault, touch the page and submit again; sva_op_resume() prepares that.
 *
 * Builders check nothing: the device answers with a status, and sva_desc_check() (wq.h) finds out
 * beforehand what it would refuse. All builders are safe in any thread and write only to the
 * operation. From submission until the completion record is written, the memory that a descriptor
 * names belongs to the device.
 *
 * deflate.h, filter.h and cipher.h have calls of any size that always finish, with or without a
 * device.
 *
 * Source: the layouts, opcodes and flags are those on which at least two of these agree: Linux
 * (include/uapi/linux/idxd.h, drivers/crypto/intel/iaa; 6.8), Intel QPL 1.6 and accel-config 4.1.6.
 * What comes from only one of them is marked with its name. What none of them shows is not here.
 */
#ifndef SVA_IAX_H
#define SVA_IAX_H

#include <sva/wq.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Opcodes. NOOP, DRAIN, MEMMOVE and translation fetch are those of DSA. */
enum sva_iax_opcode {
	SVA_IAX_OP_DECRYPT = 0x40, /* IAX 2.0 (accel-config) */
	SVA_IAX_OP_ENCRYPT = 0x41, /* IAX 2.0 (accel-config) */
	SVA_IAX_OP_DECOMPRESS = 0x42,
	SVA_IAX_OP_COMPRESS = 0x43,
	SVA_IAX_OP_CRC64 = 0x44,
	SVA_IAX_OP_ZERO_DECOMPRESS_32 = 0x48,
	SVA_IAX_OP_ZERO_DECOMPRESS_16 = 0x49,
	SVA_IAX_OP_ZERO_DECOMPRESS_8 = 0x4a, /* not on IAX 1.0 (accel-config) */
	SVA_IAX_OP_ZERO_COMPRESS_32 = 0x4c,
	SVA_IAX_OP_ZERO_COMPRESS_16 = 0x4d,
	SVA_IAX_OP_ZERO_COMPRESS_8 = 0x4e, /* not on IAX 1.0 (accel-config) */
	SVA_IAX_OP_SCAN = 0x50,
	SVA_IAX_OP_SET_MEMBERSHIP = 0x51,
	SVA_IAX_OP_EXTRACT = 0x52,
	SVA_IAX_OP_SELECT = 0x53,
	SVA_IAX_OP_RLE_BURST = 0x54,
	SVA_IAX_OP_FIND_UNIQUE = 0x55,
	SVA_IAX_OP_EXPAND = 0x56,
};

/* Descriptor flags in addition to SVA_FLAG_BOF, _CRAV, _RCR, _CC ...: bits 23:16. */
#define SVA_IAX_FLAG_SRC2_AECS     0x010000u /* read the second source: it is an AECS */
#define SVA_IAX_FLAG_SRC2_DATA     0x020000u /* read the second source: it is data */
#define SVA_IAX_FLAG_AECS_WRITE    0x040000u /* write the AECS at the end */
#define SVA_IAX_FLAG_AECS_OVERFLOW 0x080000u /* write it if the output overflows, and only then */
#define SVA_IAX_FLAG_SRC2_STEERING 0x100000u
#define SVA_IAX_FLAG_CRC32C        0x200000u /* the record's CRC is CRC32C instead of CRC-32 */
#define SVA_IAX_FLAG_AECS_TOGGLE   0x400000u /* read the second copy, write the first */

/* Flags of decompression, also before a filter. */
#define SVA_IAX_DECOMP_ENABLE      0x0001u
#define SVA_IAX_DECOMP_FLUSH       0x0002u /* write all output, not only whole 8-byte words */
#define SVA_IAX_DECOMP_STOP_ON_EOB 0x0004u
#define SVA_IAX_DECOMP_CHECK_EOB   0x0008u /* it is an error if the input ends without EOB */
#define SVA_IAX_DECOMP_FINAL_EOB   0x0010u /* for these two: the EOB of the final block */
#define SVA_IAX_DECOMP_BE16        0x0020u /* tokens of 16 bits, the most significant first */
#define SVA_IAX_DECOMP_IGNORE(n)   (((n)&7u) << 6 | ((n) >> 3 & 1u) << 14) /* bits at the end */
#define SVA_IAX_DECOMP_NO_OUTPUT   0x0200u                                 /* to verify */
/* The flags for a whole stream. */
#define SVA_IAX_DECOMP_STREAM                                                        \
	(SVA_IAX_DECOMP_ENABLE | SVA_IAX_DECOMP_FLUSH | SVA_IAX_DECOMP_STOP_ON_EOB | \
	 SVA_IAX_DECOMP_CHECK_EOB | SVA_IAX_DECOMP_FINAL_EOB)

/* Flags of compression. */
#define SVA_IAX_COMP_STATISTICS   0x0001u /* count symbols: the output is a histogram */
#define SVA_IAX_COMP_FLUSH        0x0002u
#define SVA_IAX_COMP_EOB          0x0004u /* end with EOB */
#define SVA_IAX_COMP_EOB_STORED   0x0008u /* ... and an empty stored block */
#define SVA_IAX_COMP_EOB_FINAL    0x000cu /* ... and a final empty stored block */
#define SVA_IAX_COMP_LITERALS     0x0010u /* no matches */
#define SVA_IAX_COMP_BE16         0x0020u
#define SVA_IAX_COMP_HEADER       0x2000u /* generate the block header, in one pass (iaa_cap) */
#define SVA_IAX_COMP_HEADER_FINAL 0x3000u /* likewise, of a final block */

/* Flags of CRC64. */
#define SVA_IAX_CRC64_INVERT  0x4000u /* initial and final XOR with ones */
#define SVA_IAX_CRC64_REFLECT 0x8000u /* least significant bit first */

/* Flags of encryption (accel-config). None are known for decryption. */
#define SVA_IAX_CIPHER_FLUSH_OUTPUT 0x0002u /* write all output; the builder sets it */

/* Filter flags. Widths are bits of an element, 1 to 32. */
#define SVA_IAX_FILTER_LE            0u /* the first source is packed from bit 0 upwards */
#define SVA_IAX_FILTER_BE            1u /* packed from the top of byte 0 downwards */
#define SVA_IAX_FILTER_RLE           2u /* Parquet's RLE and bit-packing; the data have the width */
#define SVA_IAX_FILTER_WIDTH(n)      (((n)-1u) << 2)
#define SVA_IAX_FILTER_SRC2_WIDTH(n) (((n)-1u) << 7)
#define SVA_IAX_FILTER_SRC2_BE       0x00001000u
#define SVA_IAX_FILTER_OUT_8         0x00002000u /* without these: nominal */
#define SVA_IAX_FILTER_OUT_16        0x00004000u
#define SVA_IAX_FILTER_OUT_32        0x00006000u
#define SVA_IAX_FILTER_OUT_BE        0x00008000u
#define SVA_IAX_FILTER_INVERT        0x00010000u /* if the output is a bit vector */
#define SVA_IAX_FILTER_DROP_LOW(n)   ((uint32_t)(n) << 17)
#define SVA_IAX_FILTER_DROP_HIGH(n)  ((uint32_t)(n) << 22)
#define SVA_IAX_FILTER_ARRAY         0x08000000u /* array output of a bit vector (iaa_cap) */

/* Bits of iaa_cap, the IAX capabilities (Linux 6.0, drivers/dma/idxd/registers.h). */
#define SVA_IAACAP_AECS_FORMAT_2 (1ull << 0) /* IAX 2.0 */
#define SVA_IAACAP_DROP_BITS     (1ull << 1)
#define SVA_IAACAP_CHAINING      (1ull << 2)
#define SVA_IAACAP_FORCE_ARRAY   (1ull << 3)
#define SVA_IAACAP_PARTIAL_AECS  (1ull << 4)
#define SVA_IAACAP_EARLY_ABORT   (1ull << 5)
#define SVA_IAACAP_NESTED        (1ull << 6)
#define SVA_IAACAP_DICTIONARY    (1ull << 7)
#define SVA_IAACAP_HEADER        (1ull << 8)
#define SVA_IAACAP_GCM           (1ull << 9)
#define SVA_IAACAP_CFB           (1ull << 10)
#define SVA_IAACAP_XTS           (1ull << 11)

#define SVA_IAX_HISTORY          4096u /* bytes: no match goes back further */

/* error_code of a record whose status is SVA_STATUS_ANALYTICS (QPL; 25 also Linux). */
enum sva_iax_error {
	SVA_IAX_ERROR_HEADER_SIZE = 1, /* the block header is larger than the buffer for it */
	SVA_IAX_ERROR_BAD_CL,          /* bad code in the code lengths */
	SVA_IAX_ERROR_FIRST_LL,        /* the first length of literals is code 16 */
	SVA_IAX_ERROR_FIRST_D,
	SVA_IAX_ERROR_NO_LL,
	SVA_IAX_ERROR_LL_COUNT,
	SVA_IAX_ERROR_D_COUNT,
	SVA_IAX_ERROR_CL_LENGTHS, /* oversubscribed */
	SVA_IAX_ERROR_LL_LENGTHS,
	SVA_IAX_ERROR_D_LENGTHS,
	SVA_IAX_ERROR_BAD_LL, /* a code that the table lacks */
	SVA_IAX_ERROR_BAD_D,
	SVA_IAX_ERROR_BLOCK_TYPE,
	SVA_IAX_ERROR_STORED_LENGTH,
	SVA_IAX_ERROR_NO_EOB,
	SVA_IAX_ERROR_LENGTH,
	SVA_IAX_ERROR_DISTANCE, /* 0, or more than SVA_IAX_HISTORY */
	SVA_IAX_ERROR_BEFORE_START,
	SVA_IAX_ERROR_NO_PROGRESS,
	SVA_IAX_ERROR_RLE_FORMAT,
	SVA_IAX_ERROR_OUTPUT_WIDTH, /* a value does not fit in an output element */
	SVA_IAX_ERROR_AECS,
	SVA_IAX_ERROR_SRC1_SHORT,
	SVA_IAX_ERROR_SRC2_SHORT,
	SVA_IAX_ERROR_OVERFLOW, /* compress: the output does not fit, and cannot be continued */
	SVA_IAX_ERROR_BLOCK_DISTANCE,
	SVA_IAX_ERROR_BLOCK_LENGTH,
	SVA_IAX_ERROR_BLOCK_SIZE,
	SVA_IAX_ERROR_VERIFY,
	SVA_IAX_ERROR_UNUSED_CODE,
	SVA_IAX_ERROR_RLE_WIDTH,
	SVA_IAX_ERROR_FEW_ELEMENTS,
	SVA_IAX_ERROR_COUNT, /* RLE burst */
	SVA_IAX_ERROR_ZERO_HEADER,
	SVA_IAX_ERROR_MANY_LL,
	SVA_IAX_ERROR_MANY_D,
};

/**
 * struct sva_iax_record - completion record of an IAX device: 64 bytes, 64-byte aligned
 *
 * The status byte is written last. The first 24 bytes are as in struct sva_record.
 */
struct sva_iax_record {
	uint8_t status;
	uint8_t error_code; /* SVA_STATUS_ANALYTICS: enum sva_iax_error */
	uint8_t fault_info;
	uint8_t reserved;
	uint32_t bytes_completed; /* of the input */
	uint64_t fault_addr;
	uint32_t invalid_flags;
	uint32_t reserved2;
	uint32_t output_size; /* bytes */
	uint8_t output_bits;  /* valid bits of the last byte of output; 0: all */
	uint8_t reserved3;
	uint16_t xor_checksum; /* of the uncompressed side, by 16-bit words */
	uint32_t crc;          /* likewise: CRC-32, or CRC32C */
	uint32_t min_first;    /* filters: smallest value, or index of the first 1 bit */
	uint32_t max_last;     /* largest value, or index of the last 1 bit */
	uint32_t sum_count;    /* sum of the values, or number of 1 bits */
	uint8_t reserved4[16];
} __attribute__((aligned(64), may_alias));

/* sva_iax_record_crc64 - the result of a CRC64 */
SVA__INLINE uint64_t sva_iax_record_crc64(const struct sva_iax_record *record)
{
	return (uint64_t)record->sum_count << 32 | record->max_last;
}

/*
 * Analytics engine configuration and state (AECS): what an operation reads before it begins, and
 * may write at the end for the next one. The second source is two copies, one after the other:
 * without SVA_IAX_FLAG_AECS_TOGGLE the first is read and the second is written, with it the
 * reverse. Size and address are multiples of 32.
 */

/* For filters; also the beginning of the one for decompression. */
struct sva_iax_filter_aecs {
	uint32_t crc; /* seed */
	uint32_t xor_checksum;
	uint32_t low; /* scan, extract: limits, both included */
	uint32_t high;
	uint32_t first_index; /* of the first element, if the output has indices */
	uint16_t drop_bytes;  /* number of bytes to skip at the start of decompressed input */
	uint8_t reserved[10];
} __attribute__((aligned(32)));

#define SVA_IAX_ACCUMULATOR 32 /* words of 64 bits */

/* States of decompression (QPL). */
#define SVA_IAX_STATE_TOKEN  0u /* in a block: a literal or length comes next */
#define SVA_IAX_STATE_HEADER 1u /* a block header comes next */
#define SVA_IAX_STATE_STORED 2u /* in a stored block */
#define SVA_IAX_STATE_FINAL  4u /* the block is the final one */
#define SVA_IAX_STATE_EOB    8u /* ended at the end of a block */

/* For decompression. The reserved fields are for the device. */
struct sva_iax_decompress_aecs {
	struct sva_iax_filter_aecs filter;
	uint8_t reserved[136];
	uint64_t output_accumulator;
	uint32_t output_accumulator_bits; /* valid ones */
	uint32_t index_bit_offset;
	uint64_t input_accumulator[SVA_IAX_ACCUMULATOR];
	uint8_t input_accumulator_bits[SVA_IAX_ACCUMULATOR];
	uint32_t eob;
	uint8_t drop_initial_bits;
	uint8_t format; /* 0; 1 if iaa_cap has SVA_IAACAP_AECS_FORMAT_2 */
	uint8_t reserved2[598];
	uint16_t state;     /* SVA_IAX_STATE_* */
	uint16_t bits_left; /* of the unprocessed input (QPL) */
	uint8_t reserved3[172];
	uint16_t history_offset; /* where the next byte goes; bit 15: the history is full */
	uint8_t reserved4[2];
	uint8_t history[SVA_IAX_HISTORY];
	uint8_t reserved5[24];
} __attribute__((aligned(32)));

#define SVA_IAX_LL 286 /* symbols of literals and lengths */
#define SVA_IAX_D  30  /* of distances */

/* A code word of a Huffman table: bits 14:0 the code, not reversed, bits 18:15 its length. */
#define SVA_IAX_CODE(code, length) ((uint32_t)(code) | (uint32_t)(length) << 15)

/* For compression. Its output begins with the bits of output_accumulator: the block's header. */
struct sva_iax_compress_aecs {
	uint32_t crc;
	uint32_t xor_checksum;
	uint8_t reserved[20];
	uint32_t output_accumulator_bits;
	uint8_t output_accumulator[256];
	uint32_t ll[SVA_IAX_LL];
	uint8_t reserved2[8];
	uint32_t d[SVA_IAX_D];
	uint8_t reserved3[8];
} __attribute__((aligned(32)));

/* Ciphers, and flags of sva_iax_cipher_aecs (accel-config). Nothing is known about GCM and XTS. */
#define SVA_IAX_CIPHER_CFB         1u    /* AES-CFB of 128 bits */
#define SVA_IAX_CIPHER_ALWAYS      0x01u /* is always set; its meaning is not known */
#define SVA_IAX_CIPHER_KEY_256     0x02u /* else the key has 128 bits */
#define SVA_IAX_CIPHER_FLUSH_INPUT 0x08u /* also process an incomplete block at the end */

#define SVA_IAX_CIPHER_BLOCK       16u /* bytes */

/**
 * struct sva_iax_cipher_aecs - for encryption and decryption (accel-config)
 *
 * sva_iax_cipher_aecs_init() fills it. If the AECS is written, both copies contain the key: wipe
 * them with explicit_bzero(3) when they are no longer needed.
 */
struct sva_iax_cipher_aecs {
	uint8_t reserved[24];
	uint8_t algorithm;          /* SVA_IAX_CIPHER_CFB */
	uint8_t flags;              /* SVA_IAX_CIPHER_* */
	uint16_t accumulator_sizes; /* initially 0; then for the device */
	uint8_t reserved2[4];
	uint8_t input_accumulator[24];
	uint8_t output_accumulator[16];
	uint8_t key[32]; /* 16 bytes, or all */
	uint8_t reserved3[16];
	uint8_t iv[SVA_IAX_CIPHER_BLOCK]; /* later: the last block of encrypted data */
	uint8_t reserved4[32];            /* of other ciphers */
	uint8_t complement[24];           /* byte 8 is always 1; its meaning is not known */
} __attribute__((aligned(32)));

/* What compression with SVA_IAX_COMP_STATISTICS writes: how often each symbol occurs. */
struct sva_iax_histogram {
	uint32_t ll[SVA_IAX_LL];
	uint32_t reserved[2];
	uint32_t d[SVA_IAX_D];
	uint32_t reserved2[2];
};

/**
 * struct sva_iax_op - an operation for a queue of an IAX device
 *
 * A struct sva_op, followed by its record and a place for the state of a filter. Submit, poll, wait
 * for and resume &op->op. A queue of an IAX device refuses a plain struct sva_op, and one that no
 * builder of this header has prepared, with -EINVAL.
 */
struct sva_iax_op {
	struct sva_op op; /* its own record stays empty */
	union {
		struct sva_iax_record record;
		struct sva_record head; /* its beginning, for sva_decode() and sva_explain() */
	};
	struct sva_iax_filter_aecs filter; /* sva_iax_op_set_range() fills it */
	uint8_t reserved[32];
} __attribute__((aligned(64)));

SVA__STATIC_ASSERT(sizeof(struct sva_iax_record) == 64, "an IAX completion record is 64 bytes");
SVA__STATIC_ASSERT(offsetof(struct sva_iax_record, crc) == 32, "the CRC is at 32");
SVA__STATIC_ASSERT(offsetof(struct sva_iax_record, max_last) == 40, "and the CRC64 at 40");
SVA__STATIC_ASSERT(sizeof(struct sva_iax_filter_aecs) == 32, "the AECS of a filter is 32 bytes");
SVA__STATIC_ASSERT(sizeof(struct sva_iax_decompress_aecs) == 0x1500, "of decompression");
SVA__STATIC_ASSERT(offsetof(struct sva_iax_decompress_aecs, input_accumulator) == 184, "input");
SVA__STATIC_ASSERT(offsetof(struct sva_iax_decompress_aecs, state) == 1076, "state");
SVA__STATIC_ASSERT(offsetof(struct sva_iax_decompress_aecs, history) == 1256, "history");
SVA__STATIC_ASSERT(sizeof(struct sva_iax_compress_aecs) == 0x620, "of compression");
SVA__STATIC_ASSERT(offsetof(struct sva_iax_compress_aecs, d) == 1440, "distances");
SVA__STATIC_ASSERT(sizeof(struct sva_iax_cipher_aecs) == 192, "of a cipher");
SVA__STATIC_ASSERT(offsetof(struct sva_iax_cipher_aecs, key) == 72, "key");
SVA__STATIC_ASSERT(offsetof(struct sva_iax_cipher_aecs, iv) == 120, "initialization vector");
SVA__STATIC_ASSERT(offsetof(struct sva_iax_cipher_aecs, complement) == 168, "complement");
SVA__STATIC_ASSERT(sizeof(struct sva_iax_histogram) == 1280, "a histogram is 1280 bytes");
SVA__STATIC_ASSERT(sizeof(struct sva_iax_op) == 256, "an operation is four cache lines");
SVA__STATIC_ASSERT(offsetof(struct sva_iax_op, record) == sizeof(struct sva_op),
		   "the record is behind the operation");

/* sva_iax_op_alloc - as sva_op_alloc(); sva_iax_op_free() them */
struct sva_iax_op *sva_iax_op_alloc(size_t count);

/* sva_iax_op_free - as sva_op_free() */
void sva_iax_op_free(struct sva_iax_op *ops);

/* sva_iax_op - the operation that begins with @op, from a ring on a queue of an IAX device */
SVA__INLINE struct sva_iax_op *sva_iax_op(struct sva_op *op)
{
	return (struct sva_iax_op *)(void *)op;
}

/*
 * All common fields of a descriptor, and the address of the record, by which a submission knows
 * that there is a record after the operation.
 */
SVA__INLINE void sva__iax_init(struct sva_iax_op *op, unsigned int opcode, uint32_t flags,
			       const void *src, size_t size, void *dst, uint32_t max_dst_size,
			       uint32_t iax_flags)
{
	sva__desc_init(&op->op.desc, opcode, flags, (uintptr_t)src, (uintptr_t)dst, size);
	op->op.desc.tail.iax_flags |= (uint16_t)iax_flags;
	op->op.desc.iax.max_dst_size = max_dst_size;
	op->op.desc.completion_addr = (uintptr_t)&op->record;
}

/* sva_iax_prep_noop - do nothing, and write a completion record */
SVA__INLINE void sva_iax_prep_noop(struct sva_iax_op *op, uint32_t flags)
{
	sva__iax_init(op, SVA_OP_NOOP, flags, NULL, 0, NULL, 0, 0);
}

/* sva_iax_prep_drain - complete after all descriptors that this process has submitted before */
SVA__INLINE void sva_iax_prep_drain(struct sva_iax_op *op, uint32_t flags)
{
	sva__iax_init(op, SVA_OP_DRAIN, flags, NULL, 0, NULL, 0, 0);
}

/* sva_iax_prep_memmove - copy @size bytes; no overlap */
SVA__INLINE void sva_iax_prep_memmove(struct sva_iax_op *op, void *dst, const void *src,
				      size_t size, uint32_t flags)
{
	sva__iax_init(op, SVA_OP_MEMMOVE, flags, src, size, dst, 0, 0);
}

/**
 * sva_iax_prep_decompress - inflate a DEFLATE stream, or a part of one
 * @dst: room for @max_dst_size bytes
 * @src: @size bytes; without an AECS the stream begins here, with a block header
 * @decomp_flags: SVA_IAX_DECOMP_*
 *
 * The record has output_size, crc and xor_checksum. SVA_STATUS_OUTPUT_OVERFLOW: @dst is full; if an
 * AECS was written, continue at src + bytes_completed. A distance of more than SVA_IAX_HISTORY ends
 * with SVA_IAX_ERROR_DISTANCE: the device cannot inflate such a stream. On success all input counts
 * as consumed, including what follows the end of the stream (QPL).
 */
SVA__INLINE void sva_iax_prep_decompress(struct sva_iax_op *op, void *dst, uint32_t max_dst_size,
					 const void *src, size_t size, uint32_t decomp_flags,
					 uint32_t flags)
{
	sva__iax_init(op, SVA_IAX_OP_DECOMPRESS, flags, src, size, dst, max_dst_size, decomp_flags);
}

/**
 * sva_iax_prep_compress - deflate @size bytes
 * @dst: room for @max_dst_size bytes
 * @comp_flags: SVA_IAX_COMP_*
 *
 * The tables, and the block header with which the output begins, come from an AECS
 * (sva_iax_op_set_aecs()), unless the header is generated. If the output does not fit, the result
 * is SVA_IAX_ERROR_OVERFLOW, and the operation cannot be continued.
 */
SVA__INLINE void sva_iax_prep_compress(struct sva_iax_op *op, void *dst, uint32_t max_dst_size,
				       const void *src, size_t size, uint32_t comp_flags,
				       uint32_t flags)
{
	sva__iax_init(op, SVA_IAX_OP_COMPRESS, flags, src, size, dst, max_dst_size, comp_flags);
}

/* sva_iax_prep_statistics - count the symbols that sva_iax_prep_compress() would write */
SVA__INLINE void sva_iax_prep_statistics(struct sva_iax_op *op, struct sva_iax_histogram *histogram,
					 const void *src, size_t size, uint32_t comp_flags,
					 uint32_t flags)
{
	sva__iax_init(op, SVA_IAX_OP_COMPRESS, flags, src, size, histogram, sizeof(*histogram),
		      comp_flags | SVA_IAX_COMP_STATISTICS);
}

/**
 * sva_iax_prep_crc64 - CRC of any width up to 64 bits
 * @polynomial: left-aligned; its width is 64 minus the number of trailing zero bits
 * @crc64_flags: SVA_IAX_CRC64_*
 *
 * sva_iax_record_crc64() returns the result: in the upper bits, or with SVA_IAX_CRC64_REFLECT in
 * the lower ones.
 */
SVA__INLINE void sva_iax_prep_crc64(struct sva_iax_op *op, const void *src, size_t size,
				    uint64_t polynomial, uint32_t crc64_flags, uint32_t flags)
{
	sva__iax_init(op, SVA_IAX_OP_CRC64, flags, src, size, NULL, 0, crc64_flags);
	op->op.desc.iax.polynomial = polynomial;
}

/**
 * sva_iax_prep_zero_compress - leave out the words that are zero
 * sva_iax_prep_zero_decompress - restore them
 * @word: bits of a word: 32, 16 or 8 (8: not on IAX 1.0)
 */
SVA__INLINE void sva_iax_prep_zero_compress(struct sva_iax_op *op, void *dst, uint32_t max_dst_size,
					    const void *src, size_t size, unsigned int word,
					    uint32_t flags)
{
	unsigned int opcode = word == 32   ? SVA_IAX_OP_ZERO_COMPRESS_32
			      : word == 16 ? SVA_IAX_OP_ZERO_COMPRESS_16
					   : SVA_IAX_OP_ZERO_COMPRESS_8;

	sva__iax_init(op, opcode, flags, src, size, dst, max_dst_size, 0);
}

SVA__INLINE void sva_iax_prep_zero_decompress(struct sva_iax_op *op, void *dst,
					      uint32_t max_dst_size, const void *src, size_t size,
					      unsigned int word, uint32_t flags)
{
	unsigned int opcode = word == 32   ? SVA_IAX_OP_ZERO_DECOMPRESS_32
			      : word == 16 ? SVA_IAX_OP_ZERO_DECOMPRESS_16
					   : SVA_IAX_OP_ZERO_DECOMPRESS_8;

	sva__iax_init(op, opcode, flags, src, size, dst, max_dst_size, 0);
}

/**
 * sva_iax_prep_encrypt, sva_iax_prep_decrypt - encrypt or decrypt (accel-config)
 * @dst: room for @max_dst_size bytes, as many as @size; no overlap
 *
 * For devices whose iaa_cap has SVA_IAACAP_CFB. Cipher, key and initialization vector come from a
 * struct sva_iax_cipher_aecs: sva_iax_op_set_aecs(). If the data are processed in several
 * operations, all except the last have whole blocks of SVA_IAX_CIPHER_BLOCK bytes. Each reads the
 * AECS that the one before it has written, or one whose iv is the last block of encrypted data. No
 * source shows what a device writes to the AECS (unverified).
 */
SVA__INLINE void sva_iax_prep_encrypt(struct sva_iax_op *op, void *dst, uint32_t max_dst_size,
				      const void *src, size_t size, uint32_t flags)
{
	sva__iax_init(op, SVA_IAX_OP_ENCRYPT, flags, src, size, dst, max_dst_size,
		      SVA_IAX_CIPHER_FLUSH_OUTPUT);
}

SVA__INLINE void sva_iax_prep_decrypt(struct sva_iax_op *op, void *dst, uint32_t max_dst_size,
				      const void *src, size_t size, uint32_t flags)
{
	sva__iax_init(op, SVA_IAX_OP_DECRYPT, flags, src, size, dst, max_dst_size, 0);
}

/**
 * sva_iax_cipher_aecs_init - fill an AECS for AES-CFB
 * @key: @key_size bytes: 16; or 32
 * @iv: SVA_IAX_CIPHER_BLOCK bytes
 */
SVA__INLINE void sva_iax_cipher_aecs_init(struct sva_iax_cipher_aecs *aecs, const void *key,
					  size_t key_size, const void *iv)
{
	for (size_t i = 0; i < sizeof(*aecs); i++)
		((uint8_t *)aecs)[i] = 0;
	aecs->algorithm = SVA_IAX_CIPHER_CFB;
	aecs->flags = SVA_IAX_CIPHER_ALWAYS | SVA_IAX_CIPHER_FLUSH_INPUT |
		      (key_size == 32 ? SVA_IAX_CIPHER_KEY_256 : 0);
	for (size_t i = 0; i < 16 || (i < key_size && i < 32); i++)
		aecs->key[i] = ((const uint8_t *)key)[i];
	for (size_t i = 0; i < SVA_IAX_CIPHER_BLOCK; i++)
		aecs->iv[i] = ((const uint8_t *)iv)[i];
	aecs->complement[8] = 1;
}

/**
 * sva_iax_prep_filter - a filter: scan, extract, select, expand, set membership, find unique or RLE
 * burst
 * @opcode: SVA_IAX_OP_SCAN to SVA_IAX_OP_EXPAND
 * @src: @size bytes that hold @elements elements, as @filter_flags says
 * @filter_flags: SVA_IAX_FILTER_*
 *
 * Afterwards call sva_iax_op_set_range() for scan and extract, or sva_iax_op_set_src2() for select,
 * expand, set membership and RLE burst; and for compressed input sva_iax_op_set_decompress(). The
 * record has output_size, output_bits, and the aggregates of the nominal output.
 */
SVA__INLINE void sva_iax_prep_filter(struct sva_iax_op *op, unsigned int opcode, void *dst,
				     uint32_t max_dst_size, const void *src, size_t size,
				     uint32_t elements, uint32_t filter_flags, uint32_t flags)
{
	sva__iax_init(op, opcode, flags, src, size, dst, max_dst_size, 0);
	op->op.desc.iax.filter.flags = filter_flags;
	op->op.desc.iax.filter.elements = elements;
}

/* sva_iax_op_set_src2 - the second source of a filter: a bit vector, a set, or values */
SVA__INLINE void sva_iax_op_set_src2(struct sva_iax_op *op, const void *src2, uint32_t size)
{
	op->op.desc.op_flags |= SVA_IAX_FLAG_SRC2_DATA;
	op->op.desc.iax.src2_addr = (uintptr_t)src2;
	op->op.desc.iax.src2_size = size;
}

/**
 * sva_iax_op_set_aecs - the state that an operation reads
 * @aecs: two copies of @size bytes, 32-byte aligned; one if nothing writes it
 * @size: bytes of one copy, a multiple of 32
 * @flags: SVA_IAX_FLAG_AECS_WRITE, _OVERFLOW, _TOGGLE
 */
SVA__INLINE void sva_iax_op_set_aecs(struct sva_iax_op *op, void *aecs, uint32_t size,
				     uint32_t flags)
{
	op->op.desc.op_flags |= SVA_IAX_FLAG_SRC2_AECS | flags;
	op->op.desc.iax.aecs_addr = (uintptr_t)aecs;
	op->op.desc.iax.src2_size = size;
}

/* sva_iax_op_set_range - the limits of a scan, or the first and last index of an extract */
SVA__INLINE void sva_iax_op_set_range(struct sva_iax_op *op, uint32_t low, uint32_t high)
{
	struct sva_iax_filter_aecs *aecs = &op->filter;

	aecs->crc = aecs->xor_checksum = aecs->first_index = 0;
	aecs->low = low;
	aecs->high = high;
	aecs->drop_bytes = 0;
	for (unsigned int i = 0; i < sizeof(aecs->reserved); i++)
		aecs->reserved[i] = 0;
	sva_iax_op_set_aecs(op, aecs, sizeof(*aecs), 0);
}

/* sva_iax_op_set_decompress - the first source of a filter is compressed: inflate it first */
SVA__INLINE void sva_iax_op_set_decompress(struct sva_iax_op *op, uint32_t decomp_flags)
{
	op->op.desc.tail.iax_flags |= (uint16_t)decomp_flags;
}

/**
 * sva_iax_error_text - what an error code of a record means, one sentence
 * @error: enum sva_iax_error; any other value is "unknown error code"
 */
const char *sva_iax_error_text(unsigned int error);

#ifdef __cplusplus
}
#endif

#endif
