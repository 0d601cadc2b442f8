#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# page.sh SVA-PERF - the page of a report: whole, of its own, and shown by a browser, where there is one
set -euo pipefail
perf=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export LIBSVA_SYSFS_PATH=/nonexistent
"$perf" --quick --json a.json >/dev/null
sed 's/"run":"/&<script>\\"/' a.json >b.json
"$perf" report a.json b.json -o page.html >/dev/null
python3 - <<'END'
from html.parser import HTMLParser
page = open("page.html").read()
assert page.count("<svg") == 3 and page.count("</svg>") == 3 and page.rstrip().endswith("</html>")
assert "http" not in page and "<script" not in page and " src=" not in page
assert "nan" not in page.split("<table")[0] and "inf" not in page.split("<table")[0].replace("info", "")
class Tags(HTMLParser):
    open_tags = []
    def handle_starttag(self, tag, attrs):
        if tag in ("svg", "p", "table", "h2", "span"):
            self.open_tags.append(tag)
    def handle_endtag(self, tag):
        if tag in ("svg", "p", "table", "h2", "span"):
            assert self.open_tags.pop() == tag
tags = Tags()
tags.feed(page)
assert not tags.open_tags
END
browser=$(command -v chromium || command -v google-chrome) || { echo "page: no browser to show it"; exit 77; }
timeout 120 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$work/profile" --dump-dom \
	"file://$work/page.html" >dom 2>/dev/null
[ "$(grep -c 'class="line"' dom)" -ge 6 ] || { echo "page: not shown:"; cat dom; exit 1; }
echo "page: ok"
