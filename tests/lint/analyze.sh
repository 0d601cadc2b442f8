#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# analyze.sh GCC - gcc -fanalyzer over the library, the tools and the emulator
set -euo pipefail
gcc=$1
if [ "$("$gcc" -dumpversion)" != 12 ]; then
	echo "skipped: what is excepted here is what gcc 12 gets wrong"
	exit 77
fi

# Not followed:
#  use-of-uninitialized-value   does not know what memcpy() writes to a local; clang's analyzer and valgrind do
checks=(-fanalyzer -Werror -Wno-format-truncation -Wno-analyzer-use-of-uninitialized-value)
# exceptions FILE - what it gets wrong there
exceptions()
{
	case $1 in
	# The operation was checked a few lines before: it is not NULL.
	lib/batch.c) echo -Wno-analyzer-null-dereference ;;
	# The memory is that of an array's element; it loses track of which one in the loop that frees them.
	tools/perf/measure.c) echo -Wno-analyzer-malloc-leak ;;
	# It takes our fopen() for the C library's, and our call of the next one for a call of itself.
	emu/process/interpose.c) echo -Wno-analyzer-malloc-leak -Wno-analyzer-file-leak ;;
	esac
}

# analyze FILE FLAG...
analyze()
{
	local file=$1 more
	shift

	[ "$file" != lib/ffi.c ] || set -- -std=c11 # it has the inline functions as others
	read -ra more <<<"$(exceptions "$file")"
	"$gcc" -D_GNU_SOURCE -Iinclude "${checks[@]}" "${more[@]}" "$@" -c -o /dev/null "$file"
}

# check FOLDER FLAG... - all C files, as many at a time as there are processors
check()
{
	local file

	while read -r file; do
		while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do
			wait -n || failed=1
		done
		analyze "$file" "${@:2}" &
	done < <(find "$1" -name '*.c')
	while [ -n "$(jobs -p)" ]; do
		wait -n || failed=1
	done
}

failed=0
check lib -std=c11 -include lib/export.h
read -ra packages <<<"$(pkg-config --cflags json-c uuid)"
check tools -std=gnu11 -Itools/common -DRUN_LIBRARY='""' "${packages[@]}"
read -ra packages <<<"$(pkg-config --cflags fuse3 json-c)"
check emu -std=gnu11 -Iemu/{model,device,trap,kernel,process,cli} -DEMU_LIBRARY='""' "${packages[@]}"
exit $failed
