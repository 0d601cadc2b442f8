/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A DSA or IAX device: what its files share.
 *
 * Locks: registers and the IOMMU are under the BQL, queues and engines under
 * DsaState.lock, which is taken inside it. Engines hold neither while they
 * work.
 *
 * Sources: Intel Data Streaming Accelerator Architecture Specification
 * (341204), by section; the registers that Linux's idxd driver uses.
 */
#ifndef HW_MISC_IDXD_DSA_H
#define HW_MISC_IDXD_DSA_H

#include "qemu/queue.h"
#include "qemu/thread.h"
#include "hw/pci/pci_bus.h"
#include "hw/pci/pci_device.h"
#include "iax.h" /* the operations: emu/model of libsva */

#define TYPE_DSA "idxd-dsa"
#define TYPE_IAX "idxd-iax" /* a DSA with other operations and records */
OBJECT_DECLARE_SIMPLE_TYPE(DsaState, DSA)

#define DSA_QUEUES      8u
#define DSA_GROUPS      4u
#define DSA_ENGINES     8u   /* of an IAX; a DSA has 4 */
#define DSA_QUEUE_SPACE 128u /* entries of all queues together */
#define DSA_VECTORS     (DSA_QUEUES + 1)
#define DSA_REGISTERS   0x1000u

/* Registers (9.2), and the tables that OFFSETS points to. */
enum {
	R_VERSION = 0x00,
	R_GENCAP = 0x10,
	R_WQCAP = 0x20,
	R_GRPCAP = 0x30,
	R_ENGCAP = 0x38,
	R_OPCAP = 0x40,
	R_OFFSETS = 0x60,
	R_GENCFG = 0x80,
	R_GENCTRL = 0x88,
	R_GENSTS = 0x90,
	R_INTCAUSE = 0x98,
	R_CMD = 0xa0,
	R_CMDSTS = 0xa8,
	R_SWERR = 0xc0,
	R_EVLCFG = 0xe0,
	R_EVLSTATUS = 0xf0,
	R_IAACAP = 0x180,
	R_GRPCFG = 0x400,
	R_WQCFG = 0x600,
	R_MSIXPERM = 0x800,
};

#define GENCTRL_ERROR_INT 0x1u
#define GENCTRL_EVL_INT   0x4u
#define GENCFG_EVL        0x2000u
#define GENSTS_ENABLED    1u
#define INTCAUSE_ERROR    0x01u
#define INTCAUSE_COMMAND  0x02u
#define INTCAUSE_EVL      0x20u

/* WQCFG (9.2.20): offsets of its words, and what is in them. */
enum {
	WQ_SIZE = 0,
	WQ_THRESHOLD = 4,
	WQ_MODE = 8,
	WQ_LIMITS = 12,
	WQ_STATE = 24,
	WQ_OPCFG = 32,
	WQ_BYTES = 64
};

#define WQ_DEDICATED      0x1u
#define WQ_BLOCK_ON_FAULT 0x2u
#define WQ_ATS_DISABLE    0x4u
#define WQ_PRS_DISABLE    0x8u
#define WQ_PRIORITY(mode) ((mode) >> 4 & 0xf)
#define WQ_PASID(mode)    ((mode) >> 8 & 0xfffff)
#define WQ_PASID_ENABLE   0x10000000u
#define WQ_STATE_ENABLED  0x40000000u
#define WQ_STATE_MASK     0xc0000000u

/* GRPCFG (9.2.19): 64 bytes, queues from 0 on, engines at 32. */
enum { GROUP_QUEUES = 0, GROUP_ENGINES = 32, GROUP_BYTES = 64 };

/* A descriptor that was accepted. */
typedef struct Entry {
	QSIMPLEQ_ENTRY(Entry) next;
	struct sva_desc desc;
	unsigned queue;
	uint32_t pasid;  /* or PCI_NO_PASID */
	uint64_t ticket; /* its number in the order of submission */
} Entry;

typedef struct Engine {
	DsaState *s;
	unsigned index;
	QemuThread thread;
	Entry *current;
	int page_response; /* to the request that it waits for; -1: none */
	uint16_t page_group;
} Engine;

struct DsaState {
	PCIDevice parent_obj;
	MemoryRegion bar0, mmio, portals;

	bool iax;

	/* Properties. */
	uint32_t version;
	bool pri;          /* page requests */
	uint32_t delay_us; /* that an engine takes longer for each descriptor */
	bool trace;        /* a line in the log for each descriptor */

	uint8_t regs[DSA_REGISTERS];

	QemuMutex lock;
	QemuCond work, idle, page, command;
	QSIMPLEQ_HEAD(, Entry) queue[DSA_QUEUES];
	unsigned occupancy[DSA_QUEUES];
	uint64_t ticket;
	uint32_t aborting; /* queues whose page requests are not waited for */
	Engine engine[DSA_ENGINES];
	uint32_t pending_command; /* 0: none */
	QemuThread commander;

	uint16_t page_group; /* of the last page request */
	IOMMUPRINotifier pri_notifier;
	GHashTable *pri_pasids; /* that the notifier is registered for; BQL */
};

/* dsa.c */
uint32_t dsa_read32(DsaState *s, unsigned off);
uint64_t dsa_read64(DsaState *s, unsigned off);
void dsa_write32(DsaState *s, unsigned off, uint32_t v);
void dsa_write64(DsaState *s, unsigned off, uint64_t v);
uint32_t dsa_wqcfg(DsaState *s, unsigned queue, unsigned off);
bool dsa_queue_enabled(DsaState *s, unsigned queue);
void dsa_queue_set(DsaState *s, unsigned queue, bool enabled);
void dsa_queue_clear(DsaState *s, unsigned queue);

/* commands.c */
void dsa_command_start(DsaState *s);
void dsa_command_issue(DsaState *s, uint32_t command);

/* queues.c */
extern const MemoryRegionOps dsa_portal_ops;
void dsa_queues_start(DsaState *s);
/* Wait until nothing of these queues (a bitmap) and this PASID is under way. */
#define DSA_ANY_PASID UINT32_MAX
void dsa_queues_drain(DsaState *s, uint32_t queues, uint32_t pasid);
/* The same, but what was not begun is dropped, and no page is waited for. */
void dsa_queues_abort(DsaState *s, uint32_t queues, uint32_t pasid);
unsigned dsa_queue_occupancy(DsaState *s, unsigned queue);

/* memory.c: the memory of an engine's descriptor, for the model */
void dsa_memory_start(DsaState *s);
extern const struct emu_memory dsa_memory; /* its context is the Engine */

/* errors.c; all under the BQL */
void dsa_interrupt(DsaState *s, uint32_t cause);
/* An error that has no completion record to go to, in the event log or SWERR. */
void dsa_report(DsaState *s, const Entry *entry, const struct sva_desc *desc,
		const struct sva_record *record, unsigned status);
/* A descriptor for which its dedicated queue had no room. */
void dsa_report_lost(DsaState *s, const Entry *entry);

#endif
