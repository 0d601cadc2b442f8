/* SPDX-License-Identifier: MIT */
/* The rules of --inject: [wq=D.Q,][op=NAME,][nth=N|every=N,][one-in=N,]ACTION, in any order */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "options.h"

static bool number(const char *value, uint32_t *result)
{
	unsigned long parsed;
	char *end;

	errno = 0;
	parsed = strtoul(value, &end, 0);
	*result = (uint32_t)parsed;
	/* A digit first: strtoul() takes a sign and spaces, too. */
	return !errno && isdigit((unsigned char)*value) && !*end && parsed <= UINT32_MAX;
}

static const char *set_queue(const char *value, struct emu_rule *rule)
{
	unsigned int device, queue;
	char rest;

	if (sscanf(value, "%4u.%3u%c", &device, &queue, &rest) != 2 || device >= EMU_DEVICES ||
	    queue >= EMU_QUEUES)
		return "wq= takes a queue, as in wq=0.1";
	rule->device = (int32_t)device;
	rule->queue = (int32_t)queue;
	return NULL;
}

static const char *set_opcode(const char *value, struct emu_rule *rule)
{
	uint32_t opcode = 0;

	while (opcode < 256 && (!emu_opcode_name(opcode) || strcmp(emu_opcode_name(opcode), value)))
		opcode++;
	if (opcode == 256 && (!number(value, &opcode) || opcode > 255))
		return "op= takes a name, as in op=memmove, or a number up to 0xff";
	rule->opcode = (int32_t)opcode;
	return NULL;
}

static const char *set_nth(const char *value, struct emu_rule *rule)
{
	if (!number(value, &rule->first) || !rule->first)
		return "nth= takes a number from 1 on";
	rule->every = 0;
	return NULL;
}

static const char *set_every(const char *value, struct emu_rule *rule)
{
	if (!number(value, &rule->every) || !rule->every)
		return "every= takes a number from 1 on";
	rule->first = rule->every;
	return NULL;
}

static const char *set_one_in(const char *value, struct emu_rule *rule)
{
	if (!number(value, &rule->one_in) || !rule->one_in)
		return "one-in= takes a number from 1 on";
	return NULL;
}

/* What excludes each other has the same bit, and is there once. */
#define SAID_ACTION 0x01u

static const struct {
	const char *key;
	unsigned int bit;
	const char *(*set)(const char *value, struct emu_rule *rule);
} conditions[] = {
	{ "wq", 0x02, set_queue },    { "op", 0x04, set_opcode },     { "nth", 0x08, set_nth },
	{ "every", 0x08, set_every }, { "one-in", 0x10, set_one_in },
};

static const struct {
	const char *key;
	enum emu_action action;
	bool needs_value, may_have_value;
	uint32_t least, most;
	const char *why;
} actions[] = {
	{ "status", EMU_INJECT_STATUS, true, true, 1, 255, "status= takes a status, 1 to 0xff" },
	{ "full", EMU_INJECT_FULL, true, true, 1, UINT32_MAX,
	  "full= takes the number of submissions that are refused, from 1 on" },
	{ "lost", EMU_INJECT_LOST, false, false, 0, 0, "lost takes no value" },
	{ "fault", EMU_INJECT_FAULT, true, true, 0, UINT32_MAX,
	  "fault= takes the offset of a byte" },
	{ "halt", EMU_INJECT_HALT, false, true, 1, UINT32_MAX,
	  "halt= takes milliseconds, from 1 on; without them it is for ever" },
};

static const char *set_action(const char *key, const char *value, struct emu_rule *rule,
			      unsigned int *said)
{
	for (unsigned int i = 0; i < sizeof(actions) / sizeof(*actions); i++) {
		if (strcmp(actions[i].key, key))
			continue;
		if (*said & SAID_ACTION)
			return "a rule has one action";
		*said |= SAID_ACTION;
		rule->action = actions[i].action;
		if (!value)
			return actions[i].needs_value ? actions[i].why : NULL;
		if (!actions[i].may_have_value || !number(value, &rule->value) ||
		    rule->value < actions[i].least || rule->value > actions[i].most)
			return actions[i].why;
		return NULL;
	}
	return "a rule is [wq=D.Q,][op=NAME,][nth=N|every=N,][one-in=N,] and status=N, full=N, "
	       "lost, fault=OFFSET or halt[=MS]";
}

/* One part, "key" or "key=value". */
static const char *set_part(char *part, struct emu_rule *rule, unsigned int *said)
{
	char *value = strchr(part, '=');

	if (value)
		*value++ = '\0';
	for (unsigned int i = 0; value && i < sizeof(conditions) / sizeof(*conditions); i++) {
		if (strcmp(conditions[i].key, part))
			continue;
		if (*said & conditions[i].bit)
			return "a rule has each condition once, and nth= or every=";
		*said |= conditions[i].bit;
		return conditions[i].set(value, rule);
	}
	return set_action(part, value, rule, said);
}

static bool is_page_fault(uint32_t status)
{
	return SVA_STATUS_CODE(status) == SVA_STATUS_PAGE_FAULT ||
	       SVA_STATUS_CODE(status) == SVA_STATUS_PAGE_RESPONSE ||
	       SVA_STATUS_CODE(status) == SVA_STATUS_BATCH_PAGE_FAULT;
}

/* What the parts say together. */
static const char *check(const struct emu_rule *rule, unsigned int said)
{
	if (!(said & SAID_ACTION))
		return "a rule needs an action: status=N, full=N, lost, fault=OFFSET or halt[=MS]";
	if (rule->action == EMU_INJECT_STATUS && is_page_fault(rule->value))
		return "a page fault has an address: use fault=OFFSET";
	return NULL;
}

int emu_rule_parse(const char *text, struct emu_rule *rule, const char **why)
{
	char *copy = strdup(text), *rest = copy, *part;
	unsigned int said = 0;

	*rule = (struct emu_rule){
		.device = EMU_NONE, .queue = EMU_NONE, .opcode = EMU_NONE, .first = 1, .every = 1
	};
	*why = copy ? NULL : "out of memory";
	while (!*why && (part = strsep(&rest, ",")))
		*why = set_part(part, rule, &said);
	if (!*why)
		*why = check(rule, said);
	free(copy);
	return *why ? -EINVAL : 0;
}
