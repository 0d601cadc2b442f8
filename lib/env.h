/* SPDX-License-Identifier: MIT */
#ifndef SVAI_ENV_H
#define SVAI_ENV_H

/* svai_sysfs_path, svai_dev_path - "/sys" and "/dev", or what the environment says instead */
const char *svai_sysfs_path(void);
const char *svai_dev_path(void);

#endif
