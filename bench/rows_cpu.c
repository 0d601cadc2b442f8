/* SPDX-License-Identifier: MIT */
/*
 * rows_cpu LOOP N: N operations on the CPU path, in a program that has the library in it, since
 * nothing of this is inline. "cpu" is a copy of 64 bytes by sva_submit() and sva_poll(), and
 * "memcpy-cpu" by memcpy() alone; "call-NAME" is an operation on 4 KiB by its call, and "op-NAME"
 * by submission.
 */
#include <stdio.h>
#include <string.h>

#include "rows.h"

#define SIZE  4096
#define SMALL 64
#define MAX_N 2000

static char dst[2 * SIZE] __attribute__((aligned(64))), src[SIZE] __attribute__((aligned(64)));
static const struct sva_desc_dif dif;
static struct sva_op op;
static struct input inputs[MAX_N];

static int call_crc(const struct input *i)
{
	uint32_t crc = 0;

	return sva_crc32c(i->wq, i->src, i->size, &crc, NULL);
}

static int call_fill(const struct input *i)
{
	return sva_fill(i->wq, i->dst, 0x123456789, i->size, NULL);
}

static int call_delta(const struct input *i)
{
	size_t size;

	return sva_create_delta(i->wq, i->src, i->src, i->size, i->dst, SIZE, &size, NULL);
}

static int call_dif(const struct input *i)
{
	return sva_dif_insert(i->wq, i->dst, i->src, i->size, &dif, NULL);
}

static int copy(const struct input *i)
{
	memcpy(i->dst, i->src, i->size);
	return 0;
}

static int submit(const struct input *i)
{
	return sva_submit(i->wq, i->op) || sva_poll(i->op) != SVA_STATUS_SUCCESS;
}

static void prep_copy(void)
{
	sva_prep_memmove(&op.desc, dst, src, SMALL, 0);
}

static void prep_crc(void)
{
	sva_prep_crc(&op.desc, src, SIZE, 0, 0);
}

static void prep_fill(void)
{
	sva_prep_fill(&op.desc, dst, 0x123456789, SIZE, 0);
}

static void prep_delta(void)
{
	sva_prep_create_delta(&op.desc, src, src, SIZE, dst, SIZE, 0);
}

static void prep_dif(void)
{
	sva_prep_dif_insert(&op.desc, dst, src, SIZE, dif.flags, dif.dst_flags, dif.dst, 0);
}

static const struct {
	const char *name;
	void (*prepare)(void);
	int (*run)(const struct input *i);
	size_t size;
} loops[] = {
	{ "memcpy-cpu", prep_copy, copy, SMALL },       { "cpu", prep_copy, submit, SMALL },
	{ "call-crc", prep_crc, call_crc, SIZE },       { "op-crc", prep_crc, submit, SIZE },
	{ "call-fill", prep_fill, call_fill, SIZE },    { "op-fill", prep_fill, submit, SIZE },
	{ "call-delta", prep_delta, call_delta, SIZE }, { "op-delta", prep_delta, submit, SIZE },
	{ "call-dif", prep_dif, call_dif, SIZE },       { "op-dif", prep_dif, submit, SIZE },
};

static int run(int (*body)(const struct input *i), struct sva_wq *wq, size_t size, int n)
{
	int failures = 0;

	for (size_t i = 0; i < MAX_N; i++)
		inputs[i] = (struct input){ dst, src, size, &op, wq, NULL };
	for (const struct input *in = inputs; in < inputs + n; in++) {
		struct input i = load_input(in);

		failures += body(&i) != 0;
	}
	return failures;
}

int main(int argc, char **argv)
{
	int n = argc == 3 ? atoi(argv[2]) : 0;
	struct sva_wq *wq;

	if (n < 1 || n > MAX_N || sva_wq_open(&wq, "cpu", NULL))
		return 2;
	for (size_t i = 0; i < sizeof(loops) / sizeof(loops[0]); i++) {
		if (strcmp(loops[i].name, argv[1]))
			continue;
		loops[i].prepare();
		return run(loops[i].run, wq, loops[i].size, n) ? 1 : 0;
	}
	fprintf(stderr, "rows_cpu: no loop \"%s\"\n", argv[1]);
	return 2;
}
