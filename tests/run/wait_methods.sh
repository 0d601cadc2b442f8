#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# wait_methods.sh WHERE SVA-EMU SVA-RUN CASES - each method that the manual names is taken, and works
. "$(dirname "$0")/check.sh"
page=$(dirname "$0")/../../man/sva-run.1
methods=$(sed -n '/^\.BI "\\-\\-wait/,/^\.BI "\\-\\-fault/s/^\.B \([a-z]*\)$/\1/p' "$page")
[ "$(wc -w <<<"$methods")" -eq 5 ] || fail "the manual has the methods: $methods"
for method in $methods; do
	succeeds --wait "$method" -- "$1" sizes
	processes 1
done
