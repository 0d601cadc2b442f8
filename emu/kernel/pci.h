/* SPDX-License-Identifier: MIT */
/* The PCI functions that the devices are, and the driver that they are bound to. */
#ifndef EMU_KERNEL_PCI_H
#define EMU_KERNEL_PCI_H

#include "node.h"

/* Of a function, and of /sys/bus/pci/drivers/idxd. */
extern const struct emu_attribute emu_pci_attributes[];
extern const struct emu_attribute emu_pci_driver_attributes[];

#endif
