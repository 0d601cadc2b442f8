#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# bpftrace.sh BPFTRACE SCRIPTS LIBRARY PROGRAM SVA-EMU - each script can be attached, and says what the program did
set -euo pipefail
bpftrace=$1 scripts=$2 library=$(readlink -f "$3") program=$4 emu=$5
. "$(dirname "$0")/rules.sh"
emulated=("$(dirname "$0")/../emu/programs/emulated" "$emu" "${rules[@]}" --)

if ! "$bpftrace" -e 'BEGIN { exit(); }' >/dev/null 2>&1; then
	echo "skipped: bpftrace does not run here: it needs root, and a kernel that lets it"
	exit 77
fi
"${emulated[@]}" true
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# trace SCRIPT PATTERN... - it runs while the program does, and its output has all of these
trace()
{
	local pid pattern

	"$bpftrace" -B line "$scripts/$1.bt" "$library" >"$tmp/$1" 2>"$tmp/$1.errors" &
	pid=$!
	until grep -qs 'Tracing libsva' "$tmp/$1"; do
		kill -0 $pid || { cat "$tmp/$1.errors"; return 1; }
		sleep 0.1
	done
	"$program" cpu
	"${emulated[@]}" "$program" device
	kill -INT $pid
	wait $pid
	for pattern in "${@:2}"; do
		grep -qE "$pattern" "$tmp/$1" || { echo "$1: no $pattern in"; cat "$tmp/$1"; return 1; }
	done
	echo "$1: ok"
}

trace used 'events \([0-9]+\) has opened cpu: ' 'events \([0-9]+\) has opened wq0.0: wq0.0 \(dsa0, shared\)' \
	'^@submissions\[events, wq0.0\]: 4$' '^@by_cpu\[events, cpu, no device\]: 3$' \
	'^@by_cpu\[events, wq0.0, device error\]: 1$' '^@failures\[events, wq0.0\]: 1$'
trace latency '^@us_up_to_KiB\[memmove, 16\]:' '^@us_up_to_KiB\[CRC, 16\]:' '^@us_up_to_KiB\[fill, 1\]:'
trace faults '^@faults\[events, [0-9]+, read\]: 1$' '^@region\[[0-9]+, [0-9]+\]: 1$' '^@resumed\[events, [0-9]+\]: 1$'
trace full '^@retries\[wq0.0, events, [0-9]+\]: 2$' '^@full\[wq0.0, events, [0-9]+\]: 1$'
trace who '^@device\[events, memmove, *$' '^@by_cpu\[events, compress, *$' '^@by_cpu\[events, CRC, *$'
