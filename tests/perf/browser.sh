#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# browser.sh SVA-PERF - the page in a browser: what it renders has the plots and the tables
set -euo pipefail
sva_perf=$1
. "$(dirname "$0")/check.sh"
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
	{ echo "skipped: no chromium"; exit 77; }

perf 0 --queue cpu --op memmove,fill --size 4K,64K "${short[@]}" --quiet --json "$work/a.json"
perf 0 report "$work/a.json" "$work/a.json" -o "$work/page.html"

# chromium OPTION... - without a sandbox of its own, which containers refuse it; offline
chromium()
{
	HOME=$work timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
		--user-data-dir="$work/profile" --host-resolver-rules='MAP * ~NOTFOUND' "$@" "file://$work/page.html" \
		>"$work/out" 2>"$work/browser.log" || { cat "$work/browser.log" >&2; fail "the browser failed"; }
}

# Its parser moves and closes what is wrong: all elements are still where they were.
chromium --dump-dom
for element in '<svg class="plot"' '<polyline' '<table>' '<tr>' '<li>' '<title>' '<text'; do
	written=$(grep -o "$element" "$work/page.html" | wc -l)
	rendered=$(grep -o "$element" "$work/out" | wc -l)
	[ "$written" -gt 0 ] || fail "no $element"
	[ "$written" = "$rendered" ] || fail "$rendered of $written $element"
done
grep -q 'no change beyond the noise' "$work/out" || fail "the verdict is not shown"

# And something is drawn.
chromium --window-size=1280,2400 --screenshot="$work/page.png"
[ "$(head -c 8 "$work/page.png" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ] || fail "no picture"
[ "$(wc -c <"$work/page.png")" -gt 50000 ] || fail "the picture is empty"
[ -z "${SVA_PERF_PICTURE:-}" ] || cp "$work/page.png" "$SVA_PERF_PICTURE"
echo "browser: ok"
