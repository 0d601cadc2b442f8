#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# iax.sh SVA-EMU EMU-IAX - the queues of an IAX device on every path, with what the options do to them
set -euo pipefail

sva_emu=$1 program=$2
. "$(dirname "$0")/check.sh"

both=(--devices "dsa,iax")
emu 0 "${both[@]}" -- "$program" portal
emu 0 "${both[@]}" --no-mmap -- "$program" write
emu 0 "${both[@]}" --plain -- "$program" portal
emu 0 "${both[@]}" --plain --no-mmap -- "$program" write
for kernel in 6.12 6.7 6.1 5.18; do
	emu 0 "${both[@]}" --kernel $kernel --iax 2.0 -- "$program" portal
done

# Faults at any byte, a queue that is full, a slow device: the program gets there.
emu 0 "${both[@]}" --timing spr --inject op=crc64,fault=3,nth=1 --inject wq=1.0,one-in=4,full=2 --stats \
	--trace "$work/trace" -- "$program" portal
prints 'wq1.0: submitted' 'zero-compress-32' 'crc64'
grep -Eq ' wq1\.[01] op=crc64 .* status=0x03 result=0 bytes=0 output=0$' "$work/trace" ||
	fail "no fault in the trace: $(cat "$work/trace")"
grep -Eq ' wq1\.[01] op=zero-decompress-32 .* status=0x01 .* output=65536$' "$work/trace" ||
	fail "no output in the trace: $(cat "$work/trace")"

# A status in place of the operation, on both queues.
emu 2 "${both[@]}" --inject op=crc64,status=0x24 -- "$program" portal
prints '0x24 != 0x1'
echo "iax: ok"
