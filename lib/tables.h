/* SPDX-License-Identifier: MIT */
/* What the device compresses with: the header of a DEFLATE block, and its codes (RFC 1951, 3.2). */
#ifndef SVAI_TABLES_H
#define SVAI_TABLES_H

#include <sva/iax.h>

/* svai_tables_fixed - those of a block with fixed codes */
void svai_tables_fixed(struct sva_iax_compress_aecs *aecs);

/*
 * svai_tables_dynamic - those of a block with codes made for a histogram
 *
 * Every symbol gets a code, also one that does not occur in it: so other data may be compressed
 * with it, too. The histogram is changed.
 */
void svai_tables_dynamic(struct sva_iax_compress_aecs *aecs, struct sva_iax_histogram *histogram);

#endif
