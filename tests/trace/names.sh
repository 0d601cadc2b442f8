#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# names.sh PROGRAM SCRIPT... - what the scripts call the operations is what the library calls them
set -euo pipefail
for script in "${@:2}"; do
	names=$(grep -oE '@name\[[0-9]+\] = "[^"]*"' "$script" | sed -E 's/@name\[([0-9]+)\] = "(.*)"/\1 \2/')
	diff <(echo "$names") <("$1" names <<<"$names")
done
