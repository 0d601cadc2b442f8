/* SPDX-License-Identifier: MIT */
/*
 * Zero compression: of each 128 bytes, a bit for each word that says whether it is not zero, and
 * the words that are not.
 *
 * Source: accel-config 4.1.6 (test/algorithms) and QPL of 2022. Of the last block, which need not
 * be whole, the bits of the words that are missing are 1, and have no words. Output that does not
 * fit ends before the first block that does not (unverified).
 */
#include <string.h>

#include "iax.h"
#include "iax_checksum.h"

#define BLOCK 128u

/* The operation's word, and the bytes of the bits of a block. */
static uint32_t word_of(const struct sva_desc *desc)
{
	switch (sva_desc_opcode(desc)) {
	case SVA_IAX_OP_ZERO_COMPRESS_32:
	case SVA_IAX_OP_ZERO_DECOMPRESS_32:
		return 4;
	case SVA_IAX_OP_ZERO_COMPRESS_16:
	case SVA_IAX_OP_ZERO_DECOMPRESS_16:
		return 2;
	default:
		return 1;
	}
}

static bool is_zero(const uint8_t *word, uint32_t size)
{
	return !word[0] && (size < 2 || !word[1]) && (size < 4 || (!word[2] && !word[3]));
}

/* Returns bytes written to @to, which has room for a block. */
static uint32_t compress_block(uint8_t *to, const uint8_t *src, uint32_t size, uint32_t word)
{
	uint32_t header = BLOCK / word / 8, done = header;

	memset(to, 0, header);
	for (uint32_t i = 0; i < BLOCK / word; i++) {
		uint32_t at = i * word;

		if (at < size && is_zero(src + at, word))
			continue;
		to[i / 8] |= (uint8_t)(1u << i % 8);
		if (at < size) {
			memcpy(to + done, src + at, word);
			done += word;
		}
	}
	return done;
}

static void finish(const struct sva_desc *desc, struct sva_iax_record *record, const uint8_t *plain,
		   uint32_t size)
{
	struct svai_checksum sum;

	svai_checksum_begin(&sum, desc, NULL);
	svai_checksum_update(&sum, plain, size);
	svai_checksum_end(&sum, record);
}

unsigned int svai_iax_zero_compress(const struct sva_desc *desc, struct sva_iax_record *record)
{
	const uint8_t *src = (const uint8_t *)desc->src_addr;
	uint32_t word = word_of(desc), size = desc->xfer_size, done = 0;

	for (; done < size; done += BLOCK) {
		uint32_t left = size - done, n;
		uint8_t block[BLOCK + BLOCK / 8];

		n = compress_block(block, src + done, left < BLOCK ? left : BLOCK, word);
		if (n > desc->iax.max_dst_size - record->output_size)
			break;
		memcpy((uint8_t *)desc->dst_addr + record->output_size, block, n);
		record->output_size += n;
	}
	record->bytes_completed = done < size ? done : size;
	finish(desc, record, src, record->bytes_completed);
	return done < size ? SVA_STATUS_OUTPUT_OVERFLOW : SVA_STATUS_SUCCESS;
}

/* Returns the bytes that the words after the bits take; words that are missing end the block. */
static uint32_t decompress_block(uint8_t *to, uint32_t *size, const uint8_t *src, uint32_t left,
				 uint32_t word)
{
	uint32_t header = BLOCK / word / 8, at = header, i = 0, done;

	for (done = 0; done < BLOCK; done += word, i++) {
		memset(to + done, 0, word);
		if (!(src[i / 8] >> i % 8 & 1))
			continue;
		if (left - at < word)
			break;
		memcpy(to + done, src + at, word);
		at += word;
	}
	*size = done;
	return done < BLOCK ? left : at;
}

unsigned int svai_iax_zero_decompress(const struct sva_desc *desc, struct sva_iax_record *record)
{
	const uint8_t *src = (const uint8_t *)desc->src_addr;
	uint32_t word = word_of(desc), header = BLOCK / word / 8, done = 0;
	unsigned int status = SVA_STATUS_SUCCESS;
	uint8_t *dst = (uint8_t *)desc->dst_addr, block[BLOCK];

	while (done < desc->xfer_size && status == SVA_STATUS_SUCCESS) {
		uint32_t left = desc->xfer_size - done, size, used;

		if (left < header) {
			record->error_code = SVA_IAX_ERROR_ZERO_HEADER;
			status = SVA_STATUS_ANALYTICS;
			break;
		}
		used = decompress_block(block, &size, src + done, left, word);
		if (size > desc->iax.max_dst_size - record->output_size) {
			status = SVA_STATUS_OUTPUT_OVERFLOW;
			break;
		}
		memcpy(dst + record->output_size, block, size);
		record->output_size += size;
		done += used;
	}
	record->bytes_completed = done;
	finish(desc, record, dst, record->output_size);
	return status;
}
