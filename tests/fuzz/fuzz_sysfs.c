/* SPDX-License-Identifier: MIT */
/*
 * The parsers of sysfs attributes: whatever the bytes, no crash; a result is changed by well-formed
 * text only, and the same value comes out when it is written and read again.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sysfs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

static void number(const char *text, uint64_t max)
{
	uint64_t value = 42, again;
	char written[32];

	if (!svai_parse_number(text, max, &value)) {
		check(value == 42);
		return;
	}
	check(value <= max);
	snprintf(written, sizeof(written), "%#" PRIx64, value);
	check(svai_parse_number(value ? written : "0x0", max, &again) && again == value);
}

static void bitmap(const char *text)
{
	struct sva_opmask mask, again, before;
	char written[128];

	memset(&mask, 42, sizeof(mask));
	before = mask;
	if (!svai_parse_bitmap(text, &mask)) {
		check(!memcmp(&mask, &before, sizeof(mask)));
		return;
	}
	snprintf(written, sizeof(written), "0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64 " 0x%" PRIx64,
		 mask.bits[0], mask.bits[1], mask.bits[2], mask.bits[3]);
	check(svai_parse_bitmap(written, &again) && !memcmp(&mask, &again, sizeof(mask)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1); /* exactly so long: a byte too far is seen */

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	number(text, 1);
	number(text, UINT32_MAX);
	number(text, UINT64_MAX);
	bitmap(text);
	free(text);
	return 0;
}
