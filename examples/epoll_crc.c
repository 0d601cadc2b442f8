/* SPDX-License-Identifier: MIT */
/*
 * Keep what comes in on standard input in memory, and print the CRC32C of each block of 64 KiB: one
 * thread, which reads the next blocks while the queue copies and sums the ones before. When there
 * is nothing to do it sleeps in epoll_wait(), for input and for completions alike.
 *
 *	cc epoll_crc.c $(pkg-config --cflags --libs libsva) -o epoll_crc
 *	cat FILE | ./epoll_crc [QUEUE]
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <sva/sva.h>

#define BLOCK     65536u
#define IN_FLIGHT 16u
#define MOST      ((size_t)1 << 30) /* bytes that are kept */

/* A block on its way from the input to the copy. */
struct block {
	unsigned char buffer[BLOCK];
	size_t number, size;
	struct block *next;
};

static struct block blocks[IN_FLIGHT];
static struct block *unused, *filling;
static unsigned char *kept;
static size_t submitted, reaped;
static bool at_end;
static bool pollable; /* the input, unless it is a regular file, which is always ready */
static struct sva_ring *ring;

static int fail(const char *what, int err)
{
	fprintf(stderr, "epoll_crc: %s: %s\n", what, sva_strerror(err));
	return -1;
}

static int submit_block(void)
{
	/* The ring has as many operations as there are blocks. */
	struct sva_op *op = sva_ring_get(ring);

	if ((submitted + 1) * BLOCK > MOST)
		return fail("standard input", -EFBIG);
	filling->number = submitted++;
	sva_prep_copy_crc(&op->desc, kept + filling->number * BLOCK, filling->buffer, filling->size,
			  0, 0);
	sva_ring_set_data(ring, op, filling);
	filling = NULL;
	return 0;
}

/* As much as there is, and as there are blocks for. */
static int read_input(void)
{
	while (!at_end && (filling || unused)) {
		ssize_t n;

		if (!filling) {
			filling = unused;
			unused = unused->next;
			filling->size = 0;
		}
		n = read(STDIN_FILENO, filling->buffer + filling->size, BLOCK - filling->size);
		if (n < 0)
			return errno == EAGAIN ? 0 : fail("standard input", -errno);
		at_end = n == 0;
		filling->size += (size_t)n;
		if ((filling->size == BLOCK || (at_end && filling->size)) && submit_block())
			return -1;
	}
	return 0;
}

static int reap_all(void)
{
	struct sva_op *op;
	int result;

	while ((op = sva_ring_reap(ring, &result))) {
		struct block *block = sva_ring_data(ring, op);

		if (result)
			return fail("copy and CRC", result);
		printf("block %zu: %zu bytes, CRC32C %08x\n", block->number, block->size,
		       op->record.crc);
		reaped++;
		block->next = unused;
		unused = block;
	}
	return 0;
}

/* Until there is input, if there is room for it, or something to reap. */
static int wait_for_something(int epoll)
{
	bool room = (filling || unused) && !at_end;
	struct epoll_event event = { .events = room ? EPOLLIN : 0 };
	int armed;

	if (room && !pollable)
		return 0;
	if (pollable &&
	    epoll_ctl(epoll, at_end ? EPOLL_CTL_DEL : EPOLL_CTL_MOD, STDIN_FILENO, &event))
		return fail("epoll_ctl", -errno);
	pollable &= !at_end;
	armed = sva_ring_arm(ring);
	if (armed < 0)
		return fail("arm", armed);
	if (armed == 0 && epoll_wait(epoll, &event, 1, -1) < 0 && errno != EINTR)
		return fail("epoll_wait", -errno);
	return 0;
}

static int run(int epoll)
{
	struct epoll_event event = { .events = EPOLLIN };
	int n = sva_ring_fd(ring);

	pollable = !epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &event);
	fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK);
	if (n < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, n, &event))
		return fail("epoll", n < 0 ? n : -errno);
	while (!at_end || reaped < submitted) {
		if (read_input())
			return -1;
		n = sva_ring_submit(ring);
		if (n < 0 && n != -EAGAIN)
			return fail("submit", n);
		if (reap_all())
			return -1;
		if ((!at_end || reaped < submitted) && wait_for_something(epoll))
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct sva_wq *wq;
	int err = sva_wq_open(&wq, argc > 1 ? argv[1] : NULL, NULL);

	if (err)
		return fail(argc > 1 ? argv[1] : "no queue", err) != 0;
	kept = mmap(NULL, MOST, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
		    -1, 0);
	if (kept == MAP_FAILED)
		return fail("memory", -errno) != 0;
	for (unsigned int i = 0; i < IN_FLIGHT; i++) {
		blocks[i].next = unused;
		unused = &blocks[i];
	}
	err = sva_ring_open(&ring, wq, IN_FLIGHT, NULL);
	if (err)
		return fail("ring", err) != 0;
	err = run(epoll_create1(EPOLL_CLOEXEC));
	fprintf(stderr, "%zu blocks, by %s\n", reaped, sva_wq_why(wq));
	if (sva_ring_close(ring) || sva_wq_close(wq))
		err = -1;
	return err || fflush(stdout) ? 1 : 0;
}
