/* SPDX-License-Identifier: MIT */
/*
 * rows_cpu LOOP N: N copies of 64 bytes on the CPU path ("cpu"), or by memcpy() alone
 * ("memcpy-cpu"). With the library in it, since nothing of this is inline.
 */
#include <string.h>

#include "rows.h"

#define SIZE  64
#define MAX_N 2000

static char dst[SIZE], src[SIZE];
static struct sva_op op;
static struct input inputs[MAX_N];

int main(int argc, char **argv)
{
	struct sva_wq *wq;
	int n = argc == 3 ? atoi(argv[2]) : 0;
	bool plain = argc == 3 && !strcmp(argv[1], "memcpy-cpu");

	if (n < 1 || n > MAX_N)
		return 2;
	if (sva_wq_open(&wq, "cpu", NULL))
		return 1;
	sva_prep_memmove(&op.desc, dst, src, SIZE, 0);
	for (size_t i = 0; i < MAX_N; i++)
		inputs[i] = (struct input){ dst, src, SIZE, &op, wq, NULL };
	for (const struct input *in = inputs; in < inputs + n; in++) {
		struct input i = load_input(in);

		if (plain)
			memcpy(i.dst, i.src, i.size);
		else if (sva_submit(i.wq, i.op) || sva_poll(i.op) != SVA_STATUS_SUCCESS)
			abort();
	}
	return 0;
}
