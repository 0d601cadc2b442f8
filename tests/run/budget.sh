#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# budget.sh LIBRARY PROGRAM - instructions that a call below the threshold takes more with the library
# than without: load, compare, and two jumps
set -euo pipefail
library=$1 program=$2 most=4 failed=0
command -v valgrind >/dev/null || { echo "skipped: there is no valgrind"; exit 77; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# instructions PRELOAD FUNCTION N - of the whole process
instructions()
{
	LD_PRELOAD=$1 valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file="$log" \
		"$program" "$2" "$3"
	sed -n 's/.*Collected *: *//p' "$log"
}

# per_call PRELOAD FUNCTION - beginning and end cancel out
per_call()
{
	local once twice

	once=$(instructions "$1" "$2" 1000)
	twice=$(instructions "$1" "$2" 2000)
	echo $(((twice - once + 500) / 1000))
}

for function in memcpy memmove memset memcmp; do
	more=$(($(per_call "$library" $function) - $(per_call '' $function)))
	echo "$function: $more more, at most $most"
	((more >= 1 && more <= most)) || failed=1
done
exit $failed
