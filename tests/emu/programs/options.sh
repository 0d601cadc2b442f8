#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# options.sh SVA-EMU MEMCPY-OFFLOAD - what sva-emu's options do to a program, and what it exits with
set -euo pipefail

sva_emu=$1 copy=$2
. "$(dirname "$0")/check.sh"

# A queue without block on fault, so that the program has to go on by itself.
cat >"$work/config" <<'END'
[{"dev":"dsa0","groups":[{"dev":"group0.0",
  "grouped_workqueues":[{"dev":"wq0.3","mode":"shared","size":8,"threshold":6,"group_id":0,"priority":10,
    "block_on_fault":0,"type":"user","name":"mine","driver_name":"user"}],
  "grouped_engines":[{"dev":"engine0.0","group_id":0}]}]}]
END

emu 0 --list
prints 'dsa0: DSA 1.0, enabled, 4 engines' 'wq0.1: enabled, dedicated' 'dsa1: DSA 1.0, disabled'
emu 0 --list --config "$work/config" --devices 1 --dsa 2.0
prints 'dsa0: DSA 2.0' 'wq0.3: enabled, shared, size 8, threshold 6' 'block on fault off'

# Injected faults of all kinds, at any byte; the copy is right in the end, or the error is told.
for offset in 0 4095 4096 70000 131071; do
	emu 0 --config "$work/config" --inject "op=memmove,every=2,fault=$offset" -- "$copy"
	prints 'queue   wq0.3' 'all bytes equal' 'page fault'
	! grep -q ' 0 resumed' "$work/out" || fail "nothing was resumed:"
done
emu 0 --config "$work/config" --inject "op=crc,every=2,fault=70000" -- "$copy"
prints 'all bytes equal'
emu 0 --inject op=memmove,nth=3,status=0x21 -- "$copy"
prints 'all bytes equal' 'device error' 'status 0x21'
emu 0 --inject one-in=3,full=5 --seed 1 --stats -- "$copy"
prints 'all bytes equal' 'memmove' 'occupancy'
! grep -q 'retried 0,' "$work/out" || fail "no submission was refused:"
emu 0 --inject op=memmove,nth=5,halt -- "$copy"
prints 'all bytes equal' 'device or queue no longer usable'

# Kernels.
emu 0 --kernel 6.12-nosva -- "$copy"
prints 'path    CPU' 'Operation not supported'
emu 0 --no-mmap -- "$copy"
prints 'path    write(2)'
emu 1 --kernel 6.7 --no-mmap -- "$copy" '' wq0.0 # neither of the two
for kernel in 6.16 6.12 6.7 6.1 5.18; do
	emu 0 --kernel $kernel --timing spr -- "$copy"
	prints 'path    portal'
done

emu 0 -- "$sva_emu" --no-mmap -- "$copy"
prints 'path    write(2)' # inside another one, it is the inner that counts

emu 0 --trace "$work/trace" -- "$copy"
grep -Eq '^[0-9.]+ [0-9]+ wq0\.0 op=memmove .* size=[0-9]+ .* status=0x01 ' "$work/trace" ||
	fail "no memmove in the trace: $(cat "$work/trace")"

# Output that was asked for and cannot be written.
emu 125 --trace /dev/full -- "$copy"
prints 'cannot write the trace: No space left on device' 'all bytes equal'
emu 7 --trace /dev/full -- sh -c "$copy; exit 7"
for option in --list --help --version; do
	status=0
	"$sva_emu" $option >/dev/full 2>"$work/out" || status=$?
	[ $status -eq 125 ] || fail "$option to a full disk: exit status $status"
	prints 'cannot write: No space left on device'
done
! "$sva_emu" --stats -- "$copy" >"$work/out" 2>/dev/full || fail "--stats to a full disk: success"

# Exit statuses.
emu 7 -- sh -c 'exit 7'
emu 143 -- sh -c 'kill -TERM $$'
emu 127 -- "$work/nothing"
prints 'No such file or directory'
emu 126 -- "$work/config"
emu 125 --engines 0 -- true
prints '--engines 0: give a number from 1 to 8'
emu 125 --config "$work/nothing" -- true
prints "$work/nothing"
emu 125 --trace "$work/no/trace" -- true
prints "$work/no/trace"

emu_killed

# The dynamic linker would take it for two paths.
mkdir "$work/a b"
TMPDIR="$work/a b" emu 125 --plain -- true
prints 'LD_PRELOAD takes no path with a colon or a blank'

# Whoever has started it may have ignored SIGCHLD.
status=0
timeout 60 env --ignore-signal=CHLD "$sva_emu" -- sh -c 'exit 6' || status=$?
[ $status -eq 6 ] || fail "without SIGCHLD: exit status $status"

# Terminals can be made in its machine; and a command ends with the one that it runs on.
emu 0 -- python3 -c 'import os; os.openpty()'
python3 - "$sva_emu" <<'END' || fail "the command does not end with its terminal"
import os, pty, sys
pid, terminal = pty.fork()
if not pid:
    os.execv(sys.argv[1], [sys.argv[1], "--", "sh", "-c", "echo here; exec sleep 60"])
said = b""
while b"here" not in said:
    said += os.read(terminal, 100)
os.close(terminal)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) != 129)
END

# A signal goes to the command.
mkfifo "$work/ready"
# shellcheck disable=SC2016 # expanded by the inner shell
"$sva_emu" -- bash -c 'trap "exit 9" TERM; echo >"$1"; while :; do sleep 0.05; done' x "$work/ready" &
read -r _ <"$work/ready"
kill -TERM $!
status=0
wait $! || status=$?
[ $status -eq 9 ] || fail "SIGTERM: exit status $status"
[ ! -e /dev/.sva-emu ] || fail "the emulator has left something behind"
echo "options: ok"
