#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# storm.sh SVA-EMU PROGRAM - what the program says was accepted is what the device has: nothing is
# lost, and nothing taken twice, whatever signals interrupt
set -euo pipefail

out=$("$1" --stats -- "$2" 2>&1)
told=$(sed -n 's/^accepted \([0-9]*\), retried \([0-9]*\)$/\1 \2/p' <<<"$out")
counted=$(sed -n 's/^wq0\.0: submitted [0-9]*, accepted \([0-9]*\), retried \([0-9]*\), .*/\1 \2/p' <<<"$out")
if [ -z "$told" ] || [ "$told" != "$counted" ]; then
	echo "storm: the program counts '$told', the device '$counted': $out" >&2
	exit 1
fi
echo "storm: ok, accepted and retried: $told"
