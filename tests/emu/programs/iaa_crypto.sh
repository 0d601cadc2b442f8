#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# iaa_crypto.sh SVA-EMU SVA-INFO - a machine whose IAX devices the kernel's iaa_crypto has taken: sva-info
# says so, the command that it gives frees them, and accel-config makes a user queue of them
set -euo pipefail

sva_emu=$1 sva_info=$2
. "$(dirname "$0")/check.sh"
command -v accel-config >/dev/null || exit 77

emu 0 --list --devices iax,dsa --iaa-crypto
prints 'iax0: IAX 1.0, enabled, 8 engines' 'wq0.0: enabled, dedicated, size 128' 'taken by iaa_crypto' \
	'dsa1: DSA 1.0, enabled' '/dev/dsa/wq1.0'
emu 125 --kernel 6.7 --devices iax --iaa-crypto -- true
prints '--iaa-crypto: the kernel 6.7 has no such module'
emu 0 --plain --devices iax --iaa-crypto -- cat /sys/module/iaa_crypto/initstate
prints live

cat >"$work/free" <<'END'
set -e
sva_info=$1 dev=/sys/bus/dsa/devices
[ ! -e /dev/iax/wq1.0 ]
grep -q 'iaa_crypto has taken' <<<"$("$sva_info")"
grep -q '^idxd .* 1 iaa_crypto$' <<<"$(lsmod)"
! modprobe -r idxd 2>/dev/null
command=$("$sva_info" | grep -o 'modprobe -r iaa_crypto' | sort -u)
$command
[ ! -e /sys/module/iaa_crypto ] && [ ! -e /sys/bus/dsa/drivers/crypto ]
! lsmod | grep iaa_crypto
[ "$(cat $dev/wq1.0/state)" = disabled ]
accel-config disable-device iax1
accel-config config-engine iax1/engine1.0 --group-id=0
accel-config config-wq iax1/wq1.0 --group-id=0 --wq-size=16 --priority=5 --threshold=12 --type=user \
	--name=mine --mode=shared
echo user >$dev/wq1.0/driver_name
accel-config enable-device iax1
accel-config enable-wq iax1/wq1.0
[ -c /dev/iax/wq1.0 ]

# Loaded again it takes nothing that is in use; after the driver, everything.
modprobe iaa_crypto
[ "$(cat $dev/wq1.0/name)" = mine ]
rmmod iaa_crypto
rmmod idxd
modprobe iaa_crypto
[ "$(cat $dev/wq1.0/name)" = iaa_crypto ] && [ -d /sys/module/iaa_crypto ]
echo all good
END
emu 0 --devices dsa,iax --iaa-crypto -- bash "$work/free" "$sva_info"
prints 'all good'
echo "iaa_crypto: ok"
