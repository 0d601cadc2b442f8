#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# size.sh LIBRARY STRIP MOST - how large it is: bytes without symbols, at most so many; lines; exported functions
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")/../..
stripped=$(mktemp)
trap 'rm -f "$stripped"' EXIT
"$2" -o "$stripped" "$1"
bytes=$(stat -c %s "$stripped")
echo "$bytes bytes, at most $3; $(nm -D --defined-only "$1" | grep -c ' T ') functions exported; lines: lib/ \
$(cat "$here"/lib/*.[ch] "$here"/lib/cpu/*.[ch] | wc -l), include/ $(cat "$here"/include/sva/*.h | wc -l)"
[ "$bytes" -lt "$3" ]
