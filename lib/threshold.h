/* SPDX-License-Identifier: MIT */
#ifndef SVAI_THRESHOLD_H
#define SVAI_THRESHOLD_H

#include <sva/wq.h>

#define SVAI_THRESHOLD_DEFAULT 16384u /* bytes: until somebody has measured */

/* svai_threshold_measure - bytes from which a copy is faster by the queue; 0: it does not work */
uint64_t svai_threshold_measure(struct sva_wq *wq, enum sva_wait_policy wait);

#endif
