/* SPDX-License-Identifier: MIT */
/*
 * Filters over columns of small integers, checksums of 64 bits, and zero compression: calls that
 * always finish.
 *
 * On a queue of an IAX device, the device does as much of the work as it can, and the CPU does the
 * rest. On any other queue, the CPU does it all. The policy of the queue (sva_wq_set_policy()) says
 * how, as for the calls of ops.h. @outcome is NULL, or receives what has been done, by whom and
 * why. Several threads may use one queue.
 *
 * In a bit vector, the bit for element n is bit n % 8 of byte n / 8, where bit 0 is the lowest.
 *
 * All calls return 0, or:
 * -EINVAL: NULL, a range beyond the end of the address space, bad flags or widths, no elements;
 * -E2BIG: a struct of a newer version, or more than the CPU takes at once (4 GiB, unless the call
 *   splits the work);
 * -ENOSPC: the output does not fit;
 * -EBADMSG: the input is damaged, or has fewer elements than it should have; or a value does not
 *   fit in an element of the output;
 * -EOPNOTSUPP: SVA_POLICY_NO_CPU is set, and the device cannot do it;
 * -ELIBACC: the CPU has to inflate the column, and ISA-L (libisal.so.2) is missing;
 * -EFAULT, -ETIMEDOUT, -EBADF, -ESTALE, -ENODEV, -EIO: as the calls of ops.h.
 *
 * Source: see iax.h.
 */
#ifndef SVA_FILTER_H
#define SVA_FILTER_H

#include <sva/ops.h>

#ifdef __cplusplus
extern "C" {
#endif

/* sva_column.flags */
#define SVA_COLUMN_BE       (1u << 0) /* packed from the top of each byte downwards */
#define SVA_COLUMN_RLE      (1u << 1) /* Parquet's mixture of runs and bit-packing */
#define SVA_COLUMN_DEFLATED (1u << 2) /* and compressed: a raw DEFLATE stream (deflate.h) */

/**
 * struct sva_column - unsigned integers, packed without gaps
 */
struct sva_column {
	size_t size; /* sizeof(struct sva_column); set by the caller */
	const void *data;
	uint64_t bytes; /* at data */
	uint64_t elements;
	uint32_t width; /* bits of an element, 1 to 32; with SVA_COLUMN_RLE 0: it is in the data */
	uint32_t flags; /* SVA_COLUMN_* */
};

/* Flags of the filters. */
#define SVA_FILTER_INVERT (1u << 0) /* the bits of a bit vector */
#define SVA_FILTER_INDICES \
	(1u << 1) /* instead of a bit vector: the indices of its 1 bits, 32 bits each */
#define SVA_FILTER_OUT_8  (1u << 2) /* elements of 8, 16 or 32 bits; else as wide as the input's */
#define SVA_FILTER_OUT_16 (1u << 3)
#define SVA_FILTER_OUT_32 (1u << 4)

/**
 * struct sva_filter_result - what a filter has found
 */
struct sva_filter_result {
	size_t size;       /* sizeof(struct sva_filter_result); set by the caller */
	uint64_t bytes;    /* of output */
	uint64_t count;    /* number of 1 bits, or of elements */
	uint64_t first;    /* index of the first 1 bit; UINT64_MAX: there is none */
	uint64_t last;     /* of the last one */
	uint32_t min, max; /* of the elements; UINT32_MAX and 0: there are none */
	uint32_t sum;      /* modulo 2^32 */
	uint32_t reserved;
};

/**
 * sva_scan - which elements are in a range?
 * @low, @high: both included
 * @flags: SVA_FILTER_INVERT, SVA_FILTER_INDICES
 * @dst: a bit vector, or the indices; room for @dst_size bytes
 * @result: NULL, or filled
 *
 * Columns that are neither RLE nor compressed may have any size: the work is split. This also
 * applies to sva_set_membership() without SVA_FILTER_INDICES, sva_find_unique() and sva_extract(),
 * to sva_select() if the elements of the output are whole bytes, and to sva_expand() if those of
 * the input are. An index of more than 32 bits is -EBADMSG.
 */
int sva_scan(struct sva_wq *wq, const struct sva_column *column, uint32_t low, uint32_t high,
	     uint32_t flags, void *dst, size_t dst_size, struct sva_filter_result *result,
	     struct sva_outcome *outcome);

/**
 * sva_set_membership - which elements are in a set?
 * @set: a bit vector of 2^width bits; the width is at most 15
 *
 * The rest is as for sva_scan().
 */
int sva_set_membership(struct sva_wq *wq, const struct sva_column *column, const void *set,
		       uint32_t flags, void *dst, size_t dst_size, struct sva_filter_result *result,
		       struct sva_outcome *outcome);

/**
 * sva_find_unique - which values occur?
 * @set: receives a bit vector of 2^width bits; room for @set_size bytes
 */
int sva_find_unique(struct sva_wq *wq, const struct sva_column *column, void *set, size_t set_size,
		    struct sva_filter_result *result, struct sva_outcome *outcome);

/**
 * sva_extract - the elements from @first to @last, both included
 * @flags: SVA_FILTER_OUT_*
 */
int sva_extract(struct sva_wq *wq, const struct sva_column *column, uint32_t first, uint32_t last,
		uint32_t flags, void *dst, size_t dst_size, struct sva_filter_result *result,
		struct sva_outcome *outcome);

/**
 * sva_select - the elements whose bits are 1
 * @bits: a bit vector with a bit for each element
 * @flags: SVA_FILTER_OUT_*
 */
int sva_select(struct sva_wq *wq, const struct sva_column *column, const void *bits, uint32_t flags,
	       void *dst, size_t dst_size, struct sva_filter_result *result,
	       struct sva_outcome *outcome);

/**
 * sva_expand - the next element for each 1 bit, 0 for each 0 bit
 * @bits: a bit vector of @bit_count bits
 * @flags: SVA_FILTER_OUT_*
 */
int sva_expand(struct sva_wq *wq, const struct sva_column *column, const void *bits,
	       uint64_t bit_count, uint32_t flags, void *dst, size_t dst_size,
	       struct sva_filter_result *result, struct sva_outcome *outcome);

/**
 * sva_rle_burst - repeat each value as often as its count says
 * @counts: a column of width 8 or 16: the counts; or of width 32: running totals that begin with 0,
 *          one more than there are values
 * @values: neither RLE nor compressed, nor SVA_COLUMN_BE
 * @flags: SVA_FILTER_OUT_*
 */
int sva_rle_burst(struct sva_wq *wq, const struct sva_column *counts,
		  const struct sva_column *values, uint32_t flags, void *dst, size_t dst_size,
		  struct sva_filter_result *result, struct sva_outcome *outcome);

/**
 * sva_zero_compress, sva_zero_decompress - leave out words that are zero, and restore them
 * @word: bits of a word: 32, 16 or 8
 * @dst_size: room at @dst; receives the number of bytes written
 * @src_size: not 0; to compress, a multiple of the word
 */
int sva_zero_compress(struct sva_wq *wq, void *dst, size_t *dst_size, const void *src,
		      size_t src_size, unsigned int word, struct sva_outcome *outcome);
int sva_zero_decompress(struct sva_wq *wq, void *dst, size_t *dst_size, const void *src,
			size_t src_size, unsigned int word, struct sva_outcome *outcome);

/* Flags of sva_crc64(). */
#define SVA_CRC64_INVERT  (1u << 0) /* begin and end with an XOR with all ones */
#define SVA_CRC64_REFLECT (1u << 1) /* the least significant bit of a byte first */

/**
 * sva_crc64 - CRC of any width up to 64 bits, over any number of bytes
 * @polynomial: left-aligned, without the term of the highest power; its width is 64 minus the
 *              number of trailing zero bits. ECMA-182: 0x42f0e1eba9ea3693; CRC-32: 0x04c11db7 << 32
 * @crc: receives the CRC: in the upper bits, or with SVA_CRC64_REFLECT in the lower ones
 */
int sva_crc64(struct sva_wq *wq, const void *src, size_t size, uint64_t polynomial, uint32_t flags,
	      uint64_t *crc, struct sva_outcome *outcome);

#ifdef __cplusplus
}
#endif

#endif
