/* SPDX-License-Identifier: MIT */
/* Opening and closing a queue, and what one may ask about it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpu/cpu.h"
#include "open.h"
#include "select.h"
#include "submit.h"
#include "wait.h"

#define MAX_OPTS           4096 /* so large is no version of the options: do not look there */
#define DEFAULT_RETRIES    1024
#define DEFAULT_TIMEOUT_MS 5000

#define ALL_OPEN_FLAGS     (SVA_OPEN_NO_CPU | SVA_OPEN_NO_WRITE | SVA_OPEN_NO_PORTAL | SVA_OPEN_ON_NODE)

/* Take over what the caller's struct has: shorter ones are filled up with zero. */
static int read_opts(struct sva_wq_opts *opts, const struct sva_wq_opts *from)
{
	memset(opts, 0, sizeof(*opts));
	if (!from)
		return 0;
	if (from->size < offsetof(struct sva_wq_opts, mode))
		return -EINVAL;
	if (from->size > MAX_OPTS)
		return -E2BIG;
	for (size_t i = sizeof(*opts); i < from->size; i++)
		if (((const char *)from)[i])
			return -E2BIG;
	memcpy(opts, from, from->size < sizeof(*opts) ? from->size : sizeof(*opts));
	if (opts->flags & ~ALL_OPEN_FLAGS || opts->mode > SVA_WQ_MODE_DEDICATED ||
	    opts->kind > SVA_DEV_KIND_CPU || opts->log_level > SVA_LOG_DEBUG ||
	    opts->min_transfer > SVAI_MAX_TRANSFER)
		return -EINVAL;
	return 0;
}

static void describe_device(struct svai_handle *h, const struct svai_device *device)
{
	bool dedicated = h->info.mode == SVA_WQ_MODE_DEDICATED;
	const char *mode = dedicated ? "dedicated" : "shared";

	if (device->path == SVA_PATH_PORTAL)
		snprintf(h->why, sizeof(h->why), "%s (%s, %s): portal, by %s", h->info.name,
			 h->info.device, mode, dedicated ? "MOVDIR64B" : "ENQCMD");
	else
		snprintf(h->why, sizeof(h->why), "%s (%s, %s): write(2), since no portal: %s",
			 h->info.name, h->info.device, mode, device->no_portal);
}

static int open_queue(struct svai_handle *h, const struct sva_topology *topo,
		      const struct sva_wq_info *wq, uint32_t flags)
{
	const struct sva_dev_info *dev = sva_topology_find_dev(topo, wq->device);
	struct sva_rejection rejection = { 0 };
	struct svai_device device;
	int err;

	h->info = *wq;
	err = svai_device_open(h, flags, dev, &device, &rejection);
	if (err) {
		snprintf(rejection.queue, sizeof(rejection.queue), "%s", wq->name);
		svai_log(&h->log, SVA_LOG_WARN, "%s: %s", wq->name, rejection.reason);
		return svai_report_add(&h->report, &rejection);
	}
	h->path = device.path;
	svai_queue_limits(&h->limits, dev, wq);
	describe_device(h, &device);
	svai_handle_publish(h, device.portal);
	return 0;
}

/* The first of the queues that fit and can be opened. */
static int open_best(struct svai_handle *h, const struct svai_name *name,
		     const struct sva_wq_opts *opts, const struct sva_topology *topo)
{
	const struct sva_wq_info **list = NULL;
	int n = svai_select(topo, name, opts, &list, &h->report);
	int err = n < 0 ? n : -ENODEV;

	h->report.unfit = h->report.count;
	for (int i = 0; i < n; i++) {
		err = open_queue(h, topo, list[i], opts->flags);
		if (!err || err == -ENOMEM)
			break;
	}
	free(list);
	return err;
}

/* Why no queue was taken: the machine has none, has not the one, or the first reason. */
static void describe_failure(struct svai_handle *h, const char *asked,
			     const struct sva_topology *topo, char *text, size_t len)
{
	const struct sva_rejection *first = svai_report_main(&h->report);

	if (*sva_topology_why(topo))
		snprintf(text, len, "%s", sva_topology_why(topo));
	else if (!first)
		snprintf(text, len, "there is no queue%s%s", asked && *asked ? " " : "",
			 asked && *asked ? asked : "");
	else
		snprintf(text, len, "%s: %s%s%s", first->queue, first->reason,
			 *first->remedy ? "; " : "", first->remedy);
}

/* The software device takes as much as the caller needs, and else what a queue takes by default. */
static void set_cpu_limits(struct svai_limits *limits, const struct sva_wq_opts *opts)
{
	svai_cpu_limits(limits);
	if (opts->min_transfer > limits->max_transfer)
		limits->max_transfer = opts->min_transfer;
	if (opts->min_batch > limits->max_batch)
		limits->max_batch = opts->min_batch;
}

static void open_cpu(struct svai_handle *h, const struct sva_wq_opts *opts, const char *reason)
{
	set_cpu_limits(&h->limits, opts);
	memset(&h->info, 0, sizeof(h->info));
	h->info.kind = SVA_DEV_KIND_CPU;
	h->info.mode = SVA_WQ_MODE_SHARED;
	h->info.type = SVA_WQ_TYPE_USER;
	h->info.state = SVA_DEV_STATE_ENABLED;
	h->info.numa_node = -1;
	h->info.group_id = -1;
	h->info.max_transfer_size = h->limits.max_transfer;
	h->info.max_batch_size = h->limits.max_batch;
	h->info.block_on_fault = h->limits.block_on_fault;
	h->info.op_config = h->limits.opcodes;
	h->info.unknown = SVA_ATTR_CDEV | SVA_ATTR_SIZE | SVA_ATTR_OCCUPANCY | SVA_ATTR_CLIENTS |
			  SVA_ATTR_THRESHOLD;
	strcpy(h->info.name, "cpu");
	strcpy(h->info.device, "cpu");
	h->path = SVA_PATH_CPU;
	h->fd = -1;
	snprintf(h->why, sizeof(h->why), "%s; running on the CPU", reason);
	svai_handle_publish(h, NULL);
}

/* A machine without a device is a rejection too: the report then says why there is nothing. */
static int report_machine(struct svai_handle *h, const struct sva_topology *topo, const char *why)
{
	bool empty = *sva_topology_why(topo) != '\0'; /* which ends with a remedy of its own */
	struct sva_rejection r = { .err = -ENODEV,
				   .remedy = empty ? "" : "accel-config list -i lists the queues" };

	snprintf(r.reason, sizeof(r.reason), "%s", why);
	return svai_report_add(&h->report, &r);
}

static int open_any(struct svai_handle *h, const struct svai_name *name, const char *asked,
		    const struct sva_wq_opts *opts)
{
	const struct sva_topology *topo = opts->topology;
	struct sva_topology *own = NULL;
	char why[480] = "";
	int err = topo ? 0 : sva_topology_discover(&own);

	if (err)
		return err;
	if (!topo)
		topo = own;
	err = open_best(h, name, opts, topo);
	if (err)
		describe_failure(h, asked, topo, why, sizeof(why));
	if (err && !h->report.count)
		err = report_machine(h, topo, why);
	else if (err && err != -ENOMEM)
		err = svai_report_main(&h->report)->err;
	if (err && err != -ENOMEM && !(opts->flags & SVA_OPEN_NO_CPU)) {
		open_cpu(h, opts, why);
		err = 0;
	}
	if (err)
		svai_log(&h->log, SVA_LOG_ERROR, "%s", why);
	else /* the CPU where a queue was named may be a misspelt name */
		svai_log(&h->log,
			 h->path == SVA_PATH_CPU && asked && *asked ? SVA_LOG_WARN : SVA_LOG_INFO,
			 "%s", h->why);
	sva_topology_free(own);
	return err;
}

int sva_wq_open(struct sva_wq **wq, const char *name, const struct sva_wq_opts *user_opts)
{
	struct sva_wq_opts opts;
	struct svai_name parsed;
	struct svai_log log;
	struct svai_handle *h;
	int err;

	if (!wq)
		return -EINVAL;
	*wq = NULL;
	err = read_opts(&opts, user_opts);
	if (err)
		return err;
	if (opts.report)
		*opts.report = NULL;
	svai_log_init(&log, &opts);
	if (svai_name_parse(&parsed, name)) {
		svai_log(
			&log, SVA_LOG_ERROR,
			"\"%s\" names no queue: say wq0.0, dsa0/wq0.0, /dev/dsa/wq0.0, dsa0 or cpu",
			name);
		return -EINVAL;
	}
	h = svai_handle_new();
	if (!h)
		return -ENOMEM;
	h->log = log;
	h->flags = opts.flags;
	h->retries = opts.retries ? opts.retries : DEFAULT_RETRIES;
	h->timeout_ms = opts.timeout_ms ? opts.timeout_ms : DEFAULT_TIMEOUT_MS;
	parsed.cpu |= opts.kind == SVA_DEV_KIND_CPU;
	if (parsed.cpu && opts.flags & SVA_OPEN_NO_CPU)
		err = -EINVAL;
	else if (parsed.cpu)
		open_cpu(h, &opts, "asked for");
	else
		err = open_any(h, &parsed, name, &opts);
	if (opts.report)
		*opts.report = svai_report_copy(&h->report);
	if (err)
		svai_handle_free(h, false);
	else
		*wq = &h->head;
	return err;
}

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

/* The queue of the handle, looked up afresh: much may have changed since the parent did. */
static int reopen_queue(struct svai_handle *h)
{
	struct svai_name name = { .device = h->info.device, .queue = h->info.name };
	/* The queue is named: its node was right at the first open. */
	struct sva_wq_opts opts = { .size = sizeof(opts), .flags = h->flags & ~SVA_OPEN_ON_NODE };
	struct sva_topology *topo;
	int err = sva_topology_discover(&topo);

	if (err)
		return err;
	svai_report_clear(&h->report);
	err = open_best(h, &name, &opts, topo);
	if (err && h->report.count)
		err = svai_report_main(&h->report)->err;
	sva_topology_free(topo);
	return err;
}

int sva_wq_reopen(struct sva_wq *wq)
{
	struct svai_handle *h = svai_handle(wq);
	int err = svai_handle_state(wq);

	if (err == -EINVAL || err == -EBADF)
		return err;
	if (!err)
		return -EALREADY;
	svai_device_close(h);
	svai_drains_init(h); /* those of before were the parent's */
	if (h->path != SVA_PATH_CPU)
		return reopen_queue(h);
	svai_handle_publish(h, NULL);
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

/* One sentence for a finding, with the values if they say something. */
static void tell(const struct svai_finding *f, const struct sva_desc *desc, int member, char *why,
		 size_t len)
{
	char place[32] = "", values[80] = "";

	if (member >= 0)
		snprintf(place, sizeof(place), "member %d: ", member);
	if (f->status == SVA_STATUS_BAD_FLAGS)
		snprintf(values, sizeof(values), " (flags %#x)", f->invalid_flags);
	else if (f->limit)
		snprintf(values, sizeof(values), " (%#llx, limit %#llx)",
			 (unsigned long long)f->got, (unsigned long long)f->limit);
	snprintf(why, len, "%s%s: %s%s", place, sva_opcode_name(sva_desc_opcode(desc)), f->text,
		 values);
}

int sva_desc_check(const struct sva_wq *wq, const struct sva_desc *desc, char *why, size_t len)
{
	const struct svai_limits *limits;
	struct svai_finding finding;
	const struct sva_desc *list;
	int err = svai_handle_state(wq);

	if (len)
		*why = '\0';
	if (err || !desc)
		return err ? err : -EINVAL;
	limits = &svai_handle(wq)->limits;
	if (svai_check_owner(desc, &finding) || svai_check(limits, desc, false, &finding)) {
		tell(&finding, desc, -1, why, len);
		return (int)finding.status;
	}
	if (sva_desc_opcode(desc) != SVA_OP_BATCH)
		return 0;
	list = (const struct sva_desc *)(uintptr_t)desc->desc_list_addr;
	if (!list) {
		snprintf(why, len, "batch: the address of the descriptor list is NULL");
		return SVA_STATUS_BATCH_PAGE_FAULT;
	}
	for (uint32_t i = 0; i < desc->desc_count; i++) {
		if (svai_check(limits, &list[i], true, &finding)) {
			tell(&finding, &list[i], (int)i, why, len);
			return (int)finding.status;
		}
	}
	return 0;
}
