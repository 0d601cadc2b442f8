/* SPDX-License-Identifier: MIT */
/*
 * The static probes (USDT) of libsva.so, all of them: provider "sva", names and arguments. What
 * they are good for says sva-trace(7).
 *
 * A probe is a NOP, and a note in the file: where it is, and in which registers or memory its
 * arguments are. These must be where the program has them anyway: hence svai_handle.name, which
 * takes no instruction as info.name would, and the opcode as a byte.
 *
 * An operation of the caller's may be used for something else as soon as it has been submitted:
 * what is said of it afterwards was read before. Its address tells it from others.
 *
 * Built without <sys/sdt.h>, the library has none.
 */
#ifndef SVAI_PROBE_H
#define SVAI_PROBE_H

#include "operation.h"

#ifdef SVAI_USDT
#ifdef __clang__ /* it would store what a register has, to have it in memory */
#define STAP_SDT_ARG_CONSTRAINT nr
#endif
#include <sys/sdt.h>
#define SVAI_PROBE(count, ...) STAP_PROBE##count(sva, __VA_ARGS__)
#else
#define SVAI_PROBE(count, ...) ((void)0)
#endif

/* The opcode where it stands. In a register it may not be a byte: gdb does not know of %r8b. */
#ifdef __clang__
typedef uint32_t svai_byte;
#else
typedef uint8_t svai_byte;
#endif

/* What a probe says of an operation that is not submitted, or has ended: @op, @opcode, @size. */
#define SVAI_TRACED(op) (op), ((const uint8_t *)&(op)->desc)[7], (op)->desc.xfer_size

/* Where there are no probes, all of it is unused. NOLINTBEGIN(misc-unused-parameters) */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#define PROBE static inline __attribute__((always_inline)) void

/*
 * A queue is open: one of a device, the CPU, a pool, or a member of a pool. Its name, enum
 * sva_path, and sva_wq_why().
 */
PROBE svai_probe_open(const struct svai_handle *h)
{
	SVAI_PROBE(3, open, h->name, h->path, (const char *)h->why);
}

/*
 * The others begin with the name of the queue, the address of the operation (NULL: there is none),
 * its opcode, and its size: bytes, or of a batch descriptors.
 */

/* The queue of a device has taken it, by a portal or by write(2). */
PROBE svai_probe_submit(const struct svai_handle *h, const struct sva_op *op, uint32_t opcode,
			uint32_t size)
{
	SVAI_PROBE(4, submit, h->name, op, opcode, size);
}

/* The queue was full, and there will be another try. */
PROBE svai_probe_retry(const struct svai_handle *h, const struct sva_op *op, svai_byte opcode,
		       uint32_t size)
{
	SVAI_PROBE(4, retry, h->name, op, opcode, size);
}

/* The queue was full, and the operation comes back with -EAGAIN. */
PROBE svai_probe_full(const struct svai_handle *h, const struct sva_op *op, svai_byte opcode,
		      uint32_t size)
{
	SVAI_PROBE(4, full, h->name, op, opcode, size);
}

/* The library has seen its end: the status, or -ENODEV as sva_wait() returns it. */
PROBE svai_probe_complete(const struct svai_handle *h, const struct sva_op *op, svai_byte opcode,
			  uint32_t size, int status)
{
	SVAI_PROBE(5, complete, h->name, op, opcode, size, status);
}

/* It has stopped at a page: its status, and the address. */
PROBE svai_probe_fault(const struct svai_handle *h, const struct sva_op *op, svai_byte opcode,
		       uint32_t size, const struct sva_record *record)
{
	SVAI_PROBE(6, fault, h->name, op, opcode, size, record->status, record->fault_addr);
}

/* The queue has taken the rest of it. */
PROBE svai_probe_resume(const struct svai_handle *h, const struct sva_op *op, svai_byte opcode,
			uint32_t size)
{
	SVAI_PROBE(4, resume, h->name, op, opcode, size);
}

/* The CPU is about to do it, or what is left of it: one bit of SVA_WHY_*. */
PROBE svai_probe_cpu(const struct svai_handle *h, const struct sva_op *op, svai_byte opcode,
		     uint32_t size, uint32_t why)
{
	SVAI_PROBE(5, cpu, h->name, op, opcode, size, why);
}

/* The same of a stream, or of a call that is no descriptor. */
PROBE svai_probe_cpu_all(const struct svai_handle *h, uint32_t opcode, uint64_t size, uint32_t why)
{
	SVAI_PROBE(5, cpu, h->name, NULL, opcode, size, why);
}

/* The time of a call, of an operation of a ring, or of an sva_wait() is over. */
PROBE svai_probe_timeout(const struct svai_handle *h, const struct sva_op *op, uint32_t opcode,
			 uint64_t size)
{
	SVAI_PROBE(4, timeout, h->name, op, opcode, size);
}

/* The queue has failed: at a submission, or it has lost an operation. Its name alone. */
PROBE svai_probe_fail(const struct svai_handle *h)
{
	SVAI_PROBE(1, fail, h->name);
}

#undef PROBE
#pragma GCC diagnostic pop
/* NOLINTEND(misc-unused-parameters) */

#endif
