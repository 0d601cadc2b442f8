/* SPDX-License-Identifier: MIT */
/* Compare and compare pattern. */
#include <string.h>

#include "cpu.h"
#include "vector.h"

#define CHUNK 1024u

/* memcmp() is the fastest way to equal bytes, but does not tell where the others are. */
static size_t skip_equal_chunks(const uint8_t *a, const uint8_t *b, size_t size)
{
	size_t i = 0;

	while (size - i >= CHUNK && !memcmp(a + i, b + i, CHUNK))
		i += CHUNK;
	return size - i < CHUNK && !memcmp(a + i, b + i, size - i) ? size : i;
}

/* Offset of the first difference, @size if there is none. */
static size_t first_difference(const uint8_t *a, const uint8_t *b, size_t size)
{
	size_t i = skip_equal_chunks(a, b, size);

	return i + svai_vector()->first_difference(a + i, b + i, size - i);
}

static unsigned int finish(const struct sva_desc *desc, struct sva_record *record, size_t same)
{
	record->result = same < desc->xfer_size;
	record->bytes_completed = record->result ? (uint32_t)same : 0;
	if (desc->op_flags & SVA_FLAG_CR && (desc->compare.expected_result & 1) != record->result)
		return SVA_STATUS_SUCCESS_PREDICATE;
	return SVA_STATUS_SUCCESS;
}

unsigned int svai_cpu_compare(const struct sva_desc *desc, struct sva_record *record)
{
	const uint8_t *src1 = (const uint8_t *)desc->src_addr;
	const uint8_t *src2 = (const uint8_t *)desc->src2_addr;

	return finish(desc, record, first_difference(src1, src2, desc->xfer_size));
}

/* A buffer repeats a pattern if it begins with it, and is equal to itself one pattern further. */
unsigned int svai_cpu_compare_pattern(const struct sva_desc *desc, struct sva_record *record)
{
	const uint8_t *src = (const uint8_t *)desc->src_addr;
	const uint8_t *pattern = (const uint8_t *)&desc->compare_pattern;
	size_t size = desc->xfer_size;
	size_t head = size < 8 ? size : 8;
	size_t same = first_difference(src, pattern, head);

	if (same == head)
		same += first_difference(src + head, src, size - head);
	return finish(desc, record, same);
}
