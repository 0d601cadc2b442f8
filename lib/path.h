/* SPDX-License-Identifier: MIT */
#ifndef SVAI_PATH_H
#define SVAI_PATH_H

#include "cpu/cpu.h"
#include "cpu/iax.h"
#include "handle.h"

/* svai_cpu_limits_of - what that software device takes */
static inline void svai_cpu_limits_of(const struct svai_handle *h, struct svai_limits *limits)
{
	if (h->iax)
		svai_iax_limits(limits);
	else
		svai_cpu_limits(limits);
}

/* svai_execute_on_cpu - by the software device of the handle's kind */
static inline void svai_execute_on_cpu(const struct svai_handle *h,
				       const struct svai_limits *limits,
				       const struct sva_desc *desc)
{
	if (SVA__UNLIKELY(h->iax))
		svai_iax_execute(limits, desc);
	else
		svai_cpu_execute(limits, desc);
}

/* svai_submit_desc - one try, by whatever path, without a look at credits; 0 or -errno */
int svai_submit_desc(struct svai_handle *h, const struct sva_desc *desc);

/* svai_write - one write(2) of descriptors: how many the kernel took, or -errno if none */
int svai_write(const struct svai_handle *h, const struct sva_desc *descs, unsigned int count);

/* svai_back_off - pause before the try after @tries failed ones: longer each time, never equal */
void svai_back_off(unsigned int tries);

/* svai_take_credit - one, if there is one; a shared queue (NULL) counts none */
/* NOLINTNEXTLINE(readability-non-const-parameter): the builtins write to it */
static inline bool svai_take_credit(int32_t *credit)
{
	if (!credit || __atomic_fetch_sub(credit, SVA__CREDIT, __ATOMIC_RELAXED) > 0)
		return true;
	__atomic_fetch_add(credit, SVA__CREDIT, __ATOMIC_RELAXED);
	return false;
}

#endif
