/* SPDX-License-Identifier: MIT */
/*
 * Encryption and decryption by AES-CFB.
 *
 * accel-config shows one job with whole blocks, whose AECS is read alone. The rest is the simplest
 * that goes with the names of the fields (unverified): less than a block at the end is taken with
 * the flag for that, and otherwise kept in the AECS, whose new initialization vector is the last
 * block of encrypted data.
 */
#include <string.h>

#include "cipher_library.h"
#include "iax.h"
#include "iax_aecs.h"

#define BLOCK SVA_IAX_CIPHER_BLOCK
#define KNOWN (SVA_IAX_CIPHER_ALWAYS | SVA_IAX_CIPHER_KEY_256 | SVA_IAX_CIPHER_FLUSH_INPUT)

/* The input: what the AECS has kept, and what the source has. */
struct input {
	const uint8_t *kept, *src;
	uint32_t kept_size;
	uint64_t size; /* of both */
};

static void copy_input(const struct input *in, uint64_t from, uint64_t to, uint8_t *bytes)
{
	for (uint64_t i = from; i < to; i++)
		*bytes++ = i < in->kept_size ? in->kept[i] : in->src[i - in->kept_size];
}

static bool run(const struct sva_iax_cipher_aecs *aecs, bool encrypt, const struct input *in,
		uint8_t *dst, uint64_t size)
{
	bool key_256 = aecs->flags & SVA_IAX_CIPHER_KEY_256;
	struct svai_cipher *cipher = svai_cipher_open(aecs->key, key_256, aecs->iv, encrypt);
	uint64_t kept = in->kept_size < size ? in->kept_size : size;
	bool good = cipher && svai_cipher_run(cipher, dst, in->kept, kept) &&
		    svai_cipher_run(cipher, dst + kept, in->src, size - kept);

	svai_cipher_close(cipher);
	return good;
}

/* For the next job, which goes on behind the first @done bytes. */
static void save(const struct sva_iax_cipher_aecs *from, struct sva_iax_cipher_aecs *to,
		 bool encrypt, const struct input *in, const uint8_t *dst, uint64_t done)
{
	uint64_t whole = done - done % BLOCK;

	*to = *from;
	memset(to->input_accumulator, 0, sizeof(to->input_accumulator));
	copy_input(in, done, in->size, to->input_accumulator);
	to->accumulator_sizes = (uint16_t)(in->size - done);
	if (whole && encrypt)
		memcpy(to->iv, dst + whole - BLOCK, BLOCK);
	else if (whole)
		copy_input(in, whole - BLOCK, whole, to->iv);
}

static unsigned int fail(struct sva_iax_record *record, unsigned int error)
{
	record->error_code = (uint8_t)error;
	return SVA_STATUS_ANALYTICS;
}

static unsigned int cipher(const struct sva_desc *desc, struct sva_iax_record *record, bool encrypt)
{
	const struct sva_iax_cipher_aecs *aecs = svai_aecs_first(desc);
	struct input in = { aecs->input_accumulator, (const uint8_t *)desc->src_addr,
			    aecs->accumulator_sizes,
			    (uint64_t)aecs->accumulator_sizes + desc->xfer_size };
	uint64_t size = in.size - (aecs->flags & SVA_IAX_CIPHER_FLUSH_INPUT ? 0 : in.size % BLOCK);
	bool writes = desc->op_flags & SVA_IAX_FLAG_AECS_WRITE;
	uint8_t *dst = (uint8_t *)desc->dst_addr;

	if (aecs->algorithm != SVA_IAX_CIPHER_CFB || aecs->flags & ~KNOWN || in.kept_size >= BLOCK)
		return fail(record, SVA_IAX_ERROR_AECS);
	if (size < in.size && !writes) /* the rest would be lost */
		return fail(record, SVA_IAX_ERROR_SRC1_SHORT);
	if (size > desc->iax.max_dst_size)
		return fail(record, SVA_IAX_ERROR_OVERFLOW);
	if (!run(aecs, encrypt, &in, dst, size))
		return SVA_STATUS_NO_LIBRARY;
	if (writes)
		save(aecs, svai_aecs_written(desc), encrypt, &in, dst, size);
	record->bytes_completed = desc->xfer_size;
	record->output_size = (uint32_t)size;
	return SVA_STATUS_SUCCESS;
}

unsigned int svai_iax_encrypt(const struct sva_desc *desc, struct sva_iax_record *record)
{
	return cipher(desc, record, true);
}

unsigned int svai_iax_decrypt(const struct sva_desc *desc, struct sva_iax_record *record)
{
	return cipher(desc, record, false);
}
