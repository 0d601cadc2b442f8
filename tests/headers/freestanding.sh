#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# freestanding.sh INCLUDE_DIR COMPILER
# insn.h serves a kernel, too: with the compiler's own headers only, and without vector registers.
set -euo pipefail
include=$1 compiler=$2

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# The compiler's own headers (stdbool.h, stdint.h), and a copy of ours that has no neighbours.
own=$("$compiler" -print-file-name=include)
cp --parents "$include/sva/insn.h" "$tmp"

echo '#include <sva/insn.h>' |
	"$compiler" -std=c11 -Wall -Wextra -Wpedantic -Werror -ffreestanding -nostdinc -isystem "$own" \
		-mgeneral-regs-only -mno-red-zone -I "$tmp$include" -DSVA_INLINE='extern inline' \
		-x c -c -o "$tmp/insn.o" -

# And it must not have called for anything either.
undefined=$(nm --undefined-only "$tmp/insn.o")
[ -z "$undefined" ] || { echo "needs: $undefined"; exit 1; }
