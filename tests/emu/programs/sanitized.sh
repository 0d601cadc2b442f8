#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# sanitized.sh SVA-EMU SOURCE-DIRECTORY LIBRARY - a program under each sanitizer of each compiler, with
# its run time in a library and in the program
set -euo pipefail
emu=$1 source=$2 library=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ran=0

# run COMPILER OPTION... - compile with these and run; a compiler without that run time is left out
run()
{
	local status=0
	"$@" -g -D_GNU_SOURCE -I "$source/include" "$source/tests/emu/programs/sanitized.c" "$library" \
		-lpthread -ldl -lisal -o "$work/program" 2>"$work/why" || { echo "left out: $*"; return 0; }
	setarch -R "$emu" -- "$work/program" wq0.0 >"$work/out" 2>&1 || status=$?
	if [ $status -ne 0 ] || ! grep -qx 'sanitized: ok' "$work/out"; then
		echo "$*: exit status $status"
		cat "$work/out"
		exit 1
	fi
	ran=$((ran + 1))
	echo "ok: $*"
}

for compiler in gcc clang; do
	for sanitizer in address undefined thread; do
		run $compiler -fsanitize=$sanitizer
	done
done
run gcc -fsanitize=address -static-libasan
run gcc -fsanitize=thread -static-libtsan
[ $ran -ge 5 ] || { echo "skipped: only $ran combinations could be built"; exit 77; }
# The environment is the program's own business.
gcc -fsanitize=address -g -D_GNU_SOURCE -I "$source/include" "$source/tests/emu/programs/sanitized.c" \
	"$library" -lpthread -ldl -lisal -o "$work/program"
"$emu" -- env ASAN_OPTIONS=abort_on_error=1 "$work/program" wq0.0
