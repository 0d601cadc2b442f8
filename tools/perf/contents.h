/* SPDX-License-Identifier: MIT */
/* What buffers contain: words that a seed gives, or text that can be compressed; by plain C. */
#ifndef PERF_CONTENTS_H
#define PERF_CONTENTS_H

#include <stddef.h>
#include <stdint.h>

/* perf_words_fill, perf_words_check - contents by a seed; the offset of what differs, or @size */
void perf_words_fill(uint8_t *buffer, size_t size, uint64_t seed);
size_t perf_words_check(const uint8_t *buffer, size_t size, uint64_t seed);

/* perf_text_fill, perf_text_check - likewise, a text of which half and more is repetition */
void perf_text_fill(uint8_t *buffer, size_t size, uint64_t seed);
size_t perf_text_check(const uint8_t *buffer, size_t size, uint64_t seed);

/* perf_bytes_check - @size times the byte @value: the offset of another one, or @size */
size_t perf_bytes_check(const uint8_t *buffer, size_t size, uint8_t value);

#endif
