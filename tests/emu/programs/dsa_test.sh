#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Debian's accel-config-test runs on the emulated device, to its end. Runs inside sva-emu.
set -euo pipefail

runner=/usr/libexec/accel-config/test/dsa_user_test_runner.sh
[ -x $runner ] || exit 77
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
$runner >"$log" 2>&1 || status=$?
tests=$(grep -c '^Testing ' "$log") || true
if [ $status -ne 0 ] || [ "$tests" -lt 400 ]; then
	tail -n 40 "$log"
	echo "dsa_test: the runner ended with $status after $tests tests" >&2
	exit 1
fi
echo "dsa_test: $tests tests, all good"
