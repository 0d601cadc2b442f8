#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# tidy.sh CLANG_TIDY - the checks of .clang-tidy over the library, the emulator's model and the headers
set -euo pipefail
# With the flags written out: clang-tidy mistakes every va_list for an uninitialised one where the
# compilation database has a file twice, as it has those that the unit tests compile again.
find lib emu/model -name '*.c' -print0 |
	xargs -0 -P "$(nproc)" -I '{}' "$1" --quiet '{}' -- \
		-std=c11 -Wall -Wextra -D_GNU_SOURCE -Iinclude -Iemu/model -include lib/export.h
