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
test_raw() { emu_raw; }
test_records_log() { emu_records log; }
test_records_errors() { emu_records errors; }
test_proof() { vm_proof; }
test_proof_full() { vm_proof full; }
test_traffic() { vm_traffic 10 3 4 wq0.0 wq0.0; }
test_storm() { emu_storm; }
test_accel_config() { bash /tests/accel_config.sh; }
test_dsa_test() { bash /tests/dsa_test.sh; }

test_example()
{
	memcpy_offload /bin/bash wq0.0 && memcpy_offload /bin/bash wq0.1
}

# Nothing that a kernel prints when something is wrong with it, or with the device's driver.
test_kernel_log()
{
	! dmesg | grep -E 'WARNING:|BUG:|Oops|Call Trace|general protection fault:|hung task|stall' | grep -v 'traps: '
}
