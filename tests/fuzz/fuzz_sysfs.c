/* SPDX-License-Identifier: MIT */
/* The parsers of sysfs attributes: whatever the bytes, no crash, and only what is well-formed. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "sysfs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1); /* exactly so long: a byte too far is seen */
	unsigned long long value = 42;
	struct sva_opmask mask;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (svai_parse_number(text, -1, UINT32_MAX, &value)) {
		if (value > UINT32_MAX && value != ULLONG_MAX)
			abort();
	} else if (value != 42) {
		abort();
	}
	(void)svai_parse_bitmap(text, &mask);
	free(text);
	return 0;
}
