/* SPDX-License-Identifier: MIT */
/*
 * Attributes of the idxd driver in sysfs. Reading only: some attributes clear when they are
 * written. Formats: Linux 5.6 to 6.19.
 */
#ifndef SVAI_SYSFS_H
#define SVAI_SYSFS_H

#include <sva/discover.h>

/* svai_sysfs_devices - open <sysfs>/bus/dsa/devices; a descriptor or -errno */
int svai_sysfs_devices(void);

/* svai_sysfs_read_dev, svai_sysfs_read_wq - all attributes of info->name below @devices */
void svai_sysfs_read_dev(int devices, struct sva_dev_info *info);
void svai_sysfs_read_wq(int devices, struct sva_wq_info *info);

/* svai_sysfs_state - the state of a device ("dsa0") or queue ("wq0.0") now */
enum sva_state svai_sysfs_state(const char *name);

/* The parsers, for the fuzzer. Both return false and leave *value alone on anything malformed. */
bool svai_parse_number(const char *text, long long min, unsigned long long max,
		       unsigned long long *value);
bool svai_parse_bitmap(const char *text, struct sva_opmask *mask);

#endif
