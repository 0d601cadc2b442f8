/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A DSA or IAX device on the PCI bus: capabilities and registers. */
#include "qemu/osdep.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "hw/pci/msix.h"
#include "hw/pci/pcie.h"
#include "hw/qdev-properties.h"
#include "hw/misc/idxd.h"
#include "dsa.h"

/* Sapphire Rapids, as the kernel shows it. */
#define SPR_GENCAP 0x40915f0107ull
#define SPR_OPCAP  0x1003f03ffull
#define SPR_WQCAP  0x3f000000080080ull
#define SPR_GRPCAP 0x36004ull

/* DSA 2.0: event log, of 64 bytes for each entry; translation fetch, DIX; progress limits;
 * per-queue operations and page requests. */
#define DSA2_GENCAP (1ull << 13)
#define DSA2_OPCAP  (1ull << SVA_OP_TRANSLATION_FETCH | 1ull << SVA_OP_DIX_GENERATE)
#define DSA2_GRPCAP (1ull << 18)
#define DSA2_WQCAP  (1ull << 24 | 3ull << 54)

/* IAX 1.0: no read buffers. Of 2.0: what the model has, and an event log of 128 bytes for each
 * entry. */
#define IAX_GENCAP   0x71f10901f0105ull
#define IAX_GRPCAP   0x4ull
#define IAX_OPCAP_0  0xdull
#define IAX_OPCAP_1  0x7f331cull
#define IAX2_GENCAP  (2ull << 13)
#define IAX2_OPCAP_1 0x4403ull /* zero compression of bytes, decryption, encryption */
#define IAX2_IAACAP  (SVA_IAACAP_AECS_FORMAT_2 | SVA_IAACAP_HEADER | SVA_IAACAP_CFB)

uint32_t dsa_read32(DsaState *s, unsigned off)
{
	return ldl_le_p(s->regs + off);
}

uint64_t dsa_read64(DsaState *s, unsigned off)
{
	return ldq_le_p(s->regs + off);
}

void dsa_write32(DsaState *s, unsigned off, uint32_t v)
{
	stl_le_p(s->regs + off, v);
}

void dsa_write64(DsaState *s, unsigned off, uint64_t v)
{
	stq_le_p(s->regs + off, v);
}

/* WQCFG has 32 bytes for a queue, 64 with per-queue operations. */
static unsigned wqcfg_bytes(DsaState *s)
{
	return s->version >= 0x200 ? WQ_BYTES : WQ_BYTES / 2;
}

uint32_t dsa_wqcfg(DsaState *s, unsigned queue, unsigned off)
{
	return dsa_read32(s, R_WQCFG + queue * wqcfg_bytes(s) + off);
}

bool dsa_queue_enabled(DsaState *s, unsigned queue)
{
	return (dsa_wqcfg(s, queue, WQ_STATE) & WQ_STATE_MASK) == WQ_STATE_ENABLED;
}

void dsa_queue_set(DsaState *s, unsigned queue, bool enabled)
{
	dsa_write32(s, R_WQCFG + queue * wqcfg_bytes(s) + WQ_STATE, enabled ? WQ_STATE_ENABLED : 0);
}

void dsa_queue_clear(DsaState *s, unsigned queue)
{
	memset(s->regs + R_WQCFG + queue * wqcfg_bytes(s), 0, wqcfg_bytes(s));
}

static uint64_t mmio_read(void *opaque, hwaddr off, unsigned size)
{
	DsaState *s = opaque;
	unsigned wq = (off - R_WQCFG) / wqcfg_bytes(s);

	if (off >= R_WQCFG && wq < DSA_QUEUES && (off - R_WQCFG) % wqcfg_bytes(s) == WQ_STATE &&
	    size == 4) {
		return dsa_wqcfg(s, wq, WQ_STATE) | dsa_queue_occupancy(s, wq);
	}
	return off + size <= DSA_REGISTERS ? ldn_le_p(s->regs + off, size) : 0;
}

static bool is_configuration(DsaState *s, hwaddr off)
{
	if (off >= R_WQCFG && off < R_WQCFG + DSA_QUEUES * wqcfg_bytes(s)) {
		return (off - R_WQCFG) % wqcfg_bytes(s) != WQ_STATE;
	}
	return (off >= R_GRPCFG && off < R_GRPCFG + DSA_GROUPS * GROUP_BYTES) ||
	       (off >= R_MSIXPERM && off < R_MSIXPERM + DSA_VECTORS * 8) ||
	       (off >= R_EVLCFG && off < R_EVLCFG + 16) || off == R_GENCFG || off == R_GENCTRL;
}

static void mmio_write(void *opaque, hwaddr off, uint64_t v, unsigned size)
{
	DsaState *s = opaque;

	if (off == R_CMD) {
		dsa_command_issue(s, v);
	} else if (off == R_INTCAUSE || off == R_SWERR) {
		s->regs[off] &= ~v; /* write 1 to clear */
	} else if (off == R_EVLSTATUS) {
		dsa_write32(s, off, v & 0xffff); /* head */
	} else if (off == R_EVLSTATUS + 4) {
		dsa_write32(s, off, dsa_read32(s, off) & ~(v & 0x40000000));
	} else if (is_configuration(s, off)) {
		stn_le_p(s->regs + off, size, v);
	} else {
		qemu_log_mask(LOG_GUEST_ERROR, "dsa: write to register 0x%x\n", (unsigned)off);
	}
}

static const MemoryRegionOps mmio_ops = {
	.read = mmio_read,
	.write = mmio_write,
	.endianness = DEVICE_LITTLE_ENDIAN,
	.valid = { .min_access_size = 4, .max_access_size = 8 },
	.impl = { .min_access_size = 4, .max_access_size = 8 },
};

static void power_up_dsa(DsaState *s, bool second)
{
	dsa_write64(s, R_GENCAP, (SPR_GENCAP & ~1ull) | s->pri | (second ? DSA2_GENCAP : 0));
	dsa_write64(s, R_GRPCAP, SPR_GRPCAP | (second ? DSA2_GRPCAP : 0));
	dsa_write64(s, R_ENGCAP, 4);
	dsa_write64(s, R_OPCAP, SPR_OPCAP | (second ? DSA2_OPCAP : 0));
}

static void power_up_iax(DsaState *s, bool second)
{
	dsa_write64(s, R_GENCAP, (IAX_GENCAP & ~1ull) | s->pri | (second ? IAX2_GENCAP : 0));
	dsa_write64(s, R_GRPCAP, IAX_GRPCAP | (second ? DSA2_GRPCAP : 0));
	dsa_write64(s, R_ENGCAP, DSA_ENGINES);
	dsa_write64(s, R_OPCAP, IAX_OPCAP_0);
	dsa_write64(s, R_OPCAP + 8, IAX_OPCAP_1 | (second ? IAX2_OPCAP_1 : 0));
	dsa_write64(s, R_IAACAP, second ? IAX2_IAACAP : 0);
}

/* What the device can do; all else is zero, as after a reset. */
static void power_up(DsaState *s)
{
	bool second = s->version >= 0x200;

	memset(s->regs, 0, sizeof(s->regs));
	dsa_write32(s, R_VERSION, s->version);
	if (s->iax) {
		power_up_iax(s, second);
	} else {
		power_up_dsa(s, second);
	}
	dsa_write64(s, R_WQCAP, SPR_WQCAP | (second ? DSA2_WQCAP : 0));
	dsa_write64(s, R_OFFSETS,
		    R_GRPCFG / 0x100 | R_WQCFG / 0x100 << 16 |
			    (uint64_t)(R_MSIXPERM / 0x100) << 32);
}

/* At power-up, and a function-level reset: nothing may be under way after it. */
static void reset(DeviceState *dev)
{
	DsaState *s = DSA(dev);
	unsigned i;

	for (i = 0; i < DSA_QUEUES; i++) {
		dsa_queue_set(s, i, false);
	}
	bql_unlock();
	dsa_queues_abort(s, UINT32_MAX, DSA_ANY_PASID);
	bql_lock();
	power_up(s);
}

static void config_write(PCIDevice *pdev, uint32_t address, uint32_t val, int len)
{
	pci_default_write_config(pdev, address, val, len);
	pcie_cap_flr_write_config(pdev, address, val, len);
}

static void realize(PCIDevice *pdev, Error **errp)
{
	DsaState *s = DSA(pdev);
	unsigned i;

	memory_region_init(&s->bar0, OBJECT(s), "dsa-bar0", 64 * KiB);
	memory_region_init_io(&s->mmio, OBJECT(s), &mmio_ops, s, "dsa-registers", DSA_REGISTERS);
	memory_region_add_subregion(&s->bar0, 0, &s->mmio);
	pci_register_bar(pdev, 0, PCI_BASE_ADDRESS_SPACE_MEMORY | PCI_BASE_ADDRESS_MEM_TYPE_64,
			 &s->bar0);
	memory_region_init_io(&s->portals, OBJECT(s), &dsa_portal_ops, s, "dsa-portals",
			      DSA_QUEUES * 16 * KiB);
	pci_register_bar(pdev, 2, PCI_BASE_ADDRESS_SPACE_MEMORY | PCI_BASE_ADDRESS_MEM_TYPE_64,
			 &s->portals);
	if (msix_init(pdev, DSA_VECTORS, &s->bar0, 0, 0x2000, &s->bar0, 0, 0x3000, 0, errp)) {
		return;
	}
	for (i = 0; i < DSA_VECTORS; i++) {
		msix_vector_use(pdev, i);
	}
	pcie_endpoint_cap_init(pdev, 0);
	pcie_cap_flr_init(pdev);
	pcie_ats_init(pdev, 0x100, true);
	pcie_pasid_init(pdev, 0x110, 20, false, true);
	if (s->pri) {
		pcie_pri_init(pdev, 0x120, 32, true);
	}
	power_up(s);
	qemu_mutex_init(&s->lock);
	dsa_memory_start(s);
	dsa_queues_start(s);
	dsa_command_start(s);
}

static const Property properties[] = {
	DEFINE_PROP_UINT32("version", DsaState, version, 0x100),
	DEFINE_PROP_BOOL("pri", DsaState, pri, true),
	DEFINE_PROP_UINT32("delay-us", DsaState, delay_us, 0),
	DEFINE_PROP_BOOL("trace", DsaState, trace, false),
};

#if QEMU_VERSION_MAJOR == 10 && QEMU_VERSION_MINOR == 0
typedef void ClassData;
#else
typedef const void ClassData;
#endif

static void class_init(ObjectClass *oc, ClassData *data)
{
	DeviceClass *dc = DEVICE_CLASS(oc);
	PCIDeviceClass *k = PCI_DEVICE_CLASS(oc);

	k->realize = realize;
	k->config_write = config_write;
	k->vendor_id = PCI_VENDOR_ID_INTEL;
	k->device_id = 0x0b25;
	k->class_id = PCI_CLASS_SYSTEM_OTHER;
	device_class_set_legacy_reset(dc, reset);
	device_class_set_props(dc, properties);
	dc->desc = "Intel Data Streaming Accelerator";
	dc->hotpluggable = false;
	set_bit(DEVICE_CATEGORY_MISC, dc->categories);
}

static void iax_class_init(ObjectClass *oc, ClassData *data)
{
	PCI_DEVICE_CLASS(oc)->device_id = 0x0cfe;
	DEVICE_CLASS(oc)->desc = "Intel In-Memory Analytics Accelerator";
}

static void iax_init(Object *obj)
{
	DSA(obj)->iax = true;
}

static const TypeInfo types[] = { {
					  .name = TYPE_DSA,
					  .parent = TYPE_PCI_DEVICE,
					  .instance_size = sizeof(DsaState),
					  .class_init = class_init,
					  .interfaces =
						  (InterfaceInfo[]){
							  { INTERFACE_PCIE_DEVICE },
							  {},
						  },
				  },
				  {
					  .name = TYPE_IAX,
					  .parent = TYPE_DSA,
					  .class_init = iax_class_init,
					  .instance_init = iax_init,
				  } };
DEFINE_TYPES(types)
