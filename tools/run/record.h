/* SPDX-License-Identifier: MIT */
/* --record: what is called, with what memory, from where; and what a device would have gained. */
#ifndef RUN_RECORD_H
#define RUN_RECORD_H

#include <stddef.h>

#include "settings.h"
#include "text.h"

/* run_record_before - look at the memory of a call, before the call does; @src: NULL for memset()
 */
void run_record_before(enum run_function function, const void *dst, const void *src, size_t size,
		       const void *caller);

/* run_record_after - how long the plain function took */
void run_record_after(enum run_function function, size_t size, uint64_t ns);

void run_record_reset(void);

/* run_record_text - tables; run_record_json - members of an object; not in signal handlers */
void run_record_text(struct run_text *to);
void run_record_json(struct run_text *to);

#endif
