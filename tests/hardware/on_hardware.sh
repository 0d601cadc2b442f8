#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# on_hardware.sh SVA-EMU BUILD - scripts/on-hardware from end to end, on emulated devices; where there is no device; and
# interrupted
set -euo pipefail
sva_emu=$1 build=$2
. "$(dirname "$0")/../emu/programs/check.sh"
command -v accel-config >/dev/null || { echo "skipped: no accel-config"; exit 77; }
script=$(readlink -f "$(dirname "$0")/../../scripts/on-hardware")
report=$work/report

# reported TEXT... - the report has a line that matches each
reported()
{
	local text

	for text; do
		grep -Eq -- "$text" "$report" || fail "no '$text' in the report: $(head -c 20000 "$report")"
	done
}

# All of it. Every answer about DSA is the assumed one: the assumptions are sva-emu's, too. Of IAX, where no source
# decides, the two models differ in places.
cat >"$work/all" <<'END'
accel-config list -i | grep -v -e clients -e cdev_minor -e errors -e driver_name >"$1/before"
"$2" --build "$3" --report "$1/report" --rounds 300 --setup --destructive || exit
accel-config list -i | grep -v -e clients -e cdev_minor -e errors -e driver_name | diff "$1/before" -
END
named=()
! unshare -u true 2>/dev/null || named=(unshare -u sh -c 'hostname somebodys-machine && exec "$@"' sh)
timeout 280 "${named[@]}" "$sva_emu" --devices dsa,iax -- bash "$work/all" "$work" "$script" "$build" >"$work/out" 2>&1 ||
	fail "exit status $?"
reported 'ON AN EMULATOR \(sva-emu\), NOT ON HARDWARE' 'run by +root, setup 1, destructive 1' '^dsa0 .*op_cap' \
	'^good +setup-dsa ' '^skipped +setup-iax ' '^good +dsa-wq0.0-random ' '^good +dsa-wq0.1-random-write ' \
	'^good +dsa-wq0.1-facts ' '^good +iax-wq1.1-random ' '^good +perf-breakeven ' '^good +kernel ' \
	'^14 facts asked, 0 different' '^22 facts asked' '"emulated":true' '^skipped +dsa-wq0.0-reset '
! grep -E '^(FAILED|TIME OUT|missing)' "$report" || fail "not all is good"
! grep -F "$(dirname "$(dirname "$script")")" "$report" || fail "the report tells where the source is"
! grep -F somebodys "$report" || fail "the report tells the name of the host"

# An IAX device that is not configured gets its queues, and loses them again.
cat >"$work/bare" <<'END'
accel-config disable-device iax1
"$2" --build "$3" --report "$1/report" --rounds 10 --setup >"$1/said" 2>&1 &
until grep -q '^good *iax-wq1.0-test' "$1/said"; do kill -0 $! || { cat "$1/said"; exit 1; }; done
kill $!
wait $! && exit 1
[ "$(cat /sys/bus/dsa/devices/iax1/state)" = disabled ]
END
timeout 120 "$sva_emu" --devices dsa,iax -- bash "$work/bare" "$work" "$script" "$build" >"$work/out" 2>&1 ||
	fail "interrupted: exit status $?"
reported 'It was interrupted' '^good +setup-iax' '^good +iax-wq1.0-test'

# No device, which is no error of the script.
if ! ls /sys/bus/dsa/devices/*/wq* >/dev/null 2>&1; then
	! timeout 60 "$script" --build "$build" --report "$report" >"$work/out" 2>&1 || fail "good without a device"
	reported '^missing +dsa-shared .*no usable queue' '"emulated":false'
fi
status=0
"$script" --setpu >"$work/out" 2>&1 || status=$?
[ $status -eq 2 ] || fail "wrong usage: exit status $status"
prints --destructive
echo "on_hardware: ok"
