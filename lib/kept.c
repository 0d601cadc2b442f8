/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdlib.h>

#include "kept.h"

void *svai_kept_take(void **places, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		void *one = __atomic_load_n(&places[i], __ATOMIC_RELAXED);

		if (one && (one = __atomic_exchange_n(&places[i], NULL, __ATOMIC_ACQUIRE)))
			return one;
	}
	return NULL;
}

void svai_kept_put(void **places, unsigned int count, void *one)
{
	for (unsigned int i = 0; i < count && one; i++) {
		void *none = NULL;

		if (__atomic_compare_exchange_n(&places[i], &none, one, false, __ATOMIC_RELEASE,
						__ATOMIC_RELAXED))
			return;
	}
	free(one);
}
