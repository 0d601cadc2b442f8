/* SPDX-License-Identifier: MIT */
/*
 * Pages that are not there, brought in by the kernel rather than by an access of ours: no byte
 * changes, whatever other threads write meanwhile, and bad memory is an error instead of a signal.
 *
 * Source: madvise(2), MADV_POPULATE_READ and MADV_POPULATE_WRITE, Linux 5.14: older than SVA for
 * user queues (5.18).
 */
#include <errno.h>
#include <sys/mman.h>

#include "iax_opcode.h"
#include "populate.h"

#define PAGE  4096u
#define AHEAD (128u << 10) /* a fault costs more than pages that are needed a little later */

int svai_populate(uint64_t addr, uint64_t size, bool write)
{
	uint64_t start = addr & -(uint64_t)PAGE;
	uint64_t end = (addr + size + PAGE - 1) & -(uint64_t)PAGE;
	int err;

	if (!size)
		return 0;
	do {
		err = madvise((void *)start, end - start,
			      write ? MADV_POPULATE_WRITE : MADV_POPULATE_READ);
	} while (err && (errno == EINTR || errno == EAGAIN));
	return err ? -EFAULT : 0;
}

/* Rows of DSA's opcodes and of those that only IAX has; the others are alike in both. */
static bool is_iax(const struct sva_desc *desc)
{
	return sva_desc_opcode(desc) >= SVA_IAX_OP_DECRYPT;
}

static uint64_t operand_size(const struct sva_desc *desc, unsigned int i)
{
	return is_iax(desc) ? svai_iax_operand_size(desc, i) : svai_operand_size(desc, i);
}

static bool is_written(const struct sva_desc *desc, unsigned int i)
{
	return is_iax(desc) ? svai_iax_operand_written(desc, i)
			    : svai_opcode(sva_desc_opcode(desc))->written >> i & 1;
}

static uint64_t operand_addr(const struct sva_desc *desc, unsigned int i)
{
	return i == 0 ? desc->src_addr : i == 1 ? desc->dst_addr : desc->op_words[0];
}

int svai_populate_operands(const struct sva_desc *desc)
{
	for (unsigned int i = 0; i < SVAI_OPERANDS; i++)
		if (svai_populate(operand_addr(desc, i), operand_size(desc, i),
				  is_written(desc, i)))
			return -EFAULT;
	return 0;
}

/* How much of the operand there is from @addr on; 0: it is none of it. */
static uint64_t operand_left(const struct sva_desc *desc, unsigned int i, uint64_t addr)
{
	uint64_t offset = addr - (operand_addr(desc, i) & -(uint64_t)PAGE);
	uint64_t size = operand_size(desc, i), end = size + operand_addr(desc, i) % PAGE;

	return size && offset < end ? end - offset : 0;
}

int svai_populate_fault(const struct sva_desc *desc, uint64_t addr, bool write)
{
	uint64_t size = 1;

	for (unsigned int i = 0; i < SVAI_OPERANDS; i++) {
		uint64_t left = is_written(desc, i) == write ? operand_left(desc, i, addr) : 0;

		if (left > size)
			size = left < AHEAD ? left : AHEAD;
	}
	/* What follows may be bad memory of no concern yet. */
	return svai_populate(addr, size, write) ? svai_populate(addr, 1, write) : 0;
}
