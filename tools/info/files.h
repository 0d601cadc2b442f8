/* SPDX-License-Identifier: MIT */
/* Small text files, of this machine or of a copy. Whatever is in them, nothing but text comes back.
 */
#ifndef INFO_FILES_H
#define INFO_FILES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * file_read - the beginning of a file, as far as it goes into @text
 *
 * The file's name is @root and the format. What is not printable becomes '?', but for ends of
 * lines; the last one of these is cut off. False, and "", if it cannot be read or is empty.
 */
bool file_read(char *text, size_t size, const char *root, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* file_exists - of whatever kind */
bool file_exists(const char *root, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* file_link - the last part of what a symbolic link says; "" for none */
void file_link(char *text, size_t size, const char *root, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* file_find - the rest of the line of a file that begins with @key; "" and false for none */
bool file_find(char *text, size_t size, const char *key, const char *root, const char *name);

#endif
