/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <sva/sva.h>

static const char text[] = "123456789";
static struct sva_op op; /* its type aligns it to 64 bytes */

int main(void)
{
	struct sva_wq *wq;
	unsigned int status;
	int err;

	if (sva_wq_open(&wq, NULL, NULL))
		return 1;
	sva_prep_crc(&op.desc, text, sizeof(text) - 1, 0, 0);
	err = sva_submit(wq, &op);
	/* The device works now, and you can do something else. */
	if (!err)
		err = sva_wait(&op, -1, SVA_WAIT_AUTO);
	if (err < 0) {
		fprintf(stderr, "%s\n", sva_strerror(err));
		return 1;
	}
	status = (unsigned int)err;
	printf("%s, CRC32C %08x\n", sva_status_name(status), op.record.crc);
	return sva_wq_close(wq) || status != SVA_STATUS_SUCCESS;
}
