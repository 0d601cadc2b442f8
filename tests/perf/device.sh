#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# device.sh SVA-EMU SVA-PERF - sva-perf on queues of sva-emu: by every way, and when they go away
set -euo pipefail
sva_emu=$(realpath "$1") perf=$(realpath "$2")
. "$(dirname "$0")/../emu/programs/check.sh"
short=(--turns 2 --turn-ms 1 --sizes 4k)
export perf work

for option in '' --no-mmap; do
	# shellcheck disable=SC2086 # none or one
	emu 0 $option -- "$perf" "${short[@]}" --ops memmove,compare,copy-crc --mode op,batch,call,ring --depth 1,4 --batch 4
	prints 'the device is emulated by sva-emu' 'memmove ' ' ring ' ' batch '
done
emu 0 -- "$perf" "${short[@]}" --queue wq0.1 --depth 100 --threads 2
prints 'by MOVDIR64B' 'memmove '
emu 0 -- "$perf" "${short[@]}" --pool --mode op,ring
prints 'pool'
emu 0 -- "$perf" "${short[@]}" --path write
prints 'write(2)'
emu 1 --no-mmap -- "$perf" "${short[@]}" --path portal
prints 'sva-info says why'
emu 0 -- "$perf" --quick --turns 1 --wait umwait --flags bof

# A wrong result, an error, and a queue that goes away: said, and what there is, is shown.
emu 1 --inject op=memmove,nth=40,status=0x21 -- "$perf" "${short[@]}"
prints 'memmove of 4096 bytes: '
# shellcheck disable=SC2016 # for the script
emu 1 -- bash -c '"$perf" --turns 4096 --turn-ms 5 --sizes 4k --depth 1 --json "$work/gone.json" &
	until grep -q "^[1-9]" /sys/bus/dsa/devices/wq0.0/clients; do :; done
	echo wq0.0 >/sys/bus/dsa/drivers/user/unbind
	wait $!'
prints 'of 4096 bytes: '
echo "device: ok"
