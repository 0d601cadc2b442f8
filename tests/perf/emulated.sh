#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# emulated.sh SVA-PERF SVA-EMU - on devices: every path, mode and operation, with page faults, a full
# queue, errors of the device, and one that vanishes
set -euo pipefail
sva_perf=$1
. "$(dirname "$0")/check.sh"

failed()
{
	field "$1" 'scalar grep { $_->{failed} } @{$_->{results}}'
}

# emulated STATUS [EMULATOR-OPTION...] -- OPTION...
emulated()
{
	local status=$1

	shift
	emulator=("$sva_emu" --plain)
	while [ "$1" != -- ]; do
		emulator+=("$1")
		shift
	done
	emulator+=(--)
	rm -f "$work/run.json"
	perf "$status" "${@:2}" "${short[@]}" --json "$work/run.json"
}
sva_emu=$2

emulated 0 -- --op dsa --mode submit,call,ring --queue wq0.0,wq0.1,pool --size 4K --depth 1,4 --batch 1,4
prints 'emulated by sva-emu'
[ "$(failed "$work/run.json")" = 0 ] || fail "something failed"
[ "$(field "$work/run.json" 'scalar grep { $_->{path} eq "portal" && $_->{samples} } @{$_->{results}}')" -gt 50 ] ||
	fail "the portal was hardly used"
[ "$(field "$work/run.json" '$_->{machine}{emulator}')" = sva-emu ] || fail "the emulator is not named"
[ "$(field "$work/run.json" 'scalar grep { $_->{queue} eq "wq0.1" && $_->{mode} eq "dedicated" } @{$_->{queues}}')" = 1 ] ||
	fail "no configuration of wq0.1"

# Sizes of several: the break-even is there, and says what to set.
emulated 0 -- --op memmove --mode call --size 4K,64K --queue wq0.0
prints 'set the threshold'
emulated 0 --no-mmap -- --op memmove,fill --mode submit,ring --size 4K --wait spin,sleep --flags none,bof
[ "$(field "$work/run.json" 'scalar grep { $_->{path} eq "write" } @{$_->{results}}')" -gt 7 ] || fail "no write(2)"
emulated 0 -- --op memmove --mode submit --size 4K --queue wq0.0 --path portal,write,cpu
[ "$(field "$work/run.json" 'my %p; $p{$_->{path}} = 1 for @{$_->{results}}; join " ", sort keys %p')" = \
	"- cpu portal write" ] || fail "not every path"
emulated 0 -- --op memmove --mode submit --size 4K --queue wq0.0+wq0.1 --threads 2

# What the queue does not take is left out, with the reason, and is no error.
emulated 0 -- --op memmove --mode submit --size 4K,4M
prints 'left out: memmove submit 4M: '
emulated 0 -- --op memmove --mode submit --size 4K --batch 1,1024
prints 'the queue takes batches of at most'

# Page faults are survived, and counted.
emulated 0 --inject op=memmove,every=5,fault=1000 -- --op memmove --mode submit,call,ring --size 4K --depth 1,4
prints faults
emulated 0 --inject every=3,fault=1000 -- --op copy-crc,crc --mode submit --size 4K --batch 4
# A queue that is full now and then.
emulated 0 --inject wq=0.0,nth=20,full=50 -- --op memmove --mode submit,ring --size 4K --queue wq0.0
# An error of the device: that configuration ends, with the reason; the others do not.
emulated 1 --inject op=fill,nth=3,status=0x21 -- --op memmove,fill --mode submit --size 4K
prints 'sva-perf: fill submit 4K: '
[ "$(failed "$work/run.json")" = 1 ] || fail "not one of them failed"
[ "$(field "$work/run.json" 'scalar grep { $_->{op} eq "memmove" && @{$_->{samples}{time_ns}} == 3 } @{$_->{results}}')" = 2 ] ||
	fail "the others were not measured"
# A queue that vanishes: so too.
emulated 1 --inject nth=3,halt=20 -- --op memmove --mode submit --size 4K --queue wq0.0
prints 'failed: memmove submit 4K: memmove: status 0x41, lost; '
[ "$(field "$work/run.json" 'scalar grep { $_->{mode} eq "plain" && @{$_->{samples}{time_ns}} == 3 } @{$_->{results}}')" = 1 ] ||
	fail "what could be measured was not"
emulated 1 -- --queue wq3.7
prints '--queue wq3.7: '

# IAX: the best queue for each kind of operation; names; page faults; a break-even.
emulated 0 --devices dsa,iax -- --op memmove,iax --mode submit,call,ring --size 4K --depth 1,4
[ "$(failed "$work/run.json")" = 0 ] || fail "something of IAX failed"
[ "$(field "$work/run.json" 'my %k; $k{"$_->{queue} $_->{kind}"} = 1 for @{$_->{queues}}; join ", ", sort keys %k')" = \
	"auto dsa, auto iax" ] || fail "not a queue of each kind"
[ "$(field "$work/run.json" 'my %o; $_->{path} eq "portal" && !$_->{by_cpu} and $o{$_->{op}} = 1 for @{$_->{results}};
	scalar keys %o')" = 13 ] || fail "the devices were not used for all operations"
emulated 0 --devices dsa,iax -- --op iax --mode submit,call --size 4K --queue wq1.0,wq1.1,pool
[ "$(failed "$work/run.json")" = 0 ] || fail "something failed on a queue by name"
emulated 0 --devices dsa,iax --inject every=3,fault=100 -- --op compress,decompress,scan,expand,rle-burst,zero-compress,zero-decompress --mode submit,call,ring --size 4K
prints faults
[ "$(failed "$work/run.json")" = 0 ] || fail "a page fault was not survived"
emulated 0 --devices dsa,iax -- --op crc64 --mode call --size 4K,64K --queue wq1.0 --breakeven
prints 'crc64 call: ' 'set the threshold'
# A size that the device does not take is left out; a queue for none of the operations is an error.
emulated 0 --devices dsa,iax -- --op crc64 --mode submit --size 4K,4M
prints 'left out: crc64 submit 4M: '
emulated 1 --devices dsa,iax -- --op memmove --queue wq1.0
prints '--queue wq1.0: none of the operations is for its device'
emulated 1 --devices dsa,iax -- --op memmove,scan --queue wq0.0+wq1.0
prints 'join queues of one kind only'
echo "emulated: ok"
