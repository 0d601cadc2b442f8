#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# rings.sh SVA-EMU PROGRAM - rings of all sizes on every path; and with a device that fails in every
# way
set -euo pipefail

emu=$1 program=$2
config=$(dirname "$0")/calls.json

# rings QUEUE SLOTS WHY OPTION...
rings()
{
	"$emu" --config "$config" "${@:4}" -- "$program" "$1" "$2" ${3:+"$3"}
}

"$program" cpu 16
for queue in wq0.0 wq0.1 pool; do
	for slots in 1 3 16 200; do
		rings "$queue" $slots ""
		rings "$queue" $slots "" --no-mmap
	done
	rings "$queue" 64 "" --dsa 2.0
	rings "$queue" 40 "device error" --inject every=5,status=0x21
	rings "$queue" 40 "no completion record" --inject every=100,lost
	rings "$queue" 40 "" --inject every=9,fault=1000
	rings "$queue" 40 "no completion record" --inject nth=200,halt=50
	rings "$queue" 40 "device or queue no longer usable" --inject nth=200,halt=5000
done
echo "rings: ok"
