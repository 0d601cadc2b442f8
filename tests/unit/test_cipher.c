/* SPDX-License-Identifier: MIT */
/* AES-CFB as calls: on the CPU, and on queues of devices that do it, and do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>
#include <openssl/evp.h>

#include <sva/cipher.h>

#include "cfb_vectors.h"
#include "fixture.h"

#define SIZE    200000u
#define OPCODES "00000000,00000000,00000000,00000000,00000000,007f331f,00000000,0000000d\n"

static uint8_t src[SIZE + 16], dst[SIZE + 17], want[SIZE + 16], key[32], iv[16];

enum { CPU, DEVICE, SMALL_PARTS, NO_CFB, NO_OPCODE, OTHER_KIND, QUEUES };

static struct sva_wq *open_some(void **state, unsigned int kind)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .kind = SVA_DEV_KIND_IAX };
	struct sva_policy policy = { .size = sizeof(policy), .threshold = 1 };
	struct fake_tree *tree = fixture_tree(state);
	struct sva_wq *wq;

	if (kind == OTHER_KIND) {
		wq = open_fake("wq0.0");
		assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
		return wq;
	}
	fixture_iax(tree, kind == SMALL_PARTS ? "4095\n" : "2097152\n");
	fake_attr(tree, "iax1", "version", "0x200\n");
	fake_attr(tree, "iax1", "iaa_cap", kind == NO_CFB ? "0x301\n" : "0x501\n");
	fake_attr(tree, "wq1.0", "op_config", OPCODES);
	if (kind == NO_OPCODE)
		fake_attr(tree, "wq1.0", "op_config", "0000000d\n");
	assert_int_equal(sva_wq_open(&wq, kind == CPU ? "cpu" : NULL, &opts), 0);
	assert_int_equal(sva_wq_path(wq), kind == CPU ? SVA_PATH_CPU : SVA_PATH_PORTAL);
	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	return wq;
}

static void fill(uint8_t *to, size_t size, uint32_t seed)
{
	for (size_t i = 0; i < size; i++) {
		seed = seed * 1664525 + 1013904223;
		to[i] = (uint8_t)(seed >> 24);
	}
}

static void judge(bool encrypt, size_t key_size, size_t size)
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

static int call(struct sva_wq *wq, bool encrypt, size_t from, size_t size, size_t key_size,
		struct sva_outcome *outcome)
{
	return (encrypt ? sva_cfb_encrypt : sva_cfb_decrypt)(wq, dst + from, src + from, size, key,
							     key_size, iv, outcome);
}

static void nists_examples(void **state)
{
	struct sva_wq *wq = open_some(state, DEVICE);

	for (size_t i = 0; i < 2; i++) {
		memcpy(iv, cfb_iv, sizeof(iv));
		assert_int_equal(sva_cfb_encrypt(wq, dst, cfb_plain, CFB_SIZE, cfb_vectors[i].key,
						 cfb_vectors[i].key_size, iv, NULL),
				 0);
		assert_memory_equal(dst, cfb_vectors[i].encrypted, CFB_SIZE);
		memcpy(iv, cfb_iv, sizeof(iv));
		assert_int_equal(sva_cfb_decrypt(wq, dst, cfb_vectors[i].encrypted, CFB_SIZE,
						 cfb_vectors[i].key, cfb_vectors[i].key_size, iv,
						 NULL),
				 0);
		assert_memory_equal(dst, cfb_plain, CFB_SIZE);
	}
	close_fake(wq);
}

static uint32_t expected_why(unsigned int queue)
{
	return queue == CPU                                                   ? SVA_WHY_NO_DEVICE
	       : queue == NO_CFB || queue == NO_OPCODE || queue == OTHER_KIND ? SVA_WHY_UNSUPPORTED
									      : 0;
}

/* The next vector is the last whole block of what is encrypted. */
static void assert_iv(bool encrypt, size_t size, const uint8_t *old)
{
	const uint8_t *encrypted = encrypt ? want : src;

	assert_memory_equal(iv, size < 16 ? old : encrypted + size / 16 * 16 - 16, 16);
}

static void all_queues_and_sizes(void **state)
{
	static const size_t sizes[] = { 0,    1,    15,   16,   17,    31,    32,    33,    4094,
					4095, 4096, 4097, 8190, 65535, 65536, 65537, 70000, SIZE };

	fill(src, sizeof(src), 7);
	for (unsigned int queue = 0; queue < QUEUES; queue++) {
		struct sva_wq *wq;

		fixture_reset(state);
		wq = open_some(state, queue);
		for (size_t i = 0; i < 4 * sizeof(sizes) / sizeof(sizes[0]); i++) {
			struct sva_outcome outcome = { .size = sizeof(outcome) };
			size_t size = sizes[i / 4], key_size = i & 2 ? 32 : 16;
			bool encrypt = i & 1;
			uint8_t old[16];

			fill(key, sizeof(key), (uint32_t)i);
			fill(iv, sizeof(iv), (uint32_t)(i + queue));
			memcpy(old, iv, sizeof(old));
			judge(encrypt, key_size, size);
			memset(dst, 0x5a, sizeof(dst));
			assert_int_equal(call(wq, encrypt, 0, size, key_size, &outcome), 0);
			assert_memory_equal(dst, want, size);
			assert_int_equal(dst[size], 0x5a);
			assert_iv(encrypt, size, old);
			assert_int_equal(outcome.bytes, size);
			assert_int_equal(outcome.why, size ? expected_why(queue) : 0);
			assert_int_equal(outcome.device_bytes, expected_why(queue) ? 0 : size);
			assert_true(queue != SMALL_PARTS || outcome.parts >= size / 4095);
		}
		close_fake(wq);
	}
}

static void calls_go_on_from_each_other(void **state)
{
	struct sva_wq *wq = open_some(state, SMALL_PARTS);

	fill(src, sizeof(src), 8);
	for (size_t at = 0; at <= 9000; at += at % 4096 < 64 ? 16 : 1008)
		for (unsigned int kind = 0; kind < 4; kind++) {
			bool encrypt = kind & 1;
			size_t key_size = kind & 2 ? 32 : 16;

			fill(iv, sizeof(iv), (uint32_t)at);
			judge(encrypt, key_size, 9001);
			assert_int_equal(call(wq, encrypt, 0, at, key_size, NULL), 0);
			assert_int_equal(call(wq, encrypt, at, 9001 - at, key_size, NULL), 0);
			assert_memory_equal(dst, want, 9001);
		}
	close_fake(wq);
}

/* A device that does not know the AECS ends with a verdict, which is none about the data. */
static void what_the_device_cannot_the_cpu_does(void **state)
{
	struct sva_wq *wq = open_some(state, DEVICE);

	for (unsigned int i = 0; i < 2; i++) {
		static const uint8_t statuses[] = { SVA_STATUS_ANALYTICS, SVA_STATUS_HW_READ };
		struct sva_outcome outcome = { .size = sizeof(outcome) };

		fill(src, SIZE, i);
		judge(true, 16, SIZE);
		fake.iax_status = statuses[i];
		assert_int_equal(call(wq, true, 0, SIZE, 16, &outcome), 0);
		assert_memory_equal(dst, want, SIZE);
		assert_int_equal(outcome.why, SVA_WHY_ERROR);
		assert_int_equal(outcome.status, statuses[i]);
		assert_int_equal(outcome.device_bytes, 0);
	}
	close_fake(wq);
}

static void bad_arguments(void **state)
{
	struct sva_wq *wq = open_some(state, DEVICE);
	uint8_t *end = (uint8_t *)(UINTPTR_MAX - 7);

	fill(iv, sizeof(iv), 1);
	memcpy(want, iv, sizeof(iv));
	assert_int_equal(sva_cfb_encrypt(NULL, dst, src, 16, key, 16, iv, NULL), -EINVAL);
	assert_int_equal(sva_cfb_encrypt(wq, NULL, src, 16, key, 16, iv, NULL), -EINVAL);
	assert_int_equal(sva_cfb_encrypt(wq, dst, NULL, 16, key, 16, iv, NULL), -EINVAL);
	assert_int_equal(sva_cfb_encrypt(wq, dst, src, 16, NULL, 16, iv, NULL), -EINVAL);
	assert_int_equal(sva_cfb_encrypt(wq, dst, src, 16, key, 16, NULL, NULL), -EINVAL);
	for (size_t key_size = 0; key_size <= 33; key_size++)
		if (key_size != 16 && key_size != 32)
			assert_int_equal(sva_cfb_decrypt(wq, dst, src, 16, key, key_size, iv, NULL),
					 -EINVAL);
	assert_int_equal(sva_cfb_decrypt(wq, src, src, 16, key, 16, iv, NULL), -EINVAL);
	assert_int_equal(sva_cfb_decrypt(wq, src + 15, src, 16, key, 16, iv, NULL), -EINVAL);
	assert_int_equal(sva_cfb_decrypt(wq, dst, end, 16, key, 16, iv, NULL), -EINVAL);
	assert_int_equal(sva_cfb_decrypt(wq, end, src, 16, key, 16, iv, NULL), -EINVAL);
	assert_memory_equal(iv, want, sizeof(iv));
	assert_int_equal(sva_cfb_encrypt(wq, NULL, NULL, 0, key, 16, iv, NULL), 0);
	assert_memory_equal(iv, want, sizeof(iv));
	close_fake(wq);
}

/* Less than a block at the end is copied, by the CPU: bad memory is reported all the same. */
static void bad_memory(void **state)
{
	uint8_t *page =
		mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct sva_policy policy = { .size = sizeof(policy),
				     .threshold = 1,
				     .fault = SVA_FAULT_REPORT };

	assert_ptr_not_equal(page, MAP_FAILED);
	assert_int_equal(mprotect(page + 4096, 4096, PROT_NONE), 0);
	for (unsigned int q = CPU; q <= DEVICE; q++) {
		struct sva_wq *wq = open_some(state, q);

		assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
		for (unsigned int n = 0; n < 4; n++) {
			size_t size = n < 2 ? 7 : 39;
			uint8_t *bad = page + 4096 - (size - 7);

			assert_int_equal(sva_cfb_encrypt(wq, n % 2 ? bad : dst, n % 2 ? src : bad,
							 size, key, 16, iv, NULL),
					 -EFAULT);
			assert_int_equal(sva_cfb_decrypt(wq, n % 2 ? bad : dst, n % 2 ? src : bad,
							 size, key, 16, iv, NULL),
					 -EFAULT);
		}
		close_fake(wq);
	}
	assert_int_equal(munmap(page, 8192), 0);
}

static void without_the_cpu(void **state)
{
	struct sva_policy policy = { .size = sizeof(policy), .flags = SVA_POLICY_NO_CPU };
	struct sva_wq *wq = open_some(state, NO_CFB);

	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	assert_int_equal(call(wq, true, 0, 100, 16, NULL), -EOPNOTSUPP);
	close_fake(wq);
	fixture_reset(state);
	wq = open_some(state, DEVICE);
	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	judge(true, 16, 100);
	assert_int_equal(call(wq, true, 0, 100, 16, NULL), 0);
	assert_memory_equal(dst, want, 100);
	close_fake(wq);
}

/* What was given to the device, and not wiped so far. */
static uint64_t aecs_addrs[64];
static unsigned int aecs_count;

static void remember_aecs(const struct sva_desc *desc, uint32_t bytes)
{
	(void)bytes;
	assert_true(aecs_count < sizeof(aecs_addrs) / sizeof(aecs_addrs[0]));
	aecs_addrs[aecs_count++] = desc->iax.aecs_addr;
}

void __real_explicit_bzero(void *at, size_t size);
void __wrap_explicit_bzero(void *at, size_t size);

void __wrap_explicit_bzero(void *at, size_t size)
{
	unsigned int left = 0;

	for (unsigned int i = 0; i < aecs_count; i++)
		if (aecs_addrs[i] - (uintptr_t)at >= size)
			aecs_addrs[left++] = aecs_addrs[i];
	aecs_count = left;
	__real_explicit_bzero(at, size);
}

static void keys_are_wiped(void **state)
{
	struct sva_wq *wq = open_some(state, DEVICE);

	fake.executes = remember_aecs;
	for (unsigned int kind = 0; kind < 4; kind++) {
		unsigned int before = fake.submissions;

		assert_int_equal(call(wq, kind & 1, 0, 70001, kind & 2 ? 32 : 16, NULL), 0);
		assert_true(fake.submissions > before);
		assert_int_equal(aecs_count, 0);
	}
	close_fake(wq);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nists_examples),
		TEST(all_queues_and_sizes),
		TEST(calls_go_on_from_each_other),
		TEST(what_the_device_cannot_the_cpu_does),
		TEST(bad_arguments),
		TEST(bad_memory),
		TEST(without_the_cpu),
		TEST(keys_are_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
