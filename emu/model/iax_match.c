/* SPDX-License-Identifier: MIT */
/*
 * The search for matches. How the device does it is not specified: any matches within the history
 * are good. Here the last place with the same three bytes is looked at, and no other.
 */
#include <string.h>

#include "iax.h"

#define LONGEST  258u
#define SHORTEST 3u

void emu_iax_matcher_init(struct emu_iax_matcher *matcher, struct emu_run *run,
			  struct emu_iax_sums *sums)
{
	const struct sva_desc *desc = run->desc;

	emu_iax_source_init(&matcher->source, run, desc->src_addr, desc->xfer_size, EMU_SRC);
	matcher->sums = sums;
	matcher->literals = desc->tail.iax_flags & SVA_IAX_COMP_LITERALS;
	matcher->pos = 0;
	matcher->filled = 0;
	memset(matcher->head, 0, sizeof(matcher->head));
}

static uint8_t *data_at(struct emu_iax_matcher *matcher, uint32_t pos)
{
	return &matcher->data[pos % sizeof(matcher->data)];
}

/* Read ahead, but keep the history. */
static bool fill(struct emu_iax_matcher *matcher)
{
	while (matcher->filled < matcher->source.size &&
	       matcher->filled - matcher->pos < SVA_IAX_HISTORY) {
		int byte = emu_iax_byte(&matcher->source, matcher->filled);

		if (byte < 0)
			return false;
		*data_at(matcher, matcher->filled++) = (uint8_t)byte;
		emu_iax_sum(matcher->sums, (uint8_t)byte);
	}
	return true;
}

/* The last position with these three bytes, and 1; from now on it is @pos. */
static uint32_t look_up(struct emu_iax_matcher *matcher, uint32_t pos)
{
	uint32_t hash = *data_at(matcher, pos), found;

	if (matcher->filled - pos < SHORTEST)
		return 0;
	hash = hash << 8 | *data_at(matcher, pos + 1);
	hash = hash << 8 | *data_at(matcher, pos + 2);
	hash = hash * 2654435761u >> 20;
	found = matcher->head[hash];
	matcher->head[hash] = pos + 1;
	return found;
}

static uint32_t match_length(struct emu_iax_matcher *matcher, uint32_t candidate)
{
	uint32_t most = matcher->filled - matcher->pos, length = 0;

	if (most > LONGEST)
		most = LONGEST;
	while (length < most &&
	       *data_at(matcher, candidate + length) == *data_at(matcher, matcher->pos + length))
		length++;
	return length;
}

bool emu_iax_next_token(struct emu_iax_matcher *matcher, struct emu_iax_token *token)
{
	uint32_t found, distance;

	if (matcher->filled - matcher->pos < LONGEST && !fill(matcher))
		return false;
	if (matcher->pos == matcher->filled)
		return false;
	*token = (struct emu_iax_token){ .literal = *data_at(matcher, matcher->pos) };
	found = matcher->literals ? 0 : look_up(matcher, matcher->pos);
	distance = matcher->pos + 1 - found;
	if (found && distance <= SVA_IAX_HISTORY)
		token->length = match_length(matcher, found - 1);
	if (token->length < SHORTEST)
		token->length = 0;
	token->distance = token->length ? distance : 0;
	for (uint32_t i = 1; i < token->length; i++)
		look_up(matcher, matcher->pos + i);
	matcher->pos += token->length ? token->length : 1;
	return true;
}
