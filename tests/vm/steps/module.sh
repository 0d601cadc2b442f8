# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # cache, here, root, kernel, kernel_release: run
# The kernel module, built against Debian's headers with the compiler that they want: in a throw-away
# root with nothing but these.

# module_root SUITE - sets module_root; it is never booted or configured, only unpacked
module_root()
{
	local work=$cache/headers.new
	module_root=$cache/headers-$kernel_release
	[ ! -d "$module_root" ] || return 0
	echo "== headers of $kernel_release"
	rm -rf "$work" && mkdir -p "$work"/{usr/bin,usr/lib,usr/lib64,usr/sbin,tmp,dev,proc} || return
	ln -s usr/bin usr/lib usr/lib64 usr/sbin "$work/"
	quietly apt-get "${apt_options[@]}" -y --no-install-recommends -o APT::Install-Essential=false \
		-o "Dir::Cache::archives=$work/tmp" -o "APT::Default-Release=$1" --download-only install \
		"linux-headers-$kernel_release" binutils make bash coreutils sed grep mawk findutils || return
	find "$work/tmp" -name '*.deb' -exec dpkg -x {} "$work" \; || return
	rm -rf "$work/tmp"/* && ln -sf mawk "$work/usr/bin/awk" && ln -sf bash "$work/usr/bin/sh" &&
		mv "$work" "$module_root"
}

# With /proc, where objtool looks its stack up; in a user namespace where it takes one.
in_module_root()
{
	local unshare=(unshare --mount)
	[ "$(id -u)" -eq 0 ] || unshare+=(--map-root-user)
	# shellcheck disable=SC2016 # expanded by the inner shell
	"${unshare[@]}" sh -ec 'mount --rbind /proc "$1/proc"
		root=$1
		shift
		exec chroot "$root" /usr/bin/env -i PATH=/usr/bin:/usr/sbin "$@"' sh "$module_root" "$@"
}

# module_build SUITE - sva_ring0.ko beside the kernel's modules
module_build()
{
	local module=$kernel/sva_ring0.ko key
	key=$(content "$here"/ring0/* "$root/include/sva/insn.h")
	[ "$(cat "$module.key" 2>/dev/null)" != "$key" ] || return 0
	module_root "$1" || return
	rm -rf "$module_root/ring0" && cp -r "$here/ring0" "$module_root/" &&
		mkdir "$module_root/ring0/sva" && cp "$root/include/sva/insn.h" "$module_root/ring0/sva/" || return
	quietly in_module_root make -C "/usr/src/linux-headers-$kernel_release" M=/ring0 modules || return
	cp "$module_root/ring0/sva_ring0.ko" "$module" && echo "$key" >"$module.key"
}
