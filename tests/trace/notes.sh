#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# notes.sh LIBRARY PAGE - the library has the probes that the man page names, each at every place with the
# arguments that it names, in a form that bpftrace, perf and gdb understand
set -euo pipefail
export LC_ALL=C

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# NAME COUNT: ".BI NAME ( argument ", " argument )" of the page.
sed -n 's/^\.BI "\?\([a-z]*\)(" \(.*\) )$/\1 \2/p' "$2" |
	awk '{ name = $1; sub(/^[a-z]* /, ""); print name, gsub(/", "/, "") + 1 }' | sort >"$tmp/page"
# Of the notes: one line for each place.
readelf -n "$1" | awk '
	/Provider: / { provider = $2 }
	/Name: / { name = $2 }
	/Arguments: / { print provider, name, $0 }' >"$tmp/notes"
awk '$1 != "sva" { print "provider " $1; bad = 1 } END { exit bad }' "$tmp/notes"
awk '{ print $2, NF - 3 }' "$tmp/notes" | sort -u >"$tmp/library"
diff -u "$tmp/page" "$tmp/library"
[ "$(wc -l <"$tmp/library")" -eq 10 ]
# SIZE@REGISTER, SIZE@OFFSET(REGISTER) or SIZE@$NUMBER; gdb 13 does not know the bytes of %r8 to %r15.
! grep -E '@%r[0-9]+b' "$tmp/notes"
tr ' ' '\n' <"$tmp/notes" | grep @ | { ! grep -vE '^-?[1248]@(%[a-z0-9]+|-?[0-9]*\(%[a-z0-9]+\)|\$-?[0-9]+)$'; }
