/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "format.h"
#include "node.h"

enum emu_driver emu_node_driver(const struct emu_state *state, const struct emu_node *node)
{
	const struct emu_dsa *dsa = &state->device[node->device];
	unsigned int driver;

	if (node->kind == EMU_KIND_DEVICE)
		return !atomic_load(&dsa->enabled) ? EMU_DRIVERS : EMU_DRIVER_IDXD;
	for (driver = EMU_DRIVER_USER; driver < EMU_DRIVERS; driver++)
		if (node->kind == EMU_KIND_QUEUE &&
		    emu_driver_has((enum emu_driver)driver, &dsa->queue[node->index]))
			break;
	return (enum emu_driver)driver;
}

int emu_store_uevent(struct emu_state *state, const struct emu_node *node, const char *value)
{
	static const char *const actions[] = { "add",    "remove",  "change", "move",
					       "online", "offline", "bind",   "unbind" };

	(void)state, (void)node;
	for (unsigned int i = 0; i < sizeof(actions) / sizeof(*actions); i++)
		if (emu_is_word(value, actions[i]))
			return 0;
	return -EINVAL;
}
