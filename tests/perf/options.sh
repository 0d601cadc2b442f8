#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# options.sh SVA-PERF - what cannot be done is refused with the option, the reason and the remedy; and
# what was measured is kept
set -euo pipefail
sva_perf=$1
. "$(dirname "$0")/check.sh"

# refuse STATUS TEXT OPTION... - the message names what is wrong
refuse()
{
	perf "$1" "${@:3}"
	prints "$2"
}

refuse 2 "--size 4X: give a list of: 1 to" --size 4X
refuse 2 "--size 0: " --size 0
refuse 2 "--size 99999999999999999999: " --size 99999999999999999999
refuse 2 "--size 17179869184G: " --size 17179869184G
refuse 2 "--size 64..: " --size 64..
refuse 2 "--size 4K..64: " --size 4K..64
refuse 2 "--size : " --size ""
refuse 2 "--size 1..1G,1..1G,1..1G: give at most 64 values" --size 1..1G,1..1G,1..1G
refuse 2 "--op memcopy: give a list of: memmove, fill" --op memcopy
refuse 2 "--mode plain: give a list of: submit, call, ring" --mode plain
refuse 2 "--path mmap: give a list of: auto, portal, write, cpu" --path mmap
refuse 2 "--path pool: " --path pool
refuse 2 "--wait yield: give a list of: auto, spin, pause, umwait, sleep" --wait yield
refuse 2 "--flags bof+xyz: give a list of: none, or some of bof" --flags bof+xyz
refuse 2 "--node 5000: give a list of: any, N" --node 5000
refuse 2 "--node 0:x: " --node 0:x
refuse 2 "--pages 1g: give a list of: 4k, thp, 2m" --pages 1g
refuse 2 "--cache hot: give a list of: warm, cold" --cache hot
refuse 2 "--batch 0: " --batch 0
refuse 2 "--depth 5000: " --depth 5000
refuse 2 "--threads -1: " --threads -1
refuse 2 "--queue : " --queue ""
refuse 2 "--turns 2: give a number from 3 to 1000" --turns 2
refuse 2 "--turn-ms 0: give a number from 1 to" --turn-ms 0
refuse 2 "--cpus 99999: " --cpus 99999
refuse 2 "--cpus 0-: " --cpus 0-
refuse 2 "--cpus 1,,2: " --cpus 1,,2
refuse 2 "--quick and another preset" --quick --saturate
refuse 2 "--help lists" --sizes 4K
refuse 2 "--help lists" --size
refuse 2 "measure: neither an option nor" measure
refuse 2 "--csv -: standard output is taken" --json - --csv -
refuse 2 "--json writes this file" --json "$work/both" --csv "$work/both"
: >"$work/empty"
refuse 1 "empty: it ends early, after 0 bytes" report "$work/empty"
refuse 2 "this is what it reads" report "$work/empty" -o "$work/empty"
refuse 2 "report takes one or two files" report
refuse 2 "report takes one or two files" report a b c
refuse 2 "--max-regression ten: give per cent" report a --max-regression ten
refuse 2 "--min-effect -1: give per cent" report a --min-effect -1
refuse 1 "--json /no/such/folder/x: No such file or directory" --json /no/such/folder/x
refuse 1 "/no/such/file: No such file or directory" report /no/such/file
refuse 1 "--queue nonsense: " --queue nonsense
refuse 1 "--path: the CPU has neither a portal" --queue cpu --path portal
refuse 1 "no configuration is left" --queue cpu --op noop --mode call
refuse 1 "no configuration is left" --queue cpu --op create-delta --size 1M
refuse 1 "more than 4096 configurations" --queue cpu --op all --size 1..1M,3..500000 --depth 1..64 --threads 1..64

# What the machine cannot do is left out with its reason; nothing else is left here.
refuse 1 "NUMA node 1000" --queue cpu --op fill --node 1000 "${short[@]}"
refuse 1 "nothing was measured: fill submit" --queue cpu --op fill --node 1000 "${short[@]}"
refuse 1 "more than half of the free memory" --queue cpu --op memmove --mode submit --size 1G --depth 4096 "${short[@]}"

for option in --help --version; do
	perf 0 $option
	prints sva-perf
	perf 0 report $option
done
for option in op mode queue path size batch depth threads wait flags node pages cache; do
	perf 0 --help
	prints "--$option "
done

# Garbage in place of a result.
for text in '' '{' '[]' 'null' '{"format":"sva-perf","version":1,"results":[{"size":1e999}]}' \
	'{"format":"sva-perf","version":1,"results":{}}'; do
	printf '%s' "$text" >"$work/garbage.json"
	refuse 1 "garbage.json: " report "$work/garbage.json"
	prints 'sva-perf --json has written'
done
refuse 1 "$work: Is a directory" report "$work"

# A full disk: the message names the file; what was measured is kept, and shown.
one=(--queue cpu --op fill --mode submit --size 4K "${short[@]}")
refuse 1 "--json /dev/full: No space left on device" "${one[@]}" --json /dev/full
prints 'everything that was measured is in' memset
kept=$(sed -n 's/.*measured is in //p' "$work/out")
[ "$(field "$kept" '$_->{format}')" = sva-perf ] || fail "what was kept is nothing"
refuse 1 "--csv /dev/full: No space left on device" "${one[@]}" --csv /dev/full
status=0
"$sva_perf" "${one[@]}" >/dev/full 2>"$work/out" || status=$?
[ $status -eq 1 ] || fail "a full standard output: exit status $status, not 1"
prints 'cannot write to standard output: No space left on device'
perf 0 "${one[@]}" --json "$work/one.json"
refuse 1 "--output /dev/full: No space left on device" report "$work/one.json" -o /dev/full
status=0
"$sva_perf" --help >/dev/full 2>"$work/out" || status=$?
[ $status -eq 1 ] || fail "help on a full disk: exit status $status, not 1"
# A longer file that was there before is replaced as a whole.
perl -e 'print "x" x 1000000' >"$work/one.json"
perf 0 "${one[@]}" --json "$work/one.json"
[ "$(field "$work/one.json" '$_->{format}')" = sva-perf ] || fail "the old contents were left behind"
echo "options: ok"
