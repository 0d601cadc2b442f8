/* SPDX-License-Identifier: MIT */
/*
 * The CRCs of ISA-L, which is loaded when the first one is needed: most programs need none, and
 * would pay for it at every start. Where it is missing, slower code of our own takes its place.
 */
#ifndef SVAI_CRC_LIBRARY_H
#define SVAI_CRC_LIBRARY_H

#include <stddef.h>
#include <stdint.h>

/* svai_crc32c - go on with the register of the reflected CRC32C, without any inversion */
uint32_t svai_crc32c(uint32_t reg, const uint8_t *src, size_t size);

/* svai_crc32 - go on with the CRC of zlib and gzip, which includes the inversions */
uint32_t svai_crc32(uint32_t crc, const uint8_t *src, size_t size);

/*
 * svai_crc16_t10dif - the function that goes on with the guard of T10 DIF, for many blocks
 * svai_crc_leave - to be called after the last one
 */
typedef uint16_t svai_crc16(uint16_t reg, const uint8_t *src, uint64_t size);
svai_crc16 *svai_crc16_t10dif(void);
void svai_crc_leave(void);

#endif
