/* SPDX-License-Identifier: MIT */
/* Structs that grow: one of a caller who was compiled with another version of the library. */
#include <errno.h>
#include <string.h>

#include "options.h"

#define MAX_SIZE 4096 /* so large is no version of any: do not look there */

int svai_read_options(void *to, size_t size, const void *from, size_t least)
{
	size_t theirs;

	memset(to, 0, size);
	if (!from)
		return 0;
	memcpy(&theirs, from, sizeof(theirs));
	if (theirs < least)
		return -EINVAL;
	if (theirs > MAX_SIZE)
		return -E2BIG;
	for (size_t i = size; i < theirs; i++)
		if (((const char *)from)[i])
			return -E2BIG;
	memcpy(to, from, theirs < size ? theirs : size);
	return 0;
}

void svai_give_result(void *to, const void *from, size_t size)
{
	size_t theirs;

	memcpy(&theirs, to, sizeof(theirs));
	memcpy(to, from, theirs < size ? theirs : size);
	memcpy(to, &theirs, sizeof(theirs));
}
