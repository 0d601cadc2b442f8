/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "sysfs.h"

/*
 * Values: out. Each is a line.
 */

int emu_show_text(char *buf, const char *value)
{
	return snprintf(buf, EMU_SYSFS_PAGE, "%s\n", value);
}

int emu_show_number(char *buf, uint64_t value)
{
	return snprintf(buf, EMU_SYSFS_PAGE, "%" PRIu64 "\n", value);
}

int emu_show_signed(char *buf, int32_t value)
{
	return snprintf(buf, EMU_SYSFS_PAGE, "%" PRId32 "\n", value);
}

/* The kernel's %#x, which has the 0x also before a 0. */
int emu_show_hexadecimal(char *buf, uint64_t value)
{
	return snprintf(buf, EMU_SYSFS_PAGE, "0x%" PRIx64 "\n", value);
}

/* Bitmaps of 256 bits, since Linux 6.0: words of 32 bits, the highest first. */
int emu_show_bitmap(char *buf, const uint64_t words[4])
{
	int length = 0;

	for (int i = 7; i >= 0; i--)
		length += snprintf(buf + length, 16, "%08x%c",
				   (unsigned int)(words[i / 2] >> (i % 2 * 32)), i ? ',' : '\n');
	return length;
}

/* Before: words of 64 bits, the lowest first. */
int emu_show_old_bitmap(char *buf, const uint64_t words[4], int digits)
{
	int length = 0;

	for (int i = 0; i < 4; i++)
		length += snprintf(buf + length, 32, "0x%0*" PRIx64 "%c", digits, words[i],
				   i < 3 ? ' ' : '\n');
	return length;
}

/*
 * Values: in, by the rules of kstrtoul(), kstrtobool(), sysfs_streq() and bitmap_parse(). An end of
 * line is no part of the value.
 */

bool emu_ends(const char *end)
{
	return !*end || !strcmp(end, "\n");
}

bool emu_is_word(const char *value, const char *word)
{
	size_t length = strlen(word);

	return !strncmp(value, word, length) && emu_ends(value + length);
}

int emu_parse(const char *value, int base, uint64_t *result)
{
	unsigned long long parsed;
	char *end;

	value += *value == '+';
	if (!isxdigit((unsigned char)*value)) /* strtoull() would take blanks, and a minus */
		return -EINVAL;
	errno = 0;
	parsed = strtoull(value, &end, base);
	if (end == value || !emu_ends(end))
		return -EINVAL;
	if (errno)
		return -ERANGE;
	*result = parsed;
	return 0;
}

int emu_parse_signed(const char *value, int64_t *result)
{
	bool negative = *value == '-';
	uint64_t size;

	if (emu_parse(value + negative, 10, &size) || size > INT64_MAX)
		return -EINVAL;
	*result = negative ? -(int64_t)size : (int64_t)size;
	return 0;
}

/* The order is the driver's: what is no emu_show_number, what is not allowed now, what is out of
 * range. */
int emu_parse_number(const char *value, int busy, uint32_t least, uint32_t most, uint32_t *result)
{
	uint64_t parsed;

	if (emu_parse(value, 10, &parsed))
		return -EINVAL;
	if (busy)
		return busy;
	if (parsed < least || parsed > most)
		return -EINVAL;
	*result = (uint32_t)parsed;
	return 0;
}

int emu_parse_bool(const char *value, bool *result)
{
	const char *sign = *value == 'o' || *value == 'O' ? value + 1 : value;

	if (!*sign || !strchr(sign > value ? "nNfF" : "1yYtT0nNfF", *sign))
		return -EINVAL;
	*result = strchr(sign > value ? "nN" : "1yYtT", *sign);
	return 0;
}

/* Blanks around it go; nothing but blanks is taken, and leaves none. */
int emu_parse_text(const char *value, int busy, char result[EMU_NAME])
{
	size_t length = strlen(value);

	if (busy)
		return busy;
	if (length == 0 || length >= EMU_NAME)
		return -EINVAL;
	while (length > 0 && isspace((unsigned char)value[length - 1]))
		length--;
	for (; length > 0 && isspace((unsigned char)*value); length--)
		value++;
	memcpy(result, value, length);
	result[length] = '\0';
	return 0;
}

/* Sizes are powers of two: the next one is taken. */
int emu_parse_size(const char *value, uint64_t most, uint64_t *result)
{
	uint64_t parsed, size = 1;

	if (emu_parse(value, 0, &parsed) || !parsed)
		return -EINVAL;
	while (size < parsed && size < most)
		size *= 2;
	if (size < parsed || size > most)
		return -EINVAL;
	*result = size;
	return 0;
}

static bool between_words(char c)
{
	return c == ',' || isspace((unsigned char)c);
}

/* From its end, where the lowest word is; the words that are left out are the highest. */
int emu_parse_bitmap(const char *value, uint64_t words[4])
{
	const char *end = value + strcspn(value, "\n"), *digit;

	memset(words, 0, 4 * sizeof(*words));
	for (unsigned int word = 0;; word++) {
		while (end > value && between_words(end[-1]))
			end--;
		if (end == value)
			return 0;
		for (unsigned int shift = 0; end > value && !between_words(end[-1]);
		     shift += 4, end--) {
			digit = strchr("0123456789abcdef", tolower((unsigned char)end[-1]));
			if (!digit)
				return -EINVAL;
			if (word == 8 || shift == 32)
				return -EOVERFLOW;
			words[word / 2] |=
				(uint64_t)(*digit <= '9' ? *digit - '0' : *digit - 'a' + 10)
				<< (word % 2 * 32 + shift);
		}
	}
}

int emu_parse_op_cap(const char *value, uint64_t words[4])
{
	uint64_t word;

	if (!emu_parse_bitmap(value, words))
		return words[0] | words[1] | words[2] | words[3] ? 0 : -EINVAL;
	if (emu_parse(value, 16, &word) || !word)
		return -EINVAL;
	memset(words, 0, 4 * sizeof(*words));
	words[0] = word;
	return 0;
}
