/* SPDX-License-Identifier: MIT */
/*
 * Zero compression: blocks of 128 bytes, of which the words that are zero are left out. A block
 * begins with a bit for each word that says whether it follows. Words that the last block has not
 * got have their bit set, and do not follow: that is where decompression ends.
 */
#include "iax.h"

#define BLOCK 128u

/* @len bytes of the source from @offset on; false: a fault. */
static bool get(struct emu_iax_source *source, uint32_t offset, uint8_t *to, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++) {
		int byte = emu_iax_byte(source, offset + i);

		if (byte < 0)
			return false;
		to[i] = (uint8_t)byte;
	}
	return true;
}

/* Bytes that do not fit end the operation for good (unverified: the error code). */
static bool put(struct emu_iax_output *out, const uint8_t *from, uint32_t len)
{
	for (uint32_t i = 0; i < len; i++)
		if (!emu_iax_put(out, from[i]))
			return false;
	return true;
}

static bool is_zero(const uint8_t *word, unsigned int bytes)
{
	unsigned int any = 0;

	for (unsigned int i = 0; i < bytes; i++)
		any |= word[i];
	return any == 0;
}

static bool compress_block(struct emu_iax_output *out, const uint8_t *block, uint32_t len,
			   unsigned int word)
{
	uint8_t tags[BLOCK / 8] = { 0 };

	for (size_t i = 0; i < BLOCK / word; i++)
		if (i * word >= len || !is_zero(block + i * word, word))
			tags[i / 8] |= (uint8_t)(1u << i % 8);
	if (!put(out, tags, BLOCK / word / 8))
		return false;
	for (size_t i = 0; i * word < len; i++)
		if ((tags[i / 8] >> i % 8 & 1) && !put(out, block + i * word, word))
			return false;
	return true;
}

static unsigned int end(struct emu_iax_output *out, const struct emu_iax_sums *sums, bool fits)
{
	if (!fits && !out->run->fault)
		return emu_iax_fail(out->run, SVA_IAX_ERROR_OVERFLOW);
	if (!fits || !emu_iax_finish(out))
		return out->run->fault;
	emu_iax_record(out->run)->output_size = out->size;
	emu_iax_record_sums(out->run, sums);
	return SVA_STATUS_SUCCESS;
}

unsigned int emu_iax_zero_compress(struct emu_run *run)
{
	const struct sva_desc *desc = run->desc;
	unsigned int word = emu_iax_zero_word(sva_desc_opcode(desc));
	struct emu_iax_source source;
	struct emu_iax_output out;
	struct emu_iax_sums sums;
	uint8_t block[BLOCK];
	bool fits = true;

	emu_iax_source_init(&source, run, desc->src_addr, desc->xfer_size, EMU_SRC);
	emu_iax_output_init(&out, run);
	emu_iax_sums_init(&sums, desc, 0, 0);
	for (uint32_t offset = 0; fits && offset < source.size; offset += BLOCK) {
		uint32_t left = source.size - offset, len = left < BLOCK ? left : BLOCK;

		if (!get(&source, offset, block, len))
			return run->fault;
		for (uint32_t i = 0; i < len; i++)
			emu_iax_sum(&sums, block[i]);
		fits = compress_block(&out, block, len, word);
	}
	return end(&out, &sums, fits);
}

/* The words of a block whose bits are @tags. Returns what was read of the source. */
static uint32_t decompress_block(struct emu_iax_source *source, uint32_t offset,
				 const uint8_t *tags, unsigned int word, struct emu_iax_output *out,
				 struct emu_iax_sums *sums, bool *fits)
{
	uint32_t begin = offset;

	for (unsigned int i = 0; *fits && i < BLOCK / word; i++) {
		uint8_t bytes[4] = { 0 };

		if (tags[i / 8] >> i % 8 & 1) {
			/* Part of a word is as none of it (unverified). */
			if (source->size - offset < word)
				return source->size - begin;
			if (!get(source, offset, bytes, word))
				return 0;
			offset += word;
		}
		for (unsigned int j = 0; j < word; j++)
			emu_iax_sum(sums, bytes[j]);
		*fits = put(out, bytes, word);
	}
	return offset - begin;
}

unsigned int emu_iax_zero_decompress(struct emu_run *run)
{
	const struct sva_desc *desc = run->desc;
	unsigned int word = emu_iax_zero_word(sva_desc_opcode(desc));
	uint32_t header = BLOCK / word / 8, offset = 0;
	struct emu_iax_source source;
	struct emu_iax_output out;
	struct emu_iax_sums sums;
	uint8_t tags[BLOCK / 8] = { 0 };
	bool fits = true;

	emu_iax_source_init(&source, run, desc->src_addr, desc->xfer_size, EMU_SRC);
	emu_iax_output_init(&out, run);
	emu_iax_sums_init(&sums, desc, 0, 0);
	while (fits && offset < source.size) {
		if (source.size - offset < header)
			return emu_iax_fail(run, SVA_IAX_ERROR_ZERO_HEADER);
		if (!get(&source, offset, tags, header))
			return run->fault;
		offset += header;
		offset += decompress_block(&source, offset, tags, word, &out, &sums, &fits);
		if (run->fault)
			return run->fault;
	}
	return end(&out, &sums, fits);
}
