#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Debian's accel-config-test runs on the emulated IAX device: its runner, to the end; and its iaa_test for
# every operation on queues with block on fault, which the runner's configuration leaves out. Runs inside
# sva-emu, on a machine with an iax1.
set -euo pipefail

packaged=/usr/libexec/accel-config/test
[ -x $packaged/iaa_user_test_runner.sh ] || exit 77
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
log=$dir/log

fail()
{
	tail -n 40 "$log"
	echo "iaa_test: $*" >&2
	exit 1
}

# No test may depend on how busy the machine is: see dsa_test.sh.
cd "$dir"
printf '#!/bin/sh\nexec %s/iaa_test -t 600000 "$@"\n' $packaged >iaa_test
chmod +x iaa_test

# Each operation, and what it needs to be told: its flags, and the number of elements in so many bytes.
# check OPCODE BYTES-OF-AN-ELEMENT [ARGUMENT...]
tests=0
check()
{
	local wq flags size count=()

	for wq in 0 1; do
		for flags in 0x0 0x1; do
			for size in 512 65536; do
				[ "$2" -eq 0 ] || count=(-3 $((size / $2)))
				./iaa_test -d iax1/wq1.$((1 - wq)) -w $wq -f $flags -l $size -o "$1" "${@:3}" "${count[@]}" -v \
					>"$log" 2>&1 || fail "-w $wq -f $flags -l $size -o $*"
				grep -q 'with op .* passed' "$log" || fail "-w $wq -f $flags -l $size -o $* has not run"
				tests=$((tests + 1))
			done
		done
	done
}

check 0x00 0
for flags in 0x4000 0x8000; do # it knows no others
	check 0x44 0 -1 $flags
done
for opcode in 0x4c 0x48 0x4d 0x49 0x43 0x42; do
	check $opcode 0
done
for opcode in 0x50 0x52 0x53 0x56; do
	check $opcode 4 -2 0x7c
done
check 0x51 2 -2 0x38
check 0x55 2 -2 0x38
check 0x54 1 -2 0x1c

# The runner unloads the driver first, and leaves nothing configured.
status=0
$packaged/iaa_user_test_runner.sh >"$log" 2>&1 || status=$?
passed=$(grep -c 'with op .* passed' "$log") || true
if [ $status -ne 0 ] || [ "$passed" -lt 300 ]; then
	fail "the runner ended with $status after $passed tests"
fi
echo "iaa_test: $((tests + passed)) tests, all good"
