/* SPDX-License-Identifier: MIT */
#ifndef SVAI_DISCOVER_H
#define SVAI_DISCOVER_H

#include <sva/discover.h>

#include "name.h"
#include "sysfs.h"

/*
 * svai_discover - a snapshot of what the name means; NULL: of everything
 * @depth: SVAI_READ_OPEN to open all that fit, SVAI_READ_ORDER to open one of them
 *
 * Returns as sva_topology_discover().
 */
int svai_discover(struct sva_topology **topo, const struct svai_name *name, enum svai_depth depth);

/*
 * svai_discover_rest - what else it takes to open a queue, where the snapshot has only the order
 * @wq, @dev: copies of what the snapshot has
 *
 * Returns 0, or an error that svai_is_shortage().
 */
int svai_discover_rest(const struct sva_topology *topo, struct sva_dev_info *dev,
		       struct sva_wq_info *wq);

#endif
