#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# dead.sh SVA-EMU DEAD COMEBACK - a queue that goes, and one that comes back: calls find out once, and a
# handle of a dedicated queue that was enabled again is of no use
set -euo pipefail
sva_emu=$(realpath "$1") dead=$(realpath "$2") comeback=$(realpath "$3")
. "$(dirname "$0")/check.sh"
command -v accel-config >/dev/null || { echo "skipped: no accel-config"; exit 77; }

# asked_at_most NUMBER QUEUE COMMAND [OPTION...] - so many submissions in all, of a hundred calls, bursts and operations
asked_at_most()
{
	local number

	emu 0 --stats "${@:4}" -- "$dead" "$2" "$3"
	number=$(sed -n "s/^$2: submitted \([0-9]*\).*/\1/p" "$work/out")
	[ "$number" -gt 0 ] && [ "$number" -le "$1" ] || fail "$number submissions to $2, after $3:"
}

# What is refused is tried as often as at a full queue, by write(2) 33 times each; but only once.
for gone in 'echo QUEUE >/sys/bus/dsa/drivers/user/unbind' 'echo dsa0 >/sys/bus/dsa/drivers/idxd/unbind'; do
	asked_at_most 3000 wq0.0 "${gone/QUEUE/wq0.0}"
	asked_at_most 200 wq0.1 "${gone/QUEUE/wq0.1}"
	asked_at_most 40000 wq0.0 "${gone/QUEUE/wq0.0}" --no-mmap
	asked_at_most 40000 wq0.1 "${gone/QUEUE/wq0.1}" --no-mmap
done

# again QUEUE OPTION... - the commands that enable it again
again()
{
	echo "echo $1 >/sys/bus/dsa/drivers/user/unbind
		accel-config config-wq dsa0/$1 --group-id=0 --type=user --name=app --priority=5 ${*:2}
		echo user >/sys/bus/dsa/devices/$1/driver_name; accel-config enable-wq dsa0/$1"
}
asked_at_most 200 wq0.1 "$(again wq0.1 --mode=dedicated)"
emu 0 -- "$comeback" wq0.0 "$(again wq0.0 --mode=shared --threshold=10)"
prints 'of 16 lost, the handle works on'
emu 0 -- "$comeback" wq0.1 "$(again wq0.1 --mode=dedicated)"
prints 'of 16 lost, the handle does not work any more'
echo "dead: ok"
