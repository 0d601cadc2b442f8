# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # qemu, initrd, kernel, results, tracing, gdb: run
# The machine, as QEMU makes it: VT-d with scalable mode, PASID, ATS and PRI, a DSA, and another one or an IAX.

# machine_command VARIANT KERNEL-OPTIONS - sets command
machine_command()
{
	local iommu device cpu append second share=$cache/tools/usr/share
	iommu=$(variant_field "$1" iommu) device=$(variant_field "$1" device)
	cpu=$(variant_field "$1" cpu) append=$(variant_field "$1" append) second=$(variant_field "$1" second)
	# no_timer_check: whether ticks come when Linux looks for them depends on what else runs here.
	# Linux does no SVA on a VT-d without five-level tables if the CPU has them.
	command=("$qemu" -L "$share/seabios" -L "$share/qemu" -machine q35 -accel tcg,thread=multi
		-m 1G -smp 2 -nodefaults -display none -monitor none -no-reboot
		-kernel "$kernel/vmlinuz" -initrd "$initrd"
		-append "console=ttyS0 quiet no_timer_check intel_iommu=on${append:-,sm_on} panic=-1 sva.setup=$(variant_field "$1" setup) $2"
		-cpu "max,la57=off${cpu:+,$cpu}"
		-device "intel-iommu,intremap=on,device-iotlb=on${iommu:-,x-scalable-mode=on,x-flts=on,x-pasid-mode=on,svm=on}"
		-device "idxd-dsa,addr=2,trace=$tracing${device:+,$device}"
		-device "${second:-idxd-dsa},addr=3${device:+,$device}" "${gdb[@]}")
}

# machine_run VARIANT - boot it, run its tests, keep log and lines; fails if it does not come to its end
machine_run()
{
	local tests command limit status=0
	tests=$(variant_field "$1" tests) limit=$(variant_field "$1" limit)
	[ "$1" != soak ] || limit=$((limit + soak))
	machine_command "$1" "sva.tests=${tests// /,} sva.soak=$soak"
	: >"$results/lines"
	timeout --foreground -k 5 "$limit" "${command[@]}" -D "$results/trace" -serial stdio \
		-serial "file:$results/lines" </dev/null 2>&1 | tr -d '\r' >"$results/log" || status=$?
	rm -f "$initrd"
	tr -d '\r' <"$results/lines" >"$results/lines.new" && mv "$results/lines.new" "$results/lines"
	if ! grep -qx 'end' "$results/lines"; then
		echo "$1: the guest did not come to its end (status $status):"
		tail -n 30 "$results/log"
		return 1
	fi >&2
	sed -i '/^end$/d' "$results/lines"
}

# machine_shell VARIANT - the same machine with a shell
machine_shell()
{
	local command
	machine_command "$1" ''
	exec "${command[@]}" -serial mon:stdio
}
