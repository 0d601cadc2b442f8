#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""layout.py LAYOUT - structs as cffi reads them from sva-ffi.h are those of the compiler (tests/abi/layout.txt)"""
import os
import re
import sys

import cffi

ffi = cffi.FFI()
with open(os.environ["SVA_FFI_H"]) as header:
    ffi.cdef(header.read())

compared = bad = 0
for line in open(sys.argv[1]):
    whole = re.match(r"(\w+): size (\d+), alignment", line)
    field = re.match(r"(\w+)\.([\w.]+): offset (\d+)", line)
    if whole:
        found, expected = ffi.sizeof(f"struct {whole[1]}"), int(whole[2])
    elif field:
        found, expected = ffi.offsetof(f"struct {field[1]}", *field[2].split(".")), int(field[3])
    else:
        continue
    compared += 1
    if found != expected:
        bad += 1
        print(f"{line.strip()}: cffi has {found}")
print(compared, "compared")
sys.exit(bad > 0 or not compared)
