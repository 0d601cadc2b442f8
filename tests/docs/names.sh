#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# names.sh SOURCE-DIRECTORY - each name of the library in the guides is one of the headers; names that end in an
# underscore stand for a family.
set -euo pipefail
cd "$1"
bad=0
words=$(cat include/sva/*.h | grep -oE '\b(sva|SVA)_[A-Za-z0-9_]+' | sort -u)
for page in README.md docs/*.md man/*.7; do
	while read -r name; do
		grep -q "^$name" <<<"$words" && { [[ $name == *_ ]] || grep -qx "$name" <<<"$words"; } && continue
		[ ! -e "man/$name.3" ] || continue # a page of a group
		echo "$page: there is no $name"
		bad=1
	done < <(sed 's/\\-/-/g; s/\\&//g' "$page" | grep -oE '\b(sva|SVA)_[A-Za-z0-9_]+' |
		grep -vx sva_static | sort -u) # of CMake
done
exit $bad
