/* SPDX-License-Identifier: MIT */
/*
 * rows_deflate LOOP N: N times a raw stream of 4 KiB of text, made or inflated on the CPU queue by
 * the calls of libsva ("call-deflate", "call-inflate"), or by ISA-L ("isal-deflate") and libdeflate
 * ("libdeflate-inflate") with what libsva gives them. In a program that has the library in it, as
 * rows_cpu.
 */
#include <isa-l.h>
#include <libdeflate.h>
#include <stdio.h>
#include <string.h>

#include <sva/deflate.h>

#include "rows.h"

#define SIZE  4096
#define MAX_N 2000

static uint8_t text[SIZE], packed[2 * SIZE], back[SIZE];
static size_t packed_size;
static struct input inputs[MAX_N];

static int call_deflate(const struct input *i)
{
	size_t size = sizeof(packed);

	return sva_deflate(i->wq, packed, &size, i->src, SIZE, NULL, NULL);
}

static int call_inflate(const struct input *i)
{
	size_t in = i->size, out = SIZE;

	return sva_inflate(i->wq, back, &out, i->src, &in, NULL, NULL);
}

static int isal_deflate_call(const struct input *i)
{
	static uint8_t workspace[ISAL_DEF_LVL1_DEFAULT];
	static struct isal_zstream s;

	isal_deflate_init(&s);
	s.level = 1;
	s.level_buf = workspace;
	s.level_buf_size = sizeof(workspace);
	s.end_of_stream = 1;
	s.next_in = (uint8_t *)(uintptr_t)i->src;
	s.avail_in = SIZE;
	s.next_out = packed;
	s.avail_out = sizeof(packed);
	isal_deflate(&s);
	packed_size = s.total_out;
	return s.internal_state.state != ZSTATE_END;
}

static int libdeflate_inflate_call(const struct input *i)
{
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	size_t in, out;
	int result = libdeflate_deflate_decompress_ex(d, i->src, i->size, back, SIZE, &in, &out);

	libdeflate_free_decompressor(d);
	return result;
}

static const struct {
	const char *name;
	int (*run)(const struct input *i);
	const uint8_t *src;
} loops[] = {
	{ "call-deflate", call_deflate, text },
	{ "isal-deflate", isal_deflate_call, text },
	{ "call-inflate", call_inflate, packed },
	{ "libdeflate-inflate", libdeflate_inflate_call, packed },
};

static int run(int (*body)(const struct input *i), const uint8_t *src, struct sva_wq *wq, int n)
{
	int failures = 0;

	for (size_t i = 0; i < MAX_N; i++)
		inputs[i] = (struct input){ back, src, packed_size, NULL, wq, NULL };
	for (const struct input *in = inputs; in < inputs + n; in++) {
		struct input i = load_input(in);

		failures += body(&i) != 0;
	}
	return failures;
}

static void make_text(void)
{
	static const char words[] = "a queue takes descriptors, and the device reads their pages; "
				    "records say how it ended. ";
	uint32_t state = 1;

	for (size_t i = 0; i < SIZE; i++) {
		state = state * 1664525 + 1013904223;
		text[i] = (uint8_t)words[(i + state / (1u << 29) / 7 * 11) % (sizeof(words) - 1)];
	}
}

int main(int argc, char **argv)
{
	int n = argc == 3 ? atoi(argv[2]) : 0;
	const struct input first = { .src = text };
	struct sva_wq *wq;

	make_text();
	if (n < 1 || n > MAX_N || sva_wq_open(&wq, "cpu", NULL) || isal_deflate_call(&first))
		return 2;
	for (size_t i = 0; i < sizeof(loops) / sizeof(loops[0]); i++)
		if (!strcmp(loops[i].name, argv[1]))
			return run(loops[i].run, loops[i].src, wq, n) ? 1 : 0;
	fprintf(stderr, "rows_deflate: no loop \"%s\"\n", argv[1]);
	return 2;
}
