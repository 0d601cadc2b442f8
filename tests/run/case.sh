#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# case.sh WHERE SVA-EMU SVA-RUN PROCESSES REASON COMMAND... - it succeeds, so many processes used the
# device, and with one, the CPU did some work for that reason (-: for whatever reason)
. "$(dirname "$0")/check.sh"
at_least=$1 reason=$2
shift 2
succeeds -- "$@"
processes "$at_least"
[ "$where" = cpu ] || [ "$reason" = - ] || says "$reason"
