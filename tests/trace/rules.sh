# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # for who sources it
# What the emulated device does to the operations of events.c.
rules=(--inject op=memmove,nth=1,fault=5000 --inject op=crc,nth=1,status=0x20 --inject op=fill,nth=1,full=2
	--inject op=fill,nth=2,full=1 --inject op=compare,nth=1,lost)
