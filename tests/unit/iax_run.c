/* SPDX-License-Identifier: MIT */
#include "iax_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <zlib.h>

unsigned int iax_run(struct sva_iax_op *op)
{
	struct svai_limits limits;

	memset(&op->record, 0, sizeof(op->record));
	svai_iax_limits(&limits);
	svai_iax_execute(&limits, &op->op.desc);
	return op->record.status;
}

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 16;
}

uint8_t *iax_data(enum iax_kind kind, size_t size)
{
	static const char *const words[] = { "accelerator ",       "queue ", "the ",
					     "completion record ", "of a ",  "page\n",
					     "descriptor, ",       "and " };
	uint8_t *data = malloc(size ? size : 1);
	uint32_t seed = (uint32_t)size + kind;
	size_t i = 0;

	assert_non_null(data);
	while (i < size) {
		const char *word = words[next(&seed) % 8];
		size_t n = kind == IAX_TEXT   ? strlen(word)
			   : kind == IAX_RUNS ? next(&seed) % 300
					      : 1;

		n = n < size - i ? n : size - i;
		if (kind == IAX_TEXT)
			memcpy(data + i, word, n);
		else
			memset(data + i, kind == IAX_ZEROS ? 0 : (int)next(&seed) & 255, n);
		i += n;
	}
	return data;
}

uint8_t *iax_deflate(const uint8_t *src, size_t size, int level, int strategy, size_t *stream_size)
{
	z_stream z = { 0 };
	uint8_t *to;
	size_t room;

	assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, -12, 9, strategy), Z_OK);
	room = deflateBound(&z, size) + 64;
	to = malloc(room);
	assert_non_null(to);
	z.next_in = (uint8_t *)(uintptr_t)src;
	z.avail_in = (uInt)size;
	z.next_out = to;
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	*stream_size = z.total_out;
	deflateEnd(&z);
	return to;
}

void iax_put(struct iax_bits *bits, uint32_t value, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++, bits->count++)
		bits->bytes[bits->count / 8] |= (uint8_t)((value >> i & 1) << bits->count % 8);
}

uint16_t iax_xor(const uint8_t *src, size_t size)
{
	uint16_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum ^= (uint16_t)(src[i] << (i % 2 ? 8 : 0));
	return sum;
}
