/* SPDX-License-Identifier: MIT */
/*
 * traffic [-g] SECONDS PROCESSES THREADS QUEUE...: mixed operations from all sides, each checked
 * byte by byte: page faults in the middle, memory that is unmapped under the device, forks. It ends
 * after SECONDS, or with all queues gone; what it has submitted is accounted for either way. Prints
 * a line once everybody is at work; -g: the queues will be gone then; operations may be lost, and
 * no queue is opened from then on, so nobody forks.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sva/sva.h>

#define PAGE   4096u
#define PAGES  16u
#define AREA   ((size_t)PAGES * PAGE)
#define SECOND 1000000000ll

static struct {
	atomic_uint at_work;
	atomic_ulong done, faults, unmapped, forks, lost, wrong;
} * shared;

static struct sva_wq *queues[8];
static unsigned int queue_count;
static time_t end;
static bool goes_away;

struct worker {
	unsigned char *src, *dst, *dst2;
	struct sva_op *op;
	struct sva_wq *wq;
	uint32_t random;
};

static uint32_t number(struct worker *w, uint32_t limit)
{
	w->random = w->random * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)w->random * limit >> 32);
}

static unsigned char *area(void)
{
	return mmap(NULL, AREA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

/* Memory is the device's as long as it may be writing: a queue that is gone is closed first. */
/* A queue that is back before anybody looks has lost the operation: only a DRAIN tells. */
static bool is_gone(int status)
{
	return status == -ENODEV || status == -ETIMEDOUT || status == -EIO ||
	       status == SVA_STATUS_LOST;
}

static int submit(struct worker *w)
{
	int status;

	do
		status = sva_submit(w->wq, w->op);
	while (status == -EAGAIN);
	return status;
}

static int wait_for(struct worker *w)
{
	return sva_wait(w->op, goes_away ? 10 * SECOND : 60 * SECOND, SVA_WAIT_AUTO);
}

/* Read and written as it is, so that each page is there and writable. */
static void touch(volatile unsigned char *at)
{
	for (unsigned int i = 0; i < PAGES; i++)
		at[i * (size_t)PAGE] = at[i * (size_t)PAGE];
}

/* Again from the beginning as often as a page stops it: each fork takes all pages' writability. */
static int run(struct worker *w)
{
	int status;

	while (SVA_STATUS_CODE(status = submit(w) ?: wait_for(w)) == SVA_STATUS_PAGE_FAULT) {
		atomic_fetch_add(&shared->faults, 1);
		touch(w->src), touch(w->dst), touch(w->dst2);
	}
	return status;
}

static void note(struct worker *w, const char *what, int status)
{
	fprintf(stderr, "traffic: %s with status %d, op %u, flags %#x\n", what, status,
		sva_desc_opcode(&w->op->desc), sva_desc_flags(&w->op->desc));
	atomic_fetch_add(&shared->wrong, 1);
}

/* A copy into pages that may not be there; again with all of them, if it was stopped by one. */
static int copy(struct worker *w)
{
	uint32_t offset = number(w, PAGE), size = 1 + number(w, AREA - 2 * PAGE);
	uint32_t flags = number(w, 2) && sva_wq_info(w->wq)->block_on_fault ? SVA_FLAG_BOF : 0;
	uint32_t page = number(w, PAGES);
	bool both = number(w, 4) == 0;
	int status;

	for (uint32_t i = 0; i < size; i += 97)
		w->src[offset + i] = (unsigned char)number(w, 256);
	madvise(w->dst + page * (size_t)PAGE, PAGE, MADV_DONTNEED);
	if (both)
		sva_prep_dualcast(&w->op->desc, w->dst + offset, w->dst2 + offset, w->src + offset,
				  size, flags);
	else
		sva_prep_memmove(&w->op->desc, w->dst + offset, w->src + offset, size, flags);
	status = run(w);
	if (status == SVA_STATUS_SUCCESS &&
	    (memcmp(w->dst + offset, w->src + offset, size) != 0 ||
	     (both && memcmp(w->dst2 + offset, w->src + offset, size) != 0)))
		note(w, "wrong bytes", status);
	return status;
}

static int fill_and_compare(struct worker *w)
{
	uint64_t pattern = (uint64_t)number(w, UINT32_MAX) << 32 | number(w, UINT32_MAX);
	uint32_t size = 1 + number(w, AREA);
	int status;

	sva_prep_fill(&w->op->desc, w->dst, pattern, size, 0);
	status = run(w);
	if (status != SVA_STATUS_SUCCESS)
		return status;
	sva_prep_compare_pattern(&w->op->desc, w->dst, pattern, size, 0);
	status = run(w);
	if (status == SVA_STATUS_SUCCESS && w->op->record.result != 0)
		note(w, "wrong comparison", status);
	return status;
}

/* Memory that goes away under the device: it is there, or it is a fault; nothing else is hit. */
static int unmap_under_it(struct worker *w)
{
	unsigned char *target = area();
	int status;

	touch(target);
	sva_prep_fill(&w->op->desc, target, ~0ull, AREA, 0);
	status = submit(w);
	munmap(target, AREA);
	if (status)
		return status;
	status = wait_for(w);
	atomic_fetch_add(&shared->unmapped, 1);
	return SVA_STATUS_CODE(status) == SVA_STATUS_PAGE_FAULT ? SVA_STATUS_SUCCESS : status;
}

static int work(struct worker *w)
{
	switch (number(w, 8)) {
	case 0:
		return unmap_under_it(w);
	case 1:
	case 2:
		return fill_and_compare(w);
	default:
		return copy(w);
	}
}

static bool make(struct worker *w, uint32_t seed)
{
	*w = (struct worker){ .random = seed, .src = area(), .dst = area(), .dst2 = area() };
	/* Zero, and aligned; memory of the device until the queue is closed: never given back. */
	w->op = mmap(NULL, sizeof(*w->op), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		     0);
	return w->op != MAP_FAILED;
}

static void *thread(void *seed)
{
	struct worker w;

	if (!make(&w, (uint32_t)(uintptr_t)seed))
		return NULL;
	atomic_fetch_add(&shared->at_work, 1);
	while (time(NULL) < end) {
		int status;

		w.wq = queues[number(&w, queue_count)];
		status = work(&w);
		if (status == SVA_STATUS_SUCCESS) {
			atomic_fetch_add(&shared->done, 1);
		} else if (is_gone(status)) {
			atomic_fetch_add(&shared->lost, 1);
			break;
		} else {
			note(&w, "unexpected end", status);
			break;
		}
	}
	return NULL;
}

/* A child that uses the shared queues again, and ends. */
static void fork_one(uint32_t seed)
{
	pid_t child = fork();
	struct worker w;
	int status;

	if (child == 0) {
		if (!make(&w, seed))
			_exit(1);
		w.wq = queues[0];
		if (sva_wq_reopen(w.wq))
			_exit(0); /* it is gone: the parent notices */
		for (int i = 0; i < 3; i++)
			status = copy(&w);
		_exit(status == SVA_STATUS_SUCCESS || is_gone(status) ? 0 : 1);
	}
	if (child > 0 && waitpid(child, &status, 0) == child && status != 0)
		atomic_fetch_add(&shared->wrong, 1);
	atomic_fetch_add(&shared->forks, 1);
}

static int process(uint32_t seed, unsigned int threads, char **names)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .flags = SVA_OPEN_NO_CPU };
	pthread_t ids[64];

	for (queue_count = 0; queue_count < 8 && names[queue_count]; queue_count++)
		if (sva_wq_open(&queues[queue_count], names[queue_count], &opts) != 0)
			return 1;
	for (unsigned int i = 0; i < threads; i++)
		pthread_create(&ids[i], NULL, thread, (void *)(uintptr_t)(seed + i));
	while (!goes_away && time(NULL) < end && !atomic_load(&shared->lost)) {
		fork_one(seed + 100);
		usleep(100000); /* the pace of the forks */
	}
	for (unsigned int i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	return 0;
}

int main(int argc, char **argv)
{
	unsigned int processes, threads, failed = 0;
	int status;

	if (argc > 1 && !strcmp(argv[1], "-g")) {
		goes_away = true;
		argc--, argv++;
	}
	if (argc < 5 || atoi(argv[2]) < 1 || atoi(argv[3]) < 1 || atoi(argv[3]) > 64)
		return 2;
	processes = (unsigned int)atoi(argv[2]);
	threads = (unsigned int)atoi(argv[3]);
	end = time(NULL) + atol(argv[1]);
	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (unsigned int i = 0; i < processes; i++)
		if (fork() == 0)
			_exit(process(i * 1000 + 1, threads, argv + 4));
	while (atomic_load(&shared->at_work) < processes * threads &&
	       waitpid(-1, &status, WNOHANG) == 0)
		usleep(1000);
	puts("traffic: at work");
	fflush(stdout);
	while (wait(&status) > 0)
		failed += status != 0;
	printf("traffic: %lu done, %lu after a page fault, %lu unmapped, %lu forks, "
	       "%lu threads lost their queue, %lu wrong, %u processes failed\n",
	       shared->done, shared->faults, shared->unmapped, shared->forks, shared->lost,
	       shared->wrong, failed);
	return failed || shared->wrong || !shared->done;
}
