/* SPDX-License-Identifier: MIT */
/* Elements of 1 to 32 bits: packed from the bottom or from the top, or in Parquet's RLE format. */
#include "iax.h"

static int decompressed_byte(struct emu_iax_feed *feed)
{
	struct emu_iax_inflate *inflate = &feed->inflate;

	if (emu_iax_inflate_ready(inflate))
		return emu_iax_inflate_take(inflate);
	if (!inflate->error && !feed->run->fault && !emu_iax_inflate_ended_well(inflate))
		inflate->error = SVA_IAX_ERROR_NO_EOB;
	return -1;
}

int emu_iax_feed_byte(struct emu_iax_feed *feed)
{
	int byte;

	if (feed->compressed)
		byte = decompressed_byte(feed);
	else
		byte = emu_iax_byte(&feed->inflate.in.source, feed->offset++);
	if (byte >= 0)
		emu_iax_sum(&feed->sums, (uint8_t)byte);
	return byte;
}

/*
 * Which error an early end is, is (unverified): of what is packed in memory, that the source is too
 * short; of what only the data tells the size of, that there are too few elements.
 */
static bool too_short(struct emu_iax_reader *reader)
{
	bool known = reader->format != SVA_IAX_FILTER_RLE && !reader->feed->compressed;

	reader->error = known ? SVA_IAX_ERROR_SRC1_SHORT : SVA_IAX_ERROR_FEW_ELEMENTS;
	return false;
}

static bool bad(struct emu_iax_reader *reader, unsigned int error)
{
	reader->error = error;
	return false;
}

static bool next_packed(struct emu_iax_reader *reader, bool be, uint32_t *value)
{
	unsigned int width = reader->width;

	for (; reader->n_bits < width; reader->n_bits += 8) {
		int byte = emu_iax_feed_byte(reader->feed);

		if (byte < 0)
			return too_short(reader);
		if (be)
			reader->bits = reader->bits << 8 | (unsigned int)byte;
		else
			reader->bits |= (uint64_t)byte << reader->n_bits;
	}
	reader->n_bits -= width;
	*value = (uint32_t)(be ? reader->bits >> reader->n_bits : reader->bits) &
		 emu_iax_mask(width);
	if (!be)
		reader->bits >>= width;
	return true;
}

/* What a run begins with, in at most four bytes of seven bits (QPL). */
static bool read_count(struct emu_iax_reader *reader, uint32_t *count)
{
	*count = 0;
	for (unsigned int i = 0; i < 4; i++) {
		int byte = emu_iax_feed_byte(reader->feed);

		if (byte < 0)
			return too_short(reader);
		*count |= ((uint32_t)byte & 0x7f) << i * 7;
		if (!(byte & 0x80))
			return true;
	}
	return bad(reader, SVA_IAX_ERROR_RLE_FORMAT);
}

static bool read_value(struct emu_iax_reader *reader)
{
	reader->value = 0;
	for (unsigned int i = 0; i * 8 < reader->width; i++) {
		int byte = emu_iax_feed_byte(reader->feed);

		if (byte < 0)
			return too_short(reader);
		reader->value |= (uint32_t)byte << i * 8;
	}
	reader->value &= emu_iax_mask(reader->width); /* (unverified) */
	return true;
}

/* An empty run is bad (unverified). */
static bool begin_run(struct emu_iax_reader *reader)
{
	uint32_t count;

	if (!read_count(reader, &count))
		return false;
	reader->packed = count & 1;
	reader->run = count >> 1;
	if (reader->run == 0)
		return bad(reader, SVA_IAX_ERROR_RLE_FORMAT);
	if (!reader->packed)
		return read_value(reader);
	reader->run *= 8;
	return true;
}

bool emu_iax_reader_init(struct emu_iax_reader *reader, struct emu_iax_feed *feed,
			 const struct emu_iax_elements *elements)
{
	int width;

	*reader = (struct emu_iax_reader){
		.feed = feed,
		.format = elements->format,
		.width = elements->width,
	};
	if (elements->format != SVA_IAX_FILTER_RLE)
		return true;
	width = emu_iax_feed_byte(feed);
	if (width < 0)
		return too_short(reader);
	reader->width = (unsigned int)width;
	/* Whether a width of 0 is one, is (unverified). */
	return (width >= 1 && width <= 32) || bad(reader, SVA_IAX_ERROR_RLE_WIDTH);
}

bool emu_iax_element(struct emu_iax_reader *reader, uint32_t *value)
{
	if (reader->format != SVA_IAX_FILTER_RLE)
		return next_packed(reader, reader->format == SVA_IAX_FILTER_BE, value);
	if (reader->run == 0 && !begin_run(reader))
		return false;
	reader->run--;
	*value = reader->value;
	return !reader->packed || next_packed(reader, false, value);
}

void emu_iax_pack(struct emu_iax_packer *packer, uint32_t value, unsigned int width)
{
	for (unsigned int i = 0; i < width && !packer->failed; i++) {
		unsigned int bit = value >> (packer->be ? width - 1 - i : i) & 1;
		unsigned int at = packer->be ? 7 - packer->bits : packer->bits;

		packer->byte |= (uint8_t)(bit << at);
		if (++packer->bits == 8)
			emu_iax_pack_end(packer);
	}
}

void emu_iax_pack_end(struct emu_iax_packer *packer)
{
	if (packer->bits > 0 && !packer->failed)
		packer->failed = !emu_iax_put(&packer->out, packer->byte);
	packer->byte = 0;
	packer->bits = 0;
}
