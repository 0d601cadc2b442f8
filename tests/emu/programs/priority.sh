#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# priority.sh SVA-EMU PROGRAM - the queue of the higher priority is served first
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

queue()
{
	echo "{\"dev\":\"$1\",\"mode\":\"shared\",\"size\":32,\"threshold\":32,\"group_id\":0,\"priority\":$2,
		\"type\":\"user\",\"name\":\"$1\",\"driver_name\":\"user\"}"
}

echo "[{\"dev\":\"dsa0\",\"groups\":[{\"dev\":\"group0.0\",
	\"grouped_workqueues\":[$(queue wq0.0 1),$(queue wq0.1 15)],
	\"grouped_engines\":[{\"dev\":\"engine0.0\",\"group_id\":0}]}]}]" >"$work/config"
# The engine may be done with what keeps it busy before all stand in the queues: then once more.
for _ in {1..50}; do
	submitted=$("$1" --devices 1 --engines 1 --config "$work/config" --trace "$work/trace" -- "$2")
	grep 'op=noop' "$work/trace" >"$work/noops"
	read -r first _ <"$work/noops"
	[[ $first < $submitted ]] || break
done
[[ ! $first < $submitted ]] || { echo "priority: the engine was never busy for long enough" >&2; exit 1; }

order=$(cut -d ' ' -f 3 "$work/noops" | tr '\n' ' ')
[ "$(wc -w <<<"$order")" -eq 56 ] || { echo "priority: not 56 NOOPs: $order" >&2; exit 1; }
# Before the last one of wq0.1, few of wq0.0, but some: each so many times it is the next queue's
# turn, so that nobody starves.
before=${order%wq0.1*}
low=$(wc -w <<<"${before//wq0.1/}")
if [ "$low" -lt 1 ] || [ "$low" -gt 4 ]; then
	echo "priority: $low of wq0.0 came first: $order" >&2
	exit 1
fi
echo "priority: ok, $low of 28 of the lower priority came before the last of the higher"
