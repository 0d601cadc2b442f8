/* SPDX-License-Identifier: MIT */
/* Submission in programs that are compiled with SVA_CHECKED. */
#include <stdio.h>

#include "operation.h"
#include "submit.h"

/*
 * The device's accesses go past AddressSanitizer. Where the program runs with it, ask it about each
 * buffer beforehand; it is a weak symbol, absent otherwise.
 */
void *__asan_region_is_poisoned(void *begin, size_t size) __attribute__((weak));

static uint64_t poisoned(uint64_t addr, uint64_t size)
{
	if (!__asan_region_is_poisoned || !size)
		return 0;
	return (uintptr_t)__asan_region_is_poisoned((void *)(uintptr_t)addr, size);
}

static bool touches_foreign_memory(const struct sva_desc *desc, char *why, size_t len)
{
	const struct sva_desc *list = (const struct sva_desc *)(uintptr_t)desc->desc_list_addr;
	const uint64_t addr[3] = { desc->src_addr, desc->dst_addr, desc->op_words[0] };

	for (unsigned int i = 0; i < 3; i++) {
		uint64_t bad = poisoned(addr[i], svai_operand_size(desc, i));

		if (!bad)
			continue;
		snprintf(why, len, "%s: the byte at %#llx is not the program's",
			 sva_opcode_name(sva_desc_opcode(desc)), (unsigned long long)bad);
		return true;
	}
	if (sva_desc_opcode(desc) != SVA_OP_BATCH)
		return false;
	for (uint32_t i = 0; i < desc->desc_count; i++)
		if (touches_foreign_memory(&list[i], why, len)) /* a member is no batch itself */
			return true;
	return false;
}

/* Whoever compiles with SVA_CHECKED wants to hear it, whatever the level is. */
static int complain(const struct sva_wq *wq, const char *why, int err)
{
	struct svai_log log = svai_handle(wq)->log;

	log.level = SVA_LOG_ERROR;
	svai_log(&log, SVA_LOG_ERROR, "submission refused: %s", why);
	return err;
}

/* What was submitted to a handle that is closed by now, or was the parent's, has ended. */
static bool is_in_flight(const struct sva_op *op)
{
	return (op->desc.completion_addr == (uintptr_t)&op->record ||
		op->desc.completion_addr == (uintptr_t)(op + 1)) &&
	       !sva_record_status(svai_record(op)) && !svai_handle_state(op->wq);
}

static int check(struct sva_wq *wq, struct sva_op *op)
{
	char why[256];

	if (!op || (uintptr_t)op % 64)
		return 0; /* the slow path finds it, too */
	if (is_in_flight(op))
		return complain(op->wq, "the operation is still in flight", -EBUSY);
	if (svai_handle_state(wq) || !svai_fits(svai_handle(wq), op))
		return 0; /* likewise */
	svai_link(svai_handle(wq), op);
	svai_refuse(wq, op, 0);
	if (sva_desc_check(wq, &op->desc, why, sizeof(why)) ||
	    touches_foreign_memory(&op->desc, why, sizeof(why)))
		return complain(wq, why, -EINVAL);
	return 0;
}

int sva__submit_checked(struct sva_wq *wq, struct sva_op *op, bool retry)
{
	int err = check(wq, op);

	if (err)
		return err;
	return svai_submit(wq, op, retry);
}
