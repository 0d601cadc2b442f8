/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interrupts, the error register and the event log (9.2.16, 5.9). */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "hw/pci/msix.h"
#include "dsa.h"

/* SWERR and entries of the event log begin alike. */
#define ERROR_VALID      0x01ull /* SWERR only */
#define ERROR_OVERFLOW   0x02ull /* SWERR only */
#define ERROR_DESCRIPTOR 0x04ull
#define ERROR_QUEUE      0x08ull
#define ERROR_WRITE      0x20ull

/* 5.8.2 */
#define ERROR_QUEUE_FULL 0x53u

#define EVL_PENDING      0x40000000u  /* in the upper half of EVLSTATUS */
#define EVL_RCR          (1ull << 50) /* in the second word of an entry */

/* 64 bytes of a DSA; 128 of an IAX, whose record is behind another 32 bytes. */
typedef union {
	uint64_t head[4];
	struct {
		uint64_t head[4];
		struct sva_record record;
	} dsa;
	struct {
		uint64_t head[8];
		struct sva_iax_record record;
	} iax;
} LogEntry;
QEMU_BUILD_BUG_ON(sizeof(LogEntry) != 128);

void dsa_interrupt(DsaState *s, uint32_t cause)
{
	dsa_write32(s, R_INTCAUSE, dsa_read32(s, R_INTCAUSE) | cause);
	msix_notify(PCI_DEVICE(s), 0);
}

static void set_swerr(DsaState *s, const uint64_t *error)
{
	unsigned i;

	if (dsa_read64(s, R_SWERR) & ERROR_VALID) {
		dsa_write64(s, R_SWERR, dsa_read64(s, R_SWERR) | ERROR_OVERFLOW);
		return;
	}
	for (i = 1; i < 4; i++) {
		dsa_write64(s, R_SWERR + 8 * i, error[i]);
	}
	dsa_write64(s, R_SWERR, error[0] | ERROR_VALID);
	if (dsa_read32(s, R_GENCTRL) & GENCTRL_ERROR_INT) {
		dsa_interrupt(s, INTCAUSE_ERROR);
	}
}

/* False: the log is off or full. */
static bool append(DsaState *s, const LogEntry *entry)
{
	uint64_t base = dsa_read64(s, R_EVLCFG) & ~0xfffull;
	uint32_t size = dsa_read32(s, R_EVLCFG + 8) & 0xffff;
	uint32_t head = dsa_read32(s, R_EVLSTATUS) & 0xffff;
	uint32_t upper = dsa_read32(s, R_EVLSTATUS + 4), tail = upper & 0xffff;
	size_t bytes = s->iax ? sizeof(entry->iax) : sizeof(entry->dsa);

	if (!(dsa_read32(s, R_GENCFG) & GENCFG_EVL) || (tail + 1) % size == head) {
		return false;
	}
	pci_dma_write(PCI_DEVICE(s), base + tail * bytes, entry, bytes);
	dsa_write32(s, R_EVLSTATUS + 4, (tail + 1) % size | EVL_PENDING);
	if (!(upper & EVL_PENDING) && (dsa_read32(s, R_GENCTRL) & GENCTRL_EVL_INT)) {
		dsa_interrupt(s, INTCAUSE_EVL);
	}
	return true;
}

static uint64_t first_word(const Entry *entry, const struct sva_desc *desc, unsigned code)
{
	uint64_t word = ERROR_DESCRIPTOR | ERROR_QUEUE | (uint64_t)code << 8 |
			(uint64_t)entry->queue << 16 | (uint64_t)sva_desc_opcode(desc) << 32;

	return entry->pasid == PCI_NO_PASID ? word : word | (uint64_t)entry->pasid << 40;
}

void dsa_report(DsaState *s, const Entry *entry, const struct sva_desc *desc,
		const struct sva_record *record, unsigned status)
{
	LogEntry log = { 0 };
	uint64_t first = first_word(entry, desc, SVA_STATUS_CODE(status)) |
			 (status & SVA_STATUS_WRITE ? ERROR_WRITE : 0);

	if (s->iax) {
		memcpy(&log.iax.record, record, sizeof(log.iax.record));
	} else {
		log.dsa.record = *record;
	}
	log.head[0] = cpu_to_le64(first);
	log.head[1] = cpu_to_le64(sva_desc_flags(desc) & SVA_FLAG_RCR ? EVL_RCR : 0);
	log.head[2] = cpu_to_le64(desc->completion_addr);
	if (append(s, &log)) {
		return;
	}
	set_swerr(s, (uint64_t[4]){ first, (uint64_t)record->invalid_flags << 32,
				    desc->completion_addr });
}

void dsa_report_lost(DsaState *s, const Entry *entry)
{
	set_swerr(s, (uint64_t[4]){ first_word(entry, &entry->desc, ERROR_QUEUE_FULL) });
}
