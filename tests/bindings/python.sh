#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# python.sh PYTHON3 - the example, and what it does at an error
set -euo pipefail
. "$(dirname "$0")/run.sh"
export SVA_FFI_LIB=$SVA_BUILD/libsva-ffi.so PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$SVA_SOURCE/bindings/python

everywhere "$1" "$SVA_SOURCE/bindings/python/sva.py"
"$1" - <<'END'
import errno, sva
try:
    sva.Queue("no/such/name")
    raise SystemExit("opened")
except sva.Error as e:
    assert e.errno == errno.EINVAL, e
with sva.Queue("cpu") as queue:
    for dst, error in ((bytearray(2), ValueError), (bytes(3), BufferError)):
        try:
            queue.memcpy(dst, b"123")
            raise SystemExit("copied")
        except error:
            pass
END
