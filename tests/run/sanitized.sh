#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# sanitized.sh WHERE SVA-EMU SVA-RUN CC - a program with a sanitizer is left to it, and says so in the log
. "$(dirname "$0")/check.sh"
export ASAN_OPTIONS=verify_asan_link_order=0
"$1" -D_GNU_SOURCE -g -fno-builtin -fsanitize=address -o "$work/cases" "$(dirname "$0")/cases.c" -ldl -lpthread ||
	{ echo "skipped: no AddressSanitizer"; exit 77; }
LIBSVA_LOG=warn succeeds -- "$work/cases" once
grep -q '^sva-run: warn: a sanitizer checks this program' "$work/out" || fail "it does not say so:"
[ ! -s "$statistics" ] || fail "it goes on:"
