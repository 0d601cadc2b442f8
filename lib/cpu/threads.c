/* SPDX-License-Identifier: MIT */
/*
 * Large copies and fills by several threads, for those who ask for them. The threads are made for
 * one operation and end with it: nothing is left to stop, and a fork loses nothing.
 */
#include <pthread.h>
#include <signal.h>

#include "cpu.h"

#define PIECE_MIN  (SVAI_SHARED_MIN / 2)
#define PIECE_UNIT 4096u /* a multiple of the longest pattern */

struct piece {
	struct sva_desc desc;
	pthread_t thread;
	bool started;
};

/* Neither operation leaves anything in the record. */
static void *run(void *piece)
{
	const struct sva_desc *desc = &((struct piece *)piece)->desc;
	struct sva_record record;

	if (sva_desc_opcode(desc) == SVA_OP_FILL)
		svai_cpu_fill(desc, &record);
	else
		svai_cpu_memmove(desc, &record);
	return NULL;
}

/* The program's signals are for its own threads, but for those that speak of the memory. */
static void start(struct piece *piece)
{
	sigset_t others, old;

	sigfillset(&others);
	sigdelset(&others, SIGSEGV);
	sigdelset(&others, SIGBUS);
	pthread_sigmask(SIG_SETMASK, &others, &old);
	piece->started = !pthread_create(&piece->thread, NULL, run, piece);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void cut(struct piece *piece, const struct sva_desc *desc, uint32_t offset, uint32_t size)
{
	piece->desc = *desc;
	piece->desc.dst_addr += offset;
	if (sva_desc_opcode(desc) == SVA_OP_MEMMOVE)
		piece->desc.src_addr += offset;
	piece->desc.xfer_size = size;
}

/* The last piece is the caller's, and what no thread could be started for. */
static void run_all(struct piece *pieces, unsigned int count)
{
	unsigned int i;

	for (i = 0; i + 1 < count; i++)
		start(&pieces[i]);
	run(&pieces[i]);
	while (i-- > 0) {
		if (pieces[i].started)
			pthread_join(pieces[i].thread, NULL);
		else
			run(&pieces[i]);
	}
}

static bool can_be_shared(const struct sva_desc *desc)
{
	uint64_t a = desc->src_addr, b = desc->dst_addr;
	unsigned int opcode = sva_desc_opcode(desc);

	return opcode == SVA_OP_FILL ||
	       (opcode == SVA_OP_MEMMOVE && (a > b ? a - b : b - a) >= desc->xfer_size);
}

void svai_cpu_execute_shared(const struct svai_limits *limits, const struct sva_desc *desc,
			     unsigned int threads)
{
	struct piece pieces[SVAI_THREADS_MAX];
	const struct sva_record record = { 0 };
	uint32_t size = desc->xfer_size, most = size / PIECE_MIN, step;

	if (threads < 2 || !can_be_shared(desc)) {
		svai_cpu_execute(limits, desc);
		return;
	}
	if (svai_cpu_refuse(limits, desc, false))
		return;
	threads = threads < most ? threads : most;
	step = size / threads / PIECE_UNIT * PIECE_UNIT;
	for (unsigned int i = 0; i < threads; i++)
		cut(&pieces[i], desc, i * step, i + 1 < threads ? step : size - i * step);
	run_all(pieces, threads);
	svai_cpu_complete(desc, SVA_STATUS_SUCCESS, &record);
}
