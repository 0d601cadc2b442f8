/* SPDX-License-Identifier: MIT */
/*
 * Credits, members that leave a pool, and the thread that waits for rings: what has no lock, or
 * little of it, in all interleavings (explore.h).
 */
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>

#include <sva/sva.h>

#include "handle.h"
#include "pool.h"
#include "quarantine.h"

/*
 * The device: one descriptor at a time, in turn.
 */

static const struct sva_desc *held[8];
static unsigned int held_count, capacity;
static struct svai_handle *target; /* if it is closed, nothing may be submitted to it */

void sva_submit_barrier(void)
{
}

void sva_pause(void)
{
	explore_pause();
}

void sva_umonitor(const volatile void *addr)
{
	(void)addr;
}

bool sva_umwait(uint32_t state, uint64_t deadline)
{
	(void)state;
	(void)deadline;
	explore_pause();
	return false;
}

static void hold(const void *desc)
{
	if (held_count == capacity)
		fail_msg("more than the queue has entries for");
	if (target && !target->open)
		fail_msg("submitted to a queue that is closed");
	held[held_count++] = desc;
}

void sva_movdir64b(void *portal, const void *desc)
{
	(void)portal;
	explore_point();
	hold(desc);
}

bool sva_enqcmd(void *portal, const void *desc)
{
	(void)portal;
	explore_point();
	hold(desc);
	return false;
}

static bool busy;

static bool is_idle(void *unused)
{
	(void)unused;
	return !busy && !held_count;
}

static bool has_work(void *unused)
{
	(void)unused;
	return held_count > 0;
}

static void complete(const struct sva_desc *desc)
{
	const struct sva_desc *list = (const struct sva_desc *)desc->desc_list_addr;
	struct sva_record *record = (struct sva_record *)desc->completion_addr;

	if (sva_desc_opcode(desc) == SVA_OP_BATCH)
		for (uint32_t i = 0; i < desc->desc_count; i++)
			complete(&list[i]);
	__atomic_store_n(&record->status, SVA_STATUS_SUCCESS, __ATOMIC_RELEASE);
}

static void run_device(void *unused)
{
	(void)unused;
	for (;;) {
		const struct sva_desc *desc;

		explore_until(has_work, NULL);
		busy = true;
		desc = held[0];
		memmove(held, held + 1, sizeof(held) - sizeof(held[0]));
		held_count--;
		complete(desc);
		busy = false;
	}
}

static void begin_device(unsigned int entries)
{
	held_count = 0;
	busy = false;
	capacity = entries;
	target = NULL;
	explore_thread(run_device, NULL, true);
}

static bool is_complete(void *op)
{
	return ((volatile struct sva_op *)op)->record.status != SVA_STATUS_NONE;
}

/*
 * Credits of a dedicated queue: never more in the queue than it has entries, and all back in the
 * end.
 */

static char portal[4096] __attribute__((aligned(4096)));
static struct svai_handle queue;
static struct sva_op ops[4];
static unsigned int accepted;

static void submit_and_reap(void *arg)
{
	struct sva_op *op = arg;

	sva_prep_noop(&op->desc, 0);
	if (sva_try_submit(&queue.head, op))
		return;
	accepted++;
	explore_until(is_complete, op);
	assert_int_equal(sva_poll(op), SVA_STATUS_SUCCESS);
	assert_int_equal(sva_poll(op), SVA_STATUS_SUCCESS); /* gives nothing back */
}

static unsigned int entries;

static void begin_credits(void)
{
	memset(&queue, 0, sizeof(queue));
	memset(ops, 0, sizeof(ops));
	queue.path = SVA_PATH_PORTAL;
	queue.fd = queue.state_fd[0] = queue.state_fd[1] = -1;
	queue.retries = 1;
	queue.info.mode = SVA_WQ_MODE_DEDICATED;
	queue.info.size = entries + 1;    /* one is kept for drains */
	queue.drains.look_ns = INT64_MAX; /* nobody looks at sysfs */
	svai_handle_publish(&queue, portal);
	accepted = 0;
	begin_device(entries);
	for (unsigned int i = 0; i < entries + 1; i++)
		explore_thread(submit_and_reap, &ops[i], false);
}

static void end_credits(void)
{
	assert_true(accepted >= 1);
	assert_int_equal(*queue.head.credit, (int)entries * SVA__CREDIT);
	assert_int_equal(held_count, 0);
}

static void credits(void **state)
{
	(void)state;
	entries = 1;
	printf("2 threads, 1 entry: %lu interleavings, all\n",
	       explore(begin_credits, end_credits, UINT_MAX));
	entries = 2;
	printf("3 threads, 2 entries: %lu interleavings, of up to 2 preemptions\n",
	       explore(begin_credits, end_credits, 2));
}

/*
 * A member leaves its pool while somebody submits: it is not closed before what it has is reaped.
 */

static struct svai_handle pool;
static struct svai_pool members;
static bool left;

static struct svai_handle *new_member(void)
{
	struct svai_handle *h = svai_handle_new();

	h->path = SVA_PATH_PORTAL;
	h->info.mode = SVA_WQ_MODE_SHARED;
	sva_opmask_set(&h->limits.opcodes, SVA_OP_NOOP);
	h->in_pool = true;
	h->drains.look_ns = INT64_MAX;
	svai_handle_publish(h, mmap(NULL, sizeof(portal), PROT_READ | PROT_WRITE,
				    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
	return h;
}

static void submit_to_pool(void *arg)
{
	struct sva_op *op = arg;

	int err;

	sva_prep_noop(&op->desc, 0);
	while ((err = sva_try_submit(&pool.head, op)) == -EAGAIN)
		;                 /* it has left just now */
	assert_int_equal(err, 0); /* to the CPU, if there is no member */
	explore_until(is_complete, op);
	if (op->wq == &target->head)
		assert_true(target->open); /* not reaped yet */
	assert_int_equal(sva_poll(op), SVA_STATUS_SUCCESS);
}

static void leave_pool(void *unused)
{
	(void)unused;
	svai_failed(target);
	assert_int_equal(sva_pool_refresh(&pool.head), 0);
	left = true;
}

static void begin_pool(void)
{
	memset(&pool, 0, sizeof(pool));
	memset(&members, 0, sizeof(members));
	memset(ops, 0, sizeof(ops));
	begin_device(4);
	target = new_member();
	members.near = SVA_POOL_NEAR_NONE;
	members.members[0].weight = 1;
	members.members[0].h = target;
	members.count = 1;
	pool.path = SVA_PATH_POOL;
	pool.pool = &members;
	sva_opmask_set(&pool.limits.opcodes, SVA_OP_NOOP);
	svai_handle_publish(&pool, NULL);
	left = false;
	explore_thread(submit_to_pool, &ops[0], false);
	explore_thread(leave_pool, NULL, false);
}

static void end_pool(void)
{
	assert_true(left);
	assert_null(members.members[0].h);
	assert_int_equal(sva_pool_refresh(&pool.head), 0); /* nothing is in flight now */
	assert_null(members.left[0]);
	assert_false(target->open);
}

static void leaving(void **state)
{
	(void)state;
	setenv("LIBSVA_SYSFS_PATH", "/nowhere", 1);
	printf("2 threads, 1 member: %lu interleavings, of up to 3 preemptions\n",
	       explore(begin_pool, end_pool, 3));
}

/*
 * A ring whose thread sleeps until its file descriptor is readable: it is woken for each operation.
 */

static struct sva_ring *ring;
static int fd;
static unsigned int reaped;

static bool is_readable(void *unused)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	(void)unused;
	return poll(&p, 1, 0) == 1;
}

static void submit_and_sleep(void *arg)
{
	unsigned int count = *(unsigned int *)arg;
	struct sva_op *op;
	int result, armed;

	for (unsigned int i = 0; i < count; i++)
		sva_prep_noop(&sva_ring_get(ring)->desc, 0);
	assert_int_equal(sva_ring_submit(ring), (int)count);
	while (reaped < count) {
		while ((op = sva_ring_reap(ring, &result))) {
			assert_int_equal(result, 0);
			reaped++;
		}
		armed = reaped < count ? sva_ring_arm(ring) : 1;
		assert_true(armed >= 0);
		if (!armed)
			explore_until(is_readable, NULL);
	}
	assert_null(sva_ring_reap(ring, &result));
	explore_until(is_idle, NULL); /* the record of a batch comes after those of its members */
}

static unsigned int ring_count;

static void begin_ring(void)
{
	memset(&queue, 0, sizeof(queue));
	queue.path = SVA_PATH_PORTAL;
	queue.info.mode = SVA_WQ_MODE_SHARED;
	queue.limits.max_batch = 8;
	sva_opmask_set(&queue.limits.opcodes, SVA_OP_BATCH);
	svai_handle_publish(&queue, portal);
	assert_int_equal(sva_ring_open(&ring, &queue.head, 8, NULL), 0);
	fd = sva_ring_fd(ring);
	assert_true(fd >= 0);
	reaped = 0;
	begin_device(8);
	explore_thread(submit_and_sleep, &ring_count, false);
}

static void end_ring(void)
{
	assert_int_equal(reaped, ring_count);
	assert_int_equal(sva_ring_close(ring), 0);
}

static void waiting(void **state)
{
	(void)state;
	ring_count = 2;
	printf("a ring of 2, the waiter, the device: %lu interleavings, of up to 3 preemptions\n",
	       explore(begin_ring, end_ring, 3));
	ring_count = 4;
	printf("a batch of 4, the waiter, the device: %lu interleavings, of up to 3 preemptions\n",
	       explore(begin_ring, end_ring, 3));
}

/*
 * Two threads set the policy: what small calls look at is that of the policy that stays.
 */

static void set_policy(void *policy)
{
	assert_int_equal(sva_wq_set_policy(&queue.head, policy), 0);
}

static void begin_policies(void)
{
	static struct sva_policy policies[] = {
		{ .size = sizeof(policies[0]), .threshold = 1000 },
		{ .size = sizeof(policies[0]), .flags = SVA_POLICY_NO_CPU, .threshold = 2000 },
	};

	memset(&queue, 0, sizeof(queue));
	queue.path = SVA_PATH_PORTAL;
	queue.info.mode = SVA_WQ_MODE_SHARED;
	svai_handle_publish(&queue, portal);
	explore_thread(set_policy, &policies[0], false);
	explore_thread(set_policy, &policies[1], false);
}

static void end_policies(void)
{
	struct sva_policy now = { .size = sizeof(now) };

	assert_int_equal(sva_wq_get_policy(&queue.head, &now), 0);
	assert_int_equal(now.threshold, now.flags ? 2000 : 1000);
	assert_int_equal(queue.head.cpu_below, now.flags ? 0 : 1000);
}

static void policies(void **state)
{
	(void)state;
	printf("2 threads set the policy: %lu interleavings, all\n",
	       explore(begin_policies, end_policies, UINT_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policies),
		cmocka_unit_test(credits),
		cmocka_unit_test(leaving),
		cmocka_unit_test(waiting),
	};

	svai_shard_number(); /* once for all runs */
	setvbuf(stdout, NULL, _IOLBF, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
