/* SPDX-License-Identifier: MIT */
/* budget FUNCTION N SIZE - N calls of a function, whose instructions budget.sh counts. */
#include <stdlib.h>
#include <string.h>

static char a[65536], b[65536];

int main(int argc, char **argv)
{
	long n = argc == 4 ? strtol(argv[2], NULL, 10) : 0;
	volatile size_t size = argc == 4 ? strtoul(argv[3], NULL, 10) : 0;
	volatile int order;

	if (argc == 4 && !strcmp(argv[1], "memcpy"))
		while (n-- > 0)
			memcpy(a, b, size);
	else if (argc == 4 && !strcmp(argv[1], "memmove"))
		while (n-- > 0)
			memmove(a, b, size);
	else if (argc == 4 && !strcmp(argv[1], "memset"))
		while (n-- > 0)
			memset(a, 1, size);
	else if (argc == 4 && !strcmp(argv[1], "memcmp"))
		while (n-- > 0)
			order = memcmp(a, b, size);
	else
		return 2;
	(void)order;
	return 0;
}
