/* SPDX-License-Identifier: MIT */
#ifndef SVAI_DISCOVER_H
#define SVAI_DISCOVER_H

#include <sva/discover.h>

#include "name.h"

/*
 * svai_discover_for_open - a snapshot of what the name means, for svai_select() alone
 *
 * An attribute costs the kernel's time: of what cannot be opened whatever the rest is, the rest
 * is not read. Returns as sva_topology_discover().
 */
int svai_discover_for_open(struct sva_topology **topo, const struct svai_name *name);

#endif
