/* SPDX-License-Identifier: MIT */
/* Waiting for a completion record, and for nothing else: bounded, and by a policy of the caller's.
 */
#include <pthread.h>
#include <sys/prctl.h>
#include <time.h>

#include "record.h"

#define POLLS_PER_CLOCK 64     /* reading the clock costs more than a poll */
#define UMWAIT_NS       100000 /* one UMWAIT at most */
#define PAUSE_NS        7000   /* before the first sleep: most operations end in this time */
#define LATE_NS         9700   /* plus a tenth of the time waited: how late an end is noticed */

int64_t svai_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static pthread_once_t tsc_once = PTHREAD_ONCE_INIT;
static uint64_t tsc_khz;

struct moment {
	int64_t ns;
	uint64_t tsc;
};

/* Both clocks at once: of several looks the one in which this thread was disturbed the least. */
static struct moment look_at_clocks(void)
{
	struct moment best = { 0, 0 };
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < 8; i++) {
		uint64_t before = sva_rdtsc(), spent;
		int64_t ns = svai_now_ns();

		spent = sva_rdtsc() - before;
		if (spent < least)
			best = (struct moment){ ns, before + spent / 2 };
		least = spent < least ? spent : least;
	}
	return best;
}

/*
 * The true frequency of the time-stamp counter: from CPUID where the CPU tells (leaf 0x15: crystal
 * clock and ratio), else measured against the clock for a millisecond.
 */
static void find_tsc_khz(void)
{
	struct sva_cpuid c = sva_cpuid(0x15, 0);
	struct moment start, end;

	if (c.eax && c.ebx && c.ecx) {
		tsc_khz = (uint64_t)c.ecx * c.ebx / c.eax / 1000;
		return;
	}
	start = look_at_clocks();
	do {
		end = look_at_clocks();
	} while (end.ns - start.ns < 1000000);
	tsc_khz = (end.tsc - start.tsc) * 1000000 / (uint64_t)(end.ns - start.ns);
}

static uint64_t tsc_in_ns(uint64_t ns)
{
	pthread_once(&tsc_once, find_tsc_khz);
	return sva_rdtsc() + ns * tsc_khz / 1000000;
}

/* A store between the last poll and UMONITOR wakes nobody: look again once the monitor is armed. */
static void umwait(const struct sva_record *record)
{
	uint64_t deadline = tsc_in_ns(UMWAIT_NS);

	sva_umonitor(record);
	if (!sva_record_status(record))
		sva_umwait(SVA_C01, deadline);
}

struct wait {
	int64_t since, deadline;
	int64_t now;       /* at the last look */
	int64_t overslept; /* how much too late the last sleep ended */
	int slack;         /* of the thread, to be restored */
};

/* What ends during a sleep is noticed when it is over, which will again be too late. */
int64_t svai_sleep_ns(int64_t waited, int64_t overslept)
{
	int64_t late = LATE_NS + waited / 10;

	if (waited < PAUSE_NS)
		return 0;
	return late - (overslept < late / 2 ? overslept : late / 2);
}

/*
 * To save wake-ups, Linux ends a sleep late by up to the timer slack of the thread, usually 50 us:
 * without it, a sleep ends 5 us late instead of 56. Two system calls a wait, of 0.2 us each, are
 * little beside the 5 us of CPU time that each sleep takes. Real-time threads have no slack.
 */
int svai_drop_slack(void)
{
	int slack = prctl(PR_GET_TIMERSLACK);

	if (slack > 1)
		prctl(PR_SET_TIMERSLACK, 1);
	return slack;
}

static void restore_slack(const struct wait *w)
{
	if (w->slack > 1)
		prctl(PR_SET_TIMERSLACK, w->slack);
}

static void sleep_a_little(struct wait *w, int64_t ns)
{
	struct timespec t;

	ns = ns < w->deadline - w->now ? ns : w->deadline - w->now;
	t.tv_sec = ns / 1000000000;
	t.tv_nsec = ns % 1000000000;
	if (!w->slack)
		w->slack = svai_drop_slack();
	if (!clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL))
		w->overslept = svai_now_ns() - w->now - ns;
}

static enum sva_wait_policy effective(enum sva_wait_policy policy)
{
	bool waitpkg = sva_cpu_features() & SVA_CPU_WAITPKG;

	if (policy == SVA_WAIT_AUTO)
		return waitpkg ? SVA_WAIT_UMWAIT : SVA_WAIT_SLEEP;
	return policy == SVA_WAIT_UMWAIT && !waitpkg ? SVA_WAIT_PAUSE : policy;
}

/* One step of waiting. Returns how many of them may pass between two looks at the clock. */
static unsigned int relax(enum sva_wait_policy policy, const struct sva_record *record,
			  struct wait *w)
{
	int64_t ns = policy == SVA_WAIT_SLEEP ? svai_sleep_ns(w->now - w->since, w->overslept) : 0;

	if (policy == SVA_WAIT_UMWAIT) {
		umwait(record);
		return 1;
	}
	if (ns) {
		sleep_a_little(w, ns);
		return 1;
	}
	if (policy != SVA_WAIT_SPIN)
		sva_pause();
	return POLLS_PER_CLOCK;
}

int64_t svai_deadline(int64_t timeout_ns)
{
	int64_t now;

	if (timeout_ns < 0)
		return INT64_MAX;
	now = svai_now_ns();
	return timeout_ns > INT64_MAX - now ? INT64_MAX : now + timeout_ns;
}

int svai_wait_record(const struct sva_record *record, int64_t since, int64_t deadline,
		     enum sva_wait_policy policy)
{
	struct wait w = { .since = since, .deadline = deadline, .overslept = SVAI_OVERSLEPT_NS };
	unsigned int status;

	policy = effective(policy);
	for (unsigned int round = 0, per_clock = 1; !sva_record_status(record); round++) {
		if (round % per_clock == 0)
			w.now = svai_now_ns();
		if (w.now >= deadline)
			break;
		per_clock = relax(policy, record, &w);
	}
	restore_slack(&w);
	/* Once more: this thread may have lost the CPU for longer than the time-out. */
	status = sva_record_status(record);
	return status ? (int)status : -ETIMEDOUT;
}
