/* SPDX-License-Identifier: MIT */
/*
 * Memory for the model, of ZONES zones of PAGES pages, each of which is present or not: the
 * caller's own, or such that the device's addresses are not the caller's. To be included once, with
 * these two and PAGE defined.
 */
#ifndef EMU_PAGED_H
#define EMU_PAGED_H

static struct arena {
	uint8_t zone[ZONES][PAGES * PAGE];
} arena __attribute__((aligned(4096))), initial, expected, behind;

static bool present[ZONES * PAGES];
static unsigned int requests; /* of pages */
static bool refuse;

static size_t accessible(void *ctx, uint64_t addr, size_t len, bool write)
{
	uint64_t offset = addr - (uintptr_t)&arena;
	size_t n = 0;

	(void)ctx;
	(void)write;
	if (offset >= sizeof(arena))
		return len; /* records, lists and seeds */
	while (n < len && present[(offset + n) / PAGE])
		n += PAGE - (offset + n) % PAGE;
	return n < len ? n : len;
}

static bool resolve(void *ctx, uint64_t addr, bool write)
{
	(void)ctx;
	(void)write;
	requests++;
	if (!refuse)
		present[(addr - (uintptr_t)&arena) / PAGE] = true;
	return !refuse;
}

static const struct emu_memory paged = { .accessible = accessible, .resolve = resolve };

/*
 * The same for a device whose addresses are not the caller's: what stands at them is @behind, and
 * now and then a page that was found is gone when it is accessed, and back again.
 */
static unsigned int accesses;

static size_t accessible_in_page(void *ctx, uint64_t addr, size_t len, bool write)
{
	size_t n = accessible(ctx, addr, len, write);

	return n < PAGE - addr % PAGE ? n : PAGE - addr % PAGE;
}

static uint8_t *translate(uint64_t addr, size_t len)
{
	uint64_t offset = addr - (uintptr_t)&arena;

	assert_true(addr % PAGE + len <= PAGE);
	if (offset >= sizeof(arena))
		return emu_ptr(addr);
	if (!present[offset / PAGE] || ++accesses % 7 == 0)
		return NULL;
	return (uint8_t *)&behind + offset;
}

static bool read_behind(void *ctx, uint64_t addr, void *to, size_t len)
{
	const uint8_t *from = translate(addr, len);

	(void)ctx;
	if (from)
		memcpy(to, from, len);
	return from;
}

static bool write_behind(void *ctx, uint64_t addr, const void *from, size_t len)
{
	uint8_t *to = translate(addr, len);

	(void)ctx;
	if (to)
		memcpy(to, from, len);
	return to;
}

static const struct emu_memory translated = { .accessible = accessible_in_page,
					      .resolve = resolve,
					      .read = read_behind,
					      .write = write_behind };

#endif
