#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shell.sh SHELLCHECK - every shell script, by its first line
set -euo pipefail
find . -path ./build\* -prune -o -path ./.git -prune -o -type f -perm -u+x -print0 |
	xargs -0 awk 'FNR == 1 && /^#!.*sh$/ { printf "%s%c", FILENAME, 0 } { nextfile }' |
	xargs -0 "$1" -x --source-path=SCRIPTDIR --severity=warning
