#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# budget.sh LIBRARY PROGRAM - instructions that a call takes more with the library than without, below
# the threshold, and of any size where there is no device: load, compare, and two jumps
set -euo pipefail
library=$1 program=$2 most=4 failed=0
command -v valgrind >/dev/null || { echo "skipped: there is no valgrind"; exit 77; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT

export LIBSVA_SYSFS_PATH=/no-sysfs

# instructions PRELOAD FUNCTION N SIZE - of the whole process
instructions()
{
	LD_PRELOAD=$1 valgrind --tool=callgrind --callgrind-out-file=/dev/null --log-file="$log" \
		"$program" "${@:2}"
	sed -n 's/.*Collected *: *//p' "$log"
}

# per_call PRELOAD FUNCTION SIZE - beginning and end cancel out
per_call()
{
	local once twice

	once=$(instructions "$1" "$2" 1000 "$3")
	twice=$(instructions "$1" "$2" 2000 "$3")
	echo $(((twice - once + 500) / 1000))
}

for call in 'memcpy 100' 'memmove 100' 'memset 100' 'memcmp 100' 'memcpy 50000'; do
	read -r function size <<<"$call"
	more=$(($(per_call "$library" "$function" "$size") - $(per_call '' "$function" "$size")))
	echo "$function of $size bytes: $more more, at most $most"
	((more >= 1 && more <= most)) || failed=1
done
exit $failed
