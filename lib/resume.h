/* SPDX-License-Identifier: MIT */
#ifndef SVAI_RESUME_H
#define SVAI_RESUME_H

#include <sva/desc.h>

/**
 * svai_advance - make a descriptor that of the rest, where its first @bytes bytes are done
 * @record: what the first part says: CRC, tags of the next block, bytes of a delta
 */
void svai_advance(struct sva_desc *desc, const struct sva_record *record, uint32_t bytes);

#endif
