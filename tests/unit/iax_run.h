/* SPDX-License-Identifier: MIT */
/* Operations of the software device for IAX, and data to compress. */
#ifndef IAX_RUN_H
#define IAX_RUN_H

#include "cpu/iax.h"

/* iax_run - execute @op; returns the status */
unsigned int iax_run(struct sva_iax_op *op);

enum iax_kind { IAX_TEXT, IAX_NOISE, IAX_ZEROS, IAX_RUNS, IAX_KINDS };

/* iax_data - @size bytes that compress more or less, no byte more */
uint8_t *iax_data(enum iax_kind kind, size_t size);

/* iax_deflate - a raw stream by zlib, of a history of 4 KiB; free() it */
uint8_t *iax_deflate(const uint8_t *src, size_t size, int level, int strategy, size_t *stream_size);

/* Bits of a stream by hand, the first bit of a value the lowest. */
struct iax_bits {
	uint8_t bytes[4096];
	uint32_t count;
};

void iax_put(struct iax_bits *bits, uint32_t value, unsigned int count);

/* iax_xor - the checksum of 16-bit words */
uint16_t iax_xor(const uint8_t *src, size_t size);

#endif
