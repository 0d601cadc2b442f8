/* SPDX-License-Identifier: MIT */
/*
 * DEFLATE on the CPU, by ISA-L, which is loaded when it is needed first. All of it is raw DEFLATE:
 * what stands around it is framing.h's.
 */
#ifndef SVAI_IGZIP_H
#define SVAI_IGZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* svai_igzip_usable - 0, or -ELIBACC: the library is not there */
int svai_igzip_usable(void);

/* svai_adler32 - over @size more bytes; it begins with 1 */
uint32_t svai_adler32(uint32_t adler, const void *data, size_t size);

/* What a step reads and writes; moved on. */
struct svai_flow {
	const uint8_t *in;
	size_t in_size;
	uint8_t *out;
	size_t out_size;
};

/* How a step ends. */
enum svai_flush {
	SVAI_GO_ON = 0,
	SVAI_SYNC,   /* all input so far can be inflated from the output, which ends with a byte */
	SVAI_FINISH, /* the end of the stream */
};

struct svai_compressor;
struct svai_decompressor;

/*
 * svai_compressor_get - one at the beginning of a stream; NULL: no memory
 * svai_compressor_put - back, for the next one
 * @level: 1 to 3
 * @window: log2 of how far it looks back
 */
struct svai_compressor *svai_compressor_get(unsigned int level, unsigned int window);
void svai_compressor_put(struct svai_compressor *c);

/*
 * svai_compress - go on as far as input and room allow
 *
 * Returns 1: all has been done that @flush asks for; 0: there was no room for it, or SVAI_GO_ON.
 */
int svai_compress(struct svai_compressor *c, struct svai_flow *flow, enum svai_flush flush);

struct svai_decompressor *svai_decompressor_get(void);
void svai_decompressor_put(struct svai_decompressor *d);

/*
 * svai_decompress - go on as far as input and room allow
 *
 * Returns 1: at the end of the stream, see svai_decompress_rest(); 0: not there; -EBADMSG: the data
 * are damaged.
 */
int svai_decompress(struct svai_decompressor *d, struct svai_flow *flow);

/* svai_decompress_rest - bytes that it has taken behind the end of the stream; returns how many */
unsigned int svai_decompress_rest(const struct svai_decompressor *d, uint8_t rest[8]);

#endif
