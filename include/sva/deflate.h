/* SPDX-License-Identifier: MIT */
/*
 * DEFLATE (RFC 1951), raw or as zlib or gzip: calls that always finish, and streams.
 *
 * On a queue of an IAX device, the device does as much of the work as it can, and the CPU does the
 * rest, with ISA-L. On any other queue, the CPU does it all. The result is always a valid stream
 * that any program can read, but device and CPU compress to different bytes. The policy of the
 * queue (sva_wq_set_policy()) says how, as for the calls of ops.h.
 *
 * The device looks back no further than 4096 bytes. Every program can inflate what the device has
 * compressed, but the device often cannot inflate what others have compressed; the CPU then does
 * it. The queue remembers this for a while, so that later calls need not try in vain.
 *
 * @wq is a queue, a pool, or the CPU. @outcome is NULL, or receives what has been done, by whom and
 * why: its bytes are those of the uncompressed side. Several threads may use one queue; only one
 * thread at a time may use a stream.
 *
 * All functions return 0 or more, or:
 * -EINVAL: NULL, a range beyond the end of the address space, bad options;
 * -E2BIG: options of a newer version; -ENOMEM;
 * -EBADMSG: the compressed data are damaged, or need a dictionary (zlib's FDICT);
 * -EOPNOTSUPP: SVA_POLICY_NO_CPU is set, and the device cannot do it;
 * -ELIBACC: ISA-L (libisal.so.2) is missing: install it (Debian: libisal2);
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

/* The format around the compressed data. */
enum sva_deflate_format {
	SVA_DEFLATE_RAW = 0, /* nothing */
	SVA_DEFLATE_ZLIB,
	SVA_DEFLATE_GZIP,
	SVA_DEFLATE_AUTO, /* to inflate: zlib or gzip */
};

/* sva_deflate_opts.flags */
#define SVA_DEFLATE_FIXED (1u << 0) /* the device uses the fixed codes: faster, but larger */
#define SVA_DEFLATE_NO_VERIFY                                              \
	(1u << 1) /* do not have the device inflate what it has compressed \
		   */

/*
 * No match reaches back further than 4096 bytes. This is true of what a device has compressed, and
 * of what the CPU has compressed with this flag. To inflate, it is a promise by the caller: a
 * device then inflates streams of any length, and a match further back may give -EBADMSG.
 */
#define SVA_DEFLATE_NEAR (1u << 2)

/**
 * struct sva_deflate_opts - how to compress, or what to inflate; all zero except size: raw,
 * defaults
 */
struct sva_deflate_opts {
	size_t size; /* sizeof(struct sva_deflate_opts) */
	enum sva_deflate_format format;
	uint32_t flags; /* SVA_DEFLATE_* */
	uint32_t level; /* of the CPU: 1, the fastest, to 3, the smallest; 0: the default, 1 */
	uint32_t reserved;
};

/**
 * sva_deflate_bound - the most room that sva_deflate() can need for @size bytes, in any format
 */
size_t sva_deflate_bound(size_t size);

/**
 * sva_deflate - compress a buffer
 * @dst: room for *@dst_size bytes; no overlap with @src
 * @dst_size: receives the number of bytes written
 * @src: @src_size bytes
 *
 * Returns 0, or -ENOSPC: @dst is too small; what is in it is undefined.
 */
int sva_deflate(struct sva_wq *wq, void *dst, size_t *dst_size, const void *src, size_t src_size,
		const struct sva_deflate_opts *opts, struct sva_outcome *outcome);

/**
 * sva_inflate - inflate a buffer that holds a stream from its beginning
 * @dst: room for *@dst_size bytes; no overlap with @src
 * @dst_size: receives the number of bytes written
 * @src: *@src_size bytes
 * @src_size: receives the number of bytes of the stream; what follows it is left alone. (A device
 *            does not report where raw data end: for these it is everything)
 *
 * If a gzip file consists of several members, each is a stream.
 *
 * Returns 0: that was the whole stream, and its checksum is right; -ENOSPC: @dst is full, and holds
 * the beginning of the data; -ENODATA: the stream does not end within @src.
 */
int sva_inflate(struct sva_wq *wq, void *dst, size_t *dst_size, const void *src, size_t *src_size,
		const struct sva_deflate_opts *opts, struct sva_outcome *outcome);

/*
 * Streams: the same in pieces, of any size on both sides.
 */

struct sva_stream;

#define SVA_STREAM_REST 264 /* the most bytes that sva_stream_rest() returns */

/**
 * sva_deflate_open, sva_inflate_open - open a stream
 * @stream: receives it; NULL on error
 * @wq: must stay open as long as the stream
 */
int sva_deflate_open(struct sva_stream **stream, struct sva_wq *wq,
		     const struct sva_deflate_opts *opts);
int sva_inflate_open(struct sva_stream **stream, struct sva_wq *wq,
		     const struct sva_deflate_opts *opts);

/* What a step may read and write. It advances the pointers and reduces the sizes accordingly. */
struct sva_stream_io {
	const void *in;
	size_t in_size; /* bytes */
	void *out;
	size_t out_size; /* bytes */
};

enum sva_flush {
	SVA_FLUSH_NONE = 0,
	SVA_FLUSH_SYNC, /* deflate: make all input so far recoverable from the output so far */
	SVA_FLUSH_END,  /* there is no more input */
};

/**
 * sva_stream_run - take input and produce output
 *
 * A step takes all input or fills the output. When the output is full, call it again with more room
 * and the same @flush.
 *
 * When compressing, the stream may keep some of the input until a flush. When inflating, it
 * produces all the output that its input so far allows, whatever @flush is, except that the CPU may
 * hold back up to two bytes if the input ends within a block. With SVA_FLUSH_END and all input
 * taken, it returns -ENODATA if the stream has not ended.
 *
 * A device inflates a stream if its first step has at least as much input as the threshold of the
 * policy. Unless all matches are known to be near (SVA_DEFLATE_NEAR, or a zlib header with a window
 * of 4 KiB or less), up to 1 MiB of input is kept. If a match is too far back, if the device fails
 * in another way, or if there is more input than that, the CPU inflates it again and continues.
 * With SVA_POLICY_NO_CPU nothing is kept.
 *
 * Returns 1: everything that @flush asks for is done, or the end of the stream to inflate was
 * reached; 0: give it more input, or more room; or an error, after which the stream can only be
 * reset or closed.
 */
int sva_stream_run(struct sva_stream *stream, struct sva_stream_io *io, enum sva_flush flush);

/**
 * sva_stream_rest - bytes that were taken as input but follow the end of the stream
 * @rest: room for SVA_STREAM_REST bytes
 *
 * Returns how many there are, usually 0. They precede the data at io->in. Excess input of the last
 * step is not among them: that step has left it in io->in.
 */
unsigned int sva_stream_rest(const struct sva_stream *stream, void *rest);

/* sva_stream_outcome - what has been done since the stream was opened or reset */
int sva_stream_outcome(const struct sva_stream *stream, struct sva_outcome *outcome);

/*
 * sva_stream_reset - begin another stream, with the same options
 *
 * Returns 0, -EINVAL, or -ENOMEM, after which the stream can only be reset or closed.
 */
int sva_stream_reset(struct sva_stream *stream);

/* sva_stream_close - free the stream; NULL is allowed */
void sva_stream_close(struct sva_stream *stream);

#ifdef __cplusplus
}
#endif

#endif
