#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# case.sh WHERE SVA-EMU SVA-RUN PROCESSES COMMAND... - it succeeds, and so many processes used the device
. "$(dirname "$0")/check.sh"
at_least=$1
shift
succeeds -- "$@"
processes "$at_least"
