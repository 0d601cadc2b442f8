/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "variables.h"

int variables_check(const char *tool)
{
	static const char *const levels[] = { "", "none", "error", "warn", "info", "debug" };
	const char *level = getenv("LIBSVA_LOG");

	for (unsigned int i = 0; level && i < sizeof(levels) / sizeof(*levels); i++)
		if (!strcasecmp(level, levels[i]))
			level = NULL;
	if (!level)
		return 0;
	fprintf(stderr, "%s: LIBSVA_LOG=%s: give error, warn, info or debug\n", tool, level);
	return -EINVAL;
}
