#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh SVA-PERF - on the CPU path: all operations in every mode are measured and verified; the table,
# CSV and JSON say the same
set -euo pipefail
sva_perf=$1
. "$(dirname "$0")/check.sh"

# Everything, in all modes.
perf 0 --queue cpu --op dsa --mode submit,call,ring --size 512,4K --depth 1,4 --batch 1,2 "${short[@]}" \
	--json "$work/all.json" --csv "$work/all.csv"
prints 'no device was used' speed-up memcpy
[ "$(field "$work/all.json" '$_->{format}')" = sva-perf ] || fail "no JSON of ours"
[[ $(field "$work/all.json" '$_->{run}') =~ ^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$ ]] || fail "no UUID"
results=$(field "$work/all.json" 'scalar @{$_->{results}}')
[ "$results" -gt 150 ] || fail "only $results configurations"
[ "$(field "$work/all.json" 'scalar grep { $_->{failed} || $_->{skipped} } @{$_->{results}}')" = 0 ] ||
	fail "something failed, or was left out"
[ "$(field "$work/all.json" 'scalar grep { @{$_->{samples}{time_ns}} != 3 } @{$_->{results}}')" = 0 ] ||
	fail "not three samples each"
operations=$(field "$work/all.json" 'my %o; $o{$_->{op}} = 1 for @{$_->{results}}; scalar keys %o')
[ "$operations" = 16 ] || fail "$operations operations, not 16"
# Every latency is in the histogram.
[ "$(field "$work/all.json" 'scalar grep { my $n = 0; $n += $_->[1] for @{$_->{latency}{histogram}};
	$n != $_->{latency}{count} || !$n } @{$_->{results}}')" = 0 ] || fail "a histogram has lost values"

# What IAX devices do, too: each of them by each mode, and without batches.
perf 0 --queue cpu --op iax --mode submit,call,ring --size 100,4K --depth 1,4 --batch 1,2 "${short[@]}" \
	--json "$work/iax.json"
[ "$(field "$work/iax.json" 'scalar grep { $_->{failed} || $_->{skipped} } @{$_->{results}}')" = 0 ] ||
	fail "something of IAX failed, or was left out"
[ "$(field "$work/iax.json" 'my %o; $o{"$_->{op} $_->{mode}"} = 1 for @{$_->{results}}; scalar keys %o')" = 48 ] ||
	fail "not twelve operations in four modes"
[ "$(field "$work/iax.json" 'scalar grep { $_->{batch} != 1 } @{$_->{results}}')" = 0 ] || fail "IAX has no batches"
perf 0 --queue cpu --op crc,crc64 --size 4K "${short[@]}" --json "$work/both.json" --quiet
[ "$(field "$work/both.json" 'my %o; $o{$_->{op}} = 1 for @{$_->{results}}; join " ", sort keys %o')" = "crc crc64" ] ||
	fail "not the operations of both kinds"

# CSV: as many lines, all of as many fields.
[ "$(wc -l <"$work/all.csv")" -eq $((results + 1)) ] || fail "CSV has another number of lines"
[ "$(awk -F, '{ print NF }' "$work/all.csv" | sort -u | wc -l)" = 1 ] || fail "CSV has lines of different lengths"

# Each of the presets, short, and by default.
for preset in --quick --breakeven --saturate; do
	perf 0 $preset --size 4K --threads 1,2 --depth 1,2 "${short[@]}" --json "$work/preset.json" --quiet
	[ "$(field "$work/preset.json" '$_->{options}{preset}')" = "${preset#--}" ] || fail "$preset is not said"
done

# Cold caches, other pages, several threads, flags; on standard output.
perf 0 --op memmove,crc --size 100 --cache warm,cold --pages 4k,thp --threads 1,3 --node any,0 \
	--flags none,bof --mode submit,ring --cpus 0 "${short[@]}" --json - --quiet
sed '/^sva-perf: warning: /d' "$work/out" >"$work/stdout.json"
[ "$(field "$work/stdout.json" 'scalar grep { $_->{failed} } @{$_->{results}}')" = 0 ] || fail "something failed"
echo "run: ok"
