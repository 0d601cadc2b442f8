#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# queues.sh SVA-EMU SVA-INFO RECORDS - obstacles of queues: what sva-info says of each, and that what it tells to
# do removes it
set -euo pipefail
sva_emu=$(realpath "$1") info=$(realpath "$2") records=$(realpath "$3")
. "$(dirname "$0")/../emu/programs/check.sh"
command -v accel-config >/dev/null || { echo "skipped: no accel-config"; exit 77; }

# Within sva-emu: make the obstacle, see what is said, do what is told, and look again.
cat >"$work/obstacle" <<'END'
set -eu
queue=$1 expected=$2
eval "$3"
if "$INFO" --check "$queue"; then exit 1; fi
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
obstacle wq0.0 'the last command failed: the queue has no driver name, or a wrong one (cmd_status 0x80200000)' \
	'accel-config disable-wq dsa0/wq0.0
	accel-config config-wq dsa0/wq0.0 --type=user --name=app --priority=1 --threshold=10
	echo other >/sys/bus/dsa/devices/wq0.0/driver_name; ! echo wq0.0 >/sys/bus/dsa/drivers/user/bind'
obstacle wq0.0 'the last command failed: the shared queue has no threshold (cmd_status 0x80060000)' \
	'accel-config disable-wq dsa0/wq0.0; accel-config config-wq dsa0/wq0.0 --type=user --name=app --priority=1
	! accel-config enable-wq dsa0/wq0.0'
obstacle wq0.0 'has no driver' \
	'echo $(basename $(realpath /sys/bus/pci/drivers/idxd/0*)) >/sys/bus/pci/drivers/idxd/unbind' --devices 1
obstacle wq0.1 'the device is halted' '"$INFO" --test wq0.0 || true' --inject op=memmove,nth=1,halt=600000

# What makes a queue slow, and is no more after the commands.
cat >"$work/slow.json" <<'END'
[{"dev":"dsa0","groups":[{"dev":"group0.0","grouped_engines":[{"dev":"engine0.0","group_id":0}],
  "grouped_workqueues":[{"dev":"wq0.0","mode":"shared","size":16,"threshold":7,"group_id":0,"priority":3,
    "block_on_fault":0,"max_batch_size":128,"max_transfer_size":65536,"type":"user","name":"kept","driver_name":"user"}]}]}]
END
cat >"$work/slow" <<'END'
set -eu
"$INFO" wq0.0 | tee said
sed -n 's/^ *# //p' said >commands
sh -eu commands
"$INFO" wq0.0 | grep -A 9 '^  wq0.0'
END
cd "$work"
emu 0 --config slow.json -- sh slow
prints 'block on fault is off: an operation ends early at a page that is not present; operations take no more than 65536 bytes'
sed -n '/^enabled 1 wq/,$p' "$work/out" >"$work/after" && mv "$work/after" "$work/out"
prints 'size 16, threshold 7, priority 3, group 0, transfers up to 2 MiB, batches up to 128' 'name "kept"' \
	'block on fault: yes'
! grep -q 'block on fault is off\|take no more' "$work/out" || fail 'still slow:'

# What needs a person.
emu 1 -- "$info" wq0.2
prints 'the other queues of dsa0 have all its entries'
emu 1 --kernel 6.12-nosva -- "$info" wq0.0
prints 'the kernel has no Shared Virtual Addressing for user queues'
emu 1 -- sh -c "exec 3<>/dev/dsa/wq0.1; \"$info\" wq0.1"
prints 'a dedicated queue that another process has open: ' 'open in: ' '(sh)'

# The process that has a dedicated queue; without it, others can have the queue.
cat >"$work/taken" <<'END'
set -eu
mkfifo opened never
sh -c 'exec 3<>/dev/dsa/wq0.1; echo >opened; read -r _ <never' &
read -r _ <opened
! "$INFO" --check wq0.1 >said
cat said
holder=$(sed -n 's/.*another process has open: \([0-9]*\) (sh)$/\1/p' said)
[ "$holder" = $! ]
kill "$holder"
wait "$holder" || true
"$INFO" --check wq0.1
END
emu 0 -- sh "$work/taken"

# A container without the node, and then with it.
cat >"$work/container" <<'END'
set -eu
export container=docker
mount -t tmpfs none /dev/dsa
! "$INFO" wq0.0
umount /dev/dsa
"$INFO" --check wq0.0
END
emu 0 -- sh "$work/container"
prints 'there is no such device node' 'do: start the container with --device /dev/dsa/wq0.0' 'usable: wq0.0'

# What a program did wrong, in the device's error register.
emu 0 --config "$(dirname "$0")/../emu/programs/no_page_requests.json" -- sh -c "\"$records\" dsa errors; \"$info\" wq0.0"
prints 'error: The page of the completion record was not writable by the device, of ' ', in wq0.0, address 0x' \
	'do: keep the record in memory that is mapped, writable and touched' 'usable: portal'
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
emu 0 --devices dsa,iax -- "$info" --test iax1
prints 'wq1.0: good: NOOP; 1 MiB compressed to' 'inflated and verified' 'wq1.1: good'
# The commands for a queue of an IAX device, disabled or with its device.
cat >"$work/iax" <<'END'
set -eu
for disable in 'wq iax1/wq1.0' 'device iax1'; do
	# shellcheck disable=SC2086 # two words
	accel-config disable-$disable
	! "$INFO" wq1.0 >said
	sed -n 's/^ *# //p' said >commands
	sh -eux commands
	"$INFO" --check wq1.0
done
END
emu 0 --devices dsa,iax -- sh "$work/iax"
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
