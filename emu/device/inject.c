/* SPDX-License-Identifier: MIT */
#include "inject.h"

static bool concerns(const struct emu_state *state, const struct emu_rule *rule,
		     const struct emu_lane *lane, const struct sva_desc *desc)
{
	return (rule->device == EMU_NONE ||
		(uint32_t)rule->device == state->device[lane->device].id) &&
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
static bool due(struct emu_state *state, uint32_t number)
{
	const struct emu_rule *rule = &state->rule[number];
	uint64_t n = atomic_fetch_add(&state->live.rule[number].matched, 1) + 1;

	if (n < rule->first ||
	    (n > rule->first && (!rule->every || (n - rule->first) % rule->every)))
		return false;
	return !rule->one_in || chance(state->seed, n) % rule->one_in == 0;
}

/* A run of refusals: the one that begins it, and those that follow. */
static bool refuses(struct emu_state *state, uint32_t number)
{
	atomic_uint *run = &state->live.rule[number].left;
	unsigned int left = atomic_load(run);

	while (left > 0)
		if (atomic_compare_exchange_weak(run, &left, left - 1))
			return true;
	if (!due(state, number))
		return false;
	atomic_store(run, state->rule[number].value - 1);
	return true;
}

bool emu_inject_refuses(struct emu_state *state, unsigned int lane, const struct sva_desc *desc)
{
	for (uint32_t i = 0; i < state->rule_count; i++) {
		const struct emu_rule *rule = &state->rule[i];

		if (rule->action == EMU_INJECT_FULL &&
		    concerns(state, rule, &state->lane[lane], desc) && refuses(state, i))
			return true;
	}
	return false;
}

const struct emu_rule *emu_inject_outcome(struct emu_state *state, unsigned int lane,
					  const struct sva_desc *desc)
{
	for (uint32_t i = 0; i < state->rule_count; i++) {
		const struct emu_rule *rule = &state->rule[i];

		if (rule->action != EMU_INJECT_FULL &&
		    concerns(state, rule, &state->lane[lane], desc) && due(state, i))
			return rule;
	}
	return NULL;
}
