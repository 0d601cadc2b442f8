#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# priority.sh SVA-EMU PROGRAM - the queue of the higher priority is served first; the other one, too
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

queue()
{
	echo "{\"dev\":\"$1\",\"mode\":\"shared\",\"size\":16,\"threshold\":16,\"group_id\":0,\"priority\":$2,
		\"type\":\"user\",\"name\":\"$1\",\"driver_name\":\"user\"}"
}

echo "[{\"dev\":\"dsa0\",\"groups\":[{\"dev\":\"group0.0\",
	\"grouped_workqueues\":[$(queue wq0.0 1),$(queue wq0.1 15)],
	\"grouped_engines\":[{\"dev\":\"engine0.0\",\"group_id\":0}]}]}]" >"$work/config"
"$1" --config "$work/config" --trace "$work/trace" -- "$2"
order=$(grep 'op=noop' "$work/trace" | cut -d ' ' -f 3 | tr '\n' ' ')
[ "$(wc -w <<<"$order")" -eq 28 ] || { echo "priority: not 28 NOOPs: $order" >&2; exit 1; }
# Before the last one of wq0.1: some of wq0.0, since nobody starves, but few.
before=${order%wq0.1*}
low=$(grep -o 'wq0\.0' <<<"$before" | wc -l)
if [ "$low" -lt 1 ] || [ "$low" -gt 4 ]; then
	echo "priority: $low of wq0.0 came first: $order" >&2
	exit 1
fi
echo "priority: ok, $low of 14 of the lower priority came before the last of the higher"
