/* SPDX-License-Identifier: MIT */
/*
 * What a program would do without libsva and without an IAX device: gzip streams by ISA-L, zlib and
 * libdeflate, each of which keeps its workspace from call to call, and filters in plain C.
 */
#ifndef BENCH_PEERS_IAX_H
#define BENCH_PEERS_IAX_H

#include <stddef.h>
#include <stdint.h>

/* They return the bytes of the stream, or of the data; 0: it did not work. */
size_t isal_pack(void *dst, size_t room, const void *src, size_t size, int level);
size_t isal_unpack(void *dst, size_t room, const void *src, size_t size);
size_t zlib_pack(void *dst, size_t room, const void *src, size_t size, int level);
size_t zlib_unpack(void *dst, size_t room, const void *src, size_t size);
size_t libdeflate_pack(void *dst, size_t room, const void *src, size_t size, int level);
size_t libdeflate_unpack(void *dst, size_t room, const void *src, size_t size);

/* Polynomials that are not reflected, eight bytes a step. */
uint64_t plain_crc64(const void *src, size_t size, uint64_t polynomial);

/* Elements of @width bits, 1 to 32, from the lowest bit on. @src: with 8 bytes of room behind it.
 */
size_t plain_scan(uint8_t *bits, const void *src, size_t elements, unsigned int width, uint32_t low,
		  uint32_t high); /* those in the range */
size_t plain_member(uint8_t *bits, const void *src, size_t elements, unsigned int width,
		    const uint8_t *set); /* those in the set */
void plain_extract(uint32_t *dst, const void *src, size_t elements, unsigned int width);
size_t plain_select(uint32_t *dst, const void *src, size_t elements, unsigned int width,
		    const uint8_t *bits); /* elements written */
void plain_expand(uint32_t *dst, const void *src, size_t elements, unsigned int width,
		  const uint8_t *bits);

#endif
