/* SPDX-License-Identifier: MIT */
#include "shard.h"

static unsigned int threads;
/* Plus 1; 0: not yet. Of the memory that every thread has from its start: no call to find it. */
static _Thread_local unsigned int number __attribute__((tls_model("initial-exec")));

unsigned int svai_shard_number(void)
{
	if (!number)
		number = __atomic_fetch_add(&threads, 1, __ATOMIC_RELAXED) % SVAI_SHARDS + 1;
	return number - 1;
}

unsigned int svai_shards_used(void)
{
	unsigned int n = __atomic_load_n(&threads, __ATOMIC_RELAXED);

	return n < SVAI_SHARDS ? n : SVAI_SHARDS;
}

int64_t svai_shards_in_flight(const struct svai_shard *shards, unsigned int except)
{
	unsigned int used = svai_shards_used();
	int64_t credits = 0;

	for (unsigned int i = 0; i < used; i++)
		if (i != except)
			credits -= __atomic_load_n(&shards[i].credit, __ATOMIC_SEQ_CST);
	return credits / SVA__CREDIT;
}

/* The counters lie side by side, between size and what is asked at the time. */
#define FIRST offsetof(struct sva_wq_stats, operations)
#define END   offsetof(struct sva_wq_stats, in_flight)

void svai_shards_add(const struct svai_shard *shards, struct sva_wq_stats *stats)
{
	unsigned int used = svai_shards_used();

	for (unsigned int i = 0; i < used; i++) {
		for (size_t at = FIRST; at < END; at += sizeof(uint64_t)) {
			const void *from = (const char *)&shards[i].stats + at;
			uint64_t *to = (uint64_t *)(void *)((char *)stats + at);

			*to += __atomic_load_n((const uint64_t *)from, __ATOMIC_RELAXED);
		}
	}
}
