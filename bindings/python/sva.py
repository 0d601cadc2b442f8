#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""libsva from Python, by cffi's ABI mode: no compiler, no module to build.

    python3 sva.py [QUEUE|pool]

sva-ffi.h is looked for where it is installed beside this file, for a copy of this file in the folder libsva of each
of XDG_DATA_DIRS, by default /usr/local/share and /usr/share; SVA_FFI_H says where else it is. SVA_FFI_LIB says where
libsva-ffi.so.0.1 is.
"""
import os
import sys
from pathlib import Path

import cffi


def header():
    """Where sva-ffi.h is."""
    if "SVA_FFI_H" in os.environ:
        return Path(os.environ["SVA_FFI_H"])
    shares = (os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":")
    folders = list(Path(__file__).resolve().parents)[2:3] + [Path(share, "libsva") for share in shares]
    for path in (folder / "sva-ffi.h" for folder in folders):
        if path.exists():
            return path
    raise ImportError("there is no sva-ffi.h: install libsva, or set SVA_FFI_H to its path")


ffi = cffi.FFI()
ffi.cdef(header().read_text())
lib = ffi.dlopen(os.environ.get("SVA_FFI_LIB", "libsva-ffi.so.0.1"))


class Error(OSError):
    """A call has failed: errno, and the library's words for it."""

    def __init__(self, err):
        super().__init__(-err, ffi.string(lib.sva_strerror(err)).decode())


def check(result):
    if result < 0:
        raise Error(result)
    return result


class Outcome:
    """What a call has done; pass it as outcome=."""

    def __init__(self):
        self.c = ffi.new("struct sva_outcome *", {"size": ffi.sizeof("struct sva_outcome")})

    def __str__(self):
        text = ffi.new("char[400]")
        lib.sva_outcome_explain(self.c, text, len(text))
        return ffi.string(text).decode()


class Queue:
    """A queue, the CPU ("cpu"), or with pool=True all queues; for "with", too."""

    def __init__(self, name=None, pool=False):
        wq = ffi.new("struct sva_wq **")
        if pool:
            check(lib.sva_pool_open(wq, ffi.NULL))
        else:
            check(lib.sva_wq_open(wq, name.encode() if name else ffi.NULL, ffi.NULL))
        self.wq = wq[0]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        check(lib.sva_wq_close(self.wq))

    def why(self):
        return ffi.string(lib.sva_wq_why(self.wq)).decode()

    def memcpy(self, dst, src, outcome=None):
        """Copy all of src to the beginning of dst: bytes, bytearray, memoryview, mmap, array."""
        to, source = ffi.from_buffer(dst, require_writable=True), ffi.from_buffer(src)
        if len(to) < len(source):
            raise ValueError("the destination is too short")
        check(lib.sva_memcpy(self.wq, to, source, len(source), outcome.c if outcome else ffi.NULL))

    def crc32c(self, data, crc=0, outcome=None):
        value, source = ffi.new("uint32_t *", crc), ffi.from_buffer(data)
        check(lib.sva_crc32c(self.wq, source, len(source), value, outcome.c if outcome else ffi.NULL))
        return value[0]


def main():
    name = sys.argv[1] if len(sys.argv) > 1 else None
    with Queue(None if name == "pool" else name, pool=name == "pool") as queue:
        src, dst, outcome = bytearray(os.urandom(1 << 20)), bytearray(1 << 20), Outcome()
        queue.memcpy(dst, src, outcome)
        assert dst == src
        print(queue.why())
        print(outcome)
        print(f"CRC32C {queue.crc32c(b'123456789'):08x}")

        # An operation by hand: the inline functions are those of libsva-ffi.so.
        op = ffi.gc(lib.sva_op_alloc(1), lib.sva_op_free)
        buffer = ffi.from_buffer(dst, require_writable=True)
        lib.sva_prep_fill(ffi.addressof(op, "desc"), buffer, 0, 65536, 0)
        check(lib.sva_submit(queue.wq, op))
        status = check(lib.sva_wait(op, -1, lib.SVA_WAIT_AUTO))
        print("fill:", ffi.string(lib.sva_status_name(status)).decode())
        assert status == lib.SVA_STATUS_SUCCESS and dst[:65536] == bytes(65536)


if __name__ == "__main__":
    main()
