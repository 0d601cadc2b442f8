#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# streams.sh SVA-EMU GZIP_FILE - files that are compressed and inflated as streams, with a device that faults and
# fails; what the device cannot do, the CPU does
set -euo pipefail

emu=$1 program=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail()
{
	echo "streams: $*: $(cat "$work/said")" >&2
	exit 1
}

# inflates FILE SAID [OPTION...] - to the input again, and the program says how
inflates()
{
	timeout 60 "$emu" --devices iax "${@:3}" -- "$program" -d <"$1" 2>"$work/said" | cmp - "$work/input" ||
		fail "${*:3}: not the input"
	grep -q "$2" "$work/said" || fail "${*:3}: no '$2'"
}

LC_ALL=C awk 'BEGIN { srand(1); for (i = 0; i < 60000; i++) print int(rand() * 1e9), "line", i % 77, "of many" }' \
	>"$work/input"
timeout 60 "$emu" --devices iax -- "$program" <"$work/input" >"$work/device.gz" 2>"$work/said"
gzip -t "$work/device.gz"
gzip -c "$work/input" >"$work/far.gz"
[ "$(stat -c %s "$work/device.gz")" -gt 262144 ]

all=" $(stat -c %s "$work/input") by the device"
inflates "$work/device.gz" "$all"
inflates "$work/device.gz" "$all" --no-mmap
inflates "$work/device.gz" "$all.* page faults" --inject op=decompress,every=2,fault=100
inflates "$work/device.gz" "by the CPU: device error" --inject op=decompress,nth=3,status=0x24
inflates "$work/device.gz" "by the CPU: no completion record" --inject op=decompress,nth=3,lost
inflates "$work/device.gz" "by the CPU: queue full" --inject op=decompress,nth=6,full=100000
inflates "$work/far.gz" "by the CPU: not supported by the queue"

# Members, and a stream that is cut.
cp "$work/input" "$work/once"
cat "$work/once" "$work/once" >"$work/input"
cat "$work/device.gz" "$work/device.gz" >"$work/twice.gz"
inflates "$work/twice.gz" "$all"
head -c 100000 "$work/device.gz" >"$work/cut.gz"
! timeout 60 "$emu" --devices iax -- "$program" -d <"$work/cut.gz" >"$work/out" 2>"$work/said" || fail "cut"
grep -q "the compressed stream goes on" "$work/said" || fail "cut"
echo "streams: ok"
