/* SPDX-License-Identifier: MIT */
/*
 * Copy a file's contents with a work queue: several operations in flight, each completion checked,
 * partial completions resumed, the copy verified byte by byte and by a CRC32C that the queue
 * computes. The same program runs on a device (portal or write(2)) and on the CPU.
 *
 *	cc memcpy_offload.c $(pkg-config --cflags --libs libsva) -o memcpy_offload
 *	./memcpy_offload [FILE [QUEUE]]
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sva/sva.h>

#define DEFAULT_FILE "/lib/x86_64-linux-gnu/libc.so.6"
#define IN_FLIGHT    16
#define CHUNK        (128u << 10)
#define TIMEOUT_NS   (10 * 1000000000ll)

struct job {
	struct sva_wq *wq;
	const char *name;
	const unsigned char *src;
	unsigned char *dst;
	size_t size, chunk;
	uint32_t flags; /* block on fault, if the queue takes it */
	unsigned long operations, resumed;
};

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "memcpy_offload: %s: %s\n", what, why);
	return -1;
}

/* On the CPU path a page that the file no longer has is a signal; a device reports a status. */
static void on_sigbus(int signo)
{
	static const char text[] = "memcpy_offload: the file shrank while it was being copied\n";

	(void)signo;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(2);
	_exit(1);
}

static int open_source(struct job *job)
{
	int fd = open(job->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	void *map;

	if (fd < 0 || fstat(fd, &st))
		return fail(job->name, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail(job->name, "not a regular file");
	if (!st.st_size)
		return fail(job->name, "the file is empty: nothing to copy");
	job->size = (size_t)st.st_size;
	map = mmap(NULL, job->size, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (map == MAP_FAILED)
		return fail(job->name, strerror(errno));
	job->src = map;
	map = mmap(NULL, job->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (map == MAP_FAILED)
		return fail("memory for the copy", strerror(errno));
	job->dst = map;
	return 0;
}

static int open_queue(struct job *job, const char *queue)
{
	int err = sva_wq_open(&job->wq, queue, NULL);
	const struct sva_wq_info *info;

	if (err)
		return fail("no queue", sva_strresult(err));
	info = sva_wq_info(job->wq);
	job->chunk = info->max_transfer_size < CHUNK ? info->max_transfer_size : CHUNK;
	job->flags = info->block_on_fault ? SVA_FLAG_BOF : 0;
	printf("queue   %s\npath    %s\nwhy     %s\n", info->name,
	       sva_path_name(sva_wq_path(job->wq)), sva_wq_why(job->wq));
	return 0;
}

/*
 * Let the kernel bring the page in that the device did not find, without changing a byte of it. A
 * fetch_or() with 0 would not do: clang makes a load of it, which leaves the page read-only.
 */
static void touch(uint64_t addr, bool for_writing)
{
	unsigned char *p = (unsigned char *)(uintptr_t)addr;
	unsigned char byte = *(volatile unsigned char *)p;

	if (for_writing)
		__atomic_compare_exchange_n(p, &byte, byte, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED);
}

/* Wait for an operation, and go on with it as often as a page was missing. */
static int finish(struct job *job, struct sva_op *op)
{
	char text[256];
	struct sva_result r = { .size = sizeof(r) };
	int status;

	for (;;) {
		status = sva_wait(op, TIMEOUT_NS, SVA_WAIT_AUTO);
		if (status < 0)
			return fail("wait", sva_strresult(status));
		if (!sva_decode(&op->desc, &op->record, &r))
			return 0;
		if (r.code != SVA_STATUS_PAGE_FAULT)
			break;
		touch(r.fault_addr, r.write_fault);
		job->resumed++;
		sva_op_resume(op); /* what is left of it */
		status = sva_submit(job->wq, op);
		if (status)
			return fail("submit", sva_strresult(status));
	}
	sva_explain(&op->desc, &op->record, text, sizeof(text));
	return fail("operation", text);
}

static void progress(size_t done, size_t size)
{
	if (!isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r%zu of %zu bytes (%zu %%)%s", done, size, done * 100 / size,
		done == size ? "\n" : "");
}

/* Up to IN_FLIGHT operations at a time; the oldest is finished before its slot is used again. */
static int copy(struct job *job)
{
	static struct sva_op ops[IN_FLIGHT];
	size_t chunks = (job->size + job->chunk - 1) / job->chunk;
	size_t submitted = 0, done = 0;

	while (done < chunks) {
		size_t offset = submitted * job->chunk;
		size_t left = job->size - offset;
		struct sva_op *op = &ops[submitted % IN_FLIGHT];
		int err = -EAGAIN;

		if (submitted < chunks && submitted - done < IN_FLIGHT) {
			sva_prep_memmove(&op->desc, job->dst + offset, job->src + offset,
					 left < job->chunk ? left : job->chunk, job->flags);
			err = sva_submit(job->wq, op);
			if (err && err != -EAGAIN)
				return fail("submit", sva_strresult(err));
			submitted += !err;
		}
		if (!err)
			continue;
		if (done == submitted)
			continue; /* the queue is full of other people's work */
		if (finish(job, &ops[done % IN_FLIGHT]))
			return -1;
		done++;
		progress(done == chunks ? job->size : done * job->chunk, job->size);
	}
	job->operations = chunks;
	return 0;
}

/* CRC32C of the copy, by the queue: each piece goes on where the last one ended. */
static int queue_crc(struct job *job, uint32_t *crc)
{
	static struct sva_op op;
	int err;

	*crc = 0;
	for (size_t offset = 0; offset < job->size; offset += job->chunk) {
		size_t left = job->size - offset;

		sva_prep_crc(&op.desc, job->dst + offset, left < job->chunk ? left : job->chunk,
			     *crc, job->flags);
		err = sva_submit(job->wq, &op);
		if (err)
			return fail("submit", sva_strresult(err));
		if (finish(job, &op))
			return -1;
		*crc = op.record.crc;
	}
	return 0;
}

/* The same, by plain C: CRC32C, reflected. */
static uint32_t plain_crc(const unsigned char *data, size_t size)
{
	uint32_t table[256], crc = UINT32_MAX;

	for (uint32_t i = 0; i < 256; i++) {
		table[i] = i;
		for (int bit = 0; bit < 8; bit++)
			table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0x82f63b78 : 0);
	}
	for (size_t i = 0; i < size; i++)
		crc = crc >> 8 ^ table[(crc ^ data[i]) & 0xff];
	return ~crc;
}

static int check(struct job *job)
{
	uint32_t by_queue, by_cpu = plain_crc(job->src, job->size);

	for (size_t i = 0; i < job->size; i++) {
		if (job->src[i] != job->dst[i]) {
			fprintf(stderr, "memcpy_offload: the copy differs at byte %zu\n", i);
			return -1;
		}
	}
	if (queue_crc(job, &by_queue))
		return -1;
	if (by_queue != by_cpu)
		return fail("check", "the CRC32C that the queue computed is wrong");
	printf("check   all bytes equal; CRC32C %08x by the queue and by plain C\n", by_queue);
	return 0;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int run(struct job *job, const char *queue)
{
	double start;

	if (open_source(job) || open_queue(job, queue))
		return -1;
	start = seconds();
	if (copy(job))
		return -1;
	start = seconds() - start;
	printf("file    %s\nbytes   %zu in %lu operations, up to %d in flight, %lu resumed\n",
	       job->name, job->size, job->operations, IN_FLIGHT, job->resumed);
	if (check(job))
		return -1;
	printf("rate    %.0f MB/s (first touch of the pages included)\n",
	       (double)job->size / start / 1e6);
	return fflush(stdout) ? fail("standard output", strerror(errno)) : 0;
}

int main(int argc, char **argv)
{
	struct job job = { .name = argc > 1 ? argv[1] : DEFAULT_FILE };
	int err;

	if (argc > 3 || (argc > 1 && argv[1][0] == '-')) {
		fprintf(stderr, "usage: %s [FILE [QUEUE]]\n", argv[0]);
		return 2;
	}
	signal(SIGBUS, on_sigbus);
	err = run(&job, argc > 2 ? argv[2] : NULL);
	if (job.wq && sva_wq_close(job.wq))
		err = fail("close", "operations are still in flight");
	return err ? 1 : 0;
}
