#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# early.sh SVA-EMU PROGRAM LIBRARY - a library that uses the device in its constructor: linked to the
# program, or preloaded before or after the emulator's own.
set -euo pipefail
emu=$1 program=$2 library=$3

"$emu" -- "$program"
LD_PRELOAD=$library "$emu" -- "$program"
"$emu" -- env sh -c "LD_PRELOAD=$library:\$LD_PRELOAD exec $program"
