#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# failures.sh WHERE SVA-EMU SVA-RUN CASES - a device that faults, fails, loses operations, is full or
# halts: the result is right, and the reason is told
. "$(dirname "$0")/check.sh"
cases=$1

# with REASON OPTION... -- COMMAND... - options of sva-emu
with()
{
	local reason=$1

	shift
	emulator=()
	while [ "$1" != -- ]; do
		emulator+=("$1")
		shift
	done
	shift
	succeeds "$@"
	[ -z "$reason" ] || says "$reason"
}

for method in touch populate cpu; do
	with '' -- --fault $method -- "$cases" page_faults
	with '' --inject op=memmove,every=3,fault=5000 -- --fault $method -- "$cases" sizes
	with '' --no-mmap -- --fault $method -- "$cases" sizes # write(2)
done
with '' --no-mmap -- -- "$cases" closed_files # where writing would write to the program's
with '' --plain -- -- "$cases" sizes
with 'page fault' -- --fault cpu -- "$cases" page_faults
with 'device error' --inject op=memmove,every=3,status=0x21 -- -- "$cases" sizes
with 'device error' --inject op=compare,every=5,status=0x21 -- -- "$cases" memcmp_mismatch
with 'no completion record' --inject nth=3,lost -- -- "$cases" once once
with '' --inject nth=3,full=50 -- -- "$cases" threads
with '' --inject nth=20,halt -- -- "$cases" threads
with '' --inject nth=20,halt=5 -- -- "$cases" sizes
with 'no device' --op-cap 1 -- -- "$cases" sizes
with '' -- --queue wq0.1 -- "$cases" sizes # dedicated
processes 1
with 'no device' -- --queue wq7.7 -- "$cases" sizes
# Tuned: whoever does it, it is right, and both are tried.
emulator=()
fixed=(--timeout 0)
succeeds -- "$cases" threads
processes 1
succeeds -- "$cases" leaves_with_fault
succeeds -- "$cases" shares
processes 1
says '{"function":"memcpy","from":131072,"cpu_eighths":' \
	'{"function":"memset","from":1048576,"cpu_eighths":' \
	'{"function":"memcmp","from":2097152,"cpu_eighths":'
