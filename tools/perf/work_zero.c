/* SPDX-License-Identifier: MIT */
/*
 * Zero compression of words of 32 bits, of which half are zero, and back. For each 32 words the
 * stream has as many bits, which say where words are that are not zero, and then those words.
 */
#include <sva/filter.h>

#include "contents.h"
#include "work.h"

#define WORD  4u
#define BITS  4u   /* bytes of the bits of a block */
#define BLOCK 128u /* bytes */

static bool is_zero(const uint8_t *word)
{
	return perf_bytes_check(word, WORD, 0) == WORD;
}

static void fill_words(uint8_t *words, const struct perf_slot *slot)
{
	perf_words_fill(words, slot->size, slot->seed);
	for (uint8_t *word = words; word < words + slot->size; word += WORD)
		if (word[3] & 0x80)
			memset(word, 0, WORD);
}

/* Returns the bytes of the stream. */
static size_t make_stream(uint8_t *stream, const uint8_t *words, size_t size)
{
	uint8_t *end = stream, *bits = stream;

	for (size_t i = 0; i < size / WORD; i++) {
		if (i * WORD % BLOCK == 0) {
			bits = memset(end, 0, BITS);
			end += BITS;
		}
		if (is_zero(words + i * WORD))
			continue;
		bits[i % 32 / 8] |= (uint8_t)(1u << i % 8);
		memcpy(end, words + i * WORD, WORD);
		end += WORD;
	}
	return (size_t)(end - stream);
}

/* Does the stream, which is in @room bytes, say these words? Returns its bytes; 0: it does not. */
static size_t check_stream(const uint8_t *stream, size_t room, const uint8_t *words, size_t size)
{
	const uint8_t *bits = stream;
	size_t at = 0;

	for (size_t i = 0; i < size / WORD; i++) {
		if (i * WORD % BLOCK == 0) {
			bits = stream + at;
			at += BITS;
		}
		if (at > room || is_zero(words + i * WORD) == (bits[i % 32 / 8] >> i % 8 & 1))
			return 0;
		if (is_zero(words + i * WORD))
			continue;
		if (room - at < WORD || memcmp(stream + at, words + i * WORD, WORD) != 0)
			return 0;
		at += WORD;
	}
	return at;
}

/* With half of the words left out, the stream is smaller than they are. */
static void fill_zero_compress(struct perf_slot *slot)
{
	fill_words(slot->in, slot);
	slot->room = slot->size;
}

static void spoil_zero(struct perf_slot *slot)
{
	memset(slot->out, 0xa5, slot->size);
	slot->made = 0;
}

static void prepare_zero_compress(struct sva_iax_op *op, const struct perf_slot *slot,
				  uint32_t flags)
{
	sva_iax_prep_zero_compress(op, slot->out, (uint32_t)slot->room, slot->in, slot->size,
				   8 * WORD, flags);
}

static int call_zero_compress(struct sva_wq *wq, struct perf_slot *slot)
{
	slot->made = slot->room;
	return sva_zero_compress(wq, slot->out, &slot->made, slot->in, slot->size, 8 * WORD, NULL);
}

static const char *check_zero_compress(const struct perf_slot *slot, bool answered)
{
	size_t size = check_stream(slot->out, slot->room, slot->in, slot->size);

	if (!size)
		return "the stream is not of what was compressed";
	return answered && slot->made != size ? "the stream has another length" : NULL;
}

static void fill_zero_decompress(struct perf_slot *slot)
{
	fill_words(slot->out, slot);
	slot->in_size = make_stream(slot->in, slot->out, slot->size);
}

static void prepare_zero_decompress(struct sva_iax_op *op, const struct perf_slot *slot,
				    uint32_t flags)
{
	sva_iax_prep_zero_decompress(op, slot->out, (uint32_t)slot->size, slot->in, slot->in_size,
				     8 * WORD, flags);
}

static int call_zero_decompress(struct sva_wq *wq, struct perf_slot *slot)
{
	slot->made = slot->size;
	return sva_zero_decompress(wq, slot->out, &slot->made, slot->in, slot->in_size, 8 * WORD,
				   NULL);
}

static const char *check_zero_decompress(const struct perf_slot *slot, bool answered)
{
	if (!check_stream(slot->in, slot->in_size, slot->out, slot->size))
		return "the words are other ones";
	return answered && slot->made != slot->size ? "there are more words or fewer" : NULL;
}

const struct perf_work perf_work_zeros[] = {
	{ .name = "zero-compress",
	  .opcode = SVA_IAX_OP_ZERO_COMPRESS_32,
	  .unit = BLOCK,
	  .fill = fill_zero_compress,
	  .spoil = spoil_zero,
	  .prepare_iax = prepare_zero_compress,
	  .call = call_zero_compress,
	  .check = check_zero_compress },
	{ .name = "zero-decompress",
	  .opcode = SVA_IAX_OP_ZERO_DECOMPRESS_32,
	  .unit = BLOCK,
	  .fill = fill_zero_decompress,
	  .spoil = spoil_zero,
	  .prepare_iax = prepare_zero_decompress,
	  .call = call_zero_decompress,
	  .check = check_zero_decompress },
	{ 0 },
};
