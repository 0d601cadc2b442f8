/* SPDX-License-Identifier: MIT */
/*
 * What each attribute shows, and what a write to it does. Source: drivers/dma/idxd/sysfs.c and
 * Documentation/ABI/stable/sysfs-driver-dma-idxd.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "machine.h"
#include "names.h"
#include "node.h"
#include "pci.h"
#include "queue.h"

#define MAX_PRIORITY  15u
#define MAX_RETRIES   64u
#define MAX_LIMIT     3u /* of the progress limits */
#define MIN_EVENT_LOG 64u
#define MAX_EVENT_LOG 65535u
#define CAP_EVENT_LOG (3ull << 13)
#define CAP_BLOCK     (1ull << 0)

/* As DSA(): the objects that a node is about. */
#define QUEUE(state, node)  (&DSA(state, node)->queue[(node)->index])
#define GROUP(state, node)  (&DSA(state, node)->group[(node)->index])
#define ENGINE(state, node) (&DSA(state, node)->engine[(node)->index])

/* -1: none. */
static int store_group(const struct emu_dsa *dsa, const char *value, int busy, int32_t *result)
{
	int64_t group;

	if (emu_parse_signed(value, &group))
		return -EINVAL;
	if (busy)
		return busy;
	if (group < EMU_NONE || group >= (int64_t)dsa->group_count)
		return -EINVAL;
	*result = (int32_t)group;
	return 0;
}

/*
 * Permission: what is enabled keeps its configuration.
 */

static int device_busy(const struct emu_state *state, const struct emu_node *node)
{
	return emu_device_state(state, node->device) == EMU_DEV_ENABLED ? -EPERM : 0;
}

static int queue_busy(const struct emu_state *state, const struct emu_node *node)
{
	return atomic_load(&QUEUE(state, node)->state) == EMU_WQ_ENABLED ? -EPERM : 0;
}

/* What WQCAP and GRPCAP of DSA 1.0 have not got, on Sapphire Rapids. */
static bool second_generation(const struct emu_state *state, const struct emu_node *node)
{
	return DSA(state, node)->version >= 0x200;
}

VISIBLE(has_event_log)
{
	return state->profile.event_log && (DSA(state, node)->gen_cap & CAP_EVENT_LOG);
}

VISIBLE(has_prs_disable)
{
	return state->profile.event_log && second_generation(state, node);
}

/* The limits of progress, too, have come with 6.0. */
VISIBLE(has_op_config)
{
	return state->profile.op_config && second_generation(state, node);
}

VISIBLE(has_driver_name)
{
	(void)node;
	return state->profile.driver_name;
}

/* An IAX device has no batches, and nothing that was called tokens or read buffers. */
VISIBLE(is_dsa)
{
	return DSA(state, node)->type == EMU_TYPE_DSA;
}

VISIBLE(has_read_buffers)
{
	return state->profile.read_buffers && is_dsa(state, node);
}

/* Since 6.4, as the event log is; the ABI document says 6.0. */
VISIBLE(has_iaa_cap)
{
	return state->profile.event_log && !is_dsa(state, node) && second_generation(state, node);
}

SHOW(show_uevent)
{
	static const char *const type[EMU_KINDS] = {
		[EMU_KIND_QUEUE] = "wq",       [EMU_KIND_GROUP] = "group",
		[EMU_KIND_ENGINE] = "engine",  [EMU_KIND_OPENS] = "idxd_cdev",
		[EMU_KIND_OPEN] = "idxd_file",
	};
	const struct emu_dsa *dsa = DSA(state, node);
	enum emu_driver driver = emu_node_driver(state, node);
	int length = 0;

	if (node->kind == EMU_KIND_OPENS)
		length = snprintf(buf, EMU_SYSFS_PAGE, "MAJOR=%u\nMINOR=%u\nDEVNAME=%s/wq%u.%u\n",
				  state->major[dsa->type], QUEUE(state, node)->minor,
				  emu_type_name[dsa->type], dsa->id, node->index);
	length += snprintf(buf + length, EMU_SYSFS_NAME, "DEVTYPE=%s\n",
			   node->kind == EMU_KIND_DEVICE ? emu_type_name[dsa->type]
							 : type[node->kind]);
	if (driver < EMU_DRIVERS)
		length += snprintf(buf + length, EMU_SYSFS_NAME, "DRIVER=%s\n",
				   emu_driver_name[driver]);
	return length + snprintf(buf + length, EMU_SYSFS_NAME, "MODALIAS=idxd:t0\n");
}

/*
 * Devices.
 */

/* A value that is a field of the device. */
#define SHOW_DSA(name, format, field)                        \
	SHOW(name)                                           \
	{                                                    \
		return format(buf, DSA(state, node)->field); \
	}

SHOW_DSA(show_version, emu_show_hexadecimal, version)
SHOW_DSA(show_max_groups, emu_show_number, group_count)
SHOW_DSA(show_max_queues, emu_show_number, queue_count)
SHOW_DSA(show_max_queue_size, emu_show_number, max_queue_size)
SHOW_DSA(show_max_engines, emu_show_number, engine_count)
SHOW_DSA(show_max_batch, emu_show_number, max_batch_size)
SHOW_DSA(show_max_transfer, emu_show_number, max_transfer_size)
SHOW_DSA(show_gen_cap, emu_show_hexadecimal, gen_cap)
SHOW_DSA(show_iaa_cap, emu_show_hexadecimal, iaa_cap)
SHOW_DSA(show_max_read_buffers, emu_show_number, max_read_buffers)
SHOW_DSA(show_read_buffer_limit, emu_show_number, read_buffer_limit)
SHOW_DSA(show_event_log_size, emu_show_number, event_log_size)

SHOW(show_numa_node)
{
	return emu_show_signed(buf, DSA(state, node)->numa_node);
}

/* Since CVE-2024-21823, without what write(2) would refuse. */
static int operations(const struct emu_state *state, const struct emu_node *node,
		      const uint64_t bits[4], char *buf)
{
	bool hidden = second_generation(state, node) ? state->profile.hides_batch_2
						     : state->profile.hides_batch;
	uint64_t words[4];

	memcpy(words, bits, sizeof(words));
	if (hidden)
		words[0] &= ~(1ull << SVA_OP_BATCH);
	return state->profile.op_config ? emu_show_bitmap(buf, words)
					: emu_show_old_bitmap(buf, words, 1);
}

SHOW(show_op_cap)
{
	return operations(state, node, DSA(state, node)->op_cap, buf);
}

SHOW(show_one)
{
	(void)state, (void)node;
	return emu_show_number(buf, 1);
}

SHOW(show_device_clients)
{
	const struct emu_dsa *dsa = DSA(state, node);
	uint32_t clients = 0;

	for (uint32_t i = 0; i < dsa->queue_count; i++)
		clients += dsa->queue[i].clients;
	return emu_show_number(buf, clients);
}

SHOW(show_device_state)
{
	static const char *const names[] = { "disabled", "enabled", "halted" };

	return emu_show_text(buf, names[emu_device_state(state, node->device)]);
}

SHOW(show_errors)
{
	const uint64_t *words = state->live.device[node->device].error;

	return state->profile.op_config ? emu_show_bitmap(buf, words)
					: emu_show_old_bitmap(buf, words, 16);
}

SHOW(show_cdev_major)
{
	return emu_show_number(buf, state->major[DSA(state, node)->type]);
}

SHOW(show_cmd_status)
{
	return emu_show_hexadecimal(buf, DSA(state, node)->cmd_status);
}

STORE(clear_cmd_status)
{
	(void)value;
	DSA(state, node)->cmd_status = 0;
	return 0;
}

STORE(store_read_buffer_limit)
{
	return emu_parse_number(value, device_busy(state, node), 0,
				DSA(state, node)->max_read_buffers,
				&DSA(state, node)->read_buffer_limit);
}

STORE(store_event_log_size)
{
	return emu_parse_number(value, device_busy(state, node), MIN_EVENT_LOG, MAX_EVENT_LOG,
				&DSA(state, node)->event_log_size);
}

static const struct emu_attribute device_attributes[] = {
	{ "version", show_version, NULL, NULL },
	{ "max_groups", show_max_groups, NULL, NULL },
	{ "max_work_queues", show_max_queues, NULL, NULL },
	{ "max_work_queues_size", show_max_queue_size, NULL, NULL },
	{ "max_engines", show_max_engines, NULL, NULL },
	{ "numa_node", show_numa_node, NULL, NULL },
	{ "max_batch_size", show_max_batch, NULL, is_dsa },
	{ "max_transfer_size", show_max_transfer, NULL, NULL },
	{ "op_cap", show_op_cap, NULL, NULL },
	{ "gen_cap", show_gen_cap, NULL, NULL },
	{ "iaa_cap", show_iaa_cap, NULL, has_iaa_cap },
	{ "configurable", show_one, NULL, NULL },
	{ "clients", show_device_clients, NULL, NULL },
	{ "pasid_enabled", show_one, NULL, NULL }, /* also where SVA is off: idxd-abi */
	{ "state", show_device_state, NULL, NULL },
	{ "errors", show_errors, NULL, NULL },
	{ "max_tokens", show_max_read_buffers, NULL, is_dsa },
	{ "token_limit", show_read_buffer_limit, store_read_buffer_limit, is_dsa },
	{ "max_read_buffers", show_max_read_buffers, NULL, has_read_buffers },
	{ "read_buffer_limit", show_read_buffer_limit, store_read_buffer_limit, has_read_buffers },
	{ "cdev_major", show_cdev_major, NULL, NULL },
	{ "cmd_status", show_cmd_status, clear_cmd_status, NULL },
	{ "event_log_size", show_event_log_size, store_event_log_size, has_event_log },
	{ "uevent", show_uevent, emu_store_uevent, NULL },
	{ 0 },
};

/*
 * Queues.
 */

#define SHOW_QUEUE(name, format, field)                        \
	SHOW(name)                                             \
	{                                                      \
		return format(buf, QUEUE(state, node)->field); \
	}

SHOW_QUEUE(show_clients, emu_show_number, clients)
SHOW_QUEUE(show_size, emu_show_number, size)
SHOW_QUEUE(show_priority, emu_show_number, priority)
SHOW_QUEUE(show_block_on_fault, emu_show_number, block_on_fault)
SHOW_QUEUE(show_threshold, emu_show_number, threshold)
SHOW_QUEUE(show_name, emu_show_text, name)
SHOW_QUEUE(show_driver_name, emu_show_text, driver_name)
SHOW_QUEUE(show_queue_max_transfer, emu_show_number, max_transfer_size)
SHOW_QUEUE(show_queue_max_batch, emu_show_number, max_batch_size)
SHOW_QUEUE(show_ats_disable, emu_show_number, ats_disable)
SHOW_QUEUE(show_prs_disable, emu_show_number, prs_disable)

SHOW(show_queue_state)
{
	return emu_show_text(buf, queue_busy(state, node) ? "enabled" : "disabled");
}

SHOW(show_queue_group)
{
	return emu_show_signed(buf, QUEUE(state, node)->group_id);
}

SHOW(show_mode)
{
	return emu_show_text(buf,
			     QUEUE(state, node)->mode == EMU_WQ_SHARED ? "shared" : "dedicated");
}

SHOW(show_type)
{
	static const char *const names[] = { "none", "kernel", "user" };

	return emu_show_text(buf, names[QUEUE(state, node)->type]);
}

SHOW(show_cdev_minor)
{
	const struct emu_queue *queue = QUEUE(state, node);

	return emu_driver_has(EMU_DRIVER_USER, queue) ? emu_show_number(buf, queue->minor) : -ENXIO;
}

SHOW(show_occupancy)
{
	return emu_show_number(
		buf, emu_queue_occupancy(&state->live.device[node->device].queue[node->index]));
}

SHOW(show_retries)
{
	const struct emu_queue *queue = QUEUE(state, node);

	return queue->mode == EMU_WQ_SHARED ? emu_show_number(buf, queue->enqcmds_retries)
					    : -EOPNOTSUPP;
}

SHOW(show_op_config)
{
	return operations(state, node, QUEUE(state, node)->op_config, buf);
}

STORE(store_queue_group)
{
	return store_group(DSA(state, node), value, queue_busy(state, node),
			   &QUEUE(state, node)->group_id);
}

STORE(store_mode)
{
	struct emu_queue *queue = QUEUE(state, node);

	if (queue_busy(state, node))
		return -EPERM;
	if (emu_is_word(value, "shared")) {
		queue->mode = EMU_WQ_SHARED;
	} else if (emu_is_word(value, "dedicated")) {
		queue->mode = EMU_WQ_DEDICATED;
		queue->threshold = 0;
	} else {
		return -EINVAL;
	}
	return 0;
}

/* All queues of a device share its slots. */
STORE(store_size)
{
	const struct emu_dsa *dsa = DSA(state, node);
	uint32_t others = 0;

	for (uint32_t i = 0; i < dsa->queue_count; i++)
		others += i == node->index ? 0 : dsa->queue[i].size;
	return emu_parse_number(value, device_busy(state, node), 0,
				others < dsa->max_queue_size ? dsa->max_queue_size - others : 0,
				&QUEUE(state, node)->size);
}

STORE(store_priority)
{
	return emu_parse_number(value, queue_busy(state, node), 0, MAX_PRIORITY,
				&QUEUE(state, node)->priority);
}

STORE(store_block_on_fault)
{
	struct emu_queue *queue = QUEUE(state, node);
	bool wanted;

	if (!(DSA(state, node)->gen_cap & CAP_BLOCK))
		return -EOPNOTSUPP;
	if (queue_busy(state, node))
		return -ENXIO; /* here, and for the threshold, the driver says it so */
	if (emu_parse_bool(value, &wanted))
		return -EINVAL;
	if (wanted && queue->prs_disable)
		return -EOPNOTSUPP;
	queue->block_on_fault = wanted;
	return 0;
}

STORE(store_threshold)
{
	struct emu_queue *queue = QUEUE(state, node);
	uint64_t threshold;

	if (emu_parse(value, 0, &threshold) || !threshold || threshold > queue->size)
		return -EINVAL;
	if (queue_busy(state, node))
		return -ENXIO;
	if (queue->mode == EMU_WQ_DEDICATED)
		return -EINVAL;
	queue->threshold = (uint32_t)threshold;
	return 0;
}

/* Another type is another queue: the name goes. */
STORE(store_type)
{
	static const char *const names[] = { "none", "kernel", "user" };
	struct emu_queue *queue = QUEUE(state, node);
	unsigned int i;

	if (queue_busy(state, node))
		return -EPERM;
	for (i = 0; i < 3; i++)
		if (emu_is_word(value, names[i]))
			break;
	if (i == 3)
		return -EINVAL;
	if (queue->type != (enum emu_queue_type)i)
		queue->name[0] = '\0';
	queue->type = (enum emu_queue_type)i;
	return 0;
}

STORE(store_name)
{
	return emu_parse_text(value, queue_busy(state, node), QUEUE(state, node)->name);
}

STORE(store_driver_name)
{
	return emu_parse_text(value, queue_busy(state, node), QUEUE(state, node)->driver_name);
}

STORE(store_max_transfer)
{
	return queue_busy(state, node)
		       ?: emu_parse_size(value, DSA(state, node)->max_transfer_size,
					 &QUEUE(state, node)->max_transfer_size);
}

STORE(store_max_batch)
{
	uint64_t size;
	int err = queue_busy(state, node)
			  ?: emu_parse_size(value, DSA(state, node)->max_batch_size, &size);

	if (!err)
		QUEUE(state, node)->max_batch_size = (uint32_t)size;
	return err;
}

STORE(store_ats_disable)
{
	return queue_busy(state, node) ?: emu_parse_bool(value, &QUEUE(state, node)->ats_disable);
}

STORE(store_prs_disable)
{
	struct emu_queue *queue = QUEUE(state, node);
	int err = queue_busy(state, node) ?: emu_parse_bool(value, &queue->prs_disable);

	if (!err && queue->prs_disable)
		queue->block_on_fault = false;
	return err;
}

STORE(store_retries)
{
	struct emu_queue *queue = QUEUE(state, node);
	uint64_t retries;
	int err;

	if (queue->mode == EMU_WQ_DEDICATED)
		return -EOPNOTSUPP;
	err = emu_parse(value, 10, &retries);
	if (err || retries > UINT32_MAX)
		return err ? err : -ERANGE;
	queue->enqcmds_retries = retries < MAX_RETRIES ? (uint32_t)retries : MAX_RETRIES;
	return 0;
}

STORE(store_op_config)
{
	uint64_t words[4];
	int err = queue_busy(state, node) ?: emu_parse_bitmap(value, words);

	if (err)
		return err;
	for (unsigned int i = 0; i < 4; i++)
		if (words[i] & ~DSA(state, node)->op_cap[i])
			return -EINVAL;
	memcpy(QUEUE(state, node)->op_config, words, sizeof(words));
	return 0;
}

static const struct emu_attribute queue_attributes[] = {
	{ "clients", show_clients, NULL, NULL },
	{ "state", show_queue_state, NULL, NULL },
	{ "group_id", show_queue_group, store_queue_group, NULL },
	{ "mode", show_mode, store_mode, NULL },
	{ "size", show_size, store_size, NULL },
	{ "priority", show_priority, store_priority, NULL },
	{ "block_on_fault", show_block_on_fault, store_block_on_fault, NULL },
	{ "threshold", show_threshold, store_threshold, NULL },
	{ "type", show_type, store_type, NULL },
	{ "name", show_name, store_name, NULL },
	{ "driver_name", show_driver_name, store_driver_name, has_driver_name },
	{ "cdev_minor", show_cdev_minor, NULL, NULL },
	{ "max_transfer_size", show_queue_max_transfer, store_max_transfer, NULL },
	{ "max_batch_size", show_queue_max_batch, store_max_batch, is_dsa },
	{ "ats_disable", show_ats_disable, store_ats_disable, NULL },
	{ "prs_disable", show_prs_disable, store_prs_disable, has_prs_disable },
	{ "occupancy", show_occupancy, NULL, NULL },
	{ "enqcmds_retries", show_retries, store_retries, NULL },
	{ "op_config", show_op_config, store_op_config, has_op_config },
	{ "uevent", show_uevent, emu_store_uevent, NULL },
	{ 0 },
};

/*
 * Groups and engines.
 */

#define SHOW_GROUP(name, field)                                         \
	SHOW(name)                                                      \
	{                                                               \
		return emu_show_number(buf, GROUP(state, node)->field); \
	}

SHOW_GROUP(show_use_limit, use_read_buffer_limit)
SHOW_GROUP(show_allowed, read_buffers_allowed)
SHOW_GROUP(show_reserved, read_buffers_reserved)
SHOW_GROUP(show_desc_limit, desc_progress_limit)
SHOW_GROUP(show_batch_limit, batch_progress_limit)

/* One more name on the line; no name, no line. */
static int append(char *buf, int length, const char *kind, uint32_t device, uint32_t index)
{
	if (length > 0)
		buf[length - 1] = ' ';
	return length + snprintf(buf + length, EMU_SYSFS_NAME, "%s%u.%u\n", kind, device, index);
}

SHOW(show_engines)
{
	const struct emu_dsa *dsa = DSA(state, node);
	int length = 0;

	for (uint32_t i = 0; i < dsa->engine_count; i++)
		if (dsa->engine[i].group_id == (int32_t)node->index)
			length = append(buf, length, "engine", dsa->id, i);
	return length;
}

SHOW(show_queues)
{
	const struct emu_dsa *dsa = DSA(state, node);
	int length = 0;

	for (uint32_t i = 0; i < dsa->queue_count; i++)
		if (dsa->queue[i].group_id == (int32_t)node->index)
			length = append(buf, length, "wq", dsa->id, i);
	return length;
}

SHOW(show_class_a)
{
	return emu_show_signed(buf, GROUP(state, node)->traffic_class_a);
}

SHOW(show_class_b)
{
	return emu_show_signed(buf, GROUP(state, node)->traffic_class_b);
}

/* On devices up to 2.0 the driver sets them itself. */
STORE(refuse_class)
{
	int64_t class;

	(void)state, (void)node;
	return emu_parse_signed(value, &class) ? -EINVAL : -EPERM;
}

STORE(store_use_limit)
{
	uint64_t wanted;

	if (emu_parse(value, 10, &wanted))
		return -EINVAL;
	if (device_busy(state, node) || !DSA(state, node)->read_buffer_limit)
		return -EPERM;
	GROUP(state, node)->use_read_buffer_limit = wanted != 0;
	return 0;
}

/* What the groups have reserved is not free for the others. */
static uint32_t free_buffers(const struct emu_state *state, const struct emu_node *node)
{
	const struct emu_dsa *dsa = DSA(state, node);
	uint32_t left = dsa->max_read_buffers;

	for (uint32_t i = 0; i < dsa->group_count; i++)
		left -= i == node->index ? 0 : dsa->group[i].read_buffers_reserved;
	return left;
}

STORE(store_allowed)
{
	const struct emu_dsa *dsa = DSA(state, node);
	uint32_t engines = 0;

	for (uint32_t i = 0; i < dsa->engine_count; i++)
		engines += dsa->engine[i].group_id == (int32_t)node->index;
	return emu_parse_number(value, device_busy(state, node), 4 * engines,
				free_buffers(state, node),
				&GROUP(state, node)->read_buffers_allowed);
}

STORE(store_reserved)
{
	return emu_parse_number(value, device_busy(state, node), 0, free_buffers(state, node),
				&GROUP(state, node)->read_buffers_reserved);
}

/* The limits of progress, and an engine's group, are taken also while the device works. */
STORE(store_desc_limit)
{
	return emu_parse_number(value, 0, 0, MAX_LIMIT, &GROUP(state, node)->desc_progress_limit);
}

STORE(store_batch_limit)
{
	return emu_parse_number(value, 0, 0, MAX_LIMIT, &GROUP(state, node)->batch_progress_limit);
}

static const struct emu_attribute group_attributes[] = {
	{ "engines", show_engines, NULL, NULL },
	{ "work_queues", show_queues, NULL, NULL },
	{ "use_token_limit", show_use_limit, store_use_limit, is_dsa },
	{ "tokens_allowed", show_allowed, store_allowed, is_dsa },
	{ "tokens_reserved", show_reserved, store_reserved, is_dsa },
	{ "use_read_buffer_limit", show_use_limit, store_use_limit, has_read_buffers },
	{ "read_buffers_allowed", show_allowed, store_allowed, has_read_buffers },
	{ "read_buffers_reserved", show_reserved, store_reserved, has_read_buffers },
	{ "traffic_class_a", show_class_a, refuse_class, NULL },
	{ "traffic_class_b", show_class_b, refuse_class, NULL },
	{ "desc_progress_limit", show_desc_limit, store_desc_limit, has_op_config },
	{ "batch_progress_limit", show_batch_limit, store_batch_limit, has_op_config },
	{ "uevent", show_uevent, emu_store_uevent, NULL },
	{ 0 },
};

SHOW(show_engine_group)
{
	return emu_show_signed(buf, ENGINE(state, node)->group_id);
}

STORE(store_engine_group)
{
	return store_group(DSA(state, node), value, 0, &ENGINE(state, node)->group_id);
}

static const struct emu_attribute engine_attributes[] = {
	{ "group_id", show_engine_group, store_engine_group, NULL },
	{ "uevent", show_uevent, emu_store_uevent, NULL },
	{ 0 },
};

/*
 * Char devices, their opens, drivers, the module.
 */

SHOW(show_dev)
{
	return snprintf(buf, EMU_SYSFS_NAME, "%u:%u\n", state->major[DSA(state, node)->type],
			QUEUE(state, node)->minor);
}

static int show_fault_counter(const struct emu_state *state, const struct emu_node *node, char *buf,
			      bool failures)
{
	int32_t index = state->file[node->index].lane;
	const struct emu_lane_live *lane = index == EMU_NONE ? NULL : &state->live.lane[index];

	if (!lane)
		return emu_show_number(buf, 0);
	return emu_show_number(buf,
			       atomic_load(failures ? &lane->cr_fault_failures : &lane->cr_faults));
}

SHOW(show_cr_faults)
{
	return show_fault_counter(state, node, buf, false);
}

SHOW(show_cr_fault_failures)
{
	return show_fault_counter(state, node, buf, true);
}

SHOW(show_pid)
{
	return emu_show_number(buf, (uint64_t)state->file[node->index].pid);
}

static const struct emu_attribute opens_attributes[] = {
	{ "dev", show_dev, NULL, NULL },
	{ "uevent", show_uevent, emu_store_uevent, NULL },
	{ 0 },
};

static const struct emu_attribute open_attributes[] = {
	{ "cr_faults", show_cr_faults, NULL, NULL },
	{ "cr_fault_failures", show_cr_fault_failures, NULL, NULL },
	{ "pid", show_pid, NULL, NULL },
	{ "uevent", show_uevent, emu_store_uevent, NULL },
	{ 0 },
};

typedef int driver_action(struct emu_state *state, enum emu_driver driver, const char *name);

/* A longer name than a device can have is cut, and still is none. */
static int act(struct emu_state *state, const struct emu_node *node, const char *value,
	       driver_action *action)
{
	char name[EMU_SYSFS_NAME];
	size_t length = strcspn(value, "\n");

	snprintf(name, sizeof(name), "%.*s", (int)(emu_ends(value + length) ? length : 0), value);
	return action(state, (enum emu_driver)node->index, name);
}

STORE(store_bind)
{
	return act(state, node, value, emu_driver_bind);
}

STORE(store_unbind)
{
	return act(state, node, value, emu_driver_unbind);
}

VISIBLE(is_crypto)
{
	(void)state;
	return node->index == EMU_DRIVER_CRYPTO;
}

/* How it would compress; they cannot be changed here. */
SHOW(show_sync_mode)
{
	(void)state, (void)node;
	return emu_show_text(buf, "sync");
}

static const struct emu_attribute driver_attributes[] = {
	{ "bind", NULL, store_bind, NULL },
	{ "unbind", NULL, store_unbind, NULL },
	{ "verify_compress", show_one, NULL, is_crypto },
	{ "sync_mode", show_sync_mode, NULL, is_crypto },
	{ 0 },
};

VISIBLE(is_module)
{
	return state->loaded && node->index != EMU_NODE_BUS;
}

SHOW(show_live)
{
	(void)state, (void)node;
	return emu_show_text(buf, "live");
}

SHOW(show_references)
{
	struct emu_node device = { .kind = EMU_KIND_DEVICE };
	uint64_t sum = state->crypto;

	if (node->index == EMU_NODE_CRYPTO)
		return emu_show_number(buf, 0);
	for (; device.device < state->device_count; device.device++) {
		show_device_clients(state, &device, buf);
		sum += strtoull(buf, NULL, 10);
	}
	return emu_show_number(buf, sum);
}

/* Of sva, which only a start of the module reads. */
SHOW(show_yes)
{
	(void)state, (void)node;
	return emu_show_text(buf, "Y");
}

static const struct emu_attribute parameter_attributes[] = {
	{ "sva", show_yes, NULL, NULL },
	{ 0 },
};

static const struct emu_attribute root_attributes[] = {
	{ "initstate", show_live, NULL, is_module },
	{ "refcnt", show_references, NULL, is_module },
	{ 0 },
};

const struct emu_attribute *emu_attributes(enum emu_kind kind)
{
	static const struct emu_attribute none[] = { { 0 } };
	static const struct emu_attribute *const of[EMU_KINDS] = {
		[EMU_KIND_ROOT] = root_attributes,
		[EMU_KIND_DRIVER] = driver_attributes,
		[EMU_KIND_DEVICE] = device_attributes,
		[EMU_KIND_QUEUE] = queue_attributes,
		[EMU_KIND_GROUP] = group_attributes,
		[EMU_KIND_ENGINE] = engine_attributes,
		[EMU_KIND_OPENS] = opens_attributes,
		[EMU_KIND_OPEN] = open_attributes,
		[EMU_KIND_PARAMETERS] = parameter_attributes,
		[EMU_KIND_FUNCTION] = emu_pci_attributes,
		[EMU_KIND_PCI_DRIVER] = emu_pci_driver_attributes,
	};

	return kind < EMU_KINDS && of[kind] ? of[kind] : none;
}
