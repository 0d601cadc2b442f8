/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
#include <sva/sva.h>

#define SIZE ((size_t)1 << 20)

static char src[SIZE] = "text";

/* Copy to pages that are not present yet, and print who did how much. */
static void copy(struct sva_wq *wq, size_t size, const char *what)
{
	struct sva_outcome outcome = { .size = sizeof(outcome) };
	char *dst = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char text[256];
	int err = dst == MAP_FAILED ? -errno : sva_memcpy(wq, dst, src, size, &outcome);

	sva_outcome_explain(&outcome, text, sizeof(text));
	printf("%-10s%s\n", what, err ? sva_strerror(err) : text);
	munmap(dst, SIZE);
}

int main(void)
{
	struct sva_policy policy = { .size = sizeof(policy), .threshold = 16384 };
	struct sva_wq_opts opts = { .size = sizeof(opts), .policy = &policy };
	struct sva_wq *wq;

	if (sva_wq_open(&wq, NULL, &opts))
		return 1;
	copy(wq, 4096, "small");
	copy(wq, SIZE, "touch");
	policy.fault = SVA_FAULT_POPULATE;
	sva_wq_set_policy(wq, &policy);
	copy(wq, SIZE, "populate");
	return sva_wq_close(wq) ? 1 : 0;
}
