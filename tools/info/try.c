/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "try.h"

#define BYTES   (1u << 20)
#define SECONDS 1000000000ll

static bool try_noop(struct sva_wq *wq, char *text, size_t size)
{
	struct sva_op op = { 0 };
	int status;

	sva_prep_noop(&op.desc, 0);
	status = sva_submit(wq, &op);
	if (status) {
		snprintf(text, size, "NOOP: submission: %s", sva_strerror(status));
		return false;
	}
	do /* it is on our stack: as long as it takes */
		status = sva_wait(&op, SECONDS, SVA_WAIT_AUTO);
	while (status == -ETIMEDOUT);
	if (status == SVA_STATUS_SUCCESS)
		return true;
	snprintf(text, size, "NOOP: %s", sva_strresult(status));
	return false;
}

/* A copy by calls, which go on at the device after a page fault. */
static bool try_copy(struct sva_wq *wq, const char *what, void *dst, const void *src,
		     struct sva_outcome *outcome, char *text, size_t size)
{
	int err;

	*outcome = (struct sva_outcome){ .size = sizeof(*outcome) };
	err = sva_memcpy(wq, dst, src, BYTES, outcome);
	if (err)
		snprintf(text, size, "%s: %s", what, sva_strerror(err));
	else if (memcmp(dst, src, BYTES) != 0)
		snprintf(text, size, "%s: the copy differs from the source", what);
	else if (outcome->device_bytes != BYTES)
		snprintf(text, size, "%s: the device did %llu of %u bytes", what,
			 (unsigned long long)outcome->device_bytes, BYTES);
	else
		return true;
	return false;
}

static void *fresh_pages(void)
{
	void *pages = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	/* cppcheck-suppress memleak ; unmapped by the caller */
	return pages == MAP_FAILED ? NULL : pages;
}

static bool try_copies(struct sva_wq *wq, char *text, size_t size)
{
	unsigned char *src = fresh_pages(), *dst = fresh_pages(), *missing = fresh_pages();
	struct sva_outcome outcome;
	bool good = src && dst && missing;

	if (!good)
		snprintf(text, size, "no memory");
	for (unsigned int i = 0; good && i < BYTES; i++)
		src[i] = (unsigned char)(i * 2654435761u >> 24);
	if (good)
		memset(dst, 0xff, BYTES);
	good = good && try_copy(wq, "copy", dst, src, &outcome, text, size) &&
	       try_copy(wq, "copy to missing pages", missing, src, &outcome, text, size);
	if (good)
		snprintf(text, size,
			 "NOOP; 1 MiB copied and verified; 1 MiB to missing pages copied and "
			 "verified (page faults: %u, resumptions: %u)",
			 outcome.faults, outcome.resumed);
	if (src)
		munmap(src, BYTES);
	if (dst)
		munmap(dst, BYTES);
	if (missing)
		munmap(missing, BYTES);
	return good;
}

bool try_queue(const char *name, char *text, size_t size)
{
	struct sva_policy policy = { .size = sizeof(policy), .flags = SVA_POLICY_NO_CPU };
	struct sva_wq_opts opts = { .size = sizeof(opts),
				    .flags = SVA_OPEN_NO_CPU,
				    .policy = &policy };
	struct sva_wq *wq;
	int err = sva_wq_open(&wq, name, &opts);
	bool good;

	if (err) {
		snprintf(text, size, "open: %s", sva_strerror(err));
		return false;
	}
	good = try_noop(wq, text, size) && try_copies(wq, text, size);
	sva_wq_close(wq);
	return good;
}
