/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "address.h"
#include "names.h"
#include "serve.h"

/* An emulator that this one runs in has buses, too: they are no longer seen. */
static bool is_free(uint32_t bus)
{
	char path[64];
	struct statfs fs;

	snprintf(path, sizeof(path), "/sys/devices/pci0000:%02x", bus);
	if (!statfs(path, &fs))
		return fs.f_type == EMU_SERVE_MAGIC;
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/0000:%02x:01.0", bus);
	return access(path, F_OK) != 0;
}

void emu_pci_place(struct emu_state *state)
{
	/* Of a Sapphire Rapids with two sockets. */
	static const uint8_t usual[] = { 0x6a, 0x6f, 0x74, 0x79, 0xe7, 0xec, 0xf1, 0xf6 };
	bool taken[256] = { [0] = true };
	uint32_t bus, i = 0;

	for (uint32_t d = 0; d < state->device_count; d++) {
		do {
			bus = i < sizeof(usual) ? usual[i] : (i - sizeof(usual)) & 0xff;
			i++;
		} while ((taken[bus] || !is_free(bus)) && i < sizeof(usual) + 256);
		taken[bus] = true;
		state->device[d].bus = bus;
	}
}

void emu_device_name(const struct emu_dsa *dsa, char name[EMU_DEVICE_NAME])
{
	snprintf(name, EMU_DEVICE_NAME, "%s%u", emu_type_name[dsa->type], dsa->id);
}

void emu_pci_bus_name(const struct emu_dsa *dsa, char name[EMU_PCI_NAME])
{
	snprintf(name, EMU_PCI_NAME, "pci0000:%02x", dsa->bus & 0xff);
}

void emu_pci_name(const struct emu_dsa *dsa, char name[EMU_PCI_NAME])
{
	snprintf(name, EMU_PCI_NAME, "0000:%02x:01.0", dsa->bus & 0xff);
}

void emu_pci_link(const struct emu_dsa *dsa, char target[EMU_PCI_LINK])
{
	char bus[EMU_PCI_NAME], function[EMU_PCI_NAME];

	emu_pci_bus_name(dsa, bus);
	emu_pci_name(dsa, function);
	snprintf(target, EMU_PCI_LINK, "../../../devices/%s/%s", bus, function);
}
