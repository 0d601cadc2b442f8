/* SPDX-License-Identifier: MIT */
/*
 * Two queues of one engine: while it is busy, NOOPs go to wq0.0 and then as many to wq0.1. In which
 * order they are executed is to be seen in the emulator's trace; the time at which all stood in the
 * queues is printed.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <sva/desc.h>
#include <sva/insn.h>

#define COUNT 28
#define HEAVY 16
#define SIZE  (2u << 20)

static char src[SIZE];
static struct sva_desc list[HEAVY];
static struct sva_record done[2 * COUNT + 1], ignored[HEAVY];

static void *map_queue(const char *path)
{
	int fd = open(path, O_RDWR);
	void *portal = mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, fd, 0);

	close(fd);
	return portal;
}

static void enqueue(void *portal, struct sva_desc *desc, struct sva_record *record)
{
	desc->completion_addr = (uintptr_t)record;
	while (sva_enqcmd(portal, desc))
		;
}

int main(void)
{
	void *low = map_queue("/dev/dsa/wq0.0"), *high = map_queue("/dev/dsa/wq0.1");
	struct sva_desc desc __attribute__((aligned(64)));
	struct timespec now;

	if (low == MAP_FAILED || high == MAP_FAILED)
		return 1;
	memset(src, 1, sizeof(src));
	for (unsigned int i = 0; i < HEAVY; i++) {
		sva_prep_crc(&list[i], src, SIZE, 0, 0);
		list[i].completion_addr = (uintptr_t)&ignored[i];
	}
	sva_prep_batch(&desc, list, HEAVY, 0);
	enqueue(low, &desc, &done[2 * COUNT]);
	sva_prep_noop(&desc, 0);
	for (unsigned int i = 0; i < 2 * COUNT; i++)
		enqueue(i < COUNT ? low : high, &desc, &done[i]);
	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("%lld.%09ld\n", (long long)now.tv_sec, now.tv_nsec);
	for (unsigned int i = 0; i < 2 * COUNT + 1; i++)
		while (!sva_record_status(&done[i]))
			sched_yield();
	/* The last references: what is traced is complete. */
	munmap(low, 4096);
	munmap(high, 4096);
	return 0;
}
