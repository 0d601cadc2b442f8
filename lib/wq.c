/* SPDX-License-Identifier: MIT */
/* Closing and reopening, of a queue or of all members of a pool; and what one may ask about it. */
#include "close.h"
#include "open.h"
#include "pool.h"

int sva_wq_close(struct sva_wq *wq)
{
	struct svai_handle *h = svai_handle(wq);

	if (!wq)
		return -EINVAL;
	return h->path == SVA_PATH_POOL ? svai_pool_close(h) : svai_queue_close(h);
}

int sva_wq_reopen(struct sva_wq *wq)
{
	struct svai_handle *h = svai_handle(wq);
	int err = svai_handle_state(wq);

	if (err == -EINVAL || err == -EBADF)
		return err;
	if (!err)
		return -EALREADY;
	return h->path == SVA_PATH_POOL ? svai_pool_reopen(h) : svai_queue_reopen(h);
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
	case SVA_PATH_POOL:
		return "pool";
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
		return "the handle was inherited across a fork: sva_wq_reopen() makes it usable";
	default:
		return "not open";
	}
}

const struct sva_report *sva_wq_report(const struct sva_wq *wq)
{
	return wq && svai_handle(wq)->open ? &svai_handle(wq)->report : NULL;
}
