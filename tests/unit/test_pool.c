/* SPDX-License-Identifier: MIT */
/*
 * Pools: which member gets an operation, what happens when members fail, join and leave, and that
 * no operation is lost or executed twice meanwhile.
 */
#include <limits.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "fixture.h"
#include "handle.h"
#include "pick.h"
#include "reference.h"

#define BYTES 64
#define OPS   512
#define MS    1000000ll

static const char *const names[] = { "wq0.0", "wq0.1", "wq1.0", "wq1.1" };

static struct sva_op ops[OPS];
static unsigned char src[OPS][BYTES] __attribute__((aligned(64)));
static unsigned char dst[OPS][BYTES] __attribute__((aligned(64)));

/*
 * What the library asks the system for: the time, the NUMA node, memory.
 */

static int64_t later_ns;                    /* than the system says */
static struct timespec stands;              /* it is always that; 0: no */
static int node_of_us;                      /* -1: the true one */
static unsigned int allocations = UINT_MAX; /* that succeed */

int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __real_getcpu(unsigned int *cpu, unsigned int *node);
int __wrap_getcpu(unsigned int *cpu, unsigned int *node);
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	int err = __real_clock_gettime(clock, now);
	int64_t ns = now->tv_nsec + __atomic_load_n(&later_ns, __ATOMIC_RELAXED);

	now->tv_sec += ns / 1000000000;
	now->tv_nsec = ns % 1000000000;
	if (stands.tv_sec)
		*now = stands;
	return err;
}

/* A quarantine is over after 100 ms, however slow this machine is just now. */
static void stop_clock(bool stop)
{
	stands = (struct timespec){ 0 };
	if (stop)
		clock_gettime(CLOCK_MONOTONIC, &stands);
}

static void pass(int64_t ns)
{
	__atomic_fetch_add(&later_ns, ns, __ATOMIC_RELAXED);
}

int __wrap_getcpu(unsigned int *cpu, unsigned int *node)
{
	int err = __real_getcpu(cpu, node);

	if (node_of_us >= 0)
		*node = (unsigned int)node_of_us;
	return err;
}

static bool no_memory(void)
{
	if (!allocations)
		return true;
	allocations -= allocations != UINT_MAX;
	return false;
}

void *__wrap_calloc(size_t n, size_t size)
{
	return no_memory() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return no_memory() ? NULL : __real_realloc(p, size);
}

/*
 * The machine: dsa0 with wq0.0 and the dedicated wq0.1, dsa1 with wq1.0 and wq1.1.
 */

static int setup(void **state)
{
	int err = fixture_setup(state);

	if (err)
		return err;
	fake_device(*state, "dsa1");
	fake_attr(*state, "dsa1", "numa_node", "1\n");
	fixture_queue(*state, "wq1.0", "shared");
	fixture_queue(*state, "wq1.1", "shared");
	fake_distance(*state, 0, "10 21\n");
	fake_distance(*state, 1, "21 10\n");
	fake_queue("wq0.1")->exclusive = true;
	node_of_us = 0;
	memset(ops, 0, sizeof(ops));
	memset(dst, 0, sizeof(dst));
	for (unsigned int i = 0; i < OPS; i++)
		memset(src[i], (int)(i * 7 + 1), BYTES);
	return 0;
}

static struct sva_wq *open_pool(enum sva_pool_near near, const struct sva_wq_opts *queues)
{
	struct sva_pool_opts opts = { .size = sizeof(opts), .near = near, .queues = queues };
	struct sva_wq *pool;

	assert_int_equal(sva_pool_open(&pool, &opts), 0);
	assert_int_equal(sva_wq_path(pool), SVA_PATH_POOL);
	return pool;
}

/* All four, all equal. */
static struct sva_wq *open_all(void)
{
	struct sva_wq *pool = open_pool(SVA_POOL_NEAR_NONE, NULL);

	assert_int_equal(sva_pool_count(pool), 4);
	return pool;
}

/* The two equal ones, wq1.0 and wq1.1. */
static struct sva_wq *open_two(uint32_t flags)
{
	struct sva_wq_opts opts = { .size = sizeof(opts),
				    .flags = SVA_OPEN_ON_NODE | flags,
				    .numa_node = 1,
				    .timeout_ms = 20 };
	struct sva_wq *pool = open_pool(SVA_POOL_NEAR_NONE, &opts);

	assert_int_equal(sva_pool_count(pool), 2);
	return pool;
}

/* NULL: it is none at the moment. */
static const struct sva_wq *member(const struct sva_wq *pool, const char *name)
{
	for (unsigned int i = 0; i < sva_pool_count(pool); i++) {
		const struct sva_wq *m = sva_pool_member(pool, i);

		if (m && !strcmp(sva_wq_info(m)->name, name))
			return m;
	}
	return NULL;
}

static struct sva_wq_stats stats_of(const struct sva_wq *wq)
{
	struct sva_wq_stats stats = { .size = sizeof(stats) };

	assert_int_equal(sva_wq_stats(wq, &stats), 0);
	assert_int_equal(stats.size, sizeof(stats));
	return stats;
}

static struct sva_op *move(unsigned int i)
{
	memset(&ops[i], 0, sizeof(ops[i]));
	sva_prep_memmove(&ops[i].desc, dst[i], src[i], BYTES, 0);
	return &ops[i];
}

static void assert_done(unsigned int i)
{
	assert_int_equal(sva_poll(&ops[i]), SVA_STATUS_SUCCESS);
	assert_memory_equal(dst[i], src[i], BYTES);
}

static const char *went_to(unsigned int i)
{
	return sva_wq_info(ops[i].wq)->name;
}

static void hold_all(bool hold)
{
	for (unsigned int i = 0; i < 4; i++)
		fake_queue(names[i])->hold = hold;
}

static void fill_all(bool full)
{
	for (unsigned int i = 0; i < 4; i++)
		fake_queue(names[i])->full = full;
}

/* As a disabled queue does: ENQCMD says "retry". */
static void set_state(void **state, const char *name, bool enabled)
{
	fake_lock();
	fake_queue(name)->full = !enabled;
	fake_unlock();
	fake_attr(fixture_tree(state), name, "state", enabled ? "enabled\n" : "disabled\n");
}

static void submit_all(struct sva_wq *pool, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		assert_int_equal(sva_submit(pool, move(i)), 0);
}

static void complete_all(unsigned int count)
{
	for (unsigned int i = 0; i < 4; i++)
		fake_complete_of(names[i], UINT_MAX);
	for (unsigned int i = 0; i < count; i++)
		assert_done(i);
}

/*
 * Opening.
 */

static void what_the_handle_says(void **state)
{
	struct sva_policy policy = { .size = sizeof(policy), .desc_flags = SVA_FLAG_CC };
	struct fake_tree *tree = fixture_tree(state);
	const struct sva_wq_info *info;
	struct sva_wq *pool;

	fake_attr(tree, "wq1.0", "max_transfer_size", "65536\n");
	fake_attr(tree, "wq1.0", "max_batch_size", "8\n");
	fake_attr(tree, "wq1.1", "block_on_fault", "0\n");
	fake_attr(tree, "dsa1", "gen_cap", "0\n");
	fake_attr(tree, "dsa1", "op_cap",
		  "00000000,00000000,00000000,00000000,00000000,00000000,00000001,003e03fd\n");
	pool = open_all();
	assert_string_equal(sva_path_name(sva_wq_path(pool)), "pool");
	info = sva_wq_info(pool);
	assert_string_equal(info->name, "pool");
	assert_int_equal(info->max_transfer_size, 65536);
	assert_int_equal(info->max_batch_size, 8);
	assert_false(info->block_on_fault);
	assert_false(sva_opmask_has(&info->op_config, SVA_OP_CRC));
	assert_true(sva_opmask_has(&info->op_config, SVA_OP_MEMMOVE));
	assert_true(sva_opmask_has(&info->op_config, SVA_OP_COPY_CRC));
	assert_int_equal(sva_wq_set_policy(pool, &policy), -EOPNOTSUPP);
	assert_non_null(strstr(sva_wq_why(pool), "pool of 4 queues"));
	for (unsigned int i = 0; i < 4; i++) {
		const struct sva_wq *m = member(pool, names[i]);

		assert_non_null(m);
		assert_non_null(strstr(sva_wq_why(pool), sva_wq_why(m)));
		assert_int_equal(sva_wq_path(m), SVA_PATH_PORTAL);
	}
	assert_int_equal(sva_wq_info(member(pool, "wq0.0"))->max_transfer_size, 2097152);
	assert_int_equal(sva_report_count(sva_wq_report(pool)), 0);
	assert_int_equal(sva_wq_reopen(pool), -EALREADY);
	assert_int_equal(fake.opens, 4);
	close_fake(pool);
	assert_int_equal(fake.closes, 4);
}

/* Those that cannot be had are in the report, and are no members. */
static void queues_that_are_not_taken(void **state)
{
	struct sva_report *report;
	struct sva_wq_opts opts = { .size = sizeof(opts), .report = &report };
	struct sva_wq *pool;

	fake_attr(fixture_tree(state), "wq0.1", "state", "disabled\n");
	fake_queue("wq0.0")->open_errno = EACCES;
	pool = open_pool(SVA_POOL_NEAR_NONE, &opts);
	assert_int_equal(sva_pool_count(pool), 2);
	assert_non_null(sva_pool_member(pool, 0));
	assert_non_null(sva_pool_member(pool, 1));
	assert_null(sva_pool_member(pool, 2));
	assert_int_equal(sva_pool_set_weight(pool, "wq0.0", 2), -ENOENT);
	assert_int_equal(sva_report_count(report), 2);
	assert_int_equal(sva_report_count(sva_wq_report(pool)), 2);
	assert_string_equal(sva_report_get(report, 0)->queue, "wq0.1");
	assert_string_equal(sva_report_get(report, 1)->queue, "wq0.0");
	assert_int_equal(sva_report_get(report, 1)->err, -EACCES);
	sva_report_free(report);
	assert_non_null(strstr(sva_wq_why(pool), "pool of 2 queues"));
	close_fake(pool);
}

static void queues_that_were_asked_for(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .mode = SVA_WQ_MODE_SHARED };
	struct sva_topology *topo = discover_fake();
	struct sva_wq *pool;

	(void)state;
	opts.topology = topo;
	pool = open_pool(SVA_POOL_NEAR_CPU, &opts);
	sva_topology_free(topo);
	assert_int_equal(sva_pool_count(pool), 3);
	assert_null(member(pool, "wq0.1"));
	assert_int_equal(sva_pool_refresh(pool), 3);
	close_fake(pool);

	opts = (struct sva_wq_opts){ .size = sizeof(opts), .flags = SVA_OPEN_NO_PORTAL };
	pool = open_pool(SVA_POOL_NEAR_CPU, &opts);
	assert_int_equal(sva_wq_path(member(pool, "wq1.0")), SVA_PATH_WRITE);
	submit_all(pool, 20);
	complete_all(20);
	close_fake(pool);
}

static void bad_options(void **state)
{
	const struct sva_wq_opts bad_queues = { .size = sizeof(bad_queues), .flags = 1u << 30 };
	const struct sva_policy cache = { .size = sizeof(cache), .desc_flags = SVA_FLAG_CC };
	const struct sva_wq_opts queues = { .size = sizeof(queues), .policy = &cache };
	struct {
		struct sva_pool_opts opts;
		uint64_t newer;
	} longer = { { .size = sizeof(longer) }, 0 };
	const struct sva_pool_opts bad[] = {
		{ .size = 8 },
		{ .size = sizeof(bad[0]), .flags = 2 },
		{ .size = sizeof(bad[0]), .near = SVA_POOL_NEAR_NONE + 1 },
		{ .size = sizeof(bad[0]), .queues = &bad_queues },
	};
	struct sva_wq *pool;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		pool = (struct sva_wq *)&longer;
		assert_int_equal(sva_pool_open(&pool, &bad[i]), -EINVAL);
		assert_null(pool);
	}
	assert_int_equal(sva_pool_open(NULL, NULL), -EINVAL);
	assert_int_equal(sva_pool_open(&pool, &longer.opts), 0);
	close_fake(pool);
	longer.newer = 1;
	assert_int_equal(sva_pool_open(&pool, &longer.opts), -E2BIG);
	longer.opts.size = offsetof(struct sva_pool_opts, queues);
	assert_int_equal(sva_pool_open(&pool, &longer.opts), 0);
	close_fake(pool);

	/* A policy that not every member can follow. */
	fake_attr(fixture_tree(state), "dsa1", "gen_cap", "0\n");
	longer.opts.size = sizeof(longer.opts);
	longer.opts.queues = &queues;
	assert_int_equal(sva_pool_open(&pool, &longer.opts), -EOPNOTSUPP);
	assert_null(pool);
	assert_int_equal(fake.opens, fake.closes);
}

static void no_queue(void **state)
{
	struct sva_wq_opts queues = { .size = sizeof(queues), .flags = SVA_OPEN_NO_CPU };
	struct sva_pool_opts opts = { .size = sizeof(opts), .queues = &queues };
	struct fake_tree *tree = fake_tree_new();
	struct sva_wq *pool;

	(void)state;
	fake_tree_use(tree);
	assert_int_equal(sva_pool_open(&pool, &opts), -ENODEV);
	assert_null(pool);
	assert_int_equal(sva_pool_open(&pool, NULL), 0);
	assert_non_null(strstr(sva_wq_why(pool), "no device"));
	close_fake(pool);

	fake_device(tree, "dsa0");
	assert_int_equal(sva_pool_open(&pool, NULL), 0);
	assert_non_null(strstr(sva_wq_why(pool), "there is no queue"));
	assert_int_equal(sva_wq_path(pool), SVA_PATH_POOL);
	assert_int_equal(sva_pool_count(pool), 0);
	assert_null(sva_pool_member(pool, 0));
	submit_all(pool, 3);
	for (unsigned int i = 0; i < 3; i++)
		assert_done(i);
	assert_int_equal(stats_of(pool).cpu_operations, 3);
	assert_int_equal(fake.submissions, 0);
	assert_int_equal(sva_pool_refresh(pool), 0);

	fixture_queue(tree, "wq0.0", "shared");
	fake_attr(tree, "dsa0", "cdev_major", "241\n");
	assert_int_equal(sva_pool_refresh(pool), 1);
	assert_int_equal(sva_submit(pool, move(0)), 0);
	assert_ptr_equal(ops[0].wq, sva_pool_member(pool, 0));
	assert_done(0);
	close_fake(pool);

	/* The first one that was tried says why. */
	fake_queue("wq0.0")->open_errno = EACCES;
	assert_int_equal(sva_pool_open(&pool, &opts), -EACCES);
	assert_int_equal(sva_pool_open(&pool, NULL), 0);
	assert_non_null(strstr(sva_wq_why(pool), "wq0.0: open: Permission denied"));
	close_fake(pool);
	fake_tree_free(tree);
}

static void more_queues_than_members(void **state)
{
	struct fake_tree *tree = fixture_tree(state);
	const struct sva_rejection *r;
	struct sva_wq *pool;
	char name[16];

	for (int i = 4; i < 65; i++) {
		if (i % 8 == 4) {
			snprintf(name, sizeof(name), "dsa%d", i / 8 + 2);
			fake_device(tree, name);
		}
		snprintf(name, sizeof(name), "wq%d.%d", (i + 4) / 8 + 1, i % 8);
		fixture_queue(tree, name, "shared");
	}
	pool = open_pool(SVA_POOL_NEAR_NONE, NULL);
	assert_int_equal(sva_pool_count(pool), 64);
	assert_non_null(sva_pool_member(pool, 63));
	assert_null(sva_pool_member(pool, 64));
	assert_int_equal(sva_report_count(sva_wq_report(pool)), 1);
	r = sva_report_get(sva_wq_report(pool), 0);
	assert_int_equal(r->err, -E2BIG);
	submit_all(pool, 128);
	for (unsigned int i = 0; i < 64; i++)
		assert_int_equal(stats_of(sva_pool_member(pool, i)).operations, 2);
	assert_int_equal(sva_pool_refresh(pool), 64);
	close_fake(pool);

	/* One that cannot be opened takes nobody's place. */
	fake_queue("wq1.0")->open_errno = EACCES;
	pool = open_pool(SVA_POOL_NEAR_NONE, NULL);
	assert_int_equal(sva_pool_refresh(pool), 64);
	close_fake(pool);
	assert_int_equal(fake.opens - 1, fake.closes);
}

static void no_memory_left(void **state)
{
	struct sva_wq *pool;
	unsigned int n = 0;
	int err;

	fake_attr(fixture_tree(state), "wq0.1", "state", "disabled\n"); /* a rejection */
	do {
		allocations = n++;
		err = sva_pool_open(&pool, NULL);
		allocations = UINT_MAX;
		assert_true(err ? !pool : !!pool);
		if (!err)
			break;
		assert_int_equal(err, -ENOMEM);
		assert_int_equal(fake.opens, fake.closes);
	} while (n < 1000);
	assert_in_range(n, 5, 100);

	fake_attr(fixture_tree(state), "wq0.1", "state", "enabled\n");
	for (n = 0;; n++) {
		allocations = n;
		err = sva_pool_refresh(pool);
		allocations = UINT_MAX;
		if (err > 0)
			break;
		assert_int_equal(err, -ENOMEM);
		submit_all(pool, 8);
		complete_all(8);
	}
	assert_int_equal(err, 4);
	assert_in_range(n, 2, 100);
	close_fake(pool);
}

static void no_file_descriptor_left(void **state)
{
	struct sva_wq *pool;

	(void)state;
	fake_queue("wq1.0")->open_errno = EMFILE;
	assert_int_equal(sva_pool_open(&pool, NULL), -EMFILE);
	assert_null(pool);
	assert_int_equal(fake_queue("wq0.0")->files, 0);
	fake_queue("wq1.0")->open_errno = EACCES;
	pool = open_pool(SVA_POOL_NEAR_NONE, NULL);
	fake_queue("wq1.0")->open_errno = EMFILE;
	assert_int_equal(sva_pool_refresh(pool), -EMFILE);
	submit_all(pool, 8);
	complete_all(8);
	fake_queue("wq1.0")->open_errno = 0;
	assert_int_equal(sva_pool_refresh(pool), 4);
	close_fake(pool);
}

/*
 * Who gets what.
 */

static void operations_end_at_their_member(void **state)
{
	struct sva_wq *pool = open_all();

	(void)state;
	hold_all(true);
	submit_all(pool, 16);
	for (unsigned int i = 0; i < 16; i++)
		assert_ptr_equal(ops[i].wq, member(pool, went_to(i)));
	for (unsigned int q = 0; q < 4; q++) {
		assert_int_equal(fake_complete_of(names[q], UINT_MAX), 4);
		for (unsigned int i = 0; i < 16; i++) {
			bool here = !strcmp(went_to(i), names[q]);

			if (here)
				assert_done(i);
			else if (fake_queue(went_to(i))->held)
				assert_int_equal(sva_poll(&ops[i]), 0);
		}
	}
	hold_all(false);
	close_fake(pool);
}

static void the_least_loaded_is_next(void **state)
{
	struct sva_wq *pool = open_two(0);
	const struct fake_queue *a = fake_queue("wq1.0"), *b = fake_queue("wq1.1");

	(void)state;
	hold_all(true);
	for (unsigned int i = 0; i < 100; i++) {
		assert_int_equal(sva_try_submit(pool, move(i)), 0);
		assert_true(a->held <= b->held + 1 && b->held <= a->held + 1);
	}
	/* It is what was reaped that counts, not what the device has completed. */
	fake_complete_of("wq1.0", 30);
	assert_int_equal(sva_submit(pool, move(100)), 0);
	assert_int_equal(sva_submit(pool, move(101)), 0);
	assert_int_equal(a->submissions, 51);
	for (unsigned int i = 0; i < 100; i++)
		sva_poll(&ops[i]);
	for (unsigned int i = 102; i < 132; i++)
		assert_int_equal(sva_submit(pool, move(i)), 0);
	assert_int_equal(a->submissions, 81);
	assert_int_equal(a->held, b->held);
	complete_all(132);
	hold_all(false);
	close_fake(pool);
}

/* More than four that are equally near. What is far, or full, takes none of the four's places. */
static void of_many_members_four_are_compared(void **state)
{
	struct sva_wq *pool;
	struct fake_queue *q[8];
	char name[16];

	for (unsigned int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "wq1.%u", i);
		if (i > 1)
			fixture_queue(fixture_tree(state), name, "shared");
		q[i] = fake_queue(name);
		q[i]->hold = true;
	}
	node_of_us = 1;
	pool = open_pool(SVA_POOL_NEAR_CPU, NULL);
	assert_int_equal(sva_pool_count(pool), 10);
	submit_all(pool, 64);
	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(q[i]->held, 8); /* they take turns */

	/* One that is idle is among the four in half of the picks. */
	fake_complete_of("wq1.5", UINT_MAX);
	for (unsigned int i = 0; i < 64; i++)
		if (!strcmp(went_to(i), "wq1.5"))
			assert_done(i);
	for (unsigned int i = 64; i < 72; i++)
		assert_int_equal(sva_try_submit(pool, move(i)), 0);
	assert_int_equal(q[5]->held, 4);

	for (unsigned int i = 0; i < 8; i++)
		q[i]->full = i != 6;
	for (unsigned int i = 72; i < 80; i++) {
		assert_int_equal(sva_try_submit(pool, move(i)), 0);
		assert_string_equal(went_to(i), "wq1.6");
	}
	q[6]->full = true;
	assert_int_equal(sva_try_submit(pool, move(80)), 0);
	assert_string_equal(sva_wq_info(ops[80].wq)->device, "dsa0");
	for (unsigned int i = 0; i < 8; i++) {
		snprintf(name, sizeof(name), "wq1.%u", i);
		fake_complete_of(name, UINT_MAX);
		q[i]->full = q[i]->hold = false;
	}
	for (unsigned int i = 0; i < 81; i++)
		sva_poll(&ops[i]);
	close_fake(pool);
}

static void *submit_ten(void *pool)
{
	for (unsigned int i = 100; i < 110; i++)
		if (sva_submit(pool, move(i)))
			return pool;
	return NULL;
}

/* Ten operations at wq1.0, by a thread that then ends. */
static void another_thread_submits(struct sva_wq *pool)
{
	pthread_t thread;
	void *failed;

	assert_int_equal(sva_pool_set_weight(pool, "wq1.1", 0), 0);
	assert_int_equal(pthread_create(&thread, NULL, submit_ten, pool), 0);
	assert_int_equal(pthread_join(thread, &failed), 0);
	assert_null(failed);
	assert_int_equal(sva_pool_set_weight(pool, "wq1.1", 1), 0);
}

/* Soon, if not at once. */
static void the_load_of_other_threads_counts(void **state)
{
	struct sva_wq *pool = open_two(0);
	const struct fake_queue *a = fake_queue("wq1.0"), *b = fake_queue("wq1.1");

	(void)state;
	hold_all(true);
	another_thread_submits(pool);
	submit_all(pool, 10);
	assert_int_equal(a->held, 10);
	assert_int_equal(b->held, 10);
	complete_all(10);
	for (unsigned int i = 100; i < 110; i++) /* the thread is gone: we reap them */
		assert_done(i);
	assert_int_equal(stats_of(pool).in_flight, 0);

	submit_all(pool, 4);
	another_thread_submits(pool);
	for (unsigned int i = 4; i < 26; i++)
		assert_int_equal(sva_submit(pool, move(i)), 0);
	assert_in_range(a->held, 12, 18); /* 36 in all */
	complete_all(26);
	for (unsigned int i = 100; i < 110; i++)
		assert_done(i);
	hold_all(false);
	close_fake(pool);
}

#define WINDOW 8 /* operations that a thread has in flight */

struct worker {
	pthread_t thread;
	struct sva_wq *pool;
	unsigned int number;
	unsigned int most;         /* rounds */
	pthread_barrier_t *rounds; /* meet there before and after the completions; NULL: no */
	unsigned int done, bad, lost;
};

static bool stop, stop_device;

static void reap(struct worker *w, unsigned int i)
{
	int status;

	do {
		status = sva_wait(&ops[i], MS, SVA_WAIT_AUTO);
	} while (status == -ETIMEDOUT);
	w->done++;
	if (status == -ENODEV || status == SVA_STATUS_LOST)
		w->lost++;
	else
		w->bad += status != SVA_STATUS_SUCCESS || memcmp(dst[i], src[i], BYTES) != 0;
}

static void *work(void *arg)
{
	struct worker *w = arg;

	for (unsigned int n = 0; n < w->most && !__atomic_load_n(&stop, __ATOMIC_RELAXED); n++) {
		for (unsigned int i = w->number * WINDOW; i < (w->number + 1) * WINDOW; i++) {
			memset(dst[i], 0, BYTES);
			w->bad += sva_submit(w->pool, move(i)) != 0;
		}
		for (unsigned int i = 0; w->rounds && i < 2; i++)
			pthread_barrier_wait(w->rounds);
		for (unsigned int i = w->number * WINDOW; i < (w->number + 1) * WINDOW; i++)
			reap(w, i);
	}
	return NULL;
}

static void start_workers(struct worker *workers, unsigned int n, struct sva_wq *pool,
			  unsigned int most, pthread_barrier_t *rounds)
{
	stop = false;
	for (unsigned int i = 0; i < n; i++) {
		workers[i] = (struct worker){
			.pool = pool, .number = i, .most = most, .rounds = rounds
		};
		assert_int_equal(pthread_create(&workers[i].thread, NULL, work, &workers[i]), 0);
	}
}

static void join_workers(struct worker *workers, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
		assert_int_equal(workers[i].bad, 0);
	}
}

/*
 * All have their operations in flight before the device completes any: what a thread that does not
 * get the CPU has not reaped weighs on no more than one round.
 */
static void equal_shares_of_many_threads(void **state)
{
	struct sva_wq *pool = open_two(0);
	struct worker workers[8];
	pthread_barrier_t rounds;

	(void)state;
	hold_all(true);
	assert_int_equal(pthread_barrier_init(&rounds, NULL, 9), 0);
	start_workers(workers, 8, pool, 1250 / WINDOW, &rounds);
	for (unsigned int n = 0; n < 1250 / WINDOW; n++) {
		pthread_barrier_wait(&rounds);
		fake_complete_of("wq1.0", UINT_MAX);
		fake_complete_of("wq1.1", UINT_MAX);
		pthread_barrier_wait(&rounds);
	}
	join_workers(workers, 8);
	assert_int_equal(pthread_barrier_destroy(&rounds), 0);
	hold_all(false);
	assert_int_equal(fake_queue("wq1.0")->moves + fake_queue("wq1.1")->moves, 9984);
	assert_in_range(fake_queue("wq1.0")->moves, 4500, 5484);
	assert_int_equal(stats_of(pool).operations, 9984);
	assert_int_equal(stats_of(pool).in_flight, 0);
	close_fake(pool);
}

/* Submit again what has ended. */
static void turn_over(struct sva_wq *pool, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		if (sva_poll(&ops[i]))
			assert_int_equal(sva_submit(pool, move(i)), 0);
}

/* A queue gets what it can do. */
static void shares_follow_the_speed(void **state)
{
	struct sva_wq *pool = open_two(0);
	unsigned int slow, fast;

	(void)state;
	hold_all(true);
	submit_all(pool, 20);
	slow = fake_queue("wq1.0")->submissions;
	fast = fake_queue("wq1.1")->submissions;
	for (unsigned int round = 0; round < 500; round++) {
		assert_int_equal(fake_complete_of("wq1.0", 1), 1);
		fake_complete_of("wq1.1", 4);
		turn_over(pool, 20);
	}
	slow = fake_queue("wq1.0")->submissions - slow;
	fast = fake_queue("wq1.1")->submissions - fast;
	assert_in_range(fast * 100 / slow, 360, 440);
	complete_all(20);
	hold_all(false);
	close_fake(pool);
}

static void weights(void **state)
{
	struct sva_wq *pool = open_two(0);

	(void)state;
	assert_int_equal(sva_pool_set_weight(pool, "wq1.1", 3), 0);
	hold_all(true);
	submit_all(pool, 40);
	assert_int_equal(fake_queue("wq1.0")->held, 10);
	assert_int_equal(fake_queue("wq1.1")->held, 30);

	assert_int_equal(sva_pool_set_weight(pool, "wq1.1", 0), 0);
	for (unsigned int i = 40; i < 60; i++)
		assert_int_equal(sva_submit(pool, move(i)), 0);
	assert_int_equal(fake_queue("wq1.0")->held, 30);
	assert_int_equal(fake_queue("wq1.1")->held, 30);

	assert_int_equal(sva_pool_set_weight(pool, "wq1.0", 0), 0);
	assert_int_equal(sva_submit(pool, move(60)), 0); /* by the CPU */
	assert_done(60);
	complete_all(60);
	hold_all(false);

	assert_int_equal(sva_pool_set_weight(pool, "wq1.0", 1000), 0);
	assert_int_equal(sva_pool_set_weight(pool, "wq1.0", 1001), -EINVAL);
	assert_int_equal(sva_pool_set_weight(pool, NULL, 1), -EINVAL);
	assert_int_equal(sva_pool_set_weight(pool, "wq0.0", 1), -ENOENT);
	close_fake(pool);
}

static void a_full_member_is_passed_over(void **state)
{
	struct sva_wq *pool = open_two(0);

	(void)state;
	fake_queue("wq1.0")->full = true;
	for (unsigned int i = 0; i < 10; i++) {
		assert_int_equal(sva_try_submit(pool, move(i)), 0);
		assert_string_equal(went_to(i), "wq1.1");
	}
	assert_in_range(fake_queue("wq1.0")->tries, 1, 10);
	assert_int_equal(fake.pauses, 0);
	assert_int_equal(stats_of(member(pool, "wq1.0")).retries, fake_queue("wq1.0")->tries);
	assert_int_equal(stats_of(pool).full, 0);
	complete_all(10);
	fake_queue("wq1.0")->full = false;
	close_fake(pool);
}

/* Also of a dedicated queue there is never more in flight than it has entries. */
static void all_full(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts),
				    .flags = SVA_OPEN_NO_CPU,
				    .mode = SVA_WQ_MODE_SHARED,
				    .retries = 10 };
	struct sva_wq *pool = open_all();
	struct sva_wq_stats stats;

	(void)state;
	fill_all(true);
	fake_queue("wq0.1")->full = false;
	fake_queue("wq0.1")->hold = true;
	fake_queue("wq0.1")->capacity = DEDICATED_SIZE;
	for (unsigned int i = 0; i < DEDICATED_SIZE - 1; i++)
		assert_int_equal(sva_try_submit(pool, move(i)), 0);
	assert_int_equal(sva_try_submit(pool, move(20)), -EAGAIN);
	assert_int_equal(sva_poll(&ops[20]), SVA_STATUS_NOT_SUBMITTED);
	stats = stats_of(pool);
	assert_int_equal(stats.full, 1);
	assert_int_equal(stats.in_flight, DEDICATED_SIZE - 1);

	assert_int_equal(sva_submit(pool, move(20)), 0);
	assert_done(20);
	assert_ptr_equal(ops[20].wq, pool);
	stats = stats_of(pool);
	assert_int_equal(stats.full, 2);
	assert_int_equal(stats.cpu_operations, 1);
	assert_int_equal(stats.cpu_why[__builtin_ctz(SVA_WHY_FULL)], 1);
	assert_int_equal(stats.failures, 0);
	assert_int_equal(stats.quarantines, 0);

	complete_all(DEDICATED_SIZE - 1);
	assert_int_equal(fake_queue("wq0.1")->overflows, 0);
	assert_int_equal(stats_of(pool).in_flight, 0);
	fill_all(false);
	hold_all(false);
	close_fake(pool);

	pool = open_pool(SVA_POOL_NEAR_NONE, &opts);
	fill_all(true);
	fake_queue("wq0.0")->tries = 0;
	for (unsigned int i = 0; i < 2; i++)
		move(i);
	assert_int_equal(sva_submit(pool, &ops[0]), -EAGAIN);
	assert_int_equal(fake_queue("wq0.0")->tries, 10);
	assert_int_equal(sva_submit_many(pool, ops, 2), -EAGAIN);
	assert_int_equal(sva_poll(&ops[0]), SVA_STATUS_NOT_SUBMITTED);
	assert_int_equal(sva_poll(&ops[1]), SVA_STATUS_NOT_SUBMITTED);
	fill_all(false);
	hold_all(false);
	close_fake(pool);
}

/*
 * NUMA.
 */

static void near_the_cpu(void **state)
{
	struct sva_wq *pool = open_pool(SVA_POOL_NEAR_CPU, NULL);

	(void)state;
	hold_all(true);
	submit_all(pool, 10);
	node_of_us = 1;
	for (unsigned int i = 10; i < 30; i++)
		assert_int_equal(sva_submit(pool, move(i)), 0);
	assert_int_equal(fake_queue("wq0.0")->held, 5);
	assert_int_equal(fake_queue("wq0.1")->held, 5);
	assert_int_equal(fake_queue("wq1.0")->held, 10);
	assert_int_equal(fake_queue("wq1.1")->held, 10);

	/* A far one is better than none. */
	fake_queue("wq1.0")->full = fake_queue("wq1.1")->full = true;
	assert_int_equal(sva_try_submit(pool, move(30)), 0);
	assert_int_equal(fake_queue("wq0.0")->held + fake_queue("wq0.1")->held, 11);
	complete_all(31);
	fill_all(false);
	hold_all(false);
	close_fake(pool);
}

static void only_near_the_cpu(void **state)
{
	struct sva_pool_opts opts = { .size = sizeof(opts), .flags = SVA_POOL_STRICT };
	struct sva_wq *pool;

	(void)state;
	node_of_us = 1;
	assert_int_equal(sva_pool_open(&pool, &opts), 0);
	submit_all(pool, 10);
	fake_queue("wq1.0")->full = fake_queue("wq1.1")->full = true;
	assert_int_equal(sva_try_submit(pool, move(10)), -EAGAIN);
	assert_int_equal(sva_submit(pool, move(11)), 0);
	assert_done(11);
	assert_int_equal(stats_of(pool).cpu_operations, 1);
	node_of_us = 5; /* nothing is there */
	assert_int_equal(sva_submit(pool, move(11)), 0);
	assert_int_equal(stats_of(pool).cpu_operations, 2);
	assert_int_equal(fake_queue("wq0.0")->submissions + fake_queue("wq0.1")->submissions, 0);
	fill_all(false);
	close_fake(pool);
}

/* Node numbers may have holes; then the list of distances is shorter. */
static void the_nearer_of_the_far_ones(void **state)
{
	struct fake_tree *tree = fixture_tree(state);
	struct sva_wq *pool;

	fake_device(tree, "dsa2");
	fake_attr(tree, "dsa2", "numa_node", "5\n");
	fixture_queue(tree, "wq2.0", "shared");
	fake_distance(tree, 0, "10 31 21\n");
	fake_distance(tree, 1, "31 10 31\n");
	fake_distance(tree, 5, "21 31 10\n");
	pool = open_pool(SVA_POOL_NEAR_CPU, NULL);
	fake_queue("wq0.0")->full = true;
	assert_int_equal(sva_pool_set_weight(pool, "wq0.1", 0), 0);
	submit_all(pool, 10);
	assert_int_equal(fake_queue("wq2.0")->submissions, 10);
	node_of_us = 5;
	submit_all(pool, 10);
	assert_int_equal(fake_queue("wq2.0")->submissions, 20);
	fake_queue("wq2.0")->full = true;
	assert_int_equal(sva_pool_set_weight(pool, "wq0.1", 1), 0);
	submit_all(pool, 10);
	complete_all(10);
	assert_int_equal(fake_queue("wq0.1")->submissions, 10);
	assert_int_equal(sva_pool_set_weight(pool, "wq0.1", 0), 0);
	submit_all(pool, 10);
	assert_int_equal(fake_queue("wq1.0")->submissions + fake_queue("wq1.1")->submissions, 10);
	fake_queue("wq2.0")->full = false;
	fill_all(false);
	close_fake(pool);
}

/* -1: the kernel does not say. */
static int true_node(void *page)
{
	int node = -1;

	page = (void *)((uintptr_t)page & ~4095ul);
	return syscall(SYS_move_pages, 0, 1ul, &page, NULL, &node, 0) ? -1 : node;
}

#define FRESH 32768

static void near_the_data(void **state)
{
	struct fake_tree *tree = fixture_tree(state);
	char *fresh = mmap(NULL, FRESH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int here = true_node(dst), there = here ? 0 : 1;
	struct sva_wq *pool;
	char text[16];

	if (here < 0 || true_node(src) != here) {
		munmap(fresh, FRESH);
		skip();
	}
	snprintf(text, sizeof(text), "%d\n", here);
	fake_attr(tree, "dsa0", "numa_node", text);
	snprintf(text, sizeof(text), "%d\n", there);
	fake_attr(tree, "dsa1", "numa_node", text);
	node_of_us = there;
	pool = open_pool(SVA_POOL_NEAR_DATA, NULL);
	submit_all(pool, 10);
	assert_int_equal(fake_queue("wq0.0")->submissions + fake_queue("wq0.1")->submissions, 10);
	sva_prep_crc(&ops[0].desc, src[0], BYTES, 0, 0); /* it has no destination */
	assert_int_equal(sva_submit(pool, &ops[0]), 0);
	assert_int_equal(fake_queue("wq0.0")->submissions + fake_queue("wq0.1")->submissions, 11);

	assert_int_equal(sva_poll(&ops[0]), SVA_STATUS_SUCCESS);
	for (unsigned int i = 1; i < 10; i++)
		assert_done(i);

	/* A page that is not there yet is nowhere. */
	for (unsigned int i = 0; i < 8; i++) {
		sva_prep_memmove(&ops[i].desc, fresh + i * (size_t)4096, src[0], BYTES, 0);
		assert_int_equal(sva_submit(pool, &ops[i]), 0);
	}
	assert_int_equal(fake_queue("wq1.0")->submissions + fake_queue("wq1.1")->submissions, 8);
	close_fake(pool);
	munmap(fresh, FRESH);
}

/*
 * Members that differ, batches, and what else one does with a queue.
 */

static void refresh_with(void **state, struct sva_wq *pool, const char *object, const char *attr,
			 const char *value)
{
	set_state(state, "wq1.0", false);
	assert_int_equal(sva_pool_refresh(pool), 1);
	fake_attr(fixture_tree(state), object, attr, value);
	set_state(state, "wq1.0", true);
	assert_int_equal(sva_pool_refresh(pool), 2);
}

/* Its configuration has become less since the pool was opened. */
static void a_member_that_takes_less(void **state)
{
	const uint32_t size = 70000;
	uint8_t *from = ref_buffer(size), *to = malloc(size);
	struct sva_wq *pool = open_two(0);
	const struct fake_queue *less = fake_queue("wq1.0");

	refresh_with(state, pool, "wq1.0", "op_config",
		     "00000000,00000000,00000000,00000000,00000000,00000000,00000001,003e03fd\n");
	assert_true(sva_opmask_has(&sva_wq_info(pool)->op_config, SVA_OP_CRC));
	for (unsigned int i = 0; i < 10; i++) {
		sva_prep_crc(&ops[i].desc, src[i], BYTES, 0, 0);
		assert_int_equal(sva_submit(pool, &ops[i]), 0);
		assert_int_equal(sva_poll(&ops[i]), SVA_STATUS_SUCCESS);
		assert_string_equal(went_to(i), "wq1.1");
	}
	submit_all(pool, 10);
	complete_all(10);
	assert_int_equal(less->submissions, 5);

	refresh_with(state, pool, "wq1.0", "max_transfer_size", "65536\n");
	assert_int_equal(sva_wq_info(pool)->max_transfer_size, 2097152);
	for (unsigned int i = 0; i < 10; i++) {
		sva_prep_memmove(&ops[i].desc, to, from, size, 0);
		assert_int_equal(sva_submit(pool, &ops[i]), 0);
		assert_int_equal(sva_poll(&ops[i]), SVA_STATUS_SUCCESS);
		assert_string_equal(went_to(i), "wq1.1");
	}
	assert_memory_equal(to, from, size);
	submit_all(pool, 10);
	complete_all(10);
	assert_int_equal(less->submissions, 10);

	refresh_with(state, pool, "wq1.0", "block_on_fault", "0\n");
	for (unsigned int i = 0; i < 10; i++) {
		sva_prep_memmove(&ops[i].desc, dst[i], src[i], BYTES, SVA_FLAG_BOF);
		assert_int_equal(sva_submit(pool, &ops[i]), 0);
		assert_int_equal(sva_poll(&ops[i]), SVA_STATUS_SUCCESS);
		assert_string_equal(went_to(i), "wq1.1");
	}
	/* Nobody is left: the CPU. */
	set_state(state, "wq1.1", false);
	sva_prep_crc(&ops[0].desc, src[0], BYTES, 0, 0);
	assert_int_equal(sva_submit(pool, &ops[0]), 0);
	assert_int_equal(sva_poll(&ops[0]), SVA_STATUS_SUCCESS);
	assert_ptr_equal(ops[0].wq, pool);
	close_fake(pool);
	free(from);
	free(to);
}

static void batches(void **state)
{
	static struct sva_desc descs[32];
	static struct sva_record records[32];
	struct sva_wq *pool = open_two(0);
	struct sva_wq_stats stats;
	struct sva_batch batch;

	assert_int_equal(sva_batch_init(&batch, descs, records, 32, 0), 0);
	for (unsigned int i = 0; i < 8; i++)
		sva_prep_memmove(sva_batch_add(&batch), dst[i], src[i], BYTES, 0);
	hold_all(true);
	assert_int_equal(sva_submit_batch(pool, &batch, &ops[0]), 0);
	assert_ptr_equal(ops[0].wq, member(pool, went_to(0)));
	assert_int_equal(fake_queue("wq1.0")->held + fake_queue("wq1.1")->held, 1);
	stats = stats_of(ops[0].wq);
	assert_int_equal(stats.operations, 8);
	assert_int_equal(stats.bytes, 8 * BYTES);
	assert_int_equal(stats.in_flight, 1);
	fake_complete_of(went_to(0), 1);
	assert_int_equal(sva_poll(&ops[0]), SVA_STATUS_SUCCESS);
	for (unsigned int i = 0; i < 8; i++) {
		assert_int_equal(sva_record_status(&records[i]), SVA_STATUS_SUCCESS);
		assert_memory_equal(dst[i], src[i], BYTES);
	}
	assert_int_equal(stats_of(pool).in_flight, 0);
	hold_all(false);

	/* A single member gets company. */
	sva_batch_reset(&batch);
	sva_prep_memmove(sva_batch_add(&batch), dst[9], src[9], BYTES, 0);
	assert_int_equal(sva_submit_batch(pool, &batch, &ops[0]), 0);
	assert_int_equal(sva_poll(&ops[0]), SVA_STATUS_SUCCESS);
	assert_memory_equal(dst[9], src[9], BYTES);

	/* One that takes only short ones, after it has come back. */
	refresh_with(state, pool, "wq1.0", "max_batch_size", "4\n");
	for (unsigned int n = 0; n < 10; n++) {
		sva_batch_reset(&batch);
		for (unsigned int i = 0; i < 8; i++)
			sva_prep_noop(sva_batch_add(&batch), 0);
		assert_int_equal(sva_submit_batch(pool, &batch, &ops[0]), 0);
		assert_int_equal(sva_poll(&ops[0]), SVA_STATUS_SUCCESS);
		assert_string_equal(went_to(0), "wq1.1");
	}
	close_fake(pool);
}

/* Where the kernel refuses batches, the members go one by one, all to one queue. */
static void batches_one_by_one(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .flags = SVA_OPEN_NO_PORTAL };
	struct sva_wq *pool = open_pool(SVA_POOL_NEAR_NONE, &opts);
	static struct sva_desc descs[32];
	static struct sva_record records[32];
	struct sva_batch batch;

	(void)state;
	fake.write_no_batch = true;
	assert_int_equal(sva_batch_init(&batch, descs, records, 32, 0), 0);
	for (unsigned int i = 0; i < 32; i++)
		sva_prep_memmove(sva_batch_add(&batch), dst[i], src[i], BYTES, 0);
	assert_int_equal(sva_submit_batch(pool, &batch, &ops[0]), 0);
	assert_int_equal(sva_poll(&ops[0]), SVA_STATUS_SUCCESS);
	assert_int_equal(fake_queue(went_to(0))->moves, 32);
	assert_memory_equal(dst, src, 32 * BYTES);
	assert_int_equal(stats_of(pool).in_flight, 0);
	assert_int_equal(stats_of(pool).operations, 32);
	close_fake(pool);
}

/* As any other operation it goes to whom it can. */
static void a_batch_of_one(void **state)
{
	static struct sva_desc descs[2];
	static struct sva_record records[2];
	struct sva_batch batch;
	struct sva_wq *pool;

	fake_attr(fixture_tree(state), "wq1.0", "max_batch_size", "1\n");
	pool = open_two(0);
	assert_int_equal(sva_wq_info(pool)->max_batch_size, 1);
	assert_int_equal(sva_batch_init(&batch, descs, records, 2, 0), 0);
	sva_prep_memmove(sva_batch_add(&batch), dst[0], src[0], BYTES, 0);
	assert_int_equal(sva_submit_batch(pool, &batch, &ops[0]), 0);
	assert_done(0);
	for (unsigned int full = 0; full < 3; full++) {
		fake_queue("wq1.0")->full = full != 1;
		fake_queue("wq1.1")->full = full > 0;
		memset(dst[0], 0, BYTES);
		assert_int_equal(sva_submit_batch(pool, &batch, &ops[0]), 0);
		assert_done(0);
	}
	fill_all(false);
	close_fake(pool);
}

static void many(void **state)
{
	struct sva_wq *pool = open_two(SVA_OPEN_NO_CPU);

	(void)state;
	for (unsigned int i = 0; i < 64; i++)
		move(i);
	hold_all(true);
	assert_int_equal(sva_submit_many(pool, ops, 64), 64);
	assert_int_equal(fake_queue("wq1.0")->held, 32);
	assert_int_equal(fake_queue("wq1.1")->held, 32);
	complete_all(64);

	fake_queue("wq1.0")->capacity = 10;
	fake_queue("wq1.1")->capacity = 20;
	for (unsigned int i = 0; i < 64; i++)
		move(i);
	assert_int_equal(sva_submit_many(pool, ops, 64), 30);
	for (unsigned int i = 30; i < 64; i++)
		assert_int_equal(sva_poll(&ops[i]), SVA_STATUS_NOT_SUBMITTED);
	complete_all(30);
	assert_int_equal(sva_submit_many(pool, ops, 0), 0);
	hold_all(false);
	close_fake(pool);
}

static void *complete_later(void *arg)
{
	(void)arg;
	while (!fake_complete_of("wq1.0", 1) && !fake_complete_of("wq1.1", 1))
		sched_yield();
	return NULL;
}

static void waiting(void **state)
{
	struct sva_wq *pool = open_two(0);
	pthread_t thread;

	(void)state;
	hold_all(true);
	assert_int_equal(sva_submit(pool, move(0)), 0);
	assert_int_equal(sva_wait(&ops[0], 0, SVA_WAIT_AUTO), -ETIMEDOUT);
	assert_int_equal(stats_of(pool).in_flight, 1);
	assert_int_equal(pthread_create(&thread, NULL, complete_later, NULL), 0);
	assert_int_equal(sva_wait(&ops[0], -1, SVA_WAIT_AUTO), SVA_STATUS_SUCCESS);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_done(0);
	for (unsigned int i = 0; i < 3; i++) /* once is enough */
		assert_int_equal(sva_poll(&ops[0]), SVA_STATUS_SUCCESS);
	assert_int_equal(stats_of(pool).in_flight, 0);
	complete_all(0);
	hold_all(false);
	close_fake(pool);
}

static void resuming(void **state)
{
	struct sva_wq *pool = open_all();

	(void)state;
	for (unsigned int i = 0; i < 4; i++)
		fake_queue(names[i])->faults = 1;
	assert_int_equal(sva_submit(pool, move(0)), 0);
	assert_int_equal(sva_poll(&ops[0]), SVA_STATUS_PAGE_FAULT);
	assert_int_equal(stats_of(pool).in_flight, 0);
	for (unsigned int n = 1; n <= 4; n++) {
		assert_int_equal(sva_op_resume(&ops[0]), 1);
		assert_int_equal(sva_submit(pool, &ops[0]), 0);
		assert_int_equal(sva_poll(&ops[0]),
				 n < 4 ? SVA_STATUS_PAGE_FAULT : SVA_STATUS_SUCCESS);
	}
	assert_int_equal(sva_op_resume(&ops[0]), 0);
	assert_int_equal(ops[0].desc.xfer_size, BYTES);
	assert_done(0);
	for (unsigned int i = 0; i < 4; i++) /* each has done a part */
		assert_in_range(fake_queue(names[i])->moves, 1, 2);
	close_fake(pool);
}

/*
 * Calls.
 */

#define CALL ((size_t)10 << 20)

static struct sva_wq *open_for_calls(struct sva_policy policy)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .policy = &policy };

	policy.size = sizeof(policy);
	policy.threshold = 1;
	return open_pool(SVA_POOL_NEAR_NONE, &opts);
}

static void calls(void **state)
{
	uint8_t *from = ref_buffer(CALL), *to = aligned_alloc(64, CALL);
	struct sva_outcome outcome = { .size = sizeof(outcome) };
	struct sva_wq *pool;
	uint32_t crc = 0;

	fake_attr(fixture_tree(state), "wq0.0", "max_transfer_size", "262144\n");
	pool = open_for_calls((struct sva_policy){ 0 });
	assert_int_equal(sva_memcpy(pool, to, from, CALL, &outcome), 0);
	assert_memory_equal(to, from, CALL);
	assert_int_equal(outcome.device_bytes, CALL);
	assert_int_equal(outcome.why, 0);
	assert_int_equal(outcome.parts, 40);
	for (unsigned int i = 0; i < 4; i++) {
		assert_in_range(fake_queue(names[i])->submissions, 9, 11);
		fake_queue(names[i])->submissions = 0;
	}
	assert_int_equal(sva_crc32c(pool, from, CALL, &crc, &outcome), 0);
	assert_int_equal(crc, ref_crc32c(from, CALL, 0, 0));
	assert_int_equal(outcome.device_bytes, CALL);
	for (unsigned int i = 0; i < 4; i++)
		assert_in_range(fake_queue(names[i])->submissions, 9, 11);
	assert_int_equal(stats_of(pool).operations, 80);
	assert_int_equal(stats_of(pool).bytes, 2 * CALL);
	assert_int_equal(stats_of(pool).in_flight, 0);
	close_fake(pool);
	free(from);
	free(to);
}

static void *lose_what_wq1_0_has(void *arg)
{
	while (!fake_lose_of("wq1.0"))
		sched_yield();
	fake_lock();
	fake_queue("wq1.0")->hold = false;
	fake_unlock();
	return arg;
}

/* The other members do the rest, and nobody waits for the one that has lost it. */
static void a_call_whose_part_is_lost(void **state)
{
	uint8_t *from = ref_buffer(CALL), *to = aligned_alloc(64, CALL);
	struct sva_outcome outcome = { .size = sizeof(outcome) };
	struct sva_wq *pool;
	pthread_t thread;

	fake_attr(fixture_tree(state), "wq0.0", "max_transfer_size", "65536\n");
	pool = open_for_calls((struct sva_policy){ 0 });
	fake_queue("wq1.0")->hold = true;
	assert_int_equal(pthread_create(&thread, NULL, lose_what_wq1_0_has, NULL), 0);
	assert_int_equal(sva_memcpy(pool, to, from, CALL, &outcome), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_memory_equal(to, from, CALL);
	assert_int_equal(outcome.why, SVA_WHY_LOST);
	assert_in_range(outcome.device_bytes, CALL - 8 * 65536, CALL - 65536);
	assert_true(stats_of(member(pool, "wq1.0")).failures > 0);
	assert_int_equal(stats_of(member(pool, "wq1.0")).quarantines, 1);
	assert_int_equal(stats_of(pool).quarantines, 1);
	close_fake(pool);
	free(from);
	free(to);
}

/*
 * Members that fail.
 */

/* Its NOOP, and no more. */
static void assert_quarantined(struct sva_wq *pool, const char *name, const char *other)
{
	unsigned int tries = fake_queue(name)->tries + fake_queue(name)->submissions;

	for (unsigned int i = 0; i < 20; i++) {
		assert_int_equal(sva_try_submit(pool, move(i)), 0);
		assert_string_equal(went_to(i), other);
		assert_done(i);
	}
	assert_int_equal(fake_queue(name)->tries + fake_queue(name)->submissions, tries);
}

static void quarantine_until_a_noop_has_ended(void **state)
{
	struct sva_wq *pool = open_two(0);
	struct fake_queue *q = fake_queue("wq1.0");

	set_state(state, "wq1.0", false);
	submit_all(pool, 4); /* one of these meets it */
	complete_all(4);
	assert_int_equal(stats_of(member(pool, "wq1.0")).quarantines, 1);
	assert_int_equal(stats_of(member(pool, "wq1.0")).failures, 1);
	assert_int_equal(stats_of(pool).quarantines, 1);
	assert_int_equal(q->tries, 1);
	assert_quarantined(pool, "wq1.0", "wq1.1");

	pass(150 * MS); /* it is still disabled: it is not even asked, and 200 ms more are set */
	assert_quarantined(pool, "wq1.0", "wq1.1");
	set_state(state, "wq1.0", true);
	pass(100 * MS);
	assert_quarantined(pool, "wq1.0", "wq1.1");
	assert_int_equal(q->submissions, 0);

	q->hold = true;
	pass(150 * MS);
	assert_int_equal(sva_submit(pool, move(0)), 0); /* which has it asked */
	assert_done(0);
	assert_int_equal(q->held, 1);
	assert_int_equal(q->moves, 0);
	assert_quarantined(pool, "wq1.0", "wq1.1");
	fake_complete_of("wq1.0", 1);
	q->hold = false;
	submit_all(pool, 20);
	complete_all(20);
	assert_in_range(q->moves, 9, 11);
	assert_int_equal(stats_of(pool).quarantines, 1);
	assert_int_equal(stats_of(pool).in_flight, 0);

	/* And again, from the beginning. */
	set_state(state, "wq1.0", false);
	submit_all(pool, 4);
	complete_all(4);
	assert_int_equal(stats_of(pool).quarantines, 2);
	set_state(state, "wq1.0", true);
	pass(110 * MS);
	submit_all(pool, 20);
	assert_true(q->moves > 11);
	close_fake(pool);
}

/* Nobody has to wait for the NOOP. */
static void quarantine_until_it_is_opened_anew(void **state)
{
	struct sva_wq *pool = open_two(0);

	stop_clock(true);
	set_state(state, "wq1.0", false);
	submit_all(pool, 4);
	complete_all(4);
	set_state(state, "wq1.0", true);
	assert_quarantined(pool, "wq1.0", "wq1.1");
	stop_clock(false);
	assert_int_equal(sva_pool_refresh(pool), 2);
	assert_int_equal(fake_queue("wq1.0")->closes, 1);
	submit_all(pool, 20);
	complete_all(20);
	assert_int_equal(fake_queue("wq1.0")->moves, 10);
	assert_int_equal(stats_of(pool).quarantines, 1);
	assert_int_equal(stats_of(member(pool, "wq1.0")).quarantines, 0);
	close_fake(pool);
}

/* One that does not answer is asked ever more rarely, and never gets an operation. */
static void quarantine_without_an_answer(void **state)
{
	struct sva_wq *pool = open_two(0);
	struct fake_queue *q = fake_queue("wq1.0");
	int64_t time = 0;

	set_state(state, "wq1.0", false);
	submit_all(pool, 4);
	set_state(state, "wq1.0", true);
	q->lose = true;
	for (unsigned int asked = 0; asked < 8; time += 50 * MS) {
		pass(50 * MS);
		assert_int_equal(sva_submit(pool, move(0)), 0);
		assert_string_equal(went_to(0), "wq1.1");
		asked = q->submissions;
	}
	assert_true(time > 15000 * MS && time < 30000 * MS); /* 0.1 + 0.2 + ... + 10 s */
	assert_int_equal(q->moves, 0);
	q->lose = false;
	pass(10001 * MS);
	submit_all(pool, 4);
	assert_true(q->moves > 0);
	close_fake(pool);
}

/* By write(2), an error is an error. */
static void a_write_that_fails(void **state)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .flags = SVA_OPEN_NO_PORTAL };
	struct sva_wq *pool = open_pool(SVA_POOL_NEAR_NONE, &opts);
	struct sva_wq_stats stats;

	(void)state;
	fake.fail_write = 1;
	assert_int_equal(sva_try_submit(pool, move(0)), 0);
	assert_done(0);
	stats = stats_of(pool);
	assert_int_equal(stats.failures, 1);
	assert_int_equal(stats.quarantines, 1);
	assert_int_equal(stats.operations, 1);
	assert_int_equal(stats.in_flight, 0);
	submit_all(pool, 20);
	for (unsigned int i = 0, idle = 0; i < 4; i++) {
		idle += !fake_queue(names[i])->moves;
		assert_true(idle < 2);
	}
	close_fake(pool);
}

/* A dedicated queue refuses nothing, whatever becomes of it: who waits finds out, once. */
static void one_that_loses_what_it_gets(void **state)
{
	for (int dead = 0; dead < 2; dead++) {
		struct sva_wq *pool = open_all();
		struct fake_queue *q = fake_queue("wq0.1");
		unsigned int lost = 0;

		if (dead)
			fake_attr(fixture_tree(state), "wq0.1", "state", "disabled\n");
		for (unsigned int i = 0; i < 20; i++) {
			q->lose = true;
			assert_int_equal(sva_submit(pool, move(i)), 0);
			q->lose = false; /* what answers is its drain */
			lost += sva_wait(&ops[i], -1, SVA_WAIT_AUTO) != SVA_STATUS_SUCCESS;
		}
		assert_int_equal(lost, 1);
		assert_int_equal(stats_of(member(pool, "wq0.1")).quarantines, 1);
		assert_int_equal(stats_of(member(pool, "wq0.1")).failures, 1);
		close_fake(pool);
	}
}

static void all_dead(void **state)
{
	struct sva_wq *pool = open_two(0), *strict;
	struct sva_policy policy = { .size = sizeof(policy), .flags = SVA_POLICY_NO_CPU };

	set_state(state, "wq1.0", false);
	set_state(state, "wq1.1", false);
	assert_int_equal(sva_submit(pool, move(0)), 0);
	assert_done(0);
	assert_int_equal(sva_try_submit(pool, move(1)), 0);
	assert_done(1);
	assert_int_equal(stats_of(pool).cpu_operations, 2);
	assert_int_equal(stats_of(pool).cpu_why[__builtin_ctz(SVA_WHY_DEAD)], 2);
	assert_int_equal(sva_wq_set_policy(pool, &policy), 0);
	assert_int_equal(sva_memcpy(pool, dst[2], src[2], BYTES, NULL), -ENODEV);
	close_fake(pool);

	set_state(state, "wq1.0", true);
	set_state(state, "wq1.1", true);
	strict = open_two(SVA_OPEN_NO_CPU);
	set_state(state, "wq1.0", false);
	set_state(state, "wq1.1", false);
	assert_int_equal(sva_submit(strict, move(0)), -ENODEV);
	assert_int_equal(sva_try_submit(strict, move(0)), -ENODEV);
	assert_int_equal(sva_poll(&ops[0]), SVA_STATUS_NOT_SUBMITTED);
	assert_int_equal(stats_of(strict).full, 0);
	assert_int_equal(sva_pool_refresh(strict), 0);
	set_state(state, "wq1.1", true);
	assert_int_equal(sva_pool_refresh(strict), 1);
	assert_int_equal(sva_submit(strict, move(0)), 0);
	assert_done(0);
	close_fake(strict);
}

/*
 * Joining and leaving.
 */

static void a_queue_joins(void **state)
{
	struct sva_wq *pool = open_all();
	const struct sva_wq *before[4];

	for (unsigned int i = 0; i < 4; i++)
		before[i] = sva_pool_member(pool, i);
	assert_int_equal(sva_pool_refresh(pool), 4);
	fixture_queue(fixture_tree(state), "wq1.2", "shared");
	assert_int_equal(sva_pool_refresh(pool), 5);
	assert_int_equal(sva_pool_count(pool), 5);
	for (unsigned int i = 0; i < 4; i++)
		assert_ptr_equal(sva_pool_member(pool, i), before[i]);
	assert_ptr_equal(sva_pool_member(pool, 4), member(pool, "wq1.2"));
	submit_all(pool, 50);
	assert_in_range(fake_queue("wq1.2")->submissions, 9, 11);
	assert_int_equal(fake.opens, 5);
	close_fake(pool);
	assert_int_equal(fake.closes, 5);
}

/* Submit until the queue has one, under that number. */
static unsigned int one_in_flight_at(struct sva_wq *pool, const char *name)
{
	unsigned int i = 0;

	do {
		assert_int_equal(sva_submit(pool, move(i)), 0);
	} while (strcmp(went_to(i), name) && ++i < OPS);
	return i;
}

static void a_queue_leaves(void **state)
{
	struct sva_wq *pool = open_two(0);
	unsigned int one, number = sva_pool_member(pool, 0) == member(pool, "wq1.0") ? 0 : 1;

	assert_int_equal(sva_pool_set_weight(pool, "wq1.0", 2), 0);
	fake_queue("wq1.0")->hold = true;
	one = one_in_flight_at(pool, "wq1.0");
	set_state(state, "wq1.0", false);
	assert_int_equal(sva_pool_refresh(pool), 1);
	assert_int_equal(sva_pool_count(pool), 2);
	assert_null(sva_pool_member(pool, number));
	assert_int_equal(fake_queue("wq1.0")->closes, 0);
	assert_int_equal(stats_of(pool).in_flight, 1);
	assert_int_equal(sva_pool_refresh(pool), 1);
	assert_int_equal(fake_queue("wq1.0")->closes, 0);
	submit_all(pool, one); /* by the other one */

	/* Its completion may still come. */
	fake_complete_of("wq1.0", 1);
	assert_int_equal(sva_pool_refresh(pool), 1);
	assert_int_equal(fake_queue("wq1.0")->closes, 0);
	assert_done(one);
	assert_int_equal(sva_pool_refresh(pool), 1);
	assert_int_equal(fake_queue("wq1.0")->closes, 1);
	assert_int_equal(stats_of(pool).in_flight, 0);

	/* It comes back under its number, with its weight. */
	set_state(state, "wq1.0", true);
	assert_int_equal(sva_pool_refresh(pool), 2);
	assert_ptr_equal(sva_pool_member(pool, number), member(pool, "wq1.0"));
	assert_int_equal(sva_pool_count(pool), 2);
	hold_all(true);
	submit_all(pool, 30);
	assert_int_equal(fake_queue("wq1.0")->held, 20);
	complete_all(30);
	hold_all(false);

	/* For good. */
	set_state(state, "wq1.0", false);
	fake_remove(fixture_tree(state), "wq1.0");
	assert_int_equal(sva_pool_refresh(pool), 1);
	assert_int_equal(fake_queue("wq1.0")->files, 0);
	close_fake(pool);
}

static void what_has_left_is_told_by_wait(void **state)
{
	struct sva_wq *pool = open_two(0);
	unsigned int one;

	fake_queue("wq1.0")->hold = true;
	one = one_in_flight_at(pool, "wq1.0");
	fake_lose_of("wq1.0");
	set_state(state, "wq1.0", false);
	assert_int_equal(sva_pool_refresh(pool), 1);
	assert_int_equal(sva_wait(&ops[one], 0, SVA_WAIT_AUTO), -ENODEV);
	assert_int_equal(sva_poll(&ops[one]), SVA_STATUS_LOST);
	assert_int_equal(sva_pool_refresh(pool), 1);
	assert_int_equal(fake_queue("wq1.0")->files, 0);
	close_fake(pool);
}

/* It leaves when it has just been picked. */
static void who_comes_too_late_gets_nothing(void **state)
{
	struct sva_wq *pool = open_all();

	for (unsigned int i = 0; i < 4; i++) {
		struct svai_handle *h = svai_handle(pool), *m;
		struct svai_pick pick;
		char name[32];

		svai_pick_begin(&pick, h, &move(0)->desc);
		m = svai_pick_next(&pick, h);
		snprintf(name, sizeof(name), "%s", m->info.name);
		set_state(state, name, false);
		assert_int_equal(sva_pool_refresh(pool), 3);
		sva__op_link(&ops[0], &m->head);
		assert_false(svai_pick_take(&pick, h, m, &ops[0]));
		assert_null(ops[0].credit);
		set_state(state, name, true);
		assert_int_equal(sva_pool_refresh(pool), 4);
		assert_int_equal(stats_of(pool).in_flight, 0);
	}
	close_fake(pool);
}

static void *submit_one(void *pool)
{
	return sva_submit(pool, move(0)) ? pool : NULL;
}

static void *refresh(void *pool)
{
	return sva_pool_refresh(pool) == 1 ? NULL : pool;
}

/* A thread is just submitting the NOOP that is to end the quarantine: its portal must stay. */
static void nothing_is_closed_in_the_middle_of_a_proof(void **state)
{
	struct sva_wq *pool = open_two(0);
	struct fake_queue *q = fake_queue("wq1.0");
	pthread_t prover, closer;
	void *failed;

	set_state(state, "wq1.0", false);
	submit_all(pool, 4);
	complete_all(4);
	set_state(state, "wq1.0", true);
	pass(150 * MS);
	q->arrivals = 0;
	fake_lock(); /* here it has to wait */
	assert_int_equal(pthread_create(&prover, NULL, submit_one, pool), 0);
	while (!__atomic_load_n(&q->arrivals, __ATOMIC_RELAXED))
		sched_yield();
	fake_attr(fixture_tree(state), "wq1.0", "state", "disabled\n");
	assert_int_equal(pthread_create(&closer, NULL, refresh, pool), 0);
	for (unsigned int i = 0; i < 5000 && __atomic_load_n(&q->files, __ATOMIC_RELAXED); i++)
		sched_yield();
	assert_int_equal(__atomic_load_n(&q->files, __ATOMIC_RELAXED), 1);
	fake_unlock();
	assert_int_equal(pthread_join(prover, &failed), 0);
	assert_null(failed);
	assert_int_equal(pthread_join(closer, &failed), 0);
	assert_null(failed);
	assert_int_equal(q->files, 0);
	assert_done(0);
	close_fake(pool);
}

/* Its char device takes nobody else meanwhile. */
static void a_dedicated_queue_comes_back(void **state)
{
	struct sva_wq *pool = open_all();
	struct fake_queue *q = fake_queue("wq0.1");
	unsigned int one;

	hold_all(true);
	one = one_in_flight_at(pool, "wq0.1");
	set_state(state, "wq0.1", false);
	assert_int_equal(sva_pool_refresh(pool), 3);
	set_state(state, "wq0.1", true);
	assert_int_equal(sva_pool_refresh(pool), 3);
	assert_int_equal(sva_report_get(sva_wq_report(pool), 0)->err, -EBUSY);
	assert_non_null(strstr(sva_report_get(sva_wq_report(pool), 0)->reason, "not reaped"));
	complete_all(one + 1);
	hold_all(false);
	assert_int_equal(sva_pool_refresh(pool), 4);

	/* Also when it was the library's NOOP that it has not answered, or its drains. */
	hold_all(true);
	one = one_in_flight_at(pool, "wq0.1");
	pass(200 * MS);
	assert_int_equal(sva_wait(&ops[one], 0, SVA_WAIT_AUTO), -ETIMEDOUT);
	pass(200 * MS);
	assert_int_equal(sva_wait(&ops[one], 0, SVA_WAIT_AUTO), -ETIMEDOUT);
	assert_true(q->held > 2); /* drains */
	assert_int_equal(stats_of(member(pool, "wq0.1")).in_flight, 1);
	fake_lose_of("wq0.1");
	set_state(state, "wq0.1", false);
	assert_int_equal(sva_wait(&ops[one], 0, SVA_WAIT_AUTO), -ENODEV);
	assert_int_equal(sva_pool_refresh(pool), 3);
	assert_int_equal(q->files, 0);
	set_state(state, "wq0.1", true);
	assert_int_equal(sva_pool_refresh(pool), 4);
	complete_all(one);
	hold_all(false);
	close_fake(pool);
}

/* It was disabled and enabled, and does not know this process any more. */
static void a_dedicated_queue_that_answers_nothing(void **state)
{
	struct sva_wq *pool = open_all();
	struct fake_queue *q = fake_queue("wq0.1");
	unsigned int n = 0;
	char node[128];

	/* What is to be lost uses up its credits, so that it is found to be dead. */
	fill_all(true);
	q->full = false;
	q->hold = true;
	while (!sva_try_submit(pool, move(n)))
		n++;
	assert_int_equal(n, DEDICATED_SIZE - 1);
	fake_attr(fixture_tree(state), "wq0.1", "state", "disabled\n");
	pass(200 * MS);
	assert_int_equal(sva_try_submit(pool, move(n)), -EAGAIN); /* the others are full */
	assert_int_equal(stats_of(member(pool, "wq0.1")).quarantines, 1);
	fill_all(false);
	for (unsigned int i = 0; i < n; i++)
		assert_int_equal(sva_wait(&ops[i], 0, SVA_WAIT_AUTO), -ENODEV);
	fake_lose_of("wq0.1");
	fake_attr(fixture_tree(state), "wq0.1", "state", "enabled\n");
	q->hold = false;
	q->lose = true;
	q->submissions = 0;
	pass(5000 * MS);
	assert_int_equal(sva_submit(pool, move(0)), 0);
	assert_int_equal(q->submissions, 1); /* the NOOP */
	for (unsigned int i = 0; i < 10; i++) {
		pass(20000 * MS);
		assert_int_equal(sva_submit(pool, move(0)), 0);
	}
	assert_int_equal(q->submissions, 1); /* a second one might be one too many */
	assert_int_equal(stats_of(member(pool, "wq0.1")).in_flight, 0);

	/* Opened anew it works. The kernel has made a new node. */
	snprintf(node, sizeof(node), "%s/dev/dsa/wq0.1", fake_tree_path(fixture_tree(state)));
	assert_int_equal(unlink(node), 0);
	fake_node(fixture_tree(state), "dsa/wq0.1");
	assert_int_equal(sva_pool_refresh(pool), 4);
	assert_int_equal(q->closes, 1);
	q->lose = false;
	submit_all(pool, 40);
	assert_true(q->moves > 20);
	close_fake(pool);
}

/* Somebody has closed a file of before: the kernel has taken the PASID away with it. */
static void a_dedicated_queue_without_clients(void **state)
{
	struct sva_wq *pool = open_all();
	unsigned int one;

	hold_all(true);
	one = one_in_flight_at(pool, "wq0.1");
	for (unsigned int i = 0; i < 4; i++) {
		pass(200 * MS);
		assert_int_equal(sva_wait(&ops[one], 0, SVA_WAIT_AUTO), -ETIMEDOUT);
	}
	fake_attr(fixture_tree(state), "wq0.1", "clients", "0\n");
	pass(200 * MS);
	assert_int_equal(sva_wait(&ops[one], 0, SVA_WAIT_AUTO), -ENODEV);
	fake_lose_of("wq0.1");
	fake_attr(fixture_tree(state), "wq0.1", "clients", "1\n"); /* it will be */
	assert_int_equal(sva_pool_refresh(pool), 4);
	assert_int_equal(fake_queue("wq0.1")->closes, 1);
	complete_all(one);
	hold_all(false);
	close_fake(pool);
}

/* A slow one: what it has is in flight for a while. */
static void *run_wq1_0(void *arg)
{
	while (!__atomic_load_n(&stop_device, __ATOMIC_RELAXED)) {
		for (unsigned int i = 0; i < 8; i++)
			sched_yield();
		fake_complete_of("wq1.0", 1);
	}
	return arg;
}

/* wq1.0 is disabled, with what it has, and enabled; wq1.2 joins and leaves. */
static void reconfigure(void **state, struct sva_wq *pool, unsigned int round)
{
	bool enabled = round % 2;

	fake_lock();
	fake_queue("wq1.0")->full = true;
	fake_unlock();
	fake_lose_of("wq1.0");
	set_state(state, "wq1.0", enabled);
	if (round % 3 == 0)
		set_state(state, "wq1.2", round % 2);
	assert_true(sva_pool_refresh(pool) >= 1);
	for (unsigned int i = 0; i < sva_pool_count(pool); i++)
		sva_pool_member(pool, i);
	stats_of(pool);
	assert_int_equal(sva_pool_set_weight(pool, "wq1.1", 1 + round % 3), 0);
	pass(30 * MS);
}

static void under_traffic(void **state)
{
	struct sva_wq *pool = open_two(0);
	unsigned int done = 0, lost = 0;
	struct worker workers[4];
	struct sva_wq_stats stats;
	pthread_t device;

	fixture_queue(fixture_tree(state), "wq1.2", "shared");
	stop_device = false;
	fake_queue("wq1.0")->hold = true;
	assert_int_equal(pthread_create(&device, NULL, run_wq1_0, NULL), 0);
	start_workers(workers, 4, pool, UINT_MAX, NULL);
	for (unsigned int round = 0; round < 120 || (!lost && round < 3000); round++) {
		reconfigure(state, pool, round);
		fake_lock();
		lost = fake_queue("wq1.0")->moves_lost;
		fake_unlock();
	}
	set_state(state, "wq1.0", true);
	set_state(state, "wq1.2", true);
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	join_workers(workers, 4);
	lost = 0;
	for (unsigned int i = 0; i < 4; i++) {
		lost += workers[i].lost;
		done += workers[i].done;
	}
	__atomic_store_n(&stop_device, true, __ATOMIC_RELAXED);
	assert_int_equal(pthread_join(device, NULL), 0);
	fake_queue("wq1.0")->hold = false;
	fake_complete_of("wq1.0", UINT_MAX);
	pass(20000 * MS);
	assert_int_equal(sva_pool_refresh(pool), 3);

	assert_true(lost > 0);
	assert_true(fake_queue("wq1.0")->closes > 2);
	assert_true(fake_queue("wq1.2")->moves > 0);
	stats = stats_of(pool);
	assert_int_equal(stats.in_flight, 0);
	assert_int_equal(fake_queue("wq1.0")->moves_lost, lost);
	assert_int_equal(stats.operations + stats.cpu_operations, done);
	assert_int_equal(fake_queue("wq1.0")->moves + fake_queue("wq1.1")->moves +
				 fake_queue("wq1.2")->moves,
			 stats.operations);
	close_fake(pool);
}

/*
 * Forking and closing.
 */

static void use_stale(struct sva_wq *pool)
{
	struct sva_wq_stats stats = { .size = sizeof(stats) };

	CHILD_CHECK(sva_submit(pool, move(1)) == -ESTALE);
	CHILD_CHECK(sva_try_submit(pool, move(1)) == -ESTALE);
	CHILD_CHECK(sva_poll(&ops[1]) == SVA_STATUS_NOT_SUBMITTED);
	CHILD_CHECK(sva_wait(&ops[0], 0, SVA_WAIT_AUTO) == -ESTALE);
	CHILD_CHECK(sva_memcpy(pool, dst[1], src[1], BYTES, NULL) == -ESTALE);
	CHILD_CHECK(sva_pool_refresh(pool) == -ESTALE);
	CHILD_CHECK(sva_pool_set_weight(pool, "wq0.0", 1) == -ESTALE);
	CHILD_CHECK(sva_pool_count(pool) == 0);
	CHILD_CHECK(!sva_pool_member(pool, 0));
	CHILD_CHECK(sva_wq_stats(pool, &stats) == -ESTALE);
	CHILD_CHECK(sva_wq_path(pool) == SVA_PATH_NONE);
}

static void use_in_child(struct sva_wq *pool)
{
	struct sva_wq_stats stats = { .size = sizeof(stats) };

	hold_all(false);
	CHILD_CHECK(sva_wq_reopen(pool) == 0);
	CHILD_CHECK(sva_wq_reopen(pool) == -EALREADY);
	CHILD_CHECK(sva_wq_path(pool) == SVA_PATH_POOL);
	CHILD_CHECK(sva_pool_count(pool) == 2);
	CHILD_CHECK(!sva_wq_stats(pool, &stats));
	CHILD_CHECK(!stats.operations && !stats.in_flight && !stats.quarantines);
	CHILD_CHECK(!stats.full && !stats.cpu_operations);
	for (unsigned int i = 1; i < 21; i++) {
		CHILD_CHECK(sva_submit(pool, move(i)) == 0);
		CHILD_CHECK(sva_poll(&ops[i]) == SVA_STATUS_SUCCESS);
		CHILD_CHECK(!memcmp(dst[i], src[i], BYTES));
		CHILD_CHECK(ops[i].wq != pool);
	}
	CHILD_CHECK(!sva_wq_stats(pool, &stats));
	CHILD_CHECK(stats.operations == 20);
	CHILD_CHECK(sva_pool_refresh(pool) == 2);
	CHILD_CHECK(sva_wq_close(pool) == 0);
}

static void forked(void **state)
{
	struct sva_wq *pool = open_two(0);
	struct sva_wq_stats before;

	set_state(state, "wq1.0", false); /* leaves something to be counted behind */
	submit_all(pool, 4);
	complete_all(4);
	fill_all(true);
	assert_int_equal(sva_submit(pool, move(0)), 0);
	fill_all(false);
	set_state(state, "wq1.0", true);
	assert_int_equal(sva_pool_refresh(pool), 2);
	hold_all(true);
	assert_int_equal(sva_submit(pool, move(0)), 0);
	before = stats_of(pool);
	for (unsigned int i = 0; i < 2; i++) {
		pid_t child = fork();
		int status;

		if (!child) {
			use_stale(pool);
			if (i)
				CHILD_CHECK(sva_wq_close(pool) == 0);
			else
				use_in_child(pool);
			CHILD_CHECK(sva_submit(pool, move(1)) == -EBADF);
			_exit(0);
		}
		assert_true(child > 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
	}
	assert_int_equal(before.operations, stats_of(pool).operations);
	assert_int_equal(stats_of(pool).in_flight, 1);
	complete_all(1);
	hold_all(false);
	submit_all(pool, 20);
	complete_all(20);
	close_fake(pool);
}

static void close_with_operations_in_flight(void **state)
{
	struct sva_wq *pool = open_two(0);
	struct sva_wq_stats before;

	(void)state;
	submit_all(pool, 8);
	complete_all(8);
	fake_queue("wq1.0")->hold = true;
	one_in_flight_at(pool, "wq1.0");
	before = stats_of(pool);
	assert_int_equal(sva_wq_close(pool), -ETIMEDOUT);
	assert_int_equal(sva_wq_path(pool), SVA_PATH_POOL);
	assert_int_equal(stats_of(pool).operations, before.operations);
	assert_int_equal(stats_of(pool).in_flight, 1);
	assert_int_equal(sva_wq_close(pool), -ETIMEDOUT);
	fake_complete_of("wq1.0", UINT_MAX);
	fake_queue("wq1.0")->hold = false;
	assert_int_equal(sva_submit(pool, move(10)), 0); /* still open, still usable */
	assert_int_equal(sva_wq_close(pool), 0);
	assert_int_equal(sva_wq_close(pool), -EBADF);
	assert_int_equal(fake.opens, fake.closes);
	assert_done(0); /* final, and reaped late */
	assert_done(10);
}

/* What is reaped after the close changes nothing for who has its memory next. */
static void reaped_late(void **state)
{
	struct sva_wq *pool = open_two(0), *other;

	(void)state;
	submit_all(pool, 20);
	close_fake(pool);
	for (unsigned int i = 0; i < 300; i++) {
		assert_int_equal(sva_wq_open(&other, "cpu", NULL), 0);
		close_fake(other);
	}
	for (unsigned int i = 0; i < 300; i++)
		close_fake(open_two(0));
	pool = open_two(0);
	for (unsigned int i = 0; i < 20; i++) {
		assert_done(i);
		assert_int_equal(stats_of(pool).in_flight, 0);
	}
	close_fake(pool);
	for (unsigned int i = 0; i < 300; i++) {
		pool = open_two(0);
		assert_int_equal(stats_of(pool).in_flight, 0);
		close_fake(pool);
	}
}

static void what_is_no_pool(void **state)
{
	struct sva_wq *plain = open_fake("wq0.0"), *pool = open_two(0);

	(void)state;
	assert_int_equal(sva_pool_refresh(plain), -EINVAL);
	assert_int_equal(sva_pool_set_weight(plain, "wq0.0", 1), -EINVAL);
	assert_int_equal(sva_pool_count(plain), 0);
	assert_null(sva_pool_member(plain, 0));
	close_fake(plain);
	close_fake(pool);
	for (unsigned int i = 0; i < 2; i++) {
		int err = i ? -EINVAL : -EBADF;
		struct sva_wq_stats stats = { .size = sizeof(stats) };

		assert_int_equal(sva_pool_refresh(pool), err);
		assert_int_equal(sva_pool_set_weight(pool, "wq1.0", 1), err);
		assert_int_equal(sva_pool_count(pool), 0);
		assert_null(sva_pool_member(pool, 0));
		assert_int_equal(sva_submit(pool, move(0)), err);
		assert_int_equal(sva_try_submit(pool, move(0)), err);
		assert_int_equal(sva_submit_many(pool, ops, 2), err);
		assert_int_equal(sva_memcpy(pool, dst[0], src[0], BYTES, NULL), err);
		assert_int_equal(sva_wq_stats(pool, &stats), err);
		assert_int_equal(sva_wq_reopen(pool), err);
		assert_int_equal(sva_wq_close(pool), err);
		assert_int_equal(sva_wq_path(pool), SVA_PATH_NONE);
		assert_string_equal(sva_wq_why(pool), "not open");
		assert_null(sva_wq_info(pool));
		assert_null(sva_wq_report(pool));
		pool = NULL;
	}
}

/*
 * Statistics.
 */

static void statistics(void **state)
{
	struct sva_policy policy = { .size = sizeof(policy), .threshold = 1 };
	struct sva_wq *pool = open_all();
	struct sva_wq_stats stats, of_member;
	uint64_t sum = 0;
	char pid[16];

	assert_int_equal(sva_wq_set_policy(pool, &policy), 0);
	for (unsigned int i = 0; i < 8; i++) {
		if (i == 0)
			fake_queue("wq1.0")->faults = 1;
		if (i == 4)
			fake_queue("wq1.1")->write_faults = 1;
		assert_int_equal(sva_memcpy(pool, dst[i], src[i], BYTES, NULL), 0);
	}
	stats = stats_of(pool);
	assert_int_equal(stats.operations, 10);
	assert_int_equal(stats.bytes, 8 * BYTES + BYTES);
	assert_int_equal(stats.read_faults, 1);
	assert_int_equal(stats.write_faults, 1);
	assert_int_equal(stats.resumed, 2);
	assert_int_equal(stats_of(member(pool, "wq1.0")).read_faults, 1);
	assert_int_equal(stats_of(member(pool, "wq1.0")).write_faults, 0);
	assert_int_equal(stats_of(member(pool, "wq1.1")).write_faults, 1);
	for (unsigned int i = 0; i < 4; i++)
		sum += stats_of(sva_pool_member(pool, i)).operations;
	assert_int_equal(sum, 10);

	/* It has timed out once the device has ended it. */
	policy.timeout_ns = 1;
	assert_int_equal(sva_wq_set_policy(pool, &policy), 0);
	assert_int_equal(sva_memcpy(pool, dst[0], src[0], BYTES, NULL), -ETIMEDOUT);
	assert_int_equal(stats_of(pool).timeouts, 1);

	/* The CPU's are the pool's alone. */
	fill_all(true);
	fake_queue("wq0.1")->hold = true;
	for (unsigned int i = 0; i < DEDICATED_SIZE; i++)
		sva_pool_set_weight(pool, "wq0.1", 0);
	assert_int_equal(sva_submit(pool, move(0)), 0);
	assert_int_equal(stats_of(pool).cpu_operations, 1);
	assert_int_equal(stats_of(pool).full, 1);
	for (unsigned int i = 0; i < 4; i++)
		assert_int_equal(stats_of(sva_pool_member(pool, i)).cpu_operations, 0);
	fill_all(false);
	fake_queue("wq0.1")->hold = false;
	assert_int_equal(sva_pool_set_weight(pool, "wq0.1", 1), 0);

	/* Of the kernel, for this process's files, once for each queue. */
	snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
	fake_file(fixture_tree(state), "wq1.0", 0, "pid", pid);
	fake_file(fixture_tree(state), "wq1.0", 0, "cr_faults", "3\n");
	fake_file(fixture_tree(state), "wq1.0", 0, "cr_fault_failures", "1\n");
	fake_file(fixture_tree(state), "wq1.0", 1, "pid", pid);
	fake_file(fixture_tree(state), "wq1.0", 1, "cr_faults", "4\n");
	fake_file(fixture_tree(state), "wq1.0", 2, "pid", "1\n");
	fake_file(fixture_tree(state), "wq1.0", 2, "cr_faults", "100\n");
	of_member = stats_of(member(pool, "wq1.0"));
	assert_int_equal(of_member.cr_faults, 7);
	assert_int_equal(of_member.cr_fault_failures, 1);
	assert_int_equal(stats_of(member(pool, "wq1.1")).cr_faults, 0);
	assert_int_equal(stats_of(pool).cr_faults, 7);

	/* What a member has counted stays when it leaves, is closed, and comes back. */
	hold_all(true);
	one_in_flight_at(pool, "wq1.0");
	stats = stats_of(pool);
	set_state(state, "wq1.0", false);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(sva_pool_refresh(pool), 3);
		assert_int_equal(stats_of(pool).operations, stats.operations);
		assert_int_equal(stats_of(pool).read_faults, 1);
		assert_int_equal(stats_of(pool).bytes, stats.bytes);
		if (!i) {
			set_state(state, "wq1.0", true);
			assert_int_equal(sva_pool_refresh(pool), 4);
			assert_int_equal(stats_of(pool).cr_faults, 7);
			assert_int_equal(stats_of(pool).operations, stats.operations);
			set_state(state, "wq1.0", false);
			complete_all(1);
			for (unsigned int j = 0; j < OPS; j++)
				if (ops[j].wq)
					sva_poll(&ops[j]);
		}
	}
	assert_int_equal(fake_queue("wq1.0")->files, 0);
	assert_int_equal(stats_of(pool).in_flight, 0);
	hold_all(false);
	close_fake(pool);
}

static void sizes_of_the_statistics(void **state)
{
	struct sva_wq *pool = open_two(0);
	struct {
		struct sva_wq_stats stats;
		uint64_t behind;
	} longer;

	(void)state;
	submit_all(pool, 4);
	memset(&longer, 0xaa, sizeof(longer));
	longer.stats.size = offsetof(struct sva_wq_stats, bytes);
	assert_int_equal(sva_wq_stats(pool, &longer.stats), 0);
	assert_int_equal(longer.stats.size, offsetof(struct sva_wq_stats, bytes));
	assert_int_equal(longer.stats.operations, 4);
	assert_true(longer.stats.bytes == 0xaaaaaaaaaaaaaaaaull);
	longer.stats.size = sizeof(longer);
	assert_int_equal(sva_wq_stats(pool, &longer.stats), 0);
	assert_int_equal(longer.stats.bytes, 4 * BYTES);
	assert_true(longer.behind == 0xaaaaaaaaaaaaaaaaull);
	longer.stats.size = 8;
	assert_int_equal(sva_wq_stats(pool, &longer.stats), -EINVAL);
	assert_int_equal(sva_wq_stats(pool, NULL), -EINVAL);
	close_fake(pool);
}

/* Of a queue in no pool, what calls have submitted; nothing is counted in flight. */
static void statistics_of_a_plain_queue(void **state)
{
	struct sva_policy policy = { .size = sizeof(policy), .threshold = 1 };
	struct sva_wq_opts opts = { .size = sizeof(opts), .policy = &policy };
	struct sva_wq *wq;

	(void)state;
	assert_int_equal(sva_wq_open(&wq, "wq0.1", &opts), 0);
	assert_int_equal(sva_submit(wq, move(0)), 0);
	assert_int_equal(stats_of(wq).operations, 0);
	assert_int_equal(stats_of(wq).in_flight, 0);
	assert_int_equal(sva_memcpy(wq, dst[1], src[1], BYTES, NULL), 0);
	assert_int_equal(stats_of(wq).operations, 1);
	assert_int_equal(stats_of(wq).bytes, BYTES);
	assert_int_equal(stats_of(wq).quarantines, 0);
	close_fake(wq);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_the_handle_says),
		TEST(queues_that_are_not_taken),
		TEST(queues_that_were_asked_for),
		TEST(bad_options),
		TEST(no_queue),
		TEST(more_queues_than_members),
		TEST(no_memory_left),
		TEST(no_file_descriptor_left),
		TEST(operations_end_at_their_member),
		TEST(the_least_loaded_is_next),
		TEST(of_many_members_four_are_compared),
		TEST(the_load_of_other_threads_counts),
		TEST(equal_shares_of_many_threads),
		TEST(shares_follow_the_speed),
		TEST(weights),
		TEST(a_full_member_is_passed_over),
		TEST(all_full),
		TEST(near_the_cpu),
		TEST(only_near_the_cpu),
		TEST(the_nearer_of_the_far_ones),
		TEST(near_the_data),
		TEST(a_member_that_takes_less),
		TEST(batches),
		TEST(batches_one_by_one),
		TEST(a_batch_of_one),
		TEST(many),
		TEST(waiting),
		TEST(resuming),
		TEST(calls),
		TEST(a_call_whose_part_is_lost),
		TEST(quarantine_until_a_noop_has_ended),
		TEST(quarantine_until_it_is_opened_anew),
		TEST(quarantine_without_an_answer),
		TEST(a_write_that_fails),
		TEST(one_that_loses_what_it_gets),
		TEST(all_dead),
		TEST(a_queue_joins),
		TEST(a_queue_leaves),
		TEST(what_has_left_is_told_by_wait),
		TEST(who_comes_too_late_gets_nothing),
		TEST(nothing_is_closed_in_the_middle_of_a_proof),
		TEST(a_dedicated_queue_comes_back),
		TEST(a_dedicated_queue_that_answers_nothing),
		TEST(a_dedicated_queue_without_clients),
		TEST(under_traffic),
		TEST(forked),
		TEST(close_with_operations_in_flight),
		TEST(reaped_late),
		TEST(what_is_no_pool),
		TEST(statistics),
		TEST(sizes_of_the_statistics),
		TEST(statistics_of_a_plain_queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
