/* SPDX-License-Identifier: MIT */
/* Paths that the environment may set: for containers, for tests. */
#include <stdlib.h>

#include "env.h"

static const char *path_or(const char *variable, const char *otherwise)
{
	const char *path = secure_getenv(variable);

	return path && *path ? path : otherwise;
}

const char *svai_sysfs_path(void)
{
	return path_or("LIBSVA_SYSFS_PATH", "/sys");
}

const char *svai_dev_path(void)
{
	return path_or("LIBSVA_DEV_PATH", "/dev");
}
