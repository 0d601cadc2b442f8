#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# layering.sh SOURCE-DIRECTORY NM FILE... - what may need what. FILE: archives and objects.
# No two source files need each other, by any way round; headers likewise; and each folder includes
# from the folders alone that the table below lists for it.
set -euo pipefail
cd "$1"
nm=$2
shift 2
failed=0
pairs=$(mktemp)
trap 'rm -f "$pairs"' EXIT

fail()
{
	echo "$*"
	failed=1
}

# Folder: those that it may include from, besides itself and include/sva.
declare -A below=(
	[include/sva]=''
	[lib]='lib/cpu'
	[lib/cpu]='lib'
	[examples]=''
	[emu/model]=''
	[emu/device]=''
	[emu/trap]='emu/device'
	[emu/kernel]='emu/device'
	[emu/process]='emu/device emu/model emu/trap'
	[emu/cli]='emu/device emu/kernel'
	[tools/common]=''
	[tools/info]='tools/common'
	[tools/run]='tools/common'
	[tools/setup]='tools/common'
)

# folder_of FOLDER HEADER - where the header stands that a file of the folder includes
folder_of()
{
	local folder
	for folder in "$1" ${below[$1]} "${!below[@]}"; do
		[ ! -e "$folder/$2" ] || { dirname "$(realpath --relative-to=. "$folder/$2")"; return; }
	done
	echo nowhere
}

for folder in "${!below[@]}"; do
	while IFS=: read -r file line; do
		header=$(sed -E 's/.*"(.*)".*/\1/' <<<"$line")
		from=$(folder_of "$folder" "$header")
		[ "$from" = nowhere ] || [[ " $folder ${below[$folder]} " == *" $from "* ]] ||
			fail "$file includes $from/$header"
	done < <(grep -HoE '^#include "[^"]+"' "$folder"/*.[ch] 2>/dev/null || true)
	while IFS=: read -r file line; do
		[[ $folder != include/sva || $line != *'"'* ]] || fail "$file: $line"
	done < <(grep -HoE '^#include "[^"]+"' "$folder"/*.h 2>/dev/null || true)
done

# acyclic WHAT - pairs on standard input: who needs whom
acyclic()
{
	local loop
	loop=$(tsort 2>&1 >/dev/null) || true
	[ -z "$loop" ] || fail "$1 need each other: $(sed 's/^tsort: //; /contains a loop/d' <<<"$loop" | tr '\n' ' ')"
}

for folder in "${!below[@]}"; do
	while IFS=: read -r file line; do
		header=${line#*include ?} header=${header%?}
		[[ $header == sva/* ]] && from=include || from=$(folder_of "$folder" "$header")
		echo "$file $from/$header"
	done < <(grep -HoE '^#include ("[^"]+"|<sva/[^>]+>)' "$folder"/*.h 2>/dev/null || true)
done >"$pairs"
acyclic headers <"$pairs"

# Of the names that are ours: the emulator also defines functions of the C library.
for file; do
	"$nm" -A "$file" 2>/dev/null
done | awk '
	$NF ~ /^(sva|svai|emu|run)_/ {
		n = split($1, part, ":")
		file = part[n - 1]
		sub(/.*\//, "", file)
		if (n < 3 || part[2] ~ /^[0-9a-f]*$/) { file = part[1]; sub(/.*\//, "", file) }
		sub(/\.o$/, "", file)
		if ($(NF - 1) == "U")
			uses[file " " $NF]
		else if ($(NF - 1) ~ /[TDBRC]/)
			home[$NF] = file
	}
	END {
		for (use in uses) {
			split(use, pair, " ")
			if (pair[2] in home && home[pair[2]] != pair[1])
				print pair[1], home[pair[2]]
		}
	}' | sort -u >"$pairs"
[ -s "$pairs" ] || fail "no names in: $*"
acyclic "source files" <"$pairs"
exit $failed
