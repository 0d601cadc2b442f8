/* SPDX-License-Identifier: MIT */
/* Waiting: every policy, deadlines, and devices that die meanwhile. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "drain.h"
#include "fixture.h"
#include "record.h"
#include "waiter.h"

static const enum sva_wait_policy policies[] = {
	SVA_WAIT_AUTO, SVA_WAIT_SPIN, SVA_WAIT_PAUSE, SVA_WAIT_UMWAIT, SVA_WAIT_SLEEP,
};

static struct sva_op op;

static void *complete_later(void *arg)
{
	(void)arg;
	while (!fake_complete(1))
		sched_yield();
	return NULL;
}

static void completion_by_another_thread(void **state)
{
	struct sva_wq *wq = open_fake("wq0.1");

	(void)state;
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		pthread_t thread;

		submit_held(wq, &op);
		assert_int_equal(pthread_create(&thread, NULL, complete_later, NULL), 0);
		assert_int_equal(sva_wait(&op, -1, policies[i]), SVA_STATUS_SUCCESS);
		assert_int_equal(pthread_join(thread, NULL), 0);
		assert_int_equal(*wq->credit, (DEDICATED_SIZE - 1) * SVA__CREDIT);
	}
	fake.hold = false;
	close_fake(wq);
}

/* A time-out leaves the operation in flight: its credit is still taken, and it can be waited for.
 */
static void a_deadline(void **state)
{
	struct sva_wq *wq = open_fake("wq0.1");

	(void)state;
	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		int64_t before;

		submit_held(wq, &op);
		before = svai_now_ns();
		assert_int_equal(sva_wait(&op, 3000000, policies[i]), -ETIMEDOUT);
		assert_true(svai_now_ns() - before >= 3000000);
		assert_int_equal(*wq->credit, (DEDICATED_SIZE - 2) * SVA__CREDIT);
		assert_int_equal(sva_wait(&op, 0, policies[i]), -ETIMEDOUT);
		fake_complete(UINT32_MAX); /* also a drain that has asked for it */
		assert_int_equal(sva_wait(&op, 0, policies[i]), SVA_STATUS_SUCCESS);
		assert_int_equal(*wq->credit, (DEDICATED_SIZE - 1) * SVA__CREDIT);
	}
	fake.hold = false;
	close_fake(wq);
}

/* A store between the last look and UMONITOR wakes nobody: DTO does not look again. */
static void a_record_written_before_the_monitor_is_armed(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");

	(void)state;
	submit_held(wq, &op);
	fake.complete_in_umonitor = true;
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_UMWAIT), SVA_STATUS_SUCCESS);
	assert_int_equal(fake.umwaits, 0);
	fake.hold = false;
	close_fake(wq);
}

/* accel-config's dsa_test takes the TSC for 3 GHz: one UMWAIT is 100 us by the true frequency. */
static void umwait_by_the_true_frequency(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");
	bool right = false;

	(void)state;
	submit_held(wq, &op);
	for (int tries = 0; tries < 20 && !right; tries++) { /* this thread may lose the CPU */
		int64_t ns = svai_now_ns();
		uint64_t tsc = sva_rdtsc(), ticks;

		assert_int_equal(sva_wait(&op, 5000000, SVA_WAIT_AUTO), -ETIMEDOUT);
		ticks = (sva_rdtsc() - tsc) * 100000 / (uint64_t)(svai_now_ns() - ns);
		assert_true(fake.umwaits > 0);
		right = fake.umwait_ticks > ticks / 2 && fake.umwait_ticks < ticks * 2;
	}
	assert_true(right);
	fake_complete(UINT32_MAX); /* also a drain */
	fake.hold = false;
	close_fake(wq);
}

/* Closing a dead device does not complete what it had. */
static void a_record_that_never_comes(void **state)
{
	struct fake_tree *tree = fixture_tree(state);
	struct sva_wq *wq = open_fake("wq0.0");

	submit_held(wq, &op);
	fake_attr(tree, "dsa0", "state", "halted\n");
	close_fake(wq);
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), -EBADF);
}

static void a_device_that_dies(void **state)
{
	struct fake_tree *tree = fixture_tree(state);
	struct sva_wq *wq = open_fake("wq0.0");

	submit_held(wq, &op);
	fake_attr(tree, "dsa0", "state", "halted\n");
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), -ENODEV); /* no deadline, and no hang */
	assert_int_equal(sva_poll(&op), SVA_STATUS_LOST); /* it has ended, and is the caller's */
	fake_lose();
	fake_attr(tree, "dsa0", "state", "enabled\n");
	fake.hold = false;
	close_fake(wq);
}

static const struct path {
	const char *queue;
	int mmap_errno;
} paths[] = { { "wq0.0", 0 }, { "wq0.1", 0 }, { "wq0.0", EPERM }, { "wq0.1", EPERM } };

#define EACH_PATH(p) (const struct path *p = paths; p < paths + 4; p++)

static struct sva_wq *open_path(const struct path *path)
{
	fake.mmap_errno = path->mmap_errno;
	return open_fake(path->queue);
}

static void assert_all_credits(const struct sva_wq *wq)
{
	if (wq->credit)
		assert_int_equal(*wq->credit, (DEDICATED_SIZE - 1) * SVA__CREDIT);
}

/* Lost by a reset that was over before anybody looked: the operation ends, the queue goes on. */
static void lost_in_a_reset(struct sva_wq *wq)
{
	static struct sva_op ops[DEDICATED_SIZE];

	for (unsigned int i = 0; i < DEDICATED_SIZE - 1; i++)
		submit_held(wq, &ops[i]);
	assert_int_equal(fake_lose(), DEDICATED_SIZE - 1);
	fake.hold = false;
	for (unsigned int i = 0; i < DEDICATED_SIZE - 1; i++) {
		assert_int_equal(sva_wait(&ops[i], -1, SVA_WAIT_AUTO), SVA_STATUS_LOST);
		assert_int_equal(sva_poll(&ops[i]), SVA_STATUS_LOST);
	}
	assert_all_credits(wq);
	for (unsigned int i = 0; i < DEDICATED_SIZE - 1; i++) {
		assert_int_equal(sva_submit(wq, &ops[i]), 0);
		assert_int_equal(sva_poll(&ops[i]), SVA_STATUS_SUCCESS);
	}
}

static void a_reset_between_two_looks(void **state)
{
	(void)state;
	for
		EACH_PATH(p)
		{
			struct sva_wq *wq = open_path(p);

			lost_in_a_reset(wq);
			close_fake(wq);
		}
}

/* Waits of no time at all, one after the other, find out as well: for programs that poll. */
static void short_waits_find_out(void **state)
{
	(void)state;
	for
		EACH_PATH(p)
		{
			struct sva_wq *wq = open_path(p);
			int status;

			submit_held(wq, &op);
			assert_int_equal(sva_wait(&op, 0, SVA_WAIT_AUTO), -ETIMEDOUT);
			fake_lose(); /* and the drain, if the wait has asked */
			fake.hold = false;
			while ((status = sva_wait(&op, 0, SVA_WAIT_AUTO)) == -ETIMEDOUT)
				sched_yield();
			assert_int_equal(status, SVA_STATUS_LOST);
			assert_all_credits(wq);
			close_fake(wq);
		}
}

/* Drains may be lost, too, or be refused by a full queue, or fail: they are asked for again. */
static void a_drain_that_proves_nothing(void **state)
{
	(void)state;
	for
		EACH_PATH(p)
		{
			struct sva_wq *wq = open_path(p);

			submit_held(wq, &op);
			fake_lose();
			fake.hold = false;
			fake.drains_lost = 2;
			fake.retry = 1;
			fake.write_eagain = p->mmap_errno ? 1 : 0;
			assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), SVA_STATUS_LOST);
			assert_int_equal(fake.drains_lost, 0);
			assert_all_credits(wq);
			fake.retry = 0;
			close_fake(wq);
		}
}

/* Drains in flight have entries of a dedicated queue, which no operation may be given. */
static void drains_that_wait_have_credits(void **state)
{
	struct sva_wq *wq = open_fake("wq0.1");
	unsigned int drains;

	(void)state;
	submit_held(wq, &op);
	while (fake_held() < 3)
		assert_int_equal(sva_wait(&op, 1000000, SVA_WAIT_AUTO), -ETIMEDOUT);
	drains = fake_held() - 1;
	assert_int_equal(*wq->credit, (int)(DEDICATED_SIZE - 1 - drains) * SVA__CREDIT);
	fake_complete(UINT32_MAX);
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), SVA_STATUS_SUCCESS);
	fake.hold = false;
	close_fake(wq);
}

/* Every look at sysfs needed two files: then a dead device was waited for without end. */
static void no_file_descriptor_left(void **state)
{
	struct fake_tree *tree = fixture_tree(state);
	struct sva_wq *wq = open_fake("wq0.1");
	int fds[2048], n = 0;
	struct rlimit limit;

	submit_held(wq, &op);
	fake_attr(tree, "dsa0", "state", "halted\n");
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 256;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	while ((fds[n] = dup(0)) >= 0)
		n++;
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), -ENODEV);
	assert_int_equal(sva_wq_close(wq), 0);
	while (n--)
		close(fds[n]);
	fake_lose();
	fake.hold = false;
}

/* In another mode, it takes another instruction: MOVDIR64B to a shared queue is dropped. */
static void a_queue_in_another_mode(void **state)
{
	static const char *const modes[] = { "dedicated\n", "shared\n" };
	struct fake_tree *tree = fixture_tree(state);

	for (unsigned int i = 0; i < 2; i++) {
		const char *queue = i ? "wq0.1" : "wq0.0";
		struct sva_wq *wq = open_fake(queue);

		submit_held(wq, &op);
		fake_lose();
		fake_attr(tree, queue, "mode", modes[i]);
		assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), -ENODEV);
		assert_int_equal(sva_wq_close(wq), 0);
		fake.hold = false;
	}
}

/*
 * A dedicated queue that was disabled and enabled has lost its PASID, and answers nobody. The
 * kernel has made a new node for it.
 */
static void a_queue_that_was_enabled_anew(void **state)
{
	struct fake_tree *tree = fixture_tree(state);
	struct sva_wq *wq = open_fake("wq0.1");
	char node[300], kept[310];

	snprintf(node, sizeof(node), "%s/dev/dsa/wq0.1", fake_tree_path(tree));
	snprintf(kept, sizeof(kept), "%s.old", node);
	assert_int_equal(rename(node, kept), 0); /* its inode is not free for the new one */
	fake_node(tree, "dsa/wq0.1");
	submit_held(wq, &op);
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), -ENODEV);
	assert_int_equal(sva_wq_close(wq), 0);
	fake_lose();
	fake.hold = false;
	assert_int_equal(unlink(kept), 0);
}

static void bad_arguments(void **state)
{
	(void)state;
	memset(&op, 0, sizeof(op));
	assert_int_equal(sva_wait(NULL, -1, SVA_WAIT_AUTO), -EINVAL);
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), -EINVAL); /* never submitted */
	assert_int_equal(sva_submit(NULL, &op), -EINVAL);
}

/* DML: a job whose submission failed reports "being processed" for ever. */
static void a_refused_operation_is_not_pending(void **state)
{
	struct sva_wq *wq = open_fake("wq0.0");

	(void)state;
	memset(&op, 0, sizeof(op));
	sva_prep_noop(&op.desc, 0);
	fake.retry = UINT32_MAX;
	assert_int_equal(sva_submit(wq, &op), -EAGAIN);
	assert_int_equal(sva_wait(&op, -1, SVA_WAIT_AUTO), SVA_STATUS_NOT_SUBMITTED);
	fake.retry = 0;
	close_fake(wq);
}

/* What a thread that loses the CPU between its look at the record and at the clock finds. */
static struct sva_record *written_meanwhile;
static unsigned int clock_reads;

/* A machine whose time passes only by what the wait itself does. */
#define SLACK_NS   50000 /* as Linux gives it to a thread */
#define A_PAUSE_NS 60
#define A_CLOCK_NS 40

static struct {
	struct sva_record *record; /* of the operation; NULL: the real machine */
	int64_t now, end;          /* and when that ends */
	int64_t timer;             /* sleeps end so late, and later by the slack */
	bool signals;              /* every second sleep is interrupted halfway */
	bool refuse;               /* prctl(2) */
	unsigned int pauses, sleeps, sets;
	struct svai_waiting *late; /* arms when it is time, while the waiter's thread sleeps */
	int64_t arrival;
} sim;

static _Thread_local int slack = SLACK_NS;

void __real_sva_pause(void);
void __wrap_sva_pause(void);
int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __real_clock_nanosleep(clockid_t clock, int flags, const struct timespec *t,
			   struct timespec *left);
int __wrap_clock_nanosleep(clockid_t clock, int flags, const struct timespec *t,
			   struct timespec *left);
int __real_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
				  const struct timespec *until);
int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
				  const struct timespec *until);
int __wrap_prctl(int option, unsigned long value);

static void pass(int64_t ns)
{
	sim.now += ns;
	if (sim.now >= sim.end)
		sim.record->status = SVA_STATUS_SUCCESS;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	clock_reads++;
	if (written_meanwhile)
		written_meanwhile->status = SVA_STATUS_SUCCESS;
	if (!sim.record)
		return __real_clock_gettime(clock, now);
	pass(A_CLOCK_NS);
	now->tv_sec = sim.now / 1000000000;
	now->tv_nsec = sim.now % 1000000000;
	return 0;
}

void __wrap_sva_pause(void)
{
	if (!sim.record) {
		__real_sva_pause();
		return;
	}
	sim.pauses++;
	pass(A_PAUSE_NS);
}

int __wrap_clock_nanosleep(clockid_t clock, int flags, const struct timespec *t,
			   struct timespec *left)
{
	int64_t ns = t->tv_sec * 1000000000 + t->tv_nsec;

	if (!sim.record)
		return __real_clock_nanosleep(clock, flags, t, left);
	sim.sleeps++;
	if (sim.signals && sim.sleeps % 2) {
		pass(ns / 2);
		return EINTR;
	}
	pass(ns + sim.timer + slack);
	return 0;
}

int __wrap_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
				  const struct timespec *until)
{
	int64_t ns = until->tv_sec * 1000000000 + until->tv_nsec - sim.now;
	struct svai_waiting *late = sim.late;

	if (!sim.record)
		return __real_pthread_cond_timedwait(cond, lock, until);
	sim.sleeps++;
	if (!late || sim.now + ns < sim.arrival) {
		pass(ns + sim.timer + slack);
		return ETIMEDOUT;
	}
	sim.late = NULL;
	pass(sim.arrival - sim.now);
	pthread_mutex_unlock(lock);
	assert_int_equal(svai_waiter_arm(late), 0);
	pthread_mutex_lock(lock);
	return 0;
}

int __wrap_prctl(int option, unsigned long value)
{
	if (sim.refuse)
		return -1;
	if (option == PR_GET_TIMERSLACK)
		return slack;
	assert_int_equal(option, PR_SET_TIMERSLACK);
	slack = (int)value;
	sim.sets++;
	return 0;
}

/* Returns how late the end of an operation is noticed that takes @ns. */
static int64_t late_after(int64_t ns)
{
	struct sva_record record = { 0 };
	int status;

	sim.record = &record;
	sim.end = sim.now + ns;
	slack = SLACK_NS;
	sim.pauses = sim.sleeps = sim.sets = 0;
	status = svai_wait_record(&record, sim.now, INT64_MAX, SVA_WAIT_SLEEP);
	sim.record = NULL;
	assert_int_equal(status, SVA_STATUS_SUCCESS);
	assert_int_equal(slack, SLACK_NS);
	return sim.now - sim.end;
}

/* Of a time that grows by a few per cent each time: any phase of a sleep. */
#define EACH_LENGTH(ns) (int64_t ns = 500; ns < 20000000000; ns += ns / 50)

static void sleeping_notices_the_end_in_a_tenth_of_the_time(void **state)
{
	static const int64_t timers[] = { 0, 1000, 3000, 5000 };

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		sim.timer = timers[i % 4];
		sim.signals = i >= 4;
		for
			EACH_LENGTH(ns)
			{
				assert_true(late_after(ns) <= ns / 10 + 10000);
				assert_true(sim.sets <= 2); /* system calls, too */
			}
	}
	sim.signals = false;
}

/* A CPU that sleeps deeply, or a process that may not set its slack: it sleeps less. */
static void sleeps_that_end_late(void **state)
{
	(void)state;
	for (int refuse = 0; refuse < 2; refuse++) {
		sim.refuse = refuse;
		sim.timer = refuse ? 5000 : 200000;
		for
			EACH_LENGTH(ns)
			{
				int64_t most = ns / 10 + 10000;

				/* From there on, there is enough of it to sleep less. */
				if (ns < 20 * (sim.timer + (refuse ? SLACK_NS : 0)))
					most += sim.timer + SLACK_NS;
				assert_true(late_after(ns) <= most);
			}
	}
	sim.refuse = false;
}

/* In a time of ten times the length it is woken up so many times more: log 10 / log 1.1, and a bit.
 */
static void sleeping_wakes_up_seldom(void **state)
{
	unsigned int before;

	(void)state;
	sim.timer = 4500;
	late_after(7000);
	assert_int_equal(sim.sleeps, 0);
	late_after(100000);
	assert_in_range(sim.sleeps, 1, 8);
	for (int64_t ns = 1000000; ns < 100000000000; ns *= 10) {
		before = sim.sleeps;
		late_after(ns);
		assert_in_range(sim.sleeps - before, 1, 26);
	}
}

/* As one does that has waited for the operation before, and has looked for something else. */
static void a_wait_that_goes_on(void **state)
{
	struct sva_record record = { 0 };

	(void)state;
	sim.record = &record;
	sim.end = sim.now + 10000000;
	sim.timer = 0;
	slack = 1;
	sim.pauses = sim.sleeps = sim.sets = 0;
	assert_int_equal(
		svai_wait_record(&record, sim.now - 100000000, sim.now + 50000, SVA_WAIT_SLEEP),
		-ETIMEDOUT); /* and not later */
	assert_int_equal(sim.sleeps, 1);
	assert_int_equal(svai_wait_record(&record, sim.now - 100000000, INT64_MAX, SVA_WAIT_SLEEP),
			 SVA_STATUS_SUCCESS);
	assert_int_equal(sim.sleeps, 2);
	assert_int_equal(sim.pauses, 0);
	assert_int_equal(sim.sets, 0); /* it was none */
	sim.record = NULL;
}

/*
 * The thread behind rings, in the same machine: from arming until the descriptor is readable it is
 * the only thread that runs.
 */

static bool has_ended(struct svai_waiting *w)
{
	(void)w;
	return sim.record->status;
}

/* Returns how late the end is noticed of what takes @ns from now on, or from when @late arms. */
static int64_t late_of_thread(struct svai_waiting *first, struct svai_waiting *late,
			      int64_t arrival, int64_t ns)
{
	struct svai_waiting *last = late ? late : first;
	struct pollfd readable = { .fd = last->fd, .events = POLLIN };
	struct sva_record record = { 0 };

	sim.record = &record;
	sim.arrival = sim.now + arrival;
	sim.late = late;
	sim.end = sim.now + arrival + ns;
	sim.pauses = sim.sleeps = 0;
	assert_int_equal(svai_waiter_arm(first), 0);
	assert_int_equal(poll(&readable, 1, -1), 1);
	svai_waiter_withdraw(first);
	svai_waiter_withdraw(last);
	sim.record = NULL;
	return sim.now - sim.end;
}

static void the_thread_notices_the_end_in_a_tenth_of_the_time(void **state)
{
	struct svai_waiting w = { .has_ended = has_ended, .fd = eventfd(0, EFD_NONBLOCK) };

	(void)state;
	sim.timer = 5000;
	/* After SVAI_LOOK_NS it says by itself that something takes long. */
	for (int64_t ns = 500; ns < SVAI_LOOK_NS * 8 / 10; ns += ns / 50) {
		assert_true(late_of_thread(&w, NULL, 0, ns) <= ns / 10 + 10000);
		assert_true(sim.pauses * A_PAUSE_NS <= 10000);
		assert_true(sim.sleeps <= (ns < 100000 ? 8 : 80));
	}
	close(w.fd);
}

/* Another one has waited for long, until both end. */
static void the_thread_looks_often_at_who_arms_last(void **state)
{
	struct svai_waiting old = { .has_ended = has_ended, .fd = eventfd(0, EFD_NONBLOCK) };
	struct svai_waiting w = { .has_ended = has_ended, .fd = eventfd(0, EFD_NONBLOCK) };

	(void)state;
	sim.timer = 5000;
	for (int64_t ns = 500; ns < 1000000; ns += ns / 50)
		assert_true(late_of_thread(&old, &w, 60000000, ns) <= ns / 10 + 10000);
	close(old.fd);
	close(w.fd);
}

/* The clock costs many times what a look at the record does. */
static void a_complete_operation_needs_no_clock(void **state)
{
	static const int64_t timeouts[] = { -1, 0, 1000000 };
	struct sva_wq *wq = open_fake("wq0.1");

	(void)state;
	submit_held(wq, &op);
	fake_complete(1);
	clock_reads = 0;
	for (size_t i = 0; i < 3 * sizeof(policies) / sizeof(policies[0]); i++)
		assert_int_equal(sva_wait(&op, timeouts[i % 3], policies[i / 3]),
				 SVA_STATUS_SUCCESS);
	assert_int_equal(svai_deadline(-1), INT64_MAX);
	assert_int_equal(clock_reads, 0);
	fake.hold = false;
	close_fake(wq);
}

static void the_record_is_looked_at_behind_the_deadline(void **state)
{
	struct sva_record comp = { 0 };

	(void)state;
	written_meanwhile = &comp;
	assert_int_equal(svai_wait_record(&comp, 0, 0, SVA_WAIT_SPIN), SVA_STATUS_SUCCESS);
	written_meanwhile = NULL;
}

static void deadlines_do_not_overflow(void **state)
{
	(void)state;
	assert_true(svai_deadline(-1) == INT64_MAX);
	assert_true(svai_deadline(INT64_MIN) == INT64_MAX);
	assert_true(svai_deadline(INT64_MAX) == INT64_MAX);
	assert_true(svai_deadline(0) <= svai_now_ns());
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(completion_by_another_thread),
		TEST(a_deadline),
		TEST(a_record_written_before_the_monitor_is_armed),
		TEST(umwait_by_the_true_frequency),
		TEST(a_record_that_never_comes),
		TEST(a_device_that_dies),
		TEST(a_reset_between_two_looks),
		TEST(short_waits_find_out),
		TEST(a_drain_that_proves_nothing),
		TEST(drains_that_wait_have_credits),
		TEST(no_file_descriptor_left),
		TEST(a_queue_in_another_mode),
		TEST(a_queue_that_was_enabled_anew),
		TEST(bad_arguments),
		TEST(a_refused_operation_is_not_pending),
		TEST(the_record_is_looked_at_behind_the_deadline),
		TEST(sleeping_notices_the_end_in_a_tenth_of_the_time),
		TEST(sleeps_that_end_late),
		TEST(sleeping_wakes_up_seldom),
		TEST(a_wait_that_goes_on),
		TEST(the_thread_notices_the_end_in_a_tenth_of_the_time),
		TEST(the_thread_looks_often_at_who_arms_last),
		TEST(a_complete_operation_needs_no_clock),
		TEST(deadlines_do_not_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
