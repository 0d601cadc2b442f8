/* SPDX-License-Identifier: MIT */
#ifndef SVAI_REPORT_H
#define SVAI_REPORT_H

#include <sva/wq.h>

/* The queues that an open passed over, in the order in which it did. */
struct sva_report {
	unsigned int count;
	unsigned int capacity;
	unsigned int tried; /* 1 + the first that did fit; 0: none */
	struct sva_rejection *items;
};

/* svai_report_add - add a rejection; returns @err, or -ENOMEM, in which case nothing was added */
int svai_report_add(struct sva_report *report, const struct sva_rejection *rejection);

/* svai_report_add_tried - likewise, one that did fit and could not be opened */
int svai_report_add_tried(struct sva_report *report, const struct sva_rejection *rejection);

/* svai_report_copy - a copy on the heap, for the caller; NULL: no memory */
struct sva_report *svai_report_copy(const struct sva_report *report);

/* svai_report_main - the one to name: the first that was tried, else the first; NULL: none */
const struct sva_rejection *svai_report_main(const struct sva_report *report);

/* svai_report_clear - free the items, not the report */
void svai_report_clear(struct sva_report *report);

#endif
