#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""corpus.py FOLDER - seeds for the fuzz targets: one folder for each, one file for each seed.

Valid inputs of every kind, from which the fuzzer goes on: what takes it long to find by itself. All of it is made
here, so that nobody has to keep binary files. The layouts are those of include/sva/desc.h and iax.h.
"""
import json
import os
import struct
import sys
import zlib

CRAV, RCR = 4, 8


def desc(opcode, src, dst, size, tail=b"", flags=0):
    head = struct.pack("<IIQQQI", 0, CRAV | RCR | flags | opcode << 24, 0, src, dst, size)
    return (head + tail).ljust(64, b"\0")


def dsa():
    dif = struct.pack("<BBBB", 0, 0, 0, 0)
    return {
        "noop": desc(0x00, 0, 0, 0),
        "batch": desc(0x01, 128, 0, 2) + bytes(64) + desc(0x03, 4096, 8192, 64) + desc(0x03, 4096, 8256, 64),
        "drain": desc(0x02, 0, 0, 0),
        "memmove": desc(0x03, 1024, 2048, 100),
        "memmove-overlap": desc(0x03, 1024, 1034, 100),
        "fill": desc(0x04, 0x0102030405060708, 2048, 100),
        "fill16": desc(0x04, 1, 2048, 100, bytes(4) + struct.pack("<Q", 2), 1 << 18),
        "compare": desc(0x05, 1024, 1024, 100, bytes(4) + b"\1", 0x80),
        "compare-pattern": desc(0x06, 1024, 0, 100),
        "create-delta": desc(0x07, 1024, 2048, 128, bytes(4) + struct.pack("<QIIB", 4096, 400, 0, 1)),
        "apply-delta": desc(0x08, 128, 2048, 128, bytes(4) + struct.pack("<Q", 0) + struct.pack("<I", 20))
        + bytes(64) + struct.pack("<H8sH8s", 1, b"12345678", 5, b"abcdefgh"),
        "dualcast": desc(0x09, 1024, 4096, 100, bytes(4) + struct.pack("<Q", 8192)),
        "crc": desc(0x10, 1024, 0, 100),
        "copy-crc": desc(0x11, 1024, 2048, 100, bytes(4) + struct.pack("<I", 7)),
        "dif-check": desc(0x12, 1024, 0, 520, bytes(4) + dif),
        "dif-insert": desc(0x13, 1024, 4096, 512, bytes(4) + dif),
        "dif-strip": desc(0x14, 1024, 4096, 520, bytes(4) + dif),
        "dif-update": desc(0x15, 1024, 4096, 520, bytes(4) + dif),
        "dix-generate": desc(0x17, 1024, 4096, 512, bytes(4) + dif),
        "cache-flush": desc(0x20, 0, 2048, 100),
    }


def iax_desc(opcode, size, data, flags=0, op_flags=0, filters=0, elements=0, src2=0):
    tail = struct.pack("<HHQIIII", 0, op_flags, 0, 2048, src2, filters, elements)
    return desc(opcode, 0, 0, size, tail, flags) + data


def raw_deflate(data, level=6, strategy=zlib.Z_DEFAULT_STRATEGY):
    z = zlib.compressobj(level, zlib.DEFLATED, -12, 9, strategy)
    return z.compress(data) + z.flush()


TEXT = b"the quick brown fox jumps over the lazy dog; " * 8
STREAMS = {
    "stored": raw_deflate(TEXT, 0),
    "fixed": raw_deflate(TEXT, 6, zlib.Z_FIXED),
    "dynamic": raw_deflate(bytes(range(256)) * 3 + TEXT),
    "literals": raw_deflate(TEXT, 6, zlib.Z_HUFFMAN_ONLY),
    "runs": raw_deflate(b"a" * 600, 6, zlib.Z_RLE),
    "empty": raw_deflate(b""),
    "far": raw_deflate(TEXT + bytes(i * 7 % 251 for i in range(1500)) + TEXT),
}


def iax():
    filters = {"scan": 0x50, "set": 0x51, "extract": 0x52, "select": 0x53, "burst": 0x54, "unique": 0x55, "expand": 0x56}
    seeds = {
        "crc64": iax_desc(0x44, 9, b"123456789", 0, 0xC000),
        "memmove": iax_desc(0x03, 64, TEXT[:64]),
        "compress": iax_desc(0x43, 300, TEXT[:300], 1 << 16, 0x6, 0, 0, 0x620),
        "statistics": iax_desc(0x43, 300, TEXT[:300], 0, 1),
    }
    for name, stream in STREAMS.items():
        seeds["inflate-" + name] = iax_desc(0x42, len(stream), stream, 0, 0x1F)
    for name, opcode in filters.items():
        both = opcode in (0x51, 0x53, 0x54, 0x56)
        flags, src2 = (1 << 17, 64) if both else (1 << 16, 32)
        for kind, form in {"le": 7 << 2, "be": 1 | 7 << 2}.items():
            seeds["%s-%s" % (name, kind)] = iax_desc(opcode, 64, bytes(range(64)), flags, 0, form, 64, src2)
        runs = b"\x08" + b"\x14\x01" * 3 + b"\x03" + bytes(range(8))
        seeds[name + "-rle"] = iax_desc(opcode, len(runs), runs, flags, 0, 2, 38, src2)
    for opcode in (0x4C, 0x4D, 0x4E, 0x48, 0x49, 0x4A):
        seeds["zeros-%x" % opcode] = iax_desc(opcode, 64, b"\0\0\0\1" * 16)
    return seeds


def config():
    def queue(name, mode, **more):
        return dict({"dev": name, "mode": mode, "size": 16, "group_id": 0, "priority": 10, "block_on_fault": 1,
                     "max_batch_size": 8, "max_transfer_size": 16384, "type": "user", "name": mode,
                     "driver_name": "user"}, **more)

    both = [{"dev": "dsa0", "groups": [{"dev": "group0.0", "grouped_workqueues": [
        queue("wq0.0", "shared", threshold=16), queue("wq0.1", "dedicated")],
        "grouped_engines": [{"dev": "engine0.0", "group_id": 0}]}]}]
    return {"both": json.dumps(both).encode(), "none": b"[]", "device": b'[{"dev":"dsa0","groups":[]}]'}


RULES = ["op=memmove,nth=3,status=0x21", "every=5,lost", "op=crc,fault=4096", "wq=0.1,one-in=4,full=2", "nth=200,halt=50",
         "op=drain,nth=1,full=1", "device=1,every=2,status=0x0a", "op=crc64,fault=3,nth=1"]
ATTRIBUTES = ["0", "1", "0x40915f0107", "18446744073709551615", "-1", "2097152\n",
              "00000000,00000000,00000000,00000000,00000000,00000000,00000001,003f03ff\n", "0x1 0x2 0x3 0x4"]
# ENQCMD, ENQCMDS, MOVDIR64B, UMONITOR, UMWAIT, TPAUSE, with prefixes, SIB and displacements
INSTRUCTIONS = ["f20f38f801", "f30f38f801", "660f38f801", "67f20f38f801", "f2440f38f84c2440", "f24f0f38f80c25785634 12",
                "660f38f80d78563412", "f30faef7", "f20faef1", "660faef1", "67f3410faef7", "f2660f38f801"]


def main():
    stores = {"one": b"\x80" + b"".join(struct.pack("<HB", i * 3, 2) + b"1\n" for i in range(12)),
              "words": b"\0" + b"".join(struct.pack("<HB", i, 6) + b"shared" for i in range(0, 60, 5))}
    corpus = {
        "execute": dsa(), "cpu_iax": iax(), "iax": iax(), "config": config(), "sysfs_store": stores,
        # The format, and whether zlib makes the stream of what follows; pieces; level; what the header has; damage.
        "stream": {**{"made-%d" % i: bytes([4 | i, 99, 50, i * 3, 15, 0, 0]) + TEXT for i in range(4)},
                   **{"raw-" + name: bytes([0, 9, 99, 0, 0, 0, 0]) + stream for name, stream in STREAMS.items()}},
        # Likewise; in between, flags, how often the text, when the device fails, and what follows.
        "stream_device": {**{"made-%d" % i: bytes([36 | i % 8 | i // 4 * 64, i, 18 - i, 6, i, i % 3, i, 0, 0, 0]) + TEXT
                             for i in range(16)},
                          **{"raw-" + name: bytes([0, 3, 12, 0, 0, 0, 0, 0, 0, 0]) + stream
                             for name, stream in STREAMS.items()}},
        "inflate": {name: b"\0\x20\x40" + stream for name, stream in STREAMS.items()},
        "rules": {str(i): rule.encode() for i, rule in enumerate(RULES)},
        "sysfs": {str(i): text.encode() for i, text in enumerate(ATTRIBUTES)},
        "decode": {str(i): bytes.fromhex(code) for i, code in enumerate(INSTRUCTIONS)},
    }
    for target, seeds in corpus.items():
        folder = os.path.join(sys.argv[1], target)
        os.makedirs(folder, exist_ok=True)
        for name, seed in seeds.items():
            with open(os.path.join(folder, name), "wb") as file:
                file.write(seed)


main()
