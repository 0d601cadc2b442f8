/* SPDX-License-Identifier: MIT */
#include "iax_checksum.h"

#include <emmintrin.h>
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
	__m128i sum = _mm_setzero_si128();
	uint64_t rest[2] = { 0 };

	for (; size >= sizeof(sum); size -= sizeof(sum), src += sizeof(sum))
		sum = _mm_xor_si128(sum, _mm_loadu_si128((const __m128i *)(const void *)src));
	memcpy(rest, src, size);
	rest[0] ^= rest[1] ^ (uint64_t)_mm_cvtsi128_si64(sum) ^
		   (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(sum, sum));
	rest[0] ^= rest[0] >> 32;
	return (rest[0] ^ rest[0] >> 16) & 0xffff;
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
