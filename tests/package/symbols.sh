#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# symbols.sh SYMBOLS LIBRARY... - the package's list of symbols has what the libraries export, and nothing else
set -euo pipefail
export LC_ALL=C
diff -u --label "$1" <(sed -nE 's/^ (.*) [^ ]+$/\1/p' "$1" | sort) --label exported <(
	for library in "${@:2}"; do
		nm -D --defined-only "$library" | awk '{ sub(/@@/, "@", $3); print $2 == "A" ? $3 "@" $3 : $3 }'
	done | sort)
