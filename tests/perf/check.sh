# SPDX-License-Identifier: MIT
# Sourced by the scripts of this folder: they set sva_perf first. $work is a folder that goes in the end.
# shellcheck shell=bash disable=SC2154 # sva_perf
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work

fail()
{
	echo "$(basename "$0" .sh): $*" >&2
	[ ! -e "$work/out" ] || cat "$work/out" >&2
	exit 1
}

# perf STATUS OPTION... - run it; what is printed is in out
perf()
{
	local status=0

	"${emulator[@]}" "$sva_perf" "${@:2}" >"$work/out" 2>&1 </dev/null || status=$?
	[ $status -eq "$1" ] || fail "sva-perf ${*:2}: exit status $status, not $1"
}
emulator=()

# prints TEXT... - the last run has printed each of them
prints()
{
	local text

	for text; do
		grep -qF -- "$text" "$work/out" || fail "no '$text' in:"
	done
}

# field FILE PERL-EXPRESSION - of the JSON in a file, $_
field()
{
	perl -MJSON::PP -0777 -e '$_ = decode_json(<STDIN>); print eval($ARGV[0]) // "", "\n"; die $@ if $@' "$2" <"$1"
}

# The shortest turns.
short=(--turns 3 --turn-ms 1)
