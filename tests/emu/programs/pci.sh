#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# pci.sh PROGRAM - inside sva-emu: the devices are PCI functions, which lspci and setpci know; scripts
# find them by their addresses, take them from the driver, give them back, and configure them from there
set -euo pipefail
program=$1
pci=/sys/bus/pci bus=/sys/bus/dsa
command -v lspci >/dev/null || { echo "skipped: no lspci"; exit 77; }

fail()
{
	echo "$*"
	exit 1
}

# refused ERROR COMMAND... - it fails so
refused()
{
	! "${@:2}" >/dev/null 2>"$errors" || fail "${*:2} succeeds"
	grep -q "$1" "$errors" || fail "${*:2}: $(cat "$errors")"
}

errors=$(mktemp)
trap 'rm -f "$errors"' EXIT

# What lspci says of the capabilities that SVA needs.
mapfile -t functions < <(lspci -D -d 8086:0b25 | cut -d' ' -f1)
[ ${#functions[@]} -eq 2 ] || fail "lspci finds ${functions[*]}"
function=${functions[0]}
said=$(lspci -vvv -s "$function" 2>/dev/null)
for text in 'Address Translation Service' 'ATSCtl:.*Enable+' 'PASIDCtl:.*Enable+' 'PRICtl:.*Enable+' \
	'MSI-X: Enable+ Count=9' 'Kernel driver in use: idxd'; do
	grep -q "$text" <<<"$said" || fail "lspci does not say '$text': $said"
done
[ "$(setpci -s "$function" VENDOR_ID DEVICE_ID | tr '\n' ' ')" = "8086 0b25 " ] || fail "setpci"

# One tree: the same device by each of its names.
cd $pci/devices/"$function"/dsa*
[ "$(pwd -P)" = "$(realpath $bus/devices/dsa0)" ] || fail "dsa0 is $(realpath $bus/devices/dsa0)"
[ "$(realpath $bus/devices/wq0.0)" = "$(pwd -P)/wq0.0" ] || fail "wq0.0 is elsewhere"
[ "$(cat ../vendor) $(cat ../device)" = "0x8086 0x0b25" ] || fail "vendor and device"
[ "$(basename "$(realpath ../driver)")" = idxd ] || fail "driver"

# Taken from its driver, it is gone; given back, it has no configuration.
cd /
exec {state}<$bus/devices/dsa0/state
echo "$function" >$pci/drivers/idxd/unbind
for path in $bus/devices/dsa0 $bus/devices/wq0.0 /dev/dsa/wq0.0; do
	[ ! -e "$path" ] || fail "$path is still there"
done
refused 'No such device' cat <&"$state"
[ -e $bus/devices/dsa1 ] || fail "dsa1 has gone, too"
! { echo "$function" >$pci/drivers/idxd/unbind; } 2>/dev/null || fail "unbound twice"
grep -q 'PASIDCtl:.*Enable-' <<<"$(lspci -vvv -s "$function" 2>/dev/null)" || fail "PASID without a driver"
echo "$function" >$pci/drivers/idxd/bind
[ "$(cat $bus/devices/dsa0/state) $(cat $bus/devices/wq0.0/size)" = "disabled 0" ] || fail "dsa0 is configured"
[ ! -e /dev/dsa/wq0.0 ] || fail "a char device without a configuration"

# Configured by way of the PCI address.
device=$(echo $pci/devices/"$function"/dsa*)
queues=2
size=$(($(cat "$device/max_work_queues_size") / queues))
for ((i = 0; i < $(cat "$device/max_engines"); i++)); do
	echo $((i % queues)) >"$device/engine0.$i/group_id"
done
for ((i = 0; i < queues; i++)); do
	for setting in group_id=$i type=user mode=dedicated name=test$i driver_name=user priority=1 size=$size; do
		echo "${setting#*=}" >"$device/wq0.$i/${setting%%=*}"
	done
done
basename "$device" >$bus/drivers/idxd/bind
for ((i = 0; i < queues; i++)); do
	echo wq0.$i >$bus/drivers/user/bind
	grep -q 'path    portal' <<<"$("$program" /bin/true wq0.$i)" || fail "wq0.$i cannot be used"
done

# Entries come and go with devices alone.
refused 'Permission denied' touch $bus/devices/dsa9
for command in "mkdir $bus/new" "rm -f $bus/devices/dsa0/state" "mv $bus/devices $bus/new"; do
	# shellcheck disable=SC2086 # words
	refused 'Operation not permitted' $command
done
echo "pci: ok"
