#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# halts.sh SVA-EMU PROGRAM - a device that halts for shorter and for longer than anybody looks, on
# every path and for every way to wait; and drains that are lost, refused, or end with a halt
set -euo pipefail

emu=$1 program=$2 runs=0

# halts RULE HOW OPTION... - on both queues
halts()
{
	local queue

	for queue in wq0.0 wq0.1; do
		"$emu" --inject "$1" "${@:3}" -- "$program" "$queue" "$2" || {
			echo "halts: $1 ${*:3} $queue $2" >&2
			exit 1
		}
		runs=$((runs + 1))
	done
}

for ms in 1 20 60 99 101 500; do
	for how in forever deadline poll; do
		halts "op=memmove,nth=3,halt=$ms" "$how"
		halts "op=memmove,nth=3,halt=$ms" "$how" --no-mmap
	done
	halts "op=memmove,nth=3,halt=$ms" members --no-mmap --dsa 1.0
done
for rule in halt=20 lost full=1; do
	halts "op=drain,nth=1,$rule" close
	halts "op=drain,nth=1,$rule" close --no-mmap
done
echo "halts: ok, $runs runs"
