#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# elf.sh LIBRARY - SONAME, the libraries it needs, no executable stack, no text relocations
set -euo pipefail

dynamic=$(readelf -dW "$1")
failed=0

fail()
{
	echo "$*"
	failed=1
}

soname=$(sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p' <<<"$dynamic")
[ "$soname" = libsva.so.0 ] || fail "SONAME is '$soname', not libsva.so.0"

while read -r needed; do
	case $needed in
	libc.so.6 | libisal.so.2) ;;
	*) fail "needs $needed" ;;
	esac
done < <(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' <<<"$dynamic")

readelf -lW "$1" | grep -q 'GNU_STACK.* RW ' || fail "the stack is executable"
! grep -q TEXTREL <<<"$dynamic" || fail "has text relocations"
exit $failed
