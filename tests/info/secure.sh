#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# secure.sh PROGRAM - in a set-user-ID program the library's variables are as if not there
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cp "$1" "$work/plain"
cp "$1" "$work/secure"
chmod 755 "$work/plain"
if [ "$(id -u)" -ne 0 ] || [ -n "$(findmnt -no OPTIONS -T "$work" | grep -w nosuid)" ] ||
	! chown 65534 "$work/secure" 2>/dev/null || ! chmod 4755 "$work/secure" ||
	! setpriv --reuid=65534 --clear-groups "$work/plain" >/dev/null 2>&1; then
	echo "skipped: no set-user-ID programs here"
	exit 77
fi
export LIBSVA_LOG=info LIBSVA_SYSFS_PATH=$work/nowhere
for kind in plain secure; do
	"$work/$kind" >"$work/$kind.out" 2>&1 || { cat "$work/$kind.out"; exit 1; }
done
if ! grep -q '^libsva: info' "$work/plain.out" || ! grep -qF "$work/nowhere" "$work/plain.out" ||
	grep -q -e '^libsva:' -e nowhere "$work/secure.out"; then
	cat "$work/plain.out" - "$work/secure.out" <<<"--- as set-user-ID:"
	exit 1
fi
echo "secure: ok"
