/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include <sva/iax.h>

#include "address.h"
#include "machine.h"

/* Sapphire Rapids: GENCAP, OPCAP, WQCAP, GRPCAP as its sysfs shows them. */
#define SPR_GEN_CAP      0x40915f0107ull
#define SPR_OP_CAP       0x1003f03ffull
#define SPR_ENGINES      4u
#define SPR_QUEUES       8u
#define SPR_GROUPS       4u
#define SPR_QUEUE_SIZE   128u
#define SPR_READ_BUFFERS 96u

/* DSA 2.0, with an event log of 64 bytes for each entry (GENCAP bits 13 and 14: 1); its other
 * capabilities are those of 1.0. */
#define DSA2_GEN_CAP (SPR_GEN_CAP | 1ull << 13)
#define DSA2_OP_CAP  0x1003f03ffull /* without those between domains, which have no model */
#define DSA2_EXTRA   (1ull << SVA_OP_TRANSLATION_FETCH | 1ull << SVA_OP_DIX_GENERATE)

/*
 * IAX 1.0 of Sapphire Rapids. Of 2.0 no values are known: it has what the model of its operations
 * has, and an event log of 128 bytes for each entry.
 */
#define IAX_GEN_CAP  0x71f10901f0105ull
#define IAX_OP_CAP_0 0xdull
#define IAX_OP_CAP_1 0x7f331cull
#define IAX_ENGINES  8u
#define IAX2_GEN_CAP (IAX_GEN_CAP | 2ull << 13)
#define IAX2_IAA_CAP (SVA_IAACAP_AECS_FORMAT_2 | SVA_IAACAP_HEADER | SVA_IAACAP_CFB)
#define IAX2_EXTRA                                                               \
	(1ull << (SVA_IAX_OP_DECRYPT - 64) | 1ull << (SVA_IAX_OP_ENCRYPT - 64) | \
	 1ull << (SVA_IAX_OP_ZERO_DECOMPRESS_8 - 64) | 1ull << (SVA_IAX_OP_ZERO_COMPRESS_8 - 64))

#define DEFAULT_MAX_TRANSFER (2ull << 20)
#define DEFAULT_MAX_BATCH    32u
#define DEFAULT_RETRIES      32u
#define DEFAULT_EVENT_LOG    64u
#define MAJOR                236u /* the first of those that are given out dynamically */

void emu_queue_clear(const struct emu_dsa *dsa, struct emu_queue *queue)
{
	queue->type = EMU_WQ_NONE;
	queue->mode = EMU_WQ_SHARED;
	queue->threshold = queue->priority = 0;
	queue->block_on_fault = queue->ats_disable = queue->prs_disable = false;
	queue->name[0] = '\0'; /* the driver's name stays */
	queue->max_transfer_size = DEFAULT_MAX_TRANSFER;
	queue->max_batch_size =
		dsa->max_batch_size < DEFAULT_MAX_BATCH ? dsa->max_batch_size : DEFAULT_MAX_BATCH;
	queue->enqcmds_retries = DEFAULT_RETRIES;
	memcpy(queue->op_config, dsa->op_cap, sizeof(queue->op_config));
}

void emu_machine_reset(struct emu_dsa *dsa)
{
	for (unsigned int i = 0; i < dsa->queue_count; i++) {
		emu_queue_clear(dsa, &dsa->queue[i]);
		dsa->queue[i].size = 0;
		dsa->queue[i].group_id = EMU_NONE;
	}
	for (unsigned int i = 0; i < dsa->engine_count; i++)
		dsa->engine[i].group_id = EMU_NONE;
	for (unsigned int i = 0; i < dsa->group_count; i++)
		dsa->group[i] = (struct emu_group){ .traffic_class_a = 1,
						    .traffic_class_b = 1,
						    .read_buffers_allowed = dsa->max_read_buffers };
}

void emu_machine_power_up(struct emu_dsa *dsa)
{
	emu_machine_reset(dsa);
	for (unsigned int i = 0; i < dsa->queue_count; i++)
		dsa->queue[i].driver_name[0] = '\0';
	dsa->read_buffer_limit = 0;
	dsa->event_log_size = DEFAULT_EVENT_LOG;
	dsa->cmd_status = 0;
}

static uint32_t or_default(uint32_t value, uint32_t fallback)
{
	return value ? value : fallback;
}

static void set_op_cap(struct emu_dsa *dsa, const uint64_t op_cap[4])
{
	static const uint64_t none[4];

	if (memcmp(op_cap, none, sizeof(none)) != 0)
		memcpy(dsa->op_cap, op_cap, sizeof(dsa->op_cap));
}

static void make_dsa(struct emu_dsa *dsa, const struct emu_hardware *hardware)
{
	bool second = dsa->version >= 0x200;

	dsa->gen_cap = second ? DSA2_GEN_CAP : SPR_GEN_CAP;
	dsa->op_cap[0] = second ? DSA2_OP_CAP | DSA2_EXTRA : SPR_OP_CAP;
	set_op_cap(dsa, hardware->op_cap);
	dsa->engine_count = or_default(hardware->engines, SPR_ENGINES);
	dsa->max_read_buffers = SPR_READ_BUFFERS;
}

static void make_iax(struct emu_dsa *dsa, const struct emu_hardware *hardware)
{
	bool second = dsa->version >= 0x200;

	dsa->gen_cap = second ? IAX2_GEN_CAP : IAX_GEN_CAP;
	dsa->iaa_cap = second ? IAX2_IAA_CAP : 0;
	dsa->op_cap[0] = IAX_OP_CAP_0;
	dsa->op_cap[1] = IAX_OP_CAP_1 | (second ? IAX2_EXTRA : 0);
	dsa->engine_count = or_default(hardware->engines, IAX_ENGINES);
}

static void make_device(struct emu_dsa *dsa, enum emu_type type, uint32_t id,
			const struct emu_hardware *hardware)
{
	dsa->type = type;
	dsa->id = id;
	dsa->version = or_default(hardware->version[type], 0x100);
	if (type == EMU_TYPE_DSA)
		make_dsa(dsa, hardware);
	else
		make_iax(dsa, hardware);
	dsa->queue_count = or_default(hardware->queues, SPR_QUEUES);
	dsa->group_count = or_default(hardware->groups, SPR_GROUPS);
	dsa->max_queue_size = or_default(hardware->queue_size, SPR_QUEUE_SIZE);
	dsa->max_transfer_size = 1ull << (dsa->gen_cap >> 16 & 0x1f);
	dsa->max_batch_size = 1u << (dsa->gen_cap >> 21 & 0xf);
	dsa->bound = true;
	emu_machine_power_up(dsa);
}

static struct emu_dsa *find_device(struct emu_state *state, uint32_t id)
{
	for (uint32_t i = 0; i < state->device_count; i++)
		if (state->device[i].id == id)
			return &state->device[i];
	return NULL;
}

static int add_device(struct emu_state *state, enum emu_type type, uint32_t id,
		      const struct emu_hardware *hardware)
{
	const struct emu_dsa *other = find_device(state, id);

	if (other)
		return other->type == type ? 0 : -EEXIST;
	if (state->device_count == EMU_DEVICES)
		return -EINVAL;
	make_device(&state->device[state->device_count++], type, id, hardware);
	return 0;
}

/* In the order of their numbers. */
static int add_devices(struct emu_state *state, const struct emu_hardware *hardware)
{
	uint32_t count = hardware->devices;
	int err = 0;

	if (!count && !hardware->named_count)
		count = 2;
	for (uint32_t i = 0; i < count && !err; i++)
		err = add_device(state, hardware->type[i], i, hardware);
	for (uint32_t i = 0; i < hardware->named_count && !err; i++)
		err = add_device(state, hardware->named[i].type, hardware->named[i].id, hardware);
	return err;
}

/* The first ones on the first node, as the sockets of a machine have theirs. */
static void place_devices(struct emu_state *state, const struct emu_hardware *hardware)
{
	uint32_t nodes = or_default(hardware->nodes, 1);

	for (uint32_t i = 0; i < state->device_count; i++)
		state->device[i].numa_node = (int32_t)(i * nodes / state->device_count);
	for (uint32_t i = 0; i < hardware->named_count; i++) {
		const struct emu_named_device *named = &hardware->named[i];
		struct emu_dsa *dsa = find_device(state, named->id);

		if (!hardware->nodes && named->numa_node != EMU_NONE)
			dsa->numa_node = named->numa_node;
		set_op_cap(dsa, named->op_cap);
		emu_machine_power_up(dsa); /* op_config begins as op_cap */
	}
}

int emu_machine_init(struct emu_state *state, const struct emu_hardware *hardware)
{
	int err;

	if (hardware->devices > EMU_DEVICES || hardware->engines > EMU_ENGINES ||
	    hardware->queues > EMU_QUEUES || hardware->groups > EMU_GROUPS ||
	    hardware->queue_size > EMU_SLOTS)
		return -EINVAL;
	err = add_devices(state, hardware);
	if (err)
		return err;
	place_devices(state, hardware);
	state->loaded = true;
	state->page_check = true;
	for (unsigned int type = 0; type < EMU_TYPES; type++)
		state->major[type] = MAJOR - type; /* downwards, as the kernel does */
	emu_pci_place(state);
	return 0;
}
