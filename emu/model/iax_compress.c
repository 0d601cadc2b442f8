/* SPDX-License-Identifier: MIT */
/* Compression with the tables of the AECS, or of the data itself; and the count for tables. */
#include <string.h>

#include "iax.h"

#define EOB 256u

struct compress {
	struct emu_run *run;
	uint16_t flags; /* SVA_IAX_COMP_* */
	struct sva_iax_compress_aecs aecs;
	struct emu_iax_sums sums;
	struct emu_iax_matcher matcher;
	struct emu_iax_writer writer;
	uint32_t ll[SVA_IAX_LL]; /* code words */
	uint32_t d[SVA_IAX_D];
	unsigned int error;
};

/* The EOB counts if it would be written (unverified). */
static bool count(struct compress *job, struct sva_iax_histogram *histogram)
{
	struct emu_iax_symbols symbols;
	struct emu_iax_token token;

	memset(histogram, 0, sizeof(*histogram));
	emu_iax_matcher_init(&job->matcher, job->run, &job->sums);
	while (emu_iax_next_token(&job->matcher, &token)) {
		emu_iax_symbols(&token, &symbols);
		histogram->ll[symbols.ll]++;
		if (symbols.match)
			histogram->d[symbols.d]++;
	}
	if (job->flags & SVA_IAX_COMP_EOB_FINAL)
		histogram->ll[EOB]++;
	return !job->run->fault;
}

static void write_code(struct compress *job, uint32_t code)
{
	if (!(code >> 15 & 15))
		job->error = SVA_IAX_ERROR_UNUSED_CODE;
	emu_iax_write_code(&job->writer, code);
}

/* False: an error, a fault, or no room. */
static bool write_tokens(struct compress *job)
{
	struct emu_iax_symbols symbols;
	struct emu_iax_token token;

	emu_iax_matcher_init(&job->matcher, job->run, &job->sums);
	while (!job->error && !job->writer.failed && emu_iax_next_token(&job->matcher, &token)) {
		emu_iax_symbols(&token, &symbols);
		write_code(job, job->ll[symbols.ll]);
		emu_iax_write(&job->writer, symbols.ll_bits, symbols.ll_extra);
		if (!symbols.match)
			continue;
		write_code(job, job->d[symbols.d]);
		emu_iax_write(&job->writer, symbols.d_bits, symbols.d_extra);
	}
	return !job->error && !job->writer.failed && !job->run->fault;
}

static void write_end(struct compress *job)
{
	unsigned int end = job->flags & SVA_IAX_COMP_EOB_FINAL;

	if (!end)
		return;
	write_code(job, job->ll[EOB]);
	if (end == SVA_IAX_COMP_EOB)
		return;
	emu_iax_write(&job->writer, end == SVA_IAX_COMP_EOB_FINAL, 3);
	emu_iax_write(&job->writer, 0, -job->writer.bits % 8);
	emu_iax_write(&job->writer, 0xffff0000u, 32);
}

/* A block's header of the data's own. */
static bool generate(struct compress *job)
{
	bool final = (job->flags & SVA_IAX_COMP_HEADER_FINAL) == SVA_IAX_COMP_HEADER_FINAL;
	struct emu_iax_sums sums = job->sums;
	struct sva_iax_histogram histogram;

	if (!count(job, &histogram))
		return false;
	job->sums = sums; /* the data comes a second time */
	histogram.ll[EOB] = 1;
	emu_iax_make_code(histogram.ll, SVA_IAX_LL, EMU_IAX_BITS, job->ll);
	emu_iax_make_code(histogram.d, SVA_IAX_D, EMU_IAX_BITS, job->d);
	emu_iax_write_header(&job->writer, final, job->ll, job->d);
	return true;
}

/* The tables, and the bits that come first. False: a fault, or an AECS that makes no sense. */
static bool begin(struct compress *job)
{
	const struct sva_desc *desc = job->run->desc;
	struct sva_iax_compress_aecs *aecs = &job->aecs;
	bool read = sva_desc_flags(desc) & SVA_IAX_FLAG_SRC2_AECS;

	job->flags = desc->tail.iax_flags;
	memset(aecs, 0, sizeof(*aecs));
	if (read && !emu_iax_read_aecs(job->run, aecs, sizeof(*aecs)))
		return false;
	emu_iax_sums_init(&job->sums, desc, aecs->crc, aecs->xor_checksum);
	job->sums.odd = aecs->reserved[0];
	emu_iax_output_init(&job->writer.out, job->run);
	memcpy(job->ll, aecs->ll, sizeof(job->ll));
	memcpy(job->d, aecs->d, sizeof(job->d));
	if (aecs->output_accumulator_bits > 8 * sizeof(aecs->output_accumulator)) {
		job->error = SVA_IAX_ERROR_AECS;
		return false;
	}
	for (uint32_t i = 0; i < aecs->output_accumulator_bits; i++)
		emu_iax_write(&job->writer, aecs->output_accumulator[i / 8] >> i % 8 & 1, 1);
	return !(job->flags & SVA_IAX_COMP_HEADER) || generate(job);
}

/* Bits that were not written are the first ones of the next job. False: a fault. */
static bool save(struct compress *job)
{
	struct sva_iax_compress_aecs *aecs = &job->aecs;

	if (!(sva_desc_flags(job->run->desc) & SVA_IAX_FLAG_AECS_WRITE))
		return true;
	aecs->crc = emu_iax_crc(&job->sums);
	aecs->xor_checksum = job->sums.xor_checksum;
	aecs->reserved[0] = job->sums.odd; /* the model's own */
	aecs->output_accumulator_bits = job->writer.bits;
	memset(aecs->output_accumulator, 0, sizeof(aecs->output_accumulator));
	memcpy(aecs->output_accumulator, &job->writer.word, sizeof(job->writer.word));
	return emu_iax_write_aecs(job->run, aecs, sizeof(*aecs));
}

static unsigned int failure(const struct compress *job)
{
	if (job->run->fault)
		return job->run->fault;
	return emu_iax_fail(job->run, job->error ? job->error : SVA_IAX_ERROR_OVERFLOW);
}

static unsigned int finish(struct compress *job)
{
	struct sva_iax_record *record = emu_iax_record(job->run);

	if (job->flags & SVA_IAX_COMP_FLUSH) {
		record->output_bits = job->writer.bits % 8;
		emu_iax_write_out(&job->writer);
	}
	if (job->error || job->writer.failed || !emu_iax_finish(&job->writer.out) || !save(job))
		return failure(job);
	record->output_size = job->writer.out.size;
	emu_iax_record_sums(job->run, &job->sums);
	return SVA_STATUS_SUCCESS;
}

static unsigned int statistics(struct compress *job)
{
	struct sva_iax_histogram histogram;
	const uint8_t *bytes = (const uint8_t *)&histogram;

	if (!count(job, &histogram))
		return failure(job);
	for (size_t i = 0; i < sizeof(histogram) && !job->writer.failed; i++)
		job->writer.failed = !emu_iax_put(&job->writer.out, bytes[i]);
	return finish(job);
}

unsigned int emu_iax_compress(struct emu_run *run)
{
	struct compress job = { .run = run };

	if (!begin(&job))
		return failure(&job);
	if (job.flags & SVA_IAX_COMP_STATISTICS)
		return statistics(&job);
	if (!write_tokens(&job))
		return failure(&job);
	write_end(&job);
	return finish(&job);
}
