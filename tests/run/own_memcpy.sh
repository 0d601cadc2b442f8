#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# own_memcpy.sh WHERE SVA-EMU SVA-RUN PROGRAM - a program's own functions stay its own
. "$(dirname "$0")/check.sh"
succeeds -- "$1"
grep -qE '^[0-9]+ calls$' "$work/out" || fail "the program has not run"
says '"memcpy":{"calls":0'
