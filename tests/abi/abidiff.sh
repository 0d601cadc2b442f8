#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# abidiff.sh LIBRARY [--write] - is the library's ABI still that of the last release, tests/abi/libsva.abi? Functions, types and
# enumerators that were added do not matter; a field at the end of a struct, which may be right, is to be looked at. --write makes the file: until 0.1.0 is released whenever the ABI is meant to change, and then at
# each release, from the build that is released:
#	tests/abi/abidiff.sh build/release/libsva.so --write
#
# It sees every type that an exported function can reach, and the functions' own: layout.txt has what
# it cannot see: numbers that are macros, and the structs that inline functions alone use. exports.sh says whether what is
# new is in the map and in a header.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
library=$(readlink -f "$1")
command -v abidw >/dev/null || { echo "skipped: no abidw (abigail-tools)"; exit 77; }
if ! grep -q '\.debug_info' <<<"$(readelf -SW "$library")"; then
	echo "skipped: the library has no debugging information"
	exit 77
fi
new=$(mktemp)
trap 'rm -f "$new"' EXIT

# As little as makes a type: no places, names of parameters, or types of lib/ alone.
abidw --headers-dir "$here/../../include/sva" --drop-private-types --exported-interfaces-only --no-corpus-path \
	--no-comp-dir-path --no-show-locs --no-elf-needed --no-parameter-names --no-write-default-sizes \
	--type-id-style hash "$library" --out-file "$new"
if [ "${2:-}" = --write ]; then
	cp "$new" "$here/libsva.abi"
	exit
fi
status=0
abidiff --no-added-syms "$here/libsva.abi" "$new" || status=$?
[ $status -eq 0 ] || echo "a program that was built against the last release may break: CONTRIBUTING, 'What stays compatible'"
exit $status
