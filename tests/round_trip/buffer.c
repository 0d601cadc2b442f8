/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"

static char context[512];

void working_on(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(context, sizeof(context), format, args);
	va_end(args);
}

void give_up(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "%s: ", context);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

struct buffer buffer_new(size_t size)
{
	struct buffer buffer = { malloc(size ? size : 1), size };

	if (!buffer.data)
		give_up("no memory for %zu bytes", size);
	return buffer;
}

struct buffer buffer_cut(struct buffer buffer, size_t size)
{
	struct buffer cut = { realloc(buffer.data, size ? size : 1), size };

	if (!cut.data)
		give_up("no memory for %zu bytes", size);
	return cut;
}

struct buffer buffer_read(const char *path, size_t most)
{
	struct buffer buffer = buffer_new(most);
	FILE *file = fopen(path, "re");

	if (!file)
		give_up("%s: %s", path, strerror(errno));
	buffer = buffer_cut(buffer, fread(buffer.data, 1, most, file));
	if (ferror(file))
		give_up("%s: cannot be read", path);
	fclose(file);
	return buffer;
}

void expect_same(const char *who, const struct buffer *back, const struct buffer *data)
{
	size_t i = 0;

	if (back->size != data->size)
		give_up("%s: %zu bytes of %zu", who, back->size, data->size);
	while (i < data->size && back->data[i] == data->data[i])
		i++;
	if (i < data->size)
		give_up("%s: byte %zu of %zu is another one", who, i, data->size);
}
