# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # for the scripts that source this file: its variables are theirs
# What the scripts of this folder have in common.

root=$(dirname "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")")

# What it takes to build the library, and to test all of it.
build_packages=(build-essential cmake ninja-build pkg-config libaccel-config-dev libfuse3-dev
	libisal-dev libjson-c-dev uuid-dev) # libaccel_config.h includes uuid.h
test_packages=(accel-config accel-config-test chromium clang clang-format clang-tidy cppcheck git groff-base libclang-rt-dev kmod libcmocka-dev
	libjemalloc2 libmimalloc2.0 libtcmalloc-minimal4 mandoc pciutils perl-base python3 redis-server redis-tools shellcheck
	sqlite3 util-linux valgrind zlib1g-dev)
# What tests/vm builds QEMU with; what else it needs, it downloads.
vm_packages=(libglib2.0-dev patch python3-distlib python3-venv xz-utils zlib1g-dev)

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
