/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "contents.h"

static uint64_t word(uint64_t seed, uint64_t i)
{
	return (seed + i + 1) * 0x9e3779b97f4a7c15u;
}

void perf_words_fill(uint8_t *buffer, size_t size, uint64_t seed)
{
	for (size_t i = 0; i < size; i += 8) {
		uint64_t value = word(seed, i / 8);

		memcpy(buffer + i, &value, size - i < 8 ? size - i : 8);
	}
}

size_t perf_words_check(const uint8_t *buffer, size_t size, uint64_t seed)
{
	for (size_t i = 0; i < size; i += 8) {
		uint64_t value = word(seed, i / 8);

		for (size_t k = 0; k < 8 && i + k < size; k++)
			if (buffer[i + k] != (uint8_t)(value >> 8 * k))
				return i + k;
	}
	return size;
}

/* The next word of a text. */
static const char *text(uint64_t *state)
{
	static const char *const words[] = { "queue ",     "device ", "descriptor ", "of ",
					     "the ",       "a ",      "record ",     "and ",
					     "page\n",     "reads ",  "writes ",     "memory ",
					     "is ",        "engine ", "address ",    "to ",
					     "completes ", "in ",     "group ",      "fault.\n" };

	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return words[(*state >> 33) % (sizeof(words) / sizeof(*words))];
}

void perf_text_fill(uint8_t *buffer, size_t size, uint64_t seed)
{
	for (size_t i = 0; i < size;)
		for (const char *at = text(&seed); *at && i < size; at++)
			buffer[i++] = (uint8_t)*at;
}

size_t perf_text_check(const uint8_t *buffer, size_t size, uint64_t seed)
{
	for (size_t i = 0; i < size;)
		for (const char *at = text(&seed); *at && i < size; at++, i++)
			if (buffer[i] != (uint8_t)*at)
				return i;
	return size;
}

size_t perf_bytes_check(const uint8_t *buffer, size_t size, uint8_t value)
{
	size_t i = 0;

	while (i < size && buffer[i] == value)
		i++;
	return i;
}
