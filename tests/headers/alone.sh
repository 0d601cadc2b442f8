#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# alone.sh INCLUDE_DIR COMPILER [FLAG...] - compile every public header alone
set -euo pipefail
include=$1
shift

status=0
for header in "$include"/sva/*.h; do
	# Twice, for the include guard.
	printf '#include <sva/%s>\n' "${header##*/}" "${header##*/}" |
		"$@" -Wall -Wextra -Wpedantic -Werror -I "$include" -fsyntax-only - || status=1
done
exit $status
