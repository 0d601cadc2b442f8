/* SPDX-License-Identifier: MIT */
/* Copies and fills that several threads share (sva_policy.cpu_threads). */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#include <sva/sva.h>

#define MIB  ((size_t)1 << 20)
#define SIZE (16 * MIB)
static unsigned char *src, *dst;

/* What the library starts. */
static unsigned int started, most;

int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
			  void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
			  void *arg);

int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *),
			  void *arg)
{
	if (started == most)
		return EAGAIN;
	started++;
	return __real_pthread_create(thread, attr, run, arg);
}

static unsigned char *map(void)
{
	void *memory =
		mmap(NULL, SIZE + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(memory, MAP_FAILED);
	return memory;
}

static struct sva_wq *open_cpu(unsigned int threads)
{
	struct sva_policy policy = { .size = sizeof(policy), .cpu_threads = threads };
	struct sva_wq_opts opts = { .size = sizeof(opts), .policy = &policy };
	struct sva_wq *wq;

	assert_int_equal(sva_wq_open(&wq, "cpu", &opts), 0);
	return wq;
}

static int setup(void **state)
{
	(void)state;
	src = map();
	dst = map();
	started = 0;
	most = UINT32_MAX;
	for (size_t i = 0; i < SIZE + 4096; i++)
		src[i] = (unsigned char)(i * 7 + i / 251);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	munmap(src, SIZE + 4096);
	munmap(dst, SIZE + 4096);
	return 0;
}

static void copy(unsigned int threads, size_t size)
{
	struct sva_wq *wq = open_cpu(threads);

	assert_int_equal(sva_memcpy(wq, dst + 1, src + 7, size, NULL), 0);
	assert_memory_equal(dst + 1, src + 7, size);
	assert_int_equal(dst[0] | dst[size + 1], 0);
	sva_wq_close(wq);
}

static void alone_by_default(void **state)
{
	(void)state;
	copy(0, SIZE);
	copy(1, SIZE);
	assert_int_equal(started, 0);
}

static void four_share(void **state)
{
	(void)state;
	copy(4, SIZE);
	assert_int_equal(started, 3);
}

static void small_ones_are_not_shared(void **state)
{
	(void)state;
	copy(4, 4 * MIB - 1);
	assert_int_equal(started, 0);
	copy(4, 4 * MIB);
	assert_int_equal(started, 1);
}

static void pieces_are_not_small(void **state)
{
	(void)state;
	copy(64, SIZE);
	assert_int_equal(started, SIZE / (2 * MIB) - 1);
}

static void no_thread_is_to_be_had(void **state)
{
	(void)state;
	for (most = 0; most < 4; most++) {
		started = 0;
		memset(dst, 0, SIZE + 4096);
		copy(5, SIZE);
		assert_int_equal(started, most);
	}
}

static void the_outcome_is_that_of_one(void **state)
{
	struct sva_outcome outcome = { .size = sizeof(outcome) };
	struct sva_wq *wq = open_cpu(2);

	(void)state;
	assert_int_equal(sva_memcpy(wq, dst, src, SIZE, &outcome), 0);
	assert_int_equal(outcome.bytes, SIZE);
	assert_int_equal(outcome.parts, 1);
	assert_int_equal(outcome.why, SVA_WHY_NO_DEVICE);
	assert_memory_equal(dst, src, SIZE);
	sva_wq_close(wq);
}

/* Each piece begins with the beginning of the pattern. */
static void fills(void **state)
{
	struct sva_wq *wq = open_cpu(3);
	static const uint64_t pattern[] = { 0x0123456789abcdef, 0xfedcba9876543210 };

	(void)state;
	assert_int_equal(sva_fill16(wq, dst + 3, pattern[0], pattern[1], SIZE + 5, NULL), 0);
	for (size_t i = 0; i < SIZE + 5; i++) {
		if (dst[3 + i] != ((const unsigned char *)pattern)[i % 16])
			fail_msg("byte %zu", i);
	}
	assert_int_equal(dst[SIZE + 8], 0);
	assert_int_equal(sva_memset(wq, dst, 0x5a, SIZE, NULL), 0);
	for (size_t i = 0; i < SIZE; i++)
		assert_true(dst[i] == 0x5a);
	assert_int_equal(started, 4);
	sva_wq_close(wq);
}

static void overlapping_buffers(void **state)
{
	struct sva_wq *wq = open_cpu(4);
	unsigned char *expected = malloc(SIZE);

	(void)state;
	assert_non_null(expected);
	for (size_t distance = 1; distance < SIZE; distance = 7 * distance + 3) {
		memcpy(dst, src, SIZE);
		memcpy(expected, src, SIZE);
		memmove(expected + distance, expected, SIZE - distance);
		assert_int_equal(sva_memmove(wq, dst + distance, dst, SIZE - distance, NULL), 0);
		assert_memory_equal(dst, expected, SIZE);
		memmove(expected, expected + distance, SIZE - distance);
		assert_int_equal(sva_memmove(wq, dst, dst + distance, SIZE - distance, NULL), 0);
		assert_memory_equal(dst, expected, SIZE);
	}
	free(expected);
	sva_wq_close(wq);
}

static void bad_memory_is_reported(void **state)
{
	struct sva_policy policy = { .size = sizeof(policy),
				     .fault = SVA_FAULT_REPORT,
				     .cpu_threads = 4 };
	struct sva_wq *wq = open_cpu(4);

	(void)state;
	munmap(dst + SIZE / 2, 4096);
	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	assert_int_equal(sva_memcpy(wq, dst, src, SIZE, NULL), -EFAULT);
	sva_wq_close(wq);
}

static void it_is_part_of_the_policy(void **state)
{
	struct sva_policy policy = { .size = sizeof(policy), .cpu_threads = 64 };
	struct sva_wq *wq = open_cpu(0);

	(void)state;
	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	policy.cpu_threads = 0;
	assert_int_equal(sva_wq_get_policy(wq, &policy), 0);
	assert_int_equal(policy.cpu_threads, 64);
	policy.cpu_threads = 65;
	assert_int_equal(sva_wq_set_policy(wq, &policy), -EINVAL);
	policy.cpu_threads = 0;
	policy.reserved = 1;
	assert_int_equal(sva_wq_set_policy(wq, &policy), -EINVAL);
	sva_wq_close(wq);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(alone_by_default),
		TEST(four_share),
		TEST(small_ones_are_not_shared),
		TEST(pieces_are_not_small),
		TEST(no_thread_is_to_be_had),
		TEST(the_outcome_is_that_of_one),
		TEST(fills),
		TEST(overlapping_buffers),
		TEST(bad_memory_is_reported),
		TEST(it_is_part_of_the_policy),
	};

	return cmocka_run_group_tests_name("cpu_threads", tests, NULL, NULL);
}
