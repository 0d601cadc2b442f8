#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# signals.sh SVA-PERF - what was measured until Ctrl-C is reported
set -euo pipefail
sva_perf=$1
. "$(dirname "$0")/check.sh"

for signal in INT TERM; do
	# It would run for hours. As a job of an interactive shell, or SIGINT would be ignored.
	set -m
	"$sva_perf" --queue cpu --op memmove --mode submit --size 4K --turns 1000 --turn-ms 10000 \
		--json "$work/$signal.json" >"$work/out" 2>&1 &
	perf_pid=$!
	set +m
	# Until the file is there it has not begun; then, in the middle of a turn.
	for _ in $(seq 600); do
		[ ! -e "$work/$signal.json" ] || [ ! -d /proc/$perf_pid/task ] ||
			[ "$(ls /proc/$perf_pid/task | wc -l)" -lt 2 ] || break
		sleep 0.1
	done
	kill -$signal $perf_pid
	status=0
	wait $perf_pid || status=$?
	[ $status -eq 130 ] || fail "SIG$signal: exit status $status, not 130"
	prints 'interrupted'
	[ "$(field "$work/$signal.json" '$_->{interrupted} ? 1 : 0')" = 1 ] || fail "the file does not say so"
	[ "$(field "$work/$signal.json" 'scalar @{$_->{results}}')" = 2 ] || fail "not both configurations"
done
echo "signals: ok"
