/* SPDX-License-Identifier: MIT */
/*
 * The software device: executes descriptors on the CPU, with the device's semantics and completion
 * records. Files: execute.c (checks, dispatch, batch, completion record), and one for each family
 * of operations.
 *
 * It takes page faults as any program does, so that it has no partial completions: an address that
 * is not mapped is the caller's SIGSEGV.
 */
#ifndef SVAI_CPU_H
#define SVAI_CPU_H

#include "../check.h"

/* svai_cpu_limits - what the software device takes; @limits is filled */
void svai_cpu_limits(struct svai_limits *limits);

/* svai_cpu_any_size - the same for parts of calls, of any size */
extern const struct svai_limits svai_cpu_any_size;

/**
 * svai_cpu_execute - execute one descriptor, or a batch with all its members, to the end
 *
 * Writes the completion records that the descriptor asks for, status byte last (release). As with a
 * device, a descriptor whose completion record is misaligned is dropped without a trace; only as a
 * member it makes its batch fail.
 */
void svai_cpu_execute(const struct svai_limits *limits, const struct sva_desc *desc);

#define SVAI_THREADS_MAX 64u
#define SVAI_SHARED_MIN  (4u << 20) /* bytes: less is not worth starting a thread */

/*
 * svai_cpu_execute_shared - the same by up to @threads threads (SVAI_THREADS_MAX at most), if it is
 * a copy between buffers that do not overlap, or a fill; of at least SVAI_SHARED_MIN bytes
 */
void svai_cpu_execute_shared(const struct svai_limits *limits, const struct sva_desc *desc,
			     unsigned int threads);

/* The three parts of svai_cpu_execute(), for batches whose members are submitted one by one. */

/* svai_cpu_refuse - what a device refuses is completed as it would; returns the status or 0 */
unsigned int svai_cpu_refuse(const struct svai_limits *limits, const struct sva_desc *desc,
			     bool member);

/* svai_cpu_complete - write the completion record, if the descriptor asks for it */
void svai_cpu_complete(const struct sva_desc *desc, unsigned int status,
		       const struct sva_record *record);

/* svai_cpu_batch_record - the record of a batch, of which @done members were executed */
void svai_cpu_batch_record(const struct svai_limits *limits, struct sva_record *record, bool failed,
			   uint32_t done);

svai_cpu_op svai_cpu_nothing; /* noop, drain: what was submitted before it is done */
svai_cpu_op svai_cpu_memmove, svai_cpu_fill, svai_cpu_dualcast, svai_cpu_cache_flush; /* copy.c */
svai_cpu_op svai_cpu_translation_fetch;
svai_cpu_op svai_cpu_compare, svai_cpu_compare_pattern;                  /* compare.c */
svai_cpu_op svai_cpu_create_delta, svai_cpu_apply_delta;                 /* delta.c */
svai_cpu_op svai_cpu_crc, svai_cpu_copy_crc;                             /* crc.c */
svai_cpu_op svai_cpu_dif_check, svai_cpu_dif_insert, svai_cpu_dif_strip; /* dif.c */
svai_cpu_op svai_cpu_dif_update, svai_cpu_dix_generate;

#endif
