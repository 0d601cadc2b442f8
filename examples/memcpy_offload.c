/* SPDX-License-Identifier: MIT */
/*
 * Copy a file's contents with the best work queue, and verify the copy: byte by byte, and by a
 * CRC32C that the queue computes. The same program runs on a device (portal or write(2)) and on the
 * CPU. A call takes any size, keeps several operations in flight, goes on after page faults, and
 * says who has done how much.
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
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sva/sva.h>

#define DEFAULT_FILE "/lib/x86_64-linux-gnu/libc.so.6"

struct job {
	struct sva_wq *wq;
	const char *name;
	const unsigned char *src;
	unsigned char *dst;
	size_t size;
};

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "memcpy_offload: %s: %s\n", what, why);
	return -1;
}

/* The CPU gets a signal for a page that the file no longer has; a call to a device -EFAULT. */
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
	/* Without a threshold, the first call measures one. */
	struct sva_policy policy = { .size = sizeof(policy), .threshold = 4096 };
	struct sva_wq_opts opts = { .size = sizeof(opts), .policy = &policy };
	int err = sva_wq_open(&job->wq, queue, &opts);

	if (err)
		return fail(queue ? queue : "no queue", sva_strresult(err));
	printf("queue   %s\npath    %s\nwhy     %s\n", sva_wq_info(job->wq)->name,
	       sva_path_name(sva_wq_path(job->wq)), sva_wq_why(job->wq));
	return 0;
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int copy(struct job *job)
{
	struct sva_outcome outcome = { .size = sizeof(outcome) };
	double start = seconds();
	char text[256];
	int err = sva_memcpy(job->wq, job->dst, job->src, job->size, &outcome);

	start = seconds() - start;
	sva_outcome_explain(&outcome, text, sizeof(text));
	printf("file    %s\ncopied  %s\n", job->name, text);
	if (err)
		return fail("copy", sva_strerror(err));
	printf("rate    %.0f MB/s (first touch of the pages included)\n",
	       (double)job->size / start / 1e6);
	return 0;
}

/* CRC32C by plain C. */
static uint32_t plain_crc(const unsigned char *data, size_t size)
{
	uint32_t crc = UINT32_MAX;

	while (size-- > 0) {
		crc ^= *data++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return ~crc;
}

static int check(const struct job *job)
{
	uint32_t crc = 0;
	int err = sva_crc32c(job->wq, job->dst, job->size, &crc, NULL);

	if (err)
		return fail("CRC", sva_strerror(err));
	if (memcmp(job->src, job->dst, job->size) != 0)
		return fail("check", "the copy differs");
	if (crc != plain_crc(job->src, job->size))
		return fail("check", "the CRC32C that the queue computed is wrong");
	printf("check   all bytes equal; CRC32C %08x by the queue and by plain C\n", crc);
	return 0;
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
	err = open_source(&job) || open_queue(&job, argc > 2 ? argv[2] : NULL) || copy(&job) ||
	      check(&job);
	if (job.wq && sva_wq_close(job.wq))
		err = fail("close", "operations are still in flight");
	if (fflush(stdout))
		err = fail("standard output", strerror(errno));
	return err ? 1 : 0;
}
