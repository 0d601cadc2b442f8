/* SPDX-License-Identifier: MIT */
#include "../bits.h"
#include "iax_output.h"
#include "iax_vector.h"

#include <string.h>

void svai_output_begin(struct svai_output *o, const struct sva_desc *desc, bool vector,
		       unsigned int width, uint32_t first_index)
{
	uint32_t flags = desc->iax.filter.flags, modified = flags >> 13 & 3;

	*o = (struct svai_output){ .dst = (uint8_t *)desc->dst_addr,
				   .room = desc->iax.max_dst_size,
				   .width = modified ? 4u << modified : width,
				   .big_endian = flags & SVA_IAX_FILTER_OUT_BE,
				   .first_index = first_index,
				   .min_first = UINT32_MAX };
	/* By the widths alone, whatever the values are (QPL). */
	if (!vector && modified && width > 4u << modified)
		o->error = SVA_IAX_ERROR_OUTPUT_WIDTH;
	if (vector) {
		o->invert = flags & SVA_IAX_FILTER_INVERT;
		o->indices = modified && !(flags & SVA_IAX_FILTER_ARRAY);
	}
}

/* @width bits, for which there is room. Little-endian ones go above those that wait. */
static inline void put_low(struct svai_output *o, uint32_t value, unsigned int width)
{
	o->bits |= (uint64_t)value << o->pending;
	o->pending += width;
	if (o->pending >= 32) {
		uint32_t word = (uint32_t)o->bits;

		memcpy(o->dst + o->size, &word, sizeof(word));
		o->size += 4;
		o->bits >>= 32;
		o->pending -= 32;
	}
}

/* Big-endian ones go below. */
static inline void put_high(struct svai_output *o, uint32_t value, unsigned int width)
{
	o->bits = o->bits << width | value;
	o->pending += width;
	if (o->pending >= 32) {
		uint32_t word = __builtin_bswap32((uint32_t)(o->bits >> (o->pending - 32)));

		memcpy(o->dst + o->size, &word, sizeof(word));
		o->size += 4;
		o->pending -= 32;
	}
}

/* For how many elements of @width bits there is room, at most @count. */
static uint32_t fitting(struct svai_output *o, uint32_t count, unsigned int width)
{
	uint64_t room = (8 * (uint64_t)(o->room - o->size) - o->pending) / width;

	if (room >= count)
		return count;
	o->full = true;
	return (uint32_t)room;
}

/* The bits that are not written yet, the last byte filled up by zeros. */
static void flush(struct svai_output *o)
{
	if (o->big_endian)
		o->bits = __builtin_bswap64(o->bits << 1 << (63 - o->pending));
	for (unsigned int i = 0; i < o->pending; i += 8, o->bits >>= 8)
		o->dst[o->size++] = (uint8_t)o->bits;
	o->pending = 0;
}

/* By a copy, which the stores to the output leave in registers. */
static void put_rest(struct svai_output *o, const uint32_t *values, uint32_t count)
{
	const unsigned int width = o->width;
	struct svai_output copy = *o;

	if (o->big_endian)
		for (uint32_t i = 0; i < count; i++)
			put_high(&copy, values[i], width);
	else
		for (uint32_t i = 0; i < count; i++)
			put_low(&copy, values[i], width);
	o->bits = copy.bits;
	o->pending = copy.pending;
	o->size = copy.size;
}

/* Of whole bytes none stay pending, so that vectors can be stored. */
static void put_all(struct svai_output *o, const uint32_t *values, uint32_t count)
{
	bool whole = o->width % 8 == 0;
	uint32_t done = 0;

	count = fitting(o, count, o->width);
	if (whole)
		done = svai_vector_pack(o->dst + o->size, values, count, o->width / 8,
					o->big_endian);
	o->size += done * (o->width / 8);
	put_rest(o, values + done, count - done);
	if (whole)
		flush(o);
}

static uint64_t lowest(unsigned int count)
{
	return count < 64 ? (UINT64_C(1) << count) - 1 : UINT64_MAX;
}

/* At most 32 bits as one number. */
static void put_nominal(struct svai_output *o, uint32_t bits, unsigned int count)
{
	count = fitting(o, count, 1);
	if (!count)
		return;
	bits &= (uint32_t)lowest(count);
	if (o->big_endian)
		put_high(o, (uint32_t)svai_reverse(bits, count), count);
	else
		put_low(o, bits, count);
}

static void put_indices(struct svai_output *o, uint64_t bits)
{
	uint64_t first = (uint64_t)o->first_index + o->index;
	uint32_t indices[64], n = 0;

	if (!bits || o->full || o->error)
		return;
	for (; bits; bits &= bits - 1) {
		uint64_t index = first + (unsigned int)__builtin_ctzll(bits);

		if (index > lowest(o->width))
			break;
		indices[n++] = (uint32_t)index;
	}
	put_all(o, indices, n);
	if (bits && !o->full)
		o->error = SVA_IAX_ERROR_OUTPUT_WIDTH;
}

static void put_array(struct svai_output *o, uint64_t bits, unsigned int count)
{
	uint32_t values[64];

	for (unsigned int i = 0; i < count; i++)
		values[i] = bits >> i & 1;
	put_all(o, values, count);
}

static void aggregate(struct svai_output *o, uint64_t bits)
{
	if (!bits)
		return;
	if (o->min_first == UINT32_MAX)
		o->min_first = o->index + (uint32_t)__builtin_ctzll(bits);
	o->max_last = o->index + 63 - (uint32_t)__builtin_clzll(bits);
	o->sum_count += (uint32_t)__builtin_popcountll(bits);
}

void svai_output_bits(struct svai_output *o, uint64_t bits, unsigned int count)
{
	if (o->invert)
		bits = ~bits;
	bits &= lowest(count);
	aggregate(o, bits);
	if (o->indices) {
		put_indices(o, bits);
	} else if (o->width > 1) {
		put_array(o, bits, count);
	} else {
		put_nominal(o, (uint32_t)bits, count < 32 ? count : 32);
		if (count > 32)
			put_nominal(o, (uint32_t)(bits >> 32), count - 32);
	}
	o->index += count;
}

void svai_output_values(struct svai_output *o, const uint32_t *values, uint32_t count)
{
	uint32_t i = svai_vector_aggregate(o, values, count);
	uint32_t min = o->min_first, max = o->max_last, sum = o->sum_count;

	for (; i < count; i++) {
		min = values[i] < min ? values[i] : min;
		max = values[i] > max ? values[i] : max;
		sum += values[i];
	}
	o->min_first = min;
	o->max_last = max;
	o->sum_count = sum;
	put_all(o, values, count);
}

void svai_output_end(struct svai_output *o, struct sva_iax_record *record)
{
	record->output_bits = (uint8_t)(o->pending % 8);
	flush(o);
	record->output_size = o->size;
	record->min_first = o->min_first;
	record->max_last = o->max_last;
	record->sum_count = o->sum_count;
}
