/* SPDX-License-Identifier: MIT */
#include "iax_aecs.h"

#include <string.h>

#define MARK 0x53564149u

/* At the beginning of reserved2: 598 bytes. */
struct kept {
	uint32_t mark; /* the codes are valid */
	uint32_t stored_left;
	uint16_t copy_length, copy_distance;
	uint16_t more_bits; /* of input that the accumulator has no room for */
	uint8_t codes[(SVAI_LL_SYMBOLS + SVAI_D_SYMBOLS) / 2]; /* lengths, two in a byte */
	uint8_t more[SVAI_PENDING_BYTES - 8 * SVA_IAX_ACCUMULATOR];
};

_Static_assert(sizeof(struct kept) <= 598, "it is kept in reserved2");

#define WITH_HISTORY(size) ((size) >= sizeof(struct sva_iax_decompress_aecs))
#define WRAPPED            0x8000u

static unsigned int load_input(const struct sva_iax_decompress_aecs *aecs, const struct kept *kept,
			       struct svai_inflate *z)
{
	for (unsigned int i = 0; i < SVA_IAX_ACCUMULATOR; i++) {
		unsigned int count = aecs->input_accumulator_bits[i];

		if (count > 64 || !svai_inflate_push(z, aecs->input_accumulator[i], count))
			return SVA_IAX_ERROR_AECS;
	}
	if (kept->mark != MARK)
		return 0;
	for (unsigned int i = 0; i < kept->more_bits; i += 8) {
		unsigned int count = kept->more_bits - i < 8 ? kept->more_bits - i : 8;

		if (i / 8 == sizeof(kept->more) || !svai_inflate_push(z, kept->more[i / 8], count))
			return SVA_IAX_ERROR_AECS;
	}
	return 0;
}

static unsigned int load_history(const struct sva_iax_decompress_aecs *aecs, struct svai_inflate *z)
{
	uint32_t at = aecs->history_offset & (WRAPPED - 1);

	if (at > SVA_IAX_HISTORY)
		return SVA_IAX_ERROR_AECS;
	z->history = aecs->history_offset & WRAPPED ? SVA_IAX_HISTORY : at;
	/* The last byte goes right in front of the chunk. */
	memcpy(z->chunk - at, aecs->history, at);
	if (z->history > at)
		memcpy(z->chunk - z->history, aecs->history + at, z->history - at);
	return 0;
}

static unsigned int load_kept(const struct kept *kept, struct svai_inflate *z)
{
	unsigned int error;

	if (kept->mark != MARK || kept->copy_length > 258 ||
	    (kept->copy_length && (!kept->copy_distance || kept->copy_distance > z->history)))
		return SVA_IAX_ERROR_AECS;
	z->copy_length = kept->copy_length;
	z->copy_distance = kept->copy_distance;
	for (unsigned int i = 0; i < sizeof(z->lengths); i++)
		z->lengths[i] = kept->codes[i / 2] >> i % 2 * 4 & 15;
	error = svai_inflate_codes(z);
	return error ? SVA_IAX_ERROR_AECS : 0;
}

static unsigned int load_state(const struct sva_iax_decompress_aecs *aecs, const struct kept *kept,
			       struct svai_inflate *z)
{
	unsigned int state = aecs->state & (SVA_IAX_STATE_HEADER | SVA_IAX_STATE_STORED);

	if (aecs->state > 15 || state == (SVA_IAX_STATE_HEADER | SVA_IAX_STATE_STORED))
		return SVA_IAX_ERROR_AECS;
	z->final = aecs->state & SVA_IAX_STATE_FINAL;
	if (aecs->state & SVA_IAX_STATE_EOB) {
		z->ended = z->final; /* only the end of the last one is also the end of this job */
		return 0;
	}
	if (state == SVA_IAX_STATE_TOKEN)
		return load_kept(kept, z);
	if (state == SVA_IAX_STATE_STORED && kept->stored_left > 0xffff)
		return SVA_IAX_ERROR_AECS;
	z->stored_left = kept->stored_left;
	z->state = state;
	return 0;
}

static unsigned int load_held(const struct sva_iax_decompress_aecs *aecs, struct svai_held *held)
{
	/* Bit 0 says that the format is the second one. */
	uint32_t bits = aecs->output_accumulator_bits & ~1u;

	if (bits % 8 || bits >= 64)
		return SVA_IAX_ERROR_AECS;
	held->count = bits / 8;
	memcpy(held->bytes, &aecs->output_accumulator, sizeof(held->bytes));
	return 0;
}

unsigned int svai_aecs_load(const struct sva_iax_decompress_aecs *aecs, uint32_t size,
			    struct svai_inflate *z, struct svai_held *held)
{
	struct kept kept;
	unsigned int error = 0;

	memcpy(&kept, aecs->reserved2, sizeof(kept));
	if (aecs->format > 1 || aecs->drop_initial_bits)
		return SVA_IAX_ERROR_AECS;
	if (WITH_HISTORY(size))
		error = load_history(aecs, z);
	if (!error)
		error = load_held(aecs, held);
	if (!error)
		error = load_input(aecs, &kept, z);
	return error ? error : load_state(aecs, &kept, z);
}

/* All bits that are left, by bytes that need not be whole. */
static void save_input(struct sva_iax_decompress_aecs *aecs, struct kept *kept,
		       struct svai_inflate *z)
{
	uint64_t *words = aecs->input_accumulator;
	uint32_t pos = 0;
	unsigned int n;
	uint8_t bits;

	while ((n = svai_inflate_next(z, &bits))) {
		for (unsigned int i = 0; i < n && pos < 8 * SVAI_PENDING_BYTES; i++, pos++) {
			uint32_t more = pos - 64 * SVA_IAX_ACCUMULATOR;

			if (pos < 64 * SVA_IAX_ACCUMULATOR)
				words[pos / 64] |= (uint64_t)(bits >> i & 1) << pos % 64;
			else
				kept->more[more / 8] |= (uint8_t)((bits >> i & 1) << more % 8);
		}
	}
	for (unsigned int i = 0; i < SVA_IAX_ACCUMULATOR; i++) {
		uint32_t left = pos > 64 * i ? pos - 64 * i : 0;

		aecs->input_accumulator_bits[i] = (uint8_t)(left < 64 ? left : 64);
	}
	if (pos > 64 * SVA_IAX_ACCUMULATOR)
		kept->more_bits = (uint16_t)(pos - 64 * SVA_IAX_ACCUMULATOR);
}

static void save_history(struct sva_iax_decompress_aecs *aecs, const struct svai_inflate *z)
{
	uint32_t count = z->history + z->chunk_size;

	if (count > SVA_IAX_HISTORY)
		count = SVA_IAX_HISTORY;
	memcpy(aecs->history, z->chunk + z->chunk_size - count, count);
	aecs->history_offset = count == SVA_IAX_HISTORY ? WRAPPED : (uint16_t)count;
}

void svai_aecs_save(struct sva_iax_decompress_aecs *aecs, uint32_t size, struct svai_inflate *z,
		    const struct svai_held *held)
{
	struct kept kept = { .mark = MARK,
			     .stored_left = z->stored_left,
			     .copy_length = (uint16_t)z->copy_length,
			     .copy_distance = (uint16_t)z->copy_distance };

	aecs->output_accumulator_bits &= 1;
	aecs->output_accumulator_bits |= 8 * held->count;
	memcpy(&aecs->output_accumulator, held->bytes, sizeof(held->bytes));
	memset(aecs->input_accumulator, 0, sizeof(aecs->input_accumulator));
	save_input(aecs, &kept, z);
	if (z->state == SVA_IAX_STATE_TOKEN)
		for (unsigned int i = 0; i < sizeof(z->lengths); i++)
			kept.codes[i / 2] |= (uint8_t)(z->lengths[i] << i % 2 * 4);
	memcpy(aecs->reserved2, &kept, sizeof(kept));
	aecs->state = (uint16_t)(z->state | (z->final ? SVA_IAX_STATE_FINAL : 0) |
				 (z->ended ? SVA_IAX_STATE_EOB : 0));
	if (WITH_HISTORY(size))
		save_history(aecs, z);
}
