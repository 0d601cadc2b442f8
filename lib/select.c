/* SPDX-License-Identifier: MIT */
/* Which queues fit what the caller wants, and in which order to try them. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sva/status.h>

#include "select.h"

/*
 * The masks hide BATCH where write(2) refuses it (DSA 1.0; any before Linux 6.16): portals take it.
 * Only a mask that the administrator has narrowed means what it says.
 */
static bool executes_batches(const struct sva_dev_info *dev, const struct sva_wq_info *wq)
{
	bool narrowed = !((dev->unknown & SVA_ATTR_OP_CAP) | (wq->unknown & SVA_ATTR_OP_CONFIG)) &&
			memcmp(&dev->op_cap, &wq->op_config, sizeof(dev->op_cap)) != 0;

	return wq->kind == SVA_DEV_KIND_DSA && !narrowed &&
	       (wq->max_batch_size > 1 || wq->unknown & SVA_ATTR_MAX_BATCH);
}

void svai_queue_limits(struct svai_limits *limits, const struct sva_dev_info *dev,
		       const struct sva_wq_info *wq)
{
	static const struct sva_opmask all = { { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } };
	uint64_t max_transfer =
		wq->unknown & SVA_ATTR_MAX_TRANSFER ? UINT64_MAX : wq->max_transfer_size;

	if (!(wq->unknown & SVA_ATTR_OP_CONFIG))
		limits->opcodes = wq->op_config;
	else
		limits->opcodes = dev->unknown & SVA_ATTR_OP_CAP ? all : dev->op_cap;
	if (executes_batches(dev, wq))
		sva_opmask_set(&limits->opcodes, SVA_OP_BATCH);
	limits->version = dev->version;
	limits->gen_cap = dev->unknown & SVA_ATTR_GEN_CAP ? UINT64_MAX : dev->gen_cap;
	limits->max_transfer = max_transfer < SVAI_MAX_TRANSFER ? max_transfer : SVAI_MAX_TRANSFER;
	limits->iaa_cap = dev->iaa_cap;
	limits->max_batch = wq->unknown & SVA_ATTR_MAX_BATCH ? UINT32_MAX : wq->max_batch_size;
	if (wq->kind == SVA_DEV_KIND_IAX) /* which has no batches */
		limits->max_batch = 0;
	limits->block_on_fault = wq->block_on_fault;
}

/* The first opcode that the caller needs and the queue lacks; -1: none. */
static int missing_opcode(const struct svai_limits *limits, const struct sva_opmask *wanted)
{
	for (unsigned int op = 0; op < 256; op++)
		if (sva_opmask_has(wanted, op) && !sva_opmask_has(&limits->opcodes, op))
			return (int)op;
	return -1;
}

static int unfit(struct sva_rejection *r, int err, const char *remedy, const char *reason)
{
	r->err = err;
	r->remedy = remedy;
	snprintf(r->reason, sizeof(r->reason), "%s", reason);
	return err;
}

/* Is the queue in a state in which a user program can have it? */
static int check_usable(const struct sva_dev_info *dev, const struct sva_wq_info *wq,
			struct sva_rejection *r)
{
	if (dev->state == SVA_DEV_STATE_HALTED)
		return unfit(r, -ENODEV,
			     "reset it: echo DEVICE > /sys/bus/dsa/drivers/idxd/unbind; then "
			     "configure and enable it "
			     "again",
			     "the device is halted");
	if (dev->state == SVA_DEV_STATE_DISABLED)
		return unfit(r, -ENODEV, "accel-config enable-device DEVICE",
			     "the device is disabled");
	if (wq->state == SVA_DEV_STATE_DISABLED)
		return unfit(r, -ENODEV, "accel-config enable-wq DEVICE/QUEUE",
			     "the queue is disabled");
	if (wq->type != SVA_WQ_TYPE_USER || (*wq->driver && strcmp(wq->driver, "user")))
		return unfit(r, -ENODEV,
			     "accel-config config-wq DEVICE/QUEUE --type=user --driver-name=user",
			     "the queue is not of type user");
	if (wq->mode == SVA_WQ_MODE_ANY)
		return unfit(r, -ENODEV,
			     "make /sys/bus/dsa/devices/QUEUE/mode readable for this user; in a "
			     "container, mount all of /sys",
			     "its mode, shared or dedicated, could not be read");
	return 0;
}

/* Is it one of those that this caller asked for? */
static int check_wanted(const struct sva_wq_info *wq, const struct sva_wq_opts *opts, bool named,
			struct sva_rejection *r)
{
	if (wq->kind == SVA_DEV_KIND_IAX && opts->kind == SVA_DEV_KIND_ANY && !named)
		return unfit(r, -EOPNOTSUPP, "ask for SVA_DEV_KIND_IAX, or name it",
			     "a queue of an IAX device, whose operations are other ones");
	if (opts->kind != SVA_DEV_KIND_ANY && wq->kind != opts->kind)
		return unfit(r, -ENODEV, "ask for this kind, or for any",
			     "not of the kind of device that was asked for");
	if (opts->mode != SVA_WQ_MODE_ANY && wq->mode != opts->mode)
		return unfit(r, -ENODEV,
			     "ask for this mode, or configure a queue of the other one: "
			     "accel-config config-wq DEVICE/QUEUE --mode=",
			     wq->mode == SVA_WQ_MODE_SHARED
				     ? "shared; a dedicated one was asked for"
				     : "dedicated; a shared one was asked for");
	if (opts->flags & SVA_OPEN_ON_NODE && wq->numa_node != opts->numa_node)
		return unfit(r, -ENODEV, "ask for its node, or leave SVA_OPEN_ON_NODE out",
			     "not on the NUMA node that was asked for");
	return 0;
}

int svai_suffices(const struct sva_dev_info *dev, const struct sva_wq_info *wq,
		  const struct sva_wq_opts *opts, struct sva_rejection *r)
{
	struct svai_limits limits;
	int opcode;

	svai_queue_limits(&limits, dev, wq);
	if (limits.max_transfer < opts->min_transfer)
		return unfit(r, -ENODEV, "accel-config config-wq DEVICE/QUEUE --max-transfer-size=",
			     "its max_transfer_size is below the minimum that was asked for");
	if (limits.max_batch < opts->min_batch)
		return unfit(r, -ENODEV, "accel-config config-wq DEVICE/QUEUE --max-batch-size=",
			     "its max_batch_size is below the minimum that was asked for");
	opcode = missing_opcode(&limits, &opts->opcodes);
	if (opcode < 0)
		return 0;
	unfit(r, -EOPNOTSUPP,
	      "use a device that has it in op_cap, or allow it: accel-config config-wq "
	      "DEVICE/QUEUE "
	      "--op-config=",
	      "");
	snprintf(r->reason, sizeof(r->reason), "it does not execute opcode %#x, %s",
		 (unsigned int)opcode, sva_opcode_name((unsigned int)opcode));
	return r->err;
}

/* NUMA node of the CPU that we run on; -1 if that cannot be told */
static int own_node(void)
{
	unsigned int cpu, node;

	return getcpu(&cpu, &node) ? -1 : (int)node;
}

/* A device without a node is neither near nor far. */
static int distance(const struct sva_wq_info *wq, int node)
{
	return wq->numa_node == node ? 0 : wq->numa_node < 0 ? 1 : 2;
}

static int by_preference(const void *a, const void *b, void *context)
{
	const struct sva_wq_info *x = *(const struct sva_wq_info *const *)a;
	const struct sva_wq_info *y = *(const struct sva_wq_info *const *)b;
	int node = *(int *)context;

	if (distance(x, node) != distance(y, node))
		return distance(x, node) - distance(y, node);
	if (x->mode != y->mode)
		return x->mode == SVA_WQ_MODE_SHARED ? -1 : 1;
	if (x->clients != y->clients)
		return x->clients < y->clients ? -1 : 1;
	return x < y ? -1 : x > y; /* as they stand in the topology */
}

static unsigned int count_queues(const struct sva_topology *topo)
{
	unsigned int n = 0;

	sva_topology_foreach_wq (topo, wq)
		n++;
	return n;
}

int svai_select(const struct sva_topology *topo, const struct svai_name *name,
		const struct sva_wq_opts *opts, const struct sva_wq_info ***list,
		struct sva_report *report)
{
	bool named = name->device || name->queue || name->path;
	int node = own_node();
	int n = 0;

	*list = calloc(count_queues(topo) + 1, sizeof(**list));
	if (!*list)
		return -ENOMEM;
	sva_topology_foreach_wq (topo, wq) {
		const struct sva_dev_info *dev = sva_topology_find_dev(topo, wq->device);
		struct sva_rejection r = { 0 };

		if (!dev || !svai_name_means_queue(name, wq))
			continue;
		snprintf(r.queue, sizeof(r.queue), "%s", wq->name);
		if (!check_usable(dev, wq, &r) && !check_wanted(wq, opts, named, &r))
			(*list)[n++] = wq;
		else if (svai_report_add(report, &r) == -ENOMEM)
			return -ENOMEM;
	}
	qsort_r(*list, (size_t)n, sizeof(**list), by_preference, &node);
	return n;
}
