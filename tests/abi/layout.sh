#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# layout.sh EXPECTED PROGRAM
# Where the layout is meant to change: PROGRAM >EXPECTED, and think about the SONAME.
set -euo pipefail
diff -u "$1" <("$2")
