#!/bin/sh
# SPDX-License-Identifier: MIT
# lint.sh MAN-DIRECTORY: the pages are clean under groff, and under mandoc where it is installed.
set -u
command -v groff >/dev/null || exit 77
cd "$1" || exit 1
complaints=$(
	for page in *.[1-9]; do
		grep -q '^\.so ' "$page" && continue
		groff -t -man -ww -Tutf8 -z "$page" 2>&1
		if command -v mandoc >/dev/null; then
			mandoc -T lint -W warning "$page"
		fi
	done
)
[ -z "$complaints" ] || {
	echo "$complaints" >&2
	exit 1
}
