/* SPDX-License-Identifier: MIT */
/* The two checksums of IAX operations, which chain over jobs by way of the AECS. */
#ifndef SVAI_IAX_CHECKSUM_H
#define SVAI_IAX_CHECKSUM_H

#include <sva/iax.h>

struct svai_checksum {
	uint32_t crc; /* as zlib has it: the seed of a whole is 0 */
	uint32_t xor_checksum;
	bool crc32c;
};

/* svai_checksum_begin - seeds from @aecs unless NULL, and the polynomial from the flags */
void svai_checksum_begin(struct svai_checksum *sum, const struct sva_desc *desc,
			 const struct sva_iax_filter_aecs *aecs);

void svai_checksum_update(struct svai_checksum *sum, const uint8_t *src, size_t size);

void svai_checksum_end(const struct svai_checksum *sum, struct sva_iax_record *record);

#endif
