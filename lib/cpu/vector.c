/* SPDX-License-Identifier: MIT */
#include <sva/wq.h>

#include "vector.h"

const struct svai_vector *svai_vector(void)
{
	return sva_cpu_features() & SVA_CPU_AVX2 ? &svai_vector_avx2 : &svai_vector_plain;
}
