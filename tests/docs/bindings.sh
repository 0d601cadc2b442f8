#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# bindings.sh SOURCE-DIRECTORY - run the commands of the bindings' README, except those that install packages, each
# language's in a copy of its folder, on the CPU. A language without its tools is left out.
set -euo pipefail
prefix=$(pkg-config --variable=prefix libsva)
export XDG_DATA_DIRS=$prefix/share
cp -r "$prefix/share/libsva/bindings" .
[ ! -e sva-ffi.h ] || { echo 'the copy has sva-ffi.h beside it'; exit 1; }

# commands LANGUAGE
commands()
{
	sed -n "/^\*\*$1\*\*/,/^\*\*[^$1]/s/^    //p" bindings/README.md | grep -v '^apt '
}

# follow LANGUAGE FOLDER TOOL...
follow()
{
	local tool

	for tool in "${@:3}"; do
		eval "$tool" >/dev/null 2>&1 || { echo "$1: left out, without $tool"; return 0; }
	done
	commands "$1" >script
	(cd "bindings/$2" && bash -eu ../../script) >output 2>&1 || echo failed >>output
	[ "$(tail -n 1 output)" = 'fill: success' ] || {
		echo "$1:"
		cat output
		exit 1
	}
	echo "$1: ok"
}

follow 'C++' cpp 'c++ --version'
follow Rust rust 'bindgen --version' 'rustc --version'
follow Python python '/usr/bin/python3 -c "import cffi"'
