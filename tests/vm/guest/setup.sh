# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# The device, configured by the unmodified accel-config, the newest one.

# given NAME - what the command line says for sva.NAME
given()
{
	tr ' ' '\n' </proc/cmdline | sed -n "s/^sva\.$1=//p" | tr , ' '
}

new_accel_config()
{
	/opt/accel-config/ld-linux-x86-64.so.2 --library-path /opt/accel-config /opt/accel-config/accel-config "$@"
}

# Block on fault, which the device can do if it has page requests: bit 0 of its capabilities.
block_on_fault()
{
	[ "$(given setup)" = no-block-on-fault ] || [ $(($(cat /sys/bus/dsa/devices/dsa0/gen_cap) & 1)) -eq 0 ] ||
		echo --block-on-fault=1
}

device=dsa0 # that is configured

# configure QUEUE MODE [OPTION...] - the size of an enabled device's queue stays
configure()
{
	queue=$1 mode=$2 size=--wq-size=64
	shift 2
	[ "$(cat /sys/bus/dsa/devices/$device/state)" != enabled ] || size=
	new_accel_config config-wq "$device/$queue" --group-id=0 --type=user --mode="$mode" --name="$mode" \
		--driver-name=user $size --priority=10 $(block_on_fault) "$@"
}

engines()
{
	for engine in 0 1 2 3; do
		new_accel_config config-engine "dsa0/engine0.$engine" --group-id=0
	done
}

# An IAX beside the DSA, which the driver may have configured for iaa_crypto.
setup_iax()
{
	device=iax1
	[ "$(cat /sys/bus/dsa/devices/iax1/state)" != enabled ] || new_accel_config disable-device iax1
	for engine in 0 1 2 3 4 5 6 7; do
		new_accel_config config-engine "iax1/engine1.$engine" --group-id=0
	done
	configure wq1.0 shared --threshold=48 && configure wq1.1 dedicated && new_accel_config enable-device iax1 &&
		new_accel_config enable-wq iax1/wq1.0 && new_accel_config enable-wq iax1/wq1.1
	chmod 666 /dev/iax/*
	device=dsa0
}

# setup WHAT - queues: one shared, one dedicated, as sva-emu has them; dedicated: that alone;
# records: a shared one with larger batches; no-block-on-fault: two without it; iax: those of an IAX, too;
# none
setup()
{
	modprobe idxd
	case $1 in
	none) return ;;
	iax) setup queues && setup_iax && return ;;
	dedicated) engines && configure wq0.1 dedicated ;;
	records) engines && configure wq0.0 shared --threshold=48 --max-batch-size=128 ;;
	*) engines && configure wq0.0 shared --threshold=48 && configure wq0.1 dedicated ;;
	esac
	new_accel_config enable-device dsa0
	for queue in wq0.0 wq0.1; do
		[ "$(cat /sys/bus/dsa/devices/$queue/size)" = 0 ] || new_accel_config enable-wq "dsa0/$queue"
	done
	chmod 666 /dev/dsa/*
}
