/* SPDX-License-Identifier: MIT */
/* Names of devices, and where they stand in the PCI tree. */
#ifndef EMU_KERNEL_ADDRESS_H
#define EMU_KERNEL_ADDRESS_H

#include "state.h"

#define EMU_DEVICE_NAME 32u /* with its end */
#define EMU_PCI_NAME    16u /* of a bus or function, with its end */
#define EMU_PCI_LINK    64u
#define EMU_PCI_DEVICES "/sys/bus/pci/devices"
#define EMU_PCI_DRIVER  "/sys/bus/pci/drivers/idxd"

void emu_device_name(const struct emu_dsa *dsa, char name[EMU_DEVICE_NAME]); /* "dsa0" */

/* emu_pci_place - give each device a bus number that the host does not use */
void emu_pci_place(struct emu_state *state);

void emu_pci_bus_name(const struct emu_dsa *dsa, char name[EMU_PCI_NAME]); /* "pci0000:6a" */
void emu_pci_name(const struct emu_dsa *dsa, char name[EMU_PCI_NAME]);     /* "0000:6a:01.0" */
/* Where the link of the function in EMU_PCI_DEVICES leads. */
void emu_pci_link(const struct emu_dsa *dsa, char target[EMU_PCI_LINK]);

#endif
