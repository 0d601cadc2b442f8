# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The tests of the variants: test_NAME returns 0, or 77 with the reason in /tmp/reason.

nobody()
{
	/bin/setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all "$@"
}

test_suite_shared() { emu_suite wq0.0 portal; }
test_suite_dedicated() { emu_suite wq0.1 portal; }
test_suite_write() { nobody emu_suite wq0.0 write && nobody emu_suite wq0.1 write; }
# The attributes are those that sva-emu shows, with the same modes and values.
test_attributes()
{
	of_sva_emu=/tests/attributes.$(cat /sys/bus/dsa/devices/dsa0/version)
	[ -e "$of_sva_emu" ] || { echo "sva-emu does not run on this machine" >/tmp/reason; return 77; }
	attributes.sh dsa 0 | diff "$of_sva_emu" -
}
test_iax_attributes()
{
	of_sva_emu=/tests/attributes.iax.$(cat /sys/bus/dsa/devices/iax1/version)
	[ -e "$of_sva_emu" ] || { echo "sva-emu does not run on this machine" >/tmp/reason; return 77; }
	attributes.sh iax 1 | diff "$of_sva_emu" -
}
# An IAX: faults, records; and some of what Debian's iaa_test does.
test_iax() { emu_iax portal; }
test_iax_write() { nobody emu_iax write; }
test_iaa_test()
{
	for mode in 0 1; do
		for operation in '0x43 -l 65536' '0x42 -l 65536' '0x4c -l 4096' '0x44 -l 4096 -1 0x8000' \
			'0x50 -l 4096 -2 0x7c -3 1024' '0x55 -l 4096 -2 0x38 -3 2048'; do
			# shellcheck disable=SC2086 # words
			/usr/libexec/accel-config/test/iaa_test -d iax1/wq1.$((1 - mode)) -w $mode -f 0x1 -t 300000 -o $operation || return
		done
	done
}
test_raw() { emu_raw; }
test_records_log() { emu_records dsa log; }
test_records_errors() { emu_records dsa errors; }
test_proof() { vm_proof; }
test_proof_full() { vm_proof full; }
# Both queues, and less memory than all of it together wants: the kernel swaps and reclaims.
test_soak()
{
	mount -o remount,size=400m /tmp
	dd if=/dev/zero of=/tmp/pressure bs=1M count=300 2>/dev/null
	vm_traffic "$(given soak)" 4 4 wq0.0 &
	traffic=$!
	while kill -0 $traffic 2>/dev/null; do
		dd if=/dev/zero of=/tmp/pressure bs=1M count=380 2>/dev/null # caches come and go
		echo 1 >/proc/sys/vm/compact_memory 2>/dev/null
		echo 3 >/proc/sys/vm/drop_caches
		sleep 1
	done
	rm -f /tmp/pressure
	wait $traffic
}
test_ring0() { insmod "/lib/modules/$(uname -r)/sva_ring0.ko" && vm_ring0 && rmmod sva_ring0; }
test_traffic() { vm_traffic 6 3 4 wq0.0 wq0.0; }

# under_traffic COMMAND... - run it while eight threads of two processes submit: each of them ends, knows
# what became of its operations, and the device can be used again. Nobody opens a queue meanwhile: Linux
# 7.3 crashes if a device is disabled just then.
under_traffic()
{
	vm_traffic -g 8 2 4 wq0.0 >/tmp/traffic &
	until grep -q 'at work' /tmp/traffic; do
		kill -0 $! || { cat /tmp/traffic && return 1; }
		usleep 10000
	done
	"$@"
	status=0
	wait $! || status=$?
	cat /tmp/traffic
	again && emu_suite wq0.0 portal && [ $status -eq 0 ] && ! grep ' 0 threads lost' /tmp/traffic
}

# The device from the beginning, whatever has become of it.
again()
{
	rmmod idxd && setup queues
}

test_queue_gone() { under_traffic sh -c 'echo wq0.0 >/sys/bus/dsa/drivers/user/unbind'; }
test_device_gone() { under_traffic new_accel_config disable-device -f dsa0; }
test_function_reset() { under_traffic sh -c 'echo 1 >/sys/bus/pci/devices/0000:00:02.0/reset'; }
# A queue that is back before anybody has looked: reset, disabled and enabled, or in the other mode.
comeback()
{
	vm_comeback wq0.0 "$1" && vm_comeback wq0.1 "$2"
}
test_comeback_reset()
{
	reset='echo 1 >/sys/bus/pci/devices/0000:00:02.0/reset'
	comeback "$reset" "$reset" && again
}
# enable_again QUEUE MODE [OPTION...]
enable_again()
{
	new_accel_config disable-wq -f "dsa0/$1" && configure "$@" && new_accel_config enable-wq "dsa0/$1" &&
		chmod 666 "/dev/dsa/$1"
}
with_these() { echo ". /tests/setup.sh; . /tests/tests.sh; $*"; }
test_comeback_enabled()
{
	comeback "$(with_these enable_again wq0.0 shared --threshold=48)" \
		"$(with_these enable_again wq0.1 dedicated)" && again
}
test_comeback_mode()
{
	comeback "$(with_these enable_again wq0.0 dedicated)" \
		"$(with_these enable_again wq0.1 shared --threshold=48)" && again
}

test_storm() { emu_storm; }
# Calls and rings on each queue, and on a pool of both.
test_calls() { emu_calls wq0.0 rounds && emu_calls wq0.1 rounds && emu_calls pool rounds; }
test_rings() { emu_rings wq0.0 40 && emu_rings wq0.1 16 && emu_rings pool 200; }
test_calls_write() { nobody emu_calls pool rounds && nobody emu_rings pool 16; }
test_accel_config() { bash /tests/accel_config.sh; }
test_dsa_test() { bash /tests/dsa_test.sh; }

# said COMMAND... - what sva-info says, from its verdict on a queue, or on a machine without one
said()
{
	"$@" | sed 's/^Result *no device:/not usable: no device:/; s/^ *//' |
		sed -n '/^\(not \)*usable: /,/^Result/{ /^Result/d; p; }'
}

# says QUEUE TEXT - that, word for word
says()
{
	echo "$2" >/tmp/expected
	said sva-info "$1" | diff /tmp/expected -
}

# do_it QUEUE - carry out what sva-info tells to do, with the newer accel-config; then it can be used
do_it()
{
	sva-info "$1" | sed -n 's/^ *# //p' | sed 's/^accel-config/new_accel_config/' >/tmp/commands
	. /tmp/commands && sva-info --check "$1" && chmod 666 "/dev/dsa/$1"
}

# enabling QUEUE - the commands for one that was disabled, which has erased all but its size
enabling()
{
	mode='shared --threshold=63' blocks=' --block-on-fault=1'
	grep -qw enqcmd /proc/cpuinfo || mode=dedicated
	[ $(($(cat /sys/bus/dsa/devices/dsa0/gen_cap) & 1)) -ne 0 ] || blocks=
	echo "# accel-config config-wq dsa0/$1 --mode=$mode --type=user --name=app --priority=10 \
--max-batch-size=32 --max-transfer-size=2097152$blocks"
	[ ! -e /sys/bus/dsa/devices/$1/driver_name ] || echo "# echo user > /sys/bus/dsa/devices/$1/driver_name"
	echo "# accel-config enable-wq dsa0/$1"
}

# slow QUEUE - what is said of one without block on fault, where the device could
slow()
{
	[ "$(given setup)" = no-block-on-fault ] || return 0
	mode='shared --threshold=48'
	grep -qx shared "/sys/bus/dsa/devices/$1/mode" || mode=dedicated
	echo "
block on fault is off: an operation ends early at a page that is not present
# accel-config disable-wq dsa0/$1"
	enabling "$1" | sed "s/--mode=.* --type=user --name=app/--mode=$mode --type=user --name=${mode%% *}/"
}

# Each enabled queue can be used; and what sva-info tells to do enables it again.
test_info()
{
	sva-info
	for queue in wq0.0 wq0.1; do
		[ "$(cat /sys/bus/dsa/devices/$queue/state)" = enabled ] || continue
		by=MOVDIR64B
		grep -qx dedicated /sys/bus/dsa/devices/$queue/mode || by=ENQCMD
		says $queue "usable: portal, by $by$(slow $queue)" && sva-info --test $queue &&
			new_accel_config disable-wq dsa0/$queue && ! sva-info --check $queue &&
			says $queue "not usable: the queue is disabled
$(enabling $queue)" && do_it $queue || return
	done
}

# Queues as sva-setup makes them, and what was there before.
test_setup()
{
	sva-setup dedicated 2 --apply --root /tmp/root && sva-info dsa0 && sva-info --test dsa0 &&
		[ "$(stat -c %a /dev/dsa/wq0.1)" = 666 ] && sva-setup storage --apply --root /tmp/root &&
		sva-info --test dsa0 && sva-setup --undo --apply --root /tmp/root && sva-info dsa0 &&
		sva-info --test dsa0 | grep -c good | grep -x 2 && chmod 666 /dev/dsa/*
}

test_setup_iax()
{
	sva-setup dedicated 2 --device iax --apply --root /tmp/root && sva-info iax1 && sva-info --test iax1 &&
		sva-setup storage --device iax1 --apply --root /tmp/root && sva-info --test iax1 &&
		sva-setup --undo --apply --root /tmp/root && sva-info iax1 &&
		sva-info --test iax1 | grep -c good | grep -x 2 && chmod 666 /dev/iax/*
}

# offloads PATH QUEUE COMMAND... - it prints under sva-run what it prints without, and the statistics say that the
# device did work of it, on that path (a regular expression). Nothing depends on times.
offloads()
{
	path=$1 queue=$2
	shift 2
	rm -f /tmp/statistics
	"$@" >/tmp/expected && $as sva-run --queue "$queue" --json --stats --output /tmp/statistics --adapt off \
		--threshold 1K --timeout 0 -- "$@" >/tmp/out && cmp /tmp/expected /tmp/out || return
	cat /tmp/statistics
	grep "\"program\":\"${1##*/}\".*$path.*\"device_bytes\":[1-9].*\"failures\":0" /tmp/statistics >/tmp/found
}

# Real programs with sva-run: sort, as root and as an ordinary user, where lines are long and differ late, and one that
# copies in the ways in which offloading libraries have failed.
test_run()
{
	awk 'BEGIN { for (x = i = 1; i < 500; i++) { x = x * 48271 % 2147483647; printf("%03000d %d\n", x % 9, x) } }' \
		>/tmp/data
	as='' && offloads 'wq0.0.*by ENQCMD' all /bin/sort /tmp/data &&
		offloads 'wq0.1.*by MOVDIR64B' wq0.1 /bin/sort -r /tmp/data &&
		as=nobody && offloads 'wq0.0.*write(2)' all /bin/sort /tmp/data &&
		offloads 'wq0.1.*write(2)' wq0.1 /bin/sort -r /tmp/data || return
	as=''
	for what in sizes memcmp_mismatch threads page_faults fork fork_threads signal_handlers longjmp; do
		offloads ENQCMD all run_cases $what || return
	done
}

test_example()
{
	memcpy_offload /bin/bash wq0.0 && memcpy_offload /bin/bash wq0.1
}

# Nothing that a kernel prints when something is wrong with it, or with the device's driver.
test_kernel_log()
{
	! dmesg | grep -E 'WARNING:|BUG:|Oops|Call Trace|general protection fault:|hung task|stall|Device error 0x0 ' | grep -v 'traps: '
}
# why QUEUE ERROR REJECTION ADVICE - the error of opening it, and the words of the reason and the remedy; and
# what sva-info tells to do
why()
{
	said=$(vm_why "$1")
	echo "$said"
	[ "$(echo "$said" | grep -v '^reason:')" = "error: $2
path: CPU
$3" ] || return
	sva-info "$1"
	case $3 in
	:*) prefix='' verdict=${3#: } verdict=${verdict%; } ;;
	*) prefix="$1: " verdict=${3#*: } verdict=${verdict%%; *} ;;
	esac
	sva-info --check "$1" | grep -xF "not usable: $prefix$verdict" && says "$1" "not usable: $verdict
$4"
}

no_sva="open: Operation not supported: the kernel has no Shared Virtual Addressing for user queues; enable \
VT-d in the firmware and boot with intel_iommu=on,sm_on; kernels 6.12.64 and later 6.12, and 6.1.0-44 and later \
of Debian, have SVA disabled (CVE-2025-71089): use 6.18.7, 6.19 or newer"
test_why_no_sva()
{
	advice='do: this kernel has SVA for user queues disabled (CVE-2025-71089): install Linux 6.18.7, 6.19 or newer'
	why wq0.0 EOPNOTSUPP "wq0.0: $no_sva" "$advice" && why wq0.1 EOPNOTSUPP "wq0.1: $no_sva" "$advice" &&
		LIBSVA_LOG=info memcpy_offload /bin/bash
}

# why_not_booted QUEUE ERROR REJECTION OBSTACLE - which kernel parameters remove; in the file that is edited, they are
# then those of the variant newest
why_not_booted()
{
	why "$1" "$2" "$3" "$4: boot with the kernel parameter intel_iommu=on,sm_on
# sed -i 's/intel_iommu=[^ \"]* *//g; s/^GRUB_CMDLINE_LINUX=\"/&intel_iommu=on,sm_on /' /etc/default/grub
# update-grub
# reboot" || return
	mkdir -p /etc/default && echo "GRUB_CMDLINE_LINUX=\"$(cat /proc/cmdline)\"" >/etc/default/grub
	sva-info "$1" | sed -n 's/^ *# sed/sed/p' >/tmp/commands
	. /tmp/commands && cat /etc/default/grub && ! grep -E 'off' /etc/default/grub &&
		grep -F '"intel_iommu=on,sm_on ' /etc/default/grub
}

no_pasid="open: No space left on device: the kernel could not allocate a PASID; boot with intel_iommu=on,sm_on: \
the IOMMU must have PASIDs and run in scalable mode"
test_why_no_scalable_mode()
{
	why_not_booted wq0.0 ENOSPC "wq0.0: $no_pasid" "the kernel does not use the IOMMU's scalable mode"
}

test_why_no_pasid()
{
	why wq0.0 ENOSPC "wq0.0: $no_pasid" \
		'do: the IOMMU has no PASIDs: in a virtual machine, have the host give it an IOMMU with PASIDs'
}

test_why_no_iommu()
{
	why_not_booted wq0.1 ENODEV "wq0.1: open: No such device: the kernel has no IOMMU for the device; enable VT-d in \
the firmware and boot with intel_iommu=on,sm_on" 'the kernel does not use the IOMMU'
}

test_why_no_driver()
{
	why wq0.0 ENODEV ": no device: /sys/bus/dsa/devices has none: this CPU has no MOVDIR64B, without which the \
idxd driver does not load; " 'this CPU has no MOVDIR64B, without which the idxd driver does not load
do: use a Xeon of the 4th generation or newer; in a virtual machine, have the host give it the features of its CPU'
}

# A shared queue cannot be enabled without ENQCMD; the driver says so, and a dedicated one works.
test_why_no_enqcmd()
{
	! configure wq0.0 shared --threshold=48 || ! new_accel_config enable-wq dsa0/wq0.0 || return
	why wq0.0 ENODEV "wq0.0: the queue is disabled; accel-config enable-wq DEVICE/QUEUE" "do: use another queue of \
dsa0; this one can be given entries only while the device is disabled, which erases the configuration of all its queues" &&
		new_accel_config disable-device dsa0 && do_it wq0.0 &&
		says wq0.0 'usable: portal, by MOVDIR64B'
}

# The same machine, with one thing after the other switched off.
test_why_disabled()
{
	new_accel_config disable-wq dsa0/wq0.0 &&
		why wq0.0 ENODEV "wq0.0: the queue is disabled; accel-config enable-wq DEVICE/QUEUE" \
			"$(enabling wq0.0)" &&
		new_accel_config disable-device dsa0 &&
		why wq0.1 ENODEV "wq0.1: the device is disabled; accel-config enable-device DEVICE" \
			"# accel-config config-engine dsa0/engine0.0 --group-id=0
$(enabling wq0.1 | sed 's/wq0.1 --mode=shared/wq0.1 --group-id=0 --mode=shared --wq-size=16/; s/=63/=15/
s/^.* enable-wq/# accel-config enable-device dsa0\n&/')" && do_it wq0.1 &&
		rmmod idxd &&
		why wq0.0 ENODEV ": no device: /sys/bus/dsa/devices lists none: the idxd driver is not loaded; try: \
modprobe idxd; " 'the idxd driver is not loaded
# modprobe idxd' &&
		modprobe idxd && setup queues && vm_why wq0.0 | grep -x 'error: none'
}

no_portal="usable: write(2), since no portal: mmap: Operation not permitted: since Linux 6.10 the portal needs \
CAP_SYS_RAWIO (CVE-2024-21823)
the portal would be faster: it needs CAP_SYS_RAWIO"
# An ordinary user: the kernel refuses the portal, write(2) is the path, and the capability that sva-info names
# opens the portal, but not in a user namespace; and a node without permission, which what sva-info tells to do gives.
test_why_nobody()
{
	nobody vm_why wq0.0 | grep -x 'path: write(2)' && said nobody sva-info wq0.0 >/tmp/said
	echo "$no_portal
do: setcap cap_sys_rawio+ep PROGRAM, a powerful capability" | diff - /tmp/said || return
	program=/tmp/sva-info && cp /bin/sva-info $program &&
		eval "$(sed -n "s,^do: \(.*\)PROGRAM\,.*,\1$program,p" /tmp/said)" &&
		/bin/setpriv --reuid=65534 --clear-groups $program --check wq0.0 | grep -F 'portal, by ENQCMD' || return
	said unshare --map-root-user sva-info wq0.0 >/tmp/said
	echo "$no_portal
do: run outside of the user namespace: the kernel asks for the capability in the initial one" | diff - /tmp/said || return
	chmod 600 /dev/dsa/wq0.0 && said nobody sva-info wq0.0 >/tmp/said
	echo 'not usable: open: Permission denied: no permission on the device node
# sudo chmod a+rw /dev/dsa/wq0.0' | diff - /tmp/said && eval "$(sed -n 's/^# sudo//p' /tmp/said)" &&
		nobody sva-info --check wq0.0
}
