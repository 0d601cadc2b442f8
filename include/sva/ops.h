/* SPDX-License-Identifier: MIT */
/*
 * Calls: one synchronous operation of any size that always finishes.
 *
 * A call takes any length and any alignment. It splits work that is too large for the queue, keeps
 * several parts in flight, and continues after page faults. It uses the CPU below the threshold,
 * for the bytes before the first and after the last whole cache line of a destination, and if the
 * device cannot do the work or fails. The policy of the queue (sva_wq_set_policy()) says how. The
 * result is that of the whole operation, and a call never returns while the device may still write
 * to the caller's memory. This can take as long as the device does: timeout_ns of the policy limits
 * submission, not operations that are already in flight.
 *
 * @wq is a queue, or the CPU ("cpu"). @outcome is NULL, or receives what has been done, by whom and
 * why. Several threads may use one queue. A call is not a cancellation point, and must not be made
 * in a signal handler.
 *
 * All calls return 0, or:
 * -EINVAL: NULL (@wq, or a result), a range beyond the end of the address space, buffers that
 *   overlap although they must not, or what the description of the call says;
 * -EFAULT: memory is not mapped or not writable, if the policy detects this (otherwise a small call
 *   crashes as memcpy() does); with SVA_FAULT_REPORT any page fault;
 * -ETIMEDOUT: the time limit of the policy has passed;
 * -EBADMSG: wrong DIF or delta data;
 * -ENOSPC: no room for the delta;
 * -EBADF, -ESTALE: the handle is closed, or was inherited across a fork: see sva_wq_reopen();
 * and with SVA_POLICY_NO_CPU: -ENODEV (no device, or it is no longer usable), -EOPNOTSUPP (the
 *   queue does not support this), -EIO (the device failed, or lost the operation).
 * After an error the first outcome.bytes bytes are done, and the rest is undefined.
 *
 * Source of the rules for parts: Intel DSA Architecture Specification (341204, revision 3.0), 8.3.
 */
#ifndef SVA_OPS_H
#define SVA_OPS_H

#include <string.h>
#include <sys/uio.h>

#include <sva/wq.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Why the CPU did work of a call: bits of sva_outcome.why. */
#define SVA_WHY_NO_DEVICE   (1u << 0) /* the queue is the CPU */
#define SVA_WHY_SMALL       (1u << 1) /* below the threshold */
#define SVA_WHY_EDGE        (1u << 2) /* before the first or after the last whole cache line */
#define SVA_WHY_FAULT       (1u << 3) /* a page fault, by policy or after several in one place */
#define SVA_WHY_FULL        (1u << 4) /* the queue stayed full */
#define SVA_WHY_DEAD        (1u << 5) /* the device or queue is no longer usable */
#define SVA_WHY_LOST        (1u << 6) /* the device ended without a completion record */
#define SVA_WHY_UNSUPPORTED (1u << 7) /* not supported by the queue, or not in this form */
#define SVA_WHY_OVERLAP     (1u << 8) /* buffers that overlap at a short distance */
#define SVA_WHY_ERROR       (1u << 9) /* the device failed, with outcome.status */

/**
 * struct sva_outcome - what a call has done
 */
struct sva_outcome {
	size_t size;    /* sizeof(struct sva_outcome); set by the caller */
	uint64_t bytes; /* done without a gap, of the source (for a fill, of the destination);
			   of an overlapping move to a higher address, the last ones */
	uint64_t device_bytes; /* those that the device did */
	uint64_t offset;       /* of the first difference; of the first block with a DIF error */
	uint64_t fault_addr;   /* of the last page fault; 0: none */
	uint32_t why;          /* SVA_WHY_*: why the CPU did some of it; 0: it did nothing */
	uint32_t parts;        /* into which the work was split */
	uint32_t faults;       /* page faults that the device met */
	uint32_t resumed;      /* parts that the device continued after one */
	uint32_t status;       /* last status of the device that was neither success nor a fault */
	uint32_t dif_errors;   /* -EBADMSG: which checks failed, as the record has it */
};

/* sva_why_text - one of SVA_WHY_*, in words; "" for 0 */
const char *sva_why_text(uint32_t why);

/**
 * sva_outcome_explain - one line of text: who did how much, and why
 * @buf: receives the text, always terminated unless @len is 0
 *
 * Returns the length of the whole text, as snprintf(3) does.
 */
int sva_outcome_explain(const struct sva_outcome *outcome, char *buf, size_t len);

/* Out of line: all that the inline part does not do. */
int sva__memmove_slow(struct sva_wq *wq, void *dst, const void *src, size_t size,
		      struct sva_outcome *outcome);
int sva__memset_slow(struct sva_wq *wq, void *dst, int c, size_t size, struct sva_outcome *outcome);
int sva__memcmp_slow(struct sva_wq *wq, const void *a, const void *b, size_t size, int *order,
		     struct sva_outcome *outcome);

/* The CPU does it, and there is no outcome to fill. */
SVA__INLINE bool sva__call_is_small(const struct sva_wq *wq, size_t size,
				    const struct sva_outcome *outcome)
{
	return SVA__LIKELY(wq && !outcome) &&
	       size < __atomic_load_n(&wq->cpu_below, __ATOMIC_RELAXED);
}

/* sva_memmove - copy @size bytes; the buffers may overlap */
SVA__INLINE int sva_memmove(struct sva_wq *wq, void *dst, const void *src, size_t size,
			    struct sva_outcome *outcome)
{
	if (!sva__call_is_small(wq, size, outcome))
		return sva__memmove_slow(wq, dst, src, size, outcome);
	memmove(dst, src, size);
	return 0;
}

/* sva_memcpy - copy @size bytes; the same as sva_memmove() */
SVA__INLINE int sva_memcpy(struct sva_wq *wq, void *dst, const void *src, size_t size,
			   struct sva_outcome *outcome)
{
	return sva_memmove(wq, dst, src, size, outcome);
}

/* sva_memset - fill with the byte @c */
SVA__INLINE int sva_memset(struct sva_wq *wq, void *dst, int c, size_t size,
			   struct sva_outcome *outcome)
{
	if (!sva__call_is_small(wq, size, outcome))
		return sva__memset_slow(wq, dst, c, size, outcome);
	memset(dst, c, size);
	return 0;
}

/**
 * sva_memcmp - compare
 * @order: receives what memcmp() returns: less than, equal to or greater than 0
 *
 * outcome.offset is that of the first difference, and the first outcome.bytes bytes are equal.
 */
SVA__INLINE int sva_memcmp(struct sva_wq *wq, const void *a, const void *b, size_t size, int *order,
			   struct sva_outcome *outcome)
{
	if (!order || !sva__call_is_small(wq, size, outcome))
		return sva__memcmp_slow(wq, a, b, size, order, outcome);
	*order = memcmp(a, b, size);
	return 0;
}

/**
 * sva_fill - fill with a pattern of 8 bytes, the lowest first
 *
 * sva_fill16 - with one of 16 bytes, @pattern first, then @pattern_high
 */
int sva_fill(struct sva_wq *wq, void *dst, uint64_t pattern, size_t size,
	     struct sva_outcome *outcome);
int sva_fill16(struct sva_wq *wq, void *dst, uint64_t pattern, uint64_t pattern_high, size_t size,
	       struct sva_outcome *outcome);

/**
 * sva_compare_pattern - does @src repeat a pattern of 8 bytes, the lowest first?
 * @equal: receives the answer; if not, outcome.offset is that of the first byte that differs
 */
int sva_compare_pattern(struct sva_wq *wq, const void *src, uint64_t pattern, size_t size,
			bool *equal, struct sva_outcome *outcome);

/**
 * sva_crc32c - CRC32C
 * @crc: the CRC of the preceding data, 0 to start; receives that of all data
 */
int sva_crc32c(struct sva_wq *wq, const void *src, size_t size, uint32_t *crc,
	       struct sva_outcome *outcome);

/* sva_copy_crc32c - copy, and compute the CRC32C on the way; the buffers must not overlap */
int sva_copy_crc32c(struct sva_wq *wq, void *dst, const void *src, size_t size, uint32_t *crc,
		    struct sva_outcome *outcome);

/**
 * sva_dualcast - copy to two destinations; no two of the buffers may overlap
 *
 * If the destinations are equal in bits 11:0, the device writes both at once, else one after the
 * other.
 */
int sva_dualcast(struct sva_wq *wq, void *dst1, void *dst2, const void *src, size_t size,
		 struct sva_outcome *outcome);

/**
 * sva_create_delta - record the differences between two buffers
 * @original: 8-byte aligned, as are @changed and @delta
 * @size: bytes of each, a multiple of 8
 * @room: bytes at @delta; sva_delta_max() is always enough
 * @delta_size: receives the bytes of the delta; 0: the buffers are equal
 *
 * For up to 512 KiB, the delta is the record that the device writes: entries of a 16-bit offset in
 * units of 8 bytes, and the 8 bytes of @changed. For more, it begins with a table of a 32-bit
 * length for each 512 KiB, padded to 8 bytes. A delta for each follows, at the next multiple of 8
 * bytes.
 *
 * -ENOSPC: it does not fit, or there is no room for the table, even if the buffers are equal;
 * -EINVAL also: misaligned, or a delta that overlaps a buffer.
 */
int sva_create_delta(struct sva_wq *wq, const void *original, const void *changed, size_t size,
		     void *delta, size_t room, size_t *delta_size, struct sva_outcome *outcome);

/* sva_delta_max - bytes of the longest delta of two buffers of @size bytes; SIZE_MAX if too many */
size_t sva_delta_max(size_t size);

/**
 * sva_apply_delta - turn a copy of the original into the changed buffer
 * @dst: 8-byte aligned, as is @delta
 * @size: the same as for sva_create_delta()
 *
 * -EBADMSG: this is not a delta for so many bytes; @dst has been changed up to the faulty part.
 */
int sva_apply_delta(struct sva_wq *wq, void *dst, size_t size, const void *delta, size_t delta_size,
		    struct sva_outcome *outcome);

/**
 * sva_dif_check - check the tuple (guard, application and reference tag) of each block
 * @size: bytes, tuples included: a multiple of block + 8
 * @dif: flags takes SVA_DIF_BLOCK_* and SVA_DIF_INVERT_*, src_flags SVA_DIF_SRC_*, src the tags
 *       that the first block must have
 *
 * -EBADMSG: a check has failed; outcome.dif_errors says which, outcome.offset in which block.
 */
int sva_dif_check(struct sva_wq *wq, const void *src, size_t size, const struct sva_desc_dif *dif,
		  struct sva_outcome *outcome);

/**
 * sva_dif_insert - copy, and add a tuple after each block
 * @size: bytes at @src, a multiple of the block; @dst receives 8 more for each
 * @dif: flags, dst_flags (SVA_DIF_DST_*), and dst, the tags of the first block
 *
 * The buffers must not overlap; likewise below.
 */
int sva_dif_insert(struct sva_wq *wq, void *dst, const void *src, size_t size,
		   const struct sva_desc_dif *dif, struct sva_outcome *outcome);

/* sva_dif_strip - check as sva_dif_check() does, and copy without the tuples */
int sva_dif_strip(struct sva_wq *wq, void *dst, const void *src, size_t size,
		  const struct sva_desc_dif *dif, struct sva_outcome *outcome);

/* sva_dif_update - check, and copy with new tuples; uses all fields of @dif */
int sva_dif_update(struct sva_wq *wq, void *dst, const void *src, size_t size,
		   const struct sva_desc_dif *dif, struct sva_outcome *outcome);

/*
 * sva_dix_generate - as sva_dif_insert(), but write only the tuples, 8 bytes for each block
 *
 * @dst must be 8-byte aligned.
 */
int sva_dix_generate(struct sva_wq *wq, void *dst, const void *src, size_t size,
		     const struct sva_desc_dif *dif, struct sva_outcome *outcome);

/* sva_cache_flush - write the cache lines of a buffer back to memory, and drop them from caches */
int sva_cache_flush(struct sva_wq *wq, void *dst, size_t size, struct sva_outcome *outcome);

/**
 * sva_memcpy_iov - copy from one list of buffers to another, as if each were one buffer
 *
 * -EINVAL also: lists of different lengths in bytes, or of more than SSIZE_MAX. The buffers must
 * not overlap.
 */
int sva_memcpy_iov(struct sva_wq *wq, const struct iovec *dst, size_t dst_count,
		   const struct iovec *src, size_t src_count, struct sva_outcome *outcome);

/* sva_crc32c_iov - CRC32C of a list of buffers, as if they were one buffer */
int sva_crc32c_iov(struct sva_wq *wq, const struct iovec *src, size_t count, uint32_t *crc,
		   struct sva_outcome *outcome);

#ifdef __cplusplus
}
#endif

#endif
