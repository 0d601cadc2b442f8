/* SPDX-License-Identifier: MIT */
/* All that was found, on the terminal or as JSON. */
#ifndef INFO_SHOW_H
#define INFO_SHOW_H

#include "queue.h"

struct found {
	const struct machine *machine;
	const struct sva_topology *topo;
	struct queue *queues;
	unsigned int count, usable;
	bool some;            /* not all queues were asked for */
	struct advice advice; /* for the machine, where no queue is usable */
};

void show_text(const struct found *f);
int show_json(const struct found *f);

/* show_errors - the software error register of a device in words; false: there is no error */
bool show_errors(const struct sva_dev_info *dev, struct advice *a);

/* The words for enum sva_dev_state, sva_wq_mode and sva_wq_type. */
extern const char *const show_states[], *const show_modes[], *const show_types[];

/* show_size - "2 MiB", "3000 bytes" */
const char *show_size(uint64_t bytes, char text[32]);

#endif
