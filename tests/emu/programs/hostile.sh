#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# hostile.sh SVA-EMU PROGRAM - the emulator outlives what an ordinary user inside does to the machine
set -euo pipefail

user=()
[ "$(id -u)" -ne 0 ] || user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
"${user[@]}" test -x "$2" || { echo "skipped: nobody may look into this folder"; exit 77; }
status=0
# shellcheck disable=SC2016 # expanded by the inner shell
"$1" --stats -- bash -euc '"$@"
	find /sys/bus/dsa/devices/ -follow -maxdepth 2 -type f -readable -exec cat {} + >/dev/null || true
	exec 7<>/dev/dsa/wq0.0 7>&-
	echo wq0.0 >/sys/bus/dsa/drivers/user/unbind
	[ "$(cat /sys/bus/dsa/devices/wq0.0/state)" = disabled ]
	exit 9' hostile "${user[@]}" "$2" || status=$?
[ $status -eq 9 ] || { echo "hostile: exit status $status" >&2; exit 1; }
echo "hostile: ok"
