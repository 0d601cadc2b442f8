/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <sva/sva.h>

#define ROWS 100000u

static uint8_t ages[ROWS], bits[ROWS / 8 + 1], packed[2 * ROWS], again[ROWS];

static void report(const char *what, int err, const struct sva_outcome *outcome)
{
	char text[256];

	sva_outcome_explain(outcome, text, sizeof(text));
	printf("%s: %s; %s\n", what, sva_strerror(err), text);
}

/* Compress the column, inflate it, and compare. */
static int keep(struct sva_wq *wq)
{
	struct sva_outcome outcome = { .size = sizeof(outcome) };
	size_t size = sizeof(packed), again_size = sizeof(again);
	int err = sva_deflate(wq, packed, &size, ages, sizeof(ages), NULL, &outcome);

	report("deflate", err, &outcome);
	if (!err)
		err = sva_inflate(wq, again, &again_size, packed, &size, NULL, &outcome);
	report("inflate", err, &outcome);
	return err || memcmp(ages, again, sizeof(ages));
}

/* Which rows are from 20 to 29? A bit for each. */
static int find(struct sva_wq *wq)
{
	struct sva_column column = {
		.size = sizeof(column), .data = ages, .bytes = ROWS, .elements = ROWS, .width = 8
	};
	struct sva_filter_result found = { .size = sizeof(found) };
	struct sva_outcome outcome = { .size = sizeof(outcome) };
	int err = sva_scan(wq, &column, 20, 29, 0, bits, sizeof(bits), &found, &outcome);

	report("scan", err, &outcome);
	printf("%llu rows, the first one is row %llu\n", (unsigned long long)found.count,
	       (unsigned long long)found.first);
	return err;
}

int main(void)
{
	struct sva_policy policy = { .size = sizeof(policy),
				     .threshold = 4096,
				     .fault = SVA_FAULT_POPULATE };
	struct sva_wq_opts opts = { .size = sizeof(opts),
				    .kind = SVA_DEV_KIND_IAX,
				    .policy = &policy };
	struct sva_wq *wq;
	int err;

	for (uint32_t i = 0, x = 1; i < ROWS; i++, x = x * 1103515245 + 12345)
		ages[i] = (uint8_t)((x >> 16) % 100);
	if (sva_wq_open(&wq, NULL, &opts))
		return 1;
	err = keep(wq) || find(wq);
	return sva_wq_close(wq) || err;
}
