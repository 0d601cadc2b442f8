#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# machine.sh SVA-INFO - what sva-info says of machines that lack something, from copies of their files;
# and that no garbage in such files does it harm
set -euo pipefail
info=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

fail()
{
	echo "machine: $*" >&2
	cat "$work/out" >&2
	exit 1
}

# put FILE TEXT - below the root
put()
{
	mkdir -p "$(dirname "$root/$1")"
	printf '%s\n' "$2" >"$root/$1"
}

# whole - a machine that lacks nothing, with a device without a configuration
whole()
{
	rm -rf "$root"
	put proc/cpuinfo $'model name\t: Xeon of a test\nflags\t\t: fpu waitpkg movdir64b enqcmd'
	put proc/sys/kernel/osrelease 6.18.9
	put proc/cmdline 'quiet intel_iommu=on,sm_on'
	put etc/os-release $'PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\nID=debian'
	put etc/default/grub 'GRUB_CMDLINE_LINUX="quiet"'
	put boot/config-6.18.9 $'CONFIG_INTEL_IDXD=m\nCONFIG_INTEL_IDXD_SVM=y'
	put sys/firmware/acpi/tables/DMAR ''
	put sys/firmware/acpi/tables/FACP ''
	put sys/class/iommu/dmar0/intel-iommu/ecap 90020f050df
	put sys/module/idxd/parameters/sva Y
	put sys/bus/pci/devices/0000:6a:01.0/vendor 0x8086
	put sys/bus/pci/devices/0000:6a:01.0/device 0x0b25
	ln -s ../../drivers/idxd "$root/sys/bus/pci/devices/0000:6a:01.0/driver"
	mkdir -p "$root/sys/bus/dsa/devices"
}

# run STATUS OPTION... - of sva-info
run()
{
	local status=0

	timeout 60 "$info" --root "$root" "${@:2}" >"$work/out" 2>&1 </dev/null || status=$?
	[ $status -eq "$1" ] || fail "exit status $status, not $1, from:"
}

# says TEXT... - of the machine without a device
says()
{
	local text

	run 1
	for text; do
		grep -qF -- "$text" "$work/out" || fail "no '$text' in:"
	done
}

# The machine's commands, as far as they change these files: a boot takes grub's parameters, and finds the IOMMU if
# they turn it on.
mkdir "$work/bin"
export root PATH=$work/bin:$PATH
printf '#!/bin/sh\n' | tee "$work"/bin/{update-grub,grub2-mkconfig} >/dev/null
cat >"$work/bin/grubby" <<'END'
#!/bin/sh
sed -i "s/\"$/ ${2#--args=}\"/" "$root/etc/default/grub"
END
cat >"$work/bin/reboot" <<'END'
#!/bin/sh
sed -n 's/^GRUB_CMDLINE_LINUX="\(.*\)"/\1/p' "$root/etc/default/grub" >"$root/proc/cmdline"
! grep -q intel_iommu=on "$root/proc/cmdline" || mkdir -p "$root/sys/class/iommu/dmar0"
END
cat >"$work/bin/modprobe" <<'END'
#!/bin/sh
case $* in
idxd) mkdir -p "$root/sys/module/idxd" ;;
'-r iaa_crypto') rm -r "$root/sys/module/iaa_crypto" && echo disabled >"$root/sys/bus/dsa/devices/wq1.0/state" ;;
*) exit 1 ;;
esac
END
chmod +x "$work"/bin/*

# removed TEXT - carry out what the last run tells to do; then that obstacle is no more
removed()
{
	local function=$root/sys/bus/pci/devices/0000:6a:01.0 driver

	sed -n 's/^ *# //p' "$work/out" | sed -E "s,( |> ?)/(etc|sys|boot),\1$root/\2,g" >"$work/commands"
	mkdir -p "$root"/sys/bus/pci/drivers/{idxd,vfio-pci}
	sh -eu "$work/commands" || fail "the commands against '$1' fail:"
	for driver in vfio-pci idxd; do # as the kernel does it
		[ ! -s "$root/sys/bus/pci/drivers/$driver/unbind" ] || rm "$function/driver"
		[ ! -s "$root/sys/bus/pci/drivers/$driver/bind" ] || ln -s "../../drivers/$driver" "$function/driver"
	done
	run 1
	! grep -qF -- "$1" "$work/out" || fail "'$1', after the commands:"
}

whole
says 'Xeon of a test' 'ENQCMD: yes, MOVDIR64B: yes, WAITPKG: yes' 'Linux 6.18.9, Debian GNU/Linux 13' \
	'VT-d in the firmware: yes, used by the kernel: yes' 'scalable mode: yes, PASID: yes, page requests: yes' \
	'kernel parameters: intel_iommu=on,sm_on' 'idxd: loaded, sva=Y' 'the idxd driver is loaded and has found no device'

whole; rm -r "$root/sys/bus/pci/devices/0000:6a:01.0"
says 'this machine has no DSA: there is no PCI function of it'

whole; put proc/cpuinfo $'model name\t: Xeon\nflags\t\t: fpu waitpkg'; rm -r "$root/sys/module"
says 'this CPU has no MOVDIR64B, without which the idxd driver does not load'

whole; rm -r "$root/sys/firmware/acpi/tables/DMAR" "$root/sys/class/iommu/dmar0"
says 'VT-d is disabled in the firmware' 'enable VT-d and ENQCMD in the firmware'

# The kernel parameters: where Debian, Fedora and others keep them. Debian's file is then right.
for before in quiet 'intel_iommu=on,sm_off quiet' 'intel_iommu=off quiet intel_iommu=on'; do
	whole; rm -r "$root/sys/class/iommu/dmar0"
	put etc/default/grub "GRUB_CMDLINE_LINUX=\"$before\""
	says 'the kernel does not use the IOMMU' "# sed -i 's/intel_iommu=" '# update-grub' '# reboot'
	removed 'the kernel does not use the IOMMU'
	grep -qxE 'GRUB_CMDLINE_LINUX="intel_iommu=on,sm_on quiet ?"' "$root/etc/default/grub" || fail "grub's file"
done
for id in fedora opensuse-leap; do
	whole; rm -r "$root/sys/class/iommu/dmar0"
	put etc/os-release "ID=$id"
	says 'the kernel does not use the IOMMU'
	removed 'the kernel does not use the IOMMU'
done
whole; rm -r "$root/sys/class/iommu/dmar0"
put etc/os-release $'PRETTY_NAME="Fedora Linux 43"\nID=fedora'
says '# grubby --update-kernel=ALL --args=intel_iommu=on,sm_on'
put etc/os-release $'PRETTY_NAME="Ubuntu 26.04"\nID=ubuntu\nID_LIKE=debian'
says '# update-grub'
put etc/os-release $'NAME=Other\nID=other'
says 'do: boot with the kernel parameter intel_iommu=on,sm_on'

whole; put sys/class/iommu/dmar0/intel-iommu/ecap f020df
says 'the IOMMU has no scalable mode'
whole; put sys/class/iommu/dmar0/intel-iommu/ecap 80020000000
says 'the IOMMU has no PASIDs'
whole; put sys/class/iommu/dmar0/intel-iommu/ecap 90000000000
says 'the IOMMU has no page requests'
for parameters in intel_iommu=on,sm_off intel_iommu=on 'intel_iommu=on,sm_on quiet intel_iommu=sm_off'; do
	whole; put proc/cmdline "$parameters"
	put etc/default/grub "GRUB_CMDLINE_LINUX=\"$parameters\""
	says "the kernel does not use the IOMMU's scalable mode" '# update-grub'
	removed "the kernel does not use the IOMMU's scalable mode"
done
whole; put proc/cmdline 'intel_iommu=sm_off intel_iommu=on,sm_on prism_off'
says 'the idxd driver is loaded and has found no device'

for release in 6.12.64 6.12.74+deb13-amd64 6.1.0-44-amd64; do
	whole; put proc/sys/kernel/osrelease $release
	says 'SVA for user queues is disabled in this version (CVE-2025-71089)' 'install Linux 6.18.7'
done
for release in 6.12.63 6.1.0-43-amd64 6.18.7 garbage; do
	whole; put proc/sys/kernel/osrelease $release
	says 'Kernel '
	! grep -q CVE "$work/out" || fail "$release has no SVA:"
done

whole; put boot/config-6.18.9 CONFIG_INTEL_IDXD=m
put proc/cmdline 'intel_iommu=on,sm_on'
says 'built without CONFIG_INTEL_IDXD_SVM'
whole; rm -r "$root/sys/module"
says 'the idxd driver is not loaded' '# modprobe idxd'
removed 'the idxd driver is not loaded'
whole; ln -sfn ../../drivers/vfio-pci "$root/sys/bus/pci/devices/0000:6a:01.0/driver"
says 'PCI function 0000:6a:01.0 is bound to vfio-pci' \
	'# echo 0000:6a:01.0 > /sys/bus/pci/drivers/vfio-pci/unbind' \
	'# echo 0000:6a:01.0 > /sys/bus/pci/drivers/idxd/bind'
removed 'PCI function 0000:6a:01.0'
whole; rm "$root/sys/bus/pci/devices/0000:6a:01.0/driver"
says 'PCI function 0000:6a:01.0 has no driver'
removed 'PCI function 0000:6a:01.0'

# object NAME ATTRIBUTE=VALUE... - a device, or a queue
object()
{
	local attribute

	for attribute in "${@:2}"; do
		put "sys/bus/dsa/devices/$1/${attribute%%=*}" "${attribute#*=}"
	done
}

whole; mkdir "$root/sys/module/iaa_crypto"
object iax1 state=enabled version=0x100 max_work_queues_size=128
object wq1.0 state=enabled mode=dedicated type=kernel driver_name=crypto name=iaa_crypto size=128
says 'iaa_crypto: loaded' 'iaa_crypto has taken this device, as it does with every IAA device' '# modprobe -r iaa_crypto'
removed 'iaa_crypto has taken'

whole
object dsa0 state=enabled version=0x100 cmd_status=0x80060000 \
	errors=00000000,00000000,00007f00,12345000,00000000,00000000,00000003,00011a0d
object wq0.0 state=enabled mode=shared type=kernel driver_name=dmaengine name=x size=16 group_id=0 clients=1
object 'wq0.0/dsa!wq0.0/file0' cr_faults=3 cr_fault_failures=1
object 'wq0.0/dsa!wq0.0/file1' cr_faults=2 cr_fault_failures=0
says 'the last command failed: the shared queue has no threshold (cmd_status 0x80060000)' \
	'error: The page of the completion record was not writable by the device, of memmove, in wq0.1, address 0x7f0012345000' \
	'do: keep the record in memory that is mapped, writable and touched' \
	'completion records that the kernel had to write: 5, and could not: 1' \
	'not usable: the queue is not of type user' 'do: the queue is in use: take another one'

# Garbage in every file, and hardly any files.
whole
mkdir -p "$root/sys/bus/dsa/devices/dsa0/wq0.0" "$root/sys/bus/dsa/devices/wq0.0"
for name in state version errors cmd_status op_cap clients numa_node gen_cap; do
	put "sys/bus/dsa/devices/dsa0/$name" ''
done
for name in state mode type size name group_id driver_name clients; do
	put "sys/bus/dsa/devices/wq0.0/$name" ''
done
find "$root" -type f >"$work/files"
for seed in $(seq 20); do
	while read -r file; do
		head -c $((seed * 997 % 5000)) /dev/urandom >"$file"
	done <"$work/files"
	for option in '' --check --json; do
		# shellcheck disable=SC2086 # none or one
		run 1 $option
		! LC_ALL=C grep -q $'[\x01-\x08\x0e-\x1f]' "$work/out" || fail "control characters $option:"
	done
done
rm -rf "${root:?}"/*
mkdir "$root/sys"
run 1
run 1 --json
python3 -m json.tool "$work/out" >/dev/null || fail "no JSON:"

# Wrong usage.
for wrong in '--no-such' '--watch=0' '--watch=x' '--times' '--times -1' '--check --json' 'wq0.0 wq0.1' \
	'--test' '--watch' '--times 2'; do
	# shellcheck disable=SC2086 # words
	run 2 $wrong
	grep -q '^sva-info: ' "$work/out" || grep -q "sva-info: " "$work/out" || fail "$wrong:"
done
run 0 --help
run 0 --version
root=$work run 2
grep -q "/sys: No such file or directory: copy /sys" "$work/out" || fail "a folder without the files:"
"$info" --root "$root" --json >/dev/full 2>"$work/out" && fail "a full disk" || [ $? -eq 2 ] || fail "a full disk:"
echo "machine: ok"
