/* SPDX-License-Identifier: MIT */
/* Opening a queue: what the caller wants, which queue that is, and the CPU where there is none. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "discover.h"
#include "drain.h"
#include "open.h"
#include "options.h"
#include "path.h"
#include "policy.h"
#include "select.h"

#define DEFAULT_RETRIES    1024
#define DEFAULT_TIMEOUT_MS 5000

#define ALL_OPEN_FLAGS     (SVA_OPEN_NO_CPU | SVA_OPEN_NO_WRITE | SVA_OPEN_NO_PORTAL | SVA_OPEN_ON_NODE)

int svai_open_options(struct sva_wq_opts *opts, struct sva_policy *policy,
		      const struct sva_wq_opts *from)
{
	int err = svai_read_options(opts, sizeof(*opts), from, offsetof(struct sva_wq_opts, mode));

	if (err)
		return err;
	if (opts->flags & ~ALL_OPEN_FLAGS || opts->mode > SVA_WQ_MODE_DEDICATED ||
	    opts->kind > SVA_DEV_KIND_CPU || opts->log_level > SVA_LOG_DEBUG ||
	    opts->min_transfer > SVAI_MAX_TRANSFER)
		return -EINVAL;
	if (opts->report)
		*opts->report = NULL;
	opts->retries = opts->retries ? opts->retries : DEFAULT_RETRIES;
	opts->timeout_ms = opts->timeout_ms ? opts->timeout_ms : DEFAULT_TIMEOUT_MS;
	return svai_policy_check(policy, opts->policy);
}

struct svai_handle *svai_open_begin(const struct sva_wq_opts *opts)
{
	struct svai_handle *h = svai_handle_new();

	if (!h)
		return NULL;
	svai_log_init(&h->log, opts);
	h->flags = opts->flags;
	h->retries = opts->retries;
	h->timeout_ms = opts->timeout_ms;
	return h;
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

/* Passed over: 1, or -ENOMEM. */
static int pass_over(struct svai_handle *h, struct sva_rejection *rejection, bool tried)
{
	int err;

	snprintf(rejection->queue, sizeof(rejection->queue), "%s", h->info.name);
	err = (tried ? svai_report_add_tried : svai_report_add)(&h->report, rejection);
	return err == -ENOMEM ? err : 1;
}

/* 0: it is open; 1: it was passed over; or an error that is no fault of the queue. */
static int open_queue(struct svai_handle *h, const struct sva_topology *topo,
		      const struct sva_wq_info *wq, const struct sva_wq_opts *opts)
{
	struct sva_dev_info dev = *sva_topology_find_dev(topo, wq->device);
	struct sva_rejection rejection = { 0 };
	struct svai_device device;
	int err;

	h->info = *wq;
	h->iax = wq->kind == SVA_DEV_KIND_IAX;
	err = svai_discover_rest(topo, &dev, &h->info);
	if (err)
		return err;
	if (svai_suffices(&dev, &h->info, opts, &rejection))
		return pass_over(h, &rejection, false);
	if (svai_device_open(h, opts->flags, &dev, &device, &rejection)) {
		svai_log(&h->log, SVA_LOG_WARN, "%s: %s", wq->name, rejection.reason);
		return pass_over(h, &rejection, true);
	}
	h->path = device.path;
	svai_queue_limits(&h->limits, &dev, &h->info);
	describe_device(h, &device);
	svai_handle_publish(h, device.portal);
	return 0;
}

/* The first of the queues that fit and can be opened: 0, 1: there is none, or an error. */
static int open_best(struct svai_handle *h, const struct svai_name *name,
		     const struct sva_wq_opts *opts, const struct sva_topology *topo)
{
	const struct sva_wq_info **list = NULL;
	int n = svai_select(topo, name, opts, &list, &h->report);
	int err = n < 0 ? n : 1;

	for (int i = 0; i < n && err > 0; i++)
		err = open_queue(h, topo, list[i], opts);
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
void svai_open_on_cpu(struct svai_handle *h, const struct sva_wq_opts *opts)
{
	svai_cpu_limits_of(h, &h->limits);
	if (opts->min_transfer > h->limits.max_transfer)
		h->limits.max_transfer = opts->min_transfer;
	if (opts->min_batch > h->limits.max_batch)
		h->limits.max_batch = opts->min_batch;
	memset(&h->info, 0, sizeof(h->info));
	h->info.kind = SVA_DEV_KIND_CPU;
	strcpy(h->info.name, "cpu");
	strcpy(h->info.device, "cpu");
	svai_open_describe(h);
}

void svai_open_describe(struct svai_handle *h)
{
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
}

static void open_cpu(struct svai_handle *h, const struct sva_wq_opts *opts, bool iax,
		     const char *reason)
{
	h->iax = iax;
	svai_open_on_cpu(h, opts);
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

/* Does the name mean a queue of an IAX device, whether this machine has it or not? */
static bool names_iax(const struct svai_name *name, const struct sva_topology *topo)
{
	if (name->device && !strncmp(name->device, "iax", 3))
		return true;
	if (name->path)
		return strstr(name->path, "/iax/") != NULL;
	sva_topology_foreach_wq (topo, wq)
		if (name->queue && svai_name_means_queue(name, wq))
			return wq->kind == SVA_DEV_KIND_IAX;
	return false;
}

/* No queue could be opened: the CPU instead, or where the caller does not want that, the reason. */
static int open_instead(struct svai_handle *h, const struct svai_name *name, const char *asked,
			const struct sva_wq_opts *opts, const struct sva_topology *topo)
{
	char why[480];
	int err;

	describe_failure(h, asked, topo, why, sizeof(why));
	err = h->report.count ? svai_report_main(&h->report)->err : report_machine(h, topo, why);
	if (err == -ENOMEM || opts->flags & SVA_OPEN_NO_CPU) {
		svai_log(&h->log, SVA_LOG_ERROR, "%s", why);
		return err;
	}
	open_cpu(h, opts, opts->kind == SVA_DEV_KIND_IAX || names_iax(name, topo), why);
	/* Where a queue was named, it may be a misspelt name. */
	svai_log(&h->log, asked && *asked ? SVA_LOG_WARN : SVA_LOG_INFO, "%s", h->why);
	return 0;
}

static int open_any(struct svai_handle *h, const struct svai_name *name, const char *asked,
		    const struct sva_wq_opts *opts)
{
	const struct sva_topology *topo = opts->topology;
	struct sva_topology *own = NULL;
	int err = topo ? 0 : svai_discover(&own, name, SVAI_READ_ORDER);

	if (err)
		return err;
	if (!topo)
		topo = own;
	err = open_best(h, name, opts, topo);
	if (!err)
		svai_log(&h->log, SVA_LOG_INFO, "%s", h->why);
	if (err > 0)
		err = open_instead(h, name, asked, opts, topo);
	sva_topology_free(own);
	return err;
}

int svai_open_end(struct svai_handle *h, const struct sva_policy *policy)
{
	int err = svai_policy_allowed(h, policy);

	if (!err)
		svai_policy_publish(h, policy);
	else
		svai_log(&h->log, SVA_LOG_ERROR,
			 "%s takes none of the policy's descriptor flags %#x", h->info.name,
			 policy->desc_flags);
	return err;
}

int sva_wq_open(struct sva_wq **wq, const char *name, const struct sva_wq_opts *user_opts)
{
	struct sva_wq_opts opts;
	struct sva_policy policy;
	struct svai_name parsed;
	struct svai_handle *h;
	int err;

	if (!wq)
		return -EINVAL;
	*wq = NULL;
	err = svai_open_options(&opts, &policy, user_opts);
	if (err)
		return err;
	h = svai_open_begin(&opts);
	if (!h)
		return -ENOMEM;
	if (svai_name_parse(&parsed, name)) {
		svai_log(
			&h->log, SVA_LOG_ERROR,
			"\"%s\" names no queue: say wq0.0, dsa0/wq0.0, /dev/dsa/wq0.0, dsa0 or cpu",
			name);
		svai_handle_free(h, false);
		return -EINVAL;
	}
	parsed.cpu |= opts.kind == SVA_DEV_KIND_CPU;
	if (parsed.cpu && opts.flags & SVA_OPEN_NO_CPU)
		err = -EINVAL;
	else if (parsed.cpu)
		open_cpu(h, &opts, opts.kind == SVA_DEV_KIND_IAX, "asked for");
	else
		err = open_any(h, &parsed, name, &opts);
	if (opts.report)
		*opts.report = svai_report_copy(&h->report);
	if (!err) {
		err = svai_open_end(h, &policy);
		if (err) /* nothing has been submitted yet that the device might still have */
			svai_device_close(h);
	}
	if (err)
		svai_handle_free(h, false);
	else
		*wq = &h->head;
	return err;
}

/* The queue of the handle, looked up afresh: much may have changed since the parent did. */
static int reopen_queue(struct svai_handle *h)
{
	struct svai_name name = { .device = h->info.device, .queue = h->info.name };
	/* The queue is named: its node was right at the first open. */
	struct sva_wq_opts opts = { .size = sizeof(opts), .flags = h->flags & ~SVA_OPEN_ON_NODE };
	struct sva_topology *topo;
	int err = svai_discover(&topo, &name, SVAI_READ_ORDER);

	if (err)
		return err;
	svai_report_clear(&h->report);
	err = open_best(h, &name, &opts, topo);
	if (err > 0)
		err = h->report.count ? svai_report_main(&h->report)->err : -ENODEV;
	sva_topology_free(topo);
	return err;
}

int svai_queue_reopen(struct svai_handle *h)
{
	int err = 0;

	h->measuring = false; /* by a thread of the parent's, if at all */
	memset(h->shards, 0, sizeof(h->shards));
	memset(&h->quarantine, 0, sizeof(h->quarantine));
	svai_device_close(h);
	svai_drains_init(h); /* those of before were the parent's */
	if (h->path == SVA_PATH_CPU)
		svai_handle_publish(h, NULL);
	else
		err = reopen_queue(h);
	if (!err)
		svai_policy_publish(h, NULL);
	return err;
}
