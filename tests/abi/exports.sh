#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# exports.sh LIBRARY MAP extern|static INCLUDE_DIR GCC
# The library exports exactly the functions that the public headers declare (extern) or define
# (static: the inline ones, but those that are not for users, sva__*), each with the version node
# that the map lists it in.
set -euo pipefail
export LC_ALL=C
library=$1 map=$2 kind=$3 include=$4 gcc=$5

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# -aux-info lists every function: /* FILE:LINE:KIND */ extern|static TYPE NAME (PARAMETERS); ...
echo '#include <sva/sva.h>' |
	"$gcc" -std=c11 -I "$include" -fsyntax-only -x c -aux-info "$tmp/functions" -
sed -n "s|^/\* $include/sva/[^ ]* \*/ $kind [^(]*[ *]\(sva_\w*\) (.*|\1|p" "$tmp/functions" |
	if [ "$kind" = static ]; then grep -v '^sva__'; else cat; fi | sort -u >"$tmp/headers"

# NAME@@NODE of the map; of the library, without the nodes themselves.
awk '/^[A-Z]/ { node = $1 } /^local:/ { exit } /^\t[a-z]/ { sub(";", ""); print $1 "@@" node }' \
	"$map" | sort >"$tmp/map"
nm -D --defined-only --with-symbol-versions "$library" |
	awk '$2 != "A" { print $3 }' | sort >"$tmp/library"

echo "- in the headers, + in the map:"
diff -u "$tmp/headers" <(sed 's/@@.*//' "$tmp/map" | sort)
echo "- in the map, + exported:"
diff -u "$tmp/map" "$tmp/library"
echo "$(wc -l <"$tmp/library") functions"
[ -s "$tmp/library" ]
