#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# calls.sh SVA-EMU PROGRAM - every call on every path; and with a device that fails in every way
set -euo pipefail

emu=$1 program=$2
config=$(dirname "$0")/calls.json

# rounds QUEUE RULE WHY
rounds()
{
	"$emu" --config "$config" --inject "$2" -- "$program" "$1" rounds "$3"
	"$emu" --config "$config" --no-mmap --inject "$2" -- "$program" "$1" rounds "$3"
}

"$program" cpu faults
for queue in wq0.0 wq0.1 pool; do
	for option in "" --no-mmap "--dsa 2.0"; do
		# shellcheck disable=SC2086 # an option is two words
		"$emu" --config "$config" $option -- "$program" "$queue" faults
	done
	rounds "$queue" every=5,status=0x21 "device error"
	rounds "$queue" every=100,lost "no completion record"
	rounds "$queue" every=9,fault=1000 -
	rounds "$queue" nth=200,halt=50 - # back before, or after, somebody has noticed it
	rounds "$queue" nth=200,halt=5000 "device or queue no longer usable"
done
rounds wq0.0 nth=100,full=100000 "queue full"
rounds wq0.1 nth=100,full=3 "no completion record" # a dedicated queue drops what it cannot take
echo "calls: ok"
