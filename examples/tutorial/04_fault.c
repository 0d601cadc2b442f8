/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sva/sva.h>

#define SIZE 16384u

static struct sva_op op;

static int submit_and_wait(struct sva_wq *wq)
{
	int err = sva_submit(wq, &op);

	return err ? err : sva_wait(&op, -1, SVA_WAIT_AUTO);
}

int main(void)
{
	int prot = PROT_READ | PROT_WRITE, flags = MAP_PRIVATE | MAP_ANONYMOUS;
	unsigned char *src = mmap(NULL, SIZE, prot, flags, -1, 0);
	unsigned char *dst = mmap(NULL, SIZE, prot, flags, -1, 0);
	struct sva_wq *wq;
	int status;

	if (src == MAP_FAILED || dst == MAP_FAILED || sva_wq_open(&wq, NULL, NULL))
		return 1;
	memset(src, 7, SIZE);
	memset(dst, 0, SIZE / 2); /* nobody has touched the second half of dst */
	sva_prep_memmove(&op.desc, dst, src, SIZE, 0);
	while ((status = submit_and_wait(wq)) > 0 &&
	       SVA_STATUS_CODE((unsigned int)status) == SVA_STATUS_PAGE_FAULT) {
		volatile unsigned char *missing = (unsigned char *)op.record.fault_addr;

		printf("%s at byte %zd\n", sva_status_name((unsigned int)status), missing - dst);
		*missing = 0; /* the kernel brings the page in */
		sva_op_resume(&op);
	}
	printf("%s, %s\n", sva_strresult(status), memcmp(src, dst, SIZE) ? "differs" : "equal");
	return sva_wq_close(wq) || status != SVA_STATUS_SUCCESS;
}
