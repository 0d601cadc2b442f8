/* SPDX-License-Identifier: MIT */
/*
 * Decompression between jobs: to and from its AECS. What software sees there is where software
 * looks for it; the rest is in reserved parts, in a form that is the model's own.
 */
#include <string.h>

#include "iax.h"

#define MARK    0x61766173u /* the tables are this model's */
#define WRAPPED 0x8000u
#define STATES \
	(SVA_IAX_STATE_HEADER | SVA_IAX_STATE_STORED | SVA_IAX_STATE_FINAL | SVA_IAX_STATE_EOB)

/* In the first reserved part. */
struct progress {
	uint16_t copy; /* bytes left of a match */
	uint16_t distance;
	uint8_t odd; /* of the XOR */
};

/* In the second one, of the tables, from 480 on. */
struct lengths {
	uint32_t mark;
	uint8_t ll[EMU_IAX_LL_MAX];
	uint8_t d[EMU_IAX_D_MAX];
};

#define LENGTHS_AT 2u /* in reserved2, which begins at 478 */

static bool load_tables(struct emu_iax_tables *tables, const struct sva_iax_decompress_aecs *aecs)
{
	struct lengths lengths;

	memcpy(&lengths, aecs->reserved2 + LENGTHS_AT, sizeof(lengths));
	if (lengths.mark != MARK)
		return false;
	for (unsigned int i = 0; i < EMU_IAX_LL_MAX; i++)
		if (lengths.ll[i] > EMU_IAX_BITS || lengths.d[i % EMU_IAX_D_MAX] > EMU_IAX_BITS)
			return false;
	memcpy(tables->ll_lengths, lengths.ll, sizeof(lengths.ll));
	memcpy(tables->d_lengths, lengths.d, sizeof(lengths.d));
	tables->valid = emu_iax_code_init(&tables->ll, lengths.ll, EMU_IAX_LL_MAX) &&
			emu_iax_code_init(&tables->d, lengths.d, EMU_IAX_D_MAX);
	return tables->valid;
}

static void save_tables(const struct emu_iax_tables *tables, struct sva_iax_decompress_aecs *aecs)
{
	struct lengths lengths = { .mark = tables->valid ? MARK : 0 };

	memcpy(lengths.ll, tables->ll_lengths, sizeof(lengths.ll));
	memcpy(lengths.d, tables->d_lengths, sizeof(lengths.d));
	memcpy(aecs->reserved2 + LENGTHS_AT, &lengths, sizeof(lengths));
}

/* The bits of each word follow those of the word before it. */
static bool load_bits(struct emu_iax_bits *in, const struct sva_iax_decompress_aecs *aecs)
{
	for (unsigned int i = 0; i < SVA_IAX_ACCUMULATOR; i++) {
		if (aecs->input_accumulator_bits[i] > 64)
			return false;
		for (unsigned int bit = 0; bit < aecs->input_accumulator_bits[i]; bit++) {
			uint32_t at = in->acc_bits++;

			in->acc[at / 8] |=
				(uint8_t)((aecs->input_accumulator[i] >> bit & 1) << at % 8);
		}
	}
	in->end = in->acc_bits + in->source.size * 8ull;
	return true;
}

bool emu_iax_save_bits(struct emu_iax_bits *in, struct sva_iax_decompress_aecs *aecs)
{
	memset(aecs->input_accumulator, 0, sizeof(aecs->input_accumulator));
	memset(aecs->input_accumulator_bits, 0, sizeof(aecs->input_accumulator_bits));
	for (unsigned int at = 0; in->pos < in->end; at++) {
		int bit = emu_iax_bit(in);

		if (bit < 0)
			return false;
		aecs->input_accumulator[at / 64] |= (uint64_t)bit << at % 64;
		aecs->input_accumulator_bits[at / 64]++;
	}
	return true;
}

static bool load_history(struct emu_iax_inflate *inflate,
			 const struct sva_iax_decompress_aecs *aecs)
{
	inflate->at = aecs->history_offset & ~WRAPPED;
	inflate->full = aecs->history_offset & WRAPPED;
	memcpy(inflate->history, aecs->history, sizeof(inflate->history));
	return inflate->at < SVA_IAX_HISTORY;
}

static bool load_progress(struct emu_iax_inflate *inflate,
			  const struct sva_iax_decompress_aecs *aecs)
{
	struct progress progress;

	memcpy(&progress, aecs->reserved, sizeof(progress));
	inflate->copy = progress.copy;
	inflate->distance = progress.distance;
	if (inflate->copy == 0)
		return true;
	return inflate->copy <= 258 && inflate->distance > 0 &&
	       inflate->distance <= emu_iax_inflate_history(inflate);
}

static bool load_state(struct emu_iax_inflate *inflate, const struct emu_run *run,
		       const struct sva_iax_decompress_aecs *aecs)
{
	unsigned int where = aecs->state & (SVA_IAX_STATE_HEADER | SVA_IAX_STATE_STORED);
	bool format_2 = run->dev->iaa_cap & SVA_IAACAP_AECS_FORMAT_2;
	uint16_t stored;

	inflate->state = aecs->state;
	memcpy(&stored, aecs->reserved3, sizeof(stored));
	inflate->stored = stored;
	if (aecs->state & ~STATES || where == (SVA_IAX_STATE_HEADER | SVA_IAX_STATE_STORED))
		return false;
	/* Bits that are left out at the beginning: no use of them is known well enough. */
	if (aecs->format > format_2 || aecs->drop_initial_bits)
		return false;
	return where != SVA_IAX_STATE_TOKEN || load_tables(&inflate->tables, aecs);
}

bool emu_iax_load_state(struct emu_iax_inflate *inflate, const struct emu_run *run,
			const struct sva_iax_decompress_aecs *aecs)
{
	uint64_t ignored = inflate->in.source.size * 8ull - inflate->in.end;
	struct emu_iax_bits *in = &inflate->in;

	if (!load_bits(in, aecs) || !load_history(inflate, aecs) || !load_progress(inflate, aecs) ||
	    !load_state(inflate, run, aecs))
		return false;
	in->end -= ignored < in->end ? ignored : in->end;
	return true;
}

bool emu_iax_loaded_odd(const struct sva_iax_decompress_aecs *aecs)
{
	struct progress progress;

	memcpy(&progress, aecs->reserved, sizeof(progress));
	return progress.odd;
}

void emu_iax_save_state(const struct emu_iax_inflate *inflate, const struct emu_iax_sums *sums,
			struct sva_iax_decompress_aecs *aecs)
{
	struct progress progress = {
		.copy = (uint16_t)inflate->copy,
		.distance = (uint16_t)inflate->distance,
		.odd = sums->odd,
	};
	uint16_t stored = (uint16_t)inflate->stored;

	aecs->filter.crc = emu_iax_crc(sums);
	aecs->filter.xor_checksum = sums->xor_checksum;
	memcpy(aecs->reserved, &progress, sizeof(progress));
	aecs->state = (uint16_t)inflate->state;
	memcpy(aecs->reserved3, &stored, sizeof(stored));
	save_tables(&inflate->tables, aecs);
	aecs->history_offset = (uint16_t)(inflate->at | (inflate->full ? WRAPPED : 0));
	memcpy(aecs->history, inflate->history, sizeof(aecs->history));
}
