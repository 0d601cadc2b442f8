#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# rust.sh BINDGEN RUSTC - bindgen reads the headers as they are, its layouts are the compiler's, and the example runs
set -euo pipefail
. "$(dirname "$0")/run.sh"
export SVA_BINDINGS=$tmp/bindings.rs
compile=("$2" --edition 2021 -L "native=$SVA_BUILD" -l sva-ffi -l sva -C "link-arg=-Wl,-rpath,$SVA_BUILD"
	"$SVA_SOURCE/bindings/rust/copy.rs")

"$1" "$SVA_SOURCE/include/sva/sva.h" --allowlist-function 'sva_.*' --allowlist-var 'SVA_.*' \
	--allowlist-type 'sva_.*' --blocklist-item 'sva__.*' --no-prepend-enum-name -o "$SVA_BINDINGS" \
	-- -I "$SVA_SOURCE/include" -DSVA__INLINE=extern
"${compile[@]}" -D warnings -o "$tmp/copy"
everywhere "$tmp/copy"
"${compile[@]}" --test --cap-lints allow -o "$tmp/layouts"
"$tmp/layouts" | grep -E 'test result: ok. [1-9][0-9]+ passed; 0 failed'
