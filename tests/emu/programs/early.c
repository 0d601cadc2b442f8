/* SPDX-License-Identifier: MIT */
/*
 * A library that does its work with the device in its constructor, whoever's have run before: opens
 * a queue, submits, waits. What came of it is an exported variable; and a program to look at it.
 */
#include <stdio.h>

#include <sva/sva.h>

extern int early_result;

#ifdef EARLY_LIBRARY
int early_result = -1;

static int work(void)
{
	static char src[5000] = "early", dst[5000];
	struct sva_op op = { 0 };
	struct sva_wq *wq;
	int err = sva_wq_open(&wq, "wq0.0", NULL);

	if (err)
		return err;
	if (sva_wq_path(wq) != SVA_PATH_PORTAL)
		return -1000 - (int)sva_wq_path(wq);
	sva_prep_memmove(&op.desc, dst, src, sizeof(src), 0);
	err = sva_submit(wq, &op);
	if (!err)
		err = sva_wait(&op, UINT64_C(10000000000), SVA_WAIT_AUTO) == 1 && dst[0] == 'e'
			      ? 0
			      : -1;
	sva_wq_close(wq);
	return err;
}

__attribute__((constructor)) static void start(void)
{
	early_result = work();
}
#else
int main(void)
{
	printf("early: %d\n", early_result);
	return early_result != 0;
}
#endif
