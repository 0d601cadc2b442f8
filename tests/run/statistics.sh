#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# statistics.sh WHERE SVA-EMU SVA-RUN CASES - as text and as JSON, at the end and at a signal, where
# they should go; and settings from a file, for one program
. "$(dirname "$0")/check.sh"
cases=$1

succeeds -- "$cases" sizes
python3 - "$statistics" "$where" <<'END' || fail "JSON:"
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert len(lines) == 1, lines
functions = lines[0]["functions"]
assert lines[0]["program"] == "run_cases" and lines[0]["process"] > 0
for name in "memcpy", "memmove", "memset", "memcmp":
    f = functions[name]
    assert f["calls"] > 100 and f["bytes"] > 1000 * f["calls"], name
    assert sum(size["calls"] for size in f["sizes"]) == f["calls"], name
    assert sum(f["cpu"].values()) + f["device_calls"] >= f["calls"], name
    if sys.argv[2] == "device":
        assert lines[0]["operations"] > 100 and lines[0]["failures"] == 0
        assert f["device_calls"] > 100 and 0 < f["device_bytes"] <= f["bytes"], name
    else:
        assert f["cpu"]["no device"] > 100 and f["device_calls"] == 0, name
END

# command [OPTION...] -- COMMAND... - in $work/out all that is printed
command()
{
	local line=("$sva_run" "${fixed[@]}" "$@")

	[ "$where" = cpu ] || line=("$sva_emu" -- "${line[@]}")
	timeout 60 "${line[@]}" >"$work/out" 2>&1 </dev/null
}

# Without a device, it says why there is none.
if [ "$where" = cpu ]; then
	"$sva_run" --stats -- "$cases" sizes >"$work/out" 2>&1
	grep -q '^sva-run: run_cases, process [0-9]*: no device: .*/bus/dsa/devices ' "$work/out" || fail "the machine:"
fi

# Text, to standard error, also of a program that closes it.
command --stats -- "$cases" once
grep -q '^sva-run: run_cases, process [0-9]*: ' "$work/out" || fail "text:"
grep -qE '^memcpy +1 +100000 ' "$work/out" || fail "table:"
grep -qE '^ +64K\+ +1 +0 +0 +0$' "$work/out" || fail "histogram:"
command --stats -- bash -c "exec 2>&-; $cases once"
command --stats -- sort /dev/null
grep -q '^sva-run: sort, process' "$work/out" || fail "closed standard error:"
# Without the command, by hand.
by_hand=(env LD_PRELOAD="$(dirname "$sva_run")/libsva-run.so" LIBSVA_RUN_STATS=on "$cases" once)
[ "$where" = cpu ] || by_hand=("$sva_emu" -- "${by_hand[@]}")
"${by_hand[@]}" >"$work/out" 2>&1
grep -qE '^memcpy +1 +100000 ' "$work/out" || fail "by hand:"

command -- "$cases" once
[ ! -s "$work/out" ] || fail "unasked:"

# A relative path is that of sva-run, and several processes add to one file.
(cd "$work" && command --stats --json --output relative -- sh -c "cd /; $cases once; exec $cases once")
[ "$(wc -l <"$work/relative")" -eq 2 ] || fail "relative path"
command --stats --output /nowhere/file -- "$cases" once || fail "cannot write: exit status $?"

# At a signal, while the program waits.
mkfifo "$work/go"
line=("$sva_run" "${fixed[@]}" --signal USR1 --output "$statistics")
rm -f "$statistics"
[ "$where" = cpu ] || line=("$sva_emu" -- "${line[@]}")
exec 4<>"$work/go"
exec 3< <(exec timeout 60 "${line[@]}" "$cases" live <&4)
program=$!
read -r process <&3
kill -USR1 "$process"
until [ -s "$statistics" ]; do sleep 0.01; done
echo >&4
wait "$program" || fail "live: exit status $?"
grep -qE '^memcpy +1 +100000 ' "$statistics" || fail "live:"
[ "$(grep -c '^sva-run: ' "$statistics")" -eq 1 ] || fail "live, and at the end:"

# only FUNCTION - the others are not even counted
only()
{
	local counted

	counted=$(awk 'NF == 5 && $1 ~ /^mem/ { print $1 }' "$work/from_file")
	[ "$counted" = "$1" ] || fail "not only $1: $(cat "$work/from_file")"
	rm "$work/from_file"
}

# A file with a section for this program, below what the command line says.
printf 'stats = on\noutput = %s\n[run_cases]\nfunctions = memset\n[other]\noffload = off\n' \
	"$work/from_file" >"$work/file"
command --config "$work/file" -- "$cases" sizes
only memset
command --config "$work/file" --functions memcpy -- "$cases" sizes
only memcpy
