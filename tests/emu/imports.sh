#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# imports.sh NM LIBRARY - what the library that is preloaded takes from others. A program can replace
# each function of the C library, or hold its lock: an engine, or the handler of the trap, calls none.
# What is allowed is for the constructor, and for the functions that stand before the C library's, in the
# program's threads.
set -euo pipefail
allowed='__cxa_finalize __environ __errno_location __gmon_start__ _ITM_deregisterTMCloneTable _ITM_registerTMCloneTable dladdr dlsym environ fclose fileno
gnu_dev_major gnu_dev_makedev gnu_dev_minor setenv'
imports=$("$1" -D --undefined-only "$2" | awk '{ sub(/@.*/, "", $NF); print $NF }' | sort -u)
[ -n "$imports" ]
others=$(comm -23 <(echo "$imports") <(tr ' ' '\n' <<<"$allowed" | sort -u))
[ -z "$others" ] || { echo "imported, and may be interposed: $others"; exit 1; }
