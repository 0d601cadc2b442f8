/* SPDX-License-Identifier: MIT */
/*
 * How small streams become on the CPU path, in per cent of what zlib makes at level 1. Exit status
 * 1: a level is above what it may be at most. Sizes do not depend on the machine: this is a gate.
 */
#include <stdio.h>
#include <stdlib.h>

#include <sva/sva.h>

#include "contents.h"
#include "peers_iax.h"

#define SIZE   ((size_t)1 << 20)
#define LEVELS 3

static uint8_t data[SIZE], packed[2 * SIZE];

static size_t by_sva(struct sva_wq *wq, unsigned int level)
{
	struct sva_deflate_opts opts = { .size = sizeof(opts),
					 .format = SVA_DEFLATE_GZIP,
					 .level = level };
	size_t size = sizeof(packed);

	return sva_deflate(wq, packed, &size, data, SIZE, &opts, NULL) ? sizeof(packed) : size;
}

int main(void)
{
	static const struct {
		const char *name;
		void (*make)(uint8_t *to, size_t size);
		double most[LEVELS]; /* per cent */
	} rows[] = {
		{ "text", contents_text, { 102, 100, 97 } },
		{ "program", contents_program, { 106, 105, 103 } },
	};
	struct sva_wq *wq;
	int status = 0;

	if (sva_wq_open(&wq, "cpu", NULL))
		return 1;
	printf("# data     level    bytes  of zlib's  at most\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t zlib;

		rows[i].make(data, SIZE);
		zlib = zlib_pack(packed, sizeof(packed), data, SIZE, 1);
		for (unsigned int level = 1; level <= LEVELS; level++) {
			size_t size = by_sva(wq, level);
			double share = 100 * (double)size / (double)zlib;

			printf("%-10s %5u %8zu %8.1f %% %6.0f %%%s\n", rows[i].name, level, size,
			       share, rows[i].most[level - 1],
			       share > rows[i].most[level - 1] ? "  OVER" : "");
			status |= share > rows[i].most[level - 1];
		}
	}
	return sva_wq_close(wq) ? 1 : status;
}
