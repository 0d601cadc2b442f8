/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <sva/sva.h>

static char src[1 << 20] = "hello", dst[sizeof(src)];

int main(void)
{
	struct sva_wq *wq;
	int err = sva_wq_open(&wq, NULL, NULL); /* the best queue, default options */

	if (err) {
		fprintf(stderr, "no queue: %s\n", sva_strerror(err));
		return 1;
	}
	printf("%s\n", sva_wq_why(wq));
	err = sva_memcpy(wq, dst, src, sizeof(src), NULL);
	printf("%s: %s\n", dst, sva_strerror(err));
	return sva_wq_close(wq) || err;
}
