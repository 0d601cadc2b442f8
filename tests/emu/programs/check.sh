# SPDX-License-Identifier: MIT
# Sourced by scripts that run sva-emu: they set sva_emu first. $work is a folder that goes in the end.
# shellcheck shell=bash disable=SC2154 # sva_emu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail()
{
	echo "$(basename "$0" .sh): $*" >&2
	[ ! -e "$work/out" ] || cat "$work/out" >&2
	exit 1
}

# emu STATUS OPTION... - run it; what is printed is in out
emu()
{
	local status=0

	timeout 60 "$sva_emu" "${@:2}" >"$work/out" 2>&1 </dev/null || status=$?
	[ $status -eq "$1" ] || fail "sva-emu ${*:2}: exit status $status, not $1"
}

# prints TEXT... - the last run has printed each of them
prints()
{
	local text

	for text; do
		grep -qF -- "$text" "$work/out" || fail "no '$text' in:"
	done
}

# The emulator is killed: with it end the command, and whoever has a device open. Both hold the pipe.
# emu_killed [OPTION...]
emu_killed()
{
	local emulator line

	mkfifo "$work/never"
	cat >"$work/holder" <<'END'
bash -c 'exec 7<>/dev/dsa/wq0.0; echo open; read -r _ <"$0"' "$1" &
wait
END
	exec 3< <(exec "$sva_emu" "$@" -- bash "$work/holder" "$work/never" 2>&1)
	emulator=$!
	read -r line <&3
	[ "$line" = open ] || fail "the holder says '$line'"
	kill -KILL $emulator
	timeout 60 cat <&3 >"$work/out" || fail "a program runs on without the emulator"
	prints 'the emulator has ended before this program'
	exec 3<&-
}
