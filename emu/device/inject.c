/* SPDX-License-Identifier: MIT */
#include "inject.h"

static bool concerns(const struct emu_rule *rule, const struct emu_lane *lane,
		     const struct sva_desc *desc)
{
	return (rule->device == EMU_NONE || rule->device == lane->device) &&
	       (rule->queue == EMU_NONE || rule->queue == lane->queue) &&
	       (rule->opcode == EMU_NONE || (unsigned int)rule->opcode == sva_desc_opcode(desc));
}

/* Chance that a seed repeats: a number for each place in the order (splitmix64). */
static uint64_t chance(uint64_t seed, uint64_t n)
{
	uint64_t x = seed + n * 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

/* Counts this one. */
static bool due(const struct emu_state *state, struct emu_rule *rule)
{
	uint64_t n = atomic_fetch_add(&rule->matched, 1) + 1;

	if (n < rule->first ||
	    (n > rule->first && (!rule->every || (n - rule->first) % rule->every)))
		return false;
	return !rule->one_in || chance(state->seed, n) % rule->one_in == 0;
}

/* A run of refusals: the one that begins it, and those that follow. */
static bool refuses(const struct emu_state *state, struct emu_rule *rule)
{
	unsigned int left = atomic_load(&rule->left);

	while (left > 0)
		if (atomic_compare_exchange_weak(&rule->left, &left, left - 1))
			return true;
	if (!due(state, rule))
		return false;
	atomic_store(&rule->left, rule->value - 1);
	return true;
}

bool emu_inject_refuses(struct emu_state *state, unsigned int lane, const struct sva_desc *desc)
{
	uint32_t i;

	for (i = 0; i < state->rule_count; i++) {
		struct emu_rule *rule = &state->rule[i];

		if (rule->action == EMU_INJECT_FULL && concerns(rule, &state->lane[lane], desc) &&
		    refuses(state, rule))
			return true;
	}
	return false;
}

const struct emu_rule *emu_inject_outcome(struct emu_state *state, unsigned int lane,
					  const struct sva_desc *desc)
{
	uint32_t i;

	for (i = 0; i < state->rule_count; i++) {
		struct emu_rule *rule = &state->rule[i];

		if (rule->action != EMU_INJECT_FULL && concerns(rule, &state->lane[lane], desc) &&
		    due(state, rule))
			return rule;
	}
	return NULL;
}
