/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PASID, address translation and page requests of a PCI Express device, by the
 * names that QEMU has for them from 10.1 and 10.2 on.
 */
#ifndef HW_PCI_PRI_H
#define HW_PCI_PRI_H

#include "exec/memory.h"

#define PCI_PRI_PRGI_MASK 0x1ffu

typedef enum {
	IOMMU_PRI_RESP_SUCCESS,
	IOMMU_PRI_RESP_INVALID_REQUEST,
	IOMMU_PRI_RESP_FAILURE,
} IOMMUPRIResponseCode;

typedef struct {
	IOMMUPRIResponseCode response_code;
	uint16_t prgi;
} IOMMUPRIResponse;

typedef struct IOMMUPRINotifier {
	void (*notify)(struct IOMMUPRINotifier *notifier, IOMMUPRIResponse *response);
} IOMMUPRINotifier;

void pcie_pasid_init(PCIDevice *dev, uint16_t offset, uint8_t width, bool exec, bool priv);
void pcie_pri_init(PCIDevice *dev, uint16_t offset, uint32_t outstanding, bool response_has_pasid);
bool pcie_pri_enabled(const PCIDevice *dev);

/* Here @length is that of one page, and @result has room for one entry. */
ssize_t pci_ats_request_translation(PCIDevice *dev, uint32_t pasid, bool priv, bool exec,
				    hwaddr addr, size_t length, bool no_write,
				    IOMMUTLBEntry *result, size_t result_length,
				    uint32_t *err_count);
int pci_pri_request_page(PCIDevice *dev, uint32_t pasid, bool priv, bool exec, hwaddr addr,
			 bool last, uint16_t prgi, bool is_read, bool is_write);
int pci_pri_register_notifier(PCIDevice *dev, uint32_t pasid, IOMMUPRINotifier *notifier);

#endif
