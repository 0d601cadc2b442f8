#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# tidy.sh CLANG_TIDY - the checks of .clang-tidy over the library, the emulator, the tools and the headers
set -euo pipefail
# With the flags written out: clang-tidy mistakes every va_list for an uninitialised one where the
# compilation database has a file twice, as it has those that the unit tests compile again.
tidy=$1
checks=--checks=

# check FLAG... -- FOLDER... - all C files of the folders
check()
{
	local flags=()

	while [ "$1" != -- ]; do
		flags+=("$1")
		shift
	done
	find "${@:2}" -name '*.c' -print0 |
		xargs -0 -P "$(nproc)" -I '{}' "$tidy" "$checks" --quiet '{}' -- \
			-Wall -Wextra -D_GNU_SOURCE -Iinclude "${flags[@]}"
}

check -std=c11 -include lib/export.h -- lib
read -ra packages <<<"$(pkg-config --cflags json-c uuid)"
check -std=gnu11 -Itools/common -DRUN_LIBRARY='""' "${packages[@]}" -- tools
read -ra packages <<<"$(pkg-config --cflags fuse3 json-c)"
# cert-err34-c: what the emulator reads with sscanf() is the kernel's, or of limited width.
checks=--checks=-cert-err34-c
check -std=gnu11 -Iemu/{model,device,trap,kernel,process,cli} -DEMU_LIBRARY='""' "${packages[@]}" -- emu
