/* SPDX-License-Identifier: MIT */
/*
 * Encryption and decryption by AES-CFB, of segments of 128 bits (NIST SP 800-38A, 6.3).
 *
 * accel-config has jobs of whole blocks that do not change the AECS, and OpenSSL agrees with what
 * the device makes of them. What is written to the AECS, and how input is kept there that is less
 * than a block, is (unverified).
 */
#include <string.h>

#include "iax.h"

#define BLOCK EMU_IAX_AES_BLOCK
#define FLAGS (SVA_IAX_CIPHER_ALWAYS | SVA_IAX_CIPHER_KEY_256 | SVA_IAX_CIPHER_FLUSH_INPUT)

struct cipher {
	bool encrypt;
	struct emu_iax_aes aes;
	uint8_t before[BLOCK]; /* the last whole block of encrypted data */
	uint8_t pad[BLOCK];    /* what this one is combined with */
	uint8_t block[BLOCK];  /* of encrypted data */
};

/* The byte at @offset of the whole. */
static uint8_t run_byte(struct cipher *c, uint32_t offset, uint8_t in)
{
	uint32_t at = offset % BLOCK;
	uint8_t out;

	if (at == 0) {
		memcpy(c->pad, c->before, BLOCK);
		emu_iax_aes(&c->aes, c->pad);
	}
	out = in ^ c->pad[at];
	c->block[at] = c->encrypt ? out : in;
	if (at == BLOCK - 1)
		memcpy(c->before, c->block, BLOCK);
	return out;
}

/* What the AECS has kept of the jobs before, and then the source. Negative: a fault. */
static int input(struct emu_iax_source *source, const struct sva_iax_cipher_aecs *aecs,
		 uint32_t offset)
{
	uint32_t kept = aecs->accumulator_sizes;

	return offset < kept ? aecs->input_accumulator[offset]
			     : emu_iax_byte(source, offset - kept);
}

/* For the next job: the rest of the input, from @offset on. False: a fault. */
static bool save(const struct cipher *c, struct emu_iax_source *source, uint32_t offset,
		 uint32_t end, const struct sva_iax_cipher_aecs *aecs)
{
	struct sva_iax_cipher_aecs next = *aecs;

	memcpy(next.iv, c->before, BLOCK);
	memset(next.input_accumulator, 0, sizeof(next.input_accumulator));
	next.accumulator_sizes = (uint16_t)(end - offset);
	for (uint32_t i = 0; offset + i < end; i++) {
		int byte = input(source, aecs, offset + i);

		if (byte < 0)
			return false;
		next.input_accumulator[i] = (uint8_t)byte;
	}
	return emu_iax_write_aecs(source->run, &next, sizeof(next));
}

static bool run_all(struct cipher *c, struct emu_iax_source *source, struct emu_iax_output *out,
		    const struct sva_iax_cipher_aecs *aecs, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++) {
		int byte = input(source, aecs, i);

		if (byte < 0 || !emu_iax_put(out, run_byte(c, i, (uint8_t)byte)))
			return false;
	}
	return emu_iax_finish(out);
}

unsigned int emu_iax_cipher(struct emu_run *run)
{
	const struct sva_desc *desc = run->desc;
	bool writes = sva_desc_flags(desc) & SVA_IAX_FLAG_AECS_WRITE;
	struct cipher c = { .encrypt = sva_desc_opcode(desc) == SVA_IAX_OP_ENCRYPT };
	struct sva_iax_cipher_aecs aecs;
	struct emu_iax_source source;
	struct emu_iax_output out;
	uint32_t end, size;

	if (!emu_iax_read_aecs(run, &aecs, sizeof(aecs)))
		return run->fault;
	if (aecs.algorithm != SVA_IAX_CIPHER_CFB || (aecs.flags & ~FLAGS) ||
	    aecs.accumulator_sizes >= BLOCK)
		return emu_iax_fail(run, SVA_IAX_ERROR_AECS);
	end = aecs.accumulator_sizes + desc->xfer_size;
	size = aecs.flags & SVA_IAX_CIPHER_FLUSH_INPUT ? end : end / BLOCK * BLOCK;
	if (size < end && !writes)
		return emu_iax_fail(run, SVA_IAX_ERROR_SRC1_SHORT);
	if (size > desc->iax.max_dst_size)
		return emu_iax_fail(run, SVA_IAX_ERROR_OVERFLOW);
	emu_iax_aes_init(&c.aes, aecs.key, aecs.flags & SVA_IAX_CIPHER_KEY_256 ? 32 : 16);
	memcpy(c.before, aecs.iv, BLOCK);
	emu_iax_source_init(&source, run, desc->src_addr, desc->xfer_size, EMU_SRC);
	emu_iax_output_init(&out, run);
	if (!run_all(&c, &source, &out, &aecs, size) ||
	    (writes && !save(&c, &source, size, end, &aecs)))
		return run->fault;
	emu_iax_record(run)->output_size = size;
	return SVA_STATUS_SUCCESS;
}
