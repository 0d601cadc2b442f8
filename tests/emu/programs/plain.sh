#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# plain.sh SVA-EMU SUITE PROGRAM - without a namespace, as in a container that allows none: the mode is
# chosen where it must be, or by --plain.
set -euo pipefail
sva_emu=$1 suite=$2 program=$3
. "$(dirname "$0")/check.sh"
chmod 755 "$work"
export TMPDIR=$work

for queue in wq0.0 wq0.1; do
	"$sva_emu" --plain --kernel 6.7 -- "$suite" $queue portal
	"$sva_emu" --plain --no-mmap -- "$suite" $queue write
done

# What programs see.
emu 0 --plain -- sh -c 'ls -l /dev/dsa; cat /sys/bus/dsa/devices/dsa0/state; cd /sys/bus/dsa/devices/wq0.0;
	cat size; head -1 /sys/bus/dsa/devices/wq0.1/mode; find /sys/bus/dsa -name wq0.1; test -c /dev/dsa/wq0.0'
prints 'crw' enabled 64 dedicated 'wq0.1'
emu 0 --plain --config "$(dirname "$0")/paths.json" -- accel-config list
prints '"dev":"wq0.0"' '"state":"enabled"'
emu 0 --plain --stats -- env -i "$program"
prints 'all bytes equal' 'submitted'
emu 0 --plain -- "$sva_emu" --plain --no-mmap -- "$program"
prints 'path    write(2)'

# An open queue is the file of its name.
emu 0 --plain -- python3 -c 'import os; name = "/dev/dsa/wq0.1"; a, b = os.fstat(os.open(name, os.O_RDWR)), os.stat(name)
print(a[1:3] == b[1:3], a.st_rdev == b.st_rdev)'
prints 'True True'

# Attributes are those of the moment.
emu 0 --plain -- bash -c 'exec 7<>/dev/dsa/wq0.1; cd /sys/bus/dsa/devices; cat wq0.1/clients dsa0/clients /sys/bus/dsa/devices/wq0.1/clients
	exec 7>&-; cat /sys/bus/dsa/devices/wq0.1/clients'
[ "$(tail -2 "$work/out" | tr '\n' ' ')" = "1 0 " ] || fail "not the clients of the moment:"

# What they cannot do.
for how in 'echo wq0.0 >/sys/bus/dsa/drivers/user/unbind' \
	'cd /sys/bus/dsa/drivers/user && echo wq0.0 >unbind' 'accel-config disable-wq dsa0/wq0.0'; do
	emu 0 --plain -- sh -c "! { $how; } && cat /sys/bus/dsa/devices/wq0.0/state"
	prints 'cannot be written to without a namespace (--plain)' enabled
done
[ -z "$(find "$work" -name 'sva-emu.*')" ] || fail "the emulator has left something behind"

# A queue that is closed is free at once; with the emulator ends who has one open.
# shellcheck disable=SC2016 # expanded by the inner shell
emu 0 --plain -- bash -c 'for i in $(seq 50); do exec 7<>/dev/dsa/wq0.1; exec 7>&-; done'
emu_killed --plain
rm -rf "$work"/sva-emu.*

# Others cannot find the machine's socket; a program inside that becomes somebody else still can.
# shellcheck disable=SC2016 # expanded by the inner shell
if [ "$(id -u)" -eq 0 ]; then
	emu 0 --plain -- sh -c '! setpriv --reuid=65534 --clear-groups env -u LD_PRELOAD ls "$0"/sva-emu.* &&
		setpriv --reuid=65534 --clear-groups cat /sys/bus/dsa/devices/wq0.0/size' "$work"
	prints 'Permission denied' 64
fi

# An ordinary user, no namespaces, and a /dev/fuse that is closed.
user=()
[ "$(id -u)" -ne 0 ] || user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
"${user[@]}" test -x "$suite" || { echo "skipped: nobody may look into this folder"; exit 77; }
"${user[@]}" unshare -U true || { echo "skipped: no user namespace to forbid others in"; exit 77; }
chmod 777 "$work"
# shellcheck disable=SC2016 # expanded by the inner shell
"${user[@]}" unshare -Ur sh -euc 'echo 0 >/proc/sys/user/max_user_namespaces
	exec setpriv --bounding-set=-all --inh-caps=-all sh -euc "$@"' sh '
	! unshare -U true 2>/dev/null
	for queue in wq0.0 wq0.1; do
		"$0" --kernel 6.7 -- "$1" $queue portal
		"$0" -- "$1" $queue write
	done
	"$0" -- sh -c "echo 1 >/sys/bus/dsa/drivers/user/unbind" 2>&1 |
		grep -F "(no namespace can be made here)"' "$sva_emu" "$suite"
echo "plain: ok"
