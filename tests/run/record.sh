#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# record.sh WHERE SVA-EMU SVA-RUN CASES LIBRARY - what is called and from where; nothing is offloaded
. "$(dirname "$0")/check.sh"
cases=$1 library=$2

succeeds --record -- "$cases" sizes
processes 0 2>/dev/null || true
! grep -q '"device_calls":[1-9]' "$statistics" || fail "something was offloaded:"
python3 - "$statistics" <<'END' || fail "JSON:"
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert len(lines) == 1
record = lines[0]["record"]
calls = lines[0]["functions"]["memcpy"]["calls"]
assert sum(a["calls"] for a in record["memcpy"]["dst_aligned"]) == calls > 100
assert sum(a["calls"] for a in record["memcpy"]["src_aligned"]) == calls
assert record["memset"]["pages"] >= record["memset"]["pages_absent"]
assert record["memcpy"]["pages"] > 0
assert record["callers"] and all(c["calls"] for c in record["callers"])
assert any(c["at"].startswith("run_cases+0x") for c in record["callers"]), record["callers"]
assert record["callers"] == sorted(record["callers"], key=lambda c: -c["bytes"])
assert record["gain_ns"] <= record["process_ns"]
gain = record["memcpy"]["gain"]
assert gain["device_ns"] <= gain["cpu_ns"]
END
succeeds --record -- "$cases" dlopen "$library" # callers that are gone
succeeds --record -- "$cases" page_faults
succeeds --record -- "$cases" threads
succeeds --record -- "$cases" waits # which takes time, but not the CPU's
python3 - "$statistics" <<'END' || fail "more than all of its time would be saved:"
import json, sys
record = json.load(open(sys.argv[1]))["record"]
assert record["memcpy"]["gain"]["cpu_ns"] <= record["process_ns"] and record["gain_ns"] <= record["process_ns"], record
END
succeeds --record -- "$cases" fork_threads
timeout 60 "$sva_run" --record "$cases" sizes >"$work/out" 2>&1
for text in 'recorded, nothing offloaded' 'destinations aligned:' 'pages looked at:' \
	'calls from run_cases+0x' 'a device would save '; do
	grep -qF -- "$text" "$work/out" || fail "no '$text':"
done
