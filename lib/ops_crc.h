/* SPDX-License-Identifier: MIT */
#ifndef SVAI_OPS_CRC_H
#define SVAI_OPS_CRC_H

#include "job.h"

/* svai_run_crc - run a job of CRCs, whose first part begins with the seed of the call */
int svai_run_crc(struct svai_job *job, uint32_t *crc, struct sva_outcome *outcome);

#endif
