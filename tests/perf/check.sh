# SPDX-License-Identifier: MIT
# Sourced by the scripts of this folder: they set sva_perf first. $work, fail and prints are those of
# scripts that run sva-emu.
# shellcheck shell=bash disable=SC2154 # sva_perf
. "$(dirname "${BASH_SOURCE[0]}")/../emu/programs/check.sh"
export TMPDIR=$work

# perf STATUS OPTION... - run it; what is printed is in out
perf()
{
	local status=0

	"${emulator[@]}" "$sva_perf" "${@:2}" >"$work/out" 2>&1 </dev/null || status=$?
	[ $status -eq "$1" ] || fail "sva-perf ${*:2}: exit status $status, not $1"
}
emulator=()

# field FILE PERL-EXPRESSION - of the JSON in a file, $_
field()
{
	perl -MJSON::PP -0777 -e '$_ = decode_json(<STDIN>); print eval($ARGV[0]) // "", "\n"; die $@ if $@' "$2" <"$1"
}

# The shortest turns.
short=(--turns 3 --turn-ms 1)
