/* SPDX-License-Identifier: MIT */
/* Why queues were passed over: kept from the open on, for whoever asks. */
#include <stdlib.h>
#include <string.h>

#include "report.h"

int svai_report_add(struct sva_report *report, const struct sva_rejection *rejection)
{
	if (report->count == report->capacity) {
		unsigned int capacity = report->capacity ? 2 * report->capacity : 8;
		struct sva_rejection *items =
			realloc(report->items, capacity * sizeof(*report->items));

		if (!items)
			return -ENOMEM;
		report->items = items;
		report->capacity = capacity;
	}
	report->items[report->count++] = *rejection;
	return rejection->err;
}

int svai_report_add_tried(struct sva_report *report, const struct sva_rejection *rejection)
{
	int err = svai_report_add(report, rejection);

	if (err != -ENOMEM && !report->tried)
		report->tried = report->count;
	return err;
}

struct sva_report *svai_report_copy(const struct sva_report *report)
{
	struct sva_report *copy = calloc(1, sizeof(*copy));

	if (!copy || !report->count)
		return copy;
	copy->items = malloc(report->count * sizeof(*copy->items));
	if (!copy->items) {
		free(copy);
		return NULL;
	}
	memcpy(copy->items, report->items, report->count * sizeof(*copy->items));
	copy->count = copy->capacity = report->count;
	copy->tried = report->tried;
	return copy;
}

void svai_report_clear(struct sva_report *report)
{
	free(report->items);
	memset(report, 0, sizeof(*report));
}

const struct sva_rejection *svai_report_main(const struct sva_report *report)
{
	return sva_report_get(report, report->tried ? report->tried - 1 : 0);
}

unsigned int sva_report_count(const struct sva_report *report)
{
	return report ? report->count : 0;
}

const struct sva_rejection *sva_report_get(const struct sva_report *report, unsigned int i)
{
	return i < sva_report_count(report) ? &report->items[i] : NULL;
}

void sva_report_free(struct sva_report *report)
{
	if (report)
		svai_report_clear(report);
	free(report);
}
