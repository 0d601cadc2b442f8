/* SPDX-License-Identifier: MIT */
/* Which kernels to use: asked when the first of them is needed. */
#include <sva/wq.h>

#include "kernels.h"

static const struct {
	unsigned int needs; /* SVA_CPU_* */
	const struct svai_kernels *kernels;
} variants[] = {
	{ SVA_CPU_AVX512 | SVA_CPU_AVX2, &svai_avx512 },
	{ SVA_CPU_AVX2, &svai_avx2 },
	{ 0, &svai_plain },
};

/* Threads that come here at once find the same. */
static const struct svai_kernels *choose(void)
{
	unsigned int features = sva_cpu_features();
	size_t i = 0;

	while ((features & variants[i].needs) != variants[i].needs)
		i++;
	return variants[i].kernels;
}

const struct svai_kernels *svai_kernels(void)
{
	static const struct svai_kernels *chosen;
	const struct svai_kernels *kernels = __atomic_load_n(&chosen, __ATOMIC_RELAXED);

	if (!kernels) {
		kernels = choose();
		__atomic_store_n(&chosen, kernels, __ATOMIC_RELAXED);
	}
	return kernels;
}
