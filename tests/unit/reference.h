/* SPDX-License-Identifier: MIT */
/*
 * What the operations should do, computed byte by byte and bit by bit, and a way to have the
 * software device do it.
 */
#ifndef REFERENCE_H
#define REFERENCE_H

#include "cpu/cpu.h"

/* Sizes around everything that an implementation might treat specially; 0 ends them. */
extern const uint32_t ref_sizes[];

/* ref_buffer - @size bytes of noise, no byte more: what runs over its end, AddressSanitizer sees */
uint8_t *ref_buffer(size_t size);

/* ref_copy - a copy of a buffer, of exactly its size */
uint8_t *ref_copy(const void *buffer, size_t size);

/* ref_crc32c - as a DSA device: @seed is a CRC; the flags are the descriptor's */
uint32_t ref_crc32c(const uint8_t *src, size_t size, uint32_t seed, uint32_t flags);

/* ref_crc16 - T10-DIF: polynomial 0x8bb7, most significant bit first */
uint16_t ref_crc16(const uint8_t *src, size_t size, uint16_t seed);

/* ref_tuple - guard, application tag and reference tag, as they stand behind a block */
void ref_tuple(uint8_t *dst, uint16_t guard, uint16_t app_tag, uint32_t ref_tag);

/* ref_run - have the software device execute @desc; returns the status byte of @comp */
unsigned int ref_run(struct sva_desc *desc, struct sva_record *comp);

#endif
