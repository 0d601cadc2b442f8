#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# new.sh INCLUDE LIBRARY COMPILER [FLAG...] - operations that C++ allocates are aligned, in every standard
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

cat >"$dir/new.cpp" <<'END'
#include <new>
#include <vector>

#include <sva/sva.h>

static bool aligned(const void *at)
{
	return at && reinterpret_cast<uintptr_t>(at) % 64 == 0;
}

int main()
{
	alignas(64) char here[2 * sizeof(sva_op)];
	sva_op *one = new sva_op, *placed = new (here) sva_op;
	std::vector<sva_op *> many;
	bool good = aligned(one) && static_cast<void *>(placed) == here;

	for (size_t count = 1; count < 100; count++) {
		many.push_back(new sva_op[count]());
		good = good && aligned(many.back());
		sva_prep_noop(&many.back()[count - 1].desc, 0);
	}
	for (sva_op *ops : many)
		delete[] ops;
	delete one;
	return !good;
}
END
"${@:3}" -Wall -Wextra -Werror -O2 -I "$1" "$dir/new.cpp" "$2" -Wl,-rpath,"$(dirname "$2")" -o "$dir/new"
"$dir/new"
