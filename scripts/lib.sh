# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # for the scripts that source this file: its variables are theirs
# What the scripts of this folder have in common.

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")

# What it takes to build the library, and to test all of it.
build_packages=(build-essential cmake ninja-build pkg-config libaccel-config-dev libdeflate-dev libfuse3-dev
	libisal-dev libjson-c-dev libssl-dev systemtap-sdt-dev uuid-dev zlib1g-dev) # libaccel_config.h includes uuid.h
test_packages=(abigail-tools accel-config accel-config-test bindgen bpftrace chromium clang clang-format clang-tidy codespell cppcheck doxygen gcovr gdb git graphviz groff-base libclang-rt-dev kmod libcmocka-dev
	libjemalloc2 libmimalloc2.0 libtcmalloc-minimal4 mandoc pciutils perl-base python3 python3-cffi redis-server redis-tools rustc shellcheck
	sqlite3 util-linux valgrind)
# What tests/vm builds QEMU with; what else it needs, it downloads.
vm_packages=(libcap2-bin libglib2.0-dev patch python3-distlib python3-venv xz-utils)

# What it takes to make Debian packages of it: on this machine (tests/package), and in clean roots (scripts/package).
package_packages=(debhelper doxygen git libcmocka-dev lintian zlib1g-dev)
root_packages=(debian-archive-keyring diffoscope-minimal dpkg-dev git mmdebstrap)

# usage FILE-DESCRIPTOR - print the comment at the top of the script, and exit: to standard output because of --help, to
# standard error because something is wrong
usage()
{
	sed -n '3,$ { /^#/!q; s/^# \{0,1\}//; p }' "$(readlink -f "$0")" >&"$1"
	exit $(($1 == 1 ? 0 : 2))
}
[ "${1-}" != --help ] || usage 1

# quietly COMMAND... - run it, and show what it prints only if it fails
quietly()
{
	local log status=0

	log=$(mktemp)
	"$@" >"$log" 2>&1 </dev/null || status=$?
	[ $status -eq 0 ] || { echo "failed: $*"; cat "$log"; } >&2
	rm -f "$log"
	return $status
}

# install_packages PACKAGE... - those that are missing, by apt-get, as root or by sudo
install_packages()
{
	local package missing=() apt=(env DEBIAN_FRONTEND=noninteractive apt-get -y)

	for package; do
		dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
			missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	[ "$(id -u)" -eq 0 ] || apt=(sudo "${apt[@]}")
	echo "== installing ${missing[*]}"
	quietly "${apt[@]}" update
	quietly "${apt[@]}" install --no-install-recommends "${missing[@]}"
}

# build NAME [CMAKE-OPTION...] - configure and build in build/NAME
build()
{
	local dir=$root/build/$1

	echo "== building $1"
	quietly cmake -S "$root" -B "$dir" -G Ninja "${@:2}"
	quietly cmake --build "$dir"
}

# source_package DIRECTORY - the Debian source package of what git knows or would add; prints the name of its .dsc
source_package()
{
	local version name

	version=$(dpkg-parsechangelog -l "$root/debian/changelog" -S Version)
	SOURCE_DATE_EPOCH=$(dpkg-parsechangelog -l "$root/debian/changelog" -S Timestamp)
	export SOURCE_DATE_EPOCH
	name=libsva-${version%-*}
	mkdir -p "$1/$name"
	git -C "$root" ls-files -z --cached --others --exclude-standard |
		tar -C "$root" --null --files-from - -c | tar -C "$1/$name" -x
	tar -C "$1" --exclude="$name/debian" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
		--mode=go=rX -c "$name" | xz -T1 >"$1/libsva_${version%-*}.orig.tar.xz"
	(cd "$1" && quietly dpkg-source -b "$name")
	echo "libsva_$version.dsc"
}
