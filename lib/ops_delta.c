/* SPDX-License-Identifier: MIT */
/*
 * Deltas of any length. A delta record reaches 512 KiB, by its 16-bit offsets in units of 8 bytes;
 * so the buffers are cut into sections of as much, and there is a table of what each one's takes.
 */
#include "job.h"
#include "least.h"
#include "policy.h"
#include "small.h"

#define SECTION  0x80000u
#define WORD     8u
#define ENTRY    10u
#define ROOM_MIN 80u /* the device does not write into less */
#define NO_ROOM  2   /* a result */

/* A delta, while it is written or read. */
struct delta {
	char *data;
	uint64_t room; /* bytes; of one that is read, its size */
	uint64_t used;
	uint64_t size;                                             /* bytes of each buffer */
	uint64_t section;                                          /* the next one */
	unsigned char small[ROOM_MIN] __attribute__((aligned(8))); /* instead of less room */
};

static uint64_t sections_of(uint64_t size)
{
	return size / SECTION + (size % SECTION != 0);
}

static uint64_t round_up(uint64_t n)
{
	return (n + WORD - 1) & -(uint64_t)WORD;
}

/* Bytes of the table: none for a single section. */
static uint64_t table_of(uint64_t size)
{
	uint64_t sections = sections_of(size);

	return sections > 1 ? round_up(sections * sizeof(uint32_t)) : 0;
}

size_t sva_delta_max(size_t size)
{
	uint64_t entries = size / WORD + (size % WORD != 0), padding = sections_of(size) * WORD;

	if (entries > (SIZE_MAX - table_of(size) - padding) / ENTRY)
		return SIZE_MAX;
	return entries * ENTRY + table_of(size) + padding;
}

/* Not what is written in the place of a delta before it is read: that takes its time. */
static void begin(struct delta *d, const void *data, uint64_t room, uint64_t size)
{
	d->data = (char *)(uintptr_t)data;
	d->room = room;
	d->used = table_of(size);
	d->size = size;
	d->section = 0;
}

static uint64_t section_size(const struct delta *d, uint64_t section)
{
	uint64_t left = d->size - section * SECTION;

	return left < SECTION ? left : SECTION;
}

static uint32_t *entry_of_table(const struct delta *d, uint64_t section)
{
	return (uint32_t *)(void *)d->data + section;
}

/*
 * Creating: one section after the other, since where one's delta goes depends on those before.
 */

static uint64_t room_left(const struct delta *d)
{
	uint64_t used = round_up(d->used);

	return used < d->room ? d->room - used : 0;
}

static void next_to_create(struct svai_job *job, struct svai_part *part)
{
	struct delta *d = job->next_context;
	uint64_t size = section_size(d, d->section), most = size / WORD * ENTRY;
	uint64_t room = room_left(d) / ENTRY * ENTRY;
	const char *original = (const char *)job->desc.src_addr + d->section * SECTION;
	const char *changed = (const char *)job->desc.src2_addr + d->section * SECTION;
	void *to = d->data + round_up(d->used);

	if (room > most)
		room = most;
	if (room < ROOM_MIN) {
		to = d->small;
		room = ROOM_MIN;
	}
	sva_prep_create_delta(&part->desc, original, changed, size, to, (uint32_t)room, 0);
	part->bytes = size;
}

/* Its delta may have been written apart, and the table is not the device's. */
static int take_section(struct svai_job *job, const struct svai_part *part)
{
	struct delta *d = job->collect_context;
	uint32_t size = part->op.record.result ? part->op.record.delta_size : 0;
	bool in_small = part->desc.delta.delta_addr == (uintptr_t)d->small;

	if (part->op.record.result == NO_ROOM || (size && size > room_left(d)))
		return -ENOSPC;
	if (size) {
		d->used = round_up(d->used);
		if (in_small && svai_policy_memory(job->h, d->data + d->used, size, true))
			return -EFAULT;
		if (in_small)
			memcpy(d->data + d->used, d->small, size);
		d->used += size;
	}
	if (table_of(d->size))
		*entry_of_table(d, d->section) = size;
	d->section++;
	return 0;
}

static void collect_delta(struct svai_job *job, struct svai_part *part)
{
	int err = take_section(job, part);

	if (!err)
		return;
	job->error = err;
	job->stop = true;
	job->outcome.bytes = part->offset;
}

static bool is_aligned(const void *p)
{
	return (uintptr_t)p % WORD == 0;
}

static bool is_sound(size_t size, const void *original, const void *changed, const void *delta,
		     size_t room)
{
	return is_aligned(original) && is_aligned(changed) && is_aligned(delta) &&
	       size % WORD == 0 && svai_is_range(original, size) && svai_is_range(changed, size) &&
	       svai_is_range(delta, room) &&
	       (!room || (!svai_overlap(original, size, delta, room) &&
			  !svai_overlap(changed, size, delta, room)));
}

/* A single section, and a device could write the delta where it is to be. */
static int create_small(const void *original, const void *changed, size_t size, void *delta,
			size_t room, size_t *delta_size)
{
	uint64_t most = size / WORD * ENTRY;
	struct sva_record record;
	struct sva_desc desc;
	int err;

	sva_prep_create_delta(&desc, original, changed, size, delta,
			      (uint32_t)(room < most ? room / ENTRY * ENTRY : most), 0);
	err = svai_run_small(svai_cpu_create_delta, &desc, &record);
	if (record.result == NO_ROOM)
		return -ENOSPC;
	*delta_size = record.delta_size;
	return err;
}

int sva_create_delta(struct sva_wq *wq, const void *original, const void *changed, size_t size,
		     void *delta, size_t room, size_t *delta_size, struct sva_outcome *outcome)
{
	struct svai_job job;
	struct delta d;
	int err;

	if (!delta_size || !is_sound(size, original, changed, delta, room))
		return svai_invalid(wq);
	if (size <= SECTION && room >= ROOM_MIN && svai_is_small(wq, size, outcome))
		return create_small(original, changed, size, delta, room, delta_size);
	err = svai_job_begin(&job, wq, size, outcome);
	if (err)
		return err;
	begin(&d, delta, room, size);
	job.error =
		d.used > room ? -ENOSPC : svai_policy_memory(job.h, delta, table_of(size), true);
	sva_prep_create_delta(&job.desc, original, changed, 0, NULL, 0, 0);
	job.window = 1;
	job.next = next_to_create;
	job.next_context = &d;
	job.collect = collect_delta;
	job.collect_context = &d;
	err = svai_job_run(&job, outcome);
	if (err)
		return err;
	if (d.used == table_of(size))
		d.used = 0; /* equal, all of them */
	*delta_size = d.used;
	return 0;
}

/*
 * Applying.
 */

static uint32_t delta_of_section(const struct delta *d, uint64_t section)
{
	return table_of(d->size) ? *entry_of_table(d, section) : (uint32_t)d->room;
}

/* Do the sections make up the whole, each of entire entries? */
static bool is_delta(const struct delta *d)
{
	uint64_t used = table_of(d->size);

	if (d->room < used)
		return false;
	for (uint64_t i = 0; i < sections_of(d->size); i++) {
		uint32_t size = delta_of_section(d, i);

		if (size % ENTRY || size > section_size(d, i) / WORD * ENTRY)
			return false;
		used = size ? round_up(used) + size : used;
		if (used > d->room)
			return false;
	}
	return used == d->room;
}

/* The next section that has a delta; the others count with it, or with the last one. */
static void next_to_apply(struct svai_job *job, struct svai_part *part)
{
	struct delta *d = job->next_context;
	uint64_t sections = sections_of(d->size), bytes = 0;
	uint32_t size;

	for (; !(size = delta_of_section(d, d->section)) && d->section + 1 < sections; d->section++)
		bytes += section_size(d, d->section);
	part->bytes = bytes + section_size(d, d->section);
	if (!size) {
		sva_prep_noop(&part->desc, 0);
		d->section++;
		return;
	}
	d->used = round_up(d->used);
	sva_prep_apply_delta(&part->desc, (char *)job->desc.dst_addr + d->section * SECTION,
			     section_size(d, d->section), d->data + d->used, size, 0);
	d->used += size;
	d->section++;
}

int sva_apply_delta(struct sva_wq *wq, void *dst, size_t size, const void *delta, size_t delta_size,
		    struct sva_outcome *outcome)
{
	struct sva_record record;
	struct sva_desc desc;
	struct svai_job job;
	struct delta d;
	int err;

	if (!is_sound(size, dst, dst, delta, delta_size))
		return svai_invalid(wq);
	begin(&d, delta, delta_size, size);
	if (delta_size && size <= SECTION && svai_is_small(wq, size, outcome) && is_delta(&d)) {
		sva_prep_apply_delta(&desc, dst, size, delta, (uint32_t)delta_size, 0);
		return svai_run_small(svai_cpu_apply_delta, &desc, &record);
	}
	err = svai_job_begin(&job, wq, size, outcome);
	if (err)
		return err;
	job.error = svai_policy_memory(job.h, delta, svai_least(delta_size, table_of(size)), false);
	if (!delta_size) { /* as it was */
		job.left = 0;
		job.outcome.bytes = size;
	} else if (!job.error && !is_delta(&d)) {
		job.error = -EBADMSG;
	}
	sva_prep_apply_delta(&job.desc, dst, 0, NULL, 0, 0);
	job.next = next_to_apply;
	job.next_context = &d;
	return svai_job_run(&job, outcome);
}
