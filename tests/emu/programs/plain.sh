#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# plain.sh SVA-EMU SUITE PROGRAM - without a namespace, as in a container that allows none: the mode is
# chosen where it must be, or by --plain.
set -euo pipefail
emu=$1 suite=$2 program=$3
work=$(mktemp -d)
chmod 755 "$work"
export TMPDIR=$work
trap 'rm -rf "$work"' EXIT

fail()
{
	echo "$*"
	cat "$work/out"
	exit 1
}

# emulated STATUS ARGUMENT... - sva-emu exits so; what it prints is in $work/out
emulated()
{
	local expected=$1 status=0
	shift
	"$emu" "$@" >"$work/out" 2>&1 || status=$?
	[ $status -eq "$expected" ] || fail "$*: exit status $status:"
}

prints()
{
	for text; do
		grep -qF -- "$text" "$work/out" || fail "does not say '$text':"
	done
}

for queue in wq0.0 wq0.1; do
	"$emu" --plain --kernel 6.7 -- "$suite" $queue portal
	"$emu" --plain --no-mmap -- "$suite" $queue write
done

# What programs see.
emulated 0 --plain -- sh -c 'ls -l /dev/dsa; cat /sys/bus/dsa/devices/dsa0/state; cd /sys/bus/dsa/devices/wq0.0;
	cat size; head -1 /sys/bus/dsa/devices/wq0.1/mode; find /sys/bus/dsa -name wq0.1; test -c /dev/dsa/wq0.0'
prints 'crw' enabled 64 dedicated 'wq0.1'
emulated 0 --plain --config "$(dirname "$0")/paths.json" -- accel-config list
prints '"dev":"wq0.0"' '"state":"enabled"'
emulated 0 --plain --stats -- env -i "$program"
prints 'all bytes equal' 'submitted'
emulated 0 --plain -- "$emu" --plain --no-mmap -- "$program"
prints 'path    write(2)'

# Attributes are those of the moment.
emulated 0 --plain -- bash -c 'exec 7<>/dev/dsa/wq0.1; cd /sys/bus/dsa/devices; cat wq0.1/clients dsa0/clients /sys/bus/dsa/devices/wq0.1/clients
	exec 7>&-; cat /sys/bus/dsa/devices/wq0.1/clients'
[ "$(tail -2 "$work/out" | tr '\n' ' ')" = "1 0 " ] || fail "not the clients of the moment:"

# What they cannot do.
for how in 'echo wq0.0 >/sys/bus/dsa/drivers/user/unbind' \
	'cd /sys/bus/dsa/drivers/user && echo wq0.0 >unbind' 'accel-config disable-wq dsa0/wq0.0'; do
	emulated 0 --plain -- sh -c "! { $how; } && cat /sys/bus/dsa/devices/wq0.0/state"
	prints 'cannot be written to without a namespace (--plain)' enabled
done
[ -z "$(find "$work" -name 'sva-emu.*')" ] || fail "the emulator has left something behind"

# A queue that is closed is free at once; with the emulator ends who has one open.
# shellcheck disable=SC2016 # expanded by the inner shell
emulated 0 --plain -- bash -c 'for i in $(seq 50); do exec 7<>/dev/dsa/wq0.1; exec 7>&-; done'
mkfifo "$work/never"
cat >"$work/holder" <<'END'
bash -c 'exec 7<>/dev/dsa/wq0.0; echo open; read -r _ <"$0"' "$1" &
wait
END
exec 3< <(exec "$emu" --plain -- bash "$work/holder" "$work/never" 2>&1)
emulator=$!
read -r line <&3
[ "$line" = open ] || fail "the holder says '$line'"
kill -KILL $emulator
timeout 60 cat <&3 >"$work/out" || fail "a program runs on without the emulator"
prints 'the emulator has ended before this program'
exec 3<&-
rm -rf "$work"/sva-emu.*

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
		grep -F "(no namespace can be made here)"' "$emu" "$suite"
echo "plain: ok"
