/* SPDX-License-Identifier: MIT */
/*
 * Memory move, fill, dualcast; and what only moves cache lines and translations.
 *
 * The flags for cache control, ordering and readback say how a device's writes travel. The CPU's
 * own stores are in the cache, in order and visible, and need nothing.
 */
#include <immintrin.h>
#include <string.h>

#include "cpu.h"
#include "kernels.h"

#define LINE     64u
#define PAGE     4096u
#define STOS_MIN (256u << 10) /* bytes: from there on the CPU's own loop is faster */

unsigned int svai_cpu_memmove(const struct sva_desc *desc, struct sva_record *record)
{
	(void)record;
	memmove((void *)desc->dst_addr, (const void *)desc->src_addr, desc->xfer_size);
	return SVA_STATUS_SUCCESS;
}

static void fill_words(uint8_t *dst, size_t size, uint64_t word)
{
	size_t words = size / sizeof(word);

	__asm__ volatile("rep stosq" : "+D"(dst), "+c"(words) : "a"(word) : "memory");
	memcpy(dst, &word, size % sizeof(word));
}

unsigned int svai_cpu_fill(const struct sva_desc *desc, struct sva_record *record)
{
	uint64_t low = desc->pattern;
	uint64_t high = desc->op_flags & SVA_FLAG_FILL_16 ? desc->fill.pattern_high : low;
	uint8_t *dst = (uint8_t *)desc->dst_addr;
	size_t size = desc->xfer_size;

	(void)record;
	if (low == (low & 0xff) * 0x0101010101010101 && low == high)
		memset(dst, (int)(low & 0xff), size);
	else if (low == high && size >= STOS_MIN && (uintptr_t)dst % sizeof(low) == 0)
		fill_words(dst, size, low);
	else
		svai_kernels()->fill(dst, size, low, high);
	return SVA_STATUS_SUCCESS;
}

unsigned int svai_cpu_dualcast(const struct sva_desc *desc, struct sva_record *record)
{
	(void)record;
	svai_kernels()->copy_twice((uint8_t *)desc->dst_addr, (uint8_t *)desc->dualcast.dst2_addr,
				   (const uint8_t *)desc->src_addr, desc->xfer_size);
	return SVA_STATUS_SUCCESS;
}

static void flush(uintptr_t line, uintptr_t end)
{
	for (; line < end; line += LINE)
		_mm_clflush((const void *)line);
}

/* Many lines at a time, where each CLFLUSH waits for the one before. */
static __attribute__((target("clflushopt"))) void flush_unordered(uintptr_t line, uintptr_t end)
{
	for (; line < end; line += LINE)
		_mm_clflushopt((void *)line);
}

/* Write back and invalidate each line that the region touches. */
unsigned int svai_cpu_cache_flush(const struct sva_desc *desc, struct sva_record *record)
{
	uintptr_t line = desc->dst_addr & -(uintptr_t)LINE, end = desc->dst_addr + desc->xfer_size;

	(void)record;
	if (sva_cpu_features() & SVA_CPU_CLFLUSHOPT)
		flush_unordered(line, end);
	else
		flush(line, end);
	_mm_sfence(); /* the completion record comes after it */
	return SVA_STATUS_SUCCESS;
}

/* A prefetch translates its address, and does nothing where that is not possible. */
unsigned int svai_cpu_translation_fetch(const struct sva_desc *desc, struct sva_record *record)
{
	const char *region = (const char *)desc->src_addr;
	size_t stride = desc->op_flags & SVA_FLAG_FETCH_STRIDE ? desc->fetch.stride : PAGE;

	(void)record;
	for (size_t offset = 0; offset < desc->xfer_size; offset += stride)
		__builtin_prefetch((const void *)((uintptr_t)region + offset));
	return SVA_STATUS_SUCCESS;
}

unsigned int svai_cpu_nothing(const struct sva_desc *desc, struct sva_record *record)
{
	(void)desc;
	(void)record;
	return SVA_STATUS_SUCCESS;
}
