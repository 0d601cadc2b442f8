/* SPDX-License-Identifier: MIT */
/* What this CPU can do: CPUID asked once, LIBSVA_CPU on top. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <sva/wq.h>

static const struct {
	const char *name;
	unsigned int bit;
} features[] = {
	{ "enqcmd", SVA_CPU_ENQCMD },         { "movdir64b", SVA_CPU_MOVDIR64B },
	{ "waitpkg", SVA_CPU_WAITPKG },       { "cldemote", SVA_CPU_CLDEMOTE },
	{ "clflushopt", SVA_CPU_CLFLUSHOPT }, { "avx2", SVA_CPU_AVX2 },
	{ "avx512", SVA_CPU_AVX512 },
};

static unsigned int feature_bit(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++)
		if (strlen(features[i].name) == len && !memcmp(features[i].name, name, len))
			return features[i].bit;
	return 0;
}

/* "+enqcmd,-waitpkg"; words that are not understood change nothing */
static unsigned int override(unsigned int mask, const char *words)
{
	while (words && *words) {
		size_t len = strcspn(words, ",");

		if (*words == '+')
			mask |= feature_bit(words + 1, len - 1);
		else if (*words == '-')
			mask &= ~feature_bit(words + 1, len - 1);
		words += len + (words[len] == ',');
	}
	return mask;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static unsigned int cached;

static void ask(void)
{
	cached = override(sva__cpuid_features(), secure_getenv("LIBSVA_CPU"));
}

unsigned int sva_cpu_features(void)
{
	pthread_once(&once, ask);
	return cached;
}
