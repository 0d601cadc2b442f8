/* SPDX-License-Identifier: MIT */
/*
 * Checksums, by ISA-L. It is loaded when the first one is needed, since it would cost every program
 * 80 us to start with; where it is missing, slow ones of our own stand in.
 */
#ifndef SVAI_CHECKSUM_H
#define SVAI_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* svai_crc32c - go on with the register of the reflected CRC, without any inversion */
uint32_t svai_crc32c(uint32_t reg, const uint8_t *src, size_t size);

/* svai_crc16_t10dif - the guard of a block */
uint16_t svai_crc16_t10dif(uint16_t seed, const uint8_t *src, size_t size);

#endif
