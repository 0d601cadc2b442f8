#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# readme.sh - run the README's commands, as far as they need neither root nor a network: those that begin with cc or
# with the name of a tool. They end with success, and the program prints what stands there.
set -euo pipefail
awk -f "$(dirname "$0")/../man/readme.awk" README.md >program.c
commands=$(sed -nE 's/^    ((cc|sva-[a-z]+) .*)/\1/p' README.md)
[ "$(wc -l <<<"$commands")" -gt 8 ]

# Command by command, as somebody who follows the text.
while IFS= read -r command <&3; do
	[[ $command != "sva-perf report"* ]] || cp new.json old.json
	eval "$command" >output 2>&1 </dev/null || {
		echo "failed: $command"
		cat output
		exit 1
	}
done 3<<<"$commands"

grep -qxF "    $(./program)" README.md || {
	echo "The program prints something else than the README says: $(./program)"
	exit 1
}
