#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# tutorial.sh - run the commands of the tutorial's console blocks, one after the other in one shell, and compare
# what each prints with what stands there. "..." stands for anything.
set -euo pipefail
document=$PWD/docs/tutorial.md
output=$(mktemp)
trap 'rm -f "$output"' EXIT
command="" expected="" count=0 failed=0

# as_pattern TEXT - a pattern of the shell
as_pattern()
{
	sed 's/[][\\*?]/\\&/g; s/\.\.\./*/g' <<<"$1"
}

run()
{
	[ -n "$command" ] || return 0
	eval "$command" >"$output" 2>&1 </dev/null || true # some are there to fail
	count=$((count + 1))
	# shellcheck disable=SC2053 # it is a pattern
	[[ $(cat "$output") == $(as_pattern "${expected%$'\n'}") ]] || {
		printf '$ %s\nshould print\n%sand prints\n' "$command" "$expected"
		cat "$output"
		failed=1
	}
	command="" expected=""
}

while IFS= read -r line <&3; do
	case $line in
	'```console') inside=1 ;;
	'```') run; inside=0 ;;
	'$ '*) run; command=${line#'$ '} ;;
	*) [ "${inside:-0}" = 0 ] || expected+=$line$'\n' ;;
	esac
done 3<"$document"
echo "$count commands"
[ "$count" -gt 20 ] && [ $failed = 0 ]
