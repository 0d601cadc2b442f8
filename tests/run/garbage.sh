#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# garbage.sh WHERE SVA-EMU SVA-RUN CASES - the command says what is wrong, and runs nothing; the
# library says so if logging is on, and leaves all to the CPU
. "$(dirname "$0")/check.sh"
cases=$1
library=$(dirname "$sva_run")/libsva-run.so

# refuses TEXT OPTION... - with that text, and nothing is run
refuses()
{
	local status=0

	"$sva_run" "${@:2}" touch "$work/run" >"$work/out" 2>&1 || status=$?
	[ $status -eq 125 ] || fail "${*:2}: exit status $status"
	[ ! -e "$work/run" ] || fail "${*:2}: the command was run"
	grep -qF -- "$1" "$work/out" || fail "${*:2}: no '$1' in:"
}

# ignores VARIABLE=VALUE - the library does
ignores()
{
	local status=0

	env LD_PRELOAD="$library" LIBSVA_RUN_STATS=on LIBSVA_RUN_OUTPUT="$statistics" "$1" \
		"$cases" once >"$work/out" 2>&1 || status=$?
	[ $status -eq 0 ] || fail "$1: exit status $status"
	[ ! -s "$work/out" ] || fail "$1: it prints, unasked:"
	[ ! -s "$statistics" ] || fail "$1: it goes on:"
	env LIBSVA_LOG=error LD_PRELOAD="$library" "$1" "$cases" once >"$work/out" 2>&1
	grep -q "^sva-run: error: " "$work/out" || fail "$1: it says nothing, with a log"
}

refuses 'give auto, spin, pause, umwait or sleep' --wait yield
refuses 'give auto, or a number of bytes' --threshold -4
refuses 'give auto, or a number of bytes' --threshold 99999999999999999999
refuses 'give on or off' --adapt perhaps
refuses 'give some of' --functions memcpy,strcpy
refuses 'give off, or a signal' --signal KILL
refuses 'give milliseconds' --timeout 1s
refuses 'give touch, populate or cpu' --fault ''
refuses 'the name of a file' --output ''
refuses '/nowhere/file' --config /nowhere/file
refuses '--help lists the options' --no-such-option
printf 'threshold = 1K\n[prog]\nwait = yield\n' >"$work/file"
refuses 'file, line 3: give auto' --config "$work/file"
head -c 100000 /dev/urandom >"$work/file"
refuses 'file' --config "$work/file"
printf 'threshold = 1K\n\0' >"$work/file"
refuses 'no text' --config "$work/file"
mkfifo "$work/fifo"
refuses 'fifo: a pipe' --config "$work/fifo"
refuses 'Is a directory' --config "$work"
status=0
"$sva_run" >"$work/out" 2>&1 || status=$?
[ $status -eq 125 ] || fail "no command: exit status $status"
LIBSVA_RUN_THRESHOLD=x refuses 'LIBSVA_RUN_THRESHOLD=x' --stats

for value in WAIT=yield THRESHOLD=-1 FUNCTIONS=x SIGNAL=9 CONFIG="$work/file" CONFIG=/nowhere \
	TIMEOUT=$'\xff\x01' ADAPT="$(head -c 10000 /dev/zero | tr '\0' x)"; do
	ignores "LIBSVA_RUN_$value"
done

# Statistics that cannot be written keep no program from running.
"$sva_run" --stats --output /nowhere/file touch "$work/run" 2>"$work/out" || fail "no file for statistics:"
rm "$work/run" || fail "no file for statistics: nothing is run"
grep -q '/nowhere/file: .*: there will be no statistics' "$work/out" || fail "it does not say so:"

mkdir "$work/a b"
cp "$sva_run" "$library" "$work/a b"
sva_run="$work/a b/sva-run" refuses 'no path with a colon or a blank' --stats

# What comes of the command itself.
status=0
"$sva_run" "$work/none" >"$work/out" 2>&1 || status=$?
[ $status -eq 127 ] || fail "no such command: exit status $status"
status=0
"$sva_run" "$work" >"$work/out" 2>&1 || status=$?
[ $status -eq 126 ] || fail "a folder: exit status $status"
status=0
"$sva_run" sh -c 'exit 42' || status=$?
[ $status -eq 42 ] || fail "exit 42: exit status $status"
