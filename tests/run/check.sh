# SPDX-License-Identifier: MIT
# Sourced by the scripts of this folder, whose first arguments are WHERE SVA-EMU SVA-RUN: they run
# programs under sva-run, as often as they like, on the CPU (WHERE is cpu) or with a device that
# sva-emu emulates (device). $work is a folder that goes in the end.
# shellcheck shell=bash
set -euo pipefail
where=$1 sva_emu=$2 sva_run=$3
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
statistics=$work/statistics.json
# A machine without a device is one, whatever it is that the tests run on.
export LIBSVA_SYSFS_PATH=$work/no-sysfs
[ "$where" = cpu ] || unset LIBSVA_SYSFS_PATH

# Nothing is left to measurements, and nothing depends on how long the emulator takes.
fixed=(--adapt off --threshold 1K --timeout 0)
emulator=() # options of sva-emu

fail()
{
	echo "$(basename "$0" .sh): $*" >&2
	cat "$work/out" "$statistics" >&2 2>/dev/null || true
	exit 1
}

# run [OPTION...] -- COMMAND... - under sva-run, with statistics; returns the command's status
run()
{
	local command=("$sva_run" --json --stats --output "$statistics" "${fixed[@]}" "$@")

	rm -f "$statistics"
	[ "$where" = cpu ] || command=("$sva_emu" "${emulator[@]}" -- "${command[@]}")
	timeout 120 "${command[@]}" >"$work/out" 2>&1
}

# succeeds [OPTION...] -- COMMAND...
succeeds()
{
	local status=0

	run "$@" || status=$?
	[ $status -eq 0 ] || fail "$*: exit status $status"
}

# processes N - as many have used the device, with one; without, none has
processes()
{
	local used

	used=$(grep -c '"device_calls":[1-9]' "$statistics" || true)
	if [ "$where" = cpu ]; then
		[ "$used" -eq 0 ] || fail "a device was used"
	else
		[ "$used" -ge "$1" ] || fail "$used processes have used the device, not $1"
	fi
}

# says TEXT... - in the statistics
says()
{
	local text

	for text; do
		grep -qF -- "$text" "$statistics" || fail "no '$text' in:"
	done
}
