/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Portals, queues, and the engines that take descriptors from them (3.2 to 3.4). */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "qemu/main-loop.h"
#include "qemu/rcu.h"
#include "hw/misc/idxd.h"
#include "dsa.h"

/*
 * Submission.
 */

/* Shared queues are used up to their threshold through limited portals. */
static unsigned room(DsaState *s, unsigned queue, bool limited, bool dedicated)
{
	unsigned off = limited && !dedicated ? WQ_THRESHOLD : WQ_SIZE;

	return dsa_wqcfg(s, queue, off) & 0xffff;
}

static uint32_t pasid_of(uint32_t mode, const uint64_t *desc)
{
	if (!(mode & WQ_PASID_ENABLE)) {
		return PCI_NO_PASID;
	}
	return mode & WQ_DEDICATED ? WQ_PASID(mode) : desc[0] & 0xfffff;
}

static bool enqueue(DsaState *s, const Entry *new, unsigned limit)
{
	Entry *entry;

	QEMU_LOCK_GUARD(&s->lock);
	if (s->occupancy[new->queue] >= limit) {
		return false;
	}
	entry = g_new(Entry, 1);
	*entry = *new;
	entry->ticket = ++s->ticket;
	s->occupancy[entry->queue]++;
	QSIMPLEQ_INSERT_TAIL(&s->queue[entry->queue], entry, next);
	qemu_cond_broadcast(&s->work);
	return true;
}

/*
 * Sixteen KiB for each queue: unlimited and limited, once more for IMS. What does not fit the
 * queue's mode is answered with "retry", or lost in silence if nobody waits for an answer (3.3).
 */
static bool portal_write64(MemoryRegion *mr, hwaddr off, const uint64_t *desc, bool nonposted,
			   bool *retry)
{
	Entry entry = { .queue = off >> 14 };
	bool dedicated;
	uint32_t mode;
	DsaState *s;

	if (mr->ops != &dsa_portal_ops) {
		return false;
	}
	s = DSA(mr->owner);
	*retry = true;
	mode = dsa_wqcfg(s, entry.queue, WQ_MODE);
	dedicated = mode & WQ_DEDICATED;
	if (!dsa_queue_enabled(s, entry.queue) || dedicated == nonposted) {
		return true;
	}
	entry.pasid = pasid_of(mode, desc);
	memcpy(&entry.desc, desc, sizeof(entry.desc));
	*retry = !enqueue(s, &entry, room(s, entry.queue, off >> 12 & 1, dedicated));
	if (*retry && dedicated) {
		dsa_report_lost(s, &entry);
	}
	return true;
}

static uint64_t portal_read(void *opaque, hwaddr off, unsigned size)
{
	return 0;
}

static void portal_write(void *opaque, hwaddr off, uint64_t v, unsigned size)
{
	qemu_log_mask(LOG_GUEST_ERROR, "dsa: %u bytes written to a portal\n", size);
}

const MemoryRegionOps dsa_portal_ops = {
	.read = portal_read,
	.write = portal_write,
	.endianness = DEVICE_LITTLE_ENDIAN,
};

/*
 * Engines. All of this is under the lock, but for the execution itself.
 */

/* The oldest descriptor of the queue with the highest priority in the group. */
static Entry *choose(DsaState *s, unsigned group)
{
	uint64_t queues = dsa_read64(s, R_GRPCFG + group * GROUP_BYTES + GROUP_QUEUES);
	unsigned i, priority, best = 0;
	Entry *chosen = NULL;

	for (i = 0; i < DSA_QUEUES; i++) {
		Entry *entry = QSIMPLEQ_FIRST(&s->queue[i]);

		priority = WQ_PRIORITY(dsa_wqcfg(s, i, WQ_MODE));
		if (!entry || !(queues & 1ull << i) || priority < best) {
			continue;
		}
		if (!chosen || priority > best || entry->ticket < chosen->ticket) {
			chosen = entry;
			best = priority;
		}
	}
	return chosen;
}

static Entry *take(Engine *engine)
{
	DsaState *s = engine->s;
	Entry *entry = NULL;
	unsigned group;

	for (group = 0; !entry && group < DSA_GROUPS; group++) {
		if (dsa_read64(s, R_GRPCFG + group * GROUP_BYTES + GROUP_ENGINES) &
		    1ull << engine->index) {
			entry = choose(s, group);
		}
	}
	if (entry) {
		QSIMPLEQ_REMOVE_HEAD(&s->queue[entry->queue], next);
		s->occupancy[entry->queue]--;
	}
	return entry;
}

static bool concerns(const Entry *entry, uint32_t queues, uint32_t pasid)
{
	return (queues & 1u << entry->queue) && (pasid == DSA_ANY_PASID || entry->pasid == pasid);
}

/* Is anything of these with a ticket up to @last in a queue or an engine? */
static bool under_way(DsaState *s, uint32_t queues, uint32_t pasid, uint64_t last)
{
	Entry *entry;
	unsigned i;

	for (i = 0; i < DSA_QUEUES; i++) {
		QSIMPLEQ_FOREACH(entry, &s->queue[i], next)
		{
			if (concerns(entry, queues, pasid) && entry->ticket <= last) {
				return true;
			}
		}
	}
	for (i = 0; i < DSA_ENGINES; i++) {
		entry = s->engine[i].current;
		if (entry && concerns(entry, queues, pasid) && entry->ticket <= last) {
			return true;
		}
	}
	return false;
}

static void wait_settled(DsaState *s, uint32_t queues, uint32_t pasid, uint64_t last)
{
	while (under_way(s, queues, pasid, last)) {
		qemu_cond_wait(&s->idle, &s->lock);
	}
}

void dsa_queues_drain(DsaState *s, uint32_t queues, uint32_t pasid)
{
	QEMU_LOCK_GUARD(&s->lock);
	wait_settled(s, queues, pasid, s->ticket);
}

void dsa_queues_abort(DsaState *s, uint32_t queues, uint32_t pasid)
{
	Entry *entry, *next;
	unsigned i;

	QEMU_LOCK_GUARD(&s->lock);
	for (i = 0; i < DSA_QUEUES; i++) {
		QSIMPLEQ_FOREACH_SAFE(entry, &s->queue[i], next, next)
		{
			if (concerns(entry, queues, pasid)) {
				QSIMPLEQ_REMOVE(&s->queue[i], entry, Entry, next);
				s->occupancy[i]--;
				g_free(entry);
			}
		}
	}
	s->aborting |= queues;
	qemu_cond_broadcast(&s->page);
	wait_settled(s, queues, pasid, s->ticket);
	s->aborting &= ~queues;
}

unsigned dsa_queue_occupancy(DsaState *s, unsigned queue)
{
	QEMU_LOCK_GUARD(&s->lock);
	return s->occupancy[queue];
}

/* The queue as the model wants it. */
static struct emu_device device_of(DsaState *s, const Entry *entry)
{
	uint32_t mode = dsa_wqcfg(s, entry->queue, WQ_MODE);
	uint32_t limits = dsa_wqcfg(s, entry->queue, WQ_LIMITS);
	struct emu_device device = {
		.version = s->version,
		.gen_cap = dsa_read64(s, R_GENCAP),
		.iaa_cap = dsa_read64(s, R_IAACAP),
		.max_transfer = 1ull << (limits & 0x1f),
		.max_batch = 1u << (limits >> 5 & 0xf),
		.block_on_fault = mode & WQ_BLOCK_ON_FAULT,
		.page_requests = s->pri && !(mode & (WQ_ATS_DISABLE | WQ_PRS_DISABLE)),
		.event_log = dsa_read32(s, R_GENCFG) & GENCFG_EVL,
	};
	unsigned i;

	for (i = 0; i < 4; i++) {
		device.op_cap[i] = dsa_read64(s, R_OPCAP + 8 * i);
		if (s->version >= 0x200) {
			device.op_cap[i] &=
				dsa_wqcfg(s, entry->queue, WQ_OPCFG + 8 * i) |
				(uint64_t)dsa_wqcfg(s, entry->queue, WQ_OPCFG + 8 * i + 4) << 32;
		}
	}
	return device;
}

static void trace(const Entry *entry, unsigned status, const struct sva_record *record)
{
	const struct sva_desc *desc = &entry->desc;

	qemu_log("dsa: wq%u pasid=%u op=0x%02x flags=0x%06x src=0x%" PRIx64 " dst=0x%" PRIx64
		 " size=%u cr=0x%" PRIx64 " status=0x%02x"
		 " result=%u bytes=%u\n",
		 entry->queue, entry->pasid, sva_desc_opcode(desc), sva_desc_flags(desc),
		 desc->src_addr, desc->dst_addr, desc->xfer_size, desc->completion_addr, status,
		 record->result, record->bytes_completed);
}

static void serve(Engine *engine, const Entry *entry)
{
	DsaState *s = engine->s;
	struct emu_device device = device_of(s, entry);
	struct emu_memory memory = dsa_memory;
	union {
		struct emu_outcome dsa;
		struct emu_iax_outcome iax; /* its record begins as that of a DSA */
	} outcome = { 0 };
	unsigned status;

	if (s->delay_us) {
		g_usleep(s->delay_us);
	}
	memory.ctx = engine;
	status = s->iax ? emu_iax_execute(&device, &memory, &entry->desc, &outcome.iax)
			: emu_execute(&device, &memory, &entry->desc, &outcome.dsa);
	if (s->trace) {
		trace(entry, status, &outcome.dsa.record);
	}
}

/* A drain waits for what its client has submitted to the queue before it. */
static void wait_for_older(DsaState *s, const Entry *entry)
{
	if (sva_desc_opcode(&entry->desc) == SVA_OP_DRAIN) {
		wait_settled(s, 1u << entry->queue, entry->pasid, entry->ticket - 1);
	}
}

static void *engine_thread(void *opaque)
{
	Engine *engine = opaque;
	DsaState *s = engine->s;

	rcu_register_thread();
	qemu_mutex_lock(&s->lock);
	for (;;) {
		Entry *entry = take(engine);

		if (!entry) {
			qemu_cond_wait(&s->work, &s->lock);
			continue;
		}
		engine->current = entry;
		wait_for_older(s, entry);
		qemu_mutex_unlock(&s->lock);
		serve(engine, entry);
		qemu_mutex_lock(&s->lock);
		engine->current = NULL;
		g_free(entry);
		qemu_cond_broadcast(&s->idle);
	}
	return NULL;
}

void dsa_queues_start(DsaState *s)
{
	unsigned i;

	qemu_cond_init(&s->work);
	qemu_cond_init(&s->idle);
	for (i = 0; i < DSA_QUEUES; i++) {
		QSIMPLEQ_INIT(&s->queue[i]);
	}
	idxd_portal_write64 = portal_write64;
	for (i = 0; i < DSA_ENGINES; i++) {
		s->engine[i].s = s;
		s->engine[i].index = i;
		qemu_thread_create(&s->engine[i].thread, "dsa-engine", engine_thread, &s->engine[i],
				   QEMU_THREAD_DETACHED);
	}
}
