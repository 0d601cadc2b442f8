/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "bits.h"
#include "cpu/iax_deflate.h"
#include "tables.h"

#define FIXED_BLOCK 2u /* not final, and its type: 3 bits */

/* The device wants code words with their first bit on top. */
static void set_codes(uint32_t *to, const struct svai_codes *codes, unsigned int symbols)
{
	for (unsigned int i = 0; i < symbols; i++)
		to[i] = SVA_IAX_CODE(svai_reverse(codes->code[i], codes->length[i]),
				     codes->length[i]);
}

static void set_tables(struct sva_iax_compress_aecs *aecs, struct svai_codes *ll,
		       struct svai_codes *d)
{
	set_codes(aecs->ll, ll, SVA_IAX_LL);
	set_codes(aecs->d, d, SVA_IAX_D);
}

void svai_tables_fixed(struct sva_iax_compress_aecs *aecs)
{
	struct svai_codes ll, d;

	memset(aecs, 0, sizeof(*aecs));
	svai_huffman_fixed(ll.length, d.length);
	svai_huffman_codes(ll.length, SVAI_LL_SYMBOLS, ll.code);
	svai_huffman_codes(d.length, SVAI_D_SYMBOLS, d.code);
	set_tables(aecs, &ll, &d);
	aecs->output_accumulator[0] = FIXED_BLOCK;
	aecs->output_accumulator_bits = 3;
}

static void make_code(struct svai_codes *code, uint32_t *counts, unsigned int symbols)
{
	for (unsigned int i = 0; i < symbols; i++)
		counts[i] += !counts[i];
	svai_huffman_lengths(counts, symbols, SVAI_MAX_LENGTH, code->length);
	svai_huffman_codes(code->length, symbols, code->code);
}

void svai_tables_dynamic(struct sva_iax_compress_aecs *aecs, struct sva_iax_histogram *histogram)
{
	struct svai_writer w = { .to = aecs->output_accumulator,
				 .end = aecs->output_accumulator +
					sizeof(aecs->output_accumulator) };
	struct svai_codes ll, d;

	memset(aecs, 0, sizeof(*aecs));
	make_code(&ll, histogram->ll, SVA_IAX_LL);
	make_code(&d, histogram->d, SVA_IAX_D);
	set_tables(aecs, &ll, &d);
	svai_put_header(&w, false, &ll, &d);
	aecs->output_accumulator_bits = (uint32_t)(8 * (w.to - aecs->output_accumulator)) + w.count;
	svai_put(&w, 0, 32 - w.count % 32); /* the last word */
	if (w.full)                         /* the lengths differ too wildly for such a header */
		svai_tables_fixed(aecs);
}
