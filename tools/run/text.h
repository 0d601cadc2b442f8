/* SPDX-License-Identifier: MIT */
/* Writing text into a buffer, where neither stdio nor an allocation will do: in signal handlers. */
#ifndef RUN_TEXT_H
#define RUN_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct run_text {
	char *at, *end; /* what does not fit is left out */
};

void run_text_char(struct run_text *text, char c);
void run_text_string(struct run_text *text, const char *s);

/* run_text_cell - a string that takes at least @width columns, filled up with blanks */
void run_text_cell(struct run_text *text, const char *s, unsigned int width);

/* run_text_number - a number in decimal, at the right of at least @width columns */
void run_text_number(struct run_text *text, uint64_t number, unsigned int width);
void run_text_hex(struct run_text *text, uint64_t number);

/* run_text_size - 512, 64K, 2M: a power of 2, at the right of @width columns */
void run_text_size(struct run_text *text, uint64_t bytes, unsigned int width);

/* run_text_ms - nanoseconds, as milliseconds with three decimals */
void run_text_ms(struct run_text *text, uint64_t ns);

/* run_text_json - a string of JSON, in its quotes; bytes outside ASCII are taken for Latin-1 */
void run_text_json(struct run_text *text, const char *s);

/* run_text_key - what begins a member of a JSON object, with the comma before it if it needs one */
void run_text_key(struct run_text *text, const char *name);
void run_text_member(struct run_text *text, const char *name, uint64_t number);

#endif
