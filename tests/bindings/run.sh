# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the tests of this folder have in common: SVA_SOURCE and SVA_BUILD are the trees.
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# check WHERE COMMAND... - it copies, sums and fills, and the queue is one of WHERE
check()
{
	"${@:2}" >"$tmp/out" && grep -q "$1" "$tmp/out" && grep -qx 'CRC32C e3069283' "$tmp/out" &&
		grep -qx 'fill: success' "$tmp/out" || { echo "${*:2}:"; cat "$tmp/out"; exit 1; }
}

# everywhere COMMAND... - on the CPU, and where sva-emu is and can run on an emulated queue and on a pool
everywhere()
{
	local emu=$SVA_BUILD/emu/sva-emu

	check 'running on the CPU' "$@" cpu
	if [ -e "$emu" ] && "$SVA_SOURCE/tests/emu/programs/emulated" true; then
		check '^wq0.0 (dsa0, shared)' "$emu" -- "$@"
		check '^pool of 2 queues' "$emu" -- "$@" pool
	fi
}
