/* SPDX-License-Identifier: MIT */
/* The smallest program there is: open, move, wait, close. Valid C11 and C++17. */
#include <stdio.h>
#include <string.h>

#include <sva/sva.h>

int main(void)
{
	static struct sva_op op;
	static const char src[] = "moved";
	static char dst[sizeof(src)];
	struct sva_wq *wq;
	int err, status;

	err = sva_wq_open(&wq, "cpu", NULL);
	if (err) {
		fprintf(stderr, "open: %s\n", sva_strerror(err));
		return 1;
	}
	sva_prep_memmove(&op.desc, dst, src, sizeof(src), 0);
	err = sva_submit(wq, &op);
	status = err ? err : sva_wait(&op, -1, SVA_WAIT_AUTO);
	if (status != SVA_STATUS_SUCCESS || memcmp(dst, src, sizeof(src))) {
		fprintf(stderr, "memmove: %d\n", status);
		return 1;
	}
	err = sva_wq_close(wq);
	if (err)
		fprintf(stderr, "close: %s\n", sva_strerror(err));
	return err != 0;
}
