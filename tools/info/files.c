/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"

#define NAME(path, root, format)                                                   \
	do {                                                                       \
		size_t used = (size_t)snprintf(path, sizeof(path), "%s", root);    \
		va_list args;                                                      \
                                                                                   \
		va_start(args, format);                                            \
		if (used < sizeof(path))                                           \
			vsnprintf(path + used, sizeof(path) - used, format, args); \
		va_end(args);                                                      \
	} while (0)

static void make_printable(char *text)
{
	size_t length = strlen(text);

	for (char *c = text; *c; c++)
		if ((*c < ' ' && *c != '\n' && *c != '\t') || *c == 0x7f)
			*c = '?';
	if (length && text[length - 1] == '\n')
		text[length - 1] = '\0';
}

static bool read_text(char *text, size_t size, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t length = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[length < 0 ? 0 : length] = '\0';
	make_printable(text);
	return *text;
}

bool file_read(char *text, size_t size, const char *root, const char *format, ...)
{
	char path[PATH_MAX];

	NAME(path, root, format);
	return read_text(text, size, path);
}

bool file_exists(const char *root, const char *format, ...)
{
	char path[PATH_MAX];
	struct stat st;

	NAME(path, root, format);
	return !lstat(path, &st);
}

void file_link(char *text, size_t size, const char *root, const char *format, ...)
{
	char path[PATH_MAX], target[PATH_MAX];
	ssize_t length;

	NAME(path, root, format);
	length = readlink(path, target, sizeof(target) - 1);
	target[length < 0 ? 0 : length] = '\0';
	make_printable(target);
	snprintf(text, size, "%s", strrchr(target, '/') ? strrchr(target, '/') + 1 : target);
}

bool file_find(char *text, size_t size, const char *key, const char *root, const char *name)
{
	char path[PATH_MAX], line[1024];
	FILE *file;

	*text = '\0';
	snprintf(path, sizeof(path), "%s%s", root, name);
	file = fopen(path, "re");
	while (file && !*text && fgets(line, sizeof(line), file))
		if (!strncmp(line, key, strlen(key)))
			snprintf(text, size, "%s", line + strlen(key));
	if (file)
		fclose(file);
	make_printable(text);
	return *text;
}
