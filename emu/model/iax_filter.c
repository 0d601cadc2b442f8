/* SPDX-License-Identifier: MIT */
/* The filters: elements of the first source in, a bit vector or an array out. */
#include <string.h>

#include "iax.h"

#define COUNT_MAX 65535u /* of a repetition */

struct filter {
	struct emu_run *run;
	struct emu_iax_elements flags;
	struct sva_iax_decompress_aecs aecs; /* of which the filter's is the beginning */
	struct emu_iax_feed feed;
	struct emu_iax_reader reader;
	struct emu_iax_source src2;
	struct emu_iax_packer packer;
	unsigned int nominal; /* width of the output */
	uint32_t index;       /* of the next bit of it */
	uint32_t min, max, sum;
	unsigned int error;
	uint8_t set[(1u << EMU_IAX_SET_MAX) / 8];
};

/*
 * The output. The aggregates are those of the nominal one.
 */

static bool written(struct filter *filter)
{
	if (filter->packer.failed)
		filter->error = SVA_IAX_ERROR_OVERFLOW; /* (unverified) */
	return !filter->packer.failed;
}

static bool emit_value(struct filter *filter, uint32_t value)
{
	unsigned int width = filter->flags.out_width;

	if (value < filter->min)
		filter->min = value;
	if (value > filter->max)
		filter->max = value;
	filter->sum += value;
	emu_iax_pack(&filter->packer, value, width ? width : filter->nominal);
	return written(filter);
}

/* As an index: of a bit that is set. */
static bool emit_index(struct filter *filter, uint32_t index)
{
	uint64_t value = (uint64_t)index + filter->aecs.filter.first_index;

	if (value > emu_iax_mask(filter->flags.out_width)) {
		filter->error = SVA_IAX_ERROR_OUTPUT_WIDTH;
		return false;
	}
	emu_iax_pack(&filter->packer, (uint32_t)value, filter->flags.out_width);
	return written(filter);
}

static bool emit_bit(struct filter *filter, bool bit)
{
	uint32_t index = filter->index++;

	bit ^= filter->flags.invert;
	if (bit) {
		if (filter->sum++ == 0)
			filter->min = index;
		filter->max = index;
	}
	if (filter->flags.out_width)
		return !bit || emit_index(filter, index);
	emu_iax_pack(&filter->packer, bit, 1);
	return written(filter);
}

/*
 * The sources.
 */

static bool element(struct filter *filter, uint32_t *value)
{
	if (emu_iax_element(&filter->reader, value))
		return true;
	filter->error = filter->reader.error;
	return false;
}

/* Element @index of the second source. */
static bool second(struct filter *filter, uint32_t index, uint32_t *value)
{
	unsigned int width = filter->flags.src2_width;

	*value = 0;
	for (unsigned int i = 0; i < width; i++) {
		uint64_t at = (uint64_t)index * width + i;
		int byte = at / 8 < filter->src2.size
				   ? emu_iax_byte(&filter->src2, (uint32_t)(at / 8))
				   : -1;

		if (byte < 0) {
			filter->error = SVA_IAX_ERROR_SRC2_SHORT;
			return false;
		}
		if (filter->flags.src2_be)
			*value = *value << 1 | (byte >> (7 - at % 8) & 1);
		else
			*value |= ((uint32_t)byte >> at % 8 & 1) << i;
	}
	return true;
}

/*
 * The operations. False: an error, or a fault.
 */

static bool scan(struct filter *filter, uint32_t n)
{
	uint32_t mask = emu_iax_mask(filter->reader.width), value;
	uint32_t low = filter->aecs.filter.low & mask, high = filter->aecs.filter.high & mask;

	for (uint32_t i = 0; i < n; i++)
		if (!element(filter, &value) || !emit_bit(filter, value >= low && value <= high))
			return false;
	return true;
}

static bool extract(struct filter *filter, uint32_t n)
{
	uint32_t low = filter->aecs.filter.low, high = filter->aecs.filter.high, value;

	for (uint32_t i = 0; i < n; i++)
		if (!element(filter, &value) ||
		    (i >= low && i <= high && !emit_value(filter, value)))
			return false;
	return true;
}

static bool select_elements(struct filter *filter, uint32_t n)
{
	uint32_t value, wanted;

	for (uint32_t i = 0; i < n; i++)
		if (!element(filter, &value) || !second(filter, i, &wanted) ||
		    (wanted && !emit_value(filter, value)))
			return false;
	return true;
}

/* As many elements of output as there are bits of the second source. */
static bool expand(struct filter *filter, uint32_t n)
{
	uint32_t value, wanted;

	for (uint32_t i = 0; i < n; i++) {
		value = 0;
		if (!second(filter, i, &wanted) || (wanted && !element(filter, &value)) ||
		    !emit_value(filter, value))
			return false;
	}
	return true;
}

/* What is left of a value without the bits that are dropped. */
static uint32_t dropped(const struct filter *filter, uint32_t value)
{
	unsigned int bits = (unsigned int)emu_iax_set_bits(&filter->flags);

	return value >> filter->flags.drop_low & emu_iax_mask(bits);
}

static bool set_membership(struct filter *filter, uint32_t n)
{
	uint32_t value, found;

	for (uint32_t i = 0; i < n; i++)
		if (!element(filter, &value) || !second(filter, dropped(filter, value), &found) ||
		    !emit_bit(filter, found))
			return false;
	return true;
}

static bool find_unique(struct filter *filter, uint32_t n)
{
	uint32_t size = 1u << emu_iax_set_bits(&filter->flags), value;

	for (uint32_t i = 0; i < n; i++) {
		if (!element(filter, &value))
			return false;
		value = dropped(filter, value);
		filter->set[value / 8] |= (uint8_t)(1u << value % 8);
	}
	for (uint32_t i = 0; i < size; i++)
		if (!emit_bit(filter, filter->set[i / 8] >> i % 8 & 1))
			return false;
	return true;
}

static bool emit_run(struct filter *filter, uint32_t index, uint32_t count)
{
	uint32_t value;

	if (!second(filter, index, &value))
		return false;
	for (uint32_t i = 0; i < count; i++)
		if (!emit_value(filter, value))
			return false;
	return true;
}

/* Counts that add up: one more than there are values, and the first one is 0. */
static bool burst_sums(struct filter *filter, uint32_t n)
{
	uint32_t last = 0, value;

	for (uint32_t i = 0; i < n; i++, last = value) {
		if (!element(filter, &value))
			return false;
		if (i == 0 ? value != 0 : value < last || value - last > COUNT_MAX) {
			filter->error = SVA_IAX_ERROR_COUNT;
			return false;
		}
		if (i > 0 && !emit_run(filter, i - 1, value - last))
			return false;
	}
	return true;
}

static bool rle_burst(struct filter *filter, uint32_t n)
{
	uint32_t count;

	if (filter->reader.width == 32)
		return burst_sums(filter, n);
	for (uint32_t i = 0; i < n; i++)
		if (!element(filter, &count) || !emit_run(filter, i, count))
			return false;
	return true;
}

/*
 * What is common to them.
 */

static bool operate(struct filter *filter, uint32_t n)
{
	switch (sva_desc_opcode(filter->run->desc)) {
	case SVA_IAX_OP_SCAN:
		return scan(filter, n);
	case SVA_IAX_OP_EXTRACT:
		return extract(filter, n);
	case SVA_IAX_OP_SELECT:
		return select_elements(filter, n);
	case SVA_IAX_OP_EXPAND:
		return expand(filter, n);
	case SVA_IAX_OP_SET_MEMBERSHIP:
		return set_membership(filter, n);
	case SVA_IAX_OP_FIND_UNIQUE:
		return find_unique(filter, n);
	default:
		return rle_burst(filter, n);
	}
}

static bool fail(struct filter *filter, unsigned int error)
{
	filter->error = error;
	return false;
}

/* The state, if there is one: one without a part for decompression begins with a block header. */
static bool read_state(struct filter *filter)
{
	struct emu_iax_feed *feed = &filter->feed;
	const struct sva_desc *desc = filter->run->desc;
	bool read = sva_desc_flags(desc) & SVA_IAX_FLAG_SRC2_AECS;
	struct sva_iax_decompress_aecs *aecs = &filter->aecs;

	feed->run = filter->run;
	feed->compressed = desc->tail.iax_flags & SVA_IAX_DECOMP_ENABLE;
	emu_iax_inflate_init(&feed->inflate, filter->run);
	if (read && !emu_iax_read_aecs(filter->run, aecs, sizeof(*aecs)))
		return false;
	emu_iax_sums_init(&feed->sums, desc, aecs->filter.crc, aecs->filter.xor_checksum);
	if (!read || !feed->compressed || desc->iax.src2_size < EMU_IAX_AECS_STATE)
		return true;
	feed->sums.odd = emu_iax_loaded_odd(aecs);
	return emu_iax_load_state(&feed->inflate, filter->run, aecs) ||
	       fail(filter, SVA_IAX_ERROR_AECS);
}

/* What Parquet's format says instead of the flags, and the checks cannot know. */
static bool check_width(struct filter *filter)
{
	unsigned int opcode = sva_desc_opcode(filter->run->desc), width = filter->reader.width;
	unsigned int most = emu_iax_max_set(filter->run->dev, filter->feed.compressed);
	int bits;

	filter->flags.width = width;
	bits = emu_iax_set_bits(&filter->flags);
	if ((opcode == SVA_IAX_OP_SET_MEMBERSHIP || opcode == SVA_IAX_OP_FIND_UNIQUE) &&
	    (bits <= 0 || (unsigned int)bits > most))
		return fail(filter, SVA_IAX_ERROR_RLE_WIDTH);
	if (opcode == SVA_IAX_OP_RLE_BURST && width != 8 && width != 16 && width != 32)
		return fail(filter, SVA_IAX_ERROR_RLE_WIDTH);
	filter->nominal = opcode == SVA_IAX_OP_RLE_BURST ? filter->flags.src2_width : width;
	if (!emu_iax_bit_vector(opcode) && filter->flags.out_width &&
	    filter->flags.out_width < filter->nominal)
		return fail(filter, SVA_IAX_ERROR_OUTPUT_WIDTH);
	return true;
}

static bool begin(struct filter *filter)
{
	const struct sva_desc *desc = filter->run->desc;
	bool data = sva_desc_flags(desc) & SVA_IAX_FLAG_SRC2_DATA;

	filter->flags = emu_iax_elements(desc);
	filter->min = UINT32_MAX;
	emu_iax_source_init(&filter->src2, filter->run, desc->iax.src2_addr,
			    data ? desc->iax.src2_size : 0, EMU_SRC2);
	emu_iax_output_init(&filter->packer.out, filter->run);
	filter->packer.be = filter->flags.out_be;
	if (!read_state(filter))
		return false;
	for (unsigned int i = 0; i < filter->aecs.filter.drop_bytes; i++)
		if (emu_iax_feed_byte(&filter->feed) < 0)
			break; /* the elements will be missing */
	if (!emu_iax_reader_init(&filter->reader, &filter->feed, &filter->flags))
		return fail(filter, filter->reader.error);
	return check_width(filter);
}

/* All of the source is looked at, whatever the elements have been: for its sums and its end. */
static unsigned int finish(struct filter *filter)
{
	struct sva_iax_record *record = emu_iax_record(filter->run);

	while (emu_iax_feed_byte(&filter->feed) >= 0)
		;
	if (filter->feed.inflate.error)
		return emu_iax_fail(filter->run, filter->feed.inflate.error);
	record->output_bits = (uint8_t)filter->packer.bits;
	emu_iax_pack_end(&filter->packer);
	if (!written(filter))
		return emu_iax_fail(filter->run, filter->error);
	if (!emu_iax_finish(&filter->packer.out))
		return filter->run->fault;
	record->output_size = filter->packer.out.size;
	record->min_first = filter->min;
	record->max_last = filter->max;
	record->sum_count = filter->sum;
	emu_iax_record_sums(filter->run, &filter->feed.sums);
	return SVA_STATUS_SUCCESS;
}

unsigned int emu_iax_filter(struct emu_run *run)
{
	struct filter filter = { .run = run };

	if (begin(&filter) && operate(&filter, run->desc->iax.filter.elements))
		return finish(&filter);
	if (run->fault)
		return run->fault;
	/* An error of the stream comes before what follows from it. */
	if (filter.feed.inflate.error)
		filter.error = filter.feed.inflate.error;
	return emu_iax_fail(run, filter.error);
}
