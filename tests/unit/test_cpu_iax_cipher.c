/* SPDX-License-Identifier: MIT */
/* The software device for IAX: AES-CFB, against NIST's examples and OpenSSL's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <openssl/evp.h>

#include "cfb_vectors.h"
#include "iax_run.h"

#define MOST  1000u
#define LARGE 300001u

static struct sva_iax_op op;
static struct sva_iax_cipher_aecs aecs[2];
static uint8_t src[LARGE + 1], dst[LARGE + 3], want[LARGE + 1];

static void prepare(bool encrypt, uint8_t *to, const uint8_t *from, size_t size)
{
	if (encrypt)
		sva_iax_prep_encrypt(&op, to, (uint32_t)size, from, size, 0);
	else
		sva_iax_prep_decrypt(&op, to, (uint32_t)size, from, size, 0);
	sva_iax_op_set_aecs(&op, aecs, sizeof(aecs[0]), 0);
}

static void judge(bool encrypt, const uint8_t *key, size_t key_size, const uint8_t *iv,
		  const uint8_t *from, size_t size)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int made = 0;

	assert_non_null(ctx);
	assert_int_equal(
		EVP_CipherInit_ex(ctx, key_size == 32 ? EVP_aes_256_cfb128() : EVP_aes_128_cfb128(),
				  NULL, key, iv, encrypt),
		1);
	assert_int_equal(EVP_CipherUpdate(ctx, want, &made, from, (int)size), 1);
	assert_int_equal(made, size);
	EVP_CIPHER_CTX_free(ctx);
}

static void nists_examples(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (unsigned int encrypt = 0; encrypt < 2; encrypt++) {
			const uint8_t *encrypted = cfb_vectors[i].encrypted;

			sva_iax_cipher_aecs_init(aecs, cfb_vectors[i].key, cfb_vectors[i].key_size,
						 cfb_iv);
			prepare(encrypt, dst, encrypt ? cfb_plain : encrypted, CFB_SIZE);
			assert_int_equal(iax_run(&op), SVA_STATUS_SUCCESS);
			assert_memory_equal(dst, encrypt ? encrypted : cfb_plain, CFB_SIZE);
			assert_int_equal(op.record.output_size, CFB_SIZE);
			assert_int_equal(op.record.bytes_completed, CFB_SIZE);
		}
}

static void fill(uint8_t *to, size_t size)
{
	static uint32_t seed = 1;

	for (size_t i = 0; i < size; i++) {
		seed = seed * 1664525 + 1013904223;
		to[i] = (uint8_t)(seed >> 24);
	}
}

/* Begin with a key and an initialization vector of chance. */
static void begin(bool encrypt, size_t key_size, const uint8_t *from, size_t size)
{
	uint8_t key[32], iv[16];

	fill(key, sizeof(key));
	fill(iv, sizeof(iv));
	sva_iax_cipher_aecs_init(aecs, key, key_size, iv);
	judge(encrypt, key, key_size, iv, from, size);
	memset(dst, 0x5a, size + 3);
}

static void all_sizes(void **state)
{
	(void)state;
	fill(src, sizeof(src));
	for (size_t size = 1; size <= LARGE; size = size < MOST ? size + 1 : size * 300 + 1)
		for (unsigned int kind = 0; kind < 4; kind++) {
			const uint8_t *from = src + kind % 2;

			begin(kind & 1, kind & 2 ? 32 : 16, from, size);
			prepare(kind & 1, dst + 1, from, size);
			assert_int_equal(iax_run(&op), SVA_STATUS_SUCCESS);
			assert_memory_equal(dst + 1, want, size);
			assert_int_equal(dst[0], 0x5a);
			assert_int_equal(dst[size + 1], 0x5a);
			assert_int_equal(op.record.output_size, size);
		}
}

/*
 * Three jobs that go on from each other, of which only the last one takes what is less than a
 * block.
 */
static void split(bool encrypt, const size_t *sizes)
{
	size_t used = 0, made = 0;

	for (unsigned int i = 0; i < 3; i++) {
		struct sva_iax_cipher_aecs *read = &aecs[i % 2];

		read->flags &= (uint8_t)~SVA_IAX_CIPHER_FLUSH_INPUT;
		if (i == 2)
			read->flags |= SVA_IAX_CIPHER_FLUSH_INPUT;
		prepare(encrypt, dst + made, src + used, sizes[i]);
		op.op.desc.iax.max_dst_size = 64; /* more comes out than goes in */
		op.op.desc.op_flags |=
			SVA_IAX_FLAG_AECS_WRITE | (i % 2 ? SVA_IAX_FLAG_AECS_TOGGLE : 0);
		if (!sizes[i] && i == 2 && used % 16 == 0)
			op.op.desc.iax.max_dst_size = 1;
		assert_int_equal(iax_run(&op), SVA_STATUS_SUCCESS);
		used += sizes[i];
		made += op.record.output_size;
		assert_int_equal(made, i == 2 ? used : used / 16 * 16);
	}
	assert_memory_equal(dst, want, used);
}

static void jobs_go_on_from_each_other(void **state)
{
	(void)state;
	fill(src, 64);
	for (size_t a = 0; a <= 40; a++)
		for (size_t b = 0; a + b <= 40; b++)
			for (unsigned int kind = 0; kind < 4; kind++) {
				const size_t sizes[] = { a, b, 40 - a - b };

				begin(kind & 1, kind & 2 ? 32 : 16, src, 40);
				split(kind & 1, sizes);
			}
}

static void the_aecs_is_read_alone_unless_written(void **state)
{
	struct sva_iax_cipher_aecs before[2];

	(void)state;
	fill((uint8_t *)aecs, sizeof(aecs));
	begin(true, 16, src, 64);
	memcpy(before, aecs, sizeof(before));
	prepare(true, dst, src, 64);
	assert_int_equal(iax_run(&op), SVA_STATUS_SUCCESS);
	assert_memory_equal(aecs, before, sizeof(before));
	op.op.desc.op_flags |= SVA_IAX_FLAG_AECS_WRITE;
	assert_int_equal(iax_run(&op), SVA_STATUS_SUCCESS);
	assert_memory_equal(&aecs[0], &before[0], sizeof(before[0]));
	assert_memory_equal(aecs[1].iv, want + 48, 16);
	assert_memory_equal(aecs[1].key, aecs[0].key, 32);
}

static void assert_fails(unsigned int error)
{
	assert_int_equal(iax_run(&op), SVA_STATUS_ANALYTICS);
	assert_int_equal(op.record.error_code, error);
	assert_int_equal(dst[0], 0x5a);
}

static void what_cannot_be_done(void **state)
{
	(void)state;
	begin(true, 16, src, 64);
	prepare(true, dst, src, 64);
	for (unsigned int algorithm = 0; algorithm < 4; algorithm++) {
		aecs[0].algorithm = (uint8_t)algorithm;
		if (algorithm != SVA_IAX_CIPHER_CFB)
			assert_fails(SVA_IAX_ERROR_AECS);
	}
	begin(true, 16, src, 64);
	aecs[0].flags |= 0x04;
	assert_fails(SVA_IAX_ERROR_AECS);
	begin(true, 16, src, 64);
	aecs[0].accumulator_sizes = 16;
	assert_fails(SVA_IAX_ERROR_AECS);
	begin(true, 16, src, 64);
	op.op.desc.iax.max_dst_size = 63;
	assert_fails(SVA_IAX_ERROR_OVERFLOW);
	/* What is less than a block would be lost. */
	prepare(true, dst, src, 63);
	aecs[0].flags &= (uint8_t)~SVA_IAX_CIPHER_FLUSH_INPUT;
	assert_fails(SVA_IAX_ERROR_SRC1_SHORT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nists_examples),
		cmocka_unit_test(all_sizes),
		cmocka_unit_test(jobs_go_on_from_each_other),
		cmocka_unit_test(the_aecs_is_read_alone_unless_written),
		cmocka_unit_test(what_cannot_be_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
