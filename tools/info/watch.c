/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "queue.h"
#include "watch.h"

#define BAR 32 /* columns */

static void show_bar(uint32_t part, uint32_t whole)
{
	unsigned int filled = whole ? (unsigned int)((uint64_t)part * BAR / whole) : 0;

	if (filled > BAR)
		filled = BAR;
	if (part && !filled)
		filled = 1;
	putchar('[');
	for (unsigned int i = 0; i < BAR; i++)
		putchar(i < filled ? '#' : ' ');
	putchar(']');
}

static void show(const struct machine *m, const struct sva_wq_info *wq)
{
	uint64_t faults, failures;

	queue_faults(m->root, wq->name, &faults, &failures);
	printf("%-8s ", wq->name);
	if (wq->unknown & SVA_ATTR_OCCUPANCY)
		printf("%*s", BAR + 2, "occupancy not known");
	else
		show_bar(wq->occupancy, wq->size);
	printf(" %4u of %4u, clients %3u, records written by the kernel %" PRIu64
	       " (failed %" PRIu64 ")\n",
	       wq->occupancy, wq->size, wq->clients, faults, failures);
}

static int look(const struct machine *m, const char *only)
{
	struct sva_topology *topo;
	unsigned int shown = 0;
	int err = sva_topology_discover(&topo);

	if (err)
		return err;
	if (isatty(STDOUT_FILENO))
		printf("\033[H\033[J");
	sva_topology_foreach_wq (topo, wq) {
		if (wq->state != SVA_DEV_STATE_ENABLED ||
		    (only && strcmp(only, wq->name) != 0 && strcmp(only, wq->device) != 0))
			continue;
		show(m, wq);
		shown++;
	}
	if (!shown)
		printf("no queue is enabled\n");
	fflush(stdout);
	sva_topology_free(topo);
	return 0;
}

int watch(const struct machine *m, const char *only, unsigned int seconds, unsigned int times)
{
	const struct timespec pause = { .tv_sec = seconds };
	int err = look(m, only);

	for (unsigned int n = 1; !err && !ferror(stdout) && (!times || n < times); n++) {
		nanosleep(&pause, NULL);
		err = look(m, only);
	}
	return err;
}
