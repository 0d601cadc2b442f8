#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# nested.sh WHERE SVA-EMU SVA-RUN CASES - shells in shells, and sva-run in sva-run: DTO crashed there
. "$(dirname "$0")/check.sh"
cat >"$work/script" <<'END'
#!/usr/bin/env bash
set -euo pipefail
depth=$1 sva_run=$2 cases=$3
if [ "$depth" -gt 0 ]; then
	[ "$("$0" $((depth - 1)) "$sva_run" "$cases" | wc -l)" -ge 1 ]
	"$sva_run" -- bash -c "\"$0\" $((depth - 1)) $sva_run $cases" | sort -u
	for i in 1 2 3; do (: "$(echo "$i" | cat)") & done
	wait
else
	"$sva_run" "$sva_run" "$cases" once
	tr : '\n' <<<"$LD_PRELOAD" | grep -c libsva-run
fi
END
chmod +x "$work/script"
succeeds -- "$work/script" 3 "$sva_run" "$1"
[ "$(cat "$work/out")" = 1 ] || fail "the library is preloaded more than once:"
processes 4
