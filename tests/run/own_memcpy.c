/* SPDX-License-Identifier: MIT */
/* A program that brings its own functions, and exports them: they are everybody's. */
#include <stdio.h>
#include <string.h>

#define SIZE 100000u

static unsigned char a[SIZE], b[SIZE];
static unsigned int calls;

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	volatile unsigned char *d = to;
	const volatile unsigned char *s = from;

	calls++;
	while (size-- > 0)
		d[size] = s[size];
	return to;
}

int main(void)
{
	b[SIZE - 1] = 1;
	for (int i = 0; i < 10; i++)
		memcpy(a, b, SIZE);
	printf("%u calls\n", calls);
	return calls < 10 || a[SIZE - 1] != 1;
}
