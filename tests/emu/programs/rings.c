/* SPDX-License-Identifier: MIT */
/*
 * rings QUEUE SLOTS [WHY]: many operations of all kinds through rings of two threads, pages dropped
 * under way, on a queue (or "pool") that has something wrong with it; at least once WHY
 * (sva_why_text()) is the reason for the CPU.
 *
 * Every operation is counted, and held against plain C.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <sva/sva.h>

#define SIZE  3000u /* of an operation's buffers: most are in two pages */
#define ZONE  8192u
#define TOTAL 6000u /* operations of a thread */
#define MAX   256u

static struct sva_wq *wq;
static unsigned int slots;
static uint32_t why;

static void fail(const char *what, long number)
{
	fprintf(stderr, "rings: %s (%ld)\n", what, number);
	exit(1);
}

/* What an operation has to work on: source, destination, and what the second must become. */
struct job {
	unsigned char *src, *dst;
	unsigned char expected[SIZE];
	uint64_t result;
	unsigned int kind;
	unsigned int times; /* reaped */
};

static uint32_t crc32c(const unsigned char *data, size_t size)
{
	uint32_t crc = ~0u;

	for (; size-- > 0; data++) {
		crc ^= *data;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

static void prepare(struct job *job, struct sva_desc *desc, unsigned int *seed)
{
	size_t at = (size_t)rand_r(seed) % SIZE;

	job->kind = (unsigned int)rand_r(seed) % 5;
	for (unsigned int i = 0; i < SIZE; i += 64)
		job->src[i + (unsigned int)rand_r(seed) % 56] = (unsigned char)rand_r(seed);
	memcpy(job->expected, job->dst, SIZE);
	switch (job->kind) {
	case 0:
		memcpy(job->expected, job->src, SIZE);
		sva_prep_memmove(desc, job->dst, job->src, SIZE, 0);
		break;
	case 1:
		memset(job->expected, (int)at & 0xff, SIZE);
		sva_prep_fill(desc, job->dst, (at & 0xff) * 0x0101010101010101u, SIZE, 0);
		break;
	case 2:
		memcpy(job->dst, job->src, SIZE);
		job->dst[at]++;
		memcpy(job->expected, job->dst, SIZE);
		job->result = at;
		sva_prep_compare(desc, job->src, job->dst, SIZE, 0);
		break;
	case 3:
		job->result = crc32c(job->src, SIZE);
		sva_prep_crc(desc, job->src, SIZE, 0, 0);
		break;
	default:
		memcpy(job->expected, job->src, SIZE);
		job->result = crc32c(job->src, SIZE);
		sva_prep_copy_crc(desc, job->dst, job->src, SIZE, 0, 0);
		break;
	}
	/* Nearly always a page is missing somewhere. */
	if (rand_r(seed) % 2)
		madvise((void *)((uintptr_t)(rand_r(seed) % 2 ? job->src : job->dst) & ~4095ul),
			4096u << rand_r(seed) % 2, MADV_DONTNEED);
}

static void check(const struct job *job, const struct sva_op *op, int result)
{
	if (result)
		fail(strerror(-result), job->kind);
	if (memcmp(job->dst, job->expected, SIZE))
		fail("not the bytes that were expected", job->kind);
	if (job->kind == 2 && (op->record.result != 1 || op->record.bytes_completed > job->result ||
			       op->record.bytes_completed / 64 < job->result / 64))
		fail("not the difference", op->record.bytes_completed);
	if (job->kind > 2 && op->record.crc != job->result)
		fail("not the CRC", op->record.crc);
}

static unsigned char *map(size_t size)
{
	FILE *file = tmpfile(); /* dropped pages keep what is in them */
	void *memory;

	if (!file || ftruncate(fileno(file), (off_t)size))
		fail("tmpfile", errno);
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0);
	if (memory == MAP_FAILED)
		fail("mmap", errno);
	return memory;
}

static void wait_for_one(struct sva_ring *ring, unsigned int done)
{
	struct pollfd p = { .fd = sva_ring_fd(ring), .events = POLLIN };
	int armed;

	if (done % 2)
		return; /* busy */
	armed = sva_ring_arm(ring);
	if (armed < 0)
		fail("arm", armed);
	if (!armed && poll(&p, 1, 20000) != 1)
		fail("nothing has ended in 20 s", done);
}

static void *run(void *arg)
{
	unsigned int seed = (unsigned int)(uintptr_t)arg, started = 0, done = 0;
	struct job *jobs = calloc(slots, sizeof(*jobs));
	unsigned int free_jobs[MAX], count = slots;
	struct sva_ring *ring;
	struct sva_op *op;
	int result, n;

	if (sva_ring_open(&ring, wq, slots, NULL))
		fail("open", 0);
	for (unsigned int i = 0; i < slots; i++) {
		jobs[i].src = map(2 * ZONE) + 3 + i % 60;
		jobs[i].dst = jobs[i].src + ZONE + i % 7;
		free_jobs[i] = i;
	}
	while (done < TOTAL) {
		unsigned int burst = 1 + (unsigned int)rand_r(&seed) % 20;

		while (burst-- > 0 && started < TOTAL && (op = sva_ring_get(ring))) {
			struct job *job = &jobs[free_jobs[--count]];

			prepare(job, &op->desc, &seed);
			sva_ring_set_data(ring, op, job);
			started++;
		}
		n = sva_ring_submit(ring);
		if (n < 0 && n != -EAGAIN)
			fail("submit", n);
		op = sva_ring_reap(ring, &result);
		if (!op) {
			wait_for_one(ring, done);
			continue;
		}
		for (; op; op = sva_ring_reap(ring, &result)) {
			struct job *job = sva_ring_data(ring, op);

			check(job, op, result);
			__atomic_fetch_or(&why, sva_ring_why(op), __ATOMIC_RELAXED);
			free_jobs[count++] = (unsigned int)(job - jobs);
			if (++done > started || count > slots)
				fail("reaped twice", done);
		}
	}
	if (sva_ring_in_flight(ring) || sva_ring_reap(ring, &result))
		fail("more than was submitted", done);
	if (sva_ring_close(ring))
		fail("close", 0);
	return NULL;
}

static bool is_wanted(const char *text)
{
	for (uint32_t bit = 1; bit; bit <<= 1)
		if (!strcmp(sva_why_text(bit), text))
			return why & bit;
	return false;
}

int main(int argc, char **argv)
{
	struct sva_policy policy = { .size = sizeof(policy), .threshold = 1 };
	pthread_t threads[2];
	char text[256] = "";
	int err;

	if (argc < 3)
		return 2;
	slots = (unsigned int)atoi(argv[2]);
	err = strcmp(argv[1], "pool") ? sva_wq_open(&wq, argv[1], NULL) : sva_pool_open(&wq, NULL);
	if (err || slots > MAX)
		fail("open", err);
	if (sva_wq_set_policy(wq, &policy))
		fail("policy", 0);
	for (uintptr_t i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, run, (void *)(i + 1));
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	for (uint32_t bit = 1; bit; bit <<= 1)
		if (why & bit)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), " %s;",
				 sva_why_text(bit));
	printf("%s: %u operations; by the CPU:%s\n", sva_wq_why(wq), 2 * TOTAL, text);
	if (argc > 3 && !is_wanted(argv[3]))
		fail("never the reason that was wanted", 0);
	return sva_wq_close(wq) ? 1 : 0;
}
