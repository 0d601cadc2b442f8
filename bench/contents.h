/* SPDX-License-Identifier: MIT */
/* Real data to be compressed. */
#ifndef BENCH_CONTENTS_H
#define BENCH_CONTENTS_H

#include <stddef.h>
#include <stdint.h>

/* contents_text - source code of this project; contents_program - the C library */
void contents_text(uint8_t *to, size_t size);
void contents_program(uint8_t *to, size_t size);

#endif
