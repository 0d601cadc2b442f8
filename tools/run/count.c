/* SPDX-License-Identifier: MIT */
#include "count.h"

static struct run_count counts[RUN_FUNCTIONS];

/* All of a count is such numbers. */
#define NUMBERS         (sizeof(struct run_count) / sizeof(uint64_t))

#define ADD(to, number) __atomic_fetch_add(&(to), number, __ATOMIC_RELAXED)

static unsigned int bin_of(uint64_t bytes)
{
	unsigned int bin = bytes ? 64 - (unsigned int)__builtin_clzll(bytes) : 0;

	return bin < RUN_SIZES ? bin : RUN_SIZES - 1;
}

void run_count(enum run_function function, uint64_t bytes, uint64_t device_bytes, enum run_why why)
{
	struct run_count *count = &counts[function];

	ADD(count->calls, 1);
	ADD(count->bytes, bytes);
	ADD(count->sizes[bin_of(bytes)], 1);
	if (why)
		ADD(count->why[why], 1);
	if (!device_bytes)
		return;
	ADD(count->device_calls, 1);
	ADD(count->device_bytes, device_bytes);
}

void run_count_reset(void)
{
	for (unsigned int f = 0; f < RUN_FUNCTIONS; f++)
		for (unsigned int i = 0; i < NUMBERS; i++)
			__atomic_store_n((uint64_t *)&counts[f] + i, 0, __ATOMIC_RELAXED);
}

struct run_count run_count_of(enum run_function function)
{
	struct run_count copy = { 0 };

	for (unsigned int i = 0; i < NUMBERS; i++)
		((uint64_t *)&copy)[i] =
			__atomic_load_n((uint64_t *)&counts[function] + i, __ATOMIC_RELAXED);
	return copy;
}

uint64_t run_count_calls(void)
{
	uint64_t calls = 0;

	for (unsigned int f = 0; f < RUN_FUNCTIONS; f++)
		calls += run_count_of(f).calls;
	return calls;
}

/*
 * For a person.
 */

#define NAME   10
#define COLUMN 15

static void heading(struct run_text *to, const char *const *columns, unsigned int count)
{
	run_text_cell(to, "", NAME);
	for (unsigned int i = 0; i < count; i++) {
		unsigned int length = 0;

		while (columns[i][length])
			length++;
		for (; length < COLUMN; length++)
			run_text_char(to, ' ');
		run_text_string(to, columns[i]);
	}
	run_text_char(to, '\n');
}

static void functions(struct run_text *to)
{
	static const char *const columns[] = { "calls", "bytes", "device calls", "device bytes" };

	heading(to, columns, 4);
	for (unsigned int f = 0; f < RUN_FUNCTIONS; f++) {
		struct run_count count = run_count_of(f);

		if (!count.calls)
			continue;
		run_text_cell(to, run_function_names[f], NAME);
		run_text_number(to, count.calls, COLUMN);
		run_text_number(to, count.bytes, COLUMN);
		run_text_number(to, count.device_calls, COLUMN);
		run_text_number(to, count.device_bytes, COLUMN);
		run_text_char(to, '\n');
	}
}

static void reasons(struct run_text *to)
{
	for (unsigned int f = 0; f < RUN_FUNCTIONS; f++) {
		struct run_count count = run_count_of(f);

		for (unsigned int why = 0; why < RUN_WHYS; why++) {
			if (!count.why[why])
				continue;
			run_text_cell(to, run_function_names[f], NAME);
			run_text_number(to, count.why[why], COLUMN);
			run_text_string(to, " by the CPU: ");
			run_text_string(to, run_why_text(why));
			run_text_char(to, '\n');
		}
	}
}

static void sizes(struct run_text *to)
{
	heading(to, run_function_names, RUN_FUNCTIONS);
	for (unsigned int bin = 0; bin < RUN_SIZES; bin++) {
		uint64_t calls[RUN_FUNCTIONS], all = 0;

		for (unsigned int f = 0; f < RUN_FUNCTIONS; f++)
			all += calls[f] = run_count_of(f).sizes[bin];
		if (!all)
			continue;
		run_text_size(to, bin ? UINT64_C(1) << (bin - 1) : 0, NAME - 1);
		run_text_char(to, '+');
		for (unsigned int f = 0; f < RUN_FUNCTIONS; f++)
			run_text_number(to, calls[f], COLUMN);
		run_text_char(to, '\n');
	}
}

void run_count_text(struct run_text *to)
{
	functions(to);
	reasons(to);
	sizes(to);
}

/*
 * For programs.
 */

static void function_json(struct run_text *to, const struct run_count *count)
{
	run_text_char(to, '{');
	run_text_member(to, "calls", count->calls);
	run_text_member(to, "bytes", count->bytes);
	run_text_member(to, "device_calls", count->device_calls);
	run_text_member(to, "device_bytes", count->device_bytes);
	run_text_key(to, "cpu");
	run_text_char(to, '{');
	for (unsigned int why = 0; why < RUN_WHYS; why++)
		if (count->why[why])
			run_text_member(to, run_why_text(why), count->why[why]);
	run_text_char(to, '}');
	run_text_key(to, "sizes");
	run_text_char(to, '[');
	for (unsigned int bin = 0; bin < RUN_SIZES; bin++) {
		if (!count->sizes[bin])
			continue;
		if (to->at[-1] != '[')
			run_text_char(to, ',');
		run_text_char(to, '{');
		run_text_member(to, "from", bin ? UINT64_C(1) << (bin - 1) : 0);
		run_text_member(to, "calls", count->sizes[bin]);
		run_text_char(to, '}');
	}
	run_text_string(to, "]}");
}

void run_count_json(struct run_text *to)
{
	run_text_key(to, "functions");
	run_text_char(to, '{');
	for (unsigned int f = 0; f < RUN_FUNCTIONS; f++) {
		struct run_count count = run_count_of(f);

		run_text_key(to, run_function_names[f]);
		function_json(to, &count);
	}
	run_text_char(to, '}');
}
