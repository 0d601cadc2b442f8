/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "try.h"

#define BYTES   (1u << 20)
#define SECONDS 1000000000ll

static bool is_iax(const struct sva_wq *wq)
{
	return sva_wq_info(wq)->kind == SVA_DEV_KIND_IAX;
}

static bool try_noop(struct sva_wq *wq, char *text, size_t size)
{
	struct sva_iax_op op = { .op = { .wq = NULL } }; /* large enough for either kind */
	int status;

	if (is_iax(wq))
		sva_iax_prep_noop(&op, 0);
	else
		sva_prep_noop(&op.op.desc, 0);
	status = sva_submit(wq, &op.op);
	if (status) {
		snprintf(text, size, "NOOP: submission: %s", sva_strerror(status));
		return false;
	}
	do /* it is on our stack: as long as it takes */
		status = sva_wait(&op.op, SECONDS, SVA_WAIT_AUTO);
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

/* Compressed and inflated again, each into pages that are missing. */
static bool try_deflate(struct sva_wq *wq, const void *src, void *packed, void *back, char *text,
			size_t size)
{
	const struct sva_deflate_opts opts = { .size = sizeof(opts), .format = SVA_DEFLATE_GZIP };
	struct sva_outcome out = { .size = sizeof(out) }, in = { .size = sizeof(in) };
	size_t packed_size = BYTES, back_size = BYTES;
	int err = sva_deflate(wq, packed, &packed_size, src, BYTES, &opts, &out);
	const char *what = err ? "deflate" : "inflate";

	if (!err)
		err = sva_inflate(wq, back, &back_size, packed, &packed_size, &opts, &in);
	if (err)
		snprintf(text, size, "%s: %s", what, sva_strerror(err));
	else if (back_size != BYTES || memcmp(back, src, BYTES) != 0)
		snprintf(text, size, "inflate: the data differ from the source");
	else if (out.device_bytes != BYTES || in.device_bytes != BYTES)
		snprintf(text, size,
			 "deflate and inflate: the device did %llu and %llu of %u bytes",
			 (unsigned long long)out.device_bytes, (unsigned long long)in.device_bytes,
			 BYTES);
	else
		snprintf(text, size,
			 "NOOP; 1 MiB compressed to %zu bytes, inflated and verified (page faults: "
			 "%u, resumptions: %u)",
			 packed_size, out.faults + in.faults, out.resumed + in.resumed);
	return !err && back_size == BYTES && !memcmp(back, src, BYTES) &&
	       out.device_bytes == BYTES && in.device_bytes == BYTES;
}

static bool try_analytics(struct sva_wq *wq, char *text, size_t size)
{
	unsigned char *src = fresh_pages(), *packed = fresh_pages(), *back = fresh_pages();
	bool good = src && packed && back;

	if (!good)
		snprintf(text, size, "no memory");
	for (unsigned int i = 0; good && i < BYTES; i++)
		src[i] = (unsigned char)(i * 2654435761u >> 28);
	good = good && try_deflate(wq, src, packed, back, text, size);
	if (src)
		munmap(src, BYTES);
	if (packed)
		munmap(packed, BYTES);
	if (back)
		munmap(back, BYTES);
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
	good = try_noop(wq, text, size) &&
	       (is_iax(wq) ? try_analytics : try_copies)(wq, text, size);
	sva_wq_close(wq);
	return good;
}
