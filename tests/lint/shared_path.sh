#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shared_path.sh SOURCE-DIRECTORY OBJDUMP CC... - what sva_submit() does on a shared queue, from its
# first instruction to ENQCMD and, where that is accepted, to the end: no call, no locked instruction,
# and not a store but to the operation.
set -euo pipefail
source=$1 objdump=$2
shift 2
object=$(mktemp --suffix=.o)
trap 'rm -f "$object"' EXIT

"$@" -std=c11 -O2 -fomit-frame-pointer -I"$source/include" -c -x c -o "$object" - <<'END'
#include <sva/sva.h>
int shared(struct sva_wq *wq, struct sva_op *op);
int shared(struct sva_wq *wq, struct sva_op *op)
{
	return sva_submit(wq, op);
}
END
"$objdump" -dr --no-show-raw-insn "$object" | awk -F'\t' '
	/^ +[0-9a-f]+:\t/ {
		at = $1; gsub(/[ :]/, "", at)
		index_of[at] = ++n
		split($2, word, " +")
		name[n] = word[1] == "lock" ? "lock " word[2] : word[1]
		operands[n] = word[2]
	}
	/R_X86_64_P(LT|C)32/ { leaves[n] = 1 } # to another function

	function follow(i, k) {
		if (leaves[i] || name[i] ~ /^ret/)
			return 0
		if (k == 1)
			return name[i] == "jmp" ? 0 : i + 1
		return name[i] ~ /^j/ ? index_of[operands[i]] : 0
	}
	function complain(i, what) {
		printf "%s: %s %s\n", what, name[i], operands[i]
		failed = 1
	}
	END {
		# Those on a way to ENQCMD; and from there to the end: where the queue is full, the slow path
		# begins, which is another matter.
		for (i = 1; i <= n; i++)
			if (name[i] == "enqcmd") {
				found = 1
				on_way[i] = after[i + 1] = 1
			}
		do {
			changed = 0
			for (i = 1; i <= n; i++)
				for (k = 1; k <= 2; k++) {
					next_one = follow(i, k)
					if (!next_one)
						continue
					if (next_one in on_way && !(i in on_way))
						on_way[i] = changed = 1
					if (i in after && !(next_one in after) && !leaves[next_one])
						after[next_one] = changed = 1
				}
		} while (changed)
		for (i = 1; i <= n; i++) {
			if (!(i in on_way) && !(i in after))
				continue
			if (name[i] ~ /^(call|lock|xchg)/)
				complain(i, "not free")
			if (name[i] !~ /^(cmp|test|lea|nop|j|enqcmd)/ && operands[i] ~ /\)$/ &&
			    operands[i] !~ /\(%rsi\)$/)
				complain(i, "a store elsewhere")
			steps++
		}
		if (!found)
			complain(0, "no ENQCMD")
		printf "%d instructions\n", steps
		exit failed
	}'
