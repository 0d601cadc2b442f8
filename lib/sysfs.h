/* SPDX-License-Identifier: MIT */
/*
 * Attributes of the idxd driver in sysfs. Reading only: some attributes clear when they are
 * written. Formats: Linux 5.6 to 6.19, seen in 6.1 to 7.3.
 */
#ifndef SVAI_SYSFS_H
#define SVAI_SYSFS_H

#include <sva/discover.h>

/* svai_sysfs_devices - open <sysfs>/bus/dsa/devices; a descriptor or -errno */
int svai_sysfs_devices(void);

/* How much to read: each attribute costs the kernel's time. */
enum svai_depth {
	SVAI_READ_ORDER, /* whether, and in which order, queues are tried */
	SVAI_READ_OPEN,  /* all of a queue, and of its device what matters then, if it can be opened
			  */
	SVAI_READ_ALL,
};

/*
 * svai_sysfs_read_dev, svai_sysfs_read_wq - attributes of info->name below @devices
 * svai_sysfs_read_rest - of a queue and its device, read for the order, what else it takes to open
 * it
 *
 * Return 0, or an error that svai_is_shortage(): what was read is worth nothing then. Any other
 * error only makes an attribute unknown.
 */
int svai_sysfs_read_dev(int devices, struct sva_dev_info *info, enum svai_depth depth);
int svai_sysfs_read_wq(int devices, struct sva_wq_info *info, enum svai_depth depth);
int svai_sysfs_read_rest(struct sva_dev_info *dev, struct sva_wq_info *wq);

/* svai_is_shortage - of file descriptors or memory: this process's trouble, not the device's */
bool svai_is_shortage(int err);

/* svai_sysfs_open_state - the state of a device ("dsa0") or queue ("wq0.0") as a file, or -errno */
int svai_sysfs_open_state(const char *name);

/* svai_sysfs_is_disabled - does such a file say so, or that there is no device any more? */
bool svai_sysfs_is_disabled(int state_fd);

/* svai_sysfs_mode - the mode of a queue now; SVA_WQ_MODE_ANY: unknown */
enum sva_wq_mode svai_sysfs_mode(const char *wq);

/* svai_sysfs_clients - how often a queue is open, as its driver counts; UINT32_MAX: unknown */
uint32_t svai_sysfs_clients(const char *wq);

/*
 * svai_sysfs_distances - from @node to each node below @count, as the firmware has it: 10 is here.
 * No node (-1) is everywhere.
 */
void svai_sysfs_distances(int node, uint8_t *distances, unsigned int count);

/* svai_sysfs_cr_faults - add what the kernel has counted for this process's files of a queue */
void svai_sysfs_cr_faults(const char *wq, uint64_t *faults, uint64_t *failures);

/* The parsers. Both return false and leave the result alone on anything malformed. */
bool svai_parse_number(const char *text, uint64_t max, uint64_t *value);
bool svai_parse_bitmap(const char *text, struct sva_opmask *mask);

#endif
