#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# setuid.sh WHERE SVA-EMU SVA-RUN CASES - a set-user-ID program runs without the library
. "$(dirname "$0")/check.sh"
cp "$1" "$work/cases"
if ! { chown 65534 "$work/cases" && chmod u+s "$work/cases"; } 2>/dev/null || [ "$(id -u)" -ne 0 ] ||
	[ -n "$(findmnt -no OPTIONS -T "$work" | grep -w nosuid)" ]; then
	echo "skipped: no set-user-ID programs here"
	exit 77
fi
chmod 755 "$work"
succeeds -- "$work/cases" once
[ ! -s "$statistics" ] || fail "the library was loaded:"
