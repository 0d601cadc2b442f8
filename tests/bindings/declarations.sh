#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# declarations.sh HEADER LIBRARY... - it declares what the libraries export, but for sva__*; it is C without
# anything else; and its constants are those of the headers
set -euo pipefail
export LC_ALL=C
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
compile=(gcc -std=c11 -Wall -Wextra -Werror -fsyntax-only -x c)

grep -oE '^[^{}(]*[ *]sva_[a-z0-9_]+\(' "$1" | sed -E 's/.*[ *](sva_[a-z0-9_]+)\($/\1/' | sort >"$tmp/header"
nm -D --defined-only "${@:2}" | awk '$2 == "T" { sub(/@.*/, "", $3); print $3 }' | grep -v '^sva__' | sort >"$tmp/libraries"
diff -u "$tmp/libraries" "$tmp/header"
! grep -nE '^#|__|inline' "$1"

{ printf '#include <stddef.h>\n#include <stdint.h>\n'; cat "$1"; } | "${compile[@]}" -

# Constants: all that are numbers. Those of an enum are there as they were.
echo '#include <sva/sva.h>' | gcc -E -dM -I "$SVA_SOURCE/include" -x c - |
	sed -nE 's/^#define (SVA_[A-Z0-9_]+) .*[0-9].*/\1/p' | grep -v '^SVA__' | sort >"$tmp/macros"
sed -nE 's/^\t(SVA_[A-Z0-9_]+) = (.*),$/\1 \2/p' "$1" >"$tmp/constants"
comm -23 "$tmp/macros" <(cut -d' ' -f1 "$tmp/constants") | tee "$tmp/missing"
[ ! -s "$tmp/missing" ]
{
	echo '#include <sva/sva.h>'
	while read -r name value; do
		echo "_Static_assert($name == $value, \"$name\");"
	done <"$tmp/constants"
} | "${compile[@]}" -I "$SVA_SOURCE/include" -
