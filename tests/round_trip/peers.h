/* SPDX-License-Identifier: MIT */
/* Those who read what libsva has compressed, and write what it inflates: zlib, ISA-L, and gzip. */
#ifndef ROUND_TRIP_PEERS_H
#define ROUND_TRIP_PEERS_H

#include <sva/deflate.h>

#include "buffer.h"

#define ISAL_LEVELS 4 /* 0 to 3 */

/* by_zlib - @window: log2 of the history, 9 to 15 */
struct buffer by_zlib(const struct buffer *data, enum sva_deflate_format format, int level,
		      int window, int strategy);
struct buffer by_isal(const struct buffer *data, enum sva_deflate_format format, int level);
struct buffer by_gzip(const struct buffer *data, int level);

/* They inflate a whole stream, find the data, and nothing behind the end. */
void zlib_reads(const struct buffer *packed, enum sva_deflate_format format,
		const struct buffer *data);
void isal_reads(const struct buffer *packed, enum sva_deflate_format format,
		const struct buffer *data);
void gzip_reads(const struct buffer *packed, const struct buffer *data);

#endif
