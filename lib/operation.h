/* SPDX-License-Identifier: MIT */
#ifndef SVAI_OPERATION_H
#define SVAI_OPERATION_H

#include <sva/sva.h>

/* svai_refuse - mark an operation as never in flight, so that polling it ends; returns @err */
int svai_refuse(struct sva_op *op, int err);

#endif
