/* SPDX-License-Identifier: MIT */
/*
 * The software device for descriptors of IAX: executes one on the CPU, with the device's semantics
 * and its completion record of 64 bytes. Files: iax_execute.c (checks, dispatch, completion
 * record), and one for each family of operations.
 *
 * As in cpu.h: it takes page faults as any program does.
 */
#ifndef SVAI_CPU_IAX_H
#define SVAI_CPU_IAX_H

#include "../iax_check.h"

/* svai_iax_limits - what the software device takes; @limits is filled */
void svai_iax_limits(struct svai_limits *limits);

/**
 * svai_iax_execute - execute one descriptor to the end
 *
 * Writes the completion record that the descriptor asks for, status byte last (release). A
 * descriptor whose completion record is misaligned is dropped without a trace.
 */
void svai_iax_execute(const struct svai_limits *limits, const struct sva_desc *desc);

svai_iax_op svai_iax_nothing, svai_iax_memmove; /* iax_copy.c */
svai_iax_op svai_iax_crc64;                     /* iax_crc64.c */
svai_iax_op svai_iax_decompress;                /* iax_decompress.c */
svai_iax_op svai_iax_compress;                  /* iax_compress.c */
svai_iax_op svai_iax_encrypt, svai_iax_decrypt; /* iax_cipher.c */
svai_iax_op svai_iax_zero_compress;             /* iax_zero.c */
svai_iax_op svai_iax_zero_decompress;
svai_iax_op svai_iax_scan, svai_iax_set_membership, svai_iax_extract,
	svai_iax_select; /* iax_filter.c */
svai_iax_op svai_iax_rle_burst, svai_iax_find_unique, svai_iax_expand;

#endif
