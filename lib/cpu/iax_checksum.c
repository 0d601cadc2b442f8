/* SPDX-License-Identifier: MIT */
#include "iax_checksum.h"

#include <string.h>

#include "crc_library.h"

void svai_checksum_begin(struct svai_checksum *sum, const struct sva_desc *desc,
			 const struct sva_iax_filter_aecs *aecs)
{
	*sum = (struct svai_checksum){ .crc32c = desc->op_flags & SVA_IAX_FLAG_CRC32C };
	if (aecs) {
		sum->crc = aecs->crc;
		sum->xor_checksum = aecs->xor_checksum & 0xffff;
	}
}

/* The last byte of an odd number is a low one; the next part begins with a word (unverified). */
static uint32_t xor_of(const uint8_t *src, size_t size)
{
	uint64_t sum = 0, word = 0;
	size_t i;

	for (i = 0; size - i >= sizeof(word); i += sizeof(word)) {
		memcpy(&word, src + i, sizeof(word));
		sum ^= word;
	}
	word = 0;
	memcpy(&word, src + i, size - i);
	sum ^= word;
	sum ^= sum >> 32;
	return (sum ^ sum >> 16) & 0xffff;
}

void svai_checksum_update(struct svai_checksum *sum, const uint8_t *src, size_t size)
{
	if (!size)
		return;
	sum->crc =
		sum->crc32c ? ~svai_crc32c(~sum->crc, src, size) : svai_crc32(sum->crc, src, size);
	sum->xor_checksum ^= xor_of(src, size);
}

void svai_checksum_end(const struct svai_checksum *sum, struct sva_iax_record *record)
{
	record->crc = sum->crc;
	record->xor_checksum = (uint16_t)sum->xor_checksum;
}
