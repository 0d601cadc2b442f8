#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# format.sh CLANG_FORMAT - every C file is as .clang-format has it
set -euo pipefail
find . -path ./build\* -prune -o -path ./.git -prune -o -name '*.[ch]' -print0 |
	xargs -0 "$1" --dry-run -Werror
