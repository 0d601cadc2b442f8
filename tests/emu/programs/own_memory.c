/* SPDX-License-Identifier: MIT */
/*
 * own_memory QUEUE: a program that brings its own memcpy(), memmove(), memset() and memcmp(), as an
 * offloading library or a sanitizer does. What the device does must not come by here: it would wait
 * for itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sva/sva.h>

#define SIZE 100000u

static struct sva_wq *wq;
static pid_t main_thread;
static unsigned int foreign, offloaded;
static char src[SIZE], dst[SIZE];

/* From another thread than ours it is the device that calls. */
static void count_foreign(void)
{
	if (main_thread && gettid() != main_thread)
		__atomic_fetch_add(&foreign, 1, __ATOMIC_RELAXED);
}

/* By hand, and in the middle of it once more by the device. */
void *memmove(void *to, const void *from, size_t size)
{
	static struct sva_op op;
	volatile char *d = to;
	const volatile char *s = from;

	count_foreign();
	if (wq && size == SIZE && gettid() == main_thread) {
		offloaded++;
		sva_prep_memmove(&op.desc, to, from, size, 0);
		if (sva_submit(wq, &op) || sva_wait(&op, 10000000000, SVA_WAIT_AUTO) != 1)
			exit(3);
		return to;
	}
	if (d < s)
		for (size_t i = 0; i < size; i++)
			d[i] = s[i];
	else
		while (size-- > 0)
			d[size] = s[size];
	return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	return memmove(to, from, size);
}

void *memset(void *to, int byte, size_t size)
{
	volatile char *d = to;

	count_foreign();
	while (size-- > 0)
		d[size] = (char)byte;
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const unsigned char *x = a, *y = b;

	count_foreign();
	for (; size > 0; size--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

static int compare_and_check(void)
{
	static struct sva_op op;

	sva_prep_compare(&op.desc, src, dst, SIZE, 0);
	if (sva_submit(wq, &op) || sva_wait(&op, 10000000000, SVA_WAIT_AUTO) != 1)
		return 1;
	return op.record.result;
}

int main(int argc, char **argv)
{
	for (unsigned int i = 0; i < SIZE; i++) {
		src[i] = (char)(i * 7);
		dst[i] = 0;
	}
	if (argc != 2 || sva_wq_open(&wq, argv[1], NULL))
		return 2;
	main_thread = gettid();
	for (int i = 0; i < 10; i++)
		memcpy(dst, src, SIZE);
	if (compare_and_check() || offloaded != 10) {
		fprintf(stderr, "own_memory: wrong\n");
		return 1;
	}
	main_thread = 0;
	if (foreign) {
		fprintf(stderr, "own_memory: the device has called the program %u times\n",
			foreign);
		return 1;
	}
	return sva_wq_close(wq) != 0;
}
