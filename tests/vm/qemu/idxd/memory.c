/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory through the IOMMU: ATS and PRI. There is no translation cache: each
 * access translates anew and is over before the BQL is given up, so that an
 * invalidation finds nothing in flight.
 */
#include "qemu/osdep.h"
#include "qemu/main-loop.h"
#include "system/address-spaces.h"
#include "hw/pci/pcie.h"
#include "dsa.h"

static uint32_t pasid_of(const Engine *engine)
{
	return engine->current->pasid;
}

/* A descriptor that is aborted accesses nothing any more, and leaves no record. */
static bool is_aborted(Engine *engine)
{
	DsaState *s = engine->s;

	QEMU_LOCK_GUARD(&s->lock);
	return s->aborting & 1u << engine->current->queue;
}

/* Within a page; under the BQL. */
static bool translate(const Engine *engine, uint64_t addr, bool write, hwaddr *to)
{
	IOMMUTLBEntry entry;
	uint32_t errors;

	if (pci_ats_request_translation(PCI_DEVICE(engine->s), pasid_of(engine), false, false,
					addr & ~0xfffull, 4096, !write, &entry, 1, &errors) != 1 ||
	    !(entry.perm & (write ? IOMMU_WO : IOMMU_RO))) {
		return false;
	}
	*to = (entry.translated_addr & ~entry.addr_mask) | (addr & entry.addr_mask);
	return true;
}

static size_t accessible(void *ctx, uint64_t addr, size_t len, bool write)
{
	size_t page = 4096 - (addr & 0xfff);
	hwaddr to;

	BQL_LOCK_GUARD();
	return !is_aborted(ctx) && translate(ctx, addr, write, &to) ? MIN(len, page) : 0;
}

static bool transfer(Engine *engine, uint64_t addr, void *buf, size_t len, bool write)
{
	hwaddr to;

	BQL_LOCK_GUARD();
	return !is_aborted(engine) && translate(engine, addr, write, &to) &&
	       address_space_rw(&address_space_memory, to, MEMTXATTRS_UNSPECIFIED, buf, len,
				write) == MEMTX_OK;
}

static bool load(void *ctx, uint64_t addr, void *to, size_t len)
{
	return transfer(ctx, addr, to, len, false);
}

static bool store(void *ctx, uint64_t addr, const void *from, size_t len)
{
	return transfer(ctx, addr, (void *)from, len, true);
}

static void page_response(IOMMUPRINotifier *notifier, IOMMUPRIResponse *response)
{
	DsaState *s = container_of(notifier, DsaState, pri_notifier);
	unsigned i;

	QEMU_LOCK_GUARD(&s->lock);
	for (i = 0; i < DSA_ENGINES; i++) {
		if (s->engine[i].page_group == response->prgi) {
			s->engine[i].page_response = response->response_code;
		}
	}
	qemu_cond_broadcast(&s->page);
}

static bool request(Engine *engine, uint64_t addr, bool write)
{
	DsaState *s = engine->s;
	uint32_t pasid = pasid_of(engine);

	BQL_LOCK_GUARD();
	if (pasid == PCI_NO_PASID || !pcie_pri_enabled(PCI_DEVICE(s))) {
		return false;
	}
	if (g_hash_table_add(s->pri_pasids, GUINT_TO_POINTER(pasid))) {
		pci_pri_register_notifier(PCI_DEVICE(s), pasid, &s->pri_notifier);
	}
	WITH_QEMU_LOCK_GUARD(&s->lock)
	{
		engine->page_group = s->page_group++ & PCI_PRI_PRGI_MASK;
		engine->page_response = -1;
	}
	return !pci_pri_request_page(PCI_DEVICE(s), pasid, false, false, addr & ~0xfffull, true,
				     engine->page_group, !write, write);
}

/* Ask for the page, and wait for the kernel's answer. */
static bool resolve(void *ctx, uint64_t addr, bool write)
{
	Engine *engine = ctx;
	DsaState *s = engine->s;
	unsigned queue = engine->current->queue;

	if (!request(engine, addr, write)) {
		return false;
	}
	QEMU_LOCK_GUARD(&s->lock);
	while (engine->page_response < 0 && !(s->aborting & 1u << queue)) {
		qemu_cond_wait(&s->page, &s->lock);
	}
	return engine->page_response == IOMMU_PRI_RESP_SUCCESS;
}

static void report(void *ctx, const struct sva_desc *desc, const struct sva_record *record,
		   unsigned status)
{
	Engine *engine = ctx;

	BQL_LOCK_GUARD();
	if (is_aborted(engine)) {
		return;
	}
	dsa_report(engine->s, engine->current, desc, record, status);
}

const struct emu_memory dsa_memory = {
	.accessible = accessible,
	.read = load,
	.write = store,
	.resolve = resolve,
	.report = report,
};

void dsa_memory_start(DsaState *s)
{
	qemu_cond_init(&s->page);
	s->pri_pasids = g_hash_table_new(NULL, NULL);
	s->pri_notifier.notify = page_response;
}
