#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cpu.sh SVA-PERF - sva-perf without a device: what it writes, what it finds, and what it refuses
set -euo pipefail
perf=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail()
{
	echo "cpu: $*" >&2
	cat out >&2
	exit 1
}

# run STATUS OPTION...
run()
{
	local status=0

	LIBSVA_SYSFS_PATH=/nonexistent timeout 120 "$perf" "${@:2}" >out 2>&1 </dev/null || status=$?
	[ $status -eq "$1" ] || fail "exit status $status, not $1, of ${*:2}:"
}

# prints TEXT...
prints()
{
	local text

	for text; do
		grep -qF -- "$text" out || fail "no '$text' in:"
	done
}

short=(--turns 8 --turn-ms 1)

# All operations, ways and sizes; the results are verified.
run 0 "${short[@]}" --ops memmove,fill,compare,crc,copy-crc,dualcast --sizes 1,4k,64k --mode op,call,ring,batch \
	--depth 1,4 --batch 3 --csv a.csv --json a.json
prints 'there is no device' 'running on the CPU' 'memmove ' 'dualcast ' ' call ' ' ring ' ' batch ' 65536
[ "$(wc -l <a.csv)" -eq $((1 + 6 * 3 * 7)) ] || fail "$(wc -l <a.csv) lines of CSV"
[ "$(cut -d, -f1-4 a.csv | sort | uniq -c | awk '$1 > 2' | wc -l)" -eq 0 ] || fail "lines twice"
python3 - <<'END'
import json
run = json.load(open("a.json"))
assert len(run["run"]) == 36 and run["machine"]["cpu"] and run["queue"]["path"] == "CPU" and run["warnings"]
assert len(run["cells"]) == 6 * 3 * 7
for cell in run["cells"]:
    assert len(cell["ns"]) == len(cell["plain_ns"]) == 8 and min(cell["ns"]) > 0
    batches = -(-cell["operations"] // cell["batch"])
    assert sum(n for _, n in cell["latency_ns"]) >= batches / 2
slow = json.loads(json.dumps(run))
for cell in slow["cells"]:
    cell["ns"] = [1.2 * ns for ns in sorted(cell["ns"])]
    cell["plain_ns"] = sorted(cell["plain_ns"])
for cell in run["cells"]: # without the noise of eight short turns
    median = sorted(cell["ns"])[4]
    cell["ns"] = [median * (1 + i / 1000) for i in range(8)]
    cell["plain_ns"] = [100] * 8
json.dump(run, open("even.json", "w"))
for cell in run["cells"]:
    cell["ns"] = [1.2 * ns for ns in cell["ns"]]
json.dump(run, open("slow.json", "w"))
END
run 0 --breakeven "${short[@]}" --ops memmove --sizes 64,1k
prints 'memmove: ' 'plain function'
run 0 "${short[@]}" --threads 1,3 --sizes 4k --depth 2 --cold --huge --flags bof,cc --wait sleep
prints ' 3 '
run 0 --quick --sizes 4M,16M --ops memmove --depth 1 --turns 1

# The same is no change; a fifth slower is found, and a fifth faster is none for the worse.
run 0 report a.json a.json
prints '0 of 126 combinations changed beyond the noise'
run 1 report even.json slow.json
prints '126 of 126 combinations changed' '20.0 % slower, a regression'
run 0 report even.json slow.json --max-regression 25
prints 'slower'
run 0 report slow.json even.json
prints 'faster'
run 0 report even.json slow.json --max-regression 25 -o both.html
run 0 report a.json
[ -s sva-perf.html ] || fail "no page"

# Stopped in the middle: what there is, is shown and written.
LIBSVA_SYSFS_PATH=/nonexistent "$perf" --turns 4096 --turn-ms 5 --sizes 4k --depth 1 --json stopped.json >out 2>&1 &
child=$!
until [ -e /proc/$child/task ] && [ "$(ls /proc/$child/task | wc -l)" -gt 1 ]; do kill -0 $child; done
kill -INT $child
wait $child || fail "stopped, it ends with $?:"
prints 'stopped' 'memmove '
python3 -c 'import json; assert len(json.load(open("stopped.json"))["cells"]) == 1'

# Wrong usage, and files that are none.
for wrong in '--no-such' 'word' '--sizes 0' '--sizes 4x' '--sizes 1,,2' '--sizes 2g' '--sizes -1' '--ops move' \
	'--ops memmove,' '--depth 0' '--depth 1025' '--threads 257' '--batch 1' '--mode x' '--path x' '--wait never' \
	'--flags z' '--turns 0' '--turns 1,2' '--turn-ms x' '--node -1' '--sizes' 'report' 'report a b c' \
	'report a.json --max-regression x' 'report a.json --no-such' 'report /nonexistent'; do
	# shellcheck disable=SC2086 # words
	run 2 $wrong
	grep -q 'sva-perf' out || fail "$wrong:"
done
run 1 --queue wq9.9 --path portal
prints 'sva-info says why'
run 1 "${short[@]}" --sizes 4k --depth 1 --csv /nonexistent/x
prints '/nonexistent/x: No such file'
run 1 "${short[@]}" --sizes 4k --depth 1 --json /dev/full
prints '/dev/full: '
LIBSVA_SYSFS_PATH=/nonexistent "$perf" --quick >/dev/full 2>out && fail "a full disk" || prints 'the output: '
head -c 3000 a.json >cut.json
for garbage in '' '{' '[]' '7' '{"cells":7}' '{"cells":[]}' '{"cells":[7]}' '{"cells":[{}]}' \
	'{"cells":[{"bytes":1,"ns":["x",[],{}]}]}' '{"cells":[{"bytes":-1,"ns":[1]}]}' \
	'{"cells":[{"bytes":1e999,"ns":[1e999],"latency_ns":[[1],[1,2,3],7,[-1,"x"]],"plain_ns":{}}]}'; do
	printf '%s' "$garbage" >garbage.json
	status=0
	timeout 20 "$perf" report garbage.json a.json -o x.html >out 2>&1 || status=$?
	[ $status -le 2 ] || fail "$garbage: exit status $status"
done
run 2 report cut.json
prints 'not a file that sva-perf --json has written'
run 0 --help
run 0 --version
echo "cpu: ok"
