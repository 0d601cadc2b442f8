/* SPDX-License-Identifier: MIT */
/* Closing a queue: not before everything that it was given has ended. */
#include "close.h"
#include "device.h"
#include "drain.h"
#include "path.h"
#include "record.h"

/* 0: nothing of this process is in the queue any more; -ETIMEDOUT */
static int drain(struct svai_handle *h)
{
	int64_t deadline = svai_deadline((int64_t)h->timeout_ms * 1000000);
	uint64_t mark = svai_drain_mark(h);
	unsigned int tries = 0;
	int ended;

	/* A queue that executes no drain leaves it to the kernel, which drains at close(2). */
	if (!sva_opmask_has(&h->limits.opcodes, SVA_OP_DRAIN))
		return 0;
	do {
		ended = svai_ended(h, mark, true);
		if (ended == 1 || (ended < 0 && ended != -EAGAIN))
			return 0;
		svai_back_off(tries++);
	} while (svai_now_ns() < deadline);
	return -ETIMEDOUT;
}

int svai_queue_close(struct svai_handle *h)
{
	/* Of two threads that close, one does; the other looks at nothing else. */
	if (!__atomic_exchange_n(&h->open, false, __ATOMIC_ACQ_REL))
		return -EBADF;
	if (h->head.live && h->path != SVA_PATH_CPU && drain(h)) {
		svai_log(&h->log, SVA_LOG_ERROR,
			 "%s: close: operations are still in flight after %u ms", h->info.name,
			 h->timeout_ms);
		__atomic_store_n(&h->open, true, __ATOMIC_RELEASE);
		return -ETIMEDOUT;
	}
	/* What is reaped later gives its credit to a shard: that must stay nobody else's. */
	if (h->in_pool && svai_shards_in_flight(h->shards, SVAI_SHARDS))
		h->generation = UINT32_MAX;
	svai_device_close(h);
	svai_handle_free(h, true);
	return 0;
}
