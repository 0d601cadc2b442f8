# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # cache, here, root, reason: run
# QEMU from Debian's source package, with our instructions, IOMMU and device.

# The bases that there are hooks for, in the order of preference: regular expressions of versions.
qemu_bases=(10.2 10.0)

qemu_configuration=(--python=/usr/bin/python3 --target-list=x86_64-softmmu --without-default-features
	--without-default-devices --with-devices-x86_64=sva --enable-system --enable-tcg --disable-kvm
	--disable-user --disable-tools --disable-guest-agent --disable-docs --disable-werror
	--disable-install-blobs --disable-download --disable-debug-info)

# Debian's own patches without which its source package does not configure.
qemu_debian_patches=(disable-pycotap.patch skip-install-dtb.patch skip-unpack-edk2-blobs.patch)

# qemu_choose - what this archive offers: sets qemu_base and qemu_version
qemu_choose()
{
	local base
	for base in ${SVA_VM_QEMU:-"${qemu_bases[@]}"}; do
		qemu_base=$base
		qemu_version=$(archive_newest Sources "^qemu 1:$base\." trixie sid)
		qemu_version=${qemu_version#qemu }
		[ -z "$qemu_version" ] || return 0
	done
	reason="Debian offers no source of QEMU ${qemu_bases[*]}"
	return 77
}

# qemu_tools - meson, firmware: newer than the machine's, or not to be installed there
qemu_tools()
{
	local dir=$cache/tools
	[ ! -d "$dir" ] || return 0
	archive_unpack "$dir.new" meson/trixie seabios/bookworm qemu-system-data/bookworm \
		busybox-static/bookworm && mv "$dir.new" "$dir"
}

# qemu_tree - Debian's source with our hooks, configured: one for each version and state of the hooks
qemu_tree()
{
	local hooks=$here/qemu/hooks-$qemu_base.patch patch work=$cache/qemu.new
	qemu_dir=$cache/qemu-$(content "$hooks" "$qemu_version" "${qemu_configuration[*]}")
	[ ! -d "$qemu_dir" ] || return 0
	rm -rf "$work" && mkdir -p "$work/download" && cd "$work" || return
	echo "== QEMU $qemu_version: source"
	(cd download && quietly apt-get "${apt_options[@]}" source --download-only "qemu=$qemu_version") || return
	mkdir source && tar xf download/qemu_*.orig.tar.* -C source --strip-components=1 &&
		tar xf download/qemu_*.debian.tar.* || return
	for patch in "${qemu_debian_patches[@]}"; do
		[ ! -e "debian/patches/$patch" ] || patch -s -d source -p1 <"debian/patches/$patch" || return
	done
	patch -s --fuzz=0 -d source -p1 <"$hooks" || return
	qemu_sync "$work/source" || return
	# Ninja files have absolute paths: configure where the tree stays.
	rm -rf "$cache"/qemu-* download debian && mv "$work" "$qemu_dir" || return
	mkdir "$qemu_dir/build" && cd "$qemu_dir/build" &&
		quietly ../source/configure "${qemu_configuration[@]}" || { rm -rf "$qemu_dir"; return 1; }
}

# qemu_sync SOURCE - put our files where they are built, those that differ
qemu_sync()
{
	local device=$1/hw/misc/idxd cpu=$1/target/i386/tcg/sva
	mkdir -p "$device/model" "$device/sva" "$cpu"
	sync_files "$device" "$here"/qemu/idxd/*
	sync_files "$device/model" "$root"/emu/model/*.[ch]
	sync_files "$device/sva" "$root"/include/sva/*.h
	sync_files "$1/include/hw/misc" "$here/qemu/idxd.h"
	sync_files "$cpu" "$here"/qemu/cpu/*
	[ ! -d "$here/qemu/$qemu_base" ] || sync_folder "$1" "$here/qemu/$qemu_base" # what this base lacks
}

sync_files()
{
	local dir=$1 file
	shift
	for file; do
		cmp -s "$file" "$dir/${file##*/}" || cp "$file" "$dir/"
	done
}

sync_folder()
{
	local file
	while read -r file; do
		mkdir -p "$1/$(dirname "$file")"
		sync_files "$1/$(dirname "$file")" "$2/$file"
	done < <(cd "$2" && find . -type f)
}

# qemu_build - build it, or bring it up to date: sets qemu
qemu_build()
{
	qemu_choose || return
	qemu_tools || return
	# meson is found by Python, and from the start of PATH.
	export PYTHONPATH=$cache/tools/usr/lib/python3/dist-packages PATH=$cache/tools/usr/bin:$PATH
	(qemu_tree && qemu_sync "$qemu_dir/source" &&
		{ [ -x "$qemu_dir/build/qemu-system-x86_64" ] || echo "== QEMU $qemu_version: build"; } &&
		quietly ninja -C "$qemu_dir/build" qemu-system-x86_64) || return
	qemu_tree && qemu=$qemu_dir/build/qemu-system-x86_64
}
