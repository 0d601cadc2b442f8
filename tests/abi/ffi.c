/* SPDX-License-Identifier: MIT */
/* A program as a language without C headers makes it: no inline functions, all by name. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct queue;

int sva_wq_open(struct queue **wq, const char *name, const void *opts);
int sva_wq_close(struct queue *wq);
void *sva_op_alloc(size_t count);
void sva_op_free(void *ops);
void sva_prep_memmove(void *desc, void *dst, const void *src, size_t size, uint32_t flags);
int sva_submit(struct queue *wq, void *op);
int sva_poll(void *op);

static int check(int good)
{
	return good ? 0 : 1;
}

int main(void)
{
	char src[100] = "through functions alone", dst[100] = "";
	void *op = sva_op_alloc(1);
	struct queue *wq;
	int failed = check(op && !sva_wq_open(&wq, "cpu", NULL));

	if (failed)
		return 1;
	sva_prep_memmove(op, dst, src, sizeof(src), 0); /* the descriptor comes first */
	failed += check(!sva_submit(wq, op));
	failed += check(sva_poll(op) == 1);
	failed += check(!memcmp(dst, src, sizeof(src)));
	failed += check(!sva_wq_close(wq));
	sva_op_free(op);
	return failed;
}
