/* SPDX-License-Identifier: MIT */
/*
 * Eight threads that submit, and a handler of a fast timer that submits, too, whatever it
 * interrupts. Prints how many descriptors were accepted, and how many were not.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/time.h>

#include <sva/desc.h>
#include <sva/insn.h>

#define THREADS 8
#define ROUNDS  2000

static void *portal;
static atomic_ulong accepted, retried;

static bool submit(void)
{
	struct sva_desc desc __attribute__((aligned(64))) = { 0 }; /* a NOOP without a record */
	bool retry = sva_enqcmd(portal, &desc);

	atomic_fetch_add(retry ? &retried : &accepted, 1);
	return !retry;
}

static void on_timer(int sig)
{
	(void)sig;
	submit();
}

static void *submit_many(void *unused)
{
	for (unsigned int i = 0; i < ROUNDS; i++)
		while (!submit())
			;
	return unused;
}

int main(void)
{
	struct itimerval timer = { { 0, 200 }, { 0, 200 } }; /* microseconds */
	struct sigaction action = { .sa_handler = on_timer, .sa_flags = SA_RESTART };
	pthread_t thread[THREADS];

	portal = mmap(NULL, 4096, PROT_WRITE, MAP_SHARED, open("/dev/dsa/wq0.0", O_RDWR), 0);
	if (portal == MAP_FAILED)
		return 1;
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &timer, NULL);
	for (unsigned int i = 0; i < THREADS; i++)
		if (pthread_create(&thread[i], NULL, submit_many, NULL))
			return 1;
	for (unsigned int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	timer = (struct itimerval){ 0 };
	setitimer(ITIMER_REAL, &timer, NULL);
	printf("accepted %lu, retried %lu\n", atomic_load(&accepted), atomic_load(&retried));
	return 0;
}
