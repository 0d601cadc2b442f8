/* SPDX-License-Identifier: MIT */
/* Access to memory: page faults, and what becomes of them (5.7). */
#include <string.h>

#include "op.h"

static bool is_write(enum emu_operand operand)
{
	return operand >= EMU_DST;
}

/* A fault at @addr: true when the page is there now, else the status of the fault is kept. */
static bool resolve(struct emu_run *run, uint64_t addr, bool write, enum emu_operand operand)
{
	if (run->page_request && run->mem->resolve && run->mem->resolve(run->mem->ctx, addr, write))
		return true;
	run->fault = run->page_request ? SVA_STATUS_PAGE_RESPONSE : SVA_STATUS_PAGE_FAULT;
	if (write)
		run->fault |= SVA_STATUS_WRITE;
	run->comp->fault_addr = addr;
	if (run->dev->gen_cap & EMU_CAP_FAULT_INFO)
		run->comp->fault_info = (uint8_t)(operand << 1);
	return false;
}

static size_t reach(struct emu_run *run, uint64_t addr, size_t len, bool write,
		    enum emu_operand operand)
{
	size_t n = 0;

	if (!run->mem->accessible)
		return len;
	if (run->page_request && run->mem->request)
		n = run->mem->request(run->mem->ctx, addr, len, write);
	if (n > 0)
		return n;
	do
		n = run->mem->accessible(run->mem->ctx, addr, len, write);
	while (n == 0 && resolve(run, addr, write, operand));
	return n;
}

size_t emu_reach(struct emu_run *run, uint64_t addr, size_t len, enum emu_operand operand)
{
	return reach(run, addr, len, is_write(operand), operand);
}

/* Page by page: the part of [end - len, end) in the last page. */
size_t emu_reach_back(struct emu_run *run, uint64_t end, size_t len, enum emu_operand operand)
{
	size_t part = (end - 1) % EMU_PAGE + 1;

	if (!run->mem->accessible)
		return len;
	if (!emu_reach(run, end - 1, 1, operand))
		return 0;
	return part < len ? part : len;
}

bool emu_reach_all(struct emu_run *run, uint64_t addr, size_t len, enum emu_operand operand)
{
	while (len > 0) {
		size_t n = emu_reach(run, addr, len, operand);

		if (n == 0)
			return false;
		addr += n;
		len -= n;
	}
	return true;
}

bool emu_translate(struct emu_run *run, uint64_t addr, enum emu_operand operand)
{
	return reach(run, addr, 1, false, operand) > 0;
}

/*
 * Memory that is translated at each access can go away after it was found: then it is looked for
 * again, which ends with a fault or finds it.
 */
const void *emu_view(struct emu_run *run, uint64_t addr, size_t len, enum emu_operand operand,
		     void *buffer)
{
	if (!run->mem->read)
		return emu_ptr(addr);
	while (!run->mem->read(run->mem->ctx, addr, buffer, len))
		if (!emu_reach(run, addr, len, operand))
			return NULL;
	return buffer;
}

static size_t within_page(uint64_t addr, size_t len)
{
	size_t part = EMU_PAGE - addr % EMU_PAGE;

	return part < len ? part : len;
}

bool emu_load(struct emu_run *run, void *to, uint64_t addr, size_t len, enum emu_operand operand)
{
	uint8_t *at = to;

	if (!run->mem->read) {
		if (!emu_reach_all(run, addr, len, operand))
			return false;
		memcpy(to, emu_ptr(addr), len);
		return true;
	}
	for (size_t n; len > 0; addr += n, at += n, len -= n) {
		n = within_page(addr, len);
		if (!emu_view(run, addr, n, operand, at))
			return false;
	}
	return true;
}

bool emu_store(struct emu_run *run, uint64_t addr, const void *from, size_t len,
	       enum emu_operand operand)
{
	const uint8_t *at = from;

	if (!run->mem->write) {
		memmove(emu_ptr(addr), from, len);
		return true;
	}
	for (size_t n; len > 0; addr += n, at += n, len -= n) {
		n = within_page(addr, len);
		while (!run->mem->write(run->mem->ctx, addr, at, n))
			if (!emu_reach(run, addr, n, operand))
				return false;
	}
	return true;
}

unsigned int emu_stop(struct emu_run *run, uint32_t done)
{
	run->comp->bytes_completed = done;
	return run->fault;
}
