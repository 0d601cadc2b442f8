#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cppcheck.sh CPPCHECK - over the library, the emulator, the tools and the headers
set -euo pipefail

# Not followed:
#  allocaCalled    exec() is called between vfork() and the new program: what is on the stack is gone then
#  readdirCalled   readdir() on a stream of one's own is safe in any thread, and readdir_r() obsolete
#  resourceLeak    takes "return fd < 0 ? -errno : fd" for a leak; the sanitizers see real ones
"$1" --quiet --std=c11 --library=posix,gnu -D__x86_64__ -D_GNU_SOURCE -I include \
	--enable=warning,performance,portability --suppress=allocaCalled --suppress=readdirCalled --suppress=resourceLeak \
	--inline-suppr --error-exitcode=1 lib emu tools
