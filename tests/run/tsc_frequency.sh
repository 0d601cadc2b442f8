#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# tsc_frequency.sh WHERE SVA-EMU SVA-RUN CASES - some CPUs do not say how fast their time-stamp counter
# is, and DTO divides by zero there; Valgrind's CPU is one: its CPUID has no leaf 0x15
. "$(dirname "$0")/check.sh"
command -v valgrind >/dev/null || { echo "skipped: there is no valgrind"; exit 77; }
for method in umwait auto; do
	succeeds --wait $method -- valgrind -q --tool=none "$1" once
	processes 1
done
