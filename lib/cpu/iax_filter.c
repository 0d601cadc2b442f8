/* SPDX-License-Identifier: MIT */
/*
 * Filters: elements in, a bit vector or an array out.
 *
 * Source: as in include/sva/iax.h. What ends early is source 1 short where the input is packed and
 * not compressed, and too few elements otherwise (unverified). Compressed input is inflated to its
 * end, also when the filter has all its elements, so that the checksums are those of the whole
 * (unverified).
 */
#include <string.h>

#include "../bits.h"
#include "../least.h"
#include "iax.h"
#include "iax_aecs.h"
#include "iax_elements.h"
#include "iax_output.h"
#include "iax_vector.h"

#define BATCH   512u                         /* elements at a time; a multiple of 64 */
#define MAX_SET 15u                          /* bits of an element of a set */
#define ALIGNED __attribute__((aligned(64))) /* no vector lies in two cache lines */

struct job {
	const struct sva_desc *desc;
	struct sva_iax_filter_aecs aecs; /* zero where none is read */
	struct svai_checksum sum;
	struct svai_elements src;
	struct svai_elements src2;
	struct svai_output out;
	unsigned int error;
	uint32_t previous; /* RLE burst: the count before */
	uint64_t set[1u << MAX_SET >> 6];
	struct svai_inflate z; /* large: where it is not used, it is not touched */
};

/*
 * How a filter goes on: @first is the index of the elements, at most BATCH. Zeros follow them, up
 * to a multiple of 64.
 */
typedef void svai_filter(struct job *j, uint32_t first, const uint32_t *values, uint32_t count);

static uint32_t mask_of(const struct job *j)
{
	return UINT32_MAX >> (32 - j->src.width);
}

static void scan(struct job *j, uint32_t first, const uint32_t *values, uint32_t count)
{
	uint32_t low = j->aecs.low & mask_of(j), high = j->aecs.high & mask_of(j);

	(void)first;
	for (uint32_t i = 0; i < count; i += 64)
		svai_output_bits(&j->out, svai_vector_in_range(values + i, low, high),
				 svai_least(count - i, 64));
}

static void extract(struct job *j, uint32_t first, const uint32_t *values, uint32_t count)
{
	uint64_t from = j->aecs.low > first ? j->aecs.low - first : 0;
	uint64_t end = (uint64_t)j->aecs.high + 1;

	end = end > first ? end - first : 0;
	end = end < count ? end : count;
	if (from < end)
		svai_output_values(&j->out, values + from, (uint32_t)(end - from));
}

/* The next bits of source 2, the first one lowest, then zeros; false if it is too short. */
static bool read_bits(struct job *j, uint64_t *words, uint32_t count)
{
	struct svai_stream *from = &j->src2.stream;
	uint8_t *bytes = (uint8_t *)words;
	uint32_t size = (count + 7) / 8;

	if ((size_t)(from->end - from->pos) < size) {
		j->error = SVA_IAX_ERROR_SRC2_SHORT;
		return false;
	}
	words[(count - 1) / 64] = 0;
	memcpy(words, from->pos, size);
	from->pos += size;
	if (j->src2.format == SVA_IAX_FILTER_BE)
		for (uint32_t i = 0; i < size; i++)
			bytes[i] = (uint8_t)svai_reverse(bytes[i], 8);
	words[(count - 1) / 64] &= UINT64_MAX >> -count % 64;
	return true;
}

static void select_ones(struct job *j, uint32_t first, const uint32_t *values, uint32_t count)
{
	uint64_t bits[BATCH / 64];
	uint32_t selected[BATCH] ALIGNED;

	(void)first;
	if (read_bits(j, bits, count))
		svai_output_values(&j->out, selected,
				   svai_vector_select(selected, values, bits, count));
}

/* Bits of a key; 0, with an error, if they are too many or none: the width may come from the data.
 */
static unsigned int key_bits(struct job *j)
{
	uint32_t flags = j->desc->iax.filter.flags;
	unsigned int dropped = (flags >> 17 & 31) + (flags >> 22 & 31);

	if (j->src.width > dropped && j->src.width - dropped <= MAX_SET)
		return j->src.width - dropped;
	j->error = SVA_IAX_ERROR_RLE_WIDTH; /* (unverified) */
	return 0;
}

/* Without the bits that are dropped on either side, of which checks say that some are left. */
static struct svai_key key_of(const struct job *j, unsigned int bits)
{
	return (struct svai_key){ j->desc->iax.filter.flags >> 17 & 31, (1u << bits) - 1 };
}

static void set_membership(struct job *j, uint32_t first, const uint32_t *values, uint32_t count)
{
	unsigned int n = key_bits(j);

	/* The set is read once, as a whole. */
	if (!n || (!first && !read_bits(j, j->set, 1u << n)))
		return;
	for (uint32_t i = 0; i < count; i += 64)
		svai_output_bits(&j->out, svai_vector_in_set(values + i, key_of(j, n), j->set),
				 svai_least(count - i, 64));
}

static void find_unique(struct job *j, uint32_t first, const uint32_t *values, uint32_t count)
{
	unsigned int n = key_bits(j);
	struct svai_key key = key_of(j, n);

	if (!first)
		memset(j->set, 0, sizeof(j->set));
	for (uint32_t i = 0; n && i < count; i++) {
		uint32_t at = values[i] >> key.shift & key.mask;

		j->set[at / 64] |= UINT64_C(1) << at % 64;
	}
}

static void put_set(struct job *j)
{
	uint32_t size = 1u << key_bits(j);

	for (uint32_t i = 0; i < size && !j->out.full && !j->out.error; i += 64)
		svai_output_bits(&j->out, j->set[i / 64], svai_least(size - i, 64));
}

static void put_repeated(struct job *j, uint32_t value, uint32_t times)
{
	uint32_t values[BATCH];

	for (uint32_t i = 0; i < BATCH && i < times; i++)
		values[i] = value;
	while (times && !j->out.full && !j->out.error) {
		uint32_t n = times < BATCH ? times : BATCH;

		svai_output_values(&j->out, values, n);
		times -= n;
	}
}

/* Counts are numbers of 8 or 16 bits, or the differences of those of 32, which begin with 0. */
static void rle_burst(struct job *j, uint32_t first, const uint32_t *counts, uint32_t count)
{
	for (uint32_t i = 0; i < count && !j->error && !j->out.full && !j->out.error; i++) {
		uint32_t times = counts[i], value;

		if (j->src.width == 32) {
			times -= j->previous;
			j->previous = counts[i];
			if (!first && !i && !times)
				continue;
			if ((!first && !i) || times > UINT16_MAX) {
				j->error = SVA_IAX_ERROR_COUNT;
				return;
			}
		}
		if (svai_elements_read(&j->src2, &value, 1))
			put_repeated(j, value, times);
		else
			j->error = SVA_IAX_ERROR_SRC2_SHORT;
	}
}

static unsigned int short_of(const struct job *j)
{
	if (j->src.error)
		return j->src.error;
	return j->src.format != SVA_IAX_FILTER_RLE && !j->src.stream.z ? SVA_IAX_ERROR_SRC1_SHORT
								       : SVA_IAX_ERROR_FEW_ELEMENTS;
}

static bool read_src(struct job *j, uint32_t *to, uint32_t count)
{
	if (svai_elements_read(&j->src, to, count) == count)
		return true;
	j->error = short_of(j);
	return false;
}

/* Here it is the bits of source 2 that count: how many elements are read depends on them. */
static void expand(struct job *j, uint32_t first, const uint32_t *values, uint32_t count)
{
	uint32_t elements[BATCH] ALIGNED, expanded[BATCH] ALIGNED, n = 0;
	uint64_t bits[BATCH / 64];

	(void)first;
	(void)values;
	if (!read_bits(j, bits, count))
		return;
	for (uint32_t i = 0; i < count; i += 64)
		n += (unsigned int)__builtin_popcountll(bits[i / 64]);
	if (!read_src(j, elements, n))
		return;
	svai_vector_expand(expanded, elements, bits, count);
	svai_output_values(&j->out, expanded, count);
}

static void filter_all(struct job *j, svai_filter *filter)
{
	uint32_t values[BATCH] ALIGNED, all = j->desc->iax.filter.elements, n;

	for (uint32_t i = 0; i < all && !j->error && !j->out.full && !j->out.error; i += n) {
		n = all - i < BATCH ? all - i : BATCH;
		memset(values + n, 0, -n % 64 * sizeof(*values));
		if (filter == expand || read_src(j, values, n))
			filter(j, i, values, n);
	}
	if (filter == find_unique && !j->error)
		put_set(j);
}

/* Sources. */

static unsigned int begin_inflate(struct job *j)
{
	const struct sva_desc *desc = j->desc;
	const struct sva_iax_decompress_aecs *aecs = svai_aecs_read(desc);
	uint32_t flags = desc->tail.iax_flags;
	struct svai_held held;

	svai_inflate_begin(&j->z, (const uint8_t *)desc->src_addr, desc->xfer_size,
			   svai_iax_ignored_bits(flags));
	j->z.stop = flags & SVA_IAX_DECOMP_STOP_ON_EOB;
	j->z.stop_at_final = flags & SVA_IAX_DECOMP_FINAL_EOB;
	j->src.stream = (struct svai_stream){ .z = &j->z, .sum = &j->sum };
	if (!aecs || desc->iax.src2_size < offsetof(struct sva_iax_decompress_aecs, reserved3) + 8)
		return 0;
	return svai_aecs_load(aecs, desc->iax.src2_size, &j->z, &held);
}

static unsigned int begin_src(struct job *j, const struct sva_desc *desc)
{
	const struct sva_iax_filter_aecs *aecs = svai_aecs_read(desc);
	const uint8_t *src = (const uint8_t *)desc->src_addr;
	uint32_t flags = desc->iax.filter.flags;

	j->desc = desc;
	j->previous = 0;
	if (aecs)
		j->aecs = *aecs;
	else
		memset(&j->aecs, 0, sizeof(j->aecs));
	svai_checksum_begin(&j->sum, desc, aecs);
	if (desc->tail.iax_flags & SVA_IAX_DECOMP_ENABLE) {
		unsigned int error = begin_inflate(j);

		if (error)
			return error;
	} else {
		j->src.stream = (struct svai_stream){ .pos = src, .end = src + desc->xfer_size };
		svai_checksum_update(&j->sum, src, desc->xfer_size);
	}
	svai_stream_skip(&j->src.stream, j->aecs.drop_bytes);
	svai_elements_begin(&j->src, flags & 3, (flags >> 2 & 31) + 1);
	return j->src.error;
}

static void begin_src2(struct job *j)
{
	const uint8_t *src2 = (const uint8_t *)j->desc->iax.src2_addr;
	uint32_t flags = j->desc->iax.filter.flags, size = j->desc->iax.src2_size;

	if (!(j->desc->op_flags & SVA_IAX_FLAG_SRC2_DATA))
		size = 0;
	j->src2.stream = (struct svai_stream){ .pos = src2, .end = src2 + size };
	svai_elements_begin(&j->src2,
			    flags & SVA_IAX_FILTER_SRC2_BE ? SVA_IAX_FILTER_BE : SVA_IAX_FILTER_LE,
			    (flags >> 7 & 31) + 1);
}

/* The rest of compressed input, for its checksums and errors, which come before others. */
static void end_src(struct job *j)
{
	struct svai_stream *stream = &j->src.stream;
	uint32_t flags = j->desc->tail.iax_flags;

	if (!stream->z)
		return;
	do
		stream->pos = stream->end;
	while (svai_stream_more(stream));
	if (stream->z_end < SVAI_INFLATE_ROOM)
		j->error = stream->z_end;
	else if (stream->z_end == SVAI_INFLATE_INPUT && flags & SVA_IAX_DECOMP_CHECK_EOB &&
		 !svai_inflate_at_end(&j->z))
		j->error = SVA_IAX_ERROR_NO_EOB;
}

static unsigned int finish(struct job *j, struct sva_iax_record *record)
{
	unsigned int status = SVA_STATUS_SUCCESS;

	end_src(j);
	if (!j->error)
		j->error = j->out.error;
	svai_output_end(&j->out, record);
	svai_checksum_end(&j->sum, record);
	record->bytes_completed = j->desc->xfer_size;
	record->error_code = (uint8_t)j->error;
	if (j->error)
		status = SVA_STATUS_ANALYTICS;
	else if (j->out.full)
		status = SVA_STATUS_OUTPUT_OVERFLOW;
	return status;
}

enum shape { VECTOR, ARRAY, ARRAY_OF_SRC2 };

static unsigned int run(const struct sva_desc *desc, struct sva_iax_record *record,
			svai_filter *filter, enum shape shape)
{
	struct job j;

	j.error = begin_src(&j, desc);
	begin_src2(&j);
	svai_output_begin(&j.out, desc, shape == VECTOR,
			  shape == VECTOR  ? 1
			  : shape == ARRAY ? j.src.width
					   : j.src2.width,
			  j.aecs.first_index);
	if (!j.error)
		filter_all(&j, filter);
	return finish(&j, record);
}

#define FILTER(name, function, shape)                                                            \
	unsigned int svai_iax_##name(const struct sva_desc *desc, struct sva_iax_record *record) \
	{                                                                                        \
		return run(desc, record, function, shape);                                       \
	}

FILTER(scan, scan, VECTOR)
FILTER(set_membership, set_membership, VECTOR)
FILTER(extract, extract, ARRAY)
FILTER(select, select_ones, ARRAY)
FILTER(rle_burst, rle_burst, ARRAY_OF_SRC2)
FILTER(find_unique, find_unique, VECTOR)
FILTER(expand, expand, ARRAY)
