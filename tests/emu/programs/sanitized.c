/* SPDX-License-Identifier: MIT */
/*
 * sanitized QUEUE: a program that a sanitizer watches, and that lets the device write to memory of
 * every kind: the heap, the stack, fresh mappings where others were before, in several threads. The
 * device's stores are no races, and none of what the emulator does is the program's fault.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sva/sva.h>

#define THREADS 4
#define ROUNDS  50
#define SIZE    20000u

static struct sva_wq *wq;

static void check(int good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "sanitized: %s\n", what);
	exit(3);
}

static void copy(char *dst, char *src, char byte)
{
	struct sva_op op = { 0 };
	int err;

	memset(src, byte, SIZE);
	memset(dst, 0, SIZE);
	sva_prep_memmove(&op.desc, dst, src, SIZE, 0);
	do
		err = sva_submit(wq, &op);
	while (err == -EAGAIN);
	check(!err, "submit");
	check(sva_wait(&op, UINT64_C(30000000000), SVA_WAIT_AUTO) == 1, "wait");
	check(!memcmp(dst, src, SIZE), "copy");
}

static void *work(void *number)
{
	char stack[2 * SIZE];

	for (int i = 0; i < ROUNDS; i++) {
		char byte = (char)(i + 1 + *(int *)number);
		char *heap = malloc(SIZE), *mapped = mmap(NULL, SIZE, PROT_READ | PROT_WRITE,
							  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		check(heap && mapped != MAP_FAILED, "memory");
		copy(heap, mapped, byte);
		copy(mapped, stack, byte);
		copy(stack + SIZE, heap, byte);
		munmap(mapped, SIZE);
		free(heap);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread[THREADS];
	int number[THREADS], status;

	check(!sva_wq_open(&wq, argc > 1 ? argv[1] : "wq0.0", NULL), "open");
	check(sva_wq_path(wq) != SVA_PATH_CPU, "no device");
	for (int i = 0; i < THREADS; i++) {
		number[i] = i;
		pthread_create(&thread[i], NULL, work, &number[i]);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	if (fork() == 0)
		_exit(0);
	wait(&status);
	sva_wq_close(wq);
	puts("sanitized: ok");
	return 0;
}
