/* SPDX-License-Identifier: MIT */
/*
 * CRCs of parts, put together: the CRC of a whole is that of its first part, shifted over the bytes
 * of its second part, XOR that of its second part.
 */
#ifndef SVAI_CRC_SHIFT_H
#define SVAI_CRC_SHIFT_H

#include <stdint.h>

#define SVAI_CRC32C 0x1edc6f41u /* polynomials of 32 bits */
#define SVAI_CRC32  0x04c11db7u /* of gzip */

/*
 * svai_crc_shift - the CRC of something that @bytes bytes of zero follow, but for what inverts them
 *
 * CRC and polynomial, of any width, have their highest power in bit 63.
 */
uint64_t svai_crc_shift(uint64_t crc, uint64_t bytes, uint64_t polynomial);

/*
 * svai_crc32_append - from the CRC of what was before to that of the whole
 * @next: of @bytes more
 *
 * Of 32 bits, and reflected: its highest power is bit 0.
 */
void svai_crc32_append(uint32_t *crc, uint32_t next, uint64_t bytes, uint32_t polynomial);

#endif
