#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# tuning.sh SOURCE-DIRECTORY - each measurement of sva-tuning(7) is one, on the emulated devices.
set -euo pipefail
commands=$(sed 's/\\-/-/g' "$1/man/sva-tuning.7" | grep -E '^sva-perf --op ')
[ "$(wc -l <<<"$commands")" -gt 10 ]
while IFS= read -r command <&3; do
	eval "sva-emu -- $command" >output 2>&1 </dev/null || {
		echo "failed: $command"
		cat output
		exit 1
	}
done 3<<<"$commands"
