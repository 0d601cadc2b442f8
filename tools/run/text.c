/* SPDX-License-Identifier: MIT */
#include "text.h"

#define DIGITS 20 /* of UINT64_MAX */

void run_text_char(struct run_text *text, char c)
{
	if (text->at < text->end)
		*text->at++ = c;
}

void run_text_string(struct run_text *text, const char *s)
{
	while (*s)
		run_text_char(text, *s++);
}

static void fill(struct run_text *text, unsigned int used, unsigned int width)
{
	for (; used < width; used++)
		run_text_char(text, ' ');
}

void run_text_cell(struct run_text *text, const char *s, unsigned int width)
{
	unsigned int used = 0;

	for (; *s; used++)
		run_text_char(text, *s++);
	fill(text, used, width);
}

static void digits(struct run_text *text, uint64_t number, unsigned int base, unsigned int width)
{
	char digit[DIGITS];
	unsigned int n = 0;

	do {
		digit[n++] = "0123456789abcdef"[number % base];
		number /= base;
	} while (number);
	fill(text, n, width);
	while (n > 0)
		run_text_char(text, digit[--n]);
}

void run_text_number(struct run_text *text, uint64_t number, unsigned int width)
{
	digits(text, number, 10, width);
}

void run_text_hex(struct run_text *text, uint64_t number)
{
	run_text_string(text, "0x");
	digits(text, number, 16, 0);
}

void run_text_size(struct run_text *text, uint64_t bytes, unsigned int width)
{
	static const char units[] = " KMGTPE";
	unsigned int unit = 0;

	while (bytes >= 1024 && bytes % 1024 == 0) {
		bytes /= 1024;
		unit++;
	}
	run_text_number(text, bytes, width > 0 && unit ? width - 1 : width);
	if (unit)
		run_text_char(text, units[unit]);
}

void run_text_ms(struct run_text *text, uint64_t ns)
{
	uint64_t us = ns / 1000;

	run_text_number(text, us / 1000, 0);
	run_text_char(text, '.');
	for (unsigned int unit = 100; unit; unit /= 10)
		run_text_char(text, (char)('0' + us / unit % 10));
}

static void json_char(struct run_text *text, unsigned char c)
{
	if (c >= ' ' && c < 0x7f) {
		if (c == '"' || c == '\\')
			run_text_char(text, '\\');
		run_text_char(text, (char)c);
		return;
	}
	run_text_string(text, "\\u00");
	run_text_char(text, "0123456789abcdef"[c >> 4]);
	run_text_char(text, "0123456789abcdef"[c & 15]);
}

void run_text_json(struct run_text *text, const char *s)
{
	run_text_char(text, '"');
	while (*s)
		json_char(text, (unsigned char)*s++);
	run_text_char(text, '"');
}

void run_text_key(struct run_text *text, const char *name)
{
	char before = text->at[-1];

	if (before != '{' && before != '[')
		run_text_char(text, ',');
	run_text_json(text, name);
	run_text_char(text, ':');
}

void run_text_member(struct run_text *text, const char *name, uint64_t number)
{
	run_text_key(text, name);
	run_text_number(text, number, 0);
}
