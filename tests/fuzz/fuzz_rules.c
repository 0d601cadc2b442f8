/* SPDX-License-Identifier: MIT */
/* Any text as a rule of --inject: what is accepted makes sense, and what is not has a reason. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	struct emu_rule rule;
	const char *why;
	int error = emu_rule_parse(text, &rule, &why);

	free(text);
	if (error ? error != -EINVAL || !why || !*why
		  : why || !rule.first || rule.device < EMU_NONE ||
			    rule.device >= (int)EMU_DEVICES || rule.queue < EMU_NONE ||
			    rule.queue >= (int)EMU_QUEUES || rule.opcode < EMU_NONE ||
			    rule.opcode > 255 || rule.action > EMU_INJECT_HALT ||
			    (rule.action == EMU_INJECT_FULL && !rule.value))
		abort();
	return 0;
}
