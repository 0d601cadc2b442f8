/* SPDX-License-Identifier: MIT */
/* Prefix codes for what occurs, and the block header that says them (RFC 1951, 3.2.7). */
#include <string.h>

#include "iax.h"

#define MOST     EMU_IAX_LL_MAX
#define CL_BITS  7u
#define NO_CHILD 0xffffu

/* A node has a weight until it has a parent. */
struct node {
	uint32_t weight; /* 0: none */
	uint16_t parent;
};

/* The lightest of @n nodes, which leaves the others alone; NO_CHILD: there is none. */
static unsigned int lightest(struct node *nodes, unsigned int n)
{
	unsigned int found = NO_CHILD;

	for (unsigned int i = 0; i < n; i++)
		if (nodes[i].weight && (found == NO_CHILD || nodes[i].weight < nodes[found].weight))
			found = i;
	return found;
}

/* Join the two lightest until there is one. Returns how many nodes there are then. */
static unsigned int join(struct node *nodes, unsigned int n)
{
	for (;;) {
		unsigned int a = lightest(nodes, n), b;
		uint32_t weight = nodes[a].weight;

		nodes[a].weight = 0;
		b = lightest(nodes, n);
		if (b == NO_CHILD)
			return n;
		nodes[n].weight = weight + nodes[b].weight;
		nodes[b].weight = 0;
		nodes[a].parent = nodes[b].parent = (uint16_t)n++;
	}
}

static unsigned int depth(const struct node *nodes, unsigned int node, unsigned int root)
{
	unsigned int n = 0;

	for (; node != root; node = nodes[node].parent)
		n++;
	return n;
}

/* Lengths of the code words of Huffman's code; returns the longest. */
static unsigned int huffman(const uint32_t *frequency, unsigned int n, uint8_t *lengths)
{
	struct node nodes[2 * MOST] = { 0 };
	unsigned int root, longest = 0;

	for (unsigned int i = 0; i < n; i++)
		nodes[i].weight = frequency[i];
	root = join(nodes, n) - 1;
	for (unsigned int i = 0; i < n; i++) {
		lengths[i] = (uint8_t)(frequency[i] ? depth(nodes, i, root) : 0);
		if (lengths[i] > longest)
			longest = lengths[i];
	}
	return longest;
}

/* Code words of the same length follow each other (RFC 1951, 3.2.2). */
static void assign(const uint8_t *lengths, unsigned int n, uint32_t *codes)
{
	uint32_t next = 0;

	for (unsigned int len = 1; len <= EMU_IAX_BITS; len++, next <<= 1)
		for (unsigned int i = 0; i < n; i++)
			if (lengths[i] == len)
				codes[i] = SVA_IAX_CODE(next++, len);
}

/* A code of one word is not complete: there are always two. */
static void have_two(uint32_t *weights, unsigned int n)
{
	unsigned int used = 0;

	for (unsigned int i = 0; i < n; i++)
		used += weights[i] > 0;
	for (unsigned int i = 0; used < 2 && i < n; i++) {
		used += weights[i] == 0;
		weights[i] += weights[i] == 0;
	}
}

/* Too long code words become shorter when the symbols differ less. */
void emu_iax_make_code(const uint32_t *frequency, unsigned int n, unsigned int longest,
		       uint32_t *codes)
{
	uint32_t weights[MOST];
	uint8_t lengths[MOST];

	memcpy(weights, frequency, n * sizeof(*weights));
	memset(codes, 0, n * sizeof(*codes));
	have_two(weights, n);
	while (huffman(weights, n, lengths) > longest)
		for (unsigned int i = 0; i < n; i++)
			weights[i] = (weights[i] + 1) / 2;
	assign(lengths, n, codes);
}

/* The code lengths as symbols, with what follows those that repeat. */
struct sequence {
	uint8_t symbol[SVA_IAX_LL + SVA_IAX_D];
	uint8_t extra[SVA_IAX_LL + SVA_IAX_D];
	unsigned int n;
};

static void add(struct sequence *sequence, unsigned int symbol, unsigned int extra)
{
	sequence->symbol[sequence->n] = (uint8_t)symbol;
	sequence->extra[sequence->n++] = (uint8_t)extra;
}

static unsigned int length_of(uint32_t code)
{
	return code >> 15 & 15;
}

/* How many of the @n codes from the first one on have its length. */
static unsigned int equal(const uint32_t *codes, unsigned int n)
{
	unsigned int run = 1;

	while (run < n && length_of(codes[run]) == length_of(codes[0]))
		run++;
	return run;
}

/* Symbols for some of a run of equal lengths; returns for how many. */
static unsigned int add_run(struct sequence *sequence, unsigned int length, unsigned int run,
			    bool again)
{
	if (length == 0 && run >= 11) {
		run = run < 138 ? run : 138;
		add(sequence, 18, run - 11);
	} else if (length == 0 && run >= 3) {
		add(sequence, 17, run - 3);
	} else if (length > 0 && again && run >= 3) {
		run = run < 6 ? run : 6;
		add(sequence, 16, run - 3);
	} else {
		run = 1;
		add(sequence, length, 0);
	}
	return run;
}

static void add_lengths(struct sequence *sequence, const uint32_t *codes, unsigned int n)
{
	for (unsigned int i = 0; i < n;) {
		bool again = i > 0 && length_of(codes[i]) == length_of(codes[i - 1]);

		i += add_run(sequence, length_of(codes[i]), equal(codes + i, n - i), again);
	}
}

static unsigned int count_used(const uint32_t *codes, unsigned int n, unsigned int least)
{
	while (n > least && !codes[n - 1])
		n--;
	return n;
}

void emu_iax_write_header(struct emu_iax_writer *writer, bool final, const uint32_t *ll,
			  const uint32_t *d)
{
	static const uint8_t order[EMU_IAX_CL] = { 16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
						   11, 4,  12, 3, 13, 2, 14, 1, 15 };
	static const uint8_t extra[] = { 2, 3, 7 };
	unsigned int n_ll = count_used(ll, SVA_IAX_LL, 257), n_d = count_used(d, SVA_IAX_D, 1);
	uint32_t frequency[EMU_IAX_CL] = { 0 }, cl[EMU_IAX_CL];
	struct sequence sequence = { .n = 0 };

	add_lengths(&sequence, ll, n_ll);
	add_lengths(&sequence, d, n_d);
	for (unsigned int i = 0; i < sequence.n; i++)
		frequency[sequence.symbol[i]]++;
	emu_iax_make_code(frequency, EMU_IAX_CL, CL_BITS, cl);
	emu_iax_write(writer, (final ? 1 : 0) | 2 << 1, 3);
	emu_iax_write(writer, n_ll - 257, 5);
	emu_iax_write(writer, n_d - 1, 5);
	emu_iax_write(writer, EMU_IAX_CL - 4, 4);
	for (unsigned int i = 0; i < EMU_IAX_CL; i++)
		emu_iax_write(writer, length_of(cl[order[i]]), 3);
	for (unsigned int i = 0; i < sequence.n; i++) {
		emu_iax_write_code(writer, cl[sequence.symbol[i]]);
		if (sequence.symbol[i] >= 16)
			emu_iax_write(writer, sequence.extra[i], extra[sequence.symbol[i] - 16]);
	}
}
