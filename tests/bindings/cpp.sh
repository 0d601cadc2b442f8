#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# cpp.sh COMPILER - the wrapper: its example, and what it does at an error
set -euo pipefail
. "$(dirname "$0")/run.sh"
compile=("$1" -std=c++17 -Wall -Wextra -Wpedantic -Werror -I "$SVA_SOURCE/include" -I "$SVA_SOURCE/bindings/cpp")
link=("$SVA_BUILD/libsva.so" "-Wl,-rpath,$SVA_BUILD")

# Another compiler's headers may not include each other: the wrapper includes what it names.
while read -r header names; do
	! grep -qE "std::($names)\b" "$SVA_SOURCE/bindings/cpp/sva.hpp" ||
		grep -qx "#include <$header>" "$SVA_SOURCE/bindings/cpp/sva.hpp" || { echo "sva.hpp: no <$header>"; exit 1; }
done <<'END'
cstddef size_t|nullptr_t|byte
cstdint u?int(8|16|32|64)_t|u?intptr_t
memory unique_ptr|shared_ptr
new bad_alloc|nothrow
string string
system_error system_error|error_code|generic_category
utility exchange|move|swap|forward
END

"${compile[@]}" -o "$tmp/copy" "$SVA_SOURCE/bindings/cpp/copy.cpp" "${link[@]}"
everywhere "$tmp/copy"

cat >"$tmp/errors.cpp" <<'END'
#include <type_traits>

#include "sva.hpp"

static_assert(std::is_nothrow_destructible<sva::queue>::value, "");
static_assert(std::is_nothrow_move_constructible<sva::ring>::value, "");
static_assert(!std::is_copy_constructible<sva::queue>::value, "");

template <class F> static int error_of(F &&f)
{
	try {
		f();
	} catch (const std::system_error &e) {
		return e.code().value();
	}
	return 0;
}

int main()
{
	sva::queue a("cpu"), b = std::move(a);
	sva::ring ring(b, 4), other = std::move(ring);
	int result = 1;

	if (error_of([] { sva::queue q("no/such/name"); }) != EINVAL || a.get() || ring.get() ||
	    error_of([&] { sva::ring r(b, 0); }) != EINVAL || error_of([&] { a.close(); }) != EINVAL)
		return 1;
	sva_prep_noop(&other.next()->desc, 0);
	if (other.submit() != 1 || !other.wait(result) || result)
		return 2;
	other.close();
	b.close();
	return error_of([&] { b.memset(nullptr, 0, 0); }) != EINVAL;
}
END
"${compile[@]}" -o "$tmp/errors" "$tmp/errors.cpp" "${link[@]}"
"$tmp/errors"
