/* SPDX-License-Identifier: MIT */
/* What stands in the way, and the commands that remove it. */
#ifndef INFO_ADVICE_H
#define INFO_ADVICE_H

#include <sva/sva.h>

#include "machine.h"

struct advice {
	char what[640];       /* a sentence; "" for nothing */
	char remedy[400];     /* what to do, in words; "" where the commands say it all */
	char commands[16384]; /* each with its end of line */
};

/* advice_machine - the first thing that this machine lacks on the way to any queue; false: nothing
 */
bool advice_machine(struct advice *a, const struct machine *m, const struct sva_topology *topo);

/*
 * advice_queue - why a queue could not be opened, in the library's words, and what to do
 * @r: the library's rejection
 */
void advice_queue(struct advice *a, const struct machine *m, const struct sva_topology *topo,
		  const struct sva_wq_info *wq, const struct sva_rejection *r);

/* advice_device - why no queue of a device can be had; false: nothing */
bool advice_device(struct advice *a, const struct sva_topology *topo,
		   const struct sva_dev_info *dev);

/* advice_slow - what of a usable queue's configuration makes it slow; a->what is "" for nothing */
void advice_slow(struct advice *a, const struct machine *m, const struct sva_topology *topo,
		 const struct sva_wq_info *wq);

/* advice_command_status - cmd_status of a device in words; "" where it is none of an error */
const char *advice_command_status(uint32_t status);

#endif
