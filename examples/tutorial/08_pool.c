/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <sva/sva.h>

#define SIZE ((size_t)1 << 20)

static struct sva_wq *pool;
static char src[SIZE] = "text", dst[2][SIZE];

static void *copy(void *to)
{
	return sva_memcpy(pool, to, src, SIZE, NULL) ? to : NULL;
}

static int copy_in_threads(void)
{
	pthread_t threads[2];
	int failed = 0;

	for (int i = 0; i < 2; i++)
		if (pthread_create(&threads[i], NULL, copy, dst[i]))
			return 2;
	for (int i = 0; i < 2; i++) {
		void *result;

		pthread_join(threads[i], &result);
		failed += result != NULL;
	}
	return failed;
}

int main(void)
{
	/* Shared queues alone: a dedicated one would be lost to every other process. */
	struct sva_wq_opts queues = { .size = sizeof(queues), .mode = SVA_WQ_MODE_SHARED };
	struct sva_pool_opts opts = { .size = sizeof(opts), .queues = &queues };
	int status = 1;
	pid_t child;

	if (sva_pool_open(&pool, &opts))
		return 1;
	printf("%s\nparent: %d of 2 copies failed\n", sva_wq_why(pool), copy_in_threads());
	fflush(stdout);
	child = fork();
	if (child == 0) {
		printf("child: %s\n", sva_strerror(sva_memcpy(pool, dst[0], src, SIZE, NULL)));
		if (sva_wq_reopen(pool))
			return 1;
		printf("child: %d of 2 copies failed\n", copy_in_threads());
		return sva_wq_close(pool) ? 1 : 0;
	}
	waitpid(child, &status, 0);
	return sva_wq_close(pool) || status;
}
