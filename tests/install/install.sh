#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# install.sh SOURCE_DIR BUILD_DIR CMAKE
# Install into a prefix, move it to another one, and build programs with it outside the tree, by
# every way, language and compiler; run them. The source tree is as clean as before.
set -euo pipefail
source=$1 build=$2 cmake=$3

tree_state()
{
	[ ! -e "$source/.git" ] || git -C "$source" status --porcelain --ignored
}

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
before=$(tree_state)

"$cmake" --install "$build" --prefix "$tmp/first" >/dev/null
mv "$tmp/first" "$tmp/prefix"
pc=$(find "$tmp/prefix" -name libsva.pc)
libdir=$(dirname "$(dirname "$pc")")
export PKG_CONFIG_PATH=${pc%/*} LD_LIBRARY_PATH=$libdir

# Nothing that is installed knows where it was built, or where it was installed at first.
if grep -rIlF -e "$build" -e "$source" -e "$tmp/first" "$tmp/prefix"; then
	echo "these files name a folder of the build"
	exit 1
fi

# Nothing of it, and nothing that it loads, is looked for in folders that it brings along.
for file in "$libdir"/*.so "$tmp/prefix/bin"/*; do
	! readelf -dW "$file" 2>/dev/null | grep -E 'R(UN)?PATH' || { echo "$file has a search path"; exit 1; }
done

# The emulator finds its library from where it is now.
if "$source/tests/emu/programs/emulated" true; then
	"$tmp/prefix/bin/sva-emu" -- test -c /dev/dsa/wq0.0
	[ ! -e "$tmp/prefix/bin/sva-info" ] ||
		[ "$("$tmp/prefix/bin/sva-emu" -- "$tmp/prefix/bin/sva-info" --check 2>&1)" = \
			'usable: wq0.0 (dsa0, shared): portal, by ENQCMD' ]
fi

# So does sva-run.
if [ -e "$tmp/prefix/bin/sva-run" ]; then
	grep -q '^sva-run: sort, process ' <<<"$("$tmp/prefix/bin/sva-run" --stats sort /dev/null 2>&1)"
fi

mkdir "$tmp/consumer"
cd "$tmp/consumer"
cp "$source/tests/install/consumer/CMakeLists.txt" "$source/tests/install/use.c" .
cp use.c use.cc
[ ! -e "$source/examples/memcpy_offload.c" ] || cp "$source/examples/memcpy_offload.c" .

check()
{
	"$1" >"$tmp/out" 2>&1 || { cat "$tmp/out"; echo "failed: $1"; exit 1; }
}

# pkg-config. Where both libraries are there, the linker takes the shared one, unless told by name.
# shellcheck disable=SC2034 # used through ${!linkage}
shared=$(pkg-config --cflags --libs libsva)
# shellcheck disable=SC2034
static=$(pkg-config --static --cflags --libs libsva | sed 's/-lsva\b/-l:libsva.a/')
for compiler in "gcc g++" "clang clang++"; do
	read -r cc cxx <<<"$compiler"
	for program in *.c *.cc; do
		case $program in
		*.cc) compile="$cxx -std=c++17" ;;
		use.c) compile="$cc -std=c11" ;;
		*) compile=$cc ;;
		esac
		for linkage in shared static; do
			out=$tmp/$cc-$linkage-${program/./_}
			# shellcheck disable=SC2086 # the flags are several words
			$compile -Wall -Wextra -Werror -o "$out" "$program" ${!linkage}
			check "$out"
		done
	done
	echo "pkg-config, $compiler: ok"
done

# find_package
for compiler in "gcc g++" "clang clang++"; do
	read -r cc cxx <<<"$compiler"
	"$cmake" -S . -B "$tmp/$cc" -DCMAKE_PREFIX_PATH="$tmp/prefix" -DCMAKE_C_COMPILER="$cc" \
		-DCMAKE_CXX_COMPILER="$cxx" >/dev/null
	"$cmake" --build "$tmp/$cc" >/dev/null
	for program in "$tmp/$cc"/*-sva "$tmp/$cc"/*-sva_static; do
		check "$program"
	done
	echo "find_package, $compiler: ok"
done

# What is shared needs the shared library, what is static does not.
for program in "$tmp"/*-shared-* "$tmp"/{gcc,clang}/*-sva; do
	grep -q 'libsva\.so\.0' <<<"$(readelf -d "$program")" || { echo "not shared: $program"; exit 1; }
done
for program in "$tmp"/*-static-* "$tmp"/{gcc,clang}/*-sva_static; do
	! grep -q libsva <<<"$(readelf -d "$program")" || { echo "not static: $program"; exit 1; }
done

diff <(echo "$before") <(tree_state) || { echo "the source tree has changed"; exit 1; }
