/* SPDX-License-Identifier: MIT */
/* Decompression of a stream, or of a part of one that goes on in the next job. */
#include <string.h>

#include "iax.h"

#define WORD 8u /* bytes: what is written at once without the flag to flush */

struct decompress {
	struct emu_run *run;
	struct emu_iax_inflate inflate;
	struct emu_iax_output out;
	struct emu_iax_sums sums;
	struct sva_iax_decompress_aecs aecs;
	uint8_t held[WORD]; /* output that waits for the rest of its word */
	uint32_t n_held;
};

static bool has_flag(const struct decompress *job, uint32_t flag)
{
	return job->inflate.flags & flag;
}

/* The accumulator's lowest bit says which format the AECS has. */
static void load_held(struct decompress *job)
{
	job->n_held = job->aecs.output_accumulator_bits / 8 % WORD;
	for (uint32_t i = 0; i < job->n_held; i++)
		job->held[i] = (uint8_t)(job->aecs.output_accumulator >> i * 8);
}

static void save_held(struct decompress *job)
{
	job->aecs.output_accumulator = 0;
	for (uint32_t i = 0; i < job->n_held; i++)
		job->aecs.output_accumulator |= (uint64_t)job->held[i] << i * 8;
	job->aecs.output_accumulator_bits &= 1;
	job->aecs.output_accumulator_bits |= job->n_held * 8;
}

/* False: a fault, or an AECS that makes no sense (error). */
static bool begin(struct decompress *job)
{
	const struct sva_desc *desc = job->run->desc;
	bool read = sva_desc_flags(desc) & SVA_IAX_FLAG_SRC2_AECS;

	emu_iax_inflate_init(&job->inflate, job->run);
	emu_iax_output_init(&job->out, job->run);
	memset(&job->aecs, 0, sizeof(job->aecs));
	if (read && !emu_iax_read_aecs(job->run, &job->aecs, sizeof(job->aecs)))
		return false;
	emu_iax_sums_init(&job->sums, desc, job->aecs.filter.crc, job->aecs.filter.xor_checksum);
	load_held(job);
	if (!read || desc->iax.src2_size < EMU_IAX_AECS_STATE)
		return true;
	job->sums.odd = emu_iax_loaded_odd(&job->aecs);
	if (!emu_iax_load_state(&job->inflate, job->run, &job->aecs))
		job->inflate.error = SVA_IAX_ERROR_AECS;
	return !job->inflate.error;
}

/* Write what is held, byte by byte; false: there is no room, or a fault. */
static bool release(struct decompress *job)
{
	while (job->n_held > 0) {
		if (!emu_iax_put(&job->out, job->held[0]))
			return false;
		memmove(job->held, job->held + 1, --job->n_held);
	}
	return true;
}

/* Is there room for another byte? Of words, for a whole one. */
static bool has_room(const struct decompress *job)
{
	uint32_t room = job->out.room - job->out.size;

	if (has_flag(job, SVA_IAX_DECOMP_NO_OUTPUT))
		return true;
	if (has_flag(job, SVA_IAX_DECOMP_FLUSH))
		return room > 0;
	return job->n_held < WORD - 1 || room >= WORD;
}

/* False: a fault. */
static bool add(struct decompress *job, uint8_t byte)
{
	emu_iax_sum(&job->sums, byte);
	if (has_flag(job, SVA_IAX_DECOMP_NO_OUTPUT))
		return true;
	if (has_flag(job, SVA_IAX_DECOMP_FLUSH))
		return emu_iax_put(&job->out, byte);
	job->held[job->n_held++] = byte;
	return job->n_held < WORD || release(job);
}

/* SVA_STATUS_SUCCESS, SVA_STATUS_OUTPUT_OVERFLOW, or 0: a fault. */
static unsigned int inflate_all(struct decompress *job)
{
	bool flush = has_flag(job, SVA_IAX_DECOMP_FLUSH);

	if (flush && !has_flag(job, SVA_IAX_DECOMP_NO_OUTPUT) && !release(job))
		return job->run->fault ? 0 : SVA_STATUS_OUTPUT_OVERFLOW;
	while (emu_iax_inflate_ready(&job->inflate)) {
		if (!has_room(job))
			return SVA_STATUS_OUTPUT_OVERFLOW;
		if (!add(job, emu_iax_inflate_take(&job->inflate)))
			return 0;
	}
	if (job->run->fault || !emu_iax_finish(&job->out))
		return 0;
	return SVA_STATUS_SUCCESS;
}

/* Bytes of the source that the next job does not need: of the last one, bits may stay. */
static uint32_t consumed(struct emu_iax_bits *in)
{
	uint64_t bytes = in->pos > in->acc_bits ? (in->pos - in->acc_bits + 7) / 8 : 0;

	in->end = in->acc_bits + bytes * 8;
	return (uint32_t)bytes;
}

/* What the input has behind the end of the stream is only counted. */
static void leave(struct decompress *job)
{
	struct emu_iax_bits *in = &job->inflate.in;
	uint64_t left = in->end - in->pos;

	job->aecs.bits_left = (uint16_t)(left < UINT16_MAX ? left : UINT16_MAX);
	if (job->inflate.stopped)
		in->pos = in->end;
}

/* The AECS for the next job. False: a fault, or bits that do not fit (error). */
static bool save(struct decompress *job)
{
	struct emu_iax_bits *in = &job->inflate.in;

	leave(job);
	if (in->end - in->pos > sizeof(in->acc) * 8) {
		job->inflate.error = SVA_IAX_ERROR_HEADER_SIZE;
		return false;
	}
	if (!emu_iax_save_bits(in, &job->aecs))
		return false;
	save_held(job);
	emu_iax_save_state(&job->inflate, &job->sums, &job->aecs);
	return emu_iax_write_aecs(job->run, &job->aecs, sizeof(job->aecs));
}

static bool must_save(const struct decompress *job, unsigned int status)
{
	uint32_t flags = sva_desc_flags(job->run->desc);

	return flags & SVA_IAX_FLAG_AECS_WRITE ||
	       (flags & SVA_IAX_FLAG_AECS_OVERFLOW && status == SVA_STATUS_OUTPUT_OVERFLOW);
}

static unsigned int finish(struct decompress *job, unsigned int status)
{
	struct sva_iax_record *record = emu_iax_record(job->run);

	record->output_size = job->out.size;
	if (status == SVA_STATUS_OUTPUT_OVERFLOW) {
		if (!emu_iax_finish(&job->out))
			return job->run->fault;
		record->bytes_completed = consumed(&job->inflate.in);
	} else if (!emu_iax_inflate_ended_well(&job->inflate)) {
		return emu_iax_fail(job->run, SVA_IAX_ERROR_NO_EOB);
	}
	emu_iax_record_sums(job->run, &job->sums);
	if (must_save(job, status) && !save(job))
		return job->run->fault ? job->run->fault
				       : emu_iax_fail(job->run, job->inflate.error);
	return status;
}

unsigned int emu_iax_decompress(struct emu_run *run)
{
	struct decompress job = { .run = run };
	unsigned int status;

	if (!begin(&job))
		return run->fault ? run->fault : emu_iax_fail(run, SVA_IAX_ERROR_AECS);
	status = inflate_all(&job);
	if (run->fault)
		return run->fault;
	if (job.inflate.error)
		return emu_iax_fail(run, job.inflate.error);
	return finish(&job, status);
}
