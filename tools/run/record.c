/* SPDX-License-Identifier: MIT */
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "record.h"

#define PAGE    4096u
#define BINS    40 /* powers of 2 */
#define CALLERS 1024
#define TOP     10 /* callers that are printed */
#define GLANCES 16 /* each 16th call of a page and more has its pages looked at */
#define PAGES   64 /* as many of each buffer */

/*
 * The model of the device: what published measurements of an idle DSA of Sapphire Rapids come to,
 * one synchronous copy at a time: 1.2 us up to 8 KiB, 35 us for 1 MiB, 3.2 GB/s where pages have to
 * be brought in first.
 */
#define MODEL          "1.2 us for each call, 30 GB/s, and 1.3 us for each page that is not present"
#define CALL_NS        1200u
#define BYTES_PER_NS   30u
#define ABSENT_PAGE_NS 1300u

static const uint64_t alignments[] = { 1, 8, 16, 64, PAGE };

#define ALIGNMENTS (sizeof(alignments) / sizeof(*alignments))

struct sizes {
	uint64_t calls, bytes, ns;
	uint64_t pages, absent; /* of those looked at */
};

struct function {
	struct sizes bin[BINS];
	uint64_t dst[ALIGNMENTS], src[ALIGNMENTS]; /* aligned to so much, and not more */
	uint64_t glances;
};

struct caller {
	const void *address;
	uint64_t calls, bytes;
};

static struct function functions[RUN_FUNCTIONS];
static struct caller callers[CALLERS];
static uint64_t other_callers; /* calls of those that had no room */

#define ADD(to, number) __atomic_fetch_add(&(to), number, __ATOMIC_RELAXED)

static unsigned int bin_of(uint64_t size)
{
	unsigned int bin = size ? 63 - (unsigned int)__builtin_clzll(size) : 0;

	return bin < BINS ? bin : BINS - 1;
}

/* Index of the largest of the alignments that a buffer has. */
static unsigned int alignment_of(const void *buffer)
{
	unsigned int i = ALIGNMENTS - 1;

	while ((uintptr_t)buffer % alignments[i])
		i--;
	return i;
}

static void look_at_pages(struct sizes *sizes, const void *buffer, size_t size)
{
	uintptr_t first = (uintptr_t)buffer & -(uintptr_t)PAGE;
	size_t length = (uintptr_t)buffer + size - first;
	size_t pages = (length + PAGE - 1) / PAGE;
	unsigned char present[PAGES];
	int saved = errno;

	if (pages > PAGES)
		pages = PAGES;
	if (!mincore((void *)first, pages * PAGE, present)) {
		for (size_t i = 0; i < pages; i++)
			ADD(sizes->absent, !(present[i] & 1));
		ADD(sizes->pages, pages);
	}
	errno = saved;
}

static void add_caller(const void *address, size_t size)
{
	unsigned int hash = (unsigned int)((uintptr_t)address * UINT64_C(0x9e3779b97f4a7c15) >> 54);

	for (unsigned int i = 0; i < CALLERS; i++) {
		struct caller *c = &callers[(hash + i) % CALLERS];
		const void *there = NULL;

		if (!__atomic_compare_exchange_n(&c->address, &there, address, false,
						 __ATOMIC_RELAXED, __ATOMIC_RELAXED) &&
		    there != address)
			continue;
		ADD(c->calls, 1);
		ADD(c->bytes, size);
		return;
	}
	ADD(other_callers, 1);
}

void run_record_before(enum run_function function, const void *dst, const void *src, size_t size,
		       const void *caller)
{
	struct function *f = &functions[function];
	struct sizes *sizes = &f->bin[bin_of(size)];

	ADD(f->dst[alignment_of(dst)], 1);
	if (src)
		ADD(f->src[alignment_of(src)], 1);
	add_caller(caller, size);
	if (size < PAGE || __atomic_fetch_add(&f->glances, 1, __ATOMIC_RELAXED) % GLANCES)
		return;
	look_at_pages(sizes, dst, size);
	if (src)
		look_at_pages(sizes, src, size);
}

void run_record_after(enum run_function function, size_t size, uint64_t ns)
{
	struct sizes *sizes = &functions[function].bin[bin_of(size)];

	ADD(sizes->calls, 1);
	ADD(sizes->bytes, size);
	ADD(sizes->ns, ns);
}

void run_record_reset(void)
{
	memset(functions, 0, sizeof(functions));
	memset(callers, 0, sizeof(callers));
	other_callers = 0;
}

/*
 * The gain.
 */

struct gain {
	unsigned int from; /* bin */
	uint64_t calls, bytes, cpu_ns, device_ns;
};

static uint64_t device_ns(const struct sizes *s, unsigned int buffers)
{
	uint64_t ns = s->calls * CALL_NS + s->bytes / BYTES_PER_NS;

	if (s->pages) /* as many of all pages as of those looked at */
		ns += s->bytes / PAGE * buffers * s->absent / s->pages * ABSENT_PAGE_NS;
	return ns;
}

static int64_t saved(const struct gain *gain)
{
	return (int64_t)(gain->cpu_ns - gain->device_ns);
}

static uint64_t process_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* How much of the calls' time was the CPU's: while they had to wait for one, none was. */
static double cpu_share(void)
{
	uint64_t all = process_ns(), ns = 0;

	for (unsigned int f = 0; f < RUN_FUNCTIONS; f++)
		for (unsigned int bin = 0; bin < BINS; bin++)
			ns += functions[f].bin[bin].ns;
	return ns > all ? (double)all / (double)ns : 1;
}

/* By the threshold that is best for the function; no calls if none is. */
static struct gain gain_of(enum run_function function)
{
	const struct function *f = &functions[function];
	struct gain best = { 0 }, sum = { 0 };
	double share = cpu_share();

	for (unsigned int bin = BINS; bin-- > 0;) {
		const struct sizes *s = &f->bin[bin];

		sum.from = bin;
		sum.calls += s->calls;
		sum.bytes += s->bytes;
		sum.cpu_ns += (uint64_t)((double)s->ns * share);
		sum.device_ns += device_ns(s, function == RUN_MEMSET ? 1 : 2);
		if (saved(&sum) > saved(&best))
			best = sum;
	}
	return best;
}

static uint64_t sum_of_gains(void)
{
	uint64_t sum = 0;

	for (unsigned int f = 0; f < RUN_FUNCTIONS; f++) {
		struct gain gain = gain_of((enum run_function)f);

		sum += (uint64_t)saved(&gain);
	}
	return sum;
}

/*
 * Callers, by their bytes. Their names are looked for here, since the loader must not be asked
 * during a call.
 */

static unsigned int top_callers(const struct caller *top[TOP])
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < CALLERS; i++) {
		const struct caller *c = &callers[i];
		unsigned int place = count;

		if (!c->address)
			continue;
		while (place > 0 && top[place - 1]->bytes < c->bytes)
			place--;
		if (place == TOP)
			continue;
		count += count < TOP;
		for (unsigned int j = count - 1; j > place; j--)
			top[j] = top[j - 1];
		top[place] = c;
	}
	return count;
}

/* "libc.so.6+0x1234 (name)" */
static const char *caller_name(const struct caller *caller)
{
	static char name[256];
	struct run_text text = { .at = name, .end = name + sizeof(name) - 1 };
	Dl_info info;

	if (dladdr(caller->address, &info) && info.dli_fname) {
		const char *slash = strrchr(info.dli_fname, '/');

		run_text_string(&text, slash ? slash + 1 : info.dli_fname);
		run_text_char(&text, '+');
		run_text_hex(&text, (uintptr_t)caller->address - (uintptr_t)info.dli_fbase);
		if (info.dli_sname) {
			run_text_string(&text, " (");
			run_text_string(&text, info.dli_sname);
			run_text_char(&text, ')');
		}
	} else {
		run_text_hex(&text, (uintptr_t)caller->address);
	}
	*text.at = 0;
	return name;
}

/*
 * Text.
 */

static void alignment_text(struct run_text *to, const char *name, const uint64_t counts[ALIGNMENTS])
{
	run_text_string(to, name);
	for (unsigned int i = 0; i < ALIGNMENTS; i++) {
		run_text_string(to, i ? ", " : " ");
		run_text_number(to, counts[i], 0);
		run_text_string(to, " to ");
		run_text_number(to, alignments[i], 0);
	}
	run_text_char(to, '\n');
}

static void pages_text(struct run_text *to, const struct function *f)
{
	uint64_t pages = 0, absent = 0;

	for (unsigned int bin = 0; bin < BINS; bin++) {
		pages += f->bin[bin].pages;
		absent += f->bin[bin].absent;
	}
	if (!pages)
		return;
	run_text_string(to, "          pages looked at: ");
	run_text_number(to, pages, 0);
	run_text_string(to, ", not present: ");
	run_text_number(to, absent, 0);
	run_text_char(to, '\n');
}

static void gain_text(struct run_text *to, const struct gain *gain)
{
	run_text_string(to, "          a device for ");
	run_text_size(to, UINT64_C(1) << gain->from, 0);
	run_text_string(to, " and more: ");
	run_text_number(to, gain->calls, 0);
	run_text_string(to, " calls, ");
	run_text_number(to, gain->bytes, 0);
	run_text_string(to, " bytes, ");
	run_text_ms(to, gain->device_ns);
	run_text_string(to, " ms instead of ");
	run_text_ms(to, gain->cpu_ns);
	run_text_string(to, " ms\n");
}

static void function_text(struct run_text *to, enum run_function function)
{
	const struct function *f = &functions[function];
	struct gain gain = gain_of(function);

	run_text_cell(to, run_function_names[function], 10);
	alignment_text(to, "destinations aligned:", f->dst);
	if (function != RUN_MEMSET)
		alignment_text(to, "          sources aligned:", f->src);
	pages_text(to, f);
	if (gain.calls)
		gain_text(to, &gain);
	else
		run_text_string(to, "          a device would gain nothing\n");
}

static void callers_text(struct run_text *to)
{
	const struct caller *top[TOP];
	unsigned int count = top_callers(top);

	for (unsigned int i = 0; i < count; i++) {
		run_text_number(to, top[i]->bytes, 16);
		run_text_string(to, " bytes in ");
		run_text_number(to, top[i]->calls, 0);
		run_text_string(to, " calls from ");
		run_text_string(to, caller_name(top[i]));
		run_text_char(to, '\n');
	}
}

void run_record_text(struct run_text *to)
{
	uint64_t gain = sum_of_gains(), all = process_ns();

	for (unsigned int f = 0; f < RUN_FUNCTIONS; f++) {
		uint64_t calls = 0;

		for (unsigned int bin = 0; bin < BINS; bin++)
			calls += functions[f].bin[bin].calls;
		if (calls)
			function_text(to, (enum run_function)f);
	}
	callers_text(to);
	run_text_string(to, "a device would save ");
	run_text_ms(to, gain);
	run_text_string(to, " ms of ");
	run_text_ms(to, all);
	run_text_string(to, " ms of CPU time, ");
	run_text_number(to, all ? gain * 100 / all : 0, 0);
	run_text_string(to, " %, if it takes\n" MODEL ".\n");
}

/*
 * JSON.
 */

static void alignment_json(struct run_text *to, const char *name, const uint64_t counts[ALIGNMENTS])
{
	run_text_key(to, name);
	run_text_char(to, '[');
	for (unsigned int i = 0; i < ALIGNMENTS; i++) {
		if (i)
			run_text_char(to, ',');
		run_text_char(to, '{');
		run_text_member(to, "to", alignments[i]);
		run_text_member(to, "calls", counts[i]);
		run_text_char(to, '}');
	}
	run_text_char(to, ']');
}

static void function_json(struct run_text *to, enum run_function function)
{
	const struct function *f = &functions[function];
	struct gain gain = gain_of(function);
	uint64_t pages = 0, absent = 0;

	for (unsigned int bin = 0; bin < BINS; bin++) {
		pages += f->bin[bin].pages;
		absent += f->bin[bin].absent;
	}
	run_text_char(to, '{');
	alignment_json(to, "dst_aligned", f->dst);
	alignment_json(to, "src_aligned", f->src);
	run_text_member(to, "pages", pages);
	run_text_member(to, "pages_absent", absent);
	run_text_key(to, "gain");
	run_text_char(to, '{');
	run_text_member(to, "from", UINT64_C(1) << gain.from);
	run_text_member(to, "calls", gain.calls);
	run_text_member(to, "bytes", gain.bytes);
	run_text_member(to, "cpu_ns", gain.cpu_ns);
	run_text_member(to, "device_ns", gain.device_ns);
	run_text_string(to, "}}");
}

static void callers_json(struct run_text *to)
{
	const struct caller *top[TOP];
	unsigned int count = top_callers(top);

	run_text_key(to, "callers");
	run_text_char(to, '[');
	for (unsigned int i = 0; i < count; i++) {
		if (i)
			run_text_char(to, ',');
		run_text_char(to, '{');
		run_text_key(to, "at");
		run_text_json(to, caller_name(top[i]));
		run_text_member(to, "calls", top[i]->calls);
		run_text_member(to, "bytes", top[i]->bytes);
		run_text_char(to, '}');
	}
	run_text_char(to, ']');
}

void run_record_json(struct run_text *to)
{
	run_text_key(to, "record");
	run_text_char(to, '{');
	for (unsigned int f = 0; f < RUN_FUNCTIONS; f++) {
		run_text_key(to, run_function_names[f]);
		function_json(to, (enum run_function)f);
	}
	callers_json(to);
	run_text_key(to, "model");
	run_text_json(to, MODEL);
	run_text_member(to, "gain_ns", sum_of_gains());
	run_text_member(to, "process_ns", process_ns());
	run_text_char(to, '}');
}
