#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What a command sees inside sva-emu. Runs inside it.
set -euo pipefail

fail()
{
	echo "namespace: $*" >&2
	exit 1
}

# The char devices look like some, to every kind of question.
[ -c /dev/dsa/wq0.0 ] || fail "test -c"
[ "$(stat -c %F /dev/dsa/wq0.0)" = "character special file" ] || fail "stat"
[ "$(stat -c %t:%T /dev/dsa/wq0.1)" = "$(printf '%x:%x' "$(cat /sys/bus/dsa/devices/dsa0/cdev_major)" \
	"$(cat /sys/bus/dsa/devices/wq0.1/cdev_minor)")" ] || fail "device numbers"
[ "$(find /dev/dsa -type c | wc -l)" = 2 ] || fail "find -type c"
chmod 660 /dev/dsa/wq0.0
[ "$(stat -c %a /dev/dsa/wq0.0)" = 660 ] || fail "chmod"

# The rest of /dev and /sys is what it was.
echo x >/dev/null
[ "$(head -c 4 /dev/zero | od -An -tx1 | tr -d ' ')" = 00000000 ] || fail "/dev/zero"
[ -L /dev/stdin ] || fail "/dev/stdin"
[ -d /sys/bus/cpu/devices ] || fail "/sys/bus"
[ -d /sys/module/idxd ] || fail "/sys/module/idxd"

# Opens and closes count, and a dedicated queue has one client.
clients=/sys/bus/dsa/devices/wq0.1/clients
[ "$(cat $clients)" = 0 ] || fail "clients before"
exec 7<>/dev/dsa/wq0.1
[ "$(cat $clients)" = 1 ] || fail "clients while open"
! (exec 8<>/dev/dsa/wq0.1) 2>/dev/null || fail "a second client of a dedicated queue"
exec 7>&-
[ "$(cat $clients)" = 0 ] || fail "clients after"
bash -c 'exec 7<>/dev/dsa/wq0.1; kill -9 $$' || true
[ "$(cat $clients)" = 0 ] || fail "clients after a kill"
for _ in 1 2 3 4 5 6 7 8 9 10; do
	exec 7<>/dev/dsa/wq0.1 || fail "open right after close"
	exec 7>&-
done
echo "namespace: ok"
