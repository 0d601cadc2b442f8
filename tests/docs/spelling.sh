#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# spelling.sh SOURCE-DIRECTORY - codespell finds nothing in documents, man pages, headers and examples. The words it
# does not know: bu and te are of roff, ndoes is a line break of Graphviz, stap is of SystemTap.
set -euo pipefail
command -v codespell >/dev/null || exit 77
cd "$1"
codespell -L bu,ndoes,stap,te ./*.md bench/*.md tests/*/README.md docs examples include man
