/* SPDX-License-Identifier: MIT */
#ifndef SVAI_SELECT_H
#define SVAI_SELECT_H

#include "check.h"
#include "name.h"
#include "report.h"

/* svai_queue_limits - what the queue takes; where an attribute is missing, the device may say no */
void svai_queue_limits(struct svai_limits *limits, const struct sva_dev_info *dev,
		       const struct sva_wq_info *wq);

/* svai_suffices - has it what the caller needs? 0, or an error, and @rejection is filled */
int svai_suffices(const struct sva_dev_info *dev, const struct sva_wq_info *wq,
		  const struct sva_wq_opts *opts, struct sva_rejection *rejection);

/**
 * svai_select - the queues that fit, best first, as far as the snapshot says
 * @list: gets an array of infos of @topo, to be freed
 * @report: gets a rejection for each queue that was asked for and does not fit
 *
 * Returns their number, or -ENOMEM.
 */
int svai_select(const struct sva_topology *topo, const struct svai_name *name,
		const struct sva_wq_opts *opts, const struct sva_wq_info ***list,
		struct sva_report *report);

#endif
