/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sva/sva.h>

#define SIZE ((size_t)1 << 20)

static char src[SIZE], dst[SIZE] __attribute__((aligned(64)));

/* The program's own work. */
static int copy_ten_times(struct sva_wq *wq)
{
	int err = 0;

	for (int i = 0; i < 10 && !err; i++) {
		memset(src, i, SIZE);
		err = sva_memcpy(wq, dst, src, SIZE, NULL);
		if (!err && memcmp(src, dst, SIZE) != 0)
			err = -EIO;
	}
	return err;
}

static void print_statistics(const struct sva_wq *wq)
{
	struct sva_wq_stats s = { .size = sizeof(s) };

	sva_wq_stats(wq, &s);
	printf("device: %" PRIu64 " operations, %" PRIu64 " page faults, %" PRIu64 " failures\n",
	       s.operations, s.read_faults + s.write_faults, s.failures);
	for (unsigned int i = 0; i < 16; i++)
		if (s.cpu_why[i])
			printf("CPU: %" PRIu64 " operations: %s\n", s.cpu_why[i],
			       sva_why_text(1u << i));
}

int main(void)
{
	struct sva_policy policy = { .size = sizeof(policy),
				     .threshold = 16384, /* what sva-perf found */
				     .fault = SVA_FAULT_POPULATE,
				     .timeout_ns = 30 * INT64_C(1000000000) };
	struct sva_wq_opts opts = { .size = sizeof(opts), .policy = &policy };
	struct sva_wq *wq;
	int err = sva_wq_open(&wq, getenv("APP_QUEUE"), &opts);

	if (err) {
		fprintf(stderr, "no queue: %s\n", sva_strerror(err));
		return 1;
	}
	printf("queue: %s\n", sva_wq_why(wq));
	err = copy_ten_times(wq);
	print_statistics(wq);
	printf("10 copies: %s\n", sva_strerror(err));
	return sva_wq_close(wq) || err;
}
