/* SPDX-License-Identifier: MIT */
/* What can be said of one queue for this user. */
#ifndef INFO_QUEUE_H
#define INFO_QUEUE_H

#include "advice.h"

#define HOLDERS 8 /* processes that are named */

struct queue {
	const struct sva_wq_info *info;
	const struct sva_dev_info *dev;
	bool usable;
	enum sva_path path;                    /* if it is */
	char why[640];                         /* "wq0.0 (dsa0, shared): portal, by ENQCMD" */
	struct advice advice;                  /* if it is not */
	struct advice slow[2];                 /* what would make it faster */
	char node[96];                         /* "crw-rw---- root:dsa" */
	bool readable;                         /* and writable, for this user */
	char holders[HOLDERS][48];             /* "1234 (redis-server)" */
	unsigned int holder_count;             /* all that were found */
	uint64_t cr_faults, cr_fault_failures; /* of all its open files; 0 before Linux 6.4 */
};

/* queue_look - try to open it, and close it again */
void queue_look(struct queue *q, const struct machine *m, const struct sva_topology *topo,
		const struct sva_wq_info *info);

/* queue_holders - their names, with commas */
void queue_holders(const struct queue *q, char *text, size_t size);

/* queue_faults - completion records that the kernel had to write, and could not write */
void queue_faults(const char *root, const char *name, uint64_t *faults, uint64_t *failures);

#endif
