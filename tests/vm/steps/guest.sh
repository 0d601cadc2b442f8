# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # cache, here, root, build, results, kernel: run
# The guest's files: programs of the build, Debian's tools, and what they need, in an initramfs.

# Programs of this machine that the guest has, too.
guest_tools=(bash setcap setpriv sort)
guest_test_folder=/usr/libexec/accel-config/test # of accel-config-test

# Programs of the build.
guest_programs()
{
	find "$build/tests/emu/programs" "$build/tests/vm" "$build/tests/run/run_cases" "$build/examples" \
		"$build"/tools/{info,run,setup} -maxdepth 1 -type f -perm -u+x
}

# What the library loads when it needs it.
guest_libraries()
{
	local library
	for library in libisal.so.2 libdeflate.so.0; do
		cp -L "$(/sbin/ldconfig -p | sed -n "s/^\t$library .* => //p" | head -n 1)" "$guest/lib/$library"
	done
}

# copy_program FILE TARGET - and the shared libraries that it needs, where the guest looks for them
copy_program()
{
	local library target
	mkdir -p "$(dirname "$guest$2")"
	cp -L "$1" "$guest$2"
	while read -r library; do
		case $library in
		*/ld-linux*) target=$library ;;
		*) target=/lib/${library##*/} ;;
		esac
		[ -e "$guest$target" ] || { mkdir -p "$guest$(dirname "$target")" && cp -L "$library" "$guest$target"; }
	done < <(ldd "$1" 2>/dev/null | grep -o '/[^ ]*')
}

# The newest accel-config, with a C library of its own beside the machine's.
guest_accel_config()
{
	local dir=$cache/accel-config opt=$guest/opt/accel-config file
	if [ ! -d "$dir" ]; then
		archive_unpack "$dir.new" accel-config/trixie libaccel-config1/trixie libjson-c5/trixie libc6/trixie &&
			mv "$dir.new" "$dir" || return
	fi
	mkdir -p "$opt"
	for file in bin/accel-config lib64/ld-linux-x86-64.so.2 lib/x86_64-linux-gnu/lib{c.so.6,json-c.so.5,accel-config.so.1}; do
		cp -L "$dir/usr/$file" "$opt/"
	done
}

# What sva-emu shows in sysfs, to be compared.
guest_attributes()
{
	local version file
	for version in 1.0 2.0; do
		file=$guest/tests/attributes.0x${version/./}0
		"$build/emu/sva-emu" --dsa $version -- "$here/guest/attributes.sh" dsa 0 >"$file" || rm "$file"
		file=$guest/tests/attributes.iax.0x${version/./}0
		"$build/emu/sva-emu" --devices dsa,iax --iax $version -- "$here/guest/attributes.sh" iax 1 >"$file" ||
			rm "$file"
	done
}

guest_files()
{
	local program
	guest=$1
	mkdir -p "$guest"/{bin,dev,proc,sys,tmp,run,etc,tests,root}
	cp "$cache/tools/bin/busybox" "$guest/bin/"
	echo 'root:x:0:0::/root:/bin/sh' >"$guest/etc/passwd"
	printf 'PRETTY_NAME="Debian GNU/Linux"\nID=debian\n' >"$guest/etc/os-release" # the kernel's distribution
	cp "$here/guest/init" "$guest/init"
	cp "$here"/guest/*.sh "$guest/tests/"
	cp "$root"/tests/emu/programs/*.sh "$guest/tests/"
	for program in "${guest_tools[@]}"; do
		copy_program "$(PATH=$PATH:/usr/sbin command -v "$program")" "/bin/$program"
	done
	copy_program "$(command -v accel-config)" /bin/accel-config
	for program in $(guest_programs); do
		copy_program "$program" "/bin/${program##*/}"
	done
	for program in "$guest_test_folder"/*; do
		[ ! -f "$program" ] || copy_program "$program" "$program"
	done
	cp -r "$guest_test_folder/." "$guest$guest_test_folder/"
	guest_libraries
	guest_accel_config
}

archive_of()
{
	(cd "$1" && find . | "$cache"/tools/bin/busybox cpio -o -H newc 2>/dev/null | gzip -1)
}

# guest_image VARIANT - sets initrd: the files, and behind them the kernel's modules
guest_image()
{
	local work=$results/guest modules
	umask 022 # not everybody in the guest is root
	guest_files "$work/files" || return
	[[ $(variant_field "$1" tests) != *attributes* ]] || guest_attributes
	modules=$work/modules/lib/modules/$kernel_release
	mkdir -p "$modules" && cp "$kernel"/*.ko "$modules/"
	echo "idxd.ko: idxd_bus.ko" >"$modules/modules.dep" && echo "idxd_bus.ko:" >>"$modules/modules.dep"
	initrd=$results/initrd
	{ archive_of "$work/files" && archive_of "$work/modules"; } >"$initrd"
	rm -rf "$work"
}
