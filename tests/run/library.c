/* SPDX-License-Identifier: MIT */
/*
 * A library that copies: after dlopen(); in its constructor, which runs before that of sva-run's
 * library; and before the latter has even been relocated, when a function is resolved.
 */
#include <stdlib.h>
#include <string.h>

#define EARLY 50000u

static unsigned char from[EARLY], to[EARLY];
static int early_copy;

int copies_right(size_t size);
int early(void);

/* 1: it is a copy. */
static int copy(unsigned char *dst, unsigned char *src, size_t size)
{
	for (size_t i = 0; i < size; i++)
		src[i] = (unsigned char)(i * 7);
	memset(dst, 0, size);
	memcpy(dst, src, size);
	for (size_t i = 0; i < size; i++)
		if (dst[i] != src[i])
			return 0;
	memmove(src + 1, src, size - 1);
	return src[size - 1] == (unsigned char)((size - 2) * 7) && memcmp(dst, src, size) > 0;
}

int copies_right(size_t size)
{
	unsigned char *memory = malloc(2 * size);
	int right = memory && copy(memory, memory + size, size);

	free(memory);
	return right;
}

__attribute__((constructor)) static void construct(void)
{
	early_copy = copy(to, from, EARLY);
}

#ifdef EARLY_LIBRARY /* a function of a library that dlopen() loads cannot be resolved like this \
		      */

static int one(void)
{
	return 1;
}

static int zero(void)
{
	return 0;
}

static __attribute__((used)) int (*resolve(void))(void)
{
	return copy(to, from, EARLY) ? one : zero;
}

static int resolved(void) __attribute__((ifunc("resolve")));

int early(void)
{
	return early_copy && resolved();
}

#else

int early(void)
{
	return early_copy;
}

#endif
