/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "queue_config.h"

#define MAX_BATCH    32u
#define MAX_TRANSFER (2u << 20)
#define PRIORITY     10u

void queue_config_usual(struct queue_config *q, uint32_t max_batch, uint64_t max_transfer,
			bool can_block)
{
	q->priority = PRIORITY;
	q->max_batch = max_batch < MAX_BATCH ? max_batch : MAX_BATCH;
	q->max_transfer = max_transfer < MAX_TRANSFER ? max_transfer : MAX_TRANSFER;
	q->can_block = q->block_on_fault = can_block;
	strcpy(q->type, "user");
}

/* In quotes, if a shell could take it for anything but one word. */
static void put_word(FILE *file, const char *before, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_.-";

	fputs(before, file);
	if (*word && !word[strspn(word, plain)]) {
		fputs(word, file);
		return;
	}
	fputc('\'', file);
	for (; *word; word++)
		fputs(*word == '\'' ? "'\\''" : (char[]){ *word, '\0' }, file);
	fputc('\'', file);
}

void queue_config_commands(const struct queue_config *q, const char *device, const char *queue,
			   char *text, size_t size)
{
	FILE *file = fmemopen(text, size, "w");

	if (!file)
		return;
	fprintf(file, "accel-config config-wq %s/%s", device, queue);
	if (q->group >= 0)
		fprintf(file, " --group-id=%d", q->group);
	fprintf(file, " --mode=%s", q->dedicated ? "dedicated" : "shared");
	if (q->size)
		fprintf(file, " --wq-size=%u", q->size);
	if (!q->dedicated && q->threshold)
		fprintf(file, " --threshold=%u", q->threshold);
	put_word(file, " --type=", q->type);
	put_word(file, " --name=", q->name);
	fprintf(file, " --priority=%u", q->priority);
	if (q->max_batch) /* else it takes none, as those of IAX devices do not */
		fprintf(file, " --max-batch-size=%u", q->max_batch);
	fprintf(file, " --max-transfer-size=%llu", (unsigned long long)q->max_transfer);
	if (q->can_block)
		fprintf(file, " --block-on-fault=%d", q->block_on_fault);
	fprintf(file, "\n");
	if (*q->driver) {
		put_word(file, "echo ", q->driver);
		fprintf(file, " > /sys/bus/dsa/devices/%s/driver_name\n", queue);
	}
	fclose(file);
}
