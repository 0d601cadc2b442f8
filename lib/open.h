/* SPDX-License-Identifier: MIT */
/* What opening a queue and opening a pool have in common. */
#ifndef SVAI_OPEN_H
#define SVAI_OPEN_H

#include "handle.h"

/* svai_open_options - what a caller wants, defaults filled in, and the policy; 0 or -errno */
int svai_open_options(struct sva_wq_opts *opts, struct sva_policy *policy,
		      const struct sva_wq_opts *from);

/* svai_open_begin - a handle by these options, not usable yet; NULL: no memory */
struct svai_handle *svai_open_begin(const struct sva_wq_opts *opts);

/* svai_open_on_cpu - limits and info of the software device */
void svai_open_on_cpu(struct svai_handle *h, const struct sva_wq_opts *opts);

/* svai_open_describe - the info of what is not one queue of a device, by its limits */
void svai_open_describe(struct svai_handle *h);

/* svai_open_end - the policy; 0 or -EOPNOTSUPP */
int svai_open_end(struct svai_handle *h, const struct sva_policy *policy);

/* svai_queue_reopen - for the child of a fork, as sva_wq_reopen() */
int svai_queue_reopen(struct svai_handle *h);

#endif
