/* SPDX-License-Identifier: MIT */
/*
 * Compression, with the tables and the first bits of the AECS, or with a header that it generates;
 * and statistics for the making of tables.
 *
 * Source: as in include/sva/iax.h.
 */
#include <string.h>

#include "iax.h"
#include "iax_aecs.h"
#include "iax_checksum.h"
#include "iax_deflate.h"

#define TOKENS 1024u /* at a time */

#define ENDS   SVA_IAX_COMP_EOB_FINAL

struct job {
	const struct sva_desc *desc;
	const struct sva_iax_compress_aecs *aecs; /* NULL: none is read */
	struct svai_checksum sum;
	struct svai_writer out;
	struct svai_codes ll, d;
	struct svai_matcher matcher;
};

static void begin(struct job *j, const struct sva_desc *desc)
{
	const uint8_t *src = (const uint8_t *)desc->src_addr;

	j->desc = desc;
	j->aecs = svai_aecs_read(desc);
	svai_checksum_begin(&j->sum, desc,
			    (const struct sva_iax_filter_aecs *)(const void *)j->aecs);
	svai_checksum_update(&j->sum, src, desc->xfer_size);
	svai_matcher_begin(&j->matcher, src, desc->xfer_size,
			   desc->tail.iax_flags & SVA_IAX_COMP_LITERALS);
	j->out = (struct svai_writer){ .to = (uint8_t *)desc->dst_addr };
	j->out.end = j->out.to + desc->iax.max_dst_size;
}

/* Code words: not reversed, with the length above them. */
static void load_codes(struct svai_codes *codes, const uint32_t *words, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		unsigned int length = words[i] >> 15 & 15;
		uint32_t code = words[i], reversed = 0;

		codes->length[i] = (uint8_t)length;
		for (; length; length--, code >>= 1)
			reversed = reversed << 1 | (code & 1);
		codes->code[i] = (uint16_t)reversed;
	}
}

static unsigned int load(struct job *j)
{
	uint32_t bits = j->aecs->output_accumulator_bits;

	if (bits > 8 * sizeof(j->aecs->output_accumulator))
		return SVA_IAX_ERROR_AECS;
	for (uint32_t i = 0; i < bits; i += 8) {
		unsigned int n = bits - i < 8 ? bits - i : 8;

		svai_put(&j->out, j->aecs->output_accumulator[i / 8] & ((1u << n) - 1), n);
	}
	load_codes(&j->ll, j->aecs->ll, SVA_IAX_LL);
	load_codes(&j->d, j->aecs->d, SVA_IAX_D);
	return 0;
}

static unsigned int put_all(struct job *j)
{
	svai_token tokens[TOKENS];
	uint32_t count;

	while ((count = svai_matcher_next(&j->matcher, tokens, TOKENS)) && !j->out.full)
		if (!svai_put_tokens(&j->out, &j->ll, &j->d, tokens, count))
			return SVA_IAX_ERROR_UNUSED_CODE;
	return 0;
}

/* Tokens are made once; the header goes before them. */
static unsigned int put_with_header(struct job *j)
{
	bool final =
		(j->desc->tail.iax_flags & SVA_IAX_COMP_HEADER_FINAL) == SVA_IAX_COMP_HEADER_FINAL;
	struct sva_iax_histogram histogram = { 0 };
	svai_token tokens[SVAI_HEADER_INPUT];
	uint32_t count = svai_matcher_next(&j->matcher, tokens, SVAI_HEADER_INPUT);

	svai_count(&histogram, tokens, count);
	histogram.ll[SVAI_EOB]++; /* a decoder wants one, written here or by a later job */
	memset(j->ll.length, 0, sizeof(j->ll.length));
	memset(j->d.length, 0, sizeof(j->d.length));
	svai_huffman_lengths(histogram.ll, SVA_IAX_LL, SVAI_MAX_LENGTH, j->ll.length);
	svai_huffman_lengths(histogram.d, SVA_IAX_D, SVAI_MAX_LENGTH, j->d.length);
	svai_huffman_codes(j->ll.length, SVA_IAX_LL, j->ll.code);
	svai_huffman_codes(j->d.length, SVA_IAX_D, j->d.code);
	svai_put_header(&j->out, final, &j->ll, &j->d);
	svai_put_tokens(&j->out, &j->ll, &j->d, tokens, count);
	return 0;
}

/* EOB; and an empty stored block: a header, bits up to a whole byte, and two lengths. */
static unsigned int put_end(struct job *j)
{
	uint32_t end = j->desc->tail.iax_flags & ENDS;

	if (!end)
		return 0;
	if (!j->ll.length[SVAI_EOB])
		return SVA_IAX_ERROR_UNUSED_CODE;
	svai_put(&j->out, j->ll.code[SVAI_EOB], j->ll.length[SVAI_EOB]);
	if (end == SVA_IAX_COMP_EOB)
		return 0;
	svai_put(&j->out, end == SVA_IAX_COMP_EOB_FINAL, 3);
	svai_put(&j->out, 0, -j->out.count % 8);
	svai_put(&j->out, 0xffff0000, 32);
	return 0;
}

/* Whole bytes of the bits that wait; the last one if it is to be flushed, or stays in the AECS. */
static void put_rest(struct job *j, struct sva_iax_record *record)
{
	struct svai_writer *w = &j->out;
	bool flush = j->desc->tail.iax_flags & SVA_IAX_COMP_FLUSH;

	if (flush) {
		record->output_bits = (uint8_t)(w->count % 8);
		w->count = (w->count + 7) & ~7u;
	}
	for (; w->count >= 8 && !w->full; w->count -= 8, w->bits >>= 8) {
		if (w->to == w->end)
			w->full = true;
		else
			*w->to++ = (uint8_t)w->bits;
	}
}

static void save(struct job *j)
{
	struct sva_iax_compress_aecs *to = svai_aecs_written(j->desc);

	if (!(j->desc->op_flags & SVA_IAX_FLAG_AECS_WRITE))
		return;
	if (j->aecs)
		memcpy(to, j->aecs, sizeof(*to));
	else
		memset(to, 0, sizeof(*to));
	to->crc = j->sum.crc;
	to->xor_checksum = j->sum.xor_checksum;
	to->output_accumulator_bits = j->out.count;
	memset(to->output_accumulator, 0, sizeof(to->output_accumulator));
	memcpy(to->output_accumulator, &j->out.bits, sizeof(j->out.bits));
}

static unsigned int fail(struct sva_iax_record *record, unsigned int error)
{
	record->error_code = (uint8_t)error;
	return SVA_STATUS_ANALYTICS;
}

static unsigned int compress(struct job *j, struct sva_iax_record *record)
{
	bool generated = j->desc->tail.iax_flags & SVA_IAX_COMP_HEADER;
	unsigned int error = generated ? 0 : load(j);

	if (!error)
		error = generated ? put_with_header(j) : put_all(j);
	if (!error)
		error = put_end(j);
	if (!error)
		put_rest(j, record);
	if (!error && j->out.full)
		error = SVA_IAX_ERROR_OVERFLOW;
	if (error)
		return fail(record, error);
	save(j);
	record->output_size = (uint32_t)(j->out.to - (uint8_t *)j->desc->dst_addr);
	record->bytes_completed = j->desc->xfer_size;
	svai_checksum_end(&j->sum, record);
	return SVA_STATUS_SUCCESS;
}

/* EOB counts if it would be written (unverified). */
static unsigned int statistics(struct job *j, struct sva_iax_record *record)
{
	struct sva_iax_histogram histogram = { 0 };
	svai_token tokens[TOKENS];
	uint32_t count;

	while ((count = svai_matcher_next(&j->matcher, tokens, TOKENS)))
		svai_count(&histogram, tokens, count);
	histogram.ll[SVAI_EOB] = (j->desc->tail.iax_flags & ENDS) != 0;
	memcpy((void *)j->desc->dst_addr, &histogram, sizeof(histogram));
	record->output_size = sizeof(histogram);
	record->bytes_completed = j->desc->xfer_size;
	svai_checksum_end(&j->sum, record);
	return SVA_STATUS_SUCCESS;
}

unsigned int svai_iax_compress(const struct sva_desc *desc, struct sva_iax_record *record)
{
	struct job j;

	begin(&j, desc);
	if (desc->tail.iax_flags & SVA_IAX_COMP_STATISTICS)
		return statistics(&j, record);
	return compress(&j, record);
}
