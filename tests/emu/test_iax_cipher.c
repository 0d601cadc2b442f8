/* SPDX-License-Identifier: MIT */
/* AES-CFB of the analytics device's model: NIST's examples, and OpenSSL as the judge. */
#include "iax_fixture.h"

#include <openssl/evp.h>

#include "cfb_vectors.h"

#define SIZE 20000u

static struct sva_iax_cipher_aecs aecs[2];
static uint8_t src[SIZE], dst[SIZE + 1], want[SIZE], key[32], iv[16];

static void prepare(bool encrypt, const uint8_t *from, uint32_t size)
{
	if (encrypt)
		sva_iax_prep_encrypt(&op, dst, size, from, size, 0);
	else
		sva_iax_prep_decrypt(&op, dst, size, from, size, 0);
	sva_iax_op_set_aecs(&op, aecs, sizeof(aecs[0]), 0);
}

static void nists_examples(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (unsigned int encrypt = 0; encrypt < 2; encrypt++) {
			const uint8_t *encrypted = cfb_vectors[i].encrypted;

			sva_iax_cipher_aecs_init(aecs, cfb_vectors[i].key, cfb_vectors[i].key_size,
						 cfb_iv);
			prepare(encrypt, encrypt ? cfb_plain : encrypted, CFB_SIZE);
			assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
			assert_memory_equal(dst, encrypt ? encrypted : cfb_plain, CFB_SIZE);
			assert_int_equal(record->output_size, CFB_SIZE);
			assert_int_equal(record->bytes_completed, CFB_SIZE);
		}
}

static void judge(bool encrypt, size_t key_size, uint32_t size)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int made = 0;

	assert_non_null(ctx);
	assert_int_equal(
		EVP_CipherInit_ex(ctx, key_size == 32 ? EVP_aes_256_cfb128() : EVP_aes_128_cfb128(),
				  NULL, key, iv, encrypt),
		1);
	assert_int_equal(EVP_CipherUpdate(ctx, want, &made, src, (int)size), 1);
	EVP_CIPHER_CTX_free(ctx);
}

static void fill(uint8_t *to, size_t size, uint32_t state)
{
	for (size_t i = 0; i < size; i++)
		to[i] = (uint8_t)next_random(&state);
}

static void all_sizes(void **state)
{
	(void)state;
	fill(src, SIZE, 1);
	for (uint32_t size = 1; size <= SIZE; size = size < 1000 ? size + 1 : size * 20)
		for (unsigned int kind = 0; kind < 4; kind++) {
			size_t key_size = kind & 2 ? 32 : 16;

			fill(key, sizeof(key), size);
			fill(iv, sizeof(iv), kind);
			judge(kind & 1, key_size, size);
			memset(dst, 0x5a, size + 1);
			sva_iax_cipher_aecs_init(aecs, key, key_size, iv);
			prepare(kind & 1, src, size);
			assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
			assert_memory_equal(dst, want, size);
			assert_int_equal(dst[size], 0x5a);
			assert_int_equal(record->output_size, size);
		}
}

/* At every position of 50 bytes; the second job takes what is less than a block at the end. */
static void two_jobs(void **state)
{
	(void)state;
	fill(key, sizeof(key), 5);
	fill(iv, sizeof(iv), 6);
	for (uint32_t at = 0; at <= 50; at++)
		for (unsigned int kind = 0; kind < 4; kind++) {
			uint32_t whole = at / 16 * 16;

			judge(kind & 1, kind & 2 ? 32 : 16, 50);
			sva_iax_cipher_aecs_init(aecs, key, kind & 2 ? 32 : 16, iv);
			aecs[0].flags &= (uint8_t)~SVA_IAX_CIPHER_FLUSH_INPUT;
			prepare(kind & 1, src, at);
			op.op.desc.iax.max_dst_size = 64;
			op.op.desc.op_flags |= SVA_IAX_FLAG_AECS_WRITE;
			assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
			assert_int_equal(record->output_size, whole);
			aecs[1].flags |= SVA_IAX_CIPHER_FLUSH_INPUT;
			prepare(kind & 1, src + at, 50 - at);
			op.op.desc.dst_addr += whole;
			op.op.desc.iax.max_dst_size = 64;
			op.op.desc.op_flags |= SVA_IAX_FLAG_AECS_TOGGLE;
			assert_int_equal(execute(&plain_memory), SVA_STATUS_SUCCESS);
			assert_int_equal(record->output_size, 50 - whole);
			assert_memory_equal(dst, want, 50);
		}
}

static void what_cannot_be_done(void **state)
{
	(void)state;
	sva_iax_cipher_aecs_init(aecs, key, 16, iv);
	prepare(true, src, 63);
	op.op.desc.iax.max_dst_size = 62;
	expect_error(SVA_IAX_ERROR_OVERFLOW);
	prepare(true, src, 63);
	aecs[0].flags &= (uint8_t)~SVA_IAX_CIPHER_FLUSH_INPUT;
	expect_error(SVA_IAX_ERROR_SRC1_SHORT);
	for (unsigned int bit = 2; bit < 8; bit++)
		if (1u << bit != SVA_IAX_CIPHER_FLUSH_INPUT) {
			aecs[0].flags = (uint8_t)(1u << bit);
			expect_error(SVA_IAX_ERROR_AECS);
		}
	aecs[0].flags = SVA_IAX_CIPHER_ALWAYS;
	aecs[0].accumulator_sizes = 16;
	expect_error(SVA_IAX_ERROR_AECS);
	aecs[0].accumulator_sizes = 0;
	aecs[0].algorithm = 0;
	expect_error(SVA_IAX_ERROR_AECS);
}

static int setup(void **state)
{
	(void)state;
	device.iaa_cap = SVA_IAACAP_CFB;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nists_examples),
		cmocka_unit_test(all_sizes),
		cmocka_unit_test(two_jobs),
		cmocka_unit_test(what_cannot_be_done),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
