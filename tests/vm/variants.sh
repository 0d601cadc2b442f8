# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The machines, and the tests of each: functions in guest/tests.sh.

declare -A variant_fields
variant_order=()

# variant NAME FIELD=VALUE... - fields: tier (quick, full; never: asked for by name), kernel
# (steps/kernel.sh), tests; and what differs from the usual machine: cpu, iommu, device (properties), second (device),
# append (to intel_iommu=on), setup (which queues: guest/setup.sh), limit (seconds)
variant()
{
	local name=$1 field
	shift
	variant_order+=("$name")
	for field in tier=full kernel=newest setup=queues limit=240 "$@"; do
		variant_fields[$name.${field%%=*}]=${field#*=}
	done
}

variant_field() { echo "${variant_fields[$1.$2]:-}"; }
variant_exists() { [ -n "${variant_fields[$1.kernel]:-}" ]; }

# variant_names [TIER...]
variant_names()
{
	local name
	for name in "${variant_order[@]}"; do
		[ -n "$*" ] && [[ " $* " != *" ${variant_fields[$name.tier]} "* ]] || echo "$name"
	done
}

variant_list()
{
	local name
	for name in "${variant_order[@]}"; do
		echo "$name ${variant_fields[$name.tier]} ${variant_fields[$name.tests]}"
	done
}

paths="suite_shared suite_dedicated suite_write"

variant newest tier=quick limit=400 tests="attributes proof $paths raw calls rings calls_write storm traffic example run info setup why_nobody why_disabled accel_config kernel_log"
variant ring0 tier=quick tests="info ring0 kernel_log"
variant soak tier=never limit=600 tests="soak info kernel_log"
variant dsa-test tier=quick limit=600 tests="dsa_test info"
variant dsa2 tier=quick device=version=0x200 tests="attributes $paths raw calls rings info kernel_log"
variant iax tier=quick second=idxd-iax setup=iax limit=400 tests="iax_attributes iax iax_write iaa_test setup_iax kernel_log"
variant iax2 second=idxd-iax setup=iax device=version=0x200 limit=400 tests="iax_attributes iax iax_write kernel_log"
variant no-enqcmd tier=quick cpu=enqcmd=off setup=dedicated tests="suite_dedicated info why_no_enqcmd"
variant no-movdir64b tier=quick cpu=movdir64b=off setup=none tests="why_no_driver"
variant no-waitpkg cpu=waitpkg=off tests="$paths info"
variant no-scalable-mode tier=quick append=,sm_off tests="why_no_scalable_mode"
variant no-iommu append=,off tests="why_no_iommu"
variant no-pasid iommu=,x-scalable-mode=on,x-flts=on tests="why_no_pasid"
variant no-sva tier=quick kernel=6.1 tests="why_no_sva"
variant no-sva-6.12 kernel=6.12-nosva tests="why_no_sva"
variant no-block-on-fault setup=no-block-on-fault tests="$paths info"
variant no-pri tier=quick device=pri=off tests="$paths calls rings info setup"
variant gone tier=quick tests="queue_gone device_gone function_reset info kernel_log"
variant slow tier=quick device=delay-us=20000 tests="proof_full comeback_reset comeback_enabled comeback_mode info kernel_log"
variant records tier=quick device=pri=off setup=records tests="records_errors info"
variant records-log tier=quick device=version=0x200,pri=off setup=records tests="records_log info kernel_log"
for kernel in sid 6.12 6.16 6.18; do
	variant "k$kernel" kernel=$kernel tests="$paths raw info accel_config kernel_log"
done
