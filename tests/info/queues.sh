#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# queues.sh SVA-EMU SVA-INFO - obstacles of queues: what sva-info says of each, and that what it tells to
# do removes it
set -euo pipefail
sva_emu=$(realpath "$1") info=$(realpath "$2")
. "$(dirname "$0")/../emu/programs/check.sh"
command -v accel-config >/dev/null || { echo "skipped: no accel-config"; exit 77; }

# Within sva-emu: make the obstacle, see what is said, do what is told, and look again.
cat >"$work/obstacle" <<'END'
set -eu
queue=$1 expected=$2
eval "$3"
! "$INFO" --check "$queue"
"$INFO" "$queue" | grep -F "$expected"
for _ in 1 2; do # behind one may be another
	"$INFO" "$queue" | sed -n 's/^ *# //p' >commands
	cat commands
	sh -eu commands
	! "$INFO" --check "$queue" || exit 0
done
exit 1
END
export INFO=$info

# obstacle QUEUE TEXT MAKE [OPTION...]
obstacle()
{
	cd "$work"
	emu 0 "${@:4}" -- sh "$work/obstacle" "$1" "$2" "$3"
}

obstacle wq1.0 'the device is disabled' ''
obstacle wq1.5 'the device is disabled' '' --dsa 2.0
obstacle wq1.0 'the device is disabled' '' --kernel 6.1
obstacle wq0.0 'the queue is disabled' 'accel-config disable-wq dsa0/wq0.0'
obstacle wq0.1 'the device is disabled' 'accel-config disable-device dsa0'
obstacle wq0.0 'the queue is not of type user' \
	'accel-config disable-wq dsa0/wq0.0
	accel-config config-wq dsa0/wq0.0 --type=kernel --name=dmaengine --priority=1 --threshold=10
	echo dmaengine >/sys/bus/dsa/devices/wq0.0/driver_name
	accel-config enable-wq dsa0/wq0.0'
obstacle wq0.0 'the queue is disabled' \
	'accel-config disable-wq dsa0/wq0.0; echo kernel >/sys/bus/dsa/devices/wq0.0/type'
obstacle wq0.0 'the queue is disabled' \
	'accel-config disable-wq dsa0/wq0.0; echo other >/sys/bus/dsa/devices/wq0.0/driver_name
	accel-config enable-wq dsa0/wq0.0 || true'
obstacle wq0.0 'has no driver' \
	'echo $(basename $(realpath /sys/bus/pci/drivers/idxd/0*)) >/sys/bus/pci/drivers/idxd/unbind' --devices 1
obstacle wq0.1 'the device is halted' '"$INFO" --test wq0.0 || true' --inject op=memmove,nth=1,halt=600000

# What needs a person.
emu 1 -- "$info" wq0.2
prints 'the other queues of dsa0 have all its entries'
emu 1 --kernel 6.12-nosva -- "$info" wq0.0
prints 'the kernel has no Shared Virtual Addressing for user queues'
emu 1 -- sh -c "exec 3<>/dev/dsa/wq0.1; \"$info\" wq0.1"
prints 'a dedicated queue that another process has open' 'open in: ' '(sh)'
emu 1 -- sh -c "rm -f x; mount -t tmpfs none /dev/dsa 2>/dev/null; \"$info\" wq0.0"
prints 'there is no such device node'
emu 1 -- "$info" --check wq7.0
prints 'not usable: there is no such queue'
if [ "$(id -u)" -eq 0 ]; then
	emu 1 -- setpriv --reuid 65534 --clear-groups "$info" wq0.0
	prints 'no permission on the device node' '# sudo chmod a+rw /dev/dsa/wq0.0' 'not readable and writable'
	emu 0 -- sh -c "chmod a+rw /dev/dsa/wq0.0; setpriv --reuid 65534 --clear-groups \"$info\" wq0.0"
	prints 'usable: ' 'CAP_SYS_RAWIO: no'
fi

# What works.
emu 0 -- "$info"
prints 'usable: portal, by ENQCMD' 'usable: portal, by MOVDIR64B' '2 of 16 queues are usable' 'emulated by sva-emu'
emu 0 --no-mmap -- "$info" --check wq0.0
prints 'write(2), since no portal'
emu 0 -- "$info" --test
prints 'wq0.0: good: NOOP; 1 MiB copied and verified' 'wq0.1: good'
emu 1 --inject op=memmove,status=0x21 -- "$info" --test wq0.0
prints 'wq0.0: failed'
emu 0 -- "$info" --watch --times 2 dsa0
prints 'wq0.0' 'wq0.1' 'clients   0'
emu 0 -- "$info" --json
python3 - "$work/out" <<'END'
import json, sys
found = json.load(open(sys.argv[1]))
assert found["usable"] == 2 and len(found["queues"]) == 16 and len(found["devices"]) == 2
wq = {q["name"]: q for q in found["queues"]}
assert wq["wq0.0"]["path"] == "portal" and wq["wq0.0"]["size"] == 64
assert not wq["wq1.0"]["usable"] and "accel-config enable-wq dsa1/wq1.0" in wq["wq1.0"]["commands"]
END
echo "queues: ok"
