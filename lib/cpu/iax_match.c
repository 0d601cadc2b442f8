/* SPDX-License-Identifier: MIT */
/*
 * The search for matches: one candidate for each place, the last one with the same four bytes, and
 * the first match that is found is taken. No device says how it searches.
 */
#include <string.h>

#include "iax_deflate.h"

#define LONGEST  258u
#define SHORTEST 4u /* what the hash covers */

void svai_matcher_begin(struct svai_matcher *m, const uint8_t *src, uint32_t size, bool literals)
{
	m->src = src;
	m->size = size;
	m->pos = 0;
	m->literals = literals;
	memset(m->heads, 0, sizeof(m->heads));
}

static uint32_t load32(const uint8_t *from)
{
	uint32_t v;

	memcpy(&v, from, sizeof(v));
	return v;
}

static uint64_t load64(const uint8_t *from)
{
	uint64_t v;

	memcpy(&v, from, sizeof(v));
	return v;
}

static uint32_t hash(const uint8_t *from)
{
	return load32(from) * 0x9e3779b1u >> (32 - SVAI_MATCH_HASH);
}

/* How many bytes are equal, at most @max; four of them are known to be. */
static uint32_t equal(const uint8_t *a, const uint8_t *b, uint32_t max)
{
	uint32_t n = SHORTEST;

	for (; max - n >= 8; n += 8) {
		uint64_t differ = load64(a + n) ^ load64(b + n);

		if (differ)
			return n + (uint32_t)__builtin_ctzll(differ) / 8;
	}
	while (n < max && a[n] == b[n])
		n++;
	return n;
}

/* The length of the match at the current position, or 0. */
static uint32_t find(struct svai_matcher *m, uint32_t *distance)
{
	const uint8_t *here = m->src + m->pos;
	uint32_t left = m->size - m->pos, *head = &m->heads[hash(here)], last = *head;

	*head = m->pos + 1;
	*distance = m->pos + 1 - last;
	if (!last || *distance > SVA_IAX_HISTORY || load32(here) != load32(here - *distance))
		return 0;
	return equal(here, here - *distance, left < LONGEST ? left : LONGEST);
}

/* Some places inside of the match, for those to come. */
static void skip(struct svai_matcher *m, uint32_t length)
{
	uint32_t end = m->pos + length;

	for (uint32_t pos = m->pos + 1; pos < end && m->size - pos >= SHORTEST; pos += 2)
		m->heads[hash(m->src + pos)] = pos + 1;
	m->pos = end;
}

uint32_t svai_matcher_next(struct svai_matcher *m, svai_token *tokens, uint32_t max)
{
	uint32_t count = 0;

	while (count < max && m->pos < m->size) {
		uint32_t length = 0, distance;

		if (!m->literals && m->size - m->pos >= SHORTEST)
			length = find(m, &distance);
		if (!length) {
			tokens[count++] = m->src[m->pos++];
			continue;
		}
		tokens[count++] = SVAI_TOKEN_MATCH | distance << 16 | (length - 3);
		skip(m, length);
	}
	return count;
}
