/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <sys/epoll.h>
#include <sva/sva.h>

#define BLOCKS 100u
#define SIZE   4096u

static unsigned char src[BLOCKS][SIZE], dst[BLOCKS][SIZE];
static unsigned int started, done, failed;

/* As many copies as the ring has room for. */
static int start(struct sva_ring *ring)
{
	struct sva_op *op;
	int err;

	while (started < BLOCKS && (op = sva_ring_get(ring))) {
		sva_prep_memmove(&op->desc, dst[started], src[started], SIZE, 0);
		started++;
	}
	err = sva_ring_submit(ring);
	return err == -EAGAIN ? 0 : err; /* a full queue: the next round tries again */
}

static void reap(struct sva_ring *ring)
{
	int result;

	while (sva_ring_reap(ring, &result)) {
		done++;
		failed += result != 0;
	}
}

int main(void)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll = epoll_create1(EPOLL_CLOEXEC), err = 0;
	struct sva_ring *ring;
	struct sva_wq *wq;

	if (sva_wq_open(&wq, NULL, NULL) || sva_ring_open(&ring, wq, 16, NULL) ||
	    epoll_ctl(epoll, EPOLL_CTL_ADD, sva_ring_fd(ring), &event))
		return 1;
	while (err >= 0 && done < BLOCKS) {
		err = start(ring);
		if (err >= 0)
			err = sva_ring_arm(ring);
		if (err == 0) /* nothing to reap yet: sleep */
			epoll_wait(epoll, &event, 1, -1);
		reap(ring);
	}
	printf("%u copies, %u failed\n", done, failed);
	return sva_ring_close(ring) || sva_wq_close(wq) || err < 0;
}
