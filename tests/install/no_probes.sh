#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# no_probes.sh SOURCE_DIR CMAKE - without <sys/sdt.h>, the library is built without probes; to ask for them is an error.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# configure OPTION... - where no <sys/sdt.h> was found
configure()
{
	rm -rf "$tmp/build"
	"$2" -S "$1" -B "$tmp/build" -Dhave_sys_sdt_h= -DLIBSVA_EMU=OFF -DLIBSVA_TOOLS=OFF -DLIBSVA_TESTS=OFF \
		-DLIBSVA_BENCH=OFF "${@:3}" >"$tmp/output" 2>&1
}

configure "$@" || { cat "$tmp/output"; exit 1; }
! grep -q SVAI_USDT "$tmp/build/compile_commands.json" || { echo 'it is compiled with probes'; exit 1; }
! configure "$@" -DLIBSVA_USDT=ON || { echo 'it can be asked for probes'; exit 1; }
grep -q systemtap-sdt-dev "$tmp/output"
