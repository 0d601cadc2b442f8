#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# load_config.sh SVA-EMU [FILE...] - "sva-emu --config FILE" and "accel-config load-config -c FILE -e"
# accept the same files, with the same state of the machine, on every kernel and both generations.
# The files are those of configurations.awk, or those that are given. KERNELS: which ones; those left
# out have the sysfs of one that is there (6.16 that of the latest, 6.12-nosva that of 6.12).
set -euo pipefail
emu=$1
shift
here=$(dirname "$(readlink -f "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v accel-config >/dev/null || { echo "skipped: no accel-config"; exit 77; }

# Every attribute of every device, and the char devices.
cat >"$work/dump" <<'END'
cd /sys/bus/dsa/devices
for folder in *; do
	echo "== $folder"
	grep -s "" "$folder"/*
done
ls /dev/dsa /dev/iax
END

# All files in one machine, which is as after power-up for each of them.
cat >"$work/load" <<'END'
for file in "$1"/*.json; do
	rmmod idxd
	modprobe idxd
	if accel-config load-config -c "$file" -e >"$file.said" 2>&1; then
		sh "$1/dump" >"$file.theirs" 2>&1
	else
		echo refused >"$file.theirs"
	fi
done
END

# compare OPTION... - both ways, with these options
compare()
{
	"$emu" "$@" --devices dsa,dsa,iax -- sh "$work/load" "$work"
	for file in "$work"/*.json; do
		"$emu" "$@" --devices dsa,dsa,iax --config "$file" -- sh "$work/dump" >"$file.ours" 2>"$file.why" ||
			echo refused >"$file.ours"
		count=$((count + 1))
		[ "$(cat "$file.ours")" != refused ] || refused=$((refused + 1))
		cmp -s "$file.ours" "$file.theirs" && continue
		failed=$((failed + 1))
		echo "== $* $(basename "$file"): ours (<) and accel-config's (>) differ"
		diff "$file.ours" "$file.theirs" | head -12 || true
		cat "$file.why" "$file.said"
	done
}

count=0 refused=0 failed=0
if [ $# -gt 0 ]; then
	cp "$@" "$work"
else
	awk -v folder="$work" -f "$here/configurations.awk" </dev/null
fi
case $("$emu" -- accel-config --version) in
[0-3].*) rm -f "$work"/*-4.0-*.json ;;
esac
for kernel in ${KERNELS:-latest 6.12 6.7 6.1 5.18}; do
	for version in 1.0 2.0; do
		compare --kernel "$kernel" --dsa $version --iax $version
	done
done
echo "$count configurations, $refused of them refused, $failed different"
[ $failed -eq 0 ] && [ $refused -gt 0 ] && [ $refused -lt $((count / 2)) ]
