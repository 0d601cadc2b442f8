/* SPDX-License-Identifier: MIT */
/* Closing a queue, and what one may ask about it. */
#include "device.h"
#include "drain.h"
#include "handle.h"
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

int sva_wq_close(struct sva_wq *wq)
{
	struct svai_handle *h = svai_handle(wq);

	if (!wq)
		return -EINVAL;
	/* Of two threads that close, one does; the other looks at nothing else. */
	if (!__atomic_exchange_n(&h->open, false, __ATOMIC_ACQ_REL))
		return -EBADF;
	if (wq->live && h->path != SVA_PATH_CPU && drain(h)) {
		svai_log(&h->log, SVA_LOG_ERROR,
			 "%s: close: operations are still in flight after %u ms", h->info.name,
			 h->timeout_ms);
		__atomic_store_n(&h->open, true, __ATOMIC_RELEASE);
		return -ETIMEDOUT;
	}
	svai_device_close(h);
	svai_handle_free(h, true);
	return 0;
}

enum sva_path sva_wq_path(const struct sva_wq *wq)
{
	return svai_handle_state(wq) ? SVA_PATH_NONE : svai_handle(wq)->path;
}

const char *sva_path_name(enum sva_path path)
{
	switch (path) {
	case SVA_PATH_CPU:
		return "CPU";
	case SVA_PATH_WRITE:
		return "write(2)";
	case SVA_PATH_PORTAL:
		return "portal";
	default:
		return "none";
	}
}

const struct sva_wq_info *sva_wq_info(const struct sva_wq *wq)
{
	return wq && svai_handle(wq)->open ? &svai_handle(wq)->info : NULL;
}

const char *sva_wq_why(const struct sva_wq *wq)
{
	switch (svai_handle_state(wq)) {
	case 0:
		return svai_handle(wq)->why;
	case -ESTALE:
		return "the handle was inherited over a fork: sva_wq_reopen() makes it usable";
	default:
		return "not open";
	}
}

const struct sva_report *sva_wq_report(const struct sva_wq *wq)
{
	return wq && svai_handle(wq)->open ? &svai_handle(wq)->report : NULL;
}
