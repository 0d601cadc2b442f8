#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# accel-config, as Debian has it, configures the emulated devices: list, enable, disable, save, load.
# Runs inside sva-emu.
set -euo pipefail

fail()
{
	echo "accel_config: $*" >&2
	exit 1
}

# expect TEXT COMMAND... - the command succeeds and prints the text
expect()
{
	local text=$1 out
	shift
	out=$("$@" 2>&1) || fail "$* failed: $out"
	[[ $out == *"$text"* ]] || fail "$*: no '$text' in: $out"
}

# refuse STATUS COMMAND... - the command fails, and cmd_status of the device is that
refuse()
{
	local status=$1 found
	shift
	! "$@" >/dev/null 2>&1 || fail "$* should have failed"
	found=$(cat "$dsa/cmd_status")
	[ "$found" = "$status" ] || fail "$*: cmd_status $found, not $status"
}

command -v accel-config >/dev/null || exit 77
dsa=/sys/bus/dsa/devices/dsa0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What is enabled from the beginning.
expect '"dev":"dsa0"' accel-config list
expect '"dev":"wq0.1"' accel-config list
expect '"dev":"dsa1"' accel-config list -i
expect '"max_work_queues":8' accel-config list -i
expect '"state":"enabled"' accel-config list -d dsa0

# Off, with a new configuration, and on again.
expect 'disabled 1 wq' accel-config disable-wq dsa0/wq0.0
[ ! -e /dev/dsa/wq0.0 ] || fail "the char device of a disabled queue is still there"
[ -e /dev/dsa/wq0.1 ] || fail "the other queue's char device is gone"
expect 'disabled 1 device' accel-config disable-device dsa0
[ ! -e /dev/dsa/wq0.1 ] || fail "the device is disabled, but not its queue"
! sh -c 'echo wq0.1 >/sys/bus/dsa/drivers/user/bind' 2>/dev/null || fail "a queue of a disabled device"
accel-config config-wq dsa0/wq0.0 --group-id=0 --wq-size=16 --priority=5 --threshold=12 \
	--type=user --name=mine --mode=shared --block-on-fault=1 >/dev/null
accel-config config-engine dsa0/engine0.0 --group-id=0 >/dev/null
[ "$(cat $dsa/wq0.0/name)" = mine ] || fail "the name has not arrived"
[ "$(cat $dsa/group0.0/work_queues)" = wq0.0 ] || fail "group 0 has not got the queue"
[ ! -e $dsa/wq0.0/driver_name ] || echo user >$dsa/wq0.0/driver_name # 3.5.3 has no option for it
accel-config config-engine dsa0/engine0.1 --group-id=1 >/dev/null
refuse 0x15 accel-config enable-device dsa0 # group 1 has an engine, and no queue
accel-config config-engine dsa0/engine0.1 --group-id=-1 >/dev/null
echo 0 >$dsa/wq0.2/group_id
echo user >$dsa/wq0.2/driver_name
refuse 0x800c0000 accel-config enable-device dsa0 # a shared queue without a type
echo user >$dsa/wq0.2/type
expect 'enabled 1 device' accel-config enable-device dsa0
refuse 0x80040000 sh -c 'echo wq0.2 >/sys/bus/dsa/drivers/user/bind' # no name
refuse 0x800c0000 accel-config enable-wq dsa0/wq0.0 # wq0.2 has lost its type by that
echo -1 >$dsa/wq0.2/group_id
expect 'enabled 1 wq' accel-config enable-wq dsa0/wq0.0
[ -c /dev/dsa/wq0.0 ] || fail "no char device"
! echo 8 2>/dev/null >$dsa/wq0.0/size || fail "the size of an enabled queue was changed"

# Save, wipe, load: the same again.
accel-config save-config -s "$work/saved" >/dev/null
grep -q '"name":"mine"' "$work/saved" || fail "not in the saved file: $(cat "$work/saved")"
accel-config disable-device dsa0 >/dev/null
modprobe -r idxd
[ ! -e $dsa ] || fail "the devices have outlived their driver"
! grep -q '^idxd ' <<<"$(lsmod)" || fail "lsmod still lists idxd"
modprobe idxd
grep -q '^idxd ' <<<"$(lsmod)" || fail "lsmod does not list idxd"
[ "$(cat $dsa/wq0.0/size)" = 0 ] || fail "the configuration has outlived the driver"
accel-config load-config -c "$work/saved" >/dev/null
[ "$(cat $dsa/wq0.0/threshold)" = 12 ] || fail "the threshold was not loaded"
[ "$(cat $dsa/wq0.0/mode)" = shared ] || fail "the mode was not loaded"
echo "accel_config: ok"
