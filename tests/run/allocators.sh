#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# allocators.sh WHERE SVA-EMU SVA-RUN CASES ALLOCATOR - with other allocators preloaded, too: one
# that comes by here itself, and those that are installed
. "$(dirname "$0")/check.sh"
cases=$1
allocators=("$2")
for name in libjemalloc.so.2 libtcmalloc_minimal.so.4 libmimalloc.so.2.0 libmimalloc.so.2; do
	path=$(ldconfig -p | awk -v name="$name" '$1 == name && !n++ { print $NF }')
	[ -z "$path" ] || allocators+=("$path")
done
for allocator in "${allocators[@]}"; do
	for case in once threads fork_threads signal_handlers; do
		succeeds -- env LD_PRELOAD="$allocator" "$cases" $case # before the library
		succeeds -- sh -c "LD_PRELOAD=\$LD_PRELOAD:$allocator exec $cases $case"
		processes 1
	done
done
echo "with ${allocators[*]}"
