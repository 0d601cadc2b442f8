/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "facts.h"

static struct sva_op op;

static void say_record(char *said)
{
	say(said, "status 0x%02x result %u bytes %u", op.record.status, op.record.result,
	    op.record.bytes_completed);
}

/* Three faults at once: a flag, a reserved byte, the size. */
static void order_of_checks(struct sva_wq *wq, char *said)
{
	sva_prep_memmove(&op.desc, dst, src, 1u << 31, SVA_FLAG_CR);
	((unsigned char *)&op.desc)[60] = 1;
	finish(wq, &op);
	say(said, "status 0x%02x flags 0x%x", op.record.status, op.record.invalid_flags);
}

static void reserved_flags(struct sva_wq *wq, char *said)
{
	for (unsigned int bit = 16; bit < 24; bit++) {
		sva_prep_memmove(&op.desc, dst, src, 64, 1u << bit);
		finish(wq, &op);
		say(said, "%s%u: 0x%02x", bit > 16 ? ", " : "", bit, op.record.status);
	}
}

static void batch_of_one(struct sva_wq *wq, char *said)
{
	static struct sva_desc list[1] __attribute__((aligned(64)));
	static struct sva_record record;

	record.status = 0;
	sva_prep_noop(&list[0], 0);
	list[0].completion_addr = (uintptr_t)&record;
	sva_prep_batch(&op.desc, list, 1, 0);
	finish(wq, &op);
	say_record(said);
}

/* The first one fails, the second one has the fence. */
static void abandoned_members(struct sva_wq *wq, char *said)
{
	static struct sva_desc list[4] __attribute__((aligned(64)));
	static struct sva_record records[4];

	memset(records, 0, sizeof(records));
	for (unsigned int i = 0; i < 4; i++) {
		sva_prep_noop(&list[i], i == 1 ? SVA_FLAG_FENCE : 0);
		list[i].completion_addr = (uintptr_t)&records[i];
	}
	list[0].xfer_size = 1; /* reserved */
	sva_prep_batch(&op.desc, list, 4, 0);
	finish(wq, &op);
	say(said, "batch 0x%02x bytes %u, members 0x%02x 0x%02x 0x%02x 0x%02x", op.record.status,
	    op.record.bytes_completed, records[0].status, records[1].status, records[2].status,
	    records[3].status);
}

static void fill_16(struct sva_wq *wq, char *said)
{
	sva_prep_fill(&op.desc, dst, 1, 64, 0);
	op.desc.op_flags |= SVA_FLAG_FILL_16;
	op.desc.fill.pattern_high = 2;
	finish(wq, &op);
	say(said, "status 0x%02x", op.record.status);
}

static void hidden_opcodes(struct sva_wq *wq, char *said)
{
	static const unsigned char opcodes[] = { 0x0a, 0x0b, 0x16, 0x17, 0x18, 0x21, 0x22 };

	for (unsigned int i = 0; i < sizeof(opcodes); i++) {
		sva_prep_noop(&op.desc, 0);
		op.desc.op_flags |= (uint32_t)opcodes[i] << 24;
		finish(wq, &op);
		say(said, "%s0x%02x: 0x%02x", i ? ", " : "", opcodes[i], op.record.status);
	}
}

static void fetch_with_stride(struct sva_wq *wq, char *said)
{
	for (unsigned int stride = 0; stride < 3; stride++) {
		sva_prep_translation_fetch(&op.desc, src, PAGE, stride * 1024, 0);
		finish(wq, &op);
		say(said, "%s%u: 0x%02x", stride ? ", " : "", stride * 1024, op.record.status);
	}
}

static void pattern_offset(struct sva_wq *wq, char *said)
{
	memset(src, 1, sizeof(src));
	src[1003] = 2;
	sva_prep_compare_pattern(&op.desc, src, 0x0101010101010101, PAGE, 0);
	finish(wq, &op);
	say(said, "difference at 1003: result %u bytes %u", op.record.result,
	    op.record.bytes_completed);
}

/*
 * Page faults: the CPU has none, so that what is assumed is what sva-emu does.
 */

static void fault_in_fill(struct sva_wq *wq, char *said)
{
	unsigned char *at = two_pages();

	sva_prep_fill(&op.desc, at + 3, 0x0807060504030201, PAGE, 0);
	finish(wq, &op);
	say_record(said);
	munmap(at, 2 * (size_t)PAGE);
}

static void fault_in_overlap(struct sva_wq *wq, char *said)
{
	unsigned char *at = two_pages();

	sva_prep_memmove(&op.desc, at + 100, at, PAGE, 0);
	finish(wq, &op);
	say_record(said);
	munmap(at, 2 * (size_t)PAGE);
}

/* An entry for each word, so that as many bytes of the record go as 10/8 of the data. */
static void fault_in_delta(struct sva_wq *wq, char *said)
{
	static unsigned char record[10 * PAGE / 8 * 2];
	unsigned char *at = two_pages();

	for (uint16_t i = 0; i < sizeof(record) / 10; i++)
		memcpy(record + i * 10, &i, 2);
	sva_prep_apply_delta(&op.desc, at, 2 * PAGE, record, sizeof(record), 0);
	finish(wq, &op);
	say_record(said);
	munmap(at, 2 * (size_t)PAGE);
}

static void fault_in_dif(struct sva_wq *wq, char *said)
{
	const struct sva_dif_tags tags = { .ref_tag = 100, .app_tag = 7 };
	unsigned char *at = two_pages();

	sva_prep_dif_insert(&op.desc, at, src, 7 * 512, SVA_DIF_BLOCK_512, 0, tags, 0);
	finish(wq, &op);
	memmove(at + PAGE - 7 * 520, at, 7 * 520UL); /* whole blocks end where the page ends */
	sva_prep_dif_check(&op.desc, at + PAGE - 7 * 520, 8 * 520, SVA_DIF_BLOCK_512, 0, tags, 0);
	finish(wq, &op);
	say_record(said);
	say(said, " ref %u app %u", op.record.dif_src.ref_tag, op.record.dif_src.app_tag);
	munmap(at, 2 * (size_t)PAGE);
}

/*
 * What depends on time: an answer, and nothing to hold it against.
 */

#define MOVE (1u << 20)

/* Another process keeps the queue busy: does the drain wait for its work, too? */
static void scope_of_drain(struct sva_wq *wq, char *said)
{
	enum { COUNT = 8 };
	struct sva_op *ops =
		mmap(NULL, COUNT * sizeof(*ops) + 2 * (size_t)MOVE, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	unsigned char *memory = (unsigned char *)(ops + COUNT);
	unsigned int open = 0;
	int ready[2];
	pid_t child;

	if (sva_wq_info(wq)->mode != SVA_WQ_MODE_SHARED) {
		say(said, "of interest on a shared queue only");
		return;
	}
	if (ops == MAP_FAILED || pipe(ready))
		exit(1);
	child = fork();
	if (child == 0) {
		if (sva_wq_reopen(wq))
			_exit(1);
		for (unsigned int i = 0; i < COUNT; i++) {
			sva_prep_memmove(&ops[i].desc, memory + MOVE, memory, MOVE, 0);
			if (sva_submit(wq, &ops[i]))
				_exit(1);
		}
		_exit(write(ready[1], "", 1) != 1 || sva_wq_close(wq));
	}
	close(ready[1]);
	if (read(ready[0], ready, 1) == 1) {
		sva_prep_drain(&op.desc, 0);
		finish(wq, &op);
		for (unsigned int i = 0; i < COUNT; i++)
			open += !sva_record_status(&ops[i].record);
	}
	close(ready[0]);
	waitpid(child, NULL, 0);
	say(said, "%u of %u copies of another process were still going on after it", open, COUNT);
	munmap(ops, COUNT * sizeof(*ops) + 2 * (size_t)MOVE);
}

static uint64_t time_to_read(void)
{
	uint64_t begin;

	__builtin_ia32_mfence();
	begin = sva_rdtsc();
	for (unsigned int i = 0; i < PAGE; i += 64)
		((volatile unsigned char *)src)[i];
	__builtin_ia32_mfence();
	return sva_rdtsc() - begin;
}

/* Does a flush with cache control leave the lines in the cache? */
static void flush_with_cache_control(struct sva_wq *wq, char *said)
{
	for (unsigned int i = 0; i < 3; i++) {
		uint64_t best = UINT64_MAX;

		for (unsigned int turn = 0; turn < 20; turn++) {
			uint64_t ticks;

			memset(src, (int)turn, sizeof(src));
			sva_prep_cache_flush(&op.desc, src, PAGE, i == 2 ? SVA_FLAG_CC : 0);
			if (i > 0)
				finish(wq, &op);
			ticks = time_to_read();
			best = ticks < best ? ticks : best;
		}
		say(said, "%s%llu",
		    i == 0   ? "ticks to read a page: "
		    : i == 1 ? ", flushed: "
			     : ", with CC: ",
		    (unsigned long long)best);
	}
	say(said, " (status 0x%02x)", op.record.status);
}

const struct fact dsa_facts[] = {
	{ "order-of-checks", "lib/check.c", order_of_checks, NULL },
	{ "reserved-flags", "lib/opcode.c", reserved_flags, NULL },
	{ "batch-of-one", "lib/fields.c", batch_of_one, NULL },
	{ "abandoned-members", "man/sva_submit_batch.3", abandoned_members, NULL },
	{ "fill-16", "lib/fields.c", fill_16, NULL },
	{ "hidden-opcodes", "lib/opcode.c", hidden_opcodes, NULL },
	{ "fetch-with-stride", "lib/fields.c", fetch_with_stride, NULL },
	{ "pattern-offset", "lib/cpu/compare.c", pattern_offset, NULL },
	{ "fault-in-fill", "lib/resume.c", fault_in_fill, "status 0x83 result 0 bytes 4093" },
	{ "fault-in-overlap", "lib/resume.c", fault_in_overlap, "status 0x83 result 1 bytes 0" },
	{ "fault-in-delta", "lib/resume.c", fault_in_delta, "status 0x83 result 0 bytes 5120" },
	{ "fault-in-dif", "lib/resume.c", fault_in_dif,
	  "status 0x03 result 0 bytes 3640 ref 107 app 7" },
	{ "scope-of-drain", "lib/drain.c", scope_of_drain, "" },
	{ "flush-with-cache-control", "lib/opcode.c", flush_with_cache_control, "" },
	{ 0 },
};
