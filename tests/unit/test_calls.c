/* SPDX-License-Identifier: MIT */
/*
 * Calls, beside what each operation does (tests/emu/programs/calls.c): the policy, many parts,
 * queues that are full, dead or slow, and bad input.
 */
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "fixture.h"
#include "reference.h"

#define MAX_TRANSFER 1024u /* of wq0.0 here */
#define SIZE         (20 * MAX_TRANSFER)

static unsigned char a[SIZE] __attribute__((aligned(64))), b[SIZE] __attribute__((aligned(64)));
static struct sva_outcome outcome;
static void *volatile nowhere; /* the compiler would warn of NULL */

static struct sva_wq *open_with(const char *name, struct sva_policy policy)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .policy = &policy };
	struct sva_wq *wq;

	policy.size = sizeof(policy);
	assert_int_equal(sva_wq_open(&wq, name, &opts), 0);
	outcome = (struct sva_outcome){ .size = sizeof(outcome) };
	return wq;
}

/* Everything goes to the device. */
static struct sva_wq *open_device(void)
{
	return open_with("wq0.0", (struct sva_policy){ .threshold = 1 });
}

static int setup(void **state)
{
	int err = fixture_setup(state);

	fake_attr(fixture_tree(state), "wq0.0", "max_transfer_size", "1024\n");
	for (unsigned int i = 0; i < SIZE; i++)
		a[i] = (unsigned char)(i * 7 + i / 251);
	memset(b, 0, sizeof(b));
	return err;
}

/*
 * The policy.
 */

static void small_ones_run_on_the_cpu(void **state)
{
	struct sva_wq *wq = open_with("wq0.0", (struct sva_policy){ .threshold = 4096 });
	int order;

	(void)state;
	assert_int_equal(sva_memcpy(wq, b, a, 4095, NULL), 0);
	assert_int_equal(sva_memset(wq, b + 4095, 1, 4095, NULL), 0);
	assert_int_equal(sva_memcmp(wq, a, b, 4095, &order, NULL), 0);
	assert_int_equal(order, 0);
	assert_int_equal(fake.submissions, 0);
	assert_int_equal(sva_memcpy(wq, b, a, 4095, &outcome), 0);
	assert_int_equal(outcome.why, SVA_WHY_SMALL);
	assert_int_equal(outcome.bytes, 4095);
	assert_int_equal(outcome.device_bytes, 0);
	assert_int_equal(fake.submissions, 0);
	assert_int_equal(sva_memcpy(wq, b, a, 4096, &outcome), 0);
	assert_int_equal(outcome.why, 0);
	assert_int_equal(outcome.device_bytes, 4096);
	assert_int_equal(fake.submissions, 4096 / MAX_TRANSFER);
	close_fake(wq);
}

/* What is inline does not start threads. */
static void large_ones_are_not_inline_where_threads_share_them(void **state)
{
	struct sva_wq *wq = open_with(
		"wq0.0", (struct sva_policy){ .threshold = UINT64_MAX, .cpu_threads = 2 });

	(void)state;
	assert_int_equal(wq->cpu_below, 4 << 20);
	close_fake(wq);
	wq = open_with("wq0.0", (struct sva_policy){ .threshold = 4096, .cpu_threads = 2 });
	assert_int_equal(wq->cpu_below, 4096);
	close_fake(wq);
}

static void a_policy_can_be_replaced(void **state)
{
	struct sva_wq *wq = open_with("wq0.0", (struct sva_policy){ .threshold = 4096 });
	struct sva_policy policy = { .size = sizeof(policy) };

	(void)state;
	assert_int_equal(sva_wq_get_policy(wq, &policy), 0);
	assert_int_equal(policy.threshold, 4096);
	policy.threshold = 100;
	policy.fault = SVA_FAULT_POPULATE;
	policy.timeout_ns = 5000000000;
	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	memset(&policy, 0, sizeof(policy));
	policy.size = sizeof(policy);
	assert_int_equal(sva_wq_get_policy(wq, &policy), 0);
	assert_int_equal(policy.threshold, 100);
	assert_int_equal(policy.fault, SVA_FAULT_POPULATE);
	assert_int_equal(policy.timeout_ns, 5000000000);
	assert_int_equal(sva_memcpy(wq, b, a, 100, NULL), 0);
	assert_int_equal(fake.submissions, 1);
	close_fake(wq);
	assert_int_equal(sva_wq_set_policy(wq, &policy), -EBADF);
	assert_int_equal(sva_wq_get_policy(wq, &policy), -EBADF);
}

static void bad_policies(void **state)
{
	const struct sva_policy bad[] = {
		{ .size = 8 },
		{ .size = sizeof(bad[0]), .flags = 2 },
		{ .size = sizeof(bad[0]), .fault = SVA_FAULT_REPORT + 1 },
		{ .size = sizeof(bad[0]), .wait = SVA_WAIT_SLEEP + 1 },
		{ .size = sizeof(bad[0]), .desc_flags = SVA_FLAG_FENCE },
		{ .size = sizeof(bad[0]), .timeout_ns = -1 },
		{ .size = sizeof(bad[0]), .flags = SVA_POLICY_NO_CPU, .fault = SVA_FAULT_CPU },
	};
	struct sva_policy policy = { .size = sizeof(policy),
				     .desc_flags = SVA_FLAG_BOF,
				     .threshold = 1 };
	struct sva_wq_opts opts = { .size = sizeof(opts), .policy = &policy };
	struct sva_wq *wq = open_device();

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(sva_wq_set_policy(wq, &bad[i]), -EINVAL);
	assert_int_equal(sva_wq_set_policy(wq, NULL), -EINVAL);
	assert_int_equal(sva_wq_set_policy(NULL, &policy), -EINVAL);
	assert_int_equal(sva_wq_get_policy(wq, NULL), -EINVAL);
	close_fake(wq);

	fake_attr(fixture_tree(state), "wq0.0", "block_on_fault", "0\n");
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), -EOPNOTSUPP);
	assert_null(wq);
	assert_int_equal(fake.opens, fake.closes);
	fake_attr(fixture_tree(state), "wq0.0", "block_on_fault", "1\n");
	assert_int_equal(sva_wq_open(&wq, "wq0.0", &opts), 0);
	assert_int_equal(sva_memcpy(wq, b, a, SIZE, NULL), 0);
	assert_true(fake.last.op_flags & SVA_FLAG_BOF);
	close_fake(wq);
}

static void the_threshold_is_measured_once(void **state)
{
	struct sva_wq *wq = open_fake("wq0.1");
	struct sva_policy policy = { .size = sizeof(policy) };
	unsigned int submissions;

	(void)state;
	assert_int_equal(sva_memcpy(wq, b, a, 1, NULL), 0);
	assert_true(fake.submissions > 0);
	assert_int_equal(sva_wq_get_policy(wq, &policy), 0);
	assert_in_range(policy.threshold, 1024, 128 << 10);
	submissions = fake.submissions;
	assert_int_equal(sva_memcpy(wq, b, a, 1023, NULL), 0);
	assert_int_equal(fake.submissions, submissions);
	close_fake(wq);
}

/*
 * Parts.
 */

/* However the queue cuts it. */
static void crc_in_parts(void **state)
{
	static const size_t sizes[] = { 1, 1023, 1024, 1025, 4096, 5000, SIZE };
	struct sva_wq *wq = open_device();

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint32_t crc = 0x89abcdef, first = crc;

		assert_int_equal(sva_crc32c(wq, a, sizes[i], &crc, NULL), 0);
		assert_int_equal(crc, ref_crc32c(a, (uint32_t)sizes[i], 0x89abcdef, 0));
		assert_int_equal(sva_crc32c(wq, a, sizes[i] / 3, &first, NULL), 0);
		assert_int_equal(sva_copy_crc32c(wq, b, a + sizes[i] / 3, sizes[i] - sizes[i] / 3,
						 &first, NULL),
				 0);
		assert_int_equal(first, crc);
	}
	close_fake(wq);
}

static void *complete_when_several_are_in_flight(void *arg)
{
	while (fake_held() < *(unsigned int *)arg)
		sched_yield();
	fake_stop_holding();
	fake_complete(UINT_MAX);
	return NULL;
}

static void several_parts_are_in_flight(void **state)
{
	struct sva_wq *wq = open_device();
	unsigned int count = 4;
	pthread_t thread;

	(void)state;
	fake.hold = true;
	pthread_create(&thread, NULL, complete_when_several_are_in_flight, &count);
	assert_int_equal(sva_memcpy(wq, b, a, SIZE, &outcome), 0);
	pthread_join(thread, NULL);
	assert_memory_equal(a, b, SIZE);
	assert_int_equal(outcome.parts, SIZE / MAX_TRANSFER);
	assert_int_equal(outcome.device_bytes, SIZE);
	close_fake(wq);
}

/* Only whole cache lines go to the device. */
static void edges_are_the_cpus(void **state)
{
	struct sva_wq *wq = open_device();

	(void)state;
	assert_int_equal(sva_memcpy(wq, b + 3, a, 1000, &outcome), 0);
	assert_int_equal(outcome.why, SVA_WHY_EDGE);
	assert_int_equal(outcome.device_bytes, 896);
	assert_int_equal(fake.last.dst_addr % 64, 0);
	assert_int_equal(fake.last.xfer_size % 64, 0);
	assert_memory_equal(b + 3, a, 1000);
	assert_int_equal(b[1003], 0);
	close_fake(wq);
}

static void deltas_of_any_length(void **state)
{
	const size_t size = (2 << 20) + 24, third = 1 << 20;
	size_t delta_size = 7, room = sva_delta_max(size);
	unsigned char *old = ref_buffer(size), *new = ref_copy(old, size),
		      *copy = ref_copy(old, size);
	char *delta = aligned_alloc(8, (room + 7) & ~7ul);
	struct sva_wq *wq = open_with("wq0.1", (struct sva_policy){ .threshold = 1 });

	(void)state;
	assert_int_equal(sva_create_delta(wq, old, new, size, delta, room, &delta_size, NULL), 0);
	assert_int_equal(delta_size, 0);
	assert_int_equal(sva_apply_delta(wq, copy, size, delta, 0, NULL), 0);
	assert_memory_equal(copy, old, size);
	new[0]++;
	new[third]++;
	new[third + 4096]++;
	new[size - 1]++;
	assert_int_equal(sva_create_delta(wq, old, new, size, delta, room, &delta_size, &outcome),
			 0);
	assert_int_equal(delta_size, 24 + 16 + 24 + 10);
	assert_int_equal(outcome.parts, 5);
	assert_int_equal(sva_apply_delta(wq, copy, size, delta, delta_size, &outcome), 0);
	assert_memory_equal(copy, new, size);
	assert_int_equal(outcome.bytes, size);

	/* It fits into just as much, and into no byte less. */
	room = delta_size;
	assert_int_equal(sva_create_delta(wq, old, new, size, delta, room, &delta_size, NULL), 0);
	assert_int_equal(delta_size, room);
	assert_int_equal(sva_create_delta(wq, old, new, size, delta, room - 1, &delta_size, NULL),
			 -ENOSPC);

	/* What is no delta of this size. */
	memcpy(copy, old, size);
	assert_int_equal(sva_apply_delta(wq, copy, size, delta, room - 10, NULL), -EBADMSG);
	assert_int_equal(sva_apply_delta(wq, copy, size, delta, 16, NULL), -EBADMSG);
	((uint32_t *)(void *)delta)[1] = UINT32_MAX;
	assert_int_equal(sva_apply_delta(wq, copy, size, delta, room, NULL), -EBADMSG);
	assert_memory_equal(copy, old, size);
	close_fake(wq);
	free(delta);
	free(old);
	free(new);
	free(copy);
}

static void a_delta_of_everything(void **state)
{
	const size_t size = 8192, room = sva_delta_max(size);
	unsigned char *old = ref_buffer(size), *new = ref_copy(old, size),
		      *copy = ref_copy(old, size);
	char *delta = aligned_alloc(8, (room + 7) & ~7ul);
	struct sva_wq *wq = open_with("wq0.1", (struct sva_policy){ .threshold = 1 });
	size_t delta_size;

	(void)state;
	for (size_t i = 0; i < size; i++)
		new[i] ^= 0xff;
	assert_int_equal(sva_create_delta(wq, old, new, size, delta, room, &delta_size, NULL), 0);
	assert_int_equal(delta_size, size / 8 * 10);
	assert_int_equal(sva_apply_delta(wq, copy, size, delta, delta_size, NULL), 0);
	assert_memory_equal(copy, new, size);
	assert_int_equal(sva_delta_max(SIZE_MAX), SIZE_MAX);
	assert_int_equal(sva_delta_max(0), 0);
	close_fake(wq);
	free(delta);
	free(old);
	free(new);
	free(copy);
}

static void lists_of_many_buffers(void **state)
{
	const size_t count = 100000;
	struct iovec *from = calloc(count, sizeof(*from)), to = { b, SIZE };
	struct sva_wq *wq = open_with("wq0.0", (struct sva_policy){ .threshold = 512 });
	uint32_t crc = 0;

	(void)state;
	for (size_t i = 0; i < count; i++) /* one byte each, most of them none */
		from[i] = (struct iovec){ a + i % SIZE, i < SIZE };
	assert_int_equal(sva_memcpy_iov(wq, &to, 1, from, count, &outcome), 0);
	assert_memory_equal(a, b, SIZE);
	assert_int_equal(outcome.why, SVA_WHY_SMALL);
	assert_int_equal(sva_crc32c_iov(wq, from, count, &crc, NULL), 0);
	assert_int_equal(crc, ref_crc32c(a, SIZE, 0, 0));
	assert_int_equal(sva_memcpy_iov(wq, from, SIZE, &to, 1, &outcome), 0);
	to.iov_len--;
	assert_int_equal(sva_memcpy_iov(wq, &to, 1, from, count, NULL), -EINVAL);
	from[1].iov_len = SSIZE_MAX;
	assert_int_equal(sva_crc32c_iov(wq, from, 2, &crc, NULL), -EINVAL);
	assert_int_equal(sva_crc32c_iov(wq, NULL, 2, &crc, NULL), -EINVAL);
	assert_int_equal(sva_crc32c_iov(wq, NULL, 0, &crc, NULL), 0);
	free(from);
	close_fake(wq);
}

/*
 * Queues that do not do it.
 */

static void full(void **state)
{
	struct sva_wq *wq = open_device();
	struct sva_policy policy = { .size = sizeof(policy),
				     .flags = SVA_POLICY_NO_CPU,
				     .timeout_ns = 1000000 };

	(void)state;
	fake.retry = UINT_MAX;
	assert_int_equal(sva_memcpy(wq, b, a, SIZE, &outcome), 0);
	assert_memory_equal(a, b, SIZE);
	assert_int_equal(outcome.why, SVA_WHY_FULL);
	assert_int_equal(outcome.device_bytes, 0);
	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	assert_int_equal(sva_memcpy(wq, b, a, SIZE, &outcome), -ETIMEDOUT);
	assert_int_equal(outcome.bytes, 0);
	fake.retry = 0;
	policy.timeout_ns = 0;
	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	assert_int_equal(sva_memcpy(wq, b, a, 1, &outcome), 0);
	assert_int_equal(outcome.why, 0);
	close_fake(wq);
}

static void a_queue_that_is_full_of_our_own_parts(void **state)
{
	struct sva_wq *wq = open_device();
	unsigned int count = 2;
	pthread_t thread;

	(void)state;
	fake.hold = true;
	fake.capacity = 2;
	pthread_create(&thread, NULL, complete_when_several_are_in_flight, &count);
	assert_int_equal(sva_memcpy(wq, b, a, SIZE, &outcome), 0);
	pthread_join(thread, NULL);
	assert_memory_equal(a, b, SIZE);
	assert_int_equal(outcome.why, 0);
	close_fake(wq);
}

static void dead(void **state)
{
	struct sva_wq *wq = open_device();
	struct sva_policy policy = { .size = sizeof(policy), .flags = SVA_POLICY_NO_CPU };

	fake_attr(fixture_tree(state), "wq0.0", "state", "disabled\n");
	fake.retry = UINT_MAX;
	assert_int_equal(sva_memcpy(wq, b, a, SIZE, &outcome), 0);
	assert_memory_equal(a, b, SIZE);
	assert_int_equal(outcome.why, SVA_WHY_DEAD);
	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	assert_int_equal(sva_memcpy(wq, b, a, SIZE, &outcome), -ENODEV);
	close_fake(wq);
}

static void *lose_when_in_flight(void *arg)
{
	while (fake_held() < 8)
		sched_yield();
	fake_lose();
	fake_stop_holding();
	return arg;
}

static void lost_in_the_middle(void **state)
{
	struct sva_wq *wq = open_device();
	pthread_t thread;

	(void)state;
	fake.hold = true;
	pthread_create(&thread, NULL, lose_when_in_flight, NULL);
	assert_int_equal(sva_memcpy(wq, b, a, SIZE, &outcome), 0);
	pthread_join(thread, NULL);
	assert_memory_equal(a, b, SIZE);
	assert_int_equal(outcome.why, SVA_WHY_LOST);
	assert_int_equal(outcome.device_bytes, SIZE - 8 * MAX_TRANSFER);
	close_fake(wq);
}

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static int64_t end_of_time;

static void *complete_when_time_is_over(void *arg)
{
	while (fake_held() < 8 || now_ns() < end_of_time)
		sched_yield();
	fake_complete(UINT_MAX);
	return arg;
}

/* The time is over while the device has parts: it waits for them, and submits no more. */
static void late(void **state)
{
	const int64_t time = 20000000;
	struct sva_wq *wq = open_with("wq0.0", (struct sva_policy){ .threshold = 1 });
	struct sva_policy policy = { .size = sizeof(policy), .threshold = 1, .timeout_ns = 1 };
	pthread_t thread;

	(void)state;
	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	assert_int_equal(sva_memcpy(wq, b, a, SIZE, &outcome), -ETIMEDOUT);
	assert_int_equal(outcome.bytes, 0);
	assert_int_equal(fake.submissions, 0);

	policy.timeout_ns = time;
	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
	fake.hold = true;
	end_of_time = now_ns() + 2 * time;
	pthread_create(&thread, NULL, complete_when_time_is_over, NULL);
	assert_int_equal(sva_memcpy(wq, b, a, SIZE, &outcome), -ETIMEDOUT);
	pthread_join(thread, NULL);
	assert_int_equal(fake_held(), 0);
	assert_int_equal(outcome.bytes, 8 * MAX_TRANSFER);
	assert_memory_equal(a, b, 8 * MAX_TRANSFER);
	fake.hold = false;
	close_fake(wq);
}

static void *call_and_end(void *arg)
{
	sva_memcpy(arg, b, a, SIZE, NULL);
	for (;;)
		pause(); /* a cancellation point, which the call is not */
	return NULL;
}

static void a_thread_is_cancelled_in_a_call(void **state)
{
	struct sva_wq *wq = open_device();
	pthread_t thread;
	void *result;

	(void)state;
	fake.hold = true;
	pthread_create(&thread, NULL, call_and_end, wq);
	while (fake_held() < 8)
		sched_yield();
	pthread_cancel(thread);
	fake_stop_holding();
	fake_complete(UINT_MAX);
	pthread_join(thread, &result);
	assert_ptr_equal(result, PTHREAD_CANCELED);
	assert_memory_equal(a, b, SIZE);
	close_fake(wq);
}

static void in_the_child_of_a_fork(void **state)
{
	struct sva_wq *wq = open_with("wq0.0", (struct sva_policy){ .threshold = 4096 });
	int status;
	pid_t child;

	(void)state;
	assert_int_equal(sva_memcpy(wq, b, a, 1, NULL), 0);
	child = fork();
	if (!child) {
		if (sva_memcpy(wq, b, a, 1, NULL) != -ESTALE ||
		    sva_memcpy(wq, b, a, SIZE, NULL) != -ESTALE || sva_wq_reopen(wq) ||
		    wq->cpu_below != 4096 || sva_memcpy(wq, b, a, SIZE, &outcome) ||
		    outcome.device_bytes != SIZE)
			_exit(1);
		_exit(memcmp(a, b, SIZE) != 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close_fake(wq);
}

/*
 * Bad input.
 */

static void ranges_and_overlaps(void **state)
{
	struct sva_wq *wq = open_device();
	void *end = (void *)(UINTPTR_MAX - 100);
	struct sva_desc_dif dif = { .flags = SVA_DIF_BLOCK_512 };
	uint32_t crc = 0;
	size_t size;
	bool equal;
	int order;

	(void)state;
	assert_int_equal(sva_memcpy(wq, end, a, 200, NULL), -EINVAL);
	assert_int_equal(sva_memcpy(wq, b, end, 200, NULL), -EINVAL);
	assert_int_equal(sva_memcpy(wq, b, a, SIZE_MAX, NULL), -EINVAL);
	assert_int_equal(sva_memset(wq, end, 0, 200, NULL), -EINVAL);
	assert_int_equal(sva_memcmp(wq, end, a, 200, &order, NULL), -EINVAL);
	assert_int_equal(sva_memcmp(wq, b, a, 200, NULL, NULL), -EINVAL);
	assert_int_equal(sva_compare_pattern(wq, a, 1, 200, NULL, NULL), -EINVAL);
	assert_int_equal(sva_compare_pattern(wq, end, 1, 200, &equal, NULL), -EINVAL);
	assert_int_equal(sva_crc32c(wq, a, 200, NULL, NULL), -EINVAL);
	assert_int_equal(sva_crc32c(wq, end, 200, &crc, NULL), -EINVAL);
	assert_int_equal(sva_copy_crc32c(wq, a + 100, a, 101, &crc, NULL), -EINVAL);
	assert_int_equal(sva_copy_crc32c(wq, a + 101, a, 101, &crc, NULL), 0);
	assert_int_equal(sva_dualcast(wq, b, b + 100, a, 101, NULL), -EINVAL);
	assert_int_equal(sva_dualcast(wq, b, a + 100, a, 101, NULL), -EINVAL);
	assert_int_equal(sva_dif_check(wq, a, 519, &dif, NULL), -EINVAL);
	assert_int_equal(sva_dif_check(wq, a, 520, NULL, NULL), -EINVAL);
	assert_int_equal(sva_dif_insert(wq, a + 512, a, 512, &dif, NULL), 0);
	assert_int_equal(sva_dif_insert(wq, a + 511, a, 512, &dif, NULL), -EINVAL);
	assert_int_equal(sva_dix_generate(wq, a + 505, a, 512, &dif, NULL), -EINVAL);
	assert_int_equal(sva_create_delta(wq, a, b, 12, b + 800, 80, &size, NULL), -EINVAL);
	assert_int_equal(sva_create_delta(wq, a + 4, b, 16, b + 800, 80, &size, NULL), -EINVAL);
	assert_int_equal(sva_create_delta(wq, a, b, 800, b + 792, 80, &size, NULL), -EINVAL);
	assert_int_equal(sva_create_delta(wq, a, b, 800, b + 800, 80, NULL, NULL), -EINVAL);
	assert_int_equal(sva_memcpy(NULL, b, a, 1, NULL), -EINVAL);
	assert_int_equal(sva_memcpy(wq, nowhere, nowhere, 0, &outcome), 0);
	assert_int_equal(outcome.parts, 0);
	outcome.size = 4;
	assert_int_equal(sva_memcpy(wq, b, a, SIZE, &outcome), -EINVAL);
	close_fake(wq);
	assert_int_equal(sva_memcpy(wq, b, a, 1, NULL), -EBADF);
}

/* One of a later version is filled as far as this one knows it. */
static void an_outcome_of_another_version(void **state)
{
	struct {
		struct sva_outcome known;
		uint64_t later;
	} o = { .known.size = sizeof(o), .later = 5 };
	struct sva_wq *wq = open_device();

	(void)state;
	assert_int_equal(sva_memcpy(wq, b, a, SIZE, &o.known), 0);
	assert_int_equal(o.known.size, sizeof(o));
	assert_int_equal(o.known.bytes, SIZE);
	assert_int_equal(o.later, 5);
	o.known = (struct sva_outcome){ .size = offsetof(struct sva_outcome, device_bytes) };
	assert_int_equal(sva_memcpy(wq, b, a, SIZE, &o.known), 0);
	assert_int_equal(o.known.bytes, SIZE);
	assert_int_equal(o.known.device_bytes, 0);
	close_fake(wq);
}

static void words(void **state)
{
	struct sva_wq *wq = open_device();
	char text[200];

	(void)state;
	fake.retry = UINT_MAX;
	assert_int_equal(sva_memcpy(wq, b, a, SIZE, &outcome), 0);
	assert_true(sva_outcome_explain(&outcome, text, sizeof(text)) < (int)sizeof(text));
	assert_string_equal(text,
			    "20480 bytes in 20 parts, 0 by the device; by the CPU: queue full");
	assert_int_equal(sva_outcome_explain(&outcome, NULL, 0), strlen(text));
	assert_int_equal(sva_outcome_explain(&outcome, text, 6), 64);
	assert_string_equal(text, "20480");
	assert_int_equal(sva_outcome_explain(&outcome, text, SIZE_MAX), 64); /* any, but enough */
	assert_int_equal(strlen(text), 64);
	assert_int_equal(sva_outcome_explain(NULL, text, 6), -EINVAL);
	for (uint32_t bit = 1; bit <= SVA_WHY_ERROR; bit <<= 1)
		assert_true(*sva_why_text(bit));
	assert_string_equal(sva_why_text(0), "");
	fake.retry = 0;
	close_fake(wq);
}

static void bad_memory_is_reported(void **state)
{
	struct sva_wq *wq = open_with("cpu", (struct sva_policy){ .fault = SVA_FAULT_REPORT });
	char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint32_t crc = 0;

	(void)state;
	assert_int_equal(sva_memcpy(wq, page, a, 10, NULL), -EFAULT);
	assert_int_equal(sva_memcpy(wq, b, page, 10, NULL), 0);
	munmap(page, 4096);
	assert_int_equal(sva_memcpy(wq, b, page, 10, NULL), -EFAULT);
	assert_int_equal(sva_memcpy(wq, b, nowhere, 10, NULL), -EFAULT);
	assert_int_equal(sva_crc32c(wq, page, 10, &crc, NULL), -EFAULT);
	assert_int_equal(sva_wq_close(wq), 0);
}

/* What the library reads and writes of a delta by itself: the table, and what had too little room.
 */
static void bad_deltas_are_reported(void **state)
{
	static const char *const names[] = { "cpu", "wq0.0" };
	const size_t size = (size_t)1 << 20; /* two sections */
	uint64_t *from = calloc(2, size), *to = from + size / 8;
	size_t delta_size;

	(void)state;
	to[size / 8 - 1] = 1;
	for (int i = 0; i < 2; i++) {
		struct sva_wq *wq = open_with(
			names[i], (struct sva_policy){ .fault = SVA_FAULT_REPORT, .threshold = 1 });
		char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		assert_int_equal(
			sva_create_delta(wq, from, to, size, page, 4096, &delta_size, &outcome),
			-EFAULT);
		assert_int_equal(outcome.bytes, 0);
		to[3] = 2;
		assert_int_equal(
			sva_create_delta(wq, from, to, 4096, page, 40, &delta_size, &outcome),
			-EFAULT);
		assert_int_equal(outcome.bytes, 0);
		mprotect(page, 4096, PROT_NONE);
		outcome.bytes = 77;
		assert_int_equal(sva_apply_delta(wq, to, size, page, 18, &outcome), -EFAULT);
		assert_int_equal(outcome.bytes, 0);
		munmap(page, 4096);
		assert_int_equal(sva_wq_close(wq), 0);
	}
	free(from);
}

/* None at all, one that is nowhere, and no room for the table. */
static void empty_deltas(void **state)
{
	const size_t size = (size_t)1 << 20;
	struct sva_wq *wq = open_with("cpu", (struct sva_policy){ 0 });
	char *from = calloc(2, size), *to = from + size;
	size_t delta_size = 77;

	(void)state;
	assert_int_equal(sva_create_delta(wq, from, to, 4096, from, 0, &delta_size, &outcome), 0);
	assert_int_equal(delta_size, 0);
	outcome.bytes = 77;
	assert_int_equal(sva_create_delta(wq, from, to, size, b, 0, &delta_size, &outcome),
			 -ENOSPC);
	assert_int_equal(outcome.bytes, 0);
	assert_int_equal(sva_apply_delta(wq, to, size, to + 64, 0, &outcome), 0);
	assert_int_equal(outcome.bytes, size);
	free(from);
	assert_int_equal(sva_wq_close(wq), 0);
}

/*
 * Below the threshold, a call without an outcome takes a shorter way than one with it, and does the
 * same.
 */

#define SMALL 2048u

struct results {
	int err[20];
	unsigned char to[4][2 * SMALL] __attribute__((aligned(64)));
	uint32_t crc[3];
	size_t delta_size;
	bool equal[2];
};

/* @room: for the delta of a and b */
static void call_all(struct results *r, struct sva_wq *wq, size_t size, size_t room,
		     struct sva_outcome *o)
{
	struct sva_desc_dif dif = { .flags = SVA_DIF_BLOCK_512,
				    .src.ref_tag = 5,
				    .dst.ref_tag = 5 };
	struct iovec from[] = { { a, size / 3 }, { a, 0 }, { a + size / 3, size - size / 3 } };
	struct iovec into[] = { { r->to[3], size / 2 }, { r->to[3] + size / 2, size - size / 2 } };
	size_t words = size / 8 * 8, blocks = size / 512;
	uint64_t delta[SMALL / 8 * 10 / 8 + 8];
	int *err = r->err;

	memset(r, 0, sizeof(*r));
	memset(delta, 0x5a, sizeof(delta));
	r->crc[0] = r->crc[1] = r->crc[2] = 77;
	*err++ = sva_fill(wq, r->to[0] + 3, 0x0123456789abcdef, size, o);
	*err++ = sva_fill16(wq, r->to[0] + SMALL, 0x0123456789abcdef, 77, size, o);
	*err++ = sva_compare_pattern(wq, r->to[0] + 3, 0x0123456789abcdef, size, &r->equal[0], o);
	*err++ = sva_compare_pattern(wq, a, 0x0123456789abcdef, size, &r->equal[1], o);
	*err++ = sva_crc32c(wq, a, size, &r->crc[0], o);
	*err++ = sva_copy_crc32c(wq, r->to[1], a, size, &r->crc[1], o);
	*err++ = sva_dualcast(wq, r->to[2], r->to[2] + SMALL + 1, a, size, o);
	*err++ = sva_memcpy_iov(wq, into, 2, from, 3, o);
	*err++ = sva_crc32c_iov(wq, from, 3, &r->crc[2], o);
	*err++ = sva_cache_flush(wq, r->to[3], size, o);
	*err++ = sva_create_delta(wq, a, b, words, delta, room, &r->delta_size, o);
	assert_int_equal(((unsigned char *)delta)[room], 0x5a);
	memcpy(r->to[1] + SMALL, a, words);
	*err++ = sva_apply_delta(wq, r->to[1] + SMALL, words, delta, r->delta_size, o);
	if (r->delta_size >= 20)
		memset(delta, 0xff, 2); /* where there is nothing */
	*err++ = sva_apply_delta(wq, r->to[1] + SMALL, words, delta, r->delta_size, o);
	*err++ = sva_dif_insert(wq, r->to[2], a, blocks * 512, &dif, o);
	*err++ = sva_dif_check(wq, r->to[2], blocks * 520, &dif, o);
	*err++ = sva_dif_strip(wq, r->to[3], r->to[2], blocks * 520, &dif, o);
	r->to[2][blocks * 520 / 2] ^= 1;
	*err++ = sva_dif_update(wq, r->to[3], r->to[2], blocks * 520, &dif, o);
	dif.dst_flags = 0xff;
	*err++ = sva_dif_insert(wq, r->to[2], a, blocks * 512, &dif, o);
}

static void asked_or_not(void **state)
{
	static const size_t sizes[] = { 0, 1, 7, 8, 64, 100, 512, 1000, 1024, SMALL };
	static const char *const names[] = { "cpu", "wq0.0" };
	static struct results asked, not_asked;

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct sva_wq *wq =
			open_with(names[i % 2], (struct sva_policy){ .threshold = 4096 });

		memcpy(b, a, SMALL);
		for (size_t at = 0; at < sizes[i / 2]; at += 16)
			b[at]++;
		for (size_t room = 40; room <= SMALL / 8 * 10; room += 200) {
			call_all(&asked, wq, sizes[i / 2], room, &outcome);
			call_all(&not_asked, wq, sizes[i / 2], room, NULL);
			assert_memory_equal(&asked, &not_asked, sizeof(asked));
		}
		assert_int_equal(asked.err[10], 0);
		if (sizes[i / 2] >= 512)
			assert_int_equal(asked.err[16], -EBADMSG); /* it is damaged */
		assert_int_equal(fake_queue("wq0.0")->submissions, 0);
		close_fake(wq);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(small_ones_run_on_the_cpu),
		TEST(large_ones_are_not_inline_where_threads_share_them),
		TEST(asked_or_not),
		TEST(a_policy_can_be_replaced),
		TEST(bad_policies),
		TEST(the_threshold_is_measured_once),
		TEST(crc_in_parts),
		TEST(several_parts_are_in_flight),
		TEST(edges_are_the_cpus),
		TEST(deltas_of_any_length),
		TEST(a_delta_of_everything),
		TEST(lists_of_many_buffers),
		TEST(full),
		TEST(a_queue_that_is_full_of_our_own_parts),
		TEST(dead),
		TEST(lost_in_the_middle),
		TEST(late),
		TEST(a_thread_is_cancelled_in_a_call),
		TEST(in_the_child_of_a_fork),
		TEST(ranges_and_overlaps),
		TEST(an_outcome_of_another_version),
		TEST(words),
		TEST(bad_memory_is_reported),
		TEST(bad_deltas_are_reported),
		TEST(empty_deltas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
