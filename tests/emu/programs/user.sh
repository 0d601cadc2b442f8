#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# user.sh SVA-EMU SUITE - as an ordinary user, in a user namespace: portals are refused, write(2) works
set -euo pipefail

sva_emu=$1 suite=$2
[ "$(id -u)" -eq 0 ] || exec "$sva_emu" -- "$suite" wq0.0 write

# Root becomes somebody; /dev/fuse is everybody's on most machines, and here in a namespace.
user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
"${user[@]}" test -x "$suite" || { echo "skipped: nobody may look into this folder"; exit 77; }
"${user[@]}" unshare -Um true || { echo "skipped: no user namespaces"; exit 77; }

# Somebody in root's emulator, who may open the queue: there is a portal only for CAP_SYS_RAWIO.
# shellcheck disable=SC2016 # expanded by the inner shell
"$sva_emu" -- sh -euc 'chmod 666 /dev/dsa/wq0.0; exec "$@"' user "${user[@]}" "$suite" wq0.0 write

# shellcheck disable=SC2016 # expanded by the inner shell
exec unshare -m bash -euc 'node=$(mktemp -d)
	mount -t tmpfs tmpfs "$node"
	mknod -m 666 "$node/fuse" c 10 229
	mount --bind "$node/fuse" /dev/fuse
	umount -l "$node"
	rmdir "$node"
	exec "$@"' user "${user[@]}" "$sva_emu" -- "$suite" wq0.0 write
