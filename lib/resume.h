/* SPDX-License-Identifier: MIT */
#ifndef SVAI_RESUME_H
#define SVAI_RESUME_H

#include <sva/desc.h>

/**
 * svai_advance - make a descriptor that of the rest, where its first @bytes bytes are done
 * @record: what the first part says: CRC, tags of the next block, bytes of a delta
 */
void svai_advance(struct sva_desc *desc, const struct sva_record *record, uint32_t bytes);

/**
 * svai_resume_not - of an operation whose rest was prepared: leave it at that
 * @whole: the descriptor as it was
 * @status: of the last part
 *
 * Descriptor and record become those of the whole, of which so much is done.
 */
void svai_resume_not(struct sva_op *op, const struct sva_desc *whole, uint8_t status);

#endif
