#!/bin/sh
# SPDX-License-Identifier: MIT
# attributes.sh TYPE ID: every attribute of a device's parts in sysfs, with its mode and value, but for
# what the machine chooses (major number, NUMA node, power management).
cd /sys/bus/dsa/devices || exit
for dir in "$1$2" "$1$2/engine$2.0" "$1$2/group$2.0" "$1$2/group$2.1" "$1$2/wq$2.0" "$1$2/wq$2.1" "$1$2/wq$2.2" \
	"$1$2/wq$2.0/$1!wq$2.0"; do
	for file in "$dir"/*; do
		case $file in
		*/cdev_major | */dev | */numa_node) continue ;;
		esac
		[ ! -f "$file" ] || echo "$(stat -c %a "$file") $file: $(cat "$file" 2>&1 | sed '/^MAJOR=/d; s/^cat: [^:]*: //')"
	done
done
