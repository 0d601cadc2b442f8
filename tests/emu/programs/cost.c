/* SPDX-License-Identifier: MIT */
/*
 * What the emulation costs, as counts and ratios within one run, each of the best of many rounds;
 * more of them are made while the bound is not kept:
 *	cost insn          a trapped ENQCMD of a NOOP against a UD2 that an empty handler skips
 *	cost copy LIMIT    memcpy() of a MiB against memmove by the queue, two at a time; in percent
 *	cost batch LIMIT   memcpy() of 4 KiB against memmove in batches of 32; in percent
 *	cost single LIMIT  NOOPs, one after the other: context switches of 100
 *	cost threads LIMIT eight threads with NOOPs: the slowest against the fastest; in percent
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include <sva/sva.h>

#define ROUNDS 5000 /* at the most: a machine with other work needs longer for its best */
#define BATCH  32   /* fits the queue */
#define MIB    (1u << 20)
#define COUNT  64 /* MiB of the buffers, so that no cache holds them */
#define WINDOW 8  /* MiB that are copied in a round */

static struct sva_desc desc[COUNT];
static struct sva_record comp[COUNT];

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void *map_portal(const char *path)
{
	int fd = open(path, O_RDWR);
	void *portal;

	if (fd < 0)
		fail(path);
	portal = mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, fd, 0);
	if (portal == MAP_FAILED)
		fail("mmap");
	return portal;
}

static void wait_for(unsigned int i)
{
	while (!sva_record_status(&comp[i]))
		sched_yield();
	if (sva_record_status(&comp[i]) != SVA_STATUS_SUCCESS)
		fail("status");
}

/*
 * The instruction.
 */

static void skip_ud2(int sig, siginfo_t *info, void *context)
{
	(void)sig, (void)info;
	((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP] += 2;
}

static uint64_t time_ud2(void)
{
	uint64_t start = sva_rdtsc();

	for (unsigned int i = 0; i < BATCH; i++)
		__asm__ volatile("ud2");
	return sva_rdtsc() - start;
}

static uint64_t time_enqcmd(void *portal)
{
	uint64_t start;

	for (unsigned int i = 0; i < BATCH; i++) {
		sva_prep_noop(&desc[i], 0);
		desc[i].completion_addr = (uintptr_t)&comp[i];
		comp[i].status = 0;
	}
	start = sva_rdtsc();
	for (unsigned int i = 0; i < BATCH; i++)
		if (sva_enqcmd(portal, &desc[i]))
			fail("the queue is full");
	start = sva_rdtsc() - start;
	for (unsigned int i = 0; i < BATCH; i++)
		wait_for(i);
	return start;
}

/* The C library's own function: the emulator keeps SIGILL for itself. */
static int instruction(void)
{
	struct sigaction bare = { .sa_sigaction = skip_ud2, .sa_flags = SA_SIGINFO }, trap;
	int (*change)(int, const struct sigaction *, struct sigaction *);
	void *portal = map_portal("/dev/dsa/wq0.0");
	uint64_t ud2 = UINT64_MAX, enqcmd = UINT64_MAX;

	*(void **)&change = dlsym(dlopen("libc.so.6", RTLD_NOW), "sigaction");
	for (unsigned int i = 0; i < ROUNDS && (i < 300 || enqcmd * 2 > ud2 * 3); i++) {
		change(SIGILL, &bare, &trap);
		ud2 = least(ud2, time_ud2());
		change(SIGILL, &trap, NULL);
		enqcmd = least(enqcmd, time_enqcmd(portal));
	}
	printf("UD2 %llu ticks, ENQCMD %llu ticks, ratio %.2f\n", (unsigned long long)ud2 / BATCH,
	       (unsigned long long)enqcmd / BATCH, (double)enqcmd / (double)ud2);
	return enqcmd * 2 > ud2 * 3;
}

/*
 * Copies.
 */

static void submit(void *portal, unsigned int i, char *dst, const char *src)
{
	sva_prep_memmove(&desc[i], dst, src, MIB, 0);
	desc[i].completion_addr = (uintptr_t)&comp[i];
	comp[i].status = 0;
	while (sva_enqcmd(portal, &desc[i]))
		;
}

/* One window of the buffers, so that a round is short, and the next one finds other memory. */
static uint64_t time_queue(void *portal, char *dst, const char *src)
{
	uint64_t start = now();

	for (size_t i = 0; i < WINDOW; i++) {
		submit(portal, (unsigned int)i, dst + i * MIB, src + i * MIB);
		if (i > 0)
			wait_for((unsigned int)i - 1);
	}
	wait_for(WINDOW - 1);
	return now() - start;
}

static uint64_t time_memcpy(char *dst, const char *src)
{
	uint64_t start = now();

	for (size_t i = 0; i < WINDOW; i++) {
		memcpy(dst + i * MIB, src + i * MIB, MIB);
		__asm__ volatile("" : : "r"(dst) : "memory");
	}
	return now() - start;
}

static int copy(unsigned int limit)
{
	void *portal = map_portal("/dev/dsa/wq0.0");
	char *src = malloc((size_t)COUNT * MIB), *dst = malloc((size_t)COUNT * MIB);
	uint64_t queue = UINT64_MAX, cpu = UINT64_MAX;

	if (!src || !dst)
		fail("malloc");
	memset(src, 1, (size_t)COUNT * MIB);
	memset(dst, 2, (size_t)COUNT * MIB);
	for (unsigned int i = 0; i < ROUNDS && (i < 200 || cpu * 100 < queue * limit); i++) {
		size_t at = (size_t)i * WINDOW % COUNT * MIB;

		cpu = least(cpu, time_memcpy(dst + at, src + at));
		queue = least(queue, time_queue(portal, dst + at, src + at));
	}
	printf("memcpy %llu us, queue %llu us a MiB: %llu %% of its rate\n",
	       (unsigned long long)cpu / WINDOW / 1000, (unsigned long long)queue / WINDOW / 1000,
	       (unsigned long long)(cpu * 100 / queue));
	return cpu * 100 < queue * limit;
}

/*
 * Batches: two at a time.
 */

#define BATCHES 64 /* of a round */
#define PAGE    4096u

static struct sva_desc member[2][BATCH];
static struct sva_record done[2][BATCH];
static char from[2][BATCH][PAGE], to[2][BATCH][PAGE];

static void submit_batch(void *portal, unsigned int i, bool copies)
{
	for (unsigned int k = 0; k < BATCH; k++) {
		if (copies)
			sva_prep_memmove(&member[i][k], to[i][k], from[i][k], PAGE, 0);
		else
			sva_prep_noop(&member[i][k], 0);
		member[i][k].completion_addr = (uintptr_t)&done[i][k];
	}
	sva_prep_batch(&desc[i], member[i], BATCH, 0);
	desc[i].completion_addr = (uintptr_t)&comp[i];
	comp[i].status = 0;
	while (sva_enqcmd(portal, &desc[i]))
		;
}

static uint64_t time_batches(void *portal, bool copies)
{
	uint64_t start = now();

	for (unsigned int i = 0; i < BATCHES; i++) {
		if (i > 1)
			wait_for(i % 2);
		submit_batch(portal, i % 2, copies);
	}
	wait_for(0);
	wait_for(1);
	return now() - start;
}

static uint64_t time_small_memcpy(void)
{
	uint64_t start = now();

	for (unsigned int i = 0; i < BATCHES; i++)
		for (unsigned int k = 0; k < BATCH; k++) {
			memcpy(to[i % 2][k], from[i % 2][k], PAGE);
			__asm__ volatile("" : : "r"(to) : "memory");
		}
	return now() - start;
}

static int batch(unsigned int limit)
{
	const uint64_t operations = BATCHES * BATCH;
	void *portal = map_portal("/dev/dsa/wq0.0");
	uint64_t copies = UINT64_MAX, noops = UINT64_MAX, cpu = UINT64_MAX;

	memset(from, 1, sizeof(from));
	memset(to, 2, sizeof(to));
	for (unsigned int i = 0; i < ROUNDS && (i < 100 || cpu * 100 < copies * limit); i++) {
		cpu = least(cpu, time_small_memcpy());
		copies = least(copies, time_batches(portal, true));
		noops = least(noops, time_batches(portal, false));
	}
	printf("in batches, thousands a second: %llu copies of 4 KiB, %llu %% of memcpy's; %llu "
	       "NOOPs\n",
	       (unsigned long long)(operations * 1000000 / copies),
	       (unsigned long long)(cpu * 100 / copies),
	       (unsigned long long)(operations * 1000000 / noops));
	return cpu * 100 < copies * limit;
}

/*
 * One NOOP after the other. Only an engine ever sleeps.
 */

#define SINGLES 1000

static void submit_noop(void *portal, struct sva_desc *noop, struct sva_record *record)
{
	sva_prep_noop(noop, 0);
	noop->completion_addr = (uintptr_t)record;
	record->status = 0;
	while (sva_enqcmd(portal, noop))
		;
}

static uint64_t cpu_time(const struct rusage *usage)
{
	return ((uint64_t)usage->ru_utime.tv_sec + (uint64_t)usage->ru_stime.tv_sec) * 1000000 +
	       (uint64_t)usage->ru_utime.tv_usec + (uint64_t)usage->ru_stime.tv_usec;
}

static int single(unsigned int limit)
{
	void *portal = map_portal("/dev/dsa/wq0.0");
	uint64_t least_cpu = UINT64_MAX, switches = UINT64_MAX;
	struct rusage before, after;

	for (unsigned int i = 0; i < ROUNDS && (i < 20 || switches * 100 > SINGLES * limit); i++) {
		getrusage(RUSAGE_SELF, &before);
		for (unsigned int k = 0; k < SINGLES; k++) {
			submit_noop(portal, &desc[0], &comp[0]);
			wait_for(0);
		}
		getrusage(RUSAGE_SELF, &after);
		least_cpu = least(least_cpu, cpu_time(&after) - cpu_time(&before));
		switches = least(switches, (uint64_t)(after.ru_nvcsw - before.ru_nvcsw));
	}
	printf("a single NOOP: %.2f us of CPU time, %.2f context switches\n",
	       (double)least_cpu / SINGLES, (double)switches / SINGLES);
	return switches * 100 > SINGLES * limit;
}

/*
 * Eight threads, each with some NOOPs in the queue, which has room for half of them.
 */

#define THREADS 8
#define EACH    2000
#define OPEN    16

static struct {
	struct sva_desc desc;
	struct sva_record record[OPEN];
	uint64_t time;
} submitter[THREADS];
static pthread_barrier_t ready;
static void *threads_portal;

static void *submit_many(void *argument)
{
	unsigned int n = (unsigned int)(uintptr_t)argument;
	uint64_t start;

	pthread_barrier_wait(&ready);
	start = now();
	for (unsigned int i = 0; i < EACH; i++) {
		struct sva_record *record = &submitter[n].record[i % OPEN];

		while (i >= OPEN && !sva_record_status(record))
			__builtin_ia32_pause();
		submit_noop(threads_portal, &submitter[n].desc, record);
	}
	for (unsigned int i = 0; i < OPEN; i++)
		while (!sva_record_status(&submitter[n].record[i]))
			__builtin_ia32_pause();
	submitter[n].time = now() - start;
	return NULL;
}

/* In percent. */
static uint64_t fairness(void)
{
	uint64_t fastest = UINT64_MAX, slowest = 0;
	pthread_t thread[THREADS];

	for (uintptr_t n = 0; n < THREADS; n++)
		if (pthread_create(&thread[n], NULL, submit_many, (void *)n))
			fail("pthread_create");
	for (unsigned int n = 0; n < THREADS; n++) {
		pthread_join(thread[n], NULL);
		fastest = least(fastest, submitter[n].time);
		if (submitter[n].time > slowest)
			slowest = submitter[n].time;
	}
	return fastest * 100 / slowest;
}

static int threads(unsigned int limit)
{
	uint64_t best = 0, sum = 0;
	unsigned int i;

	threads_portal = map_portal("/dev/dsa/wq0.0");
	pthread_barrier_init(&ready, NULL, THREADS);
	for (i = 0; i < 100 && (i < 5 || best < limit); i++) {
		uint64_t percent = fairness();

		sum += percent;
		if (percent > best)
			best = percent;
	}
	printf("%u threads: the slowest has %llu %% of the fastest's rate, at best %llu %%\n",
	       THREADS, (unsigned long long)sum / i, (unsigned long long)best);
	return best < limit;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*function)(unsigned int limit);
	} modes[] = {
		{ "copy", copy }, { "batch", batch }, { "single", single }, { "threads", threads }
	};

	if (argc == 2 && !strcmp(argv[1], "insn"))
		return instruction();
	for (unsigned int i = 0; argc == 3 && i < sizeof(modes) / sizeof(modes[0]); i++)
		if (!strcmp(argv[1], modes[i].name))
			return modes[i].function((unsigned int)atoi(argv[2]));
	fprintf(stderr, "usage: %s insn | copy|batch|single|threads LIMIT\n", argv[0]);
	return 2;
}
