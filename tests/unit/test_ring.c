/* SPDX-License-Identifier: MIT */
/*
 * Rings: what is submitted ends exactly once, in whatever order, whatever the device makes of it;
 * and those who wait on a file descriptor are woken.
 */
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "fixture.h"
#include "path.h"
#include "record.h"
#include "ring.h"

#define BYTES 256u
#define OPS   512u
#define PAGE  4096u
#define HUGE  (2u << 20)
#define MS    1000000ll

static unsigned char src[OPS][BYTES] __attribute__((aligned(64)));
static unsigned char dst[OPS][BYTES] __attribute__((aligned(64)));

/* A child that arms a ring starts a thread; and after a test it may still count a pause. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
	return "die_after_fork=0";
}

const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
	return "race:fake_device_reset\n";
}

/*
 * What the library asks the system for.
 */

/* Where the test is the device, it may take its time: the clock stands. */
static _Thread_local int64_t later_ns, frozen_ns;
static _Thread_local unsigned int clock_reads;
static unsigned int allocations, reads, eventfds, threads;
static int refuse_thread; /* what pthread_create() returns */
static int waiter_tid;

int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);
ssize_t __real_read(int fd, void *buf, size_t len);
ssize_t __wrap_read(int fd, void *buf, size_t len);
int __real_eventfd(unsigned int count, int flags);
int __wrap_eventfd(unsigned int count, int flags);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*f)(void *),
			  void *arg);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*f)(void *),
			  void *arg);

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	int err = __real_clock_gettime(clock, now);
	int64_t ns = now->tv_sec * 1000000000ll + now->tv_nsec;

	clock_reads++;
	ns = (frozen_ns ? frozen_ns : ns) + later_ns;
	now->tv_sec = ns / 1000000000;
	now->tv_nsec = ns % 1000000000;
	return err;
}

void *__wrap_malloc(size_t size)
{
	__atomic_fetch_add(&allocations, 1, __ATOMIC_RELAXED);
	return __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	__atomic_fetch_add(&allocations, 1, __ATOMIC_RELAXED);
	return __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	__atomic_fetch_add(&allocations, 1, __ATOMIC_RELAXED);
	return __real_realloc(p, size);
}

ssize_t __wrap_read(int fd, void *buf, size_t len)
{
	__atomic_fetch_add(&reads, 1, __ATOMIC_RELAXED);
	return __real_read(fd, buf, len);
}

int __wrap_eventfd(unsigned int count, int flags)
{
	__atomic_fetch_add(&eventfds, 1, __ATOMIC_RELAXED);
	return __real_eventfd(count, flags);
}

static void *(*waiter)(void *);

static void *run_waiter(void *arg)
{
	__atomic_store_n(&waiter_tid, gettid(), __ATOMIC_RELEASE);
	return waiter(arg);
}

/* Only the library's own thread has attributes here. */
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*f)(void *),
			  void *arg)
{
	if (!attr)
		return __real_pthread_create(thread, attr, f, arg);
	if (refuse_thread)
		return refuse_thread;
	threads++;
	waiter = f;
	return __real_pthread_create(thread, attr, run_waiter, arg);
}

/*
 * Queues, rings, and copies: the k-th is from src[k] to dst[k].
 */

static int setup(void **state)
{
	later_ns = 0;
	frozen_ns = svai_now_ns();
	memset(dst, 0, sizeof(dst));
	for (unsigned int i = 0; i < OPS; i++)
		for (unsigned int k = 0; k < BYTES; k++)
			src[i][k] = (unsigned char)(i * 7 + k * 3 + 1);
	return fixture_setup(state);
}

static struct sva_wq *open_with(const char *name, struct sva_policy policy)
{
	struct sva_wq_opts opts = {
		.size = sizeof(opts), .policy = &policy, .retries = 3, .timeout_ms = 100
	};
	struct sva_wq *wq;

	policy.size = sizeof(policy);
	assert_int_equal(sva_wq_open(&wq, name, &opts), 0);
	return wq;
}

static void set_policy(struct sva_wq *wq, struct sva_policy policy)
{
	policy.size = sizeof(policy);
	assert_int_equal(sva_wq_set_policy(wq, &policy), 0);
}

static struct sva_ring *ring_of(struct sva_wq *wq, unsigned int slots, uint32_t batch)
{
	struct sva_ring_opts opts = { .size = sizeof(opts), .batch = batch };
	struct sva_ring *ring;

	assert_int_equal(sva_ring_open(&ring, wq, slots, &opts), 0);
	return ring;
}

static struct sva_op *copy(struct sva_ring *ring, unsigned int k)
{
	struct sva_op *op = sva_ring_get(ring);

	assert_non_null(op);
	sva_prep_memmove(&op->desc, dst[k], src[k], BYTES, 0);
	sva_ring_set_data(ring, op, dst[k]);
	return op;
}

static struct sva_op *submit_copy(struct sva_ring *ring, unsigned int k)
{
	struct sva_op *op = copy(ring, k);

	assert_int_equal(sva_ring_submit(ring), 1);
	return op;
}

static void assert_copied(unsigned int k)
{
	assert_memory_equal(src[k], dst[k], BYTES);
}

/* The next one that has ended is this one, with this result. */
static void assert_reaped(struct sva_ring *ring, const struct sva_op *op, int expected)
{
	int result = 1;

	assert_ptr_equal(sva_ring_reap(ring, &result), op);
	assert_int_equal(result, expected);
}

static void assert_nothing(struct sva_ring *ring)
{
	int result;

	assert_null(sva_ring_reap(ring, &result));
}

static unsigned int reap_all(struct sva_ring *ring, int expected)
{
	unsigned int n = 0;
	int result;

	while (sva_ring_reap(ring, &result)) {
		assert_int_equal(result, expected);
		n++;
	}
	return n;
}

static void close_both(struct sva_ring *ring, struct sva_wq *wq)
{
	int32_t free;

	assert_int_equal(sva_ring_close(ring), 0);
	free = wq->credit ? *wq->credit : 0;
	if (wq->credit)
		assert_int_equal(free, (DEDICATED_SIZE - 1) * SVA__CREDIT);
	close_fake(wq);
}

/* The device is done with an operation that it holds, and says so. */
static void answer(struct sva_op *op, unsigned int status, uint32_t bytes, uint64_t addr)
{
	op->record.result = 0;
	op->record.fault_info = addr ? 1 : 0;
	op->record.bytes_completed = bytes;
	op->record.fault_addr = addr;
	__atomic_store_n(&op->record.status, (uint8_t)status, __ATOMIC_RELEASE);
}

/* A page is missing behind so many bytes. */
static void fault(struct sva_op *op, uint32_t bytes, bool write)
{
	uint64_t from = op->desc.src_addr, to = op->desc.dst_addr;

	memcpy((void *)to, (const void *)from, bytes);
	fake_lose();
	answer(op, SVA_STATUS_PAGE_FAULT | (write ? SVA_STATUS_WRITE : 0), bytes,
	       (write ? to : from) + bytes);
}

/*
 * Opening, memory, the parts of the interface.
 */

static void sizes(void **state)
{
	static const unsigned int good[] = { 1, 2, 3, 31, 32, 100, 4096, SVA_RING_MAX };
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		unsigned int n = 0;

		assert_int_equal(sva_ring_open(&ring, wq, good[i], NULL), 0);
		while (sva_ring_get(ring))
			n++;
		assert_int_equal(n, good[i]);
		assert_int_equal(sva_ring_in_flight(ring), 0);
		assert_int_equal(sva_ring_close(ring), 0);
	}
	assert_int_equal(sva_ring_open(&ring, wq, 0, NULL), -EINVAL);
	assert_null(ring);
	assert_int_equal(sva_ring_open(&ring, wq, SVA_RING_MAX + 1, NULL), -E2BIG);
	assert_int_equal(sva_ring_open(&ring, wq, 1u << 31, NULL), -E2BIG);
	assert_int_equal(sva_ring_open(&ring, wq, UINT_MAX, NULL), -E2BIG);
	assert_null(ring);
	close_fake(wq);
}

static void bad_arguments(void **state)
{
	struct {
		struct sva_ring_opts known;
		uint64_t later;
	} opts = { .known.size = sizeof(opts) };
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring;
	struct sva_op op;

	(void)state;
	assert_int_equal(sva_ring_open(NULL, wq, 1, NULL), -EINVAL);
	assert_int_equal(sva_ring_open(&ring, NULL, 1, NULL), -EINVAL);
	opts.known.size = 4;
	assert_int_equal(sva_ring_open(&ring, wq, 1, &opts.known), -EINVAL);
	opts.known.size = sizeof(opts);
	opts.later = 1;
	assert_int_equal(sva_ring_open(&ring, wq, 1, &opts.known), -E2BIG);
	opts.later = 0;
	opts.known.batch = 65;
	assert_int_equal(sva_ring_open(&ring, wq, 1, &opts.known), -EINVAL);
	opts.known.batch = 64;
	opts.known.reserved = 1;
	assert_int_equal(sva_ring_open(&ring, wq, 1, &opts.known), -EINVAL);
	opts.known.reserved = 0;
	assert_int_equal(sva_ring_open(&ring, wq, 1, &opts.known), 0);
	assert_int_equal(sva_ring_submit(NULL), -EINVAL);
	assert_int_equal(sva_ring_cancel(NULL, &op), -EINVAL);
	assert_int_equal(sva_ring_cancel(ring, NULL), -EINVAL);
	assert_int_equal(sva_ring_drain(NULL, 0), -EINVAL);
	assert_int_equal(sva_ring_fd(NULL), -EINVAL);
	assert_int_equal(sva_ring_arm(NULL), -EINVAL);
	assert_int_equal(sva_ring_arm(ring), -EINVAL); /* no descriptor yet */
	assert_int_equal(sva_ring_reopen(NULL), -EINVAL);
	assert_int_equal(sva_ring_reopen(ring), -EALREADY);
	assert_int_equal(sva_ring_close(NULL), -EINVAL);
	assert_int_equal(sva_ring_in_flight(NULL), 0);
	close_fake(wq);

	/* A ring on a queue that was closed answers, and can be closed. */
	assert_int_equal(sva_ring_submit(ring), -EBADF);
	assert_int_equal(sva_ring_fd(ring), -EBADF);
	assert_int_equal(sva_ring_reopen(ring), -EBADF);
	assert_int_equal(sva_ring_close(ring), 0);
	assert_int_equal(sva_ring_open(&ring, wq, 1, NULL), -EBADF);
	assert_null(ring);
}

static bool is_in(uint64_t addr, size_t bytes, const struct sva_ring *ring, uintptr_t page)
{
	return addr / page == (uintptr_t)ring->ops / page &&
	       (addr + bytes - 1) / page == (uintptr_t)ring->ops / page;
}

/* What the device reads and writes by itself is in one page. */
static void memory(void **state)
{
	static const struct {
		unsigned int slots;
		uint32_t batch;
		uintptr_t page;
	} cases[] = { { 1, 0, PAGE },     { 16, 0, PAGE },  { 31, 1, PAGE },
		      { 32, 1, HUGE },    { 256, 0, HUGE }, { SVA_RING_MAX, 4, HUGE },
		      { 8192, 64, HUGE }, { 8191, 0, HUGE } };
	struct sva_wq *wq;

	fake_attr(fixture_tree(state), "wq0.0", "max_batch_size", "64\n");
	wq = open_fake("wq0.0");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sva_ring *ring = ring_of(wq, cases[i].slots, cases[i].batch);
		unsigned int n = 0;

		for (struct sva_op *op; n < cases[i].slots && (op = sva_ring_get(ring)); n++) {
			assert_true(is_in((uintptr_t)op, sizeof(*op), ring, cases[i].page));
			sva_prep_noop(&op->desc, 0);
		}
		assert_int_equal(sva_ring_submit(ring), n);
		if (sva_desc_opcode(&fake.last) == SVA_OP_BATCH)
			assert_true(is_in(fake.last.desc_list_addr, fake.last.desc_count * 64ul,
					  ring, cases[i].page));
		else
			assert_int_equal(cases[i].batch == 1 || n < 4, true);
		assert_true(is_in(fake.last.completion_addr, 32, ring, cases[i].page));
		assert_int_equal(reap_all(ring, 0), n);
		assert_int_equal(sva_ring_close(ring), 0);
	}
	close_fake(wq);
}

/* Nothing is allocated, and nothing asked of the system, while all goes well. */
static void no_allocation_and_no_system_call(void **state)
{
	struct sva_wq *wq = open_fake("wq0.1");
	struct sva_ring *ring = ring_of(wq, 32, 0);
	unsigned int allocated, asked, written;

	(void)state;
	assert_true(sva_ring_fd(ring) >= 0);
	allocated = allocations;
	asked = reads + eventfds;
	written = fake.writes;
	for (unsigned int round = 0; round < 1000; round++) {
		for (unsigned int k = 0; k < round % 33; k++)
			copy(ring, k);
		assert_int_equal(sva_ring_submit(ring), round % 33);
		assert_int_equal(reap_all(ring, 0), round % 33);
	}
	assert_int_equal(allocations, allocated);
	assert_int_equal(reads + eventfds, asked);
	assert_int_equal(fake.writes, written);
	close_both(ring, wq);
}

static void data_of_the_program(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring = ring_of(wq, 3, 0);
	struct sva_op *op;

	(void)state;
	for (unsigned int k = 0; k < 3; k++) {
		op = sva_ring_get(ring);
		assert_null(sva_ring_data(ring, op));
		sva_prep_memmove(&op->desc, dst[k], src[k], BYTES, 0);
		sva_ring_set_data(ring, op, dst[k]);
	}
	assert_int_equal(sva_ring_submit(ring), 3);
	for (unsigned int k = 0; k < 3; k++) {
		int result;

		op = sva_ring_reap(ring, &result);
		assert_ptr_equal(sva_ring_data(ring, op), dst[k]);
		assert_int_equal(op->record.status, SVA_STATUS_SUCCESS);
		assert_copied(k);
	}
	close_both(ring, wq);
}

/*
 * How bursts are cut.
 */

static unsigned int cut(unsigned int burst, unsigned int group)
{
	unsigned int n = 0;

	for (; group && burst >= 4; n++)
		burst -= burst < group ? burst : group;
	return n + burst;
}

static void bursts(void **state)
{
	static const struct {
		uint32_t batch;
		const char *max_batch;
		unsigned int group;
	} cases[] = { { 0, "32\n", 16 }, { 1, "32\n", 0 },   { 2, "32\n", 0 }, { 4, "32\n", 4 },
		      { 5, "32\n", 5 },  { 64, "32\n", 20 }, { 64, "8\n", 8 }, { 0, "3\n", 0 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct sva_ring *ring;
		struct sva_wq *wq;

		fake_attr(fixture_tree(state), "wq0.0", "max_batch_size", cases[i].max_batch);
		wq = open_fake("wq0.0");
		ring = ring_of(wq, 40, cases[i].batch);
		for (unsigned int burst = 1; burst <= 20; burst++) {
			unsigned int before = fake.submissions;

			memset(dst, 0, sizeof(dst));
			for (unsigned int k = 0; k < burst; k++)
				copy(ring, k);
			assert_int_equal(sva_ring_submit(ring), burst);
			assert_int_equal(fake.submissions - before, cut(burst, cases[i].group));
			assert_int_equal(sva_ring_in_flight(ring), burst);
			assert_int_equal(reap_all(ring, 0), burst);
			for (unsigned int k = 0; k < burst; k++)
				assert_copied(k);
		}
		assert_int_equal(sva_ring_submit(ring), 0);
		close_both(ring, wq);
	}
}

static void one_write_for_many(void **state)
{
	struct sva_ring *ring;
	struct sva_wq *wq;

	(void)state;
	fake.mmap_errno = EPERM;
	fake.write_no_batch = true;
	for (unsigned int most = 0; most < 7; most += 3) {
		unsigned int before;

		wq = open_fake("wq0.0");
		assert_int_equal(sva_wq_path(wq), SVA_PATH_WRITE);
		ring = ring_of(wq, 40, 0);
		before = fake.writes;
		fake.write_most = most;
		for (unsigned int k = 0; k < 24; k++)
			copy(ring, k);
		assert_int_equal(sva_ring_submit(ring), 24);
		assert_int_equal(fake.writes - before, most ? 24 / most : 1);
		assert_int_equal(reap_all(ring, 0), 24);
		assert_copied(23);
		close_both(ring, wq);
		fake.write_most = 0;
	}
}

static void on_the_cpu(void **state)
{
	struct sva_wq *wq = open_with("cpu", (struct sva_policy){ .wait = SVA_WAIT_SPIN });
	struct sva_ring *ring = ring_of(wq, 8, 0);
	int result;

	(void)state;
	for (unsigned int k = 0; k < 8; k++)
		copy(ring, k);
	assert_int_equal(sva_ring_submit(ring), 8);
	for (unsigned int k = 0; k < 8; k++) {
		struct sva_op *op = sva_ring_wait(ring, -1, &result);

		assert_ptr_equal(sva_ring_data(ring, op), dst[k]);
		assert_int_equal(result, 0);
		assert_int_equal(sva_ring_why(op), SVA_WHY_NO_DEVICE);
		assert_copied(k);
	}
	set_policy(wq, (struct sva_policy){ .flags = SVA_POLICY_NO_CPU });
	assert_reaped(ring, submit_copy(ring, 0), -ENODEV);
	assert_int_equal(sva_ring_close(ring), 0);
	ring = ring_of(wq, 1, 0);
	assert_reaped(ring, submit_copy(ring, 0), -ENODEV); /* one that was never linked */
	assert_int_equal(sva_ring_close(ring), 0);
	assert_int_equal(sva_wq_close(wq), 0);
}

/* The CPU takes no less of a batch than the queue that it stands in for. */
static void a_batch_on_the_cpu(void **state)
{
	static struct sva_desc members[64] __attribute__((aligned(64)));
	static struct sva_record records[64];
	struct sva_wq *wq = open_with("cpu", (struct sva_policy){ .wait = SVA_WAIT_SPIN });
	struct sva_ring *ring = ring_of(wq, 8, 0);
	struct sva_op *op = sva_ring_get(ring);

	(void)state;
	for (unsigned int k = 0; k < 64; k++) {
		sva_prep_noop(&members[k], 0);
		members[k].completion_addr = (uintptr_t)&records[k];
	}
	sva_prep_batch(&op->desc, members, 64, 0);
	assert_int_equal(sva_ring_submit(ring), 1);
	assert_reaped(ring, op, 0);
	assert_int_equal(records[63].status, SVA_STATUS_SUCCESS);
	assert_int_equal(sva_ring_close(ring), 0);
	assert_int_equal(sva_wq_close(wq), 0);
}

static void on_a_pool_without_a_queue(void **state)
{
	struct sva_pool_opts opts = { .size = sizeof(opts) };
	struct sva_ring *ring;
	struct sva_wq *pool;
	struct sva_op *op;

	assert_int_equal(setenv("LIBSVA_SYSFS_PATH", "/nowhere", 1), 0);
	(void)state;
	assert_int_equal(sva_pool_open(&pool, &opts), 0);
	assert_int_equal(sva_pool_count(pool), 0);
	ring = ring_of(pool, 8, 0);
	op = submit_copy(ring, 0);
	assert_reaped(ring, op, 0);
	assert_int_equal(sva_ring_why(op), SVA_WHY_NO_DEVICE);
	assert_int_equal(sva_ring_close(ring), 0);
	close_fake(pool);
}

static void on_a_pool(void **state)
{
	struct sva_ring *ring;
	struct sva_wq *pool;

	(void)state;
	frozen_ns = 0;
	assert_int_equal(sva_pool_open(&pool, NULL), 0);
	assert_int_equal(sva_pool_count(pool), 2);
	ring = ring_of(pool, 64, 0);
	for (unsigned int round = 0; round < 200; round++) {
		unsigned int burst = 1 + round % 40;

		memset(dst, 0, sizeof(dst));
		for (unsigned int k = 0; k < burst; k++)
			copy(ring, k);
		assert_int_equal(sva_ring_submit(ring), burst);
		assert_int_equal(reap_all(ring, 0), burst);
		for (unsigned int k = 0; k < burst; k++)
			assert_copied(k);
	}
	assert_true(fake_queue("wq0.0")->submissions > 100);
	assert_true(fake_queue("wq0.1")->submissions > 100);
	/* One that is full, one that loses: the operations end all the same. */
	fake_queue("wq0.0")->full = true;
	fake_queue("wq0.1")->lose = true;
	for (unsigned int k = 0; k < 9; k++)
		copy(ring, k);
	memset(dst, 0, sizeof(dst));
	assert_int_equal(sva_ring_submit(ring), 9);
	fake_queue("wq0.0")->full = fake_queue("wq0.1")->lose = false;
	assert_int_equal(sva_ring_drain(ring, -1), 0);
	assert_int_equal(reap_all(ring, 0), 9);
	for (unsigned int k = 0; k < 9; k++)
		assert_copied(k);
	assert_int_equal(sva_ring_close(ring), 0);
	close_fake(pool);
}

/*
 * Order, and queues that are full.
 */

static void a_slow_one_blocks_no_other(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring = ring_of(wq, 4, 1);
	struct sva_op *slow, *op;

	(void)state;
	fake.hold = true;
	slow = submit_copy(ring, 0);
	fake_lose(); /* it is the test that completes */
	for (unsigned int round = 1; round < 1000; round++) {
		op = submit_copy(ring, round % OPS);
		assert_int_equal(sva_ring_in_flight(ring), 2);
		assert_nothing(ring);
		fake_complete(1);
		assert_reaped(ring, op, 0);
		assert_copied(round % OPS);
	}
	memcpy(dst[0], src[0], BYTES);
	answer(slow, SVA_STATUS_SUCCESS, 0, 0);
	assert_reaped(ring, slow, 0);
	assert_int_equal(sva_ring_in_flight(ring), 0);
	fake.hold = false;
	close_both(ring, wq);
}

static void a_full_queue(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring = ring_of(wq, 8, 1);

	(void)state;
	fake.hold = true;
	fake.capacity = 3;
	for (unsigned int k = 0; k < 8; k++)
		copy(ring, k);
	assert_null(sva_ring_get(ring));
	assert_int_equal(sva_ring_submit(ring), 3);
	assert_int_equal(sva_ring_submit(ring), -EAGAIN);
	assert_int_equal(sva_ring_in_flight(ring), 3);
	fake_complete(2);
	assert_int_equal(reap_all(ring, 0), 2);
	assert_int_equal(sva_ring_submit(ring), 2);
	assert_int_equal(sva_ring_drain(ring, 0), -ETIMEDOUT);
	fake_complete(3);
	assert_int_equal(sva_ring_drain(ring, 0), 0);
	assert_int_equal(sva_ring_submit(ring), 3);
	fake_complete(3);
	assert_int_equal(reap_all(ring, 0), 6);
	for (unsigned int k = 0; k < 8; k++)
		assert_copied(k);
	fake.hold = false;
	close_both(ring, wq);
}

/* Batches that have ended give their entries back, though all their members were reaped before. */
static void credits(void **state)
{
	struct sva_ring *ring;
	struct sva_wq *wq;

	fake_attr(fixture_tree(state), "wq0.1", "size", "2\n");
	wq = open_fake("wq0.1");
	ring = ring_of(wq, 16, 0);
	for (unsigned int round = 0; round < 10; round++) {
		int result;

		for (unsigned int k = 0; k < 5; k++)
			copy(ring, k);
		/* A batch of 5; or the entry is still that of the last one. */
		assert_int_equal(sva_ring_submit(ring), 5);
		for (unsigned int k = 0; k < 5; k++)
			assert_non_null(sva_ring_reap(ring, &result));
		submit_copy(ring, 5);
		assert_non_null(sva_ring_reap(ring, &result));
	}
	assert_int_equal(sva_ring_close(ring), 0);
	assert_int_equal(*wq->credit, SVA__CREDIT);
	close_fake(wq);
}

/*
 * A device that does anything in any order, against a simple model.
 */

enum where { FREE, GOT, FLYING };

static struct model {
	enum where where;
	bool ended;   /* is to be reaped */
	bool faulted; /* may be reaped: it is submitted again, or the CPU does it */
} model[OPS];

static unsigned int got[OPS], got_count, flying, slots;
static uint32_t why_seen;
static unsigned int seed;

static unsigned int chance(unsigned int n)
{
	return (unsigned int)rand_r(&seed) % n;
}

/* Not: ended, waiting to be submitted again, or left out by a batch that has ended. */
static bool is_with_device(const struct svai_ring *r, unsigned int i)
{
	const struct sva_op *op = &r->head.ops[i];
	uint32_t number = (op->done >> 16) - 1;

	if (model[i].where != FLYING || sva_record_status(&op->record) ||
	    r->slots[i].state != SVAI_SLOT_PLAIN)
		return false;
	return r->slots[i].resumed || number >= r->chunk_count || !r->uses[number].size ||
	       !svai_chunk(r, number)->op.record.status;
}

/* The last member of a batch that has an entry of the queue, which is to be given back first. */
static bool waits_for_batch(const struct svai_ring *r, unsigned int i)
{
	uint32_t number = (r->head.ops[i].done >> 16) - 1;
	const struct svai_chunk *chunk = svai_chunk(r, number);

	return number < r->chunk_count && !r->slots[i].resumed && r->uses[number].size &&
	       chunk->op.credit && !chunk->op.record.status &&
	       chunk->list[r->uses[number].size - 1].completion_addr ==
		       (uintptr_t)&r->head.ops[i].record;
}

static void work(struct svai_ring *r, unsigned int i)
{
	struct sva_op *op = &r->head.ops[i];
	struct sva_desc *d = &op->desc;

	if (!is_with_device(r, i))
		return;
	if (!chance(5)) {
		uint32_t bytes = chance(d->xfer_size);
		bool write = chance(2);

		memcpy((void *)d->dst_addr, (void *)d->src_addr, bytes);
		model[i].faulted = true;
		answer(op, SVA_STATUS_PAGE_FAULT | (write ? SVA_STATUS_WRITE : 0), bytes,
		       (write ? d->dst_addr : d->src_addr) + bytes);
		return;
	}
	model[i].ended = true;
	memset((void *)d->dst_addr, 0x55, d->xfer_size);
	if (!chance(20)) {
		answer(op, SVA_STATUS_HW_WRITE | SVA_STATUS_WRITE, 0, 0);
		return;
	}
	memcpy((void *)d->dst_addr, (void *)d->src_addr, d->xfer_size);
	answer(op, SVA_STATUS_SUCCESS, 0, 0);
}

/* Batches end once their members have, much later, or without having executed some. */
static void end_batches(struct svai_ring *r)
{
	for (uint32_t n = 0; n < r->chunk_count; n++) {
		struct sva_op *batch = &svai_chunk(r, n)->op;
		unsigned int left[OPS], count = 0;

		for (uint32_t m = 0; m < r->uses[n].size; m++) {
			uint64_t record = svai_chunk(r, n)->list[m].completion_addr;
			uint32_t i = (uint32_t)((record - (uintptr_t)&r->head.ops->record) /
						sizeof(struct sva_op));

			if (r->head.ops[i].done == svai_chunk_tag(n) && !r->slots[i].resumed &&
			    is_with_device(r, i))
				left[count++] = i;
		}
		if (!r->uses[n].size || batch->record.status || chance(count ? 60 : 6))
			continue;
		for (unsigned int k = 0; k < count; k++)
			model[left[k]].faulted = true;
		answer(batch, count ? SVA_STATUS_BATCH_FAIL : SVA_STATUS_SUCCESS, 0, 0);
	}
}

static void get_one(struct sva_ring *ring)
{
	struct sva_op *op = sva_ring_get(ring);
	unsigned int i;

	assert_int_equal(op == NULL, flying + got_count == slots);
	if (!op)
		return;
	i = (unsigned int)(op - ring->ops);
	assert_int_equal(model[i].where, FREE);
	model[i] = (struct model){ .where = GOT };
	got[got_count++] = i;
	src[i][chance(BYTES)]++;
	sva_prep_memmove(&op->desc, dst[i], src[i], BYTES, 0);
	sva_ring_set_data(ring, op, src[i]);
}

static void submit_all(struct sva_ring *ring)
{
	int n = sva_ring_submit(ring);

	if (n < 0) {
		assert_int_equal(n, -EAGAIN);
		assert_true(got_count > 0);
		return;
	}
	assert_in_range(n, got_count ? 1 : 0, got_count);
	for (int k = 0; k < n; k++)
		model[got[k]].where = FLYING;
	got_count -= (unsigned int)n;
	flying += (unsigned int)n;
	memmove(got, got + n, got_count * sizeof(got[0]));
}

static bool reap_one(struct sva_ring *ring)
{
	int result;
	struct sva_op *op = sva_ring_reap(ring, &result);
	unsigned int i;

	if (!op) {
		for (i = 0; i < slots; i++)
			assert_false(model[i].ended && !waits_for_batch(svai_ring(ring), i));
		return false;
	}
	i = (unsigned int)(op - ring->ops);
	assert_int_equal(model[i].where, FLYING);
	assert_true(model[i].ended || model[i].faulted);
	assert_int_equal(result, 0);
	assert_int_equal(op->record.status, SVA_STATUS_SUCCESS);
	assert_int_equal(op->desc.xfer_size, BYTES);
	assert_ptr_equal(sva_ring_data(ring, op), src[i]);
	assert_copied(i);
	why_seen |= sva_ring_why(op);
	memset(&model[i], 0, sizeof(model[i]));
	flying--;
	return true;
}

static void anything(struct sva_wq *wq, unsigned int count, uint32_t batch, unsigned int steps)
{
	struct sva_ring *ring = ring_of(wq, count, batch);
	struct svai_ring *r = svai_ring(ring);

	slots = count;
	memset(model, 0, sizeof(model));
	got_count = flying = 0;
	fake.hold = true;
	for (unsigned int step = 0; step < steps; step++) {
		switch (chance(8)) {
		case 0:
		case 1:
			for (unsigned int n = 1 + chance(20); n--;)
				get_one(ring);
			break;
		case 2:
			submit_all(ring);
			break;
		case 3:
		case 4:
			for (unsigned int n = 1 + chance(10); n--;)
				work(r, chance(r->count));
			break;
		case 5:
			end_batches(r);
			break;
		case 6:
			for (unsigned int n = 1 + chance(10); n-- && reap_one(ring);)
				;
			break;
		default:
			fake_lose(); /* it has room again */
			break;
		}
		assert_int_equal(sva_ring_in_flight(ring), flying);
	}
	while (flying + got_count) {
		fake_lose();
		submit_all(ring);
		for (unsigned int i = 0; i < r->count; i++)
			work(r, i);
		end_batches(r);
		while (reap_one(ring))
			;
	}
	while (sva_ring_drain(ring, 0))
		end_batches(r);
	fake.hold = false;
	assert_int_equal(sva_ring_close(ring), 0);
	if (wq->credit)
		assert_int_equal(*wq->credit, (DEDICATED_SIZE - 1) * SVA__CREDIT);
}

static void any_order(void **state)
{
	static const struct {
		unsigned int slots;
		uint32_t batch;
	} rings[] = { { 1, 0 }, { 3, 0 }, { 8, 4 }, { 33, 0 }, { 100, 5 }, { 256, 64 } };

	seed = 1;
	for (int path = 0; path < 4; path++) {
		struct sva_wq *wq;

		fixture_reset(state);
		fake.mmap_errno = path / 2 ? EPERM : 0;
		wq = open_with(path % 2 ? "wq0.1" : "wq0.0", (struct sva_policy){ .flags = 0 });
		if (!wq->credit)
			fake.capacity = 24;
		why_seen = 0;
		for (size_t i = 0; i < sizeof(rings) / sizeof(rings[0]); i++)
			anything(wq, rings[i].slots, rings[i].batch, 12000);
		/*
		 * A dedicated queue has room for a rest: the entry that its operation had. Some
		 * meet several faults in one place.
		 */
		why_seen &= ~SVA_WHY_FAULT;
		assert_int_equal(why_seen | (wq->credit ? SVA_WHY_FULL : 0),
				 SVA_WHY_ERROR | SVA_WHY_FULL);
		close_fake(wq);
	}
}

/*
 * Page faults.
 */

static void a_fault_is_touched(void **state)
{
	struct sva_wq *wq = open_fake("wq0.1");
	struct sva_ring *ring = ring_of(wq, 4, 0);
	struct sva_wq_stats stats = { .size = sizeof(stats) };

	(void)state;
	for (int write = 0; write < 2; write++) {
		struct sva_op *op;

		memset(dst, 0, sizeof(dst));
		fake.hold = true;
		op = submit_copy(ring, 0);
		fault(op, 100, write);
		assert_nothing(ring); /* the rest is submitted */
		assert_int_equal(fake_held(), 1);
		assert_int_equal(fake.last.xfer_size, BYTES - 100);
		fault(op, 30, write);
		assert_nothing(ring);
		assert_int_equal(fake_complete(2), 1);
		assert_reaped(ring, op, 0);
		assert_int_equal(op->desc.xfer_size, BYTES);
		assert_int_equal(sva_ring_why(op), 0);
		assert_copied(0);
	}
	assert_int_equal(sva_wq_stats(wq, &stats), 0);
	assert_int_equal(stats.read_faults, 2);
	assert_int_equal(stats.write_faults, 2);
	assert_int_equal(stats.resumed, 4);
	fake.hold = false;
	close_both(ring, wq);
}

/* A CRC over parts is that of the whole, and a compare says where in the whole. */
static void a_result_of_the_whole(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring = ring_of(wq, 4, 0);
	struct sva_op *op = sva_ring_get(ring);

	(void)state;
	memcpy(dst[0], src[0], BYTES);
	dst[0][200]++;
	sva_prep_compare(&op->desc, src[0], dst[0], BYTES, 0);
	fake.hold = true;
	assert_int_equal(sva_ring_submit(ring), 1);
	fake_lose();
	answer(op, SVA_STATUS_PAGE_FAULT, 128, (uintptr_t)src[0] + 128);
	assert_nothing(ring);
	fake_complete(1);
	assert_reaped(ring, op, 0);
	assert_int_equal(op->record.result, 1);
	assert_in_range(op->record.bytes_completed, 192, 200);
	fake.hold = false;
	close_both(ring, wq);
}

static void faults_without_progress(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring = ring_of(wq, 4, 0);
	unsigned int faults = 0;

	(void)state;
	for (uint32_t flags = 0; flags <= SVA_POLICY_NO_CPU; flags++) {
		struct sva_op *op;
		int result;

		set_policy(wq, (struct sva_policy){ .flags = flags });
		fake.hold = true;
		op = submit_copy(ring, 0);
		for (faults = 0; sva_ring_in_flight(ring) && faults < 20; faults++) {
			fault(op, 0, false);
			if (sva_ring_reap(ring, &result))
				break;
		}
		assert_in_range(faults, 1, 10);
		assert_int_equal(result, flags ? -EFAULT : 0);
		assert_int_equal(sva_ring_why(op), flags ? 0 : SVA_WHY_FAULT);
		if (!flags)
			assert_copied(0);
	}
	fake.hold = false;
	close_both(ring, wq);
}

static void fault_policies(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring = ring_of(wq, 4, 0);
	char *page = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct sva_result decoded = { .size = sizeof(decoded) };
	struct sva_op *op;

	(void)state;
	set_policy(wq, (struct sva_policy){ .fault = SVA_FAULT_CPU });
	fake.hold = true;
	op = submit_copy(ring, 0);
	fault(op, 100, true);
	assert_reaped(ring, op, 0);
	assert_int_equal(sva_ring_why(op), SVA_WHY_FAULT);
	assert_int_equal(op->record.status, SVA_STATUS_SUCCESS);
	assert_copied(0);

	/* What is reported is what the whole had done, by its own descriptor. */
	set_policy(wq, (struct sva_policy){ .fault = SVA_FAULT_TOUCH });
	op = submit_copy(ring, 1);
	fault(op, 64, false);
	assert_nothing(ring);
	set_policy(wq, (struct sva_policy){ .fault = SVA_FAULT_REPORT });
	fault(op, 36, true);
	assert_reaped(ring, op, -EFAULT);
	sva_decode(&op->desc, &op->record, &decoded);
	assert_int_equal(decoded.code, SVA_STATUS_PAGE_FAULT);
	assert_int_equal(decoded.write_fault, 1);
	assert_int_equal(decoded.bytes_completed, 100);
	assert_int_equal(decoded.fault_addr, (uintptr_t)dst[1] + 100);
	assert_int_equal(op->desc.xfer_size, BYTES);
	assert_ptr_equal(op->desc.dst_addr, dst[1]);
	assert_int_equal(sva_ring_why(op), 0);

	/* Bad memory: by a fault, and before. */
	set_policy(wq, (struct sva_policy){ .fault = SVA_FAULT_TOUCH });
	op = sva_ring_get(ring);
	sva_prep_memmove(&op->desc, page, src[0], BYTES, 0);
	assert_int_equal(sva_ring_submit(ring), 1);
	fake_lose();
	answer(op, SVA_STATUS_PAGE_FAULT | SVA_STATUS_WRITE, 0, (uintptr_t)page);
	assert_reaped(ring, op, -EFAULT);
	assert_int_equal(SVA_STATUS_CODE(op->record.status), SVA_STATUS_PAGE_FAULT);
	fake.hold = false;
	set_policy(wq, (struct sva_policy){ .fault = SVA_FAULT_POPULATE });
	assert_int_equal(sva_ring_close(ring), 0);
	ring = ring_of(wq, 4, 0);
	op = sva_ring_get(ring); /* one that was never linked */
	sva_prep_memmove(&op->desc, page, src[0], BYTES, 0);
	copy(ring, 0);
	assert_int_equal(sva_ring_submit(ring), 2);
	assert_reaped(ring, op, -EFAULT);
	assert_int_equal(op->record.status, SVA_STATUS_NOT_SUBMITTED);
	assert_int_equal(reap_all(ring, 0), 1);
	munmap(page, PAGE);
	close_both(ring, wq);
}

/* The queue is full when the rest comes; then it has room, or the CPU does it. */
static void a_rest_that_waits(void **state)
{
	struct sva_wq *wq = open_with("wq0.0", (struct sva_policy){ .flags = 0 });
	struct sva_ring *ring = ring_of(wq, 4, 0);

	(void)state;
	for (int room = 0; room < 2; room++) {
		struct sva_op *op;

		memset(dst, 0, sizeof(dst));
		fake.hold = true;
		op = submit_copy(ring, 0);
		fault(op, 64, false);
		fake.retry = UINT_MAX;
		assert_nothing(ring);
		assert_nothing(ring);
		assert_int_equal(sva_ring_in_flight(ring), 1);
		fake.retry = room ? 0 : UINT_MAX;
		if (room) {
			assert_nothing(ring);
			assert_int_equal(fake_complete(2), 1);
		}
		assert_reaped(ring, op, 0);
		assert_int_equal(sva_ring_why(op), room ? 0 : SVA_WHY_FULL);
		assert_copied(0);
		fake.retry = 0;
	}
	/* The policy forbids the CPU: it is tried until there is room. */
	set_policy(wq, (struct sva_policy){ .flags = SVA_POLICY_NO_CPU });
	fault(submit_copy(ring, 1), 64, false);
	fake.retry = 100;
	fake.hold = false;
	for (unsigned int n = 0; n < 100; n++)
		assert_nothing(ring);
	while (!reap_all(ring, 0))
		;
	assert_copied(1);
	close_both(ring, wq);
}

/* An old mark is none for a rest: a drain that was in between proves nothing about it. */
static void a_rest_is_not_taken_for_lost(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring = ring_of(wq, 4, 0);
	struct sva_op *op;
	int result;

	(void)state;
	frozen_ns = 0;
	fake.hold = true;
	op = submit_copy(ring, 0);
	for (int k = 0; k < 500 && !fake_held(); k++)
		assert_nothing(ring);
	for (int look = 0; look < 3; look++) { /* it is looked at, and asked about */
		later_ns += 150 * MS;
		for (int k = 0; k < 64; k++)
			assert_null(sva_ring_reap(ring, &result));
	}
	fake_complete(1); /* not the operation: the fault takes it */
	op->record.status = SVA_STATUS_NONE;
	memset(dst, 0, sizeof(dst));
	fake_complete(UINT_MAX); /* the drains */
	answer(op, SVA_STATUS_PAGE_FAULT, 64, (uintptr_t)src[0] + 64);
	memcpy(dst[0], src[0], 64);
	assert_nothing(ring);
	assert_int_equal(fake_held(), 1);
	for (int look = 0; look < 2; look++) {
		later_ns += 150 * MS;
		for (int k = 0; k < 64; k++)
			assert_null(sva_ring_reap(ring, &result));
	}
	fake_complete(UINT_MAX);
	assert_reaped(ring, op, 0);
	assert_int_equal(sva_ring_why(op), 0);
	assert_copied(0);
	fake.hold = false;
	close_both(ring, wq);
}

/*
 * Failures.
 */

static void a_failure_goes_to_the_cpu(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring = ring_of(wq, 4, 0);

	(void)state;
	for (int resumed = 0; resumed < 2; resumed++) {
		for (uint32_t flags = 0; flags <= SVA_POLICY_NO_CPU; flags++) {
			struct sva_op *op;

			set_policy(wq, (struct sva_policy){ .flags = flags });
			memset(dst, 0, sizeof(dst));
			fake.hold = true;
			op = submit_copy(ring, 0);
			if (resumed) {
				fault(op, 64, false);
				assert_nothing(ring);
			}
			memset(dst, 0xee, sizeof(dst)); /* nobody knows what it has done */
			fake_lose();
			answer(op, SVA_STATUS_HW_READ, 0, 0);
			assert_reaped(ring, op, flags ? sva_status_errno(SVA_STATUS_HW_READ) : 0);
			assert_int_equal(sva_ring_why(op), flags ? 0 : SVA_WHY_ERROR);
			assert_int_equal(op->desc.xfer_size, BYTES);
			assert_int_equal(op->record.status,
					 flags ? SVA_STATUS_HW_READ : SVA_STATUS_SUCCESS);
			if (!flags)
				assert_copied(0);
		}
	}
	fake.hold = false;
	close_both(ring, wq);
}

/* What it has moved is gone at the source: the second time would be something else. */
static void an_overlapping_move_is_not_done_again(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring = ring_of(wq, 4, 0);
	unsigned char before[2 * BYTES];

	(void)state;
	frozen_ns = 0;
	for (int lost = 0; lost < 2; lost++) {
		struct sva_op *op = sva_ring_get(ring);
		int result;

		memcpy(dst[0], src[0], 2 * BYTES);
		memcpy(before, dst[0], 2 * BYTES);
		sva_prep_memmove(&op->desc, dst[0] + 10, dst[0], BYTES, 0);
		fake.hold = true;
		assert_int_equal(sva_ring_submit(ring), 1);
		fake_lose();
		fake.hold = false;
		if (!lost)
			answer(op, SVA_STATUS_HW_WRITE | SVA_STATUS_WRITE, 0, 0);
		assert_ptr_equal(sva_ring_wait(ring, -1, &result), op);
		assert_int_equal(result, lost ? -EIO : sva_status_errno(SVA_STATUS_HW_WRITE));
		assert_int_equal(sva_ring_why(op), 0);
		assert_memory_equal(dst[0], before, 2 * BYTES);
		/* At a distance of its size it is a copy. */
		op = sva_ring_get(ring);
		sva_prep_memmove(&op->desc, dst[0] + BYTES, dst[0], BYTES, 0);
		fake.hold = true;
		assert_int_equal(sva_ring_submit(ring), 1);
		fake_lose();
		fake.hold = false;
		answer(op, SVA_STATUS_HW_WRITE | SVA_STATUS_WRITE, 0, 0);
		assert_reaped(ring, op, 0);
		assert_memory_equal(dst[1], before, BYTES);
	}
	close_both(ring, wq);
}

static void verdicts_are_results(void **state)
{
	static const unsigned int statuses[] = { SVA_STATUS_DIF_ERROR, SVA_STATUS_DELTA_ORDER,
						 SVA_STATUS_DELTA_RANGE };
	const struct sva_dif_tags tags = { .app_tag = 1 };
	static unsigned char blocks[520] __attribute__((aligned(64)));
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring = ring_of(wq, 4, 0);
	struct sva_op *op = sva_ring_get(ring);

	(void)state;
	blocks[3] = 1; /* and a guard of 0 */
	sva_prep_dif_check(&op->desc, blocks, sizeof(blocks), SVA_DIF_BLOCK_512, 0, tags, 0);
	assert_int_equal(sva_ring_submit(ring), 1);
	assert_reaped(ring, op, -EBADMSG);
	assert_int_equal(SVA_STATUS_CODE(op->record.status), SVA_STATUS_DIF_ERROR);
	assert_int_equal(sva_ring_why(op), 0);
	fake.hold = true;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		op = submit_copy(ring, 0);
		fake_lose();
		answer(op, statuses[i], 0, 0);
		assert_reaped(ring, op, -EBADMSG);
		assert_int_equal(op->record.status, statuses[i]);
	}
	fake.hold = false;
	close_both(ring, wq);
}

/*
 * Batches that fail. The fake device holds the batch; the test does what it does.
 */

static struct sva_op *batch_of(struct sva_ring *ring, struct sva_op **ops, unsigned int count)
{
	unsigned int before = fake.submissions;

	fake.hold = true;
	for (unsigned int k = 0; k < count; k++)
		ops[k] = copy(ring, k);
	assert_int_equal(sva_ring_submit(ring), count);
	assert_int_equal(fake.submissions, before + 1);
	assert_int_equal(fake.last.desc_count, count);
	assert_int_equal(fake_lose(), 1);
	return (struct sva_op *)(uintptr_t)(fake.last.completion_addr -
					    offsetof(struct sva_op, record));
}

static void members_that_were_not_executed(void **state)
{
	static const char *const queues[] = { "wq0.0", "wq0.1" };

	(void)state;
	for (int q = 0; q < 2; q++) {
		struct sva_wq *wq = open_fake(queues[q]);
		struct sva_ring *ring = ring_of(wq, 16, 8);
		struct sva_op *ops[8], *others[4], *batch, *single;
		unsigned int before;
		int result;

		memset(dst, 0, sizeof(dst));
		batch = batch_of(ring, ops, 8);
		/* Some are executed and reaped, and used again, before the batch says anything. */
		for (unsigned int k = 0; k < 5; k++) {
			memcpy(dst[k], src[k], BYTES);
			answer(ops[k], SVA_STATUS_SUCCESS, 0, 0);
			assert_reaped(ring, ops[k], 0);
		}
		single = submit_copy(ring, 20);
		assert_int_equal(fake_held(), 1);
		for (unsigned int k = 0; k < 4; k++)
			others[k] = copy(ring, 30 + k);
		assert_int_equal(sva_ring_submit(ring), 4);
		assert_int_equal(fake_held(), 2);
		fault(ops[5], 64, false); /* takes the two from the fake, too: the test has them */
		memcpy(dst[5], src[5], 64);
		before = fake.submissions;
		assert_nothing(ring);
		assert_int_equal(fake.submissions, before + 1); /* the rest of one */
		answer(batch, SVA_STATUS_BATCH_FAIL, 6, 0);
		for (int k = 0; k < 10; k++)
			assert_nothing(ring);
		assert_int_equal(fake.submissions, before + 1 + 2); /* and 6 and 7 */
		fake_complete(UINT_MAX);
		for (unsigned int k = 5; k < 8; k++) {
			assert_non_null(sva_ring_reap(ring, &result));
			assert_int_equal(result, 0);
			assert_copied(k);
		}
		assert_nothing(ring);
		memcpy(dst[20], src[20], BYTES);
		answer(single, SVA_STATUS_SUCCESS, 0, 0);
		for (unsigned int k = 0; k < 4; k++)
			answer(others[k], SVA_STATUS_SUCCESS, 0, 0);
		/* The second batch has not ended yet, and keeps its last member if it has an entry.
		 */
		assert_int_equal(reap_all(ring, 0), 5 - q);
		assert_int_equal(fake.submissions, before + 3);
		assert_int_equal(sva_ring_drain(ring, 0), -ETIMEDOUT);
		batch = &svai_chunk(svai_ring(ring), 1)->op;
		answer(batch, SVA_STATUS_SUCCESS, 4, 0);
		assert_int_equal(sva_ring_drain(ring, 0), 0);
		assert_int_equal(reap_all(ring, 0), q);
		fake.hold = false;
		close_both(ring, wq);
	}
}

/* The device refuses the batch as such, or cannot read the list. */
static void batches_that_are_refused(void **state)
{
	static const unsigned int statuses[] = { SVA_STATUS_BAD_OPCODE, SVA_STATUS_BATCH_PAGE_FAULT,
						 SVA_STATUS_HW_READ };
	struct sva_wq *wq = open_fake("wq0.1");
	struct sva_ring *ring = ring_of(wq, 16, 8);

	(void)state;
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		struct sva_op *ops[8], *batch = batch_of(ring, ops, 8);
		unsigned int before = fake.submissions;

		memset(dst, 0, sizeof(dst));
		fake.hold = false;
		answer(batch, statuses[i], 0, 0);
		assert_int_equal(sva_ring_drain(ring, -1), 0);
		assert_int_equal(reap_all(ring, 0), 8);
		assert_int_equal(fake.submissions, before + 8);
		for (unsigned int k = 0; k < 8; k++)
			assert_copied(k);
	}
	close_both(ring, wq);
}

/* A ring whose operations are all reaped keeps no entry of a dedicated queue from others. */
static void an_idle_ring_keeps_no_entry(void **state)
{
	struct sva_wq *wq = open_fake("wq0.1");
	struct sva_ring *ring = ring_of(wq, 16, 8);
	int32_t credit = *wq->credit;
	struct sva_op *ops[8], *batch;
	int result;

	(void)state;
	fake.hold = true;
	batch = batch_of(ring, ops, 8);
	for (unsigned int k = 0; k < 8; k++)
		answer(ops[k], SVA_STATUS_SUCCESS, 0, 0);
	for (unsigned int k = 0; k < 7; k++)
		assert_ptr_equal(sva_ring_reap(ring, &result), ops[k]);
	assert_nothing(ring);
	answer(batch, SVA_STATUS_SUCCESS, 8, 0);
	assert_ptr_equal(sva_ring_reap(ring, &result), ops[7]);
	assert_int_equal(*wq->credit, credit);
	fake.hold = false;
	close_both(ring, wq);
}

/* A device refuses it in a batch; and the CPU cannot do it. */
static void a_drain_goes_alone(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring = ring_of(wq, 16, 8);
	struct sva_op *ops[4], *batch;
	int result;

	(void)state;
	fake.hold = true;
	for (unsigned int k = 0; k < 3; k++)
		ops[k] = copy(ring, k);
	ops[3] = sva_ring_get(ring);
	sva_prep_drain(&ops[3]->desc, 0);
	assert_int_equal(sva_ring_submit(ring), 4);
	batch = (struct sva_op *)(uintptr_t)(fake.last.completion_addr -
					     offsetof(struct sva_op, record));
	assert_int_equal(fake_lose(), 1);
	for (unsigned int k = 0; k < 3; k++)
		answer(ops[k], SVA_STATUS_SUCCESS, 0, 0);
	answer(ops[3], SVA_STATUS_BAD_OPCODE, 0, 0);
	answer(batch, SVA_STATUS_BATCH_FAIL, 4, 0);
	assert_int_equal(reap_all(ring, 0), 3);
	assert_int_equal(fake_held(), 1);
	assert_int_equal(sva_desc_opcode(&fake.last), SVA_OP_DRAIN);
	fake_complete(UINT_MAX);
	assert_ptr_equal(sva_ring_reap(ring, &result), ops[3]);
	assert_int_equal(result, 0);
	assert_int_equal(sva_ring_why(ops[3]), 0);
	ops[0] = sva_ring_get(ring);
	sva_prep_drain(&ops[0]->desc, 0);
	assert_int_equal(sva_ring_submit(ring), 1);
	assert_int_equal(fake_lose(), 1);
	answer(ops[0], SVA_STATUS_HW_WRITE, 0, 0);
	assert_ptr_equal(sva_ring_reap(ring, &result), ops[0]);
	assert_int_equal(result, -EIO);
	fake.hold = false;
	close_both(ring, wq);
}

/* Cancelled, and then the batch fails without having executed them. */
static void cancelled_members_were_not_submitted(void **state)
{
	struct sva_wq *wq = open_fake("wq0.1");
	struct sva_ring *ring = ring_of(wq, 16, 8);
	struct sva_op *ops[8], *batch = batch_of(ring, ops, 8);

	(void)state;
	for (unsigned int k = 0; k < 8; k++)
		assert_int_equal(sva_ring_cancel(ring, ops[k]), 0);
	fake.hold = false;
	answer(batch, SVA_STATUS_BATCH_FAIL, 0, 0);
	for (unsigned int k = 0; k < 8; k++) {
		int result;
		struct sva_op *op = sva_ring_wait(ring, -1, &result);

		assert_int_equal(result, -ECANCELED);
		assert_int_equal(sva_poll(op), SVA_STATUS_NOT_SUBMITTED);
	}
	close_both(ring, wq);
}

/*
 * Operations that are lost.
 */

static void lost(void **state)
{
	static const char *const queues[] = { "wq0.0", "wq0.1" };

	(void)state;
	frozen_ns = 0;
	for (int n = 0; n < 8; n++) {
		const bool no_cpu = n & 1, batch = n & 2;
		struct sva_wq *wq =
			open_with(queues[n / 4], (struct sva_policy){ .flags = no_cpu });
		struct sva_ring *ring = ring_of(wq, 16, batch ? 0 : 1);

		memset(dst, 0, sizeof(dst));
		fake.hold = true;
		for (unsigned int k = 0; k < 5; k++)
			copy(ring, k);
		assert_int_equal(sva_ring_submit(ring), 5);
		assert_int_equal(fake_lose(), batch ? 1 : 5);
		fake.hold = false;
		for (unsigned int k = 0; k < 5; k++) {
			int result;
			struct sva_op *op = sva_ring_wait(ring, -1, &result);

			assert_int_equal(result, no_cpu ? -EIO : 0);
			assert_int_equal(sva_ring_why(op), no_cpu ? 0 : SVA_WHY_LOST);
			if (!no_cpu)
				assert_memory_equal(
					sva_ring_data(ring, op),
					src[((char *)sva_ring_data(ring, op) - (char *)dst) /
					    BYTES],
					BYTES);
		}
		assert_nothing(ring);
		assert_int_equal(sva_ring_drain(ring, -1), 0);
		close_both(ring, wq);
	}
}

/* Who comes by hardly ever need not come by 64 times. */
static void lost_in_a_ring_that_is_rarely_searched(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring = ring_of(wq, 4, 1);
	struct sva_op *op, *reaped = NULL;
	int result = -1, searches = 0;

	(void)state;
	fake.hold = true;
	op = submit_copy(ring, 0);
	fake_lose();
	fake.hold = false;
	while (!reaped && ++searches < 10) {
		uint64_t begin = sva_rdtsc();

		while (sva_rdtsc() - begin < 2000000)
			;
		later_ns += 150 * MS;
		reaped = sva_ring_reap(ring, &result);
	}
	assert_ptr_equal(reaped, op);
	assert_int_equal(result, 0);
	assert_int_equal(sva_ring_why(op), SVA_WHY_LOST);
	close_both(ring, wq);
}

/* Each time that the circle is closed up it gets another place, and it must be found all the same.
 */
static void lost_in_a_busy_ring(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring = ring_of(wq, 4, 1);
	struct sva_op *slow;
	int result, left;

	(void)state;
	fake.hold = true;
	slow = submit_copy(ring, 0);
	fake_lose();
	fake.hold = false;
	for (left = 2000; left; left--) {
		struct sva_op *op = submit_copy(ring, 1), *reaped;

		reaped = sva_ring_reap(ring, &result);
		if (reaped == slow)
			break;
		assert_ptr_equal(reaped, op);
		later_ns += 5 * MS;
		if (sva_ring_reap(ring, &result) == slow)
			break;
	}
	assert_true(left > 0);
	assert_int_equal(result, 0);
	assert_int_equal(sva_ring_why(slow), SVA_WHY_LOST);
	assert_copied(0);
	reap_all(ring, 0);
	close_both(ring, wq);
}

/* A part is done, and its rest is lost: the CPU does the whole. */
static void lost_after_a_fault(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring = ring_of(wq, 4, 0);
	struct sva_op *op;
	int result;

	(void)state;
	frozen_ns = 0;
	fake.hold = true;
	op = submit_copy(ring, 0);
	fault(op, 100, false);
	assert_nothing(ring);
	assert_int_equal(fake_lose(), 1);
	memset(dst, 0xee, sizeof(dst));
	fake.hold = false;
	assert_ptr_equal(sva_ring_wait(ring, -1, &result), op);
	assert_int_equal(result, 0);
	assert_int_equal(sva_ring_why(op), SVA_WHY_LOST);
	assert_int_equal(op->desc.xfer_size, BYTES);
	assert_copied(0);
	close_both(ring, wq);
}

/* Some of a lost batch may be done: what overlaps is not submitted again. */
static void a_lost_batch_is_not_submitted_again(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring = ring_of(wq, 16, 8);
	struct sva_op *ops[4], *batch = batch_of(ring, ops, 4);
	unsigned int before = fake.submissions;

	(void)state;
	answer(batch, SVA_STATUS_LOST, 0,
	       0); /* as who looks at it does, a moment before the others */
	assert_int_equal(sva_ring_drain(ring, -1), 0);
	assert_int_equal(fake.submissions, before);
	assert_int_equal(reap_all(ring, 0), 4);
	for (unsigned int k = 0; k < 4; k++) {
		assert_int_equal(sva_ring_why(ops[k]), SVA_WHY_LOST);
		assert_copied(k);
	}
	fake.hold = false;
	close_both(ring, wq);
}

static void a_queue_that_dies(void **state)
{
	static const char *const queues[] = { "wq0.0", "wq0.1" };

	for (int n = 0; n < 4; n++) {
		const bool no_cpu = n & 1;
		struct sva_ring *ring;
		struct sva_wq *wq;
		int result;

		fixture_reset(state);
		frozen_ns = 0;
		wq = open_with(queues[n / 2], (struct sva_policy){ .flags = no_cpu });
		ring = ring_of(wq, 8, 0);
		memset(dst, 0, sizeof(dst));
		fake.hold = true;
		for (unsigned int k = 0; k < 4; k++)
			copy(ring, k);
		assert_int_equal(sva_ring_submit(ring), 4);
		fake_lose();
		fake_attr(fixture_tree(state), queues[n / 2], "state", "disabled\n");
		fake.retry = UINT_MAX;
		for (unsigned int k = 0; k < 4; k++) {
			assert_non_null(sva_ring_wait(ring, -1, &result));
			assert_int_equal(result, no_cpu ? -EIO : 0);
		}
		later_ns += 200 * MS;
		if (!wq->credit) { /* of a dedicated one, nobody is told */
			struct sva_op *op = submit_copy(ring, 4);

			assert_reaped(ring, op, no_cpu ? -ENODEV : 0);
			assert_int_equal(sva_ring_why(op), no_cpu ? 0 : SVA_WHY_DEAD);
		}
		for (unsigned int k = 0; !no_cpu && k < 4; k++)
			assert_copied(k);
		assert_int_equal(sva_ring_close(ring), 0);
		assert_int_equal(sva_wq_close(wq), 0);
	}
}

/*
 * Deadlines, and giving up. Memory is not given back before the device is done with it.
 */

static void pass(struct sva_ring *ring, int64_t ns)
{
	later_ns += ns;
	for (int k = 0; k < 64; k++)
		assert_nothing(ring);
}

static void deadlines(void **state)
{
	struct sva_wq *wq = open_with("wq0.0", (struct sva_policy){ .timeout_ns = 10 * MS });
	struct sva_ring *ring = ring_of(wq, 8, 0);
	struct sva_wq_stats stats = { .size = sizeof(stats) };
	struct sva_op *op;

	(void)state;
	/* Done all the same. */
	fake.hold = true;
	op = submit_copy(ring, 0);
	pass(ring, 9 * MS);
	pass(ring, 2 * MS);
	assert_int_equal(sva_ring_in_flight(ring), 1);
	fake_complete(1);
	assert_reaped(ring, op, 0);
	assert_copied(0);
	/* In time: it goes on. */
	op = submit_copy(ring, 1);
	pass(ring, 9 * MS);
	fault(op, 64, false);
	assert_nothing(ring);
	assert_int_equal(fake_held(), 1);
	/* Late: the rest is not submitted. */
	pass(ring, 2 * MS);
	fault(op, 64, false);
	assert_reaped(ring, op, -ETIMEDOUT);
	assert_int_equal(fake_held(), 0);
	assert_int_equal(SVA_STATUS_CODE(op->record.status), SVA_STATUS_PAGE_FAULT);
	assert_int_equal(op->record.bytes_completed, 128);
	assert_int_equal(op->desc.xfer_size, BYTES);
	/* Late, and lost. */
	op = submit_copy(ring, 2);
	pass(ring, 20 * MS);
	fake_lose();
	answer(op, SVA_STATUS_LOST, 0, 0);
	assert_reaped(ring, op, -ETIMEDOUT);
	/* The next one in the same place has its own time, or none. */
	op = submit_copy(ring, 3);
	pass(ring, 9 * MS);
	set_policy(wq, (struct sva_policy){ .flags = 0 });
	assert_int_equal(sva_ring_submit(ring), 0);
	pass(ring, 20 * MS);
	fault(op, 64, false);
	assert_nothing(ring);
	fake_complete(1);
	assert_reaped(ring, op, 0);
	assert_int_equal(sva_wq_stats(wq, &stats), 0);
	assert_int_equal(stats.timeouts, 3);
	fake.hold = false;
	close_both(ring, wq);
}

static void cancel(void **state)
{
	struct sva_wq *wq = open_with("wq0.1", (struct sva_policy){ .flags = 0 });
	struct sva_ring *ring = ring_of(wq, 8, 0), *other = ring_of(wq, 8, 0);
	struct sva_op *ops[8], mine;
	int result;

	(void)state;
	/* Foreign pointers, and one that is free. */
	assert_int_equal(sva_ring_cancel(ring, &mine), -EINVAL);
	assert_int_equal(sva_ring_cancel(ring, other->ops), -EINVAL);
	assert_int_equal(sva_ring_cancel(ring, ring->ops + 8), -EINVAL);
	assert_int_equal(sva_ring_cancel(ring, ring->ops - 1), -EINVAL);
	assert_int_equal(sva_ring_cancel(ring, (struct sva_op *)((char *)ring->ops + 64)), -EINVAL);
	assert_int_equal(sva_ring_cancel(ring, ring->ops), -ENOENT);
	assert_int_equal(sva_ring_close(other), 0);

	/* Before submission: the others are submitted, it is not. */
	for (unsigned int k = 0; k < 6; k++)
		ops[k] = copy(ring, k);
	assert_int_equal(sva_ring_cancel(ring, ops[2]), 0);
	assert_int_equal(sva_ring_cancel(ring, ops[2]), 0);
	assert_int_equal(sva_ring_in_flight(ring), 1);
	assert_int_equal(ops[2]->record.status, SVA_STATUS_NOT_SUBMITTED);
	assert_int_equal(sva_ring_submit(ring), 5);
	for (unsigned int n = 0; n < 6; n++) {
		struct sva_op *op = sva_ring_reap(ring, &result);

		assert_int_equal(result, op == ops[2] ? -ECANCELED : 0);
	}
	for (unsigned int k = 0; k < 6; k++)
		assert_int_equal(dst[k][0], k == 2 ? 0 : src[k][0]);
	assert_nothing(ring);
	assert_int_equal(sva_ring_cancel(ring, ops[2]), -ENOENT);

	/* In flight: not before the device has ended. Done: it is done. */
	fake.hold = true;
	ops[0] = submit_copy(ring, 10);
	assert_int_equal(sva_ring_cancel(ring, ops[0]), 0);
	assert_nothing(ring);
	assert_int_equal(sva_ring_in_flight(ring), 1);
	fake_complete(1);
	assert_reaped(ring, ops[0], 0);
	assert_copied(10);
	ops[0] = submit_copy(ring, 11);
	assert_int_equal(sva_ring_cancel(ring, ops[0]), 0);
	fault(ops[0], 64, false);
	assert_reaped(ring, ops[0], -ECANCELED);
	assert_int_equal(fake_held(), 0);
	/* While its rest waits for room. */
	ops[0] = submit_copy(ring, 12);
	fault(ops[0], 64, false);
	fake_lose();
	*wq->credit -= DEDICATED_SIZE * SVA__CREDIT;
	assert_nothing(ring);
	assert_int_equal(sva_ring_cancel(ring, ops[0]), 0);
	assert_reaped(ring, ops[0], -ECANCELED);
	*wq->credit += DEDICATED_SIZE * SVA__CREDIT;
	assert_int_equal(SVA_STATUS_CODE(ops[0]->record.status), SVA_STATUS_PAGE_FAULT);
	assert_int_equal(ops[0]->record.bytes_completed, 64);
	/* It has ended, and was not reaped yet. */
	ops[0] = submit_copy(ring, 13);
	fake_complete(1);
	assert_int_equal(sva_ring_cancel(ring, ops[0]), 0);
	assert_reaped(ring, ops[0], 0);
	/* Nothing of that clings to the next one in its place. */
	while ((ops[1] = submit_copy(ring, 14)) != ops[0]) {
		fake_complete(1);
		assert_reaped(ring, ops[1], 0);
	}
	fault(ops[1], 64, false);
	assert_nothing(ring);
	fake_complete(1);
	assert_reaped(ring, ops[1], 0);
	assert_copied(14);
	fake.hold = false;
	close_both(ring, wq);
}

/*
 * Waiting.
 */

static void *complete_later(void *arg)
{
	while (!__atomic_load_n((bool *)arg, __ATOMIC_ACQUIRE))
		sched_yield();
	while (!fake_complete(1))
		sched_yield();
	return NULL;
}

/* The clock costs many times what a look at the record does. */
static void what_has_ended_needs_no_clock(void **state)
{
	struct sva_wq *wq = open_with("wq0.0", (struct sva_policy){ .flags = 0 });
	struct sva_ring *ring = ring_of(wq, 4, 0);
	struct sva_op *op = submit_copy(ring, 0);
	int result;

	(void)state;
	clock_reads = 0;
	assert_ptr_equal(sva_ring_wait(ring, 1000 * MS, &result), op);
	assert_int_equal(sva_ring_drain(ring, 1000 * MS), 0);
	assert_int_equal(clock_reads, 0);
	assert_int_equal(sva_ring_close(ring), 0);
	close_fake(wq);
}

static void waiting(void **state)
{
	static const enum sva_wait_policy policies[] = { SVA_WAIT_AUTO, SVA_WAIT_SPIN,
							 SVA_WAIT_PAUSE, SVA_WAIT_UMWAIT,
							 SVA_WAIT_SLEEP };
	struct sva_wq *wq = open_with("wq0.0", (struct sva_policy){ .flags = 0 });
	struct sva_ring *ring = ring_of(wq, 4, 0);
	bool go = true;
	int result;

	(void)state;
	frozen_ns = 0;
	assert_null(sva_ring_wait(ring, -1, &result));
	assert_int_equal(result, -ENOENT);
	copy(ring, 0);
	assert_null(sva_ring_wait(ring, -1, &result)); /* not submitted */
	assert_int_equal(result, -ENOENT);
	fake.hold = true;
	assert_int_equal(sva_ring_submit(ring), 1);
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		pthread_t thread;
		struct sva_op *op;

		set_policy(wq, (struct sva_policy){ .wait = policies[i] });
		assert_null(sva_ring_wait(ring, 0, &result));
		assert_int_equal(result, -ETIMEDOUT);
		assert_null(sva_ring_wait(ring, 2 * MS, &result));
		assert_int_equal(result, -ETIMEDOUT);
		assert_int_equal(sva_ring_drain(ring, 2 * MS), -ETIMEDOUT);
		pthread_create(&thread, NULL, complete_later, &go);
		op = sva_ring_wait(ring, -1, &result);
		pthread_join(thread, NULL);
		assert_non_null(op);
		assert_int_equal(result, 0);
		submit_copy(ring, 1);
	}
	/* Drained: it is still to be reaped. */
	fake_complete(1);
	assert_int_equal(sva_ring_drain(ring, -1), 0);
	assert_int_equal(sva_ring_in_flight(ring), 1);
	assert_int_equal(reap_all(ring, 0), 1);
	fake.hold = false;
	close_both(ring, wq);
}

static void close_with_something_in_flight(void **state)
{
	struct sva_wq *wq = open_with("wq0.0", (struct sva_policy){ .flags = 0 });
	struct sva_ring *ring = ring_of(wq, 8, 0);

	(void)state;
	frozen_ns = 0;
	fake.hold = true;
	for (unsigned int k = 0; k < 4; k++)
		copy(ring, k);
	assert_int_equal(sva_ring_submit(ring), 4);
	copy(ring, 5); /* never submitted */
	assert_int_equal(sva_ring_close(ring), -ETIMEDOUT);
	assert_int_equal(sva_ring_in_flight(ring), 4);
	fake_complete(UINT_MAX);
	assert_int_equal(reap_all(ring, 0), 4);
	fake.hold = false;
	assert_int_equal(sva_ring_submit(ring), 1);
	close_both(ring, wq);
}

/*
 * Policies.
 */

static void policies(void **state)
{
	struct sva_wq *wq = open_with("wq0.0", (struct sva_policy){ .threshold = BYTES });
	struct sva_ring *ring = ring_of(wq, 8, 0);
	struct sva_op *op, *small;
	unsigned int before = fake.submissions;

	(void)state;
	submit_copy(ring, 0);
	assert_int_equal(fake.submissions, before + 1);
	assert_int_equal(reap_all(ring, 0), 1);
	set_policy(wq, (struct sva_policy){ .threshold = BYTES + 1 });
	op = sva_ring_get(ring);
	sva_prep_noop(&op->desc, 0); /* has no size */
	small = copy(ring, 1);
	assert_int_equal(sva_ring_submit(ring), 2);
	assert_int_equal(fake.submissions, before + 2);
	assert_copied(1);
	assert_reaped(ring, small, 0);
	assert_int_equal(sva_ring_why(small), SVA_WHY_SMALL);
	assert_reaped(ring, op, 0);
	assert_int_equal(sva_ring_why(op), 0);
	/* Without the CPU there is no threshold. */
	set_policy(wq, (struct sva_policy){ .threshold = BYTES + 1, .flags = SVA_POLICY_NO_CPU });
	assert_reaped(ring, submit_copy(ring, 2), 0);
	assert_int_equal(fake.submissions, before + 3);
	set_policy(wq, (struct sva_policy){ .desc_flags = SVA_FLAG_BOF });
	submit_copy(ring, 3);
	assert_true(fake.last.op_flags & SVA_FLAG_BOF);
	for (unsigned int k = 0; k < 4; k++)
		copy(ring, k);
	assert_int_equal(sva_ring_submit(ring), 4);
	op = (struct sva_op *)(uintptr_t)
		     fake.last.desc_list_addr; /* of descriptors, half as long */
	assert_true(((struct sva_desc *)op)[3].op_flags & SVA_FLAG_BOF);
	assert_int_equal(reap_all(ring, 0), 5);
	close_both(ring, wq);
}

/* What counts operations goes round; a policy that comes late looks at none that are reaped. */
static void a_policy_after_many_operations(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring = ring_of(wq, 8, 0);
	unsigned int before = fake.submissions;

	(void)state;
	ring->head = ring->submitted = ring->tail = svai_ring(ring)->cursor = 0x80000010u;
	copy(ring, 0);
	set_policy(wq, (struct sva_policy){ .threshold = BYTES + 1 });
	assert_int_equal(sva_ring_submit(ring), 1);
	assert_int_equal(fake.submissions, before);
	assert_int_equal(reap_all(ring, 0), 1);
	assert_copied(0);
	close_both(ring, wq);
}

/* The small ones of a burst on a full queue: done at once, the others wait, each submitted once. */
static void small_ones_pass_the_others(void **state)
{
	struct sva_wq *wq = open_with("wq0.0", (struct sva_policy){ .threshold = 100 });
	struct sva_ring *ring = ring_of(wq, 8, 1);
	unsigned int before = fake.submissions;

	(void)state;
	fake.hold = true;
	fake.capacity = 1;
	for (unsigned int k = 0; k < 8; k++)
		copy(ring, k)->desc.xfer_size = k % 2 ? 50 : BYTES;
	assert_int_equal(sva_ring_submit(ring), 5);
	assert_int_equal(reap_all(ring, 0), 4);
	for (unsigned int k = 0; k < 3; k++) {
		assert_int_equal(sva_ring_submit(ring), -EAGAIN);
		fake_complete(1);
		assert_int_equal(sva_ring_submit(ring), 1);
		assert_int_equal(reap_all(ring, 0), 1);
	}
	fake_complete(1);
	assert_int_equal(reap_all(ring, 0), 1);
	assert_int_equal(fake.submissions, before + 4);
	for (unsigned int k = 0; k < 8; k++)
		assert_memory_equal(dst[k], src[k], k % 2 ? 50 : BYTES);
	fake.hold = false;
	close_both(ring, wq);
}

/*
 * A file descriptor to wait on.
 */

static int is_readable(int fd, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, timeout_ms);
}

static void woken(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring = ring_of(wq, 4, 0);
	int fd = sva_ring_fd(ring);

	(void)state;
	frozen_ns = 0;
	assert_true(fd >= 0);
	assert_int_equal(sva_ring_fd(ring), fd);
	assert_int_equal(sva_ring_arm(ring), 0); /* nothing in flight */
	assert_int_equal(is_readable(fd, 0), 0);
	for (int round = 0; round < 20; round++) {
		bool go = false;
		pthread_t thread;
		struct sva_op *op;
		int reaped = 0, result;

		fake.hold = true;
		op = submit_copy(ring, 0);
		pthread_create(&thread, NULL, complete_later, &go);
		while (!reaped) { /* it may be woken without need */
			int armed = sva_ring_arm(ring);

			assert_in_range(armed, 0, go ? 1 : 0);
			assert_int_equal(sva_ring_in_flight(ring), 1);
			assert_int_equal(sva_ring_fd(ring), fd); /* it stays armed */
			__atomic_store_n(&go, true, __ATOMIC_RELEASE);
			assert_int_equal(armed ? 1 : is_readable(fd, 20000), 1);
			reaped = sva_ring_reap(ring, &result) == op;
			assert_int_equal(is_readable(fd, 0), 0);
		}
		pthread_join(thread, NULL);
		assert_int_equal(result, 0);
	}
	/* It has ended already. */
	submit_copy(ring, 0);
	fake_complete(1);
	assert_int_equal(sva_ring_arm(ring), 1);
	assert_int_equal(is_readable(fd, 0), 0);
	assert_int_equal(reap_all(ring, 0), 1);
	fake.hold = false;
	close_both(ring, wq);
	assert_int_equal(is_readable(fd, 0), 1); /* POLLNVAL: it is closed */
	assert_int_equal(threads, 1);
}

/* What the queue had no room for is tried again, though nothing is in flight that could end. */
static void woken_to_submit(void **state)
{
	struct sva_wq *wq = open_with("wq0.0", (struct sva_policy){ .flags = SVA_POLICY_NO_CPU });
	struct sva_ring *ring = ring_of(wq, 4, 0);
	int fd = sva_ring_fd(ring);
	struct sva_op *op;

	(void)state;
	frozen_ns = 0;
	copy(ring, 0);
	fake.retry = UINT_MAX;
	for (int k = 0; k < 3; k++) {
		assert_int_equal(sva_ring_submit(ring), -EAGAIN);
		assert_int_equal(sva_ring_arm(ring), 0);
		assert_int_equal(is_readable(fd, 20000), 1);
	}
	fake.retry = 0;
	fake.hold = true;
	assert_int_equal(sva_ring_submit(ring), 1);
	/* A rest is the same; it is no reason not to wait. */
	op = &ring->ops[0];
	fault(op, 64, false);
	fake.retry = UINT_MAX;
	for (int k = 0; k < 3; k++) {
		assert_nothing(ring);
		assert_int_equal(sva_ring_arm(ring), 0);
		assert_int_equal(is_readable(fd, 20000), 1);
	}
	fake.retry = 0;
	assert_nothing(ring);
	fake_complete(1);
	assert_reaped(ring, op, 0);
	fake.hold = false;
	close_both(ring, wq);
}

/* A loop that does nothing but wait finds out that an operation is lost. */
static void lost_while_armed(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring = ring_of(wq, 4, 0);
	int fd = sva_ring_fd(ring), result, wakes;
	struct sva_op *op;

	(void)state;
	frozen_ns = 0;
	fake.hold = true;
	op = submit_copy(ring, 0);
	fake_lose();
	fake.hold = false;
	for (wakes = 0; wakes < 40; wakes++) {
		if (!sva_ring_arm(ring))
			assert_int_equal(is_readable(fd, 20000), 1);
		if (sva_ring_reap(ring, &result))
			break;
	}
	assert_in_range(wakes, 1, 15); /* of 100 ms each */
	assert_int_equal(result, 0);
	assert_int_equal(sva_ring_why(op), SVA_WHY_LOST);
	close_both(ring, wq);
}

/* None of its members has a record. */
static void a_batch_that_fails_wakes(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring = ring_of(wq, 16, 8);
	struct sva_op *ops[8], *batch = batch_of(ring, ops, 8);
	int fd = sva_ring_fd(ring);

	(void)state;
	assert_int_equal(sva_ring_arm(ring), 0);
	assert_int_equal(is_readable(fd, 0), 0);
	answer(batch, SVA_STATUS_HW_READ, 0, 0);
	assert_int_equal(is_readable(fd, 20000), 1);
	fake.hold = false;
	assert_int_equal(sva_ring_drain(ring, -1), 0);
	assert_int_equal(reap_all(ring, 0), 8);
	close_both(ring, wq);
}

/* Any function that may change something takes it back; the inline ones that do not, do not. */
static void taken_back(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring = ring_of(wq, 8, 0);
	struct sva_op *first, *second;
	int fd = sva_ring_fd(ring);

	(void)state;
	frozen_ns = 0;
	fake.hold = true;
	first = submit_copy(ring, 0);
	assert_int_equal(sva_ring_arm(ring), 0);
	second = copy(ring, 1); /* prepared meanwhile */
	assert_int_equal(sva_ring_in_flight(ring), 1);
	fake_complete(1);
	assert_int_equal(is_readable(fd, 20000), 1);
	assert_int_equal(sva_ring_submit(ring), 1);
	assert_int_equal(is_readable(fd, 0), 0);
	assert_reaped(ring, first, 0);
	assert_int_equal(sva_ring_arm(ring), 0);
	assert_nothing(ring);
	fake_complete(1);
	assert_int_equal(is_readable(fd, 5), 0); /* it is not armed any more */
	assert_reaped(ring, second, 0);
	fake.hold = false;
	/* Closed while armed. */
	fake.hold = true;
	submit_copy(ring, 2);
	assert_int_equal(sva_ring_arm(ring), 0);
	fake_complete(1);
	fake.hold = false;
	close_both(ring, wq);
}

static void without_a_thread(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring = ring_of(wq, 4, 0);
	pid_t child = fork(); /* it has no waiter */
	int status;

	(void)state;
	frozen_ns = 0;
	if (!child) {
		bool good = !sva_wq_reopen(wq) && !sva_ring_reopen(ring) && sva_ring_fd(ring) >= 0;

		refuse_thread = EAGAIN;
		fake.hold = true;
		copy(ring, 0);
		good = good && sva_ring_submit(ring) == 1 && sva_ring_arm(ring) == -EAGAIN;
		fake_complete(1);
		good = good && sva_ring_reap(ring, &status) && !status;
		_exit(good ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close_both(ring, wq);
}

/* Two loops, each with a ring of its own; and a third thread is the device. */
#define LOOPS  2
#define ROUNDS 300u

static void *loop(void *arg)
{
	struct sva_wq *wq = arg;
	static unsigned int number;
	unsigned int at = __atomic_fetch_add(&number, 1, __ATOMIC_RELAXED) % LOOPS * 200;
	struct sva_ring *ring;
	unsigned int started = 0, done = 0;
	int fd, result;

	if (sva_ring_open(&ring, wq, 32, NULL))
		return arg;
	fd = sva_ring_fd(ring);
	while (done < ROUNDS) {
		struct sva_op *op;

		for (unsigned int n = done % 9;
		     n-- && started < ROUNDS && (op = sva_ring_get(ring));) {
			unsigned int k = at + started++ % 200;

			sva_prep_memmove(&op->desc, dst[k], src[k], BYTES, 0);
		}
		if (started == done && (op = sva_ring_get(ring))) {
			sva_prep_memmove(&op->desc, dst[at], src[at], BYTES, 0);
			started++;
		}
		result = sva_ring_submit(ring);
		if (result < 0 && result != -EAGAIN)
			return arg;
		result = sva_ring_arm(ring);
		if (result < 0 || (!result && is_readable(fd, 20000) != 1))
			return arg;
		while (sva_ring_reap(ring, &result)) {
			if (result)
				return arg;
			done++;
		}
	}
	return sva_ring_close(ring) ? arg : NULL;
}

static bool stop;

static void *be_the_device(void *arg)
{
	while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE))
		if (!fake_complete(1))
			sched_yield();
	return arg;
}

static int result_of_the_cancelled;

/* Long enough to ask the device what has become of the operation. */
static void *wait_cancelled(void *ring)
{
	pthread_cancel(pthread_self());
	sva_ring_wait(ring, 500000000, &result_of_the_cancelled);
	pthread_testcancel();
	return NULL;
}

/* It takes no lock along. */
static void a_cancelled_thread(void **state)
{
	struct sva_wq *wq = open_with("wq0.0", (struct sva_policy){ .wait = SVA_WAIT_SPIN });
	struct sva_ring *ring = ring_of(wq, 4, 0);
	struct sva_op *op;
	pthread_t thread;
	void *end;

	(void)state;
	fake.hold = true;
	op = submit_copy(ring, 0);
	assert_int_equal(pthread_create(&thread, NULL, wait_cancelled, ring), 0);
	pthread_join(thread, &end);
	assert_ptr_equal(end, PTHREAD_CANCELED);
	assert_int_equal(result_of_the_cancelled, -ETIMEDOUT);
	fake_complete(UINT_MAX);
	assert_reaped(ring, op, 0);
	fake.hold = false;
	close_both(ring, wq);
}

static void several_threads(void **state)
{
	static const char *const queues[] = { "wq0.0", "wq0.1" };

	(void)state;
	frozen_ns = 0;
	for (int q = 0; q < 2; q++) {
		struct sva_wq *wq = open_fake(queues[q]);
		pthread_t loops[LOOPS], device;
		void *failed;

		fake.hold = true;
		__atomic_store_n(&stop, false, __ATOMIC_RELEASE);
		pthread_create(&device, NULL, be_the_device, NULL);
		for (int i = 0; i < LOOPS; i++)
			pthread_create(&loops[i], NULL, loop, wq);
		for (int i = 0; i < LOOPS; i++) {
			pthread_join(loops[i], &failed);
			assert_null(failed);
		}
		__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
		pthread_join(device, NULL);
		fake.hold = false;
		if (wq->credit)
			assert_int_equal(*wq->credit, (DEDICATED_SIZE - 1) * SVA__CREDIT);
		close_fake(wq);
	}
	assert_int_equal(threads, 1);
}

static unsigned long long number_in(const char *file, const char *format)
{
	unsigned long long n = 0;
	char path[64], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/%s",
		 __atomic_load_n(&waiter_tid, __ATOMIC_ACQUIRE), file);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, format, &n) == 1)
			break;
	fclose(f);
	return n;
}

/* Its signals are the program's, and so is its CPU: when nobody waits, it does not run. */
static void the_thread_of_the_library(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	struct sva_ring *ring = ring_of(wq, 4, 0);
	unsigned long long before, after = 0, blocked;
	int tries = 0;

	(void)state;
	frozen_ns = 0;
	assert_true(sva_ring_fd(ring) >= 0);
	fake.hold = true;
	submit_copy(ring, 0);
	assert_int_equal(sva_ring_arm(ring), 0);
	while (!__atomic_load_n(&waiter_tid, __ATOMIC_ACQUIRE))
		sched_yield();
	blocked = number_in("status", "SigBlk: %llx");
	for (int sig = 1; sig < 32; sig++)
		if (sig != SIGKILL && sig != SIGSTOP)
			assert_true(blocked >> (sig - 1) & 1);
	fake_complete(1);
	assert_int_equal(reap_all(ring, 0), 1);
	do { /* until it has gone to sleep */
		before = number_in("schedstat", "%llu");
		poll(NULL, 0, 20);
		after = number_in("schedstat", "%llu");
	} while (before != after && ++tries < 500);
	assert_true(before > 0);
	assert_int_equal(before, after);
	fake.hold = false;
	close_both(ring, wq);
}

/*
 * Fork.
 */

static void use_stale(struct sva_ring *ring)
{
	struct sva_ring *another;
	int result = 0;

	CHILD_CHECK(!sva_ring_reap(ring, &result));
	CHILD_CHECK(!sva_ring_wait(ring, -1, &result) && result == -ESTALE);
	CHILD_CHECK(sva_ring_submit(ring) == -ESTALE);
	CHILD_CHECK(sva_ring_drain(ring, -1) == -ESTALE);
	CHILD_CHECK(sva_ring_cancel(ring, ring->ops) == -ESTALE);
	CHILD_CHECK(sva_ring_fd(ring) == -ESTALE);
	CHILD_CHECK(sva_ring_arm(ring) == -ESTALE);
	CHILD_CHECK(sva_ring_open(&another, &svai_ring(ring)->h->head, 1, NULL) == -ESTALE ||
		    svai_ring(ring)->h->head.live);
}

static void be_the_child(struct sva_wq *wq, struct sva_ring *ring, int fd)
{
	bool go = true;
	pthread_t thread;
	struct sva_op *op;
	int result;

	use_stale(ring);
	CHILD_CHECK(sva_ring_reopen(ring) == -ESTALE);
	CHILD_CHECK(sva_wq_reopen(wq) == 0);
	use_stale(ring);
	CHILD_CHECK(sva_ring_reopen(ring) == 0);
	CHILD_CHECK(sva_ring_reopen(ring) == -EALREADY);
	CHILD_CHECK(sva_ring_in_flight(ring) == 0);
	CHILD_CHECK(fcntl(fd, F_GETFD) < 0); /* the parent's is closed here */
	CHILD_CHECK(sva_ring_arm(ring) == -EINVAL);
	fd = sva_ring_fd(ring);
	CHILD_CHECK(fd >= 0);
	fake_lose(); /* the parent's */
	fake.hold = true;
	op = sva_ring_get(ring);
	sva_prep_memmove(&op->desc, dst[5], src[5], BYTES, 0);
	CHILD_CHECK(sva_ring_submit(ring) == 1);
	CHILD_CHECK(sva_ring_arm(ring) == 0);
	CHILD_CHECK(!pthread_create(&thread, NULL, complete_later, &go));
	CHILD_CHECK(is_readable(fd, 20000) == 1);
	CHILD_CHECK(!pthread_join(thread, NULL));
	CHILD_CHECK(sva_ring_wait(ring, -1, &result) == op && !result);
	CHILD_CHECK(!memcmp(dst[5], src[5], BYTES));
	fake.hold = false;
	CHILD_CHECK(sva_ring_close(ring) == 0);
	CHILD_CHECK(sva_wq_close(wq) == 0);
	_exit(0);
}

/* Not armed; armed; and armed, and woken already. */
static void in_the_child_of_a_fork(void **state)
{
	(void)state;
	frozen_ns = 0;
	for (int armed = 0; armed < 4; armed++) {
		struct sva_wq *wq = open_fake("wq0.0");
		struct sva_ring *ring = ring_of(wq, 8, 0);
		int fd = sva_ring_fd(ring);
		struct sva_op *op;
		pid_t child;

		fake.hold = true;
		op = submit_copy(ring, 0);
		submit_copy(ring, 1);
		if (armed)
			assert_int_equal(sva_ring_arm(ring), 0);
		if (armed >= 2) {
			fake_complete(1);
			assert_int_equal(is_readable(fd, 20000), 1);
		}
		child = fork();
		if (!child && armed == 3) {
			use_stale(ring);
			CHILD_CHECK(sva_ring_close(ring) == 0);
			_exit(0);
		}
		if (!child)
			be_the_child(wq, ring, fd);
		expect_good_end(child);
		/* The parent is not disturbed. */
		if (armed < 2)
			fake_complete(1);
		if (armed)
			assert_int_equal(is_readable(fd, 20000), 1);
		assert_reaped(ring, op, 0);
		assert_int_equal(is_readable(fd, 0), 0);
		fake_complete(1);
		assert_int_equal(reap_all(ring, 0), 1);
		fake.hold = false;
		close_both(ring, wq);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sizes),
		TEST(bad_arguments),
		TEST(memory),
		TEST(no_allocation_and_no_system_call),
		TEST(data_of_the_program),
		TEST(bursts),
		TEST(one_write_for_many),
		TEST(on_the_cpu),
		TEST(a_batch_on_the_cpu),
		TEST(on_a_pool_without_a_queue),
		TEST(on_a_pool),
		TEST(a_slow_one_blocks_no_other),
		TEST(a_full_queue),
		TEST(credits),
		TEST(any_order),
		TEST(a_fault_is_touched),
		TEST(a_result_of_the_whole),
		TEST(faults_without_progress),
		TEST(fault_policies),
		TEST(a_rest_that_waits),
		TEST(a_rest_is_not_taken_for_lost),
		TEST(a_failure_goes_to_the_cpu),
		TEST(an_overlapping_move_is_not_done_again),
		TEST(verdicts_are_results),
		TEST(members_that_were_not_executed),
		TEST(batches_that_are_refused),
		TEST(an_idle_ring_keeps_no_entry),
		TEST(a_drain_goes_alone),
		TEST(cancelled_members_were_not_submitted),
		TEST(lost),
		TEST(lost_in_a_busy_ring),
		TEST(lost_in_a_ring_that_is_rarely_searched),
		TEST(lost_after_a_fault),
		TEST(a_lost_batch_is_not_submitted_again),
		TEST(a_queue_that_dies),
		TEST(deadlines),
		TEST(cancel),
		TEST(what_has_ended_needs_no_clock),
		TEST(waiting),
		TEST(close_with_something_in_flight),
		TEST(policies),
		TEST(a_policy_after_many_operations),
		TEST(small_ones_pass_the_others),
		TEST(woken),
		TEST(woken_to_submit),
		TEST(lost_while_armed),
		TEST(a_batch_that_fails_wakes),
		TEST(taken_back),
		TEST(without_a_thread),
		TEST(a_cancelled_thread),
		TEST(several_threads),
		TEST(the_thread_of_the_library),
		TEST(in_the_child_of_a_fork),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
