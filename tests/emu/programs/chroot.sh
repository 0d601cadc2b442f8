#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# chroot.sh SVA-EMU MEMCPY-OFFLOAD - in a chroot whose root is no mount point, as of sbuild and
# pbuilder, on a system whose mounts are shared, as systemd makes them
set -euo pipefail

user=()
[ "$(id -u)" -eq 0 ] || user=(-Ur)
top=$(dirname "$(dirname "$1")")
root=$(mktemp -d)
trap 'rmdir "$root"' EXIT
# shellcheck disable=SC2016 # expanded by the inner shell
unshare "${user[@]}" -m bash -euc 'sva_emu=$1 copy=$2 top=$3 root=$4
	mount -t tmpfs tmpfs "$root"
	chroot=$root/chroot
	mkdir "$chroot"
	for folder in /usr /etc /proc /sys /dev "$top"; do
		mkdir -p "$chroot$folder"
		mount --rbind "$folder" "$chroot$folder"
	done
	for link in bin sbin lib lib64; do
		[ ! -e "/$link" ] || cp -a "/$link" "$chroot/" # links into /usr
	done
	mount --make-rshared /
	cd "$chroot/etc"
	out=$(chroot "$chroot" "$sva_emu" -- sh -c "pwd; $copy")
	grep -q "queue   wq0.0" <<<"$out" || { echo "chroot: $out"; exit 1; }
	! grep -q sva-emu /proc/self/mountinfo || { echo "chroot: mounts were left behind"; exit 1; }
' chroot "$1" "$2" "$top" "$root"
echo "chroot: ok"
