/* SPDX-License-Identifier: MIT */
/*
 * What changed when, as far as programs notice. Source: the kernel's log of drivers/dma/idxd and
 * Documentation/ABI/stable/sysfs-driver-dma-idxd.
 */
#include <string.h>

#include "machine.h"

/* clang-format off */
static const struct emu_profile profiles[] = {
	{ .name = "latest", .sva = true, .write = true, .mmap_privileged = true, .same_mm = true,
	  .hides_batch = true, .op_config = true, .driver_name = true, .event_log = true,
	  .read_buffers = true, .iaa_crypto = true },
	/* Batches by write(2), for all but DSA 1.0. */
	{ .name = "6.16", .sva = true, .write = true, .mmap_privileged = true, .same_mm = true,
	  .hides_batch = true, .op_config = true, .driver_name = true, .event_log = true,
	  .read_buffers = true, .iaa_crypto = true },
	/* With the check of the memory that came to it as a stable kernel. */
	{ .name = "6.12", .sva = true, .write = true, .mmap_privileged = true, .same_mm = true,
	  .hides_batch = true, .hides_batch_2 = true, .op_config = true, .driver_name = true,
	  .event_log = true, .read_buffers = true, .iaa_crypto = true },
	/* 6.12.64 and later: SVA is off (CVE-2025-71089). */
	{ .name = "6.12-nosva", .write = true, .mmap_privileged = true, .same_mm = true,
	  .hides_batch = true, .hides_batch_2 = true, .op_config = true, .driver_name = true,
	  .event_log = true, .read_buffers = true, .iaa_crypto = true },
	/* Before CVE-2024-21823: everybody maps portals, and there is no write(2). */
	{ .name = "6.7", .sva = true, .op_config = true, .driver_name = true, .event_log = true,
	  .read_buffers = true },
	{ .name = "6.1", .sva = true, .op_config = true, .read_buffers = true },
	{ .name = "5.18", .sva = true, .read_buffers = true },
};
/* clang-format on */

const struct emu_profile *emu_profile_at(unsigned int index)
{
	return index < sizeof(profiles) / sizeof(*profiles) ? &profiles[index] : NULL;
}

const struct emu_profile *emu_profile_find(const char *name)
{
	const struct emu_profile *profile;

	for (unsigned int i = 0; (profile = emu_profile_at(i)); i++)
		if (!strcmp(profile->name, name))
			return profile;
	return NULL;
}
