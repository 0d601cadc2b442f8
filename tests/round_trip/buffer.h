/* SPDX-License-Identifier: MIT */
/* Data on the heap, each byte of which counts: what is read or written beside it, a sanitizer sees.
 */
#ifndef ROUND_TRIP_BUFFER_H
#define ROUND_TRIP_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
	uint8_t *data; /* free() it */
	size_t size;
};

/* buffer_new - of @size bytes that mean nothing */
struct buffer buffer_new(size_t size);

/* buffer_cut - it ends after @size bytes; returns it */
struct buffer buffer_cut(struct buffer buffer, size_t size);

/* buffer_read - the beginning of a file, at most @most bytes */
struct buffer buffer_read(const char *path, size_t most);

/* give_up - print what was done and what is wrong, and exit with 1 */
void give_up(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* working_on - what is done from now on, for give_up() */
void working_on(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* expect_same - the data that came back are those that went in; if not, @who is at fault */
void expect_same(const char *who, const struct buffer *back, const struct buffer *data);

#endif
