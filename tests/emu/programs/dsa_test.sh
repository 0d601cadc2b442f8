#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Debian's accel-config-test runs on the emulated device, to its end; and its dsa_test with what the
# packaged runner leaves out. Runs inside sva-emu.
set -euo pipefail

packaged=/usr/libexec/accel-config/test
[ -x $packaged/dsa_user_test_runner.sh ] || exit 77
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
log=$dir/log

# By itself dsa_test gives up after 5 s, of a clock whose rate it guesses: no test may depend on how
# busy the machine is. The runner takes a dsa_test of the folder that it runs in.
cd "$dir"
printf '#!/bin/sh\nexec %s/dsa_test -t 600000 "$@"\n' $packaged >dsa_test
chmod +x dsa_test

# The runner unloads the driver at its end, and leaves nothing configured.
accel-config save-config -s conf >/dev/null
status=0
$packaged/dsa_user_test_runner.sh >"$log" 2>&1 || status=$?
tests=$(grep -c '^Testing ' "$log") || true
if [ $status -ne 0 ] || [ "$tests" -lt 400 ]; then
	tail -n 40 "$log"
	echo "dsa_test: the runner ended with $status after $tests tests" >&2
	exit 1
fi

# Deltas. Left out is what dsa_test itself does wrong: in batches of 8 bytes it asks for a delta
# record of less than 80 bytes; and after a page fault of apply delta it goes on as if
# bytes_completed counted the data, not the delta record (8.3.9 of the specification).
accel-config load-config -c conf -e >/dev/null
for wq in 0 1; do
	for flags in 0x0 0x1; do
		for size in 8 4096 65536 524288; do
			for op in 0x7 0x8; do
				cases=()
				[ $op = 0x8 ] && [ $flags = 0x0 ] && [ $size -gt 4096 ] || cases+=("-o $op")
				[ $size -eq 8 ] || cases+=("-o 0x1 -b $op -c 4")
				for case in "${cases[@]}"; do
					# shellcheck disable=SC2086 # several words
					./dsa_test -w $wq -l $size -f $flags $case >"$log" 2>&1 || {
						cat "$log"
						echo "dsa_test: -w $wq -l $size -f $flags $case" >&2
						exit 1
					}
					tests=$((tests + 1))
				done
			done
		done
	done
done
echo "dsa_test: $tests tests, all good"
