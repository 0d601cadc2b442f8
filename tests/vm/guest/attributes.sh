#!/bin/sh
# SPDX-License-Identifier: MIT
# attributes.sh: every attribute of the first DSA's devices in sysfs, with its mode and value, but for
# what the machine chooses (major number, NUMA node, power management).
cd /sys/bus/dsa/devices || exit
for dir in dsa0 dsa0/engine0.0 dsa0/group0.0 dsa0/group0.1 dsa0/wq0.0 dsa0/wq0.1 dsa0/wq0.2 \
	'dsa0/wq0.0/dsa!wq0.0'; do
	for file in "$dir"/*; do
		case $file in
		*/cdev_major | */dev | */numa_node) continue ;;
		esac
		[ ! -f "$file" ] || echo "$(stat -c %a "$file") $file: $(cat "$file" 2>&1 | sed '/^MAJOR=/d; s/^cat: [^:]*: //')"
	done
done
