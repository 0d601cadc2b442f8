/* SPDX-License-Identifier: MIT */
/*
 * From which size on is a copy by the queue as fast as one by the CPU? It depends on both, on what
 * else they do at the time, and on where the data are: here, in the CPU's caches, so that what is
 * found is high rather than low.
 */
#include <string.h>
#include <sys/mman.h>

#include "record.h"
#include "submit.h"
#include "threshold.h"

#define SMALLEST 1024u
#define LARGEST  (128u << 10) /* from here on, the CPU has better things to do in any case */
#define ROUNDS   5
#define SLOW_NS  1000000 /* such a device would take long to measure, and is not worth it */

/* INT64_MAX: it did not work. */
static int64_t time_of_queue(struct sva_wq *wq, void *dst, const void *src, size_t size,
			     enum sva_wait_policy wait)
{
	struct sva_op op;
	int64_t start = svai_now_ns();

	sva_prep_memmove(&op.desc, dst, src, size, 0);
	if (svai_submit_device(wq, &op, true) || sva_wait(&op, -1, wait) != SVA_STATUS_SUCCESS)
		return INT64_MAX;
	return svai_now_ns() - start;
}

static int64_t time_of_cpu(void *dst, const void *src, size_t size)
{
	int64_t start = svai_now_ns();

	memcpy(dst, src, size);
	return svai_now_ns() - start;
}

static int64_t min(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

#define NOT_WORTH_IT -1 /* so slow that larger sizes do not matter */
#define NOT_WORKING  -2

/* 1: the queue is faster; 0: the CPU; or one of these. */
static int compare(struct sva_wq *wq, void *dst, const void *src, size_t size,
		   enum sva_wait_policy wait)
{
	int64_t queue = INT64_MAX, cpu = INT64_MAX;

	for (int i = 0; i < ROUNDS; i++) {
		queue = min(queue, time_of_queue(wq, dst, src, size, wait));
		cpu = min(cpu, time_of_cpu(dst, src, size));
		if (queue == INT64_MAX)
			return NOT_WORKING;
		if (queue > SLOW_NS)
			return NOT_WORTH_IT;
	}
	return queue <= cpu;
}

uint64_t svai_threshold_measure(struct sva_wq *wq, enum sva_wait_policy wait)
{
	char *buffers = mmap(NULL, 2 * (size_t)LARGEST, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	uint32_t size = SMALLEST;
	int faster = 0;

	if (buffers == MAP_FAILED)
		return SVAI_THRESHOLD_DEFAULT;
	while (size < LARGEST && !faster) {
		faster = compare(wq, buffers, buffers + LARGEST, size, wait);
		if (!faster)
			size *= 2;
	}
	munmap(buffers, 2 * (size_t)LARGEST);
	if (faster == NOT_WORKING)
		return 0;
	return faster == NOT_WORTH_IT ? LARGEST : size;
}
