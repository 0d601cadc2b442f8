#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# elf.sh LIBRARY SONAME NEEDED... - its name, the libraries it needs, no executable stack, no text
# relocations, no work at start-up
set -euo pipefail

dynamic=$(readelf -dW "$1")
failed=0

fail()
{
	echo "$*"
	failed=1
}

soname=$(sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p' <<<"$dynamic")
[ "$soname" = "$2" ] || fail "SONAME is '$soname', not $2"

while read -r needed; do
	[[ " ${*:3} " == *" $needed "* ]] || fail "needs $needed"
done < <(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' <<<"$dynamic")

grep -q 'GNU_STACK.* RW ' <<<"$(readelf -lW "$1")" || fail "the stack is executable"
! grep -q TEXTREL <<<"$dynamic" || fail "has text relocations"
# One pointer: what the compiler puts there. Another one was libgcc's for __builtin_cpu_supports(): it
# executes CPUID some twenty times in each program, which takes 70 us in a virtual machine.
init=$(sed -n 's/.*(INIT_ARRAYSZ) *\([0-9]*\) .*/\1/p' <<<"$dynamic")
((${init:-0} <= 8)) || fail "has constructors"
# A thread of libsva.so may still run when the program closes it (lib/waiter.c).
[[ $2 != libsva.so.* ]] || grep -q NODELETE <<<"$dynamic" || fail "dlclose() would unmap it"
exit $failed
