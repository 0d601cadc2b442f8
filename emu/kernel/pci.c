/* SPDX-License-Identifier: MIT */
/*
 * Source: drivers/pci/pci-sysfs.c and pci-driver.c, Documentation/ABI/testing/sysfs-bus-pci; the
 * layout of the configuration space is that of <linux/pci_regs.h>.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/pci_regs.h>
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "format.h"
#include "pci.h"

#define VENDOR        0x8086u
#define CLASS         0x088000u
#define SUBSYSTEM     0x0000u /* and revision 0: (unverified) */
#define PORTALS       0x4000u /* bytes, of a queue */
#define REGISTERS     0x10000u
#define BAR_BASE      UINT64_C(0x200000000000)
#define BAR_PORTALS   0x100000u
#define BAR_FLAGS     (PCI_BASE_ADDRESS_MEM_TYPE_64 | PCI_BASE_ADDRESS_MEM_PREFETCH)
#define RESOURCE      (0x142200u | BAR_FLAGS) /* IORESOURCE_MEM, _PREFETCH, _SIZEALIGN, _MEM_64 */
#define RESOURCES     13u                     /* six, that of the ROM, six of virtual functions */
#define PASID_BITS    20u
#define PAGE_REQUESTS 512u /* (unverified) */
#define MODALIAS      "pci:v0000%04Xd0000%04Xsv0000%04Xsd0000%04Xbc%02Xsc%02Xi%02X"
#define MODALIAS_ARGS(device) \
	VENDOR, device, VENDOR, SUBSYSTEM, CLASS >> 16, CLASS >> 8 & 0xff, CLASS & 0xff

/*
 * Where the list has what, as public listings of a fourth-generation Xeon (lspci -vvv) have it. In
 * between they also have LTR, TPH, VC and a DVSEC.
 */
enum {
	AT_EXPRESS = 0x40,
	AT_MSIX = 0x80,
	AT_PM = 0x90,
	AT_AER = PCI_CFG_SPACE_SIZE,
	AT_ATS = 0x220,
	AT_PASID = 0x230,
	AT_PRI = 0x240,
};

#define MSIX_VECTORS 9u
#define MSIX_TABLE   0x2000u
#define MSIX_PENDING 0x3000u
#define EXPRESS_CAP  0x10008020u
#define EXPRESS_CTL  0x5917u
#define EXPRESS_CAP2 0x00730810u

/* Of the first generation, and also of the second (unverified). */
static const uint16_t device_id[EMU_TYPES] = { [EMU_TYPE_DSA] = 0x0b25, [EMU_TYPE_IAX] = 0x0cfe };

/*
 * The configuration space.
 */

static void put(char *config, unsigned int at, unsigned int bytes, uint64_t value)
{
	for (unsigned int i = 0; i < bytes; i++)
		config[at + i] = (char)(value >> 8 * i);
}

static void put_extended(char *config, unsigned int at, unsigned int id, unsigned int next)
{
	put(config, at, 4, id | 1u << 16 | next << 20);
}

static uint64_t bar(const struct emu_dsa *dsa, unsigned int offset)
{
	return BAR_BASE + ((uint64_t)dsa->bus << 32) + offset;
}

static void put_header(const struct emu_dsa *dsa, char *config)
{
	put(config, PCI_VENDOR_ID, 2, VENDOR);
	put(config, PCI_DEVICE_ID, 2, device_id[dsa->type]);
	put(config, PCI_COMMAND, 2,
	    PCI_COMMAND_MEMORY | PCI_COMMAND_PARITY | PCI_COMMAND_SERR |
		    (dsa->bound ? PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE : 0));
	put(config, PCI_STATUS, 2, PCI_STATUS_CAP_LIST);
	put(config, PCI_CLASS_PROG, 3, CLASS);
	put(config, PCI_BASE_ADDRESS_0, 8, bar(dsa, 0) | BAR_FLAGS);
	put(config, PCI_BASE_ADDRESS_2, 8, bar(dsa, BAR_PORTALS) | BAR_FLAGS);
	put(config, PCI_SUBSYSTEM_VENDOR_ID, 2, VENDOR);
	put(config, PCI_SUBSYSTEM_ID, 2, SUBSYSTEM);
	put(config, PCI_CAPABILITY_LIST, 1, AT_EXPRESS);
}

static void put_capabilities(const struct emu_dsa *dsa, char *config)
{
	put(config, AT_EXPRESS, 2, PCI_CAP_ID_EXP | AT_MSIX << 8);
	put(config, AT_EXPRESS + PCI_EXP_FLAGS, 2, 2 | PCI_EXP_TYPE_RC_END << 4);
	put(config, AT_EXPRESS + PCI_EXP_DEVCAP, 4, EXPRESS_CAP);
	put(config, AT_EXPRESS + PCI_EXP_DEVCTL, 2, EXPRESS_CTL);
	put(config, AT_EXPRESS + PCI_EXP_DEVCAP2, 4, EXPRESS_CAP2);
	put(config, AT_MSIX, 2, PCI_CAP_ID_MSIX | AT_PM << 8);
	put(config, AT_MSIX + PCI_MSIX_FLAGS, 2,
	    (MSIX_VECTORS - 1) | (dsa->bound ? PCI_MSIX_FLAGS_ENABLE : 0));
	put(config, AT_MSIX + PCI_MSIX_TABLE, 4, MSIX_TABLE);
	put(config, AT_MSIX + PCI_MSIX_PBA, 4, MSIX_PENDING);
	put(config, AT_PM, 2, PCI_CAP_ID_PM);
	put(config, AT_PM + PCI_PM_PMC, 2, 3);
	put(config, AT_PM + PCI_PM_CTRL, 2, PCI_PM_CTRL_NO_SOFT_RESET);
}

/* What SVA needs is enabled with the driver. */
static void put_extended_capabilities(const struct emu_dsa *dsa, char *config)
{
	bool on = dsa->bound;

	put_extended(config, AT_AER, PCI_EXT_CAP_ID_ERR, AT_ATS);
	put_extended(config, AT_ATS, PCI_EXT_CAP_ID_ATS, AT_PASID);
	put(config, AT_ATS + PCI_ATS_CTRL, 2, on ? PCI_ATS_CTRL_ENABLE : 0);
	put_extended(config, AT_PASID, PCI_EXT_CAP_ID_PASID, AT_PRI);
	put(config, AT_PASID + PCI_PASID_CAP, 2, PCI_PASID_CAP_PRIV | PASID_BITS << 8);
	put(config, AT_PASID + PCI_PASID_CTRL, 2,
	    on ? PCI_PASID_CTRL_ENABLE | PCI_PASID_CTRL_PRIV : 0);
	put_extended(config, AT_PRI, PCI_EXT_CAP_ID_PRI, 0);
	put(config, AT_PRI + PCI_PRI_CTRL, 2, on ? PCI_PRI_CTRL_ENABLE : 0);
	put(config, AT_PRI + PCI_PRI_STATUS, 2,
	    PCI_PRI_STATUS_PASID | (on ? 0 : PCI_PRI_STATUS_STOPPED));
	put(config, AT_PRI + PCI_PRI_MAX_REQ, 4, PAGE_REQUESTS);
	put(config, AT_PRI + PCI_PRI_ALLOC_REQ, 4, on ? PAGE_REQUESTS : 0);
}

SHOW(show_config)
{
	memset(buf, 0, PCI_CFG_SPACE_EXP_SIZE);
	put_header(DSA(state, node), buf);
	put_capabilities(DSA(state, node), buf);
	put_extended_capabilities(DSA(state, node), buf);
	return PCI_CFG_SPACE_EXP_SIZE;
}

/*
 * Functions.
 */

/* A value that is the same for every function, padded to its width. */
#define SHOW_FIXED(name, format, value)                                   \
	SHOW(name)                                                        \
	{                                                                 \
		(void)state, (void)node;                                  \
		return snprintf(buf, EMU_SYSFS_PAGE, format "\n", value); \
	}

SHOW_FIXED(show_vendor, "0x%04x", VENDOR)
SHOW_FIXED(show_class, "0x%06x", CLASS)
SHOW_FIXED(show_revision, "0x%02x", 0u)
SHOW_FIXED(show_subsystem, "0x%04x", SUBSYSTEM)
SHOW_FIXED(show_irq, "%u", 0u) /* it has none but by messages */

SHOW(show_device)
{
	return snprintf(buf, EMU_SYSFS_PAGE, "0x%04x\n", device_id[DSA(state, node)->type]);
}

SHOW(show_modalias)
{
	return snprintf(buf, EMU_SYSFS_PAGE, MODALIAS "\n",
			MODALIAS_ARGS(device_id[DSA(state, node)->type]));
}

SHOW(show_uevent)
{
	const struct emu_dsa *dsa = DSA(state, node);
	uint16_t device = device_id[dsa->type];
	char name[EMU_PCI_NAME];

	emu_pci_name(dsa, name);
	return snprintf(buf, EMU_SYSFS_PAGE,
			"%sPCI_CLASS=%X\nPCI_ID=%04X:%04X\nPCI_SUBSYS_ID=%04X:%04X\n"
			"PCI_SLOT_NAME=%s\nMODALIAS=" MODALIAS "\n",
			dsa->bound ? "DRIVER=idxd\n" : "", CLASS, VENDOR, device, VENDOR, SUBSYSTEM,
			name, MODALIAS_ARGS(device));
}

SHOW(show_numa_node)
{
	return emu_show_signed(buf, DSA(state, node)->numa_node);
}

/* Those of the node; where it is none of this machine, all. */
SHOW(show_cpulist)
{
	char path[64];
	FILE *list;

	snprintf(path, sizeof(path), "/sys/devices/system/node/node%d/cpulist",
		 DSA(state, node)->numa_node);
	list = fopen(path, "re");
	if (!list)
		list = fopen("/sys/devices/system/cpu/online", "re");
	if (!list || !fgets(buf, EMU_SYSFS_PAGE, list))
		snprintf(buf, EMU_SYSFS_PAGE, "\n");
	if (list)
		fclose(list);
	return (int)strlen(buf);
}

SHOW(show_enable)
{
	return emu_show_number(buf, DSA(state, node)->bound);
}

static int show_resource_line(char *buf, uint64_t first, uint64_t size)
{
	return snprintf(buf, EMU_SYSFS_NAME, "0x%016" PRIx64 " 0x%016" PRIx64 " 0x%016" PRIx64 "\n",
			size ? first : 0, size ? first + size - 1 : 0,
			size ? (uint64_t)RESOURCE : 0);
}

SHOW(show_resource)
{
	const struct emu_dsa *dsa = DSA(state, node);
	uint64_t portals = PORTALS;
	int length = 0;

	while (portals < (uint64_t)PORTALS * dsa->queue_count)
		portals *= 2;
	for (unsigned int i = 0; i < RESOURCES; i++)
		length += show_resource_line(buf + length, bar(dsa, i ? BAR_PORTALS : 0),
					     i == 0   ? REGISTERS
					     : i == 2 ? portals
						      : 0);
	return length;
}

SHOW(show_override)
{
	const char *name = DSA(state, node)->driver_override;

	return emu_show_text(buf, name[0] ? name : "(null)");
}

/* An empty one takes it back. */
STORE(store_override)
{
	char *name = DSA(state, node)->driver_override;
	size_t length = strcspn(value, "\n");

	if (length >= EMU_NAME)
		return -EINVAL;
	snprintf(name, EMU_NAME, "%.*s", (int)length, value);
	return 0;
}

const struct emu_attribute emu_pci_attributes[] = {
	{ "vendor", show_vendor, NULL, NULL },
	{ "device", show_device, NULL, NULL },
	{ "class", show_class, NULL, NULL },
	{ "revision", show_revision, NULL, NULL },
	{ "subsystem_vendor", show_vendor, NULL, NULL },
	{ "subsystem_device", show_subsystem, NULL, NULL },
	{ "config", show_config, NULL, NULL },
	{ "numa_node", show_numa_node, NULL, NULL },
	{ "local_cpulist", show_cpulist, NULL, NULL },
	{ "enable", show_enable, NULL, NULL },
	{ "resource", show_resource, NULL, NULL },
	{ "uevent", show_uevent, emu_store_uevent, NULL },
	{ "modalias", show_modalias, NULL, NULL },
	{ "irq", show_irq, NULL, NULL },
	{ "driver_override", show_override, store_override, NULL },
	{ 0 },
};

/*
 * The driver.
 */

static struct emu_dsa *find(struct emu_state *state, const char *value)
{
	char name[EMU_PCI_NAME];

	for (uint32_t d = 0; d < state->device_count; d++) {
		emu_pci_name(&state->device[d], name);
		if (emu_is_word(value, name))
			return &state->device[d];
	}
	return NULL;
}

STORE(store_bind)
{
	struct emu_dsa *dsa = find(state, value);

	(void)node;
	if (!dsa || !emu_driver_fits(dsa))
		return -ENODEV;
	if (dsa->bound)
		return -EBUSY;
	emu_driver_probe(state, dsa);
	return 0;
}

STORE(store_unbind)
{
	struct emu_dsa *dsa = find(state, value);

	(void)node;
	return dsa && dsa->bound ? emu_driver_remove(state, dsa) : -ENODEV;
}

/* What the driver knows already is refused; of all else, there is no device. */
STORE(store_new_id)
{
	unsigned int vendor, device;

	(void)state, (void)node;
	if (sscanf(value, "%x %x", &vendor, &device) < 2)
		return -EINVAL;
	for (unsigned int type = 0; type < EMU_TYPES; type++)
		if (vendor == VENDOR && device == device_id[type])
			return -EEXIST;
	return 0;
}

const struct emu_attribute emu_pci_driver_attributes[] = {
	{ "bind", NULL, store_bind, NULL },
	{ "unbind", NULL, store_unbind, NULL },
	{ "new_id", NULL, store_new_id, NULL },
	{ 0 },
};
