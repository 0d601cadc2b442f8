/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <sva/sva.h>

#define MEMBERS 4u

static struct sva_desc descs[MEMBERS] __attribute__((aligned(64)));
static struct sva_record records[MEMBERS] __attribute__((aligned(64)));
static struct sva_op op;
static char packet[64];

/* Gather three parts; then, after a fence, the CRC of the whole. */
static void fill_batch(struct sva_batch *batch)
{
	static const char *const parts[] = { "to: you; ", "text: hello; ", "end" };
	size_t size = 0;

	for (unsigned int i = 0; i < 3; i++) {
		sva_prep_memmove(sva_batch_add(batch), packet + size, parts[i], strlen(parts[i]),
				 0);
		size += strlen(parts[i]);
	}
	sva_prep_crc(sva_batch_add(batch), packet, size, 0, SVA_FLAG_FENCE);
}

int main(void)
{
	struct sva_batch batch;
	struct sva_wq *wq;
	int status;

	if (sva_wq_open(&wq, NULL, NULL) || sva_batch_init(&batch, descs, records, MEMBERS, 0))
		return 1;
	fill_batch(&batch);
	status = sva_submit_batch(wq, &batch, &op);
	if (!status)
		status = sva_wait(&op, -1, SVA_WAIT_AUTO);
	printf("%s: \"%s\", CRC32C %08x\n", sva_strresult(status), packet, records[3].crc);
	return sva_wq_close(wq) || status != SVA_STATUS_SUCCESS;
}
