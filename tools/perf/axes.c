/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sva/wq.h>

#include "axes.h"
#include "work.h"

enum form { WORD, NUMBER, BYTES, FLAGS, NODE, QUEUE, OPERATION };

static const char *const mode_words[] = { "plain", "submit", "call", "ring", NULL };
static const char *const path_words[] = { "auto", "portal", "write", "cpu", "pool", NULL };
static const char *const wait_words[] = { "auto", "spin", "pause", "umwait", "sleep", NULL };
static const char *const pages_words[] = { "4k", "thp", "2m", NULL };
static const char *const cache_words[] = { "warm", "cold", NULL };

static const struct {
	const char *name;
	enum form form;
	const char *const *words;
	uint64_t least, most;
} axes[PERF_AXES] = {
	[PERF_OP] = { "op", OPERATION, NULL, 0, 0 },
	[PERF_MODE] = { "mode", WORD, mode_words, PERF_SUBMIT, PERF_RING },
	[PERF_QUEUE] = { "queue", QUEUE, NULL, 0, 0 },
	[PERF_PATH] = { "path", WORD, path_words, 0, PERF_PATH_CPU },
	[PERF_SIZE] = { "size", BYTES, NULL, 1, (uint64_t)1 << 30 },
	[PERF_BATCH] = { "batch", NUMBER, NULL, 1, 1024 },
	[PERF_DEPTH] = { "depth", NUMBER, NULL, 1, 4096 },
	[PERF_THREADS] = { "threads", NUMBER, NULL, 1, 1024 },
	[PERF_WAIT] = { "wait", WORD, wait_words, 0, SVA_WAIT_SLEEP },
	[PERF_FLAGS] = { "flags", FLAGS, NULL, 0, 0 },
	[PERF_NODE] = { "node", NODE, NULL, 0, 0 },
	[PERF_PAGES] = { "pages", WORD, pages_words, 0, PERF_PAGES_2M },
	[PERF_CACHE] = { "cache", WORD, cache_words, 0, PERF_COLD },
};

static const struct {
	const char *name;
	uint64_t flag;
} flags[] = {
	{ "bof", SVA_FLAG_BOF },
	{ "cc", SVA_FLAG_CC },
	{ "stord", SVA_FLAG_STORD },
	{ "drdbk", SVA_FLAG_DRDBK },
};
#define FLAG_COUNT (sizeof(flags) / sizeof(*flags))

const char *perf_axis_name(enum perf_axis axis)
{
	return axes[axis].name;
}

bool perf_axis_is_number(enum perf_axis axis)
{
	return axes[axis].form == NUMBER || axes[axis].form == BYTES;
}

static void add_word(char *text, size_t len, const char *word)
{
	size_t used = strlen(text);

	snprintf(text + used, len - used, "%s%s", used ? ", " : "", word);
}

void perf_axis_values(enum perf_axis axis, char *text, size_t len)
{
	*text = '\0';
	switch (axes[axis].form) {
	case WORD:
		for (uint64_t i = axes[axis].least; i <= axes[axis].most; i++)
			add_word(text, len, axes[axis].words[i]);
		break;
	case NUMBER:
	case BYTES:
		snprintf(text, len, "%" PRIu64 " to %" PRIu64 "%s, or a range such as 1..64",
			 axes[axis].least, axes[axis].most,
			 axes[axis].form == BYTES ? " bytes, with K, M or G" : "");
		break;
	case FLAGS:
		snprintf(text, len, "none, or some of bof, cc, stord, drdbk joined by +");
		break;
	case NODE:
		snprintf(text, len, "any, N, or SOURCE:DESTINATION");
		break;
	case QUEUE:
		snprintf(text, len,
			 "auto, cpu, pool, a queue such as wq0.0, or several joined by +");
		break;
	case OPERATION:
		for (unsigned int i = 0; perf_work_at(i); i++)
			add_word(text, len, perf_work_at(i)->name);
		add_word(text, len, "dsa, iax, all");
		break;
	}
}

/* A number with K, M or G behind it where it counts bytes. */
static bool number(enum perf_axis axis, const char *text, char **end, uint64_t *value)
{
	const char *suffixes = "KMG", *suffix;
	unsigned int shift = 0;

	errno = 0;
	*value = strtoull(text, end, 10);
	if (errno || !isdigit((unsigned char)*text))
		return false;
	suffix = **end ? strchr(suffixes, toupper((unsigned char)**end)) : NULL;
	if (suffix && axes[axis].form == BYTES) {
		shift = 10 * (unsigned int)(suffix - suffixes + 1);
		++*end;
	}
	if (*value > UINT64_MAX >> shift)
		return false;
	*value <<= shift;
	return *value >= axes[axis].least && *value <= axes[axis].most;
}

static int add(struct perf_list *list, uint64_t value)
{
	if (list->count == PERF_LIST)
		return -E2BIG;
	list->value[list->count++] = value;
	return 0;
}

/* "4K", or "4K..1M": doubled from one to the next, and the end of the range. */
static int add_numbers(struct perf_list *list, enum perf_axis axis, const char *item)
{
	uint64_t first, last;
	char *end;
	int err = 0;

	if (!number(axis, item, &end, &first))
		return -EINVAL;
	if (!*end)
		return add(list, first);
	if (strncmp(end, "..", 2) || !number(axis, end + 2, &end, &last) || *end || last < first)
		return -EINVAL;
	for (; first < last && !err; first *= 2)
		err = add(list, first);
	return err ? err : add(list, last);
}

static int add_word_value(struct perf_list *list, enum perf_axis axis, const char *item)
{
	for (uint64_t i = axes[axis].least; i <= axes[axis].most; i++)
		if (!strcmp(item, axes[axis].words[i]))
			return add(list, i);
	return -EINVAL;
}

static int add_flags(struct perf_list *list, char *item)
{
	uint64_t mask = 0;
	char *word;

	if (!strcmp(item, "none"))
		return add(list, 0);
	while ((word = strsep(&item, "+"))) {
		unsigned int i = 0;

		while (i < FLAG_COUNT && strcmp(word, flags[i].name))
			i++;
		if (i == FLAG_COUNT)
			return -EINVAL;
		mask |= flags[i].flag;
	}
	return add(list, mask);
}

static int node(const char *text, uint32_t *value)
{
	unsigned long parsed;
	char *end;

	if (!strcmp(text, "any")) {
		*value = PERF_NODE_ANY;
		return 0;
	}
	errno = 0;
	parsed = strtoul(text, &end, 10);
	*value = (uint32_t)parsed;
	return errno || !isdigit((unsigned char)*text) || *end || parsed >= PERF_NODES ? -EINVAL
										       : 0;
}

static int add_node(struct perf_list *list, char *item)
{
	char *dst = strchr(item, ':');
	uint32_t from, to;

	if (dst)
		*dst++ = '\0';
	if (node(item, &from) || node(dst ? dst : item, &to))
		return -EINVAL;
	return add(list, (uint64_t)from << 32 | to);
}

static int add_queue(struct perf_lists *lists, const char *item)
{
	struct perf_list *list = &lists->axis[PERF_QUEUE];

	if (!*item || strlen(item) >= PERF_WORD)
		return -EINVAL;
	if (list->count == PERF_LIST)
		return -E2BIG;
	snprintf(lists->queue[list->count], PERF_WORD, "%s", item);
	return add(list, list->count);
}

/* "all", or all of one kind. */
static bool is_group(const char *item, enum sva_dev_kind kind)
{
	return !strcmp(item, "all") || !strcmp(item, kind == SVA_DEV_KIND_IAX ? "iax" : "dsa");
}

static int add_operation(struct perf_list *list, const char *item)
{
	const struct perf_work *work;
	bool found = false;
	int err = 0;

	for (unsigned int i = 0; (work = perf_work_at(i)) && !err; i++) {
		if (!is_group(item, perf_work_kind(work)) && strcmp(item, work->name) != 0)
			continue;
		found = true;
		err = add(list, i);
	}
	return found ? err : -EINVAL;
}

static int add_item(struct perf_lists *lists, enum perf_axis axis, char *item)
{
	struct perf_list *list = &lists->axis[axis];

	switch (axes[axis].form) {
	case WORD:
		return add_word_value(list, axis, item);
	case FLAGS:
		return add_flags(list, item);
	case NODE:
		return add_node(list, item);
	case QUEUE:
		return add_queue(lists, item);
	case OPERATION:
		return add_operation(list, item);
	default:
		return add_numbers(list, axis, item);
	}
}

int perf_axis_parse(struct perf_lists *lists, enum perf_axis axis, const char *text, char *why,
		    size_t len)
{
	char *copy = strdup(text), *rest = copy, *item, values[512];
	int err = copy ? 0 : -ENOMEM;

	lists->axis[axis].count = 0;
	while (!err && (item = strsep(&rest, ",")))
		err = add_item(lists, axis, item);
	free(copy);
	if (err == -E2BIG) {
		snprintf(why, len, "give at most %d values", PERF_LIST);
	} else if (err) {
		perf_axis_values(axis, values, sizeof(values));
		snprintf(why, len, "give a list of: %s", values);
	}
	return err ? -EINVAL : 0;
}

void perf_bytes_text(uint64_t bytes, char *text, size_t len)
{
	static const char *const units[] = { "", "K", "M", "G" };
	unsigned int unit = 0;

	while (unit < 3 && bytes && !(bytes % 1024)) {
		bytes /= 1024;
		unit++;
	}
	snprintf(text, len, "%" PRIu64 "%s", bytes, units[unit]);
}

static void flags_text(uint64_t mask, char *text, size_t len)
{
	snprintf(text, len, "none");
	for (unsigned int i = 0, n = 0; i < FLAG_COUNT; i++)
		if (mask & flags[i].flag)
			n += (unsigned int)snprintf(text + n, len - n, "%s%s", n ? "+" : "",
						    flags[i].name);
}

static void node_text(uint64_t value, char *text, size_t len)
{
	uint32_t half[2] = { PERF_NODE_SRC(value), PERF_NODE_DST(value) };
	char word[2][16];

	for (unsigned int i = 0; i < 2; i++)
		if (half[i] == PERF_NODE_ANY)
			snprintf(word[i], sizeof(word[i]), "any");
		else
			snprintf(word[i], sizeof(word[i]), "%u", half[i]);
	if (half[0] == half[1])
		snprintf(text, len, "%s", word[0]);
	else
		snprintf(text, len, "%s:%s", word[0], word[1]);
}

void perf_axis_text(const struct perf_lists *lists, enum perf_axis axis, uint64_t value, char *text,
		    size_t len)
{
	if (value == PERF_NONE && axis != PERF_NODE) {
		snprintf(text, len, "-");
		return;
	}
	switch (axes[axis].form) {
	case WORD:
		snprintf(text, len, "%s", axes[axis].words[value]);
		break;
	case NUMBER:
		snprintf(text, len, "%" PRIu64, value);
		break;
	case BYTES:
		perf_bytes_text(value, text, len);
		break;
	case FLAGS:
		flags_text(value, text, len);
		break;
	case NODE:
		node_text(value, text, len);
		break;
	case QUEUE:
		snprintf(text, len, "%s", lists->queue[value]);
		break;
	case OPERATION:
		snprintf(text, len, "%s", perf_work_at((unsigned int)value)->name);
		break;
	}
}
