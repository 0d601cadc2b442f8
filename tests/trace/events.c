/* SPDX-License-Identifier: MIT */
/*
 * events cpu: each event that a queue without a device has; events device: those of a device that
 * does what rules.sh tells sva-emu, in the order of the files expected.*; events names: those of
 * the opcodes on standard input.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sva/sva.h>

#define SIZE 16384u

static char dst[SIZE] __attribute__((aligned(4096))), src[SIZE] __attribute__((aligned(4096)));

static void check(const char *what, bool good)
{
	if (good)
		return;
	fprintf(stderr, "events: %s\n", what);
	exit(1);
}

static void run(struct sva_wq *wq, struct sva_op *op, int expected)
{
	check("submission", !sva_submit(wq, op));
	check("status", sva_wait(op, -1, SVA_WAIT_AUTO) == expected);
}

/* Submission, and calls of two kinds. */
static void on_cpu(struct sva_wq *wq, struct sva_op *op)
{
	char packed[SIZE];
	size_t size = sizeof(packed);
	uint32_t crc = 0;
	struct sva_outcome outcome = { .size = sizeof(outcome) };

	sva_prep_memmove(&op->desc, dst, src, 100, 0);
	run(wq, op, SVA_STATUS_SUCCESS);
	check("CRC", !sva_crc32c(wq, src, 1000, &crc, &outcome));
	check("compression", !sva_deflate(wq, packed, &size, src, SIZE, NULL, NULL));
}

static void on_device(struct sva_wq *wq, struct sva_op *op)
{
	struct sva_policy policy = { .size = sizeof(policy), .threshold = 1 };
	uint32_t crc = 0;

	check("policy", !sva_wq_set_policy(wq, &policy));
	/* A page fault in a call. */
	check("copy", !sva_memcpy(wq, dst, src, SIZE, NULL));
	/* A failure: the CPU does it instead. */
	check("CRC", !sva_crc32c(wq, src, SIZE, &crc, NULL));
	/* The queue is full: for one try, and for the only one. */
	sva_prep_fill(&op->desc, dst, 0, 200, 0);
	run(wq, op, SVA_STATUS_SUCCESS);
	sva_prep_fill(&op->desc, dst, 0, 300, 0);
	check("full", sva_try_submit(wq, op) == -EAGAIN);
	/* No record. */
	sva_prep_compare(&op->desc, dst, src, 400, 0);
	run(wq, op, SVA_STATUS_LOST);
	/* No time. */
	policy.timeout_ns = 1;
	check("policy", !sva_wq_set_policy(wq, &policy));
	check("time-out", sva_memset(wq, dst, 0, 500, NULL) == -ETIMEDOUT);
}

static int print_names(void)
{
	unsigned int opcode;

	while (scanf("%u%*[^\n]", &opcode) == 1)
		printf("%u %s\n", opcode, sva_opcode_name(opcode));
	return 0;
}

int main(int argc, char **argv)
{
	static struct sva_op op;
	bool device = argc == 2 && !strcmp(argv[1], "device");
	struct sva_wq *wq;

	if (argc == 2 && !strcmp(argv[1], "names"))
		return print_names();
	memset(src, 1, sizeof(src));
	memset(dst, 2, sizeof(dst));
	check("open", !sva_wq_open(&wq, device ? "wq0.0" : "cpu", NULL));
	(device ? on_device : on_cpu)(wq, &op);
	check("close", !sva_wq_close(wq));
	return 0;
}
