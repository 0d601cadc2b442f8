/* SPDX-License-Identifier: MIT */
/*
 * What the emulation costs, as ratios within one run, each of the best of many rounds; more of them
 * are made while the bound is not kept:
 *	cost insn        a trapped ENQCMD of a NOOP against a UD2 that an empty handler skips
 *	cost copy LIMIT  memcpy() of a MiB against memmove by the queue, two at a time; LIMIT in
 *percent
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "insn"))
		return instruction();
	if (argc == 3 && !strcmp(argv[1], "copy"))
		return copy((unsigned int)atoi(argv[2]));
	fprintf(stderr, "usage: %s insn | copy LIMIT\n", argv[0]);
	return 2;
}
