/* SPDX-License-Identifier: MIT */
/* Waiting for a completion record, and for nothing else: bounded, and by a policy of the caller's.
 */
#include <pthread.h>
#include <time.h>

#include "record.h"

#define POLLS_PER_CLOCK 64     /* reading the clock costs more than a poll */
#define UMWAIT_NS       100000 /* one UMWAIT at most */
#define SLEEP_MIN_NS    4000
#define SLEEP_MAX_NS    1000000
#define PAUSES_FIRST    512 /* before the first sleep: most operations end in this time */

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

/* Pause for the first rounds, then sleep, each time longer. */
static void sleep_longer(unsigned int round)
{
	struct timespec t = { 0, SLEEP_MAX_NS };

	if (round < PAUSES_FIRST) {
		sva_pause();
		return;
	}
	round -= PAUSES_FIRST;
	if (round < 8)
		t.tv_nsec = (long)SLEEP_MIN_NS << round;
	clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
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
			  unsigned int round)
{
	switch (policy) {
	case SVA_WAIT_SPIN:
		return POLLS_PER_CLOCK;
	case SVA_WAIT_UMWAIT:
		umwait(record);
		return 1;
	case SVA_WAIT_SLEEP:
		sleep_longer(round);
		return round < PAUSES_FIRST ? POLLS_PER_CLOCK : 1;
	default:
		sva_pause();
		return POLLS_PER_CLOCK;
	}
}

int64_t svai_deadline(int64_t timeout_ns)
{
	int64_t now;

	if (timeout_ns < 0)
		return INT64_MAX;
	now = svai_now_ns();
	return timeout_ns > INT64_MAX - now ? INT64_MAX : now + timeout_ns;
}

int svai_wait_record(const struct sva_record *record, int64_t deadline, enum sva_wait_policy policy)
{
	unsigned int status;

	policy = effective(policy);
	for (unsigned int round = 0, per_clock = 1;; round++) {
		status = sva_record_status(record);
		if (status)
			return (int)status;
		if (round % per_clock == 0 && svai_now_ns() >= deadline)
			break;
		per_clock = relax(policy, record, round);
	}
	/* Once more: this thread may have lost the CPU for longer than the time-out. */
	status = sva_record_status(record);
	return status ? (int)status : -ETIMEDOUT;
}
