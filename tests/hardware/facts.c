/* SPDX-License-Identifier: MIT */
/*
 * facts QUEUE - what this project could only assume about the hardware: asks the queue, and prints
 * each answer beside what is assumed. Differences are what it is for: it exits with 0 also then,
 * with 1 if the queue cannot be asked.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "facts.h"
#include "handle.h"

#define TIMEOUT 10000000000ll /* 10 s */

unsigned char src[PAGE] __attribute__((aligned(PAGE))), src2[PAGE], dst[PAGE];

void say(char *said, const char *format, ...)
{
	size_t length = strlen(said);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(said + length, SAID - length, format, arguments);
	va_end(arguments);
}

/* Nothing of it may be used again where it has not ended. */
void finish(struct sva_wq *wq, struct sva_op *op)
{
	int err;

	do
		err = sva_submit(wq, op);
	while (err == -EAGAIN);
	if (!err)
		err = sva_wait(op, TIMEOUT, SVA_WAIT_AUTO);
	if (err > 0)
		return;
	printf("facts: no answer: %s\n", sva_strresult(err));
	exit(1);
}

unsigned char *two_pages(void)
{
	unsigned char *at = mmap(NULL, 2 * (size_t)PAGE, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		exit(1);
	madvise(at, 2 * (size_t)PAGE, MADV_NOHUGEPAGE);
	memset(at, 0, PAGE);
	return at;
}

static struct sva_wq *open_queue(const char *name, enum sva_dev_kind kind)
{
	struct sva_wq_opts opts = { .size = sizeof(opts), .kind = kind };
	struct sva_wq *wq;
	int err;

	opts.flags = strcmp(name, "cpu") ? SVA_OPEN_NO_CPU : 0;
	err = sva_wq_open(&wq, name, &opts);
	if (!err)
		return wq;
	printf("facts: %s: %s\n", name, sva_strerror(err));
	exit(1);
}

static void ask_one(const struct fact *fact, struct sva_wq *wq, char *said)
{
	memset(src, 0, PAGE);
	memset(src2, 0, PAGE);
	memset(dst, 0, PAGE);
	fact->ask(wq, said);
}

/* Returns whether the answer is another one than what is assumed. */
static bool ask(const struct fact *fact, struct sva_wq *wq, struct sva_wq *cpu)
{
	char said[SAID] = "", by_cpu[SAID] = "";
	const char *assumed = fact->assumed ? fact->assumed : by_cpu;
	bool differs;

	ask_one(fact, wq, said);
	if (!fact->assumed)
		ask_one(fact, cpu, by_cpu);
	differs = *assumed && strcmp(said, assumed);
	printf("%-9s %s (%s): %s\n",
	       !*assumed ? "note"
	       : differs ? "DIFFERENT"
			 : "same",
	       fact->name, fact->where, said);
	if (differs)
		printf("%-9s %s: assumed: %s\n", "", fact->name, assumed);
	return differs;
}

int main(int argc, char **argv)
{
	const struct fact *fact;
	unsigned int differences = 0, count = 0;
	struct sva_wq *wq, *cpu;
	bool iax;

	if (argc != 2) {
		fprintf(stderr, "usage: %s QUEUE\n", argv[0]);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	wq = open_queue(argv[1], SVA_DEV_KIND_ANY);
	iax = sva_wq_info(wq)->kind == SVA_DEV_KIND_IAX;
	cpu = open_queue("cpu", iax ? SVA_DEV_KIND_IAX : SVA_DEV_KIND_ANY);
	svai_handle(cpu)->limits = svai_handle(wq)->limits; /* the same device */
	for (fact = iax ? iax_facts : dsa_facts; fact->name; fact++, count++)
		differences += ask(fact, wq, cpu);
	printf("%u facts asked, %u different from what is assumed\n", count, differences);
	sva_wq_close(cpu);
	return sva_wq_close(wq) ? 1 : 0;
}
