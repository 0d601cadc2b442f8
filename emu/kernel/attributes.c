/* SPDX-License-Identifier: MIT */
/*
 * What each attribute shows, and what a write to it does. Source: drivers/dma/idxd/sysfs.c and
 * Documentation/ABI/stable/sysfs-driver-dma-idxd.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "node.h"
#include "queue.h"

#define MAX_PRIORITY  15u
#define MAX_RETRIES   64u
#define MAX_LIMIT     3u /* of the progress limits */
#define MIN_EVENT_LOG 64u
#define MAX_EVENT_LOG 65535u
#define CAP_EVENT_LOG (3ull << 13)
#define CAP_BLOCK     (1ull << 0)

#define SHOW(name) \
	static int name(const struct emu_state *state, const struct emu_node *node, char *buf)
#define STORE(name) \
	static int name(struct emu_state *state, const struct emu_node *node, const char *value)
#define VISIBLE(name) static bool name(const struct emu_state *state, const struct emu_node *node)

/* Of what the functions have: the objects that a node is about. */
#define DSA(state, node)    (&(state)->device[(node)->device])
#define QUEUE(state, node)  (&DSA(state, node)->queue[(node)->index])
#define GROUP(state, node)  (&DSA(state, node)->group[(node)->index])
#define ENGINE(state, node) (&DSA(state, node)->engine[(node)->index])

/*
 * Values.
 */

static int text(char *buf, const char *value)
{
	return snprintf(buf, EMU_SYSFS_PAGE, "%s", value);
}

static int number(char *buf, uint64_t value)
{
	return snprintf(buf, EMU_SYSFS_PAGE, "%" PRIu64, value);
}

static int hexadecimal(char *buf, uint64_t value)
{
	return snprintf(buf, EMU_SYSFS_PAGE, "%#" PRIx64, value);
}

static int parse(const char *value, uint64_t most, uint64_t *result)
{
	unsigned long long parsed;
	char *end;

	errno = 0;
	parsed = strtoull(value, &end, 0);
	if (end == value || *end || *value == '-')
		return -EINVAL;
	if (errno || parsed > most)
		return -EINVAL;
	*result = parsed;
	return 0;
}

static int parse_u32(const char *value, uint32_t least, uint32_t most, uint32_t *result)
{
	uint64_t parsed;

	if (parse(value, most, &parsed) || parsed < least)
		return -EINVAL;
	*result = (uint32_t)parsed;
	return 0;
}

static int parse_bool(const char *value, bool *result)
{
	if (!*value || !strchr("01yYnN", *value))
		return -EINVAL;
	*result = *value == '1' || *value == 'y' || *value == 'Y';
	return 0;
}

/* -1: none. */
static int parse_group(const struct emu_dsa *dsa, const char *value, int32_t *result)
{
	uint32_t group;

	if (!strcmp(value, "-1")) {
		*result = EMU_NONE;
		return 0;
	}
	if (parse_u32(value, 0, dsa->group_count - 1, &group))
		return -EINVAL;
	*result = (int32_t)group;
	return 0;
}

static int parse_name(const char *value, char result[EMU_NAME])
{
	size_t length = strlen(value);

	if (length == 0 || length >= EMU_NAME)
		return -EINVAL;
	memcpy(result, value, length + 1);
	return 0;
}

/* Sizes are powers of two: the next one is taken. */
static int parse_size(const char *value, uint64_t most, uint64_t *result)
{
	uint64_t parsed, size = 1;

	if (parse(value, UINT64_MAX, &parsed) || !parsed)
		return -EINVAL;
	while (size < parsed && size < most)
		size *= 2;
	if (size < parsed || size > most)
		return -EINVAL;
	*result = size;
	return 0;
}

/*
 * Bitmaps of 256 bits: since Linux 6.0 eight words of 32 bits, the highest first, with commas;
 * before, four words of 64 bits, the lowest first, with spaces.
 */

static int bitmap(const struct emu_state *state, const uint64_t *words, char *buf)
{
	int i, length = 0;

	if (!state->profile.op_config) {
		for (i = 0; i < 4; i++)
			length += snprintf(buf + length, 32, "%s%#" PRIx64, i ? " " : "", words[i]);
		return length;
	}
	for (i = 7; i >= 0; i--)
		length += snprintf(buf + length, 32, "%08x%s",
				   (unsigned int)(words[i / 2] >> (i % 2 * 32)), i ? "," : "");
	return length;
}

/* The words that are left out are the highest ones. */
static int parse_bitmap(const char *value, uint64_t words[4])
{
	uint32_t word[8] = { 0 };
	unsigned int count = 0, i;
	char *end;

	for (;; value = end + 1) {
		unsigned long parsed = strtoul(value, &end, 16);

		if (end == value || end - value > 8 || count == 8 || *value == '-' || *value == '+')
			return -EINVAL;
		word[count++] = (uint32_t)parsed;
		if (*end != ',')
			break;
	}
	if (*end)
		return -EINVAL;
	memset(words, 0, 4 * sizeof(*words));
	for (i = 0; i < count; i++)
		words[i / 2] |= (uint64_t)word[count - 1 - i] << (i % 2 * 32);
	return 0;
}

/*
 * Permission: what is enabled keeps its configuration.
 */

static int device_busy(const struct emu_state *state, const struct emu_node *node)
{
	return atomic_load(&DSA(state, node)->state) == EMU_DEV_ENABLED ? -EPERM : 0;
}

static int queue_busy(const struct emu_state *state, const struct emu_node *node)
{
	return atomic_load(&QUEUE(state, node)->state) == EMU_WQ_ENABLED ? -EPERM : 0;
}

VISIBLE(has_event_log)
{
	return state->profile.event_log && (DSA(state, node)->gen_cap & CAP_EVENT_LOG);
}

VISIBLE(has_opens)
{
	(void)node;
	return state->profile.event_log;
}

VISIBLE(has_op_config)
{
	(void)node;
	return state->profile.op_config;
}

VISIBLE(has_driver_name)
{
	(void)node;
	return state->profile.driver_name;
}

VISIBLE(has_read_buffers)
{
	(void)node;
	return state->profile.read_buffers;
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

SHOW_DSA(show_version, hexadecimal, version)
SHOW_DSA(show_max_groups, number, group_count)
SHOW_DSA(show_max_queues, number, queue_count)
SHOW_DSA(show_max_queue_size, number, max_queue_size)
SHOW_DSA(show_max_engines, number, engine_count)
SHOW_DSA(show_max_batch, number, max_batch_size)
SHOW_DSA(show_max_transfer, number, max_transfer_size)
SHOW_DSA(show_gen_cap, hexadecimal, gen_cap)
SHOW_DSA(show_max_read_buffers, number, max_read_buffers)
SHOW_DSA(show_read_buffer_limit, number, read_buffer_limit)
SHOW_DSA(show_event_log_size, number, event_log_size)

SHOW(show_numa_node)
{
	return snprintf(buf, EMU_SYSFS_PAGE, "%d", DSA(state, node)->numa_node);
}

/* Since CVE-2024-21823, without what write(2) would refuse. */
SHOW(show_op_cap)
{
	const struct emu_dsa *dsa = DSA(state, node);
	bool hidden =
		dsa->version == 0x100 ? state->profile.hides_batch : state->profile.hides_batch_2;
	uint64_t words[4];

	memcpy(words, dsa->op_cap, sizeof(words));
	if (hidden)
		words[0] &= ~(1ull << SVA_OP_BATCH);
	return bitmap(state, words, buf);
}

SHOW(show_one)
{
	(void)state, (void)node;
	return number(buf, 1);
}

SHOW(show_device_clients)
{
	const struct emu_dsa *dsa = DSA(state, node);
	uint32_t i, clients = 0;

	for (i = 0; i < dsa->queue_count; i++)
		clients += dsa->queue[i].clients;
	return number(buf, clients);
}

SHOW(show_device_state)
{
	static const char *const names[] = { "disabled", "enabled", "halted" };

	return text(buf, names[atomic_load(&DSA(state, node)->state)]);
}

SHOW(show_errors)
{
	return bitmap(state, DSA(state, node)->error, buf);
}

SHOW(show_cdev_major)
{
	(void)node;
	return number(buf, state->major);
}

SHOW(show_cmd_status)
{
	return hexadecimal(buf, DSA(state, node)->cmd_status);
}

STORE(clear_cmd_status)
{
	(void)value;
	DSA(state, node)->cmd_status = 0;
	return 0;
}

STORE(store_read_buffer_limit)
{
	return device_busy(state, node)
		       ?: parse_u32(value, 0, DSA(state, node)->max_read_buffers,
				    &DSA(state, node)->read_buffer_limit);
}

STORE(store_event_log_size)
{
	return device_busy(state, node)
		       ?: parse_u32(value, MIN_EVENT_LOG, MAX_EVENT_LOG,
				    &DSA(state, node)->event_log_size);
}

static const struct emu_attribute device_attributes[] = {
	{ "version", show_version, NULL, NULL },
	{ "max_groups", show_max_groups, NULL, NULL },
	{ "max_work_queues", show_max_queues, NULL, NULL },
	{ "max_work_queues_size", show_max_queue_size, NULL, NULL },
	{ "max_engines", show_max_engines, NULL, NULL },
	{ "numa_node", show_numa_node, NULL, NULL },
	{ "max_batch_size", show_max_batch, NULL, NULL },
	{ "max_transfer_size", show_max_transfer, NULL, NULL },
	{ "op_cap", show_op_cap, NULL, NULL },
	{ "gen_cap", show_gen_cap, NULL, NULL },
	{ "configurable", show_one, NULL, NULL },
	{ "clients", show_device_clients, NULL, NULL },
	{ "pasid_enabled", show_one, NULL, NULL }, /* also where SVA is off: idxd-abi */
	{ "state", show_device_state, NULL, NULL },
	{ "errors", show_errors, NULL, NULL },
	{ "max_tokens", show_max_read_buffers, NULL, NULL },
	{ "token_limit", show_read_buffer_limit, store_read_buffer_limit, NULL },
	{ "max_read_buffers", show_max_read_buffers, NULL, has_read_buffers },
	{ "read_buffer_limit", show_read_buffer_limit, store_read_buffer_limit, has_read_buffers },
	{ "cdev_major", show_cdev_major, NULL, NULL },
	{ "cmd_status", show_cmd_status, clear_cmd_status, NULL },
	{ "event_log_size", show_event_log_size, store_event_log_size, has_event_log },
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

SHOW_QUEUE(show_clients, number, clients)
SHOW_QUEUE(show_size, number, size)
SHOW_QUEUE(show_priority, number, priority)
SHOW_QUEUE(show_block_on_fault, number, block_on_fault)
SHOW_QUEUE(show_threshold, number, threshold)
SHOW_QUEUE(show_name, text, name)
SHOW_QUEUE(show_driver_name, text, driver_name)
SHOW_QUEUE(show_queue_max_transfer, number, max_transfer_size)
SHOW_QUEUE(show_queue_max_batch, number, max_batch_size)
SHOW_QUEUE(show_ats_disable, number, ats_disable)
SHOW_QUEUE(show_prs_disable, number, prs_disable)

SHOW(show_queue_state)
{
	return text(buf, queue_busy(state, node) ? "enabled" : "disabled");
}

SHOW(show_queue_group)
{
	return snprintf(buf, EMU_SYSFS_PAGE, "%d", QUEUE(state, node)->group_id);
}

SHOW(show_mode)
{
	return text(buf, QUEUE(state, node)->mode == EMU_WQ_SHARED ? "shared" : "dedicated");
}

SHOW(show_type)
{
	static const char *const names[] = { "none", "kernel", "user" };

	return text(buf, names[QUEUE(state, node)->type]);
}

SHOW(show_cdev_minor)
{
	const struct emu_queue *queue = QUEUE(state, node);

	return emu_driver_has(EMU_DRIVER_USER, queue) ? number(buf, queue->minor) : -ENXIO;
}

SHOW(show_occupancy)
{
	return number(buf, emu_queue_occupancy(QUEUE(state, node)));
}

SHOW(show_retries)
{
	const struct emu_queue *queue = QUEUE(state, node);

	return queue->mode == EMU_WQ_SHARED ? number(buf, queue->enqcmds_retries) : -EOPNOTSUPP;
}

SHOW(show_op_config)
{
	return bitmap(state, QUEUE(state, node)->op_config, buf);
}

STORE(store_queue_group)
{
	return queue_busy(state, node)
		       ?: parse_group(DSA(state, node), value, &QUEUE(state, node)->group_id);
}

STORE(store_mode)
{
	struct emu_queue *queue = QUEUE(state, node);

	if (queue_busy(state, node))
		return -EPERM;
	if (!strcmp(value, "shared")) {
		queue->mode = EMU_WQ_SHARED;
	} else if (!strcmp(value, "dedicated")) {
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
	uint32_t i, others = 0;

	for (i = 0; i < dsa->queue_count; i++)
		others += i == node->index ? 0 : dsa->queue[i].size;
	return device_busy(state, node)
		       ?: parse_u32(value, 0, dsa->max_queue_size - others,
				    &QUEUE(state, node)->size);
}

STORE(store_priority)
{
	return queue_busy(state, node)
		       ?: parse_u32(value, 0, MAX_PRIORITY, &QUEUE(state, node)->priority);
}

STORE(store_block_on_fault)
{
	struct emu_queue *queue = QUEUE(state, node);
	bool wanted;

	if (!(DSA(state, node)->gen_cap & CAP_BLOCK))
		return -EOPNOTSUPP;
	if (queue_busy(state, node))
		return -EPERM;
	if (parse_bool(value, &wanted))
		return -EINVAL;
	if (wanted && queue->prs_disable)
		return -EOPNOTSUPP;
	queue->block_on_fault = wanted;
	return 0;
}

STORE(store_threshold)
{
	struct emu_queue *queue = QUEUE(state, node);
	uint32_t threshold;

	if (parse_u32(value, 1, queue->size, &threshold))
		return -EINVAL;
	if (queue_busy(state, node))
		return -EPERM;
	if (queue->mode == EMU_WQ_DEDICATED)
		return -EINVAL;
	queue->threshold = threshold;
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
		if (!strcmp(value, names[i]))
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
	return queue_busy(state, node) ?: parse_name(value, QUEUE(state, node)->name);
}

STORE(store_driver_name)
{
	return queue_busy(state, node) ?: parse_name(value, QUEUE(state, node)->driver_name);
}

STORE(store_max_transfer)
{
	return queue_busy(state, node)
		       ?: parse_size(value, DSA(state, node)->max_transfer_size,
				     &QUEUE(state, node)->max_transfer_size);
}

STORE(store_max_batch)
{
	uint64_t size;
	int error = queue_busy(state, node)
			    ?: parse_size(value, DSA(state, node)->max_batch_size, &size);

	if (!error)
		QUEUE(state, node)->max_batch_size = (uint32_t)size;
	return error;
}

STORE(store_ats_disable)
{
	return queue_busy(state, node) ?: parse_bool(value, &QUEUE(state, node)->ats_disable);
}

STORE(store_prs_disable)
{
	struct emu_queue *queue = QUEUE(state, node);
	int error = queue_busy(state, node) ?: parse_bool(value, &queue->prs_disable);

	if (!error && queue->prs_disable)
		queue->block_on_fault = false;
	return error;
}

STORE(store_retries)
{
	struct emu_queue *queue = QUEUE(state, node);
	uint32_t retries;

	if (queue->mode == EMU_WQ_DEDICATED)
		return -EOPNOTSUPP;
	if (parse_u32(value, 0, UINT32_MAX, &retries))
		return -EINVAL;
	queue->enqcmds_retries = retries < MAX_RETRIES ? retries : MAX_RETRIES;
	return 0;
}

STORE(store_op_config)
{
	uint64_t words[4];
	unsigned int i;

	if (queue_busy(state, node))
		return -EPERM;
	if (parse_bitmap(value, words))
		return -EINVAL;
	for (i = 0; i < 4; i++)
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
	{ "max_batch_size", show_queue_max_batch, store_max_batch, NULL },
	{ "ats_disable", show_ats_disable, store_ats_disable, NULL },
	{ "prs_disable", show_prs_disable, store_prs_disable, has_opens },
	{ "occupancy", show_occupancy, NULL, NULL },
	{ "enqcmds_retries", show_retries, store_retries, NULL },
	{ "op_config", show_op_config, store_op_config, has_op_config },
	{ 0 },
};

/*
 * Groups and engines.
 */

#define SHOW_GROUP(name, field)                                \
	SHOW(name)                                             \
	{                                                      \
		return number(buf, GROUP(state, node)->field); \
	}

SHOW_GROUP(show_use_limit, use_read_buffer_limit)
SHOW_GROUP(show_allowed, read_buffers_allowed)
SHOW_GROUP(show_reserved, read_buffers_reserved)
SHOW_GROUP(show_desc_limit, desc_progress_limit)
SHOW_GROUP(show_batch_limit, batch_progress_limit)

SHOW(show_engines)
{
	const struct emu_dsa *dsa = DSA(state, node);
	int length = 0;
	uint32_t i;

	buf[0] = '\0';
	for (i = 0; i < dsa->engine_count; i++)
		if (dsa->engine[i].group_id == (int32_t)node->index)
			length += snprintf(buf + length, EMU_SYSFS_NAME, "%sengine%u.%u",
					   length ? " " : "", dsa->id, i);
	return length;
}

SHOW(show_queues)
{
	const struct emu_dsa *dsa = DSA(state, node);
	int length = 0;
	uint32_t i;

	buf[0] = '\0';
	for (i = 0; i < dsa->queue_count; i++)
		if (dsa->queue[i].group_id == (int32_t)node->index)
			length += snprintf(buf + length, EMU_SYSFS_NAME, "%swq%u.%u",
					   length ? " " : "", dsa->id, i);
	return length;
}

SHOW(show_class_a)
{
	return number(buf, (uint64_t)GROUP(state, node)->traffic_class_a);
}

SHOW(show_class_b)
{
	return number(buf, (uint64_t)GROUP(state, node)->traffic_class_b);
}

/* On devices up to 2.0 the driver sets them itself. */
STORE(refuse_class)
{
	(void)state, (void)node, (void)value;
	return -EPERM;
}

STORE(store_use_limit)
{
	if (device_busy(state, node) || !DSA(state, node)->read_buffer_limit)
		return -EPERM;
	return parse_u32(value, 0, 1, &GROUP(state, node)->use_read_buffer_limit);
}

/* What the groups have reserved is not free for the others. */
static uint32_t free_buffers(const struct emu_state *state, const struct emu_node *node)
{
	const struct emu_dsa *dsa = DSA(state, node);
	uint32_t i, left = dsa->max_read_buffers;

	for (i = 0; i < dsa->group_count; i++)
		left -= i == node->index ? 0 : dsa->group[i].read_buffers_reserved;
	return left;
}

STORE(store_allowed)
{
	const struct emu_dsa *dsa = DSA(state, node);
	uint32_t i, engines = 0;

	for (i = 0; i < dsa->engine_count; i++)
		engines += dsa->engine[i].group_id == (int32_t)node->index;
	return device_busy(state, node)
		       ?: parse_u32(value, 4 * engines, free_buffers(state, node),
				    &GROUP(state, node)->read_buffers_allowed);
}

STORE(store_reserved)
{
	return device_busy(state, node)
		       ?: parse_u32(value, 0, free_buffers(state, node),
				    &GROUP(state, node)->read_buffers_reserved);
}

STORE(store_desc_limit)
{
	return device_busy(state, node)
		       ?: parse_u32(value, 0, MAX_LIMIT, &GROUP(state, node)->desc_progress_limit);
}

STORE(store_batch_limit)
{
	return device_busy(state, node)
		       ?: parse_u32(value, 0, MAX_LIMIT, &GROUP(state, node)->batch_progress_limit);
}

static const struct emu_attribute group_attributes[] = {
	{ "engines", show_engines, NULL, NULL },
	{ "work_queues", show_queues, NULL, NULL },
	{ "use_token_limit", show_use_limit, store_use_limit, NULL },
	{ "tokens_allowed", show_allowed, store_allowed, NULL },
	{ "tokens_reserved", show_reserved, store_reserved, NULL },
	{ "use_read_buffer_limit", show_use_limit, store_use_limit, has_read_buffers },
	{ "read_buffers_allowed", show_allowed, store_allowed, has_read_buffers },
	{ "read_buffers_reserved", show_reserved, store_reserved, has_read_buffers },
	{ "traffic_class_a", show_class_a, refuse_class, NULL },
	{ "traffic_class_b", show_class_b, refuse_class, NULL },
	{ "desc_progress_limit", show_desc_limit, store_desc_limit, has_op_config },
	{ "batch_progress_limit", show_batch_limit, store_batch_limit, has_op_config },
	{ 0 },
};

SHOW(show_engine_group)
{
	return snprintf(buf, EMU_SYSFS_PAGE, "%d", ENGINE(state, node)->group_id);
}

/* Also while the device works: the driver does not look. */
STORE(store_engine_group)
{
	return parse_group(DSA(state, node), value, &ENGINE(state, node)->group_id);
}

static const struct emu_attribute engine_attributes[] = {
	{ "group_id", show_engine_group, store_engine_group, NULL },
	{ 0 },
};

/*
 * Opens, drivers, the module.
 */

static int show_fault_counter(const struct emu_state *state, const struct emu_node *node, char *buf,
			      bool failures)
{
	int32_t index = state->file[node->index].lane;
	const struct emu_lane *lane = index == EMU_NONE ? NULL : &state->lane[index];

	if (!lane)
		return number(buf, 0);
	return number(buf, atomic_load(failures ? &lane->cr_fault_failures : &lane->cr_faults));
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
	return number(buf, (uint64_t)state->file[node->index].pid);
}

static const struct emu_attribute open_attributes[] = {
	{ "cr_faults", show_cr_faults, NULL, NULL },
	{ "cr_fault_failures", show_cr_fault_failures, NULL, NULL },
	{ "pid", show_pid, NULL, NULL },
	{ 0 },
};

STORE(store_bind)
{
	return emu_driver_bind(state, (enum emu_driver)node->index, value);
}

STORE(store_unbind)
{
	return emu_driver_unbind(state, (enum emu_driver)node->index, value);
}

static const struct emu_attribute driver_attributes[] = {
	{ "bind", NULL, store_bind, NULL },
	{ "unbind", NULL, store_unbind, NULL },
	{ 0 },
};

VISIBLE(is_module)
{
	return state->loaded && node->index == EMU_NODE_MODULE;
}

SHOW(show_live)
{
	(void)state, (void)node;
	return text(buf, "live");
}

SHOW(show_references)
{
	struct emu_node device = { EMU_KIND_DEVICE, 0, 0, 0 };
	uint64_t sum = 0;

	(void)node;
	for (; device.device < state->device_count; device.device++) {
		show_device_clients(state, &device, buf);
		sum += strtoull(buf, NULL, 10);
	}
	return number(buf, sum);
}

static const struct emu_attribute root_attributes[] = {
	{ "initstate", show_live, NULL, is_module },
	{ "refcnt", show_references, NULL, is_module },
	{ 0 },
};

const struct emu_attribute *emu_attributes(enum emu_kind kind)
{
	static const struct emu_attribute none[] = { { 0 } };
	static const struct emu_attribute *const of[EMU_KINDS] = {
		[EMU_KIND_ROOT] = root_attributes,     [EMU_KIND_DRIVER] = driver_attributes,
		[EMU_KIND_DEVICE] = device_attributes, [EMU_KIND_QUEUE] = queue_attributes,
		[EMU_KIND_GROUP] = group_attributes,   [EMU_KIND_ENGINE] = engine_attributes,
		[EMU_KIND_OPEN] = open_attributes,
	};

	return kind < EMU_KINDS && of[kind] ? of[kind] : none;
}
