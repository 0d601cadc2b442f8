#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# gdb.sh EXPECTED PROGRAM cpu
# gdb.sh EXPECTED PROGRAM device SVA-EMU - each probe is hit when it should be, with the arguments that it should have
set -euo pipefail
here=$(dirname "$0") expected=$1 program=$2 where=$3 emulated=()

if [ "$where" = device ]; then
	. "$here/rules.sh"
	emulated=("$here/../emu/programs/emulated" "$4" "${rules[@]}" --)
fi
"${emulated[@]}" true
if ! grep -q 'exited normally' <<<"$(gdb -batch -nx -ex run "$(command -v true)" 2>&1)"; then
	echo "skipped: gdb may not trace a process here"
	exit 77
fi
out=$("${emulated[@]}" gdb -batch -nx -x "$here/events.gdb" --args "$program" "$where" 2>&1)
diff -u "$expected" <(grep -E '^[a-z]+ (cpu|wq0\.0)' <<<"$out") || { echo "$out"; exit 1; }
grep -q 'exited normally' <<<"$out"
