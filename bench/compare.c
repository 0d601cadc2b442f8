/* SPDX-License-Identifier: MIT */
/*
 * The CPU path of libsva against what a program would call instead, side by side in one run:
 *
 *	compare [QUEUE]		QUEUE: "cpu" if not given; else any name that sva_wq_open() takes
 *
 * Both sides work on the same memory, in turns, and the best turn of each counts: noise only ever
 * adds time. The ratio is the speed of libsva in units of the other's. What is larger than the
 * queue's max_transfer_size is split, as every caller has to.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <isa-l.h>

#include <sva/sva.h>

#define MAX_SIZE   ((size_t)16 << 20)
#define TURNS      21
#define TURN_BYTES ((size_t)4 << 20) /* of one turn, */
#define TURN_CALLS 4096              /* but not more calls than this */
#define FILL_BYTE  0x5a

static unsigned char *dst, *src;

/* One operation: what both sides do with @size bytes. They return what it computes, or 0. */
struct operation {
	const char *name, *peer_name;
	void (*prep)(struct sva_desc *desc, size_t offset, size_t size, uint32_t so_far);
	uint32_t (*result)(const struct sva_record *record);
	uint32_t (*peer)(size_t size);
};

static void prep_memmove(struct sva_desc *desc, size_t offset, size_t size, uint32_t so_far)
{
	(void)so_far;
	sva_prep_memmove(desc, dst + offset, src + offset, size, 0);
}

static void prep_fill(struct sva_desc *desc, size_t offset, size_t size, uint32_t so_far)
{
	(void)so_far;
	sva_prep_fill(desc, dst + offset, FILL_BYTE * 0x0101010101010101u, size, 0);
}

static void prep_compare(struct sva_desc *desc, size_t offset, size_t size, uint32_t so_far)
{
	(void)so_far;
	sva_prep_compare(desc, dst + offset, src + offset, size, 0);
}

static void prep_crc(struct sva_desc *desc, size_t offset, size_t size, uint32_t so_far)
{
	sva_prep_crc(desc, src + offset, size, so_far, 0);
}

static uint32_t no_result(const struct sva_record *record)
{
	(void)record;
	return 0;
}

static uint32_t result_compare(const struct sva_record *record)
{
	return record->result;
}

static uint32_t result_crc(const struct sva_record *record)
{
	return record->crc;
}

static uint32_t peer_memcpy(size_t size)
{
	memcpy(dst, src, size);
	return 0;
}

static uint32_t peer_memset(size_t size)
{
	memset(dst, FILL_BYTE, size);
	return 0;
}

static uint32_t peer_memcmp(size_t size)
{
	return memcmp(dst, src, size) != 0;
}

static uint32_t peer_crc32_iscsi(size_t size)
{
	return ~crc32_iscsi(src, (int)size, ~0u);
}

static const struct operation operations[] = {
	{ "memmove", "memcpy", prep_memmove, no_result, peer_memcpy },
	{ "fill", "memset", prep_fill, no_result, peer_memset },
	{ "compare", "memcmp", prep_compare, result_compare, peer_memcmp },
	{ "crc", "crc32_iscsi", prep_crc, result_crc, peer_crc32_iscsi },
};

static void fail(const char *what, const char *why)
{
	fprintf(stderr, "compare: %s: %s\n", what, why);
	exit(1);
}

static uint32_t by_sva(const struct operation *operation, size_t size, struct sva_wq *wq)
{
	static struct sva_op op;
	size_t most = sva_wq_info(wq)->max_transfer_size;
	uint32_t result = 0;

	for (size_t done = 0; done < size;) {
		size_t now = size - done < most ? size - done : most;
		int err, status;

		operation->prep(&op.desc, done, now, result);
		err = sva_submit(wq, &op);
		if (err)
			fail("sva_submit", strerror(-err));
		do
			status = sva_poll(&op);
		while (!status);
		if (status != SVA_STATUS_SUCCESS)
			fail(operation->name, sva_status_text((unsigned int)status));
		result = operation->result(&op.record);
		done += now;
	}
	return result;
}

/* @wq: NULL for the other side */
static uint32_t once(const struct operation *operation, size_t size, struct sva_wq *wq)
{
	uint32_t result = wq ? by_sva(operation, size, wq) : operation->peer(size);

	/* Memory is looked at: no call may be left out. */
	__asm__ volatile("" : : "r"(result) : "memory");
	return result;
}

/* Nanoseconds of one call */
static double turn(const struct operation *operation, size_t size, struct sva_wq *wq)
{
	size_t calls = TURN_BYTES / size;
	struct timespec start, end;

	calls = calls > TURN_CALLS ? TURN_CALLS : calls ? calls : 1;
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (size_t i = 0; i < calls; i++)
		once(operation, size, wq);
	clock_gettime(CLOCK_MONOTONIC, &end);
	return ((double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec)) /
	       (double)calls;
}

static void compare(const struct operation *operation, size_t size, struct sva_wq *wq)
{
	double sva = 1e18, peer = 1e18;

	/* Warms up, too. */
	if (once(operation, size, wq) != once(operation, size, NULL))
		fail(operation->name, "the results differ");
	for (int i = 0; i < TURNS; i++) {
		double ns = turn(operation, size, wq);

		sva = ns < sva ? ns : sva;
		ns = turn(operation, size, NULL);
		peer = ns < peer ? ns : peer;
	}
	printf("%-8s %-11s %9zu %12.1f %12.1f %7.2f\n", operation->name, operation->peer_name, size,
	       sva, peer, peer / sva);
}

int main(int argc, char **argv)
{
	struct sva_wq *wq;
	int err = sva_wq_open(&wq, argc > 1 ? argv[1] : "cpu", NULL);

	if (err)
		fail("sva_wq_open", strerror(-err));
	dst = aligned_alloc(4096, MAX_SIZE);
	src = aligned_alloc(4096, MAX_SIZE);
	if (!dst || !src)
		fail("memory", strerror(ENOMEM));
	for (size_t i = 0; i < MAX_SIZE; i++)
		src[i] = (unsigned char)(i * 2654435761u >> 13);
	printf("# path %s, split at %llu bytes\n", sva_path_name(sva_wq_path(wq)),
	       (unsigned long long)sva_wq_info(wq)->max_transfer_size);
	printf("# libsva against        bytes    libsva, ns     other, ns   ratio\n");
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		memcpy(dst, src, MAX_SIZE);
		for (size_t size = 64; size <= MAX_SIZE; size *= 4)
			compare(&operations[i], size, wq);
	}
	free(dst);
	free(src);
	return sva_wq_close(wq) ? 1 : 0;
}
