#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# presets.sh SVA-EMU SVA-SETUP SVA-INFO - what sva-setup does, in sva-emu's machine: each preset, back again,
# and what it refuses
set -euo pipefail
sva_emu=$(realpath "$1") setup=$(realpath "$2") info=$(realpath "$3")
. "$(dirname "$0")/../emu/programs/check.sh"
command -v accel-config >/dev/null || { echo "skipped: no accel-config"; exit 77; }
export setup info work
cd "$work"

# inside STATUS SCRIPT OPTION... - a script in the machine, with functions for all of them
inside()
{
	{ cat "$work/functions"; echo "$2"; } >"$work/script"
	emu "$1" "${@:3}" -- bash -euo pipefail "$work/script"
}

cat >"$work/functions" <<'END'
apply() { "$setup" "$@" --apply --root "$work/root"; }
# A disable leaves a queue its driver_name.
state() { accel-config list -i | grep -v -e clients -e cdev_minor -e occupancy -e errors -e driver_name -e '"0x'; }
END

# What it says it would do is what it does; and undone, it is as it was.
for preset in shared dedicated 'dedicated 8' storage 'shared --device dsa1' per-node \
	'shared --device iax' 'dedicated 3 --device iax1' 'per-node --device iax'; do
	devices='dsa,dsa'
	[[ $preset != *iax* ]] || devices='dsa,iax,dsa,iax'
	for machine in '' '--dsa 2.0' '--kernel 6.1' '--numa 2'; do
		rm -rf "$work/root"
		# shellcheck disable=SC2016 # for the script
		options=$preset inside 0 '
			state >before
			$setup $options >said
			state | cmp - before # nothing has been done
			grep -v "^#" said | sed -n "/^accel-config/p; /^echo/p" >commands
			apply $options
			state >applied
			[ -e root/etc/udev/rules.d/60-sva-setup.rules ] && [ -e root/etc/systemd/system/sva-setup.service ]
			$info --test $(sed -n "/^accel-config enable-wq /{s/.*\///p;q}" commands)
			apply --undo
			state | diff before -
			[ -z "$(find root -type f)" ]
			sh -eu commands >/dev/null 2>&1
			state | diff applied -' --devices $devices $machine
	done
done

inside 0 'apply dedicated 3; $info --check; for q in 0 1 2; do $info --check wq0.$q; done; $info wq0.2'
prints 'dedicated' 'size 42'
inside 0 'apply per-node; for d in 0 1 2; do $info --check wq$d.0 || true; done' --devices 3 --numa 2
prints 'usable: wq0.0' 'not usable: wq1.0' 'usable: wq2.0'
rm -rf "$work/root" # the next machine has fewer devices
inside 0 'apply storage; $info wq0.0'
prints 'block on fault: no'

# A second run keeps what there was before the first one; a reboot loads the same.
inside 0 'state >before; apply shared; apply dedicated 2; apply shared --device dsa1; state >applied
	config=$work/root/etc/sva-setup/config.json; grep -q dsa1 $config
	apply --undo; state | diff before -'
inside 0 'apply dedicated 2; state >applied; cp $work/root/etc/sva-setup/config.json config
	accel-config disable-device dsa0; $setup --load config --apply --no-files; state | diff applied -'

# Each device keeps its rule, and its place in the configuration.
inside 0 'apply shared --group daemon; apply dedicated 2 --device dsa1; cat root/etc/udev/rules.d/60-sva-setup.rules
	[ "$(grep -c "\"dev\":\"dsa" root/etc/sva-setup/config.json)" -eq 2 ]'
prints 'KERNEL=="dsa?wq0.*", GROUP="daemon", MODE="0660"' 'KERNEL=="dsa?wq1.*", MODE="0666"'
inside 0 'apply dedicated; cat root/etc/udev/rules.d/60-sva-setup.rules; apply --undo'
prints 'KERNEL=="dsa?wq0.*", MODE="0666"'

# What there was is not given up because one of the devices is away.
inside 0 'apply shared; apply shared --device dsa1'
inside 0 'cp root/var/lib/sva-setup/before.json before; ! apply shared; cmp before root/var/lib/sva-setup/before.json' --devices 1
prints 'it names a device that is not there; --undo needs this file'
rm -rf "$work/root"

# A disabled device whose queues somebody has configured: they have entries that others are to have.
# shellcheck disable=SC2016 # for the script
inside 0 'accel-config disable-device dsa0
	accel-config config-wq dsa0/wq0.3 --wq-size=100 --group-id=1
	accel-config config-engine dsa0/engine0.1 --group-id=1
	state >before
	$setup shared | sed -n "/^accel-config/p; /^echo/p" >commands
	apply shared; state >applied; apply --undo; state | diff before -
	sh -eu commands >/dev/null 2>&1; state | diff applied -'

# Files are replaced as a whole, or not at all.
# shellcheck disable=SC2016 # for the script
inside 0 'apply shared; before=root/var/lib/sva-setup/before.json; cp $before kept; mkdir $before.new
	! apply shared --device dsa1; cmp kept $before; rmdir $before.new; apply --undo'

# The files are those of accel-config and sva-emu, too.
inside 0 '$setup shared --save saved >/dev/null; accel-config save-config -s old
	$setup --load old --apply --no-files; state >loaded; $setup --load saved --apply --no-files; $info wq0.0'
prints 'name "shared0"'
emu 0 --config "$work/saved" -- "$info" wq0.0
prints 'name "shared0"' 'size 128'

# Refused, and nothing has changed.
# refused TEXT COMMAND [OPTION...]
refused()
{
	# shellcheck disable=SC2016 # for the script
	command=$2 inside 0 'state >before; ! eval "$command" || exit 1; state | diff before -' "${@:3}"
	prints "$1"
}
refused 'dsa0 has queues that are open' 'exec 7<>/dev/dsa/wq0.0; apply shared'
inside 0 'exec 7<>/dev/dsa/wq0.0; apply shared --device dsa1'
refused 'the device has fewer queues' 'apply dedicated 9'
refused 'there is no device dsa7' 'apply shared --device dsa7'
refused 'there is no group' 'apply shared --group no-such-group'
inside 0 'apply shared --group daemon; ls -l /dev/dsa/wq0.0'
prints 'crw-rw----' daemon
refused 'nothing to undo' 'rm -rf root; apply --undo'
refused 'the configuration is what it was before' 'sed s/.threshold.:128/\"threshold\":999/ saved >bad
	$setup --load bad --apply --no-files'
for garbage in '' '{' '[' '[1]' '[{}]' '{"dev":"dsa0"}' '[{"dev":"dsa9","groups":[]}]' \
	'[{"dev":"dsa0","groups":7}]' '[{"dev":"dsa0","groups":[{"grouped_workqueues":[{"dev":"wq9.9"}]}]}]' \
	'[{"dev":"dsa0","groups":[{"grouped_engines":["x"]}]}]' \
	'[{"dev":"dsa0","groups":[]},{"dev":"dsa0","groups":[]}]' \
	'[{"dev":"dsa0","groups":[{"grouped_workqueues":[{"dev":"wq0.0"},{"dev":"wq0.0"}]}]}]'; do
	printf '%s' "$garbage" >garbage
	refused 'garbage: ' '$setup --load garbage --apply --no-files'
done
prints 'garbage: it names a device or a queue twice'
refused 'No such file' '$setup --load /nonexistent --apply'
refused 'the output' '$setup shared >/dev/full'
refused '/proc/var/lib/sva-setup/before.json: ' '$setup shared --apply --root /proc'
for wrong in '' nothing 'shared 2' 'dedicated 0' 'dedicated x' 'dedicated 17' 'shared --undo' '--no-such' \
	'--load' '--load x --undo' '--load x --device dsa0' '--undo --device dsa0'; do
	status=0
	# shellcheck disable=SC2086 # words
	"$setup" $wrong >"$work/out" 2>&1 || status=$?
	[ $status -eq 2 ] || fail "'$wrong' ends with $status"
	grep -q 'sva-setup' "$work/out" || fail "'$wrong':"
done
if [ "$(id -u)" -eq 0 ]; then
	inside 0 'cp $setup anybodys; chmod 777 .; state >before; ! LD_LIBRARY_PATH=${setup%/*/*/*} ./anybodys shared --apply; state | diff before -'
	prints 'others than root can change' 'use --no-boot'
	inside 0 'umask 0; apply shared; [ "$(stat -c %a root/etc/sva-setup/config.json)" = 644 ]'
	inside 0 'chmod 777 .; ! setpriv --reuid 65534 --clear-groups $setup shared --apply --no-files'
	prints 'Permission denied' 'only root may do that'
fi
echo "presets: ok"
