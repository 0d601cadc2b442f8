/* SPDX-License-Identifier: MIT */
/* What a queue is to be, and the commands that make it so. */
#ifndef COMMON_QUEUE_CONFIG_H
#define COMMON_QUEUE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct queue_config {
	int group; /* -1: none, or that which it has */
	bool dedicated, enabled;
	uint32_t size;      /* entries; 0: those that it has */
	uint32_t threshold; /* of a shared one; 0: nobody has set it yet */
	uint32_t priority, max_batch;
	uint64_t max_transfer;
	bool can_block; /* the device can, and the queue may */
	bool block_on_fault;
	char type[16], name[136]; /* more than the kernel takes */
	char driver[32];          /* "": queues have no driver_name before Linux 6.7 */
	uint32_t clients;         /* only of what there is */
};

/*
 * queue_config_usual - what programs want of a queue of theirs, beside mode, size and name
 * @max_batch, @max_transfer: of the device
 */
void queue_config_usual(struct queue_config *q, uint32_t max_batch, uint64_t max_transfer,
			bool can_block);

/*
 * queue_config_commands - as lines for a root shell: accel-config(1) config-wq, and driver_name,
 * which its older versions do not set. Whatever the words are, the shell takes them as words.
 */
void queue_config_commands(const struct queue_config *q, const char *device, const char *queue,
			   char *text, size_t size);

#endif
