/* SPDX-License-Identifier: MIT */
#ifndef SVAI_OPS_CRC_H
#define SVAI_OPS_CRC_H

#include "job.h"

#define SVAI_CRC32C 0x82f63b78u /* polynomials: the highest power is bit 0 */
#define SVAI_CRC32  0xedb88320u /* of gzip */

/*
 * svai_crc_shift - the CRC of something that @bytes bytes of zero follow, but for what inverts them
 *
 * With it the CRC of a whole is that of its first part, shifted, XOR that of its second part.
 */
uint32_t svai_crc_shift(uint32_t polynomial, uint32_t crc, uint64_t bytes);

/* svai_run_crc - run a job of CRCs, whose first part begins with the seed of the call */
int svai_run_crc(struct svai_job *job, uint32_t *crc, struct sva_outcome *outcome);

#endif
