# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # cache, reason: run
# Debian's kernels: an image and the modules that the guest loads.

# What variants call a kernel, and where it is: suites, and a regular expression of package names.
# Names of packages changed with 6.19: the image is linux-binary, and modules have one of their own.
declare -A kernel_suites=(
	[newest]=trixie-backports [sid]=sid [6.12]=bookworm-backports [6.12-nosva]=trixie
	[6.1]=bookworm [6.16]=trixie-backports [6.18]=trixie-backports)
declare -A kernel_packages=(
	[newest]='^linux-(image|binary)-[0-9.]+\+deb13-amd64$'
	[sid]='^linux-(image|binary)-[0-9.]+\+deb14-amd64$'
	[6.12]='^linux-image-6\.12\.[0-5]?[0-9]\+deb12-amd64$'
	[6.12-nosva]='^linux-image-6\.12\.[0-9]+\+deb13-amd64$'
	[6.1]='^linux-image-6\.1\.0-[0-9]+-amd64$'
	[6.16]='^linux-image-6\.16\.[0-9]+\+deb13-amd64$'
	[6.18]='^linux-image-6\.18\.[0-9]+\+deb13-amd64$')

# kernel_get NAME - sets kernel (folder with vmlinuz and modules), kernel_release and kernel_suite
kernel_get()
{
	local work=$cache/kernel.new packages
	kernel_suite=${kernel_suites[$1]}
	packages=$(archive_list Packages "$kernel_suite" | cut -d ' ' -f 1)
	kernel_release=$(sed -nE "/${kernel_packages[$1]}/s/^linux-(image|binary)-//p" <<<"$packages" | sort -V | tail -n 1)
	[ -n "$kernel_release" ] || { reason="Debian's $kernel_suite offers no such kernel ($1)"; return 77; }
	kernel=$cache/kernel-$kernel_release
	[ ! -d "$kernel" ] || return 0
	echo "== kernel $kernel_release"
	rm -rf "$work"
	packages=$(grep -xE "linux-(binary|modules)-${kernel_release//+/[+]}" <<<"$packages") ||
		packages=linux-image-$kernel_release
	# shellcheck disable=SC2086 # several words
	archive_unpack "$work" $(printf "%s/$kernel_suite " $packages) || return
	mkdir "$work/kept" && find "$work" \( -name 'vmlinuz*' -o -name 'idxd*.ko*' \) -exec mv -t "$work/kept" {} + &&
		mv "$work"/kept/vmlinuz* "$work/vmlinuz" || return
	find "$work/kept" -name '*.xz' -exec xz -d {} +
	mkdir "$kernel.new" && mv "$work/vmlinuz" "$work"/kept/*.ko "$kernel.new" &&
		mv "$kernel.new" "$kernel" && rm -rf "$work"
}
