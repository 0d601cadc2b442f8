#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# examples.sh SVA-EMU EPOLL_CRC - the same CRCs by the CPU and by devices, from files and from pipes
# that are slow, fast, and empty
set -euo pipefail

emu=$1 program=$2
file=$(readlink -f "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for _ in {1..700}; do cat "$file"; done >"$work/input"
"$program" <"$work/input" | sort >"$work/expected"
[ "$(wc -l <"$work/expected")" -gt 5 ]

# same COMMAND... - what it makes of its standard input is what the CPU makes of the file
same()
{
	"$@" | sort | diff "$work/expected" -
}

same "$program" < <(cat "$work/input")
for option in --no-mmap --stats "--inject every=3,fault=100" "--inject every=10,lost" "--inject nth=4,halt"; do
	# shellcheck disable=SC2086 # an option is two words
	same "$emu" $option -- "$program" <"$work/input"
	# shellcheck disable=SC2086
	same "$emu" $option -- "$program" < <(dd if="$work/input" bs=1000 2>"$work/dd")
done
[ -z "$("$emu" -- "$program" </dev/null)" ]
echo "examples: ok"
