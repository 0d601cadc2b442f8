/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <sva/sva.h>

#define SIZE 4096u

static char src[SIZE], dst[2 * SIZE + 64];
static struct sva_op op;

int main(void)
{
	struct sva_wq *wq;
	char text[256];
	int status;

	if (sva_wq_open(&wq, NULL, NULL))
		return 1;
	/* Dualcast has two destinations, which must lie at the same offset in their pages. */
	sva_prep_dualcast(&op.desc, dst, dst + SIZE + 64, src, SIZE, 0);
	if (sva_desc_check(wq, &op.desc, text, sizeof(text)) > 0)
		printf("check:   %s\n", text);
	status = sva_submit(wq, &op);
	if (!status)
		status = sva_wait(&op, -1, SVA_WAIT_AUTO);
	printf("result:  %s\n", sva_strresult(status));
	if (status > 0) {
		sva_explain(&op.desc, &op.record, text, sizeof(text));
		printf("explain: %s\nerrno:   %d\n", text, sva_status_errno((unsigned int)status));
	}
	return sva_wq_close(wq) || status != SVA_STATUS_DUALCAST_ALIGN;
}
