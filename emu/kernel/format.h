/* SPDX-License-Identifier: MIT */
/*
 * Values of attributes as text, out and in, as the kernel writes and reads them. The buffers have
 * EMU_SYSFS_PAGE bytes; functions that read return 0, -EINVAL, -ERANGE or -EOVERFLOW, or what @busy
 * says, in the driver's order: what is no value, what is not allowed now, what is out of range.
 */
#ifndef EMU_KERNEL_FORMAT_H
#define EMU_KERNEL_FORMAT_H

#include "state.h"

/* Each a line; they return its length. */
int emu_show_text(char *buf, const char *value);
int emu_show_number(char *buf, uint64_t value);
int emu_show_signed(char *buf, int32_t value);
int emu_show_hexadecimal(char *buf, uint64_t value);
int emu_show_bitmap(char *buf, const uint64_t words[4]);
int emu_show_old_bitmap(char *buf, const uint64_t words[4], int digits);

/* The end of the value, perhaps by an end of line. */
bool emu_ends(const char *end);
bool emu_is_word(const char *value, const char *word);
int emu_parse(const char *value, int base, uint64_t *result);
int emu_parse_signed(const char *value, int64_t *result);
int emu_parse_number(const char *value, int busy, uint32_t least, uint32_t most, uint32_t *result);
int emu_parse_bool(const char *value, bool *result);
int emu_parse_text(const char *value, int busy, char result[EMU_NAME]);
int emu_parse_size(const char *value, uint64_t most, uint64_t *result);
int emu_parse_bitmap(const char *value, uint64_t words[4]);
/* That, or one hexadecimal number. */
int emu_parse_op_cap(const char *value, uint64_t words[4]);

#endif
