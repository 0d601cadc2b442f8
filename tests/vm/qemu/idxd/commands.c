/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device's commands (4.4, 9.2.10). They wait for descriptors, so they have
 * a thread; the register takes one at a time.
 */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "qemu/main-loop.h"
#include "dsa.h"

#define CMDSTS_ACTIVE 0x80000000u
#define CMD_INTERRUPT 0x80000000u
#define CMD_OPERAND   0xfffffu

enum {
	CMD_ENABLE_DEVICE = 1,
	CMD_DISABLE_DEVICE,
	CMD_DRAIN_ALL,
	CMD_ABORT_ALL,
	CMD_RESET_DEVICE,
	CMD_ENABLE_QUEUE,
	CMD_DISABLE_QUEUES,
	CMD_DRAIN_QUEUES,
	CMD_ABORT_QUEUES,
	CMD_RESET_QUEUES,
	CMD_DRAIN_PASID,
	CMD_ABORT_PASID,
};

enum {
	ERR_INVALID_COMMAND = 0x01,
	ERR_INVALID_QUEUE = 0x02,
	ERR_DEVICE_ENABLED = 0x10,
	ERR_BUS_MASTER = 0x12,
	ERR_QUEUE_SPACE = 0x14,
	ERR_GROUP = 0x15,
	ERR_GROUP_QUEUES = 0x16,
	ERR_GROUP_ENGINES = 0x17,
	ERR_DEVICE_NOT_ENABLED = 0x20,
	ERR_QUEUE_ENABLED = 0x21,
	ERR_QUEUE_SIZE = 0x22,
	ERR_PRIORITY = 0x23,
	ERR_BLOCK_ON_FAULT = 0x25,
	ERR_PASID = 0x26,
	ERR_BATCH_SIZE = 0x27,
	ERR_TRANSFER_SIZE = 0x28,
	ERR_DEVICE_DISABLED = 0x31,
	ERR_QUEUE_NOT_ENABLED = 0x32,
};

#define ALL_QUEUES ((1u << DSA_QUEUES) - 1)

static bool device_enabled(DsaState *s)
{
	return (dsa_read32(s, R_GENSTS) & 3) == GENSTS_ENABLED;
}

/* Each queue that has a size is in one group, no other is; a group has both queues and engines. */
static uint32_t check_groups(DsaState *s)
{
	uint64_t sized = 0, queues = 0, engines = 0;
	unsigned i;

	for (i = 0; i < DSA_QUEUES; i++) {
		sized |= (uint64_t) !!(dsa_wqcfg(s, i, WQ_SIZE) & 0xffff) << i;
	}
	for (i = 0; i < DSA_GROUPS; i++) {
		uint64_t own_queues = dsa_read64(s, R_GRPCFG + i * GROUP_BYTES + GROUP_QUEUES);
		uint64_t own_engines = dsa_read64(s, R_GRPCFG + i * GROUP_BYTES + GROUP_ENGINES);

		if (!own_queues != !own_engines) {
			return ERR_GROUP;
		}
		if (own_queues & queues) {
			return ERR_GROUP_QUEUES;
		}
		if (own_engines & engines) {
			return ERR_GROUP_ENGINES;
		}
		queues |= own_queues;
		engines |= own_engines;
	}
	return queues == sized ? 0 : ERR_GROUP_QUEUES;
}

static uint32_t enable_device(DsaState *s)
{
	unsigned i, space = 0;
	uint32_t error;

	if (device_enabled(s)) {
		return ERR_DEVICE_ENABLED;
	}
	if (!(pci_get_word(PCI_DEVICE(s)->config + PCI_COMMAND) & PCI_COMMAND_MASTER)) {
		return ERR_BUS_MASTER;
	}
	for (i = 0; i < DSA_QUEUES; i++) {
		space += dsa_wqcfg(s, i, WQ_SIZE) & 0xffff;
	}
	if (space > DSA_QUEUE_SPACE) {
		return ERR_QUEUE_SPACE;
	}
	error = check_groups(s);
	if (!error) {
		dsa_write32(s, R_GENSTS, GENSTS_ENABLED);
	}
	return error;
}

static uint32_t enable_queue(DsaState *s, uint32_t queue)
{
	uint64_t gencap = dsa_read64(s, R_GENCAP);
	uint32_t mode, limits;

	if (queue >= DSA_QUEUES) {
		return ERR_INVALID_QUEUE;
	}
	mode = dsa_wqcfg(s, queue, WQ_MODE);
	limits = dsa_wqcfg(s, queue, WQ_LIMITS);
	if (!device_enabled(s)) {
		return ERR_DEVICE_NOT_ENABLED;
	}
	if (dsa_queue_enabled(s, queue)) {
		return ERR_QUEUE_ENABLED;
	}
	if (!(dsa_wqcfg(s, queue, WQ_SIZE) & 0xffff)) {
		return ERR_QUEUE_SIZE;
	}
	if (!WQ_PRIORITY(mode)) {
		return ERR_PRIORITY;
	}
	if ((mode & WQ_BLOCK_ON_FAULT) && !(gencap & 1)) {
		return ERR_BLOCK_ON_FAULT;
	}
	if (!(mode & (WQ_DEDICATED | WQ_PASID_ENABLE))) {
		return ERR_PASID;
	}
	if ((limits >> 5 & 0xf) > (gencap >> 21 & 0xf)) {
		return ERR_BATCH_SIZE;
	}
	if ((limits & 0x1f) > (gencap >> 16 & 0x1f)) {
		return ERR_TRANSFER_SIZE;
	}
	dsa_queue_set(s, queue, true);
	return 0;
}

/* The BQL is not needed, and not held, while descriptors are waited for. */
static void settle(DsaState *s, uint32_t queues, uint32_t pasid, bool drop)
{
	bql_unlock();
	if (drop) {
		dsa_queues_abort(s, queues, pasid);
	} else {
		dsa_queues_drain(s, queues, pasid);
	}
	bql_lock();
}

/* Refuse what comes from now on, and end what has come. */
static uint32_t stop_queues(DsaState *s, uint32_t queues, bool drop, bool clear)
{
	unsigned i;

	for (i = 0; i < DSA_QUEUES; i++) {
		if (queues & 1u << i) {
			dsa_queue_set(s, i, false);
		}
	}
	settle(s, queues, DSA_ANY_PASID, drop);
	for (i = 0; clear && i < DSA_QUEUES; i++) {
		if (queues & 1u << i) {
			dsa_queue_clear(s, i);
		}
	}
	return 0;
}

static uint32_t disable_device(DsaState *s)
{
	if (!device_enabled(s)) {
		return ERR_DEVICE_DISABLED;
	}
	stop_queues(s, ALL_QUEUES, false, false);
	dsa_write32(s, R_GENSTS, 0);
	return 0;
}

static uint32_t reset_device(DsaState *s)
{
	stop_queues(s, ALL_QUEUES, true, true);
	memset(s->regs + R_GRPCFG, 0, DSA_GROUPS * GROUP_BYTES);
	memset(s->regs + R_MSIXPERM, 0, DSA_VECTORS * 8);
	memset(s->regs + R_EVLCFG, 0, 16);
	dsa_write64(s, R_EVLSTATUS, 0);
	dsa_write32(s, R_GENCFG, 0);
	dsa_write32(s, R_GENCTRL, 0);
	dsa_write32(s, R_GENSTS, 0);
	return 0;
}

static uint32_t execute(DsaState *s, uint32_t command)
{
	uint32_t operand = command & CMD_OPERAND;
	/* Sixteen queues in the bits below, and which sixteen in those above. */
	uint32_t queues = operand >> 16 ? 0 : operand & ALL_QUEUES;

	switch (command >> 20 & 0x1f) {
	case CMD_ENABLE_DEVICE:
		return enable_device(s);
	case CMD_DISABLE_DEVICE:
		return disable_device(s);
	case CMD_RESET_DEVICE:
		return reset_device(s);
	case CMD_ENABLE_QUEUE:
		return enable_queue(s, operand);
	case CMD_DISABLE_QUEUES:
		return stop_queues(s, queues, false, false);
	case CMD_RESET_QUEUES:
		return stop_queues(s, queues, true, true);
	case CMD_DRAIN_ALL:
	case CMD_ABORT_ALL:
		settle(s, ALL_QUEUES, DSA_ANY_PASID, (command >> 20 & 0x1f) == CMD_ABORT_ALL);
		return 0;
	case CMD_DRAIN_QUEUES:
	case CMD_ABORT_QUEUES:
		settle(s, queues, DSA_ANY_PASID, (command >> 20 & 0x1f) == CMD_ABORT_QUEUES);
		return 0;
	case CMD_DRAIN_PASID:
	case CMD_ABORT_PASID:
		settle(s, ALL_QUEUES, operand, (command >> 20 & 0x1f) == CMD_ABORT_PASID);
		return 0;
	default:
		qemu_log_mask(LOG_UNIMP, "dsa: command 0x%08x\n", command);
		return ERR_INVALID_COMMAND;
	}
}

static void *command_thread(void *opaque)
{
	DsaState *s = opaque;

	for (;;) {
		uint32_t command, status;

		WITH_QEMU_LOCK_GUARD(&s->lock)
		{
			while (!s->pending_command) {
				qemu_cond_wait(&s->command, &s->lock);
			}
			command = s->pending_command;
		}
		bql_lock();
		status = execute(s, command);
		WITH_QEMU_LOCK_GUARD(&s->lock)
		{
			s->pending_command = 0;
		}
		dsa_write32(s, R_CMDSTS, status);
		if (command & CMD_INTERRUPT) {
			dsa_interrupt(s, INTCAUSE_COMMAND);
		}
		bql_unlock();
	}
	return NULL;
}

void dsa_command_issue(DsaState *s, uint32_t command)
{
	QEMU_LOCK_GUARD(&s->lock);
	if (s->pending_command || !command) {
		return;
	}
	dsa_write32(s, R_CMDSTS, CMDSTS_ACTIVE);
	s->pending_command = command;
	qemu_cond_signal(&s->command);
}

void dsa_command_start(DsaState *s)
{
	qemu_cond_init(&s->command);
	qemu_thread_create(&s->commander, "dsa-command", command_thread, s, QEMU_THREAD_DETACHED);
}
