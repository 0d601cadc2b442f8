#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# links.sh SOURCE-DIRECTORY - what a document links to exists: files, and headings of the document itself.
set -euo pipefail
cd "$1"
bad=0

# anchors FILE - those of its headings, as GitHub makes them
anchors()
{
	sed -nE 's/^#+ (.*)/\L\1/p' "$1" | sed -E 's/[^a-z0-9 _-]//g; s/ /-/g'
}

for page in *.md docs/*.md bench/*.md tests/*/README.md; do
	while read -r link; do
		file=${link%%#*}
		case $link in
		http*) continue ;;
		'#'*) grep -qxF "${link#\#}" <<<"$(anchors "$page")" && continue ;;
		*'#'*) grep -qxF "${link#*\#}" <<<"$(anchors "$(dirname "$page")/$file")" && continue ;;
		*) [ ! -e "$(dirname "$page")/$file" ] || continue ;;
		esac
		echo "$page links to $link, which is not there"
		bad=1
	done < <(grep -oE '\]\([^) ]+\)' "$page" | sed 's/^](//; s/)$//')
done
exit $bad
