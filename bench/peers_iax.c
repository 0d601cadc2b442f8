/* SPDX-License-Identifier: MIT */
#include "peers_iax.h"

#include <isa-l.h>
#include <string.h>
#include <libdeflate.h>
#include <zlib.h>

#define GZIP 31 /* zlib's word for it */

size_t isal_pack(void *dst, size_t room, const void *src, size_t size, int level)
{
	static const uint32_t sizes[] = { ISAL_DEF_LVL0_DEFAULT, ISAL_DEF_LVL1_DEFAULT,
					  ISAL_DEF_LVL2_DEFAULT, ISAL_DEF_LVL3_DEFAULT };
	static uint8_t workspace[ISAL_DEF_LVL3_DEFAULT];
	static struct isal_zstream s;

	isal_deflate_init(&s);
	s.level = (uint32_t)level;
	s.level_buf = workspace;
	s.level_buf_size = sizes[level];
	s.gzip_flag = IGZIP_GZIP;
	s.end_of_stream = 1;
	s.next_in = (uint8_t *)(uintptr_t)src;
	s.avail_in = (uint32_t)size;
	s.next_out = dst;
	s.avail_out = (uint32_t)room;
	isal_deflate(&s);
	return s.internal_state.state == ZSTATE_END ? s.total_out : 0;
}

size_t isal_unpack(void *dst, size_t room, const void *src, size_t size)
{
	static struct inflate_state s;

	isal_inflate_init(&s);
	s.crc_flag = ISAL_GZIP;
	s.next_in = (uint8_t *)(uintptr_t)src;
	s.avail_in = (uint32_t)size;
	s.next_out = dst;
	s.avail_out = (uint32_t)room;
	isal_inflate(&s);
	return s.block_state == ISAL_BLOCK_FINISH ? s.total_out : 0;
}

size_t zlib_pack(void *dst, size_t room, const void *src, size_t size, int level)
{
	static z_stream stream[10];
	z_stream *z = &stream[level];

	if (z->state ? deflateReset(z)
		     : deflateInit2(z, level, Z_DEFLATED, GZIP, 8, Z_DEFAULT_STRATEGY))
		return 0;
	z->next_in = (uint8_t *)(uintptr_t)src;
	z->avail_in = (uInt)size;
	z->next_out = dst;
	z->avail_out = (uInt)room;
	return deflate(z, Z_FINISH) == Z_STREAM_END ? z->total_out : 0;
}

size_t zlib_unpack(void *dst, size_t room, const void *src, size_t size)
{
	static z_stream z;

	if (z.state ? inflateReset(&z) : inflateInit2(&z, GZIP))
		return 0;
	z.next_in = (uint8_t *)(uintptr_t)src;
	z.avail_in = (uInt)size;
	z.next_out = dst;
	z.avail_out = (uInt)room;
	return inflate(&z, Z_FINISH) == Z_STREAM_END ? z.total_out : 0;
}

size_t libdeflate_pack(void *dst, size_t room, const void *src, size_t size, int level)
{
	static struct libdeflate_compressor *compressor[13];

	if (!compressor[level])
		compressor[level] = libdeflate_alloc_compressor(level);
	return libdeflate_gzip_compress(compressor[level], src, size, dst, room);
}

size_t libdeflate_unpack(void *dst, size_t room, const void *src, size_t size)
{
	static struct libdeflate_decompressor *decompressor;
	size_t made;

	if (!decompressor)
		decompressor = libdeflate_alloc_decompressor();
	return libdeflate_gzip_decompress(decompressor, src, size, dst, room, &made) ? 0 : made;
}

uint64_t plain_crc64(const void *src, size_t size, uint64_t polynomial)
{
	static uint64_t table[8][256], made_for;
	const uint8_t *at = src, *end = at + size;
	uint64_t crc = 0;

	for (unsigned int n = 0; made_for != polynomial && n < 256; n++) {
		table[0][n] = (uint64_t)n << 56;
		for (unsigned int bit = 0; bit < 8; bit++)
			table[0][n] = table[0][n] << 1 ^ (table[0][n] >> 63 ? polynomial : 0);
	}
	for (unsigned int t = 1; made_for != polynomial && t < 8; t++)
		for (unsigned int n = 0; n < 256; n++)
			table[t][n] = table[t - 1][n] << 8 ^ table[0][table[t - 1][n] >> 56];
	made_for = polynomial;
	for (; end - at >= 8; at += 8) {
		uint64_t step;

		memcpy(&step, at, 8);
		step = crc ^ __builtin_bswap64(step);
		crc = 0;
		for (unsigned int k = 0; k < 8; k++)
			crc ^= table[k][step >> 8 * k & 0xff];
	}
	while (at < end)
		crc = crc << 8 ^ table[0][(crc >> 56) ^ *at++];
	return crc;
}

static inline uint32_t element(const uint8_t *src, size_t i, unsigned int width)
{
	uint64_t word;

	memcpy(&word, src + i * width / 8, 8);
	return (uint32_t)(word >> i * width % 8 & ((1ull << width) - 1));
}

size_t plain_scan(uint8_t *bits, const void *src, size_t elements, unsigned int width, uint32_t low,
		  uint32_t high)
{
	size_t count = 0;

	for (size_t i = 0; i < elements; i += 8) {
		unsigned int byte = 0;

		for (unsigned int k = 0; k < 8 && i + k < elements; k++)
			byte |= (element(src, i + k, width) - low <= high - low) << k;
		bits[i / 8] = (uint8_t)byte;
		count += (unsigned int)__builtin_popcount(byte);
	}
	return count;
}

size_t plain_member(uint8_t *bits, const void *src, size_t elements, unsigned int width,
		    const uint8_t *set)
{
	size_t count = 0;

	for (size_t i = 0; i < elements; i += 8) {
		unsigned int byte = 0;

		for (unsigned int k = 0; k < 8 && i + k < elements; k++) {
			uint32_t value = element(src, i + k, width);

			byte |= (set[value / 8] >> value % 8 & 1u) << k;
		}
		bits[i / 8] = (uint8_t)byte;
		count += (unsigned int)__builtin_popcount(byte);
	}
	return count;
}

void plain_extract(uint32_t *dst, const void *src, size_t elements, unsigned int width)
{
	for (size_t i = 0; i < elements; i++)
		dst[i] = element(src, i, width);
}

size_t plain_select(uint32_t *dst, const void *src, size_t elements, unsigned int width,
		    const uint8_t *bits)
{
	size_t count = 0;

	for (size_t i = 0; i < elements; i++) {
		dst[count] = element(src, i, width);
		count += bits[i / 8] >> i % 8 & 1;
	}
	return count;
}

void plain_expand(uint32_t *dst, const void *src, size_t elements, unsigned int width,
		  const uint8_t *bits)
{
	size_t next = 0;

	for (size_t i = 0; i < elements; i++) {
		uint32_t bit = bits[i / 8] >> i % 8 & 1;

		dst[i] = element(src, next, width) & -bit;
		next += bit;
	}
}
