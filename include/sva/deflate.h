/* SPDX-License-Identifier: MIT */
/*
 * DEFLATE (RFC 1951), raw or as zlib or gzip: calls that always finish, and streams.
 *
 * On a queue of an IAX device the device does the work, as far as it can; whatever it does not do,
 * the CPU does, by ISA-L. The result is always a valid stream that any program can read, but not
 * the same bytes: device and CPU compress differently. On any other queue, the CPU does it all.
 * The policy of the queue (sva_wq_set_policy()) says how, as for the calls of ops.h.
 *
 * The device looks back 4096 bytes and no further. What it has compressed, every program can
 * inflate; what others have compressed, it often cannot, and then the CPU does. The queue remembers
 * that for a while, so that not each call tries in vain.
 *
 * @wq is a queue, a pool, or the CPU. @outcome is NULL, or gets what has been done, by whom and
 * why: its bytes are those of the uncompressed side. Several threads may use one queue; one thread
 * at a time uses a stream.
 *
 * All return 0 or more, or:
 * -EINVAL: NULL, a range beyond the end of the address space, bad options;
 * -E2BIG: options of a newer version; -ENOMEM;
 * -EBADMSG: the compressed data are damaged;
 * -EOPNOTSUPP: the CPU is needed and ISA-L (libisal.so.2) is missing, or SVA_POLICY_NO_CPU is set
 *   and the device cannot do it;
 * -EFAULT, -ETIMEDOUT, -EBADF, -ESTALE, -ENODEV, -EIO: as the calls of ops.h.
 *
 * Source: RFC 1950, 1951 and 1952; for the device, see iax.h.
 */
#ifndef SVA_DEFLATE_H
#define SVA_DEFLATE_H

#include <sva/ops.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What stands around the compressed data. */
enum sva_deflate_format {
	SVA_DEFLATE_RAW = 0, /* nothing */
	SVA_DEFLATE_ZLIB,
	SVA_DEFLATE_GZIP,
	SVA_DEFLATE_AUTO, /* to inflate: zlib or gzip */
};

/* sva_deflate_opts.flags */
#define SVA_DEFLATE_FIXED (1u << 0) /* the device uses the fixed codes: faster, and larger */
#define SVA_DEFLATE_NO_VERIFY                                              \
	(1u << 1) /* do not have the device inflate what it has compressed \
		   */

/**
 * struct sva_deflate_opts - how to compress, or what to inflate; all zero but size: raw, defaults
 */
struct sva_deflate_opts {
	size_t size; /* sizeof(struct sva_deflate_opts) */
	enum sva_deflate_format format;
	uint32_t flags; /* SVA_DEFLATE_* */
	uint32_t level; /* of the CPU: 1, the fastest, to 3, the smallest; 0: the default, 1 */
	uint32_t reserved;
};

/**
 * sva_deflate_bound - room that sva_deflate() needs for @size bytes at most, in any format
 */
size_t sva_deflate_bound(size_t size);

/**
 * sva_deflate - compress a buffer
 * @dst: room for *@dst_size bytes; no overlap with @src
 * @dst_size: gets the bytes written
 * @src: @src_size bytes
 *
 * Returns 0, or -ENOSPC: @dst is too small; what is in it is undefined.
 */
int sva_deflate(struct sva_wq *wq, void *dst, size_t *dst_size, const void *src, size_t src_size,
		const struct sva_deflate_opts *opts, struct sva_outcome *outcome);

/**
 * sva_inflate - inflate a buffer that holds a stream from its beginning
 * @dst: room for *@dst_size bytes; no overlap with @src
 * @dst_size: gets the bytes written
 * @src: *@src_size bytes
 * @src_size: gets the bytes of the stream; what follows it is left alone. (A device does not say
 *            where raw data end: of these it is all)
 *
 * Of gzip files that consist of several members, each is a stream.
 *
 * Returns 0: that was the whole stream, and its checksum is right; -ENOSPC: @dst is full, and holds
 * the beginning of the data; -ENODATA: the stream goes on after the end of @src.
 */
int sva_inflate(struct sva_wq *wq, void *dst, size_t *dst_size, const void *src, size_t *src_size,
		const struct sva_deflate_opts *opts, struct sva_outcome *outcome);

/*
 * Streams: the same in pieces, of any size on both sides.
 */

struct sva_stream;

/**
 * sva_deflate_open, sva_inflate_open - a stream at its beginning
 * @stream: gets it; NULL on error
 * @wq: must stay open as long as the stream
 */
int sva_deflate_open(struct sva_stream **stream, struct sva_wq *wq,
		     const struct sva_deflate_opts *opts);
int sva_inflate_open(struct sva_stream **stream, struct sva_wq *wq,
		     const struct sva_deflate_opts *opts);

/* What a step may read and write; moved on by what it has. */
struct sva_stream_io {
	const void *in;
	size_t in_size; /* bytes */
	void *out;
	size_t out_size; /* bytes */
};

enum sva_flush {
	SVA_FLUSH_NONE = 0,
	SVA_FLUSH_SYNC, /* deflate: all input so far can be inflated from the output so far */
	SVA_FLUSH_END,  /* deflate: there is no more input */
};

/**
 * sva_stream_run - take input, give output, as far as there are any
 *
 * A step takes all input or fills the output. It may keep some of what it has taken until later.
 * When the output is full, call it again with more room and the same @flush. Of the last input, a
 * stream that is inflated may take up to 7 bytes too many: sva_stream_rest() has them.
 *
 * Returns 1: all that @flush asks for is done, or the end of a stream that is inflated is reached;
 * 0: give it more input, or more room; or an error, after which the stream can only be reset or
 * closed.
 */
int sva_stream_run(struct sva_stream *stream, struct sva_stream_io *io, enum sva_flush flush);

/**
 * sva_stream_rest - bytes that were taken and belong to what follows the stream
 * @rest: room for 8 bytes
 *
 * Returns how many. They precede what io->in points at.
 */
unsigned int sva_stream_rest(const struct sva_stream *stream, void *rest);

/* sva_stream_outcome - what has been done since the stream was opened or reset */
int sva_stream_outcome(const struct sva_stream *stream, struct sva_outcome *outcome);

/* sva_stream_reset - to the beginning of another stream, with the same options; 0 or -EINVAL */
int sva_stream_reset(struct sva_stream *stream);

/* sva_stream_close - free it; NULL is fine */
void sva_stream_close(struct sva_stream *stream);

#ifdef __cplusplus
}
#endif

#endif
