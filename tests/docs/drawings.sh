#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# drawings.sh SOURCE-DIRECTORY - each drawing has the nodes, edges and words of its source. Where they stand may
# differ between versions of Graphviz.
set -euo pipefail
command -v dot >/dev/null || exit 77

# content - what an SVG on standard input has in it, without coordinates
content()
{
	grep -oE '<(title|text)[ >].*</(title|text)>' | sed -E 's/<text [^>]*>/<text>/' | sort
}

for source in "$1"/docs/*.dot; do
	diff <(content <"${source%.dot}.svg") <(dot -Tsvg "$source" | content) || {
		echo "${source%.dot}.svg is not from its source: dot -Tsvg $source -o ${source%.dot}.svg"
		exit 1
	}
done
