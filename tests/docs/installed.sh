#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# installed.sh SOURCE-DIRECTORY BUILD-DIRECTORY CMAKE COMMAND... - run the command where a reader is: libsva is
# installed, and the current directory has a copy of the documents and examples. There is no device but those of
# sva-emu.
set -euo pipefail
source=$1 build=$2 cmake=$3
shift 3

"$source/tests/emu/programs/emulated" true
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
"$cmake" --install "$build" --prefix "$tmp/prefix" >/dev/null
PKG_CONFIG_PATH=$(dirname "$(find "$tmp/prefix" -name libsva.pc)")
export PKG_CONFIG_PATH LD_LIBRARY_PATH=${PKG_CONFIG_PATH%/*}

mkdir "$tmp/bin" "$tmp/no-sysfs" "$tmp/reader"
printf '#!/bin/sh\nexec env -u LIBSVA_SYSFS_PATH %s/prefix/bin/sva-emu "$@"\n' "$tmp" >"$tmp/bin/sva-emu"
# The figures are not looked at: measure in no time.
cat >"$tmp/bin/sva-perf" <<EOF
#!/bin/sh
[ "\$1" = report ] || set -- "\$@" --turns 3 --turn-ms 1
exec $tmp/prefix/bin/sva-perf "\$@"
EOF
chmod +x "$tmp"/bin/*
export PATH=$tmp/bin:$tmp/prefix/bin:$PATH LIBSVA_SYSFS_PATH=$tmp/no-sysfs

cp -r "$source/README.md" "$source/docs" "$source/examples" "$tmp/reader"
cd "$tmp/reader"
"$@"
