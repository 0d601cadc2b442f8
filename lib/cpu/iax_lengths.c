/* SPDX-License-Identifier: MIT */
/* Huffman codes from frequencies, of a limited length. */
#include <string.h>

#include "../bits.h"
#include "iax_deflate.h"

struct leaf {
	uint32_t frequency, symbol;
};

/* Least frequent first. By insertion: most symbols of a block do not occur. */
static uint32_t sort(const uint32_t *frequencies, unsigned int symbols, struct leaf *leaves)
{
	uint32_t count = 0;

	for (unsigned int i = 0; i < symbols; i++) {
		uint32_t at = count;

		if (!frequencies[i])
			continue;
		for (; at && leaves[at - 1].frequency > frequencies[i]; at--)
			leaves[at] = leaves[at - 1];
		leaves[at] = (struct leaf){ frequencies[i], i };
		count++;
	}
	return count;
}

/*
 * Depths of a Huffman tree, of leaves that are sorted: nodes come into being in the order of their
 * weight, so that the two least are at the front of either queue.
 */
static void depths(const struct leaf *leaves, uint32_t count, uint32_t *per_depth,
		   unsigned int longest)
{
	uint32_t weight[2 * SVAI_LL_SYMBOLS], parent[2 * SVAI_LL_SYMBOLS] = { 0 },
							 depth[2 * SVAI_LL_SYMBOLS];
	uint32_t leaf = 0, node = count, root = 2 * count - 2;

	for (uint32_t i = 0; i < count; i++)
		weight[i] = leaves[i].frequency;
	for (uint32_t to = count; to <= root; to++) {
		weight[to] = 0;
		for (int child = 0; child < 2; child++) {
			bool take_leaf =
				leaf < count && (node == to || weight[leaf] <= weight[node]);
			uint32_t least = take_leaf ? leaf++ : node++;

			weight[to] += weight[least];
			parent[least] = to;
		}
	}
	depth[root] = 0;
	for (uint32_t i = root; i--;) {
		depth[i] = depth[parent[i]] + 1;
		if (i < count)
			per_depth[depth[i] < longest ? depth[i] : longest]++;
	}
}

/* Leaves that were too deep are now at the longest length: make room for them above. */
static void limit(uint32_t *per_depth, unsigned int longest)
{
	uint32_t sum = 0;

	for (unsigned int i = 1; i <= longest; i++)
		sum += per_depth[i] << (longest - i);
	while (sum > 1u << longest) {
		unsigned int i = longest - 1;

		while (!per_depth[i])
			i--;
		/* One leaf goes down, and takes one of the longest for its sibling. */
		per_depth[i]--;
		per_depth[i + 1] += 2;
		per_depth[longest]--;
		sum--;
	}
}

void svai_huffman_lengths(const uint32_t *frequencies, unsigned int symbols, unsigned int longest,
			  uint8_t *lengths)
{
	uint32_t per_depth[SVAI_MAX_LENGTH + 1] = { 0 };
	struct leaf leaves[SVAI_LL_SYMBOLS] = { 0 };
	uint32_t count = sort(frequencies, symbols, leaves), at = 0;

	memset(lengths, 0, symbols);
	if (count < 2) {
		/* One code of one bit: of the only symbol, or of any. */
		lengths[count ? leaves[0].symbol : 0] = 1;
		return;
	}
	depths(leaves, count, per_depth, longest);
	limit(per_depth, longest);
	for (unsigned int length = longest; length; length--)
		for (uint32_t left = per_depth[length]; left; left--)
			lengths[leaves[at++].symbol] = (uint8_t)length;
}

void svai_huffman_codes(const uint8_t *lengths, unsigned int symbols, uint16_t *codes)
{
	uint32_t next[SVAI_MAX_LENGTH + 2] = { 0 }, count[SVAI_MAX_LENGTH + 1] = { 0 };

	for (unsigned int i = 0; i < symbols; i++)
		count[lengths[i]]++;
	count[0] = 0;
	for (unsigned int length = 1; length <= SVAI_MAX_LENGTH; length++)
		next[length + 1] = (next[length] + count[length]) << 1;
	for (unsigned int i = 0; i < symbols; i++)
		codes[i] = lengths[i] ? (uint16_t)svai_reverse(next[lengths[i]]++, lengths[i]) : 0;
}
